"""Lay out the public site: each edition at its own address for good, and the newest one as `latest`."""

import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from analysis.edition import feed
from analysis.edition.archive import UNFINISHED
from analysis.edition.compare import EditionError
from analysis.edition.store import Edition

HOME, LATEST = "editions", "latest"
NAME = "Special measures for quality"
FINDER = "_scripts/404.js"  # finds the folder of the pages when their address is not known beforehand
DEEPEST = 5  # folders below the pages from which it is looked for


def publish(site: Path, pages: Path, editions: Sequence[Edition], *, address: str = "") -> Path:
    """Add the newest edition to the folder of the public site; return its place.

    site: the built pages. pages: the folder that a static host serves, with the editions so far. editions:
    all, in any order. address: public address of `pages`, for the feeds and the page for a wrong address.
    Writes `editions/<number>/`, a copy of it as `latest/`, a list of all editions, the feed, a `404.html`, and
    an `index.html` that leads to `latest/`. Raises EditionError when an edition of that number is already
    there with other bytes: what was published is not altered.
    """
    address = f"{address.rstrip('/')}/" if address else ""
    if not (site / "index.html").is_file():
        raise EditionError(f"{site}: found no index.html. Allowed: the built pages (make book).")
    if not editions:
        raise EditionError("editions: found none. Allowed: at least one (make edition).")
    known = newest_first(editions)
    newest = known[0]
    place = pages / HOME / newest.number
    other = differing(site, place, but=(feed.FILE,)) if place.exists() else []  # a feed names its own folder
    if other:
        raise EditionError(f"{HOME}/{newest.number}: found other pages ({other[0]}). Allowed: a new number.")
    for target in (place, pages / LATEST):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(site, target, ignore=shutil.ignore_patterns(*UNFINISHED))
        if address:
            own = f"{address}{target.relative_to(pages).as_posix()}/"
            (target / feed.FILE).write_bytes(feed.feed(known, address=own))
    (pages / ".nojekyll").touch()
    (pages / feed.FILE).write_bytes(feed.feed(known, address=address, pages=f"{LATEST}/", home=f"{HOME}/"))
    (pages / "404.html").write_text(lost(address, pages=f"{LATEST}/"), encoding="utf-8")
    (pages / "index.html").write_text(forward(f"{LATEST}/index.html"), encoding="utf-8")
    there = [one for one in known if (pages / HOME / one.number).is_dir()]
    (pages / HOME / "index.html").write_text(listing(there), encoding="utf-8")
    return place


def newest_first(editions: Sequence[Edition]) -> list[Edition]:
    """Return editions by number, the newest first."""
    return sorted(editions, key=lambda one: one.order, reverse=True)


def differing(one: Path, other: Path, *, but: Sequence[str] = ()) -> list[str]:
    """Return the paths that are not the same in two folders of pages. but: names of files and folders left out."""
    sides = [
        {path.relative_to(side).as_posix(): path for path in sorted(side.rglob("*")) if path.is_file()}
        for side in (one, other)
    ]
    left_out = {*UNFINISHED, *but}
    names = [name for name in sorted({*sides[0], *sides[1]}) if not set(Path(name).parts) & left_out]
    return [
        name
        for name in names
        if not all(name in side for side in sides)
        or sides[0][name].read_bytes() != sides[1][name].read_bytes()
    ]


def forward(target: str) -> str:
    """Return a page that leads on to another at once, and says so to those who are not led."""
    where = escape(target)
    return _page(
        "The newest edition",
        f'<p><a href="{where}">The newest edition</a></p>',
        f'<meta http-equiv="refresh" content="0; url={where}">',
    )


def lost(address: str, *, pages: str = "", name: str = NAME) -> str:
    """Return the page for a wrong address, which a host shows in its place, at any depth.

    address: where the site is published, '' when that is not known: then a script of the site finds the folder of
    the pages, and without it the links lead to the folder that was asked for. pages: folder of the pages in the site,
    ending in '/'. name: of the report. The page loads no style, so that it looks the same wherever it is shown.
    """
    root = f"{urlsplit(address).path.rstrip('/') if address else '.'}/{pages}"
    to = {"index.html": "Go to the findings", "search.html": "search the report"}
    links = [f'<a data-page="{page}" href="{escape(root + page)}">{words}</a>' for page, words in to.items()]
    ups = [] if address else ["../" * depth for depth in range(DEEPEST + 1)]
    found = "".join(f'\n<script src="{up}{pages}{FINDER}"></script>' for up in ups)
    head = (
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        '<meta name="description" content="There is no page at this address.">'
    )
    body = (
        "<main><h1>There is no page here</h1>\n<p>The address may be mistyped, or the page may have been in an "
        f"earlier edition.</p>\n<p>{links[0]}, or {links[1]}.</p></main>{found}"
    )
    return _page(f"Page not found - {name}", body, head)


def listing(editions: Sequence[Edition]) -> str:
    """Return a page that lists the editions that can be read, newest first."""
    lines = [
        f'<li><a href="{one.number}/index.html">Edition {one.number}</a>, {one.about["date"]}: {escape(feed.brought(one))}</li>'
        for one in editions
    ]
    return _page("All editions", f"<h1>All editions</h1>\n<ul>\n{chr(10).join(lines)}\n</ul>")


def _page(title: str, body: str, head: str = "") -> str:
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!doctype html>\n<html lang="en-GB">\n<head><meta charset="utf-8">{viewport}{head}\n'
        f"<title>{escape(title)}</title></head>\n<body>\n{body}\n</body>\n</html>\n"
    )
