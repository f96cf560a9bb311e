"""The set-up: one lock, the same versions everywhere, commands and papers that say what is there."""

import importlib.metadata as metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from analysis.site import installed, outputs

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
ALLOWED = SpecifierSet(PROJECT["requires-python"])
PYTHONS = tuple(python for python in (f"3.{minor}" for minor in range(60)) if f"{python}.0" in ALLOWED)
RANGE = f"Python {PYTHONS[0]} to {PYTHONS[-1]}"
MINORS = [python.partition(".")[2] for python in (PYTHONS[0], PYTHONS[-1])]
DIRECT = [Requirement(text) for text in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]]
PINS = {
    canonicalize_name(name): (version, marker.strip())
    for name, version, marker in installed.PINNED.findall(LOCK)
}
NOT_OURS = {"_build", "__pycache__", "dist", "node_modules", "private"}
HIDDEN_BUT_OURS = {".ci", ".binder", ".github", ".gitignore"}
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}( \\)?")
HOMES = "(work|root|home|users)"  # not spelled with slashes, so that this file does not match
MACHINE = re.compile(
    rf"(?<![\w.:/-])/{HOMES}/(?!jovyan)[a-z]|[a-z]:\\+{HOMES}\\|\.\./{'sha'}red", re.IGNORECASE
)


def machine_paths(text: str) -> list[str]:
    """Return the lines that name a folder of one machine."""
    return [line.strip()[:100] for line in text.splitlines() if MACHINE.search(line)]


def ours(name: str) -> bool:
    """Tell whether a file or folder of this name is part of the report, not a cache or a build."""
    return name not in NOT_OURS and (name[0] != "." or name in HIDDEN_BUT_OURS)


def linux(python: str) -> dict[str, str]:
    """Return the marker variables of CPython `python` on Linux."""
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": "x86_64",
        "extra": "",
    }


def pinned(name: str, python: str) -> str | None:
    """Return the version that the lock installs for `python`, None when it installs none."""
    version, marker = PINS.get(canonicalize_name(name), (None, ""))
    return version if not marker or Marker(marker).evaluate(linux(python)) else None


def unmet(python: str) -> list[str]:
    """Walk from the direct dependencies through the installed packages' own requirements; list what lacks."""
    lacking, seen, todo = [], set(), [("pyproject.toml", need) for need in DIRECT]
    while todo:
        by, need = todo.pop()
        version = pinned(need.name, python)
        if version is None or version not in need.specifier:
            lacking.append(f"{by} needs {need}, the lock has {version}")
            continue
        extras = ("", *sorted(need.extras))
        if (need.name, extras) in seen:
            continue
        seen.add((need.name, extras))
        try:
            requires = metadata.requires(need.name) or []
        except metadata.PackageNotFoundError:
            continue  # pinned for another Python only
        for text in requires:
            further = Requirement(text)
            if not further.marker or any(
                further.marker.evaluate({**linux(python), "extra": extra}) for extra in extras
            ):
                todo.append((need.name, further))
    return sorted(lacking)


def test_conda_and_binder_get_the_versions_of_the_lock():
    assert (ROOT / "environment.yml").read_text() == outputs.environment(LOCK)


def test_environment_leaves_out_pins_for_other_machines():
    text = outputs.environment("a==1.0 ; sys_platform == 'win32' \\\n    --hash=x\nb==2.0 \\\n    --hash=y\n")
    assert "b==2.0" in text
    assert "a==1.0" not in text


@pytest.mark.parametrize("need", DIRECT, ids=str)
def test_each_direct_dependency_is_pinned_within_its_range(need):
    version, marker = PINS[canonicalize_name(need.name)]
    assert version in need.specifier
    assert not marker, f"{need.name} is pinned only where {marker}"


def test_every_requirement_of_the_lock_is_a_hashed_pin_and_there_are_no_forks():
    starts = [line for line in LOCK.splitlines() if line and line[0] not in " #"]
    names = [canonicalize_name(name) for name, _, _ in installed.PINNED.findall(LOCK)]
    assert len(starts) == len(names) == len(set(names)) > 50
    for block in re.split(r"\n(?=[A-Za-z0-9])", LOCK):
        hashes = [line.strip() for line in block.splitlines()[1:] if line.strip().startswith("--hash")]
        assert hashes, block[:80]
        assert all(HASH.fullmatch(line) for line in hashes), block[:80]


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_is_complete_for_python(python):
    assert unmet(python) == []


@pytest.mark.parametrize("python", PYTHONS)
def test_every_pin_allows_python(python):
    refused = []
    for dist in metadata.distributions():
        name, allowed = dist.metadata["Name"], dist.metadata.get("Requires-Python")
        if pinned(name, python) and allowed and f"{python}.0" not in SpecifierSet(allowed):
            refused.append(f"{name} {allowed}")
    assert refused == []


def test_the_range_of_pythons_is_one_without_gaps():
    first, last = (int(minor) for minor in MINORS)
    assert tuple(f"3.{minor}" for minor in range(first, last + 1)) == PYTHONS
    assert len(PYTHONS) > 1


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("README.md", rf"You need {RANGE}, and make\."),
        ("CONTRIBUTING.md", rf"serves {RANGE};"),
        (".ci/run", rf"needs {RANGE}, make"),
        ("Makefile", rf"Needs {RANGE} and make"),
        ("Makefile", r"\(3, {}\) <= v <= \(3, {}\) ".format(*MINORS)),
        ("Makefile", rf"Needed: {RANGE.removeprefix('Python ')}\."),
        ("Makefile", rf"uv pip compile .*--universal --python-version {PYTHONS[0]} "),
        ("pyproject.toml", rf'target-version = "py3{MINORS[0]}"'),
        ("pyproject.toml", rf'\[tool\.mypy\]\npython_version = "{PYTHONS[0]}"'),
        ("environment.yml", rf"- python={PYTHONS[0]}\n"),
    ],
)
def test_every_place_says_the_same_range_of_pythons(name, says):
    assert len(re.findall(says, (ROOT / name).read_text())) == 1


@pytest.mark.parametrize("python", [*PYTHONS, "3.10", "3.60"])
def test_make_refuses_a_python_outside_the_range(python):
    line = next(line for line in MAKEFILE.splitlines() if "sys.version_info" in line)
    code = re.search(r"-c 'import sys; (.*)'", line).group(1)
    with pytest.raises(SystemExit) as stopped:
        exec(code, {"sys": SimpleNamespace(version_info=(3, int(python[2:]), 0), exit=sys.exit)})
    refused = str(stopped.value.code).startswith(f"Python {python} found. Needed: ")
    assert refused if python not in PYTHONS else stopped.value.code == 0


def test_units_are_tested_on_the_oldest_and_the_newest_python_and_on_macos():
    job = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]["units"]
    rows = [(row["system"].split("-")[0], row["python"]) for row in job["strategy"]["matrix"]["include"]]
    assert {("ubuntu", PYTHONS[0]), ("ubuntu", PYTHONS[-1])} <= set(rows)
    assert {python for system, python in rows if system == "macos"} <= set(PYTHONS)
    assert "macos" in dict(rows)
    assert {"run": "make units"} in job["steps"]
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        for asked in re.findall(r'python-version: "([^"]+)"', path.read_text()):
            assert asked in PYTHONS, f"{path.name} asks for {asked}"


def test_the_lock_is_what_is_installed():
    installed = {canonicalize_name(dist.metadata["Name"]): dist.version for dist in metadata.distributions()}
    assert {name: installed[name] for name in PINS if name in installed} == {
        name: version for name, (version, _) in PINS.items() if name in installed
    }
    assert {canonicalize_name(need.name) for need in DIRECT} <= set(installed)


def test_make_alone_lists_every_command_with_a_line_of_help():
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE).group(1).split()
    rules = dict(re.findall(r"^([a-z]+):[^=\n#]*?(?:## (.*))?$", MAKEFILE, re.MULTILINE))
    assert set(rules) == set(targets) >= {"book", "test", "lab", "serve", "clean"}
    run = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, env=run, capture_output=True, text=True
    )
    assert shown.returncode == 0, shown.stderr
    for target in targets:
        assert rules[target], f"make {target} has no line of help"
        assert re.search(rf"^ *make {target} +\S.*$", shown.stdout, re.MULTILINE), target


def test_contributing_says_what_each_dependency_is_for_and_names_no_other():
    contributing = (ROOT / "CONTRIBUTING.md").read_text()
    table = contributing.split("| package | why it is here |\n|---|---|\n")[1].split("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    named = [re.sub(r"\(.*?\)", "", part) for first, _ in rows for part in first.split(",")]
    assert sorted(canonicalize_name(name.strip()) for name in named) == sorted(
        canonicalize_name(need.name) for need in DIRECT
    )


def test_the_readme_has_the_two_commands():
    readme = (ROOT / "README.md").read_text()
    assert re.search(r"^make book\b", readme, re.MULTILINE)
    assert re.search(r"^make test\b", readme, re.MULTILINE)


def test_no_file_names_a_folder_of_one_machine():
    found = {}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if ours(name)]
        for path in (Path(folder, name) for name in files if ours(name)):
            content = path.read_bytes()
            if b"\0" not in content and (lines := machine_paths(content.decode("utf-8", "replace"))):
                found[path.relative_to(ROOT).as_posix()] = lines[:3]
    assert found == {}


@pytest.mark.parametrize("place", ["work", "root", "home", "Users"])
@pytest.mark.parametrize("form", ["/{}/ann/book", "C:\\{}\\Ann"])
def test_a_folder_of_one_machine_is_seen(place, form):
    assert machine_paths(f"x\ncd {form.format(place)}") == [f"cd {form.format(place)}"]
    assert machine_paths(f"https://example.org/{place}/a") == []
