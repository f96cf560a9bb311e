"""Read the monthly A&E workbooks by provider, June 2015 on: where a month has no CSV file."""

import calendar
import datetime
import re
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, months, naming, pilots, sheets
from analysis.ingest.checks import Rows, text
from analysis.ingest.sheets import Sheet

WORKBOOK = rf"(?i)(?:Monthly-)?(?:AE-)?({months.NAMES})-(20\d\d)(?:-.*)?\.xlsx?"
SHEETS = ("Provider Level Data", "A&E Data")
FIRST = "2015-06"
MAJOR = "Type 1 Departments - Major A&E"
# What a heading begins with, within the group that the row above it names.
TYPES = {"type 1 departments": "1", "type 2 departments": "2", "type 3 departments": "3", "total att": "all"}
GROUPS = (
    (r"booked.*(greater|more|over|>)", "booked_over"),
    (r"booked.*(less|within|<)", "booked_within"),
    (r"booked", "booked"),
    (r"percentage", "percent"),
    (r"attendances (greater|more) than 4|attendances ?> ?4|over 4", "over"),
    (r"attendances (less than|<) ?4|within 4", "within"),
    (r"emergency admissions", "admissions"),
    (r"a&e attendances", "attendances"),
)
SINGLE = (
    (r"percentage in 4 hours or less.*", "percent"),
    (r"emergency admissions via type 1 a&e", "admissions_1"),
    (r"emergency admissions via type 2 a&e", "admissions_2"),
    (r"emergency admissions via type 3( and 4)? a&e", "admissions_3"),
    (r"total emergency admissions via a&e", "admissions_all"),
    (r"other emergency admissions.*", "elsewhere"),
    (r"total emergency admissions", "admissions_total"),
    (r"number of patients spending ?> ?4 hours.*", "waits_4h"),
    (r"number of patients spending ?> ?12 hours.*", "waits_12h"),
)
NEEDED = (
    "attendances_1", "attendances_all", "admissions_all", "elsewhere", "waits_4h", "waits_12h",
)  # fmt: skip
MISSING = ("-", "", "N/A", "n/a")


def month_of(path: Path) -> str:
    """Return the month 'YYYY-MM' that the name of a monthly workbook states."""
    month = months.stated(WORKBOOK, path.name)
    if month is None:
        raise DataError(path.name, found=path.name, allowed="a name like August-2023-AE-by-provider-....xls")
    return month


def read_workbook(path: Path) -> pd.DataFrame:
    """Return one monthly workbook as `ae_official.read_official` returns a CSV file.

    Waits over four hours are read, or are attendances less those within four hours. Raises DataError, with
    sheet, row and column, for a layout without these headings, a heading that is not known, a month other
    than that of the file name, a provider twice, types that do not add up to their total, or providers that
    do not sum to the England row.
    """
    month = month_of(path)
    if month < FIRST:
        raise DataError(path.name, found=month, allowed=f"months from {FIRST}: before, returns were weekly")
    sheet = sheets.headed(sheets.read(path), SHEETS, ["Code", "Name", MAJOR], file=path.name)
    _check_month(sheet, month)
    fields = _fields(sheet)
    names = {"code": sheets.column(sheet, "Code"), "name": sheets.column(sheet, "Name")}
    rows = sheets.records(sheet, {**names, **fields}, texts=names)
    rows = rows.only(rows["code"] != "")
    national = (rows["code"] == "-") | rows["name"].str.upper().isin(["ENGLAND", "TOTAL"])
    if national.sum() != 1:
        found = f"{national.sum()} rows for England"
        raise DataError(sheet.place, column="Name", found=found, allowed="one row")
    numbers = checks.numbers(rows, fields, whole=True, missing=MISSING)
    for part in ("attendances", "over", "within"):
        _check_total(rows, numbers, part)
    checks.sums(rows, numbers, national)
    providers = rows.only(~national)
    out = pd.DataFrame({"org_code": checks.code(providers, "code"), "month": month})
    checks.unique(providers, ["code"])
    naming.note(providers, "code", "name")
    return pilots.without(Rows(sheet.place, out.assign(**_measures(numbers[~national]), flag=None)))


def _check_month(sheet: Sheet, month: str) -> None:
    """Refuse a sheet whose 'Period:' line, as text or as a date, is not the month of the file name."""
    name = calendar.month_name[int(month[5:])]
    for number, cells in enumerate(sheet.grid[: sheet.row], start=1):
        if any(text(cell).rstrip(":").lower() == "period" for cell in cells):
            dates = [cell for cell in cells if isinstance(cell, datetime.datetime)]
            words = " ".join(map(text, cells))
            if f"{name} {month[:4]}" in words or any(f"{day:%Y-%m}" == month for day in dates):
                return
            allowed = f"{name} {month[:4]}, as in the file name"
            raise DataError(sheet.place, row=number, column="Period", found=words, allowed=allowed)
    rows, allowed = f"1 to {sheet.row}", "a line 'Period:' with the month"
    raise DataError(sheet.place, row=rows, column="Period", found="no such line", allowed=allowed)


def _fields(sheet: Sheet) -> dict[str, int]:
    """Return the place of every field; refuse a heading that is not known and a field that stands twice."""
    fields: dict[str, int] = {}
    for place, heading in enumerate(sheet.headings):
        if not heading or heading in ("Code", "Name", "Region", "Parent Org", "Area Team", "SHA"):
            continue
        field = _field(heading.lower(), sheet.banners[place].lower())
        if field is None or field in fields:
            letter, allowed = sheets.letter(place), "a known heading"
            found = f"{sheet.banners[place]} / {heading}" + (" again" if field else "")
            raise DataError(sheet.place, row=sheet.row, column=letter, found=found, allowed=allowed)
        if not field.startswith("percent"):
            fields[field] = place
    absent = [name for name in NEEDED if name not in fields]
    if not {"over_1", "over_all"} <= fields.keys() and not {"within_1", "within_all"} <= fields.keys():
        absent.append("over_1 and over_all, or within_1 and within_all")
    if absent:
        allowed = f"also headings of {absent}"
        raise DataError(sheet.place, row=sheet.row, found=sheet.headings, allowed=allowed)
    return fields


def _field(heading: str, banner: str) -> str | None:
    single = next((name for pattern, name in SINGLE if re.fullmatch(pattern, heading)), None)
    if single is not None:
        return f"percent {heading}" if single == "percent" else single
    kind = next((kind for start, kind in TYPES.items() if heading.startswith(start)), None)
    own = next((group for pattern, group in GROUPS[4:6] if re.search(pattern, heading)), None)
    group = own or next((group for pattern, group in GROUPS if re.search(pattern, banner)), "attendances")
    return None if kind is None else f"{group}_{kind}" if group != "percent" else f"percent {heading}"


def _check_total(rows: Rows, numbers: pd.DataFrame, part: str) -> None:
    total, kinds = f"{part}_all", [f"{part}_{i}" for i in (1, 2, 3) if f"{part}_{i}" in numbers]
    if total in numbers and kinds:
        right = numbers[kinds].sum(axis=1)
        bad = (right != numbers[total]) & numbers[total].notna()
        checks.refuse(rows, bad, total, "{:.0f}, the sum of its types", right=right)


def _measures(counts: pd.DataFrame) -> dict[str, pd.Series]:
    def added(part: str, kind: str) -> pd.Series:
        names = [name for name in (f"{part}_{kind}", f"booked_{part}_{kind}") if name in counts]
        return counts[names].sum(axis=1, min_count=1)

    def over(kind: str, all_attendances: pd.Series) -> pd.Series:
        return added("over", kind) if f"over_{kind}" in counts else all_attendances - added("within", kind)

    booked = {kind: counts.get(f"booked_{kind}", 0) for kind in ("1", "all")}
    total = counts["attendances_all"] + booked["all"]
    major = counts["attendances_1"] + booked["1"]
    return {
        "attendances": total,
        "over_4h": over("all", total),
        "attendances_type1": major,
        "over_4h_type1": over("1", major),
        "emergency_admissions_ae": counts["admissions_all"],
        "emergency_admissions_other": counts["elsewhere"],
        "waits_4_12h_dta": counts["waits_4h"] - counts["waits_12h"],
        "waits_12h_dta": counts["waits_12h"],
    }
