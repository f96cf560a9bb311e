"""Positions of selections in a text: what they count, and the characters that they stand for."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from xml.etree.ElementTree import Element

import pandas as pd

from analysis.methods import arguments

COUNTED = ("characters", "utf16", "characters-lf", "utf16-lf", "characters-crlf", "utf16-crlf")
WORDS = {
    "characters": "characters",
    "utf16": "UTF-16 units",
    "lf": ", a line end of CR LF as one",
    "crlf": ", a line end of LF as two",
}
LAST_PLANE = 0xFFFF  # characters above it take two UTF-16 units
TELLING = 8  # letters of a selection's name needed before it tells how positions count
CLEAR = 0.8  # share of word edges that a reading must meet before it is taken for that


@dataclass(frozen=True, slots=True, order=True)
class Fit:
    """How well a way to count fits: names met, less the selections that no text lies at, then word edges met."""

    names: int
    outside: int  # negative
    edges: int


def ways(texts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ways to count that differ on these texts, the standard's own first."""
    wide = any(ord(sign) > LAST_PLANE for text in texts.values() for sign in text)
    two = any("\r\n" in text for text in texts.values())
    one = any(re.search(r"(?<!\r)\n", text) for text in texts.values())
    ends = {"": True, "lf": two, "crlf": one}
    return tuple(
        way for way in COUNTED if (wide or way.startswith("characters")) and ends[way.partition("-")[2]]
    )


def reading(marked: Mapping[str, Sequence[Element]], texts: Mapping[str, str]) -> tuple[str, str]:
    """Return how the positions of a project count, and a note when it is not the standard's way.

    marked: selections by source; texts: by source. Each way is scored against the names of selections, which many
    programs cut from the text, and against word edges; another way than characters must fit strictly better.
    """
    spots = {
        source: [(_name(one), *pair) for one in elements if not isinstance(pair := _pair(one), str)]
        for source, elements in marked.items()
    }
    possible = ways(texts)
    fits = {way: _fit(spots, texts, way) for way in possible}
    first = possible[0]
    most = 2 * sum(len(rows) for rows in spots.values())
    best = max(possible, key=lambda way: (fits[way], -possible.index(way)))
    surer = (fits[best].names, fits[best].outside) > (fits[first].names, fits[first].outside)
    if fits[best] <= fits[first] or not (surer or fits[best].edges >= CLEAR * most):
        return first, ""
    told = f"{fits[best].edges:,} of {most:,} ends of selections lie at word edges so, {fits[first].edges:,} as characters"
    return best, f"Positions were read as {in_words(best)}: {told}."


def in_words(way: str) -> str:
    """Return a way to count in words."""
    unit, _, end = way.partition("-")
    return WORDS[unit] + (WORDS[end] if end else "")


def spans(
    elements: Sequence[Element], text: str, count: str
) -> Iterator[tuple[Element, tuple[int, int] | str]]:
    """Yield each selection with its start and end in characters, end exclusive, or why it holds no text."""
    offsets = _offsets(text, count)
    for one in elements:
        pair = _pair(one)
        if isinstance(pair, str):
            yield one, pair
            continue
        start, end = pair
        found = _characters(offsets, start, end) if start <= end <= offsets[-1] else None
        if start == end:
            yield one, "it is empty"
        elif start > end:
            yield one, f"it ends at {end:,}, before its start at {start:,}"
        elif end > offsets[-1]:
            yield one, f"it ends at {end:,}, and the text at {offsets[-1]:,}, counting {in_words(count)}"
        else:
            yield one, found or f"positions {start:,} to {end:,} split a character"


def notes(texts: dict[str, str], codings: pd.DataFrame, codes: pd.DataFrame, count: str) -> Iterator[str]:
    """Yield what a reader of the project should know."""
    wide = [name for name, text in texts.items() if any(ord(sign) > LAST_PLANE for sign in text)]
    if wide:
        yield (
            f"{len(wide):,} sources have characters beyond the basic plane (emoji, for example); positions were read "
            f"as {in_words(count)}."
        )
    if codings["coder"].isna().any():
        yield f"{int(codings['coder'].isna().sum()):,} codings do not say who made them."
    repeated = codings.duplicated(["source", "start", "end", "code", "coder"])
    if repeated.any():
        yield f"{int(repeated.sum()):,} codings repeat another of the same coder, code and stretch of text."
    closed = set(codes.loc[~codes["codable"].astype(bool), "label"]) & set(codings["code"])
    if closed:
        yield f"Codes marked as not for coding were used: {', '.join(sorted(closed))}."


def _pair(element: Element) -> tuple[int, int] | str:
    """Return start and end as written, or what is wrong with them."""
    numbers = []
    for key in ("startPosition", "endPosition"):
        found = element.get(key)
        if found is None or not re.fullmatch(r"[0-9]{1,12}", found):
            return f"its {key} is {arguments.shown(found)}, no whole number of 0 or more"
        numbers.append(int(found))
    return numbers[0], numbers[1]


def _offsets(text: str, way: str) -> list[int]:
    """Return where each character, and the end, lies in this way to count."""
    unit, _, end = way.partition("-")
    sizes = [2 if unit == "utf16" and ord(sign) > LAST_PLANE else 1 for sign in text]
    for match in re.finditer(r"\r?\n", text) if end else ():
        if end == "lf" and len(match.group()) == 2:
            sizes[match.start()] = 0
        elif end == "crlf" and len(match.group()) == 1:
            sizes[match.start()] = 2
    return list(accumulate(sizes, initial=0))


def _characters(offsets: list[int], start: int, end: int) -> tuple[int, int] | None:
    places = bisect_left(offsets, start), bisect_left(offsets, end)
    if places[1] >= len(offsets) or (offsets[places[0]], offsets[places[1]]) != (start, end):
        return None
    return places


def _name(element: Element) -> str:
    return " ".join((element.get("name") or "").rstrip(".… ").split())


def _fit(spots: Mapping[str, list[tuple[str, int, int]]], texts: Mapping[str, str], way: str) -> Fit:
    names = outside = edges = 0
    for source, rows in spots.items():
        text = texts[source]
        offsets = _offsets(text, way)
        for name, start, end in rows:
            found = _characters(offsets, start, end)
            if found is None:
                outside += 1
                continue
            words = " ".join(text[slice(*found)].split())
            names += len(name) >= TELLING and words.startswith(name)
            edges += _edges(text, *found)
    return Fit(names, -outside, edges)


def _edges(text: str, start: int, end: int) -> int:
    """Return how many ends of a stretch lie at a word's edge: a sign that is no blank, beside no letter of its word."""
    if start >= end:
        return 0
    first, last = text[start], text[end - 1]
    opens = not first.isspace() and not (start and first.isalnum() and text[start - 1].isalnum())
    closes = not last.isspace() and not (end < len(text) and last.isalnum() and text[end].isalnum())
    return opens + closes
