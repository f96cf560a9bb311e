"""Distributions of uncertain inputs, from a mean and a standard error, a 95% range, or three points."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves
from analysis.methods.costing.prices import CostError

KINDS = ("gamma", "beta", "lognormal", "pert", "fixed")
WIDTH_OF_95 = 2 * 1.96  # standard errors in a 95% interval of a normal variable
PERT_WEIGHT = 4.0  # of the most likely value against either end
NODES = np.linspace(-5, 5, 1001)  # normal scores
MANY_DRAWS = 4_096
STEEP = 0.1  # a gamma or beta with a smaller shape falls too steeply for a curve through NODES
LEAST = 1e-12  # of the mean: a smaller standard error is lost in rounding
SUPPORT = {"gamma": (0.0, np.inf), "lognormal": (0.0, np.inf), "beta": (0.0, 1.0)}
MANY = 1e14  # effective observations: a gamma or beta of more is a normal one in double precision


@dataclass(frozen=True, slots=True)
class Distribution:
    """An input of a cost model as a distribution.

    kind: one of KINDS. parameters: by their standard names: gamma `shape`, `scale`, `rate`; beta `alpha`, `beta`;
        lognormal `mu`, `sigma` (of the logarithm); pert `low`, `mode`, `high`, `alpha`, `beta`; fixed `value`.
    mean, se: of the variable itself, in its own unit. reason: how the parameters were found.
    """

    kind: str
    parameters: Mapping[str, float]
    mean: float
    se: float
    reason: str

    def quantile(self, p: float | np.ndarray) -> np.ndarray:
        """Return the value below which a share `p` (0 to 1) of the distribution lies.

        Raises CostError for a share outside 0 to 1.
        """
        share = np.asarray(p, dtype=float)
        if not ((share >= 0) & (share <= 1)).all():
            raise CostError("shares outside 0 to 1. Allowed: probabilities.")
        values = self.parameters
        if self.kind == "fixed":
            return np.full(share.shape, self.mean)
        if self.kind == "gamma":
            return _gamma(share, values["shape"], values["scale"])
        if self.kind == "lognormal":
            return np.exp(values["mu"] + values["sigma"] * curves.normal_quantile(share))
        found = _beta(share, values["alpha"], values["beta"])
        return found if self.kind == "beta" else values["low"] + (values["high"] - values["low"]) * found

    def of_scores(self, scores: np.ndarray) -> np.ndarray:
        """Return the values at standard normal `scores` (the quantiles at their shares), for many draws at once.

        More than MANY_DRAWS within NODES are read off a monotone curve through the exact quantiles at NODES,
        which is faster by far; the curve is within a hundred-thousandth of a standard error of them. Others are
        exact, and so are those with a shape below STEEP, which have almost all their values at one end or both.
        """
        from scipy import interpolate, special

        given = np.asarray(scores, dtype=float)
        steep = any(self.parameters.get(name, 1.0) < STEEP for name in ("shape", "alpha", "beta"))
        if steep or self.kind in ("fixed", "lognormal") or given.size <= MANY_DRAWS:
            return self.quantile(special.ndtr(given))
        curve = interpolate.PchipInterpolator(NODES, self.quantile(special.ndtr(NODES)))
        values = curve(given)
        far = np.abs(given) > NODES[-1]
        values[far] = self.quantile(special.ndtr(given[far]))
        return values


def gamma(mean: float, se: float) -> Distribution:
    """Return the gamma with this mean and standard error: shape (mean/se)^2, scale se^2/mean. For costs.

    Raises CostError unless both are above 0 (use `fixed` for a value without uncertainty).
    Method: moments; Briggs, Claxton and Sculpher, Decision Modelling for Health Economic Evaluation (2006), ch. 4.
    """
    _positive(mean, "mean", "a gamma")
    _spread(se, mean)
    ratio = float(mean) / float(se)
    parameters = {"shape": ratio * ratio, "scale": se * (se / mean), "rate": ratio / se}
    return _sound(Distribution("gamma", parameters, float(mean), float(se), "by moments"))


def beta(mean: float, se: float) -> Distribution:
    """Return the beta with this mean and standard error, for shares between 0 and 1.

    alpha = mean x n, beta = (1 - mean) x n, n = mean (1 - mean) / se^2 - 1.
    Raises CostError for a mean not between 0 and 1, a standard error that is not above 0, and a variance of
    mean (1 - mean) or more, which no beta has. Method: moments (Briggs, Claxton and Sculpher 2006, ch. 4).
    """
    _positive(mean, "mean", "a beta")
    _spread(se, mean)
    if mean >= 1:
        raise CostError(f"mean {arguments.plain(mean)} of a beta. Allowed: between 0 and 1, ends left out.")
    variance = float(se) * float(se)
    if variance >= mean * (1 - mean):
        raise CostError(
            f"variance {arguments.plain(variance)} with mean {arguments.plain(mean)}. Allowed for a beta: below mean (1 - mean) = {arguments.plain(mean * (1 - mean))}."
        )
    size = mean * (1 - mean) / variance - 1
    parameters = {"alpha": mean * size, "beta": (1 - mean) * size}
    return _sound(Distribution("beta", parameters, float(mean), float(se), "by moments"))


def lognormal(mean: float, se: float) -> Distribution:
    """Return the log-normal whose own mean and standard error (not those of the logarithm) these are.

    sigma^2 = log(1 + (se/mean)^2), mu = log(mean) - sigma^2 / 2. For multipliers and skewed costs.
    Raises CostError unless both are above 0.
    """
    _positive(mean, "mean", "a log-normal")
    _spread(se, mean)
    ratio = float(se) / float(mean)
    variance = np.log1p(ratio * ratio)
    parameters = {"mu": float(np.log(mean) - variance / 2), "sigma": float(np.sqrt(variance))}
    return _sound(Distribution("lognormal", parameters, float(mean), float(se), "by moments"))


def pert(low: float, mode: float, high: float) -> Distribution:
    """Return the PERT (a beta between `low` and `high` with its peak at `mode`), for a judgement of a range.

    mean = (low + 4 mode + high) / 6; alpha = 1 + 4 (mode - low)/(high - low), beta = 1 + 4 (high - mode)/(high - low).
    Raises CostError unless low <= mode <= high and low < high.
    """
    for name, value in (("low", low), ("mode", mode), ("high", high)):
        arguments.number(value, f"{name} of a PERT", error=CostError)
    if not low <= mode <= high or not low < high:
        raise CostError(
            f"low {arguments.plain(low)}, mode {arguments.plain(mode)}, high {arguments.plain(high)}. Allowed for a PERT: low <= mode <= high, low < high."
        )
    width = high - low
    if not 0 < PERT_WEIGHT * width < np.inf:
        raise CostError(
            f"low {arguments.plain(low)} and high {arguments.plain(high)} of a PERT. Allowed: ends whose difference is a number above 0."
        )
    first = 1 + PERT_WEIGHT * (mode - low) / width
    second = 1 + PERT_WEIGHT * (high - mode) / width
    size = 2 + PERT_WEIGHT
    mean = low + width * first / size
    se = width * np.sqrt(first * second / (size**2 * (size + 1)))
    parameters = {"low": low, "mode": mode, "high": high, "alpha": first, "beta": second}
    return Distribution(
        "pert", {k: float(v) for k, v in parameters.items()}, float(mean), float(se), "by three points"
    )


def pert_from_mean(mean: float, low: float, high: float) -> Distribution:
    """Return the PERT between `low` and `high` with this mean: mode = (6 mean - low - high) / 4.

    Raises CostError where the mean is so near an end that the mode would lie outside.
    """
    for name, value in (("mean", mean), ("low", low), ("high", high)):
        arguments.number(value, f"{name} of a PERT", error=CostError)
    mode = ((PERT_WEIGHT + 2) * mean - low - high) / PERT_WEIGHT
    slack = 1e-9 * max(abs(low), abs(high), 1.0)
    if low - slack <= mode <= high + slack:
        mode = min(max(mode, low), high)
    return pert(low, mode, high)


def fixed(value: float) -> Distribution:
    """Return a value without uncertainty. Raises CostError for a missing or infinite value."""
    if not arguments.is_number(value):
        raise CostError(f"value {arguments.shown(value)}. Allowed: a number.")
    return Distribution("fixed", {"value": float(value)}, float(value), 0.0, "no uncertainty")


def se_from_range(low: float, high: float) -> float:
    """Return the standard error that a 95% range would have if it were normal: (high - low) / 3.92.

    Raises CostError unless low < high, both numbers.
    """
    if not (arguments.is_number(low) and arguments.is_number(high) and low < high):
        raise CostError(
            f"range {arguments.shown(low)} to {arguments.shown(high)}. Allowed: low below high, both numbers."
        )
    return (high - low) / WIDTH_OF_95


def from_range(kind: str, *, mean: float, low: float, high: float) -> Distribution:
    """Return a distribution from a mean and a range, and say so in `reason`.

    kind: "gamma", "beta" or "lognormal": low and high are the ends of a 95% interval, and the standard error is
        taken as (high - low) / 3.92; "pert": they are the least and greatest possible values, and the most likely
        value follows from the mean; "fixed": all three must be equal.
    Raises CostError for another kind, a mean outside the range, a 95% interval that the kind cannot have (an end
    below 0, or above 1 for a beta; the mean at an end), and what the distribution itself refuses.
    """
    arguments.choice(kind, "distribution", KINDS, error=CostError)
    if not all(map(arguments.is_number, (mean, low, high))) or not low <= mean <= high:
        raise CostError(
            f"mean {arguments.shown(mean)} outside the range {arguments.shown(low)} to {arguments.shown(high)}. Allowed: low <= mean <= high."
        )
    if kind == "fixed":
        if low != high:
            raise CostError(
                f"a fixed value with the range {arguments.plain(low)} to {arguments.plain(high)}. Allowed: no range."
            )
        return fixed(mean)
    if kind == "pert":
        made, reason = (
            pert_from_mean(mean, low, high),
            f"mean {arguments.plain(mean)} between {arguments.plain(low)} and {arguments.plain(high)}, by judgement",
        )
    else:
        _inside(kind, mean, low, high)
        maker = {"gamma": gamma, "beta": beta, "lognormal": lognormal}[kind]
        made = maker(mean, se_from_range(low, high))
        reason = f"mean {arguments.plain(mean)}; standard error taken as the width of the range {arguments.plain(low)} to {arguments.plain(high)} over 3.92"
    return Distribution(made.kind, made.parameters, made.mean, made.se, reason)


def of_record(row: Mapping[Any, Any] | pd.Series, name: str) -> Distribution:
    """Return the distribution of a record's figure: `from_range` of its columns.

    row: has `name`, `name_low`, `name_high` (a blank end is the value itself) and `name_distribution`.
    Raises CostError as `from_range` does.
    """
    if not isinstance(row, Mapping | pd.Series):
        raise CostError(f"the record is a {type(row).__name__}. Allowed: a row of a table, or a dict.")
    arguments.kind(name, "name of the figure", str, error=CostError)
    needed = [name, f"{name}_low", f"{name}_high", f"{name}_distribution"]
    absent = [one for one in needed if one not in row]
    if absent:
        raise CostError(
            f"fields {absent} of the record are not there. Found: {list(row)}. Allowed: a record with all four."
        )
    mean = _figure(row[name], name)
    low, high = (mean if pd.isna(row[end]) else _figure(row[end], end) for end in needed[1:3])
    return from_range(str(row[f"{name}_distribution"]), mean=mean, low=low, high=high)


def _figure(value: object, name: str) -> float:
    try:
        return arguments.number(float(value), name, error=CostError)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise CostError(f"{name}={arguments.shown(value)}. Allowed: a number, as 1000.5.") from None


def _gamma(share: np.ndarray, shape: float, scale: float) -> np.ndarray:
    if shape > MANY:
        return np.maximum(shape * scale + np.sqrt(shape) * scale * curves.normal_quantile(share), 0.0)
    return curves.gamma_quantile(share, shape, scale=scale)


def _beta(share: np.ndarray, alpha: float, beta_: float) -> np.ndarray:
    size = alpha + beta_
    if size > MANY:
        return np.clip(
            alpha / size + np.sqrt(alpha / size * beta_) / size * curves.normal_quantile(share), 0.0, 1.0
        )
    from scipy import stats

    return stats.beta.ppf(share, alpha, beta_)


def _inside(kind: str, mean: float, low: float, high: float) -> None:
    least, greatest = SUPPORT[kind]
    if not least <= low < mean < high <= greatest:
        upto = "" if np.isinf(greatest) else f", high at most {arguments.plain(greatest)}"
        raise CostError(
            f"mean {arguments.plain(mean)} with a 95% interval from {arguments.plain(low)} to {arguments.plain(high)}. Allowed for a {kind}: low at least {arguments.plain(least)}"
            f"{upto}, and the mean between them; a value without uncertainty is fixed(value)."
        )


def _positive(value: float, name: str, where: str) -> None:
    if not (arguments.is_number(value) and value > 0):
        raise CostError(f"{name} {arguments.shown(value)} of {where}. Allowed: a number above 0.")


def _spread(se: float, mean: float) -> None:
    if not (arguments.is_number(se) and se >= LEAST * mean):
        raise CostError(
            f"standard error {arguments.shown(se)} with mean {arguments.plain(mean)}. Allowed: above 0 (at least {arguments.plain(LEAST)} of the mean); a value "
            "without uncertainty is fixed(value)."
        )


def _sound(made: Distribution) -> Distribution:
    if not all(np.isfinite(value) and (value > 0 or name == "mu") for name, value in made.parameters.items()):
        raise CostError(
            f"mean {arguments.plain(made.mean)} with standard error {arguments.plain(made.se)}. Allowed: a less extreme ratio of the two."
        )
    plain = {name: float(value) for name, value in made.parameters.items()}
    return Distribution(made.kind, plain, made.mean, made.se, made.reason)
