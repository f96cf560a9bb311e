"""Where trusts stand: a rating of one place each, in one snapshot."""

from pathlib import Path

import pandas as pd

from analysis.ingest import checks, descriptions, files
from analysis.ingest.history import collected

UNRATED = "Not rated"


def ratings(path: Path) -> pd.DataFrame:
    """Return `cqc_locations`; DataError for a rating that is none, or a report after the day of the file."""
    headings = {
        "snapshot": "snapshot",
        "org_code": "org_code",
        "location": "location_id",
        "kind": "location_primary_inspection_category",
        "rating": "rating_overall",
        "well_led": "rating_well-led",
        "published": "publication_date",
    }
    rows = files.read_csv(path, headings)
    checks.unique(rows, ["org_code"])
    known = [*descriptions.choices("cqc_locations", "rating"), UNRATED, ""]
    for field in ("rating", "well_led"):
        rows = rows.plus(**{field: checks.one_of(rows, field, known).replace({UNRATED: None, "": None})})
    forms, last = {"2026-05-05": "%Y-%m-%d"}, rows["snapshot"].max()
    day = checks.day(rows, "published", forms=forms, first="2013-10-01", last=last)
    checks.code(rows, "org_code")
    return descriptions.tidy(rows.plus(published=day).frame, "cqc_locations")


PARTS = {"cqc_locations": (r"cqc_one_location_per_trust_20\d\d-\d\d\.csv", ratings)}
TABLES = tuple(PARTS)


def releases(folder: Path) -> list[Path]:
    """Return the snapshots under `folder`, one a table that is there."""
    return collected.releases(folder, PARTS)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables whose file is there; errors as in `mortality` and `ratings`."""
    return collected.tables(folder, PARTS)
