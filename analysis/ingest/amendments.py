"""Description of the hand-kept log of the protocol: what was changed, and what departs from the published one."""

from __future__ import annotations

from typing import Any

KINDS = ("protocol", "amendment", "deviation")


def _field(name: str, description: str, *, kind: str = "string", **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": limits}


AMENDMENTS: dict[str, Any] = {
    "name": "amendments",
    "path": "amendments.csv",
    "title": "Log of the protocol: amendments, and deviations from the published protocol",
    "status": "public-record",
    "publisher": "written for this report",
    "publication": "log of the protocol of this report; the page is that of the published protocol",
    "page": "https://doi.org/10.15171/ijhpm.2019.100",
    "licence": "CC BY 4.0",
    "obtained": "written by hand when a choice was made or changed; dates are those of the repository",
    "breaks": [
        "Choices before the first date were not logged one by one: the data had been prepared by then."
    ],
    "description": (
        "One row a choice: the protocol as first written, each later amendment, and each point on which this "
        "report departs from the published protocol. `results_known` is true when estimates that the choice "
        "could move had been computed. Rows are added and never changed. Changes of wording are not in it."
    ),
    "period": "date",
    "schema": {
        "fields": [
            _field("amendment_id", "Short name.", required=True, pattern=r"[ADP]\d{2}"),
            _field("date", "When it was decided.", kind="date", required=True, minimum="2026-11-01"),
            _field("kind", "What the row is.", required=True, enum=list(KINDS)),
            _field("concerns", "Part of the study.", required=True),
            _field("before", "What was planned or done before; blank for the first protocol."),
            _field("what", "What is done instead.", required=True),
            _field("why", "Why.", required=True),
            _field(
                "results_known",
                "Were estimates that it could move known at that time?",
                kind="boolean",
                required=True,
            ),
        ],
        "primaryKey": ["amendment_id"],
        "missingValues": [""],
    },
}

RESOURCES: tuple[dict[str, Any], ...] = (AMENDMENTS,)
