"""The official monthly England series of A&E attendances, four-hour waits and emergency admissions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import DataError
from analysis.ingest import release, workbook
from analysis.ingest.ae_official import MONTHS, PILOT_FROM, PILOT_TO

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
    "C": "attendances_type1",
    "D": "type2",
    "E": "type3",
    "F": "attendances",
    "G": "admissions1",
    "H": "admissions2",
    "I": "admissions3",
    "J": "emergency_admissions_ae",
    "K": "emergency_admissions_other",
    "L": "admissions",
    "M": "waits_over_4h_dta",
    "N": "waits_12h_dta",
}
PERFORMANCE_FIELDS = {
    "C": "within1",
    "D": "within2",
    "E": "within3",
    "F": "within",
    "G": "over_4h_type1",
    "H": "over2",
    "I": "over3",
    "J": "over_4h",
    "K": "share",
    "L": "share1",
}
ACTIVITY_GROUPS = {"C": "A&E attendances", "G": "Emergency Admissions"}
PERFORMANCE_GROUPS = {
    "C": "A&E attendances less than 4 hours from arrival to admission, transfer or discharge",
    "G": "A&E attendances greater than 4 hours from arrival to admission, transfer or discharge",
    "K": "Percentage of attendances within 4 hours",
}


def _field(name: str, description: str, unit: str) -> dict[str, Any]:
    limits = {"minimum": 0}
    return {"name": name, "type": "number", "unit": unit, "description": description, "constraints": limits}


RESOURCES: tuple[dict[str, Any], ...] = (
    {
        "name": "ae_england_monthly",
        "path": "ae_england_monthly.csv",
        "title": "A&E attendances, four-hour waits and emergency admissions, England, monthly",
        "status": "official",
        "publisher": "NHS England",
        "publication": "A&E Attendances and Emergency Admissions: monthly time series",
        "page": "https://www.england.nhs.uk/statistics/statistical-work-areas/ae-waiting-times-and-activity/",
        "licence": "OGL v3.0",
        "description": (
            "The national benchmark, provider basis. Booked appointments are in the totals from August 2020. "
            "The share over four hours is over_4h / attendances_with_4h."
        ),
        "breaks": [
            "November 2010 to May 2015 are made by NHS England from weekly returns: fractions.",
            "From May 2019 to May 2023 the four-hour counts leave out the fourteen pilot trusts: divide by "
            "attendances_with_4h, not by attendances.",
            "Type 3 attendances fall short from August 2022 to February 2023 (cyber-attack).",
        ],
        "obtained": (
            "as collected in the public repository Pablo-source/targets-test, commit "
            "2594791b41c9f3928fbb85d534bd5b71dc294a46, unaltered"
        ),
        "period": "month",
        "rules": [
            {"left": "attendances_type1", "op": "<=", "right": "attendances"},
            {"left": "over_4h", "op": "<=", "right": "attendances_with_4h"},
            {"left": "over_4h_type1", "op": "<=", "right": "attendances_type1_with_4h"},
            {"left": "waits_12h_dta", "op": "<=", "right": "waits_over_4h_dta"},
        ],
        "schema": {
            "fields": [
                {
                    "name": "month",
                    "type": "yearmonth",
                    "description": "Calendar month.",
                    "constraints": {"required": True, "minimum": ACTIVITY_FROM},
                },
                _field("attendances", "Attendances, all types and all providers.", "attendances"),
                _field("attendances_type1", "Attendances at major A&E (type 1).", "attendances"),
                _field(
                    "attendances_with_4h",
                    "Attendances of the providers with four-hour figures, from November 2010.",
                    "attendances",
                ),
                _field("over_4h", "Of these, over four hours from arrival to departure.", "attendances"),
                _field("attendances_type1_with_4h", "The same, type 1.", "attendances"),
                _field("over_4h_type1", "Of these, over four hours.", "attendances"),
                _field("emergency_admissions_ae", "Emergency admissions via A&E, all types.", "admissions"),
                _field("emergency_admissions_other", "Emergency admissions not via A&E.", "admissions"),
                _field(
                    "waits_over_4h_dta",
                    "Patients who waited over 4 hours from decision to admit, over 12 hours included.",
                    "patients",
                ),
                _field(
                    "waits_12h_dta", "Patients who waited over 12 hours from decision to admit.", "patients"
                ),
            ],
            "primaryKey": ["month"],
            "missingValues": [""],
        },
    },
)


def releases(folder: Path) -> list[Path]:
    """Return the time series workbook under `folder`, an empty list without one; DataError for several."""
    path = release.find_one(folder, FILE)
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
    if last >= pd.Timestamp.today().strftime("%Y-%m"):
        raise DataError(path.name, found=last, allowed="a month that is over, in the file name")
    grids = workbook.old_excel(path)
    activity = _activity(grids, release=path.name, last=last)
    performance = _performance(grids, release=path.name, last=last)
    _check_measured(activity, performance, release=path.name)
    table = activity.merge(performance, on="month", how="left")
    names = [field["name"] for field in RESOURCES[0]["schema"]["fields"]]
    return {"ae_england_monthly": table[names].round(6)}


def _activity(grids: dict[str, workbook.Grid], *, release: str, last: str) -> pd.DataFrame:
    name, grid = f"{release}, sheet Activity", workbook.sheet(grids, "Activity", release=release)
    workbook.check_headings(grid, ACTIVITY_GROUPS, release=name, row=GROUP_ROW)
    workbook.check_headings(grid, ACTIVITY, release=name, row=HEADING_ROW)
    fields = ACTIVITY_FIELDS
    frame = workbook.monthly(
        grid, fields, release=name, row=FIRST_ROW, month="B", first=ACTIVITY_FROM, last=last
    )
    for column, parts in (
        ("F", ["attendances_type1", "type2", "type3"]),
        ("J", ["admissions1", "admissions2", "admissions3"]),
        ("L", ["emergency_admissions_ae", "emergency_admissions_other"]),
    ):
        total = frame[fields[column]]
        workbook.check_equal(total, frame[parts].sum(axis=1), release=name, column=column, within=ROUNDING)
    return frame


def _performance(grids: dict[str, workbook.Grid], *, release: str, last: str) -> pd.DataFrame:
    name, grid = f"{release}, sheet Performance", workbook.sheet(grids, "Performance", release=release)
    workbook.check_headings(grid, PERFORMANCE_GROUPS, release=name, row=GROUP_ROW)
    workbook.check_headings(grid, PERFORMANCE, release=name, row=HEADING_ROW)
    fields = PERFORMANCE_FIELDS
    frame = workbook.monthly(
        grid, fields, release=name, row=FIRST_ROW, month="B", first=PERFORMANCE_FROM, last=last
    )
    for column, parts in (
        ("F", ["within1", "within2", "within3"]),
        ("J", ["over_4h_type1", "over2", "over3"]),
    ):
        total = frame[fields[column]]
        workbook.check_equal(total, frame[parts].sum(axis=1), release=name, column=column, within=ROUNDING)
    frame["attendances_with_4h"] = frame["within"] + frame["over_4h"]
    frame["attendances_type1_with_4h"] = frame["within1"] + frame["over_4h_type1"]
    for column, part, whole in (
        ("K", "within", "attendances_with_4h"),
        ("L", "within1", "attendances_type1_with_4h"),
    ):
        share = frame[part] / frame[whole]
        workbook.check_equal(frame[fields[column]], share, release=name, column=column, within=SHARE_ROUNDING)
    return frame


def _check_measured(activity: pd.DataFrame, performance: pd.DataFrame, *, release: str) -> None:
    everyone = activity.set_index("month")
    for part, whole in (
        ("attendances_with_4h", "attendances"),
        ("attendances_type1_with_4h", "attendances_type1"),
    ):
        total = performance["month"].map(everyone[whole])
        unmeasured = total - performance[part]
        pilots = performance["month"].between(PILOT_FROM, PILOT_TO)
        bad = (unmeasured < -ROUNDING) | (~pilots & (unmeasured > ROUNDING))
        if bad.any():
            row = bad.idxmax()
            found = f"{performance.loc[row, part]:g} within and over four hours"
            allowed = f"the {total[row]:g} {whole} of sheet Activity, or fewer while pilots were left out"
            raise DataError(
                f"{release}, sheet Performance", row=row, column=part, found=found, allowed=allowed
            )
