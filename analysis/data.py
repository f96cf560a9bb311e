"""The one door to the tables in `data/`: each is verified against its description before use."""

import copy
import hashlib
import io
import json
import math
import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from numbers import Real
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import trace

FOLDER = Path(__file__).resolve().parents[1] / "data"
STAGE = ".refresh"
READY = "READY"
STATUSES = ("official", "public-record", "published", "assumption")
LINE_ENDS = "other line ends (CRLF) than the checksum is of, and no other difference"
NEEDED = ("name", "path", "status", "hash", "coverage", "schema")  # of each table in the package
OPERATORS: dict[str, Callable] = {"<=": operator.le, "<": operator.lt, ">=": operator.ge}
# beyond the first, whole numbers are no longer told apart; beyond the second, numbers are endless
LARGEST = {"integer": 2.0**53, "number": sys.float_info.max}
PLAIN_NUMBER = r"-?\d{1,300}(\.\d+)?(e[-+]?\d+)?"
MONTH = r"\d{4}-(0[1-9]|1[0-2])"


class DataError(ValueError):
    """A table, release or value that breaks its description.

    table: table or release file; row: row number in that file (header is row 1), key or None;
    column: field or None; found: the offending value; allowed: what would have been right.
    """

    def __init__(
        self, table: str, *, found: object, allowed: str, row: object = None, column: str | None = None
    ) -> None:
        self.table, self.row, self.column, self.found, self.allowed = table, row, column, found, allowed
        place = table
        place += "" if row is None else f", row {row}"
        place += "" if column is None else f", column '{column}'"
        shown = (
            exact(float(found)) if isinstance(found, Real) and not isinstance(found, bool) else repr(found)
        )
        super().__init__(f"{place}: found {shown}. Allowed: {allowed}.")


def exact(value: float, figures: int = 12) -> str:
    """Write a number for a message, rounded to so many figures: 1,234,567.5 or 0.00001."""
    return f"{Decimal(f'{value:.{figures}g}'):,f}" if math.isfinite(value) else str(value)


def load(name: str) -> pd.DataFrame:
    """Return table `name`, one row a primary key, fields in the order of its description.

    Types: yearmonth and year become pandas periods (month, year), date becomes datetime64, integer
    Int64, number float64, boolean `boolean`, string `str`. A blank cell is missing, never zero. A `pattern` is
    among a string's constraints, and beside those of any other type: Table Schema allows it for strings alone.
    Raises DataError for an unknown table, a checksum that differs, an unknown or missing field, a value
    of the wrong type or outside its range, a repeated key or a broken rule between two fields.
    The frame is the caller's own: changing it changes nothing else.
    """
    resource = describe(name)
    file = _file(resource["path"])
    if not file.is_file():
        raise DataError(name, found="no file", allowed=f"{resource['path']} in the data folder")
    raw = file.read_bytes()
    digest = "sha256:" + hashlib.sha256(raw).hexdigest()
    if digest != resource["hash"]:
        allowed = f"{resource['hash']}, as in datapackage.json"
        if trace.line_ends_alone(raw, resource["hash"].removeprefix("sha256:")):
            raise DataError(name, found=LINE_ENDS, allowed=f"LF, as published here. {restored(file)}")
        raise DataError(name, found=f"checksum {digest}", allowed=allowed)
    return _verified(name, digest, json.dumps(resource, sort_keys=True)).copy()


def restored(file: Path) -> str:
    """Say how a file whose line ends were changed by git or an editor gets its own back."""
    return (
        f"Delete {file.name} and take it out again: `git checkout -- {file.name}` in its folder, or unpack the archive "
        "without converting texts"
    )


def describe(name: str) -> dict[str, Any]:
    """Return the description of table `name` from `data/datapackage.json` (a Frictionless resource)."""
    resources = {resource["name"]: resource for resource in _package()["resources"]}
    if name not in resources:
        raise DataError("datapackage.json", found=name, allowed=f"one of {sorted(resources)}")
    resource = copy.deepcopy(resources[name])
    official = resource["status"] == "official"
    data_to = resource["coverage"].get("to") if official else None
    trace.used(FOLDER / resource["path"], descriptor=resource, data_to=data_to)
    return resource


def package() -> dict[str, Any]:
    """Return `data/datapackage.json`; raise DataError when it is absent, not JSON or lacks what `load` needs."""
    return copy.deepcopy(_package())


def descriptions() -> dict[str, str]:
    """Return the digest of each table's description by name, in the order of the package."""
    return _described(_raw_package())


def _package() -> dict[str, Any]:
    return _parsed(_raw_package())


def _raw_package() -> bytes:
    try:
        file = _file("datapackage.json")
        return _read(file, trace.stamp(file))
    except OSError as error:
        raise DataError(
            "datapackage.json", found=str(error), allowed="a Frictionless data package"
        ) from error


@lru_cache(maxsize=4)
def _read(file: Path, stamp: tuple[int, ...]) -> bytes:
    """Return what a file holds, read once as long as its stamp is the same."""
    return file.read_bytes()


@lru_cache(maxsize=4)
def _described(raw: bytes) -> dict[str, str]:
    return {one["name"]: trace.description_digest(one) for one in _parsed(raw)["resources"]}


@lru_cache(maxsize=4)
def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("utf-8"))
    except ValueError as error:
        raise DataError(
            "datapackage.json", found=str(error), allowed="a Frictionless data package"
        ) from error
    resources = found.get("resources") if isinstance(found, dict) else None
    if not isinstance(resources, list):
        raise DataError("datapackage.json", column="resources", found=resources, allowed="a list of tables")
    for place, resource in enumerate(resources):
        absent = [part for part in NEEDED if part not in resource]
        if absent:
            name = resource.get("name", place)
            raise DataError("datapackage.json", row=name, found=f"no {absent}", allowed=f"{list(NEEDED)}")
    return found


def tables() -> list[str]:
    """Return the names of all tables, in the order of the package."""
    trace.listed(names())
    return names()


def names() -> list[str]:
    """Return the names of all tables without a note that they were asked for."""
    return [resource["name"] for resource in _package()["resources"]]


def check() -> pd.DataFrame:
    """Load every table; return one row a table: `table`, `rows`, `status`, `from`, `to`, `result`.

    `result` is "ok" or the message of the DataError.
    """
    described = package()["resources"]
    frames: dict[str, pd.DataFrame] = {}
    results: dict[str, str] = {}
    for resource in described:
        try:
            frames[resource["name"]] = load(resource["name"])
        except DataError as error:
            results[resource["name"]] = str(error)
    rows = []
    for resource in described:
        name, coverage = resource["name"], resource["coverage"]
        try:
            if name in frames:
                check_references([resource], frames)
            result = results.get(name, "ok")
        except DataError as error:
            result = str(error)
        count = len(frames[name]) if result == "ok" else 0
        rows.append([name, count, resource["status"], coverage.get("from"), coverage.get("to"), result])
    return pd.DataFrame(rows, columns=["table", "rows", "status", "from", "to", "result"])


def check_references(described: Sequence[dict[str, Any]], frames: Mapping[str, pd.DataFrame]) -> None:
    """Raise DataError at the first value of a foreign key that the table it refers to does not hold.

    frames: tables by name, texts or typed; a blank or missing value refers to nothing, and a table that is not
    among them is not asked.
    """
    for resource in described:
        frame = frames[resource["name"]]
        for key in resource["schema"].get("foreignKeys", []):
            column, other = key["fields"][0], key["reference"]
            if other["resource"] not in frames:
                continue
            known = set(frames[other["resource"]][other["fields"][0]])
            unknown = frame[column].notna() & (frame[column] != "") & ~frame[column].isin(known)
            if unknown.any():
                place = int(unknown.to_numpy().argmax())
                raise DataError(
                    resource["name"],
                    row=place + 2,
                    column=column,
                    found=frame[column].iloc[place],
                    allowed=f"one of {other['fields'][0]} in {other['resource']}",
                )


def verify(resource: dict[str, Any], content: bytes) -> pd.DataFrame:
    """Return the typed frame of a table's bytes; raise DataError at the first thing against `resource`."""
    name, schema = resource["name"], resource["schema"]
    if resource.get("status") not in STATUSES:
        raise DataError(name, found=resource.get("status"), allowed=f"a status of {list(STATUSES)}")
    fields = {field["name"]: field for field in schema["fields"]}
    try:
        raw = pd.read_csv(
            io.BytesIO(content), dtype="str", keep_default_na=False, encoding="utf-8", skip_blank_lines=False
        )
    except (ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
        raise DataError(
            name, found=str(error), allowed="comma-separated UTF-8 with one heading row"
        ) from error
    if not isinstance(raw.index, pd.RangeIndex):
        raise DataError(name, row=2, found="more cells than headings", allowed=f"{len(fields)} cells a row")
    if list(raw.columns) != list(fields):
        raise DataError(name, row=1, found=list(raw.columns), allowed=f"{list(fields)}")
    raw.index = pd.RangeIndex(2, len(raw) + 2, name="row")
    typed = {column: _column(name, raw[column], field) for column, field in fields.items()}
    frame = pd.DataFrame(typed, index=raw.index)
    twice = raw.duplicated(schema["primaryKey"])
    if twice.any():
        row = twice.idxmax()
        found = raw.loc[row, schema["primaryKey"]].to_dict()
        raise DataError(
            name, row=row, column=", ".join(schema["primaryKey"]), found=found, allowed="one row a key"
        )
    for rule in resource.get("rules", []):
        _check_rule(name, frame, rule)
    return frame.reset_index(drop=True)


@lru_cache(maxsize=64)
def _verified(name: str, digest: str, resource: str) -> pd.DataFrame:
    described = json.loads(resource)
    return verify(described, _file(described["path"]).read_bytes())


def _file(path: str) -> Path:
    """Return the file of record: a complete staged refresh that was not yet moved counts as done."""
    staged = FOLDER / STAGE / path
    return staged if (FOLDER / STAGE / READY).is_file() and staged.is_file() else FOLDER / path


def _column(table: str, raw: pd.Series, field: dict[str, Any]) -> pd.Series:
    """Return a typed column; each text is read once, at the row where it first stands."""
    typed = _typed(table, raw.drop_duplicates(), field)
    return pd.Series(typed.array.take(pd.factorize(raw)[0]), index=raw.index)


def _typed(table: str, raw: pd.Series, field: dict[str, Any]) -> pd.Series:
    column, kind, limits = field["name"], field["type"], field.get("constraints", {})
    blank = raw == ""
    _refuse(table, raw, blank & bool(limits.get("required")), column, "a value, not a blank")
    if "enum" in limits:
        _refuse(table, raw, ~blank & ~raw.isin(limits["enum"]), column, f"one of {limits['enum']}")
    form = limits.get("pattern", field.get("pattern"))
    if form is not None:
        _refuse(table, raw, ~blank & ~raw.str.fullmatch(form), column, f"text like {form}")
    if kind == "string":
        return raw.mask(blank)
    if kind == "boolean":
        _refuse(table, raw, ~blank & ~raw.isin(["true", "false"]), column, "true or false")
        return raw.map({"true": True, "false": False}).astype("boolean")
    if kind in ("integer", "number"):
        pattern = r"-?\d{1,18}" if kind == "integer" else PLAIN_NUMBER
        _refuse(table, raw, ~blank & ~raw.str.fullmatch(pattern), column, f"a plain {kind}")
        value = pd.to_numeric(raw.mask(blank)).astype("float64")
        low, high = limits.get("minimum", -float("inf")), limits.get("maximum", float("inf"))
        _refuse(table, raw, value.abs() > LARGEST[kind], column, f"a finite {kind}, up to 16 digits if whole")
        outside = (value < low) | (value > high)
        _refuse(table, raw, outside, column, f"from {exact(low)} to {exact(high)}")
        return value.astype("Int64") if kind == "integer" else value
    pattern = {"yearmonth": MONTH, "year": r"\d{4}", "date": MONTH + r"-\d{2}"}[kind]
    _refuse(table, raw, ~blank & ~raw.str.fullmatch(pattern), column, f"a {kind} like {pattern}")
    low, high = limits.get("minimum"), limits.get("maximum")
    outside = pd.Series(False, index=raw.index)
    outside |= raw < str(low) if low is not None else False
    outside |= raw > str(high) if high is not None else False
    _refuse(table, raw, ~blank & outside, column, f"from {low} to {high}")
    if kind == "date":
        value = pd.to_datetime(raw.mask(blank), format="%Y-%m-%d", errors="coerce")
        _refuse(table, raw, ~blank & value.isna(), column, "a date of the calendar")
        return value
    period = pd.PeriodIndex(raw.mask(blank), freq="M" if kind == "yearmonth" else "Y")
    return pd.Series(period, index=raw.index)


def _refuse(table: str, raw: pd.Series, bad: pd.Series, column: str, allowed: str) -> None:
    if bad.any():
        row = bad.idxmax()
        raise DataError(table, row=row, column=column, found=raw.loc[row], allowed=allowed)


def _check_rule(table: str, frame: pd.DataFrame, rule: dict[str, str]) -> None:
    left, right = frame[rule["left"]], frame[rule["right"]]
    holds = OPERATORS[rule["op"]](left, right) | left.isna() | right.isna()
    bad = ~holds.astype("boolean").fillna(True)
    if bad.any():
        row = bad.idxmax()
        allowed = f"{rule['left']} {rule['op']} {rule['right']} ({right.loc[row]})"
        raise DataError(table, row=row, column=rule["left"], found=left.loc[row], allowed=allowed)
