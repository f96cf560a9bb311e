"""Every command answers: with its help, or with one sentence on what it lacks."""

import subprocess
import sys

import pytest

from analysis import trace

COMMANDS = [
    ["analysis"],
    *(
        ["analysis", name]
        for name in ("refresh", "check", "outputs", "simulate", "lookup", "environment", "serve")
    ),
    ["analysis.edition"],
    ["analysis.edition", "make"],
    ["analysis.edition", "numbers"],
    ["analysis.site.pdf"],
    ["analysis.site.installed"],
]


def told(*words: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=trace.ROOT, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does(words):
    found = told(*words, "--help")
    assert found.returncode == 0
    assert found.stdout.startswith(f"usage: python -m {words[0]}")


@pytest.mark.parametrize(
    ("words", "lacks"),
    [(["analysis"], "command"), (["analysis", "lookup"], "folder"), (["analysis.edition"], "command")],
    ids=str,
)
def test_a_command_without_what_it_needs_says_so(words, lacks):
    found = told(*words)
    assert found.returncode == 2
    assert f"the following arguments are required: {lacks}" in found.stderr
    assert "Traceback" not in found.stderr
