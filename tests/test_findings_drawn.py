"""The picture of the finding holds the numbers of record, signed so that more is better."""

import matplotlib.pyplot as plt
import pytest

from analysis.chapters import findings, findings_drawn
from analysis.present import figures
from analysis.study import entry_effects, indicators
from analysis.study.rule import CANNOT_TELL, IMPROVED, NO_IMPORTANT, WORSENED


@pytest.fixture(scope="module")
def known():
    return findings.numbers()


@pytest.fixture(scope="module")
def found(known):
    return findings_drawn.frame(known)


def test_rows_are_the_headline_numbers_turned_so_that_more_is_better(known, found):
    rows = found.set_index(["indicator", "compared"])
    assert len(rows) == 3 * len(indicators.indicators(primary=True))
    deaths, one = rows.loc[("shmi", "What decides")], known["decided_shmi"]
    assert deaths["estimate"] == pytest.approx(-100 * one.value)
    assert (deaths["lower"], deaths["upper"]) == pytest.approx((-100 * one.high, -100 * one.low))
    waits, one = rows.loc[("four_hour_waits", "Entered")], known["entry_four_hour_waits"]
    assert (waits["lower"], waits["upper"]) == pytest.approx((one.low, one.high))
    staff, bad = rows.loc[("recommend_work", "Equally bad")], entry_effects.equally_bad("recommend_work")
    assert staff["estimate"] == pytest.approx(bad.placebo.overall.estimate)
    assert (found["lower"] < found["upper"]).all()


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (
            (CANNOT_TELL,) * 3,
            "gain on trusts alike? On deaths, A&E waits and staff's view the figures cannot tell",
        ),
        ((IMPROVED, CANNOT_TELL, CANNOT_TELL), "improved more than trusts alike in deaths; on A&E waits and"),
        ((NO_IMPORTANT,) * 3, "made no important gain on trusts alike in deaths, A&E waits and staff's view"),
        ((WORSENED, NO_IMPORTANT, IMPROVED), "worsened more than trusts alike in deaths"),
    ],
)
def test_the_title_says_each_verdict(found, verdicts, words):
    names = indicators.indicators(primary=True)
    assert words in findings_drawn.title(
        found.assign(verdict=found["indicator"].map(dict(zip(names, verdicts, strict=True))))
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("shmi", 2.31, "2.3 fewer"), ("shmi", -1.0, "1.0 more"), ("four_hour_waits", 1.2, "1.2 more"), ("recommend_work", -3.0, "3.0 fewer")],
)  # fmt: skip
def test_a_change_is_told_in_the_readers_direction(name, value, words):
    assert findings_drawn.told(name, value) == words


def test_an_interval_is_told_from_the_lower_figure():
    assert findings_drawn.between("shmi", 0.3, 4.3) == "(0.3 to 4.3 fewer)"
    assert findings_drawn.between("shmi", -1.1, 3.1) == "(3.1 fewer to 1.1 more)"
    assert findings_drawn.between("four_hour_waits", -3.1, -0.2) == "(0.2 to 3.1 fewer)"


@pytest.mark.parametrize("width", [figures.NARROW_PX, figures.WIDE_PX])
def test_each_row_is_drawn_with_its_name_number_and_verdict_and_no_text_is_cut(
    found, known, width, monkeypatch
):
    drawn = []
    monkeypatch.setattr(findings_drawn.figures, "figure", lambda draw, **about: drawn.append((draw, about)))
    findings_drawn.picture(known, name="x")
    ((draw, about),) = drawn
    drawing = draw(width)
    (ax,) = drawing.axes
    drawing.draw_without_rendering()
    texts = {text.get_text(): text.get_window_extent() for text in ax.texts}
    for row in found.itertuples():
        assert row.measure in texts
        assert row.verdict in texts
        assert findings_drawn.told(row.indicator, row.estimate) in texts
    edge = drawing.bbox
    scale = drawing.dpi / figures.PX
    for text, box in texts.items():
        assert edge.x0 - scale <= box.x0, text
        assert box.x1 <= edge.x1 + scale, text
    assert "Verdict:" in about["says"]
    plt.close(drawing)
