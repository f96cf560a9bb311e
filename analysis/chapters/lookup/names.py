"""What a trust is looked for by, and what is said of one of the regime: other names, spells, what came after."""

from functools import lru_cache
from html import escape
from typing import Any

import pandas as pd

from analysis import data
from analysis.present import words
from analysis.present.blocks import Block
from analysis.study import regime
from analysis.study.evidence.cases import SLUGS

ENDS = {
    "exit": "left",
    "acquired": "was taken over",
    "administrative end": "was still in when the regime was replaced,",
}
LATER = {
    "acquired": "It was taken over",
    "merged": "It merged with another trust",
    "renamed": "It has another name today",
}
CAME_BACK = "came back"


@lru_cache(maxsize=1)
def other_names() -> dict[str, list[list[str]]]:
    """Return the other names of each trust, by code: pairs of name and kind (site, former name, usual name)."""
    found: dict[str, list[list[str]]] = {}
    for row in data.load("trust_names").itertuples():
        found.setdefault(str(row.org_code), []).append([str(row.name), str(row.kind)])
    return found


@lru_cache(maxsize=1)
def of_the_regime() -> dict[str, dict[str, Any]]:
    """Return what is said of each trust of the regime, by code, whether or not it has figures.

    short: its name at the time; years: of its spells ('2013–15, 2017–21'); back: whether it came back; spells: one
    sentence each; ends: first and last day of each, as texts; later: what came after, '' if nothing is known;
    case: address of its case study, '' if it is none of the eight.
    """
    about = data.load("regime_trusts").set_index("org_code")
    dated = data.load("regime_spells").set_index("spell_id")
    found = {}
    for code, rows in regime.spells().groupby("trust"):
        spells = list(rows.sort_values("entered", kind="stable").itertuples())
        slug = SLUGS.get(str(code))
        found[str(code)] = {
            "short": str(about.loc[code, "short_name"]),
            "years": ", ".join(_years(spell.entered, spell.last_day) for spell in spells),
            "back": len(spells) > 1,
            "spells": [_spell(spell, dated.loc[str(spell.spell_id)]) for spell in spells],
            "ends": [[f"{row.entered:%Y-%m-%d}", f"{row.last_day:%Y-%m-%d}"] for row in rows.itertuples()],
            "later": _later(about.loc[code]),
            "case": f"cases/{slug}.html" if slug else "",
        }
    return found


def _spell(spell: Any, dated: pd.Series) -> str:
    """Say one spell: when it began and ended, how it ended, how long it was."""
    replaced = spell.ended_by == "administrative end"
    entered = _date(dated["entered_day"], dated["entered_precision"])
    left = _date(spell.last_day, "day" if replaced else dated["exited_precision"])
    length = words.plural(round(spell.months), "month")
    return f"It entered special measures {entered} and {ENDS[spell.ended_by]} {left}: {length}."


def _date(value: pd.Timestamp, precision: str) -> str:
    return f"on {words.day(value)}" if precision == "day" else f"in {words.month(value)}"


def _years(first: pd.Timestamp, last: pd.Timestamp) -> str:
    return str(first.year) if first.year == last.year else f"{first.year}–{last.year % 100:02d}"


def _later(about: pd.Series) -> str:
    """Say what came after special measures, as far as the table of trusts knows."""
    told = []
    if pd.notna(about["later_event"]):
        when = f" in {str(about['later_event_date'])[:4]}" if pd.notna(about["later_event_date"]) else ""
        told.append(f"{LATER[about['later_event']]}{when}.")
    if pd.notna(about["rsp_entered"]):
        first, left = str(about["rsp_entered"])[:4], about["rsp_exited"]
        end = f" to {str(left)[:4]}" if pd.notna(left) else "; no exit is on record"
        told.append(f"It was in the successor, the Recovery Support Programme, from {first}{end}.")
    return " ".join(told)


def regime_list() -> Block:
    """Return the trusts of the regime, A to Z, each with the years of its spells and a link to its answer."""
    rows = sorted(of_the_regime().items(), key=lambda row: row[1]["short"])
    items, lines = [], []
    for code, about in rows:
        back = f' <span class="back">{CAME_BACK}</span>' if about["back"] else ""
        link, years = f'<a href="?trust={code}">{escape(about["short"])}</a>', about["years"]
        items.append(f'<li>{link} <span class="years">{years}{back}</span></li>')
        lines.append(f"{about['short']} ({code}), {years}{f', {CAME_BACK}' if about['back'] else ''}")
    return Block(f'<ul class="result trusts-of-regime">{"".join(items)}</ul>', "\n".join(lines))
