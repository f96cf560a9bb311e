"""The imputation estimator on a panel: effects by horizon, placebo leads and intervals by trust."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.effects.additive import Additive, additive
from analysis.methods.effects.influence import (
    carried,
    from_treated,
    from_untreated,
    partition_cells,
    residuals,
)
from analysis.methods.effects.panels import (
    EffectError,
    NotEstimable,
    Panel,
    Reading,
    check_level,
    panel_of,
    whole_number,
)
from analysis.methods.effects.pretrend import placebo_leads
from analysis.methods.effects.redraw import Redraw, redraw, weighted_sums
from analysis.methods.effects.resample import in_parallel, need_generator, resampled_units, sup_t
from analysis.methods.effects.results import Effects, check_reference, overall, with_intervals
from analysis.methods.effects.staggered import imputation_estimate, time_cells, wanted
from analysis.methods.estimate import Estimate

PARTITIONS = ("pooled", "cohort_horizon", "horizon", "cohort")


def imputation(
    panel: pd.DataFrame | Panel,
    *,
    horizons: Iterable[int] | None = None,
    pre_periods: int = 0,
    omit_before: int = 0,
    partition: str = "pooled",
    leave_out: bool = False,
    reference: str = "normal",
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    draws: int = 0,
    n_jobs: int = 1,
    **reading: Unpack[Reading],
) -> Effects:
    """Effect of entry by the imputation estimator: every treated observation less its predicted value.

    The prediction is unit effect + time effect (time-by-`group` effect with `group`), fitted by least
    squares to untreated observations only: never-treated units, and treated units before entry. The effect
    at a horizon is the mean difference over the units observed there; `overall` is the mean over all treated
    observations at horizons 0 and later, so a unit with a longer follow-up counts more.

    panel: one row a unit and period; gaps are allowed. reading: its columns, and what of it is read
        (`Reading`); none for a `Panel`.
    Entry is never undone: observations after leaving stay in ("entered", intention to treat).
    horizons: periods since entry to report and pool (`range(0, 37)`); None = all observed from 0.
    anticipation, omit_before: the last k periods before entry are left out of the baseline and reported
        in phase "left out", not pooled; the larger of the two counts.
    pre_periods: number of placebo leads before the left-out ones. They come from a regression on untreated
        observations only, against earlier periods of the same units (Borusyak et al., section 4.4), so they
        do not share the fit with the effects; `tables["pretrend"]` has the joint Wald test.
    Standard errors: conservative, clustered by unit (Borusyak et al., theorem 3). `partition` names the
        cells whose mean effect is taken off: "cohort_horizon" (the usual default), "horizon", "cohort", or
        "pooled": cohort by horizon where a cohort has at least 5 units, all smaller cohorts together (with
        every cohort of that horizon if only one unit is left), because a cell with one unit shows no
        variation. `leave_out` takes the mean over the other units of the cell (wider, for few units; a
        lone unit then counts its whole effect). Horizons with one treated unit have no standard error.
    reference: distribution of the pointwise and overall limits, "normal" or "t" with (treated units behind
        the figure - 1) degrees of freedom: wider, for few treated units.
    draws: with `rng`, simultaneous limits by multiplier bootstrap and, in `se_bootstrap`,
        `lower_bootstrap`, `upper_bootstrap` (percentiles), units resampled inside group and ever
        treated or not; `tables["draws"]` holds them. n_jobs: joblib workers.
    Returns Effects; `tables["overall_bootstrap"]` (with draws) has se, lower, upper of the overall figure.
    Raises EffectError for a faulty panel (see `read_panel`), an unknown setting, or no counterfactual.
    Method: Borusyak, Jaravel, Spiess, Review of Economic Studies 2024;91:3253-85.
    """
    _check(pre_periods, omit_before, partition)
    check_level(level)
    arguments.kind(leave_out, "leave_out", bool, error=EffectError)
    check_reference(reference)
    need_generator(rng, draws)
    data = panel_of(panel, reading)
    gap = max(data.anticipation, omit_before)
    out, times, model, ask, use = _prepared(data, horizons, gap)
    rows, influence, total = _effects(data, model, use, partition=partition, leave_out=leave_out)
    tables = {}
    if pre_periods:
        leads, scores, tables["pretrend"] = placebo_leads(data, model, gap=gap, leads=pre_periods)
        rows = pd.concat([leads, rows], ignore_index=True)
        influence = np.column_stack([scores, influence])
    critical = np.nan
    if draws and rng is not None:
        critical = sup_t(influence[:, :-1], level=level, draws=draws, rng=rng)
    frame = with_intervals(rows, level=level, critical=critical, reference=reference)
    if draws and rng is not None:
        keep = use | (model.weight > 0)
        sample = {
            "y": data.y[keep],
            "unit": data.unit[keep],
            "time": times[keep],
            "treated": out[keep],
            "horizon": np.where(out, data.since, 0)[keep].astype(int),
            "group": data.group[keep],
        }
        at, code = np.unique(data.since[use].astype(int), return_inverse=True)
        plan = redraw(
            model, data.y, at=np.flatnonzero(use), code=code, share=np.ones(len(code)), codes=len(at)
        )
        again = partial(_again, plan=plan, known=at, sample=sample, at=rows["horizon"].to_numpy())
        strata = 2 * data.unit_group + np.isfinite(data.unit_cohort)
        drawn = in_parallel(again, resampled_units(strata, draws=draws, rng=rng), n_jobs=n_jobs)
        frame, tables = _percentiles(frame, drawn, level, tables)
    return Effects(
        frame=frame,
        overall=overall(
            total[0],
            total[1],
            level,
            unit=data.measure,
            trusts=total[2],
            controls=total[3],
            obs=total[4],
            reference=reference,
        ),
        method="imputation from untreated observations",
        level=level,
        dropped=_dropped(data, model, out),
        unidentified=int((ask & ~use & (data.since >= 0)).sum()),
        missing=data.missing,
        tables=tables,
    )


@dataclass(frozen=True, slots=True)
class Design:
    """What `pooled` takes from a panel beside its outcomes: one for all panels of the same units, periods and entries.

    since: as of the panel. use, post: one bool an observation, in the estimate or its cells. share: weights of the overall figure, a column.
    cells: as of `partition_cells`. weights: of the time effects, see `from_untreated`. trusts, controls: numbers.
    """

    model: Additive
    since: np.ndarray
    use: np.ndarray
    post: np.ndarray
    share: np.ndarray
    cells: np.ndarray
    weights: np.ndarray
    trusts: int
    controls: int


def design(
    data: Panel,
    *,
    horizons: Iterable[int] | None = None,
    omit_before: int = 0,
    partition: str = "pooled",
) -> Design:
    """Prepare `pooled` for panels that differ from `data` in their outcomes alone. Raises EffectError as it does."""
    arguments.kind(data, "data", Panel, error=EffectError)
    _check(0, omit_before, partition)
    _, _, model, _, use = _prepared(data, horizons, omit_before)
    post = use & (data.since >= 0)
    share = (post / post.sum())[:, None]
    cells = partition_cells(data, np.where(use, data.since, 0).astype(int), use, partition)
    trusts = len(np.unique(data.unit[post]))
    return Design(
        model, data.since, use, post, share, cells, carried(model, share), trusts, _controls(model, post)
    )


def pooled(
    data: Panel,
    *,
    horizons: Iterable[int] | None = None,
    omit_before: int = 0,
    partition: str = "pooled",
    leave_out: bool = False,
    reference: str = "normal",
    level: float = 0.95,
    known: Design | None = None,
) -> Estimate:
    """Only the overall figure of `imputation`, of a panel that was read before: quick, for simulations.

    known: of a panel with the same units, periods and entries (`design`); it then stands for `horizons`,
        `omit_before` and `partition`.
    """
    arguments.kind(data, "data", Panel, error=EffectError)
    check_level(level)
    check_reference(reference)
    arguments.kind(leave_out, "leave_out", bool, error=EffectError)
    if known is None:
        known = design(data, horizons=horizons, omit_before=omit_before, partition=partition)
    arguments.kind(known, "known", Design, error=EffectError)
    if not (np.array_equal(known.model.unit, data.unit) and np.array_equal(known.since, data.since)):
        raise EffectError("known is the design of other units, periods or entries. Allowed: that of data.")
    model, share = known.model, known.share
    fitted = model.fitted(data.y)
    effect = np.where(known.use, data.y - fitted, 0.0)
    influence = from_treated(data, effect, share, known.cells, known.use, leave_out)
    influence = influence + residuals(data, model, fitted) @ known.weights
    se = float(np.sqrt((influence**2).sum())) if known.trusts > 1 else np.nan
    return overall(
        float(share[:, 0] @ effect),
        se,
        level,
        unit=data.measure,
        trusts=known.trusts,
        controls=known.controls,
        obs=int(known.post.sum()),
        reference=reference,
    )


def _prepared(
    data: Panel, horizons: Iterable[int] | None, gap: int
) -> tuple[np.ndarray, np.ndarray, Additive, np.ndarray, np.ndarray]:
    """Mark what is left out of the fit, code the periods, fit, mark what is asked for and what can be had."""
    out = data.since >= -gap
    times = np.unique(data.time, return_inverse=True)[1]
    model = additive(data.unit, time_cells(times, data.group), np.where(out, 0.0, 1.0))
    ask = out & (wanted(data.since, horizons) | ((data.since < 0) & out))
    use = ask & model.identified()
    if not np.any(use & (data.since >= 0)):
        raise NotEstimable(
            "no treated observation has a counterfactual: no untreated observation in the same group and "
            "period ties it to the baseline of its unit."
        )
    return out, times, model, ask, use


def _check(pre_periods: int, omit_before: int, partition: str) -> None:
    whole_number("pre_periods", pre_periods)
    whole_number("omit_before", omit_before)
    arguments.choice(partition, "partition", PARTITIONS, error=EffectError)


def _effects(
    data: Panel, model: Additive, use: np.ndarray, *, partition: str, leave_out: bool
) -> tuple[pd.DataFrame, np.ndarray, tuple]:
    """Rows by horizon, contributions of each unit (a column a horizon, then overall), overall figures."""
    effect = np.where(use, data.y - model.fitted(data.y), 0.0)
    horizon = np.where(use, data.since, 0).astype(int)
    post = use & (data.since >= 0)
    masks = [use & (horizon == h) for h in np.unique(horizon[use])]
    at = [int(horizon[mask][0]) for mask in masks]
    share = np.column_stack([mask / mask.sum() for mask in [*masks, post]])
    cells = partition_cells(data, horizon, use, partition)
    influence = from_treated(data, effect, share, cells, use, leave_out) + from_untreated(data, model, share)
    se = np.sqrt((influence**2).sum(axis=0))
    estimate = share.T @ effect
    trusts = [len(np.unique(data.unit[mask])) for mask in [*masks, post]]
    controls = [_controls(model, mask) for mask in [*masks, post]]
    alone = np.array(trusts) < 2
    se[alone], influence[:, alone] = np.nan, np.nan
    frame = pd.DataFrame(
        {
            "horizon": at,
            "phase": np.where(np.array(at) < 0, "left out", "post"),
            "estimate": estimate[:-1],
            "se": se[:-1],
            "n_trusts": trusts[:-1],
            "n_controls": controls[:-1],
        }
    )
    return frame, influence, (estimate[-1], se[-1], trusts[-1], controls[-1], int(post.sum()))


def _controls(model: Additive, mask: np.ndarray) -> int:
    """Units with an untreated observation in a period (and group) of the treated observations of `mask`."""
    cells = np.zeros(model.times, dtype=bool)
    cells[model.time[mask]] = True
    return len(np.unique(model.unit[cells[model.time] & (model.weight > 0)]))


def _again(
    counts: np.ndarray, *, plan: Redraw, known: np.ndarray, sample: dict[str, np.ndarray], at: np.ndarray
) -> np.ndarray:
    """Overall and horizon estimates with units counted as drawn; nan where a horizon was not drawn."""
    sums = weighted_sums(plan, counts)
    if sums is None:
        pooled, by = imputation_estimate(**sample, weights=counts[sample["unit"]])
    else:
        total, size = sums
        post = (known >= 0) & (size > 0)
        pooled = total[post].sum() / size[post].sum() if post.any() else np.nan
        by = {int(h): s / n for h, s, n in zip(known, total, size, strict=True) if n > 0}
    return np.array([pooled] + [by.get(int(h), np.nan) for h in at])


def _percentiles(
    frame: pd.DataFrame, drawn: np.ndarray, level: float, tables: dict[str, pd.DataFrame]
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Add the bootstrap's standard error and percentile limits; none for placebo leads or one trust."""
    draws = pd.DataFrame(drawn, columns=pd.Index(["overall", *frame["horizon"]]))
    tails = [(1 - level) / 2, (1 + level) / 2]
    summary = pd.DataFrame(
        {"se": draws.std(), "lower": draws.quantile(tails[0]), "upper": draws.quantile(tails[1])}
    )
    alone = np.concatenate([[False], ((frame["n_trusts"] < 2) | (frame["phase"] == "pre")).to_numpy()])
    summary.loc[alone] = np.nan
    added = {f"{name}_bootstrap": summary[name].to_numpy()[1:] for name in summary}
    return frame.assign(**added), {**tables, "draws": draws, "overall_bootstrap": summary.iloc[:1]}


def _dropped(data: Panel, model: Additive, out: np.ndarray) -> pd.DataFrame:
    """Units left out, with those that have no untreated observation added."""
    baseline = np.bincount(data.unit, model.weight, minlength=len(data.units)) > 0
    bare = data.units[~baseline & (np.bincount(data.unit, out, minlength=len(data.units)) > 0)]
    more = pd.DataFrame({"unit": bare, "reason": "no observation before entry (after those left out)"})
    return pd.concat([data.dropped, more], ignore_index=True) if len(more) else data.dropped
