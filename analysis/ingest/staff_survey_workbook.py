"""Read the benchmark workbooks of the NHS Staff Survey: weighted results by acute trust, 2018 on."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pandas as pd

from analysis.data import DataError
from analysis.ingest import headed, release, workbook

# As NHS England names them ('Benchmark-report-Excel-data-for-2020-2024', '..._2017-2021_v2'), as `refresh`
# stores them, and as the results of a single year were named ('ST20-Organisation-Data-2020-Only').
WORKBOOK = (
    r"(?i)(?:NSS[-_ ]+|NHS[-_ ]Staff[-_ ]Survey[-_ ]+)?benchmark(?:[-_ ]report)?(?:[-_ ]excel)?(?:[-_ ]data)?"
    r"(?:[-_ ]for)?[-_ ](?:20\d\d)[-_ \u2013]+(20\d\d)(?:[-_ (]*v(\d+))?[^/]*\.xlsx"
    r"|ST(2\d)-Organisation-Data.*\.xlsx"
)
FIRST = 2020  # earlier years stay as they were first published
SHEETS = (
    "acute & acute community",
    "acute & acute community trusts",
    "acute & acute community trust",
    "acute",
    "combined acute & community",
)
# Names of a heading, the one of 2021 on first; {0} is the year.
CODE = ("org_id", "trust")
RESPONSES = ("response_rate_n_{0}", "responses")  # the second is of the newest year only
RATE = ("response_rate_{0}", "rr_{0}")
# Questions by the year whose numbers a workbook uses for all of its years: that of the newest.
SAME = {"engagement": ("q2a", "q2b", "q2c"), "work_stress": ("q11c",)}
QUESTIONS: Mapping[int, Mapping[str, Sequence[str]]] = {
    2018: {"recommend_work": ("q21c",), "recommend_care": ("q21d",), **SAME},
    2019: {"recommend_work": ("q21c",), "recommend_care": ("q21d",), **SAME},
    2020: {"recommend_work": ("q18c",), "recommend_care": ("q18d",), **SAME},
    2021: {"recommend_work": ("q21c",), "recommend_care": ("q21d",), **SAME},
    2022: {"recommend_work": ("q23c",), "recommend_care": ("q23d",), **SAME},
    2023: {"recommend_work": ("q25c",), "recommend_care": ("q25d",), **SAME},
    2024: {"recommend_work": ("q25c",), "recommend_care": ("q25d",), **SAME},
    2025: {"recommend_work": ("q25c",), "recommend_care": ("q25d",), **SAME},
}
MEASURES = ("engagement", "recommend_work", "recommend_care", "work_stress")
LOW, HIGH = 0.05, 0.98  # a proportion of staff
MISSING = ("", "*", "-", "NA", "N/A", "n/a", "<10", "<11")  # ten responses or fewer are not published
TRUST = re.compile(r"[A-Z0-9]{3}")
NOTE = r"(COUNT|TOTAL|MEAN|AVERAGE|MEDIAN):?"  # labels of sums beneath a table
SECTOR = r"R1F[1-4]"  # sectors of the Isle of Wight trust
FEWEST = 100  # acute trusts of the newest year; 121 to 135 are published
DEEPEST = 10


def year_of(name: str) -> int | None:
    """Return the newest survey year that a workbook's name states, None for another name."""
    fits = re.fullmatch(WORKBOOK, name)
    if fits is None:
        return None
    return int(fits[1]) if fits[1] else 2000 + int(fits[3])


def version_of(name: str) -> int:
    """Return the version that a workbook's name states ('v2'), 1 without one."""
    fits = re.fullmatch(WORKBOOK, name)
    return int(fits[2]) if fits and fits[2] else 1


def newest(paths: Sequence[Path]) -> list[Path]:
    """Return one workbook a survey year, that of the highest version, from FIRST on.

    Raises DataError when two have the same year and version.
    """
    chosen: dict[int, Path] = {}
    for path in sorted(paths, key=lambda path: version_of(path.name)):
        year = year_of(path.name)
        if year is None or year < FIRST:
            continue
        if year in chosen and version_of(chosen[year].name) == version_of(path.name):
            found = [chosen[year].name, path.name]
            raise DataError(str(path.parent), found=found, allowed=f"one newest workbook of {year}")
        chosen[year] = path
    return [chosen[year] for year in sorted(chosen)]


def rows(paths: Sequence[Path]) -> pd.DataFrame:
    """Return the trust-years of workbooks (see `newest`) as rows of `staff_survey`, without its unweighted fields.

    A year comes from its own workbook, else from the first later one that has it. Errors as `read_workbook`.
    """
    held: dict[int, pd.DataFrame] = {}
    for path in paths:
        table = read_workbook(path)
        last = table["year"].max()
        for year, part in table.groupby("year"):
            if year == last or year not in held:
                held[int(str(year))] = part
    return pd.concat(list(held.values())).sort_values(["org_code", "year"], ignore_index=True)


def read_workbook(path: Path) -> pd.DataFrame:
    """Return one workbook: a row a trust and year from FIRST on with results.

    Raises DataError, with sheet, row and column, for no sheet of acute trusts, a sheet without these headings,
    a newest year that is not that of the file name, whose questions are not known or that is not over, a code
    that is not a trust's, a trust twice, a cell that is no number or mark of suppression, a percentage in place
    of a proportion, or too few trusts.
    """
    stated = year_of(path.name)
    if stated not in QUESTIONS:
        allowed = f"a survey of {min(QUESTIONS)} to {max(QUESTIONS)}; add its question numbers to QUESTIONS"
        raise DataError(path.name, found=stated, allowed=allowed)
    parts = [_sheet(sheet, int(stated or 0)) for sheet in _sheets(path)]
    table = pd.concat(parts, ignore_index=True)
    release.unique(table, ["org_code", "year"], release=path.name)
    count = int((table["year"] == stated).sum())
    if count < FEWEST:
        allowed = f"at least {FEWEST}, a whole workbook"
        raise DataError(path.name, found=f"{count} acute trusts in {stated}", allowed=allowed)
    return table.sort_values(["org_code", "year"], ignore_index=True)


def _sheets(path: Path) -> list[headed.Headed]:
    """Return the sheets of acute trusts with their heading rows, headings in lower case."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
        names = {_plain(name): name for name in book.sheetnames}
        grids: dict[str, workbook.Grid] = {}
        for wanted in SHEETS:
            if wanted in names:
                page = book[names[wanted]]
                page.reset_dimensions()
                grids[names[wanted]] = [list(cells) for cells in page.iter_rows(values_only=True)]
    except workbook.NEW_FAULTS as error:
        raise DataError(path.name, found=str(error), allowed="a complete Excel workbook (.xlsx)") from error
    if not grids:
        raise DataError(path.name, found=book.sheetnames, allowed=f"a sheet of acute trusts, {SHEETS}")
    return [_headed(path, name, grid) for name, grid in grids.items()]


def _plain(name: str) -> str:
    return " ".join(name.replace("&", " & ").lower().split())


def _headed(path: Path, name: str, grid: workbook.Grid) -> headed.Headed:
    place = f"{path.name}, sheet '{name}'"
    for number, cells in enumerate(grid[:DEEPEST], start=1):
        texts = [headed.text(cell).lower() for cell in cells]
        if any(code in texts for code in CODE):
            return headed.Headed(place, number, texts, [], [], grid)
    raise DataError(
        place, row=f"1 to {DEEPEST}", found="no heading row", allowed=f"a heading {' or '.join(CODE)}"
    )


def _sheet(sheet: headed.Headed, newest_year: int) -> pd.DataFrame:
    questions = QUESTIONS[newest_year]
    code = _column(sheet, CODE, newest_year)
    probe = questions["recommend_work"][0]
    dated = [re.fullmatch(rf"{probe}_(20\d\d)", heading) for heading in sheet.headings]
    years = sorted({int(fits[1]) for fits in dated if fits})
    if not years or years[-1] != newest_year or newest_year > pd.Timestamp.today().year:
        allowed = f"'{probe}_{newest_year}' as the newest, as in the file name"
        raise DataError(
            sheet.place,
            row=sheet.row,
            column=probe,
            found=f"years {years}",
            allowed=f"{allowed}, a survey that is over",
        )
    letter = sheet.letter(code)
    result = _column(sheet, [f"{probe}_{{0}}"], newest_year)
    frame = headed.records(sheet, {letter: code, "result": result})
    frame[letter] = frame[letter].map(headed.text).str.upper()
    frame["result"] = frame["result"].astype("object").where(frame["result"].notna(), None)
    frame = _table(sheet, frame, letter)
    frame = frame[~frame[letter].str.fullmatch(SECTOR)]
    release.codes(frame, letter, release=sheet.place, pattern=TRUST)
    frame = frame.rename(columns={letter: "code"})
    release.unique(frame, ["code"], release=sheet.place)
    return pd.concat(
        [_year(sheet, frame, year, newest_year) for year in years if year >= FIRST or year == newest_year]
    )


def _table(sheet: headed.Headed, frame: pd.DataFrame, letter: str) -> pd.DataFrame:
    """Return the rows down to the last trust, and any with a result between it and the sums below the table."""
    trusts = frame.index[frame[letter].str.fullmatch(TRUST.pattern)]
    below = frame.index > (trusts.max() if len(trusts) else 0)
    results = below & frame["result"].map(headed.text).str.contains(r"\d").to_numpy()
    sums = (below & frame[letter].str.fullmatch(NOTE)).cummax()
    return frame[~below | (results & ~sums)]


def _year(sheet: headed.Headed, frame: pd.DataFrame, year: int, newest_year: int) -> pd.DataFrame:
    table = pd.DataFrame({"org_code": frame["code"], "year": year, "weighted": True})
    own = year == newest_year
    responses = _column(sheet, RESPONSES if own else RESPONSES[:1], year, optional=not own)
    table["responses"] = _numbers(sheet, frame, responses, low=1, high=200_000, whole=True).astype("Int64")
    table["response_rate"] = _numbers(sheet, frame, _column(sheet, RATE, year, optional=not own))
    for name in MEASURES:
        asked = QUESTIONS[newest_year][name]
        table[name] = pd.concat(
            [_numbers(sheet, frame, _column(sheet, [f"{question}_{{0}}"], year)) for question in asked],
            axis=1,
        ).mean(axis=1, skipna=False)
    table[["response_rate", *MEASURES]] = table[["response_rate", *MEASURES]].round(6)
    return table[table[list(MEASURES)].notna().any(axis=1)]


def _column(sheet: headed.Headed, names: Sequence[str], year: int, *, optional: bool = False) -> int:
    """Return the place of the one column that has the first of these headings; -1 when none is there and it may be."""
    for name in names:
        heading = name.format(year)
        if heading in sheet.headings:
            return headed.column(sheet, heading)
    if optional:
        return -1
    wanted = " or ".join(name.format(year) for name in names)
    raise DataError(
        sheet.place, row=sheet.row, column=wanted, found="no such heading", allowed="one column with it"
    )


def _numbers(
    sheet: headed.Headed,
    frame: pd.DataFrame,
    place: int,
    *,
    low: float = LOW,
    high: float = HIGH,
    whole: bool = False,
) -> pd.Series:
    """Return the cells of a column for the rows of `frame` as float64, suppressed ones as NaN."""
    values = []
    for number in frame.index:
        cells = sheet.grid[int(number) - 1]
        cell = cells[place] if 0 <= place < len(cells) else None
        figure = float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None
        if figure is None and headed.text(cell) in MISSING:
            values.append(float("nan"))
        elif figure is not None and low <= figure <= high and not (whole and figure % 1):
            values.append(figure)
        else:
            kind = "a whole number" if whole else "a proportion"
            allowed = f"{kind} from {low:g} to {high:g}, or one of {sorted(MISSING)} for suppressed"
            raise DataError(
                sheet.place, row=number, column=sheet.letter(place), found=headed.text(cell), allowed=allowed
            )
    return pd.Series(values, index=frame.index, dtype="float64")
