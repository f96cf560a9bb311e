"""Put the feed of editions beside the pages, and name it in the head of each."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from analysis.edition import feed, store


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("html-page-context", name_feed)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def name_feed(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Tell feed readers where the feed is, from any page."""
    where = posixpath.relpath(feed.FILE, posixpath.dirname(pagename) or ".")
    line = f'<link rel="alternate" type="application/atom+xml" title="Editions" href="{where}" />'
    context["metatags"] = context.get("metatags", "") + line


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the feed once the pages are there."""
    if error is None and app.builder.format == "html":
        address = app.config.report_address.rstrip("/")
        told = feed.feed(store.every(), address=f"{address}/" if address else "")
        (Path(app.outdir) / feed.FILE).write_bytes(told)
