"""Say on every printed sheet what it is from: the report, its edition and date, the address when one is set.

The words stand in the margins of the paper and come from a style sheet of the site, so no script and no inline style
is needed. Where a browser draws no margin boxes, its own header and footer do.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from analysis.edition import store
from analysis.present import words
from analysis.site.git import git

ROOT = Path(__file__).resolve().parents[2]
SHEET = "paper.css"
TOP = re.compile(r'<html(?: data-page="[^"]*")? ')


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_css_file(SHEET)
    app.connect("build-finished", finish, priority=650)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the style sheet, and name in every page which of its rules is the page's own."""
    if error is not None or app.builder.format != "html":
        return
    out, names = Path(app.outdir), sorted(app.env.found_docs)
    for name in names:
        page = out / f"{name}.html"
        html = page.read_text(encoding="utf-8")
        after = TOP.sub(f'<html data-page="{name}" ', html, count=1)
        if after != html:
            page.write_text(after, encoding="utf-8")
    newest = store.latest()
    told = edition(newest.about, later(ROOT, newest.number)) if newest else ""
    address = app.config.report_address.rstrip("/")
    addresses = {name: f"{address}/{name}.html" for name in names if address}
    css = sheet(app.config.html_title, told, addresses)
    (out / "_static" / SHEET).write_text(css, encoding="utf-8")


def sheet(report: str, told: str, addresses: dict[str, str]) -> str:
    """Return the style sheet: report above left, edition and date above right, address and number of the sheet below.

    addresses: address of each page; none where the site has no address, and then nothing stands in that place.
    """
    boxes = {
        "top-left": quoted(report),
        "top-right": quoted(told),
        "bottom-left": 'var(--paper-address, "")',
        "bottom-right": 'counter(page) " of " counter(pages)',
    }
    look = "font: 7.5pt/1.2 system-ui, sans-serif; color: #4b5563; white-space: nowrap;"
    page = "\n".join(f"  @{place} {{ content: {told}; {look} }}" for place, told in boxes.items())
    own = ':root[data-page="{}"] {{ --paper-address: {}; }}'
    rules = [own.format(name, quoted(to)) for name, to in addresses.items()]
    return "\n".join([*rules, f"@media print {{ @page {{\n{page}\n}} }}\n"])


def quoted(text: str) -> str:
    """Return text as a string of CSS."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def edition(about: dict[str, str], changed: str) -> str:
    """Return what a sheet says of the edition: 'Edition 2026.1, 23 November 2026', and what came after it."""
    told = f"Edition {about['number']}, {words.day(about['date'])}"
    return f"{told}, with {changed}" if changed else told


def later(root: Path, number: str) -> str:
    """Return what the checkout holds beyond edition `number`: 'changes to 26 November 2026'; '' for the edition itself.

    '' as well where git cannot tell: no repository, or a shallow clone without the edition's tag.
    """
    top = git(root, "rev-parse", "--show-toplevel")
    if not top or not Path(top).samefile(root):
        return ""
    if git(root, "status", "--porcelain", "--untracked-files=no"):
        return "changes that are not committed"
    if f"edition-{number}" in git(root, "tag", "--points-at", "HEAD").split():
        return ""
    if git(root, "rev-parse", "--is-shallow-repository") != "false":
        return ""
    day = git(root, "log", "-1", "--format=%cs")
    return f"changes to {words.day(day)}" if day else ""
