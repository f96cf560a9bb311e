"""A chapter reopened with another indicator than those it shows: the function of its figures draws that one too."""

import os
from pathlib import Path

import nbformat
import pytest

BOOK = Path(__file__).resolve().parents[1] / "book" / "metrics"
SETUP = {
    "after": "from matplotlib import pyplot as plt\nfrom analysis.chapters import after_plots, after_words\n"
    "from analysis.present import figures\nfrom analysis.study import leaving, regime\npaths = {}",
    "rivals": "from matplotlib import pyplot as plt\nfrom analysis.chapters import rivals as rivals_page\n"
    "from analysis.present import figures, plots\nfrom analysis.study import regime, rivals\ncurves = {}",
}


@pytest.mark.parametrize("chapter", SETUP)
def test_the_figure_of_another_indicator_is_drawn(chapter, monkeypatch):
    monkeypatch.setitem(os.environ, "REPORT_BUILD", "1")
    cells = [cell.source for cell in nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4).cells]
    (defined,) = (source for source in cells if source.startswith("def publish(name)"))
    names: dict = {}
    exec(f"{SETUP[chapter]}\n{defined}", names)
    made = names["publish"]("recommend_care")
    assert "happy with the care" in made.title
    assert len(made.frame)
