"""The quality record: who signed off which chapter, and whether its text or inputs changed since."""

from __future__ import annotations

import ast
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import data, trace
from analysis.edition import store
from analysis.present import words

PERSON, AUTOMATED = "person", "automated"
SIGNED, CHANGED, NEVER = "signed off", "changed since its sign-off", "not signed off"
SIGNOFFS = "signoffs"
INPUTS = "inputs"  # notebook metadata: names of the modules and tables that the chapter used
KEPT = ("chapter", "role", "kind", "signed_on", "digest", "note")
DIGITS = 16


def chapters(root: Path = trace.ROOT) -> list[str]:
    """Return the names of all chapters, as in 'metrics/entry'."""
    book = root / "book"
    found = [path.relative_to(book) for path in sorted(book.rglob("*.ipynb"))]
    ours = [path for path in found if not {"_build", ".ipynb_checkpoints"} & set(path.parts)]
    return [path.with_suffix("").as_posix() for path in ours]


def digests(root: Path = trace.ROOT) -> dict[str, str]:
    """Return the digest of each chapter's text, code and inputs, by name."""
    return {name: digest(name, root=root) for name in chapters(root)}


def digest(chapter: str, *, root: Path = trace.ROOT) -> str:
    """Return what a sign-off is for: DIGITS of the SHA-256 over text, code, modules, tables and lock of a chapter.

    Outputs are left out: they follow from the rest. The names of modules and tables are those that the chapter
    was seen to use when its outputs were stored (metadata INPUTS). Without them all tables count, and the
    modules that its imports lead to: then the digest can only change too often.
    """
    file = root / "book" / f"{chapter}.ipynb"
    notebook = json.loads(read(file, root))
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    modules, tables = inputs(chapter, root=root)
    parts: list[Any] = [cells, {name: _sha(root / name, root) for name in modules}]
    parts += [{name: _table(name, root) for name in tables}, _sha(root / "requirements.lock", root)]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:DIGITS]


def inputs(chapter: str, *, root: Path = trace.ROOT) -> tuple[list[str], list[str]]:
    """Return the modules (paths) and the tables (names) that a chapter uses, see `digest`.

    The table of sign-offs does not count: else signing a chapter that shows it would change that chapter.
    """
    notebook = json.loads(read(root / "book" / f"{chapter}.ipynb", root))
    resources = set(_package(root)) - {SIGNOFFS}
    known = notebook["metadata"].get(INPUTS)
    if known is not None:
        modules = [name for name in known["modules"] if (root / name).is_file()]
        return sorted(modules), sorted(set(known["tables"]) & resources)
    code = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return sorted(reached("\n".join(code), root)), sorted(resources)


def reached(code: str, root: Path) -> set[str]:
    """Return the modules of `analysis` that code imports, and those that these import in turn, as paths."""
    found: set[str] = set()
    todo = _imports(code)
    while todo:
        name = todo.pop()
        for path in (f"{name.replace('.', '/')}.py", f"{name.replace('.', '/')}/__init__.py"):
            if path not in found and (root / path).is_file():
                found.add(path)
                todo |= _imports(read(root / path, root))
    return found


def _imports(code: str) -> set[str]:
    lines = [line for line in code.splitlines() if not line.lstrip().startswith(("%", "!"))]
    names: set[str] = set()
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in names if name.split(".")[0] == "analysis"}


def signoffs() -> pd.DataFrame:
    """Return the sign-offs kept by hand, and the checks that the newest edition passed, newest first.

    Columns: `chapter`, `role` (of the reviewer), `kind` (PERSON or AUTOMATED), `date`, `digest`.
    """
    known = {one["name"] for one in data.package()["resources"]}
    kept = data.load(SIGNOFFS) if SIGNOFFS in known else pd.DataFrame(columns=list(KEPT))
    rows = kept.assign(date=pd.to_datetime(kept["signed_on"]).dt.strftime("%Y-%m-%d"))[
        ["chapter", "role", "kind", "date", "digest"]
    ]
    newest = store.latest()
    made = []
    if newest is not None:
        role = f"checks of edition {newest.number}"
        made = [
            (name, role, AUTOMATED, newest.about["date"], sha)
            for name, sha in newest.about["chapters"].items()
        ]
    checks = pd.DataFrame(made, columns=rows.columns)
    both = pd.concat([rows, checks], ignore_index=True) if len(rows) else checks
    return both.sort_values("date", ascending=False, kind="stable", ignore_index=True)


def standing(
    chapter: str, *, kind: str = PERSON, root: Path = trace.ROOT, signed: pd.DataFrame | None = None
) -> dict:
    """Return how a chapter stands: `state` (SIGNED, CHANGED or NEVER), `role`, `date` of its last sign-off.

    kind: PERSON for sign-offs by people, AUTOMATED for automated checks; the two are never mixed. signed:
    as `signoffs` returns it.
    """
    known = signoffs() if signed is None else signed
    mine = known[(known["chapter"] == chapter) & (known["kind"] == kind)]
    if mine.empty:
        return {"state": NEVER, "role": "", "date": ""}
    last = mine.sort_values("date", kind="stable").iloc[-1]
    state = SIGNED if last["digest"] == digest(chapter, root=root) else CHANGED
    return {"state": state, "role": last["role"], "date": last["date"]}


def sentence(chapter: str) -> str:
    """Say how a chapter stands, for the foot of its page: sign-off by people, then automated checks."""
    signed = signoffs()
    by_people = _said(standing(chapter, signed=signed), "Not signed off by a person yet", "Signed off by")
    by_checks = _said(standing(chapter, kind=AUTOMATED, signed=signed), "", "Automated:")
    return " ".join(part for part in (by_people, by_checks) if part)


def _said(found: dict, never: str, start: str) -> str:
    if found["state"] == NEVER:
        return f"{never}." if never else ""
    since = "its text or inputs changed since" if found["state"] == CHANGED else "nothing changed since"
    return f"{start} {found['role']} on {words.day(found['date'])}; {since}."


def read(file: Path, root: Path) -> str:
    """Return the text of a file, noted as used."""
    _note(file, root)
    return file.read_text(encoding="utf-8")


def _sha(file: Path, root: Path) -> str:
    _note(file, root)
    return trace.digest(file) if file.is_file() else ""


def _note(file: Path, root: Path) -> None:
    """Note a file that a chapter reads as used by it."""
    if root == trace.ROOT and file.is_file():
        trace.used(file, descriptor={"name": f"file:{file.relative_to(root).as_posix()}"})


def _table(name: str, root: Path) -> str:
    return trace.description_digest(_package(root)[name])  # holds the checksum of the table


def _package(root: Path) -> dict[str, dict]:
    file = root / "data" / "datapackage.json"
    if not file.is_file():
        return {}
    _note(file, root)
    return _parsed(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _parsed(file: Path, _: int) -> dict[str, dict]:
    return {one["name"]: one for one in json.loads(file.read_text(encoding="utf-8"))["resources"]}
