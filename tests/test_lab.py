"""A chapter reopened: settings that work, controls bound to them, numbers in the prose, a word on what to run first."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel

from analysis.chapters import lab, lab_settings
from analysis.present import words
from analysis.site import lab as site_lab
from analysis.study import choices, regime
from analysis.study.choices import Choice

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = {
    "INDICATOR": "shmi",
    "BASELINE": "all",
    "COMPARATOR": "alike",
    "ESTIMATOR": "partners",
    "WINDOW": "long",
}
SETTINGS |= {"KEOGH": "keogh"}


def cells(chapter: str) -> list[str]:
    notebook = nbformat.read(ROOT / "book" / chapter, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("chapter", ["metrics/entry.ipynb", "metrics/rivals.ipynb"])
def test_the_settings_come_first_and_are_those_of_the_report(chapter, monkeypatch):
    names: dict = {}
    exec(cells(chapter)[0], names)
    assert eval(cells(chapter)[1], names) is None, "a page shows no figure that only the lab can change"
    monkeypatch.setattr(lab_settings, "someone_is_there", lambda: True)
    assert {name: names[name] for name in SETTINGS} == SETTINGS
    assert Choice(*SETTINGS.values()) == Choice("shmi")
    made = eval(cells(chapter)[1], names)
    assert "This choice" in made.frame["choice"].tolist()


def test_the_example_of_the_readme_works_as_written(monkeypatch):
    chapter, before, after = re.search(r"In `book/(\S+)` change `([^`]+)` to `([^`]+)`", README).groups()
    first, second = cells(chapter)[:2]
    assert first.count(before) == 1
    names: dict = {}
    exec(first.replace(before, after), names)
    monkeypatch.setattr(lab_settings, "someone_is_there", lambda: True)
    made = eval(second, names)
    values = [names[name] for name in SETTINGS]
    found = choices.answer(Choice(*values)).found
    assert Choice(*values) != Choice("shmi")
    told = words.SCALE[regime.indicator("shmi").change_unit]  # deaths per hundred expected
    expected = [told * end for end in (found.value, found.lower, found.upper)]
    assert made.frame.loc[0, ["estimate", "lower", "upper"]].tolist() == pytest.approx(expected, rel=1e-12)


def test_controls_change_the_very_names_and_none_are_shown_where_nobody_is():
    names = dict(SETTINGS)
    boxes = lab_settings.widgets(names, lab.options()).children[:-1]
    assert [box.value for box in boxes] == list(SETTINGS.values())
    boxes[2].value = "type"
    boxes[3].value = "imputation"
    assert names == {**SETTINGS, "COMPARATOR": "type", "ESTIMATOR": "imputation"}
    assert lab.controls(names) is None


def test_a_choice_that_cannot_be_estimated_says_why():
    made = lab.figure("shmi", "last", "type", "imputation", "long", "keogh")
    assert choices.WHY["many periods"] in made.text
    with pytest.raises(ValueError, match="comparator='neighbours'"):
        lab.figure("shmi", "all", "neighbours", "partners", "long", "keogh")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A kernel as `make lab` starts it, on a notebook with two glued numbers in its prose."""
    folder = tmp_path_factory.mktemp("lab")
    text = "# T\n\nDeaths fell by {glue:text}`x_fall` ({term}`SHMI <Shmi>`).\n\nStaff: {glue:text}`x_staff`."
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    nbformat.write(notebook, folder / "a.ipynb")
    env = {
        **site_lab.settings(folder / "home"),
        "JPY_SESSION_NAME": str(folder / "a.ipynb"),
        "PYTHONPATH": str(ROOT),
    }
    manager, client = start_new_kernel(kernel_name="python3", env=env)
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def said(kernel, code: str) -> tuple[str, str]:
    """Return what a cell shows as Markdown, and what it writes to stderr."""
    shown, errors = [], []

    def hear(message):
        content = message["content"]
        shown.append(content.get("data", {}).get("text/markdown", ""))
        errors.append(content.get("text", "") if content.get("name") == "stderr" else "")

    kernel.execute_interactive(code, output_hook=hear, timeout=120)
    return "".join(shown), "".join(errors)


def test_the_prose_is_shown_with_its_numbers_and_again_when_they_change(kernel):
    put = "from analysis.present import words\nwords.put({'x_fall': '%s'})"
    first, _ = said(kernel, put % "−2.3")
    assert "Deaths fell by **−2.3** (SHMI)." in first
    assert "Staff" not in first
    assert "**−1.1**" in said(kernel, put % "−1.1")[0]
    assert said(kernel, "1 + 1") == ("", "")


def test_a_cell_that_lacks_a_name_says_what_to_run_first(kernel):
    _, errors = said(kernel, "publish('shmi')")
    assert (
        errors
        == "publish is not there yet: run the cells above first (menu Run, Run All Above Selected Cell), then this one again.\n"
    )
    assert said(kernel, "{}['a']")[1] == ""


def test_the_lab_starts_in_a_container_too_where_who_runs_it_is_root():
    plain, root = (site_lab.command(["--port=1"], root=told) for told in (False, True))
    assert [one for one in root if one not in plain] == ["--allow-root", "--no-browser"]
    assert plain[-1] == root[-1] == "--port=1"


def test_make_lab_starts_such_kernels():
    assert "-m analysis.site.lab" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert json.dumps(site_lab.settings()["IPYTHONDIR"]).endswith('.lab"')
