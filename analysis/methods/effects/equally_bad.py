"""Trusts that were as bad at the same date and did not enter, given the entry dates of those that did."""

from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves
from analysis.methods.effects.impute import imputation, pooled
from analysis.methods.effects.panels import EffectError, Panel, Reading, check_level, panel_of, whole_number
from analysis.methods.effects.results import Effects
from analysis.methods.effects.windows import Wide, check_windows, mean, scale_of, wide
from analysis.methods.estimate import Estimate

UNMATCHABLE = 1e12  # cost of a pair that must not be made, in standard deviations


@dataclass(frozen=True, slots=True)
class EquallyBad:
    """Effect of entry beside the "effect" on trusts that were as bad at the same date and did not enter.

    pairs: one row a pair; `trust` (entered), `placebo` (never entered), `entry`, `baseline` (of the trust),
        `baseline_placebo` (same periods). unmatched: trusts that entered without a partner.
    entrants: imputation estimate of the true panel, of the matched trusts only. placebo: the same estimator
        where the placebo trusts, at their partners' dates, are the only ones to enter; no trust that entered
        is in it.
    difference, lower, upper: entrants less placebo; limits take the two as independent.
    panel: the placebo panel, for any other estimator.
    """

    pairs: pd.DataFrame
    unmatched: tuple
    entrants: Effects
    placebo: Effects
    difference: float
    lower: float
    upper: float
    panel: Panel


def equally_bad_placebo(
    panel: pd.DataFrame | Panel,
    *,
    baseline: int,
    gap: int = 0,
    matches: int = 1,
    caliper: float | None = None,
    last_horizon: int | None = None,
    leave_out: bool = True,
    level: float = 0.95,
    **reading: Unpack[Reading],
) -> EquallyBad:
    """Give never-entered trusts that were as bad the entry dates of those that entered, and estimate alike.

    Partners are never-entered trusts of the same stratum, nearest in the mean over `baseline` periods that
    end `gap` periods before entry. Each is used once; pairs are made so that the sum of distances is
    smallest, `matches` partners each. caliper: largest distance allowed, in standard deviations of that mean
    between never-entered trusts of the stratum; None = any.
    Effects are imputation estimates with time effects by stratum over horizons 0 to `last_horizon` (None =
    all). leave_out: as in `imputation`; on, as in the main analysis, because it errs on the wide side.
    reading: as in `imputation`, strata by "type" unless named. What comes after entry plays no part in the
    choice.
    A placebo effect away from 0 is what selection on bad results alone can produce. Nearest is not equal:
    read `pairs` for how far the partners' baselines are from those of the trusts that entered.

    Raises EffectError as `imputation`, for windows that are not whole numbers, and when no pair can be made.
    """
    horizons = _checked(baseline, gap, matches, caliper, last_horizon, level)
    data = panel_of(panel, reading, group="type")
    pairs, true, dealt = _dealt(data, baseline, gap, matches, caliper)
    entrants, placebo = (
        imputation(one, horizons=horizons, leave_out=leave_out, level=level) for one in (true, dealt)
    )
    beside = _beside(entrants.overall, placebo.overall, level)
    unmatched = tuple(sorted({*data.units[data.entered], *data.dropped["unit"]} - {*pairs["trust"]}))
    return EquallyBad(pairs, unmatched, entrants, placebo, beside.value, beside.lower, beside.upper, dealt)


def difference(
    data: Panel,
    *,
    baseline: int,
    gap: int = 0,
    matches: int = 1,
    caliper: float | None = None,
    last_horizon: int | None = None,
    leave_out: bool = True,
    level: float = 0.95,
) -> Estimate:
    """Only the difference of `equally_bad_placebo`, of a panel that was read before: quick, for simulations."""
    arguments.kind(data, "data", Panel, error=EffectError)
    arguments.kind(leave_out, "leave_out", bool, error=EffectError)
    horizons = _checked(baseline, gap, matches, caliper, last_horizon, level)
    _, true, dealt = _dealt(data, baseline, gap, matches, caliper)
    entrants, placebo = (
        pooled(one, horizons=horizons, leave_out=leave_out, level=level) for one in (true, dealt)
    )
    return _beside(entrants, placebo, level)


def paired(
    data: Panel, *, baseline: int, gap: int = 0, matches: int = 1, caliper: float | None = None
) -> tuple[pd.DataFrame, Panel]:
    """Only the pairs and the placebo panel of `equally_bad_placebo`, of a panel that was read before, for another estimator."""
    arguments.kind(data, "data", Panel, error=EffectError)
    _checked(baseline, gap, matches, caliper, None, 0.95)
    pairs, _, dealt = _dealt(data, baseline, gap, matches, caliper)
    return pairs, dealt


def _checked(
    baseline: int, gap: int, matches: int, caliper: float | None, last: int | None, level: float
) -> range | None:
    """Refuse settings that mean nothing; return the horizons that are pooled, None for all."""
    check_windows(baseline=baseline, gap=gap)
    whole_number("matches", matches, least=1)
    check_level(level)
    if caliper is not None:
        arguments.number(caliper, "caliper (standard deviations)", error=EffectError, least=0)
    if last is not None:
        whole_number("last_horizon", last)
    return None if last is None else range(last + 1)


def _dealt(
    data: Panel, baseline: int, gap: int, matches: int, caliper: float | None
) -> tuple[pd.DataFrame, Panel, Panel]:
    """Pairs; the panel of the matched entrants and those that never entered; that of these alone at dealt dates."""
    pairs = _pairs(wide(data, {}), baseline, gap, matches, caliper)
    if pairs.empty:
        raise EffectError("no trust that never entered is near enough to one that entered, in its stratum.")
    # units dropped in reading had entered before their first value: no comparators, and not in `data`
    matched = np.isin(data.units, pairs["trust"].to_numpy())
    dates = pd.Series(data.units).map(pairs.set_index("placebo")["entry"]).to_numpy(dtype=float)
    dealt = data.of_units(~data.entered, np.where(np.isnan(dates), np.inf, dates))
    return pairs, data.of_units(~data.entered | matched, data.unit_cohort), dealt


def _beside(entrants: Estimate, placebo: Estimate, level: float) -> Estimate:
    """Entrants less placebo, the two taken as independent."""
    value, se = entrants.value - placebo.value, float(np.hypot(entrants.se, placebo.se))
    half = float(curves.normal_quantile((1 + level) / 2) * se)
    return replace(entrants, value=value, se=se, lower=value - half, upper=value + half)


def _pairs(table: Wide, baseline: int, gap: int, matches: int, caliper: float | None) -> pd.DataFrame:
    """Pair entrants with never-entered units of the stratum: smallest sum of standardised distances."""
    data, rows = table.data, []
    for group in np.unique(data.unit_group):
        here = data.unit_group == group
        entrants, others = np.flatnonzero(here & table.entered), np.flatnonzero(here & ~table.entered)
        if not len(entrants) or not len(others):
            continue
        dates = np.unique(data.unit_cohort[entrants])
        before = {date: mean(table.before(date, baseline, gap), axis=1) for date in dates}
        scale = {date: scale_of(level[others]) for date, level in before.items()}
        seats = np.repeat(entrants, matches)
        levels = {i: before[data.unit_cohort[i]] for i in entrants}
        cost = np.array(
            [np.abs(levels[i][others] - levels[i][i]) / scale[data.unit_cohort[i]] for i in seats]
        )
        from scipy.optimize import linear_sum_assignment

        refused = np.isnan(cost) | (cost > (np.inf if caliper is None else caliper))
        for seat, column in zip(*linear_sum_assignment(np.where(refused, UNMATCHABLE, cost)), strict=True):
            if not refused[seat, column]:
                i, j = seats[seat], others[column]
                rows.append(
                    (data.units[i], data.units[j], int(data.unit_cohort[i]), levels[i][i], levels[i][j])
                )
    frame = pd.DataFrame(rows, columns=["trust", "placebo", "entry", "baseline", "baseline_placebo"])
    return frame.sort_values(["entry", "trust", "placebo"], ignore_index=True)
