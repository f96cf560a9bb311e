"""What is ruled out and what would be seen, in words, tables and the picture."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import stats

from analysis.chapters import rivals_power, ruled
from analysis.present import figures
from analysis.study import calibration, deciding, indicators, power, ruled_out
from analysis.study.rule import CANNOT_TELL

PRIMARY = indicators.indicators(primary=True)


def test_every_indicator_has_a_row_and_those_that_cannot_be_compared_are_blank():
    table = ruled.for_readers(indicators.indicators())
    assert len(table) == len(indicators.indicators())
    assert list(table.columns) == ["Indicator", *ruled.COLUMNS]
    blank = table[table["Trusts that entered"] == "0"]
    assert set(blank["Verdict"]) == {CANNOT_TELL}
    assert (blank[list(ruled.COLUMNS[:6])] == "..").all(axis=None)
    rest = table[table["Trusts that entered"] != "0"]
    assert (rest["Found in 4 of 5 panels from"] != "..").all()
    neither = table[table["Indicator"].str.startswith("General and acute day-only")].iloc[0]
    assert neither["Improvement ruled out above"].startswith("a rise of")
    assert neither["Smallest that matters"] == ".."


def test_the_sentence_on_other_indicators_counts_them(monkeypatch):
    text = ruled.secondary_sentence()
    assert "could not be compared" in text
    monkeypatch.setattr(ruled_out, "clear", lambda name: True)
    assert "still do" in ruled.secondary_sentence()


def test_the_error_of_drawing_few_panels_is_that_of_a_quantile_drawn_again_and_again():
    drawn = np.abs(np.random.default_rng(5).standard_normal((4000, 200)))
    places = np.quantile(drawn, 0.95, axis=1, method="higher")
    share, reach = calibration.drawing_error(400)
    assert share == pytest.approx((0.05 * 0.95 / 200) ** 0.5)
    assert places.std() / places.mean() == pytest.approx(reach, rel=0.1)
    outside = [float(2 * (1 - stats.norm.cdf(place))) for place in places]
    assert np.std(outside) == pytest.approx(share, rel=0.1)


def test_the_sentence_names_every_verdict_that_hangs_on_the_drawing(monkeypatch):
    asked = {}
    monkeypatch.setattr(ruled.ruled_out, "hangs_on_drawing", lambda name, error: asked.update({name: error}))
    assert "would be another for none" in ruled.drawing_sentence()
    assert set(asked) == set(ruled_out.shares_from_chance().index)
    assert len(set(asked.values())) == 1


def test_a_verdict_hangs_on_the_drawing_when_a_nearer_limit_changes_it():
    nearer = max(
        ruled_out.shares_from_chance().index, key=lambda name: deciding.calibration(name)["critical"]
    )
    assert not ruled_out.hangs_on_drawing("shmi", 1e-9)
    assert ruled_out.hangs_on_drawing("shmi", 1.0), "limits of no width leave out zero"
    assert ruled_out.hangs_on_drawing(nearer, 0.0) is False


@pytest.mark.parametrize("width", [figures.NARROW_PX, figures.WIDE_PX])
def test_the_picture_marks_what_is_seen_and_what_matters(width):
    drawing = rivals_power.curves(PRIMARY)(width)
    assert len(drawing.axes) == len(PRIMARY)
    for ax, name in zip(drawing.axes, PRIMARY, strict=True):
        scale = rivals_power.scale_of(name)
        dot = next(line for line in ax.lines if line.get_marker() == "o")
        assert dot.get_xdata()[0] == pytest.approx(scale * power.smallest(name))
        assert dot.get_ydata()[0] == 80
        matters = [
            line for line in ax.lines if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2
        ]
        assert matters[0].get_xdata()[0] == pytest.approx(scale * ruled_out.important(name))
        curve = max(ax.lines, key=lambda line: len(line.get_xdata()))
        assert (np.diff(curve.get_ydata()) >= 0).all()
    plt.close(drawing)


def test_the_sentence_says_what_is_seen_in_natural_units():
    text = rivals_power.sentence(PRIMARY)
    assert f"{100 * power.smallest('shmi'):.1f} deaths per hundred expected" in text
    assert f"{power.smallest('four_hour_waits'):.1f} percentage points" in text
    assert text.count("%") == 6
    assert rivals_power.frame(PRIMARY)["effect"].min() == 0
    assert deciding.calibration("shmi")["seen_none"] <= power.smallest("shmi")
