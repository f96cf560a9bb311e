"""Effect of entering, by imputation: untreated observations predict what would have been."""

from collections.abc import Iterable

import numpy as np

from analysis.methods import arguments
from analysis.methods.effects.additive import Additive, additive
from analysis.methods.effects.panels import EffectError, is_whole


def imputation_estimate(
    y: np.ndarray,
    *,
    unit: np.ndarray,
    time: np.ndarray,
    treated: np.ndarray,
    horizon: np.ndarray | None = None,
    group: np.ndarray | None = None,
    weights: np.ndarray | None = None,
) -> tuple[float, dict[int, float]]:
    """Mean effect on the treated observations, pooled and by horizon; the fast core of `imputation`.

    y: outcome, one an observation, no missing values (leave missing rows out).
    unit, time: integer codes 0..n-1 (`np.unique(..., return_inverse=True)[1]` makes them).
    treated: bool; False = used to fit unit effect + time effect, True = compared with the prediction.
    horizon: whole periods since entry, one an observation (read only where treated). Horizons below
        zero are reported but left out of the pooled mean. None = no means by horizon.
    group: integer codes; time effects are separate in each group. None = one group.
    weights: frequency weight of each observation (as in a bootstrap of units), 0 = left out; None = 1.
    Returns (pooled mean effect, {horizon: mean effect}). Treated observations whose counterfactual is
    not identified are left out; the pooled mean is nan if none is left.
    Nothing is checked here beyond the presence of untreated observations (EffectError).
    Method: Borusyak, Jaravel, Spiess, Review of Economic Studies 2024;91:3253-85.
    """
    weight = np.ones(len(y)) if weights is None else np.asarray(weights, float)
    model = additive(unit, time_cells(time, group), np.where(treated, 0.0, weight))
    use = treated & (weight > 0) & model.identified()
    gap = (y - model.fitted(y))[use] * weight[use]
    if horizon is None:
        total = weight[use].sum()
        return (float(gap.sum() / total) if total > 0 else float("nan")), {}
    at, inverse = np.unique(np.asarray(horizon[use], dtype=int), return_inverse=True)
    sums = np.bincount(inverse, gap, minlength=len(at))
    sizes = np.bincount(inverse, weight[use], minlength=len(at))
    post = at >= 0
    pooled = float(sums[post].sum() / sizes[post].sum()) if post.any() else float("nan")
    return pooled, {int(h): float(s / n) for h, s, n in zip(at, sums, sizes, strict=True)}


def imputation_weights(
    *,
    unit: np.ndarray,
    time: np.ndarray,
    treated: np.ndarray,
    horizon: np.ndarray | None = None,
    group: np.ndarray | None = None,
) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Weights that turn outcomes into the estimates of `imputation_estimate`: estimate = weights @ y.

    Arguments as there. Returns (weights of the pooled mean, {horizon: weights}), each one an observation.
    The weights depend on who is treated when, not on the outcome: many outcomes (as in a wild bootstrap)
    cost one matrix product. All nan if no treated observation is identified.
    """
    given = {"unit": unit, "time": time, "treated": treated}
    found = {name: arguments.figures(values, name, error=EffectError) for name, values in given.items()}
    for name, values in found.items():
        whole = np.isin(values, (0, 1)) if name == "treated" else (values >= 0) & (values % 1 == 0)
        if values.shape != (len(found["unit"].ravel()),) or not whole.all():
            raise EffectError(
                f"{name} holds {arguments.shown(values)}. Allowed: codes 0, 1, ..., one an observation."
            )
    unit, time, treated = found["unit"].astype(int), found["time"].astype(int), found["treated"] == 1
    for name, rest, told in (("horizon", horizon, treated), ("group", group, np.ones(len(unit), dtype=bool))):
        if rest is None:
            continue
        number = arguments.figures(rest, name, error=EffectError)
        if number.shape != unit.shape or not np.isfinite(number[told]).all() or (number[told] % 1 != 0).any():
            raise EffectError(
                f"{name} holds {arguments.shown(rest)}. Allowed: a whole number an observation."
            )
    group = None if group is None else np.asarray(group, dtype=int)
    model = additive(unit, time_cells(time, group), np.where(treated, 0.0, 1.0))
    use = treated & model.identified()
    pooled = use if horizon is None else use & (np.nan_to_num(horizon, neginf=-1, posinf=-1) >= 0)
    masks = {} if horizon is None else {int(h): use & (horizon == h) for h in np.unique(horizon[use])}
    return _linear(model, pooled), {h: _linear(model, mask) for h, mask in masks.items()}


def _linear(model: Additive, mask: np.ndarray) -> np.ndarray:
    """Weights of the mean imputed effect over `mask` on every outcome."""
    if not mask.any():
        return np.full(len(mask), np.nan)
    mean = mask / mask.sum()
    return mean - model.weight * model.at(model.solve(model.sums(mean)))


def time_cells(time: np.ndarray, group: np.ndarray | None) -> np.ndarray:
    """Codes of the time effects: time, or time within group."""
    return time if group is None else group * (int(time.max()) + 1) + time


def wanted(horizon: np.ndarray, horizons: Iterable[int] | None) -> np.ndarray:
    """Mark the horizons asked for; None = every one. Raises EffectError for anything but whole numbers."""
    if horizons is None:
        return np.ones(len(horizon), dtype=bool)
    asked = list(horizons) if isinstance(horizons, Iterable) and not isinstance(horizons, str) else []
    if not asked or not all(is_whole(h) for h in asked):
        raise EffectError(
            f"horizons {arguments.shown(horizons)}. Allowed: a list of whole periods since entry, or None."
        )
    return np.isin(horizon, asked)
