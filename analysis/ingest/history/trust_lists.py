"""Read the public lists of NHS trust codes, types and code changes, each strictly and as published."""

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, files, sheets
from analysis.ingest.checks import Rows, text
from analysis.ingest.history import kh03_compiled

TRUST_FILE = r"etr_(20\d\d)-(0[1-9]|1[0-2])\.csv"
LIST_2026 = r"trust_type_region_2026\.csv"
ESTATES = r"eric_2019-20_site_trimmed\.csv"
SURVEY = r"ST19-Organisation-Data-2019-Only-v1f\.xlsx"
BEDS = kh03_compiled.FILE
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

# Trusts; the Isle of Wight's predecessor; two of 2024-26.
CODE = r"[RT][A-Z0-9]{2}|5QT|G6V2S|K0N6A"
ANY_CODE = r"[A-Z0-9]{2,6}"
DAY, SHORT_DAY = {"2017-10-01": "%Y-%m-%d"}, {"20171001": "%Y%m%d"}
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
QUARTERS = {name: month for name, (month, _) in kh03_compiled.QUARTERS.items()}


def trust_file(path: Path) -> pd.DataFrame:
    """Read one edition of the ODS trust file: `name`, `region_code`, `opened`, `closed` by code.

    Dates are 'YYYY-MM-DD' or blank. Raises DataError for a code that is not a trust's, an unknown region,
    a date that is not of the calendar or lies ahead, a code twice or another number of records than known.
    """
    columns = ["org_code", "name", "region_code", "icb", *(f"address_{i}" for i in range(5)), "postcode"]
    rows = files.read_csv(path, [*columns, "opened", "closed"], header=False)
    checks.code(rows, "org_code", pattern=CODE)
    checks.one_of(rows, "region_code", [*REGIONS, *OLD_REGIONS, WALES])
    _check_names(rows, "name")
    edition = re.fullmatch(TRUST_FILE, path.name)
    last = f"{edition[1]}-{edition[2]}-31" if edition else _today()
    days = {name: _days(rows, name, forms=SHORT_DAY, blank=True, last=last) for name in ("opened", "closed")}
    late = (days["closed"] != "") & (days["closed"] <= days["opened"])
    checks.refuse(rows.plus(**days), late, "closed", "a day after the day of opening")
    checks.unique(rows, ["org_code"])
    checks.size(rows, RECORDS.get(path.name))
    return rows.frame.assign(**days).set_index("org_code")[["name", "region_code", "opened", "closed"]]


def list_2026(path: Path) -> pd.DataFrame:
    """Read the list of trusts of 2026: `name`, `type`, `region`, `predecessor`, `merged` by code."""
    columns = ["ods_code", "name", "type", "region", "predecessor_codes", "merger_date"]
    rows = files.read_csv(path, columns, others=["alt_names", "ics"])
    checks.code(rows, "ods_code", pattern=CODE)
    checks.one_of(rows, "type", TYPES_2026)
    checks.one_of(rows, "region", [*REGIONS.values(), "National"])
    _check_names(rows, "name")
    merged = _days(rows, "merger_date", forms=DAY, blank=True, last="2026-12-31")
    held = rows["predecessor_codes"] != ""
    checks.refuse(rows, held != (merged != ""), "merger_date", "a date with a predecessor")
    checks.code(rows.only(held), "predecessor_codes", pattern=CODE)
    checks.unique(rows, ["ods_code"])
    checks.size(rows, RECORDS.get(path.name))
    out = rows.frame.rename(columns={"ods_code": "org_code", "predecessor_codes": "predecessor"})
    out = out.assign(type=out["type"].map(TYPES_2026), merged=merged)
    return out.set_index("org_code")[["name", "type", "region", "predecessor", "merged"]]


def estates(path: Path) -> pd.DataFrame:
    """Read the estates return of 2019-20: `name`, `region`, `peer_group`, `type` by trust code."""
    columns = ["Trust Code", "Trust Name", "Commissioning Region", "Trust Type", "Site Code"]
    rows = files.read_csv(path, columns)
    checks.code(rows, "Trust Code", pattern=CODE)
    checks.one_of(rows, "Trust Type", ESTATES_TYPES)
    regions = {f"{name.upper()} COMMISSIONING REGION": name for name in REGIONS.values()}
    checks.one_of(rows, "Commissioning Region", regions)
    checks.unique(rows, ["Trust Code", "Site Code"])
    checks.size(rows, RECORDS.get(path.name))
    _check_names(rows, "Trust Name")
    by_trust = rows.frame.groupby("Trust Code")
    for column in ("Trust Type", "Commissioning Region"):
        other = rows[column] != by_trust[column].transform("first")
        checks.refuse(rows, other, column, "the same in every row of the trust")
    out = by_trust.first().rename_axis("org_code")
    out["name"], out["type"] = out["Trust Name"], out["Trust Type"].map(ESTATES_TYPES)
    out["peer_group"] = out["Trust Type"].str.replace("ACUTE - ", "").str.lower()
    out["region"] = out["Commissioning Region"].map(regions)
    return out[["name", "region", "peer_group", "type"]]


def survey_groups(path: Path) -> pd.DataFrame:
    """Read the benchmark groups of the NHS Staff Survey 2019: `name`, `type`, `type_detail` by trust code.

    Rows of single sectors of a trust (codes of four characters) are left out. Raises DataError for a missing
    sheet or heading, a trust of another group, a code twice, or a count that differs from the printed one.
    """
    grids = sheets.read(path)
    lines: dict[str, list[str]] = {}
    for title, (group, kind, detail) in SURVEY_SHEETS.items():
        grid = sheets.page(grids, [title], file=path.name)[1]
        top = next((i for i, row in enumerate(grid[:3]) if row[:1] == ["trust"]), None)
        if top is None or list(grid[top][1:4]) != ["trustname", "trtype", "trtname"]:
            allowed = "the headings trust, trustname, trtype, trtname in columns A to D"
            raise DataError(path.name, row=f"{title} 1", found=[*grid, []][0][:4], allowed=allowed)
        below = enumerate(grid[top + 1 :], start=top + 2)
        trusts = {f"{title} {number}": row for number, row in below if row[3] is not None}
        printed = [row[1] for row in grid if title in COUNTED and row[0] == "count:"]
        if title in COUNTED and printed != [len(trusts)]:
            found, allowed = f"{len(trusts)} trusts", f"{printed}, as printed"
            raise DataError(path.name, row=title, found=found, allowed=allowed)
        for place, (code, name, _, kept) in ((place, row[:4]) for place, row in trusts.items()):
            if kept != group:
                raise DataError(path.name, row=place, column="trtname", found=kept, allowed=group)
            lines[place] = [text(code), text(name), kind, detail]
    names = ["org_code", "name", "type", "type_detail"]
    rows = Rows(path.name, pd.DataFrame.from_dict(lines, orient="index", columns=names, dtype="str"))
    checks.code(rows, "org_code", pattern=rf"{CODE}|[RT]..[0-9]")
    checks.unique(rows, ["org_code"])
    return rows.only(rows["org_code"].str.len() == 3).frame.set_index("org_code")


def beds(path: Path) -> pd.DataFrame:
    """Read trusts' names and overnight beds in KH03: `org_code`, `quarter_end`, `name`, `beds` a quarter."""
    columns = ["year", "period_end", "org_code", "org_name", "total_on_beds_available"]
    rows = files.read_csv(path, columns)
    checks.one_of(rows, "period_end", QUARTERS)
    available = checks.number(rows, "total_on_beds_available")
    rows = rows.plus(quarter_end=rows["year"] + "-" + rows["period_end"].map(QUARTERS), beds=available)
    checks.month(rows, "quarter_end", first="2010-06", last=_today()[:7])
    rows = rows.only(rows["org_code"].str.fullmatch(CODE))
    _check_names(rows, "org_name")
    checks.unique(rows, ["org_code", "quarter_end"])
    frame = rows.frame.rename(columns={"org_name": "name"})
    return frame.sort_values(["org_code", "quarter_end"])[["org_code", "quarter_end", "name", "beds"]]


def compiled(path: Path) -> pd.DataFrame:
    """Read the compiled list of acute mergers, checked on KH03: `old_code`, `new_code`, `date`, `note`.

    Raises DataError when the old code's last KH03 quarter does not fit the date.
    """
    columns = ["old_code", "new_code", "effective_date", "note", "kh03_last_quarter_old"]
    others = ["kh03_first_quarter_new", "kh03_last_quarter_new", "ae_last_month_old_2016_19"]
    rows = files.read_csv(path, columns, others=others)
    last = checks.month(rows, "kh03_last_quarter_old", first="2010-06", last=_today()[:7])
    rows = _changes(rows, old="old_code", new="new_code", date="effective_date", last="2023-12-31")
    checks.size(rows, RECORDS.get(path.name))
    dated, until = (pd.PeriodIndex(days.str[:7], freq="M").astype("int64") for days in (rows["date"], last))
    apart = pd.Series(until - dated, rows.frame.index)
    allowed = f"{MONTHS_EARLY} months before to {MONTHS_LATE} after the old code's last KH03 quarter"
    checks.refuse(rows, (apart < -MONTHS_EARLY) | (apart > MONTHS_LATE), "date", allowed)
    return rows.frame


def mergers_2021(path: Path) -> pd.DataFrame:
    """Read the list of mergers of 2020 and 2021: `old_code`, `new_code`, `date`."""
    rows = files.read_csv(path, ["trust_code_old", "trust_code_new", "from_date"], others=[])
    rows = _changes(rows, old="trust_code_old", new="trust_code_new", date="from_date", last="2021-12-31")
    checks.size(rows, RECORDS.get(path.name))
    return rows.frame


def change_paths(path: Path) -> pd.DataFrame:
    """Read the steps of the change list 2000 to 2018: `old_code`, `new_code`, `date`, one row a step."""
    names = ("new_code_{0}", "new_code_{1}", "date_change_{1}", "change_type_{1}")
    steps = [tuple(name.format(i - 1, i) for name in names) for i in (1, 2, 3)]
    columns = sorted({name for step in steps for name in step})
    rows = files.read_csv(path, ["old_code", *columns])
    checks.unique(rows, ["old_code", *columns])
    checks.size(rows, RECORDS.get(path.name))
    parts = []
    for old, new, date, kind in steps:
        part = rows.only(rows[new] != "NA")
        checks.one_of(part, kind, ["merger", "name_change", "split"])
        parts.append(_changes(part, old=old, new=new, date=date, pattern=ANY_CODE, last="2018-12-31").frame)
    return pd.concat(parts).drop_duplicates(["old_code", "new_code", "date"])


def _changes(rows: Rows, *, old: str, new: str, date: str, last: str, pattern: str = CODE) -> Rows:
    out = rows.plus(
        old_code=checks.code(rows, old, pattern=pattern),
        new_code=checks.code(rows, new, pattern=pattern),
        date=_days(rows, date, forms=DAY, last=last),
    )
    checks.refuse(out, out["old_code"] == out["new_code"], "new_code", "another code than the old one")
    if pattern == CODE:
        checks.unique(out, ["old_code", "new_code"])
    return out


def _days(rows: Rows, column: str, *, forms: Mapping[str, str], last: str, blank: bool = False) -> pd.Series:
    of = ", the time of this edition"
    return checks.day(rows, column, forms=forms, last=last, blank=blank, of=of)


def _check_names(rows: Rows, column: str) -> None:
    plain = rows[column].str.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ,.'&()\-]{4,}")
    checks.refuse(rows, ~plain, column, "the name of an organisation")


def _today() -> str:
    return pd.Timestamp.today().strftime("%Y-%m-%d")
