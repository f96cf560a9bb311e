"""Delayed transfers of care: by provider (April 2018 to November 2019) and by local authority (2011 to 2019)."""

from functools import partial
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files
from analysis.ingest.history import collected

PROVIDER = r"dtoc_delayed_days_provider_month\.csv"
BETWEEN = r"dtoc_delayed_days_provider_la_month\.csv\.gz"
AREA = r"dtoc_delayed_days_la_month\.csv\.gz"
ENGLAND = r"dtoc_delayed_days_england_month\.csv"
WINTER = r"winter_sitrep_2014-15_trust_week\.csv"
RECORDS = {PROVIDER: 8980, BETWEEN: 21577, AREA: 16162, ENGLAND: 105, WINTER: 2520}
WEIGHTS = ("2018-04", "2019-03")  # months of the shares of an authority's delays
PARTS = ("nhs", "social_care", "both")
CARE = ("acute", "non_acute")


def releases(folder: Path) -> list[Path]:
    """Return the files of this collection under `folder`."""
    return files.named(folder, *RECORDS)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of those files that are there.

    Raises DataError for another layout or number of records, a value against the description, days by agency or by
    care that do not add up, or authorities that do not sum to England.
    """
    made = collected.tables(folder, READERS)
    area = files.find_one(folder, AREA)
    if area is not None and "delayed_transfers_england" in made:
        summed = made["delayed_transfers_area"].groupby("month")
        national = made["delayed_transfers_england"].set_index("month")
        for care in CARE:
            told = {"place": area.name, "column": care, "against": "England"}
            checks.agrees(summed[care].sum(), national[care], **told, tolerance=0)
    return {name: descriptions.tidy(frame, name) for name, frame in made.items()}


def providers(path: Path) -> pd.DataFrame:
    """Return days of delay by provider and month: by care, and by the agency responsible."""
    agency = {f"days_{part}": part for part in PARTS}
    rows = files.read_csv(path, ["month", "org_code", "care", *agency, "days_total"])
    checks.size(rows, RECORDS[PROVIDER])
    checks.code(rows, "org_code", pattern=descriptions.pattern("delayed_transfers", "org_code"))
    checks.one_of(rows, "care", CARE)
    checks.unique(rows, ["month", "org_code", "care"])
    days = checks.numbers(rows, [*agency, "days_total"], whole=True, required=True)
    checks.equal(rows, "days_total", days["days_total"], days[list(agency)].sum(axis=1))
    frame = rows.frame.assign(**days)
    keys = ["org_code", "month"]
    care = frame.pivot(index=keys, columns="care", values="days_total")
    if care.isna().any(axis=None):
        lacking = care.index[care.isna().any(axis=1)][0]
        raise DataError(path.name, found=f"one kind of care of {lacking}", allowed="acute and non_acute")
    summed = frame.groupby(keys)[list(agency)].sum().rename(columns=agency)
    return care.join(summed).reset_index()


def shares(path: Path) -> pd.DataFrame:
    """Return acute days of delay by provider and authority over the twelve months of the weights."""
    rows = files.read_csv(path, ["month", "org_code", "la_code", "care", "days_total"])
    checks.size(rows, RECORDS[BETWEEN])
    checks.one_of(rows, "care", CARE)
    checks.unique(rows, ["month", "org_code", "la_code", "care"])
    days = checks.number(rows, "days_total", whole=True, required=True)
    frame = rows.frame.assign(acute_days=days)
    frame = frame[(frame["care"] == "acute") & frame["month"].between(*WEIGHTS)]
    return frame.groupby(["org_code", "la_code"])["acute_days"].sum().reset_index()


def areas(path: Path, *, name: str) -> pd.DataFrame:
    """Return days of delay of an area's residents by month, wherever treated; total and agencies add up."""
    table = "delayed_transfers_england" if name == ENGLAND else "delayed_transfers_area"
    fields = descriptions.fields(table)
    headings = {
        field: field if field in ("month", "la_code", "la_name") else f"days_{field}" for field in fields
    }
    rows = collected.read(path, table, headings, records=RECORDS[name])
    total = checks.number(files.read_csv(path, ["days_total"]), "days_total", required=True)
    for parts in (["acute", "non_acute"], list(PARTS)):
        checks.equal(rows, parts[0], rows.frame[parts].sum(axis=1), total)
    return rows.frame


def winter(path: Path) -> pd.DataFrame:
    """Return the daily returns of one winter, summed to trust and week."""
    headings = {
        "week_start": "week_start",
        "org_code": "org_code",
        "delayed_bed_days": "dtoc_bed_days_sum",
        "cancelled_operations": "cancelled_operations_sum",
        "ambulances_over_30": "ambulances_over_30min_sum",
        "beds_closed_norovirus": "beds_closed_norovirus_sum",
        "attendances": "ae_attendances_week",
        "within_4h_type1": "pct_within_4h_type1",
        "emergency_admissions": "emergency_admissions_week",
    }
    return collected.read(path, "winter_2014_15", headings, records=RECORDS[WINTER]).frame


READERS: dict[str, collected.Part] = {
    "delayed_transfers": (PROVIDER, providers),
    "delayed_transfers_area": (AREA, partial(areas, name=AREA)),
    "delayed_transfers_england": (ENGLAND, partial(areas, name=ENGLAND)),
    "delayed_transfers_shares": (BETWEEN, shares),
    "winter_2014_15": (WINTER, winter),
}
TABLES = tuple(READERS)
