"""What the reader should know of the tables, made from their descriptions."""

from html import escape
from typing import Any

import pandas as pd

from analysis import data
from analysis.present import words
from analysis.present.blocks import Block
from analysis.present.tables import MARKS, breakable
from analysis.study import absent

KINDS = {
    "official": "counts, rates and scores as publishers give them",
    "public-record": "facts that we read in public documents",
    "published": "figures from studies and reports",
    "assumption": "judgements of ours, with a range and a reason",
}


def descriptions() -> list[dict[str, Any]]:
    """Return the descriptions of all tables."""
    return [data.describe(name) for name in data.tables()]


def kinds() -> pd.DataFrame:
    """Return, as texts, one row a status: what it means, how many tables and rows have it."""
    rows = []
    for status, meaning in KINDS.items():
        held = [about["rows"] for about in descriptions() if about["status"] == status]
        rows.append((MARKS[status].capitalize(), meaning, words.number(len(held)), words.number(sum(held))))
    return pd.DataFrame(rows, columns=["Kind", "What it is", "Tables", "Rows"])


def cards() -> Block:
    """Return the tables by status, each by its title; opened, it tells publisher, licence, size, content and breaks."""
    html, text = [], []
    for status in KINDS:
        held = [about for about in descriptions() if about["status"] == status]
        heading = f"{MARKS[status].capitalize()}: {words.plural(len(held), 'table')}"
        html.append(f"<h3>{heading}</h3>")
        text.append(heading)
        for about in held:
            lines = _lines(about)
            html.append(_card(about, lines))
            text.append("\n  ".join([f"{about['title']} ({about['name']})", *map(" ".join, lines)]))
    return Block(f'<div class="result held">{"".join(html)}</div>', "\n".join(text))


def _lines(about: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is known of a table as pairs of a word and what it stands for."""
    ends = [about["coverage"][end] for end in ("from", "to") if end in about["coverage"]]
    pairs = [
        ("Holds:", about["description"]),
        ("Covers:", " to ".join(dict.fromkeys(ends))),
        ("Rows:", words.number(about["rows"])),
        *((f"{part.capitalize()}:", about[part]) for part in ("publisher", "publication", "page", "licence")),
        *(("Know before use:", line) for line in about["breaks"]),
        ("Not at hand, and missing:", absent.told(about["name"])),
    ]
    return [(word, told) for word, told in pairs if told]


def _card(about: dict[str, Any], lines: list[tuple[str, str]]) -> str:
    items = ""
    for word, told in lines:
        text = breakable(told)
        linked = f'<a href="{escape(told)}">{text}</a>' if told.startswith("https://") else text
        items += f"<li><b>{word}</b> {linked}</li>"
    title = f"{escape(about['title'])} <code>{about['name']}</code>"
    summary = f"<summary>{title}</summary>"
    return f'<details class="fold" id="table-{about["name"]}">{summary}<ul>{items}</ul></details>'


def indicators() -> pd.DataFrame:
    """Return, as texts, the catalogue of indicators."""
    frame = data.load("indicators")
    names = {"title": "Indicator", "definition": "Definition", "direction": "Better", "family": "Family"}
    names |= {"primary": "Primary", "breaks": "Known breaks"}
    frame = frame.assign(primary=frame["primary"].map({True: "yes", False: "no"}))
    return frame[list(names)].rename(columns=names)
