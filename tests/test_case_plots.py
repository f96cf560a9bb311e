"""What the chart of readings draws, read off the axes."""

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis.chapters.cases import plots as plots_page
from analysis.study.evidence import profiles as p


@pytest.fixture
def ax():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def marks(axes, shape):
    return [line for line in axes.get_lines() if line.get_marker() == shape and len(line.get_xdata())]


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
