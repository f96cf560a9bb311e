"""Entry dates dealt out again among trusts, and trusts left out one at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
    entrants, eligible: trusts that entered, and trusts among which the dates were dealt (entrants included).
    """

    observed: float
    null: Floats
    p_two_sided: float
    p_lower: float
    p_upper: float
    draws: int
    failed: int
    entrants: int
    eligible: int
    strata: int


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """How far one trust (or cohort, or type) carries the effect.

    frame: one row a unit left out, from lowest to highest estimate; `left_out`, `estimate`, `difference`
        (from `overall`).
    """

    frame: pd.DataFrame
    overall: float
    lowest: float
    highest: float
    by: str


def placebo_dates(
    panel: pd.DataFrame | Panel,
    *,
    draws: int = 999,
    rng: np.random.Generator,
    eligible: str | None = None,
    last_horizon: int | None = None,
    n_jobs: int | None = None,
    **reading: Unpack[Reading],
) -> Placebo:
    """Test that entry did nothing, by dealing the entry dates out again (randomisation inference).

    panel: one row a trust and period. reading: as in the effect estimators, strata by "type" unless named.
    Assignment model: within each stratum the dates that its entrants had, as many of each, could have fallen
        on any of its eligible trusts, all deals equally likely; outcomes stay as they are. Trusts chosen for
        bad results are not a random draw of all trusts: restrict the eligible ones (`eligible`: column, True
        for trusts that could have been chosen, such as low-rated ones) and read p with the regression to the
        mean beside it. Entrants are always eligible. Other trusts stay comparators.
    Every deal is estimated by imputation as the data are: unit effect + period effect by stratum from
        untreated observations, mean over all treated ones (horizons 0 to `last_horizon`; None = all);
        `anticipation` periods before entry are left out of the fit. Trusts treated from their first value
        carry no baseline and drop out.
    n_jobs: joblib workers; None = what the caller's `joblib.parallel_config` says (one worker if nothing), so
        that another backend, such as a Dask cluster, is a setting. The result depends on `rng` only.

    Raises EffectError as the estimators do, for no draws, a stratum in which no deal can differ, an
    eligibility that varies within a trust, and an observed effect that cannot be estimated.
    """
    whole_number("draws", draws, least=1)
    need_generator(rng, draws)
    data = panel_of(panel, reading, group="type")
    arguments.workers(n_jobs, error=EffectError)
    chosen = _eligible(panel, data, reading.get("unit", "trust"), eligible)
    _refuse_without_choice(data, chosen)
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
        work(data, chosen, size, stream, last_horizon)
        for size, stream in zip(sizes, rng.spawn(len(sizes)), strict=True)
    )
    null = np.concatenate(list(parts))
    failed = np.isnan(null)
    slack = TIE * max(abs(observed), float(np.nanmax(np.abs(null), initial=0.0)))
    far = failed | (np.abs(null) >= abs(observed) - slack)
    low, high = failed | (null <= observed + slack), failed | (null >= observed - slack)
    p_far, p_low, p_high = ((1 + int(hits.sum())) / (1 + draws) for hits in (far, low, high))
    strata = len(np.unique(data.unit_group))
    return Placebo(
        observed,
        null,
        p_far,
        p_low,
        p_high,
        draws,
        int(failed.sum()),
        int(data.entered.sum()),
        int(chosen.sum()),
        strata,
    )


def leave_one_out(
    panel: pd.DataFrame,
    *,
    estimator: Callable[[pd.DataFrame], float] | None = None,
    by: str | None = None,
    everyone: bool = False,
    last_horizon: int | None = None,
    n_jobs: int | None = None,
    **reading: Unpack[Reading],
) -> LeaveOneOut:
    """Estimate the effect again without each trust that entered, or without each value of another column.

    estimator: panel -> effect; None = pooled imputation estimate as in `placebo_dates`.
    by: column whose values are left out in turn, rows with a blank never; None = `unit`. Only values that an
        entrant has are left out, unless `everyone`. n_jobs: as `placebo_dates`.
    A sample without a treated trust gives NaN, listed last. Raises EffectError if there is nothing to leave
    out.
    """
    column, cohort = reading.get("unit", "trust") if by is None else by, reading.get("cohort", "entry")
    arguments.columns(panel, [column, cohort], error=EffectError, what="the panel")
    if not (estimator is None or callable(estimator)):
        raise EffectError(
            f"estimator is {arguments.shown(estimator)}. Allowed: a function of the panel, or None."
        )
    imputed = partial(_pooled, reading=reading, last_horizon=last_horizon)
    function = imputed if estimator is None else estimator
    arguments.flag(everyone, "everyone", error=EffectError)
    arguments.workers(n_jobs, error=EffectError)
    entered = panel[cohort].notna() & (panel[cohort] != np.inf)
    values = (
        panel.loc[panel[column].notna() & (entered | everyone), column]
        .drop_duplicates()
        .sort_values(kind="stable", key=lambda one: one.astype(str) if one.dtype == object else one)
    )
    if values.empty:
        raise EffectError(
            f"no value of {arguments.shown(column)} belongs to a trust that entered; nothing can be left out."
        )
    overall = function(panel)
    work = delayed(_without)
    estimates = Parallel(n_jobs=n_jobs)(work(function, panel, panel[column] != value) for value in values)
    frame = pd.DataFrame({"left_out": values.to_numpy(), "estimate": list(estimates)})
    frame["difference"] = frame["estimate"] - overall
    frame = frame.sort_values(["estimate", "left_out"], ignore_index=True)
    lowest, highest = float(frame["estimate"].min()), float(frame["estimate"].max())
    return LeaveOneOut(frame, overall, lowest, highest, column)


def _pooled(panel: pd.DataFrame, *, reading: Reading, last_horizon: int | None) -> float:
    """Pooled imputation estimate of a panel as a plain number."""
    data = panel_of(panel, reading, group="type")
    return _estimate(data, data.unit_cohort, last_horizon)


def _without(function: Callable[[pd.DataFrame], float], panel: pd.DataFrame, keep: pd.Series) -> float:
    try:
        return float(function(panel[keep]))
    except EffectError:
        return float("nan")


def _draws(
    data: Panel, eligible: Floats, size: int, rng: np.random.Generator, last_horizon: int | None
) -> Floats:
    """Estimates of `size` deals of the cohorts among the eligible units of each stratum."""
    strata = [np.flatnonzero(eligible & (data.unit_group == g)) for g in np.unique(data.unit_group)]
    cohorts = np.tile(data.unit_cohort, (size, 1))
    for dealt in cohorts:
        for members in strata:
            dealt[members] = rng.permutation(dealt[members])
    found, apart = pooled_estimates(data, cohorts, last_horizon=last_horizon)
    for draw in np.flatnonzero(apart):
        found[draw] = _estimate(data, cohorts[draw], last_horizon)
    return found


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


def _eligible(panel: pd.DataFrame | Panel, data: Panel, unit: str, eligible: str | None) -> Floats:
    """Mark the units among which dates are dealt."""
    if eligible is None:
        return np.ones(len(data.units), dtype=bool)
    if isinstance(panel, Panel):
        raise EffectError(
            f"eligible={arguments.shown(eligible)} with a panel that was read before: give the frame."
        )
    arguments.heading(eligible, "eligible", error=EffectError)
    if eligible not in panel.columns:
        raise EffectError(
            f"no column {arguments.shown(eligible)} in the panel. Columns: {list(panel.columns)}."
        )
    marks = panel.groupby(unit)[eligible].agg(["nunique", "first", "count", "size"])
    varies = marks[(marks["nunique"] > 1) | (marks["count"] < marks["size"])]
    if len(varies):
        raise EffectError(
            f"{arguments.shown(eligible)} varies or is blank in {arguments.shown(varies.index[0])}. One True or False a trust."
        )
    return data.entered | marks.loc[data.units, "first"].to_numpy(dtype=bool)


def _refuse_without_choice(data: Panel, eligible: Floats) -> None:
    strata = [eligible & (data.unit_group == g) for g in np.unique(data.unit_group)]
    dealt = [members for members in strata if data.entered[members].any()]
    if not any(len(np.unique(data.unit_cohort[members])) > 1 for members in dealt):
        raise EffectError(
            "in no stratum could the dates have fallen otherwise: every deal is the observed one."
        )
