"""`make serve`: the pages are shown, or one sentence says why not and what to do."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from analysis.site import serve

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def pages(tmp_path):
    folder = tmp_path / "the pages é"
    folder.mkdir()
    (folder / "index.html").write_text("<h1>Findings</h1>")
    return folder


@pytest.fixture
def taken():
    """A port at which another program listens."""
    with socket.socket() as other:
        other.bind((serve.HERE, 0))
        other.listen()
        yield other.getsockname()[1]


def command(pages: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "analysis", "serve", str(pages), "--port", str(port)]


def test_a_taken_port_is_said_in_a_sentence_with_one_that_is_free(pages, taken):
    done = subprocess.run(command(pages, taken), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    said = done.stderr.strip()
    assert said.startswith(f"Port {taken} is taken by another program")
    assert said.count("\n") == 0
    other = int(said.rsplit("PORT=", 1)[1])
    assert other != taken
    with socket.socket() as free:
        free.bind((serve.HERE, other))


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_number_that_is_no_port_is_refused(pages, port):
    with pytest.raises(serve.ServeError, match="Allowed: 1 to 65535"):
        serve.serve(pages, port)


def test_pages_that_are_not_built_are_missed(tmp_path):
    with pytest.raises(serve.ServeError, match="make book"):
        serve.serve(tmp_path, 8000)


def test_pages_are_shown_until_they_are_stopped_without_a_traceback(pages, taken):
    port = int(serve.another(taken).rsplit("PORT=", 1)[1])
    with subprocess.Popen(
        command(pages, port), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as shown:
        assert shown.stdout.readline().startswith(f"http://{serve.HERE}:{port}")
        assert urllib.request.urlopen(f"http://{serve.HERE}:{port}/").read() == b"<h1>Findings</h1>"
        shown.send_signal(signal.SIGINT)
        assert shown.wait(timeout=10) == 0
        assert shown.stderr.read() == ""


FAKE = """#!/bin/sh
# Stands for Python: notes what it is called with, and makes the environment with itself in it.
case "$*" in
  *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python;;
esac
{ echo "called: $*"; env; } >> noted.txt
"""


def test_settings_of_the_user_and_a_blank_in_the_path_do_not_reach_what_make_does(tmp_path):
    here, tools = tmp_path / "ma copie é", tmp_path / "my tools"
    for folder in (here, tools, here / "book"):
        folder.mkdir()
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, here)
    (tools / "python3").write_text(FAKE)
    (tools / "python3").chmod(0o755)
    user = {"PIP_USER": "1", "PIP_TARGET": "/x", "PIP_PREFIX": "/x", "PYTHONPATH": "/x", "HOME": "/proc/none"}
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", f"PYTHON={tools / 'python3'}", "book"],
        cwd=here,
        env=own | user,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    noted = (here / "noted.txt").read_text()
    assert noted.count("called: -m pip") == 2
    assert noted.count("--no-user --target= ") == 2
    assert "called: -m analysis.site.build build -n -W" in noted
    for name in ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PYTHONPATH"):
        assert f"{name}=" not in noted
    assert f"HOME={here}/.venv/home" in noted
