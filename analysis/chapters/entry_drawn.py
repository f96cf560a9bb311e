"""All indicators in one picture: what followed entry, and what is left of it beside trusts alike, in families."""

import numpy as np
import pandas as pd

from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.results import THIN
from analysis.present import figures, forest, words
from analysis.present.plots import in_unit
from analysis.study import deciding, regime, ruled_out
from analysis.study.rule import IMPROVED, WORSENED

REACH, TICKS = 1.25, (-1.0, -0.5, 0.0, 0.5, 1.0)  # in spreads between trusts
UNITS = {"points": " points", "deaths": " per 100", "score": " of ten", "per day": " a day", "per 100 days": " in 100 days"}  # fmt: skip
PARTS = ("estimate", "lower", "upper")
DECIDED = ("decided", "decided_lower", "decided_upper")
HOW = (
    "Circle: trusts that entered, beside what other trusts predict. Diamond: the same trusts beside ten alike that were never "
    "put in, which decides. Grey square: neither direction is better, higher is to the right. ↓: lower is better. Lines are 95% intervals."
)


def frame(both: pd.DataFrame) -> pd.DataFrame:
    """Return what is drawn, one row an indicator whose main estimate rests on THIN trusts or more.

    both: of `entry_effects.two_baselines`. Columns: `indicator`, `title`, `family`, `unit`, `n_trusts`, `estimate`,
    `lower`, `upper`, `decided`, `decided_lower`, `decided_upper` (missing where that comparison was not calibrated),
    all in the indicator's unit, and `spread`, the standard deviation between trusts that never entered.
    """
    kept = ["indicator", "title", "unit", "n_trusts", *PARTS]
    rows = []
    for row in both.loc[both["n_trusts"] >= THIN, kept].to_dict("records"):
        name = row["indicator"]
        try:
            beside = deciding.decided(name)
            decided = (beside.value, beside.lower, beside.upper)
        except EffectError:
            decided = (np.nan,) * 3
        told = dict(zip(DECIDED, decided, strict=True)) | {"spread": ruled_out.spread(name)}
        rows.append({"family": regime.indicator(name).family} | row | told)
    found = pd.DataFrame(rows)
    order = list(found["family"].unique())
    return found.sort_values(
        "family", key=lambda names: names.map(order.index), kind="stable", ignore_index=True
    )


def _judged(estimates: pd.DataFrame) -> list[str]:
    """Return the indicators drawn beside trusts alike of which one direction is better."""
    names = estimates.loc[estimates["decided"].notna(), "indicator"]
    return [name for name in names if regime.indicator(name).better is not None]


def unadjusted(estimates: pd.DataFrame) -> str:
    """Say for how many indicators the interval beside trusts alike leaves out zero, before their number is allowed for."""
    rows = estimates.set_index("indicator").loc[_judged(estimates)]
    signs = {str(name): regime.indicator(str(name)).sign for name in rows.index}
    ends = [sorted(signs[str(name)] * row[part] for part in DECIDED[1:]) for name, row in rows.iterrows()]
    better, worse = sum(low > 0 for low, _ in ends), sum(high < 0 for _, high in ends)
    return (
        f"One by one, the interval beside trusts alike leaves out zero for {words.number(better + worse)} of {words.number(len(ends))}: "
        f"{words.number(better)} better, {words.number(worse)} worse. Our rule allows for their number."
    )


def title(estimates: pd.DataFrame) -> str:
    """Return the finding."""
    verdicts = [ruled_out.verdict(name) for name in _judged(estimates)]
    better, worse = verdicts.count(IMPROVED), verdicts.count(WORSENED)
    count = words.number(better) if better else "none"
    told = f"Beside trusts alike, {count} of {words.number(len(verdicts))} indicators improved by our rule"
    return f"{told} and {words.number(worse)} worsened" if worse else told


def says(estimates: pd.DataFrame) -> str:
    """Return the picture in words."""
    parts = []
    for row in estimates.to_dict("records"):
        texts = [words.told(row, row["unit"])]
        if row["decided"] == row["decided"]:
            value, low, high = (row[part] for part in DECIDED)
            texts.append(f"beside trusts alike {words.estimate(value, low, high, row['unit'])}")
        parts.append(f"{row['title']}: {', '.join(texts)}")
    return f"Differences in the three years after entry. {'; '.join(parts)}. {unadjusted(estimates)}"


def picture(both: pd.DataFrame, *, name: str) -> figures.Figure:
    """Return the picture as a page publishes it. both: of `entry_effects.two_baselines`; name: its anchor."""
    found = frame(both)
    drawn = forest.many(
        [_row(row) for row in found.to_dict("records")], reach=REACH, ticks=TICKS,
        unit="× the spread between trusts that never entered",
    )  # fmt: skip
    return figures.figure(
        drawn, name=name, title=title(found), says=says(found), how=HOW, frame=in_unit(found, found["unit"]),
        sources=("indicators", "regime_spells", "calibration"),
    )  # fmt: skip


def too_few(both: pd.DataFrame) -> str:
    """Name the indicators that are not drawn, with the trusts behind each."""
    rows = both[both["n_trusts"] < THIN]
    names = [f"{row['title']} ({words.number(row['n_trusts'])})" for row in rows.to_dict("records")]
    return f"Too few trusts to draw (how many in brackets): {'; '.join(names)}." if names else ""


def _row(row: dict) -> forest.Row:
    about = regime.indicator(row["indicator"])
    kinds = (forest.NEITHER if about.better is None else forest.ENTERED, forest.ALIKE)
    marks = []
    for kind, parts in zip(kinds, (PARTS, DECIDED), strict=True):
        value, *limits = (about.sign * row[part] / row["spread"] for part in parts)
        if value == value:
            marks.append(forest.Mark(kind, value, *sorted(limits)))
    told, *ends = (words.number(row[part], row["unit"], sign=True).split(" ")[0] for part in PARTS)
    down = " ↓" if about.better == "lower" else ""
    return forest.Row(
        about.family.capitalize(), f"{row['title']}{down}",
        told + UNITS[row["unit"]], f"({ends[0]} to {ends[1]})", tuple(marks),
        strong=about.primary, better=about.better is not None,
    )  # fmt: skip
