"""All indicators in one forest, all choices in one curve: what is drawn is what was found, and nothing is cut."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis.chapters import entry_drawn, rivals_drawn
from analysis.methods.effects.specification import specification_curve
from analysis.present import every_choice, figures, forest, svg
from analysis.study import deciding, ruled_out


@pytest.fixture(scope="module")
def both():
    rows = [
        ("shmi", "Hospital mortality (SHMI)", "deaths", 32, -0.023, -0.043, -0.003),
        ("four_hour_waits", "Seen within four hours in A&E", "points", 27, -1.7, -3.1, -0.2),
        ("day_bed_occupancy", "General and acute day-only beds occupied", "points", 33, -0.2, -2.7, 2.3),
        ("waits_12h", "Waits of over 12 hours for a bed", "points", 0, np.nan, np.nan, np.nan),
    ]
    columns = ["indicator", "title", "unit", "n_trusts", "estimate", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns)


def cut(drawing):
    """Return the texts of a drawing that reach beyond it."""
    drawing.draw_without_rendering()
    edge, slack = drawing.bbox, drawing.dpi / figures.PX
    texts = [text for ax in drawing.axes for text in ax.texts if text.get_text().strip()]
    boxes = {text.get_text(): text.get_window_extent() for text in texts}
    assert boxes
    return [text for text, box in boxes.items() if box.x0 < edge.x0 - slack or box.x1 > edge.x1 + slack]


def test_the_forest_holds_both_estimates_and_names_what_is_too_thin(both):
    found = entry_drawn.frame(both).set_index("indicator")
    one = deciding.decided("shmi")
    assert list(found.index) == ["shmi", "four_hour_waits", "day_bed_occupancy"]
    assert found.loc["shmi", "decided"] == one.value
    assert found.loc["shmi", "spread"] == pytest.approx(ruled_out.spread("shmi"))
    assert "Waits of over 12 hours for a bed (0)" in entry_drawn.too_few(both)
    assert entry_drawn.too_few(both.head(2)) == ""


def test_better_is_right_whatever_the_sign_and_a_number_keeps_its_own(both):
    rows = {row["indicator"]: entry_drawn._row(row) for row in entry_drawn.frame(both).to_dict("records")}
    deaths, waits, beds = (rows[name] for name in ("shmi", "four_hour_waits", "day_bed_occupancy"))
    assert deaths.marks[0].estimate == pytest.approx(0.023 / ruled_out.spread("shmi"))
    assert deaths.marks[0].lower < deaths.marks[0].estimate < deaths.marks[0].upper
    assert (deaths.told, deaths.between) == ("−2.3 per 100", "(−4.3 to −0.3)")
    assert waits.marks[0].estimate < 0
    assert deaths.name.endswith("↓")
    assert [mark.kind for mark in beds.marks] == [forest.NEITHER, forest.ALIKE]
    assert not beds.better


def test_the_title_counts_verdicts_of_the_rule_and_the_words_what_is_outside_one_by_one(both, monkeypatch):
    found = entry_drawn.frame(both)
    assert entry_drawn.title(found).endswith("none of 2 indicators improved by our rule")
    moved = found.assign(decided_lower=0.1, decided_upper=1.0)  # of deaths, more; of waits, better
    assert "leaves out zero for 2 of 2: 1 better, 1 worse. Our rule allows" in entry_drawn.unadjusted(moved)
    assert entry_drawn.title(moved).endswith("none of 2 indicators improved by our rule")
    verdicts = {"shmi": "improved", "four_hour_waits": "worsened"}
    monkeypatch.setattr(entry_drawn.ruled_out, "verdict", verdicts.get)
    assert entry_drawn.title(found).endswith("1 of 2 indicators improved by our rule and 1 worsened")


@pytest.fixture(scope="module")
def curve():
    """Return a curve in which leaving out the Keogh trusts gives the worst of all; mortality, lower is better."""
    effect = {"All trusts": -0.03, "Without the eleven Keogh trusts": 0.01}
    method = {"imputation": 0.0, "group-time, never": 0.004}

    def estimate(sample, method_, window):
        value = effect[sample] + method[method_] + (0.001 if window == "two years" else 0.0)
        return value, value - 0.02, value + 0.02

    asked = {"sample": list(effect), "method": list(method), "window": ["two years", "three years"]}
    found = specification_curve(
        lambda sample, method, window: estimate(sample, method, window), asked, n_jobs=1
    )
    return found


def test_choices_stand_worst_first_in_deaths_with_better_up(curve):
    rows = rivals_drawn.frame("shmi", curve)
    assert rows["estimate"].is_monotonic_increasing
    assert rows["estimate"].iloc[-1] == pytest.approx(3.0)
    assert (rows["lower"] < rows["upper"]).all()
    assert rivals_drawn.worst(rows) == "Without the Keogh eleven"
    assert "the worst are all those “without the Keogh eleven”" in rivals_drawn.title("shmi", curve)
    assert rivals_drawn.worst(rows.assign(**rivals_drawn.MAIN)) == ""


@pytest.mark.parametrize("width", [figures.NARROW_PX, figures.WIDE_PX])
def test_a_choice_is_marked_in_the_columns_that_made_it_and_no_text_is_cut(curve, width):
    rows = rivals_drawn.frame("shmi", curve)
    drawing = every_choice.curve(rows, main=rivals_drawn.MAIN, unit="fewer deaths", step=1.0)(width)
    squares = sum(len(line.get_xdata()) for line in drawing.axes[0].lines if line.get_marker() == "s")
    assert squares == 3 * len(rows)
    texts = [text.get_text() for text in drawing.axes[0].texts]
    clear = (rows["lower"] > 0) | (rows["upper"] < 0)
    kept = rows["sample"] == "All trusts"
    assert f"{(clear & kept).sum()}/{kept.sum()}" in texts
    assert cut(drawing) == []
    plt.close(drawing)


@pytest.mark.parametrize("width", [figures.NARROW_PX, figures.WIDE_PX])
def test_no_name_of_the_forest_is_cut(both, width):
    rows = [entry_drawn._row(row) for row in entry_drawn.frame(both).to_dict("records")]
    drawing = forest.many(rows, reach=1.0, ticks=(-1.0, 0.0, 1.0), unit="spreads")(width)
    assert cut(drawing) == []
    plt.close(drawing)


def test_a_number_in_a_text_keeps_its_digits():
    drawing, ax = forest.sheet(300, 60)
    forest.write(ax, 10.123456, 20, "from 0.975 to 1.025")
    _, _, inside = svg.drawn(drawing, "x")
    assert "from 0.975 to 1.025" in inside
    plt.close(drawing)
