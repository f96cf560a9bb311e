"""Contributions of each unit to imputation estimates: their sum of squares is the variance."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.methods.effects.additive import Additive
from analysis.methods.effects.panels import Panel
from analysis.methods.effects.results import THIN

if TYPE_CHECKING:
    from scipy import sparse


def from_untreated(data: Panel, model: Additive, share: np.ndarray) -> np.ndarray:
    """Contributions of the untreated residuals: minus residual times the weight of its time effect."""
    return residuals(data, model, model.fitted(data.y)) @ carried(model, share)


def carried(model: Additive, share: np.ndarray) -> np.ndarray:
    """Weights of the time effects in the figures whose weights are the columns of `share`, with the sign of their part."""
    return -model.solve(model.sums(share))[model.units :]


def residuals(data: Panel, model: Additive, fitted: np.ndarray) -> "sparse.csr_array":
    """Untreated residuals, units by time effects."""
    from scipy import sparse

    residual = np.where(model.weight > 0, data.y - fitted, 0.0)
    return sparse.coo_array((residual, (data.unit, model.time)), shape=(model.units, model.times)).tocsr()


def from_treated(
    data: Panel, effect: np.ndarray, share: np.ndarray, cells: np.ndarray, use: np.ndarray, leave_out: bool
) -> np.ndarray:
    """Contributions of the effects less the mean effect of their cell (equation 8 and appendix A.9)."""
    units, n_cells = len(data.units), int(cells.max()) + 1
    pair, inverse = np.unique(data.unit[use] * n_cells + cells[use], return_inverse=True)
    owner, cell = pair // n_cells, pair % n_cells
    result = np.zeros((units, share.shape[1]))
    for column in range(share.shape[1]):
        weight = np.bincount(inverse, share[use, column], minlength=len(pair))
        total = np.bincount(inverse, share[use, column] * effect[use], minlength=len(pair))
        below = np.bincount(cell, weight**2, minlength=n_cells)[cell]
        above = np.bincount(cell, weight * total, minlength=n_cells)[cell]
        if leave_out:
            below, above = below - weight**2, above - weight * total
        mean = np.divide(above, below, out=np.full(len(pair), np.nan), where=below > 1e-12 * weight**2)
        alone = np.isnan(mean) & (weight > 0)
        mean = np.where(alone, 0.0 if leave_out else total / np.where(weight > 0, weight, 1), mean)
        result[:, column] = np.bincount(owner, np.nan_to_num(total - weight * mean), minlength=units)
    return result


def partition_cells(data: Panel, horizon: np.ndarray, use: np.ndarray, partition: str) -> np.ndarray:
    """Code of the cell whose mean effect is taken off, one an observation (0 where not used)."""
    cohort = np.where(use, data.cohort, 0).astype(int)
    if partition == "pooled":
        known, members = _members(cohort[use], data.unit[use])
        small = ~np.isin(cohort, known[members >= THIN])
        known, members = _members(horizon[use & small], data.unit[use & small])
        small |= np.isin(horizon, known[members == 1])
        cohort = np.where(small, cohort.min() - 1, cohort)
    key = {"horizon": horizon, "cohort": cohort}.get(partition)
    if key is None:
        key = (cohort - cohort.min()) * (int(np.ptp(horizon)) + 1) + horizon - horizon.min()
    return np.where(use, np.unique(key, return_inverse=True)[1], 0)


def _members(key: np.ndarray, unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values of `key`, and in how many units each is found."""
    values, code = np.unique(key, return_inverse=True)
    units = int(unit.max(initial=0)) + 1
    return values, np.bincount(np.unique(code * units + unit) // units, minlength=len(values))
