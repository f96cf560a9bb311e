"""What moved between two editions: which headline numbers, by how much, and whether a conclusion changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.present import words

LIMITS = ("value", "low", "high")
NEEDED = ("key", "name", *LIMITS, "unit", "n", "none", "verdict")
MOVED_BEYOND = 1e-6  # share of a number's size by which it must differ: below it, machines differ
SAME, MOVED, NEW, GONE = "same", "moved", "new", "withdrawn"
COLUMNS = (
    "key", "name", "unit", "status", "old", "old_low", "old_high", "old_n", "new", "new_low", "new_high",
    "new_n", "change", "conclusion", "why",
)  # fmt: skip


class EditionError(ValueError):
    """Editions or headline numbers that cannot be read, compared or made."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sets of headline numbers side by side.

    frame: one row a key, in the order of the newer set, then those withdrawn. `status` is "same", "moved",
        "new" or "withdrawn"; `old`, `new` with `_low`, `_high`, `_n` in `unit`; `change` is new less old;
        `conclusion` is true when the conclusion changed, and `why` says how ("" where it did not).
    """

    frame: pd.DataFrame

    def moved(self) -> pd.DataFrame:
        """Return the rows that are not the same, changed conclusions first."""
        rows = self.frame[self.frame["status"] != SAME]
        return rows.sort_values("conclusion", ascending=False, kind="stable", ignore_index=True)

    def sentence(self) -> str:
        """Say how many numbers moved, were added or withdrawn, and which conclusions changed."""
        counts = self.frame["status"].value_counts()
        of = int((self.frame["status"] != NEW).sum())
        moved = int(counts.get(MOVED, 0))
        parts = [f"{words.number(moved) if moved else 'None'} of {words.plural(of, 'headline number')} moved"]
        for status, word in ((NEW, "new"), (GONE, "withdrawn")):
            if counts.get(status, 0):
                parts.append(
                    f"{words.number(counts[status])} {'is' if counts[status] == 1 else 'are'} {word}"
                )
        changed = self.frame[self.frame["conclusion"]]
        said = (
            "No conclusion changed."
            if changed.empty
            else f"{words.plural(len(changed), 'conclusion')} changed: "
            + "; ".join(f"{row['name']} ({row['why']})" for row in changed.to_dict("records"))
            + "."
        )
        return f"{words.join(parts)}. {said}"


def compare(old: pd.DataFrame, new: pd.DataFrame) -> Comparison:
    """Compare two sets of headline numbers, matched by `key`.

    old, new: one row a key, at least the columns NEEDED (see `headlines.Headline`); `low` and `high` are NaN
        where there is no interval, `none` where no value means "no difference".
    A number moved when its value, a limit or n differs: by more than MOVED_BEYOND of its size, or because it
    is missing on one side. A conclusion changed when the value went to the other side of `none`, when the
    interval holds `none` now and did not, or the other way round, when the verdict differs, or when the
    number can be estimated now and could not, or the other way round.
    A key that is only in one of them is "new" or "withdrawn", never a changed conclusion.
    Raises EditionError for a missing column, a repeated key, or a key whose unit differs.
    """
    for label, frame in (("old", old), ("new", new)):
        absent = [name for name in NEEDED if name not in frame]
        if absent or frame["key"].duplicated().any():
            found = f"no column {absent}" if absent else "a repeated key"
            raise EditionError(
                f"{label} headline numbers: found {found}. Allowed: {list(NEEDED)}, one row a key."
            )
    before = {str(row["key"]): row for row in old.to_dict("records")}
    after = {str(row["key"]): row for row in new.to_dict("records")}
    keys = [*after, *(key for key in before if key not in after)]
    rows = [_row(key, before.get(key), after.get(key)) for key in keys]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return Comparison(frame.astype({"conclusion": "bool", "old_n": "Int64", "new_n": "Int64"}))


def _row(key: str, old: dict | None, new: dict | None) -> list:
    known = new or old or {}
    if old is not None and new is not None and old["unit"] != new["unit"]:
        raise EditionError(
            f"{key}: found unit {new['unit']!r}. Allowed: {old['unit']!r}, as before; else a new key."
        )
    status = NEW if old is None else GONE if new is None else MOVED if differs(old, new) else SAME
    sides = []
    for side in (old, new):
        sides += [np.nan] * 3 + [pd.NA] if side is None else [*(side[part] for part in LIMITS), side["n"]]
    change = new["value"] - old["value"] if old is not None and new is not None else np.nan
    why = conclusion(old, new) if old is not None and new is not None else ""
    return [key, known["name"], known["unit"], status, *sides, change, bool(why), why]


def differs(old: dict, new: dict) -> bool:
    """Tell whether value, limits, n or verdict of a number are not the same."""
    words = old["n"] != new["n"] or old["verdict"] != new["verdict"]
    return bool(words or any(apart(old[part], new[part]) for part in LIMITS))


def apart(a: float, b: float) -> bool:
    """Tell whether two numbers differ by more than MOVED_BEYOND of the larger; missing equals missing."""
    if np.isnan(a) or np.isnan(b):
        return bool(np.isnan(a) != np.isnan(b))
    return bool(abs(a - b) > MOVED_BEYOND * max(abs(a), abs(b)))


def conclusion(old: dict, new: dict) -> str:
    """Say how the conclusion changed, '' when it did not; `old` and `new` as rows of headline numbers."""
    could, can = not np.isnan(old["value"]), not np.isnan(new["value"])
    if could != can:
        return "it can be estimated now" if can else "it can no longer be estimated"
    parts = []
    none = new["none"]
    if can and not np.isnan(none):
        sides = [np.sign(one["value"] - none) for one in (old, new)]
        clear = [one["low"] > none or one["high"] < none for one in (old, new)]
        known = not any(np.isnan(one[part]) for one in (old, new) for part in ("low", "high"))
        if sides[0] != sides[1]:
            parts.append("the sign changed" if none == 0 else "it went to the other side of no difference")
        if known and clear[0] != clear[1]:
            parts.append(f"the interval {'leaves out' if clear[1] else 'holds'} no difference now")
    if can and old["verdict"] != new["verdict"]:
        parts.append(f"by our rule {new['verdict'] or 'nothing'}, before {old['verdict'] or 'nothing'}")
    return "; ".join(parts)
