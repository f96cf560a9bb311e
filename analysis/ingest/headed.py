"""Read a sheet by its headings: where the heading row is, what stands above it, and the figures below."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl.utils import get_column_letter

from analysis.data import DataError
from analysis.ingest.workbook import Grid

DEEPEST = 30  # the heading row of these publications is row 4 to 16


@dataclass(frozen=True, slots=True)
class Headed:
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

    def letter(self, column: int) -> str:
        """Return the letters of a column (0 is 'A')."""
        return str(get_column_letter(column + 1))


def text(cell: object) -> str:
    """Return a cell as one line of text, '' for an empty one."""
    return "" if cell is None else " ".join(str(cell).split())


def headed(
    grids: Mapping[str, Grid],
    names: Sequence[str],
    needed: Collection[str],
    *,
    file: str,
    also: Collection[str] = (),
) -> Headed:
    """Return the first sheet of `names` with its heading row, the first that has all texts of `needed`.

    also: headings that may be there. Names of sheets and headings may differ in case and in outer or double
    spaces; `headings` has those of `needed` and `also` as spelled there. Raises DataError when no sheet has one of these names, or no row has the headings.
    """
    sheets = {text(name).lower(): name for name in grids}
    name = next((sheets[name.lower()] for name in names if name.lower() in sheets), None)
    spelled = {heading.lower(): heading for heading in (*needed, *also)}
    if name is None:
        raise DataError(file, found=list(grids), allowed=f"a sheet {' or '.join(repr(n) for n in names)}")
    grid = grids[name]
    for number, cells in enumerate(grid[:DEEPEST], start=1):
        texts = [spelled.get(text(cell).lower(), text(cell)) for cell in cells]
        if set(needed) <= set(texts):
            above = [text(cell) for cell in grid[number - 2]] if number > 1 else []
            banners, last = [], ""
            for column in range(len(texts)):
                last = (above[column] if column < len(above) else "") or last
                banners.append(last)
            top = [" ".join(filter(None, map(text, row))) for row in grid[: max(0, number - 2)]]
            return Headed(f"{file}, sheet '{name}'", number, texts, banners, top, grid)
    raise DataError(
        f"{file}, sheet '{name}'",
        row=f"1 to {DEEPEST}",
        found="no heading row",
        allowed=f"headings {sorted(needed)}",
    )


def column(sheet: Headed, heading: str) -> int:
    """Return the place of the one column with this heading; DataError when there is none or several."""
    places = [place for place, found in enumerate(sheet.headings) if found == heading]
    if len(places) != 1:
        raise DataError(
            sheet.place,
            row=sheet.row,
            column=heading,
            found=f"{len(places)} columns",
            allowed="one column with this heading",
        )
    return places[0]


def records(sheet: Headed, columns: Mapping[str, int]) -> pd.DataFrame:
    """Return the rows below the heading row that have a cell in any of `columns`, by row number of the sheet."""
    lines = {}
    for number, cells in enumerate(sheet.grid[sheet.row :], start=sheet.row + 1):
        line = {name: cells[place] if place < len(cells) else None for name, place in columns.items()}
        if any(text(cell) for cell in line.values()):
            lines[number] = line
    frame = pd.DataFrame.from_dict(lines, orient="index", columns=list(columns), dtype="object")
    if frame.empty:
        raise DataError(sheet.place, row=sheet.row + 1, found="no rows", allowed="rows below the headings")
    return frame


def counts(
    sheet: Headed,
    frame: pd.DataFrame,
    columns: Mapping[str, int],
    *,
    missing: Collection[str] = (),
    whole: bool = True,
) -> pd.DataFrame:
    """Return cells as float64; raise DataError, with sheet, row and column, at one that is no number of at least 0.

    missing: texts that stand for no figure; whole: only whole numbers are allowed.
    """
    out = {}
    for name, place in columns.items():
        values = []
        for row, cell in frame[name].items():
            number = isinstance(cell, int | float) and not isinstance(cell, bool)
            if text(cell) in missing and not number:
                values.append(float("nan"))
                continue
            if not number or not 0 <= cell < float("inf") or (whole and cell != round(cell)):
                kind = "a whole number" if whole else "a number"
                allowed = f"{kind} of at least 0" + (f", or one of {sorted(missing)}" if missing else "")
                raise DataError(
                    sheet.place, row=row, column=sheet.letter(place), found=text(cell), allowed=allowed
                )
            values.append(float(cell))
        out[name] = pd.Series(values, index=frame.index, dtype="float64")
    return pd.DataFrame(out)
