"""What moved between two editions: which headline numbers, by how much, and whether a conclusion changed."""

from typing import Any

import numpy as np
import pandas as pd

from analysis.ingest import diff

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


def compare(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Compare two sets of headline numbers, matched by `key`.

    old, new: one row a key, at least the columns NEEDED (see `headlines.ON_RECORD`); `low` and `high` are NaN
        where there is no interval, `none` where no value means "no difference".
    A number moved when its value, a limit or n differs: by more than MOVED_BEYOND of its size, or because it
    is missing on one side. A conclusion changed when the value went to the other side of `none`, when the
    interval holds `none` now and did not, or the other way round, when the verdict differs, or when the
    number can be estimated now and could not, or the other way round.
    A key that is only in one of them is "new" or "withdrawn", never a changed conclusion.
    Returns COLUMNS, one row a key, in the order of the newer set, then those withdrawn: `status` (SAME, MOVED,
    NEW or GONE), `old` and `new` with `_low`, `_high`, `_n` in `unit`, `change` (new less old), `conclusion`
    (true when it changed) and `why`: how it did ("" where it did not).
    Raises EditionError for a missing column, a repeated key, or a key whose unit differs.
    """
    for label, frame in (("old", old), ("new", new)):
        absent = [name for name in NEEDED if name not in frame]
        if absent or frame["key"].duplicated().any():
            found = f"no column {absent}" if absent else "a repeated key"
            raise EditionError(
                f"{label} headline numbers: found {found}. Allowed: {list(NEEDED)}, one row a key."
            )
    status = differing(old, new).map({diff.CHANGED: MOVED, diff.REMOVED: GONE, diff.ADDED: NEW}).to_dict()
    before, after = ({str(row["key"]): row for row in frame.to_dict("records")} for frame in (old, new))
    keys = dict.fromkeys([*after, *before])
    rows = [_row(key, status.get(key, SAME), before.get(key), after.get(key)) for key in keys]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"conclusion": "bool", "old_n": "Int64", "new_n": "Int64"})


def moved(compared: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a comparison that are not the same, in its order."""
    return compared[compared["status"] != SAME].reset_index(drop=True)


def differing(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """Return, by key, what became of the headline numbers that differ: a kind of `diff.rows`."""
    compared = ["key", *LIMITS, "n", "verdict"]
    return diff.rows(old[compared], new[compared], keys=["key"], apart=_cells_apart)["kind"]


def _cells_apart(a: pd.Series, b: pd.Series) -> Any:
    return apart(a.astype(float), b.astype(float)) if a.name in LIMITS else a != b


def apart(a: Any, b: Any) -> Any:
    """Tell whether two numbers, or columns of them, differ by more than MOVED_BEYOND of the larger.

    Missing equals missing, and nothing else.
    """
    one_missing = np.isnan(a) != np.isnan(b)
    return one_missing | (np.abs(a - b) > MOVED_BEYOND * np.maximum(np.abs(a), np.abs(b)))


def _row(key: str, status: str, old: dict | None, new: dict | None) -> list:
    known = new or old or {}
    sides: list = []
    for side in (old, new):
        sides += [np.nan] * 3 + [pd.NA] if side is None else [*(side[part] for part in LIMITS), side["n"]]
    if old is None or new is None:
        return [key, known["name"], known["unit"], status, *sides, np.nan, False, ""]
    if old["unit"] != new["unit"]:
        raise EditionError(
            f"{key}: found unit {new['unit']!r}. Allowed: {old['unit']!r}, as before; else a new key."
        )
    why = conclusion(old, new)
    return [key, known["name"], known["unit"], status, *sides, new["value"] - old["value"], bool(why), why]


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
