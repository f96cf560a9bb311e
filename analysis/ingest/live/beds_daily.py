"""Beds of the daily returns by trust and month: a collected file, then the publisher's CSV files of one month each."""

import re
from functools import partial
from itertools import pairwise
from pathlib import Path

import pandas as pd

from analysis.ingest import checks, descriptions, files
from analysis.ingest.history import collected as gathered
from analysis.ingest.live import daily_csv

TABLES = ("beds_daily_returns",)
BY_PERIOD = True
COLLECTED = r"uec_sitrep_beds_monthly_20\d\d-\d\d_20\d\d-\d\d\.csv"
CLOSED = COLLECTED
OFFICIAL = r"(?i:(20\d\d)(\d\d)-[a-z]+-\1-(?:beds-)?sitrep-data-.*\.csv)"
FIRST, LAST = "2022-04", "2026-12"
METRICS = {
    "G&A beds available": "ga_open",
    "G&A beds occupied": "ga_occupied",
    "Adult critical care beds available": "cc_open",
    "Adult critical care beds occupied": "cc_occupied",
}
RATE = "G&A occupancy rate"
# A rate is the mean of the days' rates, beds are means in whole numbers: apart in small trusts, and by this much.
RATE_WITHIN, LARGE, MOST = 0.02, 100, 2


def period_of(name: str) -> str | None:
    """Return the month 'YYYY-MM' that a file's name states, None for another name."""
    fits = re.fullmatch(OFFICIAL, name)
    return f"{fits[1]}-{fits[2]}" if fits else None


releases = partial(files.find, name=f"{COLLECTED}|{OFFICIAL}")
own = partial(gathered.own, period_of)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `beds_daily_returns`; a month's own file goes before the collected one.

    Raises DataError for another layout, two files of one month, or a rate that is not occupied over open.
    """
    frame = gathered.filled(releases(folder), period_of, _official, collected, "month")
    return {TABLES[0]: descriptions.tidy(frame, TABLES[0])}


def collected(path: Path) -> pd.DataFrame:
    """Return the collected file; a month whose every figure is that of the month before was copied and is left out."""
    columns = {
        "general_acute_beds_available": "ga_open",
        "general_acute_beds_occupied": "ga_occupied",
        "adult_critical_care_beds_available": "cc_open",
        "adult_critical_care_beds_occupied": "cc_occupied",
    }
    rows = files.read_csv(path, ["period", "org_code", "general_acute_beds_occupancy_rate", *columns])
    counts = checks.numbers(rows, columns).rename(columns=columns)
    rate = checks.number(rows, "general_acute_beds_occupancy_rate", high=MOST)
    _check_rate(rows, "general_acute_beds_occupancy_rate", rate, counts)
    month = checks.month(rows, "period", first=FIRST, last=LAST)
    checks.unique(rows, ["org_code", "period"])
    table = counts.assign(org_code=checks.code(rows, "org_code"), month=month)
    return descriptions.tidy(table[~table["month"].isin(_copied(table))], TABLES[0])


def _official(path: Path) -> pd.DataFrame:
    month = str(period_of(path.name))
    rows, _ = daily_csv.read(path, month, [*METRICS, RATE])
    figures = daily_csv.values(rows.plus(Value=rows["Value"].str.removesuffix("%")))
    wide = figures.groupby([rows["code"], rows["Metric"]]).first().unstack()
    counts = wide[list(METRICS)].rename(columns=METRICS)
    told = rows.only(rows["Metric"] == RATE)
    rate = figures[told.frame.index]
    beside = counts.reindex(told["code"]).set_axis(told.frame.index)
    _check_rate(told, "Value", rate.where(rate <= MOST, rate / 100), beside)  # a share, or percent
    table = counts.dropna(subset=["ga_open", "ga_occupied"]).rename_axis("org_code").reset_index()
    return descriptions.tidy(table.assign(month=month), TABLES[0])


def _check_rate(rows: checks.Rows, column: str, rate: pd.Series, counts: pd.DataFrame) -> None:
    right = (counts["ga_occupied"] / counts["ga_open"]).where(counts["ga_open"] >= LARGE)
    checks.near(rows, column, rate, right, within=RATE_WITHIN, allowed="occupied / open")


def _copied(table: pd.DataFrame) -> list[str]:
    """Return the months in which every trust has the very figures of the month before."""
    parts = {
        str(month): rows.drop(columns="month").set_index("org_code").sort_index()
        for month, rows in table.groupby("month")
    }
    months = sorted(parts)
    return [now for before, now in pairwise(months) if parts[now].equals(parts[before])]
