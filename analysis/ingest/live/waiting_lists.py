"""Patients waiting for planned treatment by provider: 31 March 2013 to 2019, and the publisher's monthly workbooks.

The layout of the workbooks (sheet Provider, the four headings below, a row 'Total' a provider) is that of four public
programs that read those of 2024 to 2026, not of a file at hand. No total is read: none is known to be in it.
"""

import re
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, months, naming, sheets
from analysis.ingest.checks import Rows
from analysis.ingest.history import collected as gathered

TABLES = ("waiting_lists",)
STEP = None  # months between need not be there
STORED = r"rtt_incomplete_31_march\.csv"
RECORDS = 1331
COLLECTED = r"rtt_incomplete_trust_(20\d\d-\d\d)_(20\d\d-\d\d)\.csv"  # months since, not all, from several collections
SHARE_WITHIN = 0.06  # percentage points: one month's count is the share of one decimal times the list
CLOSED = rf"{STORED}|{COLLECTED}"
OFFICIAL = r"(?i)Incomplete-Provider-([A-Za-z]{3})(\d\d)\b.*\.xlsx?"
SHEETS = ("Provider",)
HEADINGS = {
    "org_code": "Provider Code",
    "specialty": "Treatment Function",
    "waiting": "Total number of incomplete pathways",
    "within_18_weeks": "Total within 18 weeks",
}
NAME, TOTAL = "Provider Name", "Total"
NHS = r"[RT][A-Z0-9]{2}"  # others are independent providers and commissioners
FEWEST = 100  # NHS providers of a whole file


def releases(folder: Path) -> list[Path]:
    """Return the stored file of 31 March 2013 to 2019 under `folder`, an empty list without it."""
    return files.named(folder, STORED)


def later(folder: Path) -> list[Path]:
    """Return collected months, and the publisher's workbooks by provider, one a month."""
    return [*files.find(folder, COLLECTED), *files.find(folder, OFFICIAL)]


period_of = partial(months.stated, OFFICIAL)
own = partial(gathered.own, period_of)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `waiting_lists` from the stored file; raises DataError as `_checked`, or for a day between."""
    path = releases(folder)[0]
    rows = files.read_csv(path, ["org_code", "date", "waiting", "within_18_weeks"])
    checks.size(rows, RECORDS)
    days = checks.day(rows, "date", forms={"2013-03-31": "%Y-%m-%d"}, first="2013-03-31", last="2019-03-31")
    checks.refuse(rows, ~days.str.endswith("-03-31"), "date", "31 March")
    return {TABLES[0]: descriptions.tidy(_checked(rows.plus(month=days.str.slice(0, 7))), TABLES[0])}


def read_later(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the months of the publisher's workbooks: NHS providers, all specialties together.

    Raises DataError for another layout, a month that is not over or there twice, or too few providers.
    """
    parts: dict[str, pd.DataFrame] = {}
    first = str(descriptions.field(TABLES[0], "month")["constraints"]["minimum"])
    for path in files.find(folder, OFFICIAL):
        month = period_of(path.name)
        if month is None or month in parts:
            found = "a name without its month, or a second file of it"
            raise DataError(path.name, found=found, allowed="one")
        checks.over(month, place=path.name, first=first)
        parts[month] = _workbook(path, month)
    held = [rows[~rows["month"].isin(list(parts))] for rows in map(_collected, files.find(folder, COLLECTED))]
    return {TABLES[0]: descriptions.tidy(pd.concat([*parts.values(), *held]), TABLES[0])}


def _collected(path: Path) -> pd.DataFrame:
    """Return the months of a collected file; DataError too for a share that is not that of the counts."""
    names = {
        "org_code": "org_code",
        "month": "period",
        "waiting": "incomplete_total",
        "within_18_weeks": "within_18_weeks",
        "share": "pct_within_18_weeks",
    }
    rows = files.read_csv(path, names)
    fits = re.fullmatch(COLLECTED, path.name)
    assert fits is not None
    checks.month(rows, "month", first=fits[1], last=fits[2])
    table = _checked(rows)
    share = checks.number(rows, "share", high=100, required=True)
    right = 100 * table["within_18_weeks"] / table["waiting"]
    checks.near(rows, "share", share, right, within=SHARE_WITHIN, allowed="the share of the counts")
    return table


def _workbook(path: Path, month: str) -> pd.DataFrame:
    sheet = sheets.headed(sheets.read(path), SHEETS, list(HEADINGS.values()), file=path.name, also=[NAME])
    columns = {name: sheets.column(sheet, heading) for name, heading in HEADINGS.items()}
    columns["name"] = sheets.column(sheet, NAME) if NAME in sheet.headings else -1
    rows = sheets.records(sheet, columns, texts=["org_code", "specialty", "name"])
    rows = rows.only((rows["specialty"] == TOTAL) & rows["org_code"].str.fullmatch(NHS))
    if len(rows) < FEWEST:
        found = f"{len(rows)} NHS providers"
        raise DataError(sheet.place, found=found, allowed=f"at least {FEWEST}, a whole file")
    naming.note(rows, "org_code", "name")
    return _checked(rows.plus(month=month))


def _checked(rows: Rows) -> pd.DataFrame:
    """Return whole counts by provider and month; DataError for a provider twice or more within than waiting."""
    checks.code(rows, "org_code", pattern=descriptions.pattern(TABLES[0], "org_code"))
    checks.unique(rows, ["org_code", "month"])
    counts = checks.numbers(rows, ["waiting", "within_18_weeks"], whole=True, required=True)
    more = counts["within_18_weeks"] > counts["waiting"]
    checks.refuse(rows, more, "within_18_weeks", "no more than are waiting")
    return rows.frame.assign(**counts)
