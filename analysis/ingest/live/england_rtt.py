"""The official England series of referral-to-treatment waits, patients still waiting at the month's end."""

import datetime
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, sheets
from analysis.ingest.checks import Rows

TABLES = ("rtt_england_monthly",)
FILE = r"(?i)RTT[-_](?:TS_data|Overview-Time-?series).*\.xlsx"
SHEET = "Full Time Series"
SERIES_FROM, FIRST = "2007-04", "2007-08"  # the series starts with other measures; these in August 2007
PERIOD_ROW, GROUP_ROW, HEADING_ROW = 4, 10, 11
SHARE_ROUNDING = 0.0005
# Field: column and heading.
COLUMNS = {
    "median_weeks": ("D", "Median wait (weeks)"),
    "within_18_weeks": ("F", "No. within 18 weeks"),
    "within_18_weeks_estimated": ("G", "No. within 18 weeks with estimates for missing data"),
    "share_18": ("H", "% within 18 weeks"),
    "over_18_weeks": ("I", "No. > 18 weeks"),
    "over_18_weeks_estimated": ("J", "No. > 18 weeks with estimates for missing data"),
    "over_52_weeks": ("K", "No. > 52 weeks"),
    "over_52_weeks_estimated": ("L", "No. > 52 weeks with estimates for missing data"),
    "share_52": ("M", "% > 52 weeks"),
    "waiting": ("R", "Total waiting (mil)"),
    "waiting_estimated": ("S", "Total waiting (mil) with estimates for missing data"),
}


def releases(folder: Path) -> list[Path]:
    """Return the time series workbook under `folder`, an empty list without one; DataError for several."""
    return files.named(folder, FILE)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `rtt_england_monthly`.

    Raises DataError for another layout, a month that is absent, or not covered by the printed period, or
    not over, counts that are not whole or do not add up to the total, or a printed percentage that is not
    the share of the counts.
    """
    path = releases(folder)[0]
    place, grid = sheets.page(sheets.read(path), [SHEET], file=path.name)
    sheets.check_headings(grid, {"D": "Incomplete RTT pathways"}, place=place, row=GROUP_ROW)
    last = _last(grid, place)
    series = {"month": "C", "first": SERIES_FROM, "last": last}
    cells = sheets.monthly(grid, COLUMNS, place=place, row=HEADING_ROW, **series)
    rows = cells.plus(**checks.numbers(cells, COLUMNS, missing=["-"]))
    _check(rows)
    held = rows.only(rows["month"] >= FIRST).frame.round({"median_weeks": 6})
    return {"rtt_england_monthly": descriptions.tidy(held, "rtt_england_monthly")}


def _last(grid: sheets.Grid, place: str) -> str:
    """Return the last month of the printed period, 'April 2007 to November 2022', as 'YYYY-MM'."""
    found = sheets.cell_at(grid, PERIOD_ROW, "C")
    try:
        last = datetime.datetime.strptime(str(found).split(" to ")[-1], "%B %Y").strftime("%Y-%m")
    except ValueError:
        last = ""
    if not FIRST < last < checks.this_month():
        allowed = "a period like 'April 2007 to November 2022' that is over"
        raise DataError(place, row=PERIOD_ROW, column="C", found=found, allowed=allowed)
    return last


def _check(rows: Rows) -> None:
    for field in COLUMNS:
        figures = rows[field]
        absent = figures.isna() != (rows["month"] < FIRST)
        checks.refuse(rows, absent, field, f"a number from {FIRST} on, none before")
        broken = (figures % 1 != 0) & figures.notna()
        if field not in ("median_weeks", "share_18", "share_52"):
            checks.refuse(rows, broken, field, "a whole number")
    for suffix in ("", "_estimated"):
        parts = [f"within_18_weeks{suffix}", f"over_18_weeks{suffix}"]
        total = f"waiting{suffix}"
        checks.equal(rows, total, rows[total], rows.frame[parts].sum(axis=1, min_count=2))
    for share, part in (("share_18", "within_18_weeks"), ("share_52", "over_52_weeks")):
        checks.equal(rows, share, rows[share], rows[part] / rows["waiting"], within=SHARE_ROUNDING)
