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
TYPES = {
    "numerator": "float64",
    "denominator": "float64",
    "value": "float64",
    "state": "object",
    "note": "object",
}
CELLS = ["code", "period", *TYPES]


class TrustError(ValueError):
    """A trust or period that the tables do not hold; says what was found and what is allowed."""


@lru_cache(maxsize=64)
def entry_of(name: str) -> Indicator:
    """Return an indicator, as `regime.indicator`, read once."""
    return regime.indicator(name)


@lru_cache(maxsize=1024)
def name_of(code: str) -> str:
    """Return the name of a trust."""
    return str(shared_trusts().loc[code, "name"])


@lru_cache(maxsize=1024)
def type_of(code: str) -> str:
    """Return the type of a trust."""
    return str(shared_trusts().loc[code, "type"])


@lru_cache(maxsize=64)
def shared_cells(name: str) -> pd.DataFrame:
    """Return what `cells` returns, one frame for all who ask: read it, never change it."""
    about = entry_of(name)
    frame = published.figures(about)
    frame = frame[frame["code"].isin(shared_trusts().index)]
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
def _by_trust(name: str) -> dict[str, dict[str, np.ndarray]]:
    """Return the figures of each trust that has one, in order of period: `at` (its ordinal), the CELLS after `period`."""
    frame = shared_cells(name)
    parts = {"at": pd.PeriodIndex(frame["period"]).asi8}
    parts |= {part: frame[part].to_numpy(dtype=kind) for part, kind in TYPES.items()}
    codes, starts = np.unique(frame["code"].to_numpy(dtype=object), return_index=True)
    held = np.logical_or.reduceat(~np.isnan(parts["value"]), starts)
    spans = zip(codes.tolist(), starts, [*starts[1:], len(frame)], held, strict=True)
    return {
        code: {part: all_of[start:stop] for part, all_of in parts.items()}
        for code, start, stop, some in spans
        if some
    }


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
def shared_trusts() -> pd.DataFrame:
    """Return what `trusts` returns, one frame for all who ask: read it, never change it."""
    frame = data.load("organisations").set_index("org_code").sort_index()
    columns = ["name", "type", "region", "opened", "closed", "successor"]
    return frame[columns].rename_axis("code")


def trusts() -> pd.DataFrame:
    """Return the English NHS trusts of the tables, by code: `name`, `type`, `region`, `opened`, `closed`, `successor`.

    Other providers in the releases (independent hospitals, walk-in centres) are not trusts and not here.
    """
    return shared_trusts().copy()


def check_trust(code: str) -> str:
    """Return a trust's code in capitals; raise TrustError when no table of trusts has it."""
    known = shared_trusts().index
    if code.strip().upper() not in known:
        allowed = f"one of {len(known)} codes such as {known[0]} or {known[-1]}; lookup.trusts() lists them"
        raise TrustError(f"no trust has the code {code!r}. Allowed: {allowed}.")
    return code.strip().upper()


def one(code: str, name: str) -> tuple[pd.PeriodIndex, dict[str, np.ndarray]]:
    """Return the figures of one trust without gaps: the periods, and the CELLS after `period`. Read them, never change them.

    code: as `check_trust` returns it. From its first value to its last value or flagged period; a period without a row
    is missing. Empty when the trust has no value. Raises DataError for an unknown indicator.
    """
    mine, freq = _by_trust(name).get(code), shared_cells(name)["period"].dtype.freq
    if mine is None:
        return _periods(0, 0, freq), {part: np.empty(0, dtype=kind) for part, kind in TYPES.items()}
    held = ~np.isnan(mine["value"])
    first, last = np.flatnonzero(held)[0], np.flatnonzero(held | pd.notna(mine["note"]))[-1]
    seen = {part: all_of[first : last + 1] for part, all_of in mine.items()}
    place = seen.pop("at") - mine["at"][first]
    if len(place) < place[-1] + 1:  # a gap
        seen = {
            part: _spread(found, place, MISSING if part == "state" else np.nan)
            for part, found in seen.items()
        }
    return _periods(int(mine["at"][first]), int(place[-1]) + 1, freq), seen


@lru_cache(maxsize=4096)
def _periods(first: int, length: int, freq: pd.offsets.BaseOffset) -> pd.PeriodIndex:
    return pd.PeriodIndex.from_ordinals(np.arange(first, first + length), freq=freq, name="period")


def _spread(found: np.ndarray, place: np.ndarray, rest: object) -> np.ndarray:
    """Return values at their places, and `rest` in the gaps between them."""
    out = np.full(int(place[-1]) + 1, rest, dtype=found.dtype)
    out[place] = found
    return out


def _states(frame: pd.DataFrame) -> pd.Series:
    state = pd.Series(FULL, index=frame.index)
    state[frame["value"].isna()] = MISSING
    hidden = frame["note"].astype("str").str.startswith(SUPPRESSED)
    state[frame["value"].isna() & hidden] = SUPPRESSED
    state[frame["denominator"] == 0] = NOTHING
    return state
