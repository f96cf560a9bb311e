"""Months as publishers name them in files and on pages."""

import calendar

LONG = {name.upper(): place for place, name in enumerate(calendar.month_name) if name}
SHORT = {name.upper(): place for place, name in enumerate(calendar.month_abbr) if name}
NAMES, BRIEF = "|".join(LONG), "|".join(SHORT)  # for patterns that take capital and small letters as one


def dated(name: str, year: str) -> str:
    """Return the month 'YYYY-MM' of its name, whole or its first three letters, and its year, of four digits or two."""
    return f"20{year[-2:]}-{SHORT[name[:3].upper()]:02d}"
