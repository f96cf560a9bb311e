"""Description of the catalogue of indicators, `data/indicators.csv`, which is kept by hand."""

from __future__ import annotations

from typing import Any

FAMILIES = (
    "mortality",
    "urgent care",
    "staff experience",
    "beds",
    "emergency admissions",
    "winter pressure",
)


def _field(name: str, description: str, *, kind: str = "string", **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": limits}


INDICATORS: dict[str, Any] = {
    "name": "indicators",
    "path": "indicators.csv",
    "title": "Catalogue of the indicators",
    "status": "public-record",
    "publisher": "compiled for this report",
    "publication": "definitions from the notes of each publication; family and primary mark are ours",
    "page": "https://www.england.nhs.uk/statistics/statistical-work-areas/",
    "licence": "CC BY 4.0",
    "obtained": "written for this report from the notes of each publication",
    "description": (
        "One row an indicator: what is divided by what, in which unit, which direction is better, and where "
        "its main analysis ends. Which indicators are primary was fixed before any effect was estimated."
    ),
    "breaks": [],
    "period": None,
    "schema": {
        "fields": [
            _field("indicator", "Short name.", required=True, pattern=r"[a-z][a-z0-9_]*"),
            _field("title", "Name for readers.", required=True),
            _field("phrase", "Name as it stands within a sentence.", required=True),
            _field("table", "Table that holds it.", required=True),
            _field("period_field", "Field of that table with the period.", required=True),
            _field("numerator", "Field counted; blank where the table holds the figure itself."),
            _field("denominator", "Field it is divided by; blank for none."),
            {
                "name": "scale",
                "type": "number",
                "unit": "as in the field unit",
                "description": "Multiplier, 100 for percent.",
                "constraints": {"required": True, "minimum": 0},
            },
            _field("complement", "True: one less the share.", kind="boolean", required=True),
            _field(
                "unit",
                "Unit for readers.",
                required=True,
                enum=["percent", "ratio", "per day", "per 100 days", "score"],
            ),
            _field(
                "direction",
                "Which direction is better.",
                required=True,
                enum=["higher is better", "lower is better", "neither"],
            ),
            _field(
                "grain", "Period of the table.", required=True, enum=["month", "quarter", "year", "winter"]
            ),
            _field("analysis_grain", "Period of the analysis.", required=True, enum=["quarter", "year"]),
            _field("rolling", "True: periods overlap.", kind="boolean", required=True),
            _field(
                "exposure",
                "What a period measures: all of it, the survey of October and November, or the winter.",
                required=True,
                enum=["contains", "survey", "winter"],
            ),
            _field("types", "Types of trust it covers, separated by |.", required=True),
            _field("family", "Family for multiple testing.", required=True, enum=list(FAMILIES)),
            _field("primary", "True: one of the three primary indicators.", kind="boolean", required=True),
            _field(
                "main_until",
                "Last year or month of the main analysis.",
                required=True,
                pattern=r"\d{4}(-\d{2})?",
            ),
            _field("definition", "Definition in plain words.", required=True),
            _field("breaks", "Known breaks and traps.", required=True),
        ],
        "primaryKey": ["indicator"],
        "missingValues": [""],
    },
}
