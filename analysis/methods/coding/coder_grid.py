"""Codings of several coders as one grid: coders by units, checked at the door and written in one way."""

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.arguments import text
from analysis.methods.coding.agreement_measures import LEVELS, AgreementError

COLUMNS = ("unit", "coder", "code")  # of a long frame
SHAPES = ("rows", "columns")  # where the coders are in a wide frame
NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
WHOLE = re.compile(r"([+-]?\d+)\.0+", re.ASCII)


def headings(unit: str, coder: str, code: str) -> None:
    """Refuse what cannot name the columns of a long frame."""
    for name, heading in zip(COLUMNS, (unit, coder, code), strict=True):
        arguments.heading(heading, name, error=AgreementError)


def long(codings: pd.DataFrame, *, unit: str, coder: str, code: str) -> pd.DataFrame:
    """Return a long frame as columns `unit`, `coder`, `code` in normal form; rows without a code are kept as missing.

    Raises AgreementError for a column that is missing or there twice, a missing unit or coder, and as `normal`.
    """
    wanted = [unit, coder, code]
    headings(unit, coder, code)
    arguments.columns(codings, wanted, error=AgreementError, what="codings")
    if len(set(wanted)) < len(wanted):
        raise AgreementError(f"columns {wanted}: found {list(codings.columns)}. Allowed: each once.")
    frame = codings[wanted].set_axis(list(COLUMNS), axis=1).reset_index(drop=True)
    for name in ("unit", "coder"):
        if frame[name].isna().any():
            row = int(np.flatnonzero(frame[name].isna())[0]) + 1
            raise AgreementError(f"row {row}: no {name}. Allowed: a {name} in each row.")
        frame[name] = pd.Series(labels(frame[name], name), index=frame.index, dtype=object)
    texts = [
        scalar(value, f"unit {place!r}, coder {who!r}") for place, who, value in frame.itertuples(index=False)
    ]
    return frame.assign(code=pd.Series(normal(texts), index=frame.index, dtype=object))


def grid(
    codings: pd.DataFrame | Sequence[Sequence[Any]] | np.ndarray,
    *,
    unit: str = "unit",
    coder: str = "coder",
    code: str = "code",
    coders: str = "rows",
) -> pd.DataFrame:
    """Return codings as coders (rows) by units (columns); cells are codes, None = not coded.

    codings: a long frame with the three columns named, or coders by units (`coders="rows"`), or units by
        coders (`coders="columns"`), as frame, array or lists.
    Raises AgreementError for an empty frame, a (unit, coder) coded twice in a long frame, repeated labels in a wide
    one, and values that `scalar` refuses.
    """
    arguments.choice(coders, "coders", SHAPES, error=AgreementError)
    headings(unit, coder, code)
    if isinstance(codings, pd.DataFrame) and (
        {unit, coder, code} & set(codings.columns) or (unit, coder, code) != COLUMNS
    ):
        frame = long(codings, unit=unit, coder=coder, code=code)
        twice = frame[frame.duplicated(["unit", "coder"])]
        if len(twice):
            one = twice.iloc[0]
            raise AgreementError(
                f"unit {one['unit']!r} has more than one row of coder {one['coder']!r}. Allowed: one code a unit and "
                "coder; `by_theme` takes several."
            )
        order = [list(dict.fromkeys(frame[name])) for name in ("coder", "unit")]
        wide = frame.pivot(index="coder", columns="unit", values="code").loc[order[0], order[1]]
    else:
        wide = _wide(codings, coders)
    if wide.empty:
        raise AgreementError("found no codings. Allowed: at least one coder and one unit.")
    cells = [
        scalar(value, f"unit {name!r}, coder {who!r}")
        for who, row in wide.iterrows()
        for name, value in row.items()
    ]
    table = np.empty(len(cells), dtype=object)
    table[:] = normal(cells)
    return pd.DataFrame(
        table.reshape(wide.shape), index=list(wide.index), columns=list(wide.columns), dtype=object
    )


def _wide(codings: Any, coders: str) -> pd.DataFrame:
    try:
        wide = pd.DataFrame(codings, dtype=object)
    except (TypeError, ValueError) as error:
        raise AgreementError(
            f"found {type(codings).__name__} ({error}). Allowed: a frame, or coders by units as array or lists."
        ) from error
    wide = wide if coders == "rows" else wide.T
    wide = wide.set_axis(labels(wide.index, "coder"), axis=0).set_axis(labels(wide.columns, "unit"), axis=1)
    if wide.index.duplicated().any() or wide.columns.duplicated().any():
        raise AgreementError("found a coder or unit named twice. Allowed: each once.")
    return wide


def labels(values: Iterable[Any], kind: str) -> list[Any]:
    """Return names of units or coders in normal form. Raises AgreementError for one that cannot name anything."""
    listed = [text(value) if isinstance(value, str) else value for value in values]
    for row, value in enumerate(listed, start=1):
        if not isinstance(value, Hashable) or value == "":
            raise AgreementError(
                f"{kind} {row}: found {arguments.shown(value)}. Allowed: a text or a number."
            )
    return normal(listed)


def normal(values: Sequence[Any], known: Iterable[Any] = ()) -> list[Any]:
    """Return codes of which equal ones are equal in Python: beside numbers, texts that read as one are numbers.

    values: as `scalar` returns them. known: other values of the same question, which count as found.
    Texts alone stay texts, so that '1.1' and '1.10' may be two codes; '1' beside '1.0' is refused, as is a number
    beside two of its spellings.
    """
    every = [value for value in (*values, *known) if value is not None]
    texts = list(dict.fromkeys(value for value in every if isinstance(value, str)))
    numbers = [value for value in every if isinstance(value, (bool, int, float))]
    read: dict[str, Any] = {}
    spelt: dict[Any, str] = {}
    for value in texts:
        whole = WHOLE.fullmatch(value)
        if numbers and NUMBER.fullmatch(value):
            read[value] = float(value) if "." in value else int(value)
        elif any(isinstance(one, bool) for one in numbers) and value.casefold() in ("true", "false"):
            read[value] = value.casefold() == "true"
        key = read.get(value, whole[1] if whole else value)
        if spelt.setdefault(key, value) != value:
            raise AgreementError(
                f"found {arguments.shown(spelt[key])} and {arguments.shown(value)}: one number in two spellings. Allowed: one of them."
            )
    return [read.get(value, value) if isinstance(value, str) else value for value in values]


def scalar(value: Any, place: str) -> Any:
    """Return one code as a plain Python value, a text as `text` writes it, a float as `significant` does, None where missing.

    Raises AgreementError for a blank text, an infinite number, or anything that is not text or number.
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and np.isnan(value):
        return None
    if isinstance(value, str):
        plain = text(value)
        if not plain:
            raise AgreementError(
                f"{place}: found {arguments.shown(value)}. Allowed: a text; None is missing."
            )
        return plain
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, float) and np.isfinite(value):
        return arguments.significant(value)
    raise AgreementError(
        f"{place}: found {arguments.shown(value)}. Allowed: a text, a finite number, or None for not coded."
    )


def domain(cells: pd.DataFrame, *, level: str, order: Sequence[Hashable] | None) -> list[Any]:
    """Return the values that occur, lowest first, or `order` where given.

    Raises AgreementError for an unknown level, texts on an ordered level without `order`, texts on a level of
    numbers, a negative number on a ratio level, or a value outside `order`.
    """
    arguments.choice(level, "level", LEVELS, error=AgreementError)
    found = list(dict.fromkeys(value for value in cells.to_numpy().ravel() if value is not None))
    if level in ("interval", "ratio"):
        texts = [value for value in found if isinstance(value, str)]
        low = [value for value in found if not isinstance(value, str) and value < 0]
        if texts or (level == "ratio" and low):
            allowed = "numbers, 0 or more" if level == "ratio" else "numbers"
            raise AgreementError(
                f"level {arguments.shown(level)}: found {arguments.shown((texts or low)[0])}. Allowed: {allowed}."
            )
        return sorted(found)
    if order is not None:
        if isinstance(order, str) or not isinstance(order, Iterable):
            raise AgreementError(
                f"order is {arguments.shown(order)}. Allowed: a list of all values, lowest first."
            )
        written = [scalar(value, "order") for value in order]
        allowed_values = normal(written, known=found)
        if len(set(allowed_values)) < len(allowed_values):
            raise AgreementError(f"order {allowed_values} names a value twice. Allowed: each once.")
        outside = [value for value in found if value not in allowed_values]
        if outside:
            raise AgreementError(f"found {arguments.shown(outside[0])}. Allowed: {allowed_values}.")
        return allowed_values
    if level == "ordinal" and any(isinstance(value, str) for value in found):
        raise AgreementError(
            f"level 'ordinal': found texts {found[:5]}. Allowed: numbers, or texts with `order`."
        )
    return sorted(found, key=lambda value: (isinstance(value, str), value))


def counts(cells: pd.DataFrame, values: Sequence[Hashable]) -> np.ndarray:
    """Return units by values: how many coders gave the unit the value."""
    place = {value: number for number, value in enumerate(values)}
    table = np.zeros((cells.shape[1], len(place)), dtype=int)
    for row in cells.to_numpy():
        for number, value in enumerate(row):
            if value is not None:
                table[number, place[value]] += 1
    return table
