"""Load a page's own script on that page alone: `book/_scripts/costs.js` on `costs.html`.

What lies in `book/_static` would be loaded by every page.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

FOLDER = "_scripts"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("html-page-context", add)
    app.connect("build-finished", copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Name the script in the page, deferred, if the page has one."""
    if (Path(app.srcdir) / FOLDER / f"{pagename}.js").is_file():
        where = context["pathto"](f"{FOLDER}/{pagename}.js", resource=True)
        context["metatags"] = context.get("metatags", "") + f'\n<script defer src="{where}"></script>\n'


def copy(app: Sphinx, error: Exception | None) -> None:
    """Copy the scripts beside the pages, and take away those that are no more."""
    if error is not None or app.builder.format != "html":
        return
    shutil.rmtree(Path(app.outdir) / FOLDER, ignore_errors=True)
    if (Path(app.srcdir) / FOLDER).is_dir():
        shutil.copytree(Path(app.srcdir) / FOLDER, Path(app.outdir) / FOLDER)
