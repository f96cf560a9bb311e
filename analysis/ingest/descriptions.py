"""What each table holds, read from `data/tables/NAME.yml`: the one place where a table is described."""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from analysis import data
from analysis.data import DataError

FOLDER = "tables"
TEXTS = ("name", "title", "status")
KINDS = ("string", "integer", "number", "boolean", "yearmonth", "year", "date")
LIMITS = ("required", "minimum", "maximum", "pattern", "enum")
SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where libyaml is there


def table(name: str, folder: Path | None = None) -> dict[str, Any]:
    """Return the description of table `name` in a data folder (`data/`) as a Frictionless resource.

    What a refresh computes (checksum, rows, coverage) is not in it. Raises DataError, naming the file, for one
    that is absent, not YAML or names a type, limit or field that is not known.
    """
    return _read((folder or data.FOLDER) / FOLDER / f"{name}.yml")


def field(name: str, column: str) -> dict[str, Any]:
    """Return the description of one field of a table."""
    return next(each for each in table(name)["schema"]["fields"] if each["name"] == column)


def fields(name: str) -> list[str]:
    """Return the names of a table's fields in order."""
    return [each["name"] for each in table(name)["schema"]["fields"]]


def choices(name: str, column: str) -> list[str]:
    """Return the values that a field may have."""
    return list(field(name, column)["constraints"]["enum"])


def pattern(name: str, column: str) -> str:
    """Return the form that a text has."""
    return str(field(name, column)["constraints"]["pattern"])


def limits(name: str, column: str) -> dict[str, Any]:
    """Return the least and the greatest value of a number, as `low` and `high` (infinite without one)."""
    return limits_of(field(name, column))


def limits_of(described: dict[str, Any]) -> dict[str, Any]:
    """Return the same of a field that was looked up."""
    given = described["constraints"]
    return {"low": given.get("minimum", -math.inf), "high": given.get("maximum", math.inf)}


def tidy(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the described fields of `frame`, whole numbers as Int64, rows sorted by the primary key."""
    schema = table(name)["schema"]
    whole = {each["name"]: "Int64" for each in schema["fields"] if each["type"] == "integer"}
    ordered = frame[fields(name)].sort_values(schema["primaryKey"], ignore_index=True, kind="stable")
    return ordered.astype(whole)


@cache
def _read(path: Path) -> dict[str, Any]:
    try:
        given = yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE)
        json.dumps(given)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        found = " ".join(str(error).split())
        raise DataError(path.name, found=found, allowed="a description in YAML") from error
    except TypeError as error:
        allowed = "texts, numbers and lists, as in JSON: a date stands in quotes"
        raise DataError(path.name, found=str(error), allowed=allowed) from error
    if not isinstance(given, dict) or any(not isinstance(given.get(part), str) for part in TEXTS):
        raise DataError(path.name, found=type(given).__name__, allowed=f"texts {list(TEXTS)} and a schema")
    if given["name"] != path.stem:
        raise DataError(path.name, column="name", found=given["name"], allowed=path.stem)
    _check_schema(path.name, given.get("schema"), given.get("period"), given.get("rules") or [])
    for each in given["schema"]["fields"]:
        each.setdefault("constraints", {})
    parts = {"name": given.pop("name"), "path": f"{path.stem}.csv", **given}
    return {**parts, "schema": {**given["schema"], "missingValues": [""]}}


def _check_schema(file: str, schema: Any, period: object, rules: list[dict[str, str]]) -> None:
    listed = schema.get("fields") if isinstance(schema, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) and "name" in each for each in listed):
        raise DataError(file, column="schema", found=listed, allowed="a list of named fields")
    names = [each["name"] for each in listed]
    for each in listed:
        row, kind = each["name"], each.get("type")
        if kind not in KINDS:
            raise DataError(file, row=row, column="type", found=kind, allowed=f"{list(KINDS)}")
        odd = sorted(set(each.get("constraints", {})) - set(LIMITS))
        if odd:
            raise DataError(file, row=row, column="constraints", found=odd[0], allowed=f"{list(LIMITS)}")
    used = [*schema.get("primaryKey", [None]), *([period] if period is not None else [])]
    used += [name for key in schema.get("foreignKeys", []) for name in key["fields"]]
    used += [rule[side] for rule in rules for side in ("left", "right")]
    for name in used:
        if names.count(name) != 1:
            allowed = f"a primary key, and fields once, of {names}"
            raise DataError(file, column="schema", found=name, allowed=allowed)
