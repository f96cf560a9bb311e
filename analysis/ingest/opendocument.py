"""Read large OpenDocument workbooks (.ods) row by row, so that a sheet never stands in memory as a whole."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from analysis.data import DataError

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
WIDEST = 400  # empty cells at the end of a row are stored as one cell repeated thousands of times
FAULTS = (zipfile.BadZipFile, ParseError, DefusedXmlException, EOFError, KeyError, OSError, ValueError)


def sheets(path: Path) -> list[str]:
    """Return the names of the sheets; raise DataError when it is another kind of file or not complete."""
    return [name for name, _, _ in _rows(path, None)]


def rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a sheet as (row number, cells as text); rows without any text are left out.

    The text is what the sheet shows; a date is 'YYYY-MM-DD' as it is stored. Raises DataError when there is
    no such sheet, or the file is another kind or not complete.
    """
    found: list[str] = []
    for name, number, cells in _rows(path, sheet):
        if number == 0:
            found.append(name)
        else:
            yield number, cells
    if sheet not in found:
        raise DataError(path.name, found=found, allowed=f"a sheet '{sheet}'")


def _rows(path: Path, sheet: str | None) -> Iterator[tuple[str, int, list[str]]]:
    """Yield (sheet, 0, []) for each sheet and (sheet, row, cells) for the rows of the wanted one."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
            name, number = "", 0
            for event, element in iterparse(content, events=("start", "end")):
                if event == "start" and element.tag == f"{TABLE}table":
                    name, number = str(element.get(f"{TABLE}name")), 0
                    yield name, 0, []
                elif event == "end" and element.tag == f"{TABLE}table-row":
                    number += 1
                    cells = _cells(element) if name == sheet else []
                    if any(cells):
                        yield name, number, cells
                    number += int(element.get(f"{TABLE}number-rows-repeated", "1")) - 1
                    element.clear()
                elif event == "end" and element.tag == f"{TABLE}table":
                    element.clear()
    except FAULTS as error:
        raise DataError(path.name, found=str(error), allowed="a complete OpenDocument workbook") from error


def _cells(row: Any) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if cell.tag not in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            continue
        date = cell.get(f"{OFFICE}date-value")
        text = date[:10] if date else " ".join("".join(p.itertext()) for p in cell.iter(f"{TEXT}p"))
        repeated = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
        cells.extend([text.strip()] * min(repeated, WIDEST - len(cells)))
    while cells and not cells[-1]:
        cells.pop()
    return cells
