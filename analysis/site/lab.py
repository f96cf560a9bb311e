"""`make lab`: JupyterLab on the chapters, with numbers in the prose and a word on what to run first."""

import os
import shutil
import sys
from pathlib import Path

from analysis import trace

START = Path(__file__).with_name("lab_start.py")
HOME = trace.ROOT / "book" / "_build" / ".lab"  # where IPython finds what a kernel does first


def settings(home: Path = HOME) -> dict[str, str]:
    """Return the environment of a lab whose kernels begin with `lab_start`; its folder is made."""
    first = home / "profile_default" / "startup" / "00-report.py"
    first.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(START, first)
    return {**os.environ, "IPYTHONDIR": str(home)}


def command(more: list[str], root: bool) -> list[str]:
    """Return the command of the lab. root: in a container, where who runs it is often root, which Jupyter asks to be told."""
    told = ["--allow-root", "--no-browser"] if root else []
    return [sys.executable, "-m", "jupyterlab", f"--notebook-dir={trace.ROOT / 'book'}", *told, *more]


if __name__ == "__main__":
    os.execve(sys.executable, command(sys.argv[1:], os.geteuid() == 0), settings())
