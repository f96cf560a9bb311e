"""The picture of the finding: three primary measures, beside the prediction and beside trusts alike."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analysis.chapters import ruled
from analysis.edition.headlines import Headline
from analysis.present import figures, words
from analysis.present.palette import BETTER, BLUE, INK, MID, ORANGE, ORANGE_TEXT, QUIET, ZONE_TEXT
from analysis.study import indicators, regime, ruled_out

SHORT = {
    "shmi": "Hospital mortality",
    "four_hour_waits": "Seen in A&E within four hours",
    "recommend_work": "Staff who recommend their trust",
}
SCALE = {"shmi": 100.0}  # deaths per hundred expected; the others are in percentage points
UNIT = {"shmi": ruled.DEATHS}
ROWS = ((1.4, BLUE, INK, "beside the prediction"), (0.0, ORANGE, ORANGE_TEXT, "beside trusts alike"))


def frame(known: Mapping[str, Headline]) -> pd.DataFrame:
    """Return what is drawn, signed so that more is better.

    known: of `findings.numbers`. Columns: `measure`, `compared` ("beside the prediction", "beside trusts alike"),
    `estimate`, `lower`, `upper`, `important` (smallest difference that matters), `unit`, `verdict`.
    """
    rows = []
    for name in indicators.indicators(primary=True):
        scale, sign = SCALE.get(name, 1.0), -1 if regime.indicator(name).better == "lower" else 1
        for key, compared in (("entry", ROWS[0][3]), ("decided", ROWS[1][3])):
            one = known[f"{key}_{name}"]
            low, high = sorted(sign * scale * limit for limit in (one.low, one.high))
            important, unit = scale * ruled_out.important(name), UNIT.get(name, "percentage points")
            drawn = (SHORT[name], compared, sign * scale * one.value, low, high, important, unit)
            rows.append((*drawn, known[f"entry_{name}"].verdict))
    columns = ["measure", "compared", "estimate", "lower", "upper", "important", "unit", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def title(found: pd.DataFrame) -> str:
    """Return the finding: of how many of the measures an improvement can be told beside trusts alike."""
    beside = found[found["compared"] == ROWS[1][3]]
    many = int((beside["verdict"] == "improved").sum())
    if many == 0:
        return "Beside trusts alike, no main measure can be told to have improved"
    return f"Beside trusts alike, {words.number(many)} of {words.number(len(beside))} main measures improved"


def says(found: pd.DataFrame) -> str:
    """Return the picture in words."""
    parts = [
        f"{row['measure']} {row['compared']}: {words.number(row['estimate'], digits=1)} "
        f"({words.number(row['lower'], digits=1)} to {words.number(row['upper'], digits=1)}) {row['unit']}"
        for row in found.to_dict("records")
    ]
    ends = [f"{name}: {rows['verdict'].iloc[0]}" for name, rows in found.groupby("measure", sort=False)]
    return f"Change after entry, more is better. {'; '.join(parts)}. Verdicts: {'; '.join(ends)}."


def _row(ax: Axes, rows: pd.DataFrame) -> None:
    reach = 1.15 * rows[["lower", "upper", "important"]].abs().max(axis=None)
    important = rows["important"].iloc[0]
    ax.axvspan(0, reach, color=BETTER, zorder=0)
    ax.axvline(0, color=QUIET, linewidth=1)
    ax.axvline(important, color=MID, linewidth=1, linestyle=(0, (4, 3)))
    for (place, colour, ink, name), one in zip(ROWS, rows.to_dict("records"), strict=True):
        ax.plot(
            [one["lower"], one["upper"]], [place, place], color=colour, linewidth=2.5, solid_capstyle="butt"
        )
        ax.plot(one["estimate"], place, "o" if place else "D", color=colour, markersize=7)
        ax.text(-reach, place + 0.22, name, color=ink, fontsize=10, ha="left", va="bottom")
    ax.set_xlim(-reach, reach)
    ax.set_ylim(-0.5, 2.3)
    ax.set_yticks([])
    ax.set_xlabel(rows["unit"].iloc[0], fontsize=10)
    ax.set_title(f"{rows['measure'].iloc[0]}: {rows['verdict'].iloc[0]}", loc="left", fontsize=10)


def forest(found: pd.DataFrame) -> figures.Draw:
    """Return a drawing of `frame`: a row a measure, better to the right, the smallest difference that matters dashed."""

    def draw(width: int) -> Drawing:
        measures = [rows for _, rows in found.groupby("measure", sort=False)]
        drawing, axes = figures.canvas(
            width, 165 * len(measures) + 20, len(measures), 1, layout="constrained"
        )
        for ax, rows in zip(axes, measures, strict=True):
            _row(ax, rows)
        axes[0].text(
            0.99,
            0.97,
            "better",
            color=ZONE_TEXT,
            fontsize=10,
            ha="right",
            va="top",
            transform=axes[0].transAxes,
        )
        return drawing

    return draw


HOW = (
    "Each line is a 95% interval, the mark on it the estimate; right of the middle is better. "
    "An interval that lies left of the dashed line leaves out an improvement that matters."
)


def picture(known: Mapping[str, Headline], *, name: str) -> figures.Figure:
    """Return the picture as a page publishes it. name: its anchor."""
    found = frame(known)
    sources = ("indicators", "regime_spells", "calibration")
    return figures.figure(
        forest(found), name=name, title=title(found), says=says(found), frame=found, sources=sources, how=HOW
    )
