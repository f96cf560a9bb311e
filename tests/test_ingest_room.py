"""The room of official files: what it may lean on, and who may write into the data folder."""

import ast
from pathlib import Path

import pytest

MODULE = Path(__file__).resolve().parents[1] / "analysis"
ROOM = sorted((MODULE / "ingest").rglob("*.py"))
BELOW = ("analysis.ingest", "analysis.data", "analysis.methods", "analysis.trace")


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("path", ROOM, ids=lambda path: path.relative_to(MODULE).as_posix())
def test_the_room_leans_on_data_methods_and_trace_alone_and_its_functions_are_short(path):
    ours = [name for name in imported(path) if name.split(".")[0] == "analysis"]
    assert [name for name in ours if not name.startswith(BELOW)] == []
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    assert [each.name for each in functions if each.end_lineno - each.lineno + 1 >= 50] == []


def test_closed_collections_do_not_lean_on_what_is_still_published():
    history = [path for path in ROOM if path.parent.name == "history"]
    assert history
    assert [path.name for path in history if any(".ingest.live" in name for name in imported(path))] == []
