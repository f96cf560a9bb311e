"""Periods, segments, baselines, limits and signals for the charts of `analysis.methods.spc.spc`.

Method: NHS England, Making Data Count; screening of moving ranges after Nelson 1982; Laney 2002 for sigma z.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.periods import calendar

Array = np.ndarray

SIGNALS = ("outside limits", "trend of 7 points", "2 of 3 beyond 2 sigma", "7 points one side")
XMR_LIMIT = 2.66  # 3 / d2, with d2 = 1.128 for moving ranges of two points
D2 = 1.128
SCREEN_LIMIT = 3.267  # moving ranges this many times their mean, or more, are screened out
RUN = 7  # points in a trend or on one side
MIN_POINTS = 3  # fewer than this and there are no limits
MIN_RANGES = 2  # moving ranges, likewise
TIE = 1e-9  # differences below this share of the limits' half-width are rounding, not signal
DRAWS = 1000  # simulated series behind an expected number of false signals
NO_VARIATION = 1e-12  # an average moving range below this share of the values is rounding


class SPCError(ValueError):
    """A chart cannot be drawn from this series; the message says why."""


@dataclass(frozen=True, slots=True)
class FalseSignals:
    """What the rules flag when nothing has changed.

    expected: points flagged over all `n_series` series of `n_points`; standard_error: of that figure, from
        simulation.
    share_of_points, share_of_series: shares flagged (of a series: at least one point).
    """

    expected: float
    standard_error: float
    share_of_points: float
    share_of_series: float
    n_points: int
    n_series: int
    autocorrelation: float


def regular(values: pd.Series, *, name: str) -> pd.Series:
    """`values` as floats in order of period, absent periods put in as missing.

    Returned by Period, or by whole numbers where the index holds them: dates become the periods whose first,
    or last, days they are. Raises SPCError when `values` is not a numeric Series, holds an infinite value,
    repeats a period, or has an index that is no periods, or whole numbers with a gap.
    """
    if not isinstance(values, pd.Series):
        raise SPCError(f"{name} must be a pandas Series indexed by period, found {type(values).__name__}")
    kind = pd.api.types
    if not kind.is_numeric_dtype(values) or kind.is_bool_dtype(values) or kind.is_complex_dtype(values):
        raise SPCError(
            f"{name} must be numbers, found {values.dtype}; give suppressed or absent values as missing (NaN)"
        )
    index, where = values.index, f"the index of {name}"
    if index.empty:
        raise SPCError(f"{name} has no points; at least {MIN_POINTS} are needed")
    counted = calendar(index, what=where, error=SPCError)
    at = pd.Index(counted.count(index, where).astype(int))
    if at.has_duplicates:
        raise SPCError(
            f"{name} must have one row per period; repeated: {names(index[at.duplicated()].unique())}"
        )
    series = pd.Series(values.to_numpy(dtype=float, na_value=np.nan), index=at).sort_index()
    if np.isinf(series).any():
        raise SPCError(f"{name} is infinite in {names(index[np.isinf(values)])}")
    gaps = series.index[:-1][np.diff(series.index) > 1]
    if len(gaps) and counted.freq is None:
        raise SPCError(f"{name} has a gap after {names(gaps)}; give missing periods as NaN, or use Periods")
    series = series.reindex(range(series.index[0], series.index[-1] + 1))
    return series.set_axis(counted.labels(series.index.to_numpy(), name=index.name))


def regular_counts(numerator: pd.Series, denominator: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Numerator and denominator on the same periods, both missing where either is.

    Raises SPCError as `regular`, and for differing periods, a negative count, a denominator of 0 or a
    numerator above it.
    """
    count, size = regular(numerator, name="numerator"), regular(denominator, name="denominator")
    if not count.index.equals(size.index):
        raise SPCError("numerator and denominator must have the same periods")
    for wrong, why in (
        (count < 0, "the numerator is negative"),
        (size <= 0, "the denominator must be above 0 (missing, not 0, if nothing was counted)"),
        (count > size, "the numerator is above the denominator"),
    ):
        if wrong.any():
            raise SPCError(f"{why} in {names(count.index[wrong.to_numpy()])}")
    both = count.notna() & size.notna()
    return count.where(both), size.where(both)


def names(labels: pd.Index, most: int = 6) -> str:
    """Labels for a message, the first few by name."""
    shown = ", ".join(str(label) for label in labels[:most])
    return shown if len(labels) <= most else f"{shown} and {len(labels) - most} more"


def _position(index: pd.Index, label: Any, what: str) -> int:
    counted = calendar(index, what="the series", error=SPCError)
    at = counted.moment(label, what)
    found = np.flatnonzero(counted.count(index, what) == at)
    if len(found) != 1:
        raise SPCError(
            f"{what} {arguments.shown(label)} is not in the series, which runs from {index[0]} to {index[-1]}"
        )
    return int(found[0])


def segments(index: pd.Index, *, rebase: Sequence[Any]) -> Array:
    """Segment number of each period; a new one starts at each label of `rebase`.

    Raises SPCError for a label that is unknown, repeated or the first period.
    """
    if isinstance(rebase, str) or not isinstance(rebase, Sequence | pd.Index | np.ndarray):
        raise SPCError(f"rebase must be a list of periods, found {arguments.shown(rebase)}")
    starts = [_position(index, label, "rebase") for label in rebase]
    if 0 in starts or len(set(starts)) < len(starts):
        raise SPCError(
            f"rebase labels must differ and come after the first period, {index[0]}; found {list(rebase)}"
        )
    number = np.zeros(len(index), dtype=int)
    number[starts] = 1
    return number.cumsum()


def baseline_periods(index: pd.Index, segment: Array, *, baseline: Any) -> Array:
    """True for the periods from which limits are calculated (see `analysis.methods.spc.spc.xmr`).

    Raises SPCError for an unknown label, a window that ends before it starts, fewer than MIN_POINTS periods,
    or a window together with several segments.
    """
    if baseline is None:
        return np.ones(len(index), dtype=bool)
    if isinstance(baseline, tuple) and len(baseline) == 2:
        if segment[-1] > 0:
            raise SPCError(
                "a baseline between two labels cannot be combined with rebase; give a number of points"
            )
        first, last = (_position(index, label, "baseline") for label in baseline)
        if last < first:
            raise SPCError(f"baseline ends ({baseline[1]}) before it starts ({baseline[0]})")
        place = np.arange(len(index))
        return (place >= first) & (place <= last)
    if isinstance(baseline, bool) or not isinstance(baseline, int | np.integer) or baseline < MIN_POINTS:
        raise SPCError(
            f"baseline is {arguments.shown(baseline)}; give {MIN_POINTS} points or more, or a pair of labels (first, last)"
        )
    place_in_segment = pd.Series(segment).groupby(segment).cumcount().to_numpy()
    return place_in_segment < baseline


def _ranges(values: Array, where: str) -> Array:
    """Moving ranges between neighbours that were both observed."""
    seen = int(np.isfinite(values).sum())
    ranges = np.abs(np.diff(values))
    ranges = ranges[np.isfinite(ranges)]
    if seen < MIN_POINTS or len(ranges) < MIN_RANGES:
        raise SPCError(
            f"limits not computable in {where}: {seen} points and {len(ranges)} moving ranges between "
            f"neighbours; at least {MIN_POINTS} and {MIN_RANGES} are needed"
        )
    return ranges


def moving_range_limits(values: Array, *, screen: bool, where: str) -> tuple[float, float]:
    """Mean, and half the width of the limits, of one baseline in order of period (NaN missing).

    Raises SPCError when there are too few points, no variation, or none left after screening.
    """
    values = arguments.figures(arguments.single(values, where, error=SPCError), where, error=SPCError)
    arguments.kind(screen, "screen", bool, error=SPCError)
    ranges = _ranges(values, where)
    average = ranges.mean()
    nothing = NO_VARIATION * np.nanmax(np.abs(values))
    if average <= nothing:
        raise SPCError(f"limits not computable in {where}: zero variation, the average moving range is 0")
    if screen:
        average = ranges[ranges < SCREEN_LIMIT * average].mean()
        if average <= nothing:
            raise SPCError(
                f"limits not computable in {where}: screening leaves zero variation, so every point off "
                "the mean would be flagged; chart it with screen=False or not at all"
            )
    return float(np.nanmean(values)), float(XMR_LIMIT * average)


def laney_limits(count: Array, size: Array, *, laney: bool, where: str) -> tuple[float, float]:
    """Pooled proportion and sigma z of one baseline in order of period (NaN missing).

    Raises SPCError when there are too few points, the proportion is 0 or 1, or (if `laney`) z does not vary.
    """
    _ranges(count, where)
    pooled = float(np.nansum(count) / np.nansum(size))
    if not 0 < pooled < 1:
        raise SPCError(
            f"limits not computable in {where}: zero variation, the proportion is {arguments.plain(pooled)} throughout"
        )
    z = (count / size - pooled) / np.sqrt(pooled * (1 - pooled) / size)
    sigma_z = float(_ranges(z, where).mean() / D2)
    if laney and sigma_z <= TIE:
        raise SPCError(f"limits not computable in {where}: zero variation, sigma z is 0")
    return pooled, sigma_z


def label_signals(value: Array, centre: Array, half: Array) -> tuple[list[str | None], list[str | None]]:
    """Signal (None or one of SIGNALS) and its direction ("up", "down") at each point of one segment.

    half: distance from the centre to either limit, 3 sigma. A missing point (NaN) has no signal and ends
        runs.
    """
    value, centre, half = (
        arguments.figures(one, name, error=SPCError)
        for name, one in (("value", value), ("centre", centre), ("half", half))
    )
    if value.ndim != 1 or not value.shape == centre.shape == half.shape:
        raise SPCError(
            f"value, centre and half of shapes {value.shape}, {centre.shape}, {half.shape}. Allowed: one of each a point."
        )
    outside, rising, falling, two_of_three, one_side, side, step = _rules(value, centre, half)
    trend_way = np.where(rising & falling, np.append(step, 0), np.where(rising, 1, -1))
    found = np.select([outside, rising | falling, two_of_three, one_side], [0, 1, 2, 3], default=-1)
    way = np.where(found == 1, trend_way, side)
    signal = [None if rule < 0 else SIGNALS[rule] for rule in found]
    direction = [
        None if rule < 0 else ("up" if sign > 0 else "down") for rule, sign in zip(found, way, strict=True)
    ]
    return signal, direction


def _rules(value: Array, centre: Array, half: Array) -> tuple[Array, ...]:
    """Return, along the last axis, where each rule finds a signal, then sides of the centre and signs of the steps."""
    distance = value - centre
    side = _sign(distance, TIE * half)
    outside = np.abs(distance) > half * (1 + TIE)
    close = ~outside & (np.abs(distance) > half * (2 / 3 + TIE))
    step = _sign(np.diff(value), TIE * half[..., 1:])
    rising, falling = _mark(step == 1, RUN - 1, 1), _mark(step == -1, RUN - 1, 1)
    one_side = _mark(side == 1, RUN, 0) | _mark(side == -1, RUN, 0)
    two_of_three = close & (_two_of_three(close, side == 1) | _two_of_three(close, side == -1))
    return outside, rising, falling, two_of_three, one_side, side, step


def expected_false_signals(
    n_points: int,
    *,
    n_series: int,
    rng: np.random.Generator,
    autocorrelation: float = 0.0,
    baseline: int | None = None,
    draws: int = DRAWS,
) -> FalseSignals:
    """Points that the XmR rules flag by chance in `n_series` series of `n_points`, by simulation.

    Each of `draws` series is normal with a constant mean, first-order `autocorrelation` (between -1 and 1),
    and limits from its own points, or from its first `baseline` ones. No screening.

    Raises SPCError for fewer than 3 points, no series, fewer than 2 draws, or an autocorrelation not between
    -1 and 1.
    """
    for name, value, least in (
        ("n_points", n_points, MIN_POINTS),
        ("n_series", n_series, 1),
        ("draws", draws, 2),
    ):
        arguments.whole(value, name, error=SPCError, least=least)
    arguments.number(autocorrelation, "autocorrelation", error=SPCError, above=-1, below=1)
    if baseline is not None:
        arguments.whole(baseline, "baseline", error=SPCError, least=MIN_POINTS)
    arguments.kind(rng, "rng", np.random.Generator, error=SPCError)
    noise = rng.standard_normal((draws, n_points))
    for t in range(1, n_points):
        noise[:, t] = autocorrelation * noise[:, t - 1] + np.sqrt(1 - autocorrelation**2) * noise[:, t]
    flagged = _flagged(noise, baseline)
    error = n_series * flagged.std(ddof=1) / np.sqrt(draws)
    return FalseSignals(
        expected=float(n_series * flagged.mean()),
        standard_error=float(error),
        share_of_points=float(flagged.mean() / n_points),
        share_of_series=float((flagged > 0).mean()),
        n_points=n_points,
        n_series=n_series,
        autocorrelation=autocorrelation,
    )


def _flagged(series: Array, baseline: int | None) -> Array:
    """Return the number of points that are signals in each series, one a row."""
    based = series[:, :baseline]
    moving_range_limits(
        based[0], screen=False, where="a simulated series"
    )  # says when there are too few points
    half = XMR_LIMIT * np.abs(np.diff(based)).mean(axis=1, keepdims=True) + np.zeros(series.shape)
    return np.logical_or.reduce(_rules(series, based.mean(axis=1, keepdims=True), half)[:5]).sum(axis=1)


def _sign(difference: Array, tie: Array) -> Array:
    return np.where(difference > tie, 1, np.where(difference < -tie, -1, 0))


def _mark(flag: Array, length: int, reach: int) -> Array:
    """Points in windows of `length` flags that are all True, and the `reach` points after each."""
    return _spread(_whole(flag, length), flag.shape[-1] + reach)


def _two_of_three(close: Array, on_side: Array) -> Array:
    if np.count_nonzero(close) < 2:
        return np.zeros(close.shape, dtype=bool)
    return _spread(_whole(on_side, 3) & (_windows(close, 3).sum(axis=-1) >= 2), close.shape[-1])


def _whole(flag: Array, length: int) -> Array:
    """Tell of all windows of `length` flags whether each is True throughout."""
    if np.count_nonzero(flag) < length:
        return np.zeros((*flag.shape[:-1], max(0, flag.shape[-1] - length + 1)), dtype=bool)
    return np.asarray(_windows(flag, length).all(axis=-1))


def _windows(flag: Array, length: int) -> Array:
    """All windows of `length` flags, a last axis more; none where there are fewer flags."""
    if flag.shape[-1] < length:
        return np.zeros((*flag.shape[:-1], 0, length), dtype=bool)
    return np.lib.stride_tricks.sliding_window_view(flag, length, axis=-1)


def _spread(starts: Array, points: int) -> Array:
    """Mark all points of the windows that begin at `starts`."""
    marked = np.zeros((*starts.shape[:-1], points), dtype=bool)
    many = starts.shape[-1]
    for place in range(points - many + 1 if many else 0):
        marked[..., place : place + many] |= starts
    return marked
