"""Statistical process control: XmR and p-prime charts by the NHS Making Data Count rules.

Charts describe and monitor; they are not evidence of effect. Methods: NHS England, Making Data Count;
Nelson 1982 (screening); Laney 2002 (p-prime).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.spc.signals import (
    SPCError,
    baseline_periods,
    label_signals,
    laney_limits,
    moving_range_limits,
    regular,
    regular_counts,
    segments,
)

Array = np.ndarray
Improvement = Literal["up", "down"] | None

TRIAL_POINTS = 12  # fewer than this in a baseline and its limits are provisional
BETTER = {"up": "higher is better", "down": "lower is better", None: "neither direction is better"}


@dataclass(frozen=True, slots=True)
class XmR:
    """Limits and signals of one measure, usually at one trust.

    frame: one row per period without gaps, index the period; columns `value`, `centre`, `lower`, `upper` (all
        in `unit`), `signal` (None or one of SIGNALS), `direction` (of the signal: None, "up" for above or
        rising, "down" for below or falling), `segment` (0, 1, ..., one more at each rebase), `provisional`
        (True where limits rest on fewer than TRIAL_POINTS points). A missing period has no value or signal.
    screened: True when outlying moving ranges were left out of the limits (Nelson screening).
    provisional: True when any segment is.
    variation: icon of the last observed point: "special cause improvement", "special cause concern", "common
        cause", or "neither" for a special cause in a measure where neither direction is better.
    assurance: "pass", "fail" or "hit or miss" (target against the last limits); None without target or
        direction.
    """

    frame: pd.DataFrame
    unit: str
    improvement: Improvement
    target: float | None
    screened: bool
    provisional: bool
    variation: str
    assurance: str | None


@dataclass(frozen=True, slots=True)
class PPrime:
    """Limits and signals of one proportion; as XmR, with limits that follow the denominator.

    frame: as XmR, and columns `denominator` and `sigma_z` (of the segment).
    laney: True for p-prime limits (widened or narrowed by `sigma_z`), False for plain binomial p-chart
        limits.
    sigma_z: variation beyond binomial in the last segment's baseline (1 = binomial), used in limits only if
        `laney`.
    """

    frame: pd.DataFrame
    unit: str
    improvement: Improvement
    target: float | None
    laney: bool
    sigma_z: float
    provisional: bool
    variation: str
    assurance: str | None


def xmr(
    values: pd.Series,
    *,
    unit: str,
    improvement: Improvement = None,
    target: float | None = None,
    baseline: int | tuple[Any, Any] | None = None,
    rebase: Sequence[Any] = (),
    screen: bool = False,
    rolling: bool = False,
) -> XmR:
    """Individuals chart: mean plus and minus 2.66 times the average moving range.

    values: one value per period in `unit`; index of pandas Periods (an absent period becomes missing) or of
        consecutive whole numbers, in any order. NaN is missing: moving ranges that touch it are dropped, and
        it ends runs and trends.
    improvement: which direction is better, "up" or "down"; None if neither. target: in `unit`.
    baseline: n fixes the limits of each segment on its first n periods (all of a shorter segment); (first,
        last) fixes one set of limits on the periods between two labels, both included, and cannot be combined
        with `rebase`.
    rebase: labels at which a new segment starts. Give dates known beforehand (entry to and exit from the
        regime), never dates read off the chart. Runs and trends do not cross them.
    screen: True leaves out moving ranges of 3.267 times their mean or more, once, as the R package
        NHSRplotthedots does by default; the Making Data Count Excel tool does not, and that is the default
        here.
    rolling: say True when periods overlap (a 12-month figure each month); it is refused, as run rules then
        mean nothing.

    Signals, first match wins: a point beyond the limits; 7 points rising or falling (6 steps; a tie ends it);
    2 of 3 points between 2 sigma and the limits with all 3 on that side (only those 2 are labelled, and
    points beyond the limits do not count towards it); 7 points on one side of the mean (a point on it ends
    the run).

    Raises SPCError for values that are not numbers or infinite, duplicated periods, another kind of index or
    a gap in whole numbers, an unknown label or direction, fewer than 3 points or 2 moving ranges in a
    baseline, a series without variation, screening that leaves no variation, and `rolling`.
    """
    arguments.flag(screen, "screen", error=SPCError)
    _check(improvement, target, rolling)
    series = regular(values, name="values")
    segment = segments(series.index, rebase=rebase)
    base = baseline_periods(series.index, segment, baseline=baseline)
    value = series.to_numpy()
    centre, half = np.empty(len(value)), np.empty(len(value))
    for rows, where in _each(segment, series.index):
        centre[rows], half[rows] = moving_range_limits(value[rows & base], screen=screen, where=where)
    frame = _chart(series, centre, half, segment, base)
    provisional, variation, assurance = _summary(frame, improvement, target)
    return XmR(frame, unit, improvement, target, screen, provisional, variation, assurance)


def pprime(
    numerator: pd.Series,
    denominator: pd.Series,
    *,
    unit: str,
    improvement: Improvement = None,
    target: float | None = None,
    baseline: int | tuple[Any, Any] | None = None,
    rebase: Sequence[Any] = (),
    laney: bool = True,
    per: float = 1.0,
    rolling: bool = False,
) -> PPrime:
    """Proportion chart for large denominators: 3 sigma binomial limits times sigma_z (Laney).

    numerator, denominator: counts per period on the same index; other arguments, signals and missing periods
        as `xmr`. A period is missing when either count is. per: 100 charts percentages.
    The lower limit is held at 0; the upper limit is not held. sigma_z is the mean moving range of z / 1.128.
    Limits are missing where the denominator is.

    Raises SPCError as `xmr`, and for indexes that differ, a negative count, a denominator of 0, a numerator
    above its denominator, or a proportion that is 0 or 1 throughout a baseline.
    """
    arguments.flag(laney, "laney", error=SPCError)
    _check(improvement, target, rolling)
    arguments.number(per, "per", error=SPCError, above=0)
    count, size = regular_counts(numerator, denominator)
    segment = segments(count.index, rebase=rebase)
    base = baseline_periods(count.index, segment, baseline=baseline)
    x, n = count.to_numpy(), size.to_numpy()
    centre, sigma_z = np.empty(len(x)), np.empty(len(x))
    for rows, where in _each(segment, count.index):
        limits = laney_limits(x[rows & base], n[rows & base], laney=laney, where=where)
        centre[rows], sigma_z[rows] = limits
    half = 3 * np.sqrt(centre * (1 - centre) / n) * (sigma_z if laney else 1.0)
    frame = _chart(per * count / size, per * centre, per * half, segment, base)
    frame["lower"] = frame["lower"].clip(lower=0.0)
    frame["denominator"], frame["sigma_z"] = size, sigma_z
    summary = _summary(frame, improvement, target)
    return PPrime(frame, unit, improvement, target, laney, float(sigma_z[-1]), *summary)


def _check(improvement: Improvement, target: float | None, rolling: bool) -> None:
    arguments.flag(rolling, "rolling", error=SPCError)
    if rolling:
        raise SPCError(
            "periods of a rolling indicator overlap, so neighbours move together and run rules mean nothing; "
            "chart the figures of separate periods"
        )
    arguments.choice(improvement, "improvement", ("up", "down", None), error=SPCError)
    if target is not None and not arguments.is_number(target):
        raise SPCError(f"target is {arguments.shown(target)}; give a number, or None for no target")


def _each(segment: Array, index: pd.Index) -> list[tuple[Array, str]]:
    """Rows of each segment, and its name for a message."""
    every = [segment == number for number in range(segment[-1] + 1)]
    return [(rows, f"segment {i} ({index[rows][0]} to {index[rows][-1]})") for i, rows in enumerate(every)]


def _chart(value: pd.Series, centre: Array, half: Array, segment: Array, base: Array) -> pd.DataFrame:
    frame = pd.DataFrame({"value": value, "centre": centre, "lower": centre - half, "upper": centre + half})
    signal: list[str | None] = []
    direction: list[str | None] = []
    few: list[bool] = []
    for rows, _ in _each(segment, frame.index):
        labels, ways = label_signals(value.to_numpy()[rows], centre[rows], np.asarray(half)[rows])
        signal, direction = signal + labels, direction + ways
        few += [bool(value[rows & base].notna().sum() < TRIAL_POINTS)] * int(rows.sum())
    frame["signal"] = pd.Series(signal, index=frame.index, dtype=object)
    frame["direction"] = pd.Series(direction, index=frame.index, dtype=object)
    frame["segment"], frame["provisional"] = segment, few
    return frame


def _summary(
    frame: pd.DataFrame, improvement: Improvement, target: float | None
) -> tuple[bool, str, str | None]:
    """Provisional or not, variation icon, assurance icon."""
    last = frame[frame["value"].notna()].iloc[-1]
    if last["signal"] is None:
        variation = "common cause"
    elif improvement is None:
        variation = "neither"
    else:
        variation = f"special cause {'improvement' if last['direction'] == improvement else 'concern'}"
    assurance = None
    if target is not None and improvement is not None:
        beyond = "up" if target > last["upper"] else "down" if target < last["lower"] else None
        assurance = "hit or miss" if beyond is None else "fail" if beyond == improvement else "pass"
    return bool(frame["provisional"].any()), variation, assurance
