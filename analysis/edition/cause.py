"""What moved each headline number: libraries, method, a correction or new data; found by recomputing."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.data import exact
from analysis.edition import revisions, trees
from analysis.edition.compare import EditionError, apart, differing
from analysis.edition.trees import TableFile
from analysis.ingest import diff
from analysis.present import words
from analysis.study.indicators import told_in

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

Run = Callable[[Path], pd.DataFrame]
Step = tuple[str, pd.DataFrame, pd.DataFrame]  # name, headline numbers before, and after


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
    found: dict[tuple[bool, int], pd.DataFrame | EditionError] = field(default_factory=dict)

    def numbers(self, new_code: bool, level: int) -> pd.DataFrame:
        """Return the numbers with old or new code, and the first `level` of DATA_STATES taken over.

        Raises EditionError when they cannot be computed.
        """
        level = self.same_as(level)
        if (new_code, level) not in self.found:
            target = self.folder / f"{'new' if new_code else 'old'}-{level}"
            tree = trees.mix(self.root if new_code else self.old, self.tables(new_code, level), target)
            try:
                self.found[new_code, level] = self.run(tree)
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
    old, new = diff.texts(was.content), diff.texts(now.content)
    kept = revisions.corrected(old, new, keys=keys, period=period)
    content = kept.to_csv(index=False, lineterminator="\n").encode()
    facts = {
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "bytes": len(content),
        "rows": len(kept),
    }
    return TableFile({**now.resource, **facts}, content)


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
    kinds = differing(stored, current)
    keys = [key for kind in (diff.CHANGED, diff.ADDED) for key in current["key"] if kinds.get(key) == kind]
    empty = pd.DataFrame(columns=["key", "cause", *STEPS, "interaction"])
    if not keys:
        return empty, []
    last = len(DATA_STATES)
    states.found[True, states.same_as(last)] = current
    if not method_changed and states.levels:
        states.found[False, states.same_as(last)] = current
    notes: list[str] = []
    walked = _walk(states, stored, method_changed, notes)
    other = _method_with_new_data(states, method_changed, notes)
    rows = _parts(keys, walked, other)
    said = [
        f"{row['key']}: the part of the method depends on the data ({'+' if row['interaction'] > 0 else ''}{exact(row['interaction'], 3)})"
        for row in rows.to_dict("records")
        if _order_matters(row)
    ]
    if walked[0][0] == LIBRARIES:
        said += _not_repeated(keys, walked[0][1], walked[0][2])
    return rows[list(empty.columns)], notes + said


def _not_repeated(keys: Sequence[str], stored: pd.DataFrame, again: pd.DataFrame) -> list[str]:
    """Say of each number on record that its own code and data give another one here."""
    kinds = differing(stored, again)
    sides = [frame.set_index("key") for frame in (stored, again)]
    said = []
    for key in (key for key in keys if kinds.get(key) == diff.CHANGED):
        was, now = (
            words.estimate(one["value"], one["low"], one["high"], told_in(one["unit"]))
            for one in (side.loc[key] for side in sides)
        )
        said.append(
            f"{key}: the code and data of the edition before give {now} here, not {was} as on record; "
            "libraries or machine differ"
        )
    return said


def _walk(states: Trees, stored: pd.DataFrame, method_changed: bool, notes: list[str]) -> list[Step]:
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
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
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
    keys: Sequence[str], walked: list[Step], other: tuple[pd.DataFrame, pd.DataFrame] | None
) -> pd.DataFrame:
    """Return one row a key: `key`, `cause`, the part of each of STEPS that was walked, and `interaction`."""

    def change(before: pd.DataFrame, after: pd.DataFrame) -> np.ndarray:
        was, now = (side.set_index("key")["value"].reindex(keys).to_numpy(float) for side in (before, after))
        return now - was

    rows = pd.DataFrame({"key": keys, **dict.fromkeys((*STEPS, "interaction"), np.nan)})
    causes: dict[str, list[str]] = {key: [] for key in keys}
    for name, before, after in walked:
        for key in differing(before, after).index.intersection(keys):
            causes[key].append(name)
        if name in STEPS:
            rows[name] = change(before, after)
    if other is not None:
        rows["interaction"] = change(*other) - rows[METHOD]
    return rows.assign(cause=[" and ".join(causes[key]) for key in keys])


def _order_matters(row: dict) -> bool:
    """Tell whether the part of METHOD depends on the data by more than ORDER_MATTERS of all parts."""
    size = np.nansum([abs(row.get(name, np.nan)) for name in STEPS])
    shift = row["interaction"]
    return bool(np.isfinite(shift) and apart(shift, 0.0) and abs(shift) > ORDER_MATTERS * size)
