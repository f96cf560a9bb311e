"""Lay out the public site: each edition at its own address for good, and the newest one as `latest`."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path

from analysis.edition import feed
from analysis.edition.archive import UNFINISHED
from analysis.edition.compare import EditionError
from analysis.edition.store import Edition

HOME, LATEST = "editions", "latest"


def publish(site: Path, pages: Path, editions: Sequence[Edition], *, address: str = "") -> Path:
    """Add the newest edition to the folder of the public site; return its place.

    site: the built pages. pages: the folder that a static host serves, with the editions so far. editions:
    all, in any order. address: public address of `pages`, ending in '/', for the feed.
    Writes `editions/<number>/`, a copy of it as `latest/`, a list of all editions, the feed, and an
    `index.html` that leads to `latest/`. Raises EditionError when an edition of that number is already
    there with other bytes: what was published is not altered.
    """
    if not (site / "index.html").is_file():
        raise EditionError(f"{site}: found no index.html. Allowed: the built pages (make book).")
    if not editions:
        raise EditionError("editions: found none. Allowed: at least one (make edition).")
    known = newest_first(editions)
    newest = known[0]
    place = pages / HOME / newest.number
    if place.exists() and differing(site, place):
        raise EditionError(
            f"{HOME}/{newest.number}: found other pages ({differing(site, place)[0]}). Allowed: a new number."
        )
    for target in (place, pages / LATEST):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(site, target, ignore=shutil.ignore_patterns(*UNFINISHED))
    (pages / ".nojekyll").touch()
    told = feed.feed(known, address=f"{address}{LATEST}/", home=f"{address}{HOME}/")
    (pages / feed.FILE).write_bytes(told)
    (pages / "index.html").write_text(forward(f"{LATEST}/index.html"), encoding="utf-8")
    there = [one for one in known if (pages / HOME / one.number).is_dir()]
    (pages / HOME / "index.html").write_text(listing(there), encoding="utf-8")
    return place


def newest_first(editions: Sequence[Edition]) -> list[Edition]:
    """Return editions by number, the newest first."""
    return sorted(editions, key=lambda one: [int(part) for part in one.number.split(".")], reverse=True)


def differing(one: Path, other: Path) -> list[str]:
    """Return the paths that are not the same in two folders of pages."""
    sides = [
        {path.relative_to(side).as_posix(): path for path in sorted(side.rglob("*")) if path.is_file()}
        for side in (one, other)
    ]
    names = [name for name in sorted({*sides[0], *sides[1]}) if not set(Path(name).parts) & set(UNFINISHED)]
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


def listing(editions: Sequence[Edition]) -> str:
    """Return a page that lists the editions that can be read, newest first."""
    lines = [
        f'<li><a href="{one.number}/index.html">Edition {one.number}</a>, {one.about["date"]}: {escape(feed.headline(one))}</li>'
        for one in editions
    ]
    return _page("All editions", f"<h1>All editions</h1>\n<ul>\n{chr(10).join(lines)}\n</ul>")


def _page(title: str, body: str, head: str = "") -> str:
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!doctype html>\n<html lang="en-GB">\n<head><meta charset="utf-8">{viewport}{head}\n'
        f"<title>{escape(title)}</title></head>\n<body>\n{body}\n</body>\n</html>\n"
    )
