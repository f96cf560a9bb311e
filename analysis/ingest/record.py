"""The data folder as it stands: its files of record, and one refresh at a time."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from analysis import data
from analysis.data import DataError

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
    content = held(folder, "datapackage.json")
    return {resource["name"]: resource for resource in json.loads(content)["resources"]} if content else {}
