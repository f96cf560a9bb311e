"""Which steps of the programme theory are measured, and in which arrows they stand. It imports nothing heavy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the programme theory that has a measure. arrows: ids of the theory's links that it stands in."""

    indicator: str
    element: str
    arrows: tuple[str, ...]


STEPS = (
    Step("senior_act", "board_engagement", ("L11", "L23")),
    Step("senior_involve", "board_engagement", ("L11", "L24")),
    Step("senior_communicate", "new_leadership_authority", ("L03", "L42")),
    Step("managers_share", "slack_to_change", ("L05", "L13")),
    Step("net_position", "finances", ("L33", "L41")),
)
DELAYS = ("L34",)  # the local system: delayed transfers of care
