"""A process that knows the libraries of every chapter and becomes a kernel as often as it is asked; run as a script.

It holds no module of ours and has run no cell. So a kernel that it forks knows what a new one knows after these imports,
and nothing of another chapter. It reads lines of JSON, `argv`, `env` and `cwd`, answers each with the number of a
process, and ends with its input; its kernels see that and end too.
"""

import gc
import importlib
import json
import os
import signal
import sys
from types import FrameType
from typing import Any

KERNEL = "ipykernel_launcher"
LIBRARIES = (
    "IPython.core.completer", "ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.zmqshell", "joblib",
    "matplotlib.backends.backend_svg", "matplotlib.dates", "matplotlib.font_manager", "matplotlib.pyplot",
    "matplotlib.textpath", "numpy", "pandas", "scipy.sparse.csgraph", "scipy.stats", "statsmodels.duration.survfunc",
    "statsmodels.stats.inter_rater", "statsmodels.stats.multitest",
)  # fmt: skip


def main(answers: int) -> None:
    """Import, say so, and fork for each line."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    os.environ["MPLBACKEND"] = (
        "module://matplotlib_inline.backend_inline"  # as a kernel sets it before matplotlib
    )
    here = os.getcwd()
    os.chdir(os.environ["IPYTHONDIR"])  # matplotlib reads its settings from the folder that it is imported in
    for name in LIBRARIES:
        importlib.import_module(name)
    os.chdir(here)
    gc.freeze()
    signal.signal(signal.SIGCHLD, reap)
    os.write(answers, b"0\n")
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            os.close(answers)
            become(json.loads(line))
        os.write(answers, f"{child}\n".encode())


def reap(number: int, frame: FrameType | None) -> None:
    """Let the processor time of a kernel that ended count as ours."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def become(asked: dict[str, Any]) -> None:
    """Be the kernel that a command would start, and end with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.stdin = open(0, closefd=False, encoding="utf-8")  # noqa: SIM115  (lives as long as the process)
    kept = {name: os.environ[name] for name in ("JPY_PARENT_PID", "MPLBACKEND")}
    os.environ.clear()
    os.environ.update(asked["env"] | kept)
    os.chdir(asked["cwd"])
    sys.argv = asked["argv"]
    sys.modules["numpy"].random.seed()
    from ipykernel import kernelapp

    gc.unfreeze()
    kernelapp.launch_new_instance()
    sys.exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
