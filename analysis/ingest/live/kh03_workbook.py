"""Read the quarterly KH03 workbooks of beds by provider: overnight and day only, .xls and .xlsx, 2010 on."""

import re
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, naming, sheets
from analysis.ingest.checks import Rows
from analysis.ingest.history import kh03_compiled
from analysis.ingest.history.kh03_compiled import (  # fmt: skip
    BEDS_WITHIN,
    DECIMALS,
    FIRST,
    MEASURES,
    OVERFULL,
    SHARE_WITHIN,
)
from analysis.ingest.sheets import Sheet

WORKBOOK = r"(?i)Beds-Open-(Overnight|Day-Only)-Web_?File.*\.xlsx?"
SHEETS = ("NHS Trust by Sector",)
KINDS = {"overnight": "overnight", "day-only": "day"}
TITLES = {"overnight": "overnight", "day": r"day[ -]only"}
HEADINGS = {
    "Total": "total",
    "General & Acute": "general_acute",
    "Learning Disabilities": "learning_disabilities",
    "Maternity": "maternity",
    "Mental Illness": "mental_illness",
}
BANNERS = (r"available", r"occupied", r"%|percent")  # in this order, where the row above names them
QUARTERS = kh03_compiled.QUARTERS


def kind_of(path: Path) -> str:
    """Return 'overnight' or 'day' by the name of a workbook."""
    fits = re.fullmatch(WORKBOOK, path.name)
    if fits is None:
        allowed = "a name like Beds-Open-Overnight-Web_File-Q3-2024-25.xlsx"
        raise DataError(path.name, found=path.name, allowed=allowed)
    return KINDS[fits[1].lower()]


def period_of(name: str) -> str | None:
    """Return what a workbook stands for by its name, 'overnight 2024-25 Q3'; None without year and quarter."""
    fits = re.fullmatch(WORKBOOK, name)
    dated = re.search(r"Q([1-4])-(20\d\d-\d\d)", name, re.I)
    return f"{KINDS[fits[1].lower()]} {dated[2]} Q{dated[1]}" if fits and dated else None


def read_workbook(path: Path) -> tuple[pd.DataFrame, pd.Series]:
    """Return (providers, England) of one quarter and kind of bed.

    providers: one row per `org_code` with `quarter_end` and the fields of `beds_overnight` or `beds_day`;
    England: the same fields. Raises DataError, with sheet, row and column, for a sheet without these
    headings, another kind of bed than the name says, rows of two quarters, a quarter that is not over or
    not that of the file name, a provider twice, categories that do not add up, more beds occupied than
    available, a share that is not occupied / available, or providers that do not sum to England.
    """
    kind = kind_of(path)
    needed = ["Year", "Org Code", "Org Name", *HEADINGS]
    sheet = sheets.headed(sheets.read(path), SHEETS, needed, file=path.name, also=("Period End", "Period"))
    _check_title(sheet, kind)
    beds, shares = _places(sheet)
    period = next((name for name in ("Period End", "Period") if name in sheet.headings), "Period End")
    named = {"Year": "year", period: "period", "Org Code": "code", "Org Name": "name"}
    columns = {field: sheets.column(sheet, heading) for heading, field in named.items()}
    rows = sheets.records(sheet, {**columns, **beds, **shares}, texts=columns)
    rows = rows.only((rows["year"] != "") & (rows["name"] != ""))
    quarter = _quarter(rows, file=path.name)
    national = rows["name"].str.upper() == "ENGLAND"
    if national.sum() != 1:
        found = f"{national.sum()} rows ENGLAND"
        raise DataError(sheet.place, column="Org Name", found=found, allowed="one row ENGLAND")
    numbers = checks.numbers(rows, beds, missing=())
    _check(rows, numbers)
    _check_shares(rows, numbers, shares)
    checks.sums(rows, numbers, national, within=BEDS_WITHIN)
    codes = checks.code(rows.only(~national), "code")
    checks.unique(rows.only(~national), ["code"])
    naming.note(rows.only(~national), "code", "name")
    rounded = numbers.round(DECIMALS).assign(quarter_end=quarter)
    return rounded[~national].assign(org_code=codes), rounded[national].iloc[0]


def tables(paths: list[Path]) -> dict[str, pd.DataFrame]:
    """Return the rows of `beds_overnight`, `beds_day` and `beds_england` that workbooks of quarters hold.

    Fields of England's other kind of bed are left out where only one kind is there. Raises DataError for two
    workbooks of one quarter and kind, besides those of `read_workbook`.
    """
    providers: dict[tuple[str, str], pd.DataFrame] = {}
    england: dict[tuple[str, str], pd.Series] = {}
    for path in paths:
        frame, total = read_workbook(path)
        key = (kind_of(path), str(total["quarter_end"]))
        if key in providers:
            found = f"{key[0]} beds of {key[1]} again"
            raise DataError(path.name, found=found, allowed="one newest workbook")
        providers[key], england[key] = frame, total
    kinds = sorted({kind for kind, _ in providers})
    quarters = [{quarter for kind, quarter in providers if kind == each} for each in kinds]
    if len(quarters) == 2 and quarters[0] != quarters[1]:
        found = f"one kind of bed only for {sorted(quarters[0] ^ quarters[1])}"
        raise DataError(paths[0].name, found=found, allowed="both kinds, or one kind throughout")
    made = {}
    for kind in kinds:
        whole = pd.concat([frame for (each, _), frame in providers.items() if each == kind])
        made[f"beds_{kind}"] = descriptions.tidy(whole, f"beds_{kind}")
    rows = {quarter: {"quarter_end": quarter} for _, quarter in england}
    for (kind, quarter), total in england.items():
        prefixed = total.drop("quarter_end").add_prefix(f"{kind}_")
        rows[quarter].update(prefixed.to_dict())
    national = pd.DataFrame(list(rows.values())).sort_values("quarter_end", ignore_index=True, kind="stable")
    held = [name for name in descriptions.fields("beds_england") if name in national]
    made["beds_england"] = national[held]
    return made


def _check_title(sheet: Sheet, kind: str) -> None:
    words = " ".join(sheet.top)
    other = next(name for name in TITLES if name != kind)
    if re.search(TITLES[other], words, re.I) and not re.search(TITLES[kind], words, re.I):
        allowed = f"beds {kind}, as in the file name"
        raise DataError(sheet.place, row="title", found=words[:120], allowed=allowed)


def _places(sheet: Sheet) -> tuple[dict[str, int], dict[str, int]]:
    """Return the columns of beds by field, and of shares by category, in the order in which they stand."""
    beds: dict[str, int] = {}
    shares: dict[str, int] = {}
    places = {name: [at for at, found in enumerate(sheet.headings) if found == name] for name in HEADINGS}
    groups = 3 if any(len(found) == 3 for found in places.values()) else 2
    for heading, category in HEADINGS.items():
        found = places[heading]
        if len(found) != groups:
            count, allowed = f"{len(found)} columns", "one each of beds available, occupied and the share"
            raise DataError(sheet.place, row=sheet.row, column=heading, found=count, allowed=allowed)
        for place, pattern in zip(found, BANNERS, strict=False):
            banner = sheet.banners[place]
            if banner and not re.search(pattern, banner, re.I):
                row, letter = sheet.row - 1, sheets.letter(place)
                raise DataError(sheet.place, row=row, column=letter, found=banner, allowed=f"'{pattern}'")
        beds |= {f"{category}_{measure}": place for measure, place in zip(MEASURES, found, strict=False)}
        shares |= {category: found[2]} if len(found) == 3 else {}
    return beds, shares


def _quarter(rows: Rows, *, file: str) -> str:
    """Return the last month of the one quarter that all rows are of; it must be over and that of the file name."""
    dated = rows.plus(**{"Year, Period End": rows["year"] + " " + rows["period"]})
    fits = rows["year"].str.extract(r"^(20[0-9]{2})-([0-9]{2})$")
    wrong = fits[0].isna() | ~rows["period"].isin(list(QUARTERS))
    allowed = "a financial year like 2024-25 and a last month June, September, December or March"
    checks.refuse(dated, wrong, "Year, Period End", allowed)
    numbers = rows["period"].map(lambda name: QUARTERS[name][1][1:])
    quarters = fits[0].combine(numbers, checks.quarter_end)
    quarter, year = str(quarters.iloc[0]), rows["year"].iloc[0]
    named = rows.plus(**{"Period End": quarters})
    checks.refuse(named, quarters != quarter, "Period End", f"{quarter} throughout")
    if not FIRST <= quarter < checks.this_month():
        allowed = f"a quarter from {FIRST} that is over"
        raise DataError(rows.place, column="Period End", found=quarter, allowed=allowed)
    found, stated = f"{year} Q{numbers.iloc[0]}", period_of(file)
    if stated is not None and not stated.endswith(f" {found}"):
        allowed = f"{stated}, as in the file name"
        raise DataError(rows.place, column="Period End", found=found, allowed=allowed)
    return quarter


def _check(rows: Rows, numbers: pd.DataFrame) -> None:
    for measure in MEASURES:
        total, *parts = (f"{category}_{measure}" for category in HEADINGS.values())
        off = (numbers[parts].sum(axis=1) - numbers[total]).abs() > BEDS_WITHIN
        checks.refuse(rows, off, total, "the sum of its categories")
    for category in HEADINGS.values():
        available, occupied = (f"{category}_{measure}" for measure in MEASURES)
        over = (numbers[occupied] > numbers[available] + BEDS_WITHIN) & (category != OVERFULL)
        checks.refuse(rows, over, occupied, f"no more than the {available.replace('_', ' ')}")


def _check_shares(rows: Rows, numbers: pd.DataFrame, shares: dict[str, int]) -> None:
    for category in shares:
        available, occupied = (numbers[f"{category}_{measure}"] for measure in MEASURES)
        expected = (occupied / available).where(available > 0, 0)
        printed = checks.number(rows, category, missing=("", "-"))
        allowed = "occupied / available, as a share of one"
        checks.near(rows, category, printed, expected, within=SHARE_WITHIN, allowed=allowed)
