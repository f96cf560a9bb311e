"""Rebuild the tidy tables from official release files: all of them or none."""

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from analysis import data
from analysis.data import DataError
from analysis.ingest import changes, descriptions, diff, later, naming, record, unlike
from analysis.ingest.hand import tables as hand
from analysis.ingest.history import (
    delayed_transfers,
    provider_ratings,
    regime,
    standing,
    survey_groups,
    trust_years,
    winter,
)
from analysis.ingest.live import (
    ae,
    ambulance,
    beds_daily,
    cancelled,
    cancer,
    cqc_ratings,
    criteria,
    england_ae,
    england_rtt,
    kh03,
    organisations,
    oversight,
    shmi,
    sickness,
    staff_survey,
    waiting_lists,
    workforce,
)

PUBLICATIONS: tuple[ModuleType, ...] = (
    organisations, regime, kh03, ae, england_ae, england_rtt, shmi, staff_survey, sickness, cqc_ratings,
    winter, trust_years, waiting_lists, delayed_transfers, ambulance, provider_ratings, cancelled, cancer,
    oversight, beds_daily, criteria, workforce, survey_groups, standing,
)  # fmt: skip
PACKAGE = {
    "profile": "tabular-data-package",
    "name": "special-measures-for-quality",
    "title": "NHS trusts and the special measures for quality regime, 2010 to 2026",
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


@dataclass(frozen=True, slots=True)
class Plan:
    """A refresh that is worked out and verified and not yet in place.

    made: bytes of every table to be written, by name; described: descriptions of all tables, in order;
    changes: what differs from the tables of record; files: release files read; accepted: what is unlike before,
    which the caller accepted; edited: the tables kept by hand that are not as they were described, in words;
    by_hand: their names, of those whose rows are others.
    """

    made: dict[str, bytes]
    described: list[dict[str, Any]]
    changes: changes.Changes
    files: list[Path]
    accepted: list[str]
    edited: list[str]
    by_hand: list[str]

    def lines(self) -> list[str]:
        """Say what changes, table by table."""
        said = self.changes.lines() if self.files else []
        said += self.edited
        return said or ["No value of any table changes."]


def refresh(
    source: Path | None,
    *,
    folder: Path = data.FOLDER,
    accept_removed: bool = False,
    accept_unlike: Collection[str] | bool = (),
    say: Callable[[str], None] = lambda line: None,
) -> list[str]:
    """Rebuild every table whose release files are in `source`; keep the others as they are.

    source: folder with release files, in any sub-folders; recognised by file name. None: only the tables
        that are kept by hand are read and described anew.
    folder: the data folder. accept_removed: allow a release that no longer has rows that the table has.
    accept_unlike: kinds of `unlike.KINDS` that are allowed, True for all: a new period unlike the one before, a
        name of another trust, another file of a closed collection. What was accepted, rows removed too, goes into
        changes.json. say: called with a line of progress for each publication.
    Returns the names of the tables that were rebuilt; what changed is in `folder`/changes.json (see
    `changed`). The same releases give the same bytes.
    Raises DataError when a release breaks its documented layout or its own totals, when rows would
    vanish, when no release is found, or when another refresh is at work; the tables are then exactly as
    before. A process killed at any moment leaves the old tables or, once all are staged and verified, the
    new ones: never a mixture.
    """
    accepted: dict[str, Any] = {"accept_removed": accept_removed, "accept_unlike": accept_unlike}
    with record.alone(folder):
        record.finish(folder)
        return put(plan(source, folder=folder, say=say, **accepted), folder=folder, say=say)


def plan(
    source: Path | None,
    *,
    folder: Path = data.FOLDER,
    accept_removed: bool = False,
    accept_unlike: Collection[str] | bool = (),
    say: Callable[[str], None] = lambda line: None,
) -> Plan:
    """Work out a refresh without writing anything; arguments and errors as for `refresh`.

    A publication whose whole release is there is rebuilt from it. Later files that hold whole periods
    (`later` and `read_later` of a publication, or all its files when it is BY_PERIOD) are laid over the
    table: their periods are added or replaced, all others are kept. Where a publication tells which periods
    are a file's `own`, its other periods fill gaps only.
    """
    if source is not None and not source.is_dir():
        raise DataError(str(source), found="no such folder", allowed="a folder with release files")
    old = record.resources(folder)
    known = _trusts(folder)
    made: dict[str, bytes] = {}
    described: list[dict[str, Any]] = []
    read: list[Path] = []
    odd: list[unlike.Unlike] = []
    for publication in PUBLICATIONS:
        whole, newer = _release_files(publication, source)
        count, name = len(whole) + len(newer), publication.__name__.rsplit(".", 1)[-1]
        say(f"{name}: " + (f"reading {count} release files" if count else "no release here, tables kept"))
        read += [*whole, *newer]
        record.intact(folder, old, () if whole else publication.TABLES)
        odd += _other_files(publication, whole, newer, old)
        with naming.compared(known) as called:
            rebuilt = _rebuilt(publication, source, whole, newer, old=old, folder=folder)
        odd += called
        made |= {name: content for name, (content, _) in rebuilt.items() if content is not None}
        described += [resource for _, resource in rebuilt.values()]
    if not made and source is not None:
        found, allowed = "no release file that is known", "files of a known publication"
        raise DataError(str(source), found=found, allowed=allowed)
    accepted = changes.removed(old, made, lambda path: record.held(folder, path), accept=accept_removed)
    held = {name: record.held(folder, resource["path"]) for name, resource in old.items() if name in made}
    compared = changes.compare(held, made, described, resources=old)
    odd += _unlike(compared, made, described, held=held, known=known)
    accepted += unlike.accepted(odd, accept_unlike)
    kept = {name: (frame, descriptions.table(name, folder)) for name, frame in hand.read(folder).items()}
    made |= {name: to_csv(frame, resource) for name, (frame, resource) in kept.items()}
    anew = [describe(resource, made[name], []) for name, (_, resource) in kept.items()]
    edited = [line for each in anew for line in hand.edited(old.get(each["name"]), each)]
    by_hand = [each["name"] for each in anew if old.get(each["name"], {}).get("hash") != each["hash"]]
    return Plan(made, [*described, *anew], compared, read, accepted, edited, by_hand)


def _trusts(folder: Path) -> pd.DataFrame:
    """Return the trusts of record by code, texts; none where the table is not there."""
    held = diff.texts(record.held(folder, "organisations.csv"))
    return held.set_index("org_code") if len(held) else pd.DataFrame(columns=["name", "opened", "closed"])


def _unlike(
    compared: changes.Changes,
    made: dict[str, bytes],
    described: list[dict[str, Any]],
    *,
    held: dict[str, bytes],
    known: pd.DataFrame,
) -> list[unlike.Unlike]:
    """Return in what new or changed periods of tables that were held before are unlike the periods before them."""
    resources = {resource["name"]: resource for resource in described}
    summed = {name for each in PUBLICATIONS if getattr(each, "SUMMED", False) for name in each.TABLES}
    touched = compared.periods[compared.periods["table"].isin([name for name in held if held[name]])]
    anew = {name: unlike.rewritten(resources[name], held[name], made[name]) for name in set(touched["table"])}
    told = list(anew.items())
    for name, rows in touched.groupby("table", sort=False):
        more = {"known": known, "summed": name in summed}
        told.append((name, unlike.faults(resources[name], made[name], set(rows["period"]), **more)))
    return [unlike.Unlike(kind, f"{name}: {said}") for name, found in told for kind, said in found]


def _other_files(
    publication: ModuleType, whole: Sequence[Path], newer: Sequence[Path], old: dict[str, dict[str, Any]]
) -> list[unlike.Unlike]:
    """Return the files of the publication's closed collection that are not the recorded ones."""
    pattern = getattr(publication, "CLOSED", r".*" if ".history." in publication.__name__ else None)
    sources = [each for name in publication.TABLES for each in old.get(name, {}).get("sources", [])]
    return unlike.closed(pattern, whole, newer, sources) if pattern else []


def put(
    planned: Plan, *, folder: Path = data.FOLDER, say: Callable[[str], None] = lambda line: None
) -> list[str]:
    """Write what `plan` found, all of it or nothing; return the names of the tables."""
    package = {**PACKAGE, "version": record.version(), "resources": planned.described}
    same = planned.changes.periods.empty and planned.changes.files.empty
    differ: dict[str, Any] | None = None if same else {**planned.changes.record()}
    if differ is not None and planned.accepted:
        differ["accepted"] = planned.accepted
    record.stage(folder, planned.made, package, differ)
    say("all tables verified; putting them in place")
    record.finish(folder)
    return list(planned.made)


def changed(folder: Path = data.FOLDER) -> changes.Changes:
    """Return what the last refresh from release files changed; nothing when there was none."""
    content = record.held(folder, record.CHANGES)
    return changes.from_record(json.loads(content) if content else {})


def _release_files(publication: ModuleType, source: Path | None) -> tuple[list[Path], list[Path]]:
    """Return (files of the whole release, later files that hold whole periods)."""
    if source is None:
        return [], []
    if getattr(publication, "BY_PERIOD", False):
        return [], publication.releases(source)
    newer = publication.later(source) if hasattr(publication, "later") else []
    return publication.releases(source), newer


def _rebuilt(
    publication: ModuleType,
    source: Path | None,
    whole: list[Path],
    newer: list[Path],
    *,
    old: dict[str, dict[str, Any]],
    folder: Path,
) -> dict[str, tuple[bytes | None, dict[str, Any]]]:
    """Return bytes and description of a publication's tables by name; no bytes for one that stays as it is."""
    frames = publication.read(source) if whole else {}
    by_period = getattr(publication, "BY_PERIOD", False)
    fresh = (publication.read if by_period else publication.read_later)(source) if newer else {}
    out: dict[str, tuple[bytes | None, dict[str, Any]]] = {}
    for name in publication.TABLES:
        resource = descriptions.table(name, folder)
        if name not in frames and name not in fresh:
            out |= {name: (None, old[name])} if name in old else {}
            continue
        if name in frames:
            content, sources = to_csv(frames[name], resource), later.listed(whole)
        else:
            content = record.held(folder, resource["path"]) if name in old else b""
            sources = old.get(name, {}).get("sources", [])
        if name in fresh:
            content = _overlaid(publication, fresh[name], newer, content, resource)
            sources = later.sources(sources, newer, period_of=publication.period_of)
        out[name] = content, describe(resource, content, sources)
    return out


def _overlaid(
    publication: ModuleType, rows: pd.DataFrame, newer: list[Path], content: bytes, resource: dict[str, Any]
) -> bytes:
    """Return the bytes of a table with the rows of later files laid over it."""
    given, step = list(rows.columns), getattr(publication, "STEP", None)
    if hasattr(publication, "own"):
        rows = later.unheld(rows, content, resource["period"], own=publication.own(newer))
    names = [field["name"] for field in resource["schema"]["fields"]]
    made = to_csv(rows.reindex(columns=names), resource)
    return later.overlay(content, made, resource, given=given, step=step)


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


def describe(resource: dict[str, Any], content: bytes, sources: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Return the description of a verified table: checksums, counts, coverage and its release files added."""
    frame = data.verify(resource, content)
    period = resource.get("period")
    coverage: dict[str, Any] = {}
    if period is not None:
        seen = frame[period].dropna()
        text = seen.dt.strftime("%Y-%m-%d") if seen.dtype.kind == "M" else seen.astype("str")
        coverage = {"from": text.min(), "to": text.max(), "periods": int(seen.nunique())}
    return {
        **{key: value for key, value in resource.items() if key != "schema"},
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "bytes": len(content),
        "rows": len(frame),
        "coverage": coverage,
        **({"sources": list(sources)} if sources else {}),
        "schema": resource["schema"],
    }
