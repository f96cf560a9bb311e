"""Trusts entered because they were doing badly: how far they would have moved back without the regime."""

from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.methods import curves
from analysis.methods.effects.components import Population, VarianceComponents, components_of
from analysis.methods.effects.panels import Columns, EffectError, Panel, check_level
from analysis.methods.effects.windows import Wide, check_windows, mean as mean_of, wide

Floats = np.ndarray


@dataclass(frozen=True, slots=True)
class ExpectedRegression:
    """The observed change of the trusts that entered beside what regression to the mean alone would give.

    frame: one row a trust that entered, with both windows observed; `trust`, `entry`, `periods` (baseline
        values), `baseline` (mean before entry less the mean of never-entered trusts of its type and periods),
        `observed` (change of that distance after entry), `expected` (by the movement never-entered trusts made
        over the same dates, for each unit of distance), `expected_lasting` (by variance components), `net` and
        `net_lasting` (observed less expected).
    baseline, observed, expected, expected_lasting: means of the columns.
    net, net_lasting: means, each with `_lower` and `_upper`: t limits. Their error is that of the trusts that
        entered, of the means of the never-entered, and of the expected movement: of the slope by least squares,
        clustered by trust, of the lasting share by leaving out a trust at a time.
    slope: movement for each unit of distance; NaN if it cannot be had.
    components: see `VarianceComponents`. left_out: trusts that entered without a value in one of the windows.
    """

    frame: pd.DataFrame
    baseline: float
    observed: float
    expected: float
    expected_lasting: float
    net: float
    net_lower: float
    net_upper: float
    net_lasting: float
    net_lasting_lower: float
    net_lasting_upper: float
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
    Expected movement of a trust whose baseline lies d from the mean of never-entered trusts: slope x d, the
        least-squares slope of the movement of never-entered trusts on their distance over the same windows at the
        same dates and stratum, dates weighted by entrants: autocorrelation and drift are in it. As a check,
        -(1 - R) d, where R is the lasting share of the variance of a mean over the periods it was observed.
    population: whose variance R is from, see `variance_components`.
    Both take entrants as extreme members of the same population, chosen by how far they lay from it. Then the
        intervals of the slope hold (table `regression_coverage`), those of the lasting share only where movements
        fade at once and few of the worst entered: R is then too small, and so is the mean that d is taken from.
        If entrants are lastingly worse, they move back less; if the passing part alone chose them, they move
        back more, at most by all of the distance. No interval here covers that.
    Method: Barnett, van der Pols, Dobson 2005; shrinkage as in best linear prediction.

    Raises EffectError as `read_panel` and `variance_components`, for windows that are not whole numbers, and
    when no trust that entered has a value in both windows.
    """
    check_windows(baseline=baseline, gap=gap, follow_up=follow_up)
    check_level(level)
    table = wide(panel, columns)
    components = components_of(table, population)
    distance = Wide(table.data, table.deviations(), table.first)
    frame, left_out, (away, moved, share) = _moves(distance, baseline, gap, follow_up)
    slope, slope_error = _slope(away, moved)
    lasting = components.reliability(frame["periods"].to_numpy())
    frame["expected"] = slope * frame["baseline"]
    frame["expected_lasting"] = -(1 - lasting) * frame["baseline"]
    frame["net"] = frame["observed"] - frame["expected"]
    frame["net_lasting"] = frame["observed"] - frame["expected_lasting"]
    means = frame.drop(columns=["trust", "entry", "periods"]).mean()
    of_slope = _of_means(share, moved, away, slope) - means["baseline"] * slope_error
    of_share = _of_means(share, moved, away, -(1 - lasting[:, None]))
    own = float((of_share**2).sum()) + _lasting(table, population, frame)
    net = _interval(frame["net"], float((of_slope**2).sum()), level)
    check = _interval(frame["net_lasting"], own, level)
    return ExpectedRegression(
        frame=frame,
        baseline=float(means["baseline"]),
        observed=float(means["observed"]),
        expected=float(means["expected"]),
        expected_lasting=float(means["expected_lasting"]),
        net=net[0],
        net_lower=net[1],
        net_upper=net[2],
        net_lasting=check[0],
        net_lasting_lower=check[1],
        net_lasting_upper=check[2],
        slope=slope,
        components=components,
        left_out=left_out,
        level=level,
    )


def _moves(
    distance: Wide, baseline: int, gap: int, follow_up: int
) -> tuple[pd.DataFrame, tuple, tuple[Floats, Floats, Floats]]:
    """Distance and change of each trust that entered; those left out; and of the never-entered at the same dates.

    The last are three tables, a row a trust that entered and a column a unit: see `_move`.
    """
    data, rows, moves = distance.data, [], []
    for position in np.flatnonzero(distance.entered):
        date = data.unit_cohort[position]
        windows = distance.before(date, baseline, gap)
        start, end = mean_of(windows, axis=1), mean_of(distance.after(date, follow_up), axis=1)
        periods = int((~np.isnan(windows[position])).sum())
        rows.append((data.units[position], int(date), periods, start[position], end[position]))
        same = ~distance.entered & (data.unit_group == data.unit_group[position])
        moves.append(_move(start, end - start, same & ~np.isnan(start) & ~np.isnan(end)))
    frame = pd.DataFrame(rows, columns=["trust", "entry", "periods", "baseline", "end"])
    seen = frame[["baseline", "end"]].notna().all(axis=1)
    if not seen.any():
        raise EffectError("no trust that entered has a value in both windows: shorten or move them.")
    left_out = tuple(frame.loc[~seen, "trust"])
    frame = frame[seen].reset_index(drop=True)
    frame["observed"] = frame.pop("end") - frame["baseline"]
    away, moved, share = np.array(moves)[seen.to_numpy()].transpose(1, 0, 2)
    return frame, left_out, (away, moved, share)


def _of_means(share: Floats, moved: Floats, away: Floats, expected: float | Floats) -> Floats:
    """What each never-entered trust adds to the error of the mean net change, by the means it is taken from."""
    return -(share * (moved - expected * away)).mean(axis=0)


def _move(start: Floats, change: Floats, same: np.ndarray) -> tuple[Floats, Floats, Floats]:
    """Distance and movement of the trusts marked, about their means, and the share of each in the mean."""
    away, moved = (np.where(same, values - mean_of(values[same], axis=0), 0.0) for values in (start, change))
    return away, moved, same / max(int(same.sum()), 1)


def _slope(away: Floats, moved: Floats) -> tuple[float, Floats]:
    """Least-squares slope of movement on distance over all dates (rows), and what each trust adds to its error."""
    spread = float((away**2).sum())
    if not spread > 0:
        return float("nan"), np.full(away.shape[1], np.nan)
    slope = float((away * moved).sum() / spread)
    return slope, (away * (moved - slope * away)).sum(axis=0) / spread


def _lasting(table: Wide, population: Population, frame: pd.DataFrame) -> float:
    """Variance of the mean expected movement that comes from the lasting share: a trust left out at a time."""
    values, periods = table.values, frame["periods"].to_numpy()
    means = []
    for unit in np.flatnonzero(~np.isnan(values).all(axis=1)):
        rest = values.copy()
        rest[unit] = np.nan
        if population == "never" and table.entered[unit]:
            continue
        try:
            found = components_of(Wide(table.data, rest, table.first), population)
        except EffectError:
            return float("nan")
        means.append(float(((1 - found.reliability(periods)) * frame["baseline"]).mean()))
    n = len(means)
    return float((n - 1) / n * ((np.array(means) - np.mean(means)) ** 2).sum())


def _interval(values: pd.Series, shared: float, level: float) -> tuple[float, float, float]:
    """Mean with t limits, `shared` the variance that trusts have in common; none with fewer than two values."""
    n, centre = len(values), float(values.mean())
    if n < 2:
        return centre, float("nan"), float("nan")
    half = float(curves.t_quantile(0.5 + level / 2, n - 1) * np.sqrt(values.var(ddof=1) / n + shared))
    return centre, centre - half, centre + half
