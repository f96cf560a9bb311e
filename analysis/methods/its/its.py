"""Interrupted time series of a single trust: level and slope at entry and exit, the comparator taken out.

One trust is a description, not evidence of effect: entry followed bad periods, and the line before entry is
extended beyond what was seen. Methods: Wagner and others 2002; Lopez Bernal and others 2017 (with
correction).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats

from analysis.methods.its.ar1 import (
    ITSError,
    Likelihood,
    Regression,
    checked,
    gls_ar1,
    newey_west,
    ols,
    whole,
)
from analysis.methods.its.breaks import design_of, harmonics, moment, ordinals, series_of

MIN_POINTS = 12  # a segment with fewer values has no line of its own
HORIZONS = (0, 6, 12)  # periods after a break at which the level is compared
NO_COUNT = 1e-8  # a fitted count below this is 0: its logarithm has no end


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

    def sentence(self) -> str:
        """The changes in level and slope with intervals, or why there are none."""
        if not self.estimable:
            return f"Not estimable: {self.reason}"
        fit = self.fits["gls"]
        against = "the comparator taken out" if self.compared else "no comparator taken out"
        parts = []
        for name in [name for name in ("entry", "exit") if f"level_{name}" in fit.coefficients.index]:
            level, slope = fit.coefficients.loc[f"level_{name}"], fit.coefficients.loc[f"slope_{name}"]
            parts.append(
                f"at {name} the level changed by {level.estimate:+.3g} {self.unit} ({fit.level:.0%} interval "
                f"{level.lower:+.3g} to {level.upper:+.3g}) and the slope by {slope.estimate:+.3g} a period "
                f"({slope.lower:+.3g} to {slope.upper:+.3g})"
            )
        memory = f"{fit.phi:.2f} ({fit.phi_lower:.2f} to {fit.phi_upper:.2f})"
        return (
            f"With {against}, {'; '.join(parts)}. {fit.n} periods, {fit.method}; neighbouring periods "
            f"correlate at {memory}. One trust alone cannot show why it changed."
        )


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

    series: values indexed by whole numbers or a PeriodIndex, in any order; or a frame with columns `time`
        (whole numbers or Period) and `outcome`. A period that is absent or NaN is missing: left out of the
        fit, its time still counts. End the series before a second spell.
    entry, exit: first period in the regime and first period out of it; the same kind as the index (text such
        as "2014-07" is read as a period). exit None = the trust did not leave.
    comparator: same kind as `series`, joined on time and subtracted; a period counts where both have a value.
        It should hold no trust that entered.
    Terms: `intercept`, `time` (1 in the first period), `level_entry`, `slope_entry`, `level_exit`,
        `slope_exit` and 2 x `seasonal` harmonics of `cycle` periods a year (None: by the PeriodIndex, 12 for
        whole numbers), as `sin1`, `cos1`, ... of the place in the year. A slope term is `count_from` in the
        first period after its break and grows by 1 a period: with 0 the level change is that of the first
        period, with 1 (as in Lopez Bernal and others) that of the period before it. Slopes are per period.
    lags: of Newey-West; None = see `newey_west`. horizons: periods after a break (whole numbers from 0).

    A segment with fewer than `min_points` values makes the result not estimable. Raises ITSError for
    duplicated or unreadable times, values that are text or infinite, an exit not after entry, no value at
    all, horizons or `seasonal` that are not whole numbers of 0 or more, and what `gls_ar1` refuses.
    """
    for horizon in horizons:
        whole("horizons", horizon)
    data = series_of(series, outcome, time)
    if comparator is not None:
        data = data - series_of(comparator, outcome, time)
    start, stop = moment(entry, data.index, "entry"), moment(exit, data.index, "exit")
    if start is None:
        raise ITSError("entry is missing: the first period in the regime is needed.")
    if stop is not None and stop <= start:
        raise ITSError(f"exit {exit} is not after entry {entry}.")
    data = data.dropna()
    if data.empty:
        raise ITSError("the series has no value (in a period in which the comparator has one too).")
    at = ordinals(data.index)
    segments = {"before entry": int((at < start).sum())}
    segments["after entry"] = int(((at >= start) & (at < (np.inf if stop is None else stop))).sum())
    if stop is not None:
        segments["after exit"] = int((at >= stop).sum())
    short = [f"{name} {size}" for name, size in segments.items() if size < min_points]
    if short:
        reason = f"a segment needs {min_points} periods with a value; found {', '.join(short)}."
        return Segmented(False, reason, {}, _levels_frame([]), segments, comparator is not None, unit)
    design = design_of(data.index, at, {"entry": start, "exit": stop}, count_from)
    design = design.assign(**harmonics(data.index, at, seasonal, cycle))
    y = data.to_numpy(float)
    fits = {
        "gls": gls_ar1(y, design, time=at, likelihood=likelihood, level=level),
        "newey_west": newey_west(y, design, time=at, lags=lags, level=level),
        "ols": ols(y, design, level=level),
    }
    levels = _levels(fits["gls"], start, stop, int(at.max()), horizons, count_from)
    return Segmented(True, "", fits, levels, segments, comparator is not None, unit)


@dataclass(frozen=True, slots=True)
class Counts:
    """Quasi-Poisson segmented regression of one series of counts.

    coefficients: one row a term on the log scale; `estimate`, `se`, `lower`, `upper` (normal limits), and
        `ratio`, `ratio_lower`, `ratio_upper`, their exponentials.
    dispersion: Pearson chi-square over n - k (1 when it was fixed). covariance: of the estimates.
    """

    coefficients: pd.DataFrame
    covariance: np.ndarray
    dispersion: float
    n: int
    level: float

    def sentence(self) -> str:
        """The rate ratios at the breaks with intervals."""
        rows = self.coefficients[self.coefficients.index.str.startswith(("level_", "slope_"))].itertuples()
        words = {"level": "rate ratio", "slope": "rate ratio a period of the change in slope"}
        parts = [
            f"{words[row.Index.split('_')[0]]} at {row.Index.split('_')[1]} {row.ratio:.3f} "
            f"({self.level:.0%} interval {row.ratio_lower:.3f} to {row.ratio_upper:.3f})"
            for row in rows
        ]
        return f"{'; '.join(parts).capitalize()}; {self.n} periods, dispersion {self.dispersion:.2f}."


def segmented_counts(
    frame: pd.DataFrame,
    *,
    count: str,
    exposure: str | None,
    entry: Any,
    exit: Any = None,
    time: str = "t",
    slope: bool = True,
    seasonal: int = 2,
    cycle: int | None = None,
    count_from: Literal[0, 1] = 0,
    overdispersed: bool = True,
    min_points: int = MIN_POINTS,
    level: float = 0.95,
) -> Counts:
    """Fit counts with a denominator: log rate linear in time, level (and slope) change at entry and exit.

    frame: one row a period, columns `time` (whole numbers or Period), `count` (0 or more) and `exposure`
        (denominator, above 0; None = equal exposure). Rows with a missing count or exposure are left out.
    slope: False leaves the slope terms out. overdispersed: quasi-Poisson (dispersion from Pearson's
        chi-square); False = Poisson. Other arguments, terms and their coding as `segmented`.
    Method: Lopez Bernal, Cummins, Gasparrini 2017, IJE 46:348-55, with its correction.

    Raises ITSError for negative counts, exposures of 0 or less, a segment of fewer than `min_points` rows or
    without a single count (its rate has no logarithm), counts that the design fits without residuals,
    unreadable or duplicated times, and what `gls_ar1` refuses of a design.
    """
    data = series_of(frame, count, time).to_frame("count")
    data["exposure"] = 1.0 if exposure is None else series_of(frame, exposure, time)
    data = data.dropna()
    if (data["count"] < 0).any() or (data["exposure"] <= 0).any():
        bad = data[(data["count"] < 0) | (data["exposure"] <= 0)].index[0]
        raise ITSError(f"period {bad}: counts must be 0 or more and exposures above 0.")
    at = ordinals(data.index)
    start, stop = moment(entry, data.index, "entry"), moment(exit, data.index, "exit")
    if start is None or (stop is not None and stop <= start):
        raise ITSError(f"entry {entry}, exit {exit}: entry is needed, and exit must be after it.")
    edges = [start] if stop is None else [start, stop]
    sizes = np.bincount(np.searchsorted(edges, at, side="right"), minlength=len(edges) + 1)
    if sizes.min() < min_points:
        raise ITSError(f"segments hold {sizes.tolist()} periods; each needs {min_points}.")
    totals = np.bincount(np.searchsorted(edges, at, side="right"), data["count"], minlength=len(edges) + 1)
    if totals.min() == 0:
        raise ITSError(f"segments hold counts of {totals.tolist()}; a rate of 0 has no logarithm.")
    design = design_of(data.index, at, {"entry": start, "exit": stop}, count_from)
    if not slope:
        design = design.loc[:, ~design.columns.str.startswith("slope_")]
    design = design.assign(**harmonics(data.index, at, seasonal, cycle))
    checked(data["count"].to_numpy(), design, at, level=level)
    fit = _poisson(data, design, overdispersed)
    half = stats.norm.ppf(0.5 + level / 2) * fit.bse
    table = pd.DataFrame(
        {"estimate": fit.params, "se": fit.bse, "lower": fit.params - half, "upper": fit.params + half}
    )
    for source, name in {"estimate": "ratio", "lower": "ratio_lower", "upper": "ratio_upper"}.items():
        table[name] = np.exp(table[source])
    return Counts(table.rename_axis("term"), np.asarray(fit.cov_params()), float(fit.scale), len(data), level)


def _poisson(data: pd.DataFrame, design: pd.DataFrame, overdispersed: bool) -> Any:
    """Fit the counts by quasi-Poisson (or Poisson) regression, or refuse."""
    model = sm.GLM(data["count"], design, family=sm.families.Poisson(), offset=np.log(data["exposure"]))
    try:
        with np.errstate(divide="ignore", invalid="ignore"):
            fit = model.fit(scale="X2" if overdispersed else 1.0, tol=1e-12, maxiter=200)
    except ValueError as error:  # the dispersion of an exact fit is 0
        raise ITSError("the design fits the counts without residuals: dispersion is not defined.") from error
    if not np.isfinite(fit.bse).all() or fit.fittedvalues.min() < NO_COUNT:
        raise ITSError("the fitted rate runs off to 0 in some period, where no line can be drawn.")
    return fit


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
