"""Beds of the daily returns, patients who could leave, and staff: by trust and month, as collected from official files."""

from itertools import pairwise
from pathlib import Path

import pandas as pd

from analysis.ingest import checks, descriptions, files
from analysis.ingest.history import collected

FIRST, LAST = "2009-09", "2026-12"
# A rate is the mean of the days' rates, beds are means in whole numbers: apart in small trusts, and by this much.
RATE_WITHIN, LARGE = 0.02, 100


def beds(path: Path) -> pd.DataFrame:
    """Return `beds_daily_returns`; DataError for a rate of the file that is not occupied over open.

    A month whose every figure is that of the month before was copied, not counted: it is left out.
    """
    columns = {
        "general_acute_beds_available": "ga_open",
        "general_acute_beds_occupied": "ga_occupied",
        "adult_critical_care_beds_available": "cc_open",
        "adult_critical_care_beds_occupied": "cc_occupied",
    }
    rows = files.read_csv(path, ["period", "org_code", "general_acute_beds_occupancy_rate", *columns])
    counts = checks.numbers(rows, columns).rename(columns=columns)
    rate = checks.number(rows, "general_acute_beds_occupancy_rate", high=2)
    right = (counts["ga_occupied"] / counts["ga_open"]).where(counts["ga_open"] >= LARGE)
    checks.near(
        rows, "general_acute_beds_occupancy_rate", rate, right, within=RATE_WITHIN, allowed="occupied / open"
    )
    table = _placed(rows).assign(**counts)
    return descriptions.tidy(table[~table["month"].isin(_copied(table))], "beds_daily_returns")


def _copied(table: pd.DataFrame) -> list[str]:
    """Return the months in which every trust has the very figures of the month before."""
    parts = {
        str(month): rows.drop(columns="month").set_index("org_code").sort_index()
        for month, rows in table.groupby("month")
    }
    months = sorted(parts)
    return [now for before, now in pairwise(months) if parts[now].equals(parts[before])]


def criteria(path: Path) -> pd.DataFrame:
    """Return `criteria_to_reside`; DataError for more days than a month has."""
    rows = files.read_csv(
        path, ["period", "org_code", "nctr_patients_mean_per_day", "days_reported"], others=[]
    )
    patients = checks.number(rows, "nctr_patients_mean_per_day", required=True)
    days = checks.number(rows, "days_reported", low=1, high=31, whole=True, required=True)
    return descriptions.tidy(
        _placed(rows).assign(patients=patients, days_reported=days), "criteria_to_reside"
    )


def staff(path: Path) -> pd.DataFrame:
    """Return `workforce`, one row a trust and month with staff; a blank of the file is no trust, not zero."""
    names = [name for name in files.text(path).partition("\n")[0].strip().split(",") if name[:2] == "20"]
    rows = files.read_csv(path, ["org_code", "org_name", *names], others=[])
    checks.code(rows, "org_code")
    checks.unique(rows, ["org_code"])
    counts = checks.numbers(rows, names)
    long = (
        counts.assign(org_code=rows["org_code"]).melt("org_code", var_name="month", value_name="fte").dropna()
    )
    return descriptions.tidy(long[long["fte"] > 0], "workforce")


PARTS = {
    "beds_daily_returns": (r"uec_sitrep_beds_monthly_20\d\d-\d\d_20\d\d-\d\d\.csv", beds),
    "criteria_to_reside": (r"nctr_monthly_20\d\d-\d\d_20\d\d-\d\d\.csv", criteria),
    "workforce": (r"fte_all_staff_by_org_monthly_20\d\d-\d\d_20\d\d-\d\d\.csv", staff),
}
TABLES = tuple(PARTS)


def releases(folder: Path) -> list[Path]:
    """Return the collected files under `folder`, one a table that is there."""
    return collected.releases(folder, PARTS)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables whose file is there; errors as in `beds`, `criteria` and `staff`."""
    return collected.tables(folder, PARTS)


def _placed(rows: checks.Rows) -> pd.DataFrame:
    month = checks.month(rows, "period", first=FIRST, last=LAST)
    checks.unique(rows, ["org_code", "period"])
    return pd.DataFrame({"org_code": checks.code(rows, "org_code"), "month": month})
