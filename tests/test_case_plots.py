"""What the case charts draw: marks, bands, counts and symbols, read off the axes."""

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis.chapters.cases import plots as plots_page
from analysis.study.evidence import profiles as p
from analysis.study.evidence.matrix import matrix

TOLD = pd.DataFrame(
    {
        "id": ["AAA-01", "AAA-02", "AAA-03"], "trust": "AAA", "date": ["2013", "2013-07", "2015-01-02"], "phase": "during",
        "kind": "event", "statement": "Words.", "theme": ["I2", "I2", "O4"], "second_theme": None, "direction": ["+", "-", "0"],
    }
)  # fmt: skip
THEMES = pd.Series({"I2": "partner", "O4": "rating", "R1": "resolve"})


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def marks(axes, shape):
    return [line for line in axes.get_lines() if line.get_marker() == shape and len(line.get_xdata())]


def test_each_statement_is_one_mark_whose_shape_says_its_direction(ax):
    plots_page.plot_events(TOLD, ax=ax)
    assert [len(marks(ax, shape)) for shape in ("^", "v", "o")] == [1, 1, 1]
    first, second = marks(ax, "^")[0].get_ydata()[0], marks(ax, "v")[0].get_ydata()[0]
    assert first != second  # two of one lane in one month do not hide each other
    assert marks(ax, "o")[0].get_markerfacecolor() == "white"
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {
        "helps or improves",
        "hinders or fails",
        "neutral or mixed",
    }


def test_a_cell_of_the_matrix_shows_its_counts_and_an_empty_one_a_dot(ax):
    found = matrix(TOLD, themes=THEMES, order=["AAA"])
    plots_page.plot_matrix(found, ax=ax, names={"AAA": "Alpha"})
    assert [text.get_text() for text in ax.texts] == ["▲1▼1", "○1", "·"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Alpha"]


def test_a_profile_fills_its_circles_by_level(ax):
    rows = [
        ["AAA", dimension, phase, p.NOT_KNOWABLE, None, "No."]
        for dimension in p.DIMENSIONS
        for phase in p.PHASES
    ]
    for place, level in ((0, "low"), (1, "mixed"), (2, "high")):
        rows[place][3:5] = [level, "AAA-01;AAA-02"]
    frame = pd.DataFrame(rows, columns=["ods_code", "dimension", "phase", "level", "statement_ids", "reason"])
    labels = pd.Series({name: name for name in p.DIMENSIONS})
    found = p.profiles(frame, labels=labels, known=["AAA-01", "AAA-02"])
    plots_page.plot_profiles(found, ax=ax, names={"AAA": "Alpha"})
    drawn = [(line.get_xdata()[0], line.get_fillstyle()) for line in marks(ax, "o")]
    assert drawn == [(0, "none"), (1, "left"), (2, "full")]
    assert len(marks(ax, ".")) == len(rows) - 3
