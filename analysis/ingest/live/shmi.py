"""Hospital mortality (SHMI) by trust: the closed archive to 2019, then trust-level files of calendar years."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, naming, sheets
from analysis.ingest.history import shmi_archive

FILE = r"(?i)SHMI data at trust level,? ([A-Z][a-z]{2})(\d\d)-([A-Z][a-z]{2})(\d\d)( \((csv|xlsx?)\))?\.(csv|xlsx)"
COLLECTED = r"shmi_20\d\d-01_20\d\d-12\.csv"  # of one year, with banding
TABLES = (*shmi_archive.TABLES, "shmi_banded")
CLOSED = "|".join([shmi_archive.RELEASE_FILE, *shmi_archive.YEAR_FILES, COLLECTED])
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
BANDED_FIRST = 2025  # years with banding that are held


def releases(folder: Path) -> list[Path]:
    """Return the files of the closed archive under `folder`, as in shmi_archive."""
    return shmi_archive.releases(folder)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `shmi_yearly` and, from quarterly releases, `shmi_quarterly`; errors as in shmi_archive."""
    return shmi_archive.read(releases(folder))


def later(folder: Path) -> list[Path]:
    """Return the collected file with banding and the trust-level files of later calendar years; of a year the CSV file.

    Raises DataError for a release of other twelve months, which no table holds.
    """
    found = files.find(folder, FILE)
    by_year: dict[int, Path] = {}
    for path in sorted(found, key=lambda path: path.suffix.lower() == ".csv"):
        by_year[year_of(path)] = path
    return [*files.find(folder, COLLECTED), *(by_year[year] for year in sorted(by_year))]


def read_later(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the rows of `shmi_yearly` for the years of `later`, and of `shmi_banded` for those with banding.

    The publisher's file of a year goes before the collected one. Errors as in read_release and collected.
    """
    official = [path for path in later(folder) if period_of(path.name)]
    parts = [read_release(path) for path in official]
    made = {"shmi_yearly": pd.concat(parts)[["org_code", "year", "shmi"]]} if parts else {}
    held = [collected(path) for path in later(folder) if not period_of(path.name)]
    years = {int(str(period_of(path.name))) for path in official}
    banded = [part[part["year"] >= BANDED_FIRST] for part in parts]
    banded += [part[~part["year"].isin(years)] for part in held]
    if any(len(part) for part in banded):
        made["shmi_banded"] = pd.concat(banded)
    return {name: descriptions.tidy(frame, name) for name, frame in made.items()}


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
    """Return one release: `org_code`, `year`, `shmi`, `banding`, `observed`, `expected`.

    Raises DataError, with row and column, for a file without these headings, a trust twice, a value that is
    not observed / expected as far as the rounding of the counts allows, an unknown banding, too few trusts,
    or observed deaths over all trusts that are not the expected ones.
    """
    year = year_of(path)
    if path.suffix.lower() == ".csv":
        lines = files.cells(files.text(path, windows=True), path.name)
        grids: dict[str, sheets.Grid] = {"Data": [list(line) for _, line in lines]}
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
    known = [*shmi_archive.BANDINGS, *bandings, *map(str.capitalize, bandings)]
    banding = checks.one_of(rows, "banding", known)
    slack = 0.0001 + ROUNDED / 2 * (1 + shmi) / expected
    right = pd.DataFrame({"ratio": observed / expected, "slack": slack})
    allowed = "{:.4f}, observed / expected, within {:.4f}"
    checks.refuse(rows, (shmi - right["ratio"]).abs() > slack, "shmi", allowed, right=right)
    if len(table) < FEWEST:
        raise DataError(sheet.place, found=f"{len(table)} trusts", allowed=f"at least {FEWEST}, a whole file")
    if abs(observed.sum() / expected.sum() - 1) > NATIONAL_WITHIN:
        found = f"{observed.sum():.0f} deaths over all trusts"
        allowed = f"within {NATIONAL_WITHIN:.0%} of the {expected.sum():.0f} expected"
        raise DataError(sheet.place, column=HEADINGS["observed"], found=found, allowed=allowed)
    banding = banding.replace(shmi_archive.BANDINGS).str.lower()
    return table.assign(shmi=shmi, banding=banding, observed=observed, expected=expected)


def collected(path: Path) -> pd.DataFrame:
    """Return the collected file as `read_release` does; DataError for a value that is not observed over expected."""
    names = ["period", "org_code", "shmi_value", "shmi_banding_label", "observed_deaths", "expected_deaths"]
    rows = files.read_csv(path, names)
    known = [f"20{n}-01_20{n}-12" for n in range(20, 40)]
    years = checks.one_of(rows, "period", known).str[:4].astype("int64")
    checks.unique(rows, ["org_code", "period"])
    shmi = checks.number(rows, "shmi_value", low=0.3, high=2.5, required=True)
    deaths = checks.numbers(rows, ["observed_deaths", "expected_deaths"], low=1, whole=True, required=True)
    observed, expected = deaths["observed_deaths"], deaths["expected_deaths"]
    slack = 0.0001 + ROUNDED / 2 * (1 + shmi) / expected
    checks.refuse(rows, (shmi - observed / expected).abs() > slack, "shmi_value", "observed / expected")
    labels = [text.capitalize() for text in shmi_archive.BANDINGS.values()]
    banding = checks.one_of(rows, "shmi_banding_label", labels).str.lower()
    table = pd.DataFrame({"org_code": checks.code(rows, "org_code"), "year": years, "shmi": shmi})
    return table.assign(banding=banding, observed=observed, expected=expected)
