"""Words, numbers, tables and figures for readers. No statistics here."""

from analysis.present.figures import WIDE, Figure, figure
from analysis.present.tables import Table, table
from analysis.present.words import (
    day,
    estimate,
    interval,
    join,
    month,
    number,
    period,
    plural,
    put,
    quarter,
)

__all__ = [
    "WIDE",
    "Figure",
    "Table",
    "day",
    "estimate",
    "figure",
    "interval",
    "join",
    "month",
    "number",
    "period",
    "plural",
    "put",
    "quarter",
    "table",
]
