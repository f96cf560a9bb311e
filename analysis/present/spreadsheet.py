"""Numbers and texts that a reader opens in a spreadsheet: no cell of them can run there."""

import re
import unicodedata
from urllib.parse import quote

import pandas as pd

UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0"  # letters and marks without a picture
NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")


def inert(cell: object) -> object:
    """Return a cell with an apostrophe before a text that a spreadsheet would run; numbers stay numbers."""
    if isinstance(cell, str) and _runs(cell) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _runs(cell: str) -> bool:
    """Whether the first sign that is seen begins a formula, in a wide or small form too."""
    if cell[:1].isascii() and cell[:1].isalnum():
        return False
    seen = next((sign for sign in cell if not _unseen(sign)), "")
    return unicodedata.normalize("NFKC", seen)[:1] in ("=", "+", "-", "@") or cell[:1] in ("\t", "\r", "\n")


def _unseen(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "CZ" or sign in UNSEEN or "\ufe00" <= sign <= "\ufe0f"


def quoted(cell: object) -> str:
    """Return a cell as `inert` has it, in quotes."""
    return '"' + str(inert(cell)).replace('"', '""') + '"'


def to_csv(frame: pd.DataFrame, *, float_format: str | None = None) -> str:
    """Return a frame as CSV for readers: its columns without the index, cells and headings as `inert` has them."""
    texts = [at for at, kind in enumerate(frame.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    out = frame.copy()
    for at in texts:
        if not pd.api.types.is_datetime64_any_dtype(frame.dtypes.iloc[at]):
            out.isetitem(at, frame.iloc[:, at].astype("object").map(inert))
    named = out.set_axis([inert(name) for name in frame], axis=1)
    return named.to_csv(index=False, lineterminator="\n", float_format=float_format)


def address(frame: pd.DataFrame) -> str:
    """Return the address of a link that holds a frame as CSV."""
    return f"data:text/csv;charset=utf-8,{quote(to_csv(frame))}"
