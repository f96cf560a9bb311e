"""What stands on a page besides its own text, and which pages must be read or written again because of it.

A page is read again when what it is made of changed: its source, the run of its chapter, a chapter whose
numbers it shows, a file it includes, the code that reads it. It is written again, from what was read, when
something that every page shows changed: contents, titles, citation, references, style. Nothing is executed.
"""

import filecmp
import hashlib
import json
import os
import posixpath
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from analysis import trace
from analysis.site import record

SHARED = ("_toc.yml", "_config.yml", "_static", "references.bib", "../CITATION.cff", "../requirements.lock")
NOT_PUBLISHED = {".buildinfo"}  # Sphinx's record of its settings names folders of this machine


@dataclass(frozen=True, slots=True)
class Page:
    """One page: digests of what it is `made_of`, by path, and what it `shows` of its own, by name."""

    made_of: dict[str, str | None] = field(default_factory=dict)
    shows: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """The pages as they were written last, or would be now.

    code: digests of the modules that the build itself uses, by path. shared: of what every page shows, by
    name. pages: by name. others: pages that no document stands behind, such as the index.
    """

    code: dict[str, str | None]
    shared: dict[str, str]
    pages: dict[str, Page]
    others: list[str]


def load(file: Path) -> Site | None:
    """Return the site that the last build wrote whole, None when there is none."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        pages = {name: Page(**page) for name, page in found.pop("pages").items()}
        return Site(pages=pages, **found)
    except (OSError, ValueError, TypeError, AttributeError, LookupError):
        return None


def save(site: Site, file: Path) -> None:
    """Write down the site that was written whole."""
    record.whole(file, json.dumps(asdict(site), sort_keys=True, indent=0))


def to_read(
    was: Site | None, names: Iterable[str], sources: Mapping[str, Mapping[str, str | None]]
) -> dict[str, str]:
    """Return why each page must be read again, by name; pages that need not are left out.

    was: the site written last, None when the last build did not end well. sources: what each page is made of
    now, by name and path; files that only reading finds are looked up in `was`.
    """
    if was is None:
        return dict.fromkeys(names, "no whole site before")
    changed = next((path for path, sha in was.code.items() if digest(trace.ROOT / path) != sha), None)
    if changed:
        return dict.fromkeys(names, f"{changed} changed")
    found = {}
    for name in names:
        if name not in was.pages:
            found[name] = "new"
            continue
        then, today = was.pages[name].made_of, sources[name]
        paths = [path for path, sha in today.items() if then.get(path) != sha]
        more = [path for path in then if path not in today]
        paths += [path for path in more if digest(trace.ROOT / path) != then[path]]
        if paths:
            found[name] = f"{paths[0]} changed"
    return found


def to_write(
    was: Site | None, shared: Mapping[str, str], shows: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return why each page must be written again, by name. shared, shows: as in `Site` and `Page`, of now."""
    if was is None:
        return dict.fromkeys(shows, "no whole site before")
    common = [part for part in {**was.shared, **shared} if was.shared.get(part) != shared.get(part)]
    if common:
        return dict.fromkeys(shows, f"{common[0]} changed")
    found = {}
    for name, mine in shows.items():
        then = was.pages[name].shows if name in was.pages else {}
        parts = [part for part in {**then, **mine} if then.get(part) != mine.get(part)]
        if parts:
            found[name] = f"{parts[0]} changed"
    return found


def shared(book: Path) -> dict[str, str]:
    """Return the digest of each file or folder of SHARED, by name. book: the folder of the sources."""
    return {part.removeprefix("../"): digest(book / part) or "" for part in SHARED}


def titles(env: Any) -> str:
    """Return a digest of what other pages may show of a page: titles, headings, numbers, labels, contents.

    env: Sphinx's environment, after reading.
    """
    standard = env.get_domain("std")
    slugs = {name: more.get("myst_slugs", {}) for name, more in env.metadata.items()}
    parts: list[Any] = [
        {name: title.astext() for name, title in env.titles.items()},
        {name: title.astext() for name, title in env.longtitles.items()},
        {name: contents.astext() for name, contents in env.tocs.items()},
        env.toctree_includes,
        env.toc_secnumbers,
        env.toc_fignumbers,
        [standard.labels, standard.anonlabels],
        {str(key): value for key, value in standard.objects.items()},
        {name: {slug: rest[1:] for slug, rest in found.items()} for name, found in slugs.items()},  # no lines
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def digest(path: Path) -> str | None:
    """Return the SHA-256 of a file, or of all names and contents of a folder; None when there is neither."""
    if path.is_file():
        return trace.digest(path)
    if not path.is_dir():
        return None
    inside = [file for file in sorted(path.rglob("*")) if file.is_file()]
    digests = {file.relative_to(path).as_posix(): trace.digest(file) for file in inside}
    return hashlib.sha256(json.dumps(digests).encode()).hexdigest()


def forget(html: Path, known: Iterable[str]) -> list[str]:
    """Remove the pages that are no page any more; return their names. known: names of all pages of today."""
    keep, gone = set(known), []
    for page in sorted(html.rglob("*.html")):
        name = page.relative_to(html).with_suffix("").as_posix()
        if name not in keep and not name.startswith("_static/"):
            page.unlink()
            gone.append(name)
    return gone


def publish(made: Path, site: Path) -> None:
    """Bring the pages from the folder where they are made to the one where they are read, each file whole.

    A file that has the size and the time of the one that was brought is taken for it; any other is compared.
    """
    site.mkdir(parents=True, exist_ok=True)
    there = {name for name in files(made) if posixpath.basename(name) not in NOT_PUBLISHED}
    for name in sorted(there):
        source, target = f"{made}/{name}", f"{site}/{name}"
        if os.path.isfile(target) and filecmp.cmp(source, target):
            continue
        if os.path.isdir(target):
            shutil.rmtree(target)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(source, f"{target}.part")
        os.replace(f"{target}.part", target)
    for name in files(site) - there:
        (site / name).unlink()
    for folder, _, _ in os.walk(site, topdown=False):
        if folder != str(site) and not os.listdir(folder):
            os.rmdir(folder)


def files(folder: Path) -> set[str]:
    """Return the paths of all files below a folder, from there."""
    start = len(str(folder)) + 1
    paths = [f"{place}/{name}" for place, _, names in os.walk(folder) for name in names]
    return {path[start:].replace(os.sep, "/") for path in paths}
