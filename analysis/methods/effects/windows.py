"""Trusts side by side before and after a date: the wide table the comparisons of rival explanations share."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.effects.panels import Columns, EffectError, Panel, panel_of, whole_number

Floats = np.ndarray


@dataclass(frozen=True, slots=True)
class Wide:
    """A panel as a table, one row a unit, one column a period; NaN where there is no value.

    data: the checked panel. values: units x periods. first: period of the first column.
    """

    data: Panel
    values: Floats
    first: int

    @property
    def entered(self) -> Floats:
        """One bool a unit: it enters at some time."""
        return self.data.entered

    def before(self, date: float, periods: int, gap: int) -> Floats:
        """Values in the `periods` periods that end `gap` periods before `date`; NaN outside the panel."""
        return self._span(int(date) - gap - periods, periods)

    def after(self, date: float, periods: int) -> Floats:
        """Values in the `periods` periods from `date` on; NaN outside the panel."""
        return self._span(int(date), periods)

    def deviations(self) -> Floats:
        """Values less the mean of the never-entered units of the same stratum and period."""
        out = np.full_like(self.values, np.nan)
        for group in np.unique(self.data.unit_group):
            members = self.data.unit_group == group
            out[members] = self.values[members] - mean(self.values[members & ~self.entered], axis=0)
        return out

    def _span(self, start: int, periods: int) -> Floats:
        columns = np.arange(start, start + periods) - self.first
        inside = (columns >= 0) & (columns < self.values.shape[1])
        out = np.full((len(self.values), periods), np.nan)
        out[:, inside] = self.values[:, columns[inside]]
        return out


def wide(panel: pd.DataFrame | Panel, columns: Columns) -> Wide:
    """Check a panel (strata: "type" unless named) and lay it out by unit and period; units by label.

    Raises EffectError as `read_panel`, and if no unit never entered.
    """
    arguments.mapping(columns, "columns", error=EffectError)
    data = panel_of(panel, {**columns}, group="type")
    first = int(data.time.min())
    values = np.full((len(data.units), int(data.time.max()) - first + 1), np.nan)
    values[data.unit, data.time - first] = data.y
    if data.entered.all():
        raise EffectError(
            f"every unit enters in column {columns.get('cohort', 'entry')!r}; units that never enter are needed."
        )
    return Wide(data, values, first)


def mean(values: Floats, *, axis: int) -> Floats:
    """Mean of what is observed; NaN where nothing is."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def trend(values: Floats) -> Floats:
    """Least-squares slope a period of each row; NaN with fewer than two values."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    at = np.where(known, np.arange(values.shape[1], dtype=float), 0.0)
    centre = at.sum(axis=1) / np.maximum(count, 1)
    away = np.where(known, np.arange(values.shape[1]) - centre[:, None], 0.0)
    spread = (away**2).sum(axis=1)
    slope = (away * np.where(known, values, 0.0)).sum(axis=1) / np.where(spread > 0, spread, 1.0)
    return np.where(spread > 0, slope, np.nan)


def scale_of(values: Floats) -> float:
    """Standard deviation of what is observed; 1 where there is none to scale by."""
    known = values[~np.isnan(values)]
    spread = float(np.std(known, ddof=1)) if len(known) > 1 else 0.0
    return spread if spread > 0 else 1.0


def check_windows(*, baseline: int, gap: int, follow_up: int = 1) -> None:
    """Refuse windows that are not whole numbers: `baseline` and `follow_up` from 1, `gap` from 0."""
    whole_number("baseline", baseline, least=1)
    whole_number("gap", gap)
    whole_number("follow_up", follow_up, least=1)
