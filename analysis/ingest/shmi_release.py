"""Read the trust-level SHMI files of later releases, CSV or Excel: calendar years from 2020 on."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import headed, release, workbook
from analysis.ingest.shmi_tables import BANDINGS, HIGH, LOW

FILE = r"(?i)SHMI data at trust level,? ([A-Z][a-z]{2})(\d\d)-([A-Z][a-z]{2})(\d\d)( \((csv|xlsx?)\))?\.(csv|xlsx)"
SHEETS = ("Data",)
HEADINGS = {
    "code": "Provider code",
    "shmi": "SHMI value",
    "banding": "SHMI banding",
    "spells": "Number of spells",
    "observed": "Observed deaths",
    "expected": "Expected deaths",
}
FEWEST = 100  # trusts; 118 to 131 are published
ROUNDED = 5  # counts are published to the nearest five from 2019 on
NATIONAL_WITHIN = 0.01
FIRST = 2020


def year_of(path: Path) -> int:
    """Return the calendar year of a release by its file name; DataError for other twelve months."""
    fits = re.fullmatch(FILE, path.name)
    allowed = f"a calendar year from {FIRST}, like 'SHMI data at trust level, Jan24-Dec24 (csv).csv'"
    if fits is None or (fits[1].title(), fits[3].title()) != ("Jan", "Dec") or fits[2] != fits[4]:
        raise DataError(path.name, found=path.name, allowed=allowed)
    year = 2000 + int(fits[2])
    if not FIRST <= year < pd.Timestamp.today().year:
        raise DataError(path.name, found=year, allowed=allowed)
    return year


def read_release(path: Path) -> pd.DataFrame:
    """Return one release as rows of `shmi_yearly`.

    Raises DataError, with row and column, for a file without these headings, a trust twice, a value that is
    not observed / expected as far as the rounding of the counts allows, an unknown banding, too few trusts,
    or observed deaths over all trusts that are not the expected ones.
    """
    year = year_of(path)
    if path.suffix.lower() == ".csv":
        lines = csv.reader(io.StringIO(release.text(path, windows=True), newline=""))
        grids: dict[str, workbook.Grid] = {"Data": [list(line) for line in lines]}
    else:
        grids = workbook.new_excel(path)
    sheet = headed.headed(grids, SHEETS, list(HEADINGS.values()), file=path.name)
    columns = {field: headed.column(sheet, heading) for field, heading in HEADINGS.items()}
    frame = headed.records(sheet, columns)
    for field in frame:
        frame[field] = frame[field].map(headed.text)
    frame = frame[(frame["code"] != "") & (frame["shmi"] != "")]
    table = pd.DataFrame(
        {"org_code": release.codes(frame, "code", release=sheet.place, pattern=re.compile("[A-Z0-9]{3}"))}
    )
    release.unique(table, ["org_code"], release=sheet.place)
    table["year"] = year
    shmi = release.numbers(frame, "shmi", release=sheet.place, low=LOW, high=HIGH, required=True)
    observed, expected = (
        release.numbers(frame, field, release=sheet.place, low=1, required=True, grouped=True)
        for field in ("observed", "expected")
    )
    release.numbers(frame, "spells", release=sheet.place, low=1, required=True, grouped=True)
    release.choices(frame, "banding", release=sheet.place, allowed=[*BANDINGS, *_titled(BANDINGS.values())])
    slack = 0.0001 + ROUNDED / 2 * (1 + shmi) / expected
    bad = (shmi - observed / expected).abs() > slack
    if bad.any():
        row = bad.idxmax()
        allowed = f"{observed[row] / expected[row]:.4f}, observed / expected, within {slack[row]:.4f}"
        raise DataError(
            sheet.place, row=row, column=HEADINGS["shmi"], found=frame["shmi"][row], allowed=allowed
        )
    if len(table) < FEWEST:
        raise DataError(sheet.place, found=f"{len(table)} trusts", allowed=f"at least {FEWEST}, a whole file")
    if abs(observed.sum() / expected.sum() - 1) > NATIONAL_WITHIN:
        found = f"{observed.sum():.0f} deaths over all trusts"
        allowed = f"within {NATIONAL_WITHIN:.0%} of the {expected.sum():.0f} expected"
        raise DataError(sheet.place, column=HEADINGS["observed"], found=found, allowed=allowed)
    return table.assign(shmi=shmi)[["org_code", "year", "shmi"]]


def _titled(names: Iterable[str]) -> list[str]:
    return [form for name in names for form in (name, name.capitalize())]
