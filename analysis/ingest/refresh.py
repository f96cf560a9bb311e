"""Rebuild the tidy tables from official release files: all of them or none."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from analysis import data
from analysis.data import DataError
from analysis.ingest import (
    ae,
    curated,
    england_ae,
    england_rtt,
    kh03,
    organisations,
    regime,
    release,
    shmi,
    staff_survey,
    winter,
)

PUBLICATIONS: tuple[ModuleType, ...] = (
    organisations,
    regime,
    kh03,
    ae,
    england_ae,
    england_rtt,
    shmi,
    staff_survey,
    winter,
)
PACKAGE = {
    "profile": "tabular-data-package",
    "name": "special-measures-for-quality",
    "title": "NHS trusts and the special measures for quality regime, 2010 to 2024",
    "description": "Tidy tables behind the living report. A blank cell is missing; zero is a count of none.",
    "licenses": [
        {
            "name": "OGL-UK-3.0",
            "title": "Open Government Licence v3.0",
            "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        }
    ],
    "attribution": "Contains public sector information licensed under the Open Government Licence v3.0.",
}


def refresh(
    source: Path | None,
    *,
    folder: Path = data.FOLDER,
    accept_removed: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> list[str]:
    """Rebuild every table whose release files are in `source`; keep the others as they are.

    source: folder with release files, in any sub-folders; recognised by file name. None: only the tables
        that are kept by hand are read and described anew.
    folder: the data folder. accept_removed: allow a release that no longer has rows that the table has.
    say: called with a line of progress for each publication.
    Returns the names of the tables that were rebuilt. The same releases give the same bytes.
    Raises DataError when a release breaks its documented layout or its own totals, when rows would
    vanish, or when no release is found; the tables are then exactly as before. A process killed at any
    moment leaves the old tables or, once all are staged and verified, the new ones: never a mixture.
    """
    finish(folder)
    if source is not None and not source.is_dir():
        raise DataError(str(source), found="no such folder", allowed="a folder with release files")
    old = _resources(folder)
    made: dict[str, bytes] = {}
    described: list[dict[str, Any]] = []
    for publication in PUBLICATIONS:
        files = publication.releases(source) if source is not None else []
        name = publication.__name__.rsplit(".", 1)[-1]
        say(
            f"{name}: " + (f"reading {len(files)} release files" if files else "no release here, tables kept")
        )
        frames = publication.read(source) if files and source is not None else {}
        for resource in publication.RESOURCES:
            if files:
                content = to_csv(frames[resource["name"]], resource)
                made[resource["name"]] = content
                described.append(describe(resource, content, files))
            elif resource["name"] in old:
                described.append(old[resource["name"]])
    if not made and source is not None:
        raise DataError(
            str(source), found="no release file that is known", allowed="files of a known publication"
        )
    for name in made:
        if name in old and not accept_removed:
            _refuse_removed(old[name], folder, made[name])
    curated_tables = curated.read_curated(folder)
    for resource in curated.RESOURCES:
        content = to_csv(curated_tables[resource["name"]], resource)
        made[resource["name"]] = content
        described.append(describe(resource, content, []))
    stage(folder, made, described)
    say("all tables verified; putting them in place")
    finish(folder)
    return list(made)


def to_csv(frame: pd.DataFrame, resource: dict[str, Any]) -> bytes:
    """Return the bytes of a table: UTF-8, comma, line feed, blank for missing, fields as described."""
    names = [field["name"] for field in resource["schema"]["fields"]]
    if list(frame.columns) != names:
        raise DataError(resource["name"], found=list(frame.columns), allowed=f"{names}")
    out = frame.copy()
    for column in out.columns:
        if out[column].dtype in ("bool", "boolean"):
            out[column] = out[column].map({True: "true", False: "false"})
    return out.to_csv(index=False, lineterminator="\n").encode()


def describe(resource: dict[str, Any], content: bytes, files: Sequence[Path]) -> dict[str, Any]:
    """Return the description of a verified table: checksums, counts, coverage and its release files added."""
    frame = data.verify(resource, content)
    period = resource.get("period")
    coverage: dict[str, Any] = {}
    if period is not None:
        seen = frame[period].dropna()
        text = seen.dt.strftime("%Y-%m-%d") if seen.dtype.kind == "M" else seen.astype("str")
        coverage = {"from": text.min(), "to": text.max(), "periods": int(seen.nunique())}
    sources = [{"title": file.name, "hash": f"sha256:{release.sha256(file)}"} for file in files]
    facts = {
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "bytes": len(content),
        "rows": len(frame),
        "coverage": coverage,
    }
    return {
        **{key: value for key, value in resource.items() if key != "schema"},
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        **facts,
        **({"sources": sources} if sources else {}),
        "schema": resource["schema"],
    }


def stage(folder: Path, made: dict[str, bytes], described: list[dict[str, Any]]) -> None:
    """Write tables and package beside the old ones; the last act, a rename, makes them the ones of record."""
    target = folder / data.STAGE
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    paths = {resource["name"]: resource["path"] for resource in described}
    for name, content in made.items():
        _write(target / paths[name], content)
    package = json.dumps({**PACKAGE, "resources": described}, indent=1, ensure_ascii=False) + "\n"
    _write(target / "datapackage.json", package.encode())
    _write(target / "UNFINISHED", b"")
    os.replace(target / "UNFINISHED", target / data.READY)


def finish(folder: Path) -> None:
    """Move a complete staged refresh into place; throw an incomplete one away."""
    staged = folder / data.STAGE
    if (staged / data.READY).is_file():
        for file in sorted(staged.iterdir()):
            if file.name not in (data.READY, "datapackage.json"):
                _write(folder / f".{file.name}.new", file.read_bytes())
                os.replace(folder / f".{file.name}.new", folder / file.name)
        if (staged / "datapackage.json").is_file():
            _write(folder / ".datapackage.json.new", (staged / "datapackage.json").read_bytes())
            os.replace(folder / ".datapackage.json.new", folder / "datapackage.json")
        (staged / data.READY).unlink()
    shutil.rmtree(staged, ignore_errors=True)


def _resources(folder: Path) -> dict[str, dict[str, Any]]:
    file = folder / "datapackage.json"
    if not file.is_file():
        return {}
    return {
        resource["name"]: resource for resource in json.loads(file.read_text(encoding="utf-8"))["resources"]
    }


def _refuse_removed(resource: dict[str, Any], folder: Path, content: bytes) -> None:
    keys = resource["schema"]["primaryKey"]
    file = folder / resource["path"]
    if not file.is_file():
        return
    old, new = (
        pd.MultiIndex.from_frame(pd.read_csv(where, dtype="str", keep_default_na=False)[keys])
        for where in (file, io.BytesIO(content))
    )
    lost = old.difference(new)
    if len(lost):
        found = f"{len(lost)} rows fewer, the first {dict(zip(keys, lost[0], strict=True))}"
        allowed = "every row that the table has now; --accept-removed if the publisher withdrew them"
        raise DataError(resource["name"], column=", ".join(keys), found=found, allowed=allowed)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
