"""Beds available and occupied (KH03) by provider and quarter: compiled files, then workbooks of quarters."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.ingest import files
from analysis.ingest.history import kh03_collected, kh03_compiled
from analysis.ingest.history.kh03_compiled import TABLES as TABLES
from analysis.ingest.live import kh03_workbook
from analysis.ingest.live.kh03_workbook import period_of as period_of

STEP = 3  # months from one period to the next
CLOSED = rf"{kh03_compiled.FILE}|{kh03_collected.FILE}"
SUMMED = True  # each file prints its own totals


def releases(folder: Path) -> list[Path]:
    """Return the compiled KH03 file under `folder`, an empty list without one; DataError for several."""
    return files.named(folder, kh03_compiled.FILE)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `beds_overnight`, `beds_day` and `beds_england`; errors as in kh03_compiled."""
    return kh03_compiled.read(releases(folder)[0])


def later(folder: Path) -> list[Path]:
    """Return collected quarters and the publisher's own workbooks, of a revised quarter the revised one."""
    paths = files.find(folder, kh03_workbook.WORKBOOK)
    revised = {period_of(path.name) for path in paths if "revised" in path.name.lower()} - {None}
    newest = [path for path in paths if "revised" in path.name.lower() or period_of(path.name) not in revised]
    return [*files.find(folder, kh03_collected.FILE), *newest]


def own(paths: Sequence[Path]) -> set[str]:
    """Return the quarters that workbooks hold; a collected file fills only what is not held."""
    books = _from_workbooks(paths)
    return set(books["beds_england"]["quarter_end"]) if books else set()


def _from_workbooks(paths: Sequence[Path]) -> dict[str, pd.DataFrame]:
    books = [path for path in paths if not kh03_collected.is_one(path)]
    return kh03_workbook.tables(books) if books else {}


def read_later(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the rows of the bed tables for the quarters of `later`; errors as in kh03_workbook and kh03_collected."""
    paths = later(folder)
    books = _from_workbooks(paths)
    for made in (kh03_collected.read(path) for path in paths if kh03_collected.is_one(path)):
        for name, frame in made.items():
            held = books.get(name, frame.iloc[:0])
            rest = frame[~frame["quarter_end"].isin(held["quarter_end"])]
            books[name] = pd.concat([held, rest], ignore_index=True) if len(held) else rest
    return books
