"""Run a chapter again when, and only when, something that it used has changed; write a page when it shows a change.

What a chapter used is recorded and judged in `analysis.site`; here Sphinx is told. Pages are made in a folder of
their own and brought to the readers' folder when all are whole, so that a build that fails leaves those of before.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import IO, Any

import comforts
import nbformat
import pandas as pd
import scripts
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from analysis import data, once, trace
from analysis.edition import signoffs
from analysis.present import words
from analysis.site import alone, installed, judge, pages, record, run

OTHER_CHAPTER = re.compile(r"(?:\{glue:[a-z]*\}`+|:doc: *)([\w./-]+)\.ipynb")
DAY, MONTH = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d")
FEW = 5  # chapters left to run that are named
CATALOGUE = "indicators"  # a book without indicators has no main analysis to end
STATEMENTS = "evidence_statements"  # the table that the role `statement` looks into


@dataclass
class Build:
    """What this build knows: its lock, the site of before, and what the pages are made of and show now."""

    lock: IO[str] | None = None
    code: dict[str, str] = field(default_factory=dict)
    was: pages.Site | None = None
    readers: Path | None = None  # the folder of the finished pages
    sources: dict[str, dict[str, str | None]] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)
    shows: dict[str, dict[str, str]] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    signed: pd.DataFrame | None = None


BUILD = Build()


def setup(app: Sphinx) -> dict[str, bool]:
    """Refuse what cannot be right, wait for another build, and register with Sphinx."""
    global BUILD
    installed.require(Path(app.srcdir).parent)
    run.end_in_order(say)
    BUILD = Build(lock=alone.wait(Path(app.outdir).parent, say), code=trace.modules())
    app.connect("builder-inited", aside, priority=1)
    app.connect("env-get-outdated", outdated)
    app.connect("source-read", read)
    app.connect("env-updated", shown_anew)
    app.connect("html-page-context", footer)
    app.connect("build-finished", forget, priority=100)
    app.connect("build-finished", finished, priority=900)
    return {"parallel_read_safe": False, "parallel_write_safe": False}


def aside(app: Sphinx) -> None:
    """Let the pages be made in a folder beside the one where they are read."""
    if app.builder.name == "html":
        BUILD.readers = Path(app.outdir)
        app.outdir = app.builder.outdir = type(app.outdir)(BUILD.readers.with_name(f".{BUILD.readers.name}"))
        Path(app.outdir).mkdir(exist_ok=True)


def outdated(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Run the chapters that must be run; name the pages to be read again."""
    now, stale = judge.now(), {}
    for name in sorted(chapters(app)):
        stale[name] = reason(app, name, now)
        say(f"{name}: " + (f"to be run ({stale[name]})" if stale[name] else "outputs kept"))
    if app.builder.name == "html":
        BUILD.was = pages.load(last_site(app))
        last_site(app).unlink(missing_ok=True)  # until all pages are whole
    run_all(app, [name for name, why in stale.items() if why])
    if app.builder.name != "html":
        return sorted(env.found_docs)
    BUILD.sources = {name: made_of(app, name) for name in env.found_docs}
    BUILD.shared = pages.shared(Path(app.srcdir))
    if BUILD.was is None or BUILD.was.shared.get("_static") != BUILD.shared["_static"]:
        shutil.rmtree(Path(app.outdir) / "_static", ignore_errors=True)  # Sphinx takes no file away
    again = pages.to_read(BUILD.was, sorted(env.found_docs), BUILD.sources)
    say(told("read", again, len(env.found_docs)))
    return sorted(again)


def shown_anew(app: Sphinx, env: Any) -> list[str]:
    """Name the pages to be written again because something besides their own text changed."""
    if app.builder.name != "html":
        return []
    BUILD.shared |= {"titles or headings": pages.titles(env)}
    BUILD.shows = {name: shows(app, name) for name in env.found_docs}
    again = pages.to_write(BUILD.was, BUILD.shared, BUILD.shows)
    if BUILD.was is not None and again:
        say(told("written", again, len(env.found_docs)))
    return sorted(again)


def told(what: str, why: dict[str, str], number: int) -> str:
    """Say how many pages are read or written again and why."""
    reasons = sorted(set(why.values()))
    more = f" and {len(reasons) - 3} reasons more" if len(reasons) > 3 else ""
    because = f" ({'; '.join(reasons[:3])}{more})" if reasons else ""
    return f"{len(why)} of {number} pages to be {what} again{because}"


def run_all(app: Sphinx, names: list[str]) -> None:
    """Run chapters side by side, one kernel each; all end before the first failure is raised."""
    done: list[str] = []

    def one(name: str) -> None:
        began = time.monotonic()
        say(f"{name}: running")
        execute(app, name)
        done.append(name)
        left = [other for other in names if other not in done]
        rest = f"; left: {words.join(left)}" if 0 < len(left) <= FEW else ""
        say(f"{name}: run in {time.monotonic() - began:.1f} s ({len(done)} of {len(names)}{rest})")

    try:
        run.each(names, one)
    except run.ChapterError as error:
        raise ExtensionError(str(error)) from error


def execute(app: Sphinx, docname: str) -> nbformat.NotebookNode:
    """Run a chapter and keep the result with its record."""
    path = Path(app.env.doc2path(docname))
    notebook, began = nbformat.read(path, as_version=4), record.before()
    notes = run.run(notebook, folder=path.parent, name=docname, REPORT_BUILD="1")
    record.keep(notebook, record.made(began, notes), file=place(app, docname))
    return notebook


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the outputs of record into the chapter that Sphinx is about to parse."""
    if docname not in chapters(app):
        return
    notebook = nbformat.reads(source[0], as_version=4)
    kept = load(app, docname)
    if kept is None or record.code(kept) != record.code(notebook):  # edited since it was judged
        kept = execute(app, docname)
    outputs = iter(cell for cell in kept.cells if cell.cell_type == "code")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            made = next(outputs)
            cell.outputs, cell.execution_count = made.outputs, made.execution_count
    source[0] = nbformat.writes(notebook)


def reason(app: Sphinx, docname: str, now: judge.Now) -> str:
    """Say why a chapter must be run, '' when its kept outputs are still those of its inputs."""
    path, kept = Path(app.env.doc2path(docname)), load(app, docname)
    code = record.code(nbformat.read(path, as_version=4))
    made = kept.metadata[record.RECORD] if kept is not None else None
    return judge.reason(made, now, code=code, folder=path.parent.relative_to(trace.ROOT).as_posix())


def made_of(app: Sphinx, docname: str) -> dict[str, str | None]:
    """Return the digest of what a page is read from: its source, its run, and the runs whose numbers it shows."""
    source = Path(app.env.doc2path(docname))
    text = source.read_text(encoding="utf-8")
    ran = {docname, *shown_from(docname, text)} & chapters(app)
    files = [source, *(place(app, name) for name in sorted(ran))]
    files += [data.FOLDER / f"{STATEMENTS}.csv"] if "{statement}" in text else []
    return {path_of(file): pages.digest(file) for file in files}


def shows(app: Sphinx, docname: str) -> dict[str, str]:
    """Return what a page shows of its own besides its text, by name."""
    source = Path(app.env.doc2path(docname))
    return {
        "the day of its last commit": comforts.last_change(source),
        "its sign-off": signoffs.sentence(docname, signed=signed()) if docname in chapters(app) else "",
        "its script": " ".join(scripts.of_page(Path(app.srcdir), docname)),
    }


def signed() -> pd.DataFrame:
    """Return the sign-offs, read once in a build."""
    if BUILD.signed is None:
        BUILD.signed = signoffs.signoffs()
    return BUILD.signed


def shown_from(docname: str, text: str) -> set[str]:
    """Name the chapters whose numbers a document shows; it names them by paths from its own folder."""
    paths = [posixpath.join(posixpath.dirname(docname), other) for other in OTHER_CHAPTER.findall(text)]
    return {posixpath.normpath(path).lstrip("/") for path in paths}


def footer(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Add to a chapter what its numbers rest on: end of its data, sign-off and, folded, the record of the run."""
    BUILD.written.add(pagename)
    kept = load(app, pagename) if context.get("body") and pagename in chapters(app) else None
    if kept is None:
        return
    made = kept.metadata[record.RECORD]
    ends = sorted(table["data_to"] for table in made["tables"].values() if table["data_to"])
    to = f"Tables of this page reach to {escape(in_words(ends[-1]))}. " if ends else ""
    until = analysed_to(made["tables"])
    to += f"The main analysis of its indicators ends with {escape(in_words(until))}. " if until else ""
    context["body"] += (
        f'<div class="provenance"><p>{to}{escape(signoffs.sentence(pagename, signed=signed()))}</p><details><summary>Record of this run</summary>'
        f"<p>Run on {made['run_on']}. Inputs <code>{record.inputs(made)}</code>: pages with one such mark rest on the same "
        "data, code and packages.</p></details></div>"
    )


def analysed_to(tables: Iterable[str]) -> str:
    """Return the last period of the main analysis of the indicators that these tables hold; '' where there is none."""
    if CATALOGUE not in data.names():
        return ""
    catalogue = data.load(CATALOGUE)
    ends = catalogue.loc[catalogue["table"].isin(list(tables)), "main_until"].dropna().astype(str)
    return max(ends, key=lambda end: f"{end}-12"[:7], default="")


def in_words(end: str) -> str:
    """Return the end of a table's data, '2023-03-31', '2023-03' or another text, as a reader writes it."""
    return words.day(end) if DAY.fullmatch(end) else words.month(end) if MONTH.fullmatch(end) else end


def forget(app: Sphinx, error: Exception | None) -> None:
    """Take away the pages, and the kept runs, of documents that are no more; other extensions then finish the rest."""
    if error is not None or app.builder.name != "html":
        return
    pages.forget(Path(app.outdir), {*app.env.found_docs, *others(app)})
    for kept in place(app, "x").parent.rglob("*.ipynb"):
        source = Path(app.srcdir) / kept.relative_to(place(app, "x").parent)
        if not source.is_file():
            kept.unlink()


def finished(app: Sphinx, error: Exception | None) -> None:
    """Bring whole pages to their readers; note what they are made of, when nothing was warned of."""
    if error is None and BUILD.readers is not None:
        with run.to_the_end():
            pages.publish(Path(app.outdir), BUILD.readers)
            once.tidy()
        if not app._warncount:
            pages.save(site(app), last_site(app))
    if BUILD.lock is not None:
        BUILD.lock.close()


def site(app: Sphinx) -> pages.Site:
    """Return what the pages just written are made of and show."""
    found = {}
    for name in app.env.found_docs:
        included = [Path(app.srcdir) / path for path in app.env.dependencies.get(name, ())]
        more = {path_of(file): pages.digest(file) for file in included}
        found[name] = pages.Page({**more, **BUILD.sources[name]}, BUILD.shows[name])
    code = {name: BUILD.code.get(name) for name in sorted(trace.loaded())}
    return pages.Site(code, BUILD.shared, found, sorted(others(app)))


def others(app: Sphinx) -> set[str]:
    """Return the pages without a document, as this build wrote them or, when it wrote none, the one before."""
    before = set(BUILD.was.others) if BUILD.was is not None else set()
    return (BUILD.written - app.env.found_docs) or before


def last_site(app: Sphinx) -> Path:
    """Return the file that tells what the pages were made of, absent from the start of a build until all are whole."""
    return Path(app.outdir).parent / ".fresh" / "site.json"


def chapters(app: Sphinx) -> set[str]:
    """Return the documents that are notebooks."""
    return {name for name in app.env.found_docs if str(app.env.doc2path(name)).endswith(".ipynb")}


def place(app: Sphinx, docname: str) -> Path:
    """Return the file that keeps a chapter's run, beside the built pages."""
    return record.place(Path(app.outdir).parent, docname)


def load(app: Sphinx, docname: str) -> nbformat.NotebookNode | None:
    """Return the kept run of a chapter, None when there is none that can be read."""
    return record.kept(place(app, docname))


def path_of(file: Path) -> str:
    """Return a file's path from the top of the checkout."""
    real = file.resolve()
    return real.relative_to(trace.ROOT).as_posix() if real.is_relative_to(trace.ROOT) else real.as_posix()


def say(line: str) -> None:
    """Print a line of progress at once, whatever Sphinx's own verbosity."""
    print(f"[fresh] {line}", flush=True)
