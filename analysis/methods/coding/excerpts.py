"""Read coded excerpts from a CSV file: what a team without a REFI-QDA export can write by hand."""

import csv
import io
import re
import unicodedata
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.methods import arguments
from analysis.methods.coding import project
from analysis.methods.coding.project import Coded, CodedError

NEEDED = ("source", "code", "coder")
PLACED = ("start", "end")  # positions: characters from 0, end exclusive
ALLOWED = (*NEEDED, *PLACED, "excerpt", "date")
LARGEST = 64 * 2**20  # bytes


def read_excerpts(path: str | Path) -> Coded:
    """Read a CSV of coded excerpts, one row a coding, as the same result as a REFI-QDA project.

    Columns, in any order: `source`, `code`, `coder`; `start` and `end` (characters from 0, end exclusive), or
    `excerpt` (the words), or all three; `date` (YYYY-MM-DD, may be blank). UTF-8, comma, header row, nothing else.
    Without positions, rows of one source with the same excerpt are one stretch of text. Codes form no tree.
    `texts` is empty, as excerpts are not their source; `characters` of a source is missing.

    Raises CodedError with file, row (the header is row 1) and column for: an unknown or missing column, a blank
    cell other than date, blanks around a text, a position that is no whole number or not below its end, an excerpt
    whose length is not end less start, two different excerpts at one place, a date in another form, a row given twice.
    """
    path = project.file_of(path)
    rows = _rows(path)
    positioned = PLACED[0] in rows[0] if rows else True
    seen: dict[tuple, int] = {}
    words: dict[tuple, tuple[str, int]] = {}
    codings: list[dict] = []
    selections: dict[tuple, dict] = {}
    for number, row in enumerate(rows, start=2):
        here = f"{path.name}, row {number}"
        start, end = _place(row, here) if positioned else (None, None)
        text = row.get("excerpt")
        if positioned and text is not None and len(text) != end - start:  # type: ignore[operator]
            raise CodedError(
                f"{here}, column 'excerpt': found {len(text)} characters between positions {start} and {end}. "
                f"Allowed: {end - start}."  # type: ignore[operator]
            )
        same = None if positioned else unicodedata.normalize("NFC", text or "")
        spot = (row["source"], start, end, same)
        if positioned and text is not None and words.setdefault(spot, (text, number))[0] != text:
            raise CodedError(
                f"{here}, column 'excerpt': differs from row {words[spot][1]}, same place. Allowed: one text."
            )
        key = (*spot, row["code"], row["coder"])
        if key in seen:
            raise CodedError(f"{here}: the same coding as row {seen[key]}. Allowed: once.")
        seen[key] = number
        name = f"{path.stem}-{len(selections) + 1}"
        held = selections.setdefault(
            spot,
            {
                "selection": name,
                "source": row["source"],
                "start": start,
                "end": end,
                "text": text,
                "coder": None,
            },
        )
        coding = held | {"code": row["code"], "coder": row["coder"], "date": _day(row, here)}
        codings.append(coding | {"coding": f"{path.stem}-row-{number}"})
    return _result(path, codings, list(selections.values()))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CodedError(f"{path.name}: cannot be read ({error.strerror}).") from error
    if len(raw) > LARGEST:
        raise CodedError(f"{path.name}: {len(raw)} bytes. Allowed: {LARGEST}.")
    try:
        lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise CodedError(f"{path.name}: not UTF-8 (byte {error.start}). Allowed: UTF-8.") from error
    except csv.Error as error:
        raise CodedError(f"{path.name}: no CSV that can be read ({error}).") from error
    head = lines[0] if lines else []
    unknown = [name for name in head if name not in ALLOWED]
    absent = [name for name in NEEDED if name not in head]
    pair = [name for name in PLACED if name in head]
    if unknown or absent or len(set(head)) < len(head) or len(pair) == 1 or not (pair or "excerpt" in head):
        raise CodedError(
            f"{path.name}, row 1: found columns {head}. Allowed: {list(NEEDED)} with {list(PLACED)} or 'excerpt' "
            f"or both, and 'date', each once."
        )
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(head):
            raise CodedError(f"{path.name}, row {number}: found {len(line)} cells. Allowed: {len(head)}.")
        row = dict(zip(head, line, strict=True))
        row |= {name: unicodedata.normalize("NFC", row[name]) for name in NEEDED}
        for name, cell in row.items():
            if name != "date" and (not cell.strip() or (name != "excerpt" and cell != cell.strip())):
                raise CodedError(
                    f"{path.name}, row {number}, column {arguments.shown(name)}: found {arguments.shown(cell)}. Allowed: a text without blanks "
                    "at its ends."
                )
        rows.append(row)
    return rows


def _place(row: dict[str, str], here: str) -> tuple[int, int]:
    for name in PLACED:
        if not re.fullmatch(r"[0-9]{1,12}", row[name]):
            raise CodedError(
                f"{here}, column {arguments.shown(name)}: found {arguments.shown(row[name])}. Allowed: a whole number, 0 or more."
            )
    start, end = int(row["start"]), int(row["end"])
    if start >= end:
        raise CodedError(f"{here}: found start {start} and end {end}. Allowed: start below end.")
    return start, end


def _day(row: dict[str, str], here: str) -> str | None:
    found = row.get("date") or None
    if found is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", found):
            raise ValueError
        return date.fromisoformat(found).isoformat()
    except ValueError:
        raise CodedError(
            f"{here}, column 'date': found {arguments.shown(found)}. Allowed: YYYY-MM-DD or blank."
        ) from None


def _result(path: Path, codings: list[dict], selections: list[dict]) -> Coded:
    names = {key: list(dict.fromkeys(one[key] for one in codings)) for key in ("code", "source", "coder")}

    def plain(key: str, columns: tuple[str, ...]) -> pd.DataFrame:
        rows = [{"guid": name, "name": name, "label": name} for name in names[key]]
        return project.table(rows, columns)

    codes = plain("code", project.CODES)
    codes = codes.assign(path=codes["name"], depth=0, codable=True, description="").astype({"depth": "Int64"})
    return Coded(
        name=path.stem,
        origin="coded excerpts (CSV)",
        codes=codes,
        sources=plain("source", project.SOURCES),
        coders=plain("coder", project.CODERS),
        selections=project.table(selections, project.SELECTIONS),
        codings=project.table(codings, project.CODINGS),
        cases=project.table([], project.CASES),
        texts={},
        left_out=project.table([], project.LEFT_OUT),
        notes=(),
    )
