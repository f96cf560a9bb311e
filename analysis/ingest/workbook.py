"""Read official Excel releases strictly: sheets as grids of cells, then series by month."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import ParseError

import openpyxl
import pandas as pd
import xlrd

from analysis.data import DataError

Grid = list[list[object]]
BLANK = (None, "")
OLD_FAULTS = (xlrd.XLRDError, ArithmeticError, AssertionError, LookupError, OSError, ValueError, struct.error)
NEW_FAULTS = (zipfile.BadZipFile, ParseError, EOFError, LookupError, OSError, ValueError)


def old_excel(path: Path) -> dict[str, Grid]:
    """Return the sheets of an .xls file as rows of cells; dates are datetime, numbers float.

    Raises DataError when it is another kind of file or not complete.
    """
    content, log = _content(path), io.StringIO()
    try:
        book = xlrd.open_workbook(file_contents=content, logfile=log)
        grids = {sheet.name: _cells(sheet, book.datemode) for sheet in book.sheets()}
    except OLD_FAULTS as error:
        raise DataError(path.name, found=str(error), allowed="a complete Excel 97 workbook (.xls)") from error
    if "WARNING" in log.getvalue():
        found = log.getvalue().strip().splitlines()[0]
        raise DataError(path.name, found=found, allowed="a complete Excel 97 workbook (.xls)")
    return grids


def new_excel(path: Path) -> dict[str, Grid]:
    """Return the sheets of an .xlsx file as rows of cells, formulas by their stored result.

    Raises DataError when it is another kind of file or not complete.
    """
    content = _content(path)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    except NEW_FAULTS as error:
        raise DataError(path.name, found=str(error), allowed="a complete Excel workbook (.xlsx)") from error


def sheet(grids: Mapping[str, Grid], name: str, *, release: str) -> Grid:
    """Return the sheet of this name; raise DataError when there is none. Other sheets do not matter."""
    if name not in grids:
        raise DataError(release, found=list(grids), allowed=f"a sheet '{name}'")
    return grids[name]


def check_headings(grid: Grid, expected: Mapping[str, str], *, release: str, row: int) -> None:
    """Raise DataError unless `row` (1 is the first) has these headings, by column letter."""
    for letter, heading in expected.items():
        found = _at(grid, row, letter)
        if not isinstance(found, str) or " ".join(found.split()) != heading:
            raise DataError(
                release, row=row, column=letter, found=found, allowed=f"the heading '{heading}' here"
            )


def monthly(
    grid: Grid,
    columns: Mapping[str, str],
    *,
    release: str,
    row: int,
    month: str,
    first: str,
    last: str,
    missing: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the series of a sheet: column `month` ('YYYY-MM') and a float column for each of `columns`.

    columns: field by column letter; row: first row of figures (index of the result); month: letter of the
    column with dates; first, last: the months that the release covers; missing: text for no figure.
    Raises DataError for a row that is not the month after the one above it, a cell that is not a number
    of at least 0, a figure below the last month, or another last month.
    """
    months = [str(period) for period in pd.period_range(first, last, freq="M")]
    lines = range(row, row + len(months))
    records = {}
    for line, expected in zip(lines, months, strict=True):
        date = _at(grid, line, month)
        if not isinstance(date, datetime.datetime) or date.strftime("%Y-%m-%d") != f"{expected}-01":
            raise DataError(
                release, row=line, column=month, found=_shown(date), allowed=f"the date {expected}-01"
            )
        records[line] = {
            "month": expected,
            **{
                field: _number(
                    _at(grid, line, letter), release=release, row=line, column=letter, missing=missing
                )
                for letter, field in columns.items()
            },
        }
    for line in range(lines.stop, len(grid) + 1):
        for letter in columns:
            if _at(grid, line, letter) not in BLANK:
                found, allowed = _at(grid, line, letter), f"nothing after {last}"
                raise DataError(release, row=line, column=letter, found=found, allowed=allowed)
    return pd.DataFrame.from_dict(records, orient="index")


def check_equal(left: pd.Series, right: pd.Series, *, release: str, column: str, within: float) -> None:
    """Raise DataError at the first row where two series differ by more than `within`, or one is missing."""
    bad = ~((left - right).abs() <= within) & ~(left.isna() & right.isna())
    if bad.any():
        row = bad.idxmax()
        allowed = f"{right[row]:g} by the other columns, within {within:g}"
        raise DataError(release, row=row, column=column, found=f"{left[row]:g}", allowed=allowed)


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if not content:
        raise DataError(path.name, found="an empty file", allowed="an Excel workbook")
    return content


def _cells(page: xlrd.sheet.Sheet, datemode: int) -> Grid:
    def value(cell: xlrd.sheet.Cell) -> object:
        return (
            xlrd.xldate_as_datetime(cell.value, datemode) if cell.ctype == xlrd.XL_CELL_DATE else cell.value
        )

    return [[value(cell) for cell in page.row(row)] for row in range(page.nrows)]


def _at(grid: Grid, row: int, letter: str) -> object:
    """Return the cell at `row` (1 is the first) and column letter ('A' to 'Z'), None outside the sheet."""
    cells = grid[row - 1] if row <= len(grid) else []
    position = ord(letter) - ord("A")
    return cells[position] if position < len(cells) else None


def _shown(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime.datetime) else str(value)


def _number(value: object, *, release: str, row: int, column: str, missing: Sequence[str]) -> float:
    if isinstance(value, str) and value.strip() in missing and value.strip():
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        allowed = "a number of at least 0" + (f", or {list(missing)} for no figure" if missing else "")
        raise DataError(release, row=row, column=column, found=_shown(value), allowed=allowed)
    return float(value)
