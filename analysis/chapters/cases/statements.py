"""Statements as readers see them: a list with anchors on the trust's own page, and links to it from anywhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import pandas as pd

from analysis.present.tables import Table, credit, mark, table
from analysis.present.words import day, month, plural
from analysis.study.evidence.cases import DIRECTIONS, SLUGS

SYMBOLS = {"+": "▲", "-": "▼", "0": "○"}
IDENTIFIER = re.compile(rf"\b({'|'.join(SLUGS)})-\d\d\b")
SAFE = re.compile(r"https?://", re.IGNORECASE)
SOURCES = ("evidence_statements", "evidence_agreed")
BETWEEN_TAGS = re.compile(r"(?<=>)[^<>]+(?=<)")


def address(identifier: str, *, here: str) -> str:
    """Return the link to a statement from page `here` ("cases/compared"), as 'medway.html#RPA-07'.

    Raises ValueError for an id that is not of one of the cases.
    """
    if not IDENTIFIER.fullmatch(identifier):
        raise ValueError(f"statement {identifier!r} has no page. Allowed: ids that start with {list(SLUGS)}.")
    page = f"cases/{SLUGS[identifier.split('-')[0]]}"
    if page == here:
        return f"#{identifier}"
    return f"{posixpath.relpath(page, posixpath.dirname(here) or '.')}.html#{identifier}"


def with_links(html: str, *, here: str) -> str:
    """Return HTML in which every statement id in the text, outside tags, is a link to the statement."""

    def linked(text: re.Match[str]) -> str:
        return IDENTIFIER.sub(lambda m: f'<a href="{address(m[0], here=here)}">{m[0]}</a>', text[0])

    return BETWEEN_TAGS.sub(linked, html)


@dataclass(frozen=True, slots=True)
class LinkedTable:
    """A table whose statement ids are links. plain: the table; here: the page; folded: shut until opened."""

    plain: Table
    here: str
    folded: bool = False

    def _repr_html_(self) -> str:
        head, caption, rest = self.plain._repr_html_().partition("</caption>")
        html = head + caption + with_links(rest, here=self.here)
        return _fold(html, self.plain.caption) if self.folded else html

    def __repr__(self) -> str:
        return repr(self.plain)


def linked_table(
    frame: pd.DataFrame, *, caption: str, here: str, numbers: tuple[str, ...] = (), sources: tuple[str, ...] = SOURCES,
    folded: bool = False,
) -> LinkedTable:  # fmt: skip
    """Return `analysis.present.table` with its statement ids as links from page `here`; folded: shut at first."""
    return LinkedTable(table(frame, caption=caption, numbers=numbers, sources=sources), here, folded)


@dataclass(frozen=True, slots=True)
class LinkedList:
    """Rows of texts one below the other, for narrow pages: the first column leads, the last one closes.

    frame: texts; columns between first and last are shown with their names. here, folded: see `LinkedTable`.
    """

    frame: pd.DataFrame
    title: str
    sources: tuple[str, ...]
    here: str
    folded: bool

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{self._item(row)}</li>" for row in self.frame.itertuples(index=False))
        body = with_links(f"<ul>{items}</ul>", here=self.here)
        name, label = f"{escape(self.title)}{mark(self.sources)}", escape(self.title)
        if self.folded:
            return f'<details class="result statements"><summary>{name}</summary>{body}</details>'
        return f'<section class="result statements" aria-label="{label}"><p class="finding"><strong>{name}</strong></p>{body}</section>'

    def __repr__(self) -> str:
        lines = [f"{row[0]} ({self._between(row)})\n{row[-1]}" for row in self.frame.itertuples(index=False)]
        return "\n".join([self.title, *lines])

    def _between(self, row: tuple) -> str:
        names = list(self.frame.columns)[1:-1]
        return "; ".join(f"{name.lower()}: {value}" for name, value in zip(names, row[1:-1], strict=True))

    def _item(self, row: tuple) -> str:
        return f"<strong>{escape(row[0])}</strong> · {escape(self._between(row))}<br><span>{escape(row[-1])}</span>"


def linked_list(
    frame: pd.DataFrame, *, title: str, here: str, sources: tuple[str, ...] = SOURCES, folded: bool = False
) -> LinkedList:
    """Return rows of texts as a list whose statement ids are links from page `here`.

    Raises ValueError when a title is empty, a cell is missing or there are fewer than two columns.
    """
    if not title or frame.shape[1] < 2 or frame.isna().any(axis=None):
        raise ValueError(f"list '{title}': allowed are a title, two or more columns and no missing cell.")
    return LinkedList(frame.astype("str").reset_index(drop=True), title, tuple(sources), here, folded)


def _fold(html: str, caption: str) -> str:
    return f'<details class="result"><summary>{escape(caption)}</summary>{html}</details>'


@dataclass(frozen=True, slots=True)
class Statements:
    """A list of statements, each with its id as anchor, date, direction, theme, words and source.

    frame: rows as of `analysis.study.evidence.cases.statements`. themes: names by code. title: what the list holds.
    """

    frame: pd.DataFrame
    themes: pd.Series
    title: str

    def _repr_html_(self) -> str:
        items = "".join(self._item(row) for _, row in self.frame.iterrows())
        return (
            f'<section class="result statements" aria-label="{escape(self.title)}">'
            f'<p class="finding"><strong>{escape(self.title)}</strong>{mark(SOURCES)}</p><ul>{items}</ul></section>'
        )

    def __repr__(self) -> str:
        lines = [f"{self._head(row)}\n{row['statement']}" for _, row in self.frame.iterrows()]
        return "\n".join([self.title, *lines, credit(SOURCES)])

    def _head(self, row: pd.Series) -> str:
        second = self.themes.get(row["second_theme"])
        theme = self.themes[row["theme"]] + (f"; {second}" if isinstance(second, str) else "")
        sign = f"{SYMBOLS[row['direction']]} {DIRECTIONS[row['direction']]}"
        return f"{row['id']} · {when(row['date'])} · {sign} · {theme}"

    def _item(self, row: pd.Series) -> str:
        head = escape(self._head(row)).removeprefix(row["id"])
        published = f", {when(row['source_date'])}" if isinstance(row["source_date"], str) else ""
        place = escape(f"{row['source_publisher']} ({row['source_type']}{published})")
        return (
            f'<li id="{row["id"]}"><strong>{row["id"]}</strong>{head}<br>{escape(row["statement"])}'
            f'<br><span class="source">Source: {_link(row)}, {place}</span></li>'
        )


def statement_list(frame: pd.DataFrame, *, themes: pd.Series, title: str) -> Statements:
    """Publish statements as a list; `title` gets their number. Raises ValueError when there are none."""
    if frame.empty:
        raise ValueError(f"list '{title}' holds no statement. Allowed: one or more.")
    count = plural(len(frame), "public statement")
    return Statements(frame.reset_index(drop=True), themes, f"{title}: {count}")


@dataclass(frozen=True, slots=True)
class Phases:
    """Lists of statements one below the other as one output."""

    parts: tuple[Statements, ...]

    def _repr_html_(self) -> str:
        return "".join(part._repr_html_() for part in self.parts)

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.parts))


def by_phase(frame: pd.DataFrame, *, themes: pd.Series, titles: Mapping[str, str]) -> Phases:
    """Publish the statements of a trust, a list a phase. titles: by phase, in order; one without rows is left out.

    Raises ValueError when a phase of the statements has no title.
    """
    lost = sorted(set(frame["phase"]) - set(titles))
    if lost:
        raise ValueError(f"phases {lost} have no title. Allowed: a title for each phase of the statements.")
    parts = [(title, frame[frame["phase"] == phase]) for phase, title in titles.items()]
    return Phases(
        tuple(statement_list(rows, themes=themes, title=title) for title, rows in parts if len(rows))
    )


def when(date: str) -> str:
    """Return a date as known: '2013', 'July 2013' or '16 July 2013'."""
    if len(date) == len("2013"):
        return date
    return month(date) if len(date) == len("2013-07") else day(date)


def _link(row: pd.Series) -> str:
    title, url = str(row["source_title"]), row["source_url"]
    if not isinstance(url, str) or not SAFE.match(url):
        return escape(title)
    return f'<a href="{escape(url)}" rel="noopener">{escape(title)}</a>'
