"""Kernels without the second of processor time that each spends on imports: forked by `analysis.site.nursery`.

One such process serves all kernels that share their settings; each kernel has its own folder, environment and memory.
Where a process cannot be forked safely with its libraries, kernels start as Jupyter starts them.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from importlib.metadata import EntryPoint
from pathlib import Path
from threading import Lock
from typing import Any

import psutil
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner
from traitlets import Any as Trait

from analysis.site import nursery

POSSIBLE = sys.platform == "linux"
NAME = "forked"
PLACE = "{home}"  # stands for a kernel's own folder
OF_ONE = ("REPORT_", "JPY_", "PYTEST_")  # settings that no library reads when it is imported


Home = Callable[[], AbstractContextManager[Path]]


class Forked:
    """A process that another one forked, with what a provisioner asks of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._process = psutil.Process(pid) if psutil.pid_exists(pid) else None

    def poll(self) -> int | None:
        """Return None while it lives; how it ended is not known."""
        process = self._process
        try:
            gone = process is None or not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            gone = True
        return 0 if gone else None

    def wait(self) -> int:
        """Wait for its end."""
        if self.poll() is None and self._process is not None:
            self._process.wait()
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal to it alone, where it lives still."""
        with suppress(psutil.NoSuchProcess):
            if self._process is not None:
                self._process.send_signal(number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that forks. settings: its environment; home: of a folder of its own."""

    def __init__(self, settings: Mapping[str, str], home: AbstractContextManager[Path]) -> None:
        self.settings, self._closing = settings, ExitStack()
        self.home = self._closing.enter_context(home)
        self._answers, theirs = os.pipe()
        environment = {key: value.replace(PLACE, str(self.home)) for key, value in settings.items()}
        command = [sys.executable, "-P", nursery.__file__, str(theirs)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, env=environment, cwd=self.home, pass_fds=[theirs], text=True
        )
        os.close(theirs)
        self._answer()

    def fork(self, **asked: Any) -> Forked:
        """Return a new kernel. asked: as `analysis.site.nursery` reads it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return Forked(self._answer())

    def lives(self) -> bool:
        """Tell whether it can fork still."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it and its kernels; take its folder away."""
        with self._closing:
            self._process.communicate()
            os.close(self._answers)

    def _answer(self) -> int:
        said = b""
        while not said.endswith(b"\n"):
            more = os.read(self._answers, 1)
            if not more:
                raise RuntimeError("the process that starts kernels ended")
            said += more
        return int(said)


class Provisioner(LocalProvisioner):
    """Starts a kernel by a fork. home: makes the folder of the process that forks."""

    home = Trait()

    async def launch_kernel(self, cmd: list[str], **more: Any) -> KernelConnectionInfo:
        """Launch a kernel as the command would. more: `env` and `cwd` among others."""
        with LOCK:
            child = _nursery(more["env"], self.home).fork(
                argv=cmd[cmd.index(nursery.KERNEL) :], env=more["env"], cwd=str(more.get("cwd") or Path.cwd())
            )
        self.process = child  # type: ignore[assignment]
        self.pid = self.pgid = child.pid
        self.cwd = more.get("cwd")
        return self.connection_info


LOCK = Lock()
NURSERIES: list[Nursery] = []  # one at most


def use(manager: KernelManager, home: Home) -> None:
    """Let a manager fork its kernel where that is possible. home: as `analysis.site.run.home`."""
    if POSSIBLE and manager.kernel_spec is not None:
        where = EntryPoint(NAME, f"{__name__}:{Provisioner.__name__}", KernelProvisionerFactory.GROUP_NAME)
        KernelProvisionerFactory.instance().provisioners[NAME] = where
        manager.kernel_spec.metadata["kernel_provisioner"] = {
            "provisioner_name": NAME,
            "config": {"home": home},
        }


def homes() -> list[Path]:
    """Return the folder of the process that forks, where there is one."""
    return [one.home for one in NURSERIES]


def close() -> None:
    """End the process that forks, where there is one."""
    while NURSERIES:
        NURSERIES.pop().close()


atexit.register(close)


def _nursery(env: Mapping[str, str], home: Home) -> Nursery:
    """Return the process that forks kernels with these settings, started when there is none."""
    place = env["JUPYTER_RUNTIME_DIR"]
    shared = {key: value.replace(place, PLACE) for key, value in env.items() if not key.startswith(OF_ONE)}
    if not (NURSERIES and NURSERIES[0].lives() and NURSERIES[0].settings == shared):
        close()
        NURSERIES.append(Nursery(shared, home()))
    return NURSERIES[0]
