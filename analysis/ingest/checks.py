"""One checker for all readers of official files: a fault names release, row, column, found and allowed."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from analysis.data import DataError, exact

ODS_CODE = r"[A-Z0-9]{3,6}"
MISSING = ("", "NA")
PLAIN = r"-?[0-9]{1,300}(\.[0-9]+)?(e-[0-9]+)?"  # '5.96E+05' is what a spreadsheet rounded
GROUPED = r"-?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?"
MONTH = r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a release while they are checked.

    place: the file, or file and sheet; frame: cells as texts or as a sheet has them, indexed by row number there;
    labels: what a column of `frame` is called in the release (a sheet's letter), where that differs.
    """

    place: str
    frame: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, column: str) -> pd.Series:
        return self.frame[column]

    def __len__(self) -> int:
        return len(self.frame)

    def only(self, kept: pd.Series) -> Rows:
        """Return the rows where `kept` is true."""
        return replace(self, frame=self.frame[kept])

    def plus(self, **columns: object) -> Rows:
        """Return the rows with further columns, or other ones of the same names."""
        return replace(self, frame=self.frame.assign(**columns))


def refuse(
    rows: Rows,
    bad: pd.Series,
    column: str,
    allowed: str,
    *,
    right: pd.Series | pd.DataFrame | None = None,
    found: pd.Series | None = None,
) -> None:
    """Raise DataError at the first row where `bad`, with the cell that stands there in `column`.

    allowed: what would have been right; with `right`, a format that takes what `right` has in that row. found:
    what is shown in place of the cell.
    """
    if bad.any():
        row = bad.idxmax()
        if right is not None:
            allowed = allowed.format(*(pd.DataFrame(right).loc[row]))
        shown = (rows[column] if found is None else found).loc[row]
        label = rows.labels.get(column, column)
        raise DataError(rows.place, row=_plain(row), column=label, found=_plain(shown), allowed=allowed)


def number(
    rows: Rows,
    column: str,
    *,
    low: float = 0,
    high: float = math.inf,
    whole: bool = False,
    missing: Collection[str] = MISSING,
    required: bool = False,
    grouped: bool = False,
) -> pd.Series:
    """Return a column as float64, marks of `missing` as NaN.

    grouped: texts may part thousands by commas ('12,345.6'), as spreadsheets print them.
    Raises DataError at the first cell that is not a plain decimal number (a decimal comma, a thousands comma
    unless `grouped`, a percent sign or a unit is refused; so is a text among the numbers of a sheet), is outside
    `low` to `high`, is not whole when `whole`, or is missing when `required`.
    """
    raw = rows[column]
    cells = raw.dtype == "object"  # of a sheet: numbers are numbers there, and a text is none
    if cells:
        numeric = [isinstance(cell, int | float) and not isinstance(cell, bool) for cell in raw]
        plain = pd.Series(numeric, raw.index, dtype="bool")
        blank = raw.map(text).isin(list(missing)) & ~plain
    else:
        blank = raw.isin(list(missing))
        if grouped:
            raw = raw.mask(raw.str.fullmatch(GROUPED), raw.str.replace(",", ""))
        plain = raw.str.fullmatch(PLAIN)
    value = pd.to_numeric(raw.where(plain & ~blank), errors="coerce").astype("float64")
    span = (
        f"of at least {exact(low)}" if cells and math.isinf(high) else f"from {exact(low)} to {exact(high)}"
    )
    allowed = f"{'a whole number' if whole else 'a number'} {span}"
    allowed += "" if required or not missing else f" or one of {sorted(missing)} for missing"
    bad = (~blank & ~plain) | (value < low) | (value > high) | (value.abs() == math.inf)
    bad |= (value % 1 != 0) & value.notna() if whole else False
    bad |= blank if required else False
    refuse(rows, bad, column, allowed, found=rows[column].map(text) if cells else None)
    return value


def numbers(rows: Rows, columns: Collection[str], **limits: Any) -> pd.DataFrame:
    """Return several columns as `number` does."""
    return pd.DataFrame({name: number(rows, name, **limits) for name in columns})


def varied(rows: Rows, column: str, values: pd.Series, *, least: int = 8) -> None:
    """Raise DataError when a column says the same figure, none of them 0, of all of `least` organisations or more."""
    said = values.dropna()
    if len(said) >= least and said.nunique() == 1 and said.iloc[0]:
        label, found = rows.labels.get(column, column), f"{exact(said.iloc[0])} in all {len(said)} rows"
        raise DataError(rows.place, column=label, found=found, allowed="figures that differ from row to row")


def code(rows: Rows, column: str, *, pattern: str = ODS_CODE) -> pd.Series:
    """Return a column of organisation codes; raise DataError at the first that does not fit `pattern`."""
    refuse(rows, ~rows[column].str.fullmatch(pattern).astype("bool"), column, f"a code like {pattern}")
    return rows[column]


def month(rows: Rows, column: str, *, first: str, last: str) -> pd.Series:
    """Return a column of months written 'YYYY-MM' or 'YYYY-MM-01' as 'YYYY-MM'.

    Raises DataError at the first value written otherwise or outside `first` to `last` ('YYYY-MM').
    """
    raw = rows[column]
    months = raw.str.slice(0, 7)
    bad = ~raw.str.fullmatch(f"{MONTH}(-01)?") | (months < first) | (months > last)
    refuse(rows, bad, column, f"a month YYYY-MM from {first} to {last}")
    return months


def day(
    rows: Rows,
    column: str,
    *,
    forms: Mapping[str, str],
    first: str = "",
    last: str,
    blank: bool = False,
    of: str = "",
) -> pd.Series:
    """Return days as 'YYYY-MM-DD', '' for a blank where `blank`.

    forms: the forms allowed (as of strftime) by an example of each, whose length a day must have.
    Raises DataError at the first that is not a day of the calendar in one of them, or outside `first` to `last`;
    `of` says what these are.
    """
    raw = rows[column]
    value = pd.Series(pd.NaT, index=raw.index, dtype="datetime64[s]")
    for example, form in forms.items():
        fits = raw.where(raw.str.len() == len(example))
        value = value.fillna(pd.to_datetime(fits, format=form, errors="coerce").astype("datetime64[s]"))
    written = value.dt.strftime("%Y-%m-%d").fillna("")
    wrong = (written == "") & ((raw != "") | (not blank))
    refuse(rows, wrong, column, f"a date of the calendar like {' or '.join(forms)}")
    outside = (written != "") & ((written < first) | (written > last))
    refuse(rows, outside, column, f"a day {f'from {first} ' if first else ''}to {last}{of}")
    return written


def one_of(rows: Rows, column: str, allowed: Collection[str]) -> pd.Series:
    """Return a column of texts; raise DataError at the first that is not one of `allowed`."""
    refuse(rows, ~rows[column].isin(list(allowed)), column, f"one of {sorted(allowed)}")
    return rows[column]


def unique(rows: Rows, keys: Sequence[str]) -> None:
    """Raise DataError at the first row whose `keys` stand in an earlier row too."""
    twice = rows.frame.duplicated(list(keys))
    if twice.any():
        row = twice.idxmax()
        found = " ".join(str(rows[key].loc[row]) for key in keys) + " twice"
        labels = ", ".join(rows.labels.get(key, key) for key in keys)
        raise DataError(rows.place, row=_plain(row), column=labels, found=found, allowed="one row a key")


def size(rows: Rows, records: int | None) -> None:
    """Raise DataError unless a closed collection has its number of `records`; None is any number."""
    if records is not None and len(rows) != records:
        found, allowed = f"{len(rows)} records", f"{records} records, the size of this closed collection"
        raise DataError(rows.place, row=_plain(rows.frame.index[-1]), found=found, allowed=allowed)


def whole_or_none(rows: Rows, blank: pd.DataFrame, allowed: str, *, found: str) -> None:
    """Raise DataError at the first row in which some of the columns of `blank` are blank and others not."""
    half = blank.any(axis=1) & ~blank.all(axis=1)
    if half.any():
        shown = pd.Series(found, blank.index)
        refuse(rows, half, str(blank.loc[half.idxmax()].idxmax()), allowed, found=shown)


def near(
    rows: Rows, column: str, values: pd.Series, expected: pd.Series, *, within: float, allowed: str
) -> None:
    """Raise DataError at the first row where two figures differ by more than `within`; a missing one passes."""
    refuse(rows, (values - expected).abs() > within, column, allowed, found=values)


def equal(rows: Rows, column: str, values: pd.Series, expected: pd.Series, *, within: float = 0) -> None:
    """Raise DataError at the first row where two figures differ by more than `within`, or one is missing."""
    bad = ~((values - expected).abs() <= within) & ~(values.isna() & expected.isna())
    allowed = f"{{}} by the other columns, within {exact(within)}"
    refuse(rows, bad, column, allowed, right=expected.map(exact), found=values)


def sums(rows: Rows, figures: pd.DataFrame, total: pd.Series, *, within: float = 0) -> None:
    """Raise DataError at the first column whose printed total is not the sum over the other rows.

    figures: the figures of `rows`, column by column; total: true for the one row that has the totals.
    """
    row, others = total.idxmax(), figures[~total]
    for column in figures:
        found, right = figures.loc[row, column], others[column].sum()
        if not abs(found - right) <= within:
            places = 4 if within else 0
            allowed = f"{right:,.{places}f}, the sum over {len(others)} providers"
            label = rows.labels.get(column, column)
            shown = f"{found:,.{places}f}"
            raise DataError(rows.place, row=_plain(row), column=label, found=shown, allowed=allowed)


def agrees(
    left: pd.Series, right: pd.Series, *, place: str, column: str, tolerance: float, against: str
) -> None:
    """Raise DataError at the first label where `left` and `right` differ by more than `tolerance`.

    Use it for sums over providers against a published total. A label in one only is a difference.
    """
    both = pd.concat([left, right], axis=1, keys=["left", "right"])
    bad = ~((both["left"] - both["right"]).abs() <= tolerance)
    if bad.any():
        row = bad.idxmax()
        allowed = f"{exact(both['right'].loc[row])} ({against}), within {exact(tolerance)}"
        raise DataError(place, row=row, column=column, found=_plain(both["left"].loc[row]), allowed=allowed)


def by_hand(table: str, frame: pd.DataFrame) -> Rows:
    """Return a table kept by hand as rows of texts, numbered as in its file; a missing cell is a blank."""
    numbered = frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row"), axis=0)
    return Rows(table, numbered.astype("object").where(numbered.notna(), "").astype("str"))


def text(cell: object) -> str:
    """Return a cell as one line of text, '' for an empty one."""
    return "" if cell is None else " ".join(str(cell).split())


def quarter_end(year: str, quarter: str) -> str:
    """Return the last month, 'YYYY-MM', of a quarter '1' to '4' of the financial year that begins in `year`."""
    month = 3 * int(quarter) + 3
    return f"{int(year) + month // 13}-{(month - 1) % 12 + 1:02d}"


def this_month() -> str:
    """Return the month of today, 'YYYY-MM': a period that is over ends before it."""
    return pd.Timestamp.today().strftime("%Y-%m")


def over(month: str, *, place: str, first: str = "") -> None:
    """Raise DataError unless a month that a file is for is over, and not before `first`."""
    if not first <= month < this_month():
        since = f" from {first}" if first else ""
        raise DataError(place, found=f"a file for {month}", allowed=f"months{since} that are over")


def _plain(value: object) -> object:
    """Return a number as Python's own, whole ones without a point, so that messages show no numpy type."""
    plain = value.item() if hasattr(value, "item") else value
    return int(plain) if isinstance(plain, float) and plain.is_integer() else plain
