"""A&E attendances, waits and emergency admissions by provider and month, November 2010 on."""

import re
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, months
from analysis.ingest.checks import Rows
from analysis.ingest.history import ae_archive, ae_collected, collected as gathered
from analysis.ingest.live import ae_official, ae_workbook

TABLES = ("ae_monthly", "ae_overlap", "ae_england_archive")
SOURCES = ("weekly apportioned", "monthly archive", "monthly 2016-2019 set", "monthly official file")
STEP = 1  # months from one period to the next
CLOSED = rf"{ae_archive.ARCHIVE_FILE}|{ae_archive.SET_FILE}|{ae_collected.FILE}"
SUMMED = True  # each file prints its own totals
OFFICIAL_TO = "2023-03"  # every month to here is required; later months may follow without a gap
# Trust-months that the publisher revised between the two collections; all others must agree.
REVISED = {("AC008", "2017-07"), ("AC008", "2017-08"), ("RAL", "2019-03")}
# What these revisions make of the sum over the 2016-2019 set less the archive's England row.
ENGLAND_REVISED = {"2017-07": (0, -1), "2017-08": (0, -1), "2019-03": (-1, 109)}


def releases(folder: Path) -> list[Path]:
    """Return the release files under `folder`: archive, 2016-2019 set, one official file a month.

    An empty list when there is none of them; DataError when a part is missing, a month is missing from
    2019-04 to OFFICIAL_TO or the last file, a month has two files, or a file is for a month not yet over.
    """
    names = (ae_archive.ARCHIVE_FILE, ae_archive.SET_FILE)
    official = ae_official.newest(files.find(folder, ae_official.OFFICIAL_FILE), ae_official.month_of)
    if not files.named(folder, *names):
        return []  # files of single months may be there: see later
    closed = files.all_of(folder, names, beside="other A&E files")
    held = sorted(ae_official.month_of(path) for path in official)
    last = max([*held, OFFICIAL_TO])
    expected = months.span(ae_official.OFFICIAL_FROM, last)
    checks.over(last, place=str(folder))
    if held != expected:
        wrong = next(
            month for month in sorted({*held, *expected}) if held.count(month) != (month in expected)
        )
        found, allowed = (
            f"{held.count(wrong)} files for {wrong}",
            f"one file a month from {expected[0]} to {last}",
        )
        raise DataError(str(folder), found=found, allowed=allowed)
    return closed + official


def later(folder: Path) -> list[Path]:
    """Return later files: collected years, and of single months CSV files without the closed collections, and workbooks.

    Of several versions of a month the newest revision is taken, and a CSV file before a workbook. Raises
    DataError when two versions cannot be told apart, or a month is not over.
    """
    whole = bool(releases(folder))
    texts = [] if whole else files.find(folder, ae_official.OFFICIAL_FILE)
    texts = ae_official.newest(texts, ae_official.month_of)
    books = ae_official.newest(files.find(folder, ae_workbook.WORKBOOK), ae_workbook.month_of)
    read_before = {ae_official.month_of(path) for path in releases(folder)[2:]} if whole else set()
    held = read_before | {ae_official.month_of(path) for path in texts}
    books = [path for path in books if ae_workbook.month_of(path) not in held]
    single = [str(period_of(path.name)) for path in (*texts, *books)]
    for month in sorted(set(single)):
        if single.count(month) > 1:
            found = f"{single.count(month)} files for {month}"
            raise DataError(str(folder), found=found, allowed="one newest file")
        checks.over(month, place=str(folder))
        if month < ae_official.OFFICIAL_FROM and any(period_of(path.name) == month for path in texts):
            raise DataError(str(folder), found=f"a CSV file for {month}", allowed="a workbook for this month")
    return [*files.find(folder, ae_collected.FILE), *texts, *books]


def read_later(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the rows of `ae_monthly` of the files of `later`; errors as in ae_official, ae_workbook and ae_collected.

    A month's own file goes before the same month of a collected year.
    """
    paths = later(folder)
    single = own(paths) | ({ae_official.month_of(path) for path in releases(folder)[2:]})
    parts = []
    for path in paths:
        if re.fullmatch(ae_collected.FILE, path.name):
            year = ae_collected.read(path)
            parts.append(year[~year["month"].isin(single)])
        elif re.fullmatch(ae_workbook.WORKBOOK, path.name):
            parts.append(ae_workbook.read_workbook(path))
        else:
            parts.append(ae_official.read_official(path))
    monthly = pd.concat([part.astype({"flag": "object"}) for part in parts]).assign(source=SOURCES[3])
    return {"ae_monthly": descriptions.tidy(monthly, "ae_monthly")}


def period_of(name: str) -> str | None:
    """Return the month 'YYYY-MM' that a file of a single month stands for, None for another name."""
    return months.stated(ae_official.OFFICIAL_FILE, name) or months.stated(ae_workbook.WORKBOOK, name)


own = partial(gathered.own, period_of)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `ae_monthly`, `ae_overlap` and `ae_england_archive`.

    Raises DataError when a release breaks its layout or its own totals (see ae_archive, ae_official), when
    the 2016-2019 set does not sum to England, or when it differs from the archive elsewhere than in REVISED.
    """
    archive, collected, *official = releases(folder)
    providers, england = ae_archive.read_archive(archive)
    middle = ae_archive.read_set(collected)
    compared = _compared(providers, middle)
    _check_revisions(compared, release=collected.name)
    _check_sums(middle, england, release=collected.name)
    early = providers[providers["month"] < ae_archive.SET_FIRST]
    weekly = early["month"] < ae_archive.MONTHLY_FROM
    parts = [
        early.assign(source=weekly.map({True: SOURCES[0], False: SOURCES[1]})),
        middle.assign(source=SOURCES[2], flag=None),
        *(ae_official.read_official(path).assign(source=SOURCES[3]) for path in official),
    ]
    monthly = pd.concat([part.astype({"flag": "object"}) for part in parts], ignore_index=True)
    tables = (monthly, _overlap(compared), england)
    return {name: descriptions.tidy(frame, name) for name, frame in zip(TABLES, tables, strict=True)}


def _compared(providers: pd.DataFrame, middle: pd.DataFrame) -> pd.DataFrame:
    """Return one row per provider and month in both, with differences (set less archive)."""
    both = middle.merge(providers, on=["org_code", "month"], suffixes=("", "_archive"))
    for column in ("attendances", "over_4h"):
        both[f"{column}_difference"] = both[column] - both[f"{column}_archive"]
    return both


def _check_revisions(compared: pd.DataFrame, *, release: str) -> None:
    place = compared["org_code"] + " " + compared["month"]
    rows = Rows(release, compared.set_index(place))
    known = pd.Series([pair in REVISED for pair in zip(rows["org_code"], rows["month"], strict=True)], place)
    for column in ("attendances", "over_4h"):
        archive = rows[f"{column}_archive"]
        bad = (rows[f"{column}_difference"] != 0) & ~known
        checks.refuse(rows, bad, column, "{:.0f}, as in the archive", right=archive)


def _check_sums(middle: pd.DataFrame, england: pd.DataFrame, *, release: str) -> None:
    sums = middle.groupby("month")[["attendances", "over_4h"]].sum()
    total = england.set_index("month").reindex(sums.index)
    for month in sums.index.drop(list(ae_archive.ARCHIVE_ABSENT), errors="ignore"):
        for column, revised in zip(sums, ENGLAND_REVISED.get(month, (0, 0)), strict=True):
            expected = total.loc[month, column] + revised
            if sums.loc[month, column] != expected:
                allowed = f"{expected:.0f}, England in the archive (revision of {revised})"
                found = f"{sums.loc[month, column]:.0f} over all providers"
                raise DataError(release, row=month, column=column, found=found, allowed=allowed)


def _overlap(compared: pd.DataFrame) -> pd.DataFrame:
    every = pd.Index(months.span(ae_archive.SET_FIRST, ae_archive.SET_LAST), name="month")
    out = pd.DataFrame({"compared": compared.groupby("month").size()}, index=every)
    for column in ("attendances", "over_4h"):
        difference = compared[f"{column}_difference"].abs()
        out[f"{column}_equal"] = (difference == 0).groupby(compared["month"]).sum()
        out[f"{column}_difference"] = difference.groupby(compared["month"]).max()
    return out.fillna(dict.fromkeys(["compared", "attendances_equal", "over_4h_equal"], 0)).reset_index()
