"""The picture of the finding holds the numbers of record, signed so that more is better."""

import matplotlib.pyplot as plt
import pytest

from analysis.chapters import findings, findings_drawn
from analysis.present import figures
from analysis.study import indicators


@pytest.fixture(scope="module")
def known():
    return findings.numbers()


def test_rows_are_the_headline_numbers_turned_so_that_more_is_better(known):
    found = findings_drawn.frame(known).set_index(["measure", "compared"])
    assert len(found) == 2 * len(indicators.indicators(primary=True))
    deaths = found.loc[("Hospital mortality", "beside trusts alike")]
    one = known["decided_shmi"]
    assert deaths["estimate"] == pytest.approx(-100 * one.value)
    assert (deaths["lower"], deaths["upper"]) == pytest.approx((-100 * one.high, -100 * one.low))
    waits, one = (
        found.loc[("Seen in A&E within four hours", "beside the prediction")],
        known["entry_four_hour_waits"],
    )
    assert (waits["lower"], waits["upper"]) == pytest.approx((one.low, one.high))
    assert (found["lower"] < found["upper"]).all()


def test_the_title_counts_what_improved(known):
    found = findings_drawn.frame(known)
    assert "no main measure" in findings_drawn.title(found.assign(verdict="cannot tell"))
    found.loc[found["measure"] == "Hospital mortality", "verdict"] = "improved"
    assert findings_drawn.title(found) == "Beside trusts alike, 1 of 3 main measures improved"


@pytest.mark.parametrize("width", [figures.NARROW_PX, figures.WIDE_PX])
def test_each_row_shows_its_interval_and_verdict_inside_the_axes(known, width):
    found = findings_drawn.frame(known)
    drawing = findings_drawn.forest(found)(width)
    for ax, (measure, rows) in zip(drawing.axes, found.groupby("measure", sort=False), strict=True):
        assert ax.get_title(loc="left") == f"{measure}: {rows['verdict'].iloc[0]}"
        low, high = ax.get_xlim()
        assert low < rows["lower"].min() < rows["upper"].max() < high
        drawn = [tuple(line.get_xdata()) for line in ax.lines if len(line.get_xdata()) == 2]
        assert {(row.lower, row.upper) for row in rows.itertuples()} <= set(drawn)
    plt.close(drawing)


def test_the_picture_says_its_numbers_in_words(known):
    shown = findings_drawn.picture(known, name="the-finding")
    assert "Hospital mortality beside trusts alike" in shown.says
    assert "Verdicts:" in shown.says
