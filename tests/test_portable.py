"""The comparison of machines: it must see what differs, and run on a machine without some of the kernels."""

import os
import subprocess

import nbformat
import pytest

from tests import portable

HERE = portable.Environment("here", {})


@pytest.fixture
def afresh():
    portable.environments.cache_clear()
    yield
    portable.environments.cache_clear()


def on(monkeypatch, machine, **said):
    """Pretend another machine: `said` is returncode and stderr of the probe."""
    monkeypatch.setattr(portable.platform, "machine", lambda: machine)
    done = subprocess.CompletedProcess([], said.get("returncode", 0), "", said.get("stderr", ""))
    monkeypatch.setattr(portable.Environment, "run", lambda *_, **__: done)


@pytest.mark.parametrize(
    ("machine", "said", "reason"),
    [
        ("x86_64", {"returncode": -4}, "lacks its instructions"),
        ("AMD64", {"stderr": "Core not found: X\nCore: Zen\n"}, "not among the kernels"),
        ("arm64", {"stderr": ""}, "does not use OpenBLAS"),
        ("riscv64", {}, None),
    ],
)
def test_a_machine_without_a_kernel_says_so_and_still_compares(monkeypatch, afresh, machine, said, reason):
    on(monkeypatch, machine, **said)
    able, unable = portable.kernels()
    assert able == []
    assert all(reason in why for why in unable.values())
    assert bool(unable) == (reason is not None)
    names = [one.name for one in portable.environments()]
    assert names[0] == "own kernel, all features, 1 thread"
    assert portable.furthest().name == "own kernel, features off, 2 threads"
    assert not any("OPENBLAS_CORETYPE" in one.settings for one in portable.environments())


def test_every_kernel_comes_with_and_without_features_and_with_one_and_two_threads(monkeypatch, afresh):
    on(monkeypatch, "x86_64", stderr="Core: Any\n")
    every = portable.environments()
    assert len(every) == 5 * 2 * 2 + 1
    assert len({one.name for one in every}) == len(every)
    assert {one.settings.get("OPENBLAS_CORETYPE") for one in every} == {*portable.KERNELS["x86_64"], None}
    assert portable.furthest().name == "Prescott, features off, 2 threads"


def test_a_feature_switched_off_is_off_and_one_of_another_processor_is_no_matter():
    known = portable.features()
    off = portable.Environment("off", {"NPY_DISABLE_CPU_FEATURES": " ".join(known)})
    code = (
        "from numpy._core import _multiarray_umath as built;"
        "print(*(name for name in built.__cpu_dispatch__ if built.__cpu_features__[name]))"
    )
    assert off.run(["-c", code]).stdout.split() == []
    strange = portable.Environment("strange", {"NPY_DISABLE_CPU_FEATURES": "ASIMD VSX4 NOSUCH"})
    assert strange.run(["-c", code]).stdout.split() == known


def test_the_settings_of_this_process_do_not_reach_an_environment(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    code = "import os; print(os.environ.get('OPENBLAS_CORETYPE'), os.environ.get('TZ'))"
    assert HERE.run(["-c", code]).stdout.split() == ["None", os.environ.get("TZ", "None")]
    elsewhere = portable.Environment("elsewhere", portable.ELSEWHERE)
    assert elsewhere.run(["-c", code]).stdout.split() == ["None", "Pacific/Kiritimati"]
    with pytest.raises(RuntimeError, match="here: -c 1/0"):
        HERE.run(["-c", "1/0"])


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        ({"a": 1.0}, {"a": 1.0 + 1e-12}, []),
        ({"a": 1.0}, {"a": 1.0 + 3e-9}, ["a"]),
        ({"a": 2.2e6}, {"a": 2.2e6 + 1}, ["a"]),
        ({"a": 0.0}, {"a": 1e-15}, []),
        ({"a": None, "b": "x"}, {"a": None, "b": "y"}, ["b"]),
        ({"a": None}, {"a": 1.0}, ["a"]),
        ({"a": 1.0}, {}, ["a"]),
        ({}, {"a": "x"}, ["a"]),
    ],
)
def test_what_differs_is_named(one, other, names):
    assert portable.apart(one, other) == names


def chapter(path, code, text):
    cell = nbformat.v4.new_code_cell(
        code, execution_count=1, outputs=[nbformat.v4.new_output("stream", text=text)]
    )
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)
    return path


@pytest.mark.slow
def test_a_cell_with_another_output_is_named_and_the_exit_says_so(tmp_path, monkeypatch, capsys):
    same = chapter(tmp_path / "same.ipynb", "print(1 + 1)", "2\n")
    other = chapter(tmp_path / "other.ipynb", "import time; print(time.tzname[0])", "never so\n")
    monkeypatch.setattr(portable, "environments", lambda: (HERE, HERE, HERE))
    monkeypatch.setattr(portable, "kernels", lambda: ([], {}))
    asked = ["--parts", "chapters", "--workers", "1", "--furthest", "--chapters"]
    assert portable.main([*asked, str(same)]) == 0
    assert "equal" in capsys.readouterr().out
    assert portable.main([*asked, str(same), str(other)]) == 1
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("differs")]
    assert len(said) == 1
    assert "other.ipynb Cell 0: " in said[0]
    assert "never so" in said[0]
    assert "\x1b" not in said[0]


def test_an_environment_that_is_not_there_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(portable, "environments", lambda: (HERE,))
    with pytest.raises(SystemExit):
        portable.main(["--only", "PowerPC"])
    assert "found none. Allowed: ['here']" in capsys.readouterr().err
