"""All choices together: the specification curves of the chapter on rival explanations."""

import pandas as pd

from analysis.chapters import rivals as words_of
from analysis.chapters.findings_drawn import better_up, scale_of
from analysis.methods.effects.specification import SpecificationCurve
from analysis.methods.estimate import clear
from analysis.present import every_choice, figures, words
from analysis.present.plots import in_unit
from analysis.study import regime

MAIN = {"sample": "All trusts", "method": "imputation", "window": "three years"}
UP = {
    "shmi": "fewer deaths per hundred",
    "four_hour_waits": "more in a hundred in four hours",
    "recommend_work": "more in a hundred recommend",
}
SHORT = {
    "Without trusts also in financial special measures": "No financial measures",
    "Without entries known only to the month": "Day of entry known",
    "Only trusts with figures from the start": "Seen from the start",
    "Without codes that a merger made larger": "No merged trusts",
    "Without the eleven Keogh trusts": "Without the Keogh eleven",
    "imputation, year before left out": "imputation, year before out",
    "group-time, not yet": "group-time, not yet entered",
    "group-time, never": "group-time, never entered",
}
HOW = (
    "Each column is one way to compare trusts that entered with what other trusts predict, from worst to best; filled and blue: the "
    "95% interval leaves out zero. Squares below say which choices made it. The report's own choice is marked and bold."
)


def frame(name: str, curve: SpecificationCurve) -> pd.DataFrame:
    """Return the estimated combinations, worst first, so that more is better, with the short names of choices."""
    rows, turn = curve.estimated, better_up(name) * scale_of(name)
    ends = (turn * rows[["lower", "upper"]]).agg(["min", "max"], axis=1)
    turned = rows.assign(estimate=turn * rows["estimate"], lower=ends["min"], upper=ends["max"])
    turned[list(curve.choices)] = turned[list(curve.choices)].replace(SHORT)
    return turned.sort_values("estimate", kind="stable", ignore_index=True)


def worst(rows: pd.DataFrame) -> str:
    """Return the choice whose combinations are the lowest of all, every one of them; blank when there is none."""
    for name in MAIN:
        first = rows[name].iloc[0]
        if first != MAIN[name] and (rows[name].iloc[: int((rows[name] == first).sum())] == first).all():
            return str(first)
    return ""


def title(name: str, curve: SpecificationCurve) -> str:
    """Return the finding: how many choices leave out zero, and the one choice that makes the lowest of them."""
    lowest = worst(frame(name, curve))
    more = f"; the worst are all those “{words.small(lowest)}”" if lowest else ""
    return f"{words_of.curve_title(name, curve)}{more}"


def picture(name: str, curve: SpecificationCurve) -> figures.Figure:
    """Return the curve of an indicator as a page publishes it."""
    rows = frame(name, curve)
    reach = rows["upper"].max() - rows["lower"].min()
    step = next(step for step in (0.5, 1.0, 2.0, 5.0, 10.0) if reach / step <= 7)
    drawn = every_choice.curve(rows, main=MAIN, unit=UP.get(name, "its own unit"), step=step)
    said = words_of.curve_sentence(name, curve)
    return figures.figure(
        drawn, name=f"curve-{name.replace('_', '-')}", frame=in_unit(curve.frame, regime.indicator(name).change_unit), title=title(name, curve), how=HOW,
        says=f"{said} {_counted(rows)}", sources=(regime.indicator(name).table, "regime_spells", "regime_trusts"),
    )  # fmt: skip


def _counted(rows: pd.DataFrame) -> str:
    """Say how many combinations with each choice leave out zero."""
    outside = clear(rows)
    parts = [
        f"{value} {words.number(outside[rows[name] == value].sum())} of {words.number((rows[name] == value).sum())}"
        for name in MAIN
        for value in rows[name].drop_duplicates()
    ]
    return f"Intervals that leave out zero, by choice: {'; '.join(parts)}."
