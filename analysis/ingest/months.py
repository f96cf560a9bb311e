"""Months as publishers name them in files and on pages."""

import calendar
import re

import pandas as pd

LONG = {name.upper(): place for place, name in enumerate(calendar.month_name) if name}
SHORT = {name.upper(): place for place, name in enumerate(calendar.month_abbr) if name}
NAMES, BRIEF = "|".join(LONG), "|".join(SHORT)  # for patterns that take capital and small letters as one


def dated(name: str, year: str) -> str:
    """Return the month 'YYYY-MM' of its name, whole or its first three letters, and its year, of four digits or two."""
    return f"20{year[-2:]}-{SHORT[name[:3].upper()]:02d}"


def stated(pattern: str, name: str) -> str | None:
    """Return the month 'YYYY-MM' that a file's name states, whose groups are month and year; None for another name."""
    fits = re.fullmatch(pattern, name)
    known = fits is not None and (fits[1] or "")[:3].upper() in SHORT
    return dated(fits[1], fits[2]) if fits and known else None


def span(first: str, last: str) -> list[str]:
    """Return every month 'YYYY-MM' from one to another."""
    return [str(month) for month in pd.period_range(first, last, freq="M")]
