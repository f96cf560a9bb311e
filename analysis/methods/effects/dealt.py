"""The pooled imputation estimate of one panel under many sets of entry dates, as one array computation."""

import numpy as np

from analysis.methods.effects.panels import Panel

CELLS = 2_000_000  # trust-periods times draws that are held at once: some 100 MB

LINK = 1e-7  # a link is one over the periods of a unit or more; less is what subtracting leaves

Array = np.ndarray


def pooled_estimates(data: Panel, cohorts: Array, *, last_horizon: int | None) -> tuple[Array, Array]:
    """Return what `staggered.imputation_estimate` gives, pooled over horizons 0 to `last_horizon`, for many deals.

    cohorts: a row a draw, a column a unit of the panel; inf = never. Time effects are separate in each group, so
    each group is solved by itself: all draws in one product and one call of LAPACK, whose last digits may hang on
    the threads that it uses.
    Returns the estimates (nan where no treated observation is identified), and a mark on the draws whose untreated
    observations fall apart in pieces: their estimate is not to be used, a fit of their own tells.
    """
    start = data.time.min()
    periods = int(data.time.max() - start) + 1
    size = max(1, CELLS // (len(data.units) * periods))
    parts = [cohorts[first : first + size] for first in range(0, len(cohorts), size)]
    found = [_estimates(data, part - start, periods, last_horizon) for part in parts]
    return np.concatenate([one for one, _ in found]), np.concatenate([apart for _, apart in found])


def _estimates(data: Panel, cohorts: Array, periods: int, last_horizon: int | None) -> tuple[Array, Array]:
    total, size = np.zeros(len(cohorts)), np.zeros(len(cohorts))
    untreated, apart = np.zeros(len(cohorts)), np.zeros(len(cohorts), dtype=bool)
    for group in np.unique(data.unit_group):
        units = np.flatnonzero(data.unit_group == group)
        here = np.isin(data.unit, units)
        at = np.searchsorted(units, data.unit[here]), data.time[here] - data.time.min()
        seen, y = np.zeros((len(units), periods), dtype=bool), np.zeros((len(units), periods))
        seen[at], y[at] = True, data.y[here]
        own = cohorts[:, units]
        first = np.argsort(np.isinf(own), axis=1, kind="stable")[:, : int(np.isfinite(own).sum(axis=1).max())]
        since = np.arange(periods) - np.take_along_axis(own, first, axis=1)[:, :, None]
        kept = seen[first] & (since <= (np.inf if last_horizon is None else last_horizon))
        treated = kept & (since >= -data.anticipation)
        summed, counted, cells, pieces = _summed(seen, y, first, kept & ~treated, treated & (since >= 0))
        total, size = total + summed, size + counted
        untreated, apart = untreated + cells, apart | pieces
    estimate = np.divide(total, size, out=np.full(len(cohorts), np.nan), where=size > 0)
    return np.where(untreated > 0, estimate, np.nan), apart


def _summed(
    seen: Array, y: Array, first: Array, base: Array, use: Array
) -> tuple[Array, Array, Array, Array]:
    """Return, by draw, the sum of the effects and their number, the untreated observations, whether they fall apart.

    seen, y: units by periods. first: draws by entrants, the places of the units that differ from `seen`. base, use:
    draws by entrants by periods, their untreated observations and those whose effects are summed.
    The normal equations are those of all units untreated, less the entrants' whole rows, plus what is left of them.
    """
    known = base.astype(float), seen[first].astype(float), seen[None].astype(float)
    parts = [
        _equations(kept, values) for kept, values in zip(known, (y[first], y[first], y[None]), strict=True)
    ]
    (left, left_right), (whole, whole_right), (every, every_right) = parts
    cells = known[2].sum(axis=1) - known[1].sum(axis=1) + known[0].sum(axis=1)
    reduced, right = left - whole + every, left_right - whole_right + every_right
    diagonal, seen_once = np.arange(y.shape[1]), cells > 0
    reduced[:, diagonal, diagonal] += cells
    apart = _apart(reduced, seen_once)
    fixed = ~seen_once | apart[:, None]
    np.put_along_axis(fixed, seen_once.argmax(axis=1)[:, None], True, axis=1)
    reduced = np.where(fixed[:, :, None] | fixed[:, None, :], 0.0, reduced)
    reduced[:, diagonal, diagonal] += fixed
    period = np.linalg.solve(reduced, np.where(fixed, 0.0, right)[:, :, None])
    inner = np.maximum(known[0].sum(axis=2), 1)
    level = ((known[0] * y[first]).sum(axis=2) - (known[0] @ period)[:, :, 0]) / inner
    use = use & (base.sum(axis=2) > 0)[:, :, None] & seen_once[:, None, :]
    summed = np.where(use, y[first], 0.0).sum(axis=(1, 2)) - (use.sum(axis=2) * level).sum(axis=1)
    summed -= (use.sum(axis=1) * period[:, :, 0]).sum(axis=1)
    return summed, use.sum(axis=(1, 2)), cells.sum(axis=1), apart


def _equations(kept: Array, y: Array) -> tuple[Array, Array]:
    """Return the part of the normal equations of the periods that units bring, their own effects eliminated.

    kept, y: draws (or one) by units by periods. The diagonal is without the number of observations.
    """
    inner = np.maximum(kept.sum(axis=2), 1)[:, :, None]
    turned, values = kept.transpose(0, 2, 1), kept * y
    right = values.sum(axis=1) - (turned @ (values.sum(axis=2)[:, :, None] / inner))[:, :, 0]
    return -(turned @ (kept / inner)), right


def _apart(reduced: Array, used: Array) -> Array:
    """Mark the draws in which some used period is not linked to the first one, by units seen in both."""
    linked = reduced < -LINK
    reached = np.zeros(used.shape, dtype=bool)
    np.put_along_axis(reached, used.argmax(axis=1)[:, None], True, axis=1)
    reached &= used
    while True:
        further = reached | (linked & reached[:, None, :]).any(axis=2)
        if (further == reached).all():
            return np.asarray((used & ~reached).any(axis=1))
        reached = further
