"""Read official workbooks (.xls, .xlsx, .ods): sheets as grids of cells, then rows below a heading row."""

import datetime
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import olefile
import pandas as pd
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from analysis.data import DataError
from analysis.ingest import apart, files
from analysis.ingest.checks import Rows, text

Grid = list[list[object]]
DEEPEST = 30  # the heading row of these publications is row 4 to 16
ERRORS = {
    0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A",
}  # fmt: skip
FAULTS = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, SyntaxError, ArithmeticError, LookupError, OSError,
    RuntimeError, ValueError,
)  # fmt: skip
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
ERROR = re.compile(rb"""<(?:\w+:)?c\s[^>]*\bt=["']e["'][^>]*>""")
PLACE = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
ODS_ERROR = re.compile(rb"""<table:table\s[^>]*table:name=["']([^"']*)["']|value-type=["']error["'][^>]*>(.{0,80})""", re.S)  # fmt: skip
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Place = tuple[str, int, int]  # sheet, row and column of a cell, both from 0


def read(path: Path) -> dict[str, Grid]:
    """Return the sheets of a workbook as rows of cells: texts, numbers, datetimes; None for an empty cell.

    Formulas by their stored result, whole numbers as int, an error as its text ('#REF!'), hidden sheets too.
    Raises DataError when the file is no workbook, is not complete, or is too large to be read.
    """
    content = files.contents(path)
    allowed = "a complete workbook (.xlsx, .xls or .ods)"
    if not content:
        raise DataError(path.name, found="an empty file", allowed=allowed)
    try:
        errors = dict(_errors(content, path.name))
        grids = apart.sheets(content)
    except DataError:
        raise
    except FAULTS as error:
        raise DataError(path.name, found=" ".join(str(error).split())[:200], allowed=allowed) from error
    for (name, row, column), shown in errors.items():
        if (grid := grids.get(name)) is not None:
            grid.extend([] for _ in range(row + 1 - len(grid)))
            grid[row].extend([None] * (column + 1 - len(grid[row])))
            grid[row][column] = shown
    return grids


def _errors(content: bytes, file: str) -> Iterator[tuple[Place, str]]:
    """Yield the cells that hold an error, which the reader of workbooks gives as empty ones."""
    if content.startswith(OLD_OFFICE):
        yield from _old_errors(content)
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files.refuse_zip_bomb(archive, file)
        names = set(archive.namelist())
        if "content.xml" in names:
            _refuse_ods_errors(archive.read("content.xml"), file)
            return
        for sheet, part in _parts(archive):
            if part not in names:
                continue
            xml = archive.read(part)
            for fits in ERROR.finditer(xml):
                value, place = VALUE.search(xml, fits.end(), fits.end() + 2000), PLACE.search(fits[0])
                shown = value[1].decode() if value else "#N/A"
                if place is None:
                    found = f"an error of the spreadsheet ({shown})"
                    raise DataError(f"{file}, sheet '{sheet}'", found=found, allowed="cells without errors")
                yield (sheet, int(place[2]) - 1, _number(place[1].decode())), shown


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield name and part of each sheet of an .xlsx workbook."""
    related = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    links = {link.get("Id"): str(link.get("Target")) for link in related}
    for element in fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            target = links.get(element.get(RELATION), "")
            yield str(element.get("name")), target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _refuse_ods_errors(xml: bytes, file: str) -> None:
    sheet = ""
    for fits in ODS_ERROR.finditer(xml):
        if fits[1] is not None:
            sheet = fits[1].decode()
        else:
            shown = re.sub(rb"<[^>]*>?", b" ", fits[2]).decode(errors="replace").split()
            found = f"an error of the spreadsheet ({''.join(shown[:1])})"
            raise DataError(f"{file}, sheet '{sheet}'", found=found, allowed="cells without errors")


def _old_errors(content: bytes) -> Iterator[tuple[Place, str]]:
    """Yield the errors of an .xls workbook: cells with one (BOOLERR), and formulas whose result is one."""
    with olefile.OleFileIO(io.BytesIO(content)) as store:
        name = "Workbook" if store.exists("Workbook") else "Book"
        stream = store.openstream(name).read()
    place, sheets, current = 0, {}, ""
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        body = stream[place + 4 : place + 4 + size]
        if kind == 0x85:  # a sheet and where it begins
            wide = body[7] & 1
            title = body[8 : 8 + body[6] * (1 + wide)].decode("utf-16-le" if wide else "latin-1")
            sheets[struct.unpack_from("<I", body)[0]] = title
        elif kind in (0x809, 0x409):
            current = sheets.get(place, current)
        elif (kind == 0x205 and body[7]) or (kind == 0x6 and body[6] == 2 and body[12:14] == b"\xff\xff"):
            row, column = struct.unpack_from("<HH", body)
            yield (current, row, column), ERRORS.get(body[6 if kind == 0x205 else 8], "#N/A")
        place += 4 + size


def letter(column: int) -> str:
    """Return the letters of a column (0 is 'A')."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _number(letters: str) -> int:
    number = 0
    for each in letters:
        number = 26 * number + ord(each) - ord("A") + 1
    return number - 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with a heading row. `place` names file and sheet; `row` is its number (1 is the first).

    headings: the texts of the heading row; banners: the texts of the row above, carried over merged cells;
    top: the texts above both, row by row; grid: all cells.
    """

    place: str
    row: int
    headings: list[str]
    banners: list[str]
    top: list[str]
    grid: Grid


def page(grids: Mapping[str, Grid], names: Sequence[str], *, file: str) -> tuple[str, Grid]:
    """Return name and cells of the first sheet of `names`; DataError when there is none. Others do not matter.

    Names may differ in case and in outer or double spaces.
    """
    sheets = {text(name).lower(): name for name in grids}
    name = next((sheets[name.lower()] for name in names if name.lower() in sheets), None)
    if name is None:
        raise DataError(file, found=list(grids), allowed=f"a sheet {' or '.join(repr(n) for n in names)}")
    return f"{file}, sheet '{name}'", grids[name]


def headed(
    grids: Mapping[str, Grid],
    names: Sequence[str],
    needed: Collection[str],
    *,
    file: str,
    also: Collection[str] = (),
    deepest: int = DEEPEST,
) -> Sheet:
    """Return the first sheet of `names` with its heading row, the first that has all texts of `needed`.

    also: headings that may be there. Names of sheets and headings may differ in case and in outer or double
    spaces; `headings` has those of `needed` and `also` as spelled there. Raises DataError when no sheet has one
    of these names, or none of the first `deepest` rows has the headings.
    """
    place, grid = page(grids, names, file=file)
    spelled = {heading.lower(): heading for heading in (*needed, *also)}
    for number, cells in enumerate(grid[:deepest], start=1):
        texts = [spelled.get(text(cell).lower(), text(cell)) for cell in cells]
        if set(needed) <= set(texts):
            above = [text(cell) for cell in grid[number - 2]] if number > 1 else []
            banners, last = [], ""
            for at in range(len(texts)):
                last = (above[at] if at < len(above) else "") or last
                banners.append(last)
            top = [" ".join(filter(None, map(text, row))) for row in grid[: max(0, number - 2)]]
            return Sheet(place, number, texts, banners, top, grid)
    raise DataError(
        place, row=f"1 to {deepest}", found="no heading row", allowed=f"headings {sorted(needed)}"
    )


def column(sheet: Sheet, heading: str) -> int:
    """Return the place of the one column with this heading; DataError when there is none or several."""
    places = [place for place, found in enumerate(sheet.headings) if found == heading]
    if len(places) != 1:
        found, allowed = f"{len(places)} columns", "one column with this heading"
        raise DataError(sheet.place, row=sheet.row, column=heading, found=found, allowed=allowed)
    return places[0]


def records(sheet: Sheet, columns: Mapping[str, int], *, texts: Collection[str] = ()) -> Rows:
    """Return the rows below the heading row that have a cell in any of `columns`, by row number of the sheet.

    columns: the place of each field, -1 for one that is not there; texts: fields that are read as texts.
    Raises DataError when there is no row.
    """
    lines = {}
    for number, cells in enumerate(sheet.grid[sheet.row :], start=sheet.row + 1):
        line = {name: cells[at] if 0 <= at < len(cells) else None for name, at in columns.items()}
        if any(text(cell) for cell in line.values()):
            lines[number] = line
    return rows_of(sheet.place, lines, columns, texts=texts)


def rows_of(
    place: str,
    lines: Mapping[int, Mapping[str, object]],
    columns: Mapping[str, int],
    *,
    texts: Collection[str],
) -> Rows:
    """Return lines of cells, by row number, as Rows whose columns are named by their letters in a message."""
    if not lines:
        raise DataError(place, found="no rows", allowed="rows below the headings")
    cells = [[line[name] for name in columns] for line in lines.values()]
    frame = pd.DataFrame(cells, index=list(lines), columns=list(columns), dtype="object")
    for name in texts:
        frame[name] = frame[name].map(text).astype("str")
    return Rows(place, frame, {name: letter(at) for name, at in columns.items()})


def check_headings(grid: Grid, expected: Mapping[str, str], *, place: str, row: int) -> None:
    """Raise DataError unless `row` (1 is the first) has these headings, by column letter."""
    for at, heading in expected.items():
        found = cell_at(grid, row, at)
        if not isinstance(found, str) or text(found) != heading:
            raise DataError(place, row=row, column=at, found=found, allowed=f"the heading '{heading}' here")


def monthly(
    grid: Grid,
    columns: Mapping[str, tuple[str, str]],
    *,
    place: str,
    row: int,
    month: str,
    first: str,
    last: str,
) -> Rows:
    """Return the rows of a series by month: `month` ('YYYY-MM') and the cells of `columns`.

    columns: letter and heading of the column by field; row: that of the headings; month: letter of the column with
    dates; first, last: the months that the release covers. Raises DataError for another heading, a row that is not
    the month after the one above it, and a figure below the last month.
    """
    check_headings(grid, dict(columns.values()), place=place, row=row)
    letters = {field: at for field, (at, _) in columns.items()}
    months = [str(period) for period in pd.period_range(first, last, freq="M")]
    lines = {}
    for line, expected in enumerate(months, start=row + 1):
        date = cell_at(grid, line, month)
        if not isinstance(date, datetime.datetime) or date.strftime("%Y-%m-%d") != f"{expected}-01":
            found = f"{date:%Y-%m-%d}" if isinstance(date, datetime.datetime) else str(date)
            raise DataError(place, row=line, column=month, found=found, allowed=f"the date {expected}-01")
        lines[line] = {field: cell_at(grid, line, at) for field, at in letters.items()}
    for line in range(row + 1 + len(months), len(grid) + 1):
        for at in letters.values():
            if (more := cell_at(grid, line, at)) is not None:
                raise DataError(place, row=line, column=at, found=more, allowed=f"nothing after {last}")
    rows = rows_of(place, lines, {field: _number(at) for field, at in letters.items()}, texts=())
    return rows.plus(month=months)


def cell_at(grid: Grid, row: int, at: str) -> object:
    """Return the cell at `row` (1 is the first) and column letter, None outside the sheet."""
    cells, place = grid[row - 1] if row <= len(grid) else [], _number(at)
    return cells[place] if place < len(cells) else None
