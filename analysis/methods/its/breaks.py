"""The door to the interrupted time series: values in order of time, breaks as periods, terms as columns."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.its.ar1 import ITSError
from analysis.methods.periods import Calendar, calendar

MONTHS = 12
MONTHS_OF = {"M": 1, "Q": 3, "Y": MONTHS}


def series_of(
    data: pd.Series | pd.DataFrame, outcome: str, time: str, *, what: str
) -> tuple[pd.Series, Calendar]:
    """Return the values in order of time, one a whole number, and how the times are counted."""
    if not isinstance(data, pd.Series | pd.DataFrame):
        raise ITSError(f"{what} is a {type(data).__name__}. Allowed: a pandas Series or DataFrame.")
    if isinstance(data, pd.DataFrame):
        arguments.columns(data, (outcome, time), error=ITSError, what=what)
        data = data.set_index(time)[outcome]
    where = f"{what}, times"
    counted = calendar(data.index, what=where, error=ITSError)
    kind = pd.api.types
    if not kind.is_numeric_dtype(data) or kind.is_complex_dtype(data):
        raise ITSError(
            f"{what}, column {arguments.shown(outcome)} holds {data.dtype} values. Allowed: numbers, blank where missing."
        )
    values = data.to_numpy(dtype=float, na_value=np.nan)
    numbers = pd.Index(counted.count(data.index, where).astype(int))
    if numbers.has_duplicates:
        raise ITSError(
            f"{where}: {data.index[numbers.duplicated()][0]} appears twice. Allowed: one row a period."
        )
    if np.isinf(values).any():
        raise ITSError(
            f"{what}, column {arguments.shown(outcome)} is infinite in {data.index[np.isinf(values)][0]}."
        )
    return pd.Series(values, numbers).sort_index(), counted


def moment(value: Any, counted: Calendar, name: str) -> int | None:
    """Return a break as the whole number of its period; None stays None."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    return counted.moment(value, name)


def design_of(at: np.ndarray, breaks: dict[str, int | None], count_from: int) -> pd.DataFrame:
    """Intercept, time (1 in the first period) and level and slope terms of each break, by column."""
    arguments.choice(count_from, "count_from", (0, 1), error=ITSError)
    columns: dict[Hashable, np.ndarray] = {"intercept": np.ones(len(at)), "time": at - at.min() + 1.0}
    for name, first in breaks.items():
        if first is not None:
            after = at >= first
            columns[f"level_{name}"] = after.astype(float)
            columns[f"slope_{name}"] = np.where(after, at - first + count_from, 0.0)
    return pd.DataFrame(columns, index=at)


def harmonics(counted: Calendar, at: np.ndarray, pairs: int, cycle: int | None) -> dict[str, np.ndarray]:
    """Return sine and cosine of the place in the year; the last pair of an even cycle has no sine."""
    arguments.whole(pairs, "seasonal", error=ITSError)
    if cycle is not None:
        arguments.whole(cycle, "cycle", error=ITSError, least=1)
    own = MONTHS if counted.freq is None else _cycle(counted.freq)
    length = cycle or own or MONTHS
    if not 0 <= 2 * pairs <= length:
        raise ITSError(f"{pairs} harmonics in a cycle of {length}. Allowed: 0 to {length // 2}.")
    place = at
    if counted.freq is not None and length == own > 1:
        place = (np.asarray(counted.labels(at).month) - 1) // (MONTHS // length) + 1
    terms = {}
    for k in range(1, pairs + 1):
        angle = 2 * np.pi * k * place / length
        if 2 * k != length:
            terms[f"sin{k}"] = np.sin(angle)
        terms[f"cos{k}"] = np.cos(angle)
    return terms


def _cycle(freq: pd.offsets.BaseOffset) -> int:
    """Return how many periods of a frequency make a year; 0 where they do not divide it into months."""
    months = freq.n * MONTHS_OF.get(freq.freqstr.lstrip("0123456789")[0], 0)
    return MONTHS // months if months and MONTHS % months == 0 else 0
