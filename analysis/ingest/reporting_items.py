"""Description of the hand-kept table of reporting checklists: what each item asks and where the book answers."""

from __future__ import annotations

from typing import Any

CHECKLISTS = {"SRQR": 21, "StaRI": 27, "RAMESES II": 20, "CHEERS 2022": 28}  # items of each
STATUSES = ("reported", "partly", "not applicable", "not available")
PLACE = r"[a-z-]+(/[a-z-]+)?(#[a-z0-9-]+)?"


def _field(name: str, description: str, *, kind: str = "string", **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": limits}


REPORTING: dict[str, Any] = {
    "name": "reporting_items",
    "path": "reporting_items.csv",
    "title": "Reporting checklists and where this report answers them",
    "status": "public-record",
    "publisher": "compiled for this report; each checklist is published by its authors",
    "publication": "reporting checklists SRQR, StaRI, RAMESES II and CHEERS, items in our own short words",
    "page": "https://www.equator-network.org/",
    "licence": "CC BY 4.0; the checklists keep their own terms",
    "obtained": "written for this report; item numbers follow the published checklists",
    "breaks": [],
    "description": (
        "One row an item of a checklist: what it asks, in short, the place in the book, and how far it is "
        "answered. The judgement is the authors' own. The full wording of the items is not in it."
    ),
    "period": None,
    "schema": {
        "fields": [
            _field("checklist", "Checklist.", required=True, enum=list(CHECKLISTS)),
            {
                "name": "item",
                "type": "integer",
                "unit": "number of the item",
                "description": "Number of the item in the checklist.",
                "constraints": {"required": True, "minimum": 1, "maximum": 28},
            },
            _field("topic", "What the item is about.", required=True),
            _field("asks", "What it asks, in our own words.", required=True),
            _field(
                "place",
                "Page of the book, with an anchor after '#' where one is meant; blank where there is none.",
                pattern=PLACE,
            ),
            _field("status", "How far the book answers it.", required=True, enum=list(STATUSES)),
            _field("note", "What is missing, or why the item does not apply."),
        ],
        "primaryKey": ["checklist", "item"],
        "missingValues": [""],
    },
}

RESOURCES: tuple[dict[str, Any], ...] = (REPORTING,)
