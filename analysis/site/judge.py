"""Why must something be made again? One judge for chapters and for the files behind the page of any trust."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis import data, trace
from analysis.site import installed
from analysis.study.evidence import private_folder

NOTHING = "no outputs kept"
Digest = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Now:
    """What stands at the moment of judging.

    lock, private: digests. python: as `trace.python`. versions: of what is installed, by canonical name.
    tables: digest of each table's description by name, in the order of the package. digest: SHA-256 of a
    file of the checkout by path, None when it is not there.
    """

    lock: str
    python: str
    private: str
    versions: Mapping[str, str]
    tables: Mapping[str, str]
    digest: Digest


def now() -> Now:
    """Look around once; each file is read once."""
    return Now(
        lock=trace.digest(installed.LOCK),
        python=trace.python(),
        private=private_folder.digest(),
        versions=installed.versions(),
        tables=data.descriptions(),
        digest=cache(digest),
    )


def digest(name: str) -> str | None:
    """Return the SHA-256 of a file of the checkout, None when it is not there."""
    file = trace.ROOT / name
    return trace.digest(file) if file.is_file() else None


def reason(record: Mapping[str, Any] | None, now: Now, *, code: str | None = None, folder: str = "") -> str:
    """Say why what a record describes must be made again, '' when it is still that of its inputs.

    record: of `analysis.site.record`, None when nothing is kept. code: digest of a chapter's code cells, None
    for what has none. folder: where it runs, as a path of the checkout; a module there is found first.
    """
    try:
        return NOTHING if record is None else _reason(record, now, code, folder)
    except (LookupError, TypeError, AttributeError, ValueError):
        return NOTHING  # what is there is no record


def _reason(record: Mapping[str, Any], now: Now, code: str | None, folder: str) -> str:
    if code is not None and record["code"] != code:
        return "its code changed"
    if record["lock"] != now.lock:
        return "requirements.lock changed"
    if record["python"] != now.python:
        return f"another Python: {record['python']}, now {now.python}"
    for name, version in record["distributions"].items():
        if now.versions.get(name) != version:
            return f"another {name}: {version}, now {now.versions.get(name, 'none')}"
    if record["private"] not in (None, now.private):
        return "the private folder changed"
    if record["listed"] not in (None, list(now.tables)):
        return "a table was added or taken away"
    for name, sha in record["modules"].items():
        if now.digest(name) != sha:
            return f"{name} changed"
    return _table(record["tables"], now) or _before_others(record, folder)


def _table(used: Mapping[str, Mapping[str, str]], now: Now) -> str:
    """Name the first table, or noted file, that is no longer what was loaded."""
    for name, was in used.items():
        described = name.startswith(trace.FILE) or now.tables.get(name) == was["description"]
        if not described or now.digest(was["path"]) != was["sha256"]:
            return f"{was['path']} changed" if name.startswith(trace.FILE) else f"table {name} changed"
    return ""


def _before_others(record: Mapping[str, Any], folder: str) -> str:
    """Name a new module in the folder of the run that would now be imported in place of another."""
    known, imported = set(record["modules"]), set(record["imported"])
    if not folder:
        return ""
    place: Path = trace.ROOT / folder
    for file in sorted([*place.glob("*.py"), *place.glob("*/__init__.py")]):
        name = file.stem if file.parent == place else file.parent.name
        path = file.relative_to(trace.ROOT).as_posix()
        if name in imported and path not in known:
            return f"{path} now stands in the way of {name}"
    return ""
