"""Price years and discounting. Every amount is in pounds; rates of return are shares (0.035 = 3.5%)."""

import re
from numbers import Real
from typing import Literal

import numpy as np
import pandas as pd

from analysis.methods import arguments

MONTHS_IN_YEAR = 12
PRICE_YEAR = re.compile(r"(\d{4})/(\d{2})")
FIRST = 100.0  # value of a chained index in the year before its first rate
NO_RATE = 1e-12  # a rate closer to 0 makes no difference in double precision
TIMINGS = ("start", "end")
Timing = Literal["start", "end"]


class CostError(ValueError):
    """A cost, price year, rate, distribution or setting that cannot be used; says what is allowed."""


def price(items: pd.DataFrame, *, price_year: str, deflator: pd.Series) -> pd.DataFrame:
    """Cost each item in pounds of one price year.

    items: one row per item; `quantity` (in its own unit), `unit_cost` (GBP per that unit), `price_year`
        ("2014/15": the financial year in whose prices `unit_cost` stands); an `item` column, if there is one,
        names rows in messages.
    price_year: financial year of the result. deflator: index numbers by price year ("2014/15"), as of `index`.
    Returns a copy of `items` with `factor` (deflator of `price_year` over that of the row; above 1 when prices
    rose) and `cost` (GBP, `price_year` prices) = quantity x unit cost x factor. A missing quantity or unit cost
    is unknown and gives a missing cost, never 0. Nothing is discounted, no row is added up.

    Raises CostError for a column that is not there, a negative, infinite or non-numeric quantity or unit cost,
    a price year that is not written "2014/15" or has no deflator, and a deflator that is not above 0 or has a
    year twice. A row of unknown cost may lack a price year.
    Method: ratio of index numbers; Drummond et al., Methods for the Economic Evaluation of Health Care
    Programmes, chapter on costs.
    """
    arguments.columns(items, ("quantity", "unit_cost", "price_year"), error=CostError, what="items")
    named = "item" in items.columns
    arguments.columns(items, ["item"] if named else [], error=CostError, what="items")
    names = [str(name) for name in (items["item"] if named else items.index)]
    known = _checked_index(deflator)
    wanted = _year(price_year, known, "the result")
    amounts = {}
    for column in ("quantity", "unit_cost"):
        amounts[column] = _amounts(items[column], column, names)
    unknown = np.isnan(amounts["quantity"]) | np.isnan(amounts["unit_cost"])
    factor = np.full(len(items), np.nan)
    for place, (year, blank) in enumerate(zip(items["price_year"], unknown, strict=True)):
        if not (blank and pd.isna(year)):
            factor[place] = known[wanted] / known[_year(year, known, f"item '{names[place]}'")]
    cost = amounts["quantity"] * amounts["unit_cost"] * factor
    return items.assign(factor=factor, cost=cost)


def index(rates: pd.Series, *, first: float = FIRST) -> pd.Series:
    """Chain yearly increases into index numbers.

    rates: per cent on the year before, by financial year ("2014/15"), in any order, each year once, no gap.
    first: index number of the year before the first rate.
    Returns index numbers by financial year, oldest first, one more than there are rates.

    Raises CostError for an empty series, a gap, a year twice, a missing rate or one of -100 per cent or less.
    """
    if not isinstance(rates, pd.Series):
        raise CostError(f"rates are a {type(rates).__name__}. Allowed: a pandas Series by financial year.")
    if rates.empty:
        raise CostError("no rates. Allowed: at least one yearly increase, by financial year.")
    arguments.number(first, "first", error=CostError, above=0)
    values = _numbers(rates.to_numpy(), "rate")
    starts = [_start(year, "rates") for year in rates.index]
    order = np.argsort(starts, kind="stable")
    ordered = [starts[place] for place in order]
    if ordered != list(range(ordered[0], ordered[0] + len(ordered))):
        raise CostError(f"rates for {sorted(rates.index)}. Allowed: each year once, without a gap.")
    if not (np.isfinite(values) & (values > -100)).all():
        raise CostError(
            f"rates {arguments.shown(values)}. Allowed: numbers above -100 (per cent on the year before)."
        )
    grown = first * np.cumprod(np.concatenate([[1.0], 1 + values[order] / 100]))
    years = [financial_year(start) for start in (ordered[0] - 1, *ordered)]
    return pd.Series(grown, index=pd.Index(years, name="price_year"), name="index")


def inflate(value: float, *, from_year: str, to_year: str, deflator: pd.Series) -> float:
    """Return `value` (GBP of `from_year`) in pounds of `to_year`, later or earlier, by the ratio of index numbers.

    deflator: index numbers by price year. Raises CostError for a year without one.
    """
    known = _checked_index(deflator)
    ratio = known[_year(to_year, known, "to_year")] / known[_year(from_year, known, "from_year")]
    return arguments.number(value, "value", error=CostError) * ratio


def discounted_months(
    months: float | np.ndarray, *, rate: float, timing: Timing = "start", limit: float = np.inf
) -> np.ndarray:
    """Return how many undiscounted months a stay counts for: the present value of one pound a month.

    months: length of each stay, 0 or more. limit: no month beyond it counts. rate: a year.
    timing: "start" = months of the first year count in full, those of the second are divided by 1 + rate, of the
        third by its square, and so on (only what lies beyond a year is discounted); "end" = a year later each.
    Raises CostError for a negative or missing length, a bad rate or another timing.
    """
    given = _numbers(months, "months")
    if not given.size:
        raise CostError("months: found none. Allowed: one length or more.")
    if not (np.isfinite(given) & (given >= 0)).all() or not (isinstance(limit, Real) and limit >= 0):
        raise CostError(
            f"months {arguments.shown(given.ravel())}, limit {arguments.shown(limit)}. Allowed: 0 or more."
        )
    stay = np.minimum(given, limit)
    factor = 1 / (1 + _rate(rate))
    whole = np.floor(stay / MONTHS_IN_YEAR)
    full = _ordinary(whole, _rate(rate)) / factor
    counted = MONTHS_IN_YEAR * full + (stay - MONTHS_IN_YEAR * whole) * factor**whole
    return (counted * factor ** _first(timing)).reshape(np.shape(months))


def _ordinary(years: np.ndarray, rate: float) -> np.ndarray:
    """Return the present value of one a year at the end of each year; exact as the rate goes to 0."""
    return years if abs(rate) < NO_RATE else -np.expm1(-years * np.log1p(rate)) / rate


def financial_year(start: int) -> str:
    """Return the financial year that starts in `start` as "2014/15"."""
    start = arguments.whole(start, "start", error=CostError)
    return f"{start}/{(start + 1) % 100:02d}"


def _start(year: object, where: str) -> int:
    found = PRICE_YEAR.fullmatch(year) if isinstance(year, str) else None
    if not found or financial_year(int(found[1])) != year:
        raise CostError(f"price year {arguments.shown(year)} ({where}). Years are written '2014/15'.")
    return int(found[1])


def _year(year: object, known: dict[str, float], where: str) -> str:
    if not isinstance(year, str) or year not in known:
        listed = ", ".join(sorted(known))
        raise CostError(
            f"no deflator for price year {arguments.shown(year)} ({where}). Known: {listed}. Years are written '2014/15'."
        )
    return year


def _checked_index(deflator: pd.Series) -> dict[str, float]:
    if not isinstance(deflator, pd.Series):
        raise CostError(f"deflator is a {type(deflator).__name__}. Allowed: a pandas Series by price year.")
    if deflator.empty or deflator.index.has_duplicates:
        raise CostError(f"deflator with years {list(deflator.index)}. Allowed: one or more, each year once.")
    values = _numbers(deflator.to_numpy(), "index number")
    for year, value in zip(deflator.index, values, strict=True):
        _start(year, "deflator")
        if not (np.isfinite(value) and value > 0):
            raise CostError(f"deflator of {year} is {arguments.shown(value)}. Allowed: a number above 0.")
    return dict(zip(deflator.index, values, strict=True))


def _amounts(column: pd.Series, name: str, rows: list[str]) -> np.ndarray:
    values = _numbers(column, name)
    for row, value in zip(rows, values, strict=True):
        if value < 0 or np.isinf(value):
            raise CostError(
                f"{name} {arguments.plain(value)} of item '{row}'. Allowed: 0 or more; blank where it is unknown."
            )
    return values


def _numbers(values: object, name: str) -> np.ndarray:
    numeric = pd.Series(np.ravel(np.asarray(values, dtype=object)))
    texts = [value for value in numeric if isinstance(value, str | bool | np.bool_)]
    try:
        if texts:
            raise TypeError
        return pd.to_numeric(numeric).astype("Float64").to_numpy(float, na_value=np.nan)
    except (TypeError, ValueError):
        raise CostError(f"{name} {arguments.shown(texts or values)}. Allowed: numbers.") from None


def _rate(rate: float) -> float:
    found = arguments.number(rate, "rate", error=CostError)
    if found <= -1:
        raise CostError(f"rate {arguments.shown(rate)}. Allowed: above -1, as a share a year (0.035 = 3.5%).")
    return found


def _first(timing: str) -> int:
    arguments.choice(timing, "timing", TIMINGS, error=CostError)
    return TIMINGS.index(timing)
