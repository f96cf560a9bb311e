"""Records kept by hand in `data/`: published figures, dates of policy; beside them what was simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from analysis import data
from analysis.data import DataError
from analysis.ingest import costs, evidence, quality_tables
from analysis.ingest.amendments import AMENDMENTS
from analysis.ingest.catalogue import INDICATORS
from analysis.ingest.planted import PLANTED
from analysis.ingest.reporting_items import REPORTING

ADDRESS = r"https?://[^\s;]+"
DATE = r"\d{4}-\d{2}(-\d{2})?"
EVENTS = ("start", "end", "rules", "regulator", "finance", "review", "entry", "exit")
CONFIDENCE = ("high", "medium", "low")
_COMMON: dict[str, Any] = {
    "publisher": "compiled for this report; publishers are named in each row",
    "page": "https://www.cqc.org.uk/guidance-providers/nhs-trusts/special-measures-nhs-trusts",
    "licence": "facts of public record; sources keep their own terms",
    "obtained": "written down from the pages named in each row, read in November 2026",
    "breaks": [],
}


def _field(name: str, description: str, *, kind: str = "string", **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": limits}


CLAIMS: dict[str, Any] = {
    "name": "published_claims",
    "path": "published_claims.csv",
    "title": "Published figures about special measures for quality",
    "status": "published",
    "publication": "statements of ministers, regulators, associations, the press and the original study",
    **_COMMON,
    "description": (
        "One row a published figure, as published, with the population it is compared with here. Whether the "
        "spells reproduce it is computed, not stored; figures that they do not reproduce (X1 to X4) are kept."
    ),
    "period": "as_of",
    "schema": {
        "fields": [
            _field("claim_id", "Label of the statement.", required=True, pattern=r"[OPX]\d{1,2}"),
            _field("part", "Which figure of the statement.", required=True),
            _field("quantity", "What was counted, in plain words.", required=True),
            _field("as_of", "Day for which it holds or is compared.", kind="date", required=True),
            {
                "name": "value",
                "type": "number",
                "unit": "as in the field unit",
                "description": "Figure as published.",
                "constraints": {"required": True, "minimum": 0},
            },
            _field(
                "unit", "Unit of the figure.", required=True, enum=["trusts", "spells", "months", "percent"]
            ),
            _field("population", "What the spells are counted over for comparison.", required=True),
            _field("source_title", "Who said it.", required=True),
            _field("source_url", "Address; blank where it was not recorded.", pattern=ADDRESS),
            _field("confidence", "How sure reading and meaning are.", required=True, enum=list(CONFIDENCE)),
        ],
        "primaryKey": ["claim_id", "part"],
        "missingValues": [""],
    },
}

EVENT_DATES: dict[str, Any] = {
    "name": "regime_events",
    "path": "regime_events.csv",
    "title": "Dates of policy around special measures for quality, 2013 to 2021",
    "status": "public-record",
    "publication": "public pages of regulators, Parliament and the press",
    **_COMMON,
    "description": (
        "One row an event. Low confidence marks dates from general knowledge, without a page. Entries and "
        "exits of trusts are in regime_spells; two that changed practice are here too."
    ),
    "period": "date_day",
    "schema": {
        "fields": [
            _field("event_id", "Short name.", required=True, pattern=r"[a-z-]+"),
            _field("date", "Date as known: a day or a month.", required=True, pattern=DATE),
            _field("date_precision", "How well it is known.", required=True, enum=["day", "month"]),
            _field(
                "date_day",
                "The date as a day: a month counts as its 15th.",
                kind="date",
                required=True,
                minimum="2013-01-01",
                maximum="2021-12-31",
            ),
            _field("event", "What happened.", required=True),
            _field("kind", "What it changed.", required=True, enum=list(EVENTS)),
            _field("org_code", "Trust concerned, if one.", pattern=r"[RT][A-Z0-9]{2}"),
            _field("source_url", "Address; blank for general knowledge.", pattern=ADDRESS),
            _field("confidence", "low: general knowledge, unverified.", required=True, enum=list(CONFIDENCE)),
        ],
        "primaryKey": ["event_id"],
        "foreignKeys": [
            {
                "fields": ["org_code"],
                "reference": {"resource": "organisations", "fields": ["org_code"]},
            }
        ],
        "missingValues": [""],
    },
}

FINDINGS: dict[str, Any] = {
    "name": "published_findings",
    "path": "published_findings.csv",
    "title": "Directions of change that the original study reported",
    "status": "published",
    "publication": "final report of the original study",
    **_COMMON,
    "description": (
        "One row a measure for which the original study reports a direction after entry to special measures or "
        "the list of challenged providers. Its windows, estimator, sizes and intervals were not in the pages read."
    ),
    "period": None,
    "schema": {
        "fields": [
            _field("finding_id", "Short name.", required=True, pattern=r"[a-z]+"),
            _field("indicator", "Our indicator of the same thing; blank where none was to be had."),
            _field("measure", "What was measured.", required=True),
            _field("published_direction", "Which way.", required=True, enum=["better", "worse"]),
            _field("statement", "What was said, in our words.", required=True),
            _field("source_title", "Who said it.", required=True),
            _field("source_url", "Address.", required=True, pattern=ADDRESS),
            _field("confidence", "How sure reading and meaning are.", required=True, enum=list(CONFIDENCE)),
        ],
        "primaryKey": ["finding_id"],
        "missingValues": [""],
    },
}

RESOURCES: tuple[dict[str, Any], ...] = (
    CLAIMS,
    FINDINGS,
    EVENT_DATES,
    INDICATORS,
    PLANTED,
    REPORTING,
    AMENDMENTS,
    *evidence.RESOURCES,
    *quality_tables.RESOURCES,
    *costs.RESOURCES,
)


def read_curated(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of RESOURCES from the data folder itself, every cell as the text it is.

    Raises DataError when a file is missing or breaks its description, when an event's day does not follow
    from its date, or when a record without an address claims more than it can.
    """
    frames = {}
    for resource in RESOURCES:
        path = folder / resource["path"]
        if not path.is_file():
            raise DataError(
                resource["name"], found="no file", allowed=f"{resource['path']} in the data folder"
            )
        content = path.read_bytes()
        data.verify(resource, content)
        frames[resource["name"]] = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    _check_events(frames["regime_events"])
    _check_addresses(frames["published_claims"], "published_claims", above="medium")
    _check_addresses(frames["regime_events"], "regime_events", above="low")
    evidence.check_evidence(frames)
    costs.check_costs(frames)
    return frames


def _check_events(events: pd.DataFrame) -> None:
    monthly = events["date"].str.len() == len("2013-07")
    day = events["date"].where(~monthly, events["date"] + "-15")
    precision = monthly.map({True: "month", False: "day"})
    for column, expected in (("date_day", day), ("date_precision", precision)):
        bad = events[column] != expected
        if bad.any():
            row = bad.idxmax()
            allowed = f"{expected[row]}, from the date {events['date'][row]}"
            raise DataError(
                "regime_events", row=row + 2, column=column, found=events[column][row], allowed=allowed
            )


def _check_addresses(frame: pd.DataFrame, name: str, *, above: str) -> None:
    """Refuse a record without an address whose confidence is better than `above`."""
    better = CONFIDENCE[: CONFIDENCE.index(above)]
    bad = (frame["source_url"] == "") & frame["confidence"].isin(better)
    if bad.any():
        row = bad.idxmax()
        found, allowed = frame["confidence"][row], f"at most {above} without an address"
        raise DataError(name, row=row + 2, column="confidence", found=found, allowed=allowed)
