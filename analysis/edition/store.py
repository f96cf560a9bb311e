"""The editions kept in `data/editions/`: written once, all or nothing, and never changed after.

One folder an edition. `index.csv` names them with the checksum of each record, and the record holds the
checksums of the other files. Replacing the index is what makes an edition: a folder that is not in the index
is the rest of a run that was stopped, and counts for nothing.
"""

import csv
import hashlib
import io
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import data, trace
from analysis.edition.cause import STEPS
from analysis.edition.compare import EditionError
from analysis.ingest.record import write as put
from analysis.present import spreadsheet

INDEX = "index.csv"
INDEX_COLUMNS = ("number", "date", "commit", "sha256")
RECORD = "edition.json"
TEXT = "comparison.txt"
PARTS = (*STEPS, "interaction")
# frames of an edition, one CSV each, with the columns that are numbers
FRAMES: dict[str, tuple[str, ...]] = {
    "headline": ("value", "low", "high", "n", "none"),
    "changes": (
        "old",
        "old_low",
        "old_high",
        "old_n",
        "new",
        "new_low",
        "new_high",
        "new_n",
        "change",
        *PARTS,
    ),
    "revisions": ("changed", "withdrawn", "late", "added"),
    "cells": (),
    "periods": ("rows",),
}
DIGITS = "%.10g"  # of a stored number: what differs beyond is the machine


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition as it was recorded.

    about: `number`, `date` (YYYY-MM-DD), `commit` (of the tree that was measured), `previous` (number or
        None), `python`, `lock` (checksum), `code` (checksum of each module), `tables` (by name: hash, title,
        publisher, status, rows, sources), `movable` (by key of a headline number that new data can move, its tables), `chapters` (digest of each chapter's text and inputs).
    headline: `headlines.ON_RECORD` and `inputs`. changes: as `compare.moved` since the previous edition, with `cause`, the parts and `says`. revisions: one row a table that changed (see
        `survey.Survey`). cells: the cells that publishers or we corrected. periods: `table`, `period`,
        `rows`, `digest`. text: the comparison in words.
    """

    about: dict[str, Any]
    headline: pd.DataFrame
    changes: pd.DataFrame
    revisions: pd.DataFrame
    cells: pd.DataFrame
    periods: pd.DataFrame
    text: str

    @property
    def number(self) -> str:
        """The number of the edition, as '2026.1'."""
        return str(self.about["number"])

    @property
    def order(self) -> list[int]:
        """The number as what editions are sorted by: 2026.10 comes after 2026.9."""
        return [int(part) for part in self.number.split(".")]

    def changed_conclusions(self) -> pd.DataFrame:
        """Return the rows of `changes` whose conclusion changed."""
        return self.changes[self.changes["conclusion"]].reset_index(drop=True)


def folder() -> Path:
    """Return the folder of the editions, inside the data folder."""
    return data.FOLDER / "editions"


def index(where: Path | None = None) -> pd.DataFrame:
    """Return one row an edition, oldest first: INDEX_COLUMNS as texts. Empty where there is none yet."""
    file = (where or folder()) / INDEX
    if not file.is_file():
        return pd.DataFrame(columns=list(INDEX_COLUMNS), dtype="str")
    trace.used_file(file)
    frame = pd.read_csv(file, dtype="str", keep_default_na=False)
    if list(frame.columns) != list(INDEX_COLUMNS) or frame["number"].duplicated().any():
        raise EditionError(
            f"{INDEX}: found columns {list(frame.columns)}. Allowed: {list(INDEX_COLUMNS)}, one row a number."
        )
    return frame


def latest(where: Path | None = None) -> Edition | None:
    """Return the newest edition, None where there is none yet."""
    numbers = index(where)["number"]
    return None if numbers.empty else read(numbers.iloc[-1], where=where)


def every(where: Path | None = None) -> list[Edition]:
    """Return all editions, newest first."""
    return [read(number, where=where) for number in index(where)["number"][::-1]]


def read(number: str, *, where: Path | None = None) -> Edition:
    """Return an edition; raise EditionError when it is unknown, or not what was recorded."""
    known = index(where).set_index("number")["sha256"]
    if number not in known.index:
        raise EditionError(f"edition {number!r}: found none. Allowed: {known.index.tolist()}.")
    place = (where or folder()) / number
    about = json.loads(_bytes(place / RECORD, known[number]))
    frames = {
        name: _frame(_bytes(place / f"{name}.csv", about["files"][f"{name}.csv"]), numbers)
        for name, numbers in FRAMES.items()
    }
    return Edition(about=about, text=_bytes(place / TEXT, about["files"][TEXT]).decode(), **frames)


def write(edition: Edition, *, citation: str, where: Path | None = None) -> Path:
    """Add an edition: files first, then the index. Return its folder.

    Killed at any moment, it is there as a whole or not at all. Raises EditionError when the number is taken.
    """
    home = where or folder()
    home.mkdir(parents=True, exist_ok=True)
    before = index(home)
    if edition.number in set(before["number"]):
        raise EditionError(f"edition {edition.number}: found one already. Allowed: a new number.")
    place = home / edition.number
    shutil.rmtree(place, ignore_errors=True)  # not in the index: the rest of a run that was stopped
    place.mkdir()
    frames = {f"{name}.csv": to_csv(getattr(edition, name)) for name in FRAMES}
    files = {**frames, TEXT: edition.text.encode(), "CITATION.cff": citation.encode()}
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    record = json.dumps({**edition.about, "files": sums}, indent=1, ensure_ascii=False) + "\n"
    for name, content in {**files, RECORD: record.encode()}.items():
        put(place / name, content)
    sha = hashlib.sha256(record.encode()).hexdigest()
    row = [edition.number, edition.about["date"], edition.about["commit"], sha]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([INDEX_COLUMNS, *before.to_numpy().tolist(), row])
    put(home / f".{INDEX}.new", out.getvalue().encode())
    os.replace(home / f".{INDEX}.new", home / INDEX)
    return place


def to_csv(frame: pd.DataFrame) -> bytes:
    """Return a frame as CSV with DIGITS of its numbers, blank for missing; no cell runs in a spreadsheet."""
    return spreadsheet.to_csv(frame, float_format=DIGITS).encode()


def _frame(content: bytes, numbers: tuple[str, ...]) -> pd.DataFrame:
    frame = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False)
    if "conclusion" in frame:
        frame["conclusion"] = frame["conclusion"] == "True"
    return frame.assign(**{name: pd.to_numeric(frame[name]) for name in numbers if name in frame})


def _bytes(file: Path, sha: str) -> bytes:
    trace.used_file(file)
    content = file.read_bytes() if file.is_file() else b""
    found = hashlib.sha256(content).hexdigest()
    where = f"{file.parent.name}/{file.name}"
    if trace.line_ends_alone(content, sha):
        raise EditionError(f"{where}: found {data.LINE_ENDS}. Allowed: LF. {data.restored(file)}.")
    if found != sha:
        raise EditionError(f"{where}: found checksum {found}. Allowed: {sha}, as recorded.")
    return content
