"""Tables whose cells can point elsewhere."""

from dataclasses import dataclass
from html import escape

import pandas as pd

from analysis.present.blocks import Block
from analysis.present.tables import breakable, shell
from analysis.present.words import NOT_AVAILABLE

SAFE = ("#", "https://", "http://")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a cell or part of one. address: '#RXR-07', a page of the report or a web address.

    before, after: plain text around it.
    """

    text: str
    address: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        return f"{self.before}{self.text}{self.after}"

    def html(self) -> str:
        """Return the link as HTML."""
        place = f'<a href="{escape(self.address)}">{escape(self.text)}</a>'
        return f"{escape(self.before)}{place}{escape(self.after)}"


def linked(
    frame: pd.DataFrame,
    *,
    caption: str,
    numbers: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
    folded: bool = False,
) -> Block:
    """Return a table of texts, `Link`s and tuples of both; a missing cell is '..', an empty tuple 'none'.

    The first column names the row. folded: the table is shut until
    the reader opens it; the caption is what is pressed.

    Raises ValueError for an empty caption, a repeated heading, a cell of
    another kind, or an address that is neither a place on a page nor a web address.
    """
    if not caption or frame.columns.duplicated().any():
        raise ValueError(f"table '{caption}': allowed are a caption and headings that differ.")
    texts = frame.astype("object").where(frame.notna(), NOT_AVAILABLE)
    for column in texts.columns:
        for cell in texts[column]:
            _check(cell, f"table '{caption}', column '{column}'")
    lines = [" | ".join(texts.columns)]
    lines += [" | ".join(map(_text, row)) for row in texts.itertuples(index=False)]
    cells = [[_html(cell) for cell in row] for row in texts.itertuples(index=False)]
    shown = texts.map(_text)
    html = shell(cells, texts=shown, caption=caption, numbers=numbers, sources=sources, folded=folded)
    return Block(html, "\n".join([caption, *lines]))


def _check(cell: object, place: str) -> None:
    for part in cell if isinstance(cell, tuple) else (cell,):
        if isinstance(part, Link):
            page = part.address.partition("#")[0].partition("?")[0]
            if not (part.address.startswith(SAFE) or (page.endswith(".html") and ":" not in page)):
                raise ValueError(f"{place}: address {part.address!r}. Allowed: {SAFE} or a page's .html.")
        elif not isinstance(part, str):
            raise ValueError(f"{place}: found {type(part).__name__}. Allowed: text, Link or a tuple of them.")


def _text(cell: object) -> str:
    return (", ".join(map(str, cell)) or "none") if isinstance(cell, tuple) else str(cell)


def _html(cell: object) -> str:
    parts = cell if isinstance(cell, tuple) else (cell,)
    texts = [part.html() if isinstance(part, Link) else breakable(str(part)) for part in parts]
    return ", ".join(texts) or "none"
