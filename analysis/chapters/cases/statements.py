"""Statements as readers see them: a list with anchors on the trust's own page, and links to it from anywhere."""

import posixpath
import re
from collections.abc import Mapping
from html import escape

import pandas as pd

from analysis.present.blocks import Block, together
from analysis.present.tables import credit, mark, table
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


def linked_table(
    frame: pd.DataFrame, *, caption: str, here: str, numbers: tuple[str, ...] = (), sources: tuple[str, ...] = SOURCES,
    folded: bool = False,
) -> Block:  # fmt: skip
    """Return `analysis.present.table` with its statement ids as links from page `here`; folded: shut at first."""
    plain = table(frame, caption=caption, numbers=numbers, sources=sources)
    head, end, rest = plain.html.partition("</caption>")
    html = head + end + with_links(rest, here=here)
    shut = f'<details class="result"><summary>{escape(caption)}</summary>{html}</details>'
    return Block(shut if folded else html, plain.text)


def linked_list(
    frame: pd.DataFrame, *, title: str, here: str, sources: tuple[str, ...] = SOURCES, folded: bool = False
) -> Block:
    """Return rows of texts, one below the other, as a list whose statement ids are links from page `here`.

    For narrow pages: the first column leads, the last one closes, those between are shown with their names.
    folded: shut until the reader opens it.

    Raises ValueError when a title is empty, a cell is missing or there are fewer than two columns.
    """
    if not title or frame.shape[1] < 2 or frame.isna().any(axis=None):
        raise ValueError(f"list '{title}': allowed are a title, two or more columns and no missing cell.")
    names, lines, items = [name.lower() for name in frame.columns[1:-1]], [title], []
    for first, *middle, last in frame.astype("str").itertuples(index=False):
        between = "; ".join(f"{name}: {value}" for name, value in zip(names, middle, strict=True))
        lines.append(f"{first} ({between})\n{last}")
        head = f"<strong>{escape(first)}</strong> · {escape(between)}"
        items.append(f"<li>{head}<br><span>{escape(last)}</span></li>")
    body = with_links(f"<ul>{''.join(items)}</ul>", here=here)
    name = f"{escape(title)}{mark(sources)}"
    shut = f'<details class="result statements"><summary>{name}</summary>{body}</details>'
    return Block(shut if folded else _section(title, f"<strong>{name}</strong>", body), "\n".join(lines))


def _section(title: str, heading: str, body: str) -> str:
    head = f'<p class="finding">{heading}</p>'
    return f'<section class="result statements" aria-label="{escape(title)}">{head}{body}</section>'


def _head(row: pd.Series, themes: pd.Series) -> str:
    second = themes.get(row["second_theme"])
    theme = themes[row["theme"]] + (f"; {second}" if isinstance(second, str) else "")
    sign = f"{SYMBOLS[row['direction']]} {DIRECTIONS[row['direction']]}"
    return f"{row['id']} · {when(row['date'])} · {sign} · {theme}"


def _statement(row: pd.Series, themes: pd.Series) -> str:
    head = escape(_head(row, themes)).removeprefix(row["id"])
    published = f", {when(row['source_date'])}" if isinstance(row["source_date"], str) else ""
    place = escape(f"{row['source_publisher']} ({row['source_type']}{published})")
    return (
        f'<li id="{row["id"]}"><strong>{row["id"]}</strong>{head}<br>{escape(row["statement"])}'
        f'<br><span class="source">Source: {_link(row)}, {place}</span></li>'
    )


def statement_list(frame: pd.DataFrame, *, themes: pd.Series, title: str) -> Block:
    """Publish statements as a list: each with its id as anchor, date, direction, theme, words and source.

    frame: rows as of `analysis.study.evidence.cases.statements`. themes: names by code. `title` gets their number. Raises ValueError when there are none."""
    if frame.empty:
        raise ValueError(f"list '{title}' holds no statement. Allowed: one or more.")
    count = plural(len(frame), "public statement")
    title, rows = f"{title}: {count}", [row for _, row in frame.iterrows()]
    lines = [f"{_head(row, themes)}\n{row['statement']}" for row in rows]
    items = "".join(_statement(row, themes) for row in rows)
    html = _section(title, f"<strong>{escape(title)}</strong>{mark(SOURCES)}", f"<ul>{items}</ul>")
    return Block(html, "\n".join([title, *lines, credit(SOURCES)]))


def by_phase(frame: pd.DataFrame, *, themes: pd.Series, titles: Mapping[str, str]) -> Block:
    """Publish the statements of a trust, a list a phase. titles: by phase, in order; one without rows is left out.

    Raises ValueError when a phase of the statements has no title.
    """
    lost = sorted(set(frame["phase"]) - set(titles))
    if lost:
        raise ValueError(f"phases {lost} have no title. Allowed: a title for each phase of the statements.")
    parts = [(title, frame[frame["phase"] == phase]) for phase, title in titles.items()]
    return together([statement_list(rows, themes=themes, title=title) for title, rows in parts if len(rows)])


def when(date: str) -> str:
    """Return a date as known: '2013', 'July 2013' or '16 July 2013'."""
    if len(date) == len("2013"):
        return date
    return month(date) if len(date) == len("2013-07") else day(date)


def _link(row: pd.Series) -> str:
    title, url = escape(str(row["source_title"])), row["source_url"]
    safe = isinstance(url, str) and SAFE.match(url)
    return f'<a href="{escape(url)}" rel="noopener">{title}</a>' if safe else title
