"""NHS Staff Survey by acute trust, 2012 to 2019: weighted benchmark results, else unweighted ones."""

from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files
from analysis.ingest.checks import Rows

TABLES = ("staff_survey",)
UNWEIGHTED_FILE = r"data\.NHS\.2012_2019\.csv"
WEIGHTED_FILE = r"data\.NHS\.2015_2019\.csv"
ROWS = {UNWEIGHTED_FILE: 1084, WEIGHTED_FILE: 703}  # trust-years of the archive, also those without results
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
NEAR = 0.05  # weighted and unweighted proportions of one trust-year; they differ by up to 0.031
SITES = r"R1F[1-4]|"  # sectors of the Isle of Wight trust and a nameless row: no results of a trust


def releases(folder: Path) -> list[Path]:
    """Return the unweighted and the weighted file under `folder`, or an empty list when neither is there.

    Raises DataError when only one of them is there, or one twice.
    """
    both = (UNWEIGHTED_FILE, WEIGHTED_FILE)
    paths = [files.find_one(folder, name) for name in both]
    found = [path for path in paths if path is not None]
    if len(found) == 1:
        missing = both[paths.index(None)]
        raise DataError(str(folder), found=f"only {found[0].name}", allowed=f"also a file named {missing}")
    return found


def read(paths: list[Path]) -> dict[str, pd.DataFrame]:
    """Return the table `staff_survey`: one row a trust and year with results.

    Raises DataError for another layout, a file with fewer trust-years than it had, a trust-year twice, a
    zero or a percentage where a proportion belongs, results in some of the weighted fields only, or a
    weighted result that is not near the unweighted one.
    """
    unweighted, weighted = paths
    plain, benchmark = _unweighted(unweighted), _weighted(weighted)
    table = plain.merge(benchmark, on=["org_code", "year"], how="outer", suffixes=("_unweighted", ""))
    table["weighted"] = table["response_rate"].notna()
    _check_near(table, file=weighted.name)
    for name in UNWEIGHTED.values():
        table[name] = table[name].where(table["weighted"], table[f"{name}_unweighted"])
    held = table["weighted"] | table["responses"].notna()
    return {"staff_survey": descriptions.tidy(table[held], "staff_survey")}


def _rows(path: Path, pattern: str, year: str, columns: list[str]) -> Rows:
    """Return the trust-years of a file as texts, `year` checked; sites of a trust left out."""
    content = files.text(path)
    if not content.endswith("\n"):
        allowed = "a last line that ends"
        raise DataError(path.name, row=content.count("\n") + 1, found=content[-20:], allowed=allowed)
    rows = files.read_csv(path, ["Code", year, *columns])
    if len(rows) < ROWS[pattern]:
        raise DataError(path.name, found=f"{len(rows)} rows", allowed=f"{ROWS[pattern]} rows or more")
    low, high = YEARS[pattern]
    checks.number(rows, year, low=low, high=high, whole=True, required=True)
    checks.unique(rows, ["Code", year])
    rows = rows.only(~rows["Code"].str.fullmatch(SITES))
    checks.code(rows, "Code")
    return rows.plus(org_code=rows["Code"], year=rows[year].astype("int64"))


def _unweighted(path: Path) -> pd.DataFrame:
    rows = _rows(path, UNWEIGHTED_FILE, "Year.Index", ["Responses", "Engagement.Index", *UNWEIGHTED])
    table = rows.frame[["org_code", "year"]]
    responses = checks.number(rows, "Responses", low=1, whole=True, missing=("NA",)).astype("Int64")
    mean = checks.number(rows, "Engagement.Index", low=1, high=5, missing=("NA",)).round(6)
    table = table.assign(responses=responses, engagement_mean=mean)
    table = table.join(_proportions(rows, UNWEIGHTED))
    table.loc[table["year"] == MISPLACED_YEAR, list(MISPLACED)] = float("nan")
    return table


def _weighted(path: Path) -> pd.DataFrame:
    rows = _rows(path, WEIGHTED_FILE, "Year.index", list(WEIGHTED))
    results = _proportions(rows, WEIGHTED)
    blank = results.isna().rename(columns={name: column for column, name in WEIGHTED.items()})
    checks.whole_or_none(rows, blank, "weighted results in all fields of a row, or NA in all", found="NA")
    return rows.frame[["org_code", "year"]].join(results)


def _proportions(rows: Rows, columns: dict[str, str]) -> pd.DataFrame:
    """Return results by the name of their field; a zero in these files is a result that is not there."""
    limits = descriptions.limits("staff_survey", "engagement")
    return checks.numbers(rows, columns, **limits, missing=("NA",)).round(6).rename(columns=columns)


def _check_near(table: pd.DataFrame, *, file: str) -> None:
    place = table["org_code"] + " " + table["year"].astype("str")
    rows = Rows(file, table.set_index(place))
    for name in UNWEIGHTED.values():
        other = rows[f"{name}_unweighted"]
        bad = (rows[name] - other).abs() > NEAR
        checks.refuse(rows, bad, name, f"within {NEAR} of the unweighted {{}}", right=other)
