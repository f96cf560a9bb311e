"""The official monthly England series of A&E attendances, four-hour waits and emergency admissions."""

from pathlib import Path

import pandas as pd

from analysis.data import exact
from analysis.ingest import checks, descriptions, files, months, pilots, sheets
from analysis.ingest.checks import Rows

TABLES = ("ae_england_monthly",)
FILE = rf"(?i)Monthly-AE-Time-?Series-({months.NAMES})-(20\d\d)(?:-.*)?\.xls"
ACTIVITY_FROM, PERFORMANCE_FROM = "2010-08", "2010-11"
GROUP_ROW, HEADING_ROW = 13, 14
ROUNDING = 0.01  # months before June 2015 are made of weeks: fractions of an attendance
SHARE_ROUNDING = 0.0005

_TYPES = (
    "Type 1 Departments - Major A&E",
    "Type 2 Departments - Single Specialty",
    "Type 3 Departments - Other A&E/Minor Injury Unit",
)
_WAIT = "Number of patients spending >{} hours from decision to admit to admission"
# Field: column and heading.
ACTIVITY = {
    "attendances_type1": ("C", _TYPES[0]),
    "type2": ("D", _TYPES[1]),
    "type3": ("E", _TYPES[2]),
    "attendances": ("F", "Total Attendances"),
    "admissions1": ("G", "Emergency Admissions via Type 1 A&E"),
    "admissions2": ("H", "Emergency Admissions via Type 2 A&E"),
    "admissions3": ("I", "Emergency Admissions via Type 3 and 4 A&E"),
    "emergency_admissions_ae": ("J", "Total Emergency Admissions via A&E"),
    "emergency_admissions_other": ("K", "Other Emergency Admissions (i.e not via A&E)"),
    "admissions": ("L", "Total Emergency Admissions"),
    "waits_over_4h_dta": ("M", _WAIT.format(4)),
    "waits_12h_dta": ("N", _WAIT.format(12)),
}
ACTIVITY_TOTALS = {
    "attendances": ["attendances_type1", "type2", "type3"],
    "emergency_admissions_ae": ["admissions1", "admissions2", "admissions3"],
    "admissions": ["emergency_admissions_ae", "emergency_admissions_other"],
}
PERFORMANCE = {
    "within1": ("C", _TYPES[0]),
    "within2": ("D", _TYPES[1]),
    "within3": ("E", _TYPES[2]),
    "within": ("F", "Total Attendances < 4 hours"),
    "over_4h_type1": ("G", _TYPES[0]),
    "over2": ("H", _TYPES[1]),
    "over3": ("I", _TYPES[2]),
    "over_4h": ("J", "Total Attendances > 4 hours"),
    "share": ("K", "Percentage in 4 hours or less (all)"),
    "share1": ("L", "Percentage in 4 hours or less (type 1)"),
}
PERFORMANCE_TOTALS = {
    "within": ["within1", "within2", "within3"],
    "over_4h": ["over_4h_type1", "over2", "over3"],
}
GROUPS = {
    "Activity": {"C": "A&E attendances", "G": "Emergency Admissions"},
    "Performance": {
        "C": "A&E attendances less than 4 hours from arrival to admission, transfer or discharge",
        "G": "A&E attendances greater than 4 hours from arrival to admission, transfer or discharge",
        "K": "Percentage of attendances within 4 hours",
    },
}


def releases(folder: Path) -> list[Path]:
    """Return the time series workbook under `folder`, an empty list without one; DataError for several."""
    return files.named(folder, FILE)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `ae_england_monthly`, figures as published (floating-point noise rounded off).

    Raises DataError for another layout, a month that is absent or not over, types that do not add up to
    the total, within plus over four hours other than the attendances (more than them in the months of
    the pilots), or a printed percentage that is not the share of the counts.
    """
    path = releases(folder)[0]
    last = str(months.stated(FILE, path.name))
    checks.over(last, place=path.name)
    grids, of = sheets.read(path), {"file": path.name, "last": last}
    activity = _series(grids, "Activity", ACTIVITY, ACTIVITY_TOTALS, first=ACTIVITY_FROM, **of)
    shares = _series(grids, "Performance", PERFORMANCE, PERFORMANCE_TOTALS, first=PERFORMANCE_FROM, **of)
    performance = _performance(shares)
    _check_measured(activity, performance)
    table = activity.frame.merge(performance.frame, on="month", how="left")
    return {"ae_england_monthly": descriptions.tidy(table, "ae_england_monthly").round(6)}


def _performance(rows: Rows) -> Rows:
    """Return the figures with their denominators; a printed percentage must be the share of the counts."""
    rows = rows.plus(
        attendances_with_4h=rows["within"] + rows["over_4h"],
        attendances_type1_with_4h=rows["within1"] + rows["over_4h_type1"],
    )
    for column, part, whole in (
        ("share", "within", "attendances_with_4h"),
        ("share1", "within1", "attendances_type1_with_4h"),
    ):
        checks.equal(rows, column, rows[column], rows[part] / rows[whole], within=SHARE_ROUNDING)
    return rows


def _series(
    grids: dict[str, sheets.Grid],
    name: str,
    columns: dict[str, tuple[str, str]],
    totals: dict[str, list[str]],
    *,
    file: str,
    first: str,
    last: str,
) -> Rows:
    """Return the figures of a sheet by month; each of `totals` must be the sum of its parts."""
    place, grid = sheets.page(grids, [name], file=file)
    sheets.check_headings(grid, GROUPS[name], place=place, row=GROUP_ROW)
    sheets.check_headings(grid, {"B": "Period"}, place=place, row=HEADING_ROW)
    cells = sheets.monthly(grid, columns, place=place, row=HEADING_ROW, month="B", first=first, last=last)
    rows = cells.plus(**checks.numbers(cells, columns, missing=()))
    for total, parts in totals.items():
        checks.equal(rows, total, rows[total], rows.frame[parts].sum(axis=1), within=ROUNDING)
    return rows


def _check_measured(activity: Rows, performance: Rows) -> None:
    everyone = activity.frame.set_index("month")
    tried = performance["month"].between(pilots.FROM, pilots.TO)
    for whole in ("attendances", "attendances_type1"):
        part = f"{whole}_with_4h"
        total = performance["month"].map(everyone[whole])
        unmeasured = total - performance[part]
        wrong = (unmeasured < -ROUNDING) | (~tried & (unmeasured > ROUNDING))
        allowed = f"the {{}} {whole} of sheet Activity, or fewer while pilots were left out"
        found = performance[part].map(exact) + " within and over four hours"
        checks.refuse(performance, wrong, part, allowed, right=total.map(exact), found=found)
