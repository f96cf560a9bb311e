"""The stretches of a trust's series between dates known beforehand: regime, mergers, the pandemic."""

from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from analysis import data
from analysis.chapters.lookup.series import shared_trusts
from analysis.present import words
from analysis.study import regime

PANDEMIC = pd.Timestamp("2020-04-01")  # first whole month, quarter, winter and survey after COVID-19 came
ENTERED, LEFT, ENDED, MERGED, COVID = "entered", "left", "ended", "merged", "pandemic"
WORDS = {
    ENTERED: "entered special measures",
    LEFT: "left special measures",
    ENDED: "the regime was replaced",
    COVID: "COVID-19",
}
NEVER, BEFORE = "never in special measures", "before entry"
IN, AFTER = "in special measures", "after special measures"


@lru_cache(maxsize=1)
def _regime() -> dict[str, list[tuple[pd.Timestamp, str, str]]]:
    """Return entries, exits and the regime's end at each trust that entered."""
    rows: dict[str, list[tuple[pd.Timestamp, str, str]]] = {}
    for spell in regime.spells().itertuples():
        mine = rows.setdefault(str(spell.trust), [])
        mine.append((spell.entered, ENTERED, WORDS[ENTERED]))
        if spell.ended_by == "exit":
            mine.append((spell.exited, LEFT, WORDS[LEFT]))
        elif spell.ended_by == "administrative end":
            mine.append((spell.last_day, ENDED, WORDS[ENDED]))
    return rows


@lru_cache(maxsize=1)
def _joined() -> dict[str, list[tuple[pd.Timestamp, str, str]]]:
    """Return the mergers that made a code another trust, by code."""
    rows: dict[str, list[tuple[pd.Timestamp, str, str]]] = {}
    names = shared_trusts()["name"]
    for (code, date), parts in mergers().groupby(["new_code", "date"]):
        old = [str(names.get(one, one)) for one in parts["old_code"] if one != code]
        rows.setdefault(str(code), []).append((date, MERGED, f"merged with {words.join(old)}"))
    return rows


def events(code: str) -> pd.DataFrame:
    """Return what happened to a trust, by date: `date`, `kind`, `words`; the pandemic is the same for all.

    kind: "entered", "left", "ended" (the regime, on 13 July 2021), "merged" (it took over or joined another
    trust and grew by a twentieth of its beds or more, or by an unknown number), "pandemic".
    """
    return pd.DataFrame(_events(code), columns=["date", "kind", "words"])


def _events(code: str) -> list[tuple[pd.Timestamp, str, str]]:
    rows = [(PANDEMIC, COVID, WORDS[COVID]), *_regime().get(code, []), *_joined().get(code, [])]
    return sorted(rows)


def mergers() -> pd.DataFrame:
    """Return the changes of organisation that make a code another trust, by the rule of `regime.panel`."""
    found = data.load("organisation_changes")
    large = found["beds_percent"].isna() | (found["beds_percent"] >= regime.LARGE_MERGER)
    return found[found["size_changes"].fillna(False).astype(bool) & large].sort_values(["date", "old_code"])


def stretches(code: str, periods: pd.PeriodIndex, *, exposure: str) -> list[dict[str, Any]]:
    """Cut the periods of a trust at what happened to it: one row a stretch, in order.

    periods: consecutive. exposure: of the indicator ("contains", "survey", "winter"); a stretch starts at
    the first period that ends on or after the date, for the survey at the first that starts on or after it.
    Keys: `start`, `stop` (positions in `periods`, both included), `phase` (NEVER, BEFORE, IN, AFTER),
    `since` (what began it, with month, in words; '' for the first), `label` (phase, first month, and what
    began it when that was not the regime).
    """
    days = _days(periods[0], len(periods), exposure)  # an event counts from the first period after it
    found = [(*event, int((days < event[0].to_datetime64()).sum())) for event in _events(code)]
    ever = any(kind == ENTERED for _, kind, _, _ in found)
    starts = sorted({0} | {at for *_, at in found if 0 < at < len(periods)})
    rows = []
    for start, following in zip(starts, [*starts[1:], len(periods)], strict=True):
        held = [kind for _, kind, _, at in found if at <= start and kind in (ENTERED, LEFT, ENDED)]
        phase = NEVER if not ever else BEFORE if not held else IN if held[-1] == ENTERED else AFTER
        begun = [(date, kind, said) for date, kind, said, at in found if at == start > 0]
        since = "; ".join(f"{said}, {words.month(date)}" for date, _, said in begun)
        other = [said for _, kind, said in begun if kind not in (ENTERED, LEFT)]
        label = phase + (f", from {words.month(begun[0][0])}" if begun else "")
        label += f" ({words.join(other)})" if other else ""
        rows.append({"start": start, "stop": following - 1, "phase": phase, "since": since, "label": label})
    return rows


@lru_cache(maxsize=4096)
def _days(first: pd.Period, length: int, exposure: str) -> np.ndarray:
    """Return the day by which each period counts: its last, for the survey its first."""
    periods = pd.Series(pd.period_range(first, periods=length))
    start, end = regime.exposure_window(periods, exposure)
    return (start if exposure == "survey" else end).to_numpy()
