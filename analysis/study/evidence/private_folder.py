"""The private folder with a study's own confidential material: where it is, what is there, how it is read."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.methods.coding.excerpts import read_excerpts
from analysis.methods.coding.project import Coded
from analysis.methods.coding.refi_qda import read_qdpx
from analysis.study.evidence.selection import ASPECTS
from analysis.study.evidence.shared import SITE

SETTING = "REPORT_PRIVATE"  # environment variable: another place for the folder
ROOT = Path(__file__).resolve().parents[3]
USUAL = ROOT / "private"  # ignored by git
PARTS = {
    "interviews": "coded interviews",
    "sites.csv": "the anonymous sites and what may be told of each",
    "sources.csv": "which interview belongs to which site",
    "oric.csv": "a staff survey of readiness for change",
    "quotes.csv": "excerpts chosen for the page",
    "names.txt": "the names that must never appear",
    "cleared.txt": "words with a capital that a person has read and cleared",
}
FORMS = {  # how each part is added
    "interviews": "REFI-QDA projects (*.qdpx), or coded excerpts (excerpts*.csv: source, code, coder, start and end or excerpt, date)",
    "sites.csv": "sites.csv: site (Site A), and any of " + ", ".join(ASPECTS),
    "sources.csv": "sources.csv: source (its name in the project), site",
    "oric.csv": "oric.csv: respondent, organisation (the site), oric_1 to oric_12 (ORIC, answers 1 to 5)",
    "quotes.csv": "quotes.csv: id, site, code, text",
    "names.txt": "names.txt: one name a line",
    "cleared.txt": "cleared.txt: one word a line",
}
OPTIONAL = ("cleared.txt",)


class PrivateError(ValueError):
    """Private material that cannot be used as it stands; says which file, where, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is in the private folder.

    frame: one row a part of PARTS: `part`, `what` (in words), `form` (how to add it), `files` (number).
    found: whether there is a folder with files. ignored: number of files that are no part.
    """

    frame: pd.DataFrame
    found: bool
    ignored: int

    def missing(self) -> tuple[str, ...]:
        """Return the parts that are not there, in words."""
        rows = self.frame[(self.frame["files"] == 0) & ~self.frame["part"].isin(OPTIONAL)]
        return tuple(rows["what"])

    def sentence(self) -> str:
        """What is there and what is missing, and how to add it. Names no file of the folder."""
        if not self.found:
            return (
                "No interviews and no staff survey are in this report: they are confidential and belong to the teams that "
                f"made them. A team that holds such material puts it into the folder 'private', which is never committed, or "
                f"names another folder in the setting {SETTING}. It can hold {', '.join(list(PARTS.values())[:4])}, and more."
            )
        rows = self.frame[self.frame["files"] > 0]
        text = (
            f"In the private folder: {'; '.join(rows['what'])}."
            if len(rows)
            else "The private folder is empty."
        )
        gone = self.missing()
        text += f" Missing: {'; '.join(gone)}." if gone else ""
        return text + (f" {self.ignored} other files are not used." if self.ignored else "")


def folder() -> Path | None:
    """Return the private folder, None when there is none.

    Raises PrivateError when SETTING names no folder, or one inside the repository that git would see.
    """
    named = os.environ.get(SETTING)
    if not named:
        return USUAL if USUAL.is_dir() else None
    place = Path(named).expanduser().resolve()
    if not place.is_dir():
        raise PrivateError(f"{SETTING} names no folder. Allowed: a folder that exists, or no such setting.")
    if place.is_relative_to(ROOT) and not place.is_relative_to(USUAL):
        raise PrivateError(
            f"{SETTING} names a folder inside the repository. Allowed: 'private', or one outside it."
        )
    return place


def status(place: Path | None = None) -> Status:
    """Return what is in the private folder; `place` None = the folder of `folder()`."""
    place = folder() if place is None else place
    names = sorted(file.name for file in _files(place))
    used = {part: [name for name in names if name == part] for part in PARTS}
    used["interviews"] = [name for name in names if _is_interviews(name)]
    rows = [
        {"part": part, "what": what, "form": FORMS[part], "files": len(used[part])}
        for part, what in PARTS.items()
    ]
    ignored = len(names) - sum(map(len, used.values()))
    return Status(pd.DataFrame(rows), place is not None and bool(names), ignored)


def digest(place: Path | None = None) -> str:
    """Return one SHA-256 of all names and contents in the folder, '' without one: a build must notice a change."""
    place = folder() if place is None else place
    whole = hashlib.sha256()
    for file in _files(place):
        whole.update(
            f"{file.relative_to(place or USUAL).as_posix()}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode()
        )
    return whole.hexdigest() if _files(place) else ""


def interviews(place: Path) -> list[Coded]:
    """Read all REFI-QDA projects and files of coded excerpts; errors as in their readers."""
    files = [file for file in _files(place) if _is_interviews(file.name)]
    return [read_qdpx(file) if file.suffix == ".qdpx" else read_excerpts(file) for file in files]


def sites(place: Path) -> dict[str, dict[str, str]]:
    """Return what may be told of each site, by its label ('Site A').

    Raises PrivateError for a column that is no aspect of the public frame (a name or code of a trust above all), a
    label that is no pseudonym, or one there twice.
    """
    found = table(part(place, "sites.csv"), ("site",), tuple(ASPECTS))
    told = {}
    for row, line in enumerate(found, start=2):
        label = line.pop("site")
        if not SITE.fullmatch(label) or label in told:
            raise PrivateError(
                f"sites.csv, row {row}: the label is no pseudonym, or there twice. Allowed: 'Site A', 'Site 1'."
            )
        told[label] = {name: value for name, value in line.items() if value}
    return told


def part(place: Path, name: str) -> Path:
    """Return the file of that name in the folder or below; raise PrivateError when there are two."""
    found = [file for file in _files(place) if file.name == name]
    if len(found) > 1:
        raise PrivateError(f"{name}: there {len(found)} times. Allowed: once in the folder and below.")
    return found[0] if found else place / name


def words(file: Path) -> list[str]:
    """Return the lines of a text file without blank ones; none when there is no file."""
    return [line.strip() for line in _text(file).splitlines() if line.strip()] if file.is_file() else []


def table(file: Path, needed: tuple[str, ...], allowed: tuple[str, ...] = ()) -> list[dict[str, str]]:
    """Read a CSV strictly: UTF-8, the columns `needed` filled in each row, those `allowed` perhaps, no others."""
    lines = list(csv.reader(io.StringIO(_text(file), newline=""), strict=True))
    head = lines[0] if lines else []
    wrong = [name for name in head if name not in (*needed, *allowed)]
    if wrong or len(set(head)) < len(head) or not set(needed) <= set(head):
        raise PrivateError(
            f"{file.name}, row 1: found {len(head)} columns, {len(wrong)} of them unknown. Allowed: {list(needed)}"
            f"{f' and any of {list(allowed)}' if allowed else ''}, each once; never the name or code of a trust."
        )
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(head):
            raise PrivateError(f"{file.name}, row {number}: found {len(line)} cells. Allowed: {len(head)}.")
        row = {name: cell.strip() for name, cell in zip(head, line, strict=True)}
        blank = [name for name in needed if not row[name]]
        if blank:
            raise PrivateError(f"{file.name}, row {number}, column '{blank[0]}': blank. Allowed: a text.")
        rows.append(row)
    return rows


def _is_interviews(name: str) -> bool:
    return name.endswith(".qdpx") or (name.startswith("excerpts") and name.endswith(".csv"))


def _files(place: Path | None) -> list[Path]:
    if place is None:
        return []
    files = sorted(file for file in place.rglob("*") if file.is_file() and not file.is_symlink())
    return [file for file in files if not any(step.startswith(".") for step in file.relative_to(place).parts)]


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PrivateError(f"{file.name}: not UTF-8 (byte {error.start}). Allowed: UTF-8.") from error
