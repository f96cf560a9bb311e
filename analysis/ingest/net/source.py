"""Look up the newest release files on the publications' pages and download those that are not held."""

import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from analysis.data import DataError
from analysis.ingest import files, later, record
from analysis.ingest.net import fetch, links, pages, ways

ADDRESSES = "addresses.json"  # where each file of the cache came from, and its checksum
REVISED_MONTHS = 24
TABLES = {  # a table of each publication, whose sources and coverage say what is held
    "ae": "ae_monthly",
    "kh03": "beds_overnight",
    "shmi": "shmi_yearly",
    "staff_survey": "staff_survey",
    "sickness": "sickness_absence",
    "cqc_ratings": "cqc_ratings",
    "organisations": "organisations",
    "ambulance": "ambulance_response",
    "ambulance_outcomes": "ambulance_outcomes",
    "waiting_lists": "waiting_lists",
    "cancelled": "cancelled_operations",
    "cancer": "cancer_waits",
    "oversight": "oversight_segments",
    "beds_daily": "beds_daily_returns",
    "criteria": "criteria_to_reside",
}
MEMBERS = {  # the table in the archive of a publication
    "shmi": r"(?:.*/)?SHMI data at trust level.*\.(?:csv|xlsx)",
    "organisations": r"(?i:(?:.*/)?etr\.csv)",
}


@dataclass(frozen=True, slots=True)
class Download:
    """What was found on the pages. folder: holds the files that are new here; files: these; known: the others."""

    folder: Path
    files: list[links.Found]
    known: list[links.Found]

    def sentence(self) -> str:
        """Say how many files the pages have and how many are new."""
        count = len(self.files) + len(self.known)
        if not self.files:
            return f"The pages link {count} release files; the tables were made from all that they need."
        names = ", ".join(found.name for found in self.files)
        return f"The pages link {count} release files, {len(self.files)} of them new: {names}."


def download(
    data_folder: Path,
    *,
    cache: Path | None = None,
    base: str | None = None,
    only: list[str] | None = None,
    manners: fetch.Manners | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Download:
    """Download the release files that the tables in `data_folder` were not made from; change no table.

    cache: folder for downloads, outside the repository (REPORT_CACHE or the user's cache folder). What is
        there whole is not downloaded again; what is there in part is continued.
    base: another address instead of the publishers' hosts, '<base>/<host>/<path>' (REPORT_PAGES), for a
        mirror or a test. only: names of publications, all when None.
    Raises DataError when a page no longer has its links, a file cannot be had whole or an archive has not
    the table that it should hold. Files that are whole stay in the cache for the next attempt.
    """
    cache = cache or Path(os.environ.get("REPORT_CACHE") or Path.home() / ".cache" / "smq-report")
    base = base or os.environ.get("REPORT_PAGES") or ""
    wanted = _wanted(only)
    run, store = cache / "run", cache / "files"
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir(parents=True)
    store.mkdir(exist_ok=True)
    resources = record.resources(data_folder)
    new: list[links.Found] = []
    old: list[links.Found] = []
    with fetch.Session(manners or fetch.Manners(), say) as using:
        for publication in wanted:
            ask = {"way": ways.Way(publication.hosts, base.rstrip("/")), "using": using}
            resource = resources.get(TABLES[publication.name], {})
            found = links.find(publication, partial(_page, base=base, ask=ask), held=_periods(resource))
            addresses = _addresses(store)
            fresh = [file for file in found if _is_new(file, resource, addresses)]
            say(f"{publication.name}: {len(found)} files on its pages, {len(fresh)} new")
            brought = {file: _bring(file, store, run, base=base, ask=ask) for file in fresh}
            kept = [file for file in fresh if _differs(brought[file], resource.get("sources", []))]
            new += kept
            old += [file for file in found if file not in kept]
    return Download(run, new, old)


def _wanted(only: list[str] | None) -> list[links.Publication]:
    known = [publication.name for publication in pages.PUBLICATIONS]
    unknown = sorted(set(only or []) - set(known))
    if unknown:
        raise DataError("--publication", found=unknown, allowed=f"of {known}")
    return [publication for publication in pages.PUBLICATIONS if only is None or publication.name in only]


def _differs(path: Path, sources: Collection[Mapping[str, str]]) -> bool:
    """Say whether a file is none of the sources of a table; take it away again when it is one."""
    same = f"sha256:{files.sha256(path)}" in {source["hash"] for source in sources}
    if same:
        path.unlink()
    return not same


def _periods(resource: Mapping[str, Any]) -> frozenset[str]:
    """Return the months, and the years of a yearly table, that a table covers."""
    first, last = (resource.get("coverage", {}).get(end, "") for end in ("from", "to"))
    years = [str(year) for year in range(int(first[:4] or 0), int(last[:4] or -1) + 1)]
    months = {f"{year}-{month:02d}" for year in years for month in range(1, 13)}
    yearly = years if len(last) == len("2019") else []
    return frozenset([month for month in months if first <= month <= last] + yearly)


def _is_new(file: links.Found, resource: Mapping[str, Any], addresses: Mapping[str, Any]) -> bool:
    """Say whether a table lacks a file: a later period, one not at hand, a recent revision, or a known name at a new address.

    A revision counts for the last REVISED_MONTHS that the table covers: publishers revise no earlier ones,
    and older periods may have come from a collection in which they are revised already.
    """
    if not file.period:
        return True  # an address that always has the newest edition: its content says
    if file.name in {source["title"] for source in resource.get("sources", [])}:
        return addresses.get(file.name, {}).get("address", file.address) != file.address
    last, end = resource.get("coverage", {}).get("to", ""), _end(file.period)
    first_absent, last_absent = later.gap(resource)
    if first_absent <= end <= last_absent:
        return True  # inside the table and not at hand: it fills a gap
    revised = links.REVISED.search(f"{file.name} {file.text}") is not None and len(last) == len("2024-09")
    again = links.VERSION.search(file.name) is not None and end == last
    return end > last or again or (revised and end > str(pd.Period(last, freq="M") - REVISED_MONTHS))


def _end(period: str) -> str:
    """Return the last month of a quarter '2024-25 Q3 Overnight' as '2024-12', other periods as they are."""
    quarter = re.match(r"(20\d\d)-\d\d Q([1-4])", period)
    if not quarter:
        return period
    year, number = int(quarter[1]), int(quarter[2])
    return f"{year + (number == 4)}-{(number * 3 + 3 - 1) % 12 + 1:02d}"


def _there(address: str, base: str) -> str:
    if not base:
        return address
    parts = urlsplit(address)
    return f"{base.rstrip('/')}/{parts.hostname}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _official(address: str, base: str) -> str:
    start = base.rstrip("/") + "/"
    return "https://" + address.removeprefix(start) if base and address.startswith(start) else address


def _addresses(store: Path) -> dict[str, dict[str, str]]:
    file = store / ADDRESSES
    try:
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except ValueError:
        return {}


def _page(address: str, *, base: str, ask: Mapping[str, Any]) -> tuple[str, str]:
    html, final = fetch.page(_there(address, base), **ask)
    return html, _official(final, base)


def _bring(file: links.Found, store: Path, run: Path, *, base: str, ask: Mapping[str, Any]) -> Path:
    """Have the file in the store, whole; return a copy of it, or of the table in the archive, in `run`."""
    target, known = store / file.name, _addresses(store)
    if target.parent != store or target.resolve().parent != store.resolve():
        found, allowed = "a name that leads elsewhere", "a file of the folder for downloads"
        raise DataError(file.name[:200], found=found, allowed=allowed)
    note = known.get(file.name, {})
    whole = target.is_file() and note == {"address": file.address, "sha256": files.sha256(target)}
    whole = whole and file.period != ""  # an address that always has the newest edition is asked again
    if not whole:
        ask["using"].say(f"  {file.name} from {file.address}")
        got = fetch.fetch(_there(file.address, base), target, **ask)
        known[file.name] = {"address": file.address, "sha256": got.sha256}
        part = store / f"{ADDRESSES}.part"
        part.write_text(json.dumps(known, indent=1), encoding="utf-8")
        os.replace(part, store / ADDRESSES)
    if target.suffix != ".zip":
        return Path(shutil.copyfile(target, run / file.name))
    pattern = MEMBERS[file.publication]
    with zipfile.ZipFile(target) as archive:
        members = [member for member in archive.infolist() if re.fullmatch(pattern, member.filename)]
        tables = [member for member in members if member.filename.endswith(".csv")] or members
        if len(tables) != 1:
            raise DataError(file.name, found=archive.namelist()[:20], allowed=f"one table like {pattern}")
        member = tables[0]
        dated = f"etr_{member.date_time[0]}-{member.date_time[1]:02d}"
        stem = dated if file.publication == "organisations" else Path(file.name).stem
        there = run / f"{stem}{Path(member.filename).suffix}"
        there.write_bytes(archive.read(member))
    return there
