"""Temporary trees of code and data from two moments, and the headline numbers recomputed in them."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import trace
from analysis.edition.compare import EditionError

CODE = ("analysis", "requirements.lock")
TIMEOUT = 1800  # seconds for all headline numbers
LAST_LINES = 3  # of a failed run, kept in the message


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table as it stood at one moment: its description and its bytes."""

    resource: dict[str, Any]
    content: bytes


def git(root: Path, *arguments: str) -> str:
    """Return what git says in `root`; raise EditionError with its message when it fails."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise EditionError(
            f"git {arguments[0]}: found {done.stderr.strip()!r}. Allowed: a repository with that history."
        )
    return done.stdout.strip()


def packed(root: Path, commit: str) -> bytes:
    """Return the tree of a commit as tar, its bytes as committed whatever line ends git is set to write."""
    as_committed = ("-c", "core.autocrlf=false", "-c", "core.eol=lf")
    command = ["git", *as_committed, "archive", "--format=tar", commit]
    done = subprocess.run(command, cwd=root, capture_output=True)
    if done.returncode:
        found = done.stderr.decode("utf-8", "replace").strip()
        raise EditionError(
            f"commit {commit}: found {found!r}. Allowed: a commit of this repository, its history complete."
        )
    return done.stdout


def take_out(root: Path, commit: str, target: Path) -> Path:
    """Write the tree of a commit into the folder `target`, which it makes; the repository stays untouched."""
    content = packed(root, commit)
    target.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(target, filter="data")
    return target


def tables(root: Path) -> dict[str, TableFile]:
    """Return the tables of a tree by name."""
    package = json.loads((root / "data" / "datapackage.json").read_text(encoding="utf-8"))
    return {
        one["name"]: TableFile(one, (root / "data" / one["path"]).read_bytes())
        for one in package["resources"]
    }


def mix(code: Path, chosen: Mapping[str, TableFile], target: Path) -> Path:
    """Write a tree with the code of one moment and the given tables into `target`, which it makes."""
    target.mkdir(parents=True)
    for name in CODE:
        if (code / name).is_dir():
            shutil.copytree(code / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (code / name).is_file():
            shutil.copy2(code / name, target / name)
    package = json.loads((code / "data" / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [one.resource for one in chosen.values()]
    data = target / "data"
    data.mkdir()
    for one in chosen.values():
        (data / one.resource["path"]).write_bytes(one.content)
    (data / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")
    return target


def numbers(root: Path, *, group: str | None = None, notes: Path | None = None) -> pd.DataFrame:
    """Return the headline numbers that the code of a tree computes from its own data, in a process of its own.

    root: a tree with `python -m analysis.edition numbers FILE`, the one command that later editions rely on.
    group: one group of headline numbers. notes: folder in which the process writes down what it used.
    Raises EditionError with the end of its message when the process fails.
    """
    out = root / f".numbers-{group or 'all'}.json"
    command = [sys.executable, "-m", "analysis.edition", "numbers", str(out)]
    command += ["--group", group] if group else []
    environment = {key: value for key, value in os.environ.items() if key != trace.REQUEST}
    environment["PYTHONPATH"] = str(root)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    if notes is not None:
        environment[trace.REQUEST] = str(notes)
    try:
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=TIMEOUT
        )
        if done.returncode:
            said = " ".join(done.stderr.strip().splitlines()[-LAST_LINES:])
            raise EditionError(f"headline numbers: found {said!r}. Allowed: a run without error.")
        return from_json(json.loads(out.read_text(encoding="utf-8")))
    except subprocess.TimeoutExpired as error:
        raise EditionError(f"headline numbers: found no end after {TIMEOUT} s. Allowed: less.") from error
    finally:
        out.unlink(missing_ok=True)


def to_json(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return headline numbers as plain rows; a missing number is None."""
    return json.loads(frame.to_json(orient="records", double_precision=15))


def from_json(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the rows of `to_json` as a frame; None is a missing number."""
    frame = pd.DataFrame(list(rows))
    for name in ("value", "low", "high", "none"):
        frame[name] = frame[name].astype("float64") if name in frame else float("nan")
    return frame
