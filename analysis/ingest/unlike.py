"""A new period against the one before, trust by trust: what no month or quarter does by itself is named."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from analysis.ingest import diff

FEWEST = 30  # trusts with both figures, else a column says nothing
LARGE = 100  # counts below this change by chance alone
EQUAL = 0.8  # share of trusts whose figure is the one of the period before
TIMES = 6.0  # times the period before, in the middle of all trusts
APART = (
    0.55  # distance (absolute log of the ratio) from the own figure before, in the middle: rows are shifted
)
CHANGED = 0.2  # share of trusts that are gone, or new
NEARER = 0.5  # times as far from the other column as from the own one: two columns are exchanged


def faults(resource: Mapping[str, Any], content: bytes, periods: Collection[str]) -> list[str]:
    """Return a sentence for each thing in which one of `periods` is unlike the one before it.

    content: the bytes of the table with the new rows in it; a table without periods has none.
    """
    if resource.get("period") is None:
        return []
    frame, period = diff.texts(content), resource["period"]
    named = frame.groupby(period)[resource["schema"]["primaryKey"]].nunique().max()
    keys = [name for name in named.index[named > 1] if name != period]  # a release is its period's other name
    numeric = [each["name"] for each in resource["schema"]["fields"] if each["type"] in ("integer", "number")]
    if not keys:
        return []
    said: list[str] = []
    ordered = sorted(frame[period].unique())
    for now in sorted(set(periods) & set(ordered[1:])):
        before = ordered[ordered.index(now) - 1]
        old, new = (_figures(frame[frame[period] == each], keys, numeric) for each in (before, now))
        if len(old) < FEWEST:  # a table of a few rows a day is no series of trusts
            continue
        said += [f"{now} beside {before}: {fault}" for fault in _between(old, new)]
    return said


def _figures(rows: pd.DataFrame, keys: list[str], numeric: list[str]) -> pd.DataFrame:
    return rows.set_index(diff.joined(rows[keys]))[numeric].apply(pd.to_numeric, errors="coerce")


def _between(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[str]:
    if len(old) < FEWEST:  # days on which something came to pass, no round of all trusts
        return
    both = old.index.intersection(new.index)
    for count, what in ((len(old) - len(both), "gone"), (len(new) - len(both), "new")):
        if count > CHANGED * max(FEWEST, len(old)):
            yield f"{count} of {len(old)} trusts are {what}"
    was, now = old.loc[both], new.loc[both]
    spread: dict[str, float] = {}
    for name in new:
        pair = (was[name] > 0) & (now[name] > 0)
        pair &= (was[name] >= LARGE) | (was[name] % 1 != 0)
        if pair.sum() < FEWEST:
            continue
        a, b = was.loc[pair, name], now.loc[pair, name]
        if (share := float((a == b).mean())) >= EQUAL:
            yield f"{name} is the same at {share:.0%} of trusts"
        steps = np.log(b / a)
        spread[name] = float(steps.abs().median())
        if abs(steps.median()) > np.log(TIMES):
            yield f"{name} is {np.exp(steps.median()):.2g} times as large in the middle of trusts"
        elif spread[name] > APART:
            yield f"{name} differs {np.exp(spread[name]):.1f} times in the middle of trusts, as if rows were shifted"
    for one, other in combinations(spread, 2):
        crossed = [_far(was[a], now[b]) for a, b in ((one, other), (other, one))]
        own = [spread[other], spread[one]]
        if all(mine > 0.1 and there < NEARER * mine for there, mine in zip(crossed, own, strict=True)):
            yield f"{one} and {other} seem exchanged"


def _far(was: pd.Series, now: pd.Series) -> float:
    pair = (was > 0) & (now > 0)
    return float(np.log(now[pair] / was[pair]).abs().median()) if pair.sum() >= FEWEST else np.inf
