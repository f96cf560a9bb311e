"""What a method is handed, checked before the first operation that can fail; each method raises its own error."""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Real

import numpy as np
import pandas as pd

LARGE = 1000  # numbers of this size and more are written out, with their thousands parted


def columns(
    frame: object, names: Sequence[object], *, error: type[ValueError], what: str = "the frame"
) -> None:
    """Refuse what is no DataFrame, or has a column of `names` not at all or more than once."""
    if not isinstance(frame, pd.DataFrame):
        raise error(f"{what} is a {type(frame).__name__}. Allowed: a pandas DataFrame.")
    found = list(frame.columns)
    absent = [name for name in names if name not in found]
    if absent:
        raise error(f"{what}: columns {absent} are not there. Found: {found}.")
    twice = [name for name in names if found.count(name) > 1]
    if twice:
        raise error(f"{what}: columns {twice} are there more than once. Allowed: one of each name.")


def is_number(value: object) -> bool:
    """Tell whether a value is one finite real number; text, True and False are none."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    return (
        isinstance(value, Real) and not isinstance(value, bool | np.bool_) and bool(np.isfinite(float(value)))
    )


def number(
    value: object, name: str, *, error: type[ValueError], above: float = -np.inf, below: float = np.inf
) -> float:
    """Return one finite number between two limits, both left out, as a float; refuse anything else."""
    if not is_number(value) or not above < float(value) < below:  # type: ignore[arg-type]
        ends = [
            f"{word} {plain(end)}" for word, end in (("above", above), ("below", below)) if np.isfinite(end)
        ]
        raise error(f"{name}={value!r}. Allowed: a number{' ' if ends else ''}{' and '.join(ends)}.")
    return float(value)  # type: ignore[arg-type]


def whole(value: object, name: str, *, error: type[ValueError], least: int = 0) -> int:
    """Return a setting that is a whole number of at least `least`; refuse anything else."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise error(f"{name}={value!r}. Allowed: a whole number of {least} or more.")
    return int(value)


def several(values: object, name: str, *, error: type[ValueError]) -> list:
    """Return the members of a list, range or array; refuse a single value and text."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise error(f"{name}={values!r}. Allowed: a list, such as [{values!r}].")
    return list(values)


def figures(values: object, name: str, *, error: type[ValueError]) -> np.ndarray:
    """Return numbers as an array of floats, nan where missing; refuse text and what is no array of numbers."""
    try:
        if values is None or isinstance(values, str | Mapping):
            raise TypeError
        if isinstance(values, pd.Series):
            return values.to_numpy(dtype=float, na_value=np.nan)
        return np.asarray(values, dtype=float)
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


def plain(value: float) -> str:
    """Write a number for a sentence: 1,234,567 from a thousand on, four figures below."""
    if not np.isfinite(value):
        return str(value)
    if round(abs(value)) >= LARGE:
        return f"{value:,.0f}"
    text = f"{value:.4g}"
    return text if "e" not in text else np.format_float_positional(float(text), trim="-")
