"""Read one winter's daily situation reports: checked days of providers and of England."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.data import DataError, exact
from analysis.ingest import checks, files
from analysis.ingest.checks import Rows

# Measures of a daily return and their figures. A measure counts for a day when all its figures are there.
MEASURES: dict[str, tuple[str, ...]] = {
    "ga": ("ga_open", "ga_occupied"),
    "cc": ("cc_open", "cc_occupied"),
    "norovirus": ("beds_closed_norovirus",),
    "long_stay": ("long_stay_7", "long_stay_21"),
    "handover": ("handover_30_60", "handover_60"),
    "divert": ("diverts", "closures"),
}
BASES = ("all acute trusts", "type 1 acute trusts")
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
    "2022-23": Winter("2022-11-14", "2023-03-12", 119, _LATE, short={"handover_30_60": 24, "handover_60": 38}),
}  # fmt: skip


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
    rows = files.read_csv(path, columns, others=OTHERS)
    checks.unique(rows, ["Code", "Name", "Date"])
    names = {HEADINGS[figure]: figure for figure in figures}
    dates = _dates(rows, winter)
    days = checks.numbers(rows, names, whole=True, missing=("", "-")).rename(columns=names)
    rows = Rows(path.name, days.assign(date=dates, **rows.frame), HEADINGS)
    _check_halves(rows, winter)
    _check_rates(rows, winter)
    national = rows["Code"] == "-"
    trusts, totals = rows.only(~national), rows.only(national)
    codes = checks.code(trusts, "Code", pattern="[A-Z0-9]{3}")
    bases = checks.one_of(totals, "Name", ENGLAND).map(ENGLAND)
    providers = _joined(trusts.plus(org_code=codes), "org_code", figures)
    england = _joined(totals.plus(basis=bases), "basis", figures)
    _check_days(england, winter, file=path.name)
    _check_sums(providers, england, winter, file=path.name)
    every = [figure for measure in MEASURES.values() for figure in measure]
    return providers.reindex(columns=every), england.reindex(columns=every)


def _dates(rows: Rows, winter: Winter) -> pd.Series:
    """Return days as 'YYYY-MM-DD'; 23:00 (UTC, in British Summer Time) belongs to the next day."""
    raw = rows["Date"]
    day = pd.to_datetime(raw.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    time = raw.str.slice(10)
    late = time == " 23:00:00"
    summer = (day.dt.month > 3) | ((day.dt.month == 3) & (day.dt.day - (day.dt.day_of_week + 1) % 7 >= 25))
    fits = time.isin(["", " 00:00:00"]) | (late & summer)
    day = day + pd.to_timedelta(late.astype("int64"), unit="D")
    outside = ~fits | ~day.between(pd.Timestamp(winter.first), pd.Timestamp(winter.last))
    checks.refuse(rows, outside, "Date", f"a day YYYY-MM-DD from {winter.first} to {winter.last}")
    return day.dt.strftime("%Y-%m-%d")


def _check_halves(rows: Rows, winter: Winter) -> None:
    for measure in winter.measures:
        figures = list(MEASURES[measure])
        allowed = f"{[HEADINGS[figure] for figure in figures]}, or none of them"
        checks.whole_or_none(rows, rows.frame[figures].isna(), allowed, found="no figure")


def _check_rates(rows: Rows, winter: Winter) -> None:
    for measure, column in RATES.items():
        rate = checks.number(rows, column, missing=("", "-", "inf"))
        opened, occupied = (rows[figure] for figure in MEASURES[measure])
        right = (occupied / opened).where(opened > 0)
        right = right // 1 if winter.whole_rates and measure == "ga" else right
        bad = (rate - right).abs() > RATE_WITHIN
        checks.refuse(rows, bad, column, "{:.6f}, occupied / open", right=right, found=rate)


def _joined(rows: Rows, unit: str, figures: list[str]) -> pd.DataFrame:
    """Return one row a unit and day: a trust renamed in the winter has a row under each name."""
    groups = rows.frame.groupby([unit, "date"])[figures]
    first = groups.transform("first")
    differs = rows.frame[figures].notna() & (rows.frame[figures] != first)
    if differs.any(axis=None):
        figure = str(differs.loc[differs.any(axis=1).idxmax()].idxmax())
        right = pd.DataFrame({"first": first[figure].map(exact), "unit": rows[unit]})
        allowed = "{}, as in another row of {} that day"
        checks.refuse(rows, differs.any(axis=1), figure, allowed, right=right)
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
                allowed = f"{exact(both.loc[day, 'total'])} (the England line), or up to {short} less"
                found = f"{exact(both.loc[day, 'sum'])} over all providers"
                raise DataError(file, row=day, column=HEADINGS[figure], found=found, allowed=allowed)
