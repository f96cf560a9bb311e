"""What a reader finds around a chapter: how to cite it, when it last changed, links to run or change it.

Also the lists of figures and tables, the definitions that terms show on hover, and the page for a wrong address.
Two settings in `_config.yml`: `report_repository` (https://github.com/OWNER/NAME) and `report_address` (where
the site is published). A link that needs one of them is left out while it is empty.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
LISTS = "about/figures"
FIGURE = re.compile(
    r'<figure class="result" id="([^"]+)">\s*<figcaption class="finding">(.*?)</figcaption>', re.DOTALL
)
TABLE = re.compile(r'<table class="result"[^>]*>\s*<caption[^>]*>(.*?)</caption>', re.DOTALL)
TERM = re.compile(r'<dt id="(term-[^"]+)"')
TAG = re.compile(r"<[^>]+>")
WIDGETS = re.compile(r"\bipywidgets\b|\bwidgets\.")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_config_value("report_repository", "", "html")
    app.add_config_value("report_address", "", "html")
    app.connect("html-page-context", around)
    app.connect("build-finished", finish, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def around(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Add to a page its citation, its last change, and the links that the settings allow."""
    if not context.get("body") or pagename not in app.env.found_docs:
        return
    path = Path(app.env.doc2path(pagename))
    title = unescape(TAG.sub("", context.get("title") or ""))
    context["body"] += about(
        app.config.report_repository.rstrip("/"),
        app.config.report_address.rstrip("/"),
        title=title,
        page=pagename,
        path=path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name,
        changed=last_change(path),
        live=path.suffix == ".ipynb" and bool(WIDGETS.search(path.read_text(encoding="utf-8"))),
    )
    if app.config.report_address:
        context["pageurl"] = f"{app.config.report_address.rstrip('/')}/{pagename}.html"


def about(
    repository: str, address: str, *, title: str, page: str, path: str, changed: str, live: bool
) -> str:
    """Return the block below a chapter. repository, address: '' leaves out what needs them."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    who = "; ".join(author.get("name") or author["family-names"] for author in cited["authors"])
    where = f" {address}/{page}.html" if address else ""
    year = str(cited["date-released"])[:4]
    cite = f"{who}. “{title}”. In: {cited['title']}. Version {cited['version']}, {year}.{where}"
    lines = [f"<p><b>Cite this page.</b> {escape(cite)}</p>"]
    links = {}
    if repository:
        links["Suggest a change"] = f"{repository}/issues/new?title={quote(f'{title} ({path})')}"
        links["Source of this page"] = f"{repository}/blob/main/{path}"
    if repository.startswith("https://github.com/") and path.endswith(".ipynb"):
        name = repository.removeprefix("https://github.com/")
        links["Open on Binder"] = f"https://mybinder.org/v2/gh/{name}/main?urlpath=lab/tree/{quote(path)}"
        links["Open in Colab"] = f"https://colab.research.google.com/github/{name}/blob/main/{path}"
    if links:
        joined = " · ".join(f'<a href="{escape(to)}">{words}</a>' for words, to in links.items())
        lines.append(f"<p>{joined}</p>")
    if path.endswith(".ipynb"):
        more = "change its settings, or move its controls" if live else "change its settings"
        lines.append(
            f"<p><b>Run this chapter.</b> In a copy of the report type <code>make lab</code>, open <code>{escape(path)}</code> and {more}.</p>"
        )
    if changed:
        lines.append(f"<p>Text or code of this page last changed on {changed}.</p>")
    return f'<details class="about-page"><summary>About this page: cite, run, change</summary>{"".join(lines)}</details>'


def last_change(path: Path) -> str:
    """Return the day of the last commit of a file, '22 November 2026'; '' when it has none."""
    command = ["git", "log", "-1", "--format=%cs", "--", path.name]
    try:
        found = subprocess.run(
            command, cwd=path.parent, capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    if found.returncode or not found.stdout.strip():
        return ""
    day = dt.date.fromisoformat(found.stdout.strip())
    return f"{day.day} {day:%B %Y}"


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the lists of figures and tables, the definitions and the page for a wrong address."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    glossary = out / "about" / "glossary.html"
    if glossary.is_file():
        (out / "_static" / "terms.json").write_text(
            terms(glossary.read_text(encoding="utf-8")), encoding="utf-8"
        )
    if (out / f"{LISTS}.html").is_file():
        fill(out, [name for name in reading_order(app) if (out / f"{name}.html").is_file()])
    (out / "404.html").write_text(
        lost(app.config.report_address.rstrip("/"), app.config.html_title), encoding="utf-8"
    )


def reading_order(app: Sphinx) -> list[str]:
    """Return the pages in the order of the contents."""
    order, todo = [], [app.config.root_doc]
    while todo:
        name = todo.pop(0)
        order.append(name)
        todo = list(app.env.toctree_includes.get(name, [])) + todo
    return order


def terms(html: str) -> str:
    """Return the glossary as JSON: anchor of a term → its definition as text."""
    page = BeautifulSoup(html, "html.parser")
    found = {}
    for term in page.select("dl.glossary dt[id]"):
        meaning = term.find_next_sibling("dd")
        if meaning is not None:
            found[term["id"]] = " ".join(meaning.get_text(" ").split())
    return json.dumps(found, ensure_ascii=False, sort_keys=True, indent=0)


def fill(out: Path, names: list[str]) -> None:
    """Put the lists of figures and tables, in reading order, into their page."""
    place = out / f"{LISTS}.html"
    figures, tables = [], []
    for name in names:
        html = (out / f"{name}.html").read_text(encoding="utf-8")
        heading = re.search(r"<h1>(.*?)<a class", html, re.DOTALL)
        chapter = TAG.sub("", heading.group(1)).strip() if heading else name
        drawn = [(f"../{name}.html#{anchor}", _words(title)) for anchor, title in FIGURE.findall(html)]
        told = [(f"../{name}.html", _words(title)) for title in TABLE.findall(html)]
        figures += [(chapter, drawn)] if drawn else []
        tables += [(chapter, told)] if told else []
    html = place.read_text(encoding="utf-8")
    for what, lists in (("figures", figures), ("tables", tables)):
        inside = "".join(f"<h3>{chapter}</h3><ul>{_items(rows)}</ul>" for chapter, rows in lists)
        before, rest = html.split(f'<div id="list-of-{what}">', 1)
        after = rest.split("<!-- end -->", 1)[1]
        html = f'{before}<div id="list-of-{what}">{inside}<!-- end -->{after}'
    place.write_text(html, encoding="utf-8")


def _words(html: str) -> str:
    return " ".join(TAG.sub(" ", re.sub(r'<span class="status.*?</span>', "", html, flags=re.DOTALL)).split())


def _items(rows: list[tuple[str, str]]) -> str:
    return "".join(f'<li><a class="reference internal" href="{to}">{words}</a></li>' for to, words in rows)


def lost(address: str, title: str) -> str:
    """Return the page for a wrong address. It stands alone, because it is shown at any depth."""
    home = f"{address}/" if address else "/"
    return f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Page not found - {escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="There is no page at this address."><meta name="robots" content="noindex">
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:3rem auto;padding:0 1rem;color:#1f2937;background:#fff}}
a{{color:#0b5394}}@media(prefers-color-scheme:dark){{body{{color:#f3f4f6;background:#14181e}}a{{color:#9ecbff}}}}</style></head>
<body><main><h1>There is no page here</h1>
<p>The address may be mistyped, or the page may have been in an earlier edition.</p>
<p><a href="{home}">Go to the findings</a>, or <a href="{home}search.html">search the report</a>.</p></main></body></html>
"""
