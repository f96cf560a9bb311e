"""Group-time average effects: one cohort in one period against controls in the same stratum."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from analysis.methods.effects.panels import EffectError, Panel

EXTREME = 1 - 1e-6  # propensity scores are held below this, as in R's DRDID
NEWTON_STEPS = 50
NEWTON_STOP = 1e-10


@dataclass(frozen=True, slots=True)
class Cells:
    """Group-time effects of every stratum, cohort and period, as parallel arrays (one entry a cell).

    influence: units by cells; contribution of each unit, so that the variance of a cell is the sum of
    squares of its column. member: units by cells, True for the treated units of the cell.
    reference: True for the base period under a universal base (effect 0 by construction).
    """

    stratum: np.ndarray
    cohort: np.ndarray
    time: np.ndarray
    effect: np.ndarray
    n_controls: np.ndarray
    influence: np.ndarray
    member: np.ndarray
    control: np.ndarray
    reference: np.ndarray


def group_time_cells(
    data: Panel,
    *,
    control: str,
    anticipation: int,
    base: str,
    covariates: np.ndarray | None,
    method: str,
    horizons: Iterable[int] | None = None,
) -> Cells:
    """Estimate every cell that has treated units and controls observed in both periods compared.

    covariates: one row an observation of `data` (a constant is added), read in the base period.
    horizons: periods since entry to estimate; None = all.
    Base period: the last one before entry less `anticipation`; in earlier periods under "varying" the
    period before. Periods are those observed by anyone, in order, as in R's `did`.
    """
    periods, at = np.unique(data.time, return_inverse=True)
    wide = _wide(data, data.y, at, len(periods))
    extra = None
    if covariates is not None:
        extra = np.stack([_wide(data, column, at, len(periods)) for column in covariates.T], axis=2)
    ask = None if horizons is None else set(horizons)
    columns: dict[str, list] = {name: [] for name in Cells.__dataclass_fields__}
    finite = np.isfinite(data.unit_cohort) & (data.unit_cohort <= periods[-1])
    for stratum in np.unique(data.unit_group):
        here = data.unit_group == stratum
        for cohort in np.unique(data.unit_cohort[here & finite]):
            treated = here & (data.unit_cohort == cohort)
            for now, before in _pairs(periods, cohort, anticipation, base):
                if ask is not None and periods[now] - cohort not in ask:
                    continue
                cell = _cell(
                    wide,
                    extra,
                    treated,
                    here
                    & _controls(
                        data, cohort, max(periods[now], periods[before]), anticipation, control, periods
                    ),
                    now,
                    before,
                    method,
                )
                if cell is not None:
                    _keep(columns, cell, stratum, cohort, periods[now], reference=now == before)
    if not columns["effect"]:
        raise EffectError(f"no cohort has controls ('{control}') observed in the same two periods and group.")
    stacked = {"influence", "member", "control"}
    return Cells(
        **{
            name: np.column_stack(part) if name in stacked else np.array(part)
            for name, part in columns.items()
        }
    )


def _wide(data: Panel, values: np.ndarray, at: np.ndarray, periods: int) -> np.ndarray:
    wide = np.full((len(data.units), periods), np.nan)
    wide[data.unit, at] = values
    return wide


def _pairs(periods: np.ndarray, cohort: float, anticipation: int, base: str) -> list[tuple[int, int]]:
    """Positions (period, base period) of the comparisons of one cohort."""
    earlier = np.flatnonzero(periods + anticipation < cohort)
    if not len(earlier):
        return []
    last = int(earlier[-1])
    if base == "universal":
        return [(now, last) for now in range(len(periods))]
    return [(now, last if periods[now] >= cohort else now - 1) for now in range(1, len(periods))]


def _controls(
    data: Panel, cohort: float, latest: float, anticipation: int, control: str, periods: np.ndarray
) -> np.ndarray:
    """Units that may be controls: never treated in the panel, or not treated until after `latest`."""
    never = data.unit_cohort > periods[-1]
    if control == "never":
        return never
    return never | ((data.unit_cohort > latest + anticipation) & (data.unit_cohort != cohort))


def _cell(
    wide: np.ndarray,
    extra: np.ndarray | None,
    treated: np.ndarray,
    controls: np.ndarray,
    now: int,
    before: int,
    method: str,
) -> tuple | None:
    change = wide[:, now] - wide[:, before]
    seen = np.isfinite(change)
    if extra is not None:
        seen &= np.isfinite(extra[:, before]).all(axis=1)
    treated, controls = treated & seen, controls & seen
    if not treated.any() or not controls.any():
        return None
    influence = np.zeros(len(change))
    if now == before:
        return 0.0, influence, treated, controls
    both = treated | controls
    design = (
        np.ones((both.sum(), 1))
        if extra is None
        else np.column_stack([np.ones(both.sum()), extra[both, before]])
    )
    compare = doubly_robust if extra is not None and method == "dr" else regression
    effect, influence[both] = compare(change[both], treated[both], design)
    return effect, influence, treated, controls


def _keep(
    columns: dict[str, list], cell: tuple, stratum: int, cohort: float, time: int, *, reference: bool
) -> None:
    effect, influence, treated, controls = cell
    found = {
        "stratum": stratum,
        "cohort": int(cohort),
        "time": int(time),
        "effect": effect,
        "n_controls": int(controls.sum()),
        "influence": influence,
        "member": treated,
        "control": controls,
        "reference": reference,
    }
    for name, value in found.items():
        columns[name].append(value)


def regression(change: np.ndarray, treated: np.ndarray, design: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean change of the treated less what a regression on the controls predicts for them.

    With a constant as the only column of `design` this is the difference in mean changes. Returns (effect,
    contributions, one a unit, whose squares add up to the variance); nan when the controls cannot carry
    the regression. Method: outcome regression of Sant'Anna, Zhao 2020.
    """
    size, share = len(change), treated.mean()
    if design.shape[1] == 1 and design.any():
        moved, stayed = change[treated].mean(), change[~treated].mean()
        spread = np.where(treated, (change - moved) / share, (stayed - change) / (1 - share))
        return float(moved - stayed), spread / size
    fit = _outcome(change, treated, design)
    if fit is None:
        return float("nan"), np.full(size, np.nan)
    predicted, representation = fit
    observed, expected = change[treated].mean(), predicted[treated].mean()
    own = treated * (change - observed - predicted + expected)
    influence = (own - representation @ (treated[:, None] * design).mean(axis=0)) / share
    return float(observed - expected), influence / size


def doubly_robust(change: np.ndarray, treated: np.ndarray, design: np.ndarray) -> tuple[float, np.ndarray]:
    """Doubly robust effect: outcome regression on controls, weighted by a logistic propensity score.

    Returns as `regression`. Method: Sant'Anna, Zhao, J Econometrics 2020;219:101-22 (traditional estimator).
    """
    size = len(change)
    fit, score = _outcome(change, treated, design), _logit(treated, design)
    if fit is None or score is None:
        return float("nan"), np.full(size, np.nan)
    predicted, representation = fit
    chance = np.minimum(score, EXTREME)
    odds = np.where(treated, 0.0, chance / (1 - chance))
    left = change - predicted
    gain, drift = left[treated].mean(), (odds @ left) / odds.sum()
    hessian = np.linalg.inv((design * (chance * (1 - chance))[:, None]).T @ design / size)
    propensity = ((treated - chance)[:, None] * design) @ hessian
    of_treated = treated * (left - gain) - representation @ (treated[:, None] * design).mean(axis=0)
    of_controls = (
        odds * (left - drift)
        + propensity @ ((odds * (left - drift))[:, None] * design).mean(axis=0)
        - representation @ (odds[:, None] * design).mean(axis=0)
    )
    return float(gain - drift), (of_treated / treated.mean() - of_controls / odds.mean()) / size


def _outcome(
    change: np.ndarray, treated: np.ndarray, design: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Least squares on the controls: (prediction for all, linear representation of the coefficients)."""
    used = (~treated)[:, None] * design
    gram = used.T @ design / len(change)
    if np.linalg.matrix_rank(used) < design.shape[1]:
        return None
    slope = np.linalg.solve(gram, used.T @ change / len(change))
    predicted = design @ slope
    return predicted, ((change - predicted)[:, None] * used) @ np.linalg.inv(gram)


def _logit(treated: np.ndarray, design: np.ndarray) -> np.ndarray | None:
    """Logistic propensity score by Newton's method; None when it does not exist (perfect separation)."""
    slope = np.zeros(design.shape[1])
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ slope, -500, 500)))
        information = (design * (chance * (1 - chance))[:, None]).T @ design
        if np.linalg.matrix_rank(information) < len(slope):
            return None
        step = np.linalg.solve(information, design.T @ (treated - chance))
        slope = slope + step
        if np.abs(step).max() < NEWTON_STOP:
            return 1 / (1 + np.exp(-np.clip(design @ slope, -500, 500)))
    return None
