"""Times as whole numbers of consecutive periods: the one reading of them for panels, series and charts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods import arguments

MONTHS_IN_QUARTER, MONTHS_IN_YEAR, DAYS_IN_WEEK = 3, 12, 7
# dates written as one number, which jumps where a year ends: name, lowest, highest, what the year is multiplied by
WRITTEN = (
    ("yyyyq", 19001, 20994, 10),
    ("yyyymm, yyyyww or a financial year", 190001, 209999, 100),
    ("yyyymmdd", 19000101, 20991231, 10_000),
)
# the same without a century, and days of a year: what the year is multiplied by, the last number within one
SHORT = ((10, 4), (100, 53), (1000, 366), (10_000, 1231))
EXACT = 2**53  # whole numbers above it are not told apart as floats
ALLOWED = "Allowed: Periods, the first or the last days of periods, or whole numbers of consecutive periods"


@dataclass(frozen=True, slots=True)
class Calendar:
    """How the times of one table are counted: whole numbers as they are, or periods of one frequency.

    freq: of the periods; None for whole numbers. phase: remainder of the ordinals of a frequency with a
    multiple (quarters as 3M), so that neighbours are one apart. error: raised with what was found.
    """

    freq: pd.offsets.BaseOffset | None
    phase: int
    error: type[ValueError]

    def count(self, values: pd.Series | pd.Index, what: str) -> np.ndarray:
        """Return the whole number of each time as floats, nan where it is missing; a date counts as the period it is in."""
        index = pd.Index(values)
        if index.isna().all():
            return np.full(len(index), np.nan)
        if self.freq is None:
            if not _numeric(index):
                raise self.error(
                    f"{what} holds {_kind(index)}, the times are whole numbers. They must be of one kind."
                )
            return index.to_numpy(dtype=float, na_value=np.nan)
        if not isinstance(index, pd.PeriodIndex):
            index = _dates(index, what, self.error).to_period(self.freq)
        elif index.freq != self.freq:
            own = self.labels(np.zeros(1, int)).freqstr
            raise self.error(f"{what} is a {index.freqstr} period; the series holds {own} periods.")
        ordinals = np.where(index.isna(), np.nan, index.asi8.astype(float))
        return np.floor((ordinals - self.phase) / self.freq.n)

    def moment(self, value: Any, what: str) -> int:
        """Return the whole number of one time: a number, or a Period, date or text such as "2014-07"."""
        if self.freq is None:
            if isinstance(value, bool) or not _is_whole(value):
                raise self.error(
                    f"{what} {arguments.shown(value)}: the times are whole numbers, so it must be one."
                )
            return int(value)
        if isinstance(value, pd.Period):
            return int(self.count(pd.PeriodIndex([value]), f"{what} {value}")[0])
        try:
            period = pd.Period(value, freq=self.freq)
        except (ValueError, TypeError) as problem:
            raise self.error(
                f"{what} {arguments.shown(value)} cannot be read as a period. Allowed: a Period, a date, or text such as '2014-07'."
            ) from problem
        return int((period.ordinal - self.phase) // self.freq.n)

    def labels(self, numbers: np.ndarray, name: Any = None) -> pd.Index:
        """Return the times that the whole numbers stand for."""
        if self.freq is None:
            return pd.Index(numbers, name=name)
        ordinals = np.asarray(numbers) * self.freq.n + self.phase
        return pd.PeriodIndex.from_ordinals(ordinals, freq=self.freq, name=name)


def calendar(times: pd.Series | pd.Index, *, what: str, error: type[ValueError]) -> Calendar:
    """Read how a column or index of times is counted; `Calendar.count` then gives the numbers.

    Periods count by their frequency, multiples too. Dates must be the first, or the last, days of months
    (months, quarters or years then, by their distance) or else be days. Whole numbers must be consecutive:
    1, 2, 3, with gaps allowed; 201412, 201501 and numbers that are all 2 or more apart are refused.
    Raises `error` for a missing time, another kind, and periods that do not lie on one grid.
    """
    if not pd.api.types.is_list_like(times) or isinstance(times, dict | set) or np.ndim(times) != 1:
        raise error(f"{what} is {arguments.shown(times)}. {ALLOWED}.")
    index = pd.Index(times)
    if index.isna().any():
        raise error(f"{what} is blank in row {int(np.flatnonzero(index.isna())[0]) + 1}. {ALLOWED}.")
    if _numeric(index):
        _check_numbers(np.unique(index.to_numpy(dtype=float)), what, error)
        return Calendar(None, 0, error)
    if not isinstance(index, pd.PeriodIndex):
        index = _as_periods(_dates(index, what, error), what, error)
    if index.empty:
        return Calendar(index.freq, 0, error)
    left = index.asi8 % index.freq.n
    if (left != left[0]).any():
        odd = index[left != left[0]][0]
        raise error(f"{what} holds {odd} beside {index[0]}: periods of {index.freqstr} that overlap.")
    return Calendar(index.freq, int(left[0]), error)


def _numeric(index: pd.Index) -> bool:
    kind = pd.api.types
    return kind.is_numeric_dtype(index) and not kind.is_bool_dtype(index) and not kind.is_complex_dtype(index)


def _is_whole(value: Any) -> bool:
    try:
        return bool(float(value).is_integer()) and not isinstance(value, str)
    except (TypeError, ValueError):
        return False


def _kind(index: pd.Index) -> str:
    return f"{index.dtype} values, such as {arguments.shown(index[index.notna()][0])}"


def _check_numbers(values: np.ndarray, what: str, error: type[ValueError]) -> None:
    odd = values[~np.isfinite(values) | (values != np.floor(values)) | (np.abs(values) > EXACT)]
    if len(odd):
        raise error(f"{what} holds {odd[0]}, which is not a whole number below {EXACT:,}. {ALLOWED}.")
    steps = np.diff(values.astype(np.int64))
    if not (steps > 1).any():
        return
    before = int(values[:-1][steps > 1][0])
    told = (
        f"{what} holds {before} and then {before + int(steps[steps > 1][0])}, which look like dates written"
    )
    for form, lowest, highest, year in WRITTEN:
        years = values // year
        if lowest <= values[0] and values[-1] <= highest and years[0] < years[-1]:
            raise error(f"{told} {form}: such numbers jump where a year ends. {ALLOWED}.")
    if any(_within_years(values, steps, year, last) for year, last in SHORT):
        raise error(f"{told} as a year and a part of it: such numbers jump where a year ends. {ALLOWED}.")
    if len(steps) > 1 and steps.min() > 1:
        raise error(
            f"{what} holds {int(values[0])}, {int(values[1])}, {int(values[2])}: all {steps.min()} or more apart. {ALLOWED}."
        )


def _within_years(values: np.ndarray, steps: np.ndarray, year: int, last: int) -> bool:
    """Tell whether numbers run from 1 to `last` at most within years, and jump from one year to the next and nowhere else."""
    years, parts = values // year, values % year
    turns = np.diff(years)
    inside = bool(((parts >= 1) & (parts <= last)).all()) and values[0] >= max(year, 100)
    return inside and bool(((steps > 1) == (turns > 0)).all() and (turns <= 1).all())


def _dates(index: pd.Index, what: str, error: type[ValueError]) -> pd.DatetimeIndex:
    """Return dates as such; text is not read, as it may mean several things."""
    if isinstance(index, pd.DatetimeIndex):
        dates = index
    elif pd.api.types.infer_dtype(index, skipna=True) in ("date", "datetime", "datetime64", "empty"):
        dates = pd.DatetimeIndex(index)
    else:
        raise error(f"{what} holds {_kind(index)}. {ALLOWED}.")
    return dates.tz_localize(None)


def _as_periods(dates: pd.DatetimeIndex, what: str, error: type[ValueError]) -> pd.PeriodIndex:
    """Return dates as the periods whose first, or last, days they are."""
    if (dates != dates.normalize()).any():
        raise error(f"{what} holds {dates[dates != dates.normalize()][0]}, a time of day. {ALLOWED}.")
    last = bool(dates.is_month_end.all())
    if not (last or dates.is_month_start.all()):
        days = dates.to_period("D")
        if (apart := _apart(days)) and apart % DAYS_IN_WEEK == 0:
            return dates.to_period(f"{DAYS_IN_WEEK}D")
        every = pd.PeriodIndex(sorted(set(days)), freq="D")
        if len(every) > 2 and (near := int(np.diff(every.asi8).min())) > 1:
            raise error(
                f"{what} holds {every[0]}, {every[1]}, {every[2]}: all {near} days or more apart. {ALLOWED}."
            )
        return days
    months = dates.to_period("M")
    apart = _apart(months)
    for freq, length in (("Y", MONTHS_IN_YEAR), ("Q", MONTHS_IN_QUARTER)):
        if apart and apart % length == 0:
            whole = bool(((months.month - (0 if last else 1)) % length == 0).all())
            return months.asfreq(freq) if whole else dates.to_period(f"{length}M")
    return months


def _apart(periods: pd.PeriodIndex) -> int:
    """Return the greatest common distance of the periods, 0 when there is one only."""
    return int(np.gcd.reduce(np.diff(np.unique(periods.asi8)))) if len(periods.unique()) > 1 else 0
