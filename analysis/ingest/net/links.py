"""Links on a page, and the newest release files among them; what each publication's links are like stands in `pages`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup

from analysis.data import DataError
from analysis.ingest.net import ways

HOSTS = ("england.nhs.uk", "digital.nhs.uk", "cqc.org.uk", "nhsstaffsurveys.com")
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
