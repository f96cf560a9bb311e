"""Load a page's own scripts and style on that page alone: `book/_scripts/costs.js` and `costs.css` on `costs.html`.

A page may have more than one, `lookup-find.js` before `lookup.js`.
What lies in `book/_static` would be loaded by every page. Neither is written into a page: a host may allow files only.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

FOLDER = "_scripts"
# Scripts of more than one page, by page.
SHARED: dict[str, tuple[str, ...]] = {
    "metrics/entry": ("choices",),
    "metrics/rivals": ("choices",),
    "costs": ("cells",),
}
SHARED |= {"lookup": ("cells", "letters"), "search": ("letters",)}
TAGS = {"js": '<script defer src="{}"></script>', "css": '<link rel="stylesheet" href="{}" />'}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("html-page-context", add)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Name the scripts, deferred, and the style in the page, if the page has them."""
    for name in of_page(Path(app.srcdir), pagename):
        where = context["pathto"](f"{FOLDER}/{name}", resource=True)
        tag = TAGS[name.rpartition(".")[2]].format(where)
        context["metatags"] = context.get("metatags", "") + f"\n{tag}\n"


def of_page(book: Path, page: str) -> list[str]:
    """Return the names of a page's own scripts and styles, in the order in which they are loaded."""
    found = [
        path
        for kind in TAGS
        for name in (page, *SHARED.get(page, ()))
        for path in (*(book / FOLDER).glob(f"{name}-*.{kind}"), book / FOLDER / f"{name}.{kind}")
    ]
    return [path.relative_to(book / FOLDER).as_posix() for path in sorted(found) if path.is_file()]


def copy(app: Sphinx, error: Exception | None) -> None:
    """Copy the scripts beside the pages, and take away those that are no more."""
    if error is not None or app.builder.format != "html":
        return
    shutil.rmtree(Path(app.outdir) / FOLDER, ignore_errors=True)
    if (Path(app.srcdir) / FOLDER).is_dir():
        shutil.copytree(Path(app.srcdir) / FOLDER, Path(app.outdir) / FOLDER)
