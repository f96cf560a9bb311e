"""Where trusts stand: segments of the Oversight Framework, mortality with banding, a rating; one snapshot each."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.ingest import checks, descriptions, files
from analysis.ingest.history import collected

QUARTERS = {"1": "06", "2": "09", "3": "12", "4": "03"}
KINDS = {
    "Acute trust": "acute",
    "Mental health and community trust": "mental health or community",
    "Ambulance trust": "ambulance",
}
UNRATED = "Not rated"
ROUNDED = 5  # deaths are published to the nearest five


def segments(path: Path) -> pd.DataFrame:
    """Return `oversight_segments`; DataError for a rank that two trusts of a kind share or a segment of no number."""
    year, quarter = path.stem.removeprefix("nof_segments_").split("_q")
    end = f"{int(year[:4]) + (quarter == '4')}-{QUARTERS[quarter]}"
    columns = {"league_segment": "segment", "league_rank": "rank"}
    rows = files.read_csv(path, ["org_code", "Trust_type", "league_avg_score", *columns])
    checks.one_of(rows, "Trust_type", list(KINDS))
    checks.unique(rows, ["org_code"])
    whole = checks.numbers(rows, columns, low=1, whole=True, required=True).rename(columns=columns)
    score = checks.number(rows, "league_avg_score", low=1, high=4, required=True)
    table = whole.assign(
        org_code=checks.code(rows, "org_code"), quarter_end=end, kind=rows["Trust_type"].map(KINDS)
    )
    return descriptions.tidy(table.assign(score=score), "oversight_segments")


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
    "oversight_segments": (r"nof_segments_20\d\d-\d\d_q[1-4]\.csv", segments),
    "shmi_banded": (r"shmi_20\d\d-01_20\d\d-12\.csv", mortality),
    "cqc_locations": (r"cqc_one_location_per_trust_20\d\d-\d\d\.csv", ratings),
}
TABLES = tuple(PARTS)


def releases(folder: Path) -> list[Path]:
    """Return the snapshots under `folder`, one a table that is there."""
    return collected.releases(folder, PARTS)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables whose file is there; errors as in `segments`, `mortality` and `ratings`."""
    return collected.tables(folder, PARTS)
