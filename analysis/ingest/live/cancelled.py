"""Elective operations cancelled at the last minute (QMCO): a collected file, then the official workbooks of quarters.

The layout of the workbooks (sheet Provider, its Period line, England with and without independent providers above the
trusts) is that of two public programs that read them; sums of four of them are published levels that a test holds.
"""

import re
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, naming, sheets
from analysis.ingest.history import collected as gathered

TABLES = ("cancelled_operations",)
BY_PERIOD = True
SUMMED = True  # each workbook prints its own totals
STEP = None  # the collection was paused, and one quarter is not at hand
COLLECTED = r"cancelled_operations_quarterly_20\d\d-\d\d_20\d\d-\d\d\.csv"
CLOSED = COLLECTED
WORKBOOK = r"(?i:(?=.*Cancelled-Op).*?Q([1-4])-?(20\d\d)-(\d\d).*\.xls[xm]?)"
HEADINGS = {
    "code": "Organisation Code",
    "name": "Organisation Name",
    "cancelled": "Number of last minute elective operations cancelled for non clinical reasons",
    "not_treated_28_days": "Number of patients not treated within 28 days of last minute cancellation",
}
COUNTS = ("cancelled", "not_treated_28_days")
OFFICIAL = "official workbook"


def period_of(name: str) -> str | None:
    """Return the quarter's last month 'YYYY-MM' that a workbook's name states, None for another name."""
    fits = re.fullmatch(WORKBOOK, name)
    return None if fits is None else checks.quarter_end(fits[2], fits[1])


releases = partial(files.find, name=f"{COLLECTED}|{WORKBOOK}")
own = partial(gathered.own, period_of)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `cancelled_operations`; a quarter's own workbook goes before the collected file.

    Raises DataError for another layout, a provider twice in a quarter, two workbooks of one quarter, a figure
    that is no whole number, or providers that do not sum to the workbook's England row.
    """
    frame = gathered.filled(releases(folder), period_of, _workbook, _collected, "quarter_end")
    return {"cancelled_operations": descriptions.tidy(frame, "cancelled_operations")}


def _collected(path: Path) -> pd.DataFrame:
    columns = ["period", "org_code", "org_name", "cancelled_last_minute", "not_treated_28_days", "source"]
    rows = files.read_csv(path, columns, others=[])
    known = rows["period"].str.fullmatch(r"20\d\d-\d\d Q[1-4]")
    checks.refuse(rows, ~known, "period", "a financial year and quarter like 2024-25 Q1")
    checks.code(rows, "org_code")
    checks.unique(rows, ["org_code", "period"])
    checks.one_of(rows, "source", descriptions.choices("cancelled_operations", "source"))
    counts = checks.numbers(rows, ["cancelled_last_minute", "not_treated_28_days"], whole=True, required=True)
    ends = rows["period"].map(lambda text: checks.quarter_end(text[:4], text[-1]))
    return rows.frame.assign(quarter_end=ends, **counts.set_axis(COUNTS, axis=1))


def _workbook(path: Path) -> pd.DataFrame:
    sheet = sheets.headed(sheets.read(path), ("Provider",), list(HEADINGS.values()), file=path.name)
    _check_quarter(sheet, path.name)
    columns = {field: sheets.column(sheet, heading) for field, heading in HEADINGS.items()}
    rows = sheets.records(sheet, columns, texts=("code", "name"))
    rows = rows.plus(england=rows["name"].str.fullmatch("(?i)England(?!.*excluding).*"))
    rows = rows.only(rows["code"].str.fullmatch(checks.ODS_CODE) | rows["england"])
    national = rows["england"]
    if national.sum() != 1:
        found = f"{national.sum()} rows England"
        raise DataError(sheet.place, column="Organisation Name", found=found, allowed="one")
    counts = checks.numbers(rows, COUNTS, whole=True, required=True)
    checks.sums(rows, counts, national)
    providers = rows.only(~national)
    checks.unique(providers, ["code"])
    naming.note(providers, "code", "name")
    table = counts[~national].assign(org_code=checks.code(providers, "code"), source=OFFICIAL)
    return table.assign(quarter_end=period_of(path.name))


def _check_quarter(sheet: sheets.Sheet, name: str) -> None:
    """Refuse a sheet whose line 'Period: Quarter 1, 2022-23 (April to June 2022)' is not of the file name's quarter."""
    fits = re.fullmatch(WORKBOOK, name)
    assert fits is not None
    for number, words in enumerate(sheet.top, start=1):
        stated = re.search(r"Quarter ([1-4]),? (20\d\d)[-/](\d\d)", words, re.I)
        if stated and stated.groups() != fits.groups():
            allowed = f"Quarter {fits[1]}, {fits[2]}-{fits[3]}, as in the file name"
            raise DataError(sheet.place, row=number, column="Period", found=stated[0], allowed=allowed)
