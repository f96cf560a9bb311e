"""Small counts hidden so that no reader can work them out from the totals, and the attack that tries to."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.disclosure import margins
from analysis.methods.disclosure.attack import (
    ENDLESS,
    HIDDEN,
    Cell,
    DisclosureError,
    adding,
    at,
    attack,
    bounds,
    consistent,
    parsed,
)
from analysis.methods.disclosure.margins import TOTAL

THRESHOLD = 5  # counts from 1 to 4 are hidden; five is the usual floor for health records (ISB 1523)
TOTALS = ("both", "rows", "columns", "none")  # which totals are published


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A table ready to be shown.

    frame: whole numbers and HIDDEN, with the totals that are published, labelled TOTAL. threshold: as asked.
    primary: (row, column) labels hidden because their count is small; secondary: hidden so that a primary one
        cannot be worked out. Both are for the team; a page shows `frame` only.
    bounds: what an attacker who knows the frame can say of each hidden cell: `row`, `column`, `lower`, `upper`
        (inf when nothing limits it).
    """

    frame: pd.DataFrame
    primary: tuple[tuple[Any, Any], ...]
    secondary: tuple[tuple[Any, Any], ...]
    bounds: pd.DataFrame
    threshold: int

    def sentence(self) -> str:
        """How many cells are hidden, without telling which are small."""
        hidden, size = len(self.bounds), self.frame.size
        if not hidden:
            return f"No count is between 1 and {self.threshold - 1}, so none is hidden."
        return (
            f"{hidden:,} of {size:,} counts are hidden ({HIDDEN}): those from 1 to {self.threshold - 1}, and others that "
            f"would give them away; each could be any of at least {self.threshold} values."
        )


def suppress(
    table: pd.DataFrame | pd.Series,
    *,
    threshold: int = THRESHOLD,
    totals: str = "both",
    hide_zeros: bool = False,
) -> Suppressed:
    """Hide small counts and as many others as needed; apply before any rounding.

    table: counts of people or of their answers, rows by columns, without totals; a series is one column.
    threshold: counts from 1 to threshold - 1 are hidden, totals too. totals: which totals are published:
        "both" (rows, columns and all), "rows" (the sum of each row), "columns" or "none". They are worked out here.
    hide_zeros: True hides 0 as well. Otherwise zeros are shown and never hidden, so that an attacker may take each
        hidden count as 1 or more: the attack does.
    Each hidden cell, small or not, keeps at least `threshold` possible values for one who knows every shown number
    and that counts are whole. Other tables of the same people are not taken into account.

    Rows or columns that happen to add up to another count as its parts, as a reader may take it for their total.

    Raises DisclosureError for a count that is missing, negative or not whole, a repeated label, a label TOTAL or
    another row or column of totals by its name and numbers (pass cells only), a threshold below 2 or unknown totals.
    Method: cell suppression, Hundepool and others 2012, Statistical disclosure control, chapter 4.
    """
    cells = _frame(table)
    arguments.flag(hide_zeros, "hide_zeros", error=DisclosureError)
    _check(cells, threshold, totals)
    whole = _with_totals(cells.astype("int64"), totals)
    values = whole.to_numpy()
    lines = adding(whole.index, whole.columns)
    least = 0 if hide_zeros else 1
    usable = values > 0 if not hide_zeros else np.ones(values.shape, dtype=bool)
    small = (values < threshold) & (values >= least)
    hidden = small.copy()
    while (weak := _weakest(values, hidden, lines, least, threshold)) is not None:
        extra = _protection(values, hidden, usable, lines, least, threshold, weak)
        for cell in extra:
            hidden[cell] = True
    _give_back(values, hidden, small, lines, least, threshold)
    known = _seal(whole, hidden, usable, threshold, hide_zeros)
    frame = whole.astype(object).mask(hidden, HIDDEN)
    labels = [(whole.index[i], whole.columns[j], (i, j)) for i, j in np.argwhere(hidden)]
    return Suppressed(
        frame=frame,
        primary=tuple((row, column) for row, column, cell in labels if small[cell]),
        secondary=tuple((row, column) for row, column, cell in labels if not small[cell]),
        bounds=known,
        threshold=threshold,
    )


def check_table(
    name: str, published: pd.DataFrame, *, threshold: int = THRESHOLD, hide_zeros: bool = False
) -> None:
    """Raise DisclosureError, naming the cell, for a small count that is shown or a hidden one that can be worked out.

    published: as for `attack`.
    """
    published = _frame(published)
    arguments.flag(hide_zeros, "hide_zeros", error=DisclosureError)
    arguments.whole(threshold, "threshold", error=DisclosureError, least=2)
    values, hidden = parsed(published)
    for i, j in np.argwhere(~hidden & (values < threshold)):
        if values[i, j] >= (0 if hide_zeros else 1):
            raise DisclosureError(
                f"table '{name}', row {arguments.shown(published.index[i])}, column {arguments.shown(published.columns[j])}: a count below {threshold} is "
                f"shown. Allowed: {HIDDEN}; see `disclosure.suppress`."
            )
    for row in attack(published, hide_zeros=hide_zeros).itertuples():
        if row.upper - row.lower < threshold - 1:
            raise DisclosureError(
                f"table '{name}', row {arguments.shown(row.row)}, column {arguments.shown(row.column)}: the hidden count can be worked out from the "
                f"others to fewer than {threshold} values. Allowed: hide more cells; see `disclosure.suppress`."
            )


def _check(cells: pd.DataFrame, threshold: int, totals: str) -> None:
    arguments.whole(threshold, "threshold", error=DisclosureError, least=2)
    arguments.choice(totals, "totals", TOTALS, error=DisclosureError)
    for labels in (cells.index, cells.columns):
        for level in range(labels.nlevels):
            arguments.one_spelling(labels.get_level_values(level), "labels", error=DisclosureError)
        if labels.has_duplicates or any(
            TOTAL in (label if isinstance(label, tuple) else (label,)) for label in labels
        ):
            raise DisclosureError(
                f"labels {list(labels)[:6]}. Allowed: each once, and none '{TOTAL}': pass cells only."
            )
    for (i, row), (j, column) in product(enumerate(cells.index), enumerate(cells.columns)):
        value = cells.iat[i, j]
        if (
            not isinstance(value, (int, float, np.number))
            or pd.isna(value)
            or not 0 <= value < ENDLESS
            or value != int(value)
        ):
            raise DisclosureError(
                f"row {arguments.shown(row)}, column {arguments.shown(column)}: no count. Allowed: whole numbers, 0 or more."
            )
    for axis, numbers, labels in (("column", cells, cells.columns), ("row", cells.T, cells.index)):
        for place, members in margins.sums(labels).items():
            if members and (numbers.iloc[:, members].sum(axis=1) == numbers.iloc[:, place]).all():
                raise DisclosureError(
                    f"{axis} {arguments.shown(labels[place])} is the total of others. Allowed: pass cells only; totals are added here."
                )


def _frame(table: Any) -> pd.DataFrame:
    if isinstance(table, pd.Series):
        return table.to_frame("count")
    if not isinstance(table, pd.DataFrame):
        raise DisclosureError(f"found {type(table).__name__}. Allowed: a frame or a series of counts.")
    return table


def _with_totals(cells: pd.DataFrame, totals: str) -> pd.DataFrame:
    whole = cells.copy()
    if totals in ("both", "rows"):
        whole[margins.total_label(cells.columns)] = cells.sum(axis=1)
    if totals in ("both", "columns"):
        row = whole.sum(axis=0).to_frame(margins.total_label(cells.index)).T
        names = cells.index.names
        whole = pd.concat([whole, row])
        if cells.index.nlevels > 1:
            whole.index = pd.MultiIndex.from_tuples(list(whole.index))
        whole.index.names = names
    return whole


def _seal(
    whole: pd.DataFrame, hidden: np.ndarray, usable: np.ndarray, threshold: int, hide_zeros: bool
) -> pd.DataFrame:
    """Hide, in place, until a reader who takes what adds up for totals learns too little; return what is left to learn."""
    values = whole.to_numpy()
    while True:
        frame = whole.astype(object).mask(hidden, HIDDEN)
        known = attack(frame, hide_zeros=hide_zeros)
        weak = np.flatnonzero(known["upper"] - known["lower"] < threshold - 1)
        if not len(weak):
            return known
        shown, masks = parsed(frame)
        spot = at(np.argwhere(hidden)[weak[0]])
        lines = consistent(frame, shown, masks, 0 if hide_zeros else 1)
        near = {cell for line in lines if spot in line for cell in line if usable[cell] and not hidden[cell]}
        rest = near or {at(cell) for cell in np.argwhere(usable & ~hidden)}
        if not rest:
            raise DisclosureError(
                "the table cannot be protected. Allowed: publish fewer totals, or merge categories."
            )
        hidden[min(rest, key=lambda cell: (values[cell], cell))] = True


def _width(values: np.ndarray, hidden: np.ndarray, lines: list[list[Cell]], least: int, cell: Cell) -> float:
    lower, upper = bounds(values, hidden, lines, least, cell)
    return upper - lower


def _weakest(
    values: np.ndarray, hidden: np.ndarray, lines: list[list[Cell]], least: int, threshold: int
) -> Cell | None:
    """Return the hidden cell with the fewest possible values, None when all have enough."""
    widths = {cell: _width(values, hidden, lines, least, cell) for cell in map(at, np.argwhere(hidden))}
    weak = min(widths, key=lambda cell: widths[cell], default=None)
    return weak if weak is not None and widths[weak] < threshold - 1 else None


def _protection(
    values: np.ndarray,
    hidden: np.ndarray,
    usable: np.ndarray,
    lines: list[list[Cell]],
    least: int,
    threshold: int,
    weak: Cell,
) -> list[Cell]:
    """Return the cheapest cells that protect `weak`: one in its row or column, or the corners of a rectangle."""
    i, j = weak
    rows, columns = values.shape
    others = [(k, l) for k in range(rows) if k != i for l in range(columns) if l != j]  # noqa: E741
    sets = [[(i, l)] for l in range(columns)] + [[(k, j)] for k in range(rows)]  # noqa: E741
    sets += [[(i, l), (k, j), (k, l)] for k, l in others]  # noqa: E741
    options = []
    for cells in sets:
        new = [cell for cell in cells if not hidden[cell]]
        if new and all(usable[cell] for cell in new):
            options.append((sum(values[cell] + 1 for cell in new), new))
    for _, new in sorted(options):
        trial = hidden.copy()
        for cell in new:
            trial[cell] = True
        if _width(values, trial, lines, least, weak) >= threshold - 1:
            return new
    rest = [cell for cell in map(at, np.argwhere(usable & ~hidden))]
    same = [cell for cell in rest if cell[0] == i or cell[1] == j] or rest
    if not same:
        raise DisclosureError(
            "the table cannot be protected. Allowed: publish fewer totals, or merge categories."
        )
    return [min(same, key=lambda cell: (values[cell], cell))]


def _give_back(
    values: np.ndarray,
    hidden: np.ndarray,
    small: np.ndarray,
    lines: list[list[Cell]],
    least: int,
    threshold: int,
) -> None:
    """Show again, largest first, what turned out not to be needed."""
    extra = [at(cell) for cell in np.argwhere(hidden & ~small)]
    for cell in sorted(extra, key=lambda cell: -values[cell]):
        hidden[cell] = False
        if _weakest(values, hidden, lines, least, threshold) is not None:
            hidden[cell] = True
