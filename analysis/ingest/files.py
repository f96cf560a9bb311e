"""Find release files, and read comma-separated ones strictly as rows of texts."""

import csv
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest.checks import Rows

LARGEST = 1_000_000_000  # bytes of a release, unpacked
MOST_PACKED = 250  # times; official files pack 4 to 60 times, deflate can reach 1,030
PACKED_FAULTS = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError)
SMALL = 20_000_000  # bytes below which the ratio does not matter


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


def named(folder: Path, *names: str) -> list[Path]:
    """Return the one file of each name that is there, in this order; raise DataError when a name has several."""
    return [path for name in names if (path := find_one(folder, name)) is not None]


def all_of(folder: Path, names: Sequence[str], *, beside: str) -> list[Path]:
    """Return the one file of each name; DataError, which says what is there `beside` it, where one is missing."""
    paths = []
    for name in names:
        path = find_one(folder, name)
        if path is None:
            raise DataError(str(folder), found=f"{beside} without it", allowed=f"one file named {name}")
        paths.append(path)
    return paths


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    return hashlib.sha256(contents(path)).hexdigest()


def contents(path: Path) -> bytes:
    """Return the bytes of a release file; DataError, naming it, when it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        said = error.strerror or str(error)
        raise DataError(path.name, found=said, allowed="a file that can be read") from error
    if len(raw) > LARGEST:
        raise DataError(path.name, found="a larger file", allowed=f"{LARGEST:,} bytes at most")
    return raw


def refuse_bomb(name: str, packed: int, unpacked: int) -> None:
    """Raise DataError when what is packed in `packed` bytes unpacks to far more than a release does."""
    if unpacked > LARGEST or unpacked > max(SMALL, MOST_PACKED * packed):
        allowed = f"{LARGEST:,} bytes and {MOST_PACKED} times the packed ones at most"
        raise DataError(name, found=f"{packed:,} bytes that unpack to {unpacked:,} or more", allowed=allowed)


def refuse_zip_bomb(archive: zipfile.ZipFile, name: str) -> None:
    """Raise DataError when a zip archive, or one of its members, unpacks to far more than a release does."""
    for member in archive.infolist():
        refuse_bomb(f"{name}, {member.filename[:80]!r}", member.compress_size, member.file_size)
    refuse_bomb(name, LARGEST, sum(member.file_size for member in archive.infolist()))


def text(path: Path, *, windows: bool = False, footer: re.Pattern[bytes] | None = None) -> str:
    """Return a release file as text (UTF-8, byte-order mark or not, gzip by its name); else DataError.

    windows: a file that is not UTF-8 is read as Windows-1252, as publishers' spreadsheets save it, unless it
    has the bytes that no such text has (as UTF-16 does). footer: what may stand at the end and is left out.
    """
    raw = contents(path)
    if path.suffix == ".gz":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
                unpacked = packed.read(LARGEST + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(path.name, found=str(error), allowed="a complete gzip file") from error
        refuse_bomb(path.name, len(raw), len(unpacked))
        raw = unpacked
    if b"\0" in raw:
        row = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise DataError(path.name, row=row, found="bytes of zero, as UTF-16 has them", allowed="UTF-8 text")
    raw = raw if footer is None else footer.sub(b"\r\n", raw)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if windows and not re.search(rb"[\x00-\x08\x81\x8d\x8f\x90\x9d]", raw):
            return raw.decode("cp1252")
        row, found = raw[: error.start].count(b"\n") + 1, raw[error.start : error.start + 1]
        raise DataError(path.name, row=row, found=found, allowed="UTF-8 text") from error


def headings(line: str) -> list[str]:
    """Return the headings in a first line, none in a line that is not comma-separated text; CR ends a line too."""
    try:
        return [name.strip() for name in next(csv.reader(line.splitlines()[:1]), [])]
    except csv.Error:
        return []


def read_csv(
    path: Path,
    columns: Sequence[str] | Mapping[str, str],
    *,
    others: Collection[str] | None = None,
    header: bool = True,
    windows: bool = False,
    footer: re.Pattern[bytes] | None = None,
) -> Rows:
    """Read a comma-separated release as strings, one row a record, indexed by its row number in the file.

    columns: headings that must be there, in any order; the result has them in this order. By field, the result has the
    names of the fields, and a message their headings.
    others: headings that may be there too and are left out; None allows any other heading.
    windows, footer: see `text`. header: False when the release has no heading row; then `columns` names the leading fields.
    Columns at the right that are empty from the heading to the last record are left out.
    Raises DataError for a missing, repeated or unknown heading, a record with too few or too many
    fields, an unfinished last line or an empty file. Values are stripped of outer spaces, nothing else.
    """
    labels = columns if isinstance(columns, Mapping) else {name: name for name in columns}
    headings = list(labels.values())
    content = text(path, windows=windows, footer=footer)
    if content.lstrip()[:1] == "<":
        found, allowed = content.lstrip()[:20], "comma-separated values, not a web page"
        raise DataError(path.name, row=1, found=found, allowed=allowed)
    records = {line: [cell.strip() for cell in row] for line, row in cells(content, path.name)}
    records = {line: row for line, row in records.items() if any(row)}
    if not records:
        raise DataError(path.name, found="an empty file", allowed="a heading row and records")
    first = next(iter(records))
    if header:
        width = max(at for at, name in enumerate(["-", *records[first]]) if name)
        records = {at: row if any(row[width:]) else row[:width] for at, row in records.items()}
        names = records.pop(first)
        _check_headings(path, names, headings, others, first)
    else:
        names = [*headings, *(f"unused_{i}" for i in range(len(headings), len(records[first])))]
    for line, record in records.items():
        if len(record) != len(names):
            found, allowed = f"{len(record)} fields", f"{len(names)} fields"
            raise DataError(path.name, row=line, found=found, allowed=allowed)
    if not records:
        raise DataError(path.name, found="headings and no record", allowed="at least one record")
    index = pd.Index(list(records), name="row")
    frame = pd.DataFrame(list(records.values()), columns=names, index=index, dtype="str")
    return Rows(path.name, frame[headings].set_axis(list(labels), axis=1), labels)


def cells(content: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record of comma-separated text with the line on which it ends; DataError for one that cannot be read."""
    rows = csv.reader(io.StringIO(content, newline=""), strict=True)
    try:
        for record in rows:
            yield rows.line_num, record
    except csv.Error as error:
        allowed = "complete quoted fields"
        raise DataError(file, row=rows.line_num, found=str(error), allowed=allowed) from error


def _check_headings(
    path: Path, names: list[str], columns: Sequence[str], others: Collection[str] | None, line: int
) -> None:
    for name in columns:
        if names.count(name) != 1:
            found, allowed = _short(names), f"the heading '{name}' once"
            raise DataError(path.name, row=line, column=name[:80], found=found, allowed=allowed)
    unknown = [name for name in names if name not in columns and others is not None and name not in others]
    if unknown:
        column, allowed = unknown[0][:80], f"{[*columns, *(others or [])]}"
        raise DataError(path.name, row=line, column=column, found="an unknown heading", allowed=allowed)


def _short(names: list[str]) -> list[str]:
    """Return headings as a message shows them: the first thirty, forty characters of each."""
    shown = [name if len(name) <= 80 else f"{name[:40]}..." for name in names[:30]]
    return shown if len(names) <= 30 else [*shown, f"and {len(names) - 30} more"]
