"""Write down what a chapter really uses while it runs, so that the build knows when to run it again.

Silent unless the site build asks for a record through the environment variable REPORT_TRACE (a file).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

REQUEST = "REPORT_TRACE"
ROOT = Path(__file__).resolve().parents[1]
_tables: dict[str, dict[str, Any]] = {}
_listed: list[list[str]] = []


def used(path: Path, *, descriptor: dict[str, Any], data_to: str | None = None) -> None:
    """Note that a table was loaded: its file, the digest of its description, the last period it covers."""
    if REQUEST not in os.environ:
        return
    _tables[descriptor["name"]] = {
        "path": path.relative_to(ROOT).as_posix(),
        "sha256": digest(path),
        "description": description_digest(descriptor),
        "data_to": data_to,
    }
    write()


def listed(names: list[str]) -> None:
    """Note that the list of all tables was asked for, so that a new table counts as a change."""
    if REQUEST in os.environ:
        _listed.append(names)
        write()


def write() -> None:
    """Write the record: modules of this repository that are imported by now, and tables loaded by now."""
    names = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    ours = sorted(file for file in map(Path, filter(None, names)) if file.is_relative_to(ROOT / "analysis"))
    record = {
        "modules": {file.relative_to(ROOT).as_posix(): digest(file) for file in ours},
        "tables": dict(sorted(_tables.items())),
        "listed": _listed[-1] if _listed else None,
    }
    target = Path(os.environ[REQUEST])
    unfinished = target.with_suffix(".part")
    unfinished.write_text(json.dumps(record, indent=1))
    os.replace(unfinished, target)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def description_digest(descriptor: dict[str, Any]) -> str:
    """Return the SHA-256 of a table's description, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(descriptor, sort_keys=True).encode()).hexdigest()
