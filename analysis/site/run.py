"""Run a notebook in a kernel of its own: this environment's Python, this checkout's modules, nobody's settings."""

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import nbformat
import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager, KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from analysis import trace
from analysis.site import installed, warm

TIMEOUT = 900  # seconds a cell may take
AT_ONCE = max(1, min(4, os.cpu_count() or 1))  # chapters that run side by side
ENDS = (signal.SIGINT, signal.SIGTERM)
PAUSE = 0.05  # seconds between looks for kernels that are still there
LOOKS = 3  # looks that find none, to be sure
PATIENCE = 2.0  # seconds that these looks may take
LONGEST = 80  # characters of a folder: the names of sockets in it end after 103 on some systems
ENDING = threading.Event()  # this program was told to end
FONTS = trace.ROOT / "book" / "_build" / ".fresh" / "fonts"  # matplotlib takes seconds to list them
# A user's settings that would reach a kernel: Python's, IPython's, Jupyter's, matplotlib's; language and terminal.
SETTINGS = (
    "PYTHON", "IPYTHON", "JUPYTER", "MPL", "MATPLOTLIB", "PIP_", "LC_", "LANG", "COLUMNS", "LINES", "TZ",
)  # fmt: skip
HARMLESS = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
QUIET = "--IPKernelApp.log_level=ERROR"  # a kernel that uses the network of the machine would warn of it
# matplotlib reads its settings when it is imported, first of all from the folder that it is in.
START = (
    "import os; _here = os.getcwd(); os.chdir(os.environ['IPYTHONDIR']); import matplotlib.font_manager; "
    "os.chdir(_here); import analysis.trace; del os, _here, matplotlib, analysis"
)
OPTIONS = (QUIET, f"--IPKernelApp.exec_lines={START}")
NOTE = "from analysis import trace\ntrace.write()"  # the last cell of a run
HOMES: set[Path] = set()  # of the kernels that live now


class ChapterError(RuntimeError):
    """A chapter that failed; says which, and shows the cell and the error."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a kernel that lives in the folder `home`, with the settings `more`."""
    kept = [key for key in os.environ if key in HARMLESS or not key.startswith(SETTINGS)]
    return {
        "OPENBLAS_NUM_THREADS": "1",  # threads would change last digits; work is shared by processes
        **{key: os.environ[key] for key in kept},
        "PYTHONPATH": str(trace.ROOT),
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "JUPYTER_RUNTIME_DIR": str(home),
        trace.REQUEST: str(home / "notes"),
        **more,
    }


@contextmanager
def home() -> Iterator[Path]:
    """Give a kernel a folder for its settings, its fonts and its notes, and take it away afterwards."""
    while ENDING.is_set():
        time.sleep(PATIENCE)  # nothing more is started
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        HOMES.add(place)
        for part in ("ipython", "matplotlib", "notes"):
            (place / part).mkdir()
        for known in FONTS.glob("*.json"):
            shutil.copy(known, place / "matplotlib")
        try:
            yield place
        finally:
            HOMES.discard(place)
        for listed in (place / "matplotlib").glob("fontlist*.json"):
            if not (FONTS / listed.name).exists():
                FONTS.mkdir(parents=True, exist_ok=True)
                unfinished = FONTS / f"{os.getpid()}-{place.name}.part"
                shutil.copy(listed, unfinished)
                os.replace(unfinished, FONTS / listed.name)


def manager(kind: type[KernelManager], place: Path) -> KernelManager:
    """Return the manager of a kernel of this very interpreter. kind: of the class; place: as `home` gives it."""
    own = KernelSpecManager(kernel_dirs=[])  # none of the machine's kernels
    by_files = os.name == "posix" and len(str(place)) < LONGEST
    made = kind(
        kernel_name=installed.KERNEL,
        kernel_spec_manager=own,
        connection_file=str(place / "kernel.json"),
        transport="ipc" if by_files else "tcp",  # two kernels that start at once may be given one port
    )
    warm.use(made)
    return made


def run(notebook: nbformat.NotebookNode, *, folder: Path, name: str, **more: str) -> dict[str, Any]:
    """Execute a notebook from its code cells alone, in `folder`; return notes as `analysis.trace.collect` does.

    The outputs are put into `notebook`. more: settings for the kernel. Raises ChapterError, which names the
    chapter `name`, when a cell fails, takes longer than TIMEOUT, or the kernel dies.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.cells.append(nbformat.v4.new_code_cell(NOTE))
    how: dict[str, Any] = {"timeout": TIMEOUT, "extra_arguments": list(OPTIONS)}
    how["resources"] = {"metadata": {"path": str(folder)}}
    with home() as place:
        client = NotebookClient(notebook, km=manager(AsyncKernelManager, place), **how)
        try:
            with client.setup_kernel(cleanup_kc=True, env=environment(place, **more)):  # leaves signals to us
                for index, cell in enumerate(notebook.cells):
                    client.execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
                client.set_widgets_metadata()
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise ChapterError(f"chapter {name} failed:\n{error}") from error
        finally:
            notebook.cells.pop()
        notes = trace.collect(place / "notes")
        while ENDING.is_set():
            time.sleep(PATIENCE)  # its folder may be half gone: a run without all its notes is not kept
        return notes


def each(names: Sequence[str], work: Callable[[str], None], *, at_once: int = AT_ONCE) -> None:
    """Do `work` for names, `at_once` side by side; all end before the first failure is raised."""
    with ThreadPoolExecutor(at_once) as pool:
        todo = [pool.submit(work, name) for name in names]
    for done in todo:
        done.result()


def end_in_order(say: Callable[[str], None]) -> None:
    """Let Ctrl-C, and a request to end, end this program at once: its kernels first, one line, no traceback.

    Nothing is waited for: what is kept is written whole or not at all.
    """

    def end(number: int, frame: FrameType | None) -> None:
        ENDING.set()
        quiet, until = 0, time.monotonic() + PATIENCE
        while quiet < LOOKS and time.monotonic() < until:  # a thread may just be starting one
            quiet = 0 if _kill_children() | _remove_homes() else quiet + 1
            time.sleep(PAUSE)
        say("stopped; what was whole before stays, and the next run goes on from here")
        sys.stdout.flush()
        os._exit(128 + number)

    for number in ENDS:
        signal.signal(number, end)


@contextmanager
def to_the_end() -> Iterator[None]:
    """Let nothing end the program until the block is done."""
    told: list[int] = []
    before = {number: signal.signal(number, lambda number, frame: told.append(number)) for number in ENDS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if told:
            os.kill(os.getpid(), told[0])


def _remove_homes() -> bool:
    """Remove the folders of the kernels; tell whether there was any."""
    there = [place for place in list(HOMES) if place.exists()]
    for place in there:
        shutil.rmtree(place, ignore_errors=True)
    return bool(there)


def _kill_children() -> bool:
    """Kill what this program started, kernels and their workers; tell whether there was any."""
    living = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if child.status() != psutil.STATUS_ZOMBIE:
                living.append(child)
                child.kill()
    return bool(living)
