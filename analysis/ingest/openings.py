"""What openings and closures of trusts on record say of the trusts of a period."""

import re
from collections.abc import Iterator

import pandas as pd

TRUST = r"R[A-Z0-9]{2}|T[A-Z]{2}"


def in_change(known: pd.DataFrame, now: str) -> list[str]:
    """Return the trusts that close within a year of a period, or opened in the year before: their figures run out, or in."""
    first, last = (f"{int(now[:4]) + way}{now[4:]}" for way in (-1, 1))
    new = known["opened"].between(first, f"{now}-99")
    return list(known.index[known["closed"].between(first, f"{last}-99") | new])


def moved(
    old: set[str], new: set[str], known: pd.DataFrame, before: str, now: str, summed: bool
) -> Iterator[str]:
    """Yield trusts that are gone without a closure on record, that nobody knows, or that come back closed."""
    soon = f"{int(now[:4]) + 1}{now[4:]}-99"  # what is about to close may have left before
    for code in sorted(old - new) if not summed else ():
        if code not in known.index or not "" < known.at[code, "closed"] < soon:
            name = known["name"].get(code, "no trust of the table organisations")
            yield f"{code} ({name}) is gone, and no closure is on record"
    for code in sorted(new - old):
        if code not in known.index and re.fullmatch(TRUST, code):
            yield f"{code} is new and no trust of the table organisations"
        elif code in known.index and "" < known.at[code, "closed"] < before:
            yield f"{code} ({known.at[code, 'name']}) is new, and closed on {known.at[code, 'closed']}"
