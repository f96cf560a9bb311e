"""The private folder with a study's own confidential material: where it is, what is there, how it is read."""

import csv
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.methods.arguments import text
from analysis.methods.coding.excerpts import read_excerpts
from analysis.methods.coding.positions import COUNTED
from analysis.methods.coding.project import Coded, CodedError
from analysis.methods.coding.refi_qda import read_qdpx
from analysis.study.evidence import private_sources
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
    "cleared.txt": "words that a person has read and cleared, and the quotes that a person has read",
    "projects.csv": "how the projects are to be read",
}
FORMS = {  # how each part is added
    "interviews": "REFI-QDA projects (*.qdpx), or coded excerpts (excerpts*.csv: source, code, coder, start and end or excerpt, date)",
    "sites.csv": "sites.csv: site (Site A), and any of " + ", ".join(ASPECTS),
    "sources.csv": "sources.csv: source (its name in the project), site; file, where two files have another source of that name",
    "oric.csv": "oric.csv: respondent, organisation (the site), oric_1 to oric_12 (ORIC, answers 1 to 5)",
    "quotes.csv": "quotes.csv: id, site, code, text",
    "names.txt": "names.txt: one name a line",
    "cleared.txt": "cleared.txt: one word a line, and 'quote q1' for each quote that a person has read and may be shown",
    "projects.csv": "projects.csv: file, and any of positions (" + ", ".join(COUNTED) + "), sources (shared)",
}
OPTIONAL = ("cleared.txt", "projects.csv")
SHARED = "shared"  # in projects.csv: sources of this file are those of the same name in other such files


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
        return text + (f" {self.ignored:,} other files are not used." if self.ignored else "")


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


def interviews(place: Path) -> dict[str, Coded]:
    """Return all REFI-QDA projects and files of coded excerpts by the name of their file, told apart by source.

    Sources of one name in two files are two sources, of which each carries the name of its file, unless their texts
    are equal or projects.csv says that both files share them.
    Raises PrivateError for a file that cannot be read; it says which by number, never its name or what it holds.
    """
    files = [file for file in _files(place) if _is_interviews(file.name)]
    told = _reading(place, {file.name for file in files})
    projects = {}
    for number, file in enumerate(files, start=1):
        try:
            way = told.get(file.name, {}).get("positions") or None
            found = read_qdpx(file, count=way) if file.suffix == ".qdpx" else read_excerpts(file)
        except CodedError:  # its words may name a person
            raise PrivateError(
                f"interviews, file {number} of {len(files)} in order of their names: cannot be read. Allowed: a REFI-QDA "
                "project or coded excerpts; `read_qdpx` or `read_excerpts` of analysis.methods.coding say what is wrong."
            ) from None
        if file.name in projects:
            raise PrivateError(
                "interviews: two files in the folder and below have one name. Allowed: a name for each."
            )
        projects[file.name] = found
    shared = {name for name, row in told.items() if row.get("sources") == SHARED}
    return private_sources.apart(projects, shared)


def _reading(place: Path, names: set[str]) -> dict[str, dict[str, str]]:
    """Return what projects.csv says, by file."""
    file = part(place, "projects.csv")
    rows = table(file, ("file",), ("positions", "sources")) if file.is_file() else []
    for number, row in enumerate(rows, start=2):
        wrong = row["file"] not in names or [line["file"] for line in rows].count(row["file"]) > 1
        if (
            wrong
            or row.get("positions", "") not in ("", *COUNTED)
            or row.get("sources", "") not in ("", SHARED)
        ):
            raise PrivateError(
                f"projects.csv, row {number}: not understood. Allowed: a file of the folder, once; positions {list(COUNTED)} or "
                f"blank; sources '{SHARED}' or blank."
            )
    return {row["file"]: row for row in rows}


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
    try:
        lines = list(csv.reader(io.StringIO(_text(file), newline=""), strict=True))
    except csv.Error as error:
        raise PrivateError(
            f"{file.name}: no CSV that can be read ({error}). Allowed: commas, UTF-8."
        ) from error
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
        row = {name: text(cell) for name, cell in zip(head, line, strict=True)}
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
    except OSError as error:
        raise PrivateError(
            f"{file.name}: cannot be read ({error.strerror}). Allowed: a file that is readable."
        ) from None
    except UnicodeDecodeError as error:
        raise PrivateError(f"{file.name}: not UTF-8 (byte {error.start}). Allowed: UTF-8.") from error
