"""Was the gain kept? Effect after leaving as a share of the effect in the last periods inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.effects.additive import additive
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
from analysis.methods.effects.redraw import Redraw, redraw, weighted_sums
from analysis.methods.effects.resample import in_parallel, need_generator, resampled_units
from analysis.methods.effects.results import THIN
from analysis.methods.effects.staggered import time_cells
from analysis.methods.estimate import HIGHER, LOWER

ESTIMABLE = "estimable"


@dataclass(frozen=True, slots=True)
class GainKept:
    """Share of the gain kept after leaving.

    trusts: one row a unit that left: `unit`, `entry`, `exit`, `gain` (mean effect over the last `window`
        periods inside, positive = better), `kept_<h>` (the same for the `window` periods from h after the
        exit), `share_<h>` = kept / gain (nan unless the gain is positive), `returned` (first period back
        inside, nan = never), `returned_by_<h>`. Values in `measure`; nan = not observed or no counterfactual.
    frame: one row a horizon: `horizon`, `gain`, `kept` (means over the units with both), `share` (ratio of
        sums; nan when not estimable), `lower`, `upper` (percentiles of the bootstrap), `gain_lower`,
        `gain_upper`, `n_trusts`, `n_returned`, `thin`, `status` (ESTIMABLE or the reason why not).
    dropped: frame (unit, reason). draws: frame of the bootstrap shares, a column a horizon.
    """

    trusts: pd.DataFrame
    frame: pd.DataFrame
    dropped: pd.DataFrame
    draws: pd.DataFrame
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
    rng: np.random.Generator | None = None,
    draws: int = 0,
    n_jobs: int = 1,
    **columns: Unpack[Columns],
) -> GainKept:
    """Share of the gain kept `horizons` periods after leaving, against the imputed counterfactual.

    The counterfactual is that of `imputation` (untreated observations only; time effects by `group`); every
    observation from entry on, inside or after, is compared with it. Gain = mean effect over the last `window`
    periods before the first exit; kept at h = mean effect over the `window` periods from exit + h on (exit
    itself is the first period outside). Effects are turned so that positive is better. The pooled share is
    the sum of what was kept over the sum of the gains, over units with both; units that went back inside stay
    in (what came after leaving, whatever happened) and are marked.
    panel: as for `imputation`, with `exit` (first period outside after the first spell; blank = did not
        leave, constant in a unit) and `treated` (true while inside, any spell).
    horizons, window: in periods of the panel: (12, 24) for months, (4, 8) for quarters, (1, 2) for years.
    draws: with `rng`, units resampled inside group and ever treated or not, and the counterfactual fitted
        again; percentile interval. As in Fieller's theorem the ratio has no bounded interval when the gain
        may be zero: if the interval of the gain includes zero the share is "not estimable". Without draws no
        interval is given and the status says so.
    Nothing here identifies the effect of leaving: trusts leave because they improved, and some fall back
    by regression to the mean.
    Raises EffectError for a faulty panel, an exit not after entry, or nobody who left.
    """
    if not isinstance(better, str) or better not in (HIGHER, LOWER):
        raise EffectError(f"better={better!r}. Allowed: {(HIGHER, LOWER)}: a gain needs a direction.")
    check_level(level)
    need_generator(rng, draws)
    whole_number("window", window, least=1)
    horizons = arguments.several(horizons, "horizons", error=EffectError)
    for horizon in horizons:
        whole_number("horizons", horizon)
    data = read_panel(panel, anticipation=omit_before, last_time=last_time, **columns)
    left, back = _exits(panel, data, columns, exit, treated)
    out = data.since >= -omit_before
    times = np.unique(data.time, return_inverse=True)[1]
    windows = _windows(data, left, out, list(horizons), window)
    sign = 1.0 if better == HIGHER else -1.0
    solve = partial(_changes, data=data, times=times, out=out, windows=windows, sign=sign)
    found = solve(np.ones(len(data.units)))
    drawn = np.empty((0, len(horizons), 3))
    if draws and rng is not None:
        strata = 2 * data.unit_group + np.isfinite(data.unit_cohort)
        counts = resampled_units(strata, draws=draws, rng=rng)
        plan = _plan(data, times, out, windows, found, sign)
        drawn = in_parallel(partial(_ratio, solve=solve, plan=plan), counts, n_jobs=n_jobs)
    trusts = _trusts(data, left, back, found, list(horizons))
    rows = [_row(h, found[:, [0, i + 1]], trusts, drawn[:, i], level) for i, h in enumerate(horizons)]
    return GainKept(
        trusts=trusts,
        frame=pd.DataFrame(rows).assign(thin=lambda frame: frame["n_trusts"] < THIN),
        dropped=data.dropped,
        draws=pd.DataFrame(drawn[:, :, 2], columns=pd.Index(horizons, name="horizon")),
        level=level,
    )


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
        raise EffectError(f"{unit} {where[unit]!r} leaves at {where[exit]} and entered at {where[cohort]}.")
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


def _changes(
    counts: np.ndarray, *, data: Panel, times: np.ndarray, out: np.ndarray, windows: np.ndarray, sign: float
) -> np.ndarray:
    """Mean effect of each unit in each window, positive = better; nan where unknown."""
    weight = counts[data.unit].astype(float)
    model = additive(data.unit, time_cells(times, data.group), np.where(out, 0.0, weight))
    known = model.identified() & (weight > 0)
    effect = np.where(known, sign * (data.y - model.fitted(data.y)), 0.0)
    columns = []
    for mask in windows.T:
        use = mask & known
        size = np.bincount(data.unit, use, minlength=len(data.units))
        total = np.bincount(data.unit, use * effect, minlength=len(data.units))
        columns.append(np.divide(total, size, out=np.full(len(size), np.nan), where=size > 0))
    return np.column_stack(columns)


def _plan(
    data: Panel, times: np.ndarray, out: np.ndarray, windows: np.ndarray, found: np.ndarray, sign: float
) -> Redraw:
    """Sums of gain (code 2h) and kept (2h + 1) over the units with both, a unit's window counting once."""
    model = additive(data.unit, time_cells(times, data.group), np.where(out, 0.0, 1.0))
    known = model.identified()
    parts = []
    for place in range(1, windows.shape[1]):
        both = np.isfinite(found[:, 0]) & np.isfinite(found[:, place])
        for kind, column in enumerate((0, place)):
            at = np.flatnonzero(windows[:, column] & known & both[data.unit])
            size = np.bincount(data.unit[at], minlength=len(data.units))
            parts.append((at, np.full(len(at), 2 * (place - 1) + kind), 1 / size[data.unit[at]]))
    at, code, share = (np.concatenate(column) for column in zip(*parts, strict=True))
    return redraw(model, sign * data.y, at=at, code=code, share=share, codes=2 * (windows.shape[1] - 1))


def _ratio(counts: np.ndarray, *, solve: partial, plan: Redraw) -> np.ndarray:
    """Mean gain, mean kept and their ratio at each horizon, units counted as drawn; horizons by three."""
    sums = weighted_sums(plan, counts)
    if sums is not None:
        total, size = sums
        mean = np.divide(total, size, out=np.full(len(size), np.nan), where=size > 0)
        gain, kept = mean[::2], mean[1::2]
        ratio = np.divide(kept, gain, out=np.full(len(gain), np.nan), where=gain != 0)
        return np.column_stack([gain, kept, ratio])
    found = solve(counts)
    rows = []
    for column in range(1, found.shape[1]):
        both = np.isfinite(found[:, 0]) & np.isfinite(found[:, column])
        size = counts[both].sum()
        if not size:
            rows.append([np.nan] * 3)
            continue
        gain, kept = (float(counts[both] @ found[both, c] / size) for c in (0, column))
        rows.append([gain, kept, kept / gain if gain else np.nan])
    return np.array(rows)


def _trusts(
    data: Panel, left: np.ndarray, back: np.ndarray, found: np.ndarray, horizons: list[int]
) -> pd.DataFrame:
    """Table of the units that left."""
    gone = np.isfinite(left)
    gain = found[gone, 0]
    table = pd.DataFrame(
        {"unit": data.units[gone], "entry": data.unit_cohort[gone], "exit": left[gone], "gain": gain}
    )
    for column, horizon in enumerate(horizons, start=1):
        kept = found[gone, column]
        table[f"kept_{horizon}"] = kept
        table[f"share_{horizon}"] = np.where(gain > 0, kept / np.where(gain > 0, gain, 1), np.nan)
        table[f"returned_by_{horizon}"] = back[gone] <= left[gone] + horizon
    return table.assign(returned=back[gone])


def _row(horizon: int, found: np.ndarray, trusts: pd.DataFrame, drawn: np.ndarray, level: float) -> dict:
    """Pooled figures of one horizon, with the reason if the share is not estimable."""
    both = np.isfinite(found).all(axis=1)
    seen = trusts["gain"].notna() & trusts[f"kept_{horizon}"].notna()
    gain, kept = (float(found[both, c].mean()) if both.any() else np.nan for c in (0, 1))
    tails = [(1 - level) / 2, (1 + level) / 2]
    usable = drawn[np.isfinite(drawn[:, 0])] if len(drawn) else drawn
    low, high = np.quantile(usable[:, 0], tails) if len(usable) else (np.nan, np.nan)
    status = ESTIMABLE
    if not both.any():
        status = "no trust is observed both in its last periods inside and this long after"
    elif both.sum() == 1:
        status = "only one trust is observed"
    elif gain <= 0:
        status = "there was no gain to keep"
    elif not len(usable):
        status = "no interval was asked for"
    elif low <= 0:
        status = "the interval of the gain includes zero"
    fit = status == ESTIMABLE
    lower, upper = np.quantile(usable[:, 2], tails) if fit else (np.nan, np.nan)
    return {
        "horizon": int(horizon),
        "gain": gain,
        "kept": kept,
        "share": kept / gain if fit or status == "no interval was asked for" else np.nan,
        "lower": lower,
        "upper": upper,
        "gain_lower": low,
        "gain_upper": high,
        "n_trusts": int(both.sum()),
        "n_returned": int(trusts.loc[seen, f"returned_by_{horizon}"].sum()),
        "status": status,
    }
