"""Descriptions of the A&E tables: titles, known breaks, fields with units and limits."""

from __future__ import annotations

from typing import Any

from analysis.ingest import ae_archive, ae_official

SOURCES = ("weekly apportioned", "monthly archive", "monthly 2016-2019 set", "monthly official file")
FLAGS = (ae_archive.FLAG_WEEK, ae_archive.FLAG_PART, ae_archive.FLAG_TWO, ae_official.FLAG_PILOT)

_COMMON: dict[str, Any] = {
    "status": "official",
    "publisher": "NHS England (Department of Health before April 2013)",
    "publication": "A&E Attendances and Emergency Admissions",
    "page": "https://www.england.nhs.uk/statistics/statistical-work-areas/ae-waiting-times-and-activity/",
    "licence": "OGL v3.0",
    "period": "month",
}
_ARCHIVE = (
    "public repository HowsMyNHS/NHSdata, commit db750f50b99f0af812ac3696db273746401ec961 and its earlier "
    "versions, converted to CSV, codes added by exact match of names"
)
_SET = (
    "public repository nhs-r-community/NHSRdatasets, commit 7fe35a54a3aa380ad6008d872ae465d092aa11b0, "
    "converted to CSV, values unchanged"
)
_FILES = (
    "public repository lakunleoye/nhs_ae_data_analysis_project, commit "
    "3e6e89aef839aaa6c46b399af32247ecc110553d, unaltered"
)
_PILOT_BREAK = (
    "Fourteen trusts that tested other access standards publish no four-hour figures from May 2019 to May "
    f"2023 ({', '.join(ae_official.PILOTS)}; RD3 became part of R0D in October 2020): missing, not zero."
)
_WEEKLY_BREAK = (
    "Before June 2015 the returns were weekly; the archive's author split weeks over months, so a month can "
    "differ by about 2.5% in level: use quarters."
)


def _field(
    name: str, description: str, *, kind: str = "integer", unit: str = "", **limits: Any
) -> dict[str, Any]:
    limits = {"minimum": 0, **limits} if kind == "integer" else limits
    units = {"unit": unit} if unit else {}
    return {"name": name, "type": kind, **units, "description": description, "constraints": limits}


_MONTH = _field("month", "Calendar month.", kind="yearmonth", required=True, minimum=ae_archive.ARCHIVE_FIRST)

RESOURCES: tuple[dict[str, Any], ...] = (
    {
        "name": "ae_monthly",
        "path": "ae_monthly.csv",
        "title": "A&E attendances, waits over four hours and emergency admissions by provider and month",
        **_COMMON,
        "description": (
            "Counts as published, under the code of the time; England is not in it. Before April 2016 only "
            "providers whose name was still in use in late 2019 are there: 43% of England's attendances in "
            "November 2010, 83% in November 2015."
        ),
        "breaks": [
            _WEEKLY_BREAK,
            "March 2013 lacks one week (level about 22% low; the share within four hours is usable).",
            "Eleven trust-months of October 2011 and March 2012 hold a week or less, and six of RC9 in 2011 "
            "and 2012 have two different values: left out, see flag.",
            "Until 2016 missing history is not random: trusts renamed or merged before late 2019 lack it.",
            "Walk-in centres and minor injury units joined in 2010 and 2011 and moved between providers "
            "in 2018-19: type 1 is the steadier series.",
            _PILOT_BREAK,
            "Emergency admissions via A&E sum to 0 to 94 below England in the 2016-2019 set; April 2022 is "
            "from a file revised in June 2024, 12,015 below the England series of March 2024.",
            "Booked appointments are included from August 2020.",
            "Attendances from March 2020 reflect COVID-19; a cyber-attack left type 3 attendances short from "
            "August 2022 to February 2023.",
        ],
        "obtained": (
            f"2010-11 to 2016-03: {_ARCHIVE}. 2016-04 to 2019-03: {_SET}. 2019-04 to 2023-03: {_FILES}. Later "
            "months and revisions: the publisher's page."
        ),
        "rules": [
            {"left": "over_4h", "op": "<=", "right": "attendances"},
            {"left": "over_4h_type1", "op": "<=", "right": "attendances_type1"},
            {"left": "attendances_type1", "op": "<=", "right": "attendances"},
            {"left": "over_4h_type1", "op": "<=", "right": "over_4h"},
        ],
        "schema": {
            "fields": [
                _field(
                    "org_code",
                    "ODS code of the provider at the time.",
                    kind="string",
                    required=True,
                    pattern=r"[A-Z0-9]{3,6}",
                ),
                _MONTH,
                _field(
                    "attendances",
                    "Attendances at all types of A&E; blank where left out.",
                    unit="attendances",
                ),
                _field(
                    "over_4h",
                    "Attendances over four hours from arrival to admission, transfer or discharge; "
                    "blank where not published.",
                    unit="attendances",
                ),
                _field(
                    "attendances_type1",
                    "Attendances at major A&E (type 1), from April 2016; blank where the 2016-2019 set "
                    "has no type 1 row.",
                    unit="attendances",
                ),
                _field(
                    "over_4h_type1",
                    "Of these, over four hours; blank where not published.",
                    unit="attendances",
                ),
                _field(
                    "emergency_admissions_ae",
                    "Emergency admissions via A&E, all types, from April 2016.",
                    unit="admissions",
                ),
                _field(
                    "emergency_admissions_other",
                    "Emergency admissions not via A&E, from April 2019.",
                    unit="admissions",
                ),
                _field(
                    "waits_4_12h_dta",
                    "Patients who waited 4 to 12 hours from decision to admit to admission, from April 2019.",
                    unit="patients",
                ),
                _field(
                    "waits_12h_dta",
                    "Patients who waited 12 hours or more from decision to admit, from April 2019.",
                    unit="patients",
                ),
                _field("source", "Release of the row.", kind="string", required=True, enum=list(SOURCES)),
                _field(
                    "flag", "What is unusual in the row; blank: nothing.", kind="string", enum=list(FLAGS)
                ),
            ],
            "primaryKey": ["org_code", "month"],
            "missingValues": [""],
        },
    },
    {
        "name": "ae_overlap",
        "path": "ae_overlap.csv",
        "title": "Check: archive against the 2016-2019 set, trust by trust",
        **_COMMON,
        "description": (
            "A check, not a measure: where both collections have a provider and month from April 2016 to "
            "March 2019, how many agree. February 2019 is not in the archive."
        ),
        "breaks": [],
        "obtained": f"{_ARCHIVE}; {_SET}.",
        "rules": [
            {"left": "attendances_equal", "op": "<=", "right": "compared"},
            {"left": "over_4h_equal", "op": "<=", "right": "compared"},
        ],
        "schema": {
            "fields": [
                _MONTH,
                _field("compared", "Providers in both.", unit="providers", required=True),
                _field(
                    "attendances_equal", "Of these, equal in attendances.", unit="providers", required=True
                ),
                _field(
                    "over_4h_equal",
                    "Of these, equal in waits over four hours.",
                    unit="providers",
                    required=True,
                ),
                _field("attendances_difference", "Largest difference, either way.", unit="attendances"),
                _field("over_4h_difference", "Largest difference, either way.", unit="attendances"),
            ],
            "primaryKey": ["month"],
            "missingValues": [""],
        },
    },
    {
        "name": "ae_england_archive",
        "path": "ae_england_archive.csv",
        "title": "England row of the archive of A&E counts",
        **_COMMON,
        "description": (
            "For comparison with the official series (ae_england_monthly): what the archive gives for "
            "England. Waits over four hours are left out from May 2019, where it counts pilots as waits."
        ),
        "breaks": [_WEEKLY_BREAK, "March 2013 lacks one week. February 2019 and November 2021 are absent."],
        "obtained": f"{_ARCHIVE}.",
        "rules": [{"left": "over_4h", "op": "<=", "right": "attendances"}],
        "schema": {
            "fields": [
                _MONTH,
                _field("attendances", "Attendances, all types.", unit="attendances", required=True),
                _field("over_4h", "Attendances over four hours, all types.", unit="attendances"),
                _field("flag", "What is unusual in the row.", kind="string", enum=list(FLAGS)),
            ],
            "primaryKey": ["month"],
            "missingValues": [""],
        },
    },
)
