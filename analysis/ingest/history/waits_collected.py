"""Cancer waits by provider and month as collected from official files, October 2023 on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files

TABLES = ("cancer_waits",)
CANCER_62 = r"cancer_62day_combined_20\d\d-\d\d_20\d\d-\d\d\.csv"
CANCER_OTHER = r"cancer_28day_31day_62day_20\d\d-\d\d_20\d\d-\d\d\.csv"
FIRST, LAST = "2023-10", "2026-06"


def releases(folder: Path) -> list[Path]:
    """Return the two collected files under `folder`, empty without any; DataError when some are missing."""
    found = [files.find_one(folder, name) for name in (CANCER_62, CANCER_OTHER)]
    if any(found) and not all(found):
        raise DataError(str(folder), found="one of two collected files of waits", allowed="both")
    return [path for path in found if path is not None]


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `cancer_waits`.

    Raises DataError for other headings, a provider twice in a month, or parts that are not their whole.
    """
    longer, shorter = releases(folder)
    return {"cancer_waits": _cancer(longer, shorter)}


def _cancer(longer: Path, shorter: Path) -> pd.DataFrame:
    rows = files.read_csv(longer, ["period", "org_code", "total", "within_62_days", "over_62_days"])
    parts = checks.numbers(rows, ["total", "within_62_days", "over_62_days"], required=True)
    checks.equal(rows, "total", parts["total"], parts["within_62_days"] + parts["over_62_days"], within=0.01)
    first = _placed(rows, "period").assign(treated_62=parts["total"], within_62=parts["within_62_days"])
    names = {
        "fds_total": "told_28",
        "fds_within_28_days": "within_28",
        "d31_total": "treated_31",
        "d31_within": "within_31",
    }
    other = files.read_csv(shorter, ["period", "org_code", *names])
    second = _placed(other, "period").assign(**checks.numbers(other, names).rename(columns=names))
    return descriptions.tidy(first.merge(second, on=["org_code", "month"], how="outer"), "cancer_waits")


def _placed(rows: checks.Rows, period: str) -> pd.DataFrame:
    month = checks.month(rows, period, first=FIRST, last=LAST)
    checks.unique(rows, ["org_code", period])
    return pd.DataFrame({"org_code": checks.code(rows, "org_code"), "month": month})
