"""How much of an outcome's variation between trusts lasts, and how much passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.effects.panels import EffectError
from analysis.effects.windows import Wide, mean, wide

Floats = np.ndarray


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """How the outcome of trusts that never entered varies about the mean of their type and period.

    sd_between: between lasting levels of trusts. sd_within: between periods of one trust. icc: share of the
    variance of a single value that lasts.
    """

    sd_between: float
    sd_within: float
    icc: float
    units: int
    observations: int

    def reliability(self, periods: Floats | int) -> Floats:
        """Share of the variance of a mean over `periods` periods that lasts."""
        lasting, noise = self.sd_between**2, self.sd_within**2 / np.asarray(periods, dtype=float)
        return np.where(lasting + noise > 0, lasting / np.where(lasting + noise > 0, lasting + noise, 1), 1.0)


def variance_components(
    panel: pd.DataFrame,
    *,
    outcome: str = "value",
    unit: str = "trust",
    time: str = "t",
    cohort: str = "entry",
    group: str | None = "type",
) -> VarianceComponents:
    """Split the variance of trusts that never entered into lasting and passing (analysis of variance).

    Values less the mean of the stratum and period; moment estimates of a one-way random-effects model,
    degrees of freedom less the means taken off; a negative variance between is set to 0. Periods of one trust
    are taken as
    independent: under autocorrelation sd_within is too small and regression to the mean understated at long
    range. Raises EffectError as `read_panel`, and for fewer than two trusts or periods left in every stratum.
    """
    return components_of(wide(panel, outcome=outcome, unit=unit, time=time, cohort=cohort, group=group))


def components_of(table: Wide) -> VarianceComponents:
    """Moment estimates from the units that never entered, unbalanced one-way layout."""
    never = ~table.entered
    values, strata = table.deviations()[never], table.data.unit_group[never]
    seen = ~np.isnan(values)
    # a stratum or period with one trust has no deviation to tell from its own mean
    alone = np.zeros_like(seen)
    for group in np.unique(strata):
        members = strata == group
        alone[members] = (seen[members].sum(axis=0) < 2)[None, :]
    seen &= ~alone
    counts = seen.sum(axis=1)
    values, strata, seen, counts = (
        values[counts > 0],
        strata[counts > 0],
        seen[counts > 0],
        counts[counts > 0],
    )
    cells = sum(int(seen[strata == group].any(axis=0).sum()) for group in np.unique(strata))
    groups, n, units = len(np.unique(strata)), int(counts.sum()), len(counts)
    df_within, df_between = n - units - cells + groups, units - groups
    if df_within < 1 or df_between < 1:
        raise EffectError(
            f"{units} trusts that never entered and {n} values: too few to split their variance."
        )
    means = mean(np.where(seen, values, np.nan), axis=1)
    within = float(np.where(seen, (values - means[:, None]) ** 2, 0).sum()) / df_within
    grand = np.array([np.average(means[strata == g], weights=counts[strata == g]) for g in strata])
    between_ms = float((counts * (means - grand) ** 2).sum()) / df_between
    squares = sum((counts[strata == g] ** 2).sum() / counts[strata == g].sum() for g in np.unique(strata))
    size = (n - squares) / df_between
    between = max(0.0, (between_ms - within) / size)
    total = between + within
    icc = between / total if total > 0 else float("nan")
    return VarianceComponents(float(np.sqrt(between)), float(np.sqrt(within)), icc, units, n)
