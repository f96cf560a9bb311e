"""Descriptions of the SHMI tables: titles, known breaks, fields with units and limits."""

from __future__ import annotations

from typing import Any

YEARS = (2011, 2019)
BANDINGS = {"1": "higher than expected", "2": "as expected", "3": "lower than expected"}
LOW, HIGH = 0.3, 2.5  # a ratio to one outside this is another unit (the releases run from 0.62 to 1.27)


def _field(name: str, kind: str, description: str, *, unit: str = "", **limits: Any) -> dict[str, Any]:
    units = {"unit": unit} if unit else {}
    return {"name": name, "type": kind, **units, "description": description, "constraints": limits}


_CODE = _field("org_code", "string", "ODS code as published.", required=True, pattern="[A-Z0-9]{3}")
_RATIO: dict[str, Any] = {"unit": "ratio", "required": True, "minimum": LOW, "maximum": HIGH}
_COMMON: dict[str, Any] = {
    "status": "official",
    "publisher": "Health and Social Care Information Centre (later NHS Digital, now NHS England)",
    "publication": "Summary Hospital-level Mortality Indicator (SHMI)",
    "page": "https://digital.nhs.uk/data-and-information/publications/statistical/shmi",
    "licence": "OGL v3.0",
}
_REBASED = (
    "The model is fitted anew for each release, so the national ratio is always one: only a trust's position "
    "relative to the others can change."
)
_SCOPE = "Not in it: specialist, mental health, community and ambulance trusts, which have no SHMI."

RESOURCES: tuple[dict[str, Any], ...] = (
    {
        "name": "shmi_yearly",
        "path": "shmi_yearly.csv",
        "title": "SHMI by trust and calendar year",
        **_COMMON,
        "description": (
            "Observed over expected deaths in hospital or within 30 days of discharge, January to December. "
            f"Years do not overlap. {_SCOPE} Nor are counts, limits or bandings."
        ),
        "breaks": [
            _REBASED,
            "Mergers end or enlarge codes. 5QT and RCC, in the release for 2011, are not in the year files.",
        ],
        "obtained": (
            "as collected in the public repository ebmgt/NHS-wellbeing, commits "
            "a164806e0be85275387b10fbcce5f5de7064d118 and 2f92c723c97407ac35c3cc6f08981e305c848b6e, "
            "unaltered; 2011 and 2012 equal the official releases; years from 2020: the publisher's page"
        ),
        "period": "year",
        "rules": [],
        "schema": {
            "fields": [
                _CODE,
                _field("year", "year", "Calendar year.", required=True, minimum=YEARS[0]),
                _field("shmi", "number", "Observed over expected deaths; lower is better.", **_RATIO),
            ],
            "primaryKey": ["org_code", "year"],
            "missingValues": [""],
        },
    },
    {
        "name": "shmi_quarterly",
        "path": "shmi_quarterly.csv",
        "title": "SHMI by trust, eleven quarterly releases of twelve months each",
        **_COMMON,
        "description": (
            "Each release covers the twelve months to period_end. They roll: neighbours share nine months, "
            f"and only every fourth release is independent. {_SCOPE}"
        ),
        "breaks": [_REBASED, "Isle of Wight is 5QT to the release of October 2012 and R1F after."],
        "obtained": (
            "release files as archived in the public repository rufuspollock/health-data-uk, commit "
            "6ad80064be1748a8df7b9ecfb27855e2d93063fd, unaltered"
        ),
        "period": "period_end",
        "rules": [
            {"left": "observed", "op": "<=", "right": "spells"},
            {"left": "po_ll", "op": "<", "right": "po_ul"},
            {"left": "od_ll", "op": "<", "right": "od_ul"},
        ],
        "schema": {
            "fields": [
                _CODE,
                _field("release", "yearmonth", "Month of publication.", required=True, minimum="2011-10"),
                _field("period_end", "yearmonth", "Last of the twelve months covered.", required=True),
                _field("spells", "integer", "Spells of care.", unit="spells", required=True, minimum=1),
                _field(
                    "observed",
                    "integer",
                    "Deaths in hospital or within 30 days of discharge.",
                    unit="deaths",
                    required=True,
                    minimum=0,
                ),
                _field("expected", "number", "Deaths by the model.", unit="deaths", required=True, minimum=0),
                _field("shmi", "number", "Observed over expected deaths; lower is better.", **_RATIO),
                _field("po_ll", "number", "Lower 99.8% limit, Poisson.", unit="ratio", required=True),
                _field("po_ul", "number", "Upper 99.8% limit, Poisson.", unit="ratio", required=True),
                _field(
                    "od_ll", "number", "Lower 95% limit with over-dispersion.", unit="ratio", required=True
                ),
                _field(
                    "od_ul", "number", "Upper 95% limit with over-dispersion.", unit="ratio", required=True
                ),
                _field(
                    "banding",
                    "string",
                    "Against the limits with over-dispersion.",
                    required=True,
                    enum=list(BANDINGS.values()),
                ),
            ],
            "primaryKey": ["org_code", "release"],
            "missingValues": [""],
        },
    },
)
