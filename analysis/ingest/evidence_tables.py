"""Descriptions of the hand-kept tables of evidence: statements, their codings, the theory and the profiles."""

from __future__ import annotations

from typing import Any

from analysis.study.evidence.vocabulary import BEARINGS, WHOLE

STATEMENT = r"([RT][A-Z0-9]{2}|ENG)-\d{2}"
STATEMENTS_LIST = rf"{STATEMENT}(;{STATEMENT})*"
TRUST = r"[RT][A-Z0-9]{2}"
LINK, CONFIGURATION, ELEMENT, THEME = r"L\d{2}", r"CMO\d{2}", r"[a-z]+(_[a-z]+)*", r"[RBICO]\d"
WHEN = r"\d{4}(-(0[1-9]|1[0-2])(-\d{2})?)?"
ADDRESS = r"https?://[^\s;]+"
FAMILIES = ("readiness", "board maturity", "intervention", "context", "outcome")
PHASES = ("before", "during", "between", "after")
KINDS = ("event", "finding", "view")
SOURCE_TYPES = ("regulator", "trust", "press", "parliament", "research", "other")
STANCES = ("intent", "evidence_for", "evidence_against", "mixed")
DIRECTIONS = ("+", "-", "0")
CODERS = ("A", "B")
LAYERS = ("intervention", "mechanism", "intermediate", "outcome", "sustainability", "context", "unintended")
LEVELS = ("low", "mixed", "high", "not_knowable")
UNREVIEWED = "Read and judged by automated readers; no human researcher has reviewed it yet."
_COMMON: dict[str, Any] = {
    "status": "public-record",
    "publisher": "compiled for this report from the public record",
    "page": "https://www.cqc.org.uk/guidance-providers/nhs-trusts/special-measures-nhs-trusts",
    "licence": "facts of public record; sources keep their own terms",
    "breaks": [],
    "period": None,
}


def _field(name: str, description: str, **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": "string", "description": description, "constraints": limits}


def _to(field: str, resource: str, key: str) -> dict[str, Any]:
    return {"fields": [field], "reference": {"resource": resource, "fields": [key]}}


def _table(
    name: str, title: str, publication: str, description: str, obtained: str, schema: dict[str, Any]
) -> dict[str, Any]:
    about = {"name": name, "path": f"{name}.csv", "title": title, "publication": publication}
    texts = {"description": description, "obtained": obtained}
    return {**about, **_COMMON, **texts, "schema": {**schema, "missingValues": [""]}}


_ID = _field("id", "Label: code of the trust (ENG: the regime as a whole), number.", required=True)
_ID["constraints"]["pattern"] = STATEMENT
_CODED: list[dict[str, Any]] = [
    _field("theme", "Primary theme, a code of evidence_codebook.", required=True, pattern=THEME),
    _field("second_theme", "Second theme; blank where one idea is enough.", pattern=THEME),
    _field(
        "direction",
        "+ helps or shows improvement, - hinders or shows failure, 0 neutral or mixed.",
        required=True,
        enum=list(DIRECTIONS),
    ),
]
_CODED_KEYS = [
    _to("id", "evidence_statements", "id"),
    _to("theme", "evidence_codebook", "code"),
    _to("second_theme", "evidence_codebook", "code"),
]

CODEBOOK = _table(
    "evidence_codebook",
    "Codebook of the documentary case studies",
    "codebook of this report; readiness after Weiner (2009), boards after Jones and others (2017)",
    "One row a theme. A statement has one primary theme and may have a second. It is a way of reading public "
    "documents, not a scale: readiness and board maturity are not measured with it.",
    "written for this report; the rules were settled while two codings were compared",
    {
        "fields": [
            _field("code", "Short name of the theme.", required=True, pattern=THEME),
            _field("theme", "Name of the theme.", required=True),
            _field(
                "family", "What the theme belongs to in the framework.", required=True, enum=list(FAMILIES)
            ),
            _field("definition", "What the theme is.", required=True),
            _field("include", "What is coded here.", required=True),
            _field("exclude", "What is coded elsewhere, and where."),
            _field(
                "decision_rule", "How doubtful cases are settled; blank where no rule of its own was needed."
            ),
        ],
        "primaryKey": ["code"],
    },
)

STATEMENTS = _table(
    "evidence_statements",
    "Statements from public documents about eight trusts and the regime",
    "pages of regulators, trusts, the press, Parliament and researchers, named in each row",
    "One row a statement, in our own words, one idea each; people by role only. Public documents report entry, "
    "exit and inspection far more than daily work, so silence is not absence. Interviews are not in it.",
    "written down in own words from the page named in each row, read in November 2026",
    {
        "fields": [
            _ID,
            _field("ods_code", "Trust, or ENG.", required=True, pattern=rf"{TRUST}|{WHOLE}"),
            _field("date", "When it happened or was found: day, month or year.", required=True, pattern=WHEN),
            _field(
                "phase",
                "Before the first spell, during a spell, between two, or after the last; ENG: during.",
                required=True,
                enum=list(PHASES),
            ),
            _field(
                "kind",
                "Something happened, was judged by a regulator or researcher, or was said.",
                required=True,
                enum=list(KINDS),
            ),
            _field("statement", "The statement.", required=True, pattern=r"\S.{19,399}"),
            _field("source_title", "Title of the page or document.", required=True),
            _field("source_publisher", "Who published it.", required=True),
            _field("source_type", "What kind of publisher.", required=True, enum=list(SOURCE_TYPES)),
            _field("source_url", "Address.", required=True, pattern=ADDRESS),
            _field("source_date", "Date of the document; blank where the page gives none.", pattern=WHEN),
            _field(
                "stance",
                "ENG only: what it says about the regime as a whole; blank for trusts.",
                enum=list(STANCES),
            ),
        ],
        "primaryKey": ["id"],
    },
)

CODINGS = _table(
    "evidence_codings",
    "Codings of the statements by two coders, before they were compared",
    "two independent codings of this report",
    f"One row a statement and coder. {UNREVIEWED} Statements about the regime as a whole were not coded.",
    "coded twice by automated readers that worked from the codebook without seeing each other's codes",
    {
        "fields": [
            _ID,
            _field("coder", "Automated reader A or B.", required=True, enum=list(CODERS)),
            *_CODED,
            _field("note", "Remark of the coder."),
        ],
        "primaryKey": ["id", "coder"],
        "foreignKeys": _CODED_KEYS,
    },
)

AGREED = _table(
    "evidence_agreed",
    "Adjudicated coding of the statements",
    "coding of this report after two codings were compared",
    f"One row a statement. {UNREVIEWED} It follows the two codings where they agree in theme and direction.",
    "a third automated reader settled what differed, by the rules in the codebook",
    {
        "fields": [
            _ID,
            *_CODED,
            _field(
                "how",
                "agreed: both coders had this theme and direction; adjudicated: settled by the third.",
                required=True,
                enum=["agreed", "adjudicated"],
            ),
            _field("reason", "Why it was settled so; in agreed rows, why this second theme."),
        ],
        "primaryKey": ["id"],
        "foreignKeys": _CODED_KEYS,
    },
)

ELEMENTS = _table(
    "theory_elements",
    "Elements of the programme theory",
    "programme theory of this report, after policy, literature and case statements",
    "One row an element: what was done, what it was to set off, what was to change, with context and "
    "unintended effects. It is this report's reading of policy, not a published logic model.",
    "written for this report; where an idea comes from stands in the field source",
    {
        "fields": [
            _field("id", "Short name.", required=True, pattern=ELEMENT),
            _field("label", "Name for readers.", required=True),
            _field("layer", "Place in the theory.", required=True, enum=list(LAYERS)),
            _field("definition", "What is meant.", required=True),
            _field("source", "Where the idea comes from.", required=True),
        ],
        "primaryKey": ["id"],
    },
)

LINKS = _table(
    "theory_links",
    "Arrows of the programme theory",
    "programme theory of this report, after policy, literature and case statements",
    "One row an arrow with its proposition. The proposition names the state that is meant, so read it with the "
    "sign. Whether anything bears it out is in theory_evidence, not here.",
    "written for this report before statements were set against the arrows",
    {
        "fields": [
            _field("id", "Label of the arrow.", required=True, pattern=LINK),
            _field("from", "Element it starts from.", required=True, pattern=ELEMENT),
            _field("to", "Element it leads to.", required=True, pattern=ELEMENT),
            _field("sign", "+ raises, - lowers, as the proposition says.", required=True, enum=["+", "-"]),
            _field("proposition", "If, then, because.", required=True),
            _field(
                "intended_by_policy",
                "Whether published policy meant it so.",
                required=True,
                enum=["yes", "no", "unclear"],
            ),
        ],
        "primaryKey": ["id"],
        "foreignKeys": [_to("from", "theory_elements", "id"), _to("to", "theory_elements", "id")],
    },
)

EVIDENCE = _table(
    "theory_evidence",
    "What the statements say about the arrows",
    "programme theory of this report, set against the statements",
    f"One row an arrow and statement. The bearing is on the arrow's proposition, not on the regime. {UNREVIEWED} "
    "Rows whose note begins 'States intent only' are no evidence. Counting rows does not weigh evidence.",
    "judged by one automated reader; an arrow without a row had no statement that bears on it",
    {
        "fields": [
            _field("link_id", "Arrow.", required=True, pattern=LINK),
            _field("statement_id", "Statement.", required=True, pattern=STATEMENT),
            _field("stance", "What it does to the arrow's proposition.", required=True, enum=list(BEARINGS)),
            _field("note", "What in the statement bears on it.", required=True),
        ],
        "primaryKey": ["link_id", "statement_id"],
        "foreignKeys": [
            _to("link_id", "theory_links", "id"),
            _to("statement_id", "evidence_statements", "id"),
        ],
    },
)

CONFIGURATIONS = _table(
    "theory_configurations",
    "Context, mechanism and outcome in the eight trusts",
    "configurations of this report, from the statements",
    f"One row a configuration: in this context, this resource and reasoning, this outcome. {UNREVIEWED} Each "
    "rests on one trust, and order of events is not proof of cause.",
    "put together by one automated reader from the statements listed in each row",
    {
        "fields": [
            _field("id", "Label.", required=True, pattern=CONFIGURATION),
            _field("context", "Circumstances at the time.", required=True),
            _field("mechanism_resource", "What the regime or others brought.", required=True),
            _field("mechanism_reasoning", "How people took it.", required=True),
            _field("outcome", "What followed.", required=True),
            _field("statement_ids", "Statements, parted by ';'.", required=True, pattern=STATEMENTS_LIST),
            _field("confidence", "How firm the reading is.", required=True, enum=["low", "moderate", "high"]),
            _field("note", "Reservation.", required=True),
        ],
        "primaryKey": ["id"],
    },
)

PROFILES = _table(
    "case_profiles",
    "Readiness for change and board maturity as public statements show them",
    "profiles of this report, from the statements",
    "One row a trust, theme (R1 to R3, B1 to B5) and phase; after includes between. An ordinal reading of public "
    f"statements, not a measurement; fewer than two statements: not_knowable. {UNREVIEWED}",
    "judged by one automated reader from the statements listed in each row",
    {
        "fields": [
            _field("ods_code", "Trust.", required=True, pattern=TRUST),
            _field("dimension", "Theme of the codebook.", required=True, pattern=r"R[1-3]|B[1-5]"),
            _field(
                "phase", "Phase; after includes between.", required=True, enum=["before", "during", "after"]
            ),
            _field("level", "What the statements show.", required=True, enum=list(LEVELS)),
            _field("statement_ids", "Statements, parted by ';'; blank for none.", pattern=STATEMENTS_LIST),
            _field("reason", "Why.", required=True),
        ],
        "primaryKey": ["ods_code", "dimension", "phase"],
        "foreignKeys": [
            _to("ods_code", "organisations", "org_code"),
            _to("dimension", "evidence_codebook", "code"),
        ],
    },
)
