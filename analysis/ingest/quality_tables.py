"""Descriptions of the hand-kept tables of the quality record: sign-offs, RAP levels, analyses tried and dropped."""

from __future__ import annotations

from typing import Any

KINDS = ("person", "automated")
LEVELS = ("baseline", "silver", "gold")
MET = ("met", "partly", "not met")
CHAPTER = r"[a-z-]+(/[a-z-]+)?"
_COMMON: dict[str, Any] = {
    "publisher": "the special measures living report team",
    "page": "https://nhsdigital.github.io/rap-community-of-practice/",
    "licence": "CC BY 4.0",
    "obtained": "written for this report",
    "breaks": [],
    "period": None,
}


def _field(name: str, description: str, *, kind: str = "string", **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": limits}


SIGNOFFS: dict[str, Any] = {
    "name": "signoffs",
    "path": "signoffs.csv",
    "title": "Sign-offs of chapters by reviewers",
    "status": "public-record",
    "publication": "quality record of this report",
    **_COMMON,
    "description": (
        "One row a sign-off: chapter, role of the reviewer (never a name), whether a person or a program, day, and "
        "the digest of the text and inputs that were reviewed. A chapter without a row was not signed off. Checks "
        "that an edition passed are kept with the edition, not here."
    ),
    "schema": {
        "fields": [
            _field("chapter", "Chapter, as in metrics/entry.", required=True, pattern=CHAPTER),
            _field("role", "Role of the reviewer.", required=True),
            _field("kind", "A person, or a program.", required=True, enum=list(KINDS)),
            _field("signed_on", "Day of the sign-off.", kind="date", required=True, minimum="2026-01-01"),
            _field("digest", "Digest of text and inputs, from `python -m analysis.edition digests`.",
                   required=True, pattern=r"[0-9a-f]{16}"),
            _field("note", "What was looked at, and what was not."),
        ],
        "primaryKey": ["chapter", "role", "signed_on"],
        "missingValues": [""],
    },
}  # fmt: skip

RAP: dict[str, Any] = {
    "name": "rap_items",
    "path": "rap_items.csv",
    "title": "Self-assessment against the levels of reproducible analytical pipelines",
    "status": "assumption",
    "publication": "our judgement against the levels of the NHS RAP community of practice, items in our own short words",
    **_COMMON,
    "description": (
        "One row an item of the levels baseline, silver and gold: whether we think that it is met, and where the "
        "evidence is. Judged by the authors; nobody else has checked it."
    ),
    "schema": {
        "fields": [
            _field("level", "Level.", required=True, enum=list(LEVELS)),
            _field("item", "What the level asks, in our own words.", required=True),
            _field("status", "Our judgement.", required=True, enum=list(MET)),
            _field("evidence", "Where it can be seen, or what is missing.", required=True),
        ],
        "primaryKey": ["level", "item"],
        "missingValues": [""],
    },
}

NEGATIVE: dict[str, Any] = {
    "name": "negative_log",
    "path": "negative_log.csv",
    "title": "Analyses tried and dropped, or not attempted for a stated reason",
    "status": "public-record",
    "publication": "quality record of this report",
    **_COMMON,
    "description": "One row an analysis that is not, or no longer, part of the findings: what was tried, why it was dropped, what stands in its place.",
    "schema": {
        "fields": [
            _field("tried", "What was tried or considered.", required=True),
            _field("outcome", "What became of it.", required=True, enum=["dropped", "kept as a contrast", "not attempted"]),
            _field("because", "Why.", required=True),
            _field("instead", "What the report does in its place.", required=True),
            _field("chapter", "Chapter in which it can be followed.", required=True, pattern=CHAPTER),
        ],
        "primaryKey": ["tried"],
        "missingValues": [""],
    },
}  # fmt: skip

RESOURCES: tuple[dict[str, Any], ...] = (SIGNOFFS, RAP, NEGATIVE)
