"""Figures published with a finding, a sentence for those who cannot see them, a source and their numbers."""

from __future__ import annotations

import base64
import io
import os
from dataclasses import dataclass
from html import escape
from typing import Any, cast
from urllib.parse import quote

import matplotlib as mpl
import matplotlib.axes
import matplotlib.figure
import matplotlib.pyplot as plt
import pandas as pd

from analysis.present.tables import credit, mark

WIDE = (6.6, 3.9)
PLACES = 4  # of a side of an axes, as a share of the figure: finer than a pixel
BUILDING = "REPORT_BUILD"  # "1": for the page; COMPARED: for the page, in a run whose texts are compared
COMPARED = "compared"
PAGE_PART = "application/vnd.report.figure+html"  # a kind of output that the comparison leaves out
STYLE: dict[str, Any] = {
    "svg.hashsalt": "special-measures",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "figure.constrained_layout.use": True,
}
plt.rcParams.update(cast("Any", STYLE))


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn figure with the words that go with it.

    title: the finding, shown above; says: the same claim in full, read by screen readers and compared by
    the notebook test; sources: names of tables in `data/`; frame: the numbers drawn, offered as CSV.
    """

    drawing: matplotlib.figure.Figure
    title: str
    says: str
    sources: tuple[str, ...]
    frame: pd.DataFrame
    name: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        words = {"text/plain": repr(self)}
        if os.environ.get(BUILDING):
            return {**words, PAGE_PART if os.environ[BUILDING] == COMPARED else "text/html": self.html()}
        return {**words, "image/png": base64.b64encode(self._drawn("png")).decode()}

    def __repr__(self) -> str:
        return f"{self.title}\n{self.says}\n{credit(self.sources)}"

    def html(self) -> str:
        """Return the figure as one block of HTML that needs no other file."""
        width, height = (round(side * 96) for side in self.drawing.get_size_inches())
        image = base64.b64encode(self._drawn("svg")).decode()
        numbers = quote(self.frame.to_csv(index=False, lineterminator="\n"))
        return (
            f'<figure class="result" id="{escape(self.name)}">'
            f'<figcaption class="finding">{escape(self.title)}{mark(self.sources)}</figcaption>'
            f'<div class="picture" role="region" tabindex="0" aria-label="Chart: {escape(self.title)}">'
            f'<img src="data:image/svg+xml;base64,{image}" width="{width}" height="{height}" '
            f'alt="{escape(self.says)}" loading="lazy" decoding="async"></div>'
            f'<p class="source">{escape(credit(self.sources))} '
            f'<a download="{escape(self.name)}.csv" href="data:text/csv;charset=utf-8,{numbers}">'
            f"Numbers of this figure (CSV)</a></p></figure>"
        )

    def _drawn(self, kind: str) -> bytes:
        out = io.BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        self.drawing.savefig(out, format=kind, metadata=metadata)
        return out.getvalue()


def figure(
    drawing: matplotlib.figure.Figure,
    *,
    name: str,
    title: str,
    says: str,
    frame: pd.DataFrame,
    sources: tuple[str, ...],
) -> Figure:
    """Publish a drawing with its words. End a chapter cell with this call.

    name: short name, used as anchor and file name ('entry-bed-occupancy'). title, says, sources, frame: see
    `Figure`. Raises ValueError when a text is empty or an axes has no label on an axis that shows numbers.
    """
    for part, text in (("name", name), ("title", title), ("says", says)):
        if not text.strip():
            raise ValueError(f"figure '{name}': found an empty {part}. Allowed: a text.")
    for ax in drawing.axes:
        numeric = ax.get_yticks().size and not _shows_names(ax)
        if ax.get_visible() and ax.axison and numeric and not ax.get_ylabel():
            raise ValueError(
                f"figure '{name}': found a vertical axis without label. Allowed: quantity and unit."
            )
    _settle(drawing)
    plt.close(drawing)
    return Figure(drawing, title, says, tuple(sources), frame, name)


def _settle(drawing: matplotlib.figure.Figure) -> None:
    """Lay the drawing out, once, and round where its axes stand.

    The last digits of a layout differ from run to run; the names of clip paths in an SVG are made from them.
    """
    if drawing.get_layout_engine() is None:
        return
    drawing.draw_without_rendering()
    drawing.set_layout_engine("none")
    for ax in drawing.axes:
        left, low, width, height = (round(side, PLACES) for side in ax.get_position(original=True).bounds)
        ax.set_position((left, low, width, height))


def _shows_names(ax: matplotlib.axes.Axes) -> bool:
    texts = [label.get_text() for label in ax.get_yticklabels()]
    fixed = isinstance(ax.yaxis.get_major_locator(), mpl.ticker.FixedLocator)
    return fixed and any(letter.isalpha() for text in texts for letter in text)
