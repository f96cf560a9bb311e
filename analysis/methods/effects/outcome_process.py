"""How an outcome moves without the regime, learnt from trusts that never entered, and drawn again."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from analysis.methods import arguments
from analysis.methods.effects.panels import EffectError, Panel, whole_number
from analysis.methods.effects.windows import mean

Floats = np.ndarray

VARIOGRAM, AUTOCOVARIANCE = "variogram", "autocovariance"  # what parts are estimated from
PERSISTENCE = np.linspace(0.0, 0.95, 96)  # searched for the autocorrelation from one period to the next


@dataclass(frozen=True, slots=True)
class Process:
    """Level of the period + lasting level of the trust + movement that fades + noise of the period.

    level: mean of each stratum (row) and period (column, from period `first`). spread: relative size of
    movements and noise in each period (mean square 1). between: standard deviation of lasting levels.
    error, rho: standard deviation, and autocorrelation one period on, of the movements that fade.
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
        """Standard deviation of the values of a trust about its own lasting level."""
        return float(np.hypot(self.error, self.noise))


def learn(data: Panel, *, lags: int, by: str = VARIOGRAM) -> Process:
    """Estimate the process from the trusts of `data` that never entered.

    Values less the mean of their stratum and period; spread from the changes to the neighbouring periods.
    by VARIOGRAM: half the mean square of differences k periods apart (free of lasting levels, and of the bias of
    autocorrelations in short series) is fitted by noise^2 + error^2 (1 - rho^k), k = 1 to `lags`: least squares
    weighted by pairs, rho by grid, variances at least 0 and together at most that of all values, which leaves the
    rest to lasting levels. by AUTOCOVARIANCE: the mean product k periods apart by between^2 + error^2 rho^k, in the
    same way, which leaves the rest to noise; a sensitivity.
    Method: Diggle, Heagerty, Liang, Zeger 2002, Analysis of Longitudinal Data, chapter 5.
    Raises EffectError for other arguments.
    """
    arguments.kind(data, "data", Panel, error=EffectError)
    whole_number("lags", lags, least=1)
    arguments.choice(by, "by", (VARIOGRAM, AUTOCOVARIANCE), error=EffectError)
    first = int(data.time.min())
    wide = np.full((len(data.units), int(data.time.max()) - first + 1), np.nan)
    wide[data.unit, data.time - first] = data.y
    never = ~np.isfinite(data.unit_cohort)
    level = np.full((int(data.unit_group.max()) + 1, wide.shape[1]), np.nan)
    for group in range(len(level)):
        level[group] = mean(wide[never & (data.unit_group == group)], axis=0)
    away = (wide - level[data.unit_group])[never]
    spread = _spread(away)
    places = range(1, min(lags, wide.shape[1] - 1) + 1)
    total = float(np.nanmean(away**2))
    rho, error, noise = (_variogram if by == VARIOGRAM else _autocovariance)(away, spread, places, total)
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
    """Relative size of the movements in each period: root mean square change from and to its neighbours."""
    change = np.full((2, away.shape[1]), np.nan)
    change[0, 1:] = change[1, :-1] = mean(np.diff(away, axis=1) ** 2, axis=0)
    size = np.sqrt(mean(change, axis=0))
    return np.where(np.isfinite(size), size / np.sqrt(np.nanmean(size**2)), 1.0)


def _variogram(away: Floats, spread: Floats, lags: range, total: float) -> tuple[float, float, float]:
    """Autocorrelation and the two variances that fit best (rho, error, noise), from differences."""
    half, pairs = [], []
    for lag in lags:
        square = (away[:, lag:] - away[:, :-lag]) ** 2 / (spread[lag:] * spread[:-lag])
        half.append(np.nanmean(square) / 2)
        pairs.append(np.isfinite(square).sum())
    return _fit(np.array(half), pairs, total, lambda rho: 1 - rho ** np.array(lags))


def _autocovariance(away: Floats, spread: Floats, lags: range, total: float) -> tuple[float, float, float]:
    """The same from products, which lasting levels add to."""
    products, pairs, sizes = [], [], []
    for lag in lags:
        product = away[:, lag:] * away[:, :-lag]
        seen = np.isfinite(product)
        products.append(np.nanmean(product))
        pairs.append(seen.sum())
        sizes.append((seen @ (spread[lag:] * spread[:-lag])).sum() / seen.sum())
    rho, error, between = _fit(np.array(products), pairs, total, lambda rho: rho ** np.array(lags) * sizes)
    return rho, error, total - error - between


def _fit(
    seen: Floats, pairs: list[int], total: float, curve: Callable[[float], Floats]
) -> tuple[float, float, float]:
    """Return rho, a and b, both at least 0 and together at most `total`, with which a * curve(rho) + b fits best."""
    best, least = (0.0, 0.0, total), np.inf
    root = np.sqrt(np.array(pairs, dtype=float))
    for rho in PERSISTENCE:
        rise = curve(rho)
        for columns in ([0, 1], [0], [1]):
            design = np.column_stack([rise, np.ones(len(seen))])[:, columns] * root[:, None]
            found, *_ = np.linalg.lstsq(design, seen * root, rcond=None)
            loss = float(((seen * root - design @ found) ** 2).sum())
            if (found >= 0).all() and found.sum() <= total and loss < least * (1 - 1e-9):
                both = np.zeros(2)
                both[columns] = found
                best, least = (float(rho), float(both[0]), float(both[1])), loss
    return best


def draw(data: Panel, process: Process, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw an outcome without any effect: (values, their passing part), one an observation of `data`.

    Same trusts, periods and gaps as `data`. All parts are normal.
    """
    arguments.kind(data, "data", Panel, error=EffectError)
    arguments.kind(process, "process", Process, error=EffectError)
    arguments.kind(rng, "rng", np.random.Generator, error=EffectError)
    units, periods = len(data.units), process.level.shape[1]
    path = rng.standard_normal((units, periods))
    for t in range(1, periods):
        path[:, t] = process.rho * path[:, t - 1] + np.sqrt(1 - process.rho**2) * path[:, t]
    noise = rng.standard_normal((units, periods))
    moves = (process.error * path + process.noise * noise) * process.spread
    lasting = process.between * rng.standard_normal(units)
    at = data.time - process.first
    passing = moves[data.unit, at]
    return process.level[data.group, at] + lasting[data.unit] + passing, passing


def select(data: Panel, worse: Floats, *, year: int, strength: float, rng: np.random.Generator) -> Panel:
    """Give the real entry dates, as many of each and stratum, to trusts with a bad draw the year before.

    worse: passing part of the outcome, higher = worse, one an observation. Dates are dealt in order. Eligible
    are trusts not yet chosen that are observed in the `year` periods before the date and from the date on.
    The odds of being chosen next rise by a factor of e^strength with each standard deviation (between the
    eligible) of the mean of `worse` over that year.
    """
    arguments.kind(data, "data", Panel, error=EffectError)
    worse = arguments.figures(worse, "worse", error=EffectError)
    whole_number("year", year, least=1)
    arguments.number(strength, "strength", error=EffectError)
    arguments.kind(rng, "rng", np.random.Generator, error=EffectError)
    if worse.shape != data.y.shape:
        raise EffectError(f"worse has shape {worse.shape}. Allowed: {data.y.shape}, one an observation.")
    chosen = np.full(len(data.units), np.inf)
    for group in np.unique(data.unit_group):
        here = data.unit_group == group
        real = data.unit_cohort[here & np.isfinite(data.unit_cohort)]
        for date, size in zip(*np.unique(real, return_counts=True), strict=True):
            since = data.time - date
            window = (since < 0) & (since >= -year)
            seen = np.bincount(data.unit[window], minlength=len(chosen))
            total = np.bincount(data.unit[window], worse[window], minlength=len(chosen))
            later = np.bincount(data.unit[since >= 0], minlength=len(chosen)) > 0
            free = np.flatnonzero(here & np.isinf(chosen) & (seen > 0) & later)
            score = total[free] / seen[free]
            score = (score - score.mean()) / score.std()
            rank = np.argsort(-(strength * score + rng.gumbel(size=len(free))), kind="stable")
            chosen[free[rank[: int(size)]]] = date
    return replace(data, cohort=chosen[data.unit], unit_cohort=chosen)
