"""Read a closed collection as its table is described: each column by its field's type and limits."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files
from analysis.ingest.checks import Rows

DAY = {"2014-12-31": "%Y-%m-%d"}
Part = tuple[str, Callable[[Path], pd.DataFrame]]  # of a table: the form of its file's name, and its reader


def read(
    path: Path, table: str, headings: Mapping[str, str] | None = None, *, records: int | None = None
) -> Rows:
    """Return the rows of a comma-separated file under the names of the fields, each figure checked.

    headings: heading of a field in the file, where it is another name; fields that the file does not have are those
    left out of it, when it is given. records: how many the closed collection has; None for any number.
    Numbers become floats (blank: missing), months 'YYYY-MM', the rest stay texts. Raises DataError for another
    layout, another number of records, a value against the description, or a primary key that stands twice.
    """
    rows = files.read_csv(path, headings or descriptions.fields(table))
    checks.size(rows, records)
    return checked(rows, table)


def releases(folder: Path, parts: Mapping[str, Part]) -> list[Path]:
    """Return the files under `folder`, one a table that is there."""
    return files.named(folder, *(name for name, _ in parts.values()))


def tables(folder: Path, parts: Mapping[str, Part]) -> dict[str, pd.DataFrame]:
    """Return the tables whose file is there, each as its own reader makes it."""
    found = {table: (files.find_one(folder, name), make) for table, (name, make) in parts.items()}
    return {table: make(path) for table, (path, make) in found.items() if path is not None}


def filled(
    paths: Sequence[Path],
    period_of: Callable[[str], str | None],
    official: Callable[[Path], pd.DataFrame],
    gathered: Callable[[Path], pd.DataFrame],
    period: str,
) -> pd.DataFrame:
    """Return the rows of the publisher's files of one period each, and of the collected file where they have none.

    period_of: the period that a file's name states, None for the collected one. Raises DataError for two files of one.
    """
    single = [stated for path in paths if (stated := period_of(path.name))]
    if len(set(single)) < len(single):
        found = [path.name for path in paths if period_of(path.name)]
        raise DataError(str(paths[0].parent), found=found, allowed=f"one newest file a {period}")
    held = [gathered(path) for path in paths if not period_of(path.name)]
    parts = [official(path) for path in paths if period_of(path.name)]
    return pd.concat([*parts, *(rows[~rows[period].isin(single)] for rows in held)])


def own(period_of: Callable[[str], str | None], paths: Sequence[Path]) -> set[str]:
    """Return the periods of the publisher's files; a collected file fills only what is not held."""
    return {period for path in paths if (period := period_of(path.name))}


def checked(rows: Rows, table: str) -> Rows:
    """Return those columns of `rows` that are fields of the table, each checked; raises DataError as `read`."""
    schema = descriptions.table(table)["schema"]
    fields = [field for field in schema["fields"] if field["name"] in rows.frame.columns]
    columns = {field["name"]: _column(rows, field) for field in fields}
    out = Rows(rows.place, pd.DataFrame(columns, index=rows.frame.index), rows.labels)
    checks.unique(out, [key for key in schema["primaryKey"] if key in columns])
    return out


def _column(rows: Rows, field: dict) -> pd.Series:
    """Return one column, checked by the type and the limits of its field."""
    name, kind, limits = field["name"], field["type"], field["constraints"]
    required = bool(limits.get("required"))
    if kind in ("integer", "number"):
        given = descriptions.limits_of(field)
        return checks.number(rows, name, whole=kind == "integer", required=required, **given)
    if kind == "yearmonth":
        return checks.month(rows, name, first=str(limits["minimum"]), last=str(limits["maximum"]))
    if kind == "date":
        return checks.day(rows, name, forms=DAY, first=limits["minimum"], last=limits["maximum"])
    if "enum" in limits:
        return checks.one_of(rows, name, limits["enum"])
    if "pattern" in limits:
        return checks.code(rows, name, pattern=limits["pattern"])
    if kind == "year":
        first, last = int(limits["minimum"]), int(limits["maximum"])
        return checks.one_of(rows, name, [str(year) for year in range(first, last + 1)])
    checks.refuse(rows, required & (rows[name] == ""), name, "a text, not a blank")
    return rows[name]
