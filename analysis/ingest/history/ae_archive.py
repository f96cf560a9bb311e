"""Read the two closed collections behind the A&E counts before April 2019: archive and 2016-2019 set."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, files, months
from analysis.ingest.checks import Rows

PILOT_FROM = "2019-05"  # from this month the archive counts the attendances of the pilot trusts as waits
ARCHIVE_FILE = r"ae_all_types_monthly_.*\.csv"
SET_FILE = r"ae_attendances_2016-04_2019-03\.csv"

ARCHIVE_ROWS = 23_549  # both are closed collections: any other size is a damaged copy
SET_ROWS = 12_765
ARCHIVE_FIRST, ARCHIVE_LAST = "2010-11", "2021-12"
ARCHIVE_ABSENT = ("2019-02", "2021-11")
MONTHLY_FROM = "2015-06"  # weekly returns before, split over months by the archive's author
SET_FIRST, SET_LAST = "2016-04", "2019-03"
ENGLAND = "ENG"
PAIR = r"[A-Z0-9]{3,6}(\|[A-Z0-9]{3,6})*"  # a name that stands for two codes

# Luton and Dunstable stands under two names; in these months the two give different counts (one is -6).
TWO_VALUES = {"RC9": ("2011-09", "2011-10", "2012-01", "2012-02", "2012-03", "2012-09")}
# Counts of one week or less under the name of a month: 4% to 26% of the months beside them.
PART_MONTH: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["NTPAD", "RCB", "RD3", "RDZ", "RM3", "RW6", "RWG", "RXH", "RXW"], ("2011-10",)),
    "RHU": ("2011-10", "2012-03"),
}
FLAG_TWO, FLAG_PART = "left out: two values", "left out: part of the month"
FLAG_WEEK = "one week missing"
ARCHIVE_FLAGS = {
    "": None,
    "week_ending_2013-03-31_missing": FLAG_WEEK,
    "england_over4_wrong_includes_pilot_trusts": None,
}


def read_archive(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the archive of all-types counts as (providers, England).

    providers: one row per `org_code` and `month` with `attendances`, `over_4h` (float, NaN missing) and
    `flag`; ambiguous codes (two codes in one) are out, equal rows of one code under two names are one.
    England: one row per `month`; `over_4h` is NaN from 2019-05, where the archive counts the pilot
    trusts' attendances as waits.
    Raises DataError for another number of rows, a month that is absent or unknown, two values for one
    code and month other than TWO_VALUES, or providers that sum to more than England.
    """
    count, over = "attendances_all_types", "attendances_over_4h_all_types"
    columns = ["org_code", "org_name_as_published", "month", count, over, "source_basis", "flag"]
    rows = files.read_csv(path, columns, others=["repo_commit"])
    frame = pd.DataFrame({"org_code": checks.code(rows, "org_code", pattern=PAIR)})
    frame["month"] = checks.month(rows, "month", first=ARCHIVE_FIRST, last=ARCHIVE_LAST)
    checks.unique(rows.plus(month=frame["month"]), ["org_code", "org_name_as_published", "month"])
    checks.size(rows, ARCHIVE_ROWS)
    weekly, monthly = "weekly_apportioned_by_repo_author", "monthly_as_published"
    basis = np.where(frame["month"] < MONTHLY_FROM, weekly, monthly)
    allowed = f"weekly before {MONTHLY_FROM}, else monthly"
    checks.refuse(rows, rows["source_basis"] != basis, "source_basis", allowed)
    flag = checks.one_of(rows, "flag", ARCHIVE_FLAGS)
    two, part = _listed(frame, TWO_VALUES), _listed(frame, PART_MONTH)
    kept = rows.only(~two)
    frame["attendances"] = checks.number(kept, count, whole=True, required=True)
    frame["over_4h"] = checks.number(kept, over, whole=True)
    more = frame["over_4h"] > frame["attendances"]
    checks.refuse(rows, more, over, "no more than the attendances of the row")
    frame.loc[part, ["attendances", "over_4h"]] = float("nan")
    frame["flag"] = flag.map(ARCHIVE_FLAGS).astype("object").mask(two, FLAG_TWO).mask(part, FLAG_PART)
    frame = frame[~frame["org_code"].str.contains("|", regex=False)].drop_duplicates()
    checks.unique(Rows(path.name, frame), ["org_code", "month"])
    england = frame[frame["org_code"] == ENGLAND].copy()
    england["over_4h"] = england["over_4h"].mask(england["month"] >= PILOT_FROM)
    providers = frame[frame["org_code"] != ENGLAND]
    _check_england(providers, england, release=path.name)
    return providers, england


def read_set(path: Path) -> pd.DataFrame:
    """Return the 2016-2019 set: a row per `org_code` and `month`, counts over all types and for type 1.

    `attendances`, `over_4h`, `emergency_admissions_ae` are sums over the types that the set has;
    `attendances_type1`, `over_4h_type1` are NaN where it has no type 1 row.
    Raises DataError for another number of rows, an absent month, a row twice or over_4h > attendances.
    """
    counts = ["attendances", "breaches", "admissions"]
    rows = files.read_csv(path, ["period", "org_code", "type", *counts], others=[])
    frame = pd.DataFrame({"org_code": checks.code(rows, "org_code")})
    frame["month"] = checks.month(rows, "period", first=SET_FIRST, last=SET_LAST)
    frame["type"] = checks.one_of(rows, "type", ["1", "2", "other"])
    checks.unique(Rows(path.name, frame), ["org_code", "month", "type"])
    _check_months(frame["month"], months.span(SET_FIRST, SET_LAST), release=path.name)
    checks.size(rows, SET_ROWS)
    frame[counts] = checks.numbers(rows, counts, whole=True, required=True)
    more = frame["breaches"] > frame["attendances"]
    checks.refuse(rows, more, "breaches", "no more than the attendances of the row")
    names = {"breaches": "over_4h", "admissions": "emergency_admissions_ae"}
    total = frame.groupby(["org_code", "month"])[counts].sum().rename(columns=names)
    major = frame[frame["type"] == "1"].set_index(["org_code", "month"])
    total["attendances_type1"], total["over_4h_type1"] = major["attendances"], major["breaches"]
    return total.reset_index()


def _listed(frame: pd.DataFrame, listed: Mapping[str, tuple[str, ...]]) -> pd.Series:
    return pd.MultiIndex.from_frame(frame[["org_code", "month"]]).isin(
        [(code, month) for code, months in listed.items() for month in months]
    )


def _check_months(held: pd.Series, expected: list[str], *, release: str) -> None:
    wrong = sorted(set(expected) ^ set(held))
    if wrong:
        found = f"{wrong[0]} {'not there' if wrong[0] in expected else 'there'}"
        allowed = f"each month {expected[0]} to {expected[-1]}"
        raise DataError(release, column="month", found=found, allowed=allowed)


def _check_england(providers: pd.DataFrame, england: pd.DataFrame, *, release: str) -> None:
    expected = [month for month in months.span(ARCHIVE_FIRST, ARCHIVE_LAST) if month not in ARCHIVE_ABSENT]
    _check_months(england["month"], expected, release=f"{release}, rows {ENGLAND}")
    total = england.set_index("month")
    for column in ("attendances", "over_4h"):
        sums = providers.groupby("month")[column].sum()
        above = sums > total[column].reindex(sums.index)
        if above.any():
            month = above.idxmax()
            row = england.index[england["month"] == month][0]
            allowed = f"at least {sums[month]:.0f}, the sum over the named providers in {month}"
            raise DataError(release, row=row, column=column, found=total[column][month], allowed=allowed)
