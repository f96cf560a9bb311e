"""Planted truth: panels shaped like ours with a known effect, and what the methods make of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.effects.panels import Panel, read_panel
from analysis.effects.windows import mean

Floats = np.ndarray

PERSISTENCE = np.linspace(0.0, 0.95, 96)  # searched for the autocorrelation of one period to the next
LAGS = {"quarter": 12, "year": 5}  # longest distance in the variogram, in periods


@dataclass(frozen=True, slots=True)
class Process:
    """How an outcome moves without the regime, learnt from trusts that never entered.

    level: mean of each stratum (row) and period (column, from period `first`). spread: relative size of the
    movements in each period (mean square 1). between: standard deviation of lasting levels of trusts.
    error, rho: standard deviation and autocorrelation (one period on) of the movements that last a while.
    noise: standard deviation of what is gone the next period, measurement included.
    """

    level: Floats
    spread: Floats
    first: int
    between: float
    error: float
    rho: float
    noise: float

    @property
    def within(self) -> float:
        """Standard deviation of one trust's values about its own level."""
        return float(np.hypot(self.error, self.noise))


def learn(data: Panel, *, lags: int) -> Process:
    """Estimate the process from the trusts of `data` that never entered.

    Values less the mean of the stratum and period. The half mean square of differences k periods apart
    (variogram; free of the trusts' lasting levels and of the bias of short series) is fitted by
    noise^2 + error^2 (1 - rho^k), k = 1 to `lags`, least squares weighted by pairs, rho by grid, both
    variances at least 0. Method: Diggle, Heagerty, Liang, Zeger, Analysis of Longitudinal Data, chapter 5.
    """
    first = int(data.time.min())
    wide = np.full((len(data.units), int(data.time.max()) - first + 1), np.nan)
    wide[data.unit, data.time - first] = data.y
    never = ~np.isfinite(data.unit_cohort)
    level = np.full((int(data.unit_group.max()) + 1, wide.shape[1]), np.nan)
    for group in range(len(level)):
        level[group] = mean(wide[never & (data.unit_group == group)], axis=0)
    away = (wide - level[data.unit_group])[never]
    spread = _spread(away)
    half, pairs = [], []
    for lag in range(1, lags + 1):
        scale = np.sqrt(spread[lag:] * spread[:-lag])
        square = ((away[:, lag:] - away[:, :-lag]) / scale) ** 2
        half.append(np.nanmean(square) / 2)
        pairs.append(np.isfinite(square).sum())
    rho, error, noise = _variogram(np.array(half), np.array(pairs, float))
    total = float(np.nanmean(away**2))
    return Process(
        level=np.where(np.isfinite(level), level, np.nanmean(level)),
        spread=spread,
        first=first,
        between=float(np.sqrt(max(0.0, total - error - noise))),
        error=float(np.sqrt(error)),
        rho=rho,
        noise=float(np.sqrt(noise)),
    )


def _spread(away: Floats) -> Floats:
    """Relative size of the movements in each period: root mean square change to and from its neighbours."""
    change = np.full((2, away.shape[1]), np.nan)
    change[0, 1:] = change[1, :-1] = mean(np.diff(away, axis=1) ** 2, axis=0)
    size = np.sqrt(mean(change, axis=0))
    return np.where(np.isfinite(size), size / np.sqrt(np.nanmean(size**2)), 1.0)


def _variogram(half: Floats, pairs: Floats) -> tuple[float, float, float]:
    """Autocorrelation and the two variances that fit best."""
    best = (np.inf, 0.0, 0.0, 0.0)
    root = np.sqrt(pairs)
    for rho in PERSISTENCE:
        rise = 1 - rho ** np.arange(1, len(half) + 1)
        for columns in ((0, 1), (0,), (1,)):
            design = np.column_stack([rise, np.ones(len(half))])[:, columns] * root[:, None]
            found, *_ = np.linalg.lstsq(design, half * root, rcond=None)
            if (found < 0).any():
                continue
            loss = float(((half * root - design @ found) ** 2).sum())
            if loss < best[0] * (1 - 1e-9):
                part = dict(zip(columns, found.tolist(), strict=True))
                best = (loss, float(rho), part.get(0, 0.0), part.get(1, 0.0))
    return best[1:]


def draw(data: Panel, process: Process, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw an outcome without any effect, and its passing part: one value an observation of `data`."""
    units, periods = len(data.units), process.level.shape[1]
    shocks = rng.standard_normal((units, periods))
    path = shocks.copy()
    for t in range(1, periods):
        path[:, t] = process.rho * path[:, t - 1] + np.sqrt(1 - process.rho**2) * shocks[:, t]
    noise = rng.standard_normal((units, periods))
    moves = (process.error * path + process.noise * noise) * process.spread
    lasting = process.between * rng.standard_normal(units)
    at = data.time - process.first
    moving = moves[data.unit, at]
    return process.level[data.group, at] + lasting[data.unit] + moving, moving


def select(data: Panel, moving: Floats, *, year: int, strength: float, rng: np.random.Generator) -> Panel:
    """Give the real entry dates, as many of each, to trusts with a bad draw in the year before.

    moving: passing part of the outcome, higher = worse. Dates are dealt in order. Eligible are trusts not
    yet chosen, of a stratum that had entrants at that date, observed in the `year` periods before and from
    the date on. The odds of being chosen rise by a factor e^strength for each standard deviation (between
    the eligible) of the mean of `moving` over that year.
    """
    chosen = np.full(len(data.units), np.inf)
    finite = np.isfinite(data.unit_cohort)
    for group in np.unique(data.unit_group):
        here = data.unit_group == group
        dates, sizes = np.unique(data.unit_cohort[here & finite], return_counts=True)
        for date, size in zip(dates, sizes, strict=True):
            since = data.time - date
            window = (since < 0) & (since >= -year)
            seen = np.bincount(data.unit[window], minlength=len(here))
            total = np.bincount(data.unit[window], moving[window], minlength=len(here))
            later = np.bincount(data.unit[since >= 0], minlength=len(here)) > 0
            free = np.flatnonzero(here & np.isinf(chosen) & (seen > 0) & later)
            score = total[free] / seen[free]
            score = (score - score.mean()) / score.std()
            luck = rng.gumbel(size=len(free))
            order = np.argsort(-(strength * score + luck), kind="stable")
            chosen[free[order[: int(size)]]] = date
    return replace(data, cohort=chosen[data.unit], unit_cohort=chosen)
