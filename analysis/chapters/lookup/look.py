"""Look up a trust: its control chart, its place among peers and both in words, for any trust and indicator."""

from dataclasses import dataclass

import pandas as pd

from analysis.chapters.lookup.chart import Chart, chart, last_place
from analysis.chapters.lookup.peers import Peers, of_own, shared_peers
from analysis.chapters.lookup.series import TrustError, type_of
from analysis.chapters.lookup.stretches import events


@dataclass(frozen=True, slots=True)
class Look:
    """A trust on an indicator: how it moved, and where it stood in its last period with a figure.

    chart: see `Chart`. events: what happened to the trust: `date`, `kind`, `words`. peers: trusts of its type
    in the same period, None when there is no figure or fewer than three trusts; why_no_peers: '' or why.
    """

    chart: Chart
    events: pd.DataFrame
    peers: Peers | None
    why_no_peers: str

    def sentence(self) -> str:
        """What the chart shows, then the place among peers."""
        second = self.peers.sentence(self.chart.code) if self.peers else self.why_no_peers
        return f"{self.chart.sentence()} {second}".strip()


def trust(code: str, indicator: str) -> Look:
    """Look up a trust: chart, dates and place among peers.

    code: of a trust (`trusts()` lists them), in any case. indicator: of the catalogue.
    Raises TrustError for an unknown code, DataError for an unknown indicator.
    """
    found = chart(code, indicator)
    others, why = among(found)
    return Look(found, events(found.code), others and of_own(others), why)


def among(found: Chart) -> tuple[Peers | None, str]:
    """Return trusts of the type in the last period with a figure, as `peers.shared_peers`, or None and '' or why not."""
    at = last_place(found)
    if at is None:
        return None, ""
    try:
        return shared_peers(found.indicator, found.periods[at], type_of(found.code)), ""
    except TrustError:
        return (
            None,
            "Fewer than three trusts of its type have a figure in that period, so there is no place among peers.",
        )
