"""JSON in pages and in scripts of pages: no text of it ends a script, opens a tag or is cut at a line end that JavaScript has."""

import ast
import json
from pathlib import Path

import pandas as pd
import pytest

from analysis.chapters import choices
from analysis.chapters.lookup import files
from analysis.present.packed import packed

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = "</script><script>alert(1)</script><!-- & \u2028 \u2029 ]]> ' \" \\u003c é"
SIGNS = set("<>&\u2028\u2029")
# keeps a record beside the build, which no page reads
APART = {"book/_ext/behind.py"}


@pytest.mark.parametrize("content", [HOSTILE, {HOSTILE: [HOSTILE, 1.5, None]}, [], "a < b"])
@pytest.mark.parametrize("options", [{}, {"ensure_ascii": True}, {"sort_keys": True, "indent": 0}])
def test_what_stands_in_a_page_is_escaped_and_reads_back(content, options):
    text = packed(content, **options)
    assert not SIGNS & set(text)
    assert json.loads(text) == content


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_json_has_not_is_refused(value):
    with pytest.raises(ValueError, match="JSON"):
        packed({"a": value})


def test_all_that_goes_into_pages_goes_through_the_one_writer():
    found = []
    for folder in ("analysis/chapters", "analysis/present", "book/_ext"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            calls = [
                node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)
            ]
            if any(ast.unparse(call.func) in ("json.dumps", "dumps", "json.dump") for call in calls):
                found.append(path.relative_to(ROOT).as_posix())
    assert set(found) - APART == {"analysis/present/packed.py"}


def test_a_hostile_text_in_each_file_that_a_page_reads_is_escaped(tmp_path, monkeypatch):
    files._write(tmp_path, "names.json", {"RAA": [HOSTILE]})
    monkeypatch.setattr(choices, "offered", lambda: [])
    monkeypatch.setattr(choices, "outline", lambda names: {"title": HOSTILE})
    monkeypatch.setattr(choices, "table", lambda made: pd.DataFrame({"a": ["=1"]}))
    choices.write(tmp_path)
    read = {path.name: path.read_text("utf-8") for path in tmp_path.glob("*.json")}
    assert {name: json.loads(text) for name, text in read.items()} == {
        "names.json": {"RAA": [HOSTILE]},
        "index.json": {"title": HOSTILE},
    }
    assert not SIGNS & set("".join(read.values()))
    assert (tmp_path / choices.TABLE).read_text("utf-8") == "a\n'=1\n"
