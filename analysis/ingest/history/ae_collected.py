"""Read A&E months that were collected from official files into one file a year: April 2023 to March 2024, 2025-26."""

import re
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, files, months, pilots
from analysis.ingest.checks import Rows

FILE = r"ae_(20\d\d)-04_(20\d\d)-03\.csv"
_KINDS, _KINDS_LATER = ("type_1", "type_2", "other"), ("type_1", "type_2", "type_3")
_ADMISSIONS = ("emergency_admissions_type_1", "emergency_admissions_type_2", "emergency_admissions_other_ae")
_ELSEWHERE, _LONGEST = "other_emergency_admissions", "dta_wait_over_12h"
# Booked appointments stand apart in the files of the publisher, and so here; the workbooks include them.
APART = [
    *(f"{part}_{kind}" for part in ("attendances", "over_4h", "booked_attendances", "booked_over_4h") for kind in _KINDS),
    "dta_wait_4_12h",
    _LONGEST,
    *_ADMISSIONS,
    _ELSEWHERE,
]  # fmt: skip
INCLUDED = [
    *(f"{part}_{kind}" for part in ("attendances", "within_4h", "over_4h") for kind in (*_KINDS_LATER, "total")),
    *_ADMISSIONS,
    "emergency_admissions_via_ae",
    _ELSEWHERE,
    "emergency_admissions_total",
    "dta_wait_over_4h",
    _LONGEST,
]  # fmt: skip
TOTALS = {
    **{f"{part}_total": [f"{part}_{kind}" for kind in _KINDS_LATER] for part in ("attendances", "within_4h", "over_4h")},
    "attendances_type_1": ["within_4h_type_1", "over_4h_type_1"],
    "emergency_admissions_via_ae": list(_ADMISSIONS),
    "emergency_admissions_total": ["emergency_admissions_via_ae", _ELSEWHERE],
}  # fmt: skip


def read(path: Path) -> pd.DataFrame:
    """Return the rows of `ae_monthly` that a collected year holds, booked appointments in the counts.

    Raises DataError for other headings, a month outside the year of the file's name or not there, a provider
    twice in a month, more over four hours than attendances, or totals that are not the sum of their parts.
    """
    fits = re.fullmatch(FILE, path.name)
    assert fits is not None
    first, last = f"{fits[1]}-04", f"{fits[2]}-03"
    apart = "booked_attendances_type_1" in files.text(path).partition("\n")[0]
    counted = APART if apart else INCLUDED
    rows = files.read_csv(path, ["period", "org_code", "org_name", *counted], others=[])
    month = checks.month(rows, "period", first=first, last=last)
    absent = sorted(set(months.span(first, last)) - set(month))
    if absent:
        raise DataError(path.name, column="period", found=f"no row of {absent[0]}", allowed="twelve months")
    checks.unique(rows, ["org_code", "period"])
    counts = checks.numbers(rows, counted, whole=True, required=True)
    numbered = Rows(path.name, rows.frame.assign(**counts))
    if not apart:
        for total, parts in TOTALS.items():
            checks.equal(numbered, total, counts[total], counts[parts].sum(axis=1))
    measures = _apart(counts) if apart else _included(counts)
    for over, all_of in (("over_4h", "attendances"), ("over_4h_type1", "attendances_type1")):
        bad = measures[over] > measures[all_of]
        checks.refuse(numbered.plus(**measures), bad, over, f"no more than {all_of}")
    keys = {"org_code": checks.code(rows, "org_code"), "month": month}
    return pilots.without(Rows(path.name, pd.DataFrame({**keys, **measures, "flag": None})))


def _apart(counts: pd.DataFrame) -> dict[str, pd.Series]:
    def added(part: str, kinds: tuple[str, ...]) -> pd.Series:
        return counts[[f"{booked}{part}_{kind}" for booked in ("", "booked_") for kind in kinds]].sum(axis=1)

    return {
        "attendances": added("attendances", _KINDS),
        "over_4h": added("over_4h", _KINDS),
        "attendances_type1": added("attendances", _KINDS[:1]),
        "over_4h_type1": added("over_4h", _KINDS[:1]),
        "emergency_admissions_ae": counts[list(_ADMISSIONS)].sum(axis=1),
        "emergency_admissions_other": counts[_ELSEWHERE],
        "waits_4_12h_dta": counts["dta_wait_4_12h"],
        "waits_12h_dta": counts[_LONGEST],
    }


def _included(counts: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "attendances": counts["attendances_total"],
        "over_4h": counts["over_4h_total"],
        "attendances_type1": counts["attendances_type_1"],
        "over_4h_type1": counts["over_4h_type_1"],
        "emergency_admissions_ae": counts["emergency_admissions_via_ae"],
        "emergency_admissions_other": counts[_ELSEWHERE],
        "waits_4_12h_dta": counts["dta_wait_over_4h"] - counts[_LONGEST],
        "waits_12h_dta": counts[_LONGEST],
    }
