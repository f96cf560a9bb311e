"""A run of a chapter, kept with a record of what it used, so that nothing is run twice and nothing goes stale."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from analysis import trace
from analysis.study.evidence import private_folder as private

LOCK = trace.ROOT / "requirements.lock"
RECORD = "fresh"  # notebook metadata: what the run was made from
RECORDED = {"code", "lock", "python", "modules", "tables", "run_on"}
PRIVATE = "analysis/study/evidence/private.py"
WRITE_NOTE = "import sys\nif 'analysis' in sys.modules:\n    from analysis import trace\n    trace.write()"


@dataclass(frozen=True, slots=True)
class Before:
    """What stood when a run began: digests of the code cells, the lock, each module and the private folder."""

    code: str
    lock: str
    modules: dict[str, str]
    private: str


def before(notebook: nbformat.NotebookNode) -> Before:
    """Take the digests; what is edited while the chapter runs then counts as changed afterwards."""
    return Before(code(notebook), trace.digest(LOCK), trace.modules(), private.digest())


def keep(notebook: nbformat.NotebookNode, *, began: Before, notes: dict[str, Any], file: Path) -> None:
    """Write a run chapter with its record, whole or not at all. notes: as `analysis.trace.collect` returns them."""
    used = {name: began.modules.get(name, "") for name in notes["modules"]}
    notebook.metadata[RECORD] = {
        "code": began.code,
        "lock": began.lock,
        "python": sys.version.split()[0],
        **notes,
        "modules": used,
        "private": began.private if PRIVATE in used else None,
        "run_on": today(),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    nbformat.write(notebook, part)
    os.replace(part, file)


def kept(file: Path) -> nbformat.NotebookNode | None:
    """Return the run that a file keeps, None when there is none that can be read."""
    try:
        found = nbformat.read(file, as_version=4)
        return found if set(found.metadata[RECORD]) >= RECORDED else None
    except (OSError, LookupError, ValueError, TypeError, AttributeError, nbformat.ValidationError):
        return None


def place(build: Path, chapter: str) -> Path:
    """Return the file that keeps a chapter's run. build: the folder of built pages' parent; chapter: 'metrics/entry'."""
    return build / ".fresh" / f"{chapter}.ipynb"


def code(notebook: nbformat.NotebookNode) -> str:
    """Return the SHA-256 of the code cells, in order."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def today() -> str:
    """Return the day of the run, '22 November 2026'; SOURCE_DATE_EPOCH wins, so that builds can repeat."""
    stamp = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    day = dt.datetime.fromtimestamp(stamp, tz=dt.UTC)
    return f"{day.day} {day:%B %Y}"
