"""Nothing changes for a reader: two commits give the same numbers, outputs, tables, messages and pages.

For a redesign, which moves code and nothing else: `make unchanged BASE=COMMIT` compares the last commit with BASE and
ends with status 1 when something differs. `--files FOLDER` (official release files) compares the tables rebuilt from
them too; `--pages` builds both sites, each with an environment of its own (some twenty minutes).
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from analysis.edition import trees
from tests import release_files

ROOT = Path(__file__).resolve().parents[1]
SHOWN = 5  # differences of a kind that are printed, and lines of each
WIDE = 160  # characters of such a line
# What a page says of its own making: it names modules by their files, so a move of code moves it.
PROVENANCE = re.compile(rb'<p class="provenance">.*?</p>', re.DOTALL)
FILE_STAMP = re.compile(rb"\?v=[0-9a-f]+")
Found = dict[str, object]


def run(tree: Path, *arguments: str | Path) -> str:
    """Run Python in a tree, with that tree's own modules; return what it prints, its refusals included."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("REPORT_")}
    environment |= {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def numbers(tree: Path) -> Found:
    """Return the headline numbers as the command writes them: text by key and field."""
    out = tree / ".headline-numbers.json"
    said = run(tree, "-m", "analysis.edition", "numbers", out)
    if not out.is_file():
        return {"command": said}
    rows = json.loads(out.read_text(encoding="utf-8"))
    return {f"{row['key']} {field}": repr(value) for row in rows for field, value in row.items()}


def outputs(tree: Path) -> Found:
    """Return every committed output of every chapter that shows something, in order."""
    found: Found = {}
    for path in sorted((tree / "book").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        kept = [one for cell in cells for one in cell.get("outputs", [])]
        chapter = path.relative_to(tree / "book").as_posix()
        for place, one in enumerate(kept):
            found[f"{chapter} output {place}"] = {"data": one.get("data"), "text": one.get("text")}
    return found


def damaged() -> Iterator[tuple[str, str, bytes]]:
    """Yield small release files with one fault each: kind, file name, bytes."""
    codes = ["RXX", "RYY"]
    whole = release_files.ae_csv("APRIL-2023", codes).decode()
    kinds: dict[str, Callable[[str], str]] = {
        "heading renamed": lambda text: text.replace("Org Code", "Code", 1),
        "heading twice": lambda text: text.replace("Parent Org", "Org Code", 1),
        "text for a count": lambda text: text.replace("1000", "many", 1),
        "negative count": lambda text: text.replace("1000", "-1000", 1),
        "decimal comma": lambda text: text.replace("1000", '"10,5"', 1),
        "total that does not fit": lambda text: text.replace("TOTAL,2000", "TOTAL,2001", 1),
        "a provider twice": lambda text: text.replace("RYY", "RXX"),
        "another month": lambda text: text.replace("APRIL-2023", "MAY-2023", 1),
        "cut off": lambda text: text[: len(text) * 2 // 3],
        "a web page": lambda text: "<html>gone</html>",
        "empty": lambda text: "",
    }
    for kind, spoil in kinds.items():
        yield kind, "April-2023-CSV.csv", spoil(whole).encode()


def messages(tree: Path) -> Found:
    """Return what `refresh` says of each damaged file; folders of the run are written as FOLDER."""
    found: Found = {}
    for kind, name, content in damaged():
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / name).write_bytes(content)
            said = run(tree, "-m", "analysis", "refresh", "--dry-run", "--from", folder)
            found[kind] = said.replace(folder, "FOLDER").replace(str(tree), "TREE")
    return found


def tables(tree: Path, files: Path) -> Found:
    """Return a digest of every table that a tree rebuilds from official files; the tree's own tables change."""
    said = run(tree, "-m", "analysis", "refresh", "--from", files)
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((tree / "data").glob("*.csv"))
    }
    return {**digests, "refused": said if "Refused" in said else ""}


def pages(tree: Path) -> Found:
    """Return a digest of every built file, less what a page says of its own making."""
    built = subprocess.run(["make", "book"], cwd=tree, capture_output=True, text=True, check=False)
    if built.returncode:
        return {"make book": built.stderr[-2000:]}
    site = tree / "book" / "_build" / "html"
    found: Found = {}
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        content = FILE_STAMP.sub(b"", PROVENANCE.sub(b"", path.read_bytes()))
        found[path.relative_to(site).as_posix()] = hashlib.sha256(content).hexdigest()
    return found


def apart(kind: str, before: Found, after: Found) -> list[str]:
    """Say what differs between two commits, one line a thing, the first of them in full."""
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    print(f"{kind}: {len(before)} before, {len(after)} after, {len(keys)} differ", flush=True)
    for key in keys[:SHOWN]:
        old, new = (str(side.get(key, "not there")).splitlines() for side in (before, after))
        lines = list(difflib.unified_diff(old, new, lineterm="", n=0))[2 : 2 + SHOWN]
        print("\n".join([f"  {key}", *(f"    {line[:WIDE]}" for line in lines)]))
    return [f"{kind}: {key}" for key in keys]


def main() -> int:
    """Compare two commits of this repository; return 1 when they differ."""
    parser = argparse.ArgumentParser(prog="python -m tests.unchanged", description=__doc__)
    parser.add_argument("base", help="the commit before the redesign")
    parser.add_argument("--with", dest="other", default="HEAD", help="the commit after it")
    parser.add_argument("--files", type=Path, help="folder of official release files")
    parser.add_argument("--pages", action="store_true", help="build both sites and compare them")
    given = parser.parse_args()
    parts: dict[str, Callable[[Path], Found]] = {"numbers": numbers, "outputs": outputs, "messages": messages}
    parts |= {"pages": pages} if given.pages else {}
    if given.files:
        parts["tables"] = lambda tree: tables(tree, given.files.resolve())
    with tempfile.TemporaryDirectory() as folder:
        sides = [
            trees.take_out(ROOT, commit, Path(folder) / name)
            for commit, name in ((given.base, "before"), (given.other, "after"))
        ]
        differ = [line for kind, find in parts.items() for line in apart(kind, *map(find, sides))]
    print("Nothing changes for a reader." if not differ else f"{len(differ)} things differ.")
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
