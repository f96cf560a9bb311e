"""The data folder as it stands: its files of record, one refresh at a time, put in place all or none."""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
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
    """Return the descriptions of the tables of record by name; empty when there is no package.

    Raises DataError for a package that is no list of tables with names, files and checksums.
    """
    content = held(folder, PACKAGE)
    if not content and not (folder / PACKAGE).is_file():
        return {}
    try:
        found = {each["name"]: each for each in json.loads(content)["resources"]}
        whole = all(isinstance(each[part], str) for each in found.values() for part in ("path", "hash"))
    except (ValueError, LookupError, TypeError) as error:
        allowed = f"a data package. {_back(PACKAGE)}"
        raise DataError(PACKAGE, found=str(error)[:200], allowed=allowed) from error
    if not whole:
        raise DataError(PACKAGE, found="other than texts", allowed=f"path and hash. {_back(PACKAGE)}")
    return found


def intact(folder: Path, old: Mapping[str, Mapping[str, Any]], names: Collection[str]) -> None:
    """Raise DataError at the first table of `names` that is not the one of record, by its checksum.

    old: descriptions of the tables of record. A table that is there without a description is refused too: its
    rows would be lost when later ones are laid over it.
    """
    for name in names:
        path = old[name]["path"] if name in old else f"{name}.csv"
        content = held(folder, path)
        if name not in old:
            if content:
                allowed = f"it in {PACKAGE}. {_back(PACKAGE)}"
                raise DataError(name, found=f"{path}, not described", allowed=allowed)
            continue
        if not content:
            raise DataError(name, found="no file", allowed=f"the table of record. {_back(path)}")
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if digest != old[name]["hash"]:
            allowed = f"the table of record, {old[name]['hash']}. {_back(path)}"
            raise DataError(name, found=f"another file than the one of record ({digest})", allowed=allowed)


def _back(path: str) -> str:
    refreshed = "or refresh from the whole release files of the table"
    return f"To get it back: `git checkout -- data/{path}`, {refreshed}"


def interrupted(folder: Path) -> str:
    """Finish what an interrupted refresh left; return a sentence on it, '' when nothing was left."""
    staged = folder / data.STAGE
    if not staged.exists():
        return ""
    ready = (staged / data.READY).is_file()
    with alone(folder):
        finish(folder)
    if ready:
        return "A refresh that was interrupted while its tables were put in place is now finished."
    return "What a refresh that was interrupted had prepared is thrown away; the tables are as before it."


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
        write(target / f"{name}.csv", content)
    for name, written in ((PACKAGE, package), (CHANGES, changes)):
        if written is not None:
            write(target / name, (json.dumps(written, indent=1, ensure_ascii=False) + "\n").encode())
    write(target / "UNFINISHED", b"")
    os.replace(target / "UNFINISHED", target / data.READY)


def finish(folder: Path) -> None:
    """Move a complete staged refresh into place, the package last; throw an incomplete one away."""
    staged = folder / data.STAGE
    if (staged / data.READY).is_file():
        names = sorted(file.name for file in staged.iterdir() if file.name != data.READY)
        for name in sorted(names, key=lambda name: name == PACKAGE):
            write(folder / f".{name}.new", (staged / name).read_bytes())
            os.replace(folder / f".{name}.new", folder / name)
        (staged / data.READY).unlink()
    shutil.rmtree(staged, ignore_errors=True)


def write(path: Path, content: bytes) -> None:
    """Write a file and see it on the disk before anything rests on it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
