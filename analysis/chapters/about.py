"""What the reader should know of the tables, made from their descriptions."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis import data
from analysis.present import words


def descriptions() -> list[dict[str, Any]]:
    """Return the descriptions of all tables."""
    return [data.describe(name) for name in data.tables()]


def tables() -> pd.DataFrame:
    """Return, as texts, one row a table: what it holds, its status, its coverage and its size."""
    rows = [
        {
            "Table": one["name"],
            "What it holds": one["title"],
            "Status": one["status"],
            "From": one["coverage"].get("from"),
            "To": one["coverage"].get("to"),
            "Rows": words.number(one["rows"]),
        }
        for one in descriptions()
    ]
    return pd.DataFrame(rows)


def publishers() -> pd.DataFrame:
    """Return, as texts, publisher, publication, page and licence of each table."""
    headings = {"name": "Table", "publisher": "Publisher", "publication": "Publication"}
    headings |= {"page": "Official page", "licence": "Licence"}
    return pd.DataFrame(descriptions())[list(headings)].rename(columns=headings)


def breaks() -> pd.DataFrame:
    """Return, as texts, one row a known break or limit of a table."""
    rows = [(one["name"], text) for one in descriptions() for text in one["breaks"]]
    return pd.DataFrame(rows, columns=["Table", "Known break or limit"])


def indicators() -> pd.DataFrame:
    """Return, as texts, the catalogue of indicators."""
    frame = data.load("indicators")
    return pd.DataFrame(
        {
            "Indicator": frame["title"],
            "Definition": frame["definition"],
            "Better": frame["direction"],
            "Family": frame["family"],
            "Primary": frame["primary"].map({True: "yes", False: "no"}),
            "Known breaks": frame["breaks"],
        }
    )
