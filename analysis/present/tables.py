"""Tables that a screen reader, a phone and a notebook test can all read."""

from __future__ import annotations

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


def table(
    frame: pd.DataFrame, *, caption: str, numbers: tuple[str, ...] = (), sources: tuple[str, ...] = ()
) -> Block:
    """Return `frame` (texts, made with `analysis.present.number` and its like) as a captioned table.

    The first column names the row. numbers: names of the columns that hold numbers (set to the right).
    sources: names of tables in `data/`; their status is shown unless all are official statistics. A missing cell is shown as '..'. Raises ValueError for an empty caption, a repeated heading or a
    column of bare floats, which would print as many digits as they have.
    """
    if not caption or frame.columns.duplicated().any():
        raise ValueError(
            f"table '{caption}': allowed are a caption and headings that differ: {list(frame.columns)}"
        )
    cells = frame.astype("object").map(lambda cell: isinstance(cell, float) and not pd.isna(cell))
    bare = [name for name in frame.columns if frame[name].dtype.kind == "f" or cells[name].any()]
    if bare:
        raise ValueError(
            f"table '{caption}': columns {bare} are floats. Allowed: texts made by present.number."
        )
    texts = frame.astype("object").where(frame.notna(), NOT_AVAILABLE).astype("str")
    return Block(_html(texts, caption, numbers, sources), f"{caption}\n{texts.to_string(index=False)}")


def _html(texts: pd.DataFrame, caption: str, numbers: tuple[str, ...], sources: tuple[str, ...]) -> str:
    names = list(texts.columns)
    kinds = [' class="number"' if name in numbers else "" for name in names]

    def row(cells: tuple) -> str:
        tags = ['th scope="row"', *["td"] * (len(names) - 1)]
        parts = zip(tags, kinds, cells, strict=True)
        return "".join(f"<{tag}{kind}>{escape(cell)}</{tag[:2]}>" for tag, kind, cell in parts)

    head = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>' for name, kind in zip(names, kinds, strict=True)
    )
    body = "".join(f"<tr>{row(cells)}</tr>" for cells in texts.itertuples(index=False))
    return (
        f'<div class="table-scroll" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="result"><caption>{escape(caption)}{mark(sources)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


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
