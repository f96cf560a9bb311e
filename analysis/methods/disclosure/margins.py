"""Which rows and columns of a table are sums of others: by their name, whatever its place or level, or by adding up."""

import re
from collections.abc import Hashable, Iterator

import numpy as np
import pandas as pd

TOTAL = "Total"
BLANK = ("", None)
ADDS = re.compile(  # how totals are called
    r"(?:grand|sub|over|row|column|col)?[\s_-]*(?:totals?|sums?)|(?:total|sum)s?[\s_:-].*|.*[\s_:-](?:totals?|sum)"
    r"|all|all[\s_-].*|any|both|overall|altogether|together|combined|everyone|everybody|everything|whole|entire|margins?|n|base|asked|(?:ins)?gesamt|summe|totale|totaal|\u03a3|\u2211"
)
NEAR = 5  # what a total leaves for each hidden count when it is little: more than chance has a count so near to a sum
Cell = tuple[int, int]


def adds(label: Hashable) -> bool:
    """Tell whether a label, or a level of it, is a name for a total; a label that says nothing is one."""
    nothing = all(part in BLANK or part != part for part in _parts(label))
    return nothing or any(
        isinstance(part, str) and ADDS.fullmatch(_plain(part)) is not None for part in _parts(label)
    )


def sums(labels: pd.Index) -> dict[int, list[int]]:
    """Return, by place of a label that names a total, the places of what it should be the total of.

    With several levels a level that says 'Total', or is blank beside one, stands for all labels of that level.
    """
    whole = [_parts(label) for label in labels]
    named = [adds(label) for label in labels]
    found = {}
    for place, label in enumerate(whole):
        if named[place]:
            fixed = [
                (level, part) for level, part in enumerate(label) if part not in BLANK and not adds(part)
            ]
            found[place] = [
                other
                for other, parts in enumerate(whole)
                if not named[other] and all(parts[level] == part for level, part in fixed)
            ]
    return found


def lines(
    published: pd.DataFrame, values: np.ndarray, hidden: np.ndarray, least: int
) -> Iterator[tuple[bool, list[list[Cell]]]]:
    """Yield the cells that add up, all but the last to the last, of each row or column that is a total, and whether it says so.

    A label TOTAL is taken at its word; another that names a total when nothing shown speaks against it; any other row
    or column when it is the sum of the rest, or of those beside it (two or more), wherever all is shown.
    values: 0 where hidden.
    """
    for turned in (False, True):
        labels = published.index if turned else published.columns
        numbers, masks = (values.T, hidden.T) if turned else (values, hidden)
        named = sums(labels)
        plain = [place for place in range(len(labels)) if place not in named]
        rest = [(place, [other for other in plain if other != place]) for place in plain]
        for place, members in (*named.items(), *rest, *_runs(plain)):
            if not members:
                continue
            word = TOTAL in _parts(labels[place])
            possible, shown, likely = _evidence(numbers, masks, place, members, least)
            enough = place in named or shown or (likely and len(members) == len(plain) - 1)
            if word or (possible and enough):
                cells = [[(row, other) for other in (*members, place)] for row in range(len(numbers))]
                yield word, [[cell[::-1] for cell in line] for line in cells] if turned else cells


def _runs(plain: list[int]) -> Iterator[tuple[int, list[int]]]:
    """Yield each place with the two or more just before it, or just after it, that are not all: what subtotals stand beside."""
    for at, place in enumerate(plain):
        before, after = plain[:at], plain[at + 1 :]
        for length in range(2, len(plain) - 1):
            if length <= len(before):
                yield place, before[-length:]
            if length <= len(after):
                yield place, after[:length]


def total_label(labels: pd.Index) -> Hashable:
    """Return the label of a total beside these labels, with a blank for each further level."""
    return TOTAL if labels.nlevels == 1 else (TOTAL, *[""] * (labels.nlevels - 1))


def _evidence(
    values: np.ndarray, hidden: np.ndarray, place: int, members: list[int], least: int
) -> tuple[bool, bool, bool]:
    """Tell, of a column as the total of others, whether it is possible, whether it is shown, and whether it is likely.

    Possible: where all is shown the others add up to it, and elsewhere it leaves enough for what is hidden. Shown: a
    line in which all is shown adds up, of two numbers or more. Likely: each line that hides some leaves little for it.
    """
    total, added, gaps = values[:, place], values[:, members].sum(axis=1), hidden[:, members].sum(axis=1)
    room = total - added
    complete = ~hidden[:, place] & (gaps == 0)
    partial = ~hidden[:, place] & (gaps > 0)
    possible = (room[complete] == 0).all() and (room[partial] >= least * gaps[partial]).all()
    shown = complete & ((values[:, members] > 0).sum(axis=1) >= 2)
    near = partial & (room < NEAR * gaps) & (added > 0)
    return bool(possible), bool(shown.any()), bool(near.any() and (near == partial).all())


def _parts(label: Hashable) -> tuple:
    return label if isinstance(label, tuple) else (label,)


def _plain(part: str) -> str:
    return re.sub(r"^[^\w\u03a3\u2211]+|[^\w\u03a3\u2211]+$", "", part.casefold().replace("\u03c3", "\u03a3"))
