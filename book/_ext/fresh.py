"""Run a chapter again when, and only when, something that it used has changed.

A chapter's outputs are kept with a record of what made them: its code cells, the modules of `analysis`
that were imported while it ran, the tables that were loaded, the lock. The next build compares the record
with what is there now, and either takes the kept outputs or runs the chapter. Prose is always read anew.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import posixpath
import re
import sys
import time
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.errors import ExtensionError

from analysis import data, trace

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
RECORD = "fresh"
RECORDED = {"code", "lock", "python", "modules", "tables", "run_on"}
TIMEOUT = 900
OTHER_CHAPTER = re.compile(r"(?:\{glue:[a-z]*\}`+|:doc: *)([\w./-]+)\.ipynb")
WRITE_RECORD = "import sys\nif 'analysis.trace' in sys.modules:\n    sys.modules['analysis.trace'].write()"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("env-get-outdated", outdated)
    app.connect("source-read", read)
    app.connect("html-page-context", footer)
    app.connect("build-finished", finished)
    return {"parallel_read_safe": False, "parallel_write_safe": True}


def outdated(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Name the chapters to read again: those to be run, and those that show numbers of one of them."""
    stale = {}
    for name in sorted(chapters(app)):
        stale[name] = reason(app, name)
        say(f"{name}: " + (f"to be run ({stale[name]})" if stale[name] else "outputs kept"))
    run = {name for name, why in stale.items() if why}
    shows = {name for name in env.found_docs if shown_from(app, name) & run}
    return sorted(run | shows)


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
    kept = load(app, docname) if not reason(app, docname) else run(app, docname)
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
    cells = code(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.cells.append(nbformat.v4.new_code_cell(WRITE_RECORD))
    kept = place(app, docname)
    kept.parent.mkdir(parents=True, exist_ok=True)
    used = kept.with_suffix(".used.json")
    used.unlink(missing_ok=True)
    environment = {**os.environ, trace.REQUEST: str(used), "REPORT_BUILD": "1"}
    client = NotebookClient(
        notebook, timeout=TIMEOUT, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    )
    try:
        client.execute(env=environment)
    except CellExecutionError as error:
        raise ExtensionError(f"chapter {docname} failed:\n{error}") from error
    notebook.cells.pop()
    notes = json.loads(used.read_text()) if used.is_file() else {"modules": {}, "tables": {}}
    used.unlink(missing_ok=True)
    record = {"code": cells, "lock": trace.digest(LOCK), "python": sys.version.split()[0], **notes}
    record["run_on"] = today()
    notebook.metadata[RECORD] = record
    unfinished = kept.with_suffix(".part")
    nbformat.write(notebook, unfinished)
    os.replace(unfinished, kept)
    say(f"{docname}: run in {time.monotonic() - began:.1f} s")
    return notebook


def reason(app: Sphinx, docname: str) -> str:
    """Say why a chapter must be run, '' when its kept outputs are still those of its inputs."""
    kept = load(app, docname)
    if kept is None:
        return "no outputs kept"
    record = kept.metadata[RECORD]
    if record["code"] != code(nbformat.read(app.env.doc2path(docname), as_version=4)):
        return "its code changed"
    if record["lock"] != trace.digest(LOCK):
        return "requirements.lock changed"
    if record["python"] != sys.version.split()[0]:
        return "another Python"
    if record.get("listed") not in (None, data.tables()):
        return "a table was added or taken away"
    for name, sha in record["modules"].items():
        if not (ROOT / name).is_file() or trace.digest(ROOT / name) != sha:
            return f"{name} changed"
    return next((f"table {name} changed" for name, was in record["tables"].items() if differs(name, was)), "")


def differs(name: str, was: dict[str, str]) -> bool:
    """Tell whether a table or its description is no longer what a chapter loaded."""
    path = ROOT / was["path"]
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
    record = kept.metadata[RECORD]
    ends = sorted(table["data_to"] for table in record["tables"].values() if table["data_to"])
    to = f"Tables reach to {escape(ends[-1])}. " if ends else ""
    context["body"] += (
        f'<p class="provenance">{to}Run on {record["run_on"]}. Inputs <code>{inputs(record)}</code>.</p>'
    )


def finished(app: Sphinx, error: Exception | None) -> None:
    """Let the next build read all pages again after a warning: Sphinx would forget it with unchanged pages."""
    if app._warncount:
        (Path(app.doctreedir) / ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def inputs(record: dict[str, Any]) -> str:
    """Return a short digest of everything that a chapter's numbers were made from."""
    parts = {key: value for key, value in record.items() if key != "run_on"}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def chapters(app: Sphinx) -> set[str]:
    """Return the documents that are notebooks."""
    return {name for name in app.env.found_docs if str(app.env.doc2path(name)).endswith(".ipynb")}


def code(notebook: nbformat.NotebookNode) -> str:
    """Return the SHA-256 of the code cells, in order."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def place(app: Sphinx, docname: str) -> Path:
    """Return the file that keeps a chapter's outputs and record, beside the built pages."""
    return Path(app.outdir).parent / ".fresh" / f"{docname}.ipynb"


def load(app: Sphinx, docname: str) -> nbformat.NotebookNode | None:
    """Return the kept outputs of a chapter, None when there are none that can be read."""
    try:
        kept = nbformat.read(place(app, docname), as_version=4)
        return kept if set(kept.metadata[RECORD]) >= RECORDED else None
    except (OSError, LookupError, ValueError, TypeError, AttributeError, nbformat.ValidationError):
        return None


def source_text(app: Sphinx, docname: str) -> str:
    """Return the text of a document as it stands on disk."""
    return Path(app.env.doc2path(docname)).read_text(encoding="utf-8")


def today() -> str:
    """Return the day of the run, '22 November 2026'; SOURCE_DATE_EPOCH wins, so that builds can repeat."""
    stamp = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    day = dt.datetime.fromtimestamp(stamp, tz=dt.UTC)
    return f"{day.day} {day:%B %Y}"


def say(line: str) -> None:
    """Print a line of progress at once, whatever Sphinx's own verbosity."""
    print(f"[fresh] {line}", flush=True)
