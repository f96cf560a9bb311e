"""Trusts entered because they were doing badly: how far they would have moved back without the regime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd
from scipy import stats

from analysis.methods.effects.components import Population, VarianceComponents, components_of
from analysis.methods.effects.panels import Columns, EffectError, Panel, check_level
from analysis.methods.effects.windows import Wide, check_windows, mean as mean_of, wide

Floats = np.ndarray


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


def expected_regression(
    panel: pd.DataFrame | Panel,
    *,
    baseline: int,
    follow_up: int,
    gap: int = 0,
    population: Population = "never",
    level: float = 0.95,
    **columns: Unpack[Columns],
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
    table = wide(panel, columns)
    components = components_of(table, population)
    distance = Wide(table.data, table.deviations(), table.first)
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
