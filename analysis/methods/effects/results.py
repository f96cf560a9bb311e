"""What the effect estimators return: a frame by horizon and one overall figure."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves
from analysis.methods.effects.panels import EffectError, check_level
from analysis.methods.estimate import Estimate

THIN = 5  # fewer treated trusts than this at a horizon: shown grey, not to be read on its own
REFERENCES = ("normal", "t")


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects by periods since entry.

    frame: one row a horizon; `horizon` (periods since entry), `phase` ("pre", "left out" or "post"),
        `estimate`, `se`, `lower`, `upper` (pointwise), `lower_uniform`, `upper_uniform` (simultaneous
        over the rows; nan without draws), `n_trusts` (treated), `n_controls`, `thin` (fewer than THIN
        treated trusts), in `measure` units. With draws, `imputation` adds `se_bootstrap`,
        `lower_bootstrap`, `upper_bootstrap` (trusts resampled).
    overall: pooled over horizons 0 and later; what is pooled is said by the estimator.
    method: name of the estimator. level: of the intervals.
    tables: further frames by name, as the estimator's description says.
    dropped: frame (unit, reason) of units left out. unidentified: treated observations left out because
        no untreated observation ties their unit to their period. missing: rows without an outcome.
    """

    frame: pd.DataFrame
    overall: Estimate
    method: str
    level: float
    dropped: pd.DataFrame
    unidentified: int = 0
    missing: int = 0
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


def check_reference(reference: str) -> None:
    """Refuse a reference distribution that is not one of REFERENCES."""
    arguments.choice(reference, "reference", REFERENCES, error=EffectError)


def quantiles(trusts: np.ndarray | int, *, level: float, reference: str = "normal") -> np.ndarray:
    """Two-sided quantile for each number of treated trusts: normal, or t with one less degree of freedom.

    t with (treated trusts - 1) degrees of freedom: the spread that the standard error rests on is seen in
    these trusts only. nan with fewer than two.
    """
    check_level(level)
    check_reference(reference)
    degrees = arguments.figures(trusts, "trusts", error=EffectError) - 1
    if reference == "normal":
        return np.full(degrees.shape, curves.normal_quantile((1 + level) / 2))
    return np.where(degrees > 0, curves.t_quantile((1 + level) / 2, np.maximum(degrees, 1)), np.nan)


def overall(
    estimate: float,
    se: float,
    level: float,
    *,
    unit: str,
    trusts: int,
    controls: int,
    obs: int,
    reference: str = "normal",
) -> Estimate:
    """Pooled figure with its interval; see `quantiles` for `reference`."""
    half = float(quantiles(trusts, level=level, reference=reference) * se)
    estimate = float(estimate)
    return Estimate(
        estimate, estimate - half, estimate + half, unit, int(trusts), float(se), int(controls), int(obs)
    )


def with_intervals(
    frame: pd.DataFrame, *, level: float, critical: float, reference: str = "normal"
) -> pd.DataFrame:
    """Add pointwise (see `quantiles`) and simultaneous limits, and `thin`, to estimates and standard errors."""
    estimate, se, trusts = (frame[part].to_numpy() for part in ("estimate", "se", "n_trusts"))
    half, wide = quantiles(trusts, level=level, reference=reference) * se, critical * se
    limits = {
        "lower": estimate - half,
        "upper": estimate + half,
        "lower_uniform": estimate - wide,
        "upper_uniform": estimate + wide,
    }
    return frame.assign(**limits, thin=trusts < THIN)
