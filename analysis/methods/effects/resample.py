"""Draws for uncertainty: resampled trusts, multipliers, simultaneous bands; in parallel if asked."""

from collections.abc import Callable

import numpy as np
from joblib import Parallel, delayed

from analysis.methods import curves
from analysis.methods.effects.panels import EffectError, whole_number

CHUNK = 50  # draws sent to a worker at a time; results do not depend on it


def need_generator(rng: np.random.Generator | None, draws: int) -> None:
    """Refuse draws without a generator, or a number of draws that is not whole."""
    whole_number("draws", draws)
    if draws and not isinstance(rng, np.random.Generator):
        raise EffectError(f"draws={draws} needs rng, a numpy random generator; found {type(rng).__name__}.")


def resampled_units(strata: np.ndarray, *, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw units with replacement inside strata; returns counts, one row a draw, one column a unit.

    The size of each stratum stays as it is (cluster bootstrap with the unit as the cluster).
    """
    counts = np.zeros((draws, len(strata)), dtype=np.int32)
    for label in np.unique(strata):
        where = np.flatnonzero(strata == label)
        counts[:, where] = rng.multinomial(len(where), np.full(len(where), 1 / len(where)), size=draws)
    return counts


def in_parallel(
    estimate: Callable[[np.ndarray], np.ndarray], counts: np.ndarray, *, n_jobs: int
) -> np.ndarray:
    """Apply `estimate` to each row of `counts`; one row of results a draw, in the order of the draws.

    n_jobs: joblib workers (1 = in this process). The backend is joblib's setting: run inside
    `joblib.parallel_config(backend=...)` to use a cluster. Results do not depend on either.
    """
    if n_jobs == 1:
        return np.array([estimate(row) for row in counts])
    chunks = [counts[start : start + CHUNK] for start in range(0, len(counts), CHUNK)]
    parts = Parallel(n_jobs=n_jobs)(delayed(_each)(estimate, chunk) for chunk in chunks)
    return np.concatenate(parts)


def _each(estimate: Callable[[np.ndarray], np.ndarray], chunk: np.ndarray) -> np.ndarray:
    return np.array([estimate(row) for row in chunk])


def sup_t(influence: np.ndarray, *, level: float, draws: int, rng: np.random.Generator) -> float:
    """Critical value of a simultaneous band, by multiplier bootstrap with Mammen's two-point weights.

    influence: contribution of each unit (rows) to each estimate (columns); columns without variation are
    left out. Returns the `level` quantile of the largest |t|, never below the pointwise value; nan if
    no column varies. Method: Callaway, Sant'Anna 2021, algorithm 1.
    """
    scale = np.sqrt((influence**2).sum(axis=0))
    usable = np.isfinite(scale) & (scale > 0)
    if not usable.any():
        return float("nan")
    root = np.sqrt(5)
    high = rng.random((draws, len(influence))) > (root + 1) / (2 * root)
    multipliers = np.where(high, (1 + root) / 2, (1 - root) / 2)
    largest = np.abs(multipliers @ (influence[:, usable] / scale[usable])).max(axis=1)
    return float(max(np.quantile(largest, level), curves.normal_quantile((1 + level) / 2)))
