"""Every command answers: with its help, or with one sentence on what it lacks."""

import os
import subprocess
import sys
import tomllib

import pytest
from packaging import licenses

from analysis import trace

COMMANDS = [
    ["analysis"],
    *(
        ["analysis", name]
        for name in (
            "refresh",
            "check",
            "outputs",
            "simulate",
            "lookup",
            "take",
            "choices",
            "review",
            "environment",
            "serve",
        )
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


@pytest.mark.slow
def test_the_package_gives_a_command_that_says_what_it_lacks(tmp_path):
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--disable-pip-version-check",
    ]
    subprocess.run(
        [*pip, "--target", tmp_path / "lib", trace.ROOT], check=True, capture_output=True, timeout=300
    )
    own = {**os.environ, "PYTHONPATH": str(tmp_path / "lib")}

    def run(*words: str) -> subprocess.CompletedProcess:
        command = [tmp_path / "lib" / "bin" / "smq-report", *words]
        return subprocess.run(
            command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False, timeout=120
        )

    assert run("--help").stdout.startswith("usage: smq-report")
    assert run("--version").stdout == f"smq-report {project()['version']}\n"
    without = run("check")
    assert without.returncode == 1
    assert "Refused: there is no folder" in without.stderr
    assert "unpack it" in without.stderr


def project() -> dict:
    return tomllib.loads((trace.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_licence_is_an_expression_that_tools_read():
    assert licenses.canonicalize_license_expression(project()["license"]) == project()["license"]
    text = (trace.ROOT / "LICENSE").read_text(encoding="utf-8")
    for part in ("MIT License", "Creative Commons Attribution 4.0", "Open Government Licence v3.0"):
        assert part in text
