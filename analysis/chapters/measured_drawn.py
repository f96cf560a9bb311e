"""Which trusts that entered have which figures, as a picture: a row an indicator, a square a trust."""

from textwrap import wrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from analysis.chapters import measured
from analysis.present import figures, forest, words
from analysis.present.palette import BLUE, BLUE_TINT, QUIET

HOW = (
    "Each row has a square for each trust, from the first that entered to the last. Its left half is filled when there "
    "are figures before entry, its right half when there are figures from entry on. The number counts the squares that are full."
)
NARROW_NAME, WIDE_NAME = 44, 34  # letters of a line of a name, above its row and beside it
BESIDE, COUNT = 272, 26  # px: of the names beside the rows, of the count after them
LINE, GAP = 18, 12  # px


def picture(shown: pd.DataFrame, every: pd.DataFrame, *, name: str) -> figures.Figure:
    """Return the picture as a page publishes it. shown: rows drawn, of `coverage.alike`; every: all of `coverage.grid`."""
    return figures.figure(
        draw(shown), name=name, title=measured.grid_title(every), says=measured.grid_sentence(shown), how=HOW,
        frame=every, sources=("indicators", "regime_spells"),
    )  # fmt: skip


def draw(counts: pd.DataFrame) -> figures.Draw:
    """Return a drawing of `coverage.grid`: names beside the rows, above them on a narrow sheet."""
    rows = [part for _, part in counts.groupby("indicator", sort=False)]

    def drawn(width: int) -> Drawing:
        narrow = width == figures.NARROW_PX
        names = [wrap(part["title"].iloc[0], NARROW_NAME if narrow else WIDE_NAME) for part in rows]
        left = 0 if narrow else BESIDE
        side = (width - left - COUNT) / counts["trust"].nunique()
        tall = [LINE * len(lines) + narrow * side + GAP for lines in names]
        drawing, ax = forest.sheet(width, sum(tall))
        top = 0.0
        for part, lines, high in zip(rows, names, tall, strict=True):
            for place, line in enumerate(lines):
                forest.write(ax, 0, top + LINE * (place + 0.5), line)
            middle = top + LINE * len(lines) + side / 2 if narrow else top + max(LINE, LINE * len(lines)) / 2
            _squares(ax, part, left, middle, side)
            full = int((part["before"].gt(0) & part["since"].gt(0)).sum())
            forest.write(ax, width, middle, words.number(full), bold=True, ha="right", color=QUIET)
            top += high
        return drawing

    return drawn


def _squares(ax: Axes, part: pd.DataFrame, left: float, middle: float, side: float) -> None:
    """Draw a row: an outline each, filled from the left, from the right, or all."""
    room = 0.84 * side
    outlines, filled = [], []
    for place, (before, since) in enumerate(zip(part["before"] > 0, part["since"] > 0, strict=True)):
        start = left + side * place
        outlines.append(_box(start, middle, room, room))
        if before or since:
            wide = room if before and since else room / 2
            filled.append(_box(start + (0 if before else room / 2), middle, wide, room))
    ax.add_patch(PathPatch(Path.make_compound_path(*outlines), facecolor=BLUE_TINT, linewidth=0))
    if filled:
        ax.add_patch(PathPatch(Path.make_compound_path(*filled), facecolor=BLUE, linewidth=0))


def _box(left: float, middle: float, wide: float, high: float) -> Path:
    low, top = middle + high / 2, middle - high / 2
    corners = [(left, top), (left + wide, top), (left + wide, low), (left, low), (left, top)]
    return Path(corners, closed=True)
