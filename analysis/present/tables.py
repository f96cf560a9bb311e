"""Tables that a screen reader, a phone and a notebook test can all read."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import pandas as pd

from analysis import data
from analysis.present.words import NOT_AVAILABLE

MARKS = {
    "official": "official statistics",
    "public-record": "public record",
    "published": "published figure",
    "assumption": "assumption",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text with a caption; the first column names the row.

    frame: texts, ready to print; numbers: names of the columns that hold numbers (set to the right).
    sources: names of tables in `data/`; their status is shown unless all are official statistics.
    """

    frame: pd.DataFrame
    caption: str
    numbers: tuple[str, ...]
    sources: tuple[str, ...]

    def _repr_html_(self) -> str:
        head = "".join(self._cell("th", name, name, ' scope="col"') for name in self.frame.columns)
        body = "".join(f"<tr>{self._row(row)}</tr>" for row in self.frame.itertuples(index=False))
        caption = f"<caption>{escape(self.caption)}{mark(self.sources)}</caption>"
        return (
            f'<div class="table-scroll" role="region" tabindex="0" aria-label="{escape(self.caption)}">'
            f'<table class="result">{caption}<thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )

    def __repr__(self) -> str:
        return f"{self.caption}\n{self.frame.to_string(index=False)}"

    def _row(self, row: tuple) -> str:
        names = list(self.frame.columns)
        cells = [self._cell("th", names[0], row[0], ' scope="row"')]
        return "".join(cells + [self._cell("td", n, v) for n, v in zip(names[1:], row[1:], strict=True)])

    def _cell(self, tag: str, column: str, value: object, scope: str = "") -> str:
        kind = ' class="number"' if column in self.numbers else ""
        return f"<{tag}{scope}{kind}>{escape(str(value))}</{tag}>"


def table(
    frame: pd.DataFrame, *, caption: str, numbers: tuple[str, ...] = (), sources: tuple[str, ...] = ()
) -> Table:
    """Return `frame` (texts, made with `analysis.present.number` and its like) as a captioned table.

    A missing cell is shown as '..'. Raises ValueError for an empty caption, a repeated heading or a
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
    return Table(texts, caption, tuple(numbers), tuple(sources))


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
