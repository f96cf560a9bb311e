"""What the shown numbers of a table give away of the hidden ones: the attack that suppression must withstand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

HIDDEN = "[c]"
TOTAL = "Total"
ENDLESS = 10**8  # a flow that nothing limits; counts stay far below
UNEVEN = "the shown numbers do not add up. Allowed: totals of exact counts, before rounding."
Cell = tuple[int, int]


class DisclosureError(ValueError):
    """What may not be shown; names the cell, site or excerpt, never what it hides."""


def attack(published: pd.DataFrame, *, hide_zeros: bool = False) -> pd.DataFrame:
    """Work out what the shown numbers say of each hidden cell: `row`, `column`, `lower`, `upper`.

    published: whole numbers and HIDDEN; a last row or column labelled TOTAL is the sum of the others.
    The attacker knows that counts are whole and, unless zeros may be hidden, that a hidden one is 1 or more.
    Raises DisclosureError for a cell that is neither, or for shown numbers that do not add up.
    """
    values, hidden = parsed(published)
    lines = list(adding(published.index, published.columns))
    least = 0 if hide_zeros else 1
    fitting = _some_solution(values, hidden, lines, least)
    rows = []
    for cell in map(at, np.argwhere(hidden)):
        lower, upper = bounds(fitting, hidden, lines, least, cell)
        row = {"row": published.index[cell[0]], "column": published.columns[cell[1]]}
        rows.append(row | {"lower": lower, "upper": upper})
    return pd.DataFrame(rows, columns=["row", "column", "lower", "upper"])


def adding(rows: pd.Index, columns: pd.Index) -> Iterator[list[Cell]]:
    """Yield the cells that add up: all but the last to the last."""
    if len(columns) and columns[-1] == TOTAL:
        yield from ([(i, j) for j in range(len(columns))] for i in range(len(rows)))
    if len(rows) and rows[-1] == TOTAL:
        yield from ([(i, j) for i in range(len(rows))] for j in range(len(columns)))


def parsed(published: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return whole numbers (0 where hidden) and which are hidden; raise DisclosureError for anything else."""
    values = np.zeros(published.shape, dtype=int)
    hidden = np.zeros(published.shape, dtype=bool)
    for i, j in product(range(published.shape[0]), range(published.shape[1])):
        value = published.iat[i, j]
        if isinstance(value, str) and value == HIDDEN:
            hidden[i, j] = True
        elif (
            isinstance(value, (int, float, np.number))
            and not pd.isna(value)
            and value == int(value)
            and value >= 0
        ):
            values[i, j] = int(value)
        else:
            place = f"row {published.index[i]!r}, column {published.columns[j]!r}"
            raise DisclosureError(f"{place}: neither a count nor {HIDDEN}. Allowed: one of them.")
    return values, hidden


def bounds(
    values: np.ndarray, hidden: np.ndarray, lines: list[list[Cell]], least: int, cell: Cell
) -> tuple[float, float]:
    """Return least and greatest value of one hidden cell, given any whole numbers that fit the shown ones.

    A hidden cell joins the line of its row and the line of its column, so sums are flows: a cell can rise by what
    can flow back to where it comes from through the other hidden cells.
    """
    ends = _ends(values.shape, lines)
    size = sum(values.shape) + 1
    arcs = [(ends[spot], int(values[spot])) for spot in map(at, np.argwhere(hidden)) if spot != cell]
    back = np.zeros((size, size), dtype=np.int64)
    for (start, stop), value in arcs:
        back[start, stop] += ENDLESS
        back[stop, start] += value - least
    graph = csr_matrix(np.minimum(back, ENDLESS).astype(np.int32))
    start, stop = ends[cell]
    if start == stop:  # in no line
        return float(least), np.inf
    rise = maximum_flow(graph, stop, start).flow_value
    fall = maximum_flow(graph, start, stop).flow_value
    value = int(values[cell])
    return float(max(value - fall, least)), np.inf if rise >= ENDLESS else float(value + rise)


def _ends(shape: tuple[int, ...], lines: list[list[Cell]]) -> dict[Cell, tuple[int, int]]:
    """Return, by cell, the two lines that it joins: rows, then columns, then a last one for no line."""
    rows, columns = shape
    outside = rows + columns
    by_row = any(line[0][0] == line[-1][0] and line[0][1] != line[-1][1] for line in lines)
    by_column = any(line[0][1] == line[-1][1] and line[0][0] != line[-1][0] for line in lines)
    ends = {}
    for i, j in product(range(rows), range(columns)):
        pair = (i if by_row else outside, rows + j if by_column else outside)
        turned = (by_row and j == columns - 1) != (by_column and i == rows - 1)
        ends[i, j] = pair[::-1] if turned else pair
    return ends


def _some_solution(values: np.ndarray, hidden: np.ndarray, lines: list[list[Cell]], least: int) -> np.ndarray:
    """Return whole numbers for the hidden cells that fit the shown ones (corners of such sums are whole)."""
    place = {at(spot): number for number, spot in enumerate(np.argwhere(hidden))}
    left, right = [], []
    for line in lines:
        row = np.zeros(len(place))
        known = 0
        for spot in line:
            sign = -1 if spot == line[-1] else 1
            if hidden[spot]:
                row[place[spot]] = sign
            else:
                known += sign * int(values[spot])
        left.append(row)
        right.append(-known)
    if any(known and not row.any() for row, known in zip(left, right, strict=True)):
        raise DisclosureError(UNEVEN)
    full = values.copy()
    if place and lines:
        from scipy.optimize import linprog  # here: the site build imports this module and never solves

        found = linprog(
            np.ones(len(place)), A_eq=np.array(left), b_eq=right, bounds=(least, None), method="highs"
        )
        if found.status != 0:
            raise DisclosureError(UNEVEN)
        for spot, number in place.items():
            full[spot] = round(found.x[number])
    elif place:
        full[hidden] = least
    return full


def at(pair: np.ndarray) -> Cell:
    """Return a pair of numbers as a place in the table."""
    return int(pair[0]), int(pair[1])
