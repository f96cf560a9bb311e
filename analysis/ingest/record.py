"""The data folder as it stands: its files of record, one refresh at a time, put in place all or none."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis import data
from analysis.data import DataError

CHANGES = "changes.json"  # what the last refresh from releases changed
PACKAGE = "datapackage.json"
CITATION = Path(__file__).resolve().parents[2] / "CITATION.cff"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the data folder: a second refresh at the same time raises DataError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise DataError(str(folder), found="another refresh at work", allowed="one at a time") from error
    finally:
        os.close(handle)


def held(folder: Path, path: str) -> bytes:
    """Return a file of record, b'' when there is none: a complete staged refresh counts as done."""
    staged = folder / data.STAGE / path
    file = staged if (folder / data.STAGE / data.READY).is_file() and staged.is_file() else folder / path
    return file.read_bytes() if file.is_file() else b""


def version() -> str:
    """Return the number of the newest edition, as the citation file has it. Raises DataError without one."""
    found = re.search(r'^version: "?([\w.]+)', CITATION.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise DataError(CITATION.name, column="version", found="no such line", allowed="one")
    return found.group(1)


def resources(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the descriptions of the tables of record by name; empty when there is no package."""
    content = held(folder, PACKAGE)
    return {resource["name"]: resource for resource in json.loads(content)["resources"]} if content else {}


def stage(
    folder: Path, made: dict[str, bytes], package: dict[str, Any], changes: dict[str, Any] | None
) -> None:
    """Write tables and package beside the old ones; the last act, a rename, makes them the ones of record.

    made: bytes of tables by name; changes: what they change, written beside them; None when nothing changes.
    """
    target = folder / data.STAGE
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, content in made.items():
        _write(target / f"{name}.csv", content)
    for name, written in ((PACKAGE, package), (CHANGES, changes)):
        if written is not None:
            _write(target / name, (json.dumps(written, indent=1, ensure_ascii=False) + "\n").encode())
    _write(target / "UNFINISHED", b"")
    os.replace(target / "UNFINISHED", target / data.READY)


def finish(folder: Path) -> None:
    """Move a complete staged refresh into place, the package last; throw an incomplete one away."""
    staged = folder / data.STAGE
    if (staged / data.READY).is_file():
        names = sorted(file.name for file in staged.iterdir() if file.name != data.READY)
        for name in sorted(names, key=lambda name: name == PACKAGE):
            _write(folder / f".{name}.new", (staged / name).read_bytes())
            os.replace(folder / f".{name}.new", folder / name)
        (staged / data.READY).unlink()
    shutil.rmtree(staged, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
