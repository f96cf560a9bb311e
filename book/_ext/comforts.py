"""What a reader finds around a chapter: how to cite it, when it last changed, links to run or change it.

Also the lists of figures and tables, the definitions that terms show on hover, and the page for a wrong address.
Two settings in `_config.yml`: `report_repository` (https://github.com/OWNER/NAME) and `report_address` (where
the site is published). A link that needs one of them is left out while it is empty.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from analysis.edition import publish
from analysis.edition.citation import read
from analysis.present import words
from analysis.present.packed import packed
from analysis.site.git import git

ROOT = Path(__file__).resolve().parents[2]
LISTS = "about/figures"
TERMS = "terms-said.js"  # a script, since a page opened from disk cannot fetch
BRANCH, TAGGED = "main", "edition-"
FIGURE = re.compile(
    r'<figure class="result" id="([^"]+)">\s*<figcaption class="finding[^"]*">(.*?)</figcaption>', re.DOTALL
)
TABLE = re.compile(r'<table class="result[^>]*>\s*<caption[^>]*>(.*?)</caption>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")
WIDGETS = re.compile(r"\bipywidgets\b|\bwidgets\.|\blab\.controls\b")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_config_value("report_repository", "", "html")
    app.add_config_value("report_address", "", "html")
    app.add_config_value("report_tag", "", "html")  # a tag that comes or goes rewrites every page
    app.connect("config-inited", settle)
    app.connect("html-page-context", around)
    app.connect("build-finished", finish, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def settle(app: Sphinx, config: Any) -> None:
    """Let the pages of an edition name its tag, and the place where they stay when a later one is the newest."""
    address, config.report_tag = config.report_address.rstrip("/"), edition_here()
    own = f"/{publish.HOME}/{config.report_tag.removeprefix(TAGGED)}" if address and config.report_tag else ""
    config.report_address = address + own


def around(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Add to a page its citation, its last change, and the links that the settings allow."""
    if not context.get("body") or pagename not in app.env.found_docs:
        return
    path = Path(app.env.doc2path(pagename))
    title = unescape(TAG.sub("", context.get("title") or ""))
    tag, address = app.config.report_tag, app.config.report_address
    context["body"] += about(
        app.config.report_repository.rstrip("/"),
        address,
        tag,
        title=title,
        page=pagename,
        path=path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name,
        changed=last_change(path),
        live=path.suffix == ".ipynb" and bool(WIDGETS.search(path.read_text(encoding="utf-8"))),
    )
    if address:
        context["pageurl"] = f"{address}/{pagename}.html"


def about(
    repository: str,
    address: str,
    tag: str = "",
    *,
    title: str,
    page: str,
    path: str,
    changed: str,
    live: bool,
) -> str:
    """Return the block below a chapter. repository, address: '' leaves out what needs them. tag: of the edition.

    Colab is not offered: it opens the notebook alone, without the module and the tables that it calls.
    """
    at = tag or BRANCH
    cite = citation(title, f"{address}/{page}.html" if address else "")
    lines = [f'<p id="cite"><b>Cite this page.</b> {escape(cite)}</p>']
    links = {}
    if repository:
        links["Suggest a change"] = f"{repository}/issues/new?title={quote(f'{title} ({path})')}"
        links["Source of this page"] = f"{repository}/blob/{at}/{path}"
    if repository.startswith("https://github.com/") and path.endswith(".ipynb"):
        name = repository.removeprefix("https://github.com/")
        links["Open on Binder"] = f"https://mybinder.org/v2/gh/{name}/{at}?urlpath=lab/tree/{quote(path)}"
    if links:
        joined = " · ".join(f'<a href="{escape(to)}">{told}</a>' for told, to in links.items())
        lines.append(f"<p>{joined}</p>")
    if path.endswith(".ipynb"):
        more = "change its settings, or move its controls" if live else "change its settings"
        lines.append(
            f"<p><b>Run this chapter.</b> In a copy of the report type <code>make lab</code>, open <code>{escape(path)}</code> and {more}.</p>"
        )
    if changed:
        lines.append(f"<p>Text or code of this page last changed on {changed}.</p>")
    return f'<details class="about-page"><summary>About this page: cite, run, change</summary>{"".join(lines)}</details>'


def citation(title: str, where: str) -> str:
    """Return how a part of the report is cited. where: its address, '' without one."""
    cited = read((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    who = "; ".join(author.get("name") or author["family-names"] for author in cited["authors"])
    year = str(cited["date-released"])[:4]
    told = f"{who}. “{title}”. In: {cited['title']}. Version {cited['version']}, {year}."
    return f"{told} {where}" if where else told


def edition_here() -> str:
    """Return the tag of the edition that stands in this copy, 'edition-2026.1'; '' between editions."""
    tags = git(ROOT, "tag", "--points-at", "HEAD", "--list", f"{TAGGED}*", "--sort=-version:refname")
    return tags.partition("\n")[0]


def last_changes(folder: Path) -> dict[Path, str]:
    """Return the day of the last commit of each file in a folder, '22 November 2026', as far as git can tell.

    It cannot without a commit, when a file was edited since, and in a shallow clone for what changed before it
    begins: git then names the first commit that it has.
    """
    top, days = Path(git(folder, "rev-parse", "--show-toplevel")), dict[Path, str]()
    asked = ("log", "--no-show-signature", "--no-renames", "--name-only", "--format=%x01%cs %H", "--", ".")
    first = beginnings(folder)
    for told in git(folder, *asked).split("\x01")[1:]:
        about, *names = told.strip().split("\n")
        day, commit = about.split()
        said = "" if commit in first else words.day(day)
        for name in filter(None, names):
            days.setdefault(top / name, said)  # the newest commit comes first
    for line in git(folder, "status", "--porcelain", "--no-renames", "--", ".").splitlines():
        days.pop(top / line.strip().split(maxsplit=1)[1].strip('"'), None)
    return days


@cache
def _days() -> dict[Path, str]:
    return last_changes(ROOT / "book")


def last_change(path: Path) -> str:
    """Return the day of the last commit of a page, asked once in a build; '' when git cannot tell."""
    return _days().get(path.resolve(), "")


def beginnings(folder: Path) -> set[str]:
    """Return the commits at which the history of a shallow clone begins; none in a whole one."""
    place = git(folder, "rev-parse", "--git-path", "shallow")
    file = folder / place
    return set(file.read_text(encoding="utf-8").split()) if place and file.is_file() else set()


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the lists of figures and tables, the definitions and the page for a wrong address."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    glossary = out / "about" / "glossary.html"
    if glossary.is_file():
        told = f"window.reportTerms = {terms(glossary.read_text(encoding='utf-8'))}\n"
        (out / "_static" / TERMS).write_text(told, encoding="utf-8")
    if (out / f"{LISTS}.html").is_file():
        fill(out, [name for name in reading_order(app) if (out / f"{name}.html").is_file()])
    lost = publish.lost(app.config.report_address, name=app.config.html_title)
    (out / "404.html").write_text(lost, encoding="utf-8")


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
    return packed(found, sort_keys=True, indent=0)


def fill(out: Path, names: list[str]) -> None:
    """Put the lists of figures and tables, in reading order, into their page."""
    place = out / f"{LISTS}.html"
    figures, tables = [], []
    for name in names:
        html = (out / f"{name}.html").read_text(encoding="utf-8")
        heading = re.search(r"<h1>(.*?)(?:<a\b|</h1>)", html, re.DOTALL)
        chapter = TAG.sub("", heading.group(1)).strip() if heading else name
        drawn = [(f"../{name}.html#{anchor}", _words(title)) for anchor, title in FIGURE.findall(html)]
        told = [(f"../{name}.html", _words(title)) for title in TABLE.findall(html)]
        figures += [(chapter, drawn)] if drawn else []
        tables += [(chapter, told)] if told else []
    html = place.read_text(encoding="utf-8")
    for what, lists in (("figures", figures), ("tables", tables)):
        inside = "".join(_chapter(name, rows, what) for name, rows in lists)
        before, rest = html.split(f'<div id="list-of-{what}">', 1)
        after = rest.split("<!-- end -->", 1)[1]
        html = f'{before}<div id="list-of-{what}">{inside}<!-- end -->{after}'
    place.write_text(html, encoding="utf-8")


def _chapter(name: str, rows: list[tuple[str, str]], what: str) -> str:
    """Return the figures or tables of a chapter, shut by its name."""
    size = words.plural(len(rows), what.removesuffix("s"))
    summary = f'<summary>{name} <span class="size">{size}</span></summary>'
    items = "".join(f'<li><a class="reference internal" href="{to}">{title}</a></li>' for to, title in rows)
    return f'<details class="fold">{summary}<ul>{items}</ul></details>'


def _words(html: str) -> str:
    return " ".join(TAG.sub(" ", re.sub(r'<span class="status.*?</span>', "", html, flags=re.DOTALL)).split())
