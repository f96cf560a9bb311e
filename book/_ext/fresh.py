"""Run a chapter again when, and only when, something that it used has changed.

A chapter's outputs are kept with a record of what made them: its code cells, the modules of `analysis`
that were imported while it ran, the tables that were loaded, the lock. The next build compares the record
with what is there now, and either takes the kept outputs or runs the chapter. Prose is always read anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import re
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from analysis import data, runs, trace
from analysis.edition import signoffs
from analysis.study.evidence import private_folder as private

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 900
RUN_NOW: set[str] = set()  # chapters that this build has run
BUILD_INFO = ".buildinfo"
AT_ONCE = max(1, min(4, os.cpu_count() or 1))  # chapters that run side by side
OTHER_CHAPTER = re.compile(r"(?:\{glue:[a-z]*\}`+|:doc: *)([\w./-]+)\.ipynb")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("builder-inited", bring_back)
    app.connect("env-get-outdated", outdated)
    app.connect("source-read", read)
    app.connect("html-page-context", footer)
    app.connect("build-finished", finished)
    return {"parallel_read_safe": False, "parallel_write_safe": True}


def outdated(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Name the chapters to read again: those to be run, and those that show numbers of one of them.

    All documents are read again when the last build did not write every page without a warning.
    """
    for name in removed:
        place(app, name).unlink(missing_ok=True)
        (Path(app.outdir) / f"{name}.html").unlink(missing_ok=True)
    stale = {}
    for name in sorted(chapters(app)):
        stale[name] = reason(app, name)
        say(f"{name}: " + (f"to be run ({stale[name]})" if stale[name] else "outputs kept"))
    run = {name for name, why in stale.items() if why}
    shows = {name for name in env.found_docs if shown_from(app, name) & run}
    again = set(env.found_docs) if unfinished(app).exists() else run | shows
    unfinished(app).parent.mkdir(parents=True, exist_ok=True)
    again |= set(env.found_docs) if signed_anew(app) else set()
    unfinished(app).touch()
    run_all(app, sorted(run))
    return sorted(again)


def signed_anew(app: Sphinx) -> bool:
    """Tell whether a sign-off changed since the last build: it stands at the foot of pages that else stay."""
    kept, now = unfinished(app).with_name("signoffs"), signoffs.signoffs().to_csv(index=False)
    was = kept.read_text(encoding="utf-8") if kept.is_file() else None
    kept.write_text(now, encoding="utf-8")
    return was != now


def run_all(app: Sphinx, names: list[str]) -> None:
    """Run chapters side by side, one kernel each; all end before the first failure is raised."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        for done in [pool.submit(run, app, name) for name in names]:
            done.result()
    RUN_NOW.update(names)


def shown_from(app: Sphinx, docname: str) -> set[str]:
    """Name the chapters whose numbers a document shows; it names them by paths from its own folder."""
    found = OTHER_CHAPTER.findall(source_text(app, docname))
    here = posixpath.dirname(docname)
    return {posixpath.normpath(posixpath.join(here, other)).lstrip("/") for other in found}


def read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the outputs of record into the chapter that Sphinx is about to parse."""
    if docname not in chapters(app):
        return
    notebook = nbformat.reads(source[0], as_version=4)
    current = docname in RUN_NOW or not reason(app, docname)  # edited since its run: the next build's affair
    kept = load(app, docname) if current else run(app, docname)
    outputs = iter(cell for cell in kept.cells if cell.cell_type == "code")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            made = next(outputs)
            cell.outputs, cell.execution_count = made.outputs, made.execution_count
    source[0] = nbformat.writes(notebook)


def run(app: Sphinx, docname: str) -> nbformat.NotebookNode:
    """Execute a chapter from its code cells alone and keep the result with its record."""
    began = time.monotonic()
    path = Path(app.env.doc2path(docname))
    notebook = nbformat.read(path, as_version=4)
    stood = runs.before(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.cells.append(nbformat.v4.new_code_cell(runs.WRITE_NOTE))
    with tempfile.TemporaryDirectory() as folder:
        execute(notebook, docname, path.parent, {trace.REQUEST: folder, "REPORT_BUILD": "1"})
        notes = trace.collect(Path(folder))
    notebook.cells.pop()
    runs.keep(notebook, began=stood, notes=notes, file=place(app, docname))
    say(f"{docname}: run in {time.monotonic() - began:.1f} s")
    return notebook


def execute(notebook: nbformat.NotebookNode, docname: str, folder: Path, environment: dict[str, str]) -> None:
    """Execute a chapter in its folder; raise ExtensionError, which ends the build, when a cell fails."""
    where = {"metadata": {"path": str(folder)}}
    quiet = [
        "--IPKernelApp.log_level=ERROR"
    ]  # each kernel would warn that it uses the network of the machine
    client = NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name="python3", resources=where, extra_arguments=quiet
    )
    try:
        client.execute(env={**os.environ, **environment})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise ExtensionError(f"chapter {docname} failed:\n{error}") from error


def reason(app: Sphinx, docname: str) -> str:
    """Say why a chapter must be run, '' when its kept outputs are still those of its inputs."""
    kept = load(app, docname)
    if kept is None:
        return "no outputs kept"
    record = kept.metadata[runs.RECORD]
    if record["code"] != runs.code(nbformat.read(app.env.doc2path(docname), as_version=4)):
        return "its code changed"
    if record["lock"] != trace.digest(runs.LOCK):
        return "requirements.lock changed"
    if record["python"] != sys.version.split()[0]:
        return "another Python"
    if record.get("private") is not None and record["private"] != private.digest():
        return "the private folder changed"
    if record.get("listed") not in (None, data.tables()):
        return "a table was added or taken away"
    for name, sha in record["modules"].items():
        if not (ROOT / name).is_file() or trace.digest(ROOT / name) != sha:
            return f"{name} changed"
    return next((f"table {name} changed" for name, was in record["tables"].items() if differs(name, was)), "")


def differs(name: str, was: dict[str, str]) -> bool:
    """Tell whether a table or its description, or a noted file, is no longer what a chapter loaded."""
    path = ROOT / was["path"]
    if name.startswith("file:"):
        return not path.is_file() or trace.digest(path) != was["sha256"]
    try:
        now = trace.description_digest(data.describe(name))
    except data.DataError:
        return True
    return not path.is_file() or trace.digest(path) != was["sha256"] or now != was["description"]


def footer(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Add to a chapter what its numbers rest on: end of its data, day of the run, digest of inputs."""
    if not context.get("body") or pagename not in chapters(app):
        return
    kept = load(app, pagename)
    if kept is None:
        return
    record = kept.metadata[runs.RECORD]
    ends = sorted(table["data_to"] for table in record["tables"].values() if table["data_to"])
    to = f"Tables reach to {escape(ends[-1])}. " if ends else ""
    context["body"] += (
        f'<p class="provenance">{to}Run on {record["run_on"]}. Inputs <code>{inputs(record)}</code>. '
        f"{escape(signoffs.sentence(pagename))}</p>"
    )


def finished(app: Sphinx, error: Exception | None) -> None:
    """Take the mark of an unfinished build away, once all pages are written and nothing was warned of."""
    if error is None and app.builder.format == "html" and not app._warncount:
        unfinished(app).unlink(missing_ok=True)
    put_away(app)


def bring_back(app: Sphinx) -> None:
    """Put Sphinx's record of the settings of the last build where Sphinx looks for it.

    It names folders of this machine, so `put_away` keeps it out of the pages: two builds give the same bytes.
    """
    page_side, kept = Path(app.outdir) / BUILD_INFO, kept_build_info(app)
    if kept.is_file() and not page_side.exists():
        page_side.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(kept, page_side)


def put_away(app: Sphinx) -> None:
    """Keep Sphinx's record of the settings beside the kept outputs, not among the pages."""
    page_side, kept = Path(app.outdir) / BUILD_INFO, kept_build_info(app)
    if page_side.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(page_side, kept)


def kept_build_info(app: Sphinx) -> Path:
    """Return where Sphinx's record of the settings waits between builds."""
    return Path(app.outdir).parent / ".fresh" / "settings"


def unfinished(app: Sphinx) -> Path:
    """Return the file that is there from the start of a build until its pages are complete.

    Without it Sphinx would take a page for current although the build that ran its chapter failed, was
    killed or wrote another format, and would forget a warning with an unchanged page.
    """
    return Path(app.outdir).parent / ".fresh" / "unfinished"


def inputs(record: dict[str, Any]) -> str:
    """Return a short digest of everything that a chapter's numbers were made from."""
    parts = {key: value for key, value in record.items() if key != "run_on"}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def chapters(app: Sphinx) -> set[str]:
    """Return the documents that are notebooks."""
    return {name for name in app.env.found_docs if str(app.env.doc2path(name)).endswith(".ipynb")}


def place(app: Sphinx, docname: str) -> Path:
    """Return the file that keeps a chapter's run, beside the built pages."""
    return runs.place(Path(app.outdir).parent, docname)


def load(app: Sphinx, docname: str) -> nbformat.NotebookNode | None:
    """Return the kept run of a chapter, None when there is none that can be read."""
    return runs.kept(place(app, docname))


def source_text(app: Sphinx, docname: str) -> str:
    """Return the text of a document as it stands on disk."""
    return Path(app.env.doc2path(docname)).read_text(encoding="utf-8")


def say(line: str) -> None:
    """Print a line of progress at once, whatever Sphinx's own verbosity."""
    print(f"[fresh] {line}", flush=True)
