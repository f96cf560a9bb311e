"""Read official release files strictly: every fault names file, row, column, found and allowed."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import math
import re
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from analysis.data import DataError

ODS_CODE = re.compile(r"[A-Z0-9]{3,6}")
MISSING = ("", "NA")


def find(folder: Path, name: str) -> list[Path]:
    """Return the files under `folder` whose name matches the regular expression `name`, sorted by path.

    An empty list means that the folder holds no file of this release.
    """
    wanted = re.compile(name)
    return sorted(path for path in folder.rglob("*") if path.is_file() and wanted.fullmatch(path.name))


def find_one(folder: Path, name: str) -> Path | None:
    """Return the one file that matches, None when there is none; raise DataError when there are several."""
    files = find(folder, name)
    if len(files) > 1:
        raise DataError(str(folder), found=[file.name for file in files], allowed=f"one file named {name}")
    return files[0] if files else None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def text(path: Path, *, windows: bool = False) -> str:
    """Return a release file as text (UTF-8, byte-order mark or not, gzip by its name); else DataError.

    windows: a file that is not UTF-8 is read as Windows-1252, as publishers' spreadsheets save it, unless it
    has the bytes that no such text has (as UTF-16 does).
    """
    raw = path.read_bytes()
    try:
        raw = gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(path.name, found=str(error), allowed="a complete gzip file") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if windows and not re.search(rb"[\x00-\x08\x81\x8d\x8f\x90\x9d]", raw):
            return raw.decode("cp1252")
        row = raw[: error.start].count(b"\n") + 1
        raise DataError(
            path.name, row=row, found=raw[error.start : error.start + 1], allowed="UTF-8 text"
        ) from error


def read_csv(
    path: Path,
    columns: Sequence[str],
    *,
    others: Collection[str] | None = None,
    header: bool = True,
    windows: bool = False,
) -> pd.DataFrame:
    """Read a comma-separated release as strings, one row a record, indexed by its row number in the file.

    columns: headings that must be there, in any order; the result has them in this order.
    others: headings that may be there too and are left out; None allows any other heading.
    windows: see `text`. header: False when the release has no heading row; then `columns` names the leading fields.
    Raises DataError for a missing, repeated or unknown heading, a record with too few or too many
    fields, an unfinished last line or an empty file. Values are stripped of outer spaces, nothing else.
    """
    content = text(path, windows=windows)
    if content.lstrip()[:1] == "<":
        raise DataError(
            path.name, row=1, found=content.lstrip()[:20], allowed="comma-separated values, not a web page"
        )
    rows = csv.reader(io.StringIO(content, newline=""), strict=True)
    records: list[list[str]] = []
    lines: list[int] = []
    try:
        for record in rows:
            if any(field.strip() for field in record):
                records.append([field.strip() for field in record])
                lines.append(rows.line_num)
    except csv.Error as error:
        raise DataError(
            path.name, row=rows.line_num, found=str(error), allowed="complete quoted fields"
        ) from error
    if not records:
        raise DataError(path.name, found="an empty file", allowed="a heading row and records")
    if header:
        names, records, first = records[0], records[1:], lines.pop(0)
        _check_headings(path, names, columns, others, first)
    else:
        names = [*columns, *(f"unused_{i}" for i in range(len(columns), len(records[0])))]
    for line, record in zip(lines, records, strict=True):
        if len(record) != len(names):
            raise DataError(
                path.name, row=line, found=f"{len(record)} fields", allowed=f"{len(names)} fields"
            )
    if not records:
        raise DataError(path.name, found="headings and no record", allowed="at least one record")
    frame = pd.DataFrame(records, columns=names, index=pd.Index(lines, name="row"), dtype="str")
    return frame[list(columns)]


def _check_headings(
    path: Path, names: list[str], columns: Sequence[str], others: Collection[str] | None, line: int
) -> None:
    for name in columns:
        if names.count(name) != 1:
            raise DataError(
                path.name, row=line, column=name, found=names, allowed=f"the heading '{name}' once"
            )
    unknown = [name for name in names if name not in columns and others is not None and name not in others]
    if unknown:
        raise DataError(
            path.name,
            row=line,
            column=unknown[0],
            found="an unknown heading",
            allowed=f"{[*columns, *(others or [])]}",
        )


def numbers(
    frame: pd.DataFrame,
    column: str,
    *,
    release: str,
    low: float = 0,
    high: float = math.inf,
    integer: bool = False,
    missing: Collection[str] = MISSING,
    required: bool = False,
    grouped: bool = False,
) -> pd.Series:
    """Return a column of strings as float64, missing marks as NaN.

    grouped: thousands may be parted by commas ('12,345.6'), as spreadsheets print them.
    Raises DataError at the first value that is not a plain decimal number (a decimal comma, a thousands
    comma unless `grouped`, a percent sign or a unit is refused), is outside `low` to `high`, is not whole when `integer`,
    or is missing when `required`.
    """
    raw = frame[column]
    blank = raw.isin(list(missing))
    if grouped:
        parted = raw.str.fullmatch(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
        raw = raw.mask(parted, raw.str.replace(",", ""))
    plain = raw.str.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
    value = pd.to_numeric(raw.where(plain & ~blank), errors="coerce").astype("float64")
    kind = "a whole number" if integer else "a number"
    allowed = f"{kind} from {low:g} to {high:g}" + (
        "" if required else f" or one of {sorted(missing)} for missing"
    )
    bad = (~blank & ~plain) | (value < low) | (value > high)
    bad |= (value % 1 != 0) & value.notna() if integer else False
    bad |= blank if required else False
    if bad.any():
        row = bad.idxmax()
        raise DataError(release, row=row, column=column, found=frame[column].loc[row], allowed=allowed)
    return value


def codes(
    frame: pd.DataFrame, column: str, *, release: str, pattern: re.Pattern[str] = ODS_CODE
) -> pd.Series:
    """Return a column of organisation codes; raise DataError at the first that does not fit `pattern`."""
    bad = ~frame[column].map(lambda value: bool(pattern.fullmatch(value)))
    if bad.any():
        row = bad.idxmax()
        raise DataError(
            release,
            row=row,
            column=column,
            found=frame[column].loc[row],
            allowed=f"a code like {pattern.pattern}",
        )
    return frame[column]


def months(frame: pd.DataFrame, column: str, *, release: str, first: str, last: str) -> pd.Series:
    """Return a column of months written 'YYYY-MM' or 'YYYY-MM-01' as 'YYYY-MM'.

    Raises DataError at the first value written otherwise or outside `first` to `last` ('YYYY-MM').
    """
    raw = frame[column]
    fits = raw.str.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])(-01)?")
    month = raw.str.slice(0, 7)
    bad = ~fits | (month < first) | (month > last)
    if bad.any():
        row = bad.idxmax()
        raise DataError(
            release,
            row=row,
            column=column,
            found=raw.loc[row],
            allowed=f"a month YYYY-MM from {first} to {last}",
        )
    return month


def choices(frame: pd.DataFrame, column: str, *, release: str, allowed: Collection[str]) -> pd.Series:
    """Return a column of strings; raise DataError at the first that is not one of `allowed`."""
    bad = ~frame[column].isin(list(allowed))
    if bad.any():
        row = bad.idxmax()
        raise DataError(
            release, row=row, column=column, found=frame[column].loc[row], allowed=f"one of {sorted(allowed)}"
        )
    return frame[column]


def unique(frame: pd.DataFrame, keys: Sequence[str], *, release: str) -> pd.DataFrame:
    """Return `frame`; raise DataError at the first row whose `keys` stand in an earlier row too."""
    twice = frame.duplicated(list(keys))
    if twice.any():
        row = twice.idxmax()
        found = " ".join(str(frame[key].loc[row]) for key in keys)
        raise DataError(
            release, row=row, column=", ".join(keys), found=f"{found} twice", allowed="one row a key"
        )
    return frame


def agrees(
    left: pd.Series, right: pd.Series, *, release: str, column: str, tolerance: float, against: str
) -> None:
    """Raise DataError at the first index label where `left` and `right` differ by more than `tolerance`.

    Use it for sums over providers against a published total. Labels present in one only are a difference.
    """
    both = pd.concat([left, right], axis=1, keys=["left", "right"])
    bad = ~((both["left"] - both["right"]).abs() <= tolerance)
    if bad.any():
        row = bad.idxmax()
        raise DataError(
            release,
            row=row,
            column=column,
            found=both["left"].loc[row],
            allowed=f"{both['right'].loc[row]} ({against}), within {tolerance:g}",
        )
