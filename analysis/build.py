"""What `make` needs and a shell cannot say: outputs of record, the environment of conda and Binder."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from packaging.markers import Marker

from analysis import runs, trace

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
ENVIRONMENT = ROOT / "environment.yml"
BINDER_PYTHON = "3.11"
TIMEOUT = 900
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)(?: *; *([^\\]+?))? *\\?$", re.MULTILINE)
KEPT_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def outputs(chapters: Sequence[Path]) -> None:
    """Run chapters from their code cells alone and store texts and tables in them; pictures are left out.

    A chapter that raises stops the run and keeps the outputs that it had.
    """
    for number, path in enumerate(chapters, start=1):
        print(f"[{number}/{len(chapters)}] {path}", flush=True)
        notebook = nbformat.read(path, as_version=4)
        where = {"metadata": {"path": str(path.resolve().parent)}}
        notebook.cells.append(nbformat.v4.new_code_cell(runs.WRITE_NOTE))
        with tempfile.TemporaryDirectory() as notes:
            client = NotebookClient(notebook, timeout=TIMEOUT, kernel_name="python3", resources=where)
            client.execute(env={**os.environ, trace.REQUEST: notes})
            used = trace.collect(Path(notes))
        notebook.cells.pop()
        for_record(notebook)
        tables = [name for name in used["tables"] if not name.startswith("file:")]
        notebook.metadata["inputs"] = {"modules": used["modules"], "tables": tables}
        nbformat.write(notebook, path)


def for_record(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return an executed notebook as it is committed: no pictures, no widget state, no times of execution."""
    notebook.metadata.clear()
    notebook.metadata.update(KEPT_METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            for kind in [kind for kind in output.get("data", {}) if kind.startswith("image/")]:
                del output["data"][kind]
    return notebook


def environment(lock: str) -> str:
    """Return the text of `environment.yml` for conda and Binder: the very versions of the lock.

    lock: text of the hashed lock. Pins whose marker excludes Python 3.11 on Linux are left out.
    """
    here = {
        "python_version": BINDER_PYTHON,
        "python_full_version": f"{BINDER_PYTHON}.0",
        "sys_platform": "linux",
    }
    here |= {"platform_system": "Linux", "os_name": "posix", "implementation_name": "cpython"}
    here |= {"platform_python_implementation": "CPython", "platform_machine": "x86_64"}
    pins = [
        f"    - {name}=={version}"
        for name, version, marker in PINNED.findall(lock)
        if not marker or Marker(marker).evaluate(here)
    ]
    head = [
        "# Made by `make lock` from requirements.lock: do not edit. For conda and Binder.",
        "name: smq-report",
        "channels: [conda-forge]",
        "dependencies:",
        f"  - python={BINDER_PYTHON}",
        "  - pip",
        "  - pip:",
    ]
    return "\n".join([*head, *pins, "    - -e ."]) + "\n"
