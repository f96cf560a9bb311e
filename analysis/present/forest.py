"""Forest plots laid out in px of the screen: a few measures with a verdict each, or many in families.

Better lies to the right whatever the sign of a measure. Shape comes before colour: filled circle, hollow diamond with
a dashed line, thick bar with a tick, grey square. Texts are placed as wide as the widest common face needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from analysis.present import figures
from analysis.present.palette import (
    BETTER,
    BLUE,
    GREY,
    INK,
    MID,
    ORANGE,
    ORANGE_TEXT,
    PAGE,
    PALE,
    QUIET,
    ZONE,
    ZONE_TEXT,
)
from analysis.present.svg import HALO

SMALL, NAME = 9.6, 10.8  # points: 12.8 and 14.4 px
ENTERED, ALIKE, DECIDES, NEITHER = "entered", "alike", "decides", "neither"
INKS = {ENTERED: (BLUE, BLUE), ALIKE: (ORANGE, ORANGE_TEXT), DECIDES: (INK, INK), NEITHER: (GREY, QUIET)}
HALVES = {0.5: "½"}
ICONS = {"improved": "▲", "worsened": "▼", "no important improvement": "–", "cannot tell": "?"}


@dataclass(frozen=True, slots=True)
class Mark:
    """An estimate with its interval, better to the right. label: name of the row; told: the number in words, its
    interval after it (`between`, on a wide drawing)."""

    kind: str
    estimate: float
    lower: float
    upper: float
    label: str = ""
    told: str = ""
    between: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of a forest. note, short: a line below its name, for a narrow drawing; important: smallest difference that matters; marks: rows."""

    name: str
    verdict: str
    note: str
    short: str
    important: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One of many measures. told, between: its number and interval in its own unit; strong: a main measure;
    better: whether a direction is better."""

    family: str
    name: str
    told: str
    between: str
    marks: tuple[Mark, ...]
    strong: bool
    better: bool


def sheet(width: int, height: float) -> tuple[Drawing, Axes]:
    """Return a figure whose only axes is all of it, in px from the upper left corner."""
    drawing, ax = figures.canvas(width, height, layout="none")
    ax.set_position((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    return drawing, ax


def within(drawing: Drawing, room: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Return where an axes stands in a figure, as shares of it. room: left, upper edge, width and height in px."""
    width, height = (float(side) * figures.PX for side in drawing.get_size_inches())
    left, top, wide, high = room
    return left / width, 1 - (top + high) / height, wide / width, high / height


def long(text: str, size: float = SMALL, *, bold: bool = False) -> float:
    """Return how wide a text is, in px."""
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    return float(TextPath((0, 0), text, size=size, prop=font).get_extents().width) / 0.75


def write(
    ax: Axes, x: float, y: float, text: str, *, bold: bool = False, ha: str = "left", color: str = INK,
    size: float = SMALL, halo: bool = False,
) -> None:  # fmt: skip
    """Write a line whose middle lies at `y`."""
    weight = "bold" if bold else "normal"
    ax.text(
        x, y, text, fontsize=size, fontweight=weight, ha=ha, va="center_baseline", color=color,
        gid=HALO if halo else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where values stand: from `low` at `left` px to `high` at `right` px; what reaches beyond ends at the edge."""

    low: float
    high: float
    left: float
    right: float

    def __call__(self, value: float) -> float:
        part = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.left + part * (self.right - self.left)


def _mark(ax: Axes, mark: Mark, at: _Scale, y: float) -> None:
    colour = INKS[mark.kind][0]
    ends, x = [at(mark.lower), at(mark.upper)], at(mark.estimate)
    if mark.kind == DECIDES:
        ax.plot(ends, [y, y], color=colour, linewidth=5.5, solid_capstyle="butt", zorder=4)
        ax.plot([x, x], [y - 6, y + 6], color=PAGE, linewidth=3.4, zorder=5)
        ax.plot([x, x], [y - 7, y + 7], color=colour, linewidth=1.4, zorder=6)
        return
    alike = mark.kind == ALIKE
    style = (0, (3, 1.6)) if alike else "-"
    ax.plot(ends, [y, y], color=colour, linewidth=1.8, linestyle=style, solid_capstyle="butt", zorder=4)
    shape = {ENTERED: "o", ALIKE: "D", NEITHER: "s"}[mark.kind]
    face, size = (PAGE, 4.6) if alike else (colour, 5.4)
    ax.plot(x, y, shape, color=colour, markerfacecolor=face, markeredgewidth=1.5, markersize=size, zorder=5)


def _ground(
    ax: Axes, at: _Scale, strip: tuple[float, float], ticks: Sequence[float], *, shaded: bool
) -> None:
    """Shade the better side, where a direction is better, and draw the grid."""
    if shaded:
        ax.fill_between([at(0), at.right], *strip, color=BETTER, linewidth=0, zorder=0)
    for tick in ticks:
        ax.plot([at(tick)] * 2, strip, color=QUIET if tick == 0 else PALE, linewidth=1, zorder=2)


def _axis(ax: Axes, at: _Scale, y: float, ticks: Sequence[float], unit: str) -> None:
    """Write the two sides, the numbers of the axis, without sign since the sides are named, and its unit."""
    write(ax, at(0) - 8, y, "← worse", ha="right", color=QUIET)
    write(ax, at(0) + 8, y, "better →", bold=True, color=ZONE_TEXT)
    for tick in ticks:
        write(ax, at(tick), y + 18, HALVES.get(abs(tick), f"{abs(tick):g}"), ha="center", color=QUIET)
    if unit:
        write(ax, 0, y + 18, unit, color=QUIET)


def few(
    measures: Sequence[Measure], *, low: float, high: float, ticks: Sequence[float], unit: str, zone: str
) -> figures.Draw:
    """Return a drawing of measures with their verdicts, all on one axis. zone: what the deep ground stands for."""

    def draw(width: int) -> Drawing:
        narrow = width == figures.NARROW_PX
        step = 20 if narrow else 22
        at = _Scale(low, high, 106, width - 74) if narrow else _Scale(low, high, 140, width - 248)
        tall, head = 59 + step * max(len(measure.marks) for measure in measures), 56
        drawing, ax = sheet(width, head + tall * len(measures))
        ax.fill_between([0, 14], 3, 15, color=ZONE, linewidth=0)
        ax.plot([0.8, 0.8], [2, 16], color=MID, linewidth=1.2, linestyle=(0, (3, 2)))
        write(ax, 20, 9, zone, color=ZONE_TEXT)
        _axis(ax, at, 30, ticks, unit)
        for place, measure in enumerate(measures):
            _measure(ax, measure, at, head + tall * place, (step, width), ticks)
        return drawing

    return draw


def _measure(
    ax: Axes, measure: Measure, at: _Scale, top: float, sizes: tuple[int, int], ticks: Sequence[float]
) -> None:
    step, width = sizes
    narrow = width == figures.NARROW_PX
    write(ax, 0, top + 12, measure.name, bold=True, size=NAME)
    place = long(measure.name, NAME, bold=True) + 18
    ax.plot(place, top + 12, "o", color=INK, markersize=11.5)
    write(ax, place, top + 12, ICONS[measure.verdict], bold=True, ha="center", color=PAGE)
    write(ax, place + 13, top + 12, measure.verdict, bold=True)
    write(ax, 0, top + 31, measure.short if narrow else measure.note, color=QUIET)
    first = top + 47
    strip, deep = (first - 4, first + step * len(measure.marks)), at(measure.important)
    _ground(ax, at, strip, ticks, shaded=True)
    ax.fill_between([deep, at.right], *strip, color=ZONE, linewidth=0, zorder=1)
    ax.plot([deep] * 2, strip, color=MID, linewidth=1.2, linestyle=(0, (3, 2)), zorder=3)
    for place_, mark in enumerate(measure.marks):
        y, bold = first + step * (place_ + 0.5) - 2, mark.kind == DECIDES
        write(ax, 0, y, mark.label, bold=bold, color=INKS[mark.kind][1])
        _mark(ax, mark, at, y)
        if narrow:
            write(ax, width, y, mark.told, bold=bold, ha="right", color=INKS[mark.kind][1])
        else:
            write(ax, at.right + 12, y, mark.told, bold=bold, color=INKS[mark.kind][1])
            write(ax, width, y, mark.between, ha="right", color=QUIET)


def many(rows: Sequence[Row], *, reach: float, ticks: Sequence[float], unit: str) -> figures.Draw:
    """Return a drawing of rows in families, better to the right. reach: end of the axis to both sides, in its unit.

    On a narrow sheet a name stands above its strip, which takes the whole width. Each family repeats the axis.
    """

    def draw(width: int) -> Drawing:
        narrow = width == figures.NARROW_PX
        at = _Scale(-reach, reach, 8, width - 8) if narrow else _Scale(-reach, reach, 246, width - 172)
        names = [wrap(row.name, 28 if narrow else 32) for row in rows]
        tall = [16 * len(name) + 38 if narrow else max(40, 16 * len(name) + 8) for name in names]
        new = [place == 0 or rows[place - 1].family != row.family for place, row in enumerate(rows)]
        head = 62 if narrow else 46
        drawing, ax = sheet(width, 20 + sum(tall) + head * sum(new))
        write(ax, 0, 9, unit, color=QUIET)
        top = 20.0
        for row, name, high, first in zip(rows, names, tall, new, strict=True):
            if first:
                write(ax, 0, top + 12, row.family, bold=True, size=NAME)
                _axis(ax, at, top + (30 if narrow else 14), ticks, "")
                top += head
            _row(ax, row, name, at, (top, high), ticks)
            top += high
        return drawing

    return draw


def _row(
    ax: Axes, row: Row, name: Sequence[str], at: _Scale, room: tuple[float, float], ticks: Sequence[float]
) -> None:
    (top, high), width = room, ax.get_xlim()[1]
    narrow, lines = width == figures.NARROW_PX, 16 * len(name)
    strip = (top + lines + 4, top + high - 6) if narrow else (top, top + high)
    for line, text in enumerate(name):
        write(ax, 0, top + 8 + 16 * line, text, bold=row.strong)
    _ground(ax, at, strip, ticks, shaded=row.better)
    middle, apart = sum(strip) / 2, 6 if len(row.marks) > 1 else 0
    for place, mark in enumerate(row.marks):
        _mark(ax, mark, at, middle + apart * (2 * place - 1))
    write(ax, width, top + 8, row.told, ha="right", bold=row.strong)
    if not narrow:
        write(ax, width, top + 24, row.between, ha="right", color=QUIET)
