"""Wild cluster bootstrap of the pooled imputation estimate, with no effect imposed."""

from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.methods.effects.additive import additive
from analysis.methods.effects.panels import EffectError, Panel, Reading, panel_of, whole_number
from analysis.methods.effects.resample import need_generator
from analysis.methods.effects.staggered import imputation_weights, time_cells, wanted

TIE = 1e-9


@dataclass(frozen=True, slots=True)
class WildImputation:
    """The pooled imputation estimate among estimates from panels in which no effect was planted.

    estimate: pooled, in units of the outcome. t: estimate by its cluster-robust error under no effect.
    p: (1 + draws with a t at least as far from 0) / (1 + draws). null: t of the draws. clusters: trusts.
    """

    estimate: float
    t: float
    p: float
    null: np.ndarray
    draws: int
    clusters: int


def wild_imputation(
    panel: pd.DataFrame | Panel,
    *,
    draws: int,
    rng: np.random.Generator,
    horizons: range | None = None,
    omit_before: int = 0,
    **reading: Unpack[Reading],
) -> WildImputation:
    """Test that entry made no difference, by the restricted wild cluster bootstrap over trusts.

    The estimate is linear in the outcomes, so its weights are found once. Under no effect the outcome is
    unit effect + time-by-group effect + residual, fitted to all observations; each draw turns the sign of
    all residuals of a trust together (Rademacher), and the estimate is studentised by the residuals of a
    new fit. Arguments as in `effects.imputation`; `horizons` are pooled. Raises EffectError when nothing
    can be estimated or fewer than 1 draw is asked for.
    Method: Cameron, Gelbach, Miller, Review of Economics and Statistics 2008;90:414-27.
    """
    whole_number("draws", draws, least=1)
    whole_number("omit_before", omit_before)
    need_generator(rng, draws)
    data = panel_of(panel, reading, group="type")
    out = data.since >= -max(omit_before, data.anticipation)
    keep = ~out | wanted(data.since, horizons)
    y, trust, since = data.y[keep], data.unit[keep], data.since[keep]
    trust = np.unique(trust, return_inverse=True)[1]
    times = np.unique(data.time, return_inverse=True)[1][keep]
    groups = data.group[keep]
    weights, _ = imputation_weights(
        unit=trust, time=times, treated=out[keep], horizon=np.where(out[keep], since, -np.inf), group=groups
    )
    if not np.isfinite(weights).all():
        raise EffectError("no treated observation has a counterfactual.")
    model = additive(trust, time_cells(times, groups), np.ones(len(y)))
    residual = y - model.fitted(y)
    drawn = np.take(rng.choice([-1.0, 1.0], size=(trust.max() + 1, draws)), trust, axis=0)
    drawn *= residual[:, None]
    left = model.fitted(drawn)
    null = _t(drawn, weights, np.subtract(drawn, left, out=left), trust)
    observed = _t(y[:, None], weights, residual[:, None], trust)[0]
    extreme = np.abs(null) >= abs(observed) * (1 - TIE)
    return WildImputation(
        estimate=float(weights @ y),
        t=float(observed),
        p=float((1 + extreme.sum()) / (1 + draws)),
        null=null,
        draws=draws,
        clusters=int(trust.max() + 1),
    )


def _t(y: np.ndarray, weights: np.ndarray, residual: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """Estimate by cluster-robust error, one a column."""
    columns = np.ascontiguousarray(residual.T)
    columns *= weights
    scores = np.column_stack([np.bincount(trust, column) for column in columns])
    return (weights @ y) / np.sqrt((scores**2).sum(axis=0))
