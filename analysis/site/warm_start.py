"""One process that has imported what every kernel needs, and becomes a kernel anew, by a fork, for each line that asks.

A line of standard input is JSON: `argv` of the kernel, its `env` and its folder `cwd`; the answer is the number of
its process. The end of the input ends this process, and a kernel ends when this process is gone. Nothing of ours is
imported here, so that a kernel's notes name what the chapter used.
"""

import gc
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from importlib import import_module

sys.path.pop(0)  # the folder of this file, where no kernel looks
NEEDED = (
    *("debugpy", "ipykernel.debugger", "ipykernel.ipkernel", "IPython.core.debugger", "tornado.platform.asyncio"),
    *("matplotlib.font_manager", "matplotlib.figure", "matplotlib.projections", "matplotlib.backends.backend_svg"),
    *("pandas", "scipy.linalg", "scipy.optimize", "scipy.sparse", "scipy.special"),
)  # fmt: skip


def serve() -> None:
    """Answer each line with the process of the kernel that it asked for."""
    for name in NEEDED:
        import_module(name)
    if threading.active_count() > 1:
        sys.exit("an import has started a thread: this process cannot be forked")
    signal.signal(signal.SIGCHLD, bury)
    gc.freeze()  # what is there by now is no kernel's to look through
    print("ready", flush=True)
    for line in sys.stdin:
        process = os.fork()
        if not process:
            become(**json.loads(line))
        print(process, flush=True)


def bury(*_: object) -> None:
    """Take note of kernels that have ended, so that what they cost is counted."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def become(argv: list[str], env: dict[str, str], cwd: str) -> None:
    """Run a kernel here until it ends, with these arguments and settings, in this folder; never return."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # the way back to who asks belongs to the process that forks
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv[1:] = argv
    import_module("ipykernel.kernelapp").IPKernelApp.launch_instance()
    sys.exit()


if __name__ == "__main__":
    serve()
