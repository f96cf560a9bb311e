"""Interrupted time series of a single trust: level and slope at entry and exit, the comparator taken out.

One trust is a description, not evidence of effect: entry followed bad periods, and the line before entry is
extended beyond what was seen. Methods: Wagner and others 2002; Lopez Bernal and others 2017 (with
correction).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.its.ar1 import ITSError, Likelihood, Regression, gls_ar1, newey_west, ols
from analysis.methods.its.breaks import design_of, harmonics, moment, series_of

MIN_POINTS = 12  # a segment with fewer values has no line of its own
HORIZONS = (0, 6, 12)  # periods after a break at which the level is compared


@dataclass(frozen=True, slots=True)
class Segmented:
    """Level and slope changes of one series at entry and exit; no numbers at all if `estimable` is False.

    estimable, reason: whether every segment is long enough, and if not which is short.
    fits: by name "gls" (the estimate to quote), "newey_west" and "ols" (both beside it, never alone).
    levels: one row a `break` ("entry", "exit") and `horizon` (periods since); `estimate`, `se`, `lower`,
        `upper` of the difference between the fitted line and the counterfactual from the GLS: for entry the
        line before entry goes on (so beyond exit it holds both changes), for exit the line before exit does.
        Horizons that were not observed are left out.
    segments: values in each segment. compared: the series is trust minus comparator.
    """

    estimable: bool
    reason: str
    fits: dict[str, Regression]
    levels: pd.DataFrame
    segments: dict[str, int]
    compared: bool
    unit: str

    @property
    def coefficients(self) -> pd.DataFrame:
        """Tidy table of all fits: `method`, `term`, `estimate`, `se`, `lower`, `upper`."""
        parts = [fit.coefficients.reset_index().assign(method=fit.method) for fit in self.fits.values()]
        columns = ["method", "term", "estimate", "se", "lower", "upper"]
        return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def segmented(
    series: pd.Series | pd.DataFrame,
    *,
    entry: Any,
    exit: Any = None,
    comparator: pd.Series | pd.DataFrame | None = None,
    outcome: str = "value",
    time: str = "t",
    unit: str = "",
    min_points: int = MIN_POINTS,
    seasonal: int = 0,
    cycle: int | None = None,
    lags: int | None = None,
    likelihood: Likelihood = "reml",
    horizons: Sequence[int] = HORIZONS,
    count_from: Literal[0, 1] = 0,
    level: float = 0.95,
) -> Segmented:
    """Fit a line before entry, from entry and (if given) from exit to one series, by GLS-AR(1).

    series: values by time, in any order; or a frame with columns `time` and `outcome`. Times are Periods, the
        first or last days of periods, or whole numbers of consecutive periods. A period that is absent or NaN
        is missing: left out of the fit, its time still counts. End the series before a second spell.
    entry, exit: first period in the regime and first period out of it; a whole number where the times are,
        else a Period, date or text such as "2014-07". exit None = the trust did not leave.
    comparator: same kind as `series`, joined on time and subtracted; a period counts where both have a value.
        It should hold no trust that entered.
    Terms: `intercept`, `time` (1 in the first period), `level_entry`, `slope_entry`, `level_exit`,
        `slope_exit` and 2 x `seasonal` harmonics of `cycle` periods a year (None: by the times, 12 for
        whole numbers), as `sin1`, `cos1`, ... of the place in the year. A slope term is `count_from` in the
        first period after its break and grows by 1 a period: with 0 the level change is that of the first
        period, with 1 (as in Lopez Bernal and others) that of the period before it. Slopes are per period.
    lags: of Newey-West; None = see `newey_west`. horizons: periods after a break (whole numbers from 0).

    A segment with fewer than `min_points` values makes the result not estimable. Raises ITSError for
    duplicated or unreadable times, values that are text or infinite, an exit not after entry, no value at
    all, horizons or `seasonal` that are not whole numbers of 0 or more, and what `gls_ar1` refuses.
    """
    horizons = arguments.several(horizons, "horizons", error=ITSError)
    for horizon in horizons:
        arguments.whole(horizon, "horizons", error=ITSError)
    arguments.whole(min_points, "min_points", error=ITSError)
    data, counted = series_of(series, outcome, time, what="series")
    if comparator is not None:
        other, alike = series_of(comparator, outcome, time, what="comparator")
        if alike != counted:
            found = [one.labels(data.index[:1]).dtype for one in (alike, counted)]
            raise ITSError(f"the times of the comparator are {found[0]}, those of the series {found[1]}.")
        data = data - other
    start, stop = moment(entry, counted, "entry"), moment(exit, counted, "exit")
    if start is None:
        raise ITSError("entry is missing: the first period in the regime is needed.")
    if stop is not None and stop <= start:
        raise ITSError(f"exit {exit} is not after entry {entry}.")
    data = data.dropna()
    if data.empty:
        raise ITSError("the series has no value (in a period in which the comparator has one too).")
    at = data.index.to_numpy()
    segments = {"before entry": int((at < start).sum())}
    segments["after entry"] = int(((at >= start) & (at < (np.inf if stop is None else stop))).sum())
    if stop is not None:
        segments["after exit"] = int((at >= stop).sum())
    short = [f"{name} {size}" for name, size in segments.items() if size < min_points]
    if short:
        reason = f"a segment needs {min_points} periods with a value; found {', '.join(short)}."
        return Segmented(False, reason, {}, _levels_frame([]), segments, comparator is not None, unit)
    design = design_of(at, {"entry": start, "exit": stop}, count_from)
    design = design.assign(**harmonics(counted, at, seasonal, cycle))
    y = data.to_numpy(float)
    fits = {
        "gls": gls_ar1(y, design, time=at, likelihood=likelihood, level=level),
        "newey_west": newey_west(y, design, time=at, lags=lags, level=level),
        "ols": ols(y, design, level=level),
    }
    levels = _levels(fits["gls"], start, stop, int(at.max()), horizons, count_from)
    return Segmented(True, "", fits, levels, segments, comparator is not None, unit)


def _levels(
    fit: Regression, start: int, stop: int | None, last: int, horizons: Sequence[int], count_from: int
) -> pd.DataFrame:
    """Return the differences from the counterfactual lines at the observed horizons."""
    terms = list(fit.coefficients.index)
    rows = []
    for name, first in (("entry", start), ("exit", stop)):
        for horizon in horizons:
            if first is None or first + horizon > last:
                continue
            weights = np.zeros(len(terms))
            for other, when in (("entry", start), ("exit", stop)):
                later = when is not None and when >= first and first + horizon >= when
                if later and when is not None:
                    weights[terms.index(f"level_{other}")] = 1.0
                    weights[terms.index(f"slope_{other}")] = first + horizon - when + count_from
            rows.append((name, int(horizon), *fit.contrast(weights)))
    return _levels_frame(rows)


def _levels_frame(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["break", "horizon", "estimate", "se", "lower", "upper"])
