"""Two-way fixed effects, for contrast only: what the regression everyone knows would have said."""

from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.methods.effects.additive import additive
from analysis.methods.effects.panels import EffectError, Panel, Reading, check_level, panel_of
from analysis.methods.effects.pretrend import within_regression
from analysis.methods.effects.results import overall
from analysis.methods.effects.staggered import time_cells
from analysis.methods.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Contrast:
    """Coefficient of a two-way fixed-effects regression and the weights hidden in it.

    overall: coefficient, cluster-robust interval, numbers. negative: share of treated observations that
    enter with a negative weight; negative_sum: total of those weights (all weights add up to 1).
    weights: frame (unit, time, weight) of the treated observations.
    """

    overall: Estimate
    negative: float
    negative_sum: float
    weights: pd.DataFrame
    level: float


def twfe(panel: pd.DataFrame | Panel, *, level: float = 0.95, **reading: Unpack[Reading]) -> Contrast:
    """Regress the outcome on treated, unit effects and time (by group) effects. A contrast, not an estimate.

    With staggered entry and effects that grow or differ, this coefficient is not an average of effects:
    units already treated serve as controls, and some effects get negative weights
    (Goodman-Bacon 2021; de Chaisemartin, D'Haultfoeuille 2020). It is here to show that.
    panel: as for `imputation`. Standard error: cluster-robust by unit, factor G/(G-1) * (n-1)/(n-k), k
    not counting unit effects. Raises EffectError as `read_panel`, and if treatment cannot be told apart
    from the fixed effects.
    """
    check_level(level)
    data = panel_of(panel, reading)
    times = np.unique(data.time, return_inverse=True)[1]
    model = additive(data.unit, time_cells(times, data.group), np.ones(len(data.y)))
    treated = (data.since >= -data.anticipation).astype(float)
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
            unit=data.measure,
            trusts=trusts,
            controls=len(data.units) - trusts,
            obs=int(on.sum()),
        ),
        negative=float((weight < 0).mean()),
        negative_sum=float(weight[weight < 0].sum()),
        weights=pd.DataFrame({"unit": data.units[data.unit[on]], "time": data.time[on], "weight": weight}),
        level=level,
    )
