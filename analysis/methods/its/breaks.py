"""The door to the interrupted time series: values in order of time, breaks as periods, terms as columns."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods.its.ar1 import ITSError, whole

MONTHS = 12
CYCLES = {"M": MONTHS, "Q": 4, "Y": 1}


def series_of(data: pd.Series | pd.DataFrame, outcome: str, time: str) -> pd.Series:
    """Return the values in order of time, one a period."""
    if isinstance(data, pd.DataFrame):
        absent = [name for name in (outcome, time) if name not in data.columns]
        if absent:
            raise ITSError(f"columns {absent} are not there. Found: {list(data.columns)}.")
        data = data.set_index(time)[outcome]
    index = data.index
    whole = pd.api.types.is_numeric_dtype(index) and (np.asarray(index, float) % 1 == 0).all()
    if not (isinstance(index, pd.PeriodIndex) or whole):
        raise ITSError(f"times of type {index.dtype}. Allowed: whole numbers or a PeriodIndex.")
    if index.hasnans or index.has_duplicates:
        raise ITSError("a time is missing or appears twice; one row a period is needed.")
    if not pd.api.types.is_numeric_dtype(data) or pd.api.types.is_complex_dtype(data):
        raise ITSError(
            f"column {outcome!r} holds {data.dtype} values. Allowed: numbers, blank where missing."
        )
    series = data.astype(float).sort_index()
    if np.isinf(series).any():
        raise ITSError(f"column {outcome!r} is infinite in {series.index[np.isinf(series)][0]}.")
    return series


def ordinals(index: pd.Index) -> np.ndarray:
    """Whole numbers of the periods."""
    return np.asarray(index.asi8 if isinstance(index, pd.PeriodIndex) else index, int)


def moment(value: Any, index: pd.Index, name: str) -> int | None:
    """Return a break as the ordinal of its period; None stays None."""
    if value is None or pd.isna(value):
        return None
    if not isinstance(index, pd.PeriodIndex):
        if isinstance(value, (str, pd.Period)) or value % 1:
            raise ITSError(f"{name} {value!r}: the series is indexed by whole numbers, so it must be one.")
        return int(value)
    try:
        period = pd.Period(value, freq=index.freq)
    except ValueError as error:
        raise ITSError(f"{name} {value!r} is not a period such as {index[0]}.") from error
    if isinstance(value, pd.Period) and value.freq != index.freq:
        raise ITSError(f"{name} {value} has frequency {value.freqstr}, the series {index.freqstr}.")
    return int(period.ordinal)


def design_of(
    index: pd.Index, at: np.ndarray, breaks: dict[str, int | None], count_from: int
) -> pd.DataFrame:
    """Intercept, time (1 in the first period) and level and slope terms of each break, by column."""
    if count_from not in (0, 1):
        raise ITSError(f"count_from {count_from!r}. Allowed: 0 or 1.")
    columns: dict[Hashable, np.ndarray] = {"intercept": np.ones(len(at)), "time": at - at.min() + 1.0}
    for name, first in breaks.items():
        if first is not None:
            after = at >= first
            columns[f"level_{name}"] = after.astype(float)
            columns[f"slope_{name}"] = np.where(after, at - first + count_from, 0.0)
    return pd.DataFrame(columns, index=index)


def harmonics(index: pd.Index, at: np.ndarray, pairs: int, cycle: int | None) -> dict[str, np.ndarray]:
    """Return sine and cosine of the place in the year; the last pair of an even cycle has no sine."""
    whole("seasonal", pairs)
    period_index = isinstance(index, pd.PeriodIndex)
    length = cycle or (CYCLES.get(index.freqstr[0], MONTHS) if period_index else MONTHS)
    if not 0 <= 2 * pairs <= length:
        raise ITSError(f"{pairs} harmonics in a cycle of {length}. Allowed: 0 to {length // 2}.")
    place = at
    if period_index and cycle in (None, CYCLES.get(index.freqstr[0])):
        place = np.asarray(index.month if length == MONTHS else index.quarter if length == 4 else at)
    terms = {}
    for k in range(1, pairs + 1):
        angle = 2 * np.pi * k * place / length
        if 2 * k != length:
            terms[f"sin{k}"] = np.sin(angle)
        terms[f"cos{k}"] = np.cos(angle)
    return terms
