"""What changed in the tables between two moments: one row a table, and the cells that were corrected."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.edition import revisions
from analysis.edition.revisions import ADDED, CELLS, KINDS, METHOD_SIDE, PUBLISHER, SUMMARY
from analysis.edition.trees import TableFile
from analysis.ingest import diff

NEW_TABLE, NO_TABLE = "new table", "withdrawn table"


@dataclass(frozen=True, slots=True)
class Survey:
    """The tables that differ.

    frame: one row a table: `table`, `title`, `source` (publisher), `by` (whose change, see `revisions.whose`;
        "new table" or "withdrawn table"), how many rows were `changed`, `withdrawn`, came `late` or were
        `added`, `first` and `last` period of those that were not added, `releases` (files that are new).
    cells: the corrected cells, at most revisions.LISTED rows of a table and kind.
    sides: `by` of each table that is in both. levels: which steps of the data change anything: 1 publishers'
        corrections, 2 corrections of our record, 3 new rows or tables.
    """

    frame: pd.DataFrame
    cells: pd.DataFrame
    sides: dict[str, str]
    levels: set[int]


def survey(before: Mapping[str, TableFile], after: Mapping[str, TableFile]) -> Survey:
    """Compare the tables of two moments, matched by name; a table whose bytes are the same is left out."""
    rows, cells, sides = [], [], {}
    levels: set[int] = set()
    for name in dict.fromkeys([*after, *before]):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            rows.append(_whole(name, was, now))
            levels.add(3)
            continue
        if was.content == now.content and was.resource["hash"] == now.resource["hash"]:
            continue
        by = sides[name] = revisions.whose(was.resource, now.resource)
        counts, found = _rows(was, now)
        cells.append(found.assign(table=name, by=by))
        span = [when for when in found["period"] if when]
        fresh = _new_releases(was, now)
        rows.append([name, now.resource["title"], now.resource["publisher"], by, *counts.values(),
                     min(span, default=""), max(span, default=""), fresh])  # fmt: skip
        if by not in METHOD_SIDE:
            if sum(counts.values()) > counts[ADDED]:
                levels.add(1 if by == PUBLISHER else 2)
            if counts[ADDED] or not sum(counts.values()):
                levels.add(3)
    frame = pd.DataFrame(rows, columns=list(SUMMARY))
    listed = pd.concat(cells, ignore_index=True) if cells else pd.DataFrame(columns=list(CELLS))
    return Survey(frame, listed[list(CELLS)], sides, levels)


def _whole(name: str, was: TableFile | None, now: TableFile | None) -> list:
    known = now or was
    assert known is not None
    rows = len(diff.texts(known.content))
    counts = dict.fromkeys(KINDS, 0) | {ADDED if now else revisions.WITHDRAWN: rows}
    about = known.resource
    by = NEW_TABLE if now else NO_TABLE
    return [name, about["title"], about["publisher"], by, *counts.values(), "", "", ""]


def _rows(was: TableFile, now: TableFile) -> tuple[dict[str, int], pd.DataFrame]:
    keys, period = now.resource["schema"]["primaryKey"], now.resource.get("period")
    old, new = diff.texts(was.content), diff.texts(now.content)
    if not set(keys) <= set(old.columns):  # keyed otherwise before: every row counts as another
        counts = dict.fromkeys(KINDS, 0) | {revisions.WITHDRAWN: len(old), ADDED: len(new)}
        return counts, pd.DataFrame(columns=["kind", "row", "period", "field", "old", "new"])
    period = period if period in old.columns and period in new.columns else None
    what = revisions.kinds(old, new, keys=keys, period=period)["kind"].value_counts()
    counts = {kind: int(what.get(kind, 0)) for kind in KINDS}
    return counts, revisions.cells(old, new, keys=keys, period=period)


def _new_releases(was: TableFile, now: TableFile) -> str:
    known = revisions.releases(was.resource)
    files = [one["title"] for one in now.resource.get("sources", []) if one["hash"] not in known]
    return "; ".join(files)
