"""What the effect estimators return: a frame by horizon, one overall figure and a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from analysis.methods.effects.panels import EffectError

THIN = 5  # fewer treated trusts than this at a horizon: shown grey, not to be read on its own
BETTER = ("higher", "lower", None)
REFERENCES = ("normal", "t")
UNKNOWN = "no interval"


@dataclass(frozen=True, slots=True)
class Overall:
    """One pooled figure in `measure` units; nan where it cannot be estimated."""

    estimate: float
    se: float
    lower: float
    upper: float
    n_trusts: int
    n_controls: int
    n_obs: int


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects by periods since entry.

    frame: one row a horizon; `horizon` (periods since entry), `phase` ("pre", "left out" or "post"),
        `estimate`, `se`, `lower`, `upper` (pointwise), `lower_uniform`, `upper_uniform` (simultaneous
        over the rows; nan without draws), `n_trusts` (treated), `n_controls`, `thin` (fewer than THIN
        treated trusts), in `measure` units. With draws, `imputation` adds `se_bootstrap`,
        `lower_bootstrap`, `upper_bootstrap` (trusts resampled).
    overall: pooled over horizons 0 and later; what is pooled is said by the estimator.
    method: name of the estimator. level: of the intervals. measure: unit of the outcome.
    better: "higher", "lower" or None (no direction is better).
    tables: further frames by name, as the estimator's description says.
    dropped: frame (unit, reason) of units left out. unidentified: treated observations left out because
        no untreated observation ties their unit to their period. missing: rows without an outcome.
    """

    frame: pd.DataFrame
    overall: Overall
    method: str
    level: float
    measure: str
    better: str | None
    label: str
    dropped: pd.DataFrame
    unidentified: int = 0
    missing: int = 0
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def direction(self) -> str:
        """Reading of the overall interval: "higher", "lower", "no clear difference" or UNKNOWN without one."""
        return side(self.overall)

    def sentence(self) -> str:
        """State the overall effect, its interval, its direction and the numbers behind it."""
        found = self.overall
        if not np.isfinite(found.estimate):
            return f"The effect of entry on {self.label} cannot be estimated: no counterfactual."
        where = "higher" if found.estimate >= 0 else "lower"
        text = (
            f"After entry, {self.label} was {abs(found.estimate):.3g} {self.measure} {where} than expected "
            f"without entry ({interval(found.lower, found.upper, self.level)}; {self.method}; "
            f"{found.n_trusts} trusts that entered, {found.n_controls} comparators)."
        )
        return text + " " + verdict(self.direction, self.better)


def side(found: Overall) -> str:
    """Return the side of zero on which an interval lies; UNKNOWN when there is none."""
    if np.isnan(found.lower) or np.isnan(found.upper):
        return UNKNOWN
    if found.lower > 0:
        return "higher"
    return "lower" if found.upper < 0 else "no clear difference"


def interval(lower: float, upper: float, level: float) -> str:
    """Write an interval in words, or that there is none."""
    if not (np.isfinite(lower) and np.isfinite(upper)):
        return "no interval can be given"
    return f"{100 * level:g}% interval {lower:.3g} to {upper:.3g}"


def verdict(direction: str, better: str | None) -> str:
    """Say whether a direction is an improvement."""
    if direction == UNKNOWN:
        return "Without an interval nothing can be said of its direction."
    if direction == "no clear difference":
        return "The interval includes no difference."
    if better is None:
        return f"The interval lies on the {direction} side of no difference."
    reading = "an improvement" if direction == better else "a worsening"
    return f"{better.capitalize()} is better, so this is {reading}."


def check_better(better: str | None) -> None:
    """Refuse a direction that is not one of BETTER."""
    if better not in BETTER:
        raise EffectError(f"better={better!r}. Allowed: {BETTER}.")


def check_reference(reference: str) -> None:
    """Refuse a reference distribution that is not one of REFERENCES."""
    if reference not in REFERENCES:
        raise EffectError(f"reference={reference!r}. Allowed: {REFERENCES}.")


def quantiles(trusts: np.ndarray | int, *, level: float, reference: str = "normal") -> np.ndarray:
    """Two-sided quantile for each number of treated trusts: normal, or t with one less degree of freedom.

    t with (treated trusts - 1) degrees of freedom: the spread that the standard error rests on is seen in
    these trusts only. nan with fewer than two.
    """
    degrees = np.asarray(trusts, dtype=float) - 1
    if reference == "normal":
        return np.full(degrees.shape, norm.ppf((1 + level) / 2))
    return np.where(degrees > 0, t.ppf((1 + level) / 2, np.maximum(degrees, 1)), np.nan)


def overall(
    estimate: float,
    se: float,
    level: float,
    *,
    trusts: int,
    controls: int,
    obs: int,
    reference: str = "normal",
) -> Overall:
    """Pooled figure with its interval; see `quantiles` for `reference`."""
    half = float(quantiles(trusts, level=level, reference=reference) * se)
    estimate = float(estimate)
    return Overall(
        estimate, float(se), estimate - half, estimate + half, int(trusts), int(controls), int(obs)
    )


def with_intervals(
    frame: pd.DataFrame, *, level: float, critical: float, reference: str = "normal"
) -> pd.DataFrame:
    """Add pointwise (see `quantiles`) and simultaneous limits, and `thin`, to estimates and standard errors."""
    half = quantiles(frame["n_trusts"].to_numpy(), level=level, reference=reference) * frame["se"]
    wide = critical * frame["se"]
    limits = {
        "lower": frame["estimate"] - half,
        "upper": frame["estimate"] + half,
        "lower_uniform": frame["estimate"] - wide,
        "upper_uniform": frame["estimate"] + wide,
    }
    return frame.assign(**limits, thin=frame["n_trusts"] < THIN)
