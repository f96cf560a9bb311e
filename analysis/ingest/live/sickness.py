"""Sickness absence by NHS organisation and month, from the payroll's absence records."""

import re
from functools import partial
from itertools import pairwise
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, months, naming
from analysis.ingest.checks import Rows

TABLES = ("sickness_absence",)
BY_PERIOD = True  # a file replaces the months that it holds, and no others
STEP = 1  # months from one period to the next
FIRST = "2009-04"
# As stored here by month; as NHS England names it; the long series of 2009 on, without a month in the name.
FILE = (
    r"nhs_sickness_absence_20\d\d-\d\d(-revised)?\.csv"
    r"|(?i:NHS Sickness Absence rates CSV,? [A-Z]+ 20\d\d( ?\(?revised\)?)?\.csv)"
    r"|ESR_ABSENCE_(annual_)?(CSV|csv)_[A-Za-z0-9]+\.csv"
)
# Spellings of each heading, in small letters with one space for all else: the long file to March 2022, the
# files of single months from April 2022, and the annual ones between. The first names the field in a refusal.
SPELLINGS = {
    "month": ("date", "tm end date", "month"),
    "org_code": ("org code",),
    "name": ("org name",),
    "org_type": ("org type",),
    "days_lost": ("fte days lost", "fte days sick"),
    "days_available": ("fte days available",),
    "rate": ("sickness absence rate percent", "sa rate", "sickness absence rate"),
}
OTHERS = re.compile(r"(nhse|hee|ics|icb) (region )?(code|name)|sort date")  # areas: left out
SUPPRESSED = ("", "-", "*", ".")  # 330 days or fewer are not published
WITHIN = 0.0051  # the rate is printed with two decimals
FALL = 0.9  # fewer organisations than this share of the month before: the file is cut short
# Last months before many organisations closed: primary care trusts, clinical commissioning groups.
CLOSURES = ("2013-03", "2022-06")


releases = partial(files.find, name=FILE)  # monthly files and long ones


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `sickness_absence`: every month of the files; of long files that overlap the later wins.

    Raises DataError for another layout, a month that is not over or not that of the file name, an
    organisation twice in a month, more days lost than available, a rate that is not lost / available, two
    files that end in the same month, a month between that no file holds, or a month with far fewer
    organisations than the month before it.
    """
    parts = [(path.name, absence(path)) for path in releases(folder)]
    held: dict[str, pd.DataFrame] = {}
    ends: dict[str, str] = {}
    for name, frame in sorted(parts, key=lambda part: part[1]["month"].max()):
        last = frame["month"].max()
        if last in ends:
            allowed = f"one file that ends in {last}; {ends[last]} does too"
            raise DataError(name, column="month", found=last, allowed=allowed)
        ends[last] = name
        held.update({str(month): rows for month, rows in frame.groupby("month")})
    _check_span(held, place=", ".join(ends.values()))
    return {"sickness_absence": descriptions.tidy(pd.concat(list(held.values())), "sickness_absence")}


def period_of(name: str) -> str | None:
    """Return the month 'YYYY-MM' that a file name states, None for a long file or another name."""
    dated = re.search(r"_(20\d\d-(?:0[1-9]|1[0-2]))", name)
    if dated:
        return dated[1]
    worded = re.search(r"([A-Za-z]+) (20\d\d)", name)
    return months.dated(worded[1], worded[2]) if worded and worded[1].upper() in months.LONG else None


def absence(path: Path) -> pd.DataFrame:
    """Return one absence file: one row per `org_code` and `month`, fields as in the table.

    Raises DataError as `read` does; `row` is the line of the file.
    """
    layout, others = _layout(path)
    rows = files.read_csv(path, layout, others=others, windows=True)
    checks.code(rows, "org_code")
    frame = rows.frame[["org_code", "org_type"]].assign(month=_months(rows))
    checks.refuse(rows, frame["org_type"] == "", "org_type", "a kind of organisation")
    figures = ("days_lost", "days_available", "rate")
    values = checks.numbers(rows, figures, missing=SUPPRESSED, grouped=True)
    blank = values.isna()
    partly = blank.any(axis=1) & ~blank.all(axis=1)
    allowed = "days lost, days available and rate, or none of them (suppressed)"
    checks.refuse(rows, partly, "days_lost", allowed)
    lost, available = values["days_lost"], values["days_available"]
    checks.refuse(rows, lost > available, "days_lost", "no more than the days available")
    rate = (100 * lost / available).where(available > 0, 0)
    other = (values["rate"] - rate).abs() > WITHIN
    checks.refuse(rows, other, "rate", "100 x days lost / days available")
    checks.unique(Rows(path.name, frame), ["org_code", "month"])
    naming.note(rows, "org_code", "name")
    return frame.assign(days_lost=lost, days_available=available)


def _layout(path: Path) -> tuple[dict[str, str], list[str]]:
    """Return the heading of each field as the file spells it, and the headings of areas."""
    first = files.text(path, windows=True).lstrip().partition("\n")[0]
    names = files.headings(first)
    plain = {name: " ".join(re.findall(r"[a-z]+", name.lower())) for name in names}
    layout = {}
    for field, spellings in SPELLINGS.items():
        found = [name for name, words in plain.items() if words in spellings]
        layout[field] = found[0] if found else spellings[0].upper().replace(" ", "_")
    return layout, [name for name, words in plain.items() if OTHERS.fullmatch(words)]


def _months(rows: Rows) -> pd.Series:
    """Return months written '2014-APR' or as their last day, dd/mm/yyyy or yyyy-mm-dd, as 'YYYY-MM'."""
    parts = rows["month"].str.extract(r"^(20\d\d)-([A-Za-z]{3})$")
    number = parts[1].str.upper().map(months.SHORT)
    written = parts[0] + "-" + number.map("{:02.0f}".format, na_action="ignore")
    turned = rows["month"].str.replace(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\2-\1", regex=True)
    turned = turned.where(turned.str.fullmatch(r"\d{4}-\d\d-\d\d"))
    day = pd.to_datetime(turned, format="%Y-%m-%d", errors="coerce")
    written = written.fillna(day.where(day.dt.is_month_end).dt.strftime("%Y-%m"))
    allowed = "a month like 2014-APR, or the last day of a month, dd/mm/yyyy"
    checks.refuse(rows, written.isna(), "month", allowed)
    early = (written < FIRST) | (written >= checks.this_month())
    checks.refuse(rows, early, "month", f"a month from {FIRST} that is over")
    stated = period_of(rows.place)
    if stated is not None:
        checks.refuse(rows, written != stated, "month", f"{stated}, the month of the file name")
    return written


def _check_span(held: dict[str, pd.DataFrame], *, place: str) -> None:
    """Refuse a gap between the first and last month, and a month with far fewer organisations than before."""
    for before, month in pairwise(sorted(held)):
        following = str(pd.Period(before, freq="M") + 1)
        if month != following:
            raise DataError(place, column="month", found=f"no file for {following}", allowed="no gap")
        rows, least = len(held[month]), FALL * len(held[before])
        if rows < least and before not in CLOSURES:
            found, allowed = (
                f"{rows} organisations in {month}",
                f"at least {least:.0f}, {FALL:.0%} of {before}",
            )
            raise DataError(place, row=month, found=found, allowed=allowed)
