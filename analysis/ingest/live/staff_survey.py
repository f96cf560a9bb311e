"""NHS Staff Survey by acute trust: the closed archive to 2019, then benchmark workbooks, weighted results."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, naming, sheets
from analysis.ingest.checks import Rows, text
from analysis.ingest.history import staff_survey_archive
from analysis.ingest.history.staff_survey_archive import TABLES as TABLES
from analysis.ingest.sheets import Sheet

# As NHS England names them ('Benchmark-report-Excel-data-for-2020-2024', '..._2017-2021_v2'), as `refresh`
# stores them, and as the results of a single year were named ('ST20-Organisation-Data-2020-Only').
WORKBOOK = (
    r"(?i)(?:NSS[-_ ]+|NHS[-_ ]Staff[-_ ]Survey[-_ ]+)?benchmark(?:[-_ ]report)?(?:[-_ ]excel)?(?:[-_ ]data)?"
    r"(?:[-_ ]for)?[-_ ](?:20\d\d)[-_ \u2013]+(20\d\d)(?:[-_ (]*v(\d+))?[^/]*\.xlsx"
    r"|ST(2\d)-Organisation-Data.*\.xlsx"
)
CLOSED = rf"{staff_survey_archive.UNWEIGHTED_FILE}|{staff_survey_archive.WEIGHTED_FILE}"
FIRST = 2020  # earlier years stay as they were first published
SHEETS = (
    "acute & acute community",
    "acute & acute community trusts",
    "acute & acute community trust",
    "acute",
    "combined acute & community",
)
# Names of a heading, the one of 2021 on first; {0} is the year.
CODE, NAME = ("org_id", "trust"), "org_name"
RESPONSES = ("response_rate_n_{0}", "responses")  # the second is of the newest year only
RATE = ("response_rate_{0}", "rr_{0}")
# Questions by the year whose numbers a workbook uses for all of its years: that of the newest.
SAME = {"engagement": ("q2a", "q2b", "q2c"), "work_stress": ("q11c",)}
RECOMMEND = {2018: 21, 2019: 21, 2020: 18, 2021: 21, 2022: 23, 2023: 25, 2024: 25, 2025: 25}
QUESTIONS: Mapping[int, Mapping[str, Sequence[str]]] = {
    year: {"recommend_work": (f"q{number}c",), "recommend_care": (f"q{number}d",), **SAME}
    for year, number in RECOMMEND.items()
}
MEASURES = ("engagement", "recommend_work", "recommend_care", "work_stress")
SUPPRESSED = 10  # responses or fewer, whose figures are not published
MISSING = ("", "*", "-", "NA", "N/A", "n/a", "<10", "<11")  # what stands for them
TRUST = r"[A-Z0-9]{3}"
NOTE = r"(COUNT|TOTAL|MEAN|AVERAGE|MEDIAN):?"  # labels of sums beneath a table
SECTOR = r"R1F[1-4]"  # sectors of the Isle of Wight trust
FEWEST = 100  # acute trusts of the newest year; 121 to 135 are published
DEEPEST = 10


def releases(folder: Path) -> list[Path]:
    """Return the two files of the closed archive under `folder`, as in staff_survey_archive."""
    return staff_survey_archive.releases(folder)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `staff_survey` of the closed archive; errors as in staff_survey_archive."""
    return staff_survey_archive.read(releases(folder))


def later(folder: Path) -> list[Path]:
    """Return the benchmark workbooks of 2020 on under `folder`, one a survey year: that of the highest version.

    Raises DataError when two have the same year and version.
    """
    return newest(files.find(folder, WORKBOOK))


def read_later(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the rows of `staff_survey` for the years of `later`; errors as in read_workbook."""
    return {"staff_survey": rows(later(folder))}


def own(files: Sequence[Path]) -> frozenset[str]:
    """Return the years that workbooks are of. The years before, weighted anew in them, do not replace others."""
    return frozenset(str(year_of(file.name)) for file in files)


def period_of(name: str) -> str | None:
    """Return the survey year that a workbook's name states, None for another name."""
    year = year_of(name)
    return None if year is None else str(year)


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
        year = year_of(path.name) or 0
        if year < FIRST:
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
    that is not a trust's, a trust twice, a cell that is no number or mark of suppression, a mark or blank
    beside results of more responses than are suppressed, a column of one figure, a percentage in place of a
    proportion, or too few trusts.
    """
    stated = year_of(path.name)
    if stated not in QUESTIONS:
        allowed = f"a survey of {min(QUESTIONS)} to {max(QUESTIONS)}; add its question numbers to QUESTIONS"
        raise DataError(path.name, found=stated, allowed=allowed)
    parts = [_sheet(sheet, int(stated or 0)) for sheet in _sheets(path)]
    table = pd.concat(parts, ignore_index=True)
    checks.unique(Rows(path.name, table), ["org_code", "year"])
    count = int((table["year"] == stated).sum())
    if count < FEWEST:
        allowed = f"at least {FEWEST}, a whole workbook"
        raise DataError(path.name, found=f"{count} acute trusts in {stated}", allowed=allowed)
    return table.sort_values(["org_code", "year"], ignore_index=True)


def _sheets(path: Path) -> list[Sheet]:
    """Return the sheets of acute trusts with their heading rows, headings in lower case."""
    grids = sheets.read(path)
    names = {" ".join(name.replace("&", " & ").lower().split()): name for name in grids}
    found = [names[wanted] for wanted in SHEETS if wanted in names]
    if not found:
        raise DataError(path.name, found=list(grids), allowed=f"a sheet of acute trusts, {SHEETS}")
    return [_headed(f"{path.name}, sheet '{name}'", grids[name]) for name in found]


def _headed(place: str, grid: sheets.Grid) -> Sheet:
    for number, cells in enumerate(grid[:DEEPEST], start=1):
        texts = [text(cell).lower() for cell in cells]
        if any(code in texts for code in CODE):
            return Sheet(place, number, texts, [], [], grid)
    allowed = f"a heading {' or '.join(CODE)}"
    raise DataError(place, row=f"1 to {DEEPEST}", found="no heading row", allowed=allowed)


def _sheet(sheet: Sheet, newest_year: int) -> pd.DataFrame:
    probe = QUESTIONS[newest_year]["recommend_work"][0]
    dated = [re.fullmatch(rf"{probe}_(20[0-9]{{2}})", heading) for heading in sheet.headings]
    years = sorted({int(fits[1]) for fits in dated if fits})
    if not years or years[-1] != newest_year or newest_year > pd.Timestamp.today().year:
        allowed = f"'{probe}_{newest_year}' as the newest, as in the file name, a survey that is over"
        raise DataError(sheet.place, row=sheet.row, column=probe, found=f"years {years}", allowed=allowed)
    years = [year for year in years if year >= FIRST or year == newest_year]
    columns = {"code": _column(sheet, CODE, newest_year)}
    columns["result"] = _column(sheet, [f"{probe}_{{0}}"], newest_year)
    columns["name"] = sheets.column(sheet, NAME) if NAME in sheet.headings else -1
    for year in years:
        columns |= _columns(sheet, year, newest_year)
    rows = sheets.records(sheet, columns, texts=("code", "name"))
    rows = rows.plus(code=rows["code"].str.upper())
    rows = _table(rows.only((rows["code"] != "") | rows["result"].notna()))
    rows = rows.only(~rows["code"].str.fullmatch(SECTOR))
    checks.code(rows, "code", pattern=TRUST)
    checks.unique(rows, ["code"])
    naming.note(rows, "code", "name")
    return pd.concat([_year(rows, year, newest_year) for year in years])


def _columns(sheet: Sheet, year: int, newest_year: int) -> dict[str, int]:
    """Return the place of each result of a year, by name and year; -1 for one that may be absent and is."""
    own = year == newest_year
    places = {
        "responses": _column(sheet, RESPONSES if own else RESPONSES[:1], year, optional=not own),
        "response_rate": _column(sheet, RATE, year, optional=not own),
    }
    for asked in QUESTIONS[newest_year].values():
        places |= {question: _column(sheet, [f"{question}_{{0}}"], year) for question in asked}
    return {f"{name} {year}": place for name, place in places.items()}


def _table(rows: Rows) -> Rows:
    """Return the rows down to the last trust, and any with a result between it and the sums below the table."""
    index = rows.frame.index
    trusts = index[rows["code"].str.fullmatch(TRUST)]
    below = index > (trusts.max() if len(trusts) else 0)
    results = below & rows["result"].map(text).str.contains(r"[0-9]").to_numpy()
    sums = (below & rows["code"].str.fullmatch(NOTE)).cummax()
    return rows.only(~below | (results & ~sums))


def _year(rows: Rows, year: int, newest_year: int) -> pd.DataFrame:
    def proportion(name: str) -> pd.Series:
        limits = descriptions.limits("staff_survey", "engagement")
        return checks.number(rows, f"{name} {year}", **limits, missing=MISSING)

    counted = checks.number(rows, f"responses {year}", low=1, high=200_000, whole=True, missing=MISSING)
    responses = counted.astype("Int64")
    table = pd.DataFrame({"org_code": rows["code"], "year": year, "weighted": True, "responses": responses})
    table["response_rate"] = proportion("response_rate")
    answers = {each: proportion(each) for asked in QUESTIONS[newest_year].values() for each in asked}
    known = {f"responses {year}": counted, f"response_rate {year}": table["response_rate"]}
    results = {f"{name} {year}": values for name, values in answers.items()}
    _gaps(rows, {**(known if year == newest_year else {}), **results}, counted)
    for name in MEASURES:
        asked = [answers[question] for question in QUESTIONS[newest_year][name]]
        table[name] = pd.concat(asked, axis=1).mean(axis=1, skipna=False)
        if year == newest_year and table[name].isna().all():
            raise DataError(rows.place, column=name, found="no result of any trust", allowed="results")
    table[["response_rate", *MEASURES]] = table[["response_rate", *MEASURES]].round(6)
    return table[table[list(MEASURES)].notna().any(axis=1)]


def _gaps(rows: Rows, figures: Mapping[str, pd.Series], responses: pd.Series) -> None:
    """Refuse a figure that is missing beside others of a trust, but of one with few responses; and a column of one value."""
    table = pd.DataFrame(figures).dropna(axis="columns", how="all")  # a question that was not asked
    given = table.notna()
    whole = given.any(axis=1) & ~(responses <= SUPPRESSED)
    allowed = f"a figure: only those of {SUPPRESSED} responses or fewer are not published"
    for name in table:
        cells = rows[str(name)].map(text)
        checks.refuse(rows, whole & ~given[name], str(name), allowed, found=cells)
        checks.varied(rows, str(name), table[name])


def _column(sheet: Sheet, names: Sequence[str], year: int, *, optional: bool = False) -> int:
    """Return the place of the one column that has the first of these headings; -1 when none is there and it may be."""
    for name in names:
        heading = name.format(year)
        if heading in sheet.headings:
            return sheets.column(sheet, heading)
    if optional:
        return -1
    wanted, allowed = " or ".join(name.format(year) for name in names), "one column with it"
    raise DataError(sheet.place, row=sheet.row, column=wanted, found="no such heading", allowed=allowed)
