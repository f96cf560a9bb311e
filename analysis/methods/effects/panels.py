"""The door to the effect estimators: checks a panel once and turns it into arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Real
from typing import TypedDict

import numpy as np
import pandas as pd

LEVELS = (0.5, 1.0)  # an interval narrower than half, or certain, is a slip of the pen


class EffectError(ValueError):
    """A panel or request the effect cannot be estimated from: what was found, where, what is allowed."""


class NotEstimable(EffectError):
    """A sound panel that holds no trust the effect could be estimated for, such as entries before its start."""


class Columns(TypedDict, total=False):
    """How a frame with one row a unit and period is read as a panel; see `read_panel`.

    outcome: "value" unless said otherwise, in `measure`; gaps and missing outcomes are allowed and left out.
    unit: "trust". time: "t", whole consecutive periods. cohort: "entry", first period of treatment, blank or
    inf = never; entry is never undone. group: a stratum that is constant in a unit, such as the type of
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
    Raises EffectError for a missing column, a repeated unit and time, a time or cohort that is not a whole
    number, a cohort or group that varies in a unit, an infinite outcome, or no treated unit.
    """
    whole_number("anticipation", anticipation)
    if not (last_time is None or is_whole(last_time)):
        raise EffectError(f"last_time={last_time!r}. A period of the panel, a whole number, is allowed.")
    columns = [outcome, unit, time, cohort] + ([group] if group else [])
    table = keyed(panel, columns=columns, unit=unit, time=time)
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


def keyed(panel: pd.DataFrame, *, columns: list[str], unit: str, time: str) -> pd.DataFrame:
    """Return the named columns sorted by unit and time; whole-number times and one row a unit and time."""
    absent = [name for name in columns if name not in panel.columns]
    if absent:
        raise EffectError(f"no column {absent} in the panel. Columns: {list(panel.columns)}.")
    table = panel[list(dict.fromkeys(columns))].copy()
    if table[unit].isna().any():
        raise EffectError(f"column '{unit}' is blank in {int(table[unit].isna().sum())} rows.")
    times = numbers(table, time)
    odd = ~np.isfinite(times) | (times != np.floor(times))
    if odd.any():
        raise EffectError(
            f"column '{time}' holds {table[time][odd].iloc[0]!r}. "
            "Times are whole numbers of consecutive periods (the ordinal of a month, quarter or year)."
        )
    table[time] = times.astype(int)
    twice = table.duplicated([unit, time])
    if twice.any():
        where = table.loc[twice, [unit, time]].iloc[0].tolist()
        raise EffectError(
            f"{int(twice.sum())} repeated rows, first at {unit} {where[0]!r}, {time} {where[1]}. "
            "One row a unit and time is allowed."
        )
    return table.sort_values([unit, time], kind="stable", ignore_index=True)


def numbers(table: pd.DataFrame, column: str) -> np.ndarray:
    """Return a numeric column as floats with nan for missing; refuse text and infinite values."""
    kind = pd.api.types
    if not kind.is_numeric_dtype(table[column]) or kind.is_complex_dtype(table[column]):
        raise EffectError(
            f"column '{column}' holds {table[column].dtype} values, such as {table[column].iloc[0]!r}. "
            "Numbers are allowed, blank where missing."
        )
    values = table[column].to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(values).any():
        raise EffectError(f"column '{column}' holds an infinite value. Missing values are blank.")
    return values


def whole_number(name: str, value: object, *, least: int = 0) -> None:
    """Refuse a setting that is not a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise EffectError(f"{name}={value!r}. A whole number of {least} or more is allowed.")


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number, be it an int or a float such as 4.0."""
    return isinstance(value, Real) and not isinstance(value, bool) and float(value).is_integer()


def check_level(level: float) -> None:
    """Refuse a confidence level outside (0.5, 1)."""
    if not LEVELS[0] < level < LEVELS[1]:
        raise EffectError(
            f"level={level!r}. A confidence level between {LEVELS[0]} and {LEVELS[1]} is allowed."
        )


def constant(table: pd.DataFrame, column: str, unit: str) -> None:
    """Refuse a column that varies in a unit (a blank counts as a value)."""
    counts = table.groupby(unit, sort=False)[column].nunique(dropna=False)
    if (counts > 1).any():
        where = counts.index[counts > 1][0]
        found = table.loc[table[unit] == where, column].drop_duplicates().tolist()
        raise EffectError(
            f"column '{column}' varies in {unit} {where!r}: {found}. One value a unit is allowed."
        )


def _cohorts(table: pd.DataFrame, cohort: str, unit: str, time: str) -> np.ndarray:
    """First period of treatment of each row; inf = never."""
    constant(table, cohort, unit)
    raw = table[cohort]
    if not pd.api.types.is_numeric_dtype(raw):
        raise EffectError(
            f"column '{cohort}' holds {raw.dtype} values. Whole periods, blank = never, are allowed."
        )
    values = raw.to_numpy(dtype=float, na_value=np.nan)
    values = np.where(np.isnan(values), np.inf, values)
    finite = values[np.isfinite(values)]
    if np.any(finite != np.floor(finite)) or np.any(values == -np.inf):
        raise EffectError(
            f"column '{cohort}' holds {finite[finite != np.floor(finite)][:1]}. Whole periods are allowed."
        )
    if np.any(values == 0) and table[time].min() > 0:
        raise EffectError(
            f"column '{cohort}' holds 0 while times start at {table[time].min()}. "
            "Units that were never treated carry a blank (nan) or inf, not 0."
        )
    return values


def _strata(table: pd.DataFrame, group: str | None, unit: str) -> np.ndarray:
    """Codes of the stratum of each row; zeros without strata."""
    if group is None:
        return np.zeros(len(table), dtype=int)
    if table[group].isna().any():
        where = table.loc[table[group].isna(), unit].iloc[0]
        raise EffectError(f"column '{group}' is blank for {unit} {where!r}. Every unit belongs to a group.")
    constant(table, group, unit)
    return np.asarray(pd.factorize(table[group], sort=True)[0])
