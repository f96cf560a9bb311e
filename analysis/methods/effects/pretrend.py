"""Placebo leads: were units that entered later already moving apart? Untreated observations only."""

import numpy as np
import pandas as pd

from analysis.methods import curves
from analysis.methods.effects.additive import Additive
from analysis.methods.effects.panels import Panel

IDENTIFIED = 1e-8  # a lead counts as determined when its row of the projection differs less than this from 1


def placebo_leads(
    data: Panel, model: Additive, *, gap: int, leads: int
) -> tuple[pd.DataFrame, np.ndarray, pd.DataFrame]:
    """Least-squares coefficients of `leads` periods before entry (and before the `gap` left out).

    Regression of untreated outcomes on unit effect, time effect and one indicator a lead; the reference is
    every earlier period of the units that enter. Leads that cannot be told apart from the fixed effects
    are nan. Standard errors: cluster-robust by unit, factor G/(G-1) * (n-1)/(n-k) with k not counting the
    unit effects (they are nested in the clusters).
    Returns (frame: horizon, phase "pre", estimate, se, n_trusts, n_controls; contributions of each unit, one
    column a lead; one-row frame: statistic, df, p of the joint Wald test).
    """
    wanted = np.arange(-gap - leads, -gap)
    base = model.weight > 0
    marks = np.column_stack([base & (data.since == h) for h in wanted]).astype(float)
    slope, influence, sure = within_regression(data.y, marks, model)
    slope, influence = np.where(sure, slope, np.nan), np.where(sure, influence, np.nan)
    trusts = [len(np.unique(data.unit[column > 0])) for column in marks.T]
    lone = np.array(trusts) < 2
    frame = pd.DataFrame(
        {
            "horizon": wanted,
            "phase": "pre",
            "estimate": slope,
            "se": np.where(lone, np.nan, np.sqrt((influence**2).sum(axis=0))),
            "n_trusts": trusts,
            "n_controls": [_others(data, model, column > 0) for column in marks.T],
        }
    )
    return frame, influence, _wald(slope, influence)


def within_regression(
    y: np.ndarray, marks: np.ndarray, model: Additive
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Regress `y` on the columns of `marks` and the fixed effects of `model`, observations with weight only.

    Returns (coefficients, contributions of each unit such that their cross-product is the cluster-robust
    covariance, mark of the coefficients that are determined).
    """
    base = model.weight > 0
    sums = model.sums(marks)
    fixed = model.solve(sums)
    gram = marks.T @ marks - sums.T @ fixed
    inverse = np.linalg.pinv(gram, rcond=1e-10, hermitian=True)
    sure = np.abs(np.diag(inverse @ gram) - 1) < IDENTIFIED
    residual = np.where(base, y - model.fitted(y), 0.0)
    slope = inverse @ (marks.T @ residual)
    final = np.where(base, residual - marks @ slope + model.at(fixed @ slope), 0.0)
    from scipy import sparse

    table = sparse.coo_array((final, (model.unit, model.time)), shape=(model.units, model.times)).tocsr()
    direct = np.column_stack(
        [np.bincount(model.unit, column * final, minlength=model.units) for column in marks.T]
    )
    scores = (direct - table @ fixed[model.units :]) @ inverse
    clusters = len(np.unique(model.unit[base]))
    n, k = int(base.sum()), marks.shape[1] + len(np.unique(model.time[base]))
    factor = clusters / (clusters - 1) * (n - 1) / (n - k) if clusters > 1 and n > k else np.nan
    return slope, scores * np.sqrt(factor), sure


def _others(data: Panel, model: Additive, mask: np.ndarray) -> int:
    """Units with an untreated observation outside `mask` in its periods (and group)."""
    cells = np.zeros(model.times, dtype=bool)
    cells[model.time[mask]] = True
    return len(np.unique(data.unit[cells[model.time] & (model.weight > 0) & ~mask]))


def _wald(slope: np.ndarray, influence: np.ndarray) -> pd.DataFrame:
    """Joint test that every determined lead is zero."""
    known = np.isfinite(slope)
    covariance = influence[:, known].T @ influence[:, known]
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True)) if known.any() else 0
    statistic = (
        float(slope[known] @ np.linalg.pinv(covariance, hermitian=True) @ slope[known]) if rank else np.nan
    )
    return pd.DataFrame(
        {
            "statistic": [statistic],
            "df": [rank],
            "p": [curves.chi2_above(statistic, rank) if rank else np.nan],
        }
    )
