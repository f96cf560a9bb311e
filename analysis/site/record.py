"""The record of a run: what was really used, kept with what the run made, so that nothing is run twice."""

import datetime as dt
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from analysis import trace
from analysis.site import installed
from analysis.study.evidence import private_folder

RECORD = "fresh"  # notebook metadata: what the run was made from
PARTS = {"lock", "python", "distributions", "imported", "modules", "tables", "listed", "private", "run_on"}
PRIVATE = Path(private_folder.__file__).with_name("private.py").relative_to(trace.ROOT).as_posix()
COMPARED = "compared"  # part of the record of a run that nbval found equal: the digest of what it equals
LEFT_OUT = {
    "run_on",
    "imported",
    "distributions",
    COMPARED,
}  # of the digest of inputs: the lock stands for them


@dataclass(frozen=True, slots=True)
class Before:
    """What stood when a run began: digests of the lock, of each Python file by path, and of the private folder."""

    lock: str
    modules: dict[str, str]
    private: str


def before() -> Before:
    """Take the digests; what is edited while a run goes on then counts as changed afterwards."""
    return Before(trace.digest(installed.LOCK), trace.modules(), private_folder.digest())


def made(began: Before, notes: dict[str, Any]) -> dict[str, Any]:
    """Return the record of a run, PARTS. notes: as `analysis.trace.collect` returns them.

    A module that came while the run went on has the digest '' and so counts as changed.
    """
    modules = {name: began.modules.get(name, "") for name in notes["modules"]}
    return {
        **notes,
        "lock": began.lock,
        "distributions": installed.distributions(notes["imported"]),
        "modules": modules,
        "private": began.private if PRIVATE in modules else None,
        "run_on": today(),
    }


def keep(notebook: nbformat.NotebookNode, record: dict[str, Any], *, file: Path) -> None:
    """Write a run chapter with its record and the digest of its code, whole or not at all."""
    notebook.metadata[RECORD] = {**record, "code": code(notebook)}
    whole(file, nbformat.writes(notebook))


def kept(file: Path) -> nbformat.NotebookNode | None:
    """Return the run that a file keeps, None when there is none that can be read."""
    try:
        found = nbformat.read(file, as_version=4)
        return found if set(found.metadata[RECORD]) >= PARTS | {"code"} else None
    except (OSError, LookupError, ValueError, TypeError, AttributeError, nbformat.ValidationError):
        return None


def place(build: Path, chapter: str) -> Path:
    """Return the file that keeps a chapter's run. build: the folder of built pages' parent; chapter: 'metrics/entry'."""
    return build / ".fresh" / f"{chapter}.ipynb"


def whole(file: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, file)


def code(notebook: nbformat.NotebookNode) -> str:
    """Return the SHA-256 of the code cells, in order."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def inputs(record: dict[str, Any]) -> str:
    """Return a short digest of everything that a chapter's numbers were made from."""
    parts = {key: value for key, value in record.items() if key not in LEFT_OUT}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def today() -> str:
    """Return the day of the run, '22 November 2026'; SOURCE_DATE_EPOCH wins, so that builds can repeat."""
    stamp = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    day = dt.datetime.fromtimestamp(stamp, tz=dt.UTC)
    return f"{day.day} {day:%B %Y}"
