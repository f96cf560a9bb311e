"""Bring the public site to the branch that a static host serves, and check that a build repeats to the byte."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from analysis.edition import publish, trees
from analysis.edition.compare import EditionError
from analysis.edition.store import Edition

BRANCH = "gh-pages"
BUILD = ("make", "book")
IDENTITY = ("-c", "user.name=publishing", "-c", "user.email=publishing@users.noreply.github.com")


def push(
    root: Path, site: Path, editions: Sequence[Edition], *, address: str = "", remote: str = "origin"
) -> str:
    """Add the newest edition to BRANCH of `remote`; earlier editions stay as they are. Return what was done.

    Raises EditionError when git fails or an edition of that number is published already with other pages.
    """
    trees.git(root, "worktree", "prune")
    there = bool(trees.git(root, "ls-remote", "--heads", remote, BRANCH))
    if there:
        trees.git(root, "fetch", "--quiet", remote, BRANCH)
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        trees.git(
            root, "worktree", "add", "--quiet", "--detach", str(pages), "FETCH_HEAD" if there else "HEAD"
        )
        try:
            if not there:
                trees.git(pages, "switch", "--quiet", "--orphan", BRANCH)
            publish.publish(site, pages, editions, address=address)
            trees.git(pages, "add", "--all", "--force")
            if not trees.git(pages, "status", "--porcelain"):
                return "published already"
            newest = publish.newest_first(editions)[0].number
            trees.git(pages, *IDENTITY, "commit", "--quiet", "-m", f"Edition {newest}")
            trees.git(pages, "push", "--quiet", remote, f"HEAD:{BRANCH}")
            return f"edition {newest} published"
        finally:
            trees.git(root, "worktree", "remove", "--force", str(pages))


def twice(root: Path, *, build: Sequence[str] = BUILD, site: str = "book/_build/html") -> list[str]:
    """Build the last commit in two clean clones and return the paths of pages that differ; none is right.

    The day is that of the commit (SOURCE_DATE_EPOCH). Raises EditionError when a build fails.
    """
    commit, epoch = trees.git(root, "log", "-1", "--format=%H %ct").split()
    environment = {**os.environ, "SOURCE_DATE_EPOCH": epoch}
    built = []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first", "second"):
            clone = Path(folder) / name
            trees.git(root, "clone", "--quiet", "--no-hardlinks", str(root), str(clone))
            trees.git(clone, "checkout", "--quiet", commit)
            done = subprocess.run(build, cwd=clone, env=environment)
            if done.returncode:
                raise EditionError(f"{name} build: found status {done.returncode}. Allowed: 0.")
            built.append(clone / site)
            shutil.rmtree(clone / ".venv", ignore_errors=True)
        return publish.differing(*built)
