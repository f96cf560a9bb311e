"""Descriptions of the winter tables: titles, known breaks, fields with units and limits."""

from __future__ import annotations

from typing import Any

# Measures of a daily return and their figures. A measure counts for a day when all its figures are there.
MEASURES: dict[str, tuple[str, ...]] = {
    "ga": ("ga_open", "ga_occupied"),
    "cc": ("cc_open", "cc_occupied"),
    "norovirus": ("beds_closed_norovirus",),
    "long_stay": ("long_stay_7", "long_stay_21"),
    "handover": ("handover_30_60", "handover_60"),
    "divert": ("diverts", "closures"),
}
BASES = ("all acute trusts", "type 1 acute trusts")
REASONS = {
    "no return": "Zeros on a day without a bed return (2016-17 to 2019-20, where blanks became zeros).",
    "none occupied": "No bed occupied although many are open.",
    "none open": "No bed open although some are occupied.",
    "overfull": "Occupied beds more than 1.2 times the open ones.",
    "unlike its winter": "Open beds far from the median of its winter: several days added up, half a return.",
    "long stays over occupied": "More patients over 7 days than occupied beds: both are out.",
    "21 over 7": "More patients over 21 days than over 7 days.",
    "no long stay": "No patient over 7 days at a trust that has many.",
}


def _field(name: str, kind: str, description: str, **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": limits}


def _count(name: str, unit: str, description: str) -> dict[str, Any]:
    limits = {"minimum": 0}
    return {"name": name, "type": "integer", "unit": unit, "description": description, "constraints": limits}


_CODE = _field("org_code", "string", "ODS code as published.", required=True, pattern="[A-Z0-9]{3}")
_WINTER = _field("winter", "string", "Winter, 2015-16 on.", required=True, pattern=r"20\d\d-\d\d")
_MONTH = _field("month", "yearmonth", "Calendar month; the first and last are in part.", required=True)
_BASIS = _field("basis", "string", "Trusts that the line covers.", required=True, enum=list(BASES))


def _figures(who: str) -> list[dict[str, Any]]:
    day = f"Days of the month with figures for {who}; blank: not collected that winter."
    return [
        _count("days_reported", "days", f"Days of the month with any figure for {who}."),
        _count("ga_days", "days", f"General and acute beds: {day[0].lower()}{day[1:]}"),
        _count("ga_open", "bed-days", "General and acute beds open, summed over ga_days."),
        _count("ga_occupied", "bed-days", "Of these, occupied."),
        _count("cc_days", "days", f"Adult critical care: {day[0].lower()}{day[1:]}"),
        _count("cc_open", "bed-days", "Adult critical care beds open, summed over cc_days."),
        _count("cc_occupied", "bed-days", "Of these, occupied."),
        _count("norovirus_days", "days", f"Norovirus: {day[0].lower()}{day[1:]}"),
        _count(
            "beds_closed_norovirus", "bed-days", "Beds closed by norovirus and the like, over norovirus_days."
        ),
        _count("long_stay_days", "days", f"Long stays: {day[0].lower()}{day[1:]}"),
        _count("long_stay_7", "bed-days", "Beds with patients over 7 days, summed over long_stay_days."),
        _count("long_stay_21", "bed-days", "Of these, over 21 days."),
        _count("long_stay_21_with_ga", "bed-days", "The same, on days that have general and acute beds too."),
        _count("ga_occupied_with_long_stay", "bed-days", "General and acute beds occupied on these days."),
        _count("handover_days", "days", f"Ambulance handovers: {day[0].lower()}{day[1:]}"),
        _count("handover_30_60", "handovers", "Ambulance handovers delayed 30 to 60 minutes."),
        _count("handover_60", "handovers", "Ambulance handovers delayed over 60 minutes."),
        _count("divert_days", "days", f"Diverts and closures: {day[0].lower()}{day[1:]}"),
        _count("diverts", "diverts", "A&E diverts."),
        _count("closures", "closures", "A&E closures."),
    ]


_COMMON: dict[str, Any] = {
    "status": "official",
    "publisher": "NHS England",
    "publication": "Winter Daily Situation Reports, later Urgent and Emergency Care Daily Situation Reports",
    "page": "https://www.england.nhs.uk/statistics/statistical-work-areas/winter-daily-sitreps/",
    "licence": "OGL v3.0",
    "obtained": (
        "as collected in the public repository matthewgthomas/NHSWinterSitreps, commit "
        "e2902ee28fe90cbb3cbbad2cd1ed19f112f5bc68, converted to CSV, values unchanged"
    ),
}
_BREAKS = [
    "Management information, self-reported and little validated.",
    "Each winter covers other days (2015-16 working days only; Fridays may hold the counts of three days): "
    "compare months within a winter, or means a day.",
    "From 2020-21 on COVID-19 beds and other definitions: not comparable with earlier winters.",
    "Norovirus to 5 February in 2016-17 and not after 2019-20; long stays and handovers from 2017-18; in "
    "2020-21 long stays, handovers and diverts start on 30 November.",
    "2022-23: handovers also of community and mental health trusts; none for RC9 and R1F.",
    "Children's and specialist hospitals print no or few long stays (RBS, RBV, RCU, REP, RP4, RP6, RQ3).",
]
_TIMES = (
    "The copied files of 2020-21 and 2021-22 give times in UTC: beds of the last days, in British Summer "
    "Time, stand under 23:00 of the day before and are put back to their day here."
)

RESOURCES: tuple[dict[str, Any], ...] = (
    {
        "name": "winter_pressure",
        "path": "winter_pressure.csv",
        "title": "Winter pressure by trust and month: beds, long stays, ambulance handovers, diverts",
        **_COMMON,
        "description": (
            "Daily returns summed over the days with figures; occupancy is ga_occupied / ga_open, a mean a "
            "day is a sum over its days. Not in it: the trust-days in winter_left_out, England, A&E "
            "attendances, flu."
        ),
        "breaks": [*_BREAKS, _TIMES],
        "period": "month",
        "rules": [
            {"left": "ga_days", "op": "<=", "right": "days_reported"},
            {"left": "long_stay_21", "op": "<=", "right": "long_stay_7"},
            {"left": "long_stay_21_with_ga", "op": "<=", "right": "ga_occupied_with_long_stay"},
        ],
        "schema": {
            "fields": [_CODE, _WINTER, _MONTH, *_figures("the trust")],
            "primaryKey": ["org_code", "winter", "month"],
            "missingValues": [""],
        },
    },
    {
        "name": "winter_england",
        "path": "winter_england.csv",
        "title": "Winter pressure, England, by month",
        **_COMMON,
        "description": (
            "The published England lines, impossible trust-days included: winter_pressure and "
            "winter_left_out add up to the line of all acute trusts, but for the breaks. Not in it: trusts."
        ),
        "breaks": [
            *_BREAKS[:4],
            "1 and 8 January 2017: the England line repeats other figures for critical care and norovirus.",
            "2022-23: England's handovers include trusts without a figure of their own (at most 24 and 38 a day).",
        ],
        "period": "month",
        "rules": [
            {"left": "ga_occupied", "op": "<=", "right": "ga_open"},
            {"left": "cc_occupied", "op": "<=", "right": "cc_open"},
            {"left": "long_stay_21", "op": "<=", "right": "long_stay_7"},
            {"left": "long_stay_21_with_ga", "op": "<=", "right": "ga_occupied_with_long_stay"},
        ],
        "schema": {
            "fields": [_WINTER, _BASIS, _MONTH, *_figures("England")],
            "primaryKey": ["winter", "basis", "month"],
            "missingValues": [""],
        },
    },
    {
        "name": "winter_left_out",
        "path": "winter_left_out.csv",
        "title": "Winter returns left out as impossible, by trust and day",
        **_COMMON,
        "description": (
            "Each figure that was published and is not in winter_pressure, with the reason. "
            + " ".join(f"{name}: {text}" for name, text in REASONS.items())
        ),
        "breaks": [],
        "period": "date",
        "rules": [],
        "schema": {
            "fields": [
                _CODE,
                _field("winter", "string", "Winter.", required=True, pattern=r"20\d\d-\d\d"),
                _field("date", "date", "Day of the return.", required=True),
                _field("measure", "string", "Measure left out.", required=True, enum=list(MEASURES)),
                _field("reason", "string", "Why, see the description.", required=True, enum=list(REASONS)),
                _count(
                    "figure_1", "as its field", "First figure: open, over 7 days, 30 to 60, diverts, closed."
                ),
                _count("figure_2", "as its field", "Second: occupied, over 21 days, over 60, closures."),
            ],
            "primaryKey": ["org_code", "date", "measure"],
            "missingValues": [""],
        },
    },
)
