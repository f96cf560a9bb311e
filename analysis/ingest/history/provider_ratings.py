"""Ratings of whole NHS providers by question, as they stood in September 2018 and March 2019."""

from pathlib import Path

import pandas as pd

from analysis.ingest import checks, descriptions, files
from analysis.ingest.history import collected

TABLES = ("cqc_provider_ratings",)
FILE = r"cqc_provider_ratings_2018-09_2019-03\.csv\.gz"
RECORDS = 14891
WHOLE = "Overall"  # the provider as a whole; other rows are core services, some named twice


def releases(folder: Path) -> list[Path]:
    """Return the file under `folder`, an empty list without it."""
    return files.named(folder, FILE)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `cqc_provider_ratings`: providers as a whole, six ratings a snapshot.

    Raises DataError for another layout or number of records, an unknown rating or question, or a rating twice.
    """
    rows = files.read_csv(releases(folder)[0], [*descriptions.fields(TABLES[0]), "service"])
    checks.size(rows, RECORDS)
    whole = rows.only(rows["service"] == WHOLE)
    made = collected.checked(whole, TABLES[0])
    late = made["published"].str.slice(0, 7) > made["snapshot"]
    checks.refuse(made, late, "published", "a day before the end of the snapshot's month")
    return {TABLES[0]: descriptions.tidy(made.frame, TABLES[0])}
