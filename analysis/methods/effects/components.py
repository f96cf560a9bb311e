"""How much of an outcome's variation between trusts lasts, and how much passes."""

from dataclasses import dataclass
from typing import Literal, Unpack, get_args

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.effects.panels import Columns, EffectError, Panel
from analysis.methods.effects.windows import Wide, mean, wide

Floats = np.ndarray
Population = Literal["never", "untreated"]


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """How an outcome untouched by the regime varies about the mean of the type and period.

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
    panel: pd.DataFrame | Panel, *, population: Population = "never", **columns: Unpack[Columns]
) -> VarianceComponents:
    """Split the variance of an outcome untouched by the regime into lasting and passing.

    population: "never" reads trusts that never entered; "untreated" those, and the others before they
        entered. If entry went by the outcome itself, the never-entered lack the worst levels and the lasting
        share comes out too small. "untreated" gives them back together with the bad draws that chose them:
        nearer, and not free of error either.
    Values less the mean of their stratum and period; moment estimates of a one-way random-effects model
    (analysis of variance), degrees of freedom less the means taken off; a negative variance between is set to
    0. Periods of one trust are taken as independent: under autocorrelation slow movements count as lasting, so
    the passing share, and the movement expected of it, come out too small. Raises EffectError as `read_panel`,
    for an unknown population, and for too few trusts or periods.
    """
    return components_of(wide(panel, columns), population)


def components_of(table: Wide, population: Population) -> VarianceComponents:
    """Moment estimates of an unbalanced one-way layout; see `variance_components`."""
    arguments.choice(population, "population", get_args(Population), error=EffectError)
    strata, periods = table.data.unit_group, table.first + np.arange(table.values.shape[1])
    untouched = periods[None, :] < table.data.unit_cohort[:, None]
    values = np.where(untouched, table.values, np.nan)
    if population == "never":
        values, strata = values[~table.entered], strata[~table.entered]
    for group in np.unique(strata):
        members = strata == group
        # a trust alone in its stratum and period is its own mean and tells nothing
        company = (~np.isnan(values[members])).sum(axis=0) > 1
        values[members] -= np.where(company, mean(values[members], axis=0), np.nan)
    used = ~np.isnan(values).all(axis=1)
    values, strata = values[used], strata[used]
    counts, means = (~np.isnan(values)).sum(axis=1), mean(values, axis=1)
    kinds, codes = np.unique(strata, return_inverse=True)
    cells = sum(int((~np.isnan(values[strata == kind])).any(axis=0).sum()) for kind in kinds)
    n, units = int(counts.sum()), len(counts)
    df_within, df_between = n - units - cells + len(kinds), units - len(kinds)
    if df_within < 1 or df_between < 1:
        raise EffectError(f"{units} untreated trusts and {n} values: too few to split their variance.")
    within = float(np.nansum((values - means[:, None]) ** 2)) / df_within
    sizes = np.bincount(codes, counts)
    grand = (np.bincount(codes, counts * means) / sizes)[codes]
    mean_square = float((counts * (means - grand) ** 2).sum()) / df_between
    common = (n - float((np.bincount(codes, counts**2) / sizes).sum())) / df_between
    between = max(0.0, (mean_square - within) / common)
    total = between + within
    icc = between / total if total > 0 else float("nan")
    return VarianceComponents(float(np.sqrt(between)), float(np.sqrt(within)), icc, units, n)
