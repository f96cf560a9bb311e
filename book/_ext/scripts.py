"""Load a page's own script and style on that page alone: `book/_scripts/costs.js` and `costs.css` on `costs.html`.

What lies in `book/_static` would be loaded by every page. Neither is written into a page: a host may allow files only.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

FOLDER = "_scripts"
TAGS = {"js": '<script defer src="{}"></script>', "css": '<link rel="stylesheet" href="{}" />'}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("html-page-context", add)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Name the script, deferred, and the style in the page, if the page has them."""
    for kind, tag in TAGS.items():
        if (Path(app.srcdir) / FOLDER / f"{pagename}.{kind}").is_file():
            where = context["pathto"](f"{FOLDER}/{pagename}.{kind}", resource=True)
            context["metatags"] = context.get("metatags", "") + f"\n{tag.format(where)}\n"


def copy(app: Sphinx, error: Exception | None) -> None:
    """Copy the scripts beside the pages, and take away those that are no more."""
    if error is not None or app.builder.format != "html":
        return
    shutil.rmtree(Path(app.outdir) / FOLDER, ignore_errors=True)
    if (Path(app.srcdir) / FOLDER).is_dir():
        shutil.copytree(Path(app.srcdir) / FOLDER, Path(app.outdir) / FOLDER)
