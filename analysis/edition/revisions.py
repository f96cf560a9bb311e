"""Which rows of a table changed between two editions, and whose change it was: publisher, record, reading, judgement."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.ingest import diff
from analysis.ingest.diff import ADDED, CHANGED

WITHDRAWN, LATE = "withdrawn", "late"
KINDS = (CHANGED, WITHDRAWN, LATE, ADDED)
PUBLISHER, RECORD, READING, JUDGEMENT = "publisher", "record", "reading", "judgement"
METHOD_SIDE = (READING, JUDGEMENT)
SETTINGS = ("indicators",)  # tables that say how we measure, not what was measured
LISTED = 200  # cells kept for a table and kind; the counts are complete, and git has every row
SUMMARY = ("table", "title", "source", "by", *KINDS, "first", "last", "releases")
CELLS = ("table", "by", "kind", "row", "period", "field", "old", "new")


def whose(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Say whose change it is when a table differs; `old`, `new` are its descriptions in the data package.

    JUDGEMENT: the table says how we measure, or is an assumption. READING: it was made from the very same
    release files, so that our reading of them changed. PUBLISHER: official statistics from other release
    files. RECORD: our record of public documents. The first two count as method, the others as data.
    """
    if new["name"] in SETTINGS or new["status"] == "assumption":
        return JUDGEMENT
    if releases(old) and releases(old) == releases(new):
        return READING
    return PUBLISHER if new["status"] == "official" else RECORD


def releases(resource: Mapping[str, Any]) -> set[str]:
    """Return the checksums of the release files that a table was made from."""
    return {source["hash"] for source in resource.get("sources", [])}


def kinds(old: pd.DataFrame, new: pd.DataFrame, *, keys: list[str], period: str | None) -> pd.DataFrame:
    """Return the rows that differ, as `diff.rows`, with `kind` one of KINDS.

    LATE: a new row for a period that the old table had already; ADDED: one for another period, or in a table
    without periods.
    """
    found = diff.rows(old, new, keys=keys, period=period)
    late = (found["kind"] == ADDED) & found["held"] & (period is not None)
    return found.assign(kind=found["kind"].replace(diff.REMOVED, WITHDRAWN).mask(late, LATE))


def cells(old: pd.DataFrame, new: pd.DataFrame, *, keys: list[str], period: str | None) -> pd.DataFrame:
    """Return the cells that were corrected: `kind`, `row` (its key in words), `period`, `field`, `old`, `new`.

    A row that was withdrawn or came late has one line, with no field. ADDED rows are not corrections and are
    left out. Of each kind the first LISTED rows are given: the counts of `kinds` are complete.
    """
    found = kinds(old, new, keys=keys, period=period)
    corrections = found[found["kind"] != ADDED].groupby("kind").head(LISTED)
    made = diff.cells(old, new, corrections, keys=keys)
    parts = [zip(keys, key.split(diff.BETWEEN), strict=True) for key in made.index]
    made = made.assign(row=[", ".join(f"{name} {value}" for name, value in pairs) for pairs in parts])
    return made[["kind", "row", "period", "field", "old", "new"]].reset_index(drop=True)


def corrected(old: pd.DataFrame, new: pd.DataFrame, *, keys: list[str], period: str | None) -> pd.DataFrame:
    """Return the new table without its ADDED rows: what the old one would be had it been right from the start."""
    found = kinds(old, new, keys=keys, period=period)
    added = found.index[found["kind"] == ADDED]
    return new[~diff.joined(new[keys]).isin(added)].reset_index(drop=True)


def periods(frame: pd.DataFrame, *, period: str | None) -> pd.DataFrame:
    """Return one row a period of a table (texts): `period`, `rows`, `digest`. One row '' without periods."""
    lines = diff.joined(frame)
    label = pd.Series("", index=frame.index) if period is None else frame[period]
    text = lines.groupby(label.to_numpy(), sort=True)
    made = [
        (name, len(part), hashlib.sha256("\n".join(part).encode()).hexdigest()[:16]) for name, part in text
    ]
    return pd.DataFrame(made, columns=["period", "rows", "digest"])
