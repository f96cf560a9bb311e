"""Positions of selections in a text: characters, or UTF-16 units turned into characters."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from xml.etree.ElementTree import Element

import pandas as pd

from analysis.methods.coding.project import CodedError

COUNTED = ("characters", "utf16")
LAST_PLANE = 0xFFFF  # characters above it take two UTF-16 units
TELLING = 8  # letters of a selection's name needed before it tells how positions count


def spans(
    elements: Sequence[Element], text: str, place: str, count: str
) -> list[tuple[Element, tuple[int, int]]]:
    """Return each selection with its start and end in characters, end exclusive.

    Raises CodedError for a position that is no whole number, lies outside the text, is not below the end or
    splits a character, and where the file shows that `count` is not what its positions count.
    """
    units = list(accumulate((2 if ord(sign) > LAST_PLANE else 1 for sign in text), initial=0))
    wide = units[-1] > len(text)
    pairs = [(one, _pair(one, place)) for one in elements]
    if wide:
        _check_count(pairs, text, units, place, count)
    limit = units[-1] if count == "utf16" else len(text)
    found = []
    for one, (start, end) in pairs:
        name = one.get("guid")  # not its name, which is often the text itself
        if not 0 <= start < end <= limit:
            hint = ""
            if wide and count == "characters" and end <= units[-1]:
                hint = " The positions may count UTF-16 units: read with count='utf16'."
            raise CodedError(
                f"{place}, selection {name!r}: positions {start} to {end}. Allowed: start below end, both within 0 "
                f"to {limit}.{hint}"
            )
        if count == "utf16" and wide:
            places = _characters(units, start, end)
            if places is None:
                raise CodedError(
                    f"{place}, selection {name!r}: positions {start} to {end} split a character."
                )
            start, end = places
        found.append((one, (start, end)))
    return found


def notes(texts: dict[str, str], codings: pd.DataFrame, codes: pd.DataFrame, count: str) -> Iterator[str]:
    """Yield what a reader of the project should know."""
    wide = [name for name, text in texts.items() if any(ord(sign) > LAST_PLANE for sign in text)]
    if wide:
        yield (
            f"{len(wide)} sources have characters beyond the basic plane (emoji, for example); positions were read "
            f"as {'UTF-16 units' if count == 'utf16' else 'characters'}."
        )
    if codings["coder"].isna().any():
        yield f"{int(codings['coder'].isna().sum())} codings do not say who made them."
    repeated = codings.duplicated(["source", "start", "end", "code", "coder"])
    if repeated.any():
        yield f"{int(repeated.sum())} codings repeat another of the same coder, code and stretch of text."
    closed = set(codes.loc[~codes["codable"].astype(bool), "label"]) & set(codings["code"])
    if closed:
        yield f"Codes marked as not for coding were used: {', '.join(sorted(closed))}."


def _pair(element: Element, place: str) -> tuple[int, int]:
    numbers = []
    for key in ("startPosition", "endPosition"):
        found = element.get(key)
        if found is None or not re.fullmatch(r"[0-9]{1,12}", found):
            name = element.get("guid")
            raise CodedError(
                f"{place}, selection {name!r}: {key} is {found!r}. Allowed: a whole number, 0 or more."
            )
        numbers.append(int(found))
    return numbers[0], numbers[1]


def _characters(units: list[int], start: int, end: int) -> tuple[int, int] | None:
    places = bisect_left(units, start), bisect_left(units, end)
    if places[1] >= len(units) or (units[places[0]], units[places[1]]) != (start, end):
        return None
    return places


def _check_count(
    pairs: list[tuple[Element, tuple[int, int]]], text: str, units: list[int], place: str, count: str
) -> None:
    """Refuse when names of selections, which many programs cut from the text, fit only the other way to count."""
    fits = dict.fromkeys(COUNTED, 0)
    for one, (start, end) in pairs:
        name = (one.get("name") or "").rstrip(".… ")
        if len(name) < TELLING:
            continue
        places = _characters(units, start, end)
        read = {
            "characters": text[start:end].startswith(name),
            "utf16": places is not None and text[slice(*places)].startswith(name),
        }
        if read["characters"] != read["utf16"]:
            fits["characters" if read["characters"] else "utf16"] += 1
    other = COUNTED[1 - COUNTED.index(count)]
    if fits[other] and not fits[count]:
        raise CodedError(
            f"{place}: the names of {fits[other]} selections fit their text only when positions count {other!r}. "
            f"Read with count={other!r}."
        )
