"""The quality record: a sign-off holds for one state of a chapter and lapses by itself."""

import json

import pandas as pd
import pytest

from analysis import data
from analysis.chapters import about_quality
from analysis.edition import signoffs

TEXT = "# Effects\n\nTrusts entered.\n\n## Did it help?\n\n**What this cannot show.** Why. In {glue:text}`n` trusts. See {doc}`../about/data` and {term}`chance <Chance>`."


def put(root, *, text=TEXT, code="from analysis import entry", inputs=None):
    cells = [("markdown", text), ("code", code)]
    made = [{"cell_type": kind, "source": [source], "metadata": {}, "outputs": []} for kind, source in cells]
    notebook = {"cells": made, "metadata": {"inputs": inputs} if inputs else {}}
    (root / "book" / "metrics").mkdir(parents=True, exist_ok=True)
    (root / "book" / "metrics" / "entry.ipynb").write_text(json.dumps(notebook))


def package(root, **hashes):
    (root / "data").mkdir(exist_ok=True)
    resources = [{"name": name, "hash": sha} for name, sha in hashes.items()]
    (root / "data" / "datapackage.json").write_text(json.dumps({"resources": resources}))


@pytest.fixture
def root(tmp_path):
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis" / "__init__.py").write_text("")
    (tmp_path / "analysis" / "entry.py").write_text("from analysis.deep import f\n")
    (tmp_path / "analysis" / "deep.py").write_text("f = 1\n")
    (tmp_path / "analysis" / "other.py").write_text("g = 1\n")
    (tmp_path / "requirements.lock").write_text("numpy==2\n")
    package(tmp_path, beds="1", waits="1")
    put(tmp_path)
    return tmp_path


def digest(root):
    return signoffs.digest("metrics/entry", root=root)


def signed(root, *, kind="person", sha=None, date="2026-12-01"):
    row = {
        "chapter": "metrics/entry",
        "role": "clinician",
        "kind": kind,
        "date": date,
        "digest": sha or digest(root),
    }
    return pd.DataFrame([row])


def standing(root, rows, kind="person"):
    return signoffs.standing("metrics/entry", root=root, signed=rows, kind=kind)["state"]


def module(root):
    (root / "analysis" / "deep.py").write_text("f = 2\n")


def prose(root):
    put(root, text=TEXT.replace("entered", "left"))


def code(root):
    put(root, code="from analysis import entry\n1")


def table(root):
    package(root, beds="1", waits="2")


def lock(root):
    (root / "requirements.lock").write_text("numpy==3\n")


@pytest.mark.parametrize("change", [module, prose, code, table, lock])
def test_a_sign_off_lapses_when_what_was_signed_changes(root, change):
    rows = signed(root)
    assert standing(root, rows) == signoffs.SIGNED
    change(root)
    assert standing(root, rows) == signoffs.CHANGED


def test_a_module_that_the_chapter_does_not_use_changes_nothing(root):
    before = digest(root)
    (root / "analysis" / "other.py").write_text("g = 2\n")
    assert digest(root) == before


def test_outputs_are_not_part_of_what_is_signed(root):
    before, file = digest(root), root / "book" / "metrics" / "entry.ipynb"
    notebook = json.loads(file.read_text())
    notebook["cells"][1]["outputs"] = [{"output_type": "stream", "text": "3"}]
    file.write_text(json.dumps(notebook))
    assert digest(root) == before


def test_noted_inputs_are_exact_where_they_are_known(root):
    put(root, inputs={"modules": ["analysis/study/chance.py"], "tables": ["beds"]})
    before = digest(root)
    table(root)
    module(root)
    assert digest(root) == before
    package(root, beds="2", waits="2")
    assert digest(root) != before


def test_a_machine_is_never_a_person(root):
    rows = signed(root, kind="automated")
    assert standing(root, rows) == signoffs.NEVER
    assert standing(root, rows, kind="automated") == signoffs.SIGNED


def test_the_last_sign_off_counts(root):
    rows = pd.concat([signed(root, date="2026-12-02"), signed(root, sha="0" * 16)], ignore_index=True)
    assert standing(root, rows) == signoffs.SIGNED


def test_the_foot_of_a_page_says_how_it_stands(root, monkeypatch):
    name = "metrics/entry"
    monkeypatch.setattr(
        signoffs, "signoffs", lambda: pd.DataFrame(columns=["chapter", "role", "kind", "date", "digest"])
    )
    assert signoffs.sentence(name) == "Not signed off by a person yet."
    rows = signed(root, sha="0" * 16).assign(chapter=name)
    monkeypatch.setattr(signoffs, "signoffs", lambda: rows)
    assert (
        signoffs.sentence(name)
        == "Signed off by clinician on 1 December 2026; its text or inputs changed since."
    )


def test_limits_are_read_from_the_chapters_without_their_numbers(root):
    found = about_quality.limitations(root)
    assert found.to_numpy().tolist() == [["Effects", "Did it help?", "Why. See data and chance."]]


def test_no_person_is_said_plainly_while_there_is_none():
    if (data.load("signoffs")["kind"] == "person").sum() == 0:
        assert "No person has signed off" in about_quality.answer()


def test_a_level_with_an_unmet_item_is_not_reached(monkeypatch):
    frame = pd.DataFrame({"level": ["baseline", "silver", "gold"], "status": ["met", "not met", "met"]})
    monkeypatch.setattr(data, "load", lambda name: frame)
    assert "The report reaches baseline" in about_quality.rap_sentence()
    monkeypatch.setattr(data, "load", lambda name: frame.assign(status=["partly", "met", "met"]))
    assert "No level is reached" in about_quality.rap_sentence()


def test_every_row_of_the_log_names_a_chapter_that_is_there():
    known = set(signoffs.chapters())
    assert set(data.load("negative_log")["chapter"]) <= known
    assert set(data.load("signoffs")["chapter"]) <= known
