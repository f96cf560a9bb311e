"""Single trusts pooled in part: each effect drawn to the mean by as much as its own error asks for."""

from dataclasses import dataclass

import numpy as np

from analysis.methods import arguments, curves
from analysis.methods.effects.panels import EffectError, check_level

Floats = np.ndarray


@dataclass(frozen=True, slots=True)
class PartlyPooled:
    """Effects of single trusts under a normal distribution of true effects with a normal error.

    effect, lower, upper: one a trust, closed form; the error of `mean` is in them. kept: share (0 to 1) of the
    distance from the mean that is left. mean: weighted. tau: standard deviation of true effects (DerSimonian and
    Laird). q, p: test that all true effects are equal.
    """

    effect: Floats
    lower: Floats
    upper: Floats
    kept: Floats
    mean: float
    tau: float
    q: float
    p: float


def partly_pooled(effect: Floats, covariance: Floats, *, level: float = 0.95) -> PartlyPooled:
    """Pool effects in part (normal-normal). effect: one a trust. covariance: of their errors, taken as known.

    How far an effect is drawn to the mean goes by its own error; what errors share is in the error of the mean.
    That tau is estimated is allowed for as in Morris 1983 (Journal of the American Statistical Association 78:47).
    Raises EffectError for fewer than four trusts, or an error that is not above zero.
    """
    check_level(level)
    effect = arguments.figures(effect, "effect", error=EffectError)
    covariance = arguments.figures(covariance, "covariance", error=EffectError)
    if effect.ndim != 1 or covariance.shape != 2 * effect.shape:
        raise EffectError(
            f"effects of shape {effect.shape}, covariance of {covariance.shape}. Allowed: one effect a trust, a square of as many."
        )
    variance = np.diag(covariance)
    if len(effect) < 4 or not (variance > 0).all():
        raise EffectError(
            f"{len(effect)} effects, variances {arguments.shown(variance)}. Allowed: 4 or more, each above 0."
        )
    fixed = 1 / variance
    q = float(fixed @ (effect - fixed @ effect / fixed.sum()) ** 2)
    spread_out = fixed.sum() - fixed @ fixed / fixed.sum()
    tau2 = max(0.0, (q - len(effect) + 1) / float(spread_out))
    weight = 1 / (variance + tau2)
    weight /= weight.sum()
    centre, few = float(weight @ effect), (len(effect) - 3) / (len(effect) - 1)
    kept = 1 - few * variance / (tau2 + variance)
    of_mean = float(weight @ (covariance + tau2 * np.eye(len(effect))) @ weight)
    pooled = centre + kept * (effect - centre)
    drawn = (1 - kept) * (effect - centre)
    of_tau = 2 / (len(effect) - 3) * drawn**2 * (variance.mean() + tau2) / (variance + tau2)
    spread = kept * variance + (1 - kept) ** 2 * of_mean + of_tau
    half = curves.normal_quantile((1 + level) / 2) * np.sqrt(spread)
    p = float(curves.chi2_above(q, len(effect) - 1))
    return PartlyPooled(pooled, pooled - half, pooled + half, kept, centre, float(np.sqrt(tau2)), q, p)
