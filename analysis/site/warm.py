"""Kernels that are forks of one warm process, which has imported once what each of them needs.

Each is a process of its own all the same: what one chapter does no other sees. Where a fork is not safe (macOS,
Windows) kernels start from nothing; they compute the same.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

START = Path(__file__).with_name("warm_start.py")
READY = "ready\n"
SAFE = sys.platform == "linux"
TRIES = 3
GONE = 1  # code of a kernel that has ended: the true one is told to its parent alone
OWN = (
    "IPYTHONDIR",
    "MPLCONFIGDIR",
    "JUPYTER_RUNTIME_DIR",
    "REPORT_TRACE",
)  # settings that name a kernel's own folder
# What kernels set themselves before they import, and silence for a warning to those who would debug.
BEFORE = {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
FORKS = EntryPoint("forks", f"{__name__}:Provisioner", KernelProvisionerFactory.GROUP_NAME)
ONE = threading.Lock()  # asks at a time


@dataclass(frozen=True, slots=True)
class Warm:
    """A process that waits to fork, and the settings that its kernels share."""

    process: subprocess.Popen[str]
    settings: dict[str, str]

    def ask(self, told: str) -> str:
        """Return the line that answers a line; '' from a process that has ended."""
        assert self.process.stdin
        assert self.process.stdout
        with suppress(BrokenPipeError):
            print(told, file=self.process.stdin, flush=True)
        return self.process.stdout.readline()


STARTED: list[Warm] = []


class Fork(psutil.Process):
    """A kernel as `subprocess` would give it, though it is a child of the warm process."""

    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        """Return None while it lives, then GONE."""
        return None if self.is_running() else GONE

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        with suppress(psutil.NoSuchProcess):
            super().send_signal(number)


class Provisioner(LocalProvisioner):
    """Gives the manager of a kernel a fork instead of a program that starts."""

    async def launch_kernel(self, cmd: list[str], **how: Any) -> KernelConnectionInfo:
        """Fork. cmd: what would start the kernel from nothing; how: its `env` and `cwd`."""
        self.cwd = how.get("cwd") or os.getcwd()
        self.process = fork(cmd[cmd.index("-m") + 2 :], env=how["env"], cwd=str(self.cwd))
        self.pid = self.pgid = self.process.pid
        return self.connection_info


def use(manager: KernelManager) -> None:
    """Let a manager start its kernel as a fork, where that is safe."""
    if SAFE and manager.kernel_spec:
        KernelProvisionerFactory.provisioners[FORKS.name] = FORKS
        manager.kernel_spec.metadata["kernel_provisioner"] = {"provisioner_name": FORKS.name}


def fork(argv: list[str], *, env: Mapping[str, str], cwd: str) -> Fork:
    """Return a new kernel. argv: its arguments; env: all its settings; cwd: its folder."""
    with ONE:
        for _ in range(TRIES):
            warm = _warm(env)
            parent = f"--IPKernelApp.parent_handle={warm.process.pid}"
            answer = warm.ask(json.dumps({"argv": [*argv, parent], "env": dict(env), "cwd": cwd}))
            if answer:
                return Fork(int(answer))
            STARTED.remove(warm)
    raise OSError("no kernel could be forked: the process that should have done it ended each time")


def _warm(env: Mapping[str, str]) -> Warm:
    """Return the process that has these settings, started if need be; those without kernels then end."""
    settings = {name: value for name, value in env.items() if name not in OWN}
    for warm in STARTED:
        if warm.settings == settings and warm.process.poll() is None:
            return warm
    end(idle=True)
    process = subprocess.Popen(
        [sys.executable, str(START)], cwd=env["IPYTHONDIR"], env={**env, **BEFORE}, start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    if process.stdout.readline() != READY:
        raise OSError(f"{START.name} did not start: kernels cannot be forked")
    STARTED.append(Warm(process, settings))
    return STARTED[-1]


@atexit.register
def end(*, idle: bool = False) -> None:
    """End the processes that wait to fork, only those without a living kernel if `idle`; other kernels end with them."""
    for warm in list(STARTED):
        with suppress(psutil.NoSuchProcess):
            if idle and psutil.Process(warm.process.pid).children():
                continue
        STARTED.remove(warm)
        warm.process.communicate()
