"""Tables with anchors and links: a row can be pointed at, a cell can point elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from analysis.present.tables import mark
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


@dataclass(frozen=True, slots=True)
class LinkedRows:
    """A captioned table whose cells are texts, links or tuples of both; the first column names the row.

    anchored: True makes the text of the first column the anchor of its row. folded: the table is shut until
    the reader opens it; the caption is what is pressed.
    """

    frame: pd.DataFrame
    caption: str
    numbers: tuple[str, ...]
    sources: tuple[str, ...]
    anchored: bool
    folded: bool

    def _repr_html_(self) -> str:
        names = list(self.frame.columns)
        head = "".join(f'<th scope="col"{self._kind(name)}>{escape(name)}</th>' for name in names)
        rows = "".join(self._row(row, names) for row in self.frame.itertuples(index=False))
        caption = f"{escape(self.caption)}{mark(self.sources)}"
        table = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        box = f'<div class="table-scroll" role="region" tabindex="0" aria-label="{escape(self.caption)}">'
        if not self.folded:
            return f'{box}<table class="result"><caption>{caption}</caption>{table}'
        hidden = f'<table class="result"><caption class="visually-hidden">{escape(self.caption)}</caption>'
        return f'<details class="result fold"><summary>{caption}</summary>{box}{hidden}{table}</details>'

    def __repr__(self) -> str:
        lines = [" | ".join(self.frame.columns)]
        lines += [" | ".join(map(_text, row)) for row in self.frame.itertuples(index=False)]
        return "\n".join([self.caption, *lines])

    def _kind(self, name: str) -> str:
        return ' class="number"' if name in self.numbers else ""

    def _row(self, row: tuple, names: list[str]) -> str:
        anchor = f' id="{escape(_text(row[0]))}"' if self.anchored else ""
        cells = [f'<th scope="row"{self._kind(names[0])}>{_html(row[0])}</th>']
        pairs = zip(names[1:], row[1:], strict=True)
        cells += [f"<td{self._kind(name)}>{_html(cell)}</td>" for name, cell in pairs]
        return f"<tr{anchor}>{''.join(cells)}</tr>"


@dataclass(frozen=True, slots=True)
class Together:
    """Several tables as one output, one below the other."""

    parts: tuple[LinkedRows, ...]

    def _repr_html_(self) -> str:
        return "".join(part._repr_html_() for part in self.parts)

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.parts))


def linked(
    frame: pd.DataFrame,
    *,
    caption: str,
    numbers: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
    anchored: bool = False,
    folded: bool = False,
) -> LinkedRows:
    """Return a table of texts, `Link`s and tuples of both; a missing cell is '..', an empty tuple 'none'.

    Raises ValueError for an empty caption, a repeated heading or anchor, an anchor that cannot be one, a cell of
    another kind, or an address that is neither a place on a page nor a web address.
    """
    if not caption or frame.columns.duplicated().any():
        raise ValueError(f"table '{caption}': allowed are a caption and headings that differ.")
    texts = frame.astype("object").where(frame.notna(), NOT_AVAILABLE)
    for column in texts.columns:
        for cell in texts[column]:
            _check(cell, f"table '{caption}', column '{column}'")
    first = [_text(cell) for cell in texts.iloc[:, 0]]
    if anchored and (len(set(first)) < len(first) or any(not text or " " in text for text in first)):
        raise ValueError(f"table '{caption}': found anchors {first[:3]}... Allowed: one word each, once.")
    return LinkedRows(texts, caption, tuple(numbers), tuple(sources), anchored, folded)


def together(parts: Sequence[LinkedRows]) -> Together:
    """Return tables as one output. Raises ValueError when an anchor is in two of them."""
    anchors = [_text(cell) for part in parts if part.anchored for cell in part.frame.iloc[:, 0]]
    twice = sorted({anchor for anchor in anchors if anchors.count(anchor) > 1})
    if twice:
        raise ValueError(f"anchor {twice[0]!r} is there twice. Allowed: each anchor once.")
    return Together(tuple(parts))


def _check(cell: object, place: str) -> None:
    for part in cell if isinstance(cell, tuple) else (cell,):
        if isinstance(part, Link):
            page = part.address.partition("#")[0]
            if not (part.address.startswith(SAFE) or (page.endswith(".html") and ":" not in page)):
                raise ValueError(f"{place}: address {part.address!r}. Allowed: {SAFE} or a page's .html.")
        elif not isinstance(part, str):
            raise ValueError(f"{place}: found {type(part).__name__}. Allowed: text, Link or a tuple of them.")


def _text(cell: object) -> str:
    return (", ".join(map(str, cell)) or "none") if isinstance(cell, tuple) else str(cell)


def _html(cell: object) -> str:
    parts = cell if isinstance(cell, tuple) else (cell,)
    texts = [part.html() if isinstance(part, Link) else escape(str(part)) for part in parts]
    return ", ".join(texts) or "none"
