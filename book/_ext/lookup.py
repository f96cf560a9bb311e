"""Write the files behind the page "Look up a trust" into the site, again only when what they rest on has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import behind
from sphinx.application import Sphinx

PAGE = "lookup"
FOLDER = "lookup-data"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Put the files into the site, made anew if need be; take them away when the page is not built."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    if PAGE not in app.env.found_docs:
        shutil.rmtree(out / FOLDER, ignore_errors=True)
        return
    behind.put(behind.files(out, PAGE), out / FOLDER, "lookupFile")
