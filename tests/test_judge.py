"""Why something is made again: one table of what changed, and of what changed without mattering."""

import json
from dataclasses import replace

import nbformat
import pytest

from analysis import trace
from analysis.site import judge, record

FILES = {
    "analysis/spc.py": "m1",
    "book/helper.py": "m2",
    "data/a.csv": "t1",
    "book/x.ipynb": "f1",
    "data/idle.csv": "i1",
}
NOW = judge.Now(
    lock="l1",
    python="CPython 3.11.7",
    private="p1",
    versions={"numpy": "2.4.6", "krippendorff": "0.8.2", "idle": "1"},
    tables={"a": "d1", "idle": "d9"},
    digest=FILES.get,
)
USED = {"path": "data/a.csv", "sha256": "t1", "description": "d1", "data_to": None}
NOTED = {"path": "book/x.ipynb", "sha256": "f1", "description": "whatever", "data_to": None}
RECORD = {
    "code": "c1",
    "lock": "l1",
    "python": "CPython 3.11.7",
    "distributions": {"numpy": "2.4.6", "krippendorff": "0.8.2"},
    "imported": ["analysis", "helper", "json", "krippendorff", "numpy"],
    "modules": {"analysis/spc.py": "m1", "book/helper.py": "m2"},
    "tables": {"a": USED, "file:book/x.ipynb": NOTED},
    "listed": ["a", "idle"],
    "private": "p1",
    "run_on": "22 November 2026",
}


def at(**files: str | None) -> judge.Now:
    """Return now, with other digests of files; the double underscore stands for a slash, the single one for a dot."""
    other = {name.replace("__", "/").replace("_", "."): sha for name, sha in files.items()}
    return replace(NOW, digest={**FILES, **other}.get)


CHANGES = [
    (replace(NOW, lock="l2"), "requirements.lock changed"),
    (replace(NOW, python="CPython 3.13.1"), "another Python: CPython 3.11.7, now CPython 3.13.1"),
    (replace(NOW, python="PyPy 3.11.7"), "another Python: CPython 3.11.7, now PyPy 3.11.7"),
    (
        replace(NOW, versions={**NOW.versions, "krippendorff": "0.7"}),
        "another krippendorff: 0.8.2, now 0.7",
    ),
    (replace(NOW, versions={"numpy": "2.4.6"}), "another krippendorff: 0.8.2, now none"),
    (replace(NOW, private="p2"), "the private folder changed"),
    (replace(NOW, private=""), "the private folder changed"),
    (replace(NOW, tables={**NOW.tables, "new": "d"}), "a table was added or taken away"),
    (replace(NOW, tables={"a": "d1"}), "a table was added or taken away"),
    (at(analysis__spc_py="other"), "analysis/spc.py changed"),
    (at(book__helper_py="other"), "book/helper.py changed"),
    (at(book__helper_py=None), "book/helper.py changed"),
    (at(data__a_csv="other"), "table a changed"),
    (at(data__a_csv=None), "table a changed"),
    (replace(NOW, tables={"a": "d2", "idle": "d9"}), "table a changed"),
    (at(book__x_ipynb="other"), "book/x.ipynb changed"),
    (NOW, ""),
    (at(data__idle_csv="other"), ""),
    (replace(NOW, tables={"a": "d1", "idle": "other"}), ""),
    (replace(NOW, versions={**NOW.versions, "idle": "2"}), ""),
]


@pytest.mark.parametrize(("now", "why"), CHANGES)
def test_what_changed_is_said_and_what_was_not_used_does_not_matter(now, why):
    assert judge.reason(RECORD, now, code="c1") == why
    without_code = {part: value for part, value in RECORD.items() if part != "code"}
    assert judge.reason(without_code, now) == why, "the files of the look-up are judged alike"


def test_a_chapter_is_also_judged_by_its_code():
    assert judge.reason(RECORD, NOW, code="c2") == "its code changed"


@pytest.mark.parametrize(
    ("part", "value"), [("private", None), ("listed", None), ("tables", {}), ("modules", {})]
)
def test_what_a_run_did_not_use_may_change(part, value):
    changed = replace(NOW, private="p2", tables={"a": "d1", "new": "d"})
    free = {**RECORD, "private": None, "listed": None, part: value}
    assert judge.reason(free, changed, code="c1") == ""


@pytest.mark.parametrize(
    "left",
    [None, {}, [], "x", {"code": "c1"}, {**RECORD, "tables": "no table"}, {**RECORD, "modules": None}]
    + [{part: value for part, value in RECORD.items() if part != gone} for gone in RECORD if gone != "run_on"],
)  # fmt: skip
def test_what_is_not_a_record_counts_as_nothing_kept(left):
    assert judge.reason(left, NOW, code="c1", folder="book") == judge.NOTHING


def test_a_new_module_that_would_be_imported_in_place_of_another_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(trace, "ROOT", tmp_path)
    (tmp_path / "book" / "json").mkdir(parents=True)
    for name in ("helper.py", "unused.py"):
        (tmp_path / "book" / name).touch()
    assert judge.reason(RECORD, NOW, code="c1", folder="book") == ""
    (tmp_path / "book" / "json" / "__init__.py").touch()
    why = judge.reason(RECORD, NOW, code="c1", folder="book")
    assert why == "book/json/__init__.py now stands in the way of json"


def test_now_is_what_is_there():
    now = judge.now()
    assert now.digest("requirements.lock") == now.lock
    assert now.digest("no/such/file") is None
    assert now.python == trace.python()
    assert "regime_events" in now.tables
    assert now.versions["numpy"].count(".") >= 1


def test_what_was_edited_while_a_run_went_on_or_came_by_it_counts_as_changed():
    began = record.Before("l1", {"analysis/spc.py": "before"}, "p1")
    notes = {"python": "P", "imported": ["json"], "modules": ["analysis/spc.py", "book/made.py"]}
    made = record.made(began, {**notes, "tables": {}, "listed": None})
    assert made["modules"] == {"analysis/spc.py": "before", "book/made.py": ""}
    assert made["private"] is None
    assert set(made) == record.PARTS
    used = record.made(began, {**notes, "modules": [record.PRIVATE], "tables": {}, "listed": None})
    assert used["private"] == "p1"
    assert (trace.ROOT / record.PRIVATE).is_file()


@pytest.mark.parametrize(
    "left", ["", "{", "[]", "{}", "null", '{"nbformat": 4}', '{"nbformat": 4, "metadata": {"fresh": {}}}']
)
def test_what_is_not_a_kept_run_counts_as_none(tmp_path, left):
    file = record.place(tmp_path, "a/chapter")
    file.parent.mkdir(parents=True)
    file.write_text(left)
    assert record.kept(file) is None


def test_a_run_is_kept_whole_and_read_back_and_the_day_is_no_input(tmp_path):
    chapter = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1", id="a")])
    file = record.place(tmp_path, "a/chapter")
    record.keep(chapter, RECORD, file=file)
    kept = record.kept(file)
    assert kept.metadata[record.RECORD]["code"] == record.code(chapter)
    assert [path.name for path in file.parent.iterdir()] == ["chapter.ipynb"]
    another_day = {**RECORD, "run_on": "1 December 2026"}
    assert record.inputs(RECORD) == record.inputs(json.loads(json.dumps(another_day)))
    assert record.inputs(RECORD) != record.inputs({**RECORD, "lock": "l2"})
