"""The door to the effect estimators: checks a panel once and turns it into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import TypedDict

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.periods import Calendar, calendar

# what other programs write for a unit that was never treated; here that is a blank (nan, NaT) or inf
MARKS = (0, -1, 9, 99, -9, -99, 999, 9999, -999, -9999)
LEVELS = (0.5, 1.0)  # an interval narrower than half, or certain, is a slip of the pen


class EffectError(ValueError):
    """A panel or request the effect cannot be estimated from: what was found, where, what is allowed."""


class NotEstimable(EffectError):
    """A sound panel that holds no trust the effect could be estimated for, such as entries before its start."""


class Columns(TypedDict, total=False):
    """How a frame with one row a unit and period is read as a panel; see `read_panel`.

    outcome: "value" unless said otherwise, in `measure`; gaps and missing outcomes are allowed and left out.
    unit: "trust". time: "t", Periods, first or last days of periods, or whole numbers of consecutive periods.
    cohort: "entry", first period of treatment, as `time` is written, blank or inf = never; entry is never undone. group: a stratum that is constant in a unit, such as the type of
    trust; None = one stratum. measure: unit of the outcome in words.
    """

    outcome: str
    unit: str
    time: str
    cohort: str
    group: str | None
    measure: str


class Reading(Columns, total=False):
    """Columns, and what part of the frame is read.

    anticipation: the last k periods before entry are no baseline, as they may be affected already.
    last_time: observations after this period are left out altogether.
    """

    anticipation: int
    last_time: int | None


@dataclass(frozen=True, slots=True)
class Panel:
    """A checked panel as arrays; one entry an observation unless said otherwise, sorted by unit, then time.

    y: outcome. unit: code into `units`. time: integer period. cohort: first period of treatment, inf =
    never. group: code of the stratum (0 without strata). units: labels, one a unit.
    unit_cohort, unit_group: cohort and stratum, one a unit. missing: rows without an outcome, left out.
    dropped: frame (unit, reason) of units left out. measure: unit of the outcome. anticipation: periods
    before entry that are no baseline.
    """

    y: np.ndarray
    unit: np.ndarray
    time: np.ndarray
    cohort: np.ndarray
    group: np.ndarray
    units: np.ndarray
    unit_cohort: np.ndarray
    unit_group: np.ndarray
    missing: int
    dropped: pd.DataFrame
    measure: str
    anticipation: int

    @property
    def since(self) -> np.ndarray:
        """Periods since the start of treatment; -inf for never treated."""
        return self.time - self.cohort

    @property
    def entered(self) -> np.ndarray:
        """One bool a unit: it enters at some time."""
        return np.isfinite(self.unit_cohort)

    def of_units(self, keep: np.ndarray, unit_cohort: np.ndarray) -> Panel:
        """Only the units marked in `keep`, with these cohorts (one a unit of this panel, inf = never)."""
        rows = keep[self.unit]
        parts = {name: getattr(self, name)[rows] for name in ("y", "time", "group")}
        unit = (np.cumsum(keep) - 1)[self.unit[rows]]
        by_unit = {"units": self.units[keep], "unit_group": self.unit_group[keep]}
        chosen = unit_cohort[keep]
        return replace(self, unit=unit, cohort=chosen[unit], unit_cohort=chosen, **parts, **by_unit)


def panel_of(panel: pd.DataFrame | Panel, reading: Reading, *, group: str | None = None) -> Panel:
    """The door of the estimators: a frame is read, a panel that was read before passes.

    group: the column of strata where `reading` names none. Raises EffectError as `read_panel`, and for a
    reading of what was read before.
    """
    if not isinstance(panel, Panel):
        named: Reading = {"group": group, **reading}
        return read_panel(panel, **named)
    if reading:
        raise EffectError(f"{sorted(reading)} say how a frame is read, and this panel was read before.")
    return panel


def read_panel(
    panel: pd.DataFrame,
    *,
    outcome: str = "value",
    unit: str = "trust",
    time: str = "t",
    cohort: str = "entry",
    group: str | None = None,
    measure: str = "units",
    anticipation: int = 0,
    last_time: int | None = None,
) -> Panel:
    """Check a panel with staggered entry and return it as arrays; rows without an outcome are left out.

    Units treated (less `anticipation`) in or before the first period of the panel have no baseline: they
    are listed in `dropped`, with the reason. Cohorts after the last period stay, as not yet treated.
    Raises EffectError for a missing or repeated column, a repeated unit and time, times that are not
    consecutive periods (201412, 201501 are not), a cohort that is written another way or is a mark for never
    treated (MARKS; the last period), one or a group that varies in a unit, an infinite outcome, no treated unit.
    """
    whole_number("anticipation", anticipation)
    if not (last_time is None or is_whole(last_time)):
        raise EffectError(
            f"last_time={arguments.shown(last_time)}. A period of the panel, a whole number, is allowed."
        )
    columns = [outcome, unit, time, cohort] + ([] if group is None else [group])
    table = keyed(panel, columns=columns, unit=unit, time=time, moments=[cohort])
    values = numbers(table, outcome)
    entry = _cohorts(table, cohort, unit, time)
    strata = _strata(table, group, unit)
    keep = ~np.isnan(values) & (table[time].to_numpy() <= (np.inf if last_time is None else last_time))
    if not keep.any():
        raise EffectError(f"column '{outcome}' has no value left in the panel.")
    missing = int(np.isnan(values).sum())
    first = int(table[time].to_numpy()[keep].min())
    always = entry <= first + anticipation
    dropped = pd.DataFrame(
        {"unit": table.loc[always & keep, unit].drop_duplicates(), "reason": "no baseline"}
    )
    dropped["reason"] = f"treated from the first period ({first}) or before: no baseline"
    keep &= ~always
    codes, units = pd.factorize(table[unit].to_numpy()[keep])
    _, starts = np.unique(codes, return_index=True)
    result = Panel(
        y=values[keep],
        unit=codes,
        time=table[time].to_numpy()[keep].astype(int),
        cohort=entry[keep],
        group=strata[keep],
        units=np.asarray(units),
        unit_cohort=entry[keep][starts],
        unit_group=strata[keep][starts],
        missing=missing,
        dropped=dropped.reset_index(drop=True),
        measure=measure,
        anticipation=anticipation,
    )
    if not np.any(result.since >= -anticipation):
        found = (
            f"{len(dropped)} dropped: treated from the first period" if len(dropped) else "all never treated"
        )
        raise NotEstimable(
            f"no treated unit is observed after its entry in column '{cohort}' ({found}). "
            "At least one unit must be observed before and after entry."
        )
    return result


def keyed(
    panel: pd.DataFrame, *, columns: list[str], unit: str, time: str, moments: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the named columns sorted by unit and time; times as whole numbers, one row a unit and time.

    moments: other columns that hold times, blank or infinite where there is none.
    """
    arguments.columns(panel, columns, error=EffectError, what="the panel")
    if panel.empty:
        raise EffectError("the panel has no rows. Allowed: one row a unit and period.")
    table = panel[list(dict.fromkeys(columns))].copy()
    if table[unit].isna().any():
        raise EffectError(f"column '{unit}' is blank in {int(table[unit].isna().sum()):,} rows.")
    arguments.one_spelling(table[unit], f"column '{unit}'", error=EffectError)
    counted = calendar(table[time], what=f"column '{time}'", error=EffectError)
    numbered = [_moments(table, name, counted, time) for name in moments]
    table[time] = counted.count(table[time], f"column '{time}'").astype(int)
    for name, values in zip(moments, numbered, strict=True):
        table[name] = values
    repeated = table.duplicated([unit, time])
    if repeated.any():
        where = panel.loc[repeated.to_numpy(), [unit, time]].iloc[0].tolist()
        raise EffectError(
            f"{int(repeated.sum()):,} repeated rows, first at {unit} {arguments.shown(where[0])}, {time} {where[1]}. "
            "One row a unit and time is allowed."
        )
    return table.sort_values([unit, time], kind="stable", ignore_index=True)


def _moments(table: pd.DataFrame, column: str, counted: Calendar, time: str) -> np.ndarray:
    """Whole numbers of a column of times beside those of `time`; nan or inf where there is none."""
    what = f"column '{column}'"
    values = counted.count(table[column], what)
    finite = np.unique(values[np.isfinite(values)])
    if (finite != np.floor(finite)).any():
        raise EffectError(f"{what} holds {finite[finite != np.floor(finite)][0]}. Whole periods are allowed.")
    if counted.freq is None:
        times = np.unique(table[time].to_numpy(dtype=float))
        blank = not np.isfinite(values).all()
        marks = [mark for mark in MARKS if mark in finite and not _can_be(mark, times, blank)]
        if marks:
            raise EffectError(
                f"{what} holds {marks[0]} while times run from {times[0]:.0f} to {times[-1]:.0f}. Units that were "
                f"never treated carry a blank (nan) or inf, not {marks[0]}; where it is a period, count from 1."
            )
        both = np.concatenate([times, finite])
        calendar(pd.Index(both), what=f"columns '{time}' and '{column}'", error=EffectError)
    return values


def _can_be(mark: int, times: np.ndarray, blank: bool) -> bool:
    """Tell whether a number that is often a mark may be a time: after the panel or in it; 0 and less beside a blank only."""
    return mark > times[-1] or (mark >= times[0] and (mark > 0 or blank))


def numbers(table: pd.DataFrame, column: str) -> np.ndarray:
    """Return a numeric column as floats with nan for missing; refuse text and infinite values."""
    kind = pd.api.types
    if not kind.is_numeric_dtype(table[column]) or kind.is_complex_dtype(table[column]):
        raise EffectError(
            f"column '{column}' holds {table[column].dtype} values, such as {arguments.shown(table[column].iloc[0])}. "
            "Numbers are allowed, blank where missing."
        )
    values = table[column].to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(values).any():
        raise EffectError(f"column '{column}' holds an infinite value. Missing values are blank.")
    return values


def whole_number(name: str, value: object, *, least: int = 0) -> None:
    """Refuse a setting that is not a whole number of at least `least`."""
    arguments.whole(value, name, error=EffectError, least=least)


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number, be it an int or a float such as 4.0."""
    return isinstance(value, Real) and not isinstance(value, bool) and float(value).is_integer()


def check_level(level: float) -> None:
    """Refuse a confidence level outside (0.5, 1)."""
    arguments.number(level, "level", error=EffectError, above=LEVELS[0], below=LEVELS[1])


def constant(table: pd.DataFrame, column: str, unit: str) -> None:
    """Refuse a column that varies in a unit (a blank counts as a value)."""
    value, owner = (pd.factorize(table[name])[0].astype(np.int64) for name in (column, unit))
    if len(pd.unique(owner * (len(table) + 1) + value)) == len(pd.unique(owner)):
        return
    counts = table.groupby(unit, sort=False)[column].nunique(dropna=False)
    if (counts > 1).any():
        where = counts.index[counts > 1][0]
        found = table.loc[table[unit] == where, column].drop_duplicates().tolist()
        raise EffectError(
            f"column '{column}' varies in {unit} {arguments.shown(where)}: {arguments.shown(found)}. One value a unit is allowed."
        )


def _cohorts(table: pd.DataFrame, cohort: str, unit: str, time: str) -> np.ndarray:
    """First period of treatment of each row; inf = never."""
    constant(table, cohort, unit)
    raw = table[cohort].to_numpy(dtype=float)
    if (raw == -np.inf).any():
        raise EffectError(f"column '{cohort}' holds -inf. Whole periods, blank or inf = never, are allowed.")
    values = np.where(np.isnan(raw), np.inf, raw)
    last = table[time].max()
    if values.max() == last:
        raise EffectError(
            f"column '{cohort}': no unit is blank, and {int(table.loc[values == last, unit].nunique()):,} hold the last "
            f"period, {last}, which is how some programs write never. Never is a blank (nan); where it is true, "
            "leave out that period."
        )
    return values


def _strata(table: pd.DataFrame, group: str | None, unit: str) -> np.ndarray:
    """Codes of the stratum of each row; zeros without strata."""
    if group is None:
        return np.zeros(len(table), dtype=int)
    if table[group].isna().any():
        where = table.loc[table[group].isna(), unit].iloc[0]
        raise EffectError(
            f"column '{group}' is blank for {unit} {arguments.shown(where)}. Every unit belongs to a group."
        )
    arguments.one_spelling(table[group], f"column '{group}'", error=EffectError)
    constant(table, group, unit)
    return np.asarray(pd.factorize(table[group], sort=True)[0])
