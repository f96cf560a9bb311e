"""Sentences and tables about one trust. The page fills the same templates, so both say the same."""

import pandas as pd

from analysis.chapters.lookup import chart
from analysis.chapters.lookup.chart import Chart
from analysis.chapters.lookup.series import STATES
from analysis.present import words


def table(found: Chart) -> pd.DataFrame:
    """Return a chart as texts, newest first: period, figure, mean, limits, what the point is, and which stretch."""
    rows = []
    for when, row in found.frame[::-1].iterrows():
        stretch = found.cuts[int(row["stretch"])]
        numbers = [words.number(row[part], found.unit) for part in ("centre", "lower", "upper")]
        seen, reason = pd.notna(row["value"]), stretch["reason"]
        signal = chart.SIGNAL_WORDS.get((row["signal"], row["direction"]), "no signal") if seen else ""
        value = words.number(row["value"], found.unit) if seen else absence(row["state"], row["note"])
        told = f"no limits: {reason}" if reason else signal
        rows.append([chart.period(when, found.grain), value, *numbers, told, stretch["label"]])
    columns = ["Period", "Figure", "Mean", "Lower limit", "Upper limit", "Signal", "Stretch"]
    return pd.DataFrame(rows, columns=columns)


def absence(state: str, note: object) -> str:
    """Say why a period has no figure: the flag of the table, or what its state means."""
    mark = "[c] " if state == "suppressed" else ""
    return mark + (str(note) if isinstance(note, str) else STATES[state])
