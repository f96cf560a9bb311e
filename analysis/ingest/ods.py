"""Read the public lists of NHS trust codes, types and code changes, each strictly and as published."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import release, workbook

TRUST_FILE = r"etr_(20\d\d)-(0[1-9]|1[0-2])\.csv"
LIST_2026 = r"trust_type_region_2026\.csv"
ESTATES = r"eric_2019-20_site_trimmed\.csv"
SURVEY = r"ST19-Organisation-Data-2019-Only-v1f\.xlsx"
BEDS = r"overnight_day_beds_2010_\d\d_clean\.csv"
COMPILED = r"acute_trust_mergers_2012_2023_compiled\.csv"
MERGERS_2021 = r"trust_mergers_2020_2021_epiforecasts\.csv"
CHANGE_PATHS = r"all_org_changes_paths_2000_2018\.csv"

# Records of the editions that are closed: a file with fewer or more is cut short or changed.
RECORDS: Mapping[str, int] = {
    "etr_2021-01.csv": 241,
    "etr_2022-03.csv": 218,
    "etr_2025-07.csv": 210,
    "trust_type_region_2026.csv": 202,
    "eric_2019-20_site_trimmed.csv": 1261,
    "acute_trust_mergers_2012_2023_compiled.csv": 36,
    "trust_mergers_2020_2021_epiforecasts.csv": 11,
    "all_org_changes_paths_2000_2018.csv": 677,
}

LAST_EDITION = "etr_2025-07.csv"  # the latest that the tables were first made from
FEWEST = 190  # trusts of a whole edition; 210 in July 2025

CODE = re.compile(
    r"[RT][A-Z0-9]{2}|5QT|G6V2S|K0N6A"
)  # trusts; the Isle of Wight's predecessor; two of 2024-26
ANY_CODE = re.compile(r"[A-Z0-9]{2,6}")
WALES = "W00"
REGIONS = {
    "Y56": "London",
    "Y58": "South West",
    "Y59": "South East",
    "Y60": "Midlands",
    "Y61": "East of England",
    "Y62": "North West",
    "Y63": "North East and Yorkshire",
}
OLD_REGIONS = ("Y54", "Y55", "Y57", "")  # four regions until 2019: not used
TYPES_2026 = {
    "Acute and Acute & Community Trusts": "acute",
    "Acute Specialist Trusts": "acute specialist",
    "Mental Health & Learning Disability and Mental Health, Learning Disability & Community Trusts": (
        "mental health"
    ),
    "Community Trusts": "community",
    "Ambulance Trusts": "ambulance",
    "Online / Digital": "online",
}
SURVEY_SHEETS = {
    "Acute": ("Acute Trusts", "acute", "acute"),
    "Combined Acute & Community": ("Combined Acute and Community Trusts", "acute", "acute and community"),
    "Acute Specialist": ("Acute Specialist Trusts", "acute specialist", "acute specialist"),
    "MH LD": ("Mental Health / Learning Disability Trusts", "mental health", "mental health"),
    "Combined MH LD and Community": (
        "Combined Mental Health / Learning Disability and Community Trusts",
        "mental health",
        "mental health and community",
    ),
    "Community": ("Community Trusts", "community", "community"),
    "Ambulance": ("Ambulance Trusts", "ambulance", "ambulance"),
}
COUNTED = ("Acute", "Combined Acute & Community")  # sheets whose last rows give the number of trusts
ESTATES_TYPES = {
    "ACUTE - SMALL": "acute",
    "ACUTE - MEDIUM": "acute",
    "ACUTE - LARGE": "acute",
    "ACUTE - TEACHING": "acute",
    "ACUTE - MULTI-SERVICE": "acute",
    "ACUTE - SPECIALIST": "acute specialist",
    "MENTAL HEALTH AND LEARNING DISABILITY": "mental health",
    "CARE TRUST": "mental health",
    "COMMUNITY": "community",
    "AMBULANCE": "ambulance",
}
MONTHS_EARLY, MONTHS_LATE = 4, 2  # last KH03 quarter before and after a merger: one quarter was not returned
QUARTERS = {"June": "06", "September": "09", "December": "12", "March": "03"}


def trust_file(path: Path) -> pd.DataFrame:
    """Read one edition of the ODS trust file: `name`, `region_code`, `opened`, `closed` by code.

    Dates are 'YYYY-MM-DD' or blank. Raises DataError for a code that is not a trust's, an unknown region,
    a date that is not of the calendar or lies ahead, a code twice or another number of records than known.
    """
    columns = ["org_code", "name", "region_code", "icb", *(f"address_{i}" for i in range(5)), "postcode"]
    frame = release.read_csv(path, [*columns, "opened", "closed"], header=False)
    release.codes(frame, "org_code", release=path.name, pattern=CODE)
    release.choices(frame, "region_code", release=path.name, allowed=[*REGIONS, *OLD_REGIONS, WALES])
    frame["name"] = _names(frame, "name", path)
    edition = re.fullmatch(TRUST_FILE, path.name)
    last = f"{edition[1]}-{edition[2]}-31" if edition else _today()
    for column in ("opened", "closed"):
        frame[column] = _dates(frame, column, path, form="%Y%m%d", blank=True, last=last)
    late = (frame["closed"] != "") & (frame["closed"] <= frame["opened"])
    _refuse(path, frame, late, "closed", "a day after the day of opening")
    release.unique(frame, ["org_code"], release=path.name)
    _check_records(path, frame)
    return frame.set_index("org_code")[["name", "region_code", "opened", "closed"]]


def list_2026(path: Path) -> pd.DataFrame:
    """Read the list of trusts of 2026: `name`, `type`, `region`, `predecessor`, `merged` by code."""
    columns = ["ods_code", "name", "type", "region", "predecessor_codes", "merger_date"]
    frame = release.read_csv(path, columns, others=["alt_names", "ics"])
    release.codes(frame, "ods_code", release=path.name, pattern=CODE)
    release.choices(frame, "type", release=path.name, allowed=TYPES_2026)
    release.choices(frame, "region", release=path.name, allowed=[*REGIONS.values(), "National"])
    frame["name"] = _names(frame, "name", path)
    frame["merged"] = _dates(frame, "merger_date", path, form="%Y-%m-%d", blank=True, last="2026-12-31")
    merged = frame["predecessor_codes"] != ""
    _refuse(path, frame, merged != (frame["merged"] != ""), "merger_date", "a date with a predecessor")
    release.codes(frame[merged], "predecessor_codes", release=path.name, pattern=CODE)
    release.unique(frame, ["ods_code"], release=path.name)
    _check_records(path, frame)
    out = frame.rename(columns={"ods_code": "org_code", "predecessor_codes": "predecessor"})
    out["type"] = out["type"].map(TYPES_2026)
    return out.set_index("org_code")[["name", "type", "region", "predecessor", "merged"]]


def estates(path: Path) -> pd.DataFrame:
    """Read the estates return of 2019-20: `name`, `region`, `peer_group`, `type` by trust code."""
    columns = ["Trust Code", "Trust Name", "Commissioning Region", "Trust Type", "Site Code"]
    frame = release.read_csv(path, columns)
    release.codes(frame, "Trust Code", release=path.name, pattern=CODE)
    release.choices(frame, "Trust Type", release=path.name, allowed=ESTATES_TYPES)
    regions = {f"{name.upper()} COMMISSIONING REGION": name for name in REGIONS.values()}
    release.choices(frame, "Commissioning Region", release=path.name, allowed=regions)
    release.unique(frame, ["Trust Code", "Site Code"], release=path.name)
    _check_records(path, frame)
    frame["name"] = _names(frame, "Trust Name", path)
    by_trust = frame.groupby("Trust Code")
    for column in ("Trust Type", "Commissioning Region"):
        other = frame[column] != by_trust[column].transform("first")
        _refuse(path, frame, other, column, "the same in every row of the trust")
    out = by_trust.first().rename_axis("org_code")
    out["type"] = out["Trust Type"].map(ESTATES_TYPES)
    out["peer_group"] = out["Trust Type"].str.replace("ACUTE - ", "").str.lower()
    out["region"] = out["Commissioning Region"].map(regions)
    return out[["name", "region", "peer_group", "type"]]


def survey_groups(path: Path) -> pd.DataFrame:
    """Read the benchmark groups of the NHS Staff Survey 2019: `name`, `type`, `type_detail` by trust code.

    Rows of single sectors of a trust (codes of four characters) are left out. Raises DataError for a missing
    sheet or heading, a trust of another group, a code twice, or a count that differs from the printed one.
    """
    grids = workbook.new_excel(path)
    rows = []
    for title, (group, kind, detail) in SURVEY_SHEETS.items():
        grid = workbook.sheet(grids, title, release=path.name)
        top = next((i for i, row in enumerate(grid[:3]) if row[0] == "trust"), None)
        if top is None or list(grid[top][1:4]) != ["trustname", "trtype", "trtname"]:
            allowed = "the headings trust, trustname, trtype, trtname in columns A to D"
            raise DataError(path.name, row=f"{title} 1", found=grid[0][:4], allowed=allowed)
        trusts = [(top + 2 + i, row) for i, row in enumerate(grid[top + 1 :]) if row[3] not in (None, "")]
        printed = [row[1] for row in grid if title in COUNTED and row[0] == "count:"]
        if title in COUNTED and printed != [len(trusts)]:
            raise DataError(
                path.name, row=title, found=f"{len(trusts)} trusts", allowed=f"{printed}, as printed"
            )
        for line, (code, name, _, found) in ((line, row[:4]) for line, row in trusts):
            if found != group:
                raise DataError(
                    path.name, row=f"{title} {line}", column="trtname", found=found, allowed=group
                )
            rows.append([f"{title} {line}", str(code), str(name), kind, detail])
    frame = pd.DataFrame(rows, columns=["row", "org_code", "name", "type", "type_detail"]).set_index("row")
    release.codes(frame, "org_code", release=path.name, pattern=re.compile(rf"{CODE.pattern}|[RT]..\d"))
    release.unique(frame, ["org_code"], release=path.name)
    frame = frame[frame["org_code"].str.len() == 3]
    return frame.set_index("org_code")


def beds(path: Path) -> pd.DataFrame:
    """Read trusts' names and overnight beds in KH03: `org_code`, `quarter_end`, `name`, `beds` a quarter."""
    columns = ["year", "period_end", "org_code", "org_name", "total_on_beds_available"]
    frame = release.read_csv(path, columns)
    release.choices(frame, "period_end", release=path.name, allowed=QUARTERS)
    frame["beds"] = release.numbers(frame, "total_on_beds_available", release=path.name)
    frame["quarter_end"] = frame["year"] + "-" + frame["period_end"].map(QUARTERS)
    months = release.months(frame, "quarter_end", release=path.name, first="2010-06", last=_today()[:7])
    frame = frame.assign(quarter_end=months).rename(columns={"org_name": "name"})
    frame = frame[frame["org_code"].map(lambda code: bool(CODE.fullmatch(code)))]
    release.unique(frame, ["org_code", "quarter_end"], release=path.name)
    return frame.sort_values(["org_code", "quarter_end"])[["org_code", "quarter_end", "name", "beds"]]


def compiled(path: Path) -> pd.DataFrame:
    """Read the compiled list of acute mergers, checked on KH03: `old_code`, `new_code`, `date`, `note`.

    Raises DataError when the old code's last KH03 quarter does not fit the date.
    """
    columns = ["old_code", "new_code", "effective_date", "note", "kh03_last_quarter_old"]
    others = ["kh03_first_quarter_new", "kh03_last_quarter_new", "ae_last_month_old_2016_19"]
    frame = release.read_csv(path, columns, others=others)
    last = release.months(
        frame, "kh03_last_quarter_old", release=path.name, first="2010-06", last=_today()[:7]
    )
    frame = _changes(path, frame, old="old_code", new="new_code", date="effective_date", last="2023-12-31")
    _check_records(path, frame)
    months = pd.PeriodIndex(last, freq="M").astype("int64") - pd.PeriodIndex(
        frame["date"].str[:7], freq="M"
    ).astype("int64")
    apart = pd.Series((months < -MONTHS_EARLY) | (months > MONTHS_LATE), index=frame.index)
    allowed = f"{MONTHS_EARLY} months before to {MONTHS_LATE} after the old code's last KH03 quarter"
    _refuse(path, frame, apart, "date", allowed)
    return frame


def mergers_2021(path: Path) -> pd.DataFrame:
    """Read the list of mergers of 2020 and 2021: `old_code`, `new_code`, `date`."""
    frame = release.read_csv(path, ["trust_code_old", "trust_code_new", "from_date"], others=[])
    frame = _changes(
        path, frame, old="trust_code_old", new="trust_code_new", date="from_date", last="2021-12-31"
    )
    _check_records(path, frame)
    return frame


def change_paths(path: Path) -> pd.DataFrame:
    """Read the steps of the change list 2000 to 2018: `old_code`, `new_code`, `date`, one row a step."""
    steps = [
        (f"new_code_{i - 1}", f"new_code_{i}", f"date_change_{i}", f"change_type_{i}") for i in (1, 2, 3)
    ]
    columns = sorted({name for step in steps for name in step})
    frame = release.read_csv(path, ["old_code", *columns])
    release.unique(frame, ["old_code", *columns], release=path.name)
    _check_records(path, frame)
    parts = []
    for old, new, date, kind in steps:
        part = frame[frame[new] != "NA"]
        release.choices(part, kind, release=path.name, allowed=["merger", "name_change", "split"])
        parts.append(_changes(path, part, old=old, new=new, date=date, pattern=ANY_CODE, last="2018-12-31"))
    return pd.concat(parts).drop_duplicates(["old_code", "new_code", "date"])


def _changes(
    path: Path,
    frame: pd.DataFrame,
    *,
    old: str,
    new: str,
    date: str,
    last: str,
    pattern: re.Pattern[str] = CODE,
) -> pd.DataFrame:
    out = frame.assign(
        old_code=release.codes(frame, old, release=path.name, pattern=pattern),
        new_code=release.codes(frame, new, release=path.name, pattern=pattern),
        date=_dates(frame, date, path, form="%Y-%m-%d", blank=False, last=last),
    )
    _refuse(path, out, out["old_code"] == out["new_code"], "new_code", "another code than the old one")
    if pattern is CODE:
        release.unique(out, ["old_code", "new_code"], release=path.name)
    return out


def _dates(frame: pd.DataFrame, column: str, path: Path, *, form: str, blank: bool, last: str) -> pd.Series:
    """Return dates as "YYYY-MM-DD" or blank; refuse other forms, other days and days after `last`."""
    raw = frame[column]
    example = datetime.date(2017, 10, 1).strftime(form)
    value = pd.to_datetime(raw.where(raw.str.len() == len(example)), format=form, errors="coerce")
    written = value.dt.strftime("%Y-%m-%d").fillna("")
    wrong = (value.isna() & (raw != "")) | ((raw == "") & (not blank))
    _refuse(path, frame, wrong, column, f"a date of the calendar like {example}")
    _refuse(path, frame, written > last, column, f"a date up to {last[:7]}, the time of this edition")
    return written


def _names(frame: pd.DataFrame, column: str, path: Path) -> pd.Series:
    plain = frame[column].str.fullmatch(r"[A-Za-z0-9 ,.'&()\-]{5,}")
    _refuse(path, frame, ~plain, column, "the name of an organisation")
    return frame[column]


def _check_records(path: Path, frame: pd.DataFrame) -> None:
    known = RECORDS.get(path.name, len(frame))
    if len(frame) != known:
        raise DataError(
            path.name, row=frame.index[-1], found=f"{len(frame)} records", allowed=f"{known} records"
        )


def _refuse(path: Path, frame: pd.DataFrame, bad: pd.Series, column: str, allowed: str) -> None:
    if bad.any():
        row = bad.idxmax()
        raise DataError(path.name, row=row, column=column, found=frame[column].loc[row], allowed=allowed)


def _today() -> str:
    return pd.Timestamp.today().strftime("%Y-%m-%d")
