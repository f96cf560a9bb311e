"""Figures published with a finding, words for those who cannot see them, a source and their numbers.

One way for all: `figure(draw, ...)`. A figure is drawn twice, for a narrow column and for a wide one; the page shows
the one that fits. Drawings are SVG with live text in colours of the theme (`svg`, `palette`).
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from textwrap import fill
from typing import Any, cast

import matplotlib as mpl
import matplotlib.axes
import matplotlib.figure
import matplotlib.pyplot as plt
import pandas as pd
from cycler import cycler
from matplotlib.axis import Axis
from matplotlib.colors import to_hex
from matplotlib.text import Text

from analysis.present import palette, spreadsheet, svg
from analysis.present.tables import credit, mark

WIDE = (6.6, 3.9)
NARROW_PX, WIDE_PX = 328, 660  # a drawing for a phone, shown from 288 px on; for a desk, shown from 600 px on
PX = 96
LONG_CREDIT = 140  # letters: more than two lines on a phone
LEAST = 9.4  # points: 12.5 px, which on a phone of 320 px are 11
LINE = 17  # px of a line of names on a narrow drawing
AROUND = 150  # px of such a drawing for its legend and the words of its axis
SHORT = 20  # letters of a line of a name on a narrow drawing
LETTER = 7.8  # px, of a text of that size
READ = {palette.ORANGE: palette.ORANGE_TEXT, palette.GREY: palette.QUIET}  # of marks -> of words: 4.5 to 1
PLACES = 4  # of a side of an axes, as a share of the figure: finer than a pixel
BUILDING = "REPORT_BUILD"  # "1": for the page; COMPARED: for the page, in a run whose texts are compared
COMPARED = "compared"
PAGE_PART = "application/vnd.report.figure+html"  # a kind of output that the comparison leaves out
STYLE: dict[str, Any] = {
    "svg.hashsalt": "special-measures",
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",  # measured with this one, wider than what readers have: nothing is cut
    "font.size": 10,
    "text.color": palette.INK,
    "axes.labelcolor": palette.INK,
    "axes.edgecolor": palette.GREY,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "xtick.color": palette.GREY,
    "ytick.color": palette.GREY,
    "xtick.labelcolor": palette.QUIET,
    "ytick.labelcolor": palette.QUIET,
    "axes.prop_cycle": cycler(color=[palette.BLUE, palette.ORANGE, palette.GREY, palette.INK]),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "figure.constrained_layout.use": True,
}
plt.rcParams.update(cast("Any", STYLE))
Draw = Callable[[int], matplotlib.figure.Figure]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn figure with the words that go with it.

    wide, narrow: width and height in px and the inside of the SVG; title: the finding, shown above; says: the same
    claim in full, read by screen readers and compared by the notebook test; how: how to read a chart of a kind that
    is new, shown below the title; sources: names of tables in `data/`; frame: the numbers drawn, offered as CSV.
    """

    wide: tuple[int, int, str]
    narrow: tuple[int, int, str]
    title: str
    says: str
    how: str
    sources: tuple[str, ...]
    frame: pd.DataFrame
    name: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        words = {"text/plain": repr(self)}
        if os.environ.get(BUILDING):
            return {**words, PAGE_PART if os.environ[BUILDING] == COMPARED else "text/html": self.html()}
        return {**words, "image/svg+xml": self.alone()}

    def __repr__(self) -> str:
        return f"{self.title}\n{self.says}\n{credit(self.sources)}"

    def html(self) -> str:
        """Return the figure as one block of HTML that needs no other file."""
        how = f'<p class="how">{escape(self.how)}</p>' if self.how else ""
        return (
            f'<figure class="result" id="{escape(self.name)}">'
            f'<figcaption class="finding">{escape(self.title)}{mark(self.sources)}</figcaption>{how}'
            f'<div class="picture">{self._element("narrow", self.narrow)}{self._element("wide", self.wide)}</div>'
            f"{sourced(self.sources, self.name, self.frame)}</figure>"
        )

    def alone(self) -> str:
        """Return the wide drawing as a file of its own, its finding above, on white: for notebooks."""
        width, height, inside = self.wide
        lines = fill(self.title, 80).split("\n")
        top = 15 * len(lines) + 9
        told = "".join(
            f'<text x="0" y="{15 * place + 12}" font-size="12" font-weight="bold" fill="{palette.INK}">{escape(line)}</text>'
            for place, line in enumerate(lines)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height + top / 0.75:.0f}" '
            f'viewBox="0 {-top} {width * 0.75:g} {height * 0.75 + top:g}" font-family="system-ui,sans-serif" '
            f'role="img" aria-label="{escape(self.says)}"><rect x="0" y="{-top}" width="100%" height="100%" '
            f'fill="{palette.PAGE}"/><g transform="translate(0 {-top})">{told}</g>{inside}</svg>'
        )

    def _element(self, kind: str, drawing: tuple[int, int, str]) -> str:
        width, height, inside = drawing
        return (
            f'<svg class="{kind}" role="img" aria-label="{escape(self.says)}" width="{width}" height="{height}" '
            f'viewBox="0 0 {width * 0.75:g} {height * 0.75:g}">{svg.themed(inside)}</svg>'
        )


def figure(
    draw: Draw | matplotlib.figure.Figure,
    *,
    name: str,
    title: str,
    says: str,
    frame: pd.DataFrame,
    sources: tuple[str, ...],
    how: str = "",
) -> Figure:
    """Publish a drawing with its words. End a chapter cell with this call.

    draw: a function that draws for a width in px (`NARROW_PX` or `WIDE_PX`) and returns the figure, `canvas` made
    to that width; or a figure, which is laid out again for both. name: short name, used as anchor and file name
    ('entry-bed-occupancy'). title, says, sources, frame, how: see `Figure`. Raises ValueError when a text is empty,
    an axes has no label on an axis that shows numbers, or a colour is not in `palette`.
    """
    for part, text in (("name", name), ("title", title), ("says", says)):
        if not text.strip():
            raise ValueError(f"figure '{name}': found an empty {part}. Allowed: a text.")
    drawings = []
    for kind, width in (("wide", WIDE_PX), ("narrow", NARROW_PX)):
        drawing = draw(width) if callable(draw) else draw
        _labelled(drawing, name)
        if not callable(draw):
            _fit(drawing, width)
        _settle(drawing)
        drawings.append(svg.drawn(drawing, f"{name}-{kind[0]}"))
        plt.close(drawing)
    return Figure(drawings[0], drawings[1], title, says, how, tuple(sources), frame, name)


def canvas(width: int, height: float, *shape: int, **grid: Any) -> tuple[matplotlib.figure.Figure, Any]:
    """Return a figure of `width` by `height` px of the screen and its axes, as `plt.subplots(*shape, **grid)` does."""
    return plt.subplots(*shape, figsize=(width / PX, height / PX), **grid)


def sourced(sources: tuple[str, ...], name: str, frame: pd.DataFrame) -> str:
    """Return the line below a picture: its sources, folded when they take many words, and its numbers as CSV."""
    told = escape(credit(sources))
    numbers = f'<a download="{escape(name)}.csv" href="{spreadsheet.address(frame)}">Numbers of this figure (CSV)</a>'
    if len(told) < LONG_CREDIT:
        return f'<p class="source">{told} {numbers}</p>'
    return f'<div class="source"><details class="fold"><summary>Sources</summary><p>{told}</p></details> {numbers}</div>'


def _labelled(drawing: matplotlib.figure.Figure, name: str) -> None:
    for ax in drawing.axes:
        numeric = ax.get_yticks().size and not _shows_names(ax)
        if ax.get_visible() and ax.axison and numeric and not ax.get_ylabel():
            found = "a vertical axis without label"
            raise ValueError(f"figure '{name}': found {found}. Allowed: quantity and unit.")


def _fit(drawing: matplotlib.figure.Figure, width: int) -> None:
    """Make a figure as wide as told; on a narrow one names take more lines, and legends stand above."""
    height = drawing.get_size_inches()[1]
    drawing.set_layout_engine("constrained")
    for ax in drawing.axes:
        ax.set_in_layout(True)  # which placing the axes took away
        if width == NARROW_PX:
            names = [label.get_text() for label in ax.get_yticklabels()]
            if _shows_names(ax) and max(map(len, names)) > SHORT:
                names = [fill(name.replace("\n", " "), SHORT) for name in names]
                ax.set_yticks(ax.get_yticks(), names)
            if _shows_names(ax):
                lines = max(name.count("\n") + 1 for name in names)
                height = max(height, (LINE * len(names) * lines + AROUND) / PX)
                ax.set_ylabel("")
            if legend := ax.get_legend():
                labels = [text.get_text() for text in legend.get_texts()]
                handles = [handle for handle in legend.legend_handles if handle is not None]
                drawing.legend(handles, labels, loc="outside upper left", frameon=False)
                legend.remove()
    drawing.set_size_inches(width / PX, height)


def _lines(text: str, room: float, size: float = LEAST) -> str:
    """Return text in lines that fit into `room` px; its own breaks go when one of its lines does not fit."""
    most = max(8, int(room / (LETTER * size / LEAST)))
    return text if max(map(len, text.split("\n"))) <= most else fill(text.replace("\n", " "), most)


def _settle(drawing: matplotlib.figure.Figure) -> None:
    """Lay the drawing out, once, with readable labels that fit, and round where its axes stand.

    The last digits of a layout differ from run to run; the names of clip paths in an SVG are made from them.
    """
    for text in drawing.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), LEAST))
        colour = to_hex(text.get_color())
        text.set_color(READ.get(colour, colour))
    width, height = (side * PX for side in drawing.get_size_inches())
    across = len({round(ax.get_position().x0, 2) for ax in drawing.axes if ax.get_visible()})
    for ax in drawing.axes:
        for axis in (ax.xaxis, ax.yaxis):
            sizes = [label.get_fontsize() for label in axis.get_ticklabels()]
            axis.set_tick_params(labelsize=max(LEAST, *sizes, 0))
        for text in (ax.title, ax._left_title, ax._right_title):  # type: ignore[attr-defined]
            text.set_text(_lines(text.get_text(), (width - 80) / across, float(text.get_fontsize())))
        ax.set_xlabel(_lines(ax.get_xlabel(), 0.8 * width / across))
        ax.set_ylabel(_lines(ax.get_ylabel(), 1.05 * ax.get_position(original=True).height * height))
    for text in (drawing._supxlabel, drawing._supylabel):  # type: ignore[attr-defined]
        if text is not None:
            text.set_text(_lines(text.get_text(), 0.9 * (width if text.get_rotation() == 0 else height)))
    engine = drawing.get_layout_engine()
    if engine is None:
        drawing.draw_without_rendering()
    else:
        engine.execute(drawing)
    for ax in drawing.axes:
        _thin(ax.xaxis)
        at = ax.get_position()
        middle = width * (at.x0 + at.x1) / 2  # a label stands about the middle of its axes
        ax.set_xlabel(_lines(ax.get_xlabel(), 2 * min(middle, width - middle)))
    if engine is None:
        return
    engine.execute(drawing)
    drawing.set_layout_engine("none")
    for ax in drawing.axes:
        left, low, wide, high = (round(side, PLACES) for side in ax.get_position(original=True).bounds)
        ax.set_position((left, low, wide, high))


def _thin(axis: Axis) -> None:
    """Turn the names of an axis, or leave out numbers evenly, until no label touches the next."""
    ticks = [tick for tick in axis.get_major_ticks() if tick.label1.get_text() or tick.label2.get_text()]
    labels = [tick.label1 if tick.label1.get_visible() else tick.label2 for tick in ticks]
    labels = [label for label in labels if label.get_visible()]
    labels.sort(key=lambda label: label.get_window_extent().x0)
    boxes = [label.get_window_extent() for label in labels]

    def apart(every: int) -> bool:
        return all(box.x1 < after.x0 - 2 for box, after in pairwise(boxes[::every]))

    if apart(1):
        return
    if any(letter.isalpha() for label in labels for letter in label.get_text()):
        axis.set_tick_params(labelrotation=90)
        return
    every = next(every for every in range(2, len(labels) + 1) if apart(every))
    for place, label in enumerate(labels):
        label.set_visible(place % every == 0)


def _shows_names(ax: matplotlib.axes.Axes) -> bool:
    texts = [label.get_text() for label in ax.get_yticklabels()]
    fixed = isinstance(ax.yaxis.get_major_locator(), mpl.ticker.FixedLocator)
    return fixed and any(letter.isalpha() for text in texts for letter in text)
