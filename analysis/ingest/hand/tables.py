"""The tables kept by hand in `data/`: read as they are, checked against their descriptions and each other."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import data
from analysis.data import DataError
from analysis.ingest import checks, descriptions, diff, record
from analysis.ingest.checks import Rows
from analysis.ingest.hand import costs, evidence

TABLES = (
    "published_claims",
    "published_findings",
    "regime_events",
    "indicators",
    "planted_truth",
    "calibration",
    "power",
    "persistence",
    "simulated",
    "regression_coverage",
    "buddies",
    "successor_spells",
    "successor_changes",
    "successor_counts",
    "regimes",
    "reporting_items",
    "amendments",
    *evidence.TABLES,
    "signoffs",
    "rap_items",
    "trust_names",
    "negative_log",
    *costs.TABLES,
)
CONFIDENCE = ("high", "medium", "low")
WHEN = re.compile(r"(.*_)?(date|day|on|of|accessed)")  # fields that say when something was
CODES = ("org_code", "ods_code", "buddy_code")


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return TABLES from the data folder itself, every cell as the text it is.

    Raises DataError when a file is missing or breaks its description, when one names what another of them does
    not hold, when a date is in the future, a trust is none of `organisations`, an event's day does not follow from
    its date, or a record without an address claims more than it can.
    """
    frames, described = {}, []
    for name in TABLES:
        resource = descriptions.table(name, folder)
        path = folder / resource["path"]
        if not path.is_file():
            raise DataError(name, found="no file", allowed=f"{resource['path']} in the data folder")
        data.verify(resource, path.read_bytes())
        frames[name] = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
        described.append(resource)
    data.check_references(described, frames)
    listed = diff.texts(record.held(folder, "organisations.csv"))
    rows = {name: checks.by_hand(name, frame) for name, frame in frames.items()}
    for each in rows.values():
        _check_dates(each)
        if len(listed):
            _check_trusts(each, set(listed["org_code"]))
    _check_events(rows["regime_events"])
    _check_addresses(rows["published_claims"], above="medium")
    _check_addresses(rows["regime_events"], above="low")
    evidence.check(frames)
    costs.check(frames)
    return frames


def edited(before: dict[str, Any] | None, now: dict[str, Any]) -> list[str]:
    """Say in what a table kept by hand is not the one described before; the cells of before are kept nowhere."""
    name, rows = now["name"], now["rows"]
    if before is None:
        return [f"{name}: new, {rows:,} rows, kept by hand."]
    if before["hash"] != now["hash"]:
        became = f"{before['rows']:,} rows became {rows:,}"
        was = became if before["rows"] != rows else f"{rows:,} rows as before"
        return [f"{name}: edited by hand, {was}. `git diff data/{now['path']}` shows the cells."]
    return [] if before == json.loads(json.dumps(now)) else [f"{name}: the same rows, described anew."]


def write(name: str, frame: pd.DataFrame, folder: Path | None = None) -> None:
    """Put a table that this report computes itself into the data folder; DataError unless it is as described."""
    resource = descriptions.table(name, folder)
    content = frame.to_csv(index=False, lineterminator="\n", float_format="%.6f").encode()
    data.verify(resource, content)
    ((folder or data.FOLDER) / resource["path"]).write_bytes(content)


def _check_dates(rows: Rows) -> None:
    today = pd.Timestamp.today().strftime("%Y-%m-%d")
    for column in rows.frame.columns:
        if WHEN.fullmatch(column):
            dated = rows[column].str.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}")
            late = dated & (rows[column] > rows[column].map(lambda cell: today[: len(cell)]))
            checks.refuse(rows, late, column, f"a date up to today, {today}")


def _check_trusts(rows: Rows, known: set[str]) -> None:
    for column in (name for name in CODES if name in rows.frame.columns):
        strange = ~rows[column].isin({*known, evidence.WHOLE, ""})
        checks.refuse(rows, strange, column, "a code of the table organisations")


def _check_events(rows: Rows) -> None:
    monthly = rows["date"].str.len() == len("2013-07")
    day = rows["date"].where(~monthly, rows["date"] + "-15")
    precision = monthly.map({True: "month", False: "day"})
    for column, told in (("date_day", day), ("date_precision", precision)):
        right = pd.DataFrame({"told": told, "date": rows["date"]})
        checks.refuse(rows, rows[column] != told, column, "{}, from the date {}", right=right)


def _check_addresses(rows: Rows, *, above: str) -> None:
    """Refuse a record without an address whose confidence is better than `above`."""
    better = CONFIDENCE[: CONFIDENCE.index(above)]
    bad = (rows["source_url"] == "") & rows["confidence"].isin(better)
    checks.refuse(rows, bad, "confidence", f"at most {above} without an address")
