"""How large a breach of parallel trends, measured by that before entry, would undo an effect."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves
from analysis.methods.effects.panels import EffectError, check_level, is_whole

Floats = np.ndarray

MBAR = (0.0, 0.5, 1.0, 1.5, 2.0)
MANY = 10**6  # periods from the reference: labels beyond are none
NOT_ZERO = 1e-12  # the reference period's estimate must be 0 up to rounding
ERRORS = 3  # ways in which the interval can miss; see `honest_bounds`


@dataclass(frozen=True, slots=True)
class HonestBounds:
    """Bounds of an effect when trends may differ after entry by `mbar` times the most they did before.

    frame: one row an `mbar`; `lower`, `upper` (identified bounds: from point estimates, WITHOUT sampling
        error) and `interval_lower`, `interval_upper` (conservative interval with sampling error; NaN without
        a covariance).
    estimate: of the target parameter. target: what it is, in words. largest: greatest change between
        neighbouring periods before entry, in estimates. breakdown: mbar from which the identified bounds hold
        0 (infinite if there was no change at all before entry). breakdown_interval: the same of the interval
        (0 if it always does).
    """

    frame: pd.DataFrame
    estimate: float
    target: str
    largest: float
    breakdown: float
    breakdown_interval: float
    level: float


def honest_bounds(
    event_study: pd.DataFrame,
    *,
    mbar: Sequence[float] = MBAR,
    horizons: Sequence[int] | None = None,
    weights: Sequence[float] | None = None,
    covariance: pd.DataFrame | None = None,
    reference: int = -1,
    horizon: str = "horizon",
    estimate: str = "estimate",
    level: float = 0.95,
) -> HonestBounds:
    """Bound an effect under relative magnitudes: trends part by at most mbar x the largest change before
    entry.

    event_study: one row a `horizon` (whole periods since entry) with its `estimate`, all against the same
        `reference` period (a universal base), whose row is absent or 0. Every period from the first to the
        last must be there. Estimates from an imputation are not of this kind: leads and effects have
        different bases.
    horizons: of the target parameter; None = all from 0 on. weights: one a horizon; None = equal (the
        average). One horizon gives the effect at that horizon.
    Restriction: |d(s+1) - d(s)| for s from the reference on is at most mbar times its largest value up to the
        reference, d being the difference in trends. Bounds: estimate -+ mbar x largest x the sum of absolute
        tails of the weights.
    The bounds take the estimates as they are: they IGNORE SAMPLING ERROR, and are not confidence intervals.
    covariance: of the estimates, rows and columns labelled by horizon. With it an interval is given: the
        target's interval, widened by the bounds at the upper limits of the changes before entry. It can miss
        in three ways (target above or below its limits, largest change above its own), each held to a third
        of 1 - `level`; at mbar 0 it is the ordinary interval. It covers at least `level` in large samples for
        every mbar, and is
        conservative: wider than the conditional and hybrid intervals of the paper.
    Method: identified set of Rambachan, Roth 2023, Review of Economic Studies 90:2555-91, section 2.3.

    Raises EffectError for missing columns, horizons that are not whole, repeated or with a gap, a missing
    estimate, a reference that is not 0, fewer than one change before entry, no horizon of the target, weights
    that do not fit, a negative mbar, and a covariance that lacks a horizon.
    """
    check_level(level)
    if not is_whole(reference) or abs(reference) > MANY:
        raise EffectError(f"reference={arguments.shown(reference)}. Allowed: a whole number of periods.")
    path = _path(event_study, horizon, estimate, reference)
    asked = (
        [h for h in path.index if h >= 0]
        if horizons is None
        else list(arguments.single(horizons, "horizons", error=EffectError))
    )
    if not asked or any(h not in path.index or h <= reference for h in asked):
        raise EffectError(
            f"horizons {arguments.shown(asked)} of the target: found after {reference} are {list(path.index)}."
        )
    share = (
        np.full(len(asked), 1 / len(asked))
        if weights is None
        else arguments.figures(weights, "weights", error=EffectError)
    )
    if share.shape != (len(asked),) or not np.isfinite(share).all():
        raise EffectError(
            f"{share.size} weights for {len(asked)} horizons. One finite weight each is needed."
        )
    levels = arguments.figures(mbar, "mbar", error=EffectError)
    if levels.ndim != 1 or not (np.isfinite(levels) & (levels >= 0)).all():
        raise EffectError(f"mbar {arguments.shown(levels)}. Allowed: numbers of 0 or more.")
    target = pd.Series(share, index=asked).groupby(level=0).sum().reindex(path.index, fill_value=0.0)
    after = target[target.index > reference].to_numpy()
    reach = float(np.abs(np.cumsum(after[::-1])).sum())  # a change at s moves every later period alike
    before = path[path.index <= reference]
    changes = np.diff(before.to_numpy())
    largest, centre = float(np.abs(changes).max()), float(target @ path)
    frame = pd.DataFrame({"mbar": levels})
    frame["lower"], frame["upper"] = centre - levels * largest * reach, centre + levels * largest * reach
    frame["interval_lower"] = frame["interval_upper"] = broken = float("nan")
    if covariance is not None:
        se, se_changes = _errors(path, target, covariance, reference)
        ordinary, critical = curves.normal_quantile([0.5 + level / 2, 1 - (1 - level) / ERRORS])
        worst = float((np.abs(changes) + critical * se_changes).max())
        half = np.where(levels > 0, critical, ordinary) * se + levels * worst * reach
        frame["interval_lower"], frame["interval_upper"] = centre - half, centre + half
        room = abs(centre) - critical * se
        broken = max(0.0, room) / (worst * reach) if worst > 0 else float("inf")
    breakdown = abs(centre) / (largest * reach) if largest > 0 else float("inf")
    words = (
        f"effect at horizon {asked[0]}"
        if len(asked) == 1
        else f"average effect over horizons {asked[0]} to {asked[-1]}"
    )
    if weights is not None:
        words = f"weighted {words}"
    return HonestBounds(frame, centre, words, largest, breakdown, broken, level)


def _path(event_study: pd.DataFrame, horizon: str, estimate: str, reference: int) -> pd.Series:
    """Return the estimates by horizon without a gap, the reference at 0."""
    arguments.columns(event_study, (horizon, estimate), error=EffectError, what="the event study")
    labels = arguments.figures(event_study[horizon], f"column '{horizon}'", error=EffectError)
    estimates = arguments.figures(event_study[estimate], f"column '{estimate}'", error=EffectError)
    if not ((np.abs(labels) < MANY) & (labels % 1 == 0)).all() or len(set(labels)) < len(labels):
        raise EffectError("horizons must be whole numbers, each once.")
    path = pd.Series(estimates, index=labels.astype(int)).sort_index()
    if abs(path.get(reference, 0.0)) > NOT_ZERO:
        raise EffectError(
            f"the estimate at the reference {reference} is {arguments.plain(path[reference])}, not 0: all estimates must be "
            "against one base period (base='universal')."
        )
    path.loc[reference] = 0.0
    path = path.sort_index()
    gaps = [int(h) + 1 for h, after in pairwise(path.index) if after - h > 1]
    blank = ~np.isfinite(path)
    if gaps or blank.any():
        raise EffectError(
            f"horizons {gaps or list(path.index[blank])} have no estimate; every period needs one."
        )
    if path.index[0] >= reference:
        raise EffectError(f"no period before the reference {reference}: there is no change to compare with.")
    return path


def _errors(
    path: pd.Series, target: pd.Series, covariance: pd.DataFrame, reference: int
) -> tuple[float, Floats]:
    """Standard errors of the target and of the changes before entry."""
    arguments.kind(covariance, "the covariance", pd.DataFrame, error=EffectError)
    needed = [h for h in path.index if h != reference]
    lacking = [h for h in needed if h not in covariance.index or h not in covariance.columns]
    if lacking:
        raise EffectError(
            f"the covariance lacks horizons {lacking}; rows and columns are labelled by horizon."
        )
    spread = covariance.loc[needed, needed]
    spread = spread.reindex(index=path.index, columns=path.index, fill_value=0.0).to_numpy(float)
    if not np.isfinite(spread).all():
        raise EffectError("the covariance has missing values; leave out horizons without a standard error.")
    if (np.diag(spread) < 0).any() or not np.allclose(spread, spread.T):
        raise EffectError("the covariance has a negative variance or is not symmetric.")
    steps = np.diff(np.eye(len(path)), axis=0)[: int((path.index <= reference).sum()) - 1]
    functionals = np.vstack([target.to_numpy(), steps])
    se = np.sqrt(np.diag(functionals @ spread @ functionals.T).clip(0))
    return float(se[0]), se[1:]
