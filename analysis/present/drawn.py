"""Pictures built of HTML and inline SVG: text stays text, names are links, colours are those of the theme.

Their looks are in `book/_static/drawn.css`. Places along a picture are shares of its width in percent, so nothing
is scaled and letters keep their size on a phone.
"""

from collections.abc import Mapping
from html import escape

import pandas as pd

from analysis.present.blocks import Block
from analysis.present.figures import sourced
from analysis.present.tables import credit, mark


def drawn(
    body: str, *, name: str, title: str, says: str, frame: pd.DataFrame, sources: tuple[str, ...], kind: str
) -> Block:
    """Return a picture with the words that go with it, as `analysis.present.figures.figure` does for a chart.

    body: its HTML, made by the caller from escaped texts. kind: its class in the style sheet. name, title, says,
    frame, sources: anchor, finding, the same in full for who cannot see it, numbers offered as CSV, tables used.
    Raises ValueError for an empty text.
    """
    for part, text in (("name", name), ("title", title), ("says", says), ("body", body)):
        if not text.strip():
            raise ValueError(f"picture '{name}': found an empty {part}. Allowed: a text.")
    html = (
        f'<figure class="result" id="{escape(name)}"><figcaption class="finding">{escape(title)}{mark(sources)}'
        f'</figcaption><p class="visually-hidden">{escape(says)}</p><div class="drawn {kind}">{body}</div>'
        f"{sourced(sources, name, frame)}</figure>"
    )
    return Block(html, f"{title}\n{says}\n{credit(sources)}")


def place(day: pd.Timestamp, first: int, last: int) -> float:
    """Return where a day stands on an axis of years, in percent of its width, to a hundredth."""
    low, high = (pd.Timestamp(year, 1, 1).toordinal() for year in (first, last + 1))
    return round(100 * (day.toordinal() - low) / (high - low), 2)


def bar(counts: Mapping[str, int], most: int) -> str:
    """Return a bar of counts beside each other, by the class of each part. most: the sum that fills the width."""
    left, parts = 0.0, []
    for kind, count in counts.items():
        width = 100 * count / most
        parts.append(f'<rect class="{kind}" x="{left:.2f}%" width="{width:.2f}%" height="20"/>')
        left += width
    return f'<svg height="20" aria-hidden="true">{"".join(parts)}</svg>'


def years_axis(first: int, last: int) -> str:
    """Return an axis whose years stand in the middle of their own year: between its 1 January and 31 December."""
    width = 100 / (last - first + 1)
    texts = "".join(
        f'<text x="{width * (year - first + 0.5):.2f}%" y="12">{year}</text>'
        for year in range(first, last + 1)
    )
    return f'<svg class="axis" height="16" aria-hidden="true">{texts}</svg>'


def key(entries: list[tuple[str, str]]) -> str:
    """Return the key of a picture: a mark (SVG content on a field of 24 by 14, drawn here) and its word each."""
    parts = [
        f'<span><svg width="24" height="14" viewBox="0 0 24 14" aria-hidden="true">{shape}</svg> {escape(word)}</span>'
        for shape, word in entries
    ]
    return f'<p class="key">{" ".join(parts)}</p>'
