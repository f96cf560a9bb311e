"""The official monthly England series of A&E attendances, four-hour waits and emergency admissions."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from analysis.ingest import checks, descriptions, files, pilots, sheets
from analysis.ingest.checks import Rows
from analysis.ingest.live.ae_official import MONTHS

TABLES = ("ae_england_monthly",)
FILE = rf"(?i)Monthly-AE-Time-?Series-({'|'.join(MONTHS)})-(20\d\d)(?:-.*)?\.xls"
ACTIVITY_FROM, PERFORMANCE_FROM = "2010-08", "2010-11"
GROUP_ROW, HEADING_ROW, FIRST_ROW = 13, 14, 15
ROUNDING = 0.01  # months before June 2015 are made of weeks: fractions of an attendance
SHARE_ROUNDING = 0.0005

_TYPES = (
    "Type 1 Departments - Major A&E",
    "Type 2 Departments - Single Specialty",
    "Type 3 Departments - Other A&E/Minor Injury Unit",
)
_WAIT = "Number of patients spending >{} hours from decision to admit to admission"
ACTIVITY = {
    "B": "Period",
    **dict(zip("CDE", _TYPES, strict=True)),
    "F": "Total Attendances",
    "G": "Emergency Admissions via Type 1 A&E",
    "H": "Emergency Admissions via Type 2 A&E",
    "I": "Emergency Admissions via Type 3 and 4 A&E",
    "J": "Total Emergency Admissions via A&E",
    "K": "Other Emergency Admissions (i.e not via A&E)",
    "L": "Total Emergency Admissions",
    "M": _WAIT.format(4),
    "N": _WAIT.format(12),
}
PERFORMANCE = {
    "B": "Period",
    **dict(zip("CDE", _TYPES, strict=True)),
    "F": "Total Attendances < 4 hours",
    **dict(zip("GHI", _TYPES, strict=True)),
    "J": "Total Attendances > 4 hours",
    "K": "Percentage in 4 hours or less (all)",
    "L": "Percentage in 4 hours or less (type 1)",
}
ACTIVITY_FIELDS = {
    "attendances_type1": "C",
    "type2": "D",
    "type3": "E",
    "attendances": "F",
    "admissions1": "G",
    "admissions2": "H",
    "admissions3": "I",
    "emergency_admissions_ae": "J",
    "emergency_admissions_other": "K",
    "admissions": "L",
    "waits_over_4h_dta": "M",
    "waits_12h_dta": "N",
}
ACTIVITY_TOTALS = {
    "attendances": ["attendances_type1", "type2", "type3"],
    "emergency_admissions_ae": ["admissions1", "admissions2", "admissions3"],
    "admissions": ["emergency_admissions_ae", "emergency_admissions_other"],
}
PERFORMANCE_FIELDS = {
    "within1": "C",
    "within2": "D",
    "within3": "E",
    "within": "F",
    "over_4h_type1": "G",
    "over2": "H",
    "over3": "I",
    "over_4h": "J",
    "share": "K",
    "share1": "L",
}
PERFORMANCE_TOTALS = {
    "within": ["within1", "within2", "within3"],
    "over_4h": ["over_4h_type1", "over2", "over3"],
}
ACTIVITY_GROUPS = {"C": "A&E attendances", "G": "Emergency Admissions"}
PERFORMANCE_GROUPS = {
    "C": "A&E attendances less than 4 hours from arrival to admission, transfer or discharge",
    "G": "A&E attendances greater than 4 hours from arrival to admission, transfer or discharge",
    "K": "Percentage of attendances within 4 hours",
}


def releases(folder: Path) -> list[Path]:
    """Return the time series workbook under `folder`, an empty list without one; DataError for several."""
    path = files.find_one(folder, FILE)
    return [] if path is None else [path]


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `ae_england_monthly`, figures as published (floating-point noise rounded off).

    Raises DataError for another layout, a month that is absent or not over, types that do not add up to
    the total, within plus over four hours other than the attendances (more than them in the months of
    the pilots), or a printed percentage that is not the share of the counts.
    """
    path = releases(folder)[0]
    fits = re.fullmatch(FILE, path.name)
    assert fits is not None
    last = f"{fits[2]}-{MONTHS.index(fits[1].upper()) + 1:02d}"
    checks.over(last, place=path.name)
    grids = sheets.read(path)
    activity, performance = _activity(grids, path.name, last), _performance(grids, path.name, last)
    _check_measured(activity, performance)
    table = activity.frame.merge(performance.frame, on="month", how="left")
    return {"ae_england_monthly": descriptions.tidy(table, "ae_england_monthly").round(6)}


def _activity(grids: dict[str, sheets.Grid], file: str, last: str) -> Rows:
    place, grid = sheets.page(grids, ["Activity"], file=file)
    sheets.check_headings(grid, ACTIVITY_GROUPS, place=place, row=GROUP_ROW)
    sheets.check_headings(grid, ACTIVITY, place=place, row=HEADING_ROW)
    return _series(grid, ACTIVITY_FIELDS, ACTIVITY_TOTALS, place=place, first=ACTIVITY_FROM, last=last)


def _performance(grids: dict[str, sheets.Grid], file: str, last: str) -> Rows:
    place, grid = sheets.page(grids, ["Performance"], file=file)
    sheets.check_headings(grid, PERFORMANCE_GROUPS, place=place, row=GROUP_ROW)
    sheets.check_headings(grid, PERFORMANCE, place=place, row=HEADING_ROW)
    totals = PERFORMANCE_TOTALS
    rows = _series(grid, PERFORMANCE_FIELDS, totals, place=place, first=PERFORMANCE_FROM, last=last)
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
    grid: sheets.Grid,
    fields: dict[str, str],
    totals: dict[str, list[str]],
    *,
    place: str,
    first: str,
    last: str,
) -> Rows:
    """Return the figures of a sheet by month; each of `totals` must be the sum of its parts."""
    cells = sheets.monthly(grid, fields, place=place, row=FIRST_ROW, month="B", first=first, last=last)
    rows = cells.plus(**checks.numbers(cells, fields, missing=()))
    for total, parts in totals.items():
        checks.equal(rows, total, rows[total], rows.frame[parts].sum(axis=1), within=ROUNDING)
    return rows


def _check_measured(activity: Rows, performance: Rows) -> None:
    everyone = activity.frame.set_index("month")
    for part, whole in (
        ("attendances_with_4h", "attendances"),
        ("attendances_type1_with_4h", "attendances_type1"),
    ):
        total = performance["month"].map(everyone[whole])
        unmeasured = total - performance[part]
        tried = performance["month"].between(pilots.FROM, pilots.TO)
        checks.refuse(
            performance,
            (unmeasured < -ROUNDING) | (~tried & (unmeasured > ROUNDING)),
            part,
            f"the {{:,.12g}} {whole} of sheet Activity, or fewer while pilots were left out",
            right=total,
            found=performance[part].map("{:,.12g} within and over four hours".format),
        )
