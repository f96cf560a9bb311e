"""The quality record: who signed off which chapter, and whether its text or inputs changed since."""

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
COLUMNS = ("chapter", "role", "kind", "date", "digest")
DIGITS = 16


def chapters(root: Path = trace.ROOT) -> list[str]:
    """Return the names of all chapters, as in 'metrics/entry'."""
    return chapters_in(root / "book")


def chapters_in(book: Path) -> list[str]:
    """Return the names of the chapters in a folder, in order of path, without what a build left there."""
    found = [path.relative_to(book) for path in sorted(book.rglob("*.ipynb"))]
    ours = [path for path in found if not {"_build", ".ipynb_checkpoints"} & set(path.parts)]
    return [path.with_suffix("").as_posix() for path in ours]


def digests(root: Path = trace.ROOT) -> dict[str, str]:
    """Return the digest of each chapter's text, code and inputs, by name."""
    return {name: digest(name, root=root) for name in chapters(root)}


def digest(chapter: str, *, root: Path = trace.ROOT) -> str:
    """Return what a sign-off is for: DIGITS of the SHA-256 over text, code, modules, tables and lock of a chapter.

    Outputs are left out: they follow from the rest. The names of modules and tables are those that the chapter
    was seen to use when its outputs were stored (metadata INPUTS). Without them all of both count: then the digest
    can only change too often.
    """
    file = root / "book" / f"{chapter}.ipynb"
    notebook = json.loads(read(file, root))
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    modules, tables = inputs(chapter, root=root)
    parts: list[Any] = [cells, {name: _sha(root / name) for name in modules}]
    parts += [{name: _table(name, root) for name in tables}, _sha(root / "requirements.lock")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:DIGITS]


def inputs(chapter: str, *, root: Path = trace.ROOT) -> tuple[list[str], list[str]]:
    """Return the modules (paths) and the tables (names) that a chapter uses, see `digest`.

    The table of sign-offs does not count: else signing a chapter that shows it would change that chapter.
    """
    notebook = json.loads(read(root / "book" / f"{chapter}.ipynb", root))
    resources = set(_package(root)) - {SIGNOFFS}
    known = notebook["metadata"].get(INPUTS)
    if known is None:
        files = sorted((root / "analysis").rglob("*.py"))
        return [file.relative_to(root).as_posix() for file in files], sorted(resources)
    modules = [name for name in known["modules"] if (root / name).is_file()]
    return sorted(modules), sorted(set(known["tables"]) & resources)


def signoffs() -> pd.DataFrame:
    """Return the sign-offs kept by hand, and the checks that the newest edition passed, newest first.

    COLUMNS; `role` is that of the reviewer, `kind` PERSON or AUTOMATED.
    """
    known = {one["name"] for one in data.package()["resources"]}
    kept = data.load(SIGNOFFS) if SIGNOFFS in known else pd.DataFrame(columns=["signed_on", *COLUMNS])
    rows = [kept.assign(date=pd.to_datetime(kept["signed_on"]).dt.strftime("%Y-%m-%d"))]
    newest = store.latest()
    if newest is not None:
        checks = pd.DataFrame(list(newest.about["chapters"].items()), columns=["chapter", "digest"])
        role = f"checks of edition {newest.number}"
        rows.append(checks.assign(role=role, kind=AUTOMATED, date=newest.about["date"]))
    every = pd.concat(rows)[list(COLUMNS)]
    return every.sort_values("date", ascending=False, kind="stable", ignore_index=True)


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


def sentence(chapter: str, *, signed: pd.DataFrame | None = None) -> str:
    """Say how a chapter stands, for the foot of its page: sign-off by people, then automated checks.

    signed: as `signoffs` returns it.
    """
    signed = signoffs() if signed is None else signed
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
    trace.used_file(file)
    return file.read_text(encoding="utf-8")


def _sha(file: Path) -> str:
    trace.used_file(file)
    return trace.digest(file) if file.is_file() else ""


def _table(name: str, root: Path) -> str:
    return trace.description_digest(_package(root)[name])  # holds the checksum of the table


def _package(root: Path) -> dict[str, dict]:
    file = root / "data" / "datapackage.json"
    if not file.is_file():
        return {}
    trace.used_file(file)
    return _parsed(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _parsed(file: Path, _: int) -> dict[str, dict]:
    return {one["name"]: one for one in json.loads(file.read_text(encoding="utf-8"))["resources"]}
