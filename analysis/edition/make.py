"""Make an edition: measure, compare with the one before, say why, and write it all down or nothing."""

import hashlib
import json
import platform
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import trace
from analysis.edition import (
    cause,
    citation,
    faults,
    headlines,
    notes,
    reach,
    revisions,
    signoffs,
    store,
    trees,
)
from analysis.edition.compare import EditionError, compare, moved
from analysis.edition.store import Edition
from analysis.edition.survey import Survey, survey
from analysis.ingest import diff

CHECK = ("make", "test")
Say = Callable[[str], None]


def measured(root: Path = trace.ROOT, *, groups: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the headline numbers with the digest of what each was made from.

    One row a key, the columns `headlines.ON_RECORD` and `inputs`: sixteen digits of the SHA-256 over the
    tables, the modules and the lock that the group of the number used. Each group runs in a process of its own.
    root: a checkout. groups: names of `headlines.GROUPS`, all when None.
    """
    parts = []
    for group in headlines.GROUPS if groups is None else groups:
        with tempfile.TemporaryDirectory() as folder:
            frame = trees.numbers(root, group=group, notes=Path(folder))
            used = trace.collect(Path(folder))
        if len(frame):
            parts.append(frame.assign(inputs=_digest(root, used)))
    return pd.concat(parts, ignore_index=True)


def _digest(root: Path, used: dict[str, Any]) -> str:
    tables = {name: table["sha256"] for name, table in used["tables"].items()}
    modules = {name: trace.digest(root / name) for name in used["modules"]}
    parts = [tables, modules, trace.digest(root / "requirements.lock")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def state(root: Path = trace.ROOT) -> dict[str, Any]:
    """Return what an edition says of itself beside its numbers: python, lock, code, tables, chapters."""
    kept = ("title", "publisher", "publication", "status", "hash", "rows", "coverage", "sources")
    files = sorted((root / "analysis").rglob("*.py"))
    return {
        "python": platform.python_version(),
        "lock": trace.digest(root / "requirements.lock"),
        "code": {file.relative_to(root).as_posix(): trace.digest(file) for file in files},
        "tables": {
            name: {part: one.resource[part] for part in kept if part in one.resource}
            for name, one in trees.tables(root).items()
        },
        "chapters": signoffs.digests(root),
    }


def periods(root: Path = trace.ROOT) -> pd.DataFrame:
    """Return a digest of each period of each table: `table`, `period`, `rows`, `digest`."""
    parts = [
        revisions.periods(diff.texts(one.content), period=one.resource.get("period")).assign(table=name)
        for name, one in trees.tables(root).items()
    ]
    return pd.concat(parts, ignore_index=True)[["table", "period", "rows", "digest"]]


def draft(
    root: Path = trace.ROOT, *, today: date, groups: Sequence[str] | None = None, say: Say = lambda line: None
) -> Edition:
    """Return what the next edition would be, from the files as they stand; nothing is written.

    today: the date that it would carry. groups: of headline numbers, see `measured`.
    Raises EditionError when a headline number cannot be computed or the commit of the edition before is not
    in the history.
    """
    where = root / "data" / "editions"
    before = store.latest(where)
    say("computing the headline numbers")
    found = measured(root, groups=groups)
    about = {
        "number": next_number(store.index(where)["number"].tolist(), today),
        "date": today.isoformat(),
        "commit": trees.git(root, "rev-parse", "HEAD"),
        "previous": before.number if before else None,
        **state(root),
        "movable": reach.movable(headlines.headlines(["since"])) if groups is None else {},
    }
    if before is None:
        nothing = survey({}, {})
        changes = notes.told(compare(found.iloc[:0], found.iloc[:0]), pd.DataFrame(columns=["key", "cause"]))
        return Edition(about, found, changes, nothing.frame, nothing.cells, periods(root), notes.first(about))
    say(f"comparing with edition {before.number}")
    compared = compare(before.headline, found)
    changed = moved(compared)
    with tempfile.TemporaryDirectory() as folder:
        old = trees.take_out(root, before.about["commit"], Path(folder) / "before")
        was, now = trees.tables(old), trees.tables(root)
        tables = survey(was, now)
        method = method_changed(before.about, about, tables)
        if len(changed):
            say("recomputing with the old data and the new code, and the reverse")
        states = cause.Trees(root, old, Path(folder), trees.numbers, was, now, tables.sides, tables.levels)
        causes, doubts = cause.attribute(before.headline, found, states, method_changed=method)
    changes = notes.told(changed, faults.named(before.number, changed, causes))
    text = notes.comparison(about, compared, changes, tables.frame, notes.code(before.about, about), doubts)
    return Edition(about, found, changes, tables.frame, tables.cells, periods(root), text)


def method_changed(before: dict[str, Any], now: dict[str, Any], tables: Survey) -> bool:
    """Tell whether anything but the data differs: a module, the lock, or a table on the side of method."""
    settings = set(tables.sides.values()) & set(revisions.METHOD_SIDE)
    return before["code"] != now["code"] or before["lock"] != now["lock"] or bool(settings)


def next_number(numbers: Sequence[str], today: date) -> str:
    """Return the number after `numbers`: the year, and the place within it, as '2026.1'."""
    inside = [int(number.split(".")[1]) for number in numbers if number.startswith(f"{today.year}.")]
    return f"{today.year}.{max(inside, default=0) + 1}"


def make(
    root: Path = trace.ROOT,
    *,
    today: date,
    check: Sequence[str] = CHECK,
    groups: Sequence[str] | None = None,
    say: Say = lambda line: None,
) -> Edition:
    """Make the next edition: refuse, or write all of it. Return it.

    check: the command that must succeed. Raises EditionError, with nothing written, when the tree has changes
    that are not committed, when the check fails or leaves changes behind, when a headline number cannot be
    computed, or when today is before the date of the edition before.
    """
    refuse_unclean(root)
    known = store.index(root / "data" / "editions")
    if len(known) and today.isoformat() < known["date"].iloc[-1]:
        raise EditionError(f"date: found {today}. Allowed: {known['date'].iloc[-1]} or later.")
    say(f"checking: {' '.join(check)}")
    done = subprocess.run(check, cwd=root)
    if done.returncode:
        raise EditionError(f"check: found status {done.returncode} from `{' '.join(check)}`. Allowed: 0.")
    refuse_unclean(root)
    edition = draft(root, today=today, groups=groups, say=say)
    texts = citation.numbered(root, edition.about)
    store.write(edition, citation=texts[citation.CITATION], where=root / "data" / "editions")
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    return edition


def refuse_unclean(root: Path) -> None:
    """Raise EditionError when the tree holds anything that is not committed."""
    found = trees.git(root, "status", "--porcelain")
    if found:
        raise EditionError(f"tree: found changes that are not committed:\n{found}\nAllowed: a clean tree.")
