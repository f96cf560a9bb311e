"""What the shown numbers of a table give away of the hidden ones: the attack that suppression must withstand."""

from itertools import product

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.disclosure import margins
from analysis.methods.disclosure.margins import TOTAL as TOTAL, Cell

HIDDEN = "[c]"
ENDLESS = 10**8  # a flow that nothing limits; counts stay far below
UNEVEN = "the shown numbers do not add up. Allowed: totals of exact counts, before rounding."


class DisclosureError(ValueError):
    """What may not be shown; names the cell, site or excerpt, never what it hides."""


def attack(published: pd.DataFrame, *, hide_zeros: bool = False) -> pd.DataFrame:
    """Work out what the shown numbers say of each hidden cell: `row`, `column`, `lower`, `upper`.

    published: whole numbers and HIDDEN; which rows and columns are sums of others: see `margins.lines`.
    The attacker knows that counts are whole and, unless zeros may be hidden, that a hidden one is 1 or more.
    Raises DisclosureError for a cell that is neither, or for shown numbers that do not add up.
    """
    arguments.flag(hide_zeros, "hide_zeros", error=DisclosureError)
    values, hidden = parsed(published)
    least = 0 if hide_zeros else 1
    known = consistent(published, values, hidden, least)
    rows = [
        {"row": published.index[i], "column": published.columns[j], "lower": lower, "upper": upper}
        for (i, j), (lower, upper) in _ranges(values, hidden, known, least).items()
    ]
    return pd.DataFrame(rows, columns=["row", "column", "lower", "upper"])


def consistent(
    published: pd.DataFrame, values: np.ndarray, hidden: np.ndarray, least: int
) -> list[list[Cell]]:
    """Return the lines of `margins.lines` that can all be true: what only looks like a total gives way to what is one."""
    found = list(margins.lines(published, values, hidden, least))
    known = [line for certain, lines in found if certain for line in lines]
    for certain, lines in found:
        if not certain and _possible(values, hidden, known + lines, least):
            known += lines
    return known


def last_adds(labels: pd.Index) -> bool:
    """Tell whether the last label is the total that `tables.suppress` writes."""
    return bool(len(labels)) and labels[-1] == margins.total_label(labels)


def adding(rows: pd.Index, columns: pd.Index) -> list[list[Cell]]:
    """Return the cells that add up, all but the last to the last, in a table with its totals last."""
    found = []
    if last_adds(columns):
        found += [[(i, j) for j in range(len(columns))] for i in range(len(rows))]
    if last_adds(rows):
        found += [[(i, j) for i in range(len(rows))] for j in range(len(columns))]
    return found


def parsed(published: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return whole numbers (0 where hidden) and which are hidden; raise DisclosureError for anything else."""
    if not isinstance(published, pd.DataFrame):
        raise DisclosureError(f"found {type(published).__name__}. Allowed: a frame.")
    values = np.zeros(published.shape, dtype=int)
    hidden = np.zeros(published.shape, dtype=bool)
    for i, j in product(range(published.shape[0]), range(published.shape[1])):
        value = published.iat[i, j]
        if isinstance(value, str) and value == HIDDEN:
            hidden[i, j] = True
        elif (
            isinstance(value, (int, float, np.number))
            and np.isfinite(value)
            and value == int(value)
            and 0 <= value < ENDLESS
        ):
            values[i, j] = int(value)
        else:
            place = f"row {published.index[i]!r}, column {published.columns[j]!r}"
            raise DisclosureError(
                f"{place}: neither a count below {ENDLESS:,} nor {HIDDEN}. Allowed: one of them."
            )
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
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_flow

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


def _ranges(
    values: np.ndarray, hidden: np.ndarray, lines: list[list[Cell]], least: int
) -> dict[Cell, tuple[float, float]]:
    """Return least and greatest value of each hidden cell among whole numbers that fit the shown ones."""
    place = {at(spot): number for number, spot in enumerate(np.argwhere(hidden))}
    left, right = _equations(values, hidden, lines, place)
    bound = {spot for line in lines for spot in line}
    return {
        spot: _range(left, right, number, least, int(values.sum()))
        if spot in bound
        else (float(least), np.inf)
        for spot, number in place.items()
    }


def _possible(values: np.ndarray, hidden: np.ndarray, lines: list[list[Cell]], least: int) -> bool:
    """Tell whether any whole numbers fit the shown ones when these lines add up."""
    place = {at(spot): number for number, spot in enumerate(np.argwhere(hidden))}
    try:
        left, right = _equations(values, hidden, lines, place)
        if place:
            _range(left, right, 0, least, int(values.sum()))
    except DisclosureError:
        return False
    return True


def _equations(
    values: np.ndarray, hidden: np.ndarray, lines: list[list[Cell]], place: dict[Cell, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients of the hidden cells, a row a line, and what each line leaves for them."""
    left, right = [], []
    for line in lines:
        signs = [1] * (len(line) - 1) + [-1]
        row = np.zeros(len(place))
        for spot, sign in zip(line, signs, strict=True):
            if hidden[spot]:
                row[place[spot]] = sign
        left.append(row)
        right.append(
            -sum(s * int(values[spot]) for spot, s in zip(line, signs, strict=True) if not hidden[spot])
        )
    if any(known and not row.any() for row, known in zip(left, right, strict=True)):
        raise DisclosureError(UNEVEN)
    return np.array(left), np.array(right)


def _range(left: np.ndarray, right: np.ndarray, number: int, least: int, shown: int) -> tuple[float, float]:
    """Return the range of one hidden cell; what the shown numbers limit is no more than all of them together."""
    from scipy.optimize import (  # here: the site build imports this and never solves
        Bounds,
        LinearConstraint,
        milp,
    )

    ends = []
    for sign in (1, -1):
        aim = np.zeros(left.shape[1])
        aim[number] = sign
        found = milp(
            aim,
            constraints=LinearConstraint(left, right, right),
            bounds=Bounds(least, 10 * shown + 10_000),
            integrality=np.ones(left.shape[1]),
        )
        if found.x is None:
            raise DisclosureError(UNEVEN)
        ends.append(float(round(found.x[number])))
    return ends[0], np.inf if ends[1] > shown else ends[1]


def at(pair: np.ndarray) -> Cell:
    """Return a pair of numbers as a place in the table."""
    return int(pair[0]), int(pair[1])
