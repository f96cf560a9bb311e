"""Trusts that were as bad at the same date and did not enter, given the entry dates of those that did."""

from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves
from analysis.methods.effects.impute import imputation
from analysis.methods.effects.panels import EffectError, Panel, Reading, check_level, panel_of, whole_number
from analysis.methods.effects.results import Effects
from analysis.methods.effects.windows import Wide, check_windows, mean, scale_of, wide

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
    check_windows(baseline=baseline, gap=gap)
    whole_number("matches", matches, least=1)
    check_level(level)
    if caliper is not None:
        arguments.number(caliper, "caliper (standard deviations)", error=EffectError, least=0)
    if last_horizon is not None:
        whole_number("last_horizon", last_horizon)
    data = panel_of(panel, reading, group="type")
    pairs = _pairs(wide(data, {}), baseline, gap, matches, caliper)
    if pairs.empty:
        raise EffectError("no trust that never entered is near enough to one that entered, in its stratum.")
    # units dropped in reading had entered before their first value: no comparators, and not in `data`
    matched = np.isin(data.units, pairs["trust"].to_numpy())
    dates = pd.Series(data.units).map(pairs.set_index("placebo")["entry"]).to_numpy(dtype=float)
    dealt = data.of_units(~data.entered, np.where(np.isnan(dates), np.inf, dates))
    true = data.of_units(~data.entered | matched, data.unit_cohort)
    horizons = None if last_horizon is None else range(last_horizon + 1)
    entrants, placebo = (
        imputation(one, horizons=horizons, leave_out=leave_out, level=level) for one in (true, dealt)
    )
    difference = entrants.overall.value - placebo.overall.value
    half = float(curves.normal_quantile((1 + level) / 2) * np.hypot(entrants.overall.se, placebo.overall.se))
    unmatched = tuple(sorted({*data.units[data.entered & ~matched], *data.dropped["unit"]}))
    return EquallyBad(
        pairs, unmatched, entrants, placebo, difference, difference - half, difference + half, dealt
    )


def _pairs(table: Wide, baseline: int, gap: int, matches: int, caliper: float | None) -> pd.DataFrame:
    """Pair entrants with never-entered units of the stratum: smallest sum of standardised distances."""
    data, rows = table.data, []
    for group in np.unique(data.unit_group):
        here = data.unit_group == group
        entrants, others = np.flatnonzero(here & table.entered), np.flatnonzero(here & ~table.entered)
        if not len(entrants) or not len(others):
            continue
        levels = {i: mean(table.before(data.unit_cohort[i], baseline, gap), axis=1) for i in entrants}
        seats = np.repeat(entrants, matches)
        cost = np.array(
            [np.abs(levels[i][others] - levels[i][i]) / scale_of(levels[i][others]) for i in seats]
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
