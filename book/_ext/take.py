"""What a reader can take away: a menu on every page, files behind it, and the page that lists all of them.

Figures are read from the pages before anything else is done to them: their numbers become files headed by title,
source, edition and licence, their drawings files of their own. Data and the report as one file are made by
`analysis.site`. Sizes are those of the files as they stand, so the menu is written again at each build.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
import shutil
from html import escape
from pathlib import Path
from typing import Any

import behind
import comforts
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from analysis import data
from analysis.edition.archive import as_zip
from analysis.present import words
from analysis.site import pages, take_data, take_figures, take_report

PAGE, PAPER, NUMBERS = "about/take", "report.pdf", "numbers.zip"
DATA, FIGURES, NOTEBOOKS, REPORT = "data", "figures", "notebooks", "report"  # folders of the site
MENU = re.compile(r'<details class="take">.*?</details><!-- take -->', re.DOTALL)
BAR = '<div class="article-header-buttons">'
WRITTEN = 'name="made-plain"'
# A link in a chapter's own words; a figure tells its sizes below it.
LONE = re.compile(r'(<a download="[^"]+" href="(?!(?:\.\./)*figures/)([^":]+\.csv)">[^<]*\(CSV)(?:, [\d.]+ [KM]B)?(?=\)</a>)')  # fmt: skip
TABLE = re.compile(r'<table class="result[^>]*>.*?</table>', re.DOTALL)
ARROW = "M12 4v11M7 11l5 5 5-5M5 20h14"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", figures, priority=450)
    app.connect("build-finished", finish, priority=610)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def figures(app: Sphinx, error: Exception | None) -> None:
    """Make files of the figures and tables of every page that was written anew."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for name in app.env.found_docs:
        page = out / f"{name}.html"
        html, title = page.read_text(encoding="utf-8"), app.env.titles[name].astext()
        after = figures_of(html, name, out, title=title, address=app.config.report_address)
        if after != html:
            page.write_text(after, encoding="utf-8")
    for folder in sorted((out / FIGURES).rglob("*"), reverse=True):
        if folder.is_dir() and folder.relative_to(out / FIGURES).as_posix() not in app.env.found_docs:
            shutil.rmtree(folder) if not any(one.is_dir() for one in folder.iterdir()) else None


def figures_of(html: str, page: str, out: Path, *, title: str, address: str) -> str:
    """Return a page whose figures lead to files; write those files and the numbers of the page as one. Twice is as once."""
    edition, numbers, made = said_edition(), {}, {}
    here = posixpath.dirname(page) or "."

    def taken(match: re.Match[str]) -> str:
        found = take_figures.read(match.group())
        where = f"{address}/{page}.html#{found.name}" if address else ""
        cite = comforts.citation(f"{found.title}”, figure in “{title}", where)
        head = take_figures.about(found.title, found.source, edition=edition, cite=cite, address=where)
        files = {f"{found.name}.csv": take_figures.headed(found.rows, head)}
        numbers.update(files)
        drawn = take_figures.drawn(found, edition=edition)
        if drawn is not None:
            files |= {f"{found.name}.svg": drawn[0], f"{found.name}.png": drawn[1]}
        made.update(files)
        to = {file: posixpath.relpath(f"{FIGURES}/{page}/{file}", here) for file in files}
        links = [
            f'<a download="{file}" href="{to[file]}">{file[-3:].upper()}, {size(len(content))}</a>'
            for file, content in files.items()
        ]
        links.append(f'<a href="#{found.name}">link to it</a>')
        more = (
            f'<details class="take-figure"><summary>Take this figure away</summary><p>{" · ".join(links)}</p>'
            f"<p>Cite as: {escape(cite)}</p></details></figure>"
        )
        linked = take_figures.NUMBERS.sub(rf"\g<1>{to[f'{found.name}.csv']}\g<3>", match.group())
        return linked.removesuffix("</figure>") + more

    if WRITTEN in html:  # by an earlier build
        return html
    after = take_figures.FIGURE.sub(
        lambda match: taken(match) if take_figures.NUMBERS.search(match.group()) else match.group(), html
    )
    for place, table in enumerate(TABLE.findall(html), start=1):
        caption, rows = table_of(table)
        where = f"{address}/{page}.html" if address else ""
        cite = comforts.citation(f"{caption}”, table in “{title}", where)
        head = take_figures.about(caption, "", edition=edition, cite=cite, address="")
        numbers[f"table-{place}.csv"] = take_figures.headed(rows, head)
    if numbers:
        made[NUMBERS] = as_zip(numbers, page.replace("/", "-"), take_data.day())
    folder = out / FIGURES / page
    nested = {name: (folder / name).read_bytes() for name in behind.listed(folder) if "/" in name}
    behind.mirror(made | nested, folder)
    return after


def table_of(html: str) -> tuple[str, list[list[str]]]:
    """Return caption and rows of a table, as its reader sees them."""
    table: Any = BeautifulSoup(html, "html.parser")
    for mark in table.select(".status"):
        mark.decompose()

    def words_of(part: Any) -> str:
        return " ".join(part.get_text(" ").split())

    rows = [[words_of(cell) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
    return words_of(table.caption) if table.caption else "", rows


def said_edition() -> str:
    """Return the edition and its day in words."""
    cited = take_data.cited()
    return f"Edition {cited['version']}, {words.day(dt.date.isoformat(cited['date-released']))}"


def size(count: int) -> str:
    """Return a number of bytes as a reader knows it: '2 KB', '3.5 MB'."""
    return f"{count / 1e6:.1f} MB" if count >= 999_500 else f"{max(1, round(count / 1e3))} KB"


def finish(app: Sphinx, error: Exception | None) -> None:
    """Bring the files into the site, fill the page that lists them, and write the menu of every page."""
    if error is not None or app.builder.format != "html":
        return
    out, names = Path(app.outdir), sorted(app.env.found_docs)
    sources = {name: Path(app.env.doc2path(name)) for name in names}
    notebooks = {f"{name}.ipynb": path for name, path in sources.items() if path.suffix == ".ipynb"}
    behind.mirror({name: path.read_bytes() for name, path in notebooks.items()}, out / NOTEBOOKS)
    if PAGE in sources:
        kept = behind.files(out, "take")
        pages.publish(kept, out / DATA)
        zipped = out.parent / ".report" / take_report.FILE
        take_report.write(comforts.ROOT, zipped)
        files = {zipped.name: zipped.read_bytes()}
        paper = out.parent / ".report" / PAPER
        if paper.is_file() and take_report.is_of(paper, out, names):
            files[PAPER] = paper.read_bytes()
        behind.mirror(files, out / REPORT)
        listing = out / f"{PAGE}.html"
        listing.write_text(filled(listing.read_text(encoding="utf-8"), out), encoding="utf-8")
    for page in sorted(out.rglob("*.html")):
        name = page.relative_to(out).with_suffix("").as_posix()
        if not name.startswith("_static/") and BAR in (html := page.read_text(encoding="utf-8")):
            after = with_sizes(with_menu(html, menu(name, out)), page.parent)
            if after != html:
                page.write_text(after, encoding="utf-8")


def with_sizes(html: str, folder: Path) -> str:
    """Return a page whose lone links to CSV files say how large these are. folder: of the page. Twice is as once."""

    def sized(match: re.Match[str]) -> str:
        file = folder / match.group(2)
        return match.group(1) + (f", {size(file.stat().st_size)}" if file.is_file() else "")

    return LONE.sub(sized, html)


def with_menu(html: str, made: str) -> str:
    """Return a page with this menu in its bar, in place of the one it had."""
    return MENU.sub("", html, count=1).replace(BAR, BAR + made, 1)


def menu(page: str, out: Path) -> str:
    """Return the menu of a page: a button that opens a list of links, each with its size; what is not there is absent."""
    here = posixpath.dirname(page) or "."
    version = take_data.cited()["version"]
    offered = [
        (f"{NOTEBOOKS}/{page}.ipynb", "Run this chapter", "Notebook (.ipynb)", f"{page.replace('/', '-')}.ipynb"),
        (f"{FIGURES}/{page}/{NUMBERS}", "Numbers of this page", "CSV, every figure and table", f"{page.replace('/', '-')}.zip"),
        (f"{REPORT}/{take_report.FILE}", "The whole report to run", "Zip with data and code", f"{take_report.NAME}-{version}.zip"),
        (f"{DATA}/{take_data.WORKBOOK}", "All data", "Excel workbook", f"{take_data.NAME}-{version}.xlsx"),
        (f"{REPORT}/{PAPER}", "Read on paper", "PDF of the whole report", f"{take_report.NAME}-{version}.pdf"),
    ]  # fmt: skip
    items = [
        f'<li><a download="{name}" href="{posixpath.relpath(path, here)}"><b>{what}</b> <span>{kind}, {size((out / path).stat().st_size)}</span></a></li>'
        for path, what, kind, name in offered
        if (out / path).is_file()
    ]
    if 'id="cite"' in (out / f"{page}.html").read_text(encoding="utf-8"):
        items.append('<li><a href="#cite"><b>Cite this page</b> <span>at its foot</span></a></li>')
    if (out / f"{PAGE}.html").is_file():
        to = posixpath.relpath(f"{PAGE}.html", here)
        items.append(
            f'<li><a href="{to}"><b>Everything else</b> <span>each table, data package, JSON</span></a></li>'
        )
    if not items:
        return ""
    icon = (
        f'<svg class="icon" viewBox="0 0 24 24" width="1em" height="1em" fill="none" stroke="currentColor" stroke-width="2" '
        f'aria-hidden="true" focusable="false"><path d="{ARROW}"/></svg>'
    )
    return f'<details class="take"><summary>{icon}<span>Take away</span></summary><ul>{"".join(items)}</ul></details><!-- take -->'


def filled(html: str, out: Path) -> str:
    """Return the page that lists all with its lists in place. Filling twice is as filling once."""
    lists = {
        "run": _run(out),
        "all": _all(out),
        "tables": _tables(out),
        "indicators": _indicators(out),
        "coding": _coding(out),
        "paper": _paper(out),
    }
    for name, inside in lists.items():
        before, holder, rest = html.partition(f'<div id="take-{name}">')
        if holder:
            html = f"{before}{holder}{inside}<!-- end -->{rest.partition('<!-- end -->')[2]}"
    return html


def _link(out: Path, path: str, text: str, name: str = "") -> str:
    name = name or posixpath.basename(path)
    return f'<a download="{name}" href="../{path}">{escape(text)}</a> ({size((out / path).stat().st_size)})'


def _run(out: Path) -> str:
    name = f"{take_report.NAME}-{take_data.cited()['version']}.zip"
    zipped = _link(out, f"{REPORT}/{take_report.FILE}", "The whole report", name)
    return f"<p>{zipped}: chapters, module, tables, tests. Unpack it, then type <code>make lab</code> to open the chapters or <code>make book</code> to build this site.</p>"


def _all(out: Path) -> str:
    name = f"{take_data.NAME}-{take_data.cited()['version']}"
    workbook = _link(out, f"{DATA}/{take_data.WORKBOOK}", "One Excel workbook", f"{name}.xlsx")
    package = _link(out, f"{DATA}/{take_data.PACKAGE}", "One data package", f"{name}.zip")
    return (
        f"<ul><li>{workbook}: a sheet of notes, one that explains every column, and one a table.</li>"
        f"<li>{package}: the tables byte for byte, with <code>datapackage.json</code> as Frictionless describes it.</li></ul>"
    )


def _tables(out: Path) -> str:
    described = {name: data.describe(name) for name in data.tables()}
    links = {name: _link(out, f"{DATA}/{about['path']}", name) for name, about in described.items()}
    items = [f"<li>{links[name]}: {escape(about['title'])}</li>" for name, about in described.items()]
    return f"<ul>{''.join(items)}</ul>"


def _indicators(out: Path) -> str:
    index = _link(out, f"{DATA}/{take_data.INDEX}", take_data.INDEX)
    schema = _link(out, f"{DATA}/{take_data.SCHEMA}", take_data.SCHEMA)
    return f"<ul><li>{index}: every indicator with its unit, direction, source, first and last period, and the file of its figures.</li><li>{schema}: what each part of these files means.</li></ul>"


def _coding(out: Path) -> str:
    project = _link(out, f"{DATA}/statements.qdpx", "statements.qdpx")
    book = _link(out, f"{DATA}/codebook.qdc", "codebook.qdc")
    return f"<ul><li>{project}: every statement with the codings of both automated readers and the settled one.</li><li>{book}: the codebook alone.</li></ul>"


def _paper(out: Path) -> str:
    if not (out / REPORT / PAPER).is_file():
        return "<p>This copy of the site has no PDF: <code>make pdf</code> makes it. Each page prints by itself.</p>"
    version = take_data.cited()["version"]
    return f"<p>{_link(out, f'{REPORT}/{PAPER}', 'The whole report as PDF', f'{take_report.NAME}-{version}.pdf')}</p>"
