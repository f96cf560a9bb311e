"""Callaway-Sant'Anna event study: group-time effects and what they add up to."""

from collections.abc import Iterable, Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves
from analysis.methods.effects.cells import Cells, group_time_cells
from analysis.methods.effects.panels import EffectError, Panel, Reading, check_level, keyed, numbers, panel_of
from analysis.methods.effects.resample import need_generator, sup_t
from analysis.methods.effects.results import Effects, overall, with_intervals
from analysis.methods.effects.staggered import wanted
from analysis.methods.estimate import Estimate

CONTROLS = ("never", "not_yet")
BASES = ("varying", "universal")
METHODS = ("dr", "reg")


def event_study(
    panel: pd.DataFrame | Panel,
    *,
    control: str = "never",
    horizons: Iterable[int] | None = None,
    base: str = "varying",
    covariates: Sequence[str] = (),
    method: str = "dr",
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    draws: int = 0,
    **reading: Unpack[Reading],
) -> Effects:
    """Effect of entry by Callaway and Sant'Anna's group-time average effects.

    Each cohort's change since its base period is compared with the change of controls over the same two
    periods: units never treated in the panel ("never"), or those and units not treated yet ("not_yet", up to
    the later of the two periods plus `anticipation`). With `group` (a stratum constant in a unit, such as the
    type of trust) controls come from the same stratum only.
    panel: as for `imputation`. Gaps are allowed: a comparison uses the units observed in both of its
        periods, and effects are averaged with the number of treated units observed in each, so the target
        is the mean over the treated units seen. R's `did` differs here (it drops units with gaps, or treats
        the panel as repeated cross-sections); on panels without gaps the figures are the same.
    base: "varying" (before entry, the change from one period to the next) or "universal" (every period
        against the last one before entry less `anticipation`, which is shown as 0 without an interval).
    covariates: columns read in the base period. method, with covariates: "dr" (doubly robust) or "reg"
        (outcome regression); a row with a blank covariate counts as missing.
    anticipation: whole periods before entry that may already be affected; the base lies before them. They
        are reported in phase "left out". Cohorts without a period before them are dropped.
    horizons: periods since entry kept in the frame and in every summary; None = all.
    Standard errors: analytical, from influence functions, by unit, with the estimated cohort weights
        allowed for. A figure that rests on one treated unit has none (nan): its variation cannot be seen.
        draws: with `rng`, simultaneous limits over the rows of the frame by multiplier bootstrap.
    The standard error of the "group" summary differs from R's `did` 2.1.1 in the third digit: there the
        allowance for cohort weights uses the first cohort's members for every cohort.
    Returns Effects: frame by periods since entry ("dynamic"); `overall` = "simple" (all cells from entry,
        weighted by treated units); tables `summaries` (simple, dynamic, group, calendar), `att_gt` (a row a
        cohort and period), `groups`, `calendar` and `covariance` (of the rows of the frame).
    Raises EffectError for a faulty panel (see `read_panel`), an unknown setting, or no controls.
    Method: Callaway, Sant'Anna, J Econometrics 2021;225:200-30. `diff-diff` gives the same figures on
    panels without gaps; ours adds strata, and weights that fit the units observed.
    """
    for name, value, allowed in (
        ("control", control, CONTROLS),
        ("base", base, BASES),
        ("method", method, METHODS),
    ):
        arguments.choice(value, name, allowed, error=EffectError)
    check_level(level)
    need_generator(rng, draws)
    panel, extra = _complete(panel, arguments.several(covariates, "covariates", error=EffectError), reading)
    data = panel_of(panel, reading)
    anticipation = data.anticipation
    if control == "never" and not np.any(data.unit_cohort > data.time.max()):
        raise EffectError("no unit is never treated . Use control='not_yet'.")
    asked = wanted(data.since, horizons)
    cells = group_time_cells(
        data,
        control=control,
        anticipation=anticipation,
        base=base,
        covariates=None if extra is None else extra.loc[_rows(data)].to_numpy(dtype=float),
        method=method,
        horizons=None if horizons is None else list(horizons),
    )
    if not np.isfinite(cells.effect[cells.time >= cells.cohort]).any() and covariates:
        raise EffectError(
            f"covariates {list(covariates)} cannot be fitted in any comparison: they are collinear with a "
            "constant, more than the controls can carry, or separate treated units from controls."
        )
    cells = _only(cells, np.isfinite(cells.effect))
    after = _after(cells, control)
    frame, spread, dynamic = _dynamic(cells, anticipation)
    critical = np.nan
    if draws and rng is not None:
        critical = sup_t(spread[:, frame["se"].notna()], level=level, draws=draws, rng=rng)
    groups, _, of_groups = _by_cohort(after)
    calendar, _, of_calendar = _by(after, after.time, "time", np.ones(len(after.time), bool))
    simple = _mean(after, np.ones(len(after.time), bool))
    alone = after.member.any(axis=1).sum() < 2
    tables = {
        "summaries": _summaries(
            {"simple": simple, "dynamic": dynamic, "group": of_groups, "calendar": of_calendar}, level, alone
        ),
        "att_gt": _att_gt(cells),
        "groups": groups,
        "calendar": calendar,
        "covariance": pd.DataFrame(spread.T @ spread, index=frame["horizon"], columns=frame["horizon"]),
    }
    frame = with_intervals(frame, level=level, critical=critical)
    return _found(data, frame, after, asked, control=control, level=level, tables=tables)


def simple(
    data: Panel, *, control: str = "never", horizons: Iterable[int] | None = None, level: float = 0.95
) -> Estimate:
    """Only the overall figure of `event_study`, of a panel that was read before: quick, for simulations."""
    arguments.kind(data, "data", Panel, error=EffectError)
    arguments.choice(control, "control", CONTROLS, error=EffectError)
    check_level(level)
    after = _after(_read_cells(data, control, wanted(data.since, horizons) & (data.since >= 0)), control)
    return _overall(after, level, unit=data.measure)


def path(
    data: Panel, *, control: str = "never", horizons: Iterable[int] | None = None, level: float = 0.95
) -> Effects:
    """Only the frame and the overall figure of `event_study`, of a panel that was read before: without its tables."""
    arguments.kind(data, "data", Panel, error=EffectError)
    arguments.choice(control, "control", CONTROLS, error=EffectError)
    check_level(level)
    asked = wanted(data.since, horizons)
    cells = _read_cells(data, control, asked & np.isfinite(data.since))
    after = _after(cells, control)
    frame = with_intervals(_dynamic(cells, data.anticipation)[0], level=level, critical=np.nan)
    return _found(data, frame, after, asked, control=control, level=level, tables={})


def _read_cells(data: Panel, control: str, asked: np.ndarray) -> Cells:
    """Estimate the cells of the periods since entry of the observations in `asked`; those without an effect are left out."""
    cells = group_time_cells(
        data,
        control=control,
        anticipation=data.anticipation,
        base="varying",
        covariates=None,
        method="dr",
        horizons=sorted({int(since) for since in data.since[asked]}),
    )
    return _only(cells, np.isfinite(cells.effect))


def _dynamic(cells: Cells, anticipation: int) -> tuple[pd.DataFrame, np.ndarray, tuple[float, np.ndarray]]:
    """Return what `_by` does by periods since entry, with their phase."""
    since = cells.time - cells.cohort
    frame, spread, dynamic = _by(cells, since, "horizon", since >= 0)
    phase = np.select([frame["horizon"] >= 0, frame["horizon"] >= -anticipation], ["post", "left out"], "pre")
    frame.insert(1, "phase", phase)
    return frame, spread, dynamic


def _found(
    data: Panel,
    frame: pd.DataFrame,
    after: Cells,
    asked: np.ndarray,
    *,
    control: str,
    level: float,
    tables: dict[str, pd.DataFrame],
) -> Effects:
    return Effects(
        frame=frame,
        overall=_overall(after, level, unit=data.measure),
        method=f"group-time effects against {control.replace('_', ' ')} treated trusts",
        level=level,
        dropped=_dropped(data, after),
        unidentified=int((asked & (data.since >= 0)).sum() - after.member.sum()),
        missing=data.missing,
        tables=tables,
    )


def _after(cells: Cells, control: str) -> Cells:
    """Keep the cells from entry on."""
    post = cells.time >= cells.cohort
    if not post.any():
        raise EffectError(f"no cohort has controls ('{control}') in a period from its entry on.")
    return _only(cells, post)


def _overall(after: Cells, level: float, *, unit: str) -> Estimate:
    """Mean effect over the cells from entry on."""
    mean, influence = _mean(after, np.ones(len(after.time), bool))
    trusts, controls = (int(part.any(axis=1).sum()) for part in (after.member, after.control))
    se = np.nan if trusts < 2 else _se(influence)
    obs = after.member.sum()
    return overall(mean, se, level, unit=unit, trusts=trusts, controls=controls, obs=obs)


def _complete(
    panel: pd.DataFrame | Panel, covariates: list[str], reading: Reading
) -> tuple[pd.DataFrame | Panel, pd.DataFrame | None]:
    """Panel with the outcome blank where a covariate is, and the covariates by unit and time."""
    if not covariates:
        return panel, None
    if isinstance(panel, Panel):
        raise EffectError(f"covariates {covariates} with a panel that was read before: give the frame.")
    unit, time = reading.get("unit", "trust"), reading.get("time", "t")
    table = keyed(panel, columns=[unit, time, *covariates], unit=unit, time=time)
    blank = np.zeros(len(panel), dtype=bool)
    for name in covariates:
        numbers(table, name)
        blank |= panel[name].isna().to_numpy()
    outcome = reading.get("outcome", "value")
    hidden = panel.assign(**{outcome: panel[outcome].mask(blank)})
    return hidden, table.set_index([unit, time])[covariates]


def _rows(data: Panel) -> pd.MultiIndex:
    """Unit and period of each observation."""
    return pd.MultiIndex.from_arrays([data.units[data.unit], data.time])


def _only(cells: Cells, keep: np.ndarray) -> Cells:
    """Keep some of the cells."""
    parts = {name: getattr(cells, name) for name in Cells.__dataclass_fields__}
    return Cells(**{name: part[..., keep] for name, part in parts.items()})


def _mean(cells: Cells, mask: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean effect over the treated units of the cells in `mask`, and the contribution of each unit.

    The weights are estimated too: a unit also contributes the distance of its cells from the mean.
    """
    member = cells.member[:, mask]
    size = member.sum(axis=0)
    weight = size / size.sum()
    mean = float(weight @ cells.effect[mask])
    return mean, cells.influence[:, mask] @ weight + member @ (cells.effect[mask] - mean) / size.sum()


def _figures(cells: Cells, mask: np.ndarray) -> tuple[dict, np.ndarray]:
    """Estimate, standard error and numbers of the cells in `mask`; and the contribution of each unit."""
    mean, influence = _mean(cells, mask)
    trusts = int(cells.member[:, mask].any(axis=1).sum())
    fixed = trusts < 2 or bool(cells.reference[mask].all())
    row = {
        "estimate": mean,
        "se": np.nan if fixed else _se(influence),
        "n_trusts": trusts,
        "n_controls": int(cells.control[:, mask].any(axis=1).sum()),
    }
    return row, influence


def _se(influence: np.ndarray) -> float:
    return float(np.sqrt(np.sum(influence**2)))


def _by(
    cells: Cells, key: np.ndarray, name: str, post: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray, tuple[float, np.ndarray]]:
    """Mean effect by `key`; frame, contributions (a column a row), and the plain mean over keys in `post`."""
    found, spread = [], []
    for value in np.unique(key):
        row, influence = _figures(cells, key == value)
        found.append({name: int(value), **row})
        spread.append(influence)
    stacked = np.column_stack(spread)
    late = np.isin(np.unique(key), key[post])
    frame = pd.DataFrame(found)
    return frame, stacked, (float(frame["estimate"][late].mean()), stacked[:, late].mean(axis=1))


def _by_cohort(cells: Cells) -> tuple[pd.DataFrame, np.ndarray, tuple[float, np.ndarray]]:
    """Plain mean over the periods of each cohort, and the mean over cohorts weighted by their units."""
    rows, spread, members = [], [], []
    for cohort in np.unique(cells.cohort):
        frame, _, (mean, influence) = _by(
            _only(cells, cells.cohort == cohort),
            cells.time[cells.cohort == cohort],
            "time",
            np.ones(int((cells.cohort == cohort).sum()), bool),
        )
        member = cells.member[:, cells.cohort == cohort].any(axis=1)
        se = _se(influence) if member.sum() > 1 else np.nan
        controls = int(frame["n_controls"].max())
        rows.append(
            {
                "cohort": int(cohort),
                "estimate": mean,
                "se": se,
                "n_trusts": int(member.sum()),
                "n_controls": controls,
            }
        )
        spread.append(influence)
        members.append(member)
    table, stacked, member = pd.DataFrame(rows), np.column_stack(spread), np.column_stack(members)
    weight = member.sum(axis=0) / member.sum()
    mean = float(weight @ table["estimate"])
    both = stacked @ weight + member @ (table["estimate"].to_numpy() - mean) / member.sum()
    return table, stacked, (mean, both)


def _dropped(data: Panel, after: Cells) -> pd.DataFrame:
    """Units left out, with the treated ones that enter no comparison from their entry on."""
    treated = np.bincount(data.unit, data.since >= 0, minlength=len(data.units)) > 0
    lost = data.units[treated & ~after.member.any(axis=1)]
    reason = "in no comparison: not observed both in its base period and after entry, or without controls"
    more = pd.DataFrame({"unit": lost, "reason": reason})
    return pd.concat([data.dropped, more], ignore_index=True) if len(more) else data.dropped


def _att_gt(cells: Cells) -> pd.DataFrame:
    """One row a cohort and period; strata of the same cohort and period averaged over treated units."""
    rows = []
    pairs = np.unique(np.column_stack([cells.cohort, cells.time]), axis=0)
    for cohort, time in pairs:
        mask = (cells.cohort == cohort) & (cells.time == time)
        rows.append({"cohort": int(cohort), "time": int(time), **_figures(cells, mask)[0]})
    return pd.DataFrame(rows)


def _summaries(parts: dict[str, tuple[float, np.ndarray]], level: float, alone: bool) -> pd.DataFrame:
    """One row a way of adding up: estimate, se, lower, upper."""
    frame = pd.DataFrame(
        {
            "estimate": [mean for mean, _ in parts.values()],
            "se": [_se(spread) for _, spread in parts.values()],
        },
        index=pd.Index(list(parts), name="summary"),
    )
    frame.loc[:, "se"] = np.nan if alone else frame["se"]
    half = curves.normal_quantile((1 + level) / 2) * frame["se"]
    return frame.assign(lower=frame["estimate"] - half, upper=frame["estimate"] + half)
