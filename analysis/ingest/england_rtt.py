"""The official England series of referral-to-treatment waits, patients still waiting at the month's end."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import DataError
from analysis.ingest import release, workbook

FILE = r"(?i)RTT[-_](?:TS_data|Overview-Time-?series).*\.xlsx"
SHEET = "Full Time Series"
SERIES_FROM, FIRST = "2007-04", "2007-08"  # the series starts with other measures; these in August 2007
TITLE_ROW, PERIOD_ROW, GROUP_ROW, HEADING_ROW, FIRST_ROW = 2, 4, 10, 11, 12
SHARE_ROUNDING = 0.0005
HEADINGS = {
    "D": "Median wait (weeks)",
    "F": "No. within 18 weeks",
    "G": "No. within 18 weeks with estimates for missing data",
    "H": "% within 18 weeks",
    "I": "No. > 18 weeks",
    "J": "No. > 18 weeks with estimates for missing data",
    "K": "No. > 52 weeks",
    "L": "No. > 52 weeks with estimates for missing data",
    "M": "% > 52 weeks",
    "R": "Total waiting (mil)",
    "S": "Total waiting (mil) with estimates for missing data",
}
FIELDS = {
    "D": "median_weeks",
    "F": "within_18_weeks",
    "G": "within_18_weeks_estimated",
    "H": "share_18",
    "I": "over_18_weeks",
    "J": "over_18_weeks_estimated",
    "K": "over_52_weeks",
    "L": "over_52_weeks_estimated",
    "M": "share_52",
    "R": "waiting",
    "S": "waiting_estimated",
}


def _field(name: str, description: str, *, kind: str = "integer", unit: str = "pathways") -> dict[str, Any]:
    limits = {"required": True, "minimum": 0}
    return {"name": name, "type": kind, "unit": unit, "description": description, "constraints": limits}


RESOURCES: tuple[dict[str, Any], ...] = (
    {
        "name": "rtt_england_monthly",
        "path": "rtt_england_monthly.csv",
        "title": "Referral to treatment: patients waiting in England at the end of each month",
        "status": "official",
        "publisher": "NHS England",
        "publication": "Consultant-led Referral to Treatment Waiting Times: overview time series",
        "page": "https://www.england.nhs.uk/statistics/statistical-work-areas/rtt-waiting-times/",
        "licence": "OGL v3.0",
        "description": (
            "National context, commissioner basis, incomplete pathways only. There is no trust-level series "
            "of these waits in this package for the years of the regime."
        ),
        "breaks": [
            "Trusts that did not report are absent from the counts; the estimated counts fill them in.",
            "Consultant-led sexual health services are not included from April 2013.",
            "From October 2022 the median is estimated in the way of the other percentiles.",
        ],
        "obtained": (
            "as collected in the public repository Pablo-source/ggplot2-visualizations, commit "
            "5404ecbf34f001ffb859758af7f0005a6e558699, unaltered"
        ),
        "period": "month",
        "rules": [
            {"left": "within_18_weeks", "op": "<=", "right": "waiting"},
            {"left": "over_52_weeks", "op": "<=", "right": "waiting"},
            {"left": "waiting", "op": "<=", "right": "waiting_estimated"},
        ],
        "schema": {
            "fields": [
                {
                    "name": "month",
                    "type": "yearmonth",
                    "description": "Month at whose end patients were waiting.",
                    "constraints": {"required": True, "minimum": FIRST},
                },
                _field("waiting", "Pathways still waiting, as reported."),
                _field("within_18_weeks", "Of these, waiting up to 18 weeks."),
                _field("over_52_weeks", "Of these, waiting over 52 weeks."),
                _field("waiting_estimated", "Waiting, with NHS England's estimates for missing trusts."),
                _field("within_18_weeks_estimated", "Of these, waiting up to 18 weeks."),
                _field("over_52_weeks_estimated", "Of these, waiting over 52 weeks."),
                _field(
                    "median_weeks", "Median wait so far, estimated from bands.", kind="number", unit="weeks"
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
    """Return the table `rtt_england_monthly`.

    Raises DataError for another layout, a month that is absent, or not covered by the printed period, or
    not over, counts that are not whole or do not add up to the total, or a printed percentage that is not
    the share of the counts.
    """
    path = releases(folder)[0]
    name = f"{path.name}, sheet {SHEET}"
    grid = workbook.sheet(workbook.new_excel(path), SHEET, release=path.name)
    workbook.check_headings(grid, {"D": "Incomplete RTT pathways"}, release=name, row=GROUP_ROW)
    workbook.check_headings(grid, HEADINGS, release=name, row=HEADING_ROW)
    series = workbook.monthly(
        grid,
        FIELDS,
        release=name,
        row=FIRST_ROW,
        month="C",
        first=SERIES_FROM,
        last=_last(grid, name),
        missing=["-"],
    )
    _check(series, name)
    table = series[series["month"] >= FIRST]
    names = [field["name"] for field in RESOURCES[0]["schema"]["fields"]]
    kinds = {
        field["name"]: "Int64" for field in RESOURCES[0]["schema"]["fields"] if field["type"] == "integer"
    }
    return {
        "rtt_england_monthly": table[names].astype(kinds).round({"median_weeks": 6}).reset_index(drop=True)
    }


def _last(grid: workbook.Grid, name: str) -> str:
    """Return the last month of the printed period, 'April 2007 to November 2022', as 'YYYY-MM'."""
    found = grid[PERIOD_ROW - 1][2] if len(grid) >= PERIOD_ROW and len(grid[PERIOD_ROW - 1]) > 2 else None
    try:
        last = datetime.datetime.strptime(str(found).split(" to ")[-1], "%B %Y").strftime("%Y-%m")
    except ValueError:
        last = ""
    if not FIRST < last < pd.Timestamp.today().strftime("%Y-%m"):
        allowed = "a period like 'April 2007 to November 2022' that is over"
        raise DataError(name, row=PERIOD_ROW, column="C", found=found, allowed=allowed)
    return last


def _check(series: pd.DataFrame, name: str) -> None:
    letters = {field: letter for letter, field in FIELDS.items()}
    for field, letter in letters.items():
        absent = series[field].isna() != (series["month"] < FIRST)
        broken = (series[field] % 1 != 0) & series[field].notna() & (letter not in "DHM")
        for bad, allowed in ((absent, f"a number from {FIRST} on, none before"), (broken, "a whole number")):
            if bad.any():
                row = bad.idxmax()
                raise DataError(name, row=row, column=letter, found=series.loc[row, field], allowed=allowed)
    for suffix in ("", "_estimated"):
        total, parts = f"waiting{suffix}", [f"within_18_weeks{suffix}", f"over_18_weeks{suffix}"]
        both = series[parts].sum(axis=1, min_count=2)
        workbook.check_equal(series[total], both, release=name, column=letters[total], within=0)
    for share, part in (("share_18", "within_18_weeks"), ("share_52", "over_52_weeks")):
        expected = series[part] / series["waiting"]
        workbook.check_equal(
            series[share], expected, release=name, column=letters[share], within=SHARE_ROUNDING
        )
