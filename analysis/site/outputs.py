"""The outputs of record: texts and tables that are committed with a chapter; and the environment of conda and Binder."""

import time
from collections.abc import Sequence
from pathlib import Path

import nbformat

from analysis import trace
from analysis.site import installed, record, run

ENVIRONMENT = trace.ROOT / "environment.yml"
BINDER_PYTHON = "3.11"
KEPT_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def outputs(chapters: Sequence[Path]) -> None:
    """Run chapters from their code cells alone and store texts and tables in them; pictures are left out.

    A chapter that raises keeps the outputs that it had, and the others still run. Raises `run.ChapterError`.
    """
    run.end_in_order(lambda line: print(line, flush=True))
    places = {str(path): path for path in chapters}

    def store(name: str) -> None:
        began, path = time.monotonic(), places[name]
        notebook = nbformat.read(path, as_version=4)
        used = run.run(notebook, folder=path.resolve().parent, name=name)
        for_record(notebook)
        tables = [name for name in used["tables"] if not name.startswith(trace.FILE)]
        notebook.metadata["inputs"] = {"modules": used["modules"], "tables": tables}
        record.whole(path, nbformat.writes(notebook) + "\n")
        print(f"{name}: run in {time.monotonic() - began:.1f} s", flush=True)

    print(f"{len(places)} chapters to run", flush=True)
    run.each(list(places), store, at_once=1)  # a chapter may show what another one keeps


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
    lines = [f"    - {name}=={version}" for name, version in installed.pins(lock, here).items()]
    head = [
        "# Made by `make lock` from requirements.lock: do not edit. For conda and Binder.",
        "name: smq-report",
        "channels: [conda-forge]",
        "dependencies:",
        f"  - python={BINDER_PYTHON}",
        "  - pip",
        "  - pip:",
    ]
    return "\n".join([*head, *lines, "    - -e ."]) + "\n"
