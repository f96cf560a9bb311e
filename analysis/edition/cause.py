"""What moved each headline number: libraries, method, a correction or new data; found by recomputing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.edition import revisions, trees
from analysis.edition.compare import EditionError, apart, differs
from analysis.edition.trees import TableFile
from analysis.present import words

LIBRARIES, METHOD, CORRECTION, OUR_CORRECTION, NEW_DATA = (
    "libraries",
    "method",
    "correction by a publisher",
    "correction of our record",
    "new data",
)
STEPS = (LIBRARIES, METHOD, CORRECTION, OUR_CORRECTION, NEW_DATA)
DATA_STATES = (CORRECTION, OUR_CORRECTION, NEW_DATA)
NOT_SEPARABLE = "method and data together"
ORDER_MATTERS = 0.05  # share of a change by which the order of the steps must shift a part to be said

Numbers = dict[str, dict]
Run = Callable[[Path], pd.DataFrame]


@dataclass(slots=True)
class Trees:
    """The headline numbers in each mixture of old and new; every mixture is computed once, when asked for.

    root, old: trees of now and of the earlier edition. folder: where mixtures are written. run: computes.
    before, after: tables by name. sides: whose change each differing table is (`revisions.whose`).
    levels: places in DATA_STATES, from 1, at which some table changes.
    """

    root: Path
    old: Path
    folder: Path
    run: Run
    before: dict[str, TableFile]
    after: dict[str, TableFile]
    sides: dict[str, str]
    levels: set[int]
    found: dict[tuple[bool, int], Numbers | EditionError] = field(default_factory=dict)

    def numbers(self, new_code: bool, level: int) -> Numbers:
        """Return the numbers with old or new code, and the first `level` of DATA_STATES taken over.

        Raises EditionError when they cannot be computed.
        """
        level = self.same_as(level)
        if (new_code, level) not in self.found:
            target = self.folder / f"{'new' if new_code else 'old'}-{level}"
            tree = trees.mix(self.root if new_code else self.old, self.tables(new_code, level), target)
            try:
                self.found[new_code, level] = by_key(self.run(tree))
            except EditionError as error:
                self.found[new_code, level] = error
        kept = self.found[new_code, level]
        if isinstance(kept, EditionError):
            raise kept
        return kept

    def same_as(self, level: int) -> int:
        """Return the lowest level whose tables are those of `level`: a state that changes nothing is not run."""
        return max([0, *(one for one in self.levels if one <= level)])

    def tables(self, new_code: bool, level: int) -> dict[str, TableFile]:
        """Return the tables of a mixture: those on the side of method come with the code, the others by level."""
        chosen = {}
        for name in dict.fromkeys([*self.before, *self.after]):
            was, now = self.before.get(name), self.after.get(name)
            if was is None or now is None:
                there = now if level == len(DATA_STATES) or (new_code and was is None) else was
            elif name not in self.sides:
                there = was
            elif self.sides[name] in revisions.METHOD_SIDE:
                there = now if new_code else was
            else:
                there = _at(was, now, self.sides[name], level)
            if there is not None:
                chosen[name] = there
        return chosen


def _at(was: TableFile, now: TableFile, side: str, level: int) -> TableFile:
    """Return a table of the data side with the first `level` of DATA_STATES taken over."""
    mine = DATA_STATES.index(CORRECTION if side == revisions.PUBLISHER else OUR_CORRECTION)
    if level == len(DATA_STATES):
        return now
    if level <= mine:
        return was
    keys, period = now.resource["schema"]["primaryKey"], now.resource.get("period")
    old, new = revisions.rows_of(was.content), revisions.rows_of(now.content)
    kept = revisions.corrected(old, new, keys=keys, period=period)
    content = kept.to_csv(index=False, lineterminator="\n").encode()
    facts = {
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "bytes": len(content),
        "rows": len(kept),
    }
    return TableFile({**now.resource, **facts}, content)


def by_key(frame: pd.DataFrame) -> Numbers:
    """Return headline numbers as dictionaries by key."""
    return {row["key"]: row for row in frame.to_dict("records")}


def attribute(
    stored: pd.DataFrame, current: pd.DataFrame, states: Trees, *, method_changed: bool
) -> tuple[pd.DataFrame, list[str]]:
    """Say of each headline number that moved what moved it, and how much of the change each step makes.

    stored: the headline numbers as the earlier edition recorded them. current: those of now.
    method_changed: code, settings or the lock differ. The way from old to new is walked in steps, each
    computed, not asked: old data and old code again (LIBRARIES: what differs from the record), new code,
    then each publisher's corrections, corrections of our own record, and new data. Where old data cannot be
    run by the new code, the data come first; where neither order runs, the parts are not told apart.
    Returns one row a key that moved: `key`, `cause` (the steps that moved value, limits or n, joined by
    " and "; "" when no step did), one column a step with its part of the change in value, `interaction`
    (the part of METHOD with the new data less that with the old), and a list of notes for the reader.
    """
    old, new = by_key(stored), by_key(current)
    keys = [key for key in new if key in old and differs(old[key], new[key])]
    keys += [key for key in new if key not in old]
    empty = pd.DataFrame(columns=["key", "cause", *STEPS, "interaction"])
    if not keys:
        return empty, []
    last = len(DATA_STATES)
    states.found[True, states.same_as(last)] = new
    if not method_changed and states.levels:
        states.found[False, states.same_as(last)] = new
    notes: list[str] = []
    walked = _walk(states, old, method_changed, notes)
    other = _method_with_new_data(states, method_changed, notes)
    rows = [_parts(key, walked, other) for key in keys]
    said = [
        f"{row['key']}: the part of the method depends on the data ({row['interaction']:+.3g})"
        for row in rows
        if _order_matters(row)
    ]
    if walked[0][0] == LIBRARIES:
        said += _not_repeated(keys, walked[0][1], walked[0][2])
    return pd.DataFrame(rows, columns=empty.columns), notes + said


def _not_repeated(keys: Sequence[str], stored: Numbers, again: Numbers) -> list[str]:
    """Say of each number on record that its own code and data give another one here."""
    said = []
    for key in keys:
        if key in stored and key in again and differs(stored[key], again[key]):
            was, now = (
                words.estimate(one["value"], one["low"], one["high"], one["unit"])
                for one in (stored[key], again[key])
            )
            said.append(
                f"{key}: the code and data of the edition before give {now} here, not {was} as on record; "
                "libraries or machine differ"
            )
    return said


def _walk(
    states: Trees, stored: Numbers, method_changed: bool, notes: list[str]
) -> list[tuple[str, Numbers, Numbers]]:
    """Return the steps walked: name, numbers before, numbers after."""
    last = len(DATA_STATES)
    method_first = [(LIBRARIES, False, 0), (METHOD, method_changed, 0)]
    method_first += [(name, method_changed, level) for level, name in enumerate(DATA_STATES, 1)]
    data_first = [(LIBRARIES, False, 0), *((name, False, level) for level, name in enumerate(DATA_STATES, 1))]
    data_first += [(METHOD, method_changed, last)]
    for order, why in (
        (method_first, ""),
        (data_first, "The new code cannot run on the old data, so the data were changed first."),
    ):
        try:
            states_on_the_way = [states.numbers(code, level) for _, code, level in order]
        except EditionError as error:
            reason = str(error)
            continue
        notes += [why] if why else []
        before = [stored, *states_on_the_way[:-1]]
        return [(name, a, b) for (name, _, _), a, b in zip(order, before, states_on_the_way, strict=True)]
    notes.append(
        f"The edition before cannot be recomputed in part, so method and data are not told apart: {reason}"
    )
    return [(NOT_SEPARABLE, stored, states.numbers(True, last))]


def _method_with_new_data(
    states: Trees, method_changed: bool, notes: list[str]
) -> tuple[Numbers, Numbers] | None:
    """Return the numbers around METHOD in the other order, with all new data; None when that cannot be had."""
    if not method_changed:
        return None
    try:
        return states.numbers(False, len(DATA_STATES)), states.numbers(True, len(DATA_STATES))
    except EditionError as error:
        notes.append(
            f"The old code cannot run on the new data, so the order of the steps was not reversed: {error}"
        )
        return None


def _parts(
    key: str, walked: list[tuple[str, Numbers, Numbers]], other: tuple[Numbers, Numbers] | None
) -> dict:
    row: dict = {"key": key, "cause": "", "interaction": np.nan}
    causes = []
    for name, before, after in walked:
        a, b = before.get(key), after.get(key)
        moved = (a is None) != (b is None) or (a is not None and b is not None and differs(a, b))
        causes += [name] if moved else []
        if name in STEPS:
            row[name] = _value(b) - _value(a)
    if other is not None and METHOD in row:
        row["interaction"] = _value(other[1].get(key)) - _value(other[0].get(key)) - row[METHOD]
    row["cause"] = " and ".join(causes)
    return row


def _value(number: dict | None) -> float:
    return np.nan if number is None else float(number["value"])


def _order_matters(row: dict) -> bool:
    """Tell whether the part of METHOD depends on the data by more than ORDER_MATTERS of all parts."""
    size = np.nansum([abs(row.get(name, np.nan)) for name in STEPS])
    shift = row["interaction"]
    return bool(np.isfinite(shift) and apart(shift, 0.0) and abs(shift) > ORDER_MATTERS * size)
