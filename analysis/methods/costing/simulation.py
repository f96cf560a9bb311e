"""Probabilistic sensitivity analysis: inputs drawn jointly, costs of every draw, and the error of drawing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves
from analysis.methods.costing.distributions import Distribution
from analysis.methods.costing.prices import CostError

DRAWS = 10_000
LEVEL = 0.95
TINY = 1e-9  # below zero, an eigenvalue is no longer rounding
ALL_SAID = 1e-12  # of an input's variance: no more than this beside earlier inputs is rounding


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a cost comes to over many draws of its uncertain inputs.

    draws: cost of each draw (GBP). mean, sd: of the draws. lower, upper: their central `level` range.
    mean_error: standard error of `mean` from drawing alone (sd / sqrt(n)); lower_error, upper_error: those of
        the limits (from order statistics). All would be 0 with endless draws; they say nothing of the inputs.
    """

    draws: np.ndarray
    mean: float
    sd: float
    lower: float
    upper: float
    mean_error: float
    lower_error: float
    upper_error: float
    level: float
    label: str


def summary(draws: np.ndarray, *, level: float = LEVEL, label: str = "Cost") -> Simulated:
    """Summarise draws of one cost. Raises CostError for fewer than two draws, a missing one or a bad level."""
    values = arguments.figures(draws, "draws", error=CostError).ravel()
    if values.size < 2 or not np.isfinite(values).all():
        raise CostError(
            f"{values.size} draws, {int((~np.isfinite(values)).sum())} missing. Allowed: two or more numbers."
        )
    arguments.number(level, "level", error=CostError, above=0, below=1)
    tails = ((1 - level) / 2, (1 + level) / 2)
    low, high = np.quantile(values, tails)
    sd = float(values.std(ddof=1))
    return Simulated(
        values,
        float(values.mean()),
        sd,
        float(low),
        float(high),
        sd / np.sqrt(values.size),
        quantile_error(values, tails[0]),
        quantile_error(values, tails[1]),
        level,
        label,
    )


def quantile_error(draws: np.ndarray, p: float) -> float:
    """Return the standard error, from drawing, of the quantile `p` of independent draws.

    Half the distance between the quantiles one binomial standard error to either side of `p`.
    """
    draws = arguments.figures(draws, "draws", error=CostError)
    arguments.number(p, "p", error=CostError, above=0, below=1)
    if not draws.size or not np.isfinite(draws).all():
        raise CostError("draws: found none, or one that is missing. Allowed: finite numbers.")
    step = np.sqrt(p * (1 - p) / draws.size)
    low, high = np.quantile(draws, np.clip([p - step, p + step], 0, 1))
    return float(high - low) / 2


def correlation_of(factors: Sequence[str | None], loadings: Sequence[float | None]) -> np.ndarray:
    """Return the correlation matrix of inputs that lean on shared factors.

    factors: name of the factor of each input, or None (blank) for one that stands alone. loadings: how strongly
    each leans on it, -1 to 1. Two inputs of one factor are correlated by the product of their loadings; with
    loading 1 they move as one.
    Raises CostError for unequal lengths, and for a factor without a loading from -1 to 1.
    """
    factors = arguments.several(factors, "factors", error=CostError)
    loadings = arguments.several(loadings, "loadings", error=CostError)
    if len(factors) != len(loadings):
        raise CostError(f"{len(factors)} factors and {len(loadings)} loadings. Allowed: one each.")
    names = [None if name is None or name != name or name == "" else str(name) for name in factors]
    weights = np.zeros(len(names))
    for place, (name, loading) in enumerate(zip(names, loadings, strict=True)):
        if name is not None:
            weights[place] = loading if arguments.is_number(loading) else np.nan
            if not abs(weights[place]) <= 1:
                raise CostError(
                    f"loading {arguments.shown(loading)} on factor '{name}'. Allowed: from -1 to 1."
                )
    same = np.array([[a is not None and a == b for b in names] for a in names]).reshape(
        len(names), len(names)
    )
    matrix = np.where(same, np.outer(weights, weights), 0.0)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def scores(
    correlation: np.ndarray, *, draws: int, rng: np.random.Generator, method: str = "random"
) -> np.ndarray:
    """Return joint draws as correlated standard normal scores: one row a draw, one column an input.

    correlation: of the normal scores, square, symmetric, ones on the diagonal, no negative eigenvalue.
    method: "random", or "sobol" for scrambled quasi-random points (`draws` a power of two), which cover the
    space more evenly.
    Raises CostError for a matrix that is none, fewer than one draw, another method.
    """
    matrix = arguments.figures(correlation, "correlation", error=CostError)
    if not isinstance(rng, np.random.Generator):
        raise CostError(f"rng is a {type(rng).__name__}. Allowed: a numpy random generator.")
    arguments.whole(draws, "draws", error=CostError, least=1)
    arguments.choice(method, "method", ("random", "sobol"), error=CostError)
    root = _root(matrix)
    if method == "sobol":
        if draws & (draws - 1):
            raise CostError(f"draws {draws} with method 'sobol'. Allowed: a power of two.")
        from scipy.stats import qmc

        points = qmc.Sobol(matrix.shape[0], scramble=True, rng=rng).random(draws)
        apart = curves.normal_quantile(np.clip(points, 1e-12, 1 - 1e-12))
    else:
        apart = rng.standard_normal((draws, matrix.shape[0]))
    return np.column_stack([_mixed(apart, row) for row in root])


def joint_draws(
    inputs: Mapping[str, Distribution],
    *,
    draws: int = DRAWS,
    rng: np.random.Generator,
    correlation: np.ndarray | None = None,
    method: str = "random",
) -> pd.DataFrame:
    """Draw inputs jointly: one row a draw, one column an input, in its own unit.

    inputs: distributions by name. correlation: of the normal scores, in the order of `inputs`; None = independent.
    Raises CostError as `scores` does, and for a matrix of another size than there are inputs.
    """
    arguments.mapping(inputs, "inputs", error=CostError)
    for name, made in inputs.items():
        arguments.kind(made, f"input {arguments.shown(name)}", Distribution, error=CostError)
    size = len(inputs)
    matrix = np.eye(size) if correlation is None else correlation
    matrix = arguments.figures(matrix, "correlation", error=CostError)
    if matrix.shape != (size, size) or size == 0:
        raise CostError(
            f"correlation of shape {matrix.shape} for {size} inputs. Allowed: one row and column each."
        )
    joint = scores(matrix, draws=draws, rng=rng, method=method)
    columns = {name: made.of_scores(joint[:, place]) for place, (name, made) in enumerate(inputs.items())}
    return pd.DataFrame(columns)


def _mixed(apart: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return the weighted sum of columns, added from the left: BLAS would add in an order of the processor."""
    total = np.zeros(len(apart))
    for place in np.flatnonzero(row):
        total += row[place] * apart[:, place]
    return total


def _root(matrix: np.ndarray) -> np.ndarray:
    """Return the lower triangular root of a correlation matrix (Cholesky), which is unique.

    Eigenvectors are not: those of a repeated eigenvalue have no basis of their own, and each processor's linear
    algebra picks another. An input that earlier ones settle wholly adds no draw of its own.
    """
    _check_correlation(matrix)
    size = len(matrix)
    root = [[0.0] * size for _ in range(size)]
    for here, row in enumerate(matrix.tolist()):
        for there in range(here + 1):
            left = row[there] - sum(root[here][k] * root[there][k] for k in range(there))
            if there == here:
                root[here][here] = left**0.5 if left > ALL_SAID else 0.0
            elif root[there][there]:
                root[here][there] = left / root[there][there]
    return np.array(root)


def _check_correlation(matrix: np.ndarray) -> None:
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1] and matrix.size > 0
    if not square or not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T, rtol=0, atol=1e-12):
        raise CostError(f"correlation matrix of shape {matrix.shape}. Allowed: square, symmetric, no gaps.")
    if not np.allclose(np.diag(matrix), 1, rtol=0, atol=1e-12):
        raise CostError(
            f"correlation matrix with diagonal {arguments.shown(np.diag(matrix))}. Allowed: ones."
        )
    least = np.linalg.eigvalsh(matrix).min()
    if least < -TINY:
        raise CostError(
            f"correlation matrix with eigenvalue {arguments.plain(least)}. Allowed: none below 0: not all can be so correlated."
        )
