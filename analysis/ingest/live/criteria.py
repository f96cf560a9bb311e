"""Patients who no longer meet the criteria to reside, by trust and month: a collected file, then the publisher's CSV files."""

from functools import partial
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, months
from analysis.ingest.history import collected as gathered
from analysis.ingest.live import daily_csv

TABLES = ("criteria_to_reside",)
BY_PERIOD = True
COLLECTED = r"nctr_monthly_20\d\d-\d\d_20\d\d-\d\d\.csv"
CLOSED = COLLECTED
OFFICIAL = (
    rf"(?i:Daily-discharge-sitrep-monthly-data.*?[-_ ]({months.BRIEF})[a-z]*[-_ ]?(?:20)?(\d\d)(?!\d).*\.csv)"
)
FIRST, LAST = "2022-04", "2026-12"
METRIC = "Number of patients who no longer meet the criteria to reside"
PART = 0.01  # of a day's sum by which England may be above it, as some providers are not shown
OVER = 0.001  # and below it
releases = partial(files.find, name=f"{COLLECTED}|{OFFICIAL}")
period_of = partial(months.stated, OFFICIAL)
own = partial(gathered.own, period_of)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `criteria_to_reside`; a month's own file goes before the collected one.

    Raises DataError for another layout, two files of one month, a day of another one, a provider twice on a day, or
    providers that are not England.
    """
    frame = gathered.filled(releases(folder), period_of, _official, collected, "month")
    return {TABLES[0]: descriptions.tidy(frame, TABLES[0])}


def collected(path: Path) -> pd.DataFrame:
    """Return the collected file; DataError for more days than a month has."""
    names = ["period", "org_code", "nctr_patients_mean_per_day", "days_reported"]
    rows = files.read_csv(path, names, others=[])
    patients = checks.number(rows, "nctr_patients_mean_per_day", required=True)
    days = checks.number(rows, "days_reported", low=1, high=31, whole=True, required=True)
    month = checks.month(rows, "period", first=FIRST, last=LAST)
    checks.unique(rows, ["org_code", "period"])
    table = {"org_code": checks.code(rows, "org_code"), "month": month}
    return descriptions.tidy(pd.DataFrame(table).assign(patients=patients, days_reported=days), TABLES[0])


def _official(path: Path) -> pd.DataFrame:
    month = str(period_of(path.name))
    rows, national = daily_csv.read(path, month, [METRIC])
    patients, england = daily_csv.values(rows), daily_csv.values(national)
    summed = patients.groupby(rows["day"]).sum()
    expected = national["day"].map(summed)
    bad = ~(england - expected).between(-OVER * expected, PART * expected)
    allowed = "about {:,.0f}, the sum over providers"
    checks.refuse(national, bad, "Value", allowed, right=expected.fillna(0))
    if not len(national):
        raise DataError(path.name, column="Level", found="no row National", allowed="one a day")
    grouped = patients.groupby(rows["code"])
    made = pd.DataFrame({"patients": grouped.mean().round(2), "days_reported": grouped.count()})
    made = made[made["days_reported"] > 0].rename_axis("org_code").reset_index()
    return descriptions.tidy(made.assign(month=month), TABLES[0])
