"""Propose refreshed tables for review: a branch with them, and a request that carries the comparison as its text."""

from __future__ import annotations

import datetime as dt
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.edition import trees
from analysis.edition.compare import EditionError

NOTHING = "nothing to propose: the tables are those of the last commit"
IDENTITY = ("-c", "user.name=monthly refresh", "-c", "user.email=refresh@users.noreply.github.com")
CHANGED = ("data", "book")  # what a refresh may change: tables, and outputs of record
LONGEST = 60_000  # characters of the text of a request that the host takes

Ask = Callable[[Sequence[str]], None]


def propose(root: Path, text: Path, *, today: dt.date, ask: Ask | None = None) -> str:
    """Commit what a refresh changed on a branch of its own, push it and ask for review. Return what was done.

    text: file with the comparison (`draft --out`), outside of what is committed; it becomes the text of the
    request. ask: runs the command that opens the request, GitHub's `gh` by default. Does nothing when no table
    changed. Raises EditionError when anything but CHANGED differs, or when git or `ask` fails.
    """
    found = trees.git(root, "status", "--porcelain", "--untracked-files=all").splitlines()
    paths = [line.strip().split(" ", 1)[1].strip() for line in found]
    if not any(path.startswith("data/") for path in paths):
        return NOTHING
    other = [path for path in paths if path.split("/")[0] not in CHANGED]
    if other:
        raise EditionError(f"refresh: found changes in {other}. Allowed: changes in {list(CHANGED)} only.")
    said = text.read_text(encoding="utf-8")
    if len(said) > LONGEST:
        text.write_text(
            said[:LONGEST] + "\n[cut here; the whole comparison is made by: make draft]\n", encoding="utf-8"
        )
    branch = f"refresh/{today:%Y-%m-%d}"
    title = f"Refresh of {today.day} {today:%B %Y}: tables and what they move"
    trees.git(root, "switch", "--create", branch)
    trees.git(root, "add", "--", *(name for name in CHANGED if (root / name).is_dir()))
    trees.git(root, *IDENTITY, "commit", "--quiet", "-m", title)
    trees.git(root, "push", "--force", "origin", branch)
    command = ["gh", "pr", "create", "--head", branch, "--title", title, "--body-file", str(text)]
    (ask or _run)(command)
    return f"proposed on {branch}"


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise EditionError(f"{command[0]}: found {done.stderr.strip()!r}. Allowed: an open request.")
