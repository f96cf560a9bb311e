"""Long CSV files of daily returns (beds; discharges): a row a period, organisation and metric, of several levels.

No file was at hand: the layout is that of the public programs that read them, three for discharges (National, ICB and
Provider rows, days written 01/04/2026, marks for what is missing) and two for beds.
"""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, files, naming
from analysis.ingest.checks import Rows

COLUMNS = ["Period", "Level", "Org Code", "Org Name", "Metric", "Value"]
FORMS = {"01/04/2026": "%d/%m/%Y", "2026-04-01": "%Y-%m-%d"}
MISSING = ("", "-", "*", ":", ".", "..", "[x]", "[z]", "n/a")
NATIONAL, PROVIDER = "NATIONAL", "PROVIDER"


def read(path: Path, month: str, metrics: Collection[str]) -> tuple[Rows, Rows]:
    """Return the rows of providers and of England with these metrics, with `day` and, checked, `code`.

    month: 'YYYY-MM', that of the file's name. A row that is there twice, of two types of department, is taken once.
    Raises DataError for other headings, no row of a metric by provider, a day of another month, a month that is not
    over, or two values of one provider, metric and day.
    """
    checks.over(month, place=path.name)
    rows = files.read_csv(path, COLUMNS, windows=True)
    level = rows["Level"].str.upper()
    asked = rows["Metric"].isin(list(metrics)) & level.isin([NATIONAL, PROVIDER])
    rows = rows.only(asked & ~rows.frame.duplicated(COLUMNS))
    lacking = sorted(set(metrics) - set(rows["Metric"][level == PROVIDER]))
    if lacking:
        found = f"no row of {lacking[0]!r}"
        raise DataError(path.name, column="Metric", found=found, allowed="one a provider")
    days = checks.day(rows, "Period", forms=FORMS, last=f"{checks.this_month()}-00")
    checks.refuse(rows, days.str.slice(0, 7) != month, "Period", f"a day of {month}, as in the file name")
    rows = rows.plus(day=days)
    checks.unique(rows, ["Level", "Org Code", "Period", "Metric"])
    national = level[rows.frame.index] == NATIONAL
    providers = rows.only(~national)
    naming.note(providers, "Org Code", "Org Name")
    return providers.plus(code=checks.code(providers, "Org Code")), rows.only(national)


def values(rows: Rows) -> pd.Series:
    """Return the figures of rows, marks of what is missing as NaN."""
    return checks.number(rows, "Value", missing=MISSING, grouped=True)
