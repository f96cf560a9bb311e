"""The house: nine rooms, one rule each. Imports are found by parsing, those inside functions too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "analysis"
# From the roof down: a room may import itself and what stands below it.
ORDER = (
    "__main__",
    "site",
    "chapters",
    "edition",
    "ingest",
    "study",
    "present",
    "methods",
    "once",
    "data",
    "trace",
)
GROUND = ("once", "data", "trace")
LINES = 350
FILES = sorted(path for path in MODULE.rglob("*.py"))
NAMES = [path.relative_to(MODULE).as_posix() for path in FILES]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    """Dotted names of this project that a file imports, wherever in the file it does."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their room in full"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name == "analysis" or name.startswith("analysis.")}


def room(name: str) -> str:
    """The room of a file or a dotted name: the first part below `analysis`."""
    return (
        Path(name).parts[0].removesuffix(".py") if "/" in name or name.endswith(".py") else name.split(".")[1]
    )


def test_the_rooms_are_the_list():
    here = {path.name.removesuffix(".py") for path in MODULE.iterdir() if path.name != "__pycache__"}
    assert here - {"__init__"} == set(ORDER)


@pytest.mark.parametrize("name", NAMES)
def test_imports_point_down(name):
    if name == "__init__.py":
        return
    mine = ORDER.index(room(name))
    for other in imported(parsed(MODULE / name)):
        if other == "analysis.__version__":
            continue
        assert ORDER.index(room(other)) >= mine, f"{name} imports {other}"
        if room(name) in GROUND:
            assert {room(name), room(other)} <= set(GROUND), f"{name} is the ground floor"


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("methods/")])
def test_a_method_knows_nothing_outside_its_own_folder_but_what_all_methods_share(name):
    own = ".".join(["analysis", *Path(name).parts[:2]]).removesuffix(".py")
    known = (
        own,
        *(f"analysis.methods.{shared}" for shared in ("arguments", "curves", "estimate", "periods")),
    )
    assert {other for other in imported(parsed(MODULE / name)) if not other.startswith(known)} == set()


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("__init__.py")])
def test_an_init_is_a_docstring(name):
    body = parsed(MODULE / name).body
    extra = [node for node in body[1:] if not (name == "__init__.py" and isinstance(node, ast.Assign))]
    assert isinstance(body[0], ast.Expr)
    assert isinstance(body[0].value, ast.Constant)
    assert extra == []


@pytest.mark.parametrize("name", NAMES)
def test_a_file_answers_one_question_in_few_lines(name):
    assert len((MODULE / name).read_text(encoding="utf-8").splitlines()) <= LINES
