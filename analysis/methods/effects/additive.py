"""Exact two-way fixed effects on a panel with gaps: unit effect plus time effect, by least squares."""

from dataclasses import dataclass

import numpy as np

from analysis.methods.effects.panels import EffectError

Ints = np.ndarray
Floats = np.ndarray


@dataclass(frozen=True, slots=True)
class Additive:
    """Solver of the normal equations of `unit effect + time effect` on the observations with weight.

    unit, time: codes 0..n-1 of each observation (all observations, with weight or not).
    weight: one a observation; 0 = not in the fit. units, times: number of codes.
    component: label of the connected piece of the unit-time graph, units first, then times. A sum
        `unit effect + time effect` is identified if and only if both sit in one piece.
    blocks: (nodes kept, nodes eliminated, table of weights, Cholesky factor) of each piece.
    """

    unit: Ints
    time: Ints
    weight: Floats
    units: int
    times: int
    component: Ints
    blocks: tuple

    def identified(self) -> np.ndarray:
        """One bool a observation: its counterfactual is determined by the fit."""
        return self.component[self.unit] == self.component[self.units + self.time]

    def solve(self, target: Floats) -> Floats:
        """Solve the normal equations for sums `target` (units + times rows; one or more columns).

        Columns must sum alike over the units and the times of each piece, as sums of observations do.
        Returns the effects in the same shape; in each piece one effect is set to zero.
        """
        columns = target.reshape(len(target), -1)
        effects = np.zeros_like(columns, dtype=float)
        for kept, gone, table, factor in self.blocks:
            inner = table.sum(axis=1)[:, None]
            right = columns[kept] - table.T @ (columns[gone] / inner)
            if len(kept) > 1:
                from scipy.linalg import cho_solve

                effects[kept[1:]] = cho_solve(factor, right[1:], check_finite=False)
            effects[gone] = (columns[gone] - table @ effects[kept]) / inner
        return effects.reshape(target.shape)

    def sums(self, value: Floats) -> Floats:
        """Add up `value` (one row a observation) by unit, then by time."""
        columns = value.reshape(len(value), -1)
        parts = [
            np.concatenate(
                [
                    np.bincount(self.unit, column, minlength=self.units),
                    np.bincount(self.time, column, minlength=self.times),
                ]
            )
            for column in np.ascontiguousarray(columns.T)
        ]
        return np.column_stack(parts).reshape(-1, *value.shape[1:])

    def at(self, effects: Floats) -> Floats:
        """Evaluate `unit effect + time effect` at every observation."""
        found = np.take(effects, self.unit, axis=0)
        found += np.take(effects, self.units + self.time, axis=0)
        return found

    def fitted(self, y: Floats) -> Floats:
        """Least-squares prediction of `y` at every observation; meaningful only where identified."""
        if (self.weight == 1).all():
            return self.at(self.solve(self.sums(y)))
        weight = self.weight if y.ndim == 1 else self.weight[:, None]
        used = np.where(weight > 0, y, 0.0)
        return self.at(self.solve(self.sums(weight * used)))


def additive(unit: Ints, time: Ints, weight: Floats) -> Additive:
    """Prepare the solver; `time` codes may stand for time-by-group cells.

    Each connected piece is reduced to its smaller side (units or times), so the cost is that of the
    smaller side cubed. Raises EffectError if no observation has positive weight.
    """
    if not np.any(weight > 0):
        raise EffectError("no untreated observation is left to estimate the counterfactual from.")
    units, times = int(unit.max()) + 1, int(time.max()) + 1
    table = np.bincount(unit * times + time, weight, minlength=units * times).reshape(units, times)
    component = pieces_of(table > 0)
    labels = np.unique(component[units:][component[units:] < times])
    blocks = tuple(_block(table, units, component, label) for label in labels)
    return Additive(unit, time, weight, units, times, component, blocks)


def pieces_of(linked: np.ndarray) -> Ints:
    """Label the connected pieces of a units-by-times table: units first, then times.

    A label is the first time code of the piece; nodes without a link get labels of their own, past those.
    """
    units, times = linked.shape
    none = times + units
    of_time = np.where(linked.any(axis=0), np.arange(times), none)
    while True:
        of_unit = np.where(linked, of_time, none).min(axis=1)
        reached = np.where(linked, of_unit[:, None], none).min(axis=0)
        if np.array_equal(reached, of_time):
            break
        of_time = reached
    nodes = np.concatenate([of_unit, of_time])
    return np.where(nodes == none, times + np.arange(units + times), nodes)


def _block(table: Floats, units: int, component: Ints, label: int) -> tuple:
    """Factor the reduced normal equations of one connected piece."""
    rows = np.flatnonzero(component[:units] == label)
    columns = np.flatnonzero(component[units:] == label)
    part = table[np.ix_(rows, columns)]
    kept, gone = units + columns, rows
    if len(rows) < len(columns):
        part, kept, gone = part.T, rows, units + columns
    reduced = np.diag(part.sum(axis=0)) - part.T @ (part / part.sum(axis=1)[:, None])
    from scipy.linalg import cho_factor

    factor = cho_factor(reduced[1:, 1:], check_finite=False) if len(kept) > 1 else None
    return kept, gone, part, factor
