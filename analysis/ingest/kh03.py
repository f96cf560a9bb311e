"""Bed availability and occupancy (KH03) by provider and quarter, overnight and day only, from April 2010."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import kh03_workbook, release
from analysis.ingest.kh03_tables import CATEGORIES, FIRST, MEASURES, OVERFULL, RESOURCES

FILE = r"overnight_day_beds_2010_\d\d_clean\.csv"
STEP = 3  # months from one period to the next
LAST = "2024-09"  # every quarter from FIRST is required; later ones may follow without a gap
QUARTERS = {"June": ("06", "Q1"), "September": ("09", "Q2"), "December": ("12", "Q3"), "March": ("03", "Q4")}
KINDS = {"on": "overnight", "day": "day"}
BLANK_DAY_UNTIL = "2011-03"  # providers without day beds are blank, not zero, to this quarter
# England's day beds, available and occupied, that no provider row of the file holds.
DAY_ABSENT = {
    "2010-06": (81.0, 68.3626),
    "2010-09": (81.0, 69.2826),
    "2010-12": (81.0, 70.4022),
    "2011-03": (81.0, 72.3111),
}
# Rows whose printed share is not occupied / available; the beds themselves sum to England.
OTHER_SHARES = {
    ("RAS", "2011-03", "day"),
    ("RJL", "2010-06", "day"),
    ("RJZ", "2010-06", "day"),
    ("RW3", "2011-03", "day"),
    ("RTR", "2023-06", "day"),
    ("TAH", "2023-06", "on"),
}
SHARE_WITHIN = 1e-6
BEDS_WITHIN = 0.001
DECIMALS = 4


def releases(folder: Path) -> list[Path]:
    """Return the compiled KH03 file under `folder`, an empty list without one; DataError for several."""
    path = release.find_one(folder, FILE)
    return [] if path is None else [path]


def later(folder: Path) -> list[Path]:
    """Return the publisher's own workbooks of single quarters, of a revised quarter the revised one."""
    paths = release.find(folder, kh03_workbook.WORKBOOK)
    revised = {period_of(path.name) for path in paths if "revised" in path.name.lower()} - {None}
    return [path for path in paths if "revised" in path.name.lower() or period_of(path.name) not in revised]


def read_later(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the rows of the bed tables for the quarters of `later`; errors as in kh03_workbook."""
    return kh03_workbook.tables(later(folder))


def period_of(name: str) -> str | None:
    """Return the kind of bed and the quarter that a workbook's name states, None for another name."""
    return kh03_workbook.period_of(name)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `beds_overnight`, `beds_day` and `beds_england`, beds to four decimals.

    Raises DataError for another layout, a quarter that is absent, not over or dated inconsistently, a
    provider twice, categories that do not add up to the total, more beds occupied than available, a
    share that is not occupied / available, or providers that do not sum to the ENGLAND row.
    """
    path = releases(folder)[0]
    frame = release.read_csv(path, _headings(), others=())
    national = frame["org_name"] == "ENGLAND"
    release.codes(frame[~national], "org_code", release=path.name)
    quarter = _quarters(frame, file=path.name)
    named = pd.DataFrame({"org_code": frame["org_code"], "quarter_end": quarter, "england": national})
    release.unique(named, ["org_code", "quarter_end"], release=path.name)
    _check_coverage(named, file=path.name)
    beds = _numbers(frame, file=path.name)
    _check_blanks(frame, named, file=path.name)
    _check_beds(frame, beds, file=path.name)
    _check_shares(frame, beds, named, file=path.name)
    _check_sums(beds, named, file=path.name)
    return _tables(beds.round(DECIMALS), named)


def _column(category: str, kind: str, measure: str) -> str:
    return f"{category}_{kind}_beds_{measure}"


def _headings() -> list[str]:
    measures = (*MEASURES, "percent_occupied")
    beds = [_column(name, kind, what) for kind in KINDS for what in measures for name in CATEGORIES]
    return ["year", "period_end", "quarter", "org_code", "org_name", *beds]


def _quarters(frame: pd.DataFrame, *, file: str) -> pd.Series:
    """Return the last month of each row's quarter; its three date fields must agree and it must be over."""
    known = frame["period_end"].map(lambda name: QUARTERS.get(name, ("", "")))
    month = frame["year"] + "-" + known.str[0]
    now = pd.Timestamp.today().strftime("%Y-%m")
    fits = frame["year"].str.fullmatch(r"20\d\d") & (month >= FIRST) & (month < now)
    bad = ~fits | (frame["quarter"] != known.str[1])
    if bad.any():
        row = bad.idxmax()
        found = " ".join(frame.loc[row, ["year", "period_end", "quarter"]])
        allowed = f"a calendar year, last month and financial quarter that agree, from {FIRST}, and are over"
        raise DataError(file, row=row, column="year, period_end, quarter", found=found, allowed=allowed)
    return month


def _check_coverage(named: pd.DataFrame, *, file: str) -> None:
    quarters = named.loc[named["england"], "quarter_end"]
    last = max([LAST, *named["quarter_end"]])
    expected = {f"{month.year}-{month.month:02d}" for month in pd.period_range(FIRST, last, freq="M")[::3]}
    missing = sorted(expected - set(quarters))
    if missing:
        allowed = f"an ENGLAND row for every quarter from {FIRST} to {last}"
        raise DataError(file, row=missing[0], column="org_name", found="no ENGLAND row", allowed=allowed)


def _numbers(frame: pd.DataFrame, *, file: str) -> pd.DataFrame:
    def column(name: str, kind: str, measure: str) -> pd.Series:
        heading = _column(name, kind, measure)
        return release.numbers(frame, heading, release=file, missing=("NA",), required=kind == "on")

    return pd.DataFrame(
        {
            _column(name, kind, measure): column(name, kind, measure)
            for kind in KINDS
            for name in CATEGORIES
            for measure in MEASURES
        }
    )


def _check_blanks(frame: pd.DataFrame, named: pd.DataFrame, *, file: str) -> None:
    """Day beds are missing for a provider as a whole, and only in the first four quarters."""
    day = [_column(name, "day", measure) for name in CATEGORIES for measure in MEASURES]
    blank = frame[day] == "NA"
    bad = blank.any(axis=1) & (~blank.all(axis=1) | (named["quarter_end"] > BLANK_DAY_UNTIL))
    if bad.any():
        row = bad.idxmax()
        allowed = f"day beds in every category, or NA in all of them up to {BLANK_DAY_UNTIL}"
        raise DataError(file, row=row, column=blank.loc[row].idxmax(), found="NA", allowed=allowed)


def _check_beds(frame: pd.DataFrame, beds: pd.DataFrame, *, file: str) -> None:
    for kind in KINDS:
        for measure in MEASURES:
            total, *parts = (_column(name, kind, measure) for name in CATEGORIES)
            difference = beds[parts].sum(axis=1, min_count=len(parts)) - beds[total]
            _refuse(
                difference.abs() > BEDS_WITHIN, frame, total, file=file, allowed="the sum of its categories"
            )
        for name in CATEGORIES:
            available, occupied = (_column(name, kind, measure) for measure in MEASURES)
            over = (beds[occupied] > beds[available] + BEDS_WITHIN) & (name != OVERFULL)
            _refuse(over, frame, occupied, file=file, allowed=f"no more than {available}")


def _check_shares(frame: pd.DataFrame, beds: pd.DataFrame, named: pd.DataFrame, *, file: str) -> None:
    for kind in KINDS:
        rows = zip(named["org_code"], named["quarter_end"], strict=True)
        known = pd.Series([(code, quarter, kind) in OTHER_SHARES for code, quarter in rows], named.index)
        for name in CATEGORIES:
            column = _column(name, kind, "percent_occupied")
            high = 2 if name == OVERFULL else 1
            share = release.numbers(frame, column, release=file, missing=("NA",), high=high)
            available, occupied = (beds[_column(name, kind, measure)] for measure in MEASURES)
            expected = (occupied / available).where(available > 0, 0)
            bad = ((share - expected).abs() > SHARE_WITHIN) & ~known
            _refuse(bad, frame, column, file=file, allowed="occupied / available, as a share of one")


def _check_sums(beds: pd.DataFrame, named: pd.DataFrame, *, file: str) -> None:
    total = beds[named["england"]].set_index(named.loc[named["england"], "quarter_end"])
    sums = beds[~named["england"]].groupby(named["quarter_end"]).sum()
    for quarter, absent in DAY_ABSENT.items():
        for measure, number in zip(MEASURES, absent, strict=True):
            for name in ("total", "general_acute"):
                sums.loc[quarter, _column(name, "day", measure)] += number
    for column in beds:
        release.agrees(
            sums[column],
            total[column],
            release=file,
            column=column,
            tolerance=BEDS_WITHIN,
            against="the ENGLAND row",
        )


def _refuse(bad: pd.Series, frame: pd.DataFrame, column: str, *, file: str, allowed: str) -> None:
    if bad.any():
        row = bad.idxmax()
        raise DataError(file, row=row, column=column, found=frame.loc[row, column], allowed=allowed)


def _tables(beds: pd.DataFrame, named: pd.DataFrame) -> dict[str, pd.DataFrame]:
    def renamed(kind: str, prefix: str = "") -> dict[str, str]:
        return {
            _column(old, kind, measure): f"{prefix}{new}_{measure}"
            for old, new in CATEGORIES.items()
            for measure in MEASURES
        }

    whole = pd.concat([named, beds], axis=1).sort_values(["org_code", "quarter_end"])
    providers, england = whole[~whole["england"]], whole[whole["england"]]
    made = {
        f"beds_{kind}": providers.rename(columns=renamed(short)).drop(columns="england")
        for short, kind in KINDS.items()
    }
    prefixed = {**renamed("on", "overnight_"), **renamed("day", "day_")}
    made["beds_england"] = england.rename(columns=prefixed)
    return {
        resource["name"]: made[resource["name"]][
            [field["name"] for field in resource["schema"]["fields"]]
        ].reset_index(drop=True)
        for resource in RESOURCES
    }
