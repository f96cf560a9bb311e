"""NHS Staff Survey by acute trust, 2012 on: weighted benchmark results, else unweighted ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import DataError
from analysis.ingest import release, staff_survey_workbook

UNWEIGHTED_FILE = r"data\.NHS\.2012_2019\.csv"
WEIGHTED_FILE = r"data\.NHS\.2015_2019\.csv"
ROWS = {
    UNWEIGHTED_FILE: 1084,
    WEIGHTED_FILE: 703,
}  # trust-years in the closed archive, also those without results
YEARS = {UNWEIGHTED_FILE: (2012, 2019), WEIGHTED_FILE: (2015, 2019)}
# Heading in the file and field in the table. The weighted results are proportions throughout.
UNWEIGHTED = {
    "Engagement.Index.dichot": "engagement",
    "RecommendWork.Index.dichot": "recommend_work",
    "RecommendCare.Index.dichot": "recommend_care",
    "WorkStress.Index": "work_stress",
}
WEIGHTED = {
    "Engagement": "engagement",
    "RecommendWork": "recommend_work",
    "RecommendCare": "recommend_care",
    "WorkStress": "work_stress",
    "FreedomSpeak": "freedom_speak",
    "Openness": "openness",
    "rr": "response_rate",
}
# In 2015 the unweighted file has other trusts' figures for these at one trust in five: left out as missing.
MISPLACED_YEAR, MISPLACED = 2015, ("recommend_work", "recommend_care", "work_stress")
LOW, HIGH = 0.05, 0.98  # a proportion of staff; a zero in these files is a result that is not there
NEAR = 0.05  # weighted and unweighted proportions of one trust-year; they differ by up to 0.031
SITES = r"R1F[1-4]|"  # sectors of the Isle of Wight trust and a nameless row: no results of a trust


def _field(name: str, kind: str, description: str, *, unit: str = "", **limits: Any) -> dict[str, Any]:
    units = {"unit": unit} if unit else {}
    return {"name": name, "type": kind, **units, "description": description, "constraints": limits}


def _share(name: str, description: str) -> dict[str, Any]:
    return _field(name, "number", description, unit="proportion", minimum=LOW, maximum=HIGH)


_MEASURES = {
    "engagement": "Often or always look forward to work, enthusiastic, absorbed (mean of q2a, q2b and q2c)",
    "recommend_work": "Would recommend the organisation as a place to work (q21c in 2019, q25c in 2025)",
    "recommend_care": "Happy with the standard of care for a friend or relative (q21d in 2019, q25d in 2025)",
    "work_stress": "Felt unwell from work-related stress in the last 12 months (q11c); lower is better",
}

RESOURCES: tuple[dict[str, Any], ...] = (
    {
        "name": "staff_survey",
        "path": "staff_survey.csv",
        "title": "NHS Staff Survey, key results by acute trust and year",
        "status": "official",
        "publisher": "NHS England with Picker",
        "publication": "NHS Staff Survey: benchmark reports and detailed spreadsheets",
        "page": "https://www.nhsstaffsurveys.com/results/local-results/",
        "licence": "OGL v3.0",
        "description": (
            "Proportions of respondents each autumn. The results of a row are all weighted (2015 on) or all "
            "unweighted: see weighted. The fields ending in _unweighted hold the unweighted version, so that "
            "the shift between the two can be measured. Not in it: mental health, community, ambulance and "
            "most specialist trusts, theme scores, Isle of Wight (R1F, published by sector)."
        ),
        "breaks": [
            "Weighted results start in 2015; NHS England advises against comparing unweighted ones.",
            "Trusts moved from a sample to all staff: mean responses rise from 398 (2012) to 2,912 (2019).",
            "Unweighted recommend_work, recommend_care and work_stress of 2015 are left out: in the source "
            "file one trust in five has figures that are not its own. Sixteen trusts lack them in 2015.",
            "Mergers end codes (RJF after 2017, RNL after 2019).",
            "From 2020 on a year comes from the benchmark workbook of its own survey, weighted by the occupations "
            "of that year. A year that only a later workbook has carries that workbook's weights.",
            "The questionnaire was rebuilt around the People Promise in 2021. The questions on recommending the "
            "organisation, on its care, on stress and on engagement kept their words and scale, under new "
            "numbers; freedom_speak and openness end in 2019, as each is a mean of four questions of which one "
            "(knowing how to report unsafe practice) was dropped.",
            "The survey of 2020 fell into the second wave of COVID-19.",
        ],
        "obtained": (
            "as collected in the public repository ebmgt/NHS-wellbeing, commit "
            "a164806e0be85275387b10fbcce5f5de7064d118, unaltered; columns that hold only zeros, and the "
            "responses that repeat 2019, are not used; later years from the publisher's page"
        ),
        "period": "year",
        "rules": [],
        "schema": {
            "fields": [
                _field("org_code", "string", "ODS code in that year.", required=True, pattern="[A-Z0-9]{3}"),
                _field("year", "year", "Year of the survey (autumn).", required=True, minimum=2012),
                _field("weighted", "boolean", "True: the weighted benchmark version.", required=True),
                _field("responses", "integer", "Questionnaires returned.", unit="responses", minimum=1),
                _share("response_rate", "Returned over distributed; weighted version only."),
                *(_share(name, f"{text}.") for name, text in _MEASURES.items()),
                _share("freedom_speak", "Free to speak up (mean of questions); weighted version only."),
                _share(
                    "openness", "Open about errors and incidents (mean of questions); weighted version only."
                ),
                *(_share(f"{name}_unweighted", f"Unweighted: {text}.") for name, text in _MEASURES.items()),
                _field(
                    "engagement_mean",
                    "number",
                    "Mean of q2a, q2b and q2c, unweighted, 1 (never) to 5 (always).",
                    unit="score 1 to 5",
                    minimum=1,
                    maximum=5,
                ),
            ],
            "primaryKey": ["org_code", "year"],
            "missingValues": [""],
        },
    },
)


def releases(folder: Path) -> list[Path]:
    """Return the unweighted and the weighted file under `folder`, or an empty list when neither is there.

    Raises DataError when only one of them is there, or one twice.
    """
    files = [release.find_one(folder, name) for name in (UNWEIGHTED_FILE, WEIGHTED_FILE)]
    found = [file for file in files if file is not None]
    if len(found) == 1:
        missing = (UNWEIGHTED_FILE, WEIGHTED_FILE)[files.index(None)]
        raise DataError(str(folder), found=f"only {found[0].name}", allowed=f"also a file named {missing}")
    return found


def later(folder: Path) -> list[Path]:
    """Return the benchmark workbooks of 2020 on under `folder`, one a survey year: that of the highest version.

    Raises DataError when two have the same year and version.
    """
    return staff_survey_workbook.newest(release.find(folder, staff_survey_workbook.WORKBOOK))


def read_later(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the rows of `staff_survey` for the years of `later`; errors as in staff_survey_workbook."""
    return {"staff_survey": staff_survey_workbook.rows(later(folder))}


def own(files: Sequence[Path]) -> frozenset[str]:
    """Return the years that workbooks are of. The years before, weighted anew in them, do not replace others."""
    return frozenset(str(staff_survey_workbook.year_of(file.name)) for file in files)


def period_of(name: str) -> str | None:
    """Return the survey year that a workbook's name states, None for another name."""
    year = staff_survey_workbook.year_of(name)
    return None if year is None else str(year)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `staff_survey`: one row a trust and year with results.

    Raises DataError for another layout, a file with fewer trust-years than it had, a trust-year twice, a
    zero or a percentage where a proportion belongs, results in some of the weighted fields only, or a
    weighted result that is not near the unweighted one.
    """
    unweighted, weighted = releases(folder)
    plain = _unweighted(unweighted)
    benchmark = _weighted(weighted)
    table = plain.merge(benchmark, on=["org_code", "year"], how="outer", suffixes=("_unweighted", ""))
    table["weighted"] = table["response_rate"].notna()
    _check_near(table, file=weighted.name)
    for name in UNWEIGHTED.values():
        table[name] = table[name].where(table["weighted"], table[f"{name}_unweighted"])
    fields = [field["name"] for field in RESOURCES[0]["schema"]["fields"]]
    held = table["weighted"] | table["responses"].notna()
    table = table.loc[held, fields].sort_values(["org_code", "year"])
    return {"staff_survey": table.reset_index(drop=True)}


def _rows(path: Path, pattern: str, year: str, columns: list[str]) -> pd.DataFrame:
    """Return the trust-years of a file as strings, `year` checked; sites of a trust left out."""
    content = release.text(path)
    if not content.endswith("\n"):
        allowed = "a last line that ends"
        raise DataError(path.name, row=content.count("\n") + 1, found=content[-20:], allowed=allowed)
    frame = release.read_csv(path, ["Code", year, *columns])
    if len(frame) < ROWS[pattern]:
        raise DataError(path.name, found=f"{len(frame)} rows", allowed=f"{ROWS[pattern]} rows or more")
    low, high = YEARS[pattern]
    release.numbers(frame, year, release=path.name, low=low, high=high, integer=True, required=True)
    release.unique(frame, ["Code", year], release=path.name)
    frame = frame[~frame["Code"].str.fullmatch(SITES)]
    release.codes(frame, "Code", release=path.name)
    return frame


def _unweighted(path: Path) -> pd.DataFrame:
    columns = ["Responses", "Engagement.Index", *UNWEIGHTED]
    frame = _rows(path, UNWEIGHTED_FILE, "Year.Index", columns)
    table = pd.DataFrame({"org_code": frame["Code"], "year": frame["Year.Index"].astype("int64")})
    responses = release.numbers(frame, "Responses", release=path.name, low=1, integer=True, missing=("NA",))
    table["responses"] = responses.astype("Int64")
    table["engagement_mean"] = release.numbers(
        frame, "Engagement.Index", release=path.name, low=1, high=5, missing=("NA",)
    ).round(6)
    for column, name in UNWEIGHTED.items():
        table[name] = _proportion(frame, column, file=path.name)
    table.loc[table["year"] == MISPLACED_YEAR, list(MISPLACED)] = float("nan")
    return table


def _weighted(path: Path) -> pd.DataFrame:
    frame = _rows(path, WEIGHTED_FILE, "Year.index", list(WEIGHTED))
    table = pd.DataFrame({"org_code": frame["Code"], "year": frame["Year.index"].astype("int64")})
    for column, name in WEIGHTED.items():
        table[name] = _proportion(frame, column, file=path.name)
    blank = table[list(WEIGHTED.values())].isna()
    partly = blank.any(axis=1) & ~blank.all(axis=1)
    if partly.any():
        row = partly.idxmax()
        allowed = "weighted results in all fields of a row, or NA in all"
        raise DataError(path.name, row=row, column=blank.loc[row].idxmax(), found="NA", allowed=allowed)
    return table


def _proportion(frame: pd.DataFrame, column: str, *, file: str) -> pd.Series:
    return release.numbers(frame, column, release=file, low=LOW, high=HIGH, missing=("NA",)).round(6)


def _check_near(table: pd.DataFrame, *, file: str) -> None:
    for name in UNWEIGHTED.values():
        other = table[f"{name}_unweighted"]
        bad = (table[name] - other).abs() > NEAR
        if bad.any():
            row = table.loc[bad.idxmax()]
            allowed = f"within {NEAR} of the unweighted {row[f'{name}_unweighted']}"
            place = f"{row['org_code']} {row['year']}"
            raise DataError(file, row=place, column=name, found=float(row[name]), allowed=allowed)
