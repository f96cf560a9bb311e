"""The name beside a code in a release, against the names that we hold: a code that took another trust's name."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import pandas as pd

from analysis.ingest.checks import Rows
from analysis.ingest.unlike import Unlike

COMMON = {"THE", "NHS", "FOUNDATION", "TRUST", "AND", "OF"}
Held = tuple[dict[str, str], dict[str, str], list[Unlike]]  # codes by name, names by code, what was found
_HELD: ContextVar[Held | None] = ContextVar("held names", default=None)


@contextmanager
def compared(known: pd.DataFrame) -> Iterator[list[Unlike]]:
    """Compare the names in the releases that are read meanwhile with `known` (`name` by code); give what differs."""
    found: list[Unlike] = []
    names = {str(code): str(name) for code, name in known["name"].items()}
    token = _HELD.set(({plain(name): code for code, name in names.items()}, names, found))
    try:
        yield found
    finally:
        _HELD.reset(token)


def note(rows: Rows, code: str, name: str) -> None:
    """Take down the rows whose `name` is the one that we hold for another trust than `code`."""
    held = _HELD.get()
    if held is None:
        return
    codes, names, found = held
    for row, own, told in zip(rows.frame.index, rows[code], rows[name], strict=True):
        other = codes.get(plain(told), own)
        if other != own and own in names:
            said = f"{own} is called {str(told)[:80]!r}, as we call {other}; we hold {names[own]!r}"
            found.append(Unlike("names", f"{rows.place}, row {row}: {said}"))


def plain(name: object) -> str:
    """Return the telling words of a trust's name, in capitals, by which two spellings are one."""
    words = re.sub(r"[^A-Z0-9 ]", " ", str(name).upper().replace("&", " AND ").replace("'", ""))
    return " ".join(word for word in words.split() if word not in COMMON)
