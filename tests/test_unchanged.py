"""The harness of a redesign: it sees what differs, and nothing where nothing does."""

import json

from tests import unchanged


def chapter(tree, text):
    (tree / "book").mkdir(parents=True)
    cell = {"cell_type": "code", "outputs": [{"output_type": "display_data", "data": {"text/plain": text}}]}
    (tree / "book" / "one.ipynb").write_text(json.dumps({"cells": [cell]}))
    return unchanged.outputs(tree)


def test_an_output_that_changed_is_named(tmp_path, capsys):
    before, after = chapter(tmp_path / "a", "1.2 points"), chapter(tmp_path / "b", "1.3 points")
    assert unchanged.apart("outputs", before, before) == []
    assert unchanged.apart("outputs", before, after) == ["outputs: one.ipynb output 0"]
    assert "+{'data': {'text/plain': '1.3 points'}" in capsys.readouterr().out


def test_what_is_gone_and_what_is_new_differ_too():
    assert unchanged.apart("numbers", {"a": "1"}, {"b": "1"}) == ["numbers: a", "numbers: b"]


def test_every_damaged_file_is_another():
    made = list(unchanged.damaged())
    assert len({content for _, _, content in made}) == len(made) > 10
