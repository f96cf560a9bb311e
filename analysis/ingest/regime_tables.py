"""Descriptions of the regime tables: what each field holds, and what is not in them."""

from __future__ import annotations

from typing import Any

CODE = r"[RT][A-Z0-9]{2}"
DATE = r"\d{4}-\d{2}(-\d{2})?"
ROUGH_DATE = r"\d{4}(-\d{2}){0,2}"
ENDINGS = ("exit", "acquired", "administrative end")
TRIGGERS = ("Keogh review", "CQC inspection", "regulator's own evidence")
CONFIDENCE = ("high", "medium", "low")
_COMMON: dict[str, Any] = {
    "status": "public-record",
    "publisher": "compiled for this report; publishers are named in each row's sources",
    "licence": "facts of public record; sources keep their own terms",
    "page": "https://www.cqc.org.uk/guidance-providers/nhs-trusts/special-measures-nhs-trusts",
}


def _field(name: str, description: str, *, kind: str = "string", **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": limits}


def _trust(target: str) -> dict[str, Any]:
    return {"fields": ["org_code"], "reference": {"resource": target, "fields": ["org_code"]}}


SPELLS: dict[str, Any] = {
    "name": "regime_spells",
    "path": "regime_spells.csv",
    "title": "Spells of NHS trusts in special measures for quality, July 2013 to July 2021",
    **_COMMON,
    "publication": "public pages of regulators, trusts and the press, read in November 2026",
    "description": (
        "One row a spell. Dates are the regulator's where a page gives them, else those of CQC's "
        "recommendation. Financial special measures and the unpublished list of challenged providers are not "
        "in it."
    ),
    "breaks": [
        "The regime was replaced on 13 July 2021: spells open then end that day by administration, which "
        "says nothing about the trust.",
        "The Isle of Wight was reported as leaving on 23 September 2021; exited has the end of the regime.",
        "One spell ended because the trust was acquired (RD7), not because it improved.",
    ],
    "obtained": "compiled from the pages named in sources; remarks of the compilation are turned into fields",
    "period": "entered_day",
    "rules": [{"left": "entered_day", "op": "<", "right": "exited_day"}],
    "schema": {
        "fields": [
            _field("spell_id", "Code and number of the spell.", required=True, pattern=CODE + "-[12]"),
            _field("org_code", "ODS code of the trust at the time.", required=True, pattern=CODE),
            {
                "name": "spell",
                "type": "integer",
                "unit": "number of the spell",
                "description": "First or second spell.",
                "constraints": {"required": True, "minimum": 1, "maximum": 2},
            },
            _field("entered", "Entry as known: a day or a month.", required=True, pattern=DATE),
            _field("entered_precision", "How well it is known.", required=True, enum=["day", "month"]),
            _field(
                "entered_day",
                "Entry as a day: a date known to the month counts as its 15th.",
                kind="date",
                required=True,
                minimum="2013-07-16",
                maximum="2021-07-13",
            ),
            _field(
                "exited", "End as known, at the latest the end of the regime.", required=True, pattern=DATE
            ),
            _field("exited_precision", "How well it is known.", required=True, enum=["day", "month"]),
            _field(
                "exited_day",
                "End as a day, by the same rule; the first day no longer in special measures.",
                kind="date",
                required=True,
                minimum="2013-07-17",
                maximum="2021-07-13",
            ),
            _field("exited_reported", "End as reported, also after the regime.", required=True, pattern=DATE),
            _field(
                "ended_by",
                "exit: the regulator's decision; acquired: by another trust; administrative end: the regime "
                "was replaced (censored).",
                required=True,
                enum=list(ENDINGS),
            ),
            _field("exit_recommended", "CQC's recommendation to leave, where known.", pattern=DATE),
            _field("exit_formal", "The regulator's decision; blank where not found.", pattern=DATE),
            _field("first_trigger", "What led to the entry.", required=True, enum=list(TRIGGERS)),
            _field("reason", "Reason for the entry in plain words, as far as public.", required=True),
            _field("conflict", "True where sources disagree.", kind="boolean", required=True),
            _field("note", "What is disputed, inferred or not found."),
            _field("sources", "Addresses, separated by ' ; '.", required=True, pattern=r"https?://.+"),
            _field("confidence", "Compiler's judgement.", required=True, enum=list(CONFIDENCE)),
        ],
        "primaryKey": ["spell_id"],
        "foreignKeys": [_trust("organisations"), _trust("regime_trusts")],
        "missingValues": [""],
    },
}

TRUSTS: dict[str, Any] = {
    "name": "regime_trusts",
    "path": "regime_trusts.csv",
    "title": "Trusts that were in special measures for quality",
    **_COMMON,
    "publication": "public pages of regulators, trusts and the press, read in November 2026",
    "description": (
        "One row a trust with a spell. Finance-only trusts are not in it. A blank month is not known; "
        "financial special measures are followed to 2018."
    ),
    "breaks": [],
    "obtained": "compiled from the pages named in sources",
    "period": None,
    "schema": {
        "fields": [
            _field("org_code", "ODS code at the time of the spell.", required=True, pattern=CODE),
            _field("short_name", "Name at the time, without the legal form.", required=True),
            _field(
                "type",
                "Kind of trust, as in organisations.",
                required=True,
                enum=["acute", "mental health", "ambulance"],
            ),
            _field("type_detail", "Further services or status (general knowledge).", required=True),
            _field("keogh_11", "One of the 11 of July 2013.", kind="boolean", required=True),
            _field("keogh_reviewed", "One of the 14 reviewed.", kind="boolean", required=True),
            _field("finance", "In financial special measures by 2018 too.", kind="boolean", required=True),
            _field("finance_from", "Month of entry to financial special measures.", kind="yearmonth"),
            _field("finance_from_known", "from: that month; by: in it at the latest.", enum=["from", "by"]),
            _field("finance_to", "Month of leaving them; blank if not known.", kind="yearmonth"),
            _field("later_event", "What became of the trust.", enum=["merged", "acquired", "renamed"]),
            _field("later_event_date", "Month of it.", kind="yearmonth"),
            _field("successor", "Code that took over.", pattern=CODE),
            _field(
                "rsp_entered",
                "Entry to the Recovery Support Programme as known; its first day, 13 July 2021, where an "
                "open spell passed into it and leaving it was reported.",
                pattern=ROUGH_DATE,
            ),
            _field("rsp_entered_precision", "How well it is known.", enum=["day", "month", "year"]),
            _field("rsp_exited", "Leaving that programme, as known.", pattern=ROUGH_DATE),
            _field("rsp_exited_precision", "How well it is known.", enum=["day", "month", "year"]),
            _field("note", "Another source's date, or a season."),
            _field("sources", "Addresses for finance, later event and programme, separated by ' ; '."),
            _field(
                "confidence",
                "low where a fact rests on unverified general knowledge, high where all have a page; blank "
                "without such facts.",
                enum=list(CONFIDENCE),
            ),
        ],
        "primaryKey": ["org_code"],
        "foreignKeys": [_trust("organisations")],
        "missingValues": [""],
    },
}
