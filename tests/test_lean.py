"""Imports stay lean: what only some results need is imported where they are computed. Counted, never timed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from analysis.methods import curves

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("scipy", "statsmodels", "diff_diff", "ipywidgets", "krippendorff", "IPython", "distributed")
SHARE = 1.3  # of the modules that pandas and matplotlib bring
BASE = "import pandas, matplotlib.pyplot"
CHAPTERS = sorted(
    path
    for path in (ROOT / "book").rglob("*.ipynb")
    if not {"_build", ".ipynb_checkpoints"} & set(path.parts)
)
ROOMS = ("chapters", "edition", "study", "present", "methods")
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for room in ROOMS
    for path in (ROOT / "analysis" / room).rglob("*.py")
    if path.name not in ("__init__.py", "__main__.py")
)


FORKED = f"""
import json, os, sys
{BASE}
base = sorted(sys.modules)
print(json.dumps(base), flush=True)
for code in json.loads(sys.stdin.read()):
    if child := os.fork():
        if os.waitpid(child, 0)[1]:
            raise SystemExit(code)
        continue
    exec(code)
    print(json.dumps(sorted(sys.modules)), flush=True)
    os._exit(0)
"""


def brought(*codes: str) -> list[list[str]]:
    """The modules of a Python with pandas and matplotlib, then those that it holds after each piece of code."""
    given = json.dumps(codes)
    done = subprocess.run(
        [sys.executable, "-c", FORKED], input=given, capture_output=True, text=True, cwd=ROOT, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def heavy(names: list[str]) -> set[str]:
    return {name.split(".")[0] for name in names} & set(HEAVY)


def imports(chapter: Path) -> str:
    """The imports of a chapter's cells, as code."""
    cells = [cell for cell in json.loads(chapter.read_text())["cells"] if cell["cell_type"] == "code"]
    trees = [ast.parse("".join(cell["source"])) for cell in cells]
    found = [
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return "\n".join(ast.unparse(node) for node in found)


@pytest.fixture(scope="module")
def lists():
    """By chapter, what its imports bring; under "base", what pandas and matplotlib bring."""
    found = brought(*[imports(chapter) for chapter in CHAPTERS])
    return dict(zip(["base", *CHAPTERS], found, strict=True))


def test_no_room_that_a_chapter_imports_brings_a_heavy_library():
    checked = [
        f"import {name}\nassert not {{part.split('.')[0] for part in sys.modules}} & set({HEAVY}), {name!r}"
        for name in MODULES
    ]
    assert len(brought("\n".join(checked))) == 2  # what pandas and matplotlib bring, and then all


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.relative_to(ROOT / "book").as_posix())
def test_the_import_behind_a_chapter_is_little_more_than_pandas_and_matplotlib(chapter, lists):
    assert heavy(lists[chapter]) == set()
    assert len(lists[chapter]) <= SHARE * len(lists["base"]), sorted(set(lists[chapter]) - set(lists["base"]))


def test_a_heavy_library_would_be_seen():
    base, found = brought("import scipy.special")
    assert heavy(base) == set()
    assert heavy(found) == {"scipy"}


SHARES = np.array([1e-12, 0.001, 0.025, 0.5, 0.8, 0.975])
VALUES = np.array([0.0, 0.1, 1.0, 2.5, 8.0, 60.0])
DEGREES = np.array([1.0, 2.0, 7.0, 40.0])[:, None]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (curves.normal_quantile(SHARES), stats.norm.ppf(SHARES)),
        (curves.normal_above(VALUES), stats.norm.sf(VALUES)),
        (curves.t_quantile(SHARES, DEGREES), stats.t.ppf(SHARES, DEGREES)),
        (curves.t_above(VALUES, DEGREES), stats.t.sf(VALUES, DEGREES)),
        (curves.chi2_quantile(SHARES, DEGREES), stats.chi2.ppf(SHARES, DEGREES)),
        (curves.chi2_exceeded(SHARES, DEGREES), stats.chi2.isf(SHARES, DEGREES)),
        (curves.chi2_above(VALUES, DEGREES), stats.chi2.sf(VALUES, DEGREES)),
        (curves.gamma_quantile(SHARES, 2.3, scale=410.0), stats.gamma.ppf(SHARES, 2.3, scale=410.0)),
        (curves.f_above(VALUES, 3, 20), stats.f.sf(VALUES, 3, 20)),
    ],
)
def test_a_curve_gives_the_last_digit_of_scipy_stats(ours, theirs):
    np.testing.assert_array_equal(ours, theirs)
