"""Cancer waits by provider and month, October 2023 on: collected files, then the publisher's combined CSV files.

The layout of the combined files ("Monthly Combined CSV") is that of four public programs that read them, not of a file
at hand. It carries its own totals: a row for all cancers, routes and modalities a provider, and England as 'Total'.
"""

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, months, naming
from analysis.ingest.checks import Rows

TABLES = ("cancer_waits",)
BY_PERIOD = True
SUMMED = True  # each file prints its own totals
CANCER_62 = r"cancer_62day_combined_20\d\d-\d\d_20\d\d-\d\d\.csv"
CANCER_OTHER = r"cancer_28day_31day_62day_20\d\d-\d\d_20\d\d-\d\d\.csv"
CLOSED = f"{CANCER_62}|{CANCER_OTHER}"
OFFICIAL = rf"(?i:(?:({months.NAMES})-(20\d\d)|20\d\d-\d\d).*-Monthly-Combined-CSV.*\.csv)"
FIRST, LAST = "2023-10", "2026-06"  # of the collected files; the standards were merged in October 2023
STANDARDS = {
    "62D": ("treated_62", "within_62"),
    "31D": ("treated_31", "within_31"),
    "FDS": ("told_28", "within_28"),
}
WHO = ["Basis", "Org_Code", "Org_Name", "Standard_or_Item"]
WHOLE = {
    "Cancer_Type": {"ALL CANCERS"},
    "Referral_Route_or_Stage": {"ALL ROUTES", "ALL STAGES"},
    "Treatment_Modality": {"ALL MODALITIES", ""},
}
ENGLAND, PART = "Total", 0.01  # a pathway that two providers share counts half at each


def releases(folder: Path) -> list[Path]:
    """Return the files under `folder`; DataError when one of the two collected ones is there without the other."""
    pair = files.named(folder, CANCER_62, CANCER_OTHER)
    if len(pair) == 1:
        raise DataError(str(folder), found="one of two collected files of waits", allowed="both")
    return [*pair, *files.find(folder, OFFICIAL)]


period_of = partial(months.stated, OFFICIAL)


def own(paths: Sequence[Path]) -> set[str]:
    """Return the months of the publisher's files; the collected ones fill only what is not held."""
    official = [_official(path) for path in paths if re.fullmatch(OFFICIAL, path.name)]
    return {month for rows in official for month in rows["month"]}


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `cancer_waits`; the publisher's files go before the collected ones.

    Raises DataError for other headings, a provider twice in a month, two files of one month, parts that are not their
    whole, or providers that do not sum to England.
    """
    paths = releases(folder)
    parts: dict[str, pd.DataFrame] = {}
    for path in (path for path in paths if re.fullmatch(OFFICIAL, path.name)):
        for month, rows in _official(path).groupby("month"):
            if month in parts:
                found = f"{month} again"
                raise DataError(path.name, column="Period", found=found, allowed="one file a month")
            parts[str(month)] = rows
    if re.fullmatch(CANCER_62, paths[0].name):
        held = _collected(*paths[:2])
        parts["collected"] = held[~held["month"].isin(list(parts))]
    return {TABLES[0]: descriptions.tidy(pd.concat(list(parts.values())), TABLES[0])}


def _official(path: Path) -> pd.DataFrame:
    """Return a combined file: a row a provider and month, with the counts of the three standards."""
    dated = ["Period"] if "Period" in files.text(path, windows=True).partition("\n")[0] else []
    rows = files.read_csv(path, [*dated, *WHO, *WHOLE, "Total", "Within", "After"], windows=True)
    whole = (rows["Basis"].str.upper() == "PROVIDER") & rows["Standard_or_Item"].isin(list(STANDARDS))
    for column, words in WHOLE.items():
        whole &= rows[column].str.upper().isin(list(words))
    rows = rows.only(whole)
    if not len(rows):
        raise DataError(path.name, found="no row of all cancers by provider", allowed="such rows")
    rows = rows.plus(month=_months(rows, path))
    checks.unique(rows, ["Org_Code", "month", "Standard_or_Item"])
    counts = checks.numbers(rows, ["Total", "Within", "After"], required=True, grouped=True)
    checks.equal(rows, "Total", counts["Total"], counts["Within"] + counts["After"], within=PART)
    national = rows["Org_Code"].str.upper() == ENGLAND.upper()
    for (month, standard), at in rows.frame.groupby(["month", "Standard_or_Item"]).groups.items():
        if national[at].sum() != 1:
            found = f"{national[at].sum()} rows {ENGLAND} of {standard} in {month}"
            raise DataError(path.name, column="Org_Code", found=found, allowed="one")
        checks.sums(Rows(rows.place, rows.frame.loc[at]), counts.loc[at], national[at], within=PART * len(at))
    providers = rows.only(~national)
    checks.code(providers, "Org_Code")
    naming.note(providers, "Org_Code", "Org_Name")
    keys = ["Org_Code", "month"]
    table = providers.frame[[*keys, "Standard_or_Item"]].join(counts)
    out = pd.DataFrame(index=pd.MultiIndex.from_frame(providers.frame[keys].drop_duplicates()))
    for standard, fields in STANDARDS.items():
        part = table[table["Standard_or_Item"] == standard].set_index(keys)
        out[list(fields)] = part[["Total", "Within"]].reindex(out.index).to_numpy()
    return out.reset_index().rename(columns={"Org_Code": "org_code"})


def _months(rows: Rows, path: Path) -> pd.Series:
    """Return the months that are over, of the column, or where there is none of the file's name."""
    named = period_of(path.name)
    if "Period" not in rows.frame.columns:
        if named is None:
            raise DataError(path.name, found="no column Period", allowed="it, or a name like April-2026-...")
        months = pd.Series(named, rows.frame.index)
    else:
        forms = {"2026-04-01": "%Y-%m-%d", "01/04/2026": "%d/%m/%Y"}
        days = checks.day(rows, "Period", forms=forms, first=f"{FIRST}-01", last=f"{checks.this_month()}-00")
        months = days.str.slice(0, 7)
        other = (months != named) & (named is not None)
        checks.refuse(rows, other, "Period", f"{named}, as in the file name")
    checks.over(str(months.max()), place=path.name, first=FIRST)
    return months


def _collected(longer: Path, shorter: Path) -> pd.DataFrame:
    rows = files.read_csv(longer, ["period", "org_code", "total", "within_62_days", "over_62_days"])
    parts = checks.numbers(rows, ["total", "within_62_days", "over_62_days"], required=True)
    checks.equal(rows, "total", parts["total"], parts["within_62_days"] + parts["over_62_days"], within=PART)
    first = _placed(rows, "period").assign(treated_62=parts["total"], within_62=parts["within_62_days"])
    names = {
        "fds_total": "told_28",
        "fds_within_28_days": "within_28",
        "d31_total": "treated_31",
        "d31_within": "within_31",
    }
    other = files.read_csv(shorter, ["period", "org_code", *names])
    second = _placed(other, "period").assign(**checks.numbers(other, names).rename(columns=names))
    return first.merge(second, on=["org_code", "month"], how="outer")


def _placed(rows: Rows, period: str) -> pd.DataFrame:
    month = checks.month(rows, period, first=FIRST, last=LAST)
    checks.unique(rows, ["org_code", period])
    return pd.DataFrame({"org_code": checks.code(rows, "org_code"), "month": month})
