"""Two-way fixed effects, for contrast only: what the regression everyone knows would have said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods.effects.additive import additive
from analysis.methods.effects.panels import EffectError, check_level, read_panel
from analysis.methods.effects.pretrend import within_regression
from analysis.methods.effects.results import Overall, check_better, interval, overall
from analysis.methods.effects.staggered import time_cells


@dataclass(frozen=True, slots=True)
class Contrast:
    """Coefficient of a two-way fixed-effects regression and the weights hidden in it.

    overall: coefficient, cluster-robust interval, numbers. negative: share of treated observations that
    enter with a negative weight; negative_sum: total of those weights (all weights add up to 1).
    weights: frame (unit, time, weight) of the treated observations.
    """

    overall: Overall
    negative: float
    negative_sum: float
    weights: pd.DataFrame
    level: float
    measure: str
    better: str | None
    label: str

    def sentence(self) -> str:
        """State the coefficient and why it is not the answer."""
        found = self.overall
        return (
            f"For contrast only, two-way fixed effects give {found.estimate:.3g} {self.measure} "
            f"for {self.label} ({interval(found.lower, found.upper, self.level)}; "
            f"{found.n_trusts} trusts that entered): it uses trusts already in as comparators, and "
            f"{100 * self.negative:.0f}% of treated observations count negatively."
        )


def twfe(
    panel: pd.DataFrame,
    *,
    outcome: str = "value",
    unit: str = "trust",
    time: str = "t",
    cohort: str = "entry",
    group: str | None = None,
    last_time: int | None = None,
    level: float = 0.95,
    measure: str = "units",
    better: str | None = None,
    label: str = "the outcome",
) -> Contrast:
    """Regress the outcome on treated, unit effects and time (by group) effects. A contrast, not an estimate.

    With staggered entry and effects that grow or differ, this coefficient is not an average of effects:
    units already treated serve as controls, and some effects get negative weights
    (Goodman-Bacon 2021; de Chaisemartin, D'Haultfoeuille 2020). It is here to show that.
    panel: as for `imputation`. Standard error: cluster-robust by unit, factor G/(G-1) * (n-1)/(n-k), k
    not counting unit effects. Raises EffectError as `read_panel`, and if treatment cannot be told apart
    from the fixed effects.
    """
    check_level(level)
    check_better(better)
    data = read_panel(
        panel, outcome=outcome, unit=unit, time=time, cohort=cohort, group=group, last_time=last_time
    )
    times = np.unique(data.time, return_inverse=True)[1]
    model = additive(data.unit, time_cells(times, data.group), np.ones(len(data.y)))
    treated = (data.since >= 0).astype(float)
    slope, influence, sure = within_regression(data.y, treated[:, None], model)
    if not sure[0]:
        raise EffectError("treatment cannot be told apart from the unit and time effects.")
    residual = treated - model.fitted(treated)
    on = treated > 0
    weight = residual[on] / residual[on].sum()
    trusts = len(np.unique(data.unit[on]))
    return Contrast(
        overall=overall(
            float(slope[0]),
            float(np.sqrt((influence[:, 0] ** 2).sum())),
            level,
            trusts=trusts,
            controls=len(data.units) - trusts,
            obs=int(on.sum()),
        ),
        negative=float((weight < 0).mean()),
        negative_sum=float(weight[weight < 0].sum()),
        weights=pd.DataFrame({"unit": data.units[data.unit[on]], "time": data.time[on], "weight": weight}),
        level=level,
        measure=measure,
        better=better,
        label=label,
    )
