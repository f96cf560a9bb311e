"""Find the release files of each publication by the links on its own pages; an address is never guessed."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup

from analysis.data import DataError
from analysis.ingest.net import ways

HOSTS = ("england.nhs.uk", "digital.nhs.uk", "cqc.org.uk", "nhsstaffsurveys.com")
MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_name) if name}
MONTH = rf"({'|'.join(MONTHS)})"
YEAR_PAGE = re.compile(r"ae-attendances-and-emergency-admissions-(20\d\d)-\d\d", re.I)
FIRST_YEAR_PAGE = 2019  # the financial year from which a file a month in one layout is read
NOT_MONTHLY = re.compile(
    r"quarter|time.?series|annual|growth|footprint|attribution|ecds|supplement|statement|commentary|mapping",
    re.I,
)
ENDINGS = {".csv": 3, ".xlsx": 2, ".xls": 1, ".zip": 0, ".ods": 0}  # the first of these is preferred
REVISED = re.compile(r"revis", re.I)
REVISED_ON = re.compile(r"revised[-_ (]*(\d\d)[./]?(\d\d)[./]?(?:20)?(\d\d)(?!\d)", re.I)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._,()&'+\u2013-]{0,150}\.(csv|xlsx|xls|zip|ods)", re.I)
VERSION = re.compile(r"[-_ ]v(\d+)(?![\d.]\d)", re.I)


class PageError(DataError):
    """A page that no longer has the links that it is known for."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link on a page: its text (one line), the address it leads to and the page it is on."""

    text: str
    address: str
    page: str

    @property
    def file(self) -> str:
        """The file name at the end of the address, decoded; no part of a path while it fits NAME."""
        return unquote(PurePosixPath(urlsplit(self.address).path).name)


@dataclass(frozen=True, slots=True)
class Found:
    """A release file on a page: `name` it will have here, `period` it stands for, where it is."""

    publication: str
    name: str
    period: str
    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a publication is found.

    page: its own page. steps: for each further page, what a link to it must be like, given the link: the
        period or kind that it leads to, None for another link. file: (name here, period) of a release file,
        None for another link. needs: sentence that says which links are looked for.
    newest: only the file of the newest period is needed; otherwise every period that is not held.
    hosts: the publication's own, where its pages and files are; links to others are left out.
    """

    name: str
    page: str
    steps: tuple[Callable[[Link], str | None], ...]
    file: Callable[[Link], tuple[str, str] | None]
    needs: str
    newest: bool = False

    @property
    def hosts(self) -> tuple[str, ...]:  # noqa: D102 (above)
        host = str(urlsplit(self.page).hostname)
        return tuple(known for known in HOSTS if host == known or host.endswith(f".{known}"))


def links(html: str, address: str, *, hosts: tuple[str, ...] = HOSTS) -> list[Link]:
    """Return the links of a page in order, addresses made whole; those to other hosts than `hosts` are left out."""
    out = []
    for anchor in BeautifulSoup(html, "html.parser").find_all("a", href=True):
        try:
            whole = urljoin(address, str(anchor["href"]).strip()).partition("#")[0]
            host = urlsplit(whole).hostname or ""
        except ValueError:  # no address at all
            continue
        if ways.belongs(host, hosts):
            out.append(Link(" ".join(anchor.get_text(" ").split()), whole, address))
    return out


def find(
    publication: Publication, get: Callable[[str], tuple[str, str]], *, held: frozenset[str] = frozenset()
) -> list[Found]:
    """Return the newest version of each release file on the publication's pages, sorted by period.

    get: returns (HTML, final address) of a page. held: periods whose own page need not be opened, the newest
    one excepted. Raises PageError when a page has no link of the kind it is known for, or two files for a
    period that cannot be told apart.
    """
    pages = [publication.page]
    for step in publication.steps:
        pages = _next(publication, pages, step, get, held)
    seen: list[Link] = []
    files: dict[str, dict[str, tuple[str, Link]]] = {}
    for address in pages:
        found = links(*get(address), hosts=publication.hosts)
        seen += found
        for link in found:
            named = publication.file(link)
            if named is not None:
                files.setdefault(named[1], {})[link.address] = (named[0], link)
    if not files:
        raise _moved(publication, pages, seen)
    chosen = [_newest(publication, period, list(files[period].values())) for period in sorted(files)]
    return chosen[-1:] if publication.newest else chosen


def _next(
    publication: Publication,
    pages: list[str],
    step: Callable[[Link], str | None],
    get: Callable[[str], tuple[str, str]],
    held: frozenset[str],
) -> list[str]:
    seen = [link for address in pages for link in links(*get(address), hosts=publication.hosts)]
    kinds = {link.address: kind for link in seen if (kind := step(link)) is not None}
    if not kinds:
        raise _moved(publication, pages, seen)
    newest = max(kinds.values())
    return [address for address, kind in kinds.items() if kind not in held or kind == newest]


def _moved(publication: Publication, pages: list[str], seen: list[Link]) -> PageError:
    found = f"{len(seen)} links, none like that"
    allowed = f"{publication.needs}; the page has changed or moved: adapt analysis/ingest/net/pages.py"
    return PageError(" and ".join(pages[:3]), found=found, allowed=allowed)


def _newest(publication: Publication, period: str, versions: list[tuple[str, Link]]) -> Found:
    """Return the revised one of several versions, by the date of revision; of equals the easiest to read."""
    ranked = sorted(versions, key=lambda version: _rank(version[1]))
    if len(ranked) > 1 and _rank(ranked[-1][1]) == _rank(ranked[-2][1]):
        both = [link.address for _, link in ranked[-2:]]
        raise PageError(ranked[-1][1].page, found=both, allowed=f"one newest file for {period}")
    name, link = ranked[-1]
    if not NAME.fullmatch(name) or ".." in name:
        allowed = "letters, digits, blanks and ._,()&'+- in the name of a file, 155 characters at most"
        raise PageError(link.page, found=f"a link to {name[:200]!r}", allowed=allowed)
    return Found(publication.name, name, period, link.address, link.text)


def _rank(link: Link) -> tuple[bool, tuple[str, ...], int, int]:
    words = f"{link.file} {link.text}"
    day = max((tuple(reversed(match)) for match in REVISED_ON.findall(words)), default=())
    ending = PurePosixPath(link.file).suffix.lower()
    version = max((int(number) for number in VERSION.findall(link.file)), default=0)
    return bool(REVISED.search(words)), day, version, ENDINGS.get(ending, -1)


def _month(words: str) -> str | None:
    """Return the month 'YYYY-MM' written 'April 2024' or 'April-2024' in `words`, None without one."""
    found = re.search(rf"{MONTH}[-_ ,]*(20\d\d)", words, re.I)
    return f"{found[2]}-{MONTHS[found[1].lower()]:02d}" if found else None


def _ending(link: Link, *allowed: str) -> str | None:
    ending = PurePosixPath(link.file).suffix.lower()
    return ending if ending in allowed else None


def _ae_year(link: Link) -> str | None:
    found = YEAR_PAGE.search(urlsplit(link.address).path)
    return found[1] if found and int(found[1]) >= FIRST_YEAR_PAGE else None


def _ae_file(link: Link) -> tuple[str, str] | None:
    ending = _ending(link, ".csv", ".xls", ".xlsx")
    if ending is None or NOT_MONTHLY.search(f"{link.file} {link.text}"):
        return None
    month = _month(link.file) or _month(link.text)
    if month is None or not re.search(r"a\s?&\s?e|monthly|csv|provider", f"{link.file} {link.text}", re.I):
        return None
    if _month(link.file):
        return link.file, month
    worded = f"{calendar.month_name[int(month[5:])]}-{month[:4]}"
    return f"Monthly-AE-{worded}-{link.file}", month


def _kh03_kind(link: Link) -> str | None:
    found = re.search(r"/bed-availability-and-occupancy/bed-data-(overnight|day-only)/?$", link.address)
    return found[1] if found else None


def _kh03_file(link: Link) -> tuple[str, str] | None:
    ending = _ending(link, ".xls", ".xlsx")
    found = re.search(r"NHS organisations in England, Quarter ([1-4]),? (20\d\d)-(\d\d)", link.text, re.I)
    if ending is None or found is None:
        return None
    kind = "Day-Only" if "day-only" in link.page.lower() else "Overnight"
    revised = "-revised" if REVISED.search(f"{link.text} {link.file}") else ""
    name = f"Beds-Open-{kind}-Web_File-Q{found[1]}-{found[2]}-{found[3]}{revised}{ending}"
    return name, f"{found[2]}-{found[3]} Q{found[1]} {kind}"


def _shmi_release(link: Link) -> str | None:
    if "/publications/statistical/shmi/" not in link.address:
        return None
    found = re.search(r"January (20\d\d)\s*(?:-|–|to)\s*December \1", link.text, re.I)
    return found[1] if found else None


def _shmi_file(link: Link) -> tuple[str, str] | None:
    ending = _ending(link, ".csv", ".xlsx", ".zip")
    words = f"{link.file} {link.text}"
    found = re.search(r"Jan(?:uary)? ?(20)?(\d\d) ?(?:-|–|to) ?Dec(?:ember)? ?(20)?\2", words, re.I)
    wanted = re.search(r"SHMI data( files|,|$)" if ending == ".zip" else r"SHMI data at trust level", words)
    if ending is None or found is None or wanted is None:
        return None
    return f"SHMI data at trust level, Jan{found[2]}-Dec{found[2]}{ending}", f"20{found[2]}"


def _survey_file(link: Link) -> tuple[str, str] | None:
    words = f"{link.file} {link.text}"
    found = re.search(r"(20\d\d)\s*(?:[-_\u2013\u2014]|to)+\s*(20\d\d)", link.file) or re.search(
        r"(20\d\d)\s*(?:[-_\u2013\u2014]|to)+\s*(20\d\d)", link.text
    )
    if _ending(link, ".xlsx") is None or found is None or not re.search(r"benchmark", words, re.I):
        return None
    version = VERSION.search(link.file)
    ending = f"-v{version[1]}" if version else ""
    return f"NHS-Staff-Survey-benchmark-{found[1]}-{found[2]}{ending}.xlsx", found[2]


def _sickness_release(link: Link) -> str | None:
    path = urlsplit(link.address).path
    if "/publications/statistical/nhs-sickness-absence-rates/" not in path:
        return None
    return _month(path.rstrip("/").rpartition("/")[2]) or _month(link.text)


def _sickness_file(link: Link) -> tuple[str, str] | None:
    words = f"{link.file} {link.text}"
    month = _month(link.file) or _month(link.text)
    other = re.search(r"reason|staff group|benchmark|covid", words, re.I)
    if _ending(link, ".csv") is None or month is None or other or "sickness absence" not in words.lower():
        return None
    revised = "-revised" if REVISED.search(words) else ""
    return f"nhs_sickness_absence_{month}{revised}.csv", month


def _cqc_file(link: Link) -> tuple[str, str] | None:
    month = _month(link.file)
    if _ending(link, ".ods") is None or month is None or "latest" not in link.file.lower():
        return None
    return (link.file.replace(" ", "_"), month) if "rating" in link.file.lower() else None


def _ods_file(link: Link) -> tuple[str, str] | None:
    return ("etr.zip", "") if link.file.lower() == "etr.zip" else None


ENGLAND = "https://www.england.nhs.uk/statistics/statistical-work-areas"
DIGITAL = "https://digital.nhs.uk/data-and-information/publications/statistical"
PUBLICATIONS: tuple[Publication, ...] = (
    Publication(
        "ae",
        f"{ENGLAND}/ae-waiting-times-and-activity/",
        (_ae_year,),
        _ae_file,
        "links to a page for each financial year and there a file for each month, CSV or Excel",
    ),
    Publication(
        "kh03",
        f"{ENGLAND}/bed-availability-and-occupancy/",
        (_kh03_kind,),
        _kh03_file,
        "links to the pages of overnight and day-only beds and there 'NHS organisations in England, Quarter 1, 2024-25'",
    ),
    Publication(
        "shmi",
        f"{DIGITAL}/shmi",
        (_shmi_release,),
        _shmi_file,
        "links to releases of a calendar year, 'January 2024 - December 2024', and there 'SHMI data at trust level'",
    ),
    Publication(
        "staff_survey",
        "https://www.nhsstaffsurveys.com/results/local-results/",
        (),
        _survey_file,
        "a link to a workbook of benchmark results, 'Benchmark report Excel data for 2020-2024'",
    ),
    Publication(
        "sickness",
        f"{DIGITAL}/nhs-sickness-absence-rates",
        (_sickness_release,),
        _sickness_file,
        "links to a release for each month and there 'NHS Sickness Absence rates CSV, April 2024'",
    ),
    Publication(
        "cqc_ratings",
        "https://www.cqc.org.uk/about-us/transparency/using-cqc-data",
        (),
        _cqc_file,
        "a link to a workbook like 01_September_2026_Latest_ratings.ods",
        newest=True,
    ),
    Publication(
        "organisations",
        "https://digital.nhs.uk/services/organisation-data-service/export-data-files/csv-downloads/other-nhs-organisations",
        (),
        _ods_file,
        "a link to the archive etr.zip, NHS trusts",
    ),
)
