"""Who was in special measures for quality, when, and which trust-periods count in a comparison."""

from collections.abc import Collection
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis import data, once
from analysis.data import DataError
from analysis.study import published
from analysis.study.indicators import Indicator, indicator

REGIME_START = pd.Timestamp("2013-07-16")
REGIME_END = pd.Timestamp("2021-07-13")
MONTHS_IN_YEAR = 12
DAYS_IN_MONTH = 365.25 / MONTHS_IN_YEAR
LARGE_MERGER = 5.0  # percent of the surviving code's beds: a smaller addition does not make another trust
PHASES = ("never", "before", "during", "after", "second spell", "after second")
PANEL_COLUMNS = [
    "trust",
    "period",
    "t",
    "value",
    "numerator",
    "denominator",
    "type",
    "entry",
    "exit",
    "phase",
    "since_entry",
    "since_exit",
    "in_force",
]


def spells() -> pd.DataFrame:
    """Return one row a spell in special measures, by entry date and trust.

    Columns: `spell_id`, `trust`, `name`, `spell` (1 or 2), `entered`, `exited` (dates; a date known to the
    month is its 15th; missing when the spell did not end by leaving), `ended_by` (exit, acquired,
    administrative end), `last_day` (exit, acquisition or the end of the regime), `months` (length of the
    spell up to `last_day`), `day_known` (both dates known to the day), `confidence`.
    A spell open on 13 July 2021, when the regime was replaced, ends that day as censored.
    """
    return _spells().copy()


@once.shared
def _spells() -> pd.DataFrame:
    frame = data.load("regime_spells").rename(columns={"org_code": "trust"})
    administrative = frame["ended_by"] == "administrative end"
    out = pd.DataFrame(
        {
            "spell_id": frame["spell_id"],
            "trust": frame["trust"],
            "name": frame["trust"].map(short_names()),
            "spell": frame["spell"].astype("int64"),
            "entered": frame["entered_day"],
            "exited": frame["exited_day"].mask(administrative),
            "ended_by": frame["ended_by"],
            "last_day": frame["exited_day"].clip(upper=REGIME_END),
            "day_known": (frame["entered_precision"] == "day") & (frame["exited_precision"] == "day"),
            "confidence": frame["confidence"],
        }
    )
    out["months"] = (out["last_day"] - out["entered"]).dt.days / DAYS_IN_MONTH
    return out.sort_values(["entered", "trust"], ignore_index=True)


def short_names() -> pd.Series:
    """Return the short name of every trust of the regime, by code."""
    return data.load("regime_trusts").set_index("org_code")["short_name"]


def is_keogh(trusts: pd.Series) -> np.ndarray:
    """Mark the trusts (codes) of the Keogh review that entered first: one bool a trust."""
    about = data.load("regime_trusts").set_index("org_code")["keogh_11"].fillna(False).astype(bool)
    return trusts.str.slice(0, 3).isin(about.index[about]).to_numpy()


def in_force(on: str | pd.Timestamp) -> pd.DataFrame:
    """Return the spells in force on a day: entered on or before it and not yet ended."""
    day, frame = pd.Timestamp(on), spells()
    if pd.isna(day):
        raise DataError("regime_spells", found=on, allowed="a day")
    return frame[(frame["entered"] <= day) & (frame["last_day"] > day)].reset_index(drop=True)


def panel(name: str, *, main: bool = True) -> pd.DataFrame:
    """Return the panel of an indicator: one row a trust and period, from its first to its last value.

    name: an indicator of the catalogue. main: end at its last period of the main analysis.
    Columns (PANEL_COLUMNS): `trust` (code; `CODE@YYYY-MM` for a code that a merger made a different trust),
    `period` (quarter or year; a winter or financial year by the year it starts in), `t` (its ordinal), `value` in the
    indicator's unit (missing where not published), `numerator`, `denominator`, `type`, `entry` and `exit`
    (`t` of the first entry and first exit, missing when there was none), `phase` (PHASES),
    `since_entry`, `since_exit` (periods), `in_force`.

    Rules. The entry period is the first that ends on or after the entry date; for the staff survey the
    first that starts on or after it. Phase is the state on the last day of the period (survey: the first).
    A quarter needs its three months. Rates are sums over sums, never means of rates. A code that a merger
    makes larger (by a twentieth of its beds or more) is a new trust from then on; it is left out if it then holds a trust that had entered.
    Periods after July 2021 of a trust whose spell the end of the regime cut short are left out.
    Nothing is left out because of how a trust fared; `exclusions` lists what is, and why.
    """
    return _built(name, main)[0].copy()


def exclusions(name: str, *, main: bool = True) -> pd.DataFrame:
    """Return what `panel` leaves out: `trust`, `from` (period), `periods` (count), `reason`."""
    return _built(name, main)[1].copy()


def panel_under(about: Indicator, of: pd.DataFrame, *, left_out: Collection[str] = ()) -> pd.DataFrame:
    """Return the panel of any indicator under any regime, to its last value, by the rules of `panel`.

    of: spells with the columns of `spells`. left_out: codes that are no comparators and did not enter by these
    spells: all their rows are left out.
    """
    frame = _build(about, of, main=False)[0]
    return frame[~frame["trust"].str.slice(0, 3).isin(list(left_out))].reset_index(drop=True)


@once.shared
def _built(name: str, main: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _build(indicator(name), spells(), main=main)


def _build(about: Indicator, of: pd.DataFrame, *, main: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    entered = of.groupby("trust")["entered"].min()
    frame, left_out = _split_at_mergers(_values(about, main), about, entered)
    frame = _phases(_regular(frame), about, of)
    cut = frame["phase"].isna()
    reason = "the regime ended while the trust was in special measures"
    left_out = pd.concat([left_out, _listed(frame[cut], reason)], ignore_index=True)
    frame = frame[~cut].sort_values(["trust", "t"], ignore_index=True)
    return frame[PANEL_COLUMNS], left_out.sort_values(["trust", "from"], ignore_index=True)


def _values(about: Indicator, main: bool) -> pd.DataFrame:
    """Return `code`, `period`, `numerator`, `denominator`, `value`, `type` at the grain of the analysis."""
    kinds = data.load("organisations").set_index("org_code")["type"]
    cells = published.figures(about).drop(columns="note")
    cells = cells[cells["code"].map(kinds).isin(about.types)]
    freq = "Q" if about.analysis_grain == "quarter" else "Y"
    cells["period"] = pd.PeriodIndex(cells["period"]).asfreq(freq)
    needed = 3 if about.grain == "month" and freq == "Q" else 1
    frame = cells.groupby(["code", "period"]).sum(min_count=needed).reset_index()
    share = frame["numerator"] / frame["denominator"].where(frame["denominator"] > 0)
    frame["value"] = about.scale * (1 - share if about.complement else share)
    if not about.denominator:
        frame[["numerator", "denominator"]] = float("nan")
    frame["type"] = frame["code"].map(kinds)
    if main:
        frame = frame[frame["period"] <= pd.Period(about.main_until, freq="M").asfreq(freq)]
    return frame[frame.groupby("code")["value"].transform("count") > 0]


def placed(frame: pd.DataFrame, about: Indicator) -> pd.DataFrame:
    """Return PANEL_COLUMNS of values that are no indicator's own, such as those of a trust's area.

    frame: `trust` (code), `period`, `value`, `numerator`, `denominator`, `type`. about: gives grain and exposure.
    Mergers do not part it: what is measured goes on.
    """
    whole = frame.assign(code=frame["trust"], start=pd.NaT, end=pd.NaT)
    out = _phases(_regular(whole), about, spells())
    return out[out["phase"].notna()].sort_values(["trust", "t"], ignore_index=True)[PANEL_COLUMNS]


def exposure_window(period: pd.Series, exposure: str) -> tuple[pd.Series, pd.Series]:
    """Return first and last day of what each period measures."""
    start, end = period.dt.start_time, period.dt.end_time.dt.normalize()
    if exposure == "survey":
        return start + pd.DateOffset(months=9), start + pd.DateOffset(months=11, days=-1)
    if exposure == "winter":
        return start + pd.DateOffset(months=10), start + pd.DateOffset(months=15, days=-1)
    if exposure == "financial year":
        return start + pd.DateOffset(months=3), start + pd.DateOffset(months=15, days=-1)
    if exposure in published.MONTH_OF:
        day = start + pd.DateOffset(months=published.MONTH_OF[exposure], days=-1)
        return day, day
    return start, end


def _split_at_mergers(
    frame: pd.DataFrame, about: Indicator, entered: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    changes = data.load("organisation_changes")
    large = changes["beds_percent"].isna() | (changes["beds_percent"] >= LARGE_MERGER)
    changes = changes[changes["size_changes"].fillna(False) & large]
    holders = _holders_of_entered(changes, entered)
    start, end = exposure_window(frame["period"], about.exposure)
    frame = frame.assign(trust=frame["code"], start=start, end=end).reset_index(drop=True)
    first, last, trust = start.to_numpy(), end.to_numpy(), frame["code"].to_numpy(dtype=object).copy()
    left_at = np.full(len(frame), -1)  # number of the merger, in `reasons`, that took a row out
    reasons: list[str] = []
    rows_of = frame.groupby("code").indices
    for code, dates in changes[changes["new_code"].isin(rows_of)].groupby("new_code")["date"]:
        for date in sorted(dates.unique()):
            here = rows_of[code][(left_at[rows_of[code]] < 0) & (last[rows_of[code]] >= date)]
            during, after = here[first[here] < date], here[first[here] >= date]
            if date >= holders.get(code, pd.Timestamp.max):
                left_at[after] = len(reasons)
                reasons.append("after a merger the code holds a trust that had entered")
            else:
                trust[after] = f"{code}@{pd.Timestamp(date):%Y-%m}"
            left_at[during] = len(reasons)
            reasons.append("the trust merged during the period")
    frame["trust"] = pd.array(trust, dtype="str")
    out = left_at >= 0
    listed = frame[out].groupby([left_at[out], "code"])["period"].agg(["min", "count"]).reset_index()
    listed.columns = ["merger", "trust", "from", "periods"]
    listed["reason"] = pd.array([reasons[at] for at in listed.pop("merger")], dtype="str")
    return frame[~out], listed


def _holders_of_entered(changes: pd.DataFrame, entered: pd.Series) -> dict[str, pd.Timestamp]:
    """Return for each code the first merger date from which it holds another code that had entered.

    A code that itself had entered counts too: from a merger that changes its size it is no longer that trust.
    """
    holds: dict[str, pd.Timestamp] = {}
    for change in changes.sort_values("date", kind="stable").itertuples():
        parts = (change.old_code, change.new_code)
        had = any(entered.get(code, pd.Timestamp.max) <= change.date or code in holds for code in parts)
        if had and change.new_code not in holds:
            holds[change.new_code] = change.date
    return holds


def _regular(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the periods between a trust's first and last value in which nothing was published, as missing."""
    frame = frame.drop(columns=["start", "end"]).assign(t=frame["period"].astype("int64"))
    valid = frame[frame["value"].notna()].groupby("trust")["t"].agg(["min", "max"])
    lengths = (valid["max"] - valid["min"] + 1).to_numpy()
    trust = np.repeat(valid.index.to_numpy(), lengths)
    t = np.repeat(valid["min"].to_numpy(), lengths) + np.concatenate(
        [np.arange(length) for length in lengths]
    )
    freq = frame["period"].dtype.freq
    grid = pd.DataFrame({"trust": trust, "t": t, "period": pd.PeriodIndex.from_ordinals(t, freq=freq)})
    about = frame.drop_duplicates("trust").set_index("trust")[["code", "type"]]
    cells = frame.drop(columns=["period", "code", "type"])
    return grid.join(about, on="trust").merge(cells, on=["trust", "t"], how="left")


def _phases(frame: pd.DataFrame, about: Indicator, of: pd.DataFrame) -> pd.DataFrame:
    """Add entry, exit and phase; phase is missing where the regime's end cut a spell."""
    rule = (about.analysis_grain, about.exposure)
    start, end = exposure_window(frame["period"], about.exposure)
    at = (start if about.exposure == "survey" else end).to_numpy()
    code, trust = frame["code"].to_numpy(), frame["trust"].to_numpy()
    merged = pd.to_datetime(frame["trust"].str.extract(r"@(\d{4}-\d{2})")[0], format="%Y-%m").to_numpy()
    entry, exit_, held = np.full(len(frame), np.nan), np.full(len(frame), np.nan), np.zeros(len(frame), bool)
    phase = np.full(len(frame), "never", dtype=object)
    for spell in of.itertuples():
        # the trust that the code stood for on the day it entered: after the last merger before that
        entered = spell.entered.to_datetime64()
        mine = (code == spell.trust) & ~(merged > entered)
        if not mine.any():
            continue
        mine &= trust == max(trust[mine])
        inside, later = ("during", "after") if spell.spell == 1 else ("second spell", "after second")
        left = (spell.exited if pd.notna(spell.exited) else spell.last_day).to_datetime64()
        if spell.spell == 1:
            phase[mine] = "before"
            entry[mine] = period_of(spell.entered, *rule)
        if spell.spell == 1 and spell.ended_by == "exit":
            exit_[mine] = period_of(spell.exited, *rule)
        phase[mine & (at >= entered)] = inside
        held |= mine & (at >= entered) & (at < left)
        phase[mine & (at >= left)] = later if pd.notna(spell.exited) else None
    out = frame.assign(entry=entry, exit=exit_, phase=pd.array(phase, dtype="str"), in_force=held)
    return out.assign(since_entry=out["t"] - out["entry"], since_exit=out["t"] - out["exit"])


@lru_cache(maxsize=1024)
def period_of(date: pd.Timestamp, grain: str, exposure: str) -> int:
    """Return the ordinal of the first period that counts as begun after `date` by the rule of exposure."""
    freq = "Q" if grain == "quarter" else "Y"
    near = pd.Series(pd.period_range(pd.Period(date, freq=freq) - 1, periods=4, freq=freq))
    start, end = exposure_window(near, exposure)
    return near[(start if exposure == "survey" else end) >= date].iloc[0].ordinal


def _listed(rows: pd.DataFrame, reason: str) -> pd.DataFrame:
    grouped = rows.groupby("code")["period"].agg(["min", "count"]).reset_index()
    grouped.columns = ["trust", "from", "periods"]
    return grouped.assign(reason=reason)
