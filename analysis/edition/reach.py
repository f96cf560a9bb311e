"""What new data can reach: which headline numbers they can move, and which chapters show a table that changed."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import trace
from analysis.edition import signoffs
from analysis.edition.headlines import Headline

BOOK = trace.ROOT / "book"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a refresh can reach.

    moves: headline numbers whose window takes in a period that is new or corrected. beyond: those made from a
    table that changed, in periods outside their window alone. chapters: those that load a table that changed, by
    path without its ending.
    """

    moves: tuple[Headline, ...]
    beyond: tuple[Headline, ...]
    chapters: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return the reach in words, a line each; nothing that changes reaches nothing."""
        if not self.chapters and not self.moves and not self.beyond:
            return ["No chapter and no headline number is reached."]
        out = [
            f"Chapters that the new data reach ({len(self.chapters)}): {', '.join(self.chapters) or 'none'}."
        ]
        named = "; ".join(f"{row.name} ({row.key})" for row in self.moves)
        out.append(f"Headline numbers that can move ({len(self.moves)}): {named or 'none'}.")
        if self.beyond:
            keys = ", ".join(row.key for row in self.beyond)
            out.append(
                f"Their tables changed outside their windows, so these stay ({len(self.beyond)}): {keys}."
            )
        return out


def reach(periods: pd.DataFrame, rows: Sequence[Headline], *, book: Path = BOOK) -> Reach:
    """Return what changed periods can reach.

    periods: `table` and `period` ('' in a table without periods), as `changes.Changes.periods` has them. rows: the
    headline numbers. book: folder of the chapters, each of which keeps the names of the tables that it loaded.
    """
    touched: dict[str, list[str]] = periods.groupby("table")["period"].agg(list).to_dict()
    moves = tuple(row for row in rows if _within(row, touched))
    made = [row for row in rows if set(row.sources) & set(touched)]
    return Reach(moves, tuple(row for row in made if row not in moves), chapters(set(touched), book=book))


def movable(rows: Sequence[Headline]) -> dict[str, list[str]]:
    """Return by key the tables whose new data move each headline number that can move; a part of an edition's record."""
    return {row.key: list(row.sources) for row in rows if not row.until}


def chapters(tables: Collection[str], *, book: Path = BOOK) -> tuple[str, ...]:
    """Return the chapters that load one of `tables`, in order of path."""
    return tuple(name for name in signoffs.chapters_in(book) if set(tables) & _loaded(book / f"{name}.ipynb"))


def _loaded(chapter: Path) -> set[str]:
    metadata = json.loads(chapter.read_text(encoding="utf-8"))["metadata"]
    return set(metadata.get(signoffs.INPUTS, {}).get("tables", []))


def _within(row: Headline, touched: dict[str, list[str]]) -> bool:
    """Tell whether a number's window takes in a changed period of one of its tables.

    Dates of any precision compare as texts up to the shorter one, so that '2019' takes in '2019-03'.
    """
    return any(
        not row.until or not period or period[: len(row.until)] <= row.until[: len(period)]
        for name in row.sources
        for period in touched.get(name, [])
    )
