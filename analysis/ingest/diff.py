"""The one comparison of two tables: which rows differ between two moments, and in which cells."""

import io
import operator
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

CHANGED, REMOVED, ADDED = "changed", "removed", "added"
BETWEEN = "\x1f"  # of the parts of a key: no table holds it

Apart = Callable[[pd.Series, pd.Series], Any]


def texts(content: bytes) -> pd.DataFrame:
    """Return a table's bytes as texts, blank for missing; no row and no column where there are no bytes."""
    return pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False) if content else pd.DataFrame()


def rows(
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    keys: Sequence[str],
    period: str | None = None,
    apart: Apart = operator.ne,
) -> pd.DataFrame:
    """Return the rows that differ, matched by `keys` (columns of texts, one row a key).

    period: column that says when, None for a table without. apart: tells cell by cell whether two columns
    differ. Fields that only one of the tables has do not make a change.
    Returns, by key (its parts joined by BETWEEN), `kind` (CHANGED, REMOVED, ADDED), `period` ("" without) and
    `held`: the old table had rows of that period (without periods: any row). Changed rows come first, then
    those removed, both in the order of the old table, then those added in the order of the new one.
    """
    before, after = _keyed(old, keys), _keyed(new, keys)
    common = before.index.intersection(after.index, sort=False)
    differ = _unequal(before.loc[common], after.loc[common], keys, apart)
    parts = {
        CHANGED: after.loc[common[differ.any(axis=1).to_numpy()]],
        REMOVED: before[~before.index.isin(after.index)],
        ADDED: after[~after.index.isin(before.index)],
    }
    made = [
        pd.DataFrame({"kind": kind, "period": part[period] if period else ""}, index=part.index, dtype="str")
        for kind, part in parts.items()
    ]
    found = pd.concat(made)
    return found.assign(held=found["period"].isin(old[period]) if period else len(old) > 0)


def cells(old: pd.DataFrame, new: pd.DataFrame, found: pd.DataFrame, *, keys: Sequence[str]) -> pd.DataFrame:
    """Return the cells behind `found` (some of the rows that `rows` returned), in its order.

    By key: the columns of `found`, `field`, `old`, `new`; one row a cell of a changed row, and one row without
    field for a row that was removed or added.
    """
    before, after = _keyed(old, keys), _keyed(new, keys)
    changed = found.index[(found["kind"] == CHANGED).to_numpy()]
    was, now = before.loc[changed], after.loc[changed]
    differ = _unequal(was, now, keys, operator.ne)
    lines = [
        (key, name, was.at[key, name], now.at[key, name])
        for key, cells in zip(changed, differ.to_numpy(), strict=True)
        for name in differ.columns[cells]
    ]
    lines += [(key, "", "", "") for key in found.index.difference(changed, sort=False)]
    made = pd.DataFrame(lines, columns=["key", "field", "old", "new"], dtype="str").set_index("key")
    return found.join(made)


def _unequal(before: pd.DataFrame, after: pd.DataFrame, keys: Sequence[str], apart: Apart) -> pd.DataFrame:
    """Tell cell by cell whether two tables of the same rows differ, in the columns beside the key that both have."""
    shared = [name for name in before.columns if name in after.columns and name not in keys]
    made = {name: apart(before[name], after[name]) for name in shared}
    return pd.DataFrame(made, index=before.index, dtype="bool")


def _keyed(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    return frame.set_axis(pd.Index(joined(frame[list(keys)]), dtype="str"))


def joined(frame: pd.DataFrame) -> pd.Series:
    """Return the cells of each row, which are texts, as one text."""
    first, *others = (frame[name] for name in frame.columns)
    return first.str.cat(others, sep=BETWEEN) if others else first
