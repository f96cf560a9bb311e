"""Hospital mortality (SHMI) by trust: quarterly releases 2011 to 2014, calendar years 2011 to 2019."""

import re
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files
from analysis.ingest.checks import Rows

TABLES = ("shmi_yearly", "shmi_quarterly")
YEARS = (2011, 2019)
BANDINGS = {"1": "higher than expected", "2": "as expected", "3": "lower than expected"}

# The closed archive: file name without "shmi-" and ".csv"; release month, last month of its twelve, trusts.
RELEASES = {
    "2011-october": ("2011-10", "2011-03", 147),
    "2012-january": ("2012-01", "2011-06", 147),
    "2012-april": ("2012-04", "2011-09", 147),
    "2012-july": ("2012-07", "2011-12", 143),
    "2012-october": ("2012-10", "2012-03", 142),
    "2013-january": ("2013-01", "2012-06", 142),
    "2013-april": ("2013-04", "2012-09", 142),
    "2013-july": ("2013-07", "2012-12", 142),
    "2013-october": ("2013-10", "2013-03", 142),
    "2014-january": ("2014-01", "2013-06", 141),
    "2014-april": ("2014-04", "2013-09", 141),
}
RELEASE_FILE = rf"shmi-({'|'.join(RELEASES)})\.csv"
# Year files: code and year headings; heading of a SHMI value and its distance in years from the heading.
YEAR_FILES: dict[str, tuple[str, str, dict[str, int]]] = {
    r"data\.NHS\.2012_2019\.csv": ("Code", "Year.Index", {"SHMI.before": -1, "SHMI.Index": 0}),
    r"data\.NHS\.2015_2019\.csv": ("Code", "Year.index", {"SHMI.before": -1, "SHMI.index": 0}),
    r"all\.years\.NHS_2019-09-04\.csv": ("Code", "Year.index", {"SHMI.before": -1, "SHMI.index": 0, "SHMI.after": 1}),
}  # fmt: skip
TRUSTS = {2011: 141, 2012: 142, 2013: 141, 2014: 137, 2015: 136, 2016: 135, 2017: 134, 2018: 131, 2019: 128}

INDICATOR = "I00699"
PRINTED = 0.0000501  # the releases print the ratio and its limits to four decimals
NATIONAL_WITHIN = 0.0025  # of expected deaths: 2012-01 and 2012-04 are up to 0.21% apart, the others equal
# The later releases end in a line of commas and this line, the only one that is not plain ASCII.
FOOTER = re.compile(
    rb',*\r?\n"Copyright \xa9 20\d\d, Health and Social Care Information Centre\.[^"\n]*",*\r?\n$'
)

_COUNTS = {"DENOMINATOR": "spells", "OBSERVED": "observed"}
_NUMBERS = {
    "EXPECTED": "expected",
    "VALUE": "shmi",
    "PO_LL": "po_ll",
    "PO_UL": "po_ul",
    "OD_LL": "od_ll",
    "OD_UL": "od_ul",
}
_OTHERS = ("PROVIDER NAME", "PROVIDER_NAME", "PO_BANDING")


def releases(folder: Path) -> list[Path]:
    """Return the eleven quarterly releases and the three year files under `folder`, or an empty list.

    The three year files may come without the releases: the table of years is made from them alone. They hold
    the staff survey too, so fewer of them are left to that publication. Raises DataError when one of the
    fourteen files is missing beside a quarterly release, or is there twice.
    """
    years = files.named(folder, *YEAR_FILES)
    if not files.find(folder, RELEASE_FILE):
        return years if len(years) == len(YEAR_FILES) else []
    names = [rf"shmi-{name}\.csv" for name in RELEASES] + list(YEAR_FILES)
    return files.all_of(folder, names, beside="other SHMI files")


def read(paths: list[Path]) -> dict[str, pd.DataFrame]:
    """Return the tables `shmi_yearly` and, from quarterly releases, `shmi_quarterly`; years without a value are left out.

    Raises DataError for another layout, number of trusts or indicator, a trust twice, a value that is not
    observed / expected or a banding that is not its place against the limits, a release whose observed
    deaths are not its expected deaths, years that differ between the files or from the releases.
    """
    quarterly = [_release(path) for path in paths[: -len(YEAR_FILES)]]
    made = {"shmi_yearly": _years(paths[-len(YEAR_FILES) :])}
    for table in quarterly:
        _check_against_years(table, made["shmi_yearly"])
    if quarterly:
        made["shmi_quarterly"] = pd.concat(quarterly)
    return {name: descriptions.tidy(frame, name) for name, frame in made.items()}


def _release(path: Path) -> pd.DataFrame:
    name, (month, period_end, trusts) = path.name, RELEASES[path.stem.removeprefix("shmi-")]
    columns = ["INDICATOR_CODE", "PROVIDER", *_COUNTS, *_NUMBERS, "OD_BANDING"]
    rows = files.read_csv(path, columns, others=_OTHERS, footer=FOOTER)
    checks.one_of(rows, "INDICATOR_CODE", [INDICATOR])
    table = pd.DataFrame({"org_code": checks.code(rows, "PROVIDER")})
    table["release"], table["period_end"] = month, period_end
    counts = checks.numbers(rows, _COUNTS, low=1, whole=True, required=True)
    table = table.join(counts.rename(columns=_COUNTS).astype("Int64"))
    ratio = descriptions.limits("shmi_yearly", "shmi")
    for column, field in _NUMBERS.items():
        limits = {"low": 0.0} if column == "EXPECTED" else ratio
        table[field] = checks.number(rows, column, **limits, required=True)
    band = checks.one_of(rows, "OD_BANDING", BANDINGS)
    checks.unique(rows, ["PROVIDER"])
    _check_ratio(Rows(name, table.assign(OD_BANDING=band)))
    if len(table) != trusts:
        raise DataError(name, found=f"{len(table)} trusts", allowed=f"{trusts} trusts, as published")
    observed, expected = table["observed"].sum(), table["expected"].sum()
    if abs(observed - expected) > NATIONAL_WITHIN * expected:
        allowed = f"within {NATIONAL_WITHIN:.2%} of the {expected:.0f} expected over all trusts"
        raise DataError(name, column="OBSERVED", found=f"{observed} deaths over all trusts", allowed=allowed)
    return table.assign(banding=band.map(BANDINGS))


def _check_ratio(rows: Rows) -> None:
    ratio = rows["observed"].astype("float64") / rows["expected"]
    checks.near(rows, "shmi", rows["shmi"], ratio, within=PRINTED, allowed="observed / expected")
    for lower, upper in (("po_ll", "po_ul"), ("od_ll", "od_ul")):
        checks.refuse(rows, (rows[lower] >= 1) | (rows[upper] <= 1), lower, "limits on both sides of one")
    high, low = rows["shmi"] - rows["od_ul"], rows["od_ll"] - rows["shmi"]
    place = pd.Series("2", high.index).mask(high > 0, "1").mask(low > 0, "3")
    at_limit = (high.abs() <= 2 * PRINTED) | (low.abs() <= 2 * PRINTED)
    other = (place != rows["OD_BANDING"]) & ~at_limit
    checks.refuse(rows, other, "OD_BANDING", "1 above, 3 below, 2 between limits")


def _years(paths: list[Path]) -> pd.DataFrame:
    """Return one row a trust and calendar year, joined from all files and headings that hold it."""
    forms = zip(paths, YEAR_FILES.values(), strict=True)
    parts = [part for path, form in forms for part in _values(path, *form)]
    whole = pd.concat(parts).sort_values(["org_code", "year"], kind="stable")
    first = whole.groupby(["org_code", "year"])["shmi"].transform("first")
    other = (whole["shmi"] != first).to_numpy()
    if other.any():
        bad, value, row = whole[other].iloc[0], first[other].iloc[0], whole.index[other][0]
        where, printed = {"row": row, "column": bad["column"]}, float(bad["shmi"])
        allowed = f"{value}, as in another place for {bad['org_code']} {bad['year']}"
        raise DataError(bad["file"], **where, found=printed, allowed=allowed)
    years = whole.drop_duplicates(["org_code", "year"]).reset_index(drop=True)
    counts = years["year"].value_counts().to_dict()
    for year, trusts in TRUSTS.items():
        if counts.get(year, 0) != trusts:
            found = f"{counts.get(year, 0)} trusts in {year}"
            raise DataError(paths[0].name, found=found, allowed=f"{trusts} trusts in {year}")
    return years[["org_code", "year", "shmi"]]


def _values(path: Path, code: str, year: str, columns: dict[str, int]) -> list[pd.DataFrame]:
    """Return one frame a SHMI heading: rows with a year and a value; index the row in the file."""
    rows = files.read_csv(path, [code, year, *columns])
    low, high = YEARS
    dated = checks.number(rows, year, low=low, high=high, whole=True, missing=("NA",))
    parts = []
    for column, distance in columns.items():
        value = checks.number(rows, column, **descriptions.limits("shmi_yearly", "shmi"), missing=("NA",))
        held = dated.notna() & value.notna()
        years = (dated[held] + distance).astype("int64")
        part = rows.only(held).plus(year=years, shmi=value[held], column=column, file=path.name)
        checks.code(part, code)
        checks.unique(part, [code, "year"])
        parts.append(part.frame.rename(columns={code: "org_code"}))
    return parts


def _check_against_years(table: pd.DataFrame, yearly: pd.DataFrame) -> None:
    """A release to December is a calendar year: every trust of the year must have its value."""
    month, end = table[["release", "period_end"]].iloc[0]
    if not end.endswith("-12"):
        return
    year = yearly[yearly["year"] == int(end[:4])].set_index("org_code")["shmi"]
    published = table.set_index("org_code")["shmi"].reindex(year.index)
    told = {"place": f"SHMI {end[:4]}", "column": "shmi", "against": f"release {month}"}
    checks.agrees(year, published, **told, tolerance=PRINTED)
