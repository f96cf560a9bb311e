"""Write down what a run really uses while it goes on, so that the build knows when to run it again.

Silent unless the site build asks for a record through the environment variable REPORT_TRACE (a folder).
Each process writes its own note there, so that what parallel workers load counts too.
"""

import atexit
import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

REQUEST = "REPORT_TRACE"
FILE = "file:"  # starts the name of a noted file that is no table
ROOT = Path(__file__).resolve().parents[1]
NOT_OURS = {"_build", "__pycache__", "node_modules", "dist"}  # besides what is hidden
_tables: dict[str, dict[str, Any]] = {}
_listed: list[list[str]] = []
_reached: dict[str, set[str]] = {"imported": set(), "modules": set()}  # by results that were kept
_noting: list[dict[str, Any]] = []  # notes of the results that are being computed now


def used(path: Path, *, descriptor: dict[str, Any], data_to: str | None = None) -> None:
    """Note that a table was loaded: its file, the digest of its description, the last period it covers."""
    name, open_notes = (
        descriptor["name"],
        [*_noting, *([{"tables": _tables}] if REQUEST in os.environ else [])],
    )
    if all(name in notes["tables"] for notes in open_notes):
        return
    inside = path.is_relative_to(ROOT)
    note = {
        "path": path.relative_to(ROOT).as_posix() if inside else path.as_posix(),
        "sha256": _digest_of(str(path), *stamp(path)),
        "description": description_digest(descriptor),
        "data_to": data_to,
    }
    _note({name: note})


def used_file(file: Path) -> None:
    """Note a file of the project that is not a table, if it is there."""
    if file.is_file() and file.is_relative_to(ROOT):
        used(file, descriptor={"name": f"{FILE}{file.relative_to(ROOT).as_posix()}"})


def listed(names: list[str]) -> None:
    """Note that the list of all tables was asked for, so that a new table counts as a change."""
    for notes in _noting:
        notes["listed"] = names
    if REQUEST in os.environ:
        _listed.append(names)
        write()


def _note(tables: dict[str, dict[str, Any]]) -> None:
    for notes in _noting:
        notes["tables"] = {**tables, **notes["tables"]}
    if REQUEST in os.environ and not set(tables) <= set(_tables):
        _tables.update({name: note for name, note in tables.items() if name not in _tables})
        write()


@contextmanager
def noting() -> Iterator[dict[str, Any]]:
    """Note what is used in this block, in whatever thread: `tables`, `listed`, `modules`, libraries `imported`."""
    notes: dict[str, Any] = {"tables": {}, "listed": None, "modules": [], "imported": []}
    _noting.append(notes)
    try:
        yield notes
    finally:
        _noting[:] = [one for one in _noting if one is not notes]
        notes["imported"] = sorted({*notes["imported"], *_libraries()})


def again(notes: dict[str, Any]) -> None:
    """Note as used what a kept result used when it was computed. notes: as of `noting`."""
    _note(notes["tables"])
    if notes["listed"] is not None:
        listed(notes["listed"])
    for part, known in _reached.items():
        known.update(notes.get(part, ()))
        for other in _noting:
            other[part] = sorted({*other[part], *notes.get(part, ())})


def same(name: str, note: dict[str, Any], described: Mapping[str, str]) -> bool:
    """Tell whether a noted table, or file, is what it was. described: digest of each table's description by name."""
    path = ROOT / note["path"]
    if not name.startswith(FILE) and described.get(name) != note["description"]:
        return False
    return path.is_file() and _digest_of(str(path), *stamp(path)) == note["sha256"]


def _libraries() -> set[str]:
    return {name.split(".")[0] for name in list(sys.modules)} - sys.stdlib_module_names


def stamp(path: Path) -> tuple[int, int, int]:
    """Return what tells, without reading it, that a file is as it was."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


@lru_cache(maxsize=512)
def _digest_of(path: str, *stamp: int) -> str:
    """Return the digest of a file, read once as long as its stamp is the same."""
    return digest(Path(path))


def write() -> None:
    """Write the note of this process: its Python, what it imported and which tables it loaded by now."""
    note = {
        "python": python(),
        "imported": sorted({name.split(".")[0] for name in list(sys.modules)} | _reached["imported"]),
        "modules": sorted(loaded() | _reached["modules"]),
        "tables": _tables,
        "listed": _listed[-1] if _listed else None,
    }
    target = Path(os.environ[REQUEST]) / f"{os.getpid()}.json"
    unfinished = target.with_suffix(".part")
    unfinished.write_text(json.dumps(note))
    os.replace(unfinished, target)


def loaded() -> set[str]:
    """Return the files inside this checkout that modules of this process come from, an environment's left out."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    return {ours for file in files if file and (ours := _ours(file))}


@cache
def _ours(file: str) -> str | None:
    """Return the path in this checkout of a module's file, None for one from elsewhere."""
    away = tuple(os.path.join(part, "") for part in (sys.prefix, sys.base_prefix))
    real = Path(os.path.realpath(file))
    if file.startswith(away) or not real.is_relative_to(ROOT) or not real.is_file():
        return None
    ours = real.relative_to(ROOT)
    return None if any(_away(part) for part in ours.parts) else ours.as_posix()


def collect(folder: Path) -> dict[str, Any]:
    """Return the notes of all processes as one.

    `python`; names `imported`; paths of `modules`; `tables` by name; names of all tables `listed`, or None.
    """
    notes = [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]
    tables = {name: table for note in notes for name, table in note["tables"].items()}
    return {
        "python": next((note["python"] for note in notes), python()),
        "imported": sorted({name for note in notes for name in note["imported"]}),
        "modules": sorted({name for note in notes for name in note["modules"]}),
        "tables": dict(sorted(tables.items())),
        "listed": next((note["listed"] for note in notes if note["listed"] is not None), None),
    }


def modules() -> dict[str, str]:
    """Return the digest of every Python file of this checkout, by path."""
    found = {}
    for folder, folders, files in os.walk(ROOT):
        ours = [name for name in folders if not _away(name)]
        folders[:] = [name for name in ours if not Path(folder, name, "pyvenv.cfg").is_file()]
        for path in (Path(folder, name) for name in files if name.endswith(".py")):
            found[path.relative_to(ROOT).as_posix()] = digest(path)
    return found


def _away(name: str) -> bool:
    return name[0] == "." or name in NOT_OURS


def python() -> str:
    """Return the kind and version of this interpreter, 'CPython 3.11.7'."""
    return f"{platform.python_implementation()} {platform.python_version()}"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file; a text has the same one whatever its line ends."""
    content = path.read_bytes()
    return _sha(content if b"\0" in content else _unix(content))


def line_ends_alone(content: bytes, sha256: str) -> bool:
    """Tell whether `content` misses a checksum by its line ends alone: CRLF, or the last line without one."""
    text = _unix(content)
    return _sha(content) != sha256 and sha256 in (_sha(text), _sha(text.rstrip(b"\n") + b"\n"))


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _unix(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def description_digest(descriptor: dict[str, Any]) -> str:
    """Return the SHA-256 of a table's description, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(descriptor, sort_keys=True).encode()).hexdigest()


def _last_note() -> None:
    if os.path.isdir(os.environ.get(REQUEST, "")):
        write()


if REQUEST in os.environ:
    atexit.register(_last_note)  # what a process imported after it loaded its last table
