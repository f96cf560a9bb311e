"""What a method is handed, checked before the first operation that can fail; each method raises its own error."""

import re
import unicodedata
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from numbers import Real

import numpy as np
import pandas as pd

LONG = 60  # letters of a value that stand in a message
SHOWN = 12  # of a list, so many of its members stand in a message
LARGE = 1000  # numbers of this size and more are written out, with their thousands parted
WIDTHLESS = re.compile("[\ufeff\u200b\u2060\u00ad]")  # signs without width, which str.strip leaves
DIGITS = 12  # of a float
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")
SIMPLE = str | bytes | int | float | complex | date | pd.Period | type(None) | type(pd.NA) | type(pd.NaT)


def columns(
    frame: object, names: Sequence[object], *, error: type[ValueError], what: str = "the frame"
) -> None:
    """Refuse what is no DataFrame, or has a column of `names` not at all or more than once."""
    if not isinstance(frame, pd.DataFrame):
        raise error(f"{what} is a {type(frame).__name__}. Allowed: a pandas DataFrame.")
    if frame.columns.nlevels > 1:
        raise error(f"{what} has headings of {frame.columns.nlevels} levels. Allowed: one heading a column.")
    found = list(frame.columns)
    absent = [name for name in names if not isinstance(name, SIMPLE) or name not in found]
    if absent:
        raise error(f"{what}: columns {shown(absent)} are not there. Found: {shown(found)}.")
    twice = [name for name in names if found.count(name) > 1]
    if twice:
        raise error(f"{what}: columns {shown(twice)} are there more than once. Allowed: one of each name.")
    for name in names:
        if frame[name].dtype == object:
            single(frame[name], f"{what}: column {name!r}", error=error)


def single(values: object, name: str, *, error: type[ValueError]) -> np.ndarray:
    """Return labels or values in one row, as objects; refuse a single value, and a list in a place of one."""
    found = np.asarray(values, dtype=object)
    if found.ndim != 1:
        raise error(f"{name} is {shown(values)}. Allowed: one value a row.")
    if not isinstance(values, pd.Series) or values.dtype == object:
        for row, value in enumerate(found, start=1):
            if pd.api.types.is_list_like(value):
                raise error(f"{name} holds {shown(value)} in row {row}. Allowed: one value a row.")
    return found


@lru_cache(maxsize=65_536)
def text(value: str) -> str:
    """Return a text with composed accents, one space for blanks of any kind in a line, none at its ends: equal texts alike."""
    line = re.sub(r"[^\S\r\n]+", " ", WIDTHLESS.sub("", unicodedata.normalize("NFC", value)))
    return line.strip()


def one_spelling(values: object, name: str, *, error: type[ValueError]) -> None:
    """Refuse labels of which two are one to a reader: accents composed or not, other blanks, 1 beside '1', 0.3 beside 0.1 + 0.2."""
    every = pd.unique(single(values, name, error=error))
    counted = any(is_number(value) for value in every)
    known: dict[object, object] = {}
    for value in every:
        form = text(value) if isinstance(value, str) else value
        if counted and (is_number(form) or (isinstance(form, str) and NUMBER.fullmatch(form))):
            form = significant(float(form))
        if isinstance(form, Hashable) and known.setdefault(form, value) is not value:
            raise error(
                f"{name} holds {known[form]!a} and {value!a}, one label in two spellings. Allowed: one of them."
            )


def significant(value: float) -> float:
    """Return a number to the DIGITS that tell, so that 0.1 + 0.2 is 0.3."""
    return float(np.format_float_positional(value, precision=DIGITS, unique=False, fractional=False))


def is_number(value: object) -> bool:
    """Tell whether a value is one finite real number; text, True and False are none."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    return (
        isinstance(value, Real) and not isinstance(value, bool | np.bool_) and bool(np.isfinite(float(value)))
    )


def number(
    value: object,
    name: str,
    *,
    error: type[ValueError],
    above: float = -np.inf,
    below: float = np.inf,
    least: float = -np.inf,
) -> float:
    """Return one finite number of `least` or more, between two limits that are left out, as a float; refuse anything else."""
    if not is_number(value) or not above < float(value) < below or not float(value) >= least:  # type: ignore[arg-type]
        ends = [
            f"{word} {plain(end)}"
            for word, end in (("above", above), ("of at least", least), ("below", below))
            if np.isfinite(end)
        ]
        raise error(f"{name}={shown(value)}. Allowed: a number{' ' if ends else ''}{' and '.join(ends)}.")
    return float(value)  # type: ignore[arg-type]


def whole(value: object, name: str, *, error: type[ValueError], least: int = 0) -> int:
    """Return a setting that is a whole number of at least `least`; refuse anything else."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise error(f"{name}={shown(value)}. Allowed: a whole number of {least} or more.")
    return int(value)


def several(values: object, name: str, *, error: type[ValueError]) -> list:
    """Return the members of a list, range or array; refuse a single value and text."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise error(f"{name}={shown(values)}. Allowed: a list, such as [{shown(values)}].")
    return list(values)


def figures(values: object, name: str, *, error: type[ValueError]) -> np.ndarray:
    """Return numbers as an array of floats, nan where missing; refuse text and what is no array of numbers."""
    try:
        if values is None or isinstance(values, str | Mapping):
            raise TypeError
        if isinstance(values, pd.Series):
            values = values.to_numpy(dtype=None if values.dtype == complex else float, na_value=np.nan)
        array = np.asarray(values)
        if np.iscomplexobj(array):
            raise TypeError
        return array.astype(float)
    except (TypeError, ValueError):
        found = (
            f"a {type(values).__name__}"
            if values is None or not isinstance(values, Iterable)
            else "no numbers"
        )
        raise error(f"{name}: found {found}. Allowed: an array, list or Series of numbers.") from None


def mapping(values: object, name: str, *, error: type[ValueError]) -> None:
    """Refuse what does not give values by name."""
    if not isinstance(values, Mapping):
        raise error(f"{name} is a {type(values).__name__}. Allowed: values by name, a dict.")


def plain(value: float, figures: int = 4) -> str:
    """Write a number for a sentence: 1,234,567 from a thousand on, so many figures below."""
    if not np.isfinite(value):
        return str(value)
    if round(abs(value)) >= LARGE:
        return _short(f"{value:,.0f}")
    text = f"{value:.{figures}g}"
    return text if "e" not in text else np.format_float_positional(float(text), trim="-")


def choice(value: object, name: str, allowed: Collection[object], *, error: type[ValueError]) -> None:
    """Refuse what is none of the values that a setting may have; True is not 1."""
    if not any(type(value) is type(one) and value == one for one in allowed):
        raise error(f"{name}={shown(value)}. Allowed: {', '.join(map(shown, allowed))}.")


def flag(value: object, name: str, *, error: type[ValueError]) -> None:
    """Refuse what is neither True nor False."""
    choice(bool(value) if isinstance(value, np.bool_) else value, name, (True, False), error=error)


def workers(value: object, *, error: type[ValueError]) -> None:
    """Refuse what is no number of workers for joblib: None, or a whole number other than 0."""
    if value is not None and (
        isinstance(value, bool) or not isinstance(value, int | np.integer) or value == 0
    ):
        raise error(f"n_jobs={shown(value)}. Allowed: None, or a whole number other than 0.")


def heading(value: object, name: str, *, error: type[ValueError]) -> None:
    """Refuse what cannot name a column: nothing, a list, a frame."""
    if value is None or not isinstance(value, SIMPLE):
        raise error(f"{name}={shown(value)}. Allowed: the name of a column.")


def kind(value: object, name: str, wanted: type | tuple[type, ...], *, error: type[ValueError]) -> None:
    """Refuse what is not of a type, or one of several."""
    if not isinstance(value, wanted):
        names = " or ".join(one.__name__ for one in (wanted if isinstance(wanted, tuple) else (wanted,)))
        raise error(f"{name} is a {type(value).__name__}. Allowed: a {names}.")


def shown(value: object) -> str:
    """Write what was found for a message: numbers with all their figures, 1,234,567.5 or 0.00001, the first of many."""
    if isinstance(value, np.ndarray | list | tuple) and np.ndim(np.asarray(value, dtype=object)) == 1:
        more = f", and {len(value) - SHOWN:,} more" if len(value) > SHOWN else ""
        return f"[{', '.join(map(shown, value[:SHOWN]))}{more}]"
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if is_number(value):
        text = f"{Decimal(repr(value)):,f}"
    else:
        text = repr(value) if isinstance(value, SIMPLE) else f"a {type(value).__name__}"
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= LONG else f"{text[:LONG]}... of {len(text):,} letters"
