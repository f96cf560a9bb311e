"""Straight-line regression of one series whose errors remember: generalised least squares and Newey-West."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves

Floats = np.ndarray
Likelihood = Literal["reml", "ml"]

PHI_LIMIT = 0.999  # autocorrelation is searched strictly inside -1 to 1: at 1 the likelihood has no value
GRID = np.linspace(-0.98, 0.98, 50)  # the search starts from the best of these, as there can be two maxima
CURVATURE_STEP = 1e-4  # step in phi of the numerical second derivative


class ITSError(ValueError):
    """A series that cannot be analysed in this way; says what was found, where and what is allowed."""


@dataclass(frozen=True, slots=True)
class Regression:
    """Coefficients of one series on a design, with the uncertainty of the method that made them.

    method: "GLS-AR(1) REML", "GLS-AR(1) ML", "OLS" or "Newey-West, lag L".
    coefficients: one row a term; `estimate`, `se`, `lower`, `upper` (t limits on `df` degrees of freedom).
    covariance: of the coefficients, same order. sigma2: residual variance (n - k as divisor unless asked).
    phi, phi_se, phi_lower, phi_upper: correlation between neighbouring periods, its standard error
        (curvature) and profile-likelihood limits; NaN where the method has none.
    log_likelihood: at its maximum (REML: without the constant in the design); NaN for OLS and Newey-West.
    n: periods with a value. df: n - k. level: of the limits.
    """

    method: str
    coefficients: pd.DataFrame
    covariance: Floats
    sigma2: float
    phi: float
    phi_se: float
    phi_lower: float
    phi_upper: float
    log_likelihood: float
    n: int
    df: int
    level: float

    def contrast(self, weights: Floats) -> tuple[float, float, float, float]:
        """Estimate, standard error and limits of `weights @ coefficients`."""
        estimate = float(weights @ self.coefficients["estimate"].to_numpy())
        se = float(np.sqrt(weights @ self.covariance @ weights))
        half = curves.t_quantile(0.5 + self.level / 2, self.df) * se
        return estimate, se, estimate - half, estimate + half


def gls_ar1(
    y: Floats,
    design: pd.DataFrame,
    *,
    time: Floats | None = None,
    likelihood: Likelihood = "reml",
    small_sample: bool = True,
    level: float = 0.95,
) -> Regression:
    """Regress a series on a design with first-order autoregressive errors.

    y: n values, none missing (leave missing periods out). design: n rows, every column of the model (a
        constant is not added). time: n whole numbers, increasing; periods `d` apart correlate at phi**d, so
        that gaps count in full. None = no gaps.
    likelihood: "reml" (default: less downward bias of phi and of standard errors in short series) or "ml".
    small_sample: residual variance with divisor n - k (as nlme::gls, for both likelihoods); False = n, the
        standard errors of an ARIMA(1,0,0) fit by maximum likelihood.
    phi is found by profile likelihood; its limits are where twice the drop reaches the chi-square quantile.
    Method: Pinheiro and Bates 2000, chapter 5; REML recommended by Turner and others 2021, BMC Med Res
        Methodol.

    Raises ITSError for shapes that differ, missing values, times not increasing, a design without full rank,
    fewer periods than terms + 2, a series that the design fits without any residual, or a `level` outside
    0 to 1.
    """
    arguments.flag(small_sample, "small_sample", error=ITSError)
    y, matrix, steps = checked(y, design, time, level=level)
    _refuse_perfect_fit(y, matrix)
    restricted = likelihood == "reml"
    arguments.choice(likelihood, "likelihood", ("reml", "ml"), error=ITSError)

    def loss(phi: float) -> float:
        return -_profile(phi, y, matrix, steps, restricted)

    start = GRID[np.argmin([loss(phi) for phi in GRID])]
    width = GRID[1] - GRID[0]
    span = (max(start - width, -PHI_LIMIT), min(start + width, PHI_LIMIT))
    from scipy import optimize

    phi = float(optimize.minimize_scalar(loss, bounds=span, method="bounded", options={"xatol": 1e-10}).x)
    at = np.clip(phi, -PHI_LIMIT + CURVATURE_STEP, PHI_LIMIT - CURVATURE_STEP)
    bend = (loss(at + CURVATURE_STEP) - 2 * loss(at) + loss(at - CURVATURE_STEP)) / CURVATURE_STEP**2
    drop = loss(phi) + curves.chi2_quantile(level, 1) / 2
    limits = [_crossing(loss, phi, end, drop) for end in (-PHI_LIMIT, PHI_LIMIT)]
    white_y, white, _ = _whiten(phi, y, matrix, steps)
    beta, rss, bread = _least_squares(white_y, white)
    n, k = matrix.shape
    sigma2 = rss / (n - k if small_sample else n)
    name = f"GLS-AR(1) {likelihood.upper()}"
    phi_se = float(1 / np.sqrt(bend)) if bend > 0 else float("nan")
    numbers = (phi, phi_se, *limits, -loss(phi))
    return _regression(name, design.columns, beta, sigma2 * bread, sigma2, numbers, n, level)


def ols(y: Floats, design: pd.DataFrame, *, time: Floats | None = None, level: float = 0.95) -> Regression:
    """Regress a series on a design by ordinary least squares; arguments and errors as `gls_ar1`."""
    y, matrix, _ = checked(y, design, time, level=level)
    beta, rss, bread = _least_squares(y, matrix)
    n, k = matrix.shape
    sigma2 = rss / (n - k)
    return _regression("OLS", design.columns, beta, sigma2 * bread, sigma2, (float("nan"),) * 5, n, level)


def newey_west(
    y: Floats,
    design: pd.DataFrame,
    *,
    lags: int | None = None,
    time: Floats | None = None,
    small_sample: bool = False,
    level: float = 0.95,
) -> Regression:
    """Least squares with Newey-West standard errors: Bartlett kernel, no prewhitening.

    lags: largest distance in periods that counts; None = floor(4 (n / 100)**(2/9)), the rule of Newey and
        West 1994. small_sample: multiply the covariance by n / (n - k); off as in the reference figures.
    time: as in `gls_ar1`; only pairs that are truly `l` periods apart count at lag l.
    Errors as `gls_ar1`, and for a number of lags that is not 0 to n - 1.
    """
    arguments.flag(small_sample, "small_sample", error=ITSError)
    y, matrix, _ = checked(y, design, time, level=level)
    n, k = matrix.shape
    lags = int(np.floor(4 * (n / 100) ** (2 / 9))) if lags is None else lags
    arguments.whole(lags, "lags", error=ITSError)
    if lags >= n:
        raise ITSError(f"{lags} lags with {n} periods. Allowed: 0 to {n - 1}.")
    beta, rss, bread = _least_squares(y, matrix)
    when = np.arange(n) if time is None else np.asarray(time, int) - int(np.min(time))
    scores = np.zeros((when.max() + 1, k))
    scores[when] = matrix * (y - matrix @ beta)[:, None]
    meat = scores.T @ scores
    for lag in range(1, min(lags, len(scores) - 1) + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    covariance = bread @ meat @ bread * (n / (n - k) if small_sample else 1.0)
    name, unknown = f"Newey-West, lag {lags}", (float("nan"),) * 5
    return _regression(name, design.columns, beta, covariance, rss / (n - k), unknown, n, level)


def check_level(level: float) -> None:
    """Refuse a confidence level that does not lie between 0 and 1."""
    arguments.number(level, "level", error=ITSError, above=0, below=1)


def checked(
    y: Floats, design: pd.DataFrame, time: Floats | None, *, level: float
) -> tuple[Floats, Floats, Floats]:
    """Return the series, the design and the steps between periods as arrays, or refuse."""
    check_level(level)
    arguments.columns(design, [], error=ITSError, what="the design")
    y = arguments.figures(y, "the series", error=ITSError)
    matrix = arguments.figures(design.to_numpy(), "the design", error=ITSError)
    n, k = matrix.shape
    if y.shape != (n,):
        raise ITSError(f"the series has shape {y.shape} and the design {n} rows. They must be equally long.")
    if not (np.isfinite(y).all() and np.isfinite(matrix).all()):
        raise ITSError("missing or infinite values in the series or the design. Leave missing periods out.")
    if n < k + 2:
        raise ITSError(f"{n} periods for {k} terms. Needed: {k + 2} at least.")
    if np.linalg.matrix_rank(matrix / np.abs(matrix).max(axis=0).clip(1e-300)) < k:
        raise ITSError(f"the terms {list(design.columns)} determine one another. Leave one of them out.")
    when = np.arange(n) if time is None else arguments.figures(time, "times", error=ITSError)
    steps = np.diff(np.atleast_1d(when))
    if when.shape != (n,) or not (np.isfinite(when).all() and (steps > 0).all() and (steps % 1 == 0).all()):
        raise ITSError("times must be whole numbers, increasing, one a period.")
    return y, matrix, steps


def _refuse_perfect_fit(y: Floats, matrix: Floats) -> None:
    rss = _least_squares(y, matrix)[1]
    if rss <= 1e-20 * max(float(y @ y), 1e-300):
        raise ITSError("the design fits the series without residuals: autocorrelation is not defined.")


def _least_squares(y: Floats, matrix: Floats) -> tuple[Floats, float, Floats]:
    """Return coefficients, residual sum of squares and the inverse of X'X."""
    q, r = np.linalg.qr(matrix)
    inverse = np.linalg.inv(r)
    beta = inverse @ (q.T @ y)
    residual = y - matrix @ beta
    return beta, float(residual @ residual), inverse @ inverse.T


def _whiten(phi: float, y: Floats, matrix: Floats, steps: Floats) -> tuple[Floats, Floats, float]:
    """Return the series and design freed of autocorrelation, and the log determinant of the correlation."""
    link = np.concatenate([[0.0], phi**steps])[:, None]
    scale = np.sqrt(1 - link**2)
    both = np.column_stack([y, matrix])
    white = (both - link * np.vstack([np.zeros(both.shape[1]), both[:-1]])) / scale
    return white[:, 0], white[:, 1:], float(2 * np.log(scale).sum())


def _profile(phi: float, y: Floats, matrix: Floats, steps: Floats, restricted: bool) -> float:
    """Log likelihood at `phi`, maximised over coefficients and variance."""
    white_y, white, log_det = _whiten(phi, y, matrix, steps)
    _, rss, bread = _least_squares(white_y, white)
    n, k = matrix.shape
    m = n - k if restricted else n
    value = -0.5 * (m * (np.log(2 * np.pi * rss / m) + 1) + log_det)
    return float(value + 0.5 * np.linalg.slogdet(bread)[1]) if restricted else float(value)


def _crossing(loss: Callable[[float], float], phi: float, end: float, drop: float) -> float:
    """Return where the profile reaches `drop` between `phi` and `end`; +-1 if it does not."""
    if loss(end) <= drop:
        return float(np.sign(end))
    from scipy import optimize

    return float(optimize.brentq(lambda x: loss(x) - drop, phi, end))


def _regression(
    method: str,
    terms: pd.Index,
    beta: Floats,
    covariance: Floats,
    sigma2: float,
    numbers: tuple[float, ...],
    n: int,
    level: float,
) -> Regression:
    se = np.sqrt(np.diag(covariance))
    df = n - len(beta)
    half = curves.t_quantile(0.5 + level / 2, df) * se
    frame = pd.DataFrame(
        {"estimate": beta, "se": se, "lower": beta - half, "upper": beta + half}, index=terms.rename("term")
    )
    phi, phi_se, phi_lower, phi_upper, log_likelihood = numbers
    return Regression(
        method, frame, covariance, sigma2, phi, phi_se, phi_lower, phi_upper, log_likelihood, n, df, level
    )
