"""Ratings of NHS providers and locations by the Care Quality Commission, one snapshot a monthly file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import DataError
from analysis.ingest import opendocument, release
from analysis.ingest.sickness import LONG

BY_PERIOD = True  # a file replaces its own snapshot, and no others
STEP = None  # snapshots are kept as they come; months between need not be there
STORED = r"cqc_latest_ratings_nhs_locations_overall_domain_20\d\d-\d\d\.csv"
OFFICIAL = r"(?i:\d\d[ _](January|February|March|April|May|June|July|August|September|October|November|December)[ _](20\d\d)[ _]Latest[ _]ratings\.ods)"
NHS = "NHS Healthcare Organisation"
OVERALL = "Overall"
DOMAINS = (OVERALL, "Safe", "Effective", "Caring", "Responsive", "Well-led")
RATINGS = (
    "Outstanding",
    "Good",
    "Requires improvement",
    "Inadequate",
    "Insufficient evidence to rate",
    "Inspected but not rated",
    "Not rated",
)
UNRATED = ("Not applicable", "Not Applicable", "No published rating")  # rows that hold no rating: left out
LEVELS = {"Locations": "location", "Providers": "provider"}
FIRST_DAY = "2013-10-01"  # the first ratings of hospitals under the present method
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


def _field(name: str, description: str, *, kind: str = "string", **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": limits}


RESOURCES: tuple[dict[str, Any], ...] = (
    {
        "name": "cqc_ratings",
        "path": "cqc_ratings.csv",
        "title": "Ratings of NHS trusts' locations and services by the Care Quality Commission",
        "status": "official",
        "publisher": "Care Quality Commission",
        "publication": "Latest ratings (care directory with ratings)",
        "page": "https://www.cqc.org.uk/about-us/transparency/using-cqc-data",
        "licence": "OGL v3.0",
        "description": (
            "The latest rating of each NHS location and core service at the end of a month. The snapshot of "
            "January 2021 has locations and the overall rating only; later ones have providers and the five "
            "questions too. Not in it: earlier ratings, social care and general practice that are not run by "
            "a trust, addresses."
        ),
        "breaks": [
            "A snapshot, not a history: a rating stands until the next inspection, often for years.",
            "Routine inspections stopped in March 2020, so that ratings of January 2021 are mostly older.",
            "Ratings before 2014 do not exist; services were regrouped in 2017 and 2018.",
        ],
        "obtained": (
            "snapshot of January 2021: NHS rows of the data set in the public repository "
            "ojbadams/CQC_Ratings_Visualisation_RShiny, commit b816e58698cf3a5d2c1c150bdc8ac1adc3ca1066, "
            "saved as CSV; later ones from the publisher's page"
        ),
        "period": "snapshot",
        "rules": [],
        "schema": {
            "fields": [
                _field("snapshot", "Month of the file.", kind="yearmonth", required=True, minimum="2013-10"),
                _field("org_code", "ODS code of the trust.", required=True, pattern="[A-Z0-9]{3}"),
                _field("level", "What is rated.", required=True, enum=list(LEVELS.values())),
                _field("rated_id", "Its code at the Commission.", required=True),
                _field("name", "Its name.", required=True),
                _field("category", "Its main kind of service, as published.", required=True),
                _field("service", "Core service; Overall for the whole.", required=True),
                _field("domain", "Question; Overall for all five.", required=True, enum=list(DOMAINS)),
                _field("rating", "The rating.", required=True, enum=list(RATINGS)),
                _field("published", "Day of publication.", kind="date", required=True, minimum=FIRST_DAY),
                _field("inherited", "True: taken over from a former provider.", kind="boolean"),
            ],
            "primaryKey": ["snapshot", "rated_id", "service", "domain", "published"],
            "missingValues": [""],
        },
    },
)


def releases(folder: Path) -> list[Path]:
    """Return the snapshots under `folder`: the stored one of January 2021 and the Commission's workbooks."""
    return release.find(folder, f"{STORED}|{OFFICIAL}")


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
    whole = pd.concat(list(parts.values())).sort_values(RESOURCES[0]["schema"]["primaryKey"], kind="stable")
    fields = [field["name"] for field in RESOURCES[0]["schema"]["fields"]]
    return {"cqc_ratings": whole[fields].reset_index(drop=True)}


def period_of(name: str) -> str | None:
    """Return the month 'YYYY-MM' of a snapshot by its file name, None for another name."""
    if re.fullmatch(STORED, name):
        return name[-11:-4]
    worded = re.fullmatch(OFFICIAL, name)
    return f"{worded[2]}-{LONG[worded[1].upper()]:02d}" if worded else None


def snapshot(path: Path) -> pd.DataFrame:
    """Return one snapshot with the fields of the table; raises DataError as `read` does."""
    stored = re.fullmatch(STORED, path.name) is not None
    raw = pd.concat([_stored(path)] if stored else [_sheet(path, sheet) for sheet in LEVELS])
    month = str(period_of(path.name))
    raw = raw[~raw["rating"].isin(UNRATED)]
    release.codes(raw, "org_code", release=path.name, pattern=re.compile("[A-Z0-9]{3}"))
    release.choices(raw, "rating", release=path.name, allowed=RATINGS)
    release.choices(raw, "domain", release=path.name, allowed=DOMAINS)
    release.choices(raw, "inherited", release=path.name, allowed=["Y", "N", ""])
    last = str(pd.Period(month, freq="M").end_time.date())
    published = _days(raw, "published", last=last, file=path.name)
    frame = raw.assign(
        published=published,
        snapshot=month,
        rated_id=raw["id"],
        inherited=raw["inherited"].map({"Y": True, "N": False}).astype("boolean"),
    )
    for column in ("rated_id", "name", "category", "service"):
        _refuse(frame, frame[column] == "", column, path.name, "a text, not a blank")
    keys = ["rated_id", "service", "domain", "published"]
    twice = frame.duplicated(keys) & frame.duplicated([*keys, "rating"])
    frame = release.unique(frame[~twice], keys, release=path.name)
    bodies = frame["org_code"].nunique()
    if bodies < FEWEST:
        raise DataError(path.name, found=f"{bodies} NHS bodies", allowed=f"at least {FEWEST}, a whole file")
    return frame


def _stored(path: Path) -> pd.DataFrame:
    names = {field: _dotted(heading.format("Location")) for field, heading in _NAMES.items()}
    raw = release.read_csv(path, [*names.values(), "Report.Type"])
    release.choices(raw, names["type"], release=path.name, allowed=[NHS])
    release.choices(raw, "Report.Type", release=path.name, allowed=["Location"])
    known = RECORDS.get(path.name, len(raw))
    if len(raw) != known:
        raise DataError(path.name, row=raw.index[-1], found=f"{len(raw)} records", allowed=f"{known} records")
    frame = pd.DataFrame({field: raw[heading] for field, heading in names.items()})
    return frame.assign(level="location")


def _dotted(heading: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", ".", heading)


def _sheet(path: Path, sheet: str) -> pd.DataFrame:
    """Return the NHS rows of a sheet as strings, indexed by 'sheet row'; headings may be on row 1 to 10."""
    lines = opendocument.rows(path, sheet)
    wanted = {field: heading.format(sheet[:-1]) for field, heading in _NAMES.items()}
    places = _places(lines, wanted, path=path, sheet=sheet)
    records, labels = [], []
    for number, cells in lines:
        record = {field: cells[at] if at < len(cells) else "" for field, at in places.items()}
        if record["type"] == NHS:
            records.append(record)
            labels.append(f"{sheet} {number}")
    columns = [*wanted]
    frame = pd.DataFrame(records, columns=columns, index=pd.Index(labels, name="row"), dtype="str")
    frame[columns] = frame[columns].fillna("")
    return frame.assign(level=LEVELS[sheet])


def _places(
    lines: Iterator[tuple[int, list[str]]], wanted: dict[str, str], *, path: Path, sheet: str
) -> dict[str, int]:
    """Return the column of each field; `inherited` may be absent, other headings do not matter."""
    for number, cells in lines:
        if wanted["id"] in cells:
            places = {}
            for field, heading in wanted.items():
                names = [name for name in (heading, EARLIER.get(heading)) if name in cells]
                if names:
                    places[field] = cells.index(names[0])
                elif field != "inherited":
                    row = f"{sheet} {number}"
                    raise DataError(
                        path.name, row=row, column=heading, found=cells, allowed="a column with this heading"
                    )
            return places
        if number >= 10:
            break
    raise DataError(
        path.name, row=f"{sheet} 1 to 10", found="no row of headings", allowed=f"a heading '{wanted['id']}'"
    )


def _days(raw: pd.DataFrame, column: str, *, last: str, file: str) -> pd.Series:
    """Return days written dd/mm/yyyy or YYYY-MM-DD as 'YYYY-MM-DD', from FIRST_DAY to `last`."""
    turned = raw[column].str.replace(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\2-\1", regex=True)
    day = pd.to_datetime(turned.where(turned.str.len() == len(last)), format="%Y-%m-%d", errors="coerce")
    written = day.dt.strftime("%Y-%m-%d").fillna("")
    bad = (written < FIRST_DAY) | (written > last)
    _refuse(raw, bad, column, file, f"a day dd/mm/yyyy from {FIRST_DAY} to {last}, the end of the snapshot")
    return written


def _refuse(raw: pd.DataFrame, bad: pd.Series, column: str, file: str, allowed: str) -> None:
    if bad.any():
        row = bad.idxmax()
        raise DataError(file, row=row, column=column, found=raw[column].loc[row], allowed=allowed)
