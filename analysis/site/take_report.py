"""The whole report as one file that runs: chapters, module, tables, tests, `make`. Made from a copy with or without git."""

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from analysis.edition.archive import as_zip
from analysis.site.git import git
from analysis.site.take_data import day

NAME = "special-measures-report"
FILE = f"{NAME}.zip"
FOLDERS = (".ci", ".github", "analysis", "book", "data", "tests")
AT_TOP = (".gitattributes", ".gitignore", ".pre-commit-config.yaml", ".zenodo.json", "Makefile", "LICENSE", "*.md", "*.cff",
          "*.yml", "*.toml", "*.lock")  # fmt: skip
LISTED, TAG = "about/take", re.compile(r"<[^>]*>")
NEVER = {"_build", "private", "dist", "node_modules", "__pycache__"}  # besides what is hidden


def write(root: Path, file: Path) -> None:
    """Write the report in the folder `root` into `file`, unless it holds the same already."""
    files = {name: (root / name).read_bytes() for name in listed(root)}
    whole = hashlib.sha256(str(day()).encode())
    for name, content in files.items():
        whole.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    mark = file.with_suffix(".sha256")
    if file.is_file() and mark.is_file() and mark.read_text() == whole.hexdigest():
        return
    mark.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(as_zip(files, NAME, day()))
    mark.write_text(whole.hexdigest())


def listed(root: Path) -> list[str]:
    """Return the files of the report by path: those that git tracks or, in a copy without git, those in the places of the report.

    What is not tracked may be confidential, so that with git nothing else is taken; without, hidden files, what was
    built and a folder `private` are left out.
    """
    top = git(root, "rev-parse", "--show-toplevel")
    tracked = git(root, "ls-files", "-z").split("\0")[:-1] if top and Path(top).samefile(root) else []
    if tracked:
        return sorted(name for name in tracked if (root / name).is_file())
    found = [path for kind in AT_TOP for path in root.glob(kind) if path.is_file()]
    for folder in FOLDERS:
        for place, folders, names in os.walk(root / folder):
            folders[:] = [name for name in folders if name not in NEVER and not name.startswith(".")]
            found += [Path(place, name) for name in names if not name.startswith(".")]
    return sorted(path.relative_to(root).as_posix() for path in set(found) if path.suffix != ".pyc")


def is_of(paper: Path, html: Path, names: Iterable[str]) -> bool:
    """Tell whether a PDF was printed from pages that say what the built ones say now; see `stamp`."""
    mark = paper.with_suffix(".pages")
    return mark.is_file() and mark.read_text() == said(html, names)


def stamp(paper: Path, html: Path, names: Iterable[str]) -> None:
    """Note beside a PDF what the pages say that it was printed from."""
    paper.with_suffix(".pages").write_text(said(html, names))


def said(html: Path, names: Iterable[str]) -> str:
    """Return a digest of the texts of built pages, whatever stands around them; the list of what can be taken is left out."""
    whole = hashlib.sha256()
    for name in sorted(set(names) - {LISTED}):
        text = (html / f"{name}.html").read_text(encoding="utf-8")
        article = text.partition("<article")[2].partition("</article>")[0].partition(">")[2]
        whole.update(f"{name}\0{' '.join(TAG.sub(' ', article).split())}\n".encode())
    return whole.hexdigest()
