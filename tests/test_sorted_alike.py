"""Equals keep their order: numpy sorts with other instructions on other processors, and only a stable sort is one sort."""

import ast
from pathlib import Path

import nbformat
import pytest

WITHOUT_EQUALS = ("np.argsort(rng.random((rows, n)), axis=1)",)  # drawn numbers, and a stable sort is slower
ROOT = Path(__file__).resolve().parents[1]


def unstable(text: str) -> list[str]:
    """Return the calls that leave the order of equals open: no kind="stable" and not several keys, which pandas sorts stably."""
    return [
        f"line {call.lineno}: {ast.unparse(call)[:110]}"
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("sort_values", "argsort")
        and ast.unparse(call) not in WITHOUT_EQUALS
        and not _stable(call)
        and not _several(call)
    ]


def _stable(call: ast.Call) -> bool:
    return any(
        one.arg == "kind"
        and isinstance(one.value, ast.Constant)
        and one.value.value in ("stable", "mergesort")
        for one in call.keywords
    )


def _several(call: ast.Call) -> bool:
    by = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "by")]
    return (
        bool(by)
        and isinstance(by[0], ast.List)
        and (len(by[0].elts) > 1 or any(isinstance(one, ast.Starred) for one in by[0].elts))
    )


def sources() -> list[Path]:
    book = [
        p for p in (ROOT / "book").rglob("*.ipynb") if not {"_build", ".ipynb_checkpoints"} & set(p.parts)
    ]
    return [
        *sorted((ROOT / "analysis").rglob("*.py")),
        *sorted((ROOT / "book" / "_ext").glob("*.py")),
        *sorted(book),
    ]


def code(path: Path) -> str:
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return "\n".join(line for cell in cells for line in cell.splitlines() if not line.startswith(("%", "!")))


def test_every_sort_keeps_the_order_of_equals():
    found = {path.relative_to(ROOT).as_posix(): unstable(code(path)) for path in sources()}
    assert not {name: calls for name, calls in found.items() if calls}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('a.sort_values("x")', 1),
        ('a.sort_values(["x"], ascending=False)', 1),
        ('a.sort_values(by="x", kind="quicksort")', 1),
        ("np.argsort(x)\nx.argsort()", 2),
        ('a.sort_values(["x", "y"])', 0),
        ('a.sort_values([*keys, "y"])', 0),
        ('a.sort_values("x", kind="stable")', 0),
        ('np.argsort(x, kind="stable")', 0),
    ],
)
def test_a_sort_that_is_not_stable_is_seen(text, count):
    assert len(unstable(text)) == count
