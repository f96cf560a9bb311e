"""A pytest plugin: what nbval ran and found equal is kept for the pages, so that CI runs each chapter once.

The pages then show the very outputs whose numbers were compared. A chapter with a failed or skipped cell is
not kept. Use: `python -m pytest -p tests.kept_runs --nbval CHAPTER...`
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from analysis import runs, trace
from analysis.present import figures

BOOK = Path(__file__).resolve().parents[1] / "book"
PATIENCE = 60  # seconds for the last note of a kernel


@dataclass
class Run:
    """A chapter that is being run: its notes' folder, what stood before, its cells' outputs."""

    notebook: nbformat.NotebookNode
    began: runs.Before
    notes: Path = field(default_factory=lambda: Path(tempfile.mkdtemp()))
    outputs: list[list] = field(default_factory=list)


RUNNING: dict[IPyNbFile, Run] = {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the kernel of a chapter starts: ask it for notes and for figures as the pages show them."""
    if not isinstance(item, IPyNbCell) or item.parent in RUNNING:
        return
    run = RUNNING[item.parent] = Run(item.parent.nb, runs.before(item.parent.nb))
    os.environ |= {trace.REQUEST: str(run.notes), figures.BUILDING: figures.COMPARED}
    item.parent.skip_compare += (figures.PAGE_PART,)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Take the outputs of a cell that ran and gave what is stored."""
    yield
    if isinstance(item, IPyNbCell):
        RUNNING[item.parent].outputs.append(item.test_outputs)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last cell of a chapter: keep the run when every cell gave what is stored."""
    if not isinstance(item, IPyNbCell) or (nextitem is not None and nextitem.parent is item.parent):
        return
    run = RUNNING.pop(item.parent)
    cells = [cell for cell in run.notebook.cells if cell.cell_type == "code"]
    if len(run.outputs) == len(cells):
        kernel = item.parent.kernel
        kernel.await_reply(kernel.execute_cell_input(runs.WRITE_NOTE, allow_stdin=False), timeout=PATIENCE)
        for count, (cell, outputs) in enumerate(zip(cells, run.outputs, strict=True), start=1):
            cell.outputs, cell.execution_count = [for_page(output, count) for output in outputs], count
        chapter = Path(item.parent.path).relative_to(BOOK).with_suffix("").as_posix()
        file = runs.place(BOOK / "_build", chapter)
        runs.keep(run.notebook, began=run.began, notes=trace.collect(run.notes), file=file)
    shutil.rmtree(run.notes)
    for name in (trace.REQUEST, figures.BUILDING):
        os.environ.pop(name, None)


def for_page(output: nbformat.NotebookNode, count: int) -> nbformat.NotebookNode:
    """Return an output numbered as in a session of its own, with a figure's page part as the HTML that it is."""
    data = output.get("data", {})
    if figures.PAGE_PART in data:
        data["text/html"] = data.pop(figures.PAGE_PART)
    if output.output_type == "execute_result":
        output.execution_count = count
    return output
