"""Entry dates dealt out again among trusts, and trusts left out one at a time."""

from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis.methods import arguments
from analysis.methods.effects.dealt import pooled_estimates
from analysis.methods.effects.panels import EffectError, Panel, Reading, panel_of, whole_number
from analysis.methods.effects.resample import need_generator
from analysis.methods.effects.staggered import imputation_estimate

Floats = np.ndarray

CHUNK = 50  # draws that share one stream of random numbers; fixed, so that workers do not change the result
TIE = 1e-9  # relative: draws this near to the observed effect are ties


@dataclass(frozen=True, slots=True)
class Placebo:
    """The effect of entry among effects of entry dates dealt out at random.

    observed: pooled imputation estimate with the true dates. null: the estimates of the draws, in order.
    p_two_sided: (1 + draws at least as far from 0) / (1 + draws); p_lower, p_upper: at least as low, as high.
        Ties and draws that cannot be estimated (`failed`, NaN in `null`) count as extreme.
    entrants, trusts: that entered, and among which the dates were dealt (entrants included).
    """

    observed: float
    null: Floats
    p_two_sided: float
    p_lower: float
    p_upper: float
    draws: int
    failed: int
    entrants: int
    trusts: int
    strata: int


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """How far one trust carries the effect.

    frame: one row a unit left out, from lowest to highest estimate; `left_out`, `estimate`, `difference`
        (from `overall`).
    """

    frame: pd.DataFrame
    overall: float
    lowest: float
    highest: float


def placebo_dates(
    panel: pd.DataFrame | Panel,
    *,
    draws: int = 999,
    rng: np.random.Generator,
    last_horizon: int | None = None,
    n_jobs: int | None = None,
    **reading: Unpack[Reading],
) -> Placebo:
    """Test that entry did nothing, by dealing the entry dates out again (randomisation inference).

    panel: one row a trust and period. reading: as in the effect estimators, strata by "type" unless named.
    Assignment model: within each stratum the dates that its entrants had, as many of each, could have fallen
        on any of its trusts, all deals equally likely; outcomes stay as they are. Trusts chosen for bad
        results are not a random draw of all trusts: read p with the regression to the mean beside it.
    Every deal is estimated by imputation as the data are: unit effect + period effect by stratum from
        untreated observations, mean over all treated ones (horizons 0 to `last_horizon`; None = all);
        `anticipation` periods before entry are left out of the fit. Trusts treated from their first value
        carry no baseline and drop out.
    n_jobs: joblib workers; None = what the caller's `joblib.parallel_config` says (one worker if nothing), so
        that another backend, such as a Dask cluster, is a setting. The result depends on `rng` only.

    Raises EffectError as the estimators do, for no draws, no stratum in which a deal can differ, and an
    observed effect that cannot be estimated.
    """
    whole_number("draws", draws, least=1)
    need_generator(rng, draws)
    data = panel_of(panel, reading, group="type")
    arguments.workers(n_jobs, error=EffectError)
    members = [np.flatnonzero(data.unit_group == group) for group in np.unique(data.unit_group)]
    if not any(
        data.entered[units].any() and len(np.unique(data.unit_cohort[units])) > 1 for units in members
    ):
        raise EffectError(
            "in no stratum could the dates have fallen otherwise: every deal is the observed one."
        )
    if last_horizon is not None:
        whole_number("last_horizon", last_horizon)
    observed = _estimate(data, data.unit_cohort, last_horizon)
    if np.isnan(observed):
        raise EffectError(
            "the observed effect cannot be estimated: no treated observation has a counterfactual."
        )
    sizes = [min(CHUNK, draws - start) for start in range(0, draws, CHUNK)]
    work = delayed(_draws)
    parts = Parallel(n_jobs=n_jobs)(
        work(data, members, size, stream, last_horizon)
        for size, stream in zip(sizes, rng.spawn(len(sizes)), strict=True)
    )
    null = np.concatenate(list(parts))
    failed = np.isnan(null)
    slack = TIE * max(abs(observed), float(np.nanmax(np.abs(null), initial=0.0)))
    far = failed | (np.abs(null) >= abs(observed) - slack)
    low, high = failed | (null <= observed + slack), failed | (null >= observed - slack)
    p_far, p_low, p_high = ((1 + int(hits.sum())) / (1 + draws) for hits in (far, low, high))
    counts = int(failed.sum()), int(data.entered.sum()), len(data.units), len(members)
    return Placebo(observed, null, p_far, p_low, p_high, draws, *counts)


def leave_one_out(
    panel: pd.DataFrame, *, last_horizon: int | None = None, **reading: Unpack[Reading]
) -> LeaveOneOut:
    """Estimate the effect again without each trust that entered: pooled imputation, as in `placebo_dates`.

    A sample without a treated trust gives NaN, listed last. Raises EffectError if there is nothing to leave
    out.
    """
    unit, cohort = reading.get("unit", "trust"), reading.get("cohort", "entry")
    arguments.columns(panel, [unit, cohort], error=EffectError, what="the panel")
    if last_horizon is not None:
        whole_number("last_horizon", last_horizon)
    entered = panel[cohort].notna() & (panel[cohort] != np.inf) & panel[unit].notna()
    if not entered.any():
        raise EffectError("no trust entered; nothing can be left out.")
    trusts = panel.loc[entered, unit].drop_duplicates()
    overall = _pooled(panel, reading, last_horizon)
    estimates = []
    for trust in trusts:
        try:
            estimates.append(_pooled(panel[panel[unit] != trust], reading, last_horizon))
        except EffectError:
            estimates.append(float("nan"))
    frame = pd.DataFrame({"left_out": trusts.to_numpy(), "estimate": estimates})
    frame["difference"] = frame["estimate"] - overall
    frame = frame.sort_values(["estimate", "left_out"], ignore_index=True)
    lowest, highest = float(frame["estimate"].min()), float(frame["estimate"].max())
    return LeaveOneOut(frame, overall, lowest, highest)


def _pooled(panel: pd.DataFrame, reading: Reading, last_horizon: int | None) -> float:
    """Pooled imputation estimate of a panel as a plain number."""
    data = panel_of(panel, reading, group="type")
    return _estimate(data, data.unit_cohort, last_horizon)


def _draws(
    data: Panel, members: list[Floats], size: int, rng: np.random.Generator, last_horizon: int | None
) -> Floats:
    """Estimates of `size` deals of the cohorts among the units of each stratum (`members`)."""
    cohorts = np.tile(data.unit_cohort, (size, 1))
    for dealt in cohorts:
        for units in members:
            dealt[units] = rng.permutation(dealt[units])
    estimates, apart = pooled_estimates(data, cohorts, last_horizon=last_horizon)
    for draw in np.flatnonzero(apart):
        estimates[draw] = _estimate(data, cohorts[draw], last_horizon)
    return estimates


def _estimate(data: Panel, unit_cohort: Floats, last_horizon: int | None) -> float:
    """Pooled imputation estimate had the units these cohorts."""
    since = data.time - unit_cohort[data.unit]
    keep = since <= (np.inf if last_horizon is None else last_horizon)
    try:
        pooled, _ = imputation_estimate(
            data.y[keep],
            unit=data.unit[keep],
            time=(data.time - data.time.min())[keep],
            treated=(since >= -data.anticipation)[keep],
            horizon=np.where(np.isfinite(since), since, -1)[keep].astype(int),
            group=data.group[keep],
        )
    except EffectError:
        return float("nan")
    return pooled
