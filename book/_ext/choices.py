"""Write the files behind "Try another choice" into the site, again only when what they rest on has changed."""

from __future__ import annotations

import behind
import scripts
from sphinx.application import Sphinx

NAME = "choices"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Put the files into the site where a page shows them."""
    behind.bring(
        app, error, NAME, there=any(NAME in scripts.SHARED.get(page, ()) for page in app.env.found_docs)
    )
