"""Wild cluster bootstrap of one regression coefficient, for few clusters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from analysis.methods.effects.panels import EffectError, check_level, whole_number

Floats = np.ndarray

ENUMERATE = 12  # up to this many clusters all 2**G sign patterns are used
TIE = 1e-9  # relative: statistics this near to the observed one are ties
STEP, STEPS = 0.25, 32  # the interval's search goes out in quarter standard errors, then doubles
DOUBLINGS = 12
BISECTIONS = 50


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """Test and interval of one coefficient, from redrawn signs of the clusters' residuals.

    estimate, se, t: coefficient, its cluster-robust (CRV1) standard error, and t against `null`.
    p: two-sided; ties count as extreme. Enumerated, it cannot be below 2 / 2**clusters.
    lower, upper: hypotheses around the estimate that the test does not reject at 1 - `level` (restricted
        bootstrap); infinite where no hypothesis on that side is rejected. NaN if not asked for.
    draws: sign patterns used. enumerated: all of them. restricted: residuals under the hypothesis.
    t_draws: the statistics of the draws.
    """

    coefficient: str
    estimate: float
    se: float
    t: float
    p: float
    lower: float
    upper: float
    null: float
    clusters: int
    n: int
    draws: int
    enumerated: bool
    restricted: bool
    level: float
    t_draws: Floats

    def sentence(self) -> str:
        """Estimate, interval, p and the number of clusters."""
        how = "all" if self.enumerated else "drawn"
        limits = [f"{x:+.3g}" if np.isfinite(x) else "no limit" for x in (self.lower, self.upper)]
        interval = "" if np.isnan(self.lower) else f" ({self.level:.0%} interval {limits[0]} to {limits[1]})"
        return (
            f"{self.coefficient}: {self.estimate:+.3g}{interval}, p = {self.p:.3g}, wild cluster bootstrap "
            f"with {self.clusters} clusters ({how} {self.draws} sign patterns, {self.n} observations)."
        )


def wild_cluster_bootstrap(
    y: Floats,
    design: pd.DataFrame,
    *,
    coefficient: str,
    cluster: Floats | pd.Series,
    null: float = 0.0,
    restricted: bool = True,
    draws: int = 999,
    rng: np.random.Generator | None = None,
    enumerate_up_to: int = ENUMERATE,
    interval: bool = True,
    level: float = 0.95,
) -> WildBootstrap:
    """Test `coefficient = null` in a regression of y on the design, errors dependent within clusters.

    y: n values, none missing. design: every column of the model by name (a constant or fixed effects are not
        added). cluster: n labels.
    Signs (Rademacher, +1 or -1) are given to whole clusters of residuals; t uses the CRV1 standard error with
    G/(G-1) (n-1)/(n-k). restricted: residuals from the fit with the hypothesis imposed (WCR, recommended);
    False = from the full fit (WCU).
    With at most `enumerate_up_to` clusters all 2**G sign patterns are used and p is the share of |t*| >= |t|,
    ties and the observed pattern included; else `draws` patterns from `rng`, p = (1 + extreme) / (1 + draws).
    The interval holds the hypotheses next to the estimate that are not rejected, found with the same signs.
    With few treated clusters the restricted test rejects too seldom (MacKinnon and Webb 2018): intervals are
    then wide.
    Methods: Cameron, Gelbach, Miller 2008; Roodman and others 2019 (test inversion).

    Raises EffectError for shapes that differ, missing values, a column that is not there, terms that
    determine one another, fewer than 2 clusters, a fit without residuals, a `null` that is not finite, a
    `level` outside 0.5 to 1, and draws without `rng`.
    """
    check_level(level)
    whole_number("draws", draws)
    if not np.isfinite(null):
        raise EffectError(f"null={null!r}. A finite hypothesis is allowed.")
    y, matrix, codes, place = _checked(y, design, coefficient, cluster)
    (n, k), groups = matrix.shape, int(codes.max()) + 1
    enumerated = groups <= enumerate_up_to
    if not enumerated and (rng is None or draws < 1):
        raise EffectError(
            f"{groups} clusters, more than the {enumerate_up_to} for which all sign patterns are used: give "
            "`rng` and a number of `draws`."
        )
    if enumerated:
        signs = np.array(list(product((1.0, -1.0), repeat=groups))).T
    elif rng is not None:
        signs = rng.choice((-1.0, 1.0), size=(groups, draws))
    bread = np.linalg.inv(matrix.T @ matrix)
    x, rest = matrix[:, place], np.delete(matrix, place, axis=1)
    influence = matrix @ bread[place]
    scale = groups / (groups - 1) * (n - 1) / (n - k)
    estimate = float(influence @ y)
    residual = y - matrix @ (bread @ (matrix.T @ y))
    if residual @ residual <= 1e-20 * max(float(y @ y), 1e-300):
        raise EffectError("the design fits y without residuals; there is nothing to redraw.")
    scores = np.bincount(codes, influence * residual)
    se = float(np.sqrt(scale * scores @ scores))
    if se <= 1e-12 * np.sqrt(scale * (influence @ influence) * (residual @ residual)):
        raise EffectError(
            f"the cluster-robust standard error of {coefficient!r} is 0: one cluster alone carries it."
        )
    parts = _Parts(matrix, bread, influence, codes, groups)
    fit_y, fit_x = (_without(rest, column) for column in (y, x))
    (table_y, own_y), (table_x, own_x), (table_full, own_full) = (
        parts.of(values) for values in (fit_y, fit_x, residual)
    )

    def statistics(value: float) -> Floats:
        table = table_y - value * table_x if restricted else table_full
        # each cluster's own residuals move the coefficient by its load on them; their scores make its error
        moved = (own_y - value * own_x if restricted else own_full) @ signs
        with np.errstate(divide="ignore", invalid="ignore"):
            return moved / np.sqrt(scale * ((table @ signs) ** 2).sum(axis=0))

    def p_value(value: float) -> float:
        redrawn, t = np.abs(statistics(value)), abs(estimate - value) / se
        extreme = int((np.isnan(redrawn) | (redrawn >= t * (1 - TIE))).sum())
        extra = 0 if enumerated else 1
        return (extra + extreme) / (extra + signs.shape[1])

    limits = [float("nan")] * 2
    if interval:
        limits = [_limit(p_value, estimate, side * se, 1 - level) for side in (-1, 1)]
    return WildBootstrap(
        coefficient,
        estimate,
        se,
        (estimate - null) / se,
        p_value(null),
        limits[0],
        limits[1],
        null,
        groups,
        n,
        signs.shape[1],
        enumerated,
        restricted,
        level,
        statistics(null),
    )


class _Parts:
    """What a redrawn statistic needs of each cluster, so that a draw costs clusters squared, not
    observations."""

    def __init__(self, matrix: Floats, bread: Floats, influence: Floats, codes: Floats, groups: int) -> None:
        self.matrix, self.bread, self.influence = matrix, bread, influence
        self.codes, self.groups = codes, groups
        self.load = self._sums(matrix * influence[:, None])

    def of(self, residual: Floats) -> tuple[Floats, Floats]:
        """Score of cluster h (row) and change of the coefficient if only cluster g (column) has any."""
        push = self._sums(self.matrix * residual[:, None])
        own = np.bincount(self.codes, self.influence * residual, minlength=self.groups)
        return np.diag(own) - self.load @ self.bread @ push.T, own

    def _sums(self, values: Floats) -> Floats:
        return np.column_stack([np.bincount(self.codes, v, minlength=self.groups) for v in values.T])


def _checked(
    y: Floats, design: pd.DataFrame, coefficient: str, cluster: Floats | pd.Series
) -> tuple[Floats, Floats, Floats, int]:
    values, matrix = np.asarray(y, float), design.to_numpy(float)
    labels = np.asarray(cluster, dtype=object)
    if not values.shape == labels.shape == (len(matrix),):
        raise EffectError(
            f"y {values.shape}, cluster {labels.shape} and design {matrix.shape} differ in length."
        )
    if not (np.isfinite(values).all() and np.isfinite(matrix).all()) or pd.isna(labels).any():
        raise EffectError(
            "missing or infinite values in y, the design or the clusters. Leave these rows out."
        )
    if coefficient not in design.columns or design.columns.has_duplicates:
        raise EffectError(f"coefficient {coefficient!r} must be one of the columns {list(design.columns)}.")
    spread = matrix / np.abs(matrix).max(axis=0).clip(1e-300)
    if len(matrix) <= matrix.shape[1] or np.linalg.matrix_rank(spread) < matrix.shape[1]:
        raise EffectError(
            f"{len(matrix)} rows, terms {list(design.columns)[:9]}: terms determine one another."
        )
    codes = pd.factorize(labels)[0]
    if codes.max() < 1:
        raise EffectError("one cluster only; at least 2 are needed.")
    return values, matrix, codes, list(design.columns).index(coefficient)


def _without(rest: Floats, column: Floats) -> Floats:
    """Return what the other columns do not explain."""
    return column - rest @ np.linalg.lstsq(rest, column, rcond=None)[0] if rest.shape[1] else column


def _limit(p_value: Callable[[float], float], estimate: float, step: float, alpha: float) -> float:
    """Return where the p value first falls below `alpha` going out by `step`s; infinite if it never does."""
    inside = estimate
    distances = [STEP * i for i in range(1, STEPS + 1)]
    distances += [STEP * STEPS * 2.0**i for i in range(1, DOUBLINGS + 1)]
    for distance in distances:
        outside = estimate + distance * step
        if p_value(outside) < alpha:
            break
        inside = outside
    else:
        return float(np.copysign(np.inf, step))
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_value(middle) >= alpha else (inside, middle)
    return (inside + outside) / 2
