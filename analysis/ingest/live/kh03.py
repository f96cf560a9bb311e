"""Beds available and occupied (KH03) by provider and quarter: the compiled file, then workbooks of quarters."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.ingest import files
from analysis.ingest.history import kh03_compiled
from analysis.ingest.history.kh03_compiled import TABLES as TABLES
from analysis.ingest.live import kh03_workbook
from analysis.ingest.live.kh03_workbook import period_of as period_of

STEP = 3  # months from one period to the next


def releases(folder: Path) -> list[Path]:
    """Return the compiled KH03 file under `folder`, an empty list without one; DataError for several."""
    path = files.find_one(folder, kh03_compiled.FILE)
    return [] if path is None else [path]


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `beds_overnight`, `beds_day` and `beds_england`; errors as in kh03_compiled."""
    return kh03_compiled.read(releases(folder)[0])


def later(folder: Path) -> list[Path]:
    """Return the publisher's own workbooks of single quarters, of a revised quarter the revised one."""
    paths = files.find(folder, kh03_workbook.WORKBOOK)
    revised = {period_of(path.name) for path in paths if "revised" in path.name.lower()} - {None}
    return [path for path in paths if "revised" in path.name.lower() or period_of(path.name) not in revised]


def read_later(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the rows of the bed tables for the quarters of `later`; errors as in kh03_workbook."""
    return kh03_workbook.tables(later(folder))
