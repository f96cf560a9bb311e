"""Trust by year, 2009 to 2019: what staff say of managers, how many managers there are, and the money."""

from pathlib import Path

import pandas as pd

from analysis.ingest import checks, descriptions, files
from analysis.ingest.checks import Rows
from analysis.ingest.history import collected

TABLES = ("leaders_survey", "managers", "managers_2017", "trust_finance", "revenue_loans")
SURVEY = r"staff_survey_management_questions_2012_2018\.csv"
MANAGERS = r"managers_consultants_fte\.csv"
STAFF = r"fte_all_staff_by_org_monthly_2009-09_20\d\d-\d\d\.csv"  # every month; Septembers are taken
OFFICIAL = r"hchs_fte_by_org_staff_group_2017-09_2018-06\.csv"
FINANCE = r"financial_position\.csv"
LOANS = r"derived_interim_revenue_support_by_trust_year\.csv"
RECORDS = {
    "leaders_survey": 1393,
    "managers": 2474,
    "trust_finance": 2179,
    "managers_2017": 7272,
    "revenue_loans": 310,
}
TRUST = "[RT][A-Z0-9]{2}"  # other rows are of commissioners, or of parts of a trust
QUESTIONS = {  # of the survey of 2012 and 2013
    **{"manager_team": "q7a", "manager_help": "q7b", "manager_feedback": "q7c", "manager_asks": "q7d"},
    **{"manager_crisis": "q7e", "manager_wellbeing": "q7f", "manager_values": "q7g"},
    **{"senior_known": "q8a", "senior_communicate": "q8b", "senior_involve": "q8c", "senior_act": "q8d"},
}
GROUPS = {"Managers": "managers_fte", "Senior managers": "senior_managers_fte"}


def releases(folder: Path) -> list[Path]:
    """Return the files under `folder` that a table can be made from; the managers' need both of theirs."""
    both = files.named(folder, MANAGERS, STAFF)
    return files.named(folder, SURVEY, OFFICIAL, FINANCE, LOANS) + (both if len(both) == 2 else [])


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of those files that are there.

    Raises DataError for another layout or number of records, a value against the description, respondents without
    a share or the other way round, more managers than staff, or loans that do not add up.
    """
    made = collected.tables(folder, READERS)
    managers, staff = (files.find_one(folder, name) for name in (MANAGERS, STAFF))
    if managers is not None and staff is not None:
        made["managers"] = managed(managers, staff)
    return {name: descriptions.tidy(made[name], name) for name in TABLES if name in made}


def leaders(path: Path) -> pd.DataFrame:
    """Return the shares who agree and the respondents of eleven questions; trusts only."""
    headings = {"org_code": "org_code", "year": "year"}
    for name, number in QUESTIONS.items():
        headings |= {name: f"{number}_agree_pct", f"{name}_n": f"{number}_n"}
    rows = files.read_csv(path, headings)
    checks.size(rows, RECORDS["leaders_survey"])
    rows = rows.only(rows["org_code"].str.fullmatch(TRUST))
    out = rows.frame[["org_code", "year"]]
    for name in QUESTIONS:
        share = checks.number(rows, name, high=100)
        both = pd.DataFrame({name: share, f"{name}_n": checks.number(rows, f"{name}_n", low=1, whole=True)})
        allowed = "a share with its respondents, or neither"
        checks.whole_or_none(rows, both.isna(), allowed, found="no figure")
        out = out.assign(**both)
    return out


def managed(path: Path, staff: Path) -> pd.DataFrame:
    """Return managers, consultants and all staff on 30 September, full-time equivalents."""
    headings = {name: name for name in descriptions.fields("managers") if name != "all_staff_fte"}
    rows = collected.read(path, "managers", headings, records=RECORDS["managers"])
    months = {year: f"{year}-09" for year in sorted(set(rows["year"]))}
    wide = files.read_csv(staff, {"org_code": "org_code", **months})
    checks.unique(wide, ["org_code"])
    long = checks.numbers(wide, months).set_axis(wide["org_code"], axis=0).stack()
    long = long.rename_axis(["org_code", "year"]).rename("all_staff_fte")
    out = rows.frame.join(long, on=["org_code", "year"])
    more = out["managers_fte"] > out["all_staff_fte"]
    checks.refuse(Rows(path.name, out), more, "managers_fte", "no more than all staff")
    return out


def official_managers(path: Path) -> pd.DataFrame:
    """Return managers and senior managers of September 2017 by organisation, the publisher's own file."""
    rows = files.read_csv(path, ["Month", "Organisation code", "Staff group", "FTE"])
    checks.size(rows, RECORDS["managers_2017"])
    fte = checks.number(rows, "FTE", required=True)
    rows = rows.plus(FTE=fte)
    rows = rows.only((rows["Month"] == "2017-SEP") & rows["Staff group"].isin(list(GROUPS)))
    checks.unique(rows, ["Organisation code", "Staff group"])
    wide = rows.frame.pivot(index="Organisation code", columns="Staff group", values="FTE")
    wide = wide.rename(columns=GROUPS).rename_axis("org_code").reset_index()
    return wide.assign(year="2017")


def money(path: Path) -> pd.DataFrame:
    """Return net position, income and cost, thousand pounds; costs are published below zero."""
    headings = {
        "org_code": "org_code",
        "financial_year": "financial_year",
        "net_position": "net_position_thousand_gbp",
        "operating_income": "operating_income_thousand_gbp",
        "operating_cost": "operating_cost_thousand_gbp",
    }
    return collected.read(path, "trust_finance", headings, records=RECORDS["trust_finance"]).frame


def lent(path: Path) -> pd.DataFrame:
    """Return loans to cover a deficit: opening, drawn, repaid and closing add up to the pound."""
    headings = {"org_code": "org_code", "financial_year": "financial_year"}
    headings |= {name: f"{name}_gbp" for name in ("opening", "drawn_in_year", "repaid_in_year", "closing")}
    rows = collected.read(path, "revenue_loans", headings, records=RECORDS["revenue_loans"])
    right = rows["opening"] + rows["drawn_in_year"] - rows["repaid_in_year"]
    checks.equal(rows, "closing", rows["closing"], right, within=1)
    return rows.frame


READERS: dict[str, collected.Part] = {
    "leaders_survey": (SURVEY, leaders),
    "managers_2017": (OFFICIAL, official_managers),
    "trust_finance": (FINANCE, money),
    "revenue_loans": (LOANS, lent),
}
