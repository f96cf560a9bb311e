"""Hospital mortality (SHMI) by trust: the closed archive to 2019, then trust-level files of calendar years."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, naming, sheets
from analysis.ingest.history import shmi_archive
from analysis.ingest.history.shmi_archive import TABLES as TABLES

FILE = r"(?i)SHMI data at trust level,? ([A-Z][a-z]{2})(\d\d)-([A-Z][a-z]{2})(\d\d)( \((csv|xlsx?)\))?\.(csv|xlsx)"
CLOSED = "|".join([shmi_archive.RELEASE_FILE, *shmi_archive.YEAR_FILES])
SHEETS = ("Data",)
HEADINGS = {
    "code": "Provider code",
    "shmi": "SHMI value",
    "banding": "SHMI banding",
    "spells": "Number of spells",
    "observed": "Observed deaths",
    "expected": "Expected deaths",
}
NAME = "Provider name"
FEWEST = 100  # trusts; 118 to 131 are published
ROUNDED = 5  # counts are published to the nearest five from 2019 on
NATIONAL_WITHIN = 0.01
FIRST = 2020


def releases(folder: Path) -> list[Path]:
    """Return the files of the closed archive under `folder`, as in shmi_archive."""
    return shmi_archive.releases(folder)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `shmi_yearly` and, from quarterly releases, `shmi_quarterly`; errors as in shmi_archive."""
    return shmi_archive.read(releases(folder))


def later(folder: Path) -> list[Path]:
    """Return the trust-level files of later calendar years; a CSV file before a workbook of the same year.

    Raises DataError for a release of other twelve months, which no table holds.
    """
    found = files.find(folder, FILE)
    by_year: dict[int, Path] = {}
    for path in sorted(found, key=lambda path: path.suffix.lower() == ".csv"):
        by_year[year_of(path)] = path
    return [by_year[year] for year in sorted(by_year)]


def read_later(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the rows of `shmi_yearly` for the years of `later`; errors as in read_release."""
    whole = pd.concat([read_release(path) for path in later(folder)])
    return {"shmi_yearly": descriptions.tidy(whole, "shmi_yearly")}


def period_of(name: str) -> str | None:
    """Return the year that a later file's name states, None for another name."""
    fits = re.fullmatch(FILE, name)
    return f"20{fits[2]}" if fits else None


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
        lines = csv.reader(io.StringIO(files.text(path, windows=True), newline=""))
        grids: dict[str, sheets.Grid] = {"Data": [list(line) for line in lines]}
    else:
        grids = sheets.read(path)
    sheet = sheets.headed(grids, SHEETS, list(HEADINGS.values()), file=path.name, also=[NAME])
    columns = {field: sheets.column(sheet, heading) for field, heading in HEADINGS.items()}
    columns["name"] = sheets.column(sheet, NAME) if NAME in sheet.headings else -1
    rows = sheets.records(sheet, columns, texts=columns)
    rows = replace(rows.only((rows["code"] != "") & (rows["shmi"] != "")), labels=HEADINGS)
    table = pd.DataFrame({"org_code": checks.code(rows, "code", pattern="[A-Z0-9]{3}"), "year": year})
    checks.unique(rows, ["code"])
    naming.note(rows, "code", "name")
    shmi = checks.number(rows, "shmi", **descriptions.limits("shmi_yearly", "shmi"), required=True)
    counts = checks.numbers(rows, ["observed", "expected", "spells"], low=1, required=True, grouped=True)
    observed, expected = counts["observed"], counts["expected"]
    bandings = list(shmi_archive.BANDINGS.values())
    checks.one_of(rows, "banding", [*shmi_archive.BANDINGS, *bandings, *map(str.capitalize, bandings)])
    slack = 0.0001 + ROUNDED / 2 * (1 + shmi) / expected
    ratio = observed / expected
    checks.refuse(
        rows,
        (shmi - ratio).abs() > slack,
        "shmi",
        "{:.4f}, observed / expected, within {:.4f}",
        right=pd.DataFrame({"ratio": ratio, "slack": slack}),
    )
    if len(table) < FEWEST:
        raise DataError(sheet.place, found=f"{len(table)} trusts", allowed=f"at least {FEWEST}, a whole file")
    if abs(observed.sum() / expected.sum() - 1) > NATIONAL_WITHIN:
        found = f"{observed.sum():.0f} deaths over all trusts"
        allowed = f"within {NATIONAL_WITHIN:.0%} of the {expected.sum():.0f} expected"
        raise DataError(sheet.place, column=HEADINGS["observed"], found=found, allowed=allowed)
    return table.assign(shmi=shmi)[["org_code", "year", "shmi"]]
