"""Write the files behind "Try another choice" into the site, again only when what they rest on has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import behind
import scripts
from sphinx.application import Sphinx

NAME = "choices"
FOLDER = "choices-data"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Put the files into the site, made anew if need be; take them away when no page of theirs is built."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    if any(NAME in scripts.SHARED.get(page, ()) for page in app.env.found_docs):
        behind.put(behind.files(out, NAME), out / FOLDER, "choicesFile")
    else:
        shutil.rmtree(out / FOLDER, ignore_errors=True)
