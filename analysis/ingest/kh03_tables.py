"""Descriptions of the bed tables: titles, known breaks, fields with units and limits."""

from __future__ import annotations

from typing import Any

FIRST = "2010-06"
# Names of the bed categories in the file and in the tables.
CATEGORIES = {
    "total": "total",
    "general_acute": "general_acute",
    "learn_disabil": "learning_disabilities",
    "maternity": "maternity",
    "mental_illness": "mental_illness",
}
MEASURES = ("available", "occupied")
# Two mental health providers print more mental illness beds occupied than available, from 2021 on.
OVERFULL = "mental_illness"


def _field(name: str, description: str) -> dict[str, Any]:
    limits = {"minimum": 0}
    return {"name": name, "type": "number", "unit": "beds", "description": description, "constraints": limits}


def _beds(kind: str, prefix: str = "", note: str = "") -> list[dict[str, Any]]:
    words = {"available": "open and staffed", "occupied": "occupied"}
    when = {"overnight": "at midnight", "day": "over the day"}[kind]
    return [
        _field(
            f"{prefix}{name}_{measure}",
            f"Average daily {kind} beds {words[measure]} {when}, {name.replace('_', ' ')}.{note}",
        )
        for name in CATEGORIES.values()
        for measure in MEASURES
    ]


def _rules(prefix: str = "") -> list[dict[str, str]]:
    names = [f"{prefix}{name}" for name in CATEGORIES.values() if name != OVERFULL]
    return [{"left": f"{name}_occupied", "op": "<=", "right": f"{name}_available"} for name in names]


_QUARTER = {
    "name": "quarter_end",
    "type": "yearmonth",
    "description": "Last month of the quarter: 2010-06 is April to June 2010.",
    "pattern": r"\d{4}-(03|06|09|12)",  # beside the constraints: see `data.load`
    "constraints": {"required": True, "minimum": FIRST},
}
_CODE = {
    "name": "org_code",
    "type": "string",
    "description": "ODS code of the provider as published in that quarter, not mapped to a successor.",
    "constraints": {"required": True, "pattern": "[A-Z0-9]{3}"},
}
_COMMON: dict[str, Any] = {
    "status": "official",
    "publisher": "NHS England (Department of Health before April 2013)",
    "publication": "Bed Availability and Occupancy (KH03)",
    "page": "https://www.england.nhs.uk/statistics/statistical-work-areas/bed-availability-and-occupancy/",
    "licence": "OGL v3.0",
    "obtained": (
        "as compiled from the official files in the public repository SamanthaBurn/nhs-data-pipeline, "
        "commit f0f39fb37a389fd892510bca4c97235fa7e45211, unaltered; later quarters and revisions: the "
        "publisher's page"
    ),
    "period": "quarter_end",
}
_MERGERS = (
    "Codes that outlive a merger change size (RDE, RAJ, REM, RNN, RYR, RH5, RA7, RC9, RDU, RGN, RTG, RJE): "
    "see organisation_changes."
)
_BREAKS = [
    "Community beds moved between primary care trusts and NHS trusts in 2011-12.",
    _MERGERS,
    "Occupancy from January to March 2020 on reflects COVID-19 and is not comparable.",
]
_DAY_NOTE = "Blank for providers without a day bed return (April 2010 to March 2011)."

RESOURCES: tuple[dict[str, Any], ...] = (
    {
        "name": "beds_overnight",
        "path": "beds_overnight.csv",
        "title": "Overnight beds available and occupied, by provider and quarter",
        **_COMMON,
        "description": (
            "Average daily beds by category. Not in it: England, critical care beds, occupancy rates "
            "(divide occupied by available)."
        ),
        "breaks": [
            *_BREAKS,
            "RP1 from December 2021 and RYG in September 2023 fill more mental illness beds.",
        ],
        "rules": _rules(),
        "schema": {
            "fields": [_CODE, _QUARTER, *_beds("overnight")],
            "primaryKey": ["org_code", "quarter_end"],
            "missingValues": [""],
        },
    },
    {
        "name": "beds_day",
        "path": "beds_day.csv",
        "title": "Day-only beds available and occupied, by provider and quarter",
        **_COMMON,
        "description": (
            "Average daily day-only beds by category. Not in it: England, occupancy rates. In the four "
            "quarters of 2010-11 the providers sum to 81 beds fewer than England."
        ),
        "breaks": [*_BREAKS, _DAY_NOTE],
        "rules": _rules(),
        "schema": {
            "fields": [_CODE, _QUARTER, *_beds("day")],
            "primaryKey": ["org_code", "quarter_end"],
            "missingValues": [""],
        },
    },
    {
        "name": "beds_england",
        "path": "beds_england.csv",
        "title": "Overnight and day-only beds available and occupied, England, by quarter",
        **_COMMON,
        "description": "The published England row, for checks and context. Not in it: providers, rates.",
        "breaks": [_BREAKS[2]],
        "rules": [*_rules("overnight_"), *_rules("day_")],
        "schema": {
            "fields": [_QUARTER, *_beds("overnight", "overnight_"), *_beds("day", "day_")],
            "primaryKey": ["quarter_end"],
            "missingValues": [""],
        },
    },
)
