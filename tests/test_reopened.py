"""A chapter reopened with another indicator than those it shows: the function of its figures draws that one too."""

import os
from pathlib import Path

import nbformat
import pytest

from analysis.chapters import rivals_drawn
from analysis.study import rivals

BOOK = Path(__file__).resolve().parents[1] / "book" / "metrics"
AFTER = (
    "from matplotlib import pyplot as plt\nfrom analysis.chapters import after_plots, after_words\n"
    "from analysis.present import figures\nfrom analysis.study import leaving, regime\npaths = {}"
)


@pytest.fixture(autouse=True)
def as_in_a_build(monkeypatch):
    monkeypatch.setitem(os.environ, "REPORT_BUILD", "1")


def test_the_figure_of_another_indicator_is_drawn_after_leaving():
    cells = [cell.source for cell in nbformat.read(BOOK / "after.ipynb", as_version=4).cells]
    (defined,) = (source for source in cells if source.startswith("def publish(name)"))
    names: dict = {}
    exec(f"{AFTER}\n{defined}", names)
    made = names["publish"]("recommend_care")
    assert "happy with the care" in made.title
    assert len(made.frame)


def test_the_choices_of_another_indicator_are_drawn():
    made = rivals_drawn.picture("recommend_care", rivals.curve("recommend_care"))
    assert "happy with the care" in made.title
    assert len(made.frame)
