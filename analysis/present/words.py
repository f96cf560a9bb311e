"""Numbers, dates and lists as a British reader writes them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, SupportsFloat

import pandas as pd

THOUSAND = 1000
GLUED = "application/papermill.record/"  # before the kinds of content that a cell holds and does not show


def thousands(value: float) -> str:
    """Return GBP to the nearest thousand as text, a half upwards; '..' when missing."""
    if not math.isfinite(value):
        return number(float("nan"), "gbp")
    return number(THOUSAND * math.floor(value / THOUSAND + 0.5), "gbp")


MINUS = "−"
NOT_AVAILABLE = ".."
QUARTERS = {1: "January to March", 2: "April to June", 3: "July to September", 4: "October to December"}

# unit: digits after the point, text before, text after
FORMATS: dict[str, tuple[int, str, str]] = {
    "percent": (1, "", "%"),
    "points": (1, "", " percentage points"),
    "ratio": (3, "", ""),
    "deaths": (1, "", " deaths per hundred expected"),
    "count": (0, "", ""),
    "months": (1, "", " months"),
    "years": (1, "", " years"),
    "minutes": (1, "", " minutes"),
    "score": (2, "", ""),
    "per day": (1, "", " a day"),
    "per 100 days": (2, "", " in 100 days"),
    "gbp": (0, "£", ""),
}

# Money and counts have no sampling error: their limits are what assumptions, dates and reasons allow.
RANGED = ("gbp", "count")

# What is held in another size than it is told in: deaths per hundred expected are held as a ratio to those expected.
SCALE = {"deaths": 100}


def unit_name(unit: str) -> str:
    """Return a unit of FORMATS as it heads an axis or a column: 'percentage points'."""
    return "points of ten" if unit == "score" else FORMATS[unit][2].strip()


def number(
    value: SupportsFloat, unit: str = "count", *, digits: int | None = None, sign: bool = False
) -> str:
    """Return a number as text in `unit` (a key of FORMATS), '..' when missing.

    digits: digits after the point in place of the unit's own; sign: write a plus before gains.
    """
    x = SCALE.get(unit, 1) * float(value) if not pd.isna(value) else float("nan")
    if x != x:
        return NOT_AVAILABLE
    places, before, after = FORMATS[unit]
    text = f"{abs(x):,.{places if digits is None else digits}f}"
    negative = x < 0 and float(text.replace(",", "")) != 0
    mark = MINUS if negative else "+" if sign and x > 0 and float(text.replace(",", "")) != 0 else ""
    return f"{mark}{before}{text}{after}"


def interval(low: SupportsFloat, high: SupportsFloat, unit: str, *, digits: int | None = None) -> str:
    """Return 'LOW to HIGH' with the unit once, after the higher end."""
    after = FORMATS[unit][2]
    bare = number(low, unit, digits=digits)
    if after and bare != NOT_AVAILABLE:
        bare = bare.removesuffix(after)
    return f"{bare} to {number(high, unit, digits=digits)}"


def told_from_zero(
    low: SupportsFloat, high: SupportsFloat, unit: str, *, digits: int | None = None
) -> int | None:
    """Return the digits at which no end of an interval is written as zero unless it is; two more at most.

    An end of -0.03 written as 0.0 would hide that the interval leaves out zero. Whole numbers stay whole.
    """
    places = FORMATS[unit][0] if digits is None else digits
    for more in range(places, places + 3 if places else 0):
        if not any(
            float(end) and SCALE.get(unit, 1) * abs(float(end)) < 0.5 * 10.0**-more for end in (low, high)
        ):
            return more
    return digits


def estimate(
    value: SupportsFloat,
    low: SupportsFloat,
    high: SupportsFloat,
    unit: str,
    *,
    digits: int | None = None,
    level: float = 0.95,
) -> str:
    """Return 'VALUE (95% interval LOW to HIGH)', for RANGED units 'VALUE (range ...)'; a unit that is a word is not repeated.

    A missing value is '..'; a value without limits says that it has no interval. Digits as `told_from_zero` has it.
    Deaths have the ratio that they are held as in the brackets.
    """
    if pd.isna(value):
        return NOT_AVAILABLE
    if pd.isna(low) or pd.isna(high):
        return f"{number(value, unit, digits=digits)} (no interval can be given)"
    digits = told_from_zero(low, high, unit, digits=digits)
    first = number(value, unit, digits=digits)
    spread = interval(low, high, unit, digits=digits)
    after = FORMATS[unit][2]
    spread = spread.removesuffix(after) if after.startswith(" ") else spread
    kind = "range" if unit in RANGED else f"{level:.0%} interval"
    held = f"; as a ratio {number(value, 'ratio')}" if unit == "deaths" else ""
    return f"{first} ({kind} {spread}{held})"


def told(found: Any, unit: str, part: str = "", *, digits: int | None = None) -> str:
    """Return `estimate` of a result or a row: its `estimate`, `lower` and `upper`, or those of a `part` ("bad_" before each)."""
    names = [f"{part}{end}" for end in ("estimate", "lower", "upper")]
    value, low, high = (found[name] if isinstance(found, Mapping) else getattr(found, name) for name in names)
    return estimate(value, low, high, unit, digits=digits)


def probability(p: float) -> str:
    """Return a probability with two digits after the point, three below 0.1."""
    return number(p, "ratio", digits=3 if p < 0.1 else 2)


def capital(text: str) -> str:
    """Return a text with a capital at its head."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """Return a text with a small letter at its head, as it stands within a sentence."""
    return text[:1].lower() + text[1:]


def month(value: pd.Period | pd.Timestamp | str) -> str:
    """Return a month as 'July 2014'."""
    return pd.Period(value, freq="M").strftime("%B %Y")


def quarter(value: pd.Period) -> str:
    """Return a quarter as 'July to September 2014'."""
    return f"{QUARTERS[value.quarter]} {value.year}"


def period(value: pd.Period) -> str:
    """Return a month, quarter or year in words, by its own frequency."""
    kind = value.freqstr[0]
    return month(value) if kind == "M" else quarter(value) if kind == "Q" else str(value.year)


def day(value: pd.Timestamp | str) -> str:
    """Return a date as '16 July 2013'."""
    date = pd.Timestamp(value)
    return f"{date.day} {date.strftime('%B %Y')}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return '1 trust', '2 trusts'."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def join(items: Sequence[str]) -> str:
    """Return 'a', 'a and b' or 'a, b and c'."""
    items = list(items)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "none"


def put(values: Mapping[str, str]) -> None:
    """Glue already formatted texts under their names, for use in the prose of a chapter.

    What is shown is what `myst_nb.glue` shows; that one brings Sphinx into every kernel, longer to import than pandas.
    """
    from IPython.core.formatters import format_display_data
    from IPython.display import display

    for name, text in values.items():
        if not isinstance(text, str):
            raise TypeError(
                f"glue '{name}': found {type(text).__name__}. Allowed: text made by analysis.present."
            )
        shown, metadata = format_display_data(text)
        metadata["scrapbook"] = {"name": name, "mime_prefix": GLUED}
        display({GLUED + kind: content for kind, content in shown.items()}, raw=True, metadata=metadata)
