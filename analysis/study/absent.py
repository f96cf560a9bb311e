"""Months that a table's description says are not at hand, as far as the table still lacks them."""

import pandas as pd

from analysis import data
from analysis.present import words


def spans(name: str) -> list[tuple[str, str]]:
    """Return the first and last month ('YYYY-MM') of each stretch that a table still lacks, in order.

    Only what its description names as not at hand counts; a table whose files have come lacks nothing. By quarter
    a month stands for the quarter that ends with it.
    """
    about = data.describe(name)
    stated = about.get("not_at_hand")
    if stated is None:
        return []
    held = set(data.load(name)[about["period"]].astype("str"))
    out: list[tuple[str, str]] = []
    for month in map(str, pd.period_range(stated["from"], stated["to"], freq="M")):
        if month in held:
            continue
        if out and str(pd.Period(out[-1][1], freq="M") + 1) == month:
            out[-1] = (out[-1][0], month)
        else:
            out.append((month, month))
    return out


def told(name: str) -> str:
    """Return the stretches as a reader is told them, 'April 2024 to March 2025 and June 2026'; '' for none."""
    stretches = [
        words.month(first) if first == last else f"{words.month(first)} to {words.month(last)}"
        for first, last in spans(name)
    ]
    return words.join(stretches) if stretches else ""
