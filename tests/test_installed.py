"""Nothing is built where what is installed is not what the lock says, or belongs to another checkout."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.site import installed

LOCKED = {"numpy": "2.4.6", "krippendorff": "0.8.2", "Jinja2": "3.1"}
RIGHT = {"numpy": "2.4.6", "krippendorff": "0.8.2", "jinja2": "3.1", "more": "1"}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (RIGHT, ""),
        ({**RIGHT, "krippendorff": "0.7.0"}, "krippendorff 0.7.0 (lock: 0.8.2)"),
        ({**RIGHT, "numpy": "2.4.6 and 2.4.5"}, "numpy 2.4.6 and 2.4.5 (lock: 2.4.6)"),
        ({**RIGHT, "numpy": "2.4.6 from file:///a"}, "numpy 2.4.6 from file:///a (lock: 2.4.6)"),
        ({"numpy": "2.4.6", "krippendorff": "0.8.2"}, "Jinja2 is missing (lock: 3.1)"),
    ],
)
def test_what_differs_from_the_lock_is_named_with_the_remedy(found, said):
    told = installed.differs(LOCKED, found)
    assert said in told
    assert ("`rm -rf .venv && make book`" in told) == bool(said)


def test_many_differences_are_counted():
    locked = {f"package{number}": "1" for number in range(9)}
    assert "package2 is missing (lock: 1) and 6 more" in installed.differs(locked, {})


def test_pins_for_other_machines_are_not_asked_for():
    lock = "a==1.0 ; sys_platform == 'win32' \\\n    --hash=x\nb==2.0 \\\n    --hash=y\nc==3 ; os_name == 'posix'\n"
    place = {"sys_platform": "linux", "os_name": "posix"}
    assert installed.pins(lock, place) == {"b": "2.0", "c": "3"}
    assert installed.pins(lock.replace("\n", "\r\n"), place) == {"b": "2.0", "c": "3"}


def test_versions_are_those_that_python_finds_first(tmp_path, monkeypatch):
    def info(folder: str, name: str, url: str = "") -> None:
        place = tmp_path / folder / f"{name}.dist-info"
        place.mkdir(parents=True)
        if url:
            (place / "direct_url.json").write_text(json.dumps({"url": url}))

    info("first", "krippendorff-0.7.0")
    info("second", "krippendorff-0.8.2")
    info("second", "Some_Thing-1.0", "file:///elsewhere")
    info("second", "twice-1.0")
    info("second", "twice-2.0")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "first"), str(tmp_path / "second")])
    assert installed.versions() == {
        "krippendorff": "0.7.0",
        "some-thing": "1.0 from file:///elsewhere",
        "twice": "1.0 and 2.0",
    }


def test_distributions_are_those_that_modules_come_from():
    found = installed.distributions(["mpl_toolkits", "yaml", "json", "analysis", "nowhere"])
    assert set(found) == {"matplotlib", "pyyaml"}
    assert found["matplotlib"] == installed.pins(installed.LOCK.read_text())["matplotlib"]


def kernel(folder: Path, *argv: str) -> None:
    place = folder / "kernels" / "python3"
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "P", "language": "python"}) if argv else "{"
    )


@pytest.mark.parametrize(
    ("argv", "refused"),
    [
        (("python", "-m", "ipykernel_launcher", "-f", "{connection_file}"), False),
        ((sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"), False),
        (("/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"), True),
        (("no-such-python", "-f", "{connection_file}"), True),
        ((), True),
    ],
)
def test_a_kernel_of_another_interpreter_is_refused(tmp_path, monkeypatch, argv, refused):
    kernel(tmp_path, *argv)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert bool(installed.another_kernel()) == refused
    assert ("JUPYTER_PATH" in installed.another_kernel()) == refused


def test_another_checkout_is_refused(tmp_path):
    assert "comes from another checkout" in installed.refusal(tmp_path)


def test_this_environment_is_the_locks_and_the_command_says_nothing_or_one_sentence(tmp_path):
    assert installed.refusal() == ""
    command = [sys.executable, "-m", "analysis.site.installed"]
    assert subprocess.run(command, cwd=installed.ROOT, capture_output=True, text=True).stdout == ""
    code = f"import sys; sys.path.insert(0, {str(installed.ROOT)!r}); from analysis.site import installed as i; i.require()"
    (tmp_path / "krippendorff-9.dist-info").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(
        "Refused: what is installed is not what requirements.lock says, krippendorff 9"
    )
    assert done.stderr.count("\n") == 1
