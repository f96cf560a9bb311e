"""Results are computed once and kept: what counts as the same, what a hit notes, and what is never believed."""

from __future__ import annotations

import ast
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path

import joblib
import pandas as pd
import pytest
from joblib import parallel_config

from analysis import data, once, trace
from tests import test_data
from tests.test_rooms import FILES, MODULE, ROOT, imported, parsed

CALLS: list[tuple] = []


@once.result
def doubled(table: str, times: int = 2) -> pd.DataFrame:
    CALLS.append((table, times))
    return data.load(table)[["attendances"]] * times


@once.result
def total(table: str) -> int:
    CALLS.append(("total", table))
    return int(doubled(table)["attendances"].sum())


@once.shared
def common(table: str) -> list[int]:
    CALLS.append(("common", table))
    return [total(table)]


@once.result
def refused(kind: str) -> None:
    CALLS.append(("refused", kind))
    raise data.DataError(kind, found=1, allowed="2") if kind == "table" else ValueError(f"no {kind}")


@once.result
def anything(value: object) -> object:
    return value


@once.result
def asked_of(name: str, *, panel: pd.DataFrame | None = None) -> int:
    CALLS.append(("asked of", name))
    return 0 if panel is None else len(panel)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A package of two small tables and an empty folder of results."""
    tables = tmp_path / "data"
    tables.mkdir()
    monkeypatch.setattr(data, "FOLDER", tables)
    monkeypatch.setenv(once.FOLDER, str(tmp_path / "results"))
    monkeypatch.delenv(trace.REQUEST, raising=False)
    data._verified.cache_clear()
    test_data.put(tables)
    CALLS.clear()
    yield tmp_path
    common.cache_clear()
    data._verified.cache_clear()


def entries(place: Path) -> list[Path]:
    return sorted((place / "results").rglob("output.pkl"))


def test_a_result_is_computed_once_and_each_caller_has_their_own():
    first = doubled("waits")
    again = doubled("waits")
    pd.testing.assert_frame_equal(first, again)
    again["attendances"] = 0
    pd.testing.assert_frame_equal(doubled(table="waits", times=2), first)
    assert CALLS == [("waits", 2)]
    assert doubled("waits", 3)["attendances"].iloc[0] == 3000
    assert CALLS == [("waits", 2), ("waits", 3)]


def test_a_shared_object_is_one_for_all_who_ask_and_in_another_process_found_on_disk():
    assert common("waits") is common("waits")
    common.cache_clear()  # as a new process would
    assert common("waits") == [6000]
    assert CALLS == [("common", "waits"), ("total", "waits"), ("waits", 2)]


@pytest.mark.parametrize("ask", [doubled, total, common])
def test_a_changed_table_counts_and_another_table_does_not(place, ask):
    ask("waits")
    made = len(CALLS)
    test_data.put(place / "data", codes=test_data.CODES.rstrip("\n") + "\nRZZ\n")
    ask("waits")
    assert len(CALLS) == made
    test_data.put(place / "data", content=test_data.TEXT.replace("1000", "1001"))
    ask("waits")
    assert len(CALLS) == 2 * made


def test_a_changed_description_counts(place):
    doubled("waits")
    test_data.put(place / "data", resource={**test_data.RESOURCE, "title": "another"})
    doubled("waits")
    assert len(CALLS) == 2


def test_a_damaged_table_is_refused_though_its_result_is_kept(place):
    doubled("waits")
    file = place / "data" / test_data.RESOURCE["path"]
    file.write_text(file.read_text().replace("1000", "1009"))
    with pytest.raises(data.DataError, match="checksum"):
        doubled("waits")


@pytest.mark.parametrize("ask", [doubled, total, common])
def test_a_hit_notes_what_the_computation_used(ask):
    notes = []
    for _ in range(2):
        with trace.noting() as used:
            ask("waits")
        notes.append(used)
        common.cache_clear()
    for _ in range(2):  # from disk, then from this process
        with trace.noting() as used:
            ask("waits")
        notes.append(used)
    assert list(notes[0]["tables"]) == ["waits"]
    assert [used["tables"] for used in notes] == [notes[0]["tables"]] * 4
    assert all({"numpy", "pandas"} <= set(used["imported"]) for used in notes)
    assert "analysis/data.py" in notes[1]["modules"]


def test_a_hit_is_in_the_record_of_a_chapter(place, monkeypatch):
    total("waits")
    monkeypatch.setattr(trace, "_tables", {})
    (place / "notes").mkdir()
    monkeypatch.setenv(trace.REQUEST, str(place / "notes"))
    total("waits")
    assert CALLS == [("total", "waits"), ("waits", 2)]
    record = trace.collect(place / "notes")
    assert list(record["tables"]) == ["waits"]
    assert record["tables"]["waits"]["description"] == data.descriptions()["waits"]


def test_the_list_of_tables_counts_where_it_was_asked_for(place):
    @once.result
    def number() -> int:
        CALLS.append(("number",))
        return len(data.tables())

    assert number() == number() == 2
    other = {**test_data.RESOURCE, "name": "more"}
    package = json.loads((place / "data/datapackage.json").read_text())
    package["resources"].append({**package["resources"][1], **other})
    (place / "data/datapackage.json").write_text(json.dumps(package))
    assert number() == 3
    assert len(CALLS) == 2


DAMAGE = {
    "cut short": lambda raw: raw[: len(raw) // 2],
    "empty": lambda raw: b"",
    "another file": lambda raw: b"no pickle at all",
    "another object": lambda raw: pickle.dumps([1, 2]),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_entry_is_computed_anew(place, kind, capfd):
    right = total("waits")
    for file in entries(place):
        file.write_bytes(DAMAGE[kind](file.read_bytes()))
    assert total("waits") == right
    assert len(CALLS) == 4
    assert total("waits") == right
    assert len(CALLS) == 4
    assert capfd.readouterr() == ("", "")  # nothing shows in a chapter


@pytest.mark.parametrize("part", ["value", "used", "raised"])
def test_a_wrong_number_that_is_planted_is_noticed(place, part):
    right = total("waits")
    for file in entries(place):
        entry = joblib.load(file)
        planted = {"value": pickle.dumps(7), "raised": True, "used": {**entry["used"], "tables": {}}}
        joblib.dump({**entry, part: planted[part]}, file)
    assert total("waits") == right
    assert len(CALLS) == 4


def test_an_entry_put_in_the_place_of_another_is_noticed(place):
    doubled("waits", 5)
    (wrong,) = entries(place)
    content = wrong.read_bytes()
    right = doubled("waits", 2)
    (other,) = set(entries(place)) - {wrong}
    other.write_bytes(content)
    pd.testing.assert_frame_equal(doubled("waits", 2), right)
    assert len(CALLS) == 3


def test_an_error_about_the_question_is_kept_and_one_about_a_table_is_not():
    for _ in range(2):
        with pytest.raises(ValueError, match="no answer"):
            refused("answer")
    assert len(CALLS) == 1
    for _ in range(2):
        with pytest.raises(data.DataError):
            refused("table")
    assert len(CALLS) == 3


def test_only_plain_values_can_be_asked_for():
    assert anything({"a": [1, None], "b": range(3)}) == {"a": [1, None], "b": range(3)}
    assert anything((1, 2)) == (1, 2)
    assert anything([1, 2]) == [1, 2]
    with pytest.raises(once.Unfit, match="found DataFrame"):
        anything(pd.DataFrame())


def test_a_question_asked_of_another_panel_is_computed_each_time_and_kept_nowhere(place):
    other = pd.DataFrame({"value": [1.0, 2.0]})
    assert [asked_of("a", panel=other), asked_of("a", panel=other[:1]), asked_of("a")] == [2, 1, 0]
    assert asked_of("a") == 0
    assert len(CALLS) == 3
    assert len(entries(place)) == 1


def test_nothing_is_kept_where_nothing_may_be(place, monkeypatch):
    monkeypatch.setenv(once.FOLDER, "")
    doubled("waits")
    doubled("waits")
    assert len(CALLS) == 2
    monkeypatch.setenv(once.FOLDER, str(place / "results"))
    with parallel_config(backend="threading", n_jobs=2):
        doubled("waits")
    monkeypatch.setattr(once, "_edited", lambda module: True)
    doubled("waits")
    assert entries(place) == []


def test_code_that_is_reached_counts_and_other_code_does_not(tmp_path, monkeypatch):
    monkeypatch.setattr(trace, "ROOT", tmp_path)
    house = {
        "analysis/study/a.py": "from analysis.methods import (\n    b,\n    none,\n)\n",
        "analysis/methods/b.py": "def f():\n    from analysis.methods.deep.c import value as v\n",
        "analysis/methods/deep/c.py": "value = 1\n",
        "analysis/methods/other.py": "value = 1\n",
        "requirements.lock": "numpy==2\n",
    }
    for name, text in house.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    def told():
        for known in (once.reached, once._imports, once._circumstances):
            known.cache_clear()
        return once._circumstances("analysis.study.a")

    try:
        before = told()
        assert once.reached("analysis.study.a") == {
            name for name in house if name.endswith(("a.py", "b.py", "c.py"))
        }
        (tmp_path / "analysis/methods/other.py").write_text("value = 2\n")
        assert told() == before
        (tmp_path / "analysis/methods/deep/c.py").write_text("value = 2\n")
        edited = told()
        assert edited != before
        (tmp_path / "requirements.lock").write_text("numpy==3\n")
        assert told() != edited
    finally:
        for known in (once.reached, once._imports, once._circumstances):
            known.cache_clear()


@pytest.mark.parametrize("setting", ["GLIBC_TUNABLES", "OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES"])
def test_what_bends_arithmetic_counts_and_other_settings_do_not(monkeypatch, setting):
    total("waits")
    monkeypatch.setenv("NOTHING_OF_OURS", "1")
    total("waits")
    assert len(CALLS) == 2
    monkeypatch.setenv(setting, "other")
    total("waits")
    assert len(CALLS) == 4


def test_another_processor_counts(monkeypatch):
    before = once._circumstances("analysis.study.regime")
    here = once._processor()
    monkeypatch.setattr(once, "_processor", lambda: [*here[:2], {"found": ["another"]}])
    once._circumstances.cache_clear()
    try:
        assert once._circumstances("analysis.study.regime") != before
    finally:
        once._circumstances.cache_clear()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(MODULE).as_posix())
def test_imports_are_found_as_python_finds_them(path):
    assert imported(parsed(path)) <= set(once._imports(path.relative_to(ROOT).as_posix()))


def kept() -> list[tuple[str, str]]:
    """Module and name of every function whose result is kept."""
    found = []
    for path in FILES:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef):
                names = [ast.unparse(one) for one in node.decorator_list]
                found += [(module, node.name)] if {"once.result", "once.shared"} & set(names) else []
    return found


def test_no_kept_result_can_reach_the_private_folder():
    assert kept()
    for module, name in kept():
        assert not [file for file in once.reached(module) if "private" in file], f"{module}.{name}"


HOLD_WORDS = {"analysis.study.evidence.story", "analysis.study.today", "analysis.edition.rating"}


def test_an_edit_of_wording_computes_no_number_again():
    wordy = {module for module, _ in kept() if any("present/" in file for file in once.reached(module))}
    assert wordy == HOLD_WORDS, "what these return holds texts"


ASK = """
import json, sys
from analysis.study import regime, ruled_out
panel = regime.panel("shmi")
print(json.dumps([len(panel), float(panel["value"].sum()), ruled_out.important("recommend_work")]))
"""


def test_two_processes_may_ask_at_once(place, monkeypatch):
    monkeypatch.setattr(data, "FOLDER", ROOT / "data")
    run = [sys.executable, "-c", ASK]
    both = [
        subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
        for _ in range(2)
    ]
    said = [one.communicate() for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    third = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, check=True)
    assert {out for out, _ in said} == {third.stdout}
    assert {error for _, error in said} == {third.stderr} == {""}
    for file in entries(place):
        assert {"value", "raised", "used", "digest"} == set(joblib.load(file))


# what these keep in memory hangs on no table, or is asked for anew whenever a table changed
HANG_ON_NO_TABLE = {"study/regime.py period_of", "methods/arguments.py text"}


def test_no_table_hides_behind_another_memory():
    """A table that an `lru_cache` has read already would be missing from the notes of a result."""
    found = set()
    for file in {file for module, _ in kept() for file in once.reached(module)}:
        name = file.removeprefix("analysis/")
        for node in ast.walk(parsed(ROOT / file)):
            if isinstance(node, ast.FunctionDef):
                marks = [ast.unparse(one) for one in node.decorator_list]
                found |= (
                    {f"{name} {node.name}"}
                    if any(re.match(r"(functools\.)?(lru_)?cache\b", one) for one in marks)
                    else set()
                )
    ground = {one for one in found if one.startswith(("data.py", "trace.py", "once.py"))}
    assert found - ground == HANG_ON_NO_TABLE
