"""A pytest plugin: what nbval ran and found equal is kept for the pages, so that CI runs each chapter once.

Its kernels are those of the site. The pages then show the very outputs whose numbers were compared. A chapter
with a failed or skipped cell is not kept. Use: `python -m pytest -p tests.kept_runs --nbval CHAPTER...`

On a developer's machine a chapter is skipped whose kept run was compared with these very outputs and is still that of
its inputs: to run it again would tell nothing. Where CI is set every chapter runs.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
import nbval.kernel
import pytest
from jupyter_client.manager import KernelManager
from nbval.plugin import IPyNbCell, IPyNbFile

from analysis import trace
from analysis.present import figures
from analysis.site import installed, judge, record, run

BOOK = Path(__file__).resolve().parents[1] / "book"
PATIENCE = 60  # seconds for the last note of a kernel


@dataclass
class Run:
    """A chapter that is being run: its folder for settings and notes, what stood before, its cells' outputs.

    compared: the digest of what they are compared with.
    """

    notebook: nbformat.NotebookNode
    compared: str
    began: record.Before
    home: Path
    closing: ExitStack
    outputs: list[list] = field(default_factory=list)


RUNNING: dict[IPyNbFile, Run] = {}


def pytest_configure(config: pytest.Config) -> None:
    """Refuse an environment that is not the lock's; let nbval start the kernels that the site starts."""
    if why := installed.refusal(BOOK.parent):
        raise pytest.UsageError(f"Refused: {why}.")
    nbval.kernel.start_new_kernel = start


def start(startup_timeout: int = 60, kernel_name: str = "", **options: object) -> tuple:
    """Start the kernel of the chapter that runs now, as `analysis.site.run` does."""
    home = list(RUNNING.values())[-1].home
    manager = run.manager(KernelManager, home)
    settings = run.environment(home, **{figures.BUILDING: figures.COMPARED})
    manager.start_kernel(extra_arguments=list(run.OPTIONS), env=settings, **options)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=startup_timeout)
    return manager, client


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before the kernel of a chapter starts: give it a home, and leave out figures as the pages show them."""
    if not isinstance(item, IPyNbCell) or item.parent in RUNNING:
        return
    if unchanged(item.path):
        pytest.skip("compared before, from these very inputs")
    closing = ExitStack()
    stored, began = compared(nbformat.read(item.path, as_version=4)), record.before()
    RUNNING[item.parent] = Run(item.parent.nb, stored, began, closing.enter_context(run.home()), closing)
    item.parent.skip_compare += (figures.PAGE_PART,)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Take the outputs of a cell that ran and gave what is stored."""
    yield
    if isinstance(item, IPyNbCell):
        RUNNING[item.parent].outputs.append(item.test_outputs)


@cache
def unchanged(chapter: Path) -> bool:
    """Tell whether a kept run was found equal to what is stored now and nothing that it used has changed."""
    kept = record.kept(place(chapter))
    if os.environ.get("CI") or kept is None:
        return False
    made, stored = kept.metadata[record.RECORD], nbformat.read(chapter, as_version=4)
    folder = chapter.parent.relative_to(trace.ROOT).as_posix()
    same = made.get(record.COMPARED) == compared(stored)
    return same and not judge.reason(made, now(), code=record.code(stored), folder=folder)


@cache
def now() -> judge.Now:
    return judge.now()


def compared(stored: nbformat.NotebookNode) -> str:
    """Return the digest of the outputs that a run is compared with, and of how."""
    outputs = [cell.outputs for cell in stored.cells if cell.cell_type == "code"]
    told = json.dumps([outputs, trace.digest(Path(__file__))], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def place(chapter: Path) -> Path:
    """Return the file that keeps the run of a chapter."""
    name = chapter.relative_to(BOOK).with_suffix("").as_posix()
    return record.place(BOOK / "_build", name)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """After the last cell of a chapter: keep the run when every cell gave what is stored."""
    last = nextitem is None or nextitem.parent is not item.parent
    if not isinstance(item, IPyNbCell) or not last or item.parent not in RUNNING:
        return
    ran = RUNNING.pop(item.parent)
    cells = [cell for cell in ran.notebook.cells if cell.cell_type == "code"]
    with ran.closing:
        if len(ran.outputs) == len(cells):
            kernel = item.parent.kernel
            kernel.await_reply(kernel.execute_cell_input(run.NOTE, allow_stdin=False), timeout=PATIENCE)
            for count, (cell, outputs) in enumerate(zip(cells, ran.outputs, strict=True), start=1):
                cell.outputs, cell.execution_count = [for_page(output, count) for output in outputs], count
            made = record.made(ran.began, trace.collect(ran.home / "notes"))
            made[record.COMPARED] = ran.compared
            record.keep(ran.notebook, made, file=place(Path(item.parent.path)))


def for_page(output: nbformat.NotebookNode, count: int) -> nbformat.NotebookNode:
    """Return an output numbered as in a session of its own, with a figure's page part as the HTML that it is."""
    data = output.get("data", {})
    if figures.PAGE_PART in data:
        data["text/html"] = data.pop(figures.PAGE_PART)
    if output.output_type == "execute_result":
        output.execution_count = count
    return output
