"""Bed availability and occupancy (KH03) by provider and quarter, overnight and day only, from April 2010."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files
from analysis.ingest.checks import Rows

TABLES = ("beds_overnight", "beds_day", "beds_england")
FIRST = "2010-06"
# Names of the bed categories in the file and in the tables.
CATEGORIES = {
    "total": "total",
    "general_acute": "general_acute",
    "learn_disabil": "learning_disabilities",
    "maternity": "maternity",
    "mental_illness": "mental_illness",
}
MEASURES = ("available", "occupied")
OVERFULL = "mental_illness"  # two providers print more of these beds occupied than available, from 2021 on
FILE = r"overnight_day_beds_2010_\d\d_clean\.csv"
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
DATED = "year, period_end, quarter"
DECIMALS = 4


def read(path: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `beds_overnight`, `beds_day` and `beds_england`, beds to four decimals.

    Raises DataError for another layout, a quarter that is absent, not over or dated inconsistently, a
    provider twice, categories that do not add up to the total, more beds occupied than available, a
    share that is not occupied / available, or providers that do not sum to the ENGLAND row.
    """
    who = ["year", "period_end", "quarter", "org_code", "org_name"]
    figures = [name for kind in KINDS for name in _beds(kind, (*MEASURES, "percent_occupied"))]
    rows = files.read_csv(path, [*who, *figures], others=())
    national = rows["org_name"] == "ENGLAND"
    checks.code(rows.only(~national), "org_code")
    rows = rows.plus(quarter_end=_quarters(rows), england=national)
    checks.unique(rows, ["org_code", "quarter_end"])
    _check_coverage(rows)
    read = [checks.numbers(rows, _beds(kind), missing=("NA",), required=kind == "on") for kind in KINDS]
    beds = pd.concat(read, axis=1)
    _check_blanks(rows)
    _check_beds(rows, beds)
    _check_shares(rows, beds)
    named = rows.frame[["org_code", "quarter_end", "england"]]
    _check_sums(beds, named, file=path.name)
    return _tables(beds.round(DECIMALS), named)


def _column(category: str, kind: str, measure: str) -> str:
    return f"{category}_{kind}_beds_{measure}"


def _beds(kind: str, measures: Sequence[str] = MEASURES) -> list[str]:
    return [_column(name, kind, measure) for name in CATEGORIES for measure in measures]


def _quarters(rows: Rows) -> pd.Series:
    """Return the last month of each row's quarter; its three date fields must agree and it must be over."""
    known = rows["period_end"].map(lambda name: QUARTERS.get(name, ("", "")))
    month = rows["year"] + "-" + known.str[0]
    fits = rows["year"].str.fullmatch(r"20[0-9]{2}") & (month >= FIRST) & (month < checks.this_month())
    dated = rows.plus(**{DATED: rows.frame[DATED.split(", ")].agg(" ".join, axis=1)})
    allowed = f"a calendar year, last month and financial quarter that agree, from {FIRST}, and are over"
    checks.refuse(dated, ~fits | (rows["quarter"] != known.str[1]), DATED, allowed)
    return month


def _check_coverage(rows: Rows) -> None:
    last = max([LAST, *rows["quarter_end"]])
    expected = {f"{month.year}-{month.month:02d}" for month in pd.period_range(FIRST, last, freq="M")[::3]}
    missing = sorted(expected - set(rows.only(rows["england"])["quarter_end"]))
    if missing:
        found, allowed = "no ENGLAND row", f"an ENGLAND row for every quarter from {FIRST} to {last}"
        raise DataError(rows.place, row=missing[0], column="org_name", found=found, allowed=allowed)


def _check_blanks(rows: Rows) -> None:
    """Day beds are missing for a provider as a whole, and only in the first four quarters."""
    blank = rows.frame[_beds("day")] == "NA"
    allowed = f"day beds in every category, or NA in all of them up to {BLANK_DAY_UNTIL}"
    checks.whole_or_none(rows, blank, allowed, found="NA")
    late = blank.any(axis=1) & (rows["quarter_end"] > BLANK_DAY_UNTIL)
    checks.refuse(rows, late, str(blank.columns[0]), allowed)


def _check_beds(rows: Rows, beds: pd.DataFrame) -> None:
    for kind in KINDS:
        for measure in MEASURES:
            total, *parts = (_column(name, kind, measure) for name in CATEGORIES)
            difference = beds[parts].sum(axis=1, min_count=len(parts)) - beds[total]
            checks.refuse(rows, difference.abs() > BEDS_WITHIN, total, "the sum of its categories")
        for name in CATEGORIES:
            available, occupied = (_column(name, kind, measure) for measure in MEASURES)
            over = (beds[occupied] > beds[available] + BEDS_WITHIN) & (name != OVERFULL)
            checks.refuse(rows, over, occupied, f"no more than {available}")


def _check_shares(rows: Rows, beds: pd.DataFrame) -> None:
    for kind in KINDS:
        named = zip(rows["org_code"], rows["quarter_end"], strict=True)
        known = pd.Series([(code, quarter, kind) in OTHER_SHARES for code, quarter in named], beds.index)
        for name in CATEGORIES:
            column = _column(name, kind, "percent_occupied")
            share = checks.number(rows, column, missing=("NA",), high=2 if name == OVERFULL else 1)
            available, occupied = (beds[_column(name, kind, measure)] for measure in MEASURES)
            expected = (occupied / available).where(available > 0, 0).mask(known)
            allowed = "occupied / available, as a share of one"
            checks.near(rows, column, share, expected, within=SHARE_WITHIN, allowed=allowed)


def _check_sums(beds: pd.DataFrame, named: pd.DataFrame, *, file: str) -> None:
    total = beds[named["england"]].set_index(named.loc[named["england"], "quarter_end"])
    sums = beds[~named["england"]].groupby(named["quarter_end"]).sum()
    for quarter, absent in DAY_ABSENT.items():
        for measure, number in zip(MEASURES, absent, strict=True):
            for name in ("total", "general_acute"):
                sums.loc[quarter, _column(name, "day", measure)] += number
    within: dict[str, Any] = {"place": file, "tolerance": BEDS_WITHIN, "against": "the ENGLAND row"}
    for column in beds:
        checks.agrees(sums[column], total[column], column=column, **within)


def _tables(beds: pd.DataFrame, named: pd.DataFrame) -> dict[str, pd.DataFrame]:
    def renamed(kind: str, prefix: str = "") -> dict[str, str]:
        fields = [f"{prefix}{new}_{measure}" for new in CATEGORIES.values() for measure in MEASURES]
        return dict(zip(_beds(kind), fields, strict=True))

    whole = pd.concat([named, beds], axis=1)
    providers, england = whole[~whole["england"]], whole[whole["england"]]
    made = {f"beds_{kind}": providers.rename(columns=renamed(short)) for short, kind in KINDS.items()}
    prefixed = {**renamed("on", "overnight_"), **renamed("day", "day_")}
    made["beds_england"] = england.rename(columns=prefixed)
    return {name: descriptions.tidy(made[name], name) for name in TABLES}
