"""Read the quarterly KH03 workbooks of beds by provider: overnight and day only, .xls and .xlsx, 2010 on."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import headed, release, workbook
from analysis.ingest.kh03_tables import CATEGORIES, FIRST, MEASURES, OVERFULL, RESOURCES

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
LAST_MONTHS = {"June": ("06", 0), "September": ("09", 0), "December": ("12", 0), "March": ("03", 1)}
WITHIN = 0.001
SHARE_WITHIN = 1e-6
DECIMALS = 4


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
    old = path.read_bytes().startswith(b"\xd0\xcf\x11\xe0")
    grids = (workbook.old_excel if old else workbook.new_excel)(path)
    needed = ["Year", "Org Code", "Org Name", *HEADINGS]
    sheet = headed.headed(grids, SHEETS, needed, file=path.name, also=("Period End", "Period"))
    _check_title(sheet, kind)
    beds, shares = _places(sheet)
    period = next((name for name in ("Period End", "Period") if name in sheet.headings), "Period End")
    named = {"Year": "year", period: "period", "Org Code": "code", "Org Name": "name"}
    columns = {field: headed.column(sheet, heading) for heading, field in named.items()}
    frame = headed.records(sheet, {**columns, **beds, **shares})
    for field in columns:
        frame[field] = frame[field].map(headed.text)
    frame = frame[(frame["year"] != "") & (frame["name"] != "")]
    quarter = _quarter(sheet, frame, columns, file=path.name)
    national = frame["name"].str.upper() == "ENGLAND"
    if national.sum() != 1:
        found = f"{national.sum()} rows ENGLAND"
        raise DataError(sheet.place, column="Org Name", found=found, allowed="one row ENGLAND")
    numbers = headed.counts(sheet, frame, beds, whole=False)
    _check(sheet, numbers, beds)
    printed = headed.counts(sheet, frame, shares, whole=False, missing=("", "-"))
    _check_shares(sheet, numbers, printed, shares)
    sums, england = numbers[~national].sum(), numbers[national].iloc[0]
    for field in beds:
        if not abs(sums[field] - england[field]) <= WITHIN:
            allowed = f"{sums[field]:.4f}, the sum over {(~national).sum()} providers"
            place = sheet.letter(beds[field])
            found = england[field]
            raise DataError(sheet.place, row=national.idxmax(), column=place, found=found, allowed=allowed)
    codes = release.codes(frame[~national], "code", release=sheet.place, pattern=re.compile("[A-Z0-9]{3}"))
    providers = pd.DataFrame({"org_code": codes, "quarter_end": quarter})
    release.unique(providers, ["org_code"], release=sheet.place)
    rounded = numbers.round(DECIMALS)
    return providers.join(rounded), pd.concat(
        [pd.Series({"quarter_end": quarter}), rounded[national].iloc[0]]
    )


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
            raise DataError(
                path.name, found=f"{key[0]} beds of {key[1]} again", allowed="one newest workbook"
            )
        providers[key], england[key] = frame, total
    fields = {resource["name"]: [f["name"] for f in resource["schema"]["fields"]] for resource in RESOURCES}
    kinds = sorted({kind for kind, _ in providers})
    quarters = [{quarter for kind, quarter in providers if kind == each} for each in kinds]
    if len(quarters) == 2 and quarters[0] != quarters[1]:
        odd = sorted(quarters[0] ^ quarters[1])
        raise DataError(
            paths[0].name,
            found=f"one kind of bed only for {odd}",
            allowed="both kinds, or one kind throughout",
        )
    made = {}
    for kind in kinds:
        name = f"beds_{kind}"
        whole = pd.concat([frame for (each, _), frame in providers.items() if each == kind])
        made[name] = whole[fields[name]].sort_values(["org_code", "quarter_end"], ignore_index=True)
    rows = {quarter: {"quarter_end": quarter} for _, quarter in england}
    for (kind, quarter), total in england.items():
        prefixed = total.drop("quarter_end").add_prefix(f"{kind}_")
        rows[quarter].update(prefixed.to_dict())
    national = pd.DataFrame(list(rows.values())).sort_values("quarter_end", ignore_index=True, kind="stable")
    made["beds_england"] = national[[name for name in fields["beds_england"] if name in national]]
    return made


def _check_title(sheet: headed.Headed, kind: str) -> None:
    words = " ".join(sheet.top)
    other = next(name for name in TITLES if name != kind)
    if re.search(TITLES[other], words, re.I) and not re.search(TITLES[kind], words, re.I):
        raise DataError(
            sheet.place, row="title", found=words[:120], allowed=f"beds {kind}, as in the file name"
        )


def _places(sheet: headed.Headed) -> tuple[dict[str, int], dict[str, int]]:
    """Return the columns of beds by field, and of shares by category, in the order in which they stand."""
    beds: dict[str, int] = {}
    shares: dict[str, int] = {}
    places = {name: [at for at, found in enumerate(sheet.headings) if found == name] for name in HEADINGS}
    groups = 3 if any(len(found) == 3 for found in places.values()) else 2
    for heading, category in HEADINGS.items():
        found = places[heading]
        if len(found) != groups:
            raise DataError(
                sheet.place,
                row=sheet.row,
                column=heading,
                found=f"{len(found)} columns",
                allowed="one each of beds available, occupied and the share",
            )
        for place, pattern in zip(found, BANNERS, strict=False):
            banner = sheet.banners[place]
            if banner and not re.search(pattern, banner, re.I):
                row, letter = sheet.row - 1, sheet.letter(place)
                raise DataError(sheet.place, row=row, column=letter, found=banner, allowed=f"'{pattern}'")
        beds |= {f"{category}_{measure}": place for measure, place in zip(MEASURES, found, strict=False)}
        shares |= {category: found[2]} if len(found) == 3 else {}
    return beds, shares


def _quarter(sheet: headed.Headed, frame: pd.DataFrame, columns: dict[str, int], *, file: str) -> str:
    fits = frame["year"].str.extract(r"^(20\d\d)-(\d\d)$")
    wrong = fits[0].isna() | ~frame["period"].isin(list(LAST_MONTHS))
    if wrong.any():
        row = wrong.idxmax()
        found = " ".join(frame.loc[row, ["year", "period"]])
        allowed = "a financial year like 2024-25 and a last month June, September, December or March"
        raise DataError(sheet.place, row=row, column="Year, Period End", found=found, allowed=allowed)
    months = pd.DataFrame([LAST_MONTHS[name] for name in frame["period"]], index=frame.index)
    quarters = (fits[0].astype("int64") + months[1]).astype("str") + "-" + months[0]
    other = quarters != quarters.iloc[0]
    if other.any():
        row = other.idxmax()
        raise DataError(
            sheet.place,
            row=row,
            column="Period End",
            found=quarters[row],
            allowed=f"{quarters.iloc[0]} throughout",
        )
    quarter = str(quarters.iloc[0])
    if not FIRST <= quarter < pd.Timestamp.today().strftime("%Y-%m"):
        raise DataError(
            sheet.place, column="Period End", found=quarter, allowed=f"a quarter from {FIRST} that is over"
        )
    number = {"06": 1, "09": 2, "12": 3, "03": 4}[quarter[5:]]
    stated = period_of(file)
    if stated is not None and not stated.endswith(f" {frame['year'].iloc[0]} Q{number}"):
        found = f"{frame['year'].iloc[0]} Q{number}"
        raise DataError(
            sheet.place, column="Period End", found=found, allowed=f"{stated}, as in the file name"
        )
    return quarter


def _check(sheet: headed.Headed, numbers: pd.DataFrame, beds: dict[str, int]) -> None:
    for measure in MEASURES:
        total, *parts = (f"{category}_{measure}" for category in HEADINGS.values())
        off = (numbers[parts].sum(axis=1) - numbers[total]).abs() > WITHIN
        _refuse(sheet, off, numbers, total, beds[total], "the sum of its categories")
    for category in CATEGORIES.values():
        available, occupied = (f"{category}_{measure}" for measure in MEASURES)
        over = (numbers[occupied] > numbers[available] + WITHIN) & (category != OVERFULL)
        _refuse(
            sheet, over, numbers, occupied, beds[occupied], f"no more than the {available.replace('_', ' ')}"
        )


def _check_shares(
    sheet: headed.Headed, numbers: pd.DataFrame, printed: pd.DataFrame, shares: dict[str, int]
) -> None:
    for category, place in shares.items():
        available, occupied = (numbers[f"{category}_{measure}"] for measure in MEASURES)
        expected = (occupied / available).where(available > 0, 0)
        bad = (printed[category] - expected).abs() > SHARE_WITHIN
        _refuse(sheet, bad, printed, category, place, "occupied / available, as a share of one")


def _refuse(
    sheet: headed.Headed, bad: pd.Series, frame: pd.DataFrame, field: str, place: int, allowed: str
) -> None:
    if bad.any():
        row = bad.idxmax()
        raise DataError(
            sheet.place,
            row=row,
            column=sheet.letter(place),
            found=float(frame.loc[row, field]),
            allowed=allowed,
        )
