"""What else could explain a change after entry: regression to the mean first, then the other rivals.

Trusts entered because they were doing badly, so some movement back would be seen without the regime. Also
here: `matched_comparators` and `equally_bad_placebo` (comparators), `honest_bounds` (honest),
`specification_curve` (specification), each in its own module.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.methods.effects.components import Population, VarianceComponents, components_of
from analysis.methods.effects.panels import EffectError, check_level, whole_number
from analysis.methods.effects.windows import Wide, check_windows, mean as mean_of, wide

Floats = np.ndarray
MOSTLY = (
    0.5  # from this share of the observed change on, the sentence says that most of it was to be expected
)


@dataclass(frozen=True, slots=True)
class RegressionToMean:
    """Movement back to be expected of units selected by one extreme value, without any effect.

    effect: size of the movement towards the mean (0 or more). mean_selected_first, mean_selected_second:
    expected mean of the selected units at selection and afterwards. icc: share of the variance of the
    selecting value that lasts.
    """

    effect: float
    mean_selected_first: float
    mean_selected_second: float
    icc: float
    cutoff: float
    above: bool

    def sentence(self) -> str:
        """The expected movement in words."""
        side = "above" if self.above else "below"
        return (
            f"Units selected for a value {side} {self.cutoff:g} average {self.mean_selected_first:.3g} at "
            f"selection and would average {self.mean_selected_second:.3g} afterwards with no effect at all, "
            f"a movement of {self.effect:.3g} (a share of {1 - self.icc:.0%} of the distance from the mean)."
        )


def regression_to_mean(
    mean: float,
    *,
    sd_within: float,
    cutoff: float,
    above: bool,
    sd_between: float | None = None,
    sd_total: float | None = None,
    measurements: int = 1,
) -> RegressionToMean:
    """Expected regression to the mean of normal values selected by a cutoff.

    mean: of all units. sd_within: between the values of one unit. Give either sd_between (between the lasting
    levels of units) or sd_total (of single values; its square is the sum of both squares). cutoff: units are
    selected whose value (mean of `measurements` values) lies above it (`above`) or below it. All in the
    outcome's unit. effect = sd_within^2 / m / sd_first * C(z), C(z) = phi(z) / (1 - Phi(z)), z the cutoff in
    standard deviations.
    Method: Barnett, van der Pols, Dobson 2005, IJE 34:215-20.

    Raises EffectError unless exactly one of sd_between and sd_total is given, for a negative or infinite
    number, sd_total below sd_within, no variation at all, or fewer than one measurement.
    """
    if (sd_between is None) == (sd_total is None):
        raise EffectError("give sd_between or sd_total, one of the two.")
    whole_number("measurements", measurements, least=1)
    numbers = np.array([mean, cutoff, sd_within, sd_between if sd_total is None else sd_total], dtype=float)
    if not np.isfinite(numbers).all() or (numbers[2:] < 0).any():
        raise EffectError(f"mean, cutoff and standard deviations {numbers.tolist()}: not usable.")
    within = sd_within**2
    between = sd_between**2 if sd_between is not None else float(sd_total or 0) ** 2 - within
    if between < 0 or between + within == 0:
        raise EffectError(
            f"sd_total {sd_total} and sd_within {sd_within}: the total cannot be smaller, nor 0."
        )
    first = float(np.sqrt(between + within / measurements))
    sign = 1.0 if above else -1.0
    z = sign * (cutoff - mean) / first
    tail = float(np.exp(stats.norm.logpdf(z) - stats.norm.logsf(z)))
    effect = within / measurements / first * tail
    at_first = mean + sign * first * tail
    return RegressionToMean(effect, at_first, at_first - sign * effect, between / first**2, cutoff, above)


@dataclass(frozen=True, slots=True)
class ExpectedRegression:
    """The observed change of the trusts that entered beside what regression to the mean alone would give.

    frame: one row a trust that entered, with both windows observed; `trust`, `entry`, `periods` (baseline
        values), `baseline` (mean before entry less the mean of never-entered trusts of its type and periods),
        `observed` (change of that distance after entry), `expected` (by variance components),
        `expected_slope` (by the movement never-entered trusts made over the same dates, for each unit of
        distance), `net` and `net_slope` (observed less expected).
    baseline, observed, expected, expected_slope: means of the columns.
    net, net_lower, net_upper, net_slope, net_slope_lower, net_slope_upper: means with t limits over trusts.
        They treat the expected movement as known, and trusts as independent.
    slope: movement for each unit of distance; NaN if it cannot be had.
    components: see `VarianceComponents`. left_out: trusts that entered without a value in one of the windows.
    """

    frame: pd.DataFrame
    baseline: float
    observed: float
    expected: float
    expected_slope: float
    net: float
    net_lower: float
    net_upper: float
    net_slope: float
    net_slope_lower: float
    net_slope_upper: float
    slope: float
    components: VarianceComponents
    left_out: tuple
    level: float
    measure: str

    def sentence(self) -> str:
        """Distance at entry, change observed, change expected, and how much of the one is the other."""
        m = self.measure
        text = (
            f"Before entry {len(self.frame)} trusts stood {self.baseline:+.3g} {m} from the mean of "
            f"comparable trusts that never entered; this distance then changed by {self.observed:+.3g}. "
            f"Regression to the mean alone would give {self.expected:+.3g} (or {self.expected_slope:+.3g} by "
            f"the movement of trusts that never entered), which leaves {self.net:+.3g} ({self.level:.0%} "
            f"interval {self.net_lower:+.3g} to {self.net_upper:+.3g})."
        )
        share = self.expected / self.observed if self.observed else float("nan")
        if share >= 1:
            return f"{text} The whole change is no more than regression to the mean would give."
        if share >= MOSTLY:
            return f"{text} Most of the change is what regression to the mean would give."
        if self.expected * self.observed < 0:
            return f"{text} The change runs against regression to the mean."
        return text


def expected_regression(
    panel: pd.DataFrame,
    *,
    baseline: int,
    follow_up: int,
    gap: int = 0,
    outcome: str = "value",
    unit: str = "trust",
    time: str = "t",
    cohort: str = "entry",
    group: str | None = "type",
    population: Population = "never",
    measure: str = "units",
    level: float = 0.95,
) -> ExpectedRegression:
    """Compare the change of the trusts that entered with the regression to the mean to be expected of them.

    panel: one row a trust and period. baseline: number of periods before entry whose mean is the starting
        point; gap: periods right before entry that are left out of it; follow_up: periods from entry on that
        are averaged.
    Expected movement of a trust whose baseline lies d from the mean of never-entered trusts: -(1 - R) d,
        where R is the lasting share of the variance of a mean over the periods it was observed; and, as a
        check that allows for autocorrelation and drift, slope x d, the least-squares slope of the
        movement of never-entered trusts on their distance over the same windows at the same dates and
        stratum, dates weighted by entrants.
    population: whose variance R is from, see `variance_components`. With "never", if entry went by the
        outcome itself, the expected movement comes out too large, which errs against finding an effect.
    Both take entrants as extreme members of the same population: if they are lastingly worse, they move back
    less.
    Method: Barnett, van der Pols, Dobson 2005; shrinkage as in best linear prediction.

    Raises EffectError as `read_panel` and `variance_components`, for windows that are not whole numbers, and
    when no trust that entered has a value in both windows.
    """
    check_windows(baseline=baseline, gap=gap, follow_up=follow_up)
    check_level(level)
    table = wide(panel, outcome=outcome, unit=unit, time=time, cohort=cohort, group=group)
    components = components_of(table, population)
    distance = Wide(table.data, table.deviations(), table.first, table.entered)
    rows, slopes = [], []
    for position in np.flatnonzero(table.entered):
        date = table.data.unit_cohort[position]
        windows = distance.before(date, baseline, gap)
        start, end = mean_of(windows, axis=1), mean_of(distance.after(date, follow_up), axis=1)
        same = ~table.entered & (table.data.unit_group == table.data.unit_group[position])
        same &= ~np.isnan(start) & ~np.isnan(end)
        away = start[same] - mean_of(start[same], axis=0)
        slopes.append((float(away @ (end - start)[same]), float(away @ away)))
        periods = int((~np.isnan(windows[position])).sum())
        rows.append((table.data.units[position], int(date), periods, start[position], end[position]))
    frame = pd.DataFrame(rows, columns=["trust", "entry", "periods", "baseline", "end"])
    seen = frame[["baseline", "end"]].notna().all(axis=1)
    if not seen.any():
        raise EffectError("no trust that entered has a value in both windows: shorten or move them.")
    moved, spread = np.array(slopes)[seen.to_numpy()].sum(axis=0)
    slope = float(moved / spread) if spread > 0 else float("nan")
    left_out = tuple(frame.loc[~seen, "trust"])
    frame = frame[seen].reset_index(drop=True)
    frame["observed"] = frame.pop("end") - frame["baseline"]
    frame["expected"] = -(1 - components.reliability(frame["periods"].to_numpy())) * frame["baseline"]
    frame["expected_slope"] = slope * frame["baseline"]
    frame["net"] = frame["observed"] - frame["expected"]
    frame["net_slope"] = frame["observed"] - frame["expected_slope"]
    net, net_slope = _interval(frame["net"], level), _interval(frame["net_slope"], level)
    return ExpectedRegression(
        frame=frame,
        baseline=float(frame["baseline"].mean()),
        observed=float(frame["observed"].mean()),
        expected=float(frame["expected"].mean()),
        expected_slope=float(frame["expected_slope"].mean()),
        net=net[0],
        net_lower=net[1],
        net_upper=net[2],
        net_slope=net_slope[0],
        net_slope_lower=net_slope[1],
        net_slope_upper=net_slope[2],
        slope=slope,
        components=components,
        left_out=left_out,
        level=level,
        measure=measure,
    )


def _interval(values: pd.Series, level: float) -> tuple[float, float, float]:
    """Mean with t limits; no limits with fewer than two values."""
    n, centre = len(values), float(values.mean())
    half = (
        float(stats.t.ppf(0.5 + level / 2, n - 1) * values.std(ddof=1) / np.sqrt(n))
        if n > 1
        else float("nan")
    )
    return centre, centre - half, centre + half
