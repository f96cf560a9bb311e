"""Write the files behind the page "Look up a trust" into the site, again only when what they rest on has changed."""

from __future__ import annotations

import behind
from sphinx.application import Sphinx

NAME = "lookup"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Put the files into the site where a page shows them."""
    behind.bring(app, error, NAME, there=NAME in app.env.found_docs)
