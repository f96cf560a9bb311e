"""Was the gain kept? Effect after leaving less the effect in the last periods inside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves
from analysis.methods.effects.additive import Additive, additive
from analysis.methods.effects.influence import from_untreated
from analysis.methods.effects.panels import (
    Columns,
    EffectError,
    NotEstimable,
    Panel,
    check_level,
    constant,
    keyed,
    numbers,
    read_panel,
    whole_number,
)
from analysis.methods.effects.results import THIN
from analysis.methods.effects.staggered import time_cells
from analysis.methods.estimate import HIGHER, LOWER

ESTIMABLE = "estimable"
NOBODY = "no trust is observed both in its last periods inside and this long after"
ONE = "only one trust is observed"


@dataclass(frozen=True, slots=True)
class GainKept:
    """What became of the gain after leaving.

    trusts: one row a unit that left: `unit`, `entry`, `exit`, `gain` (mean effect over the last `window`
        periods inside, positive = better), `kept_<h>` (the same for the `window` periods from h after the
        exit), `returned` (first period back inside, nan = never), `returned_by_<h>`. Values in `measure`;
        nan = not observed or no counterfactual.
    frame: one row a horizon, over the units with both: `horizon`, `gain`, `kept` (means), `change` (kept less
        gain), each with `_lower` and `_upper` (t limits), `n_trusts`, `n_returned`, `thin`, `status`
        (ESTIMABLE or the reason why not).
    dropped: frame (unit, reason).
    """

    trusts: pd.DataFrame
    frame: pd.DataFrame
    dropped: pd.DataFrame
    level: float


def gain_kept(
    panel: pd.DataFrame,
    *,
    better: str,
    exit: str = "exit",
    treated: str = "in_force",
    horizons: Sequence[int] = (12, 24),
    window: int = 1,
    omit_before: int = 0,
    last_time: int | None = None,
    level: float = 0.95,
    **columns: Unpack[Columns],
) -> GainKept:
    """Change of the effect from the last periods inside to `horizons` periods after leaving.

    The counterfactual is that of `imputation` (untreated observations only; time effects by `group`); every
    observation from entry on, inside or after, is compared with it. Gain = mean effect over the last `window`
    periods before the first exit; kept at h = mean effect over the `window` periods from exit + h on (exit
    itself is the first period outside). Effects are turned so that positive is better: a change below zero is
    gain that was lost. Means are over units with both, each once; units that went back inside stay in (what
    came after leaving, whatever happened) and are marked.
    panel: as for `imputation`, with `exit` (first period outside after the first spell; blank = did not
        leave, constant in a unit) and `treated` (true while inside, any spell).
    horizons, window: in periods of the panel: (12, 24) for months, (4, 8) for quarters, (1, 2) for years.
    Limits: closed form, as those of `imputation`: each unit adds its distance from the mean of the units that
        left, and its untreated residuals by the weight that they have in the prediction; t, units less one.
    Nothing here identifies the effect of leaving: trusts leave because they improved, and some fall back
    by regression to the mean.
    Raises EffectError for a faulty panel, an exit not after entry, or nobody who left.
    """
    arguments.choice(better, "better", (HIGHER, LOWER), error=EffectError)
    check_level(level)
    whole_number("window", window, least=1)
    horizons = arguments.several(horizons, "horizons", error=EffectError)
    if not horizons:
        raise EffectError("horizons=[]. Allowed: one whole number or more.")
    for horizon in horizons:
        whole_number("horizons", horizon)
    data = read_panel(panel, anticipation=omit_before, last_time=last_time, **columns)
    left, back = _exits(panel, data, columns, exit, treated)
    out = data.since >= -omit_before
    times = np.unique(data.time, return_inverse=True)[1]
    model = additive(data.unit, time_cells(times, data.group), np.where(out, 0.0, 1.0))
    windows = _windows(data, left, out, list(horizons), window) & model.identified()[:, None]
    turned = data.y if better == HIGHER else -data.y
    effect = turned - model.fitted(turned)
    found = np.column_stack([_means(data.unit, effect, mask, len(data.units)) for mask in windows.T])
    trusts = _trusts(data, left, back, found, list(horizons))
    limits = partial(_limits, replace(data, y=turned), model, found, windows, level=level)
    rows = [
        _row(horizon, place, data, found, trusts, limits) for place, horizon in enumerate(horizons, start=1)
    ]
    frame = pd.DataFrame(rows).assign(thin=lambda rows: rows["n_trusts"] < THIN)
    return GainKept(trusts=trusts, frame=frame, dropped=data.dropped, level=level)


def _row(
    horizon: int, place: int, data: Panel, found: np.ndarray, trusts: pd.DataFrame, limits: partial
) -> dict:
    """Pooled figures of one horizon, in column `place` of `found`, with the reason if there are none."""
    both = np.isfinite(found[:, 0]) & np.isfinite(found[:, place])
    seen = trusts["unit"].isin(data.units[both])
    row: dict = {"horizon": int(horizon), "n_trusts": int(both.sum())}
    row["n_returned"] = int(trusts.loc[seen, f"returned_by_{horizon}"].sum())
    row["status"] = {0: NOBODY, 1: ONE}.get(row["n_trusts"], ESTIMABLE)
    for name, at in {"gain": (0,), "kept": (place,), "change": (place, 0)}.items():
        row |= limits(name, both, at)
    return row


def _limits(
    data: Panel,
    model: Additive,
    found: np.ndarray,
    windows: np.ndarray,
    name: str,
    both: np.ndarray,
    at: tuple[int, ...],
    *,
    level: float,
) -> dict[str, float]:
    """Mean over the units marked of the window `at[0]`, less that of `at[1]` where there are two, with limits."""
    n, signs = int(both.sum()), (1.0, -1.0)
    if n < 2:
        value = float(sum(s * found[both, c].sum() for s, c in zip(signs, at, strict=False))) if n else np.nan
        return {name: value, f"{name}_lower": np.nan, f"{name}_upper": np.nan}
    each = sum(s * found[both, c] for s, c in zip(signs, at, strict=False))
    share = np.zeros(len(data.y))
    for sign, column in zip(signs, at, strict=False):
        mask = windows[:, column] & both[data.unit]
        size = np.bincount(data.unit[mask], minlength=len(data.units))
        share[mask] += sign / (n * size[data.unit[mask]])
    influence = from_untreated(data, model, share[:, None])[:, 0]
    influence[both] += (each - each.mean()) / np.sqrt(n * (n - 1))
    half = float(curves.t_quantile((1 + level) / 2, n - 1) * np.sqrt((influence**2).sum()))
    value = float(each.mean())
    return {name: value, f"{name}_lower": value - half, f"{name}_upper": value + half}


def _exits(
    panel: pd.DataFrame, data: Panel, columns: Columns, exit: str, treated: str
) -> tuple[np.ndarray, np.ndarray]:
    """First period outside, and first period back inside, of each unit of `data`; nan = none."""
    unit, time = columns.get("unit", "trust"), columns.get("time", "t")
    cohort = columns.get("cohort", "entry")
    columns_of = [unit, time, cohort, exit, treated]
    table = keyed(panel, columns=columns_of, unit=unit, time=time, moments=[cohort, exit])
    constant(table, exit, unit)
    leaves, inside = numbers(table, exit), numbers(table, treated)
    bad = np.isfinite(leaves) & ~(leaves > table[cohort].to_numpy())
    if bad.any():
        where = table.loc[bad].iloc[0]
        raise EffectError(
            f"{unit} {arguments.shown(where[unit])} leaves at {where[exit]} and entered at {where[cohort]}."
        )
    again = table[time].where((inside == 1) & (table[time].to_numpy() > leaves))
    first = (
        pd.DataFrame({"left": leaves, "back": again})
        .groupby(table[unit].to_numpy())
        .min()
        .reindex(data.units)
    )
    left = np.where(np.isfinite(data.unit_cohort), first["left"].to_numpy(dtype=float), np.nan)
    if not np.isfinite(left).any():
        raise NotEstimable(f"no unit with a baseline has an exit in column '{exit}'.")
    return left, first["back"].to_numpy(dtype=float)


def _windows(data: Panel, left: np.ndarray, out: np.ndarray, horizons: list[int], window: int) -> np.ndarray:
    """Mark the observations of the gain (first column) and of each horizon; observations by columns."""
    since_exit = data.time - left[data.unit]
    gain = (since_exit >= -window) & (since_exit < 0) & (data.since >= 0)
    later = [(since_exit >= h) & (since_exit < h + window) for h in horizons]
    return np.column_stack([gain, *later]) & out[:, None]


def _means(unit: np.ndarray, effect: np.ndarray, mask: np.ndarray, units: int) -> np.ndarray:
    """Mean effect of each unit over the observations marked; nan where there are none."""
    size = np.bincount(unit[mask], minlength=units)
    total = np.bincount(unit[mask], effect[mask], minlength=units)
    return np.divide(total, size, out=np.full(units, np.nan), where=size > 0)


def _trusts(
    data: Panel, left: np.ndarray, back: np.ndarray, found: np.ndarray, horizons: list[int]
) -> pd.DataFrame:
    """Table of the units that left."""
    gone = np.isfinite(left)
    table = pd.DataFrame(
        {
            "unit": data.units[gone],
            "entry": data.unit_cohort[gone],
            "exit": left[gone],
            "gain": found[gone, 0],
        }
    )
    for column, horizon in enumerate(horizons, start=1):
        table[f"kept_{horizon}"] = found[gone, column]
        table[f"returned_by_{horizon}"] = back[gone] <= left[gone] + horizon
    return table.assign(returned=back[gone])
