"""Read one winter's daily situation reports: checked days of providers and of England."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import release
from analysis.ingest.winter_tables import BASES, MEASURES

FILE = r"sitrep(\d\d)(\d\d)\.csv\.gz"
HEADINGS = {
    "ga_open": "G&A Beds Open",
    "ga_occupied": "G&A beds occ'd",
    "cc_open": "CC Adult Open",
    "cc_occupied": "CC Adult Occ",
    "beds_closed_norovirus": "No. beds closed due to norovirus etc.",
    "long_stay_7": "No. beds occupied by long-stay patients (> 7 days)",
    "long_stay_21": "No. beds occupied by long-stay patients (> 21 days)",
    "handover_30_60": "Delays30",
    "handover_60": "Delays60",
    "diverts": "Diverts",
    "closures": "Closures",
}
RATES = {"ga": "Occupancy rate", "cc": "Critical care beds occupancy rate"}
OTHERS = (
    "Region",
    "A&E Attendances",
    "No. unoccupied beds closed due to norovirus etc.",
    "No. beds occupied by flu patients (G&A)",
    "No. beds occupied by flu patients (Critical Care)",
    "G&A beds unavailable to non-covid admissions “void”",
)
ENGLAND = {
    "ENGLAND": BASES[0],
    "England": BASES[0],
    "ENGLAND (All Acute Trusts)": BASES[0],
    "ENGLAND (Type 1 Acute Trusts)": BASES[1],
}
RATE_WITHIN = 1e-6
# Days on which the England line holds other figures than its providers, which look right.
ENGLAND_DIFFERS = {"2017-01-01": ("cc", "norovirus"), "2017-01-08": ("cc", "norovirus")}


@dataclass(frozen=True, slots=True)
class Winter:
    """What one release holds. first, last: its days, `count` of them (2015-16 has working days only).

    measures: those collected. zero_filled: blanks of some sheets became zeros. whole_rates: the printed
    G&A occupancy was cut to whole numbers. short: how far providers may sum below England a day.
    """

    first: str
    last: str
    count: int
    measures: tuple[str, ...]
    zero_filled: bool = False
    whole_rates: bool = False
    short: dict[str, int] | None = None


_EARLY = ("ga", "cc", "norovirus", "divert")
_LATE = ("ga", "cc", "long_stay", "handover", "divert")
WINTERS = {
    "2015-16": Winter("2015-11-30", "2016-02-26", 62, _EARLY),
    "2016-17": Winter("2016-12-01", "2017-03-12", 102, _EARLY, zero_filled=True),
    "2017-18": Winter("2017-11-20", "2018-03-04", 105, tuple(MEASURES), zero_filled=True, whole_rates=True),
    "2018-19": Winter("2018-12-03", "2019-03-03", 91, tuple(MEASURES), zero_filled=True, whole_rates=True),
    "2019-20": Winter("2019-12-02", "2020-03-01", 91, tuple(MEASURES), zero_filled=True, whole_rates=True),
    "2020-21": Winter("2020-11-02", "2021-04-04", 154, _LATE),
    "2021-22": Winter("2021-11-29", "2022-04-03", 126, _LATE),
    "2022-23": Winter(
        "2022-11-14", "2023-03-12", 119, _LATE, short={"handover_30_60": 24, "handover_60": 38}
    ),
}


def winter_of(path: Path) -> str:
    """Return the winter of a release by its file name, such as '2015-16'; DataError for an unknown one."""
    fits = re.fullmatch(FILE, path.name)
    winter = f"20{fits[1]}-{fits[2]}" if fits else path.name
    if winter not in WINTERS:
        raise DataError(path.name, found=winter, allowed=f"a winter of {list(WINTERS)}")
    return winter


def read_winter(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the days of the providers and of England in one release, figures as published.

    Providers: index `org_code` and `date` ('YYYY-MM-DD'); England: index `basis` and `date`; columns the
    figures of all MEASURES (float, NaN where there is none). Rows of one provider and day are joined.
    Raises DataError for another layout, a row twice, two values for one figure, half a measure, a day
    outside the winter or absent, a rate that is not occupied / open, or providers that do not sum to
    England.
    """
    winter = WINTERS[winter_of(path)]
    figures = [figure for measure in winter.measures for figure in MEASURES[measure]]
    columns = ["Code", "Name", "Date", *(HEADINGS[figure] for figure in figures), *RATES.values()]
    frame = release.read_csv(path, columns, others=OTHERS)
    release.unique(frame, ["Code", "Name", "Date"], release=path.name)
    days = pd.DataFrame({"date": _dates(frame, winter, file=path.name)})
    for figure in figures:
        days[figure] = release.numbers(
            frame, HEADINGS[figure], release=path.name, integer=True, missing=("", "-")
        )
    _check_halves(days, winter, file=path.name)
    _check_rates(frame, days, winter, file=path.name)
    national = frame["Code"] == "-"
    codes = release.codes(frame[~national], "Code", release=path.name, pattern=re.compile("[A-Z0-9]{3}"))
    bases = release.choices(frame[national], "Name", release=path.name, allowed=ENGLAND).map(ENGLAND)
    providers = _joined(days[~national].assign(org_code=codes), "org_code", figures, file=path.name)
    england = _joined(days[national].assign(basis=bases), "basis", figures, file=path.name)
    _check_days(england, winter, file=path.name)
    _check_sums(providers, england, winter, file=path.name)
    every = [figure for measure in MEASURES.values() for figure in measure]
    return providers.reindex(columns=every), england.reindex(columns=every)


def _dates(frame: pd.DataFrame, winter: Winter, *, file: str) -> pd.Series:
    """Return days as 'YYYY-MM-DD'; 23:00 (UTC, in British Summer Time) belongs to the next day."""
    raw = frame["Date"]
    day = pd.to_datetime(raw.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    time = raw.str.slice(10)
    late = time == " 23:00:00"
    summer = (day.dt.month > 3) | ((day.dt.month == 3) & (day.dt.day - (day.dt.day_of_week + 1) % 7 >= 25))
    fits = time.isin(["", " 00:00:00"]) | (late & summer)
    day = day + pd.to_timedelta(late.astype("int64"), unit="D")
    bad = ~fits | ~day.between(pd.Timestamp(winter.first), pd.Timestamp(winter.last))
    if bad.any():
        row = bad.idxmax()
        allowed = f"a day YYYY-MM-DD from {winter.first} to {winter.last}"
        raise DataError(file, row=row, column="Date", found=raw.loc[row], allowed=allowed)
    return day.dt.strftime("%Y-%m-%d")


def _check_halves(days: pd.DataFrame, winter: Winter, *, file: str) -> None:
    for measure in winter.measures:
        blank = days[list(MEASURES[measure])].isna()
        half = blank.any(axis=1) & ~blank.all(axis=1)
        if half.any():
            row = half.idxmax()
            column = HEADINGS[blank.loc[row].idxmax()]
            allowed = f"{[HEADINGS[figure] for figure in MEASURES[measure]]}, or none of them"
            raise DataError(file, row=row, column=column, found="no figure", allowed=allowed)


def _check_rates(frame: pd.DataFrame, days: pd.DataFrame, winter: Winter, *, file: str) -> None:
    for measure, column in RATES.items():
        rate = release.numbers(frame, column, release=file, missing=("", "-", "inf"))
        opened, occupied = MEASURES[measure]
        expected = (days[occupied] / days[opened]).where(days[opened] > 0)
        if winter.whole_rates and measure == "ga":
            expected = expected // 1
        bad = (rate - expected).abs() > RATE_WITHIN
        if bad.any():
            row = bad.idxmax()
            allowed = f"{expected.loc[row]:.6f}, occupied / open"
            raise DataError(file, row=row, column=column, found=float(rate.loc[row]), allowed=allowed)


def _joined(days: pd.DataFrame, unit: str, figures: list[str], *, file: str) -> pd.DataFrame:
    """Return one row a unit and day: a trust renamed in the winter has a row under each name."""
    groups = days.groupby([unit, "date"])[figures]
    first = groups.transform("first")
    differs = days[figures].notna() & (days[figures] != first)
    if differs.any(axis=None):
        row = differs.any(axis=1).idxmax()
        figure = differs.loc[row].idxmax()
        allowed = f"{first.loc[row, figure]:g}, as in another row of {days.loc[row, unit]} that day"
        raise DataError(
            file, row=row, column=HEADINGS[figure], found=f"{days.loc[row, figure]:g}", allowed=allowed
        )
    return groups.first()


def _check_days(england: pd.DataFrame, winter: Winter, *, file: str) -> None:
    for basis, lines in england.groupby(level="basis"):
        dates = sorted(lines.index.get_level_values("date"))
        if [dates[0], dates[-1], len(dates)] != [winter.first, winter.last, winter.count]:
            found = f"{len(dates)} days from {dates[0]} to {dates[-1]} of England, {basis}"
            allowed = f"{winter.count} days from {winter.first} to {winter.last}"
            raise DataError(file, column="Date", found=found, allowed=allowed)
    if BASES[0] not in england.index.get_level_values("basis"):
        raise DataError(file, column="Code", found="no England line", allowed="an England line for every day")


def _check_sums(providers: pd.DataFrame, england: pd.DataFrame, winter: Winter, *, file: str) -> None:
    sums = providers.groupby(level="date").sum(min_count=1)
    total = england.xs(BASES[0])
    for measure in winter.measures:
        for figure in MEASURES[measure]:
            both = pd.concat([sums[figure], total[figure]], axis=1, keys=["sum", "total"]).dropna(how="all")
            both = both.drop([day for day in both.index if measure in ENGLAND_DIFFERS.get(day, ())])
            short = (winter.short or {}).get(figure, 0)
            bad = ~(both["total"] - both["sum"]).between(0, short)
            if bad.any():
                day = bad.idxmax()
                allowed = f"{both.loc[day, 'total']:g} (the England line), or up to {short} less"
                found = f"{both.loc[day, 'sum']:g} over all providers"
                raise DataError(file, row=day, column=HEADINGS[figure], found=found, allowed=allowed)
