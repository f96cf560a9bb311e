"""Ambulance quality indicators by service and month: clinical outcomes (AmbCO) and response times (AmbSYS).

The publisher puts one CSV file and one workbook of each on its page. Of the workbooks that of response times is read
(sheet Raw: Area, financial year and name of the month beside the codes), by the layout of a public program that reads
it and of the collected file, which was made from it; the workbook of clinical outcomes is not known: use its CSV file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, months, naming, sheets
from analysis.ingest.checks import Rows

TABLES = ("ambulance_outcomes", "ambulance_response")
BY_PERIOD = True  # a file replaces the months that it holds, and no others
STEP = 1
CLOSED = r"amb(co|sys)_20\d\d-\d\d_20\d\d-\d\d\.csv"
FILE = r"(?i)Amb(CO[-_ ].*\.csv|SYS[-_ ].*\.(?:csv|xlsx))"
ENGLAND = "ENG"
MISSING = ("", ".", "-")
APRIL = 4  # of a financial year the first month
FEWEST = 10  # services that a whole month has, once all had joined
# Field: heading where codes are written out, code in the publisher's file.
OUTCOMES = {
    "arrests": ("arrest_resus_attempted", "R1n"),
    "arrests_rosc": ("arrest_rosc_at_hospital", "R1r"),
    "utstein": ("utstein_resus_attempted", "R2n"),
    "utstein_rosc": ("utstein_rosc_at_hospital", "R2r"),
    "arrests_known": ("arrest_survival_known", "R3n"),
    "arrests_survived": ("arrest_survived_to_discharge", "R3s"),
    "utstein_known": ("utstein_survival_known", "R4n"),
    "utstein_survived": ("utstein_survived_to_discharge", "R4s"),
    "stemi": ("stemi_patients", "M4n"),
    "stemi_bundle": ("stemi_care_bundle", "M4b"),
    "stroke": ("stroke_patients", "K4n"),
    "stroke_bundle": ("stroke_care_bundle", "K4b"),
}
RESPONSE = {
    "calls_answered": ("calls_answered", "A1"),
    "incidents": ("incidents_all", "A7"),
    "c1_incidents": ("c1_incidents", "A8"),
    "c1_seconds": ("c1_response_seconds_total", "A24"),
    "c1_p90": ("c1_p90_seconds", "A26"),
    "c2_incidents": ("c2_incidents", "A10"),
    "c2_seconds": ("c2_response_seconds_total", "A30"),
    "c2_p90": ("c2_p90_seconds", "A32"),
    "c3_incidents": ("c3_incidents", "A11"),
    "c3_seconds": ("c3_response_seconds_total", "A33"),
    "c3_p90": ("c3_p90_seconds", "A35"),
    "c4_incidents": ("c4_incidents", "A12"),
    "c4_seconds": ("c4_response_seconds_total", "A36"),
    "c4_p90": ("c4_p90_seconds", "A38"),
    "hear_and_treat": ("hear_and_treat_incidents", "A17"),
    "see_and_treat": ("not_conveyed_see_and_treat", "A55"),
    "conveyed_to_ed": ("conveyed_to_ed", "A53"),
    "conveyed_elsewhere": ("conveyed_elsewhere", "A54"),
    "handovers": ("handovers_time_known", ""),
    "handovers_over_60": ("handovers_over_60min", ""),
}
NOT_ALWAYS = ("handovers", "handovers_over_60")  # from October 2023, in the files with codes written out


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two publications: its table, its figures, those whose sum over services is England's."""

    table: str
    figures: Mapping[str, tuple[str, str]]
    summed: tuple[str, ...]


KINDS = {
    "CO": Kind(TABLES[0], OUTCOMES, tuple(OUTCOMES)),
    "SYS": Kind(TABLES[1], RESPONSE, tuple(name for name in RESPONSE if not name.endswith("_p90"))),
}


releases = partial(files.find, name=FILE)  # the publisher's files and those with codes written out


def period_of(name: str) -> str | None:
    """Return None: every file holds the whole series, so that a later one replaces no other by its name."""
    return None


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables whose files are there; of files that overlap the one that ends later wins.

    Raises DataError for another layout, a month that is not over or absent between two, a service twice in a
    month, more successes than patients, services that do not sum to England, or a month with too few of them.
    """
    parts: dict[str, list[tuple[str, pd.DataFrame]]] = {}
    for path in releases(folder):
        kind = KINDS["SYS" if path.name.upper().startswith("AMBSYS") else "CO"]
        frame = series(path, kind)
        last = str(frame["month"].max())
        if any(last == other for other, _ in parts.get(kind.table, [])):
            raise DataError(path.name, column="month", found=last, allowed="one file that ends there")
        parts.setdefault(kind.table, []).append((last, frame))
    return {table: _joined(found, table) for table, found in parts.items()}


def _joined(found: list[tuple[str, pd.DataFrame]], table: str) -> pd.DataFrame:
    held: dict[str, pd.DataFrame] = {}
    for _, frame in sorted(found, key=lambda part: part[0]):
        held.update({str(month): rows for month, rows in frame.groupby("month")})
    whole = pd.PeriodIndex(sorted(held), freq="M")
    gaps = pd.period_range(whole[0], whole[-1], freq="M").difference(whole)
    if len(gaps):
        raise DataError(table, column="month", found=f"no figures of {gaps[0]}", allowed="no gap")
    made = descriptions.tidy(pd.concat(list(held.values())), table)
    absent = [name for name in NOT_ALWAYS if name in made and made[name].isna().all()]
    return made.drop(columns=absent)  # the table keeps what it holds of a figure that no file here has


def series(path: Path, kind: Kind) -> pd.DataFrame:
    """Return one file: one row a service and month, England too; raises DataError as `read` does."""
    if path.suffix.lower() == ".xlsx":
        rows = _workbook(path, kind)
    else:
        rows = _published(path, kind) if "Org Code" in _headings(path) else _written_out(path, kind)
    checks.code(rows, "org_code", pattern=descriptions.pattern(kind.table, "org_code"))
    first = str(descriptions.field(kind.table, "month")["constraints"]["minimum"])
    outside = (rows["month"] < first) | (rows["month"] >= checks.this_month())
    checks.refuse(rows, outside, "month", "a month of the series that is over")
    checks.unique(rows, ["org_code", "month"])
    there = [name for name in kind.figures if name in rows.frame.columns]
    figures = checks.numbers(rows, there, whole=True, missing=MISSING).reindex(columns=list(kind.figures))
    _check_sums(rows, figures, kind)
    figures = _not_collected(rows, figures, kind)
    return rows.frame[["org_code", "month"]].assign(**figures)[figures.notna().any(axis=1)]


def _headings(path: Path) -> list[str]:
    first = files.text(path, windows=True).lstrip().partition("\n")[0]
    return files.headings(first)


def _published(path: Path, kind: Kind) -> Rows:
    """Return the publisher's file: regions left out, year and month joined."""
    headings = {name: code for name, (_, code) in kind.figures.items() if code}
    named = ["Org Name"] if "Org Name" in _headings(path) else []
    rows = files.read_csv(path, ["Year", "Month", "Org Code", *named, *headings.values()], windows=True)
    if named:
        naming.note(rows, "Org Code", "Org Name")
    year, month = (checks.number(rows, part, whole=True, required=True) for part in ("Year", "Month"))
    checks.refuse(rows, ~month.between(1, 12), "Month", "a month from 1 to 12")
    code = rows["Org Code"].mask(rows["Org Code"] == "Eng", ENGLAND)
    names = {code: name for name, code in headings.items()}
    frame = rows.frame.rename(columns=names)[list(headings)]
    when = year.map("{:04.0f}".format) + "-" + month.map("{:02.0f}".format)
    out = Rows(path.name, frame.assign(org_code=code, month=when), headings | {"month": "Month"})
    return out.only(~code.str.fullmatch(r"Y\d\d"))


def _workbook(path: Path, kind: Kind) -> Rows:
    """Return the sheet of the publisher's workbook that has all codes, regions left out."""
    codes = {name: code for name, (_, code) in kind.figures.items() if code}
    who = {"org_code": "Area", "Org Name": "Trust", "year": "Year", "named": "Month"}
    sheet = sheets.headed(sheets.read(path), ("Raw",), [*who.values(), *codes.values()], file=path.name)
    columns = {field: sheets.column(sheet, heading) for field, heading in {**who, **codes}.items()}
    rows = sheets.records(sheet, columns, texts=list(who))
    rows = rows.only(rows["year"].str.fullmatch(r"20\d\d-\d\d"))
    named = rows["named"].str.upper()
    checks.refuse(rows, ~named.isin(months.LONG), "named", "the name of a month")
    number = named.map(months.LONG)
    year = rows["year"].str[:4].astype("int64") + (number < APRIL)
    naming.note(rows, "org_code", "Org Name")
    month = year.astype("str") + "-" + number.map("{:02.0f}".format)
    area = rows["org_code"].str.upper()
    return rows.plus(month=month, org_code=area).only(~area.str.fullmatch(r"Y\d\d"))


def _written_out(path: Path, kind: Kind) -> Rows:
    there = _headings(path)
    headings = {name: heading for name, (heading, _) in kind.figures.items()}
    headings = {name: to for name, to in headings.items() if name not in NOT_ALWAYS or to in there}
    return files.read_csv(path, {"month": "month", "org_code": "org_code", **headings})


def _not_collected(rows: Rows, figures: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """Return the figures with those made missing that stand as zero where nothing was collected.

    Of a service that had not joined yet every figure is zero; a bundle of a month without any patient in England
    was not collected in that month; incidents of which there are fewer than of one category were not given.
    """
    nothing = (figures.fillna(0) == 0).all(axis=1)
    out = figures.mask(nothing)
    if kind.table == TABLES[0]:
        national = rows["org_code"] == ENGLAND
        for part in ("stemi", "stroke"):
            counted = figures.loc[national, part].set_axis(rows["month"][national])
            none = rows["month"].map(counted).fillna(0) == 0
            out[[part, f"{part}_bundle"]] = out[[part, f"{part}_bundle"]].mask(none)
        for known, good in (("arrests_known", "arrests_survived"), ("utstein_known", "utstein_survived")):
            out[good] = out[good].where(out[known].notna())
    else:
        out["incidents"] = out["incidents"].mask(out["incidents"] < out["c1_incidents"])
    return out


def _check_sums(rows: Rows, figures: pd.DataFrame, kind: Kind) -> None:
    """Refuse a month in which services do not sum to England, or fewer than FEWEST have figures."""
    england = rows["org_code"] == ENGLAND
    month = rows["month"]
    for name in kind.summed:
        summed = figures[name][~england].groupby(month[~england]).sum()
        right = figures[name][england].set_axis(month[england], axis=0).dropna()
        where: dict[str, str] = {"place": rows.place, "column": rows.labels.get(name, name)}
        checks.agrees(summed.reindex(right.index), right, **where, tolerance=0, against="England")
    first = next(iter(kind.figures))
    count = figures[first][~england].notna().groupby(month[~england]).sum()
    few = count[(count < FEWEST) & (count.index >= "2018-05")]
    if len(few):
        found = f"{few.iloc[0]} services in {few.index[0]}"
        raise DataError(rows.place, found=found, allowed=f"at least {FEWEST}")
