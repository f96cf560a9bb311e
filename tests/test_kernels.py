"""A kernel starts from this environment and nobody's settings; told to end, a program ends its kernels first."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from jupyter_client.manager import KernelManager

from analysis import trace
from analysis.site import run, warm

LOOKS = """import json, os, sys, time, locale
import matplotlib as mpl
looks = {
    "line": mpl.rcParams["lines.linewidth"], "zone": time.tzname[0],
    "python": sys.executable, "started": sorted(name for name in globals() if name.startswith("from_")),
    "modules": sorted(set(sys.modules) & {"sitecustomize_of_a_user", "usercustomize"}),
    "encoding": locale.getpreferredencoding(), "language": locale.setlocale(locale.LC_ALL, ""),
    "folder": os.getcwd(), "kernel": os.environ.get("OPENBLAS_CORETYPE"), "more": os.environ["REPORT_BUILD"],
}
print(json.dumps(looks))"""


def cells(*sources: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


@pytest.fixture
def user(tmp_path, monkeypatch):
    """A user's settings, wherever they could reach a kernel from."""
    files = {
        "here/matplotlibrc": "lines.linewidth: 91",
        "named/matplotlibrc": "lines.linewidth: 92",
        "home/.config/matplotlib/matplotlibrc": "lines.linewidth: 93",
        "home/.ipython/profile_default/startup/00.py": "from_ipython = 1",
        "home/.ipython/profile_default/ipython_kernel_config.py": "c.IPKernelApp.exec_lines = ['from_config = 1']",
        "startup.py": "from_startup = 1",
        "path/sitecustomize.py": "import sys; sys.modules['sitecustomize_of_a_user'] = sys",
        "path/matplotlib.py": "raise SystemExit('not matplotlib')",
        "kernels/kernels/python3/kernel.json": json.dumps(
            {"argv": ["false"], "display_name": "x", "language": "x"}
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    settings = {
        "HOME": "home",
        "MATPLOTLIBRC": "named/matplotlibrc",
        "PYTHONSTARTUP": "startup.py",
        "PYTHONPATH": "path",
        "JUPYTER_PATH": "kernels",
        "IPYTHONDIR": "home/.ipython",
    }
    for name, where in settings.items():
        monkeypatch.setenv(name, str(tmp_path / where))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    monkeypatch.setattr(run, "FONTS", tmp_path / "fonts")
    return tmp_path / "here"


def test_a_users_settings_do_not_reach_a_chapter_and_what_it_used_is_noted(user):
    notebook = cells(LOOKS, "from analysis import data\nlen(data.load('price_indices')) > 1")
    notes = run.run(notebook, folder=user, name="x", REPORT_BUILD="1")
    looks = json.loads(notebook.cells[0].outputs[0].text)
    assert looks["line"] == 1.5
    assert looks["python"] == sys.executable
    assert (looks["started"], looks["modules"]) == ([], [])
    assert (looks["zone"], looks["encoding"].lower()) == ("UTC", "utf-8")
    assert Path(looks["folder"]) == user
    assert (looks["kernel"], looks["more"]) == ("Haswell", "1")
    assert [cell.execution_count for cell in notebook.cells] == [1, 2], "what is added leaves no trace"
    assert notes["python"] == trace.python()
    assert {"matplotlib", "pandas", "analysis"} <= set(notes["imported"])
    assert {"analysis/data.py", "analysis/trace.py"} <= set(notes["modules"])
    assert set(notes["tables"]) == {"price_indices"}
    assert list((user.parent / "fonts").glob("fontlist*.json")), (
        "the list of fonts is kept for the next kernel"
    )


def test_a_chapter_that_fails_is_named_with_its_error():
    with pytest.raises(run.ChapterError, match=r"(?s)chapter deep/x failed.*ZeroDivisionError"):
        run.run(cells("1 / 0"), folder=trace.ROOT, name="deep/x")


def test_all_end_before_the_first_failure_is_raised():
    done = []

    def work(name: str) -> None:
        if name == "bad":
            raise ValueError(name)
        time.sleep(0.05)
        done.append(name)

    with pytest.raises(ValueError, match="bad"):
        run.each(["bad", "a", "b", "c"], work, at_once=2)
    assert sorted(done) == ["a", "b", "c"]


ENDLESS = """
import sys, time
from pathlib import Path
import nbformat
from analysis.site import run, warm
run.end_in_order(lambda line: print(line, flush=True))
def work(name):
    print("began", name, flush=True)
    cell = nbformat.v4.new_code_cell("import time; open('in_a_cell', 'w').close(); time.sleep(300)")
    run.run(nbformat.v4.new_notebook(cells=[cell]), folder=Path.cwd(), name=name)
run.each(["a", "b", "c", "d"], work, at_once=2)
"""


@pytest.mark.parametrize(("number", "at"), [(signal.SIGINT, "the start"), (signal.SIGTERM, "work in a cell")])
def test_told_to_end_a_program_ends_its_kernels_and_starts_nothing_more(tmp_path, number, at):
    command = [sys.executable, "-c", ENDLESS]
    environment = {**os.environ, "PYTHONPATH": str(trace.ROOT), "TMPDIR": str(tmp_path)}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, **streams) as program:
        assert program.stdout.readline().startswith("began")
        while at == "work in a cell" and not (tmp_path / "in_a_cell").exists():
            time.sleep(0.05)
        family = psutil.Process(program.pid).children(recursive=True)
        began = time.monotonic()
        program.send_signal(number)
        said = program.communicate()[0]
        took = time.monotonic() - began
    assert took < 3
    assert program.returncode == 128 + number
    assert "Traceback" not in said
    assert "stopped" in said
    assert "began c" not in said
    assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert {path.name for path in tmp_path.iterdir()} <= {"in_a_cell"}, "no folder of a kernel is left"


def test_a_run_whose_notes_may_be_gone_is_given_to_nobody(tmp_path, monkeypatch):
    """Ctrl-C takes the folders of kernels away, that of a chapter too which has just run its last cell."""
    collect = trace.collect

    def told_to_end(folder):
        run.ENDING.set()
        for file in folder.iterdir():
            file.unlink()
        return collect(folder)

    monkeypatch.setattr(trace, "collect", told_to_end)
    monkeypatch.setattr(run, "PATIENCE", 0.05)
    given = []
    chapter = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    running = threading.Thread(target=lambda: given.append(run.run(chapter, folder=tmp_path, name="a")))
    running.start()
    try:
        assert run.ENDING.wait(60)
        running.join(0.5)
        assert given == []
        assert running.is_alive()
    finally:
        run.ENDING.clear()
        running.join()


def test_a_block_that_must_not_be_cut_is_done_before_the_program_ends():
    told, before = [], signal.signal(signal.SIGTERM, lambda number, frame: told.append("ended"))
    try:
        with run.to_the_end():
            os.kill(os.getpid(), signal.SIGTERM)
            told.append("done")
        assert told == ["done", "ended"]
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.skipif(os.name != "posix", reason="sockets with a name")
@pytest.mark.parametrize(("longest", "transport"), [(run.LONGEST, "ipc"), (1, "tcp")])
def test_a_kernel_is_spoken_to_by_files_of_its_own_where_their_names_fit(monkeypatch, longest, transport):
    monkeypatch.setattr(run, "LONGEST", longest)
    with run.home() as home:
        manager = run.manager(KernelManager, home)
        assert manager.transport == transport
        assert transport == "tcp" or Path(manager.ip).is_relative_to(home)
        notebook = cells("print(6 * 7)")
        run.run(notebook, folder=home, name="speaks")
        assert notebook.cells[0].outputs[0].text == "42\n"


WHO = "import os; print(os.getppid())"
forked = pytest.mark.skipif(not warm.SAFE, reason="kernels start from nothing here")


def told(source: str) -> str:
    notebook = cells(source)
    run.run(notebook, folder=trace.ROOT, name="told")
    return notebook.cells[0].outputs[0].text.strip()


@forked
def test_kernels_are_forks_of_one_process_and_see_nothing_of_each_other():
    spoilt = "import os, pandas; pandas.spoilt = os.environ['SPOILT'] = 'yes'; os.chdir('/')\n" + WHO
    first = told(spoilt)
    assert told(WHO) == first, "the same process has forked"
    assert told(
        "import os, pandas; print(hasattr(pandas, 'spoilt'), 'SPOILT' in os.environ, os.getcwd())"
    ) == (f"False False {trace.ROOT}")


def test_a_module_beside_a_chapter_is_found(tmp_path):
    (tmp_path / "beside.py").write_text("FOUND = 'beside'")
    notebook = cells("import beside; print(beside.FOUND)")
    run.run(notebook, folder=tmp_path, name="x")
    assert notebook.cells[0].outputs[0].text == "beside\n"


@forked
def test_nothing_of_ours_is_imported_before_a_kernel_is_its_own():
    ours = "import sys; print(sorted(name for name in sys.modules if name.partition('.')[0] in ('analysis', 'joblib')))"
    assert told(ours) == "['analysis', 'analysis.trace']"


@forked
def test_another_setting_and_an_ended_process_give_another_one_to_fork(monkeypatch):
    first = told(WHO)
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Sandybridge")
    second = told(WHO + "; print(os.environ['OPENBLAS_CORETYPE'])").split()
    assert second[1] == "Sandybridge"
    assert second[0] != first
    os.kill(int(second[0]), signal.SIGKILL)
    third = told(WHO)
    assert third not in (first, second[0])
    assert len(warm.STARTED) == 1, "one without kernels ends when another is asked for"


@forked
@pytest.mark.parametrize("threads", ["1", "2"])
def test_a_fork_and_a_kernel_from_nothing_give_the_same(monkeypatch, threads):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", threads)  # those of linear algebra survive a fork
    digits = (
        "import os, sys, matplotlib, numpy as np, pandas as pd, scipy.linalg, matplotlib.pyplot as plt\n"
        "found = np.linalg.svd(np.sin(np.outer(np.arange(300), np.arange(300))))[1][:3]\n"
        "settings = sorted(set(os.environ) - {'JPY_PARENT_PID', 'PYDEVD_USE_FRAME_EVAL'})\n"
        "print(repr(found), matplotlib.get_backend(), plt.isinteractive(), matplotlib.rcParams['figure.dpi'], settings)\n"
        "print(sys.path, sys.flags, sys.argv[1:2], pd.__version__)"
    )
    fork = told(digits)
    monkeypatch.setattr(warm, "SAFE", False)
    assert told(digits) == fork


def test_a_kernel_that_dies_is_an_error_that_names_the_chapter():
    with pytest.raises(run.ChapterError, match="chapter dies failed"):
        run.run(cells("import os; os._exit(3)"), folder=trace.ROOT, name="dies")


@forked
def test_kernels_end_when_the_process_that_forked_them_ends():
    with run.home() as home:
        manager = run.manager(KernelManager, home)
        manager.start_kernel(extra_arguments=list(run.OPTIONS), env=run.environment(home))
        kernel = manager.provisioner.process
        assert kernel.poll() is None
        warm.end()
        assert kernel.wait(10) is None
        assert kernel.poll() == warm.GONE
        manager.cleanup_resources()
