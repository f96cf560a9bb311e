"""Where trusts stand: mortality with banding, and a rating; one snapshot each."""

from pathlib import Path

import pandas as pd

from analysis.ingest import checks, descriptions, files
from analysis.ingest.history import collected

UNRATED = "Not rated"
ROUNDED = 5  # deaths are published to the nearest five


def mortality(path: Path) -> pd.DataFrame:
    """Return `shmi_banded`; DataError for a value that is not observed over expected, as far as rounding allows."""
    names = ["period", "org_code", "shmi_value", "shmi_banding_label", "observed_deaths", "expected_deaths"]
    rows = files.read_csv(path, names)
    years = (
        checks.one_of(rows, "period", [f"20{n}-01_20{n}-12" for n in range(20, 40)]).str[:4].astype("int64")
    )
    checks.unique(rows, ["org_code", "period"])
    shmi = checks.number(rows, "shmi_value", low=0.3, high=2.5, required=True)
    deaths = checks.numbers(rows, ["observed_deaths", "expected_deaths"], low=1, whole=True, required=True)
    observed, expected = deaths["observed_deaths"], deaths["expected_deaths"]
    slack = 0.0001 + ROUNDED / 2 * (1 + shmi) / expected
    checks.refuse(rows, (shmi - observed / expected).abs() > slack, "shmi_value", "observed / expected")
    banding = checks.one_of(
        rows,
        "shmi_banding_label",
        [text.capitalize() for text in descriptions.choices("shmi_banded", "banding")],
    )
    table = pd.DataFrame(
        {
            "org_code": checks.code(rows, "org_code"),
            "year": years,
            "shmi": shmi,
            "banding": banding.str.lower(),
        }
    )
    return descriptions.tidy(table.assign(observed=observed, expected=expected), "shmi_banded")


def ratings(path: Path) -> pd.DataFrame:
    """Return `cqc_locations`; DataError for a rating that is none, or a report after the day of the file."""
    names = [
        "snapshot",
        "org_code",
        "location_id",
        "location_primary_inspection_category",
        "rating_overall",
        "rating_well-led",
        "publication_date",
    ]
    rows = files.read_csv(path, names)
    checks.unique(rows, ["org_code"])
    known = [*descriptions.choices("cqc_locations", "rating"), UNRATED, ""]
    rated = {
        field: checks.one_of(rows, field, known).replace({UNRATED: None, "": None}) for field in names[4:6]
    }
    day = checks.day(
        rows,
        "publication_date",
        forms={"2026-05-05": "%Y-%m-%d"},
        first="2013-10-01",
        last=rows["snapshot"].max(),
    )
    table = pd.DataFrame(
        {
            "org_code": checks.code(rows, "org_code"),
            "snapshot": rows["snapshot"],
            "location": rows["location_id"],
        }
    )
    table = table.assign(
        kind=rows[names[3]], rating=rated["rating_overall"], well_led=rated["rating_well-led"], published=day
    )
    return descriptions.tidy(table, "cqc_locations")


PARTS = {
    "shmi_banded": (r"shmi_20\d\d-01_20\d\d-12\.csv", mortality),
    "cqc_locations": (r"cqc_one_location_per_trust_20\d\d-\d\d\.csv", ratings),
}
TABLES = tuple(PARTS)


def releases(folder: Path) -> list[Path]:
    """Return the snapshots under `folder`, one a table that is there."""
    return collected.releases(folder, PARTS)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables whose file is there; errors as in `mortality` and `ratings`."""
    return collected.tables(folder, PARTS)
