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
    frame = pd.DataFrame(descriptions()).groupby("status")["rows"].agg(["count", "sum"])
    return pd.DataFrame(
        {
            "Kind": [MARKS[name].capitalize() for name in KINDS],
            "What it is": list(KINDS.values()),
            "Tables": [words.number(frame["count"].get(name, 0)) for name in KINDS],
            "Rows": [words.number(frame["sum"].get(name, 0)) for name in KINDS],
        }
    )


def cards() -> Block:
    """Return the tables by status, each by its title; opened, it tells publisher, licence, size, content and breaks."""
    html, text = [], []
    for name in KINDS:
        held = [one for one in descriptions() if one["status"] == name]
        told = [(f"{one['title']} ({one['name']})", _lines(one)) for one in held]
        heading = f"{MARKS[name].capitalize()}: {words.plural(len(held), 'table')}"
        html += [
            f"<h3>{heading}</h3>",
            *(_card(one, lines) for one, (_, lines) in zip(held, told, strict=True)),
        ]
        text += [heading, *("\n  ".join([title, *map(" ".join, lines)]) for title, lines in told)]
    return Block(f'<div class="result held">{"".join(html)}</div>', "\n".join(text))


def _lines(one: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is known of a table as pairs of a word and what it stands for."""
    covers = " to ".join(
        dict.fromkeys(one["coverage"][end] for end in ("from", "to") if end in one["coverage"])
    )
    pairs = [
        ("Holds:", one["description"]),
        ("Covers:", covers),
        ("Rows:", words.number(one["rows"])),
        ("Publisher:", one["publisher"]),
        ("Publication:", one["publication"]),
        ("Page:", one["page"]),
        ("Licence:", one["licence"]),
        *(("Know before use:", line) for line in one["breaks"]),
        ("Not at hand, and missing:", absent.told(one["name"])),
    ]
    return [(word, told) for word, told in pairs if told]


def _card(one: dict[str, Any], lines: list[tuple[str, str]]) -> str:
    def shown(word: str, told: str) -> str:
        text = breakable(told)
        linked = f'<a href="{escape(told)}">{text}</a>' if told.startswith("https://") else text
        return f"<li><b>{word}</b> {linked}</li>"

    title = f"{escape(one['title'])} <code>{one['name']}</code>"
    items = "".join(shown(word, told) for word, told in lines)
    return (
        f'<details class="fold" id="table-{one["name"]}"><summary>{title}</summary><ul>{items}</ul></details>'
    )


def indicators() -> pd.DataFrame:
    """Return, as texts, the catalogue of indicators."""
    frame = data.load("indicators")
    return pd.DataFrame(
        {
            "Indicator": frame["title"],
            "Definition": frame["definition"],
            "Better": frame["direction"],
            "Family": frame["family"],
            "Primary": frame["primary"].map({True: "yes", False: "no"}),
            "Known breaks": frame["breaks"],
        }
    )
