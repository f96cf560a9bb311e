"""Pictures built of HTML as drawings: Chromium, which prints the book, also says what it paints and where.

A build has no browser. So `make pdf` keeps the drawings, and a build offers each while its picture is the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from analysis.site import take_figures

WIDTH = 660  # px, as of other figures
SCRIPT = Path(__file__).with_suffix(".js")


def pictures(chromium: Browser, html: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return every picture built of HTML, by 'page#anchor': `of` (see `take_figures.body`), `width`, `height` in px, `inside` (SVG)."""
    made: dict[str, dict[str, Any]] = {}
    script = SCRIPT.read_text(encoding="utf-8")
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 900}, color_scheme="light"
    )
    try:
        sheet = context.new_page()
        for name in names:
            page = html / f"{name}.html"
            text = page.read_text(encoding="utf-8")
            drawn = {
                one.group(1): of
                for one in take_figures.FIGURE.finditer(text)
                if (of := take_figures.body(one.group()))
            }
            if not drawn:
                continue
            sheet.goto(page.as_uri(), wait_until="load")
            for anchor, of in drawn.items():
                made[f"{name}#{anchor}"] = {"of": of} | sheet.locator(f"[id='{anchor}']").evaluate(
                    script, WIDTH
                )
    finally:
        context.close()
    return made


def keep(found: dict[str, dict[str, Any]], folder: Path) -> None:
    """Write what `pictures` returned where the next build finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / take_figures.KEPT).write_text(json.dumps(found, sort_keys=True), encoding="utf-8")
