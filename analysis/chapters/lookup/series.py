"""Figures of one trust as published: every period with its counts, value, and why a value is absent."""

from functools import lru_cache

import numpy as np
import pandas as pd

from analysis import data
from analysis.study import published, regime
from analysis.study.indicators import Indicator

FULL, MISSING, SUPPRESSED, NOTHING = "value", "missing", "suppressed", "nothing counted"
STATES = {
    MISSING: "no figure published",
    SUPPRESSED: "suppressed by the publisher",
    NOTHING: "nothing was counted, so there is no share of it",
}
CELLS = ["code", "period", "numerator", "denominator", "value", "state", "note"]


class TrustError(ValueError):
    """A trust or period that the tables do not hold; says what was found and what is allowed."""


@lru_cache(maxsize=64)
def entry_of(name: str) -> Indicator:
    """Return an indicator, as `regime.indicator`, read once."""
    return regime.indicator(name)


@lru_cache(maxsize=1024)
def name_of(code: str) -> str:
    """Return the name of a trust."""
    return str(_trusts().loc[code, "name"])


@lru_cache(maxsize=64)
def shared_cells(name: str) -> pd.DataFrame:
    """Return what `cells` returns, one frame for all who ask: read it, never change it."""
    about = entry_of(name)
    frame = published.figures(about)
    frame = frame[frame["code"].isin(_trusts().index)]
    grouped = frame.groupby(["code", "period"], sort=True)
    out = grouped[["numerator", "denominator"]].sum(min_count=1)
    out["note"] = grouped["note"].first().astype("object")
    share = out["numerator"] / out["denominator"].where(out["denominator"] > 0)
    out["value"] = about.scale * (1 - share if about.complement else share)
    out["state"] = _states(out)
    if not about.denominator:
        out[["numerator", "denominator"]] = float("nan")
    return out.reset_index()[CELLS]


@lru_cache(maxsize=64)
def _by_trust(name: str) -> dict[str, pd.DataFrame]:
    frame = shared_cells(name)
    frame = frame[frame["code"].isin(frame.loc[frame["value"].notna(), "code"])]
    grouped = frame.set_index("period").groupby("code")
    return {str(code): rows.drop(columns="code") for code, rows in grouped}


def has(name: str, code: str) -> bool:
    """Tell whether an indicator has a figure of a trust."""
    return code in _by_trust(name)


def cells(name: str) -> pd.DataFrame:
    """Return an indicator as published: one row a trust and period that its table holds, in that order.

    name: an indicator of the catalogue. Columns CELLS: `code`; `period` (month, quarter or year at the grain
    of the publication; a winter by the year it starts in, its months summed); `numerator`, `denominator`
    (missing for a figure published without counts); `value` in the indicator's unit, sums over sums;
    `state`: "value", or why there is none (keys of STATES; zero is a value); `note` of the publisher's or our
    own flag on the period, or missing.
    Raises DataError for an unknown indicator.
    """
    return shared_cells(name).copy()


@lru_cache(maxsize=1)
def _trusts() -> pd.DataFrame:
    frame = data.load("organisations").set_index("org_code").sort_index()
    columns = ["name", "type", "region", "opened", "closed", "successor"]
    return frame[columns].rename_axis("code")


def trusts() -> pd.DataFrame:
    """Return the English NHS trusts of the tables, by code: `name`, `type`, `region`, `opened`, `closed`, `successor`.

    Other providers in the releases (independent hospitals, walk-in centres) are not trusts and not here.
    """
    return _trusts().copy()


def check_trust(code: str) -> str:
    """Return a trust's code in capitals; raise TrustError when no table of trusts has it."""
    known = _trusts().index
    if code.strip().upper() not in known:
        allowed = f"one of {len(known)} codes such as {known[0]} or {known[-1]}; lookup.trusts() lists them"
        raise TrustError(f"no trust has the code {code!r}. Allowed: {allowed}.")
    return code.strip().upper()


def one(code: str, name: str) -> pd.DataFrame:
    """Return the figures of one trust without gaps, index `period`: the CELLS but `code`.

    From its first value to its last value or flagged period; a period without a row is missing. Empty when
    the trust has no value. Raises TrustError for an unknown code, DataError for an unknown indicator.
    """
    mine = _by_trust(name).get(check_trust(code))
    if mine is None:
        return shared_cells(name).set_index("period").drop(columns="code").iloc[:0]
    held = mine["value"].notna().to_numpy()
    first, last = np.flatnonzero(held)[0], np.flatnonzero(held | mine["note"].notna().to_numpy())[-1]
    every = pd.period_range(mine.index[first], mine.index[last], freq=mine.index.freq, name="period")
    if len(every) == last - first + 1:  # no gap
        return mine.iloc[first : last + 1].set_axis(every)
    out = mine.reindex(every)
    out["state"] = out["state"].fillna(MISSING)
    return out


def _states(frame: pd.DataFrame) -> pd.Series:
    state = pd.Series(FULL, index=frame.index)
    state[frame["value"].isna()] = MISSING
    hidden = frame["note"].astype("str").str.startswith(SUPPRESSED)
    state[frame["value"].isna() & hidden] = SUPPRESSED
    state[frame["denominator"] == 0] = NOTHING
    return state
