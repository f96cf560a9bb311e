"""Which rows of a table changed between two editions, and whose change it was: publisher, record, reading, judgement."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd

BETWEEN = "\x1f"  # of the parts of a key: no table holds it
CHANGED, WITHDRAWN, LATE, ADDED = "changed", "withdrawn", "late", "added"
KINDS = (CHANGED, WITHDRAWN, LATE, ADDED)
PUBLISHER, RECORD, READING, JUDGEMENT = "publisher", "record", "reading", "judgement"
METHOD_SIDE = (READING, JUDGEMENT)
SETTINGS = ("indicators",)  # tables that say how we measure, not what was measured
NOT_HELD = "planted_truth"  # a simulation: what it holds follows from the code
LISTED = 200  # cells kept for a table and kind; the counts are complete, and git has every row
SUMMARY = ("table", "title", "source", "by", *KINDS, "first", "last", "releases")
CELLS = ("table", "by", "kind", "row", "period", "field", "old", "new")


def rows_of(content: bytes) -> pd.DataFrame:
    """Return a table's bytes as texts, blank for missing."""
    return pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False)


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


def kinds(old: pd.DataFrame, new: pd.DataFrame, *, keys: list[str], period: str | None) -> pd.Series:
    """Say of each key what became of its row: one of KINDS, by key; keys whose row is the same are left out.

    old, new: rows as texts. LATE: a new row for a period that the old table had already; ADDED: one for
    another period, or in a table without periods. Fields that only one of them has do not make a change.
    """
    before, after = _keyed(old, keys), _keyed(new, keys)
    shared = [name for name in before.columns if name in after.columns]
    common = before.index.intersection(after.index)
    differ = (before.loc[common, shared] != after.loc[common, shared]).any(axis=1)
    fresh = after.index.difference(before.index, sort=False)
    out = [pd.Series(CHANGED, index=common[differ.to_numpy()])]
    out.append(pd.Series(WITHDRAWN, index=before.index.difference(after.index, sort=False)))
    covered = pd.Series(False, index=fresh)
    if period is not None and len(before):
        covered = after.loc[fresh, period].isin(set(before[period]))
    out.append(covered.map({True: LATE, False: ADDED}))
    return pd.concat([part for part in out if len(part)]) if any(len(part) for part in out) else out[0]


def cells(old: pd.DataFrame, new: pd.DataFrame, *, keys: list[str], period: str | None) -> pd.DataFrame:
    """Return the cells that were corrected: `kind`, `row` (its key in words), `period`, `field`, `old`, `new`.

    A row that was withdrawn or came late has one line, with no field. ADDED rows are not corrections and are
    left out. Of each kind the first LISTED rows are given: the counts of `kinds` are complete.
    """
    what = kinds(old, new, keys=keys, period=period)
    what = what[what != ADDED].groupby(what[what != ADDED]).head(LISTED)
    before, after = _keyed(old, keys), _keyed(new, keys)
    shared = [name for name in before.columns if name in after.columns]
    lines = []
    for key, kind in what.items():
        rows = [frame.loc[key] for frame in (before, after) if key in frame.index]
        words = ", ".join(f"{name} {rows[-1][name]}" for name in keys)
        when = "" if period is None else rows[-1][period]
        if kind != CHANGED:
            lines.append((kind, words, when, "", "", ""))
            continue
        was, now = rows
        lines += [
            (kind, words, when, name, was[name], now[name]) for name in shared if was[name] != now[name]
        ]
    return pd.DataFrame(lines, columns=["kind", "row", "period", "field", "old", "new"])


def corrected(old: pd.DataFrame, new: pd.DataFrame, *, keys: list[str], period: str | None) -> pd.DataFrame:
    """Return the new table without its ADDED rows: what the old one would be had it been right from the start."""
    what = kinds(old, new, keys=keys, period=period)
    added = what.index[(what == ADDED).to_numpy()]
    index = _keyed(new, keys).index
    return new[~index.isin(added)].reset_index(drop=True)


def periods(frame: pd.DataFrame, *, period: str | None) -> pd.DataFrame:
    """Return one row a period of a table (texts): `period`, `rows`, `digest`. One row '' without periods."""
    lines = _joined(frame)
    label = pd.Series("", index=frame.index) if period is None else frame[period]
    text = lines.groupby(label.to_numpy(), sort=True)
    made = [
        (name, len(part), hashlib.sha256("\n".join(part).encode()).hexdigest()[:16]) for name, part in text
    ]
    return pd.DataFrame(made, columns=["period", "rows", "digest"])


def _keyed(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return a table's rows by one text that joins their key."""
    return frame.set_axis(pd.Index(_joined(frame[keys]), dtype="str"))


def _joined(frame: pd.DataFrame) -> pd.Series:
    """Return the cells of each row as one text."""
    first, *others = (frame[name] for name in frame.columns)
    return first.str.cat(others, sep=BETWEEN) if others else first
