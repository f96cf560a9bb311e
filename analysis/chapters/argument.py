"""The argument in one picture: trusts that entered, equally bad ones that did not, and all that never did, around entry."""

from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analysis.chapters.findings_drawn import NAMES, better_up, scale_of
from analysis.present import figures, forest, words
from analysis.present.palette import (  # fmt: skip
    BLUE,
    BLUE_TINT,
    INK,
    ORANGE,
    ORANGE_TEXT,
    ORANGE_TINT,
    PAGE,
    PALE,
    PANEL,
    QUIET,
)
from analysis.present.svg import HALO
from analysis.study import around_entry, indicators, regime
from analysis.study.around_entry import AFTER, BEFORE, ENTERED, EQUALLY_BAD

AWAY = {
    "shmi": "more deaths per hundred expected",
    "four_hour_waits": "fewer in a hundred seen in four hours",
    "recommend_work": "fewer in a hundred who recommend",
}
CLOSER = 0.75  # of the gap of the year before: a group whose gap is smaller at the end came back
LOOKS = {
    ENTERED: (BLUE, BLUE_TINT, BLUE, "-", "o"),
    EQUALLY_BAD: (ORANGE, ORANGE_TINT, ORANGE_TEXT, "--", "D"),
}
HOW = (
    "Each line is the average distance from all trusts of the same kind that were never put in; up is better. "
    "Each trust that was put in is paired with one as far behind in the year before (hatched) that was not. "
    "Pale grounds are 95% intervals."
)
TALL = 196  # px of a panel


def frame() -> pd.DataFrame:
    """Return `around_entry.paths` of the primary indicators as drawn: better is more, in the unit it is told in."""
    parts = []
    for name in indicators.indicators(primary=True):
        found, turn = around_entry.paths(name), better_up(name) * scale_of(name)
        ends = (turn * found[["lower", "upper"]]).agg(["min", "max"], axis=1)
        drawn = found.assign(gap=turn * found["gap"], lower=ends["min"], upper=ends["max"])
        parts.append(drawn.assign(indicator=name, measure=NAMES[name], unit=AWAY[name]))
    return pd.concat(parts, ignore_index=True)


def ends(rows: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return the gap of each group in the year before entry and at the end."""
    gaps = {}
    for group, path in rows.groupby("group", sort=False):
        before = path.loc[path["years"].between(-1, 0, inclusive="left"), "gap"].mean()
        gaps[str(group)] = (float(before), float(path["gap"].iloc[-1]))
    return gaps


def came_back(rows: pd.DataFrame) -> dict[str, bool]:
    """Return for each group whether its gap at the end is less than CLOSER of that in the year before entry."""
    return {group: last > CLOSER * before for group, (before, last) in ends(rows).items()}


def panel_title(rows: pd.DataFrame) -> str:
    """Return what a panel shows."""
    back = [group for group, nearer in came_back(rows).items() if nearer]
    said = (
        f"only the {back[0]} came back"
        if len(back) == 1
        else "both came back"
        if back
        else "both stayed behind"
    )
    return f"{rows['measure'].iloc[0]}: {said}"


def title(paths: pd.DataFrame) -> str:
    """Return the finding: in how many measures the equally bad ended as near to the others or nearer."""
    last = paths.groupby(["indicator", "group"], sort=False)["gap"].last().unstack("group")
    near = int((last[EQUALLY_BAD] >= last[ENTERED]).sum())
    if near == len(last):
        return "Equally bad trusts that were never put in ended at least as near the average"
    return f"Equally bad trusts that were never put in ended as near the average in {near} of {len(last)} measures"


def says(paths: pd.DataFrame) -> str:
    """Return the picture in words."""
    parts = []
    for _, rows in paths.groupby("indicator", sort=False):
        told = "; ".join(
            f"{group} {words.number(-before, digits=1)} in the year before, {words.number(-last, digits=1)} at the end"
            for group, (before, last) in ends(rows).items()
        )
        parts.append(f"{panel_title(rows)} ({rows['unit'].iloc[0]} than trusts never put in: {told}).")
    most = paths.groupby("indicator", sort=False)["pairs"].max()
    pairs = words.join(most.map(words.number).tolist())
    return f"Two years before entry to three after it. {' '.join(parts)} At most {pairs} pairs."


def picture(*, name: str = "the-argument") -> figures.Figure:
    """Return the picture as a page publishes it. name: its anchor."""
    found = frame()
    tables = [regime.indicator(one).table for one in indicators.indicators(primary=True)]
    return figures.figure(
        draw(found), name=name, title=title(found), says=says(found), frame=found, how=HOW,
        sources=(*tables, "regime_spells"),
    )  # fmt: skip


def draw(paths: pd.DataFrame) -> figures.Draw:
    """Return a drawing of `frame`: panels side by side, one below the other on a narrow sheet."""
    panels = [rows for _, rows in paths.groupby("indicator", sort=False)]

    def drawn(width: int) -> Drawing:
        across = 1 if width == figures.NARROW_PX else len(panels)
        each, rows = width / across, len(panels) // across
        head = 46 if across == 1 else 80
        high = head + TALL + 46
        drawing, ax = forest.sheet(width, high * rows)
        for place, one in enumerate(panels):
            left, top = each * (place % across), high * (place // across)
            strong = [panel_title(one)] if across == 1 else panel_title(one).split(": ")
            for line, text in enumerate([*strong, *wrap(one["unit"].iloc[0], 60 if across == 1 else 25)]):
                bold = line < len(strong)
                forest.write(
                    ax, left, top + 10 + 19 * line, text, bold=bold, size=forest.SMALL if line else forest.NAME,
                    color=INK if bold else QUIET,
                )  # fmt: skip
            room = (left + 24, top + head, each - 24 - (38 if across == 1 else 48), TALL)
            box = drawing.add_axes(forest.within(drawing, room))
            _panel(box, one, tight=across > 1)
        return drawing

    return drawn


def _panel(ax: Axes, rows: pd.DataFrame, *, tight: bool) -> None:
    low, high = rows["lower"].min(), max(rows["upper"].max(), 0.6)
    low, high = low - 0.04 * (high - low), high + 0.16 * (high - low)
    ax.set(xlim=(-BEFORE - 0.15, AFTER + 0.08), ylim=(low, high))
    ax.axvspan(0, AFTER + 0.08, color=PANEL, zorder=0, linewidth=0)
    year = -rows.loc[rows["years"] < 0, "years"].min() / BEFORE
    edges = (-1.25, -0.75) if year == 1 and rows["years"].diff().abs().max() >= 1 else (-1.05, -0.1)
    ax.axvspan(*edges, facecolor="none", edgecolor=PALE, hatch="///", zorder=0.5, linewidth=0)
    step = next(step for step in (1, 2, 4, 5, 10) if (high - low) / step <= 6)
    ticks = [tick for tick in np.arange(-100 * step, 0 + step, step) if low < tick <= 0]
    for tick in ticks:
        colour, thick = (INK, 1.2) if tick == 0 else (PALE, 0.8)
        ax.axhline(float(tick), color=colour, linewidth=thick, zorder=1)
    ax.axvline(0, color=INK, linewidth=1.2, linestyle=":", zorder=2)
    for group, path in rows.groupby("group", sort=False):
        colour, tint, ink, style, shape = LOOKS[str(group)]
        pale: dict[str, Any] = {"color": tint, "alpha": 0.5, "linewidth": 0, "zorder": 1.5}
        ax.fill_between(path["years"], path["lower"], path["upper"], **pale)
        whole = path["years"].mod(1) == 0
        ax.plot(path["years"], path["gap"], color=colour, linewidth=1.9, linestyle=style, zorder=4)
        ax.plot(
            path.loc[whole, "years"], path.loc[whole, "gap"], shape, color=colour, zorder=5, markersize=5,
            markerfacecolor=PAGE if shape == "D" else colour, markeredgewidth=1.4,
        )  # fmt: skip
        _end(ax, rows, path, ink)
    _labels(ax, rows, (low, high), tight=tight)
    ax.set_yticks(ticks, [f"{abs(tick):g}" for tick in ticks])
    years = range(-BEFORE, AFTER + 1)
    ax.set_xticks(years, [f"{year:+d}".replace("-", words.MINUS) if year else "0" for year in years])
    ax.set_xlabel("years from entry", color=QUIET)
    ax.set_ylabel(rows["unit"].iloc[0], visible=False)  # it stands above the panel
    ax.tick_params(length=0, pad=4)
    for side in ax.spines.values():
        side.set_visible(False)


def _end(ax: Axes, rows: pd.DataFrame, path: pd.DataFrame, ink: str) -> None:
    """Write the last value at the end of a line, apart from the other group's."""
    ends = rows.groupby("group", sort=False)["gap"].last()
    tall = (ax.get_ylim()[1] - ax.get_ylim()[0]) / TALL
    middle, mine = ends.mean(), path["gap"].iloc[-1]
    apart = max(abs(mine - middle), 8 * tall) * (1 if mine > middle else -1)
    ax.text(
        path["years"].iloc[-1] + 0.16, middle + apart, words.number(abs(mine), digits=1), color=ink,
        fontsize=forest.SMALL, fontweight="bold", va="center", ha="left",
    )  # fmt: skip


def _labels(ax: Axes, rows: pd.DataFrame, limits: tuple[float, float], *, tight: bool) -> None:
    """Write which line is which, and what the zero line and the hatching stand for."""
    low, high = limits
    tall = (high - low) / TALL
    looks: dict[str, Any] = {"fontsize": forest.SMALL, "gid": HALO, "zorder": 7}
    ax.text(-BEFORE - 0.1, 4 * tall, "never put in", color=QUIET, va="bottom", **looks)
    ax.text(-BEFORE - 0.1, low + 4 * tall, "paired on this", color=QUIET, va="bottom", **looks)
    told = "Equally bad" if tight else "Equally bad, not put in"
    looks |= {"ha": "right", "fontweight": "bold"}
    ax.text(AFTER, high - 6 * tall, told, color=ORANGE_TEXT, va="top", **looks)
    ax.text(AFTER, low + 22 * tall, "Entered", color=BLUE, va="bottom", **looks)
