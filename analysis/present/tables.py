"""Tables that a screen reader, a phone and a notebook test can all read."""

import re
from collections.abc import Sequence
from html import escape

import pandas as pd

from analysis import data
from analysis.present.blocks import Block
from analysis.present.words import NOT_AVAILABLE

MARKS = {
    "official": "official statistics",
    "public-record": "public record",
    "published": "published figure",
    "assumption": "assumption",
}
# How wide a table must be, in rem at the size of table text: of a letter, of the gap of a column, and the room there is.
LETTER, GAP = 0.56, 0.9
EASY = 14  # letters of a line that is easily read in a narrow column
NARROW, SMALL, COLUMN = 18.0, 26.0, 42.0
BREAKS = re.compile(r"\s|(?<=-)")
LONG = re.compile(r"[^\s<>]{30,}")  # an address, say: it may break after a slash


def table(
    frame: pd.DataFrame,
    *,
    caption: str,
    numbers: tuple[str, ...] = (),
    sources: tuple[str, ...] = (),
    folded: bool = False,
) -> Block:
    """Return `frame` (texts, made with `analysis.present.number` and its like) as a captioned table.

    The first column names the row. numbers: names of the columns that hold numbers (set to the right).
    sources: names of tables in `data/`; their status is shown unless all are official statistics. A missing cell is shown as '..'.
    folded: shut until opened by its caption. Raises ValueError for an empty caption, a repeated heading or a
    column of bare floats, which would print as many digits as they have.
    """
    if not caption or frame.columns.duplicated().any():
        found = list(frame.columns)
        raise ValueError(f"table '{caption}': allowed are a caption and headings that differ: {found}")
    cells = frame.astype("object").map(lambda cell: isinstance(cell, float) and not pd.isna(cell))
    bare = [name for name in frame.columns if frame[name].dtype.kind == "f" or cells[name].any()]
    if bare:
        allowed = "texts made by present.number"
        raise ValueError(f"table '{caption}': columns {bare} are floats. Allowed: {allowed}.")
    texts = frame.astype("object").where(frame.notna(), NOT_AVAILABLE).astype("str")
    rows = [[breakable(cell) for cell in cells] for cells in texts.itertuples(index=False)]
    html = shell(rows, texts=texts, caption=caption, numbers=numbers, sources=sources, folded=folded)
    return Block(html, f"{caption}\n{texts.to_string(index=False)}")


def shell(
    rows: Sequence[Sequence[str]],
    *,
    texts: pd.DataFrame,
    caption: str,
    numbers: tuple[str, ...],
    sources: tuple[str, ...],
    folded: bool = False,
) -> str:
    """Return a table as HTML: the one form that every table of the report has.

    rows: cells as HTML, the first of which names the row. texts: the cells and headings
    as a reader sees them, by which it is judged how wide the table must be. Where the column is narrower than that,
    the rows are set as cards with their headings repeated; roles keep them a table for a screen reader.
    folded: shut until opened by its caption.
    """
    kind, names = _room(texts), list(texts.columns)
    role = (lambda name: f' role="{name}"') if kind else (lambda name: "")
    sides = [' class="number"' if name in numbers else "" for name in names]
    labels = [f' data-label="{escape(name)}"' if kind else "" for name in names]

    def row(cells: Sequence[str]) -> str:
        first = f'<th scope="row"{role("rowheader")}{sides[0]}>{cells[0]}</th>'
        rest = zip(sides[1:], labels[1:], cells[1:], strict=True)
        told = "".join(f"<td{role('cell')}{side}{label}>{cell}</td>" for side, label, cell in rest)
        return f"<tr{role('row')}>{first}{told}</tr>"

    head = "".join(
        f'<th scope="col"{role("columnheader")}{side}>{escape(name)}</th>'
        for name, side in zip(names, sides, strict=True)
    )
    marked, hidden = f"{escape(caption)}{mark(sources)}", ' class="visually-hidden"' if folded else ""
    table = (
        f'<div class="table-box"><table class="result{f" {kind}" if kind else ""}"{role("table")}>'
        f"<caption{hidden}>{escape(caption) if folded else marked}</caption>"
        f"<thead{role('rowgroup')}><tr{role('row')}>{head}</tr></thead>"
        f"<tbody{role('rowgroup')}>{''.join(map(row, rows))}</tbody></table></div>"
    )
    return f'<details class="result fold"><summary>{marked}</summary>{table}</details>' if folded else table


def breakable(text: str) -> str:
    """Return a text as HTML in which a long word, such as an address, may break after a slash."""
    return LONG.sub(lambda word: word.group().replace("/", "/<wbr>"), escape(text, quote=False))


def _parts(cell: str) -> list[str]:
    """Return the pieces of a text between which a line may break."""
    return BREAKS.split(LONG.sub(lambda word: word.group().replace("/", "/ "), cell))


def _room(texts: pd.DataFrame) -> str:
    """Return how a table is set where there is little room, by the widths that its words ask for.

    '' fits the narrowest phone; 'cards-s' and 'cards-m' are cards in columns below 26 and 43 rem; 'cards-l' always.
    """
    columns = [[str(name), *texts.iloc[:, at].astype("str")] for at, name in enumerate(texts.columns)]
    words = [max(len(part) for cell in column for part in _parts(cell)) for column in columns]
    cells = [max(map(len, column)) for column in columns]
    least = sum(LETTER * word + GAP for word in words)
    easy = sum(LETTER * min(cell, max(word, EASY)) + GAP for cell, word in zip(cells, words, strict=True))
    if easy <= NARROW:
        return ""
    return "cards-s" if easy <= SMALL else "cards-m" if least <= COLUMN else "cards-l"


def mark(sources: tuple[str, ...]) -> str:
    """Return the status mark of what a figure or table was made from, as HTML; official needs none."""
    statuses = sorted({data.describe(name)["status"] for name in sources} - {"official"})
    return "".join(f' <span class="status status-{status}">{MARKS[status]}</span>' for status in statuses)


def credit(sources: tuple[str, ...]) -> str:
    """Return the line that names publisher, publication and (unless official) status of each source."""
    lines: dict[str, None] = {}
    for name in sources:
        about = data.describe(name)
        status = "" if about["status"] == "official" else f" ({MARKS[about['status']]})"
        lines[f"{about['publisher']}, {about['publication']}{status}"] = None
    return f"Source: {'; '.join(lines)}." if lines else ""
