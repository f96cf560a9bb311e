"""Ratings of NHS providers and locations by the Care Quality Commission, one snapshot a monthly file."""

import datetime
import re
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, months, naming, sheets
from analysis.ingest.checks import Rows, text

TABLES = ("cqc_ratings",)
BY_PERIOD = True  # a file replaces its own snapshot, and no others
STEP = None  # snapshots are kept as they come; months between need not be there
STORED = r"cqc_latest_ratings_nhs_locations_overall_domain_20\d\d-\d\d\.csv"
OFFICIAL = rf"(?i:\d\d[ _]({months.NAMES})[ _](20\d\d)[ _]Latest[ _]ratings\.ods)"
NHS = "NHS Healthcare Organisation"
UNRATED = ("Not applicable", "Not Applicable", "No published rating")  # rows that hold no rating: left out
CLOSED = STORED
LEVELS = {"Locations": "location", "Providers": "provider"}
FIRST_DAY = "2013-10-01"  # the first ratings of hospitals under the present method
DEEPEST = 10  # the last row that may hold the headings
DAYS = {"14/08/2024": "%d/%m/%Y", "2024-08-14": "%Y-%m-%d"}
FEWEST = 100  # NHS bodies of a whole file: fewer is a part of it
# Records of the stored snapshot, which is closed: fewer or more is a damaged copy.
RECORDS = {"cqc_latest_ratings_nhs_locations_overall_domain_2021-01.csv": 2633}
_NAMES = {
    "id": "{0} ID",
    "name": "{0} Name",
    "type": "{0} Type",
    "category": "{0} Primary Inspection Category",
    "service": "Service / Population Group",
    "domain": "Domain",
    "rating": "Latest Rating",
    "published": "Publication Date",
    "inherited": "Inherited Rating (Y/N)",
    "org_code": "Provider ID",
}
EARLIER = {"Domain": "Key Question"}  # its heading before 2018


releases = partial(files.find, name=f"{STORED}|{OFFICIAL}")


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `cqc_ratings`: NHS rows of every snapshot, rows without a rating left out.

    Raises DataError for another layout, an unknown rating or question, a day after the snapshot, one
    rating twice, two files for one month, or a file with too few NHS bodies to be whole.
    """
    parts: dict[str, pd.DataFrame] = {}
    for path in releases(folder):
        month = period_of(path.name)
        if month in parts:
            raise DataError(path.name, found=f"a second file for {month}", allowed="one file a month")
        parts[str(month)] = snapshot(path)
    return {"cqc_ratings": descriptions.tidy(pd.concat(list(parts.values())), "cqc_ratings")}


def period_of(name: str) -> str | None:
    """Return the month 'YYYY-MM' of a snapshot by its file name, None for another name."""
    return name[-11:-4] if re.fullmatch(STORED, name) else months.stated(OFFICIAL, name)


def snapshot(path: Path) -> pd.DataFrame:
    """Return one snapshot with the fields of the table; raises DataError as `read` does."""
    rows = _stored(path) if re.fullmatch(STORED, path.name) else _workbook(path)
    rows = rows.only(~rows["rating"].isin(UNRATED))
    checks.code(rows, "org_code", pattern="[A-Z0-9]{3}")
    for column in ("rating", "domain"):
        checks.one_of(rows, column, descriptions.choices("cqc_ratings", column))
    checks.one_of(rows, "inherited", ["Y", "N", ""])
    month = str(period_of(path.name))
    last = str(pd.Period(month, freq="M").end_time.date())
    end = ", the end of the snapshot"
    published = checks.day(rows, "published", forms=DAYS, first=FIRST_DAY, last=last, of=end)
    inherited = rows["inherited"].map({"Y": True, "N": False}).astype("boolean")
    rows = rows.plus(published=published, snapshot=month, rated_id=rows["id"], inherited=inherited)
    for column in ("rated_id", "name", "category", "service"):
        checks.refuse(rows, rows[column] == "", column, "a text, not a blank")
    keys = ["rated_id", "service", "domain", "published"]
    twice = rows.frame.duplicated(keys) & rows.frame.duplicated([*keys, "rating"])
    rows = rows.only(~twice)
    checks.unique(rows, keys)
    naming.note(rows.only(rows["level"] == "provider"), "org_code", "name")
    for level, found in rows.frame.groupby("level")["org_code"]:
        if (bodies := found.nunique()) < FEWEST:
            allowed = f"at least {FEWEST}, a whole file"
            raise DataError(path.name, found=f"{bodies} NHS bodies ({level}s)", allowed=allowed)
    return rows.frame


def _stored(path: Path) -> Rows:
    names = {to: re.sub(r"[^A-Za-z0-9]", ".", name.format("Location")) for to, name in _NAMES.items()}
    rows = files.read_csv(path, [*names.values(), "Report.Type"])
    checks.one_of(rows, names["type"], [NHS])
    checks.one_of(rows, "Report.Type", ["Location"])
    checks.size(rows, RECORDS.get(path.name))
    frame = pd.DataFrame({field: rows[heading] for field, heading in names.items()})
    return Rows(path.name, frame.assign(level="location"))


def _workbook(path: Path) -> Rows:
    grids = sheets.read(path)
    return Rows(path.name, pd.concat([_sheet(grids, sheet, file=path.name) for sheet in LEVELS]))


def _sheet(grids: dict[str, sheets.Grid], sheet: str, *, file: str) -> pd.DataFrame:
    """Return the NHS rows of a sheet as texts, indexed by 'sheet row'; headings may be on row 1 to 10."""
    grid = sheets.page(grids, [sheet], file=file)[1]
    wanted = {field: heading.format(sheet[:-1]) for field, heading in _NAMES.items()}
    top, places = _places(grid, wanted, file=file, sheet=sheet)
    kind, records = places["type"], {}
    for number, cells in enumerate(grid[top:], start=top + 1):
        if kind < len(cells) and cells[kind] == NHS:
            line = {field: _text(cells[at]) if at < len(cells) else "" for field, at in places.items()}
            records[f"{sheet} {number}"] = line
    frame = pd.DataFrame.from_dict(records, orient="index", columns=list(wanted), dtype="str")
    return frame.fillna("").assign(level=LEVELS[sheet])


def _text(cell: object) -> str:
    return f"{cell:%Y-%m-%d}" if isinstance(cell, datetime.datetime) else text(cell)


def _places(
    grid: sheets.Grid, wanted: dict[str, str], *, file: str, sheet: str
) -> tuple[int, dict[str, int]]:
    """Return the heading row and the column of each field; `inherited` may be absent, others do not matter."""
    for number, row in enumerate(grid[:DEEPEST], start=1):
        cells = [text(cell) for cell in row]
        if wanted["id"] not in cells:
            continue
        places = {}
        for field, heading in wanted.items():
            names = [name for name in (heading, EARLIER.get(heading)) if name in cells]
            if names:
                places[field] = cells.index(names[0])
            elif field != "inherited":
                allowed = "a column with this heading"
                raise DataError(file, row=f"{sheet} {number}", column=heading, found=cells, allowed=allowed)
        return number, places
    allowed = f"a heading '{wanted['id']}'"
    raise DataError(file, row=f"{sheet} 1 to {DEEPEST}", found="no row of headings", allowed=allowed)
