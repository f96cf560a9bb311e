"""Propose refreshed tables, or newer libraries, for review: a branch with them, and a request that says what they move."""

import datetime as dt
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.edition import trees
from analysis.edition.compare import EditionError

NOTHING = "nothing to propose: all is as in the last commit"
IDENTITY = ("-c", "user.name=monthly refresh", "-c", "user.email=refresh@users.noreply.github.com")
# What may differ for each thing that is proposed. The first must; the rest follow from it (outputs of record).
CHANGED = {"refresh": ("data", "book"), "versions": ("requirements.lock", "environment.yml")}
TITLE = {
    "refresh": "Refresh of {day}: tables and what they move",
    "versions": "Newer versions of the libraries, {day}",
}
TESTED = "Resolved anew. All tests passed with these versions, and no stored number differs."
LONGEST = 60_000  # characters of the text of a request that the host takes

Ask = Callable[[Sequence[str]], None]


def propose(
    root: Path, text: Path | None, *, today: dt.date, of: str = "refresh", ask: Ask | None = None
) -> str:
    """Commit what changed on a branch of its own, push it and ask for review. Return what was done.

    text: file with the comparison (`draft --out`), outside of what is committed; it becomes the text of the
    request, TESTED when None. of: a key of CHANGED. ask: runs the command that opens the request, GitHub's `gh` by default. Does nothing when
    nothing changed. Raises EditionError when anything but CHANGED differs, or when git or `ask` fails.
    """
    found = trees.git(root, "status", "--porcelain", "--untracked-files=all").splitlines()
    paths = [line.strip().split(" ", 1)[1].strip() for line in found]
    allowed = CHANGED[of]
    tops = [path.split("/")[0] for path in paths]
    if allowed[0] not in tops:
        return NOTHING
    other = [path for path, top in zip(paths, tops, strict=True) if top not in allowed]
    if other:
        raise EditionError(f"{of}: found changes in {other}. Allowed: changes in {list(allowed)} only.")
    said = TESTED if text is None else text.read_text(encoding="utf-8")
    if len(said) > LONGEST:
        said = said[:LONGEST] + "\n[cut here; the whole comparison is made by: make draft]\n"
    branch = f"{of}/{today:%Y-%m-%d}"
    title = TITLE[of].format(day=f"{today.day} {today:%B %Y}")
    trees.git(root, "switch", "--create", branch)
    trees.git(root, "add", "--", *(name for name in allowed if (root / name).exists()))
    trees.git(root, *IDENTITY, "commit", "--quiet", "-m", title)
    trees.git(root, "push", "--force", "origin", branch)
    command = ["gh", "pr", "create", "--head", branch, "--title", title, "--body", said]
    (ask or _run)(command)
    return f"proposed on {branch}"


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise EditionError(f"{command[0]}: found {done.stderr.strip()!r}. Allowed: an open request.")
