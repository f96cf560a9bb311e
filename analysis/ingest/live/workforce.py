"""Staff by trust and month: a collected file, then the publisher's workbooks of one month each, England and Organisation.

No workbook was at hand: its layout (sheet, heading row, where code and total stand, from 2022 on) is that of three public
programs that read it. From 2026 the publication has another form, which is not read.
"""

from functools import partial
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, months, naming, sheets
from analysis.ingest.history import collected as gathered

TABLES = ("workforce",)
BY_PERIOD = True
COLLECTED = r"fte_all_staff_by_org_monthly_20\d\d-\d\d_20\d\d-\d\d\.csv"
CLOSED = COLLECTED
OFFICIAL = rf"(?i:NHS Workforce Statistics,? ({months.NAMES}) (20\d\d) England and Organisation.*\.xlsx)"
SHEET = "3. NHSE, Org & SG - FTE"
ANCHOR, DOCTORS = "Nurses & health visitors", "HCHS Doctors"
TOTAL = ("Total", "All staff groups")
TRUST, NAMED = r"[RT][A-Z0-9]{2,4}", r"(?i)\bNHS (?:foundation )?trust$"  # newer trusts have other codes


releases = partial(files.find, name=f"{COLLECTED}|{OFFICIAL}")
period_of = partial(months.stated, OFFICIAL)
own = partial(gathered.own, period_of)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `workforce`; a month's own workbook goes before the collected file.

    Raises DataError for another layout, two workbooks of one month, a trust twice, or doctors and nurses that are more
    than all staff.
    """
    frame = gathered.filled(releases(folder), period_of, _workbook, collected, "month")
    return {TABLES[0]: descriptions.tidy(frame, TABLES[0])}


def collected(path: Path) -> pd.DataFrame:
    """Return the collected file, one row a trust and month with staff; a blank of it is no trust, not zero."""
    names = [name for name in files.text(path).partition("\n")[0].strip().split(",") if name[:2] == "20"]
    rows = files.read_csv(path, ["org_code", "org_name", *names], others=[])
    checks.code(rows, "org_code")
    checks.unique(rows, ["org_code"])
    counts = checks.numbers(rows, names).assign(org_code=rows["org_code"])
    long = counts.melt("org_code", var_name="month", value_name="fte")
    return descriptions.tidy(long[long["fte"] > 0], TABLES[0])


def _workbook(path: Path) -> pd.DataFrame:
    month = str(period_of(path.name))
    checks.over(month, place=path.name)
    sheet = sheets.headed(sheets.read(path), (SHEET,), [ANCHOR], file=path.name)
    total = _total(sheet)
    places = {"code": total - 1, "name": total - 2, "total": total, "nurses": sheets.column(sheet, ANCHOR)}
    rows = sheets.records(sheet, places, texts=("code", "name"))
    coded = rows["code"].str.fullmatch(TRUST) | rows["name"].str.contains(NAMED)
    rows = rows.only(coded & rows["code"].str.fullmatch(checks.ODS_CODE))
    if not len(rows):
        raise DataError(sheet.place, found="no code of a trust left of the total", allowed="one a row")
    checks.unique(rows, ["code"])
    naming.note(rows, "code", "name")
    counts = checks.numbers(rows, ["total", "nurses"], missing=("", "-"))
    checks.refuse(rows, counts["nurses"] > counts["total"], "nurses", "no more than all staff")
    table = pd.DataFrame({"org_code": rows["code"], "month": month, "fte": counts["total"].round(1)})
    return descriptions.tidy(table[table["fte"] > 0], TABLES[0])


def _total(sheet: sheets.Sheet) -> int:
    """Return the place of the total over all staff: the first of its headings, left of the groups of staff."""
    left = sheet.headings[: sheets.column(sheet, ANCHOR)]
    place = next((at for at, heading in enumerate(left) if heading in TOTAL), -1)
    if place < 2 or not any(heading.lower().startswith(DOCTORS.lower()) for heading in left[place:]):
        allowed = f"{' or '.join(TOTAL)}, right of name and code and left of {DOCTORS}"
        raise DataError(sheet.place, row=sheet.row, found=[*filter(None, left)][:6], allowed=allowed)
    return place
