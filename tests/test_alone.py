"""One build at a time: a second one waits and says for whom; the lock of a program that died is none."""

import os
import signal
import subprocess
import sys

from analysis import trace
from analysis.site import alone

HOLDS = "import sys, time; from pathlib import Path; from analysis.site import alone; lock = alone.wait(Path(sys.argv[1]), print); print('has it', flush=True); time.sleep(60)"


def test_a_second_build_waits_until_the_first_has_ended_even_killed(tmp_path):
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(trace.ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as first:
        assert first.stdout.readline() == "has it\n"
        said = []

        def say(line: str) -> None:
            said.append(line)
            first.send_signal(signal.SIGKILL)

        lock = alone.wait(tmp_path, say)
    assert said == [f"another build is at work here (process {first.pid}): waiting for it to end"]
    assert (tmp_path / ".building").read_text() == str(os.getpid())
    lock.close()
    alone.wait(tmp_path, said.append).close()
    assert len(said) == 1


def test_where_the_system_knows_no_locks_a_build_goes_on(tmp_path, monkeypatch):
    def refuses(*given: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(alone.fcntl, "flock", refuses)
    alone.wait(tmp_path, print).close()
