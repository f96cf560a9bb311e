"""What an interval rules out: numbers worked by hand, both directions, edges."""

import math

import numpy as np
import pytest
from scipy import stats

from analysis.methods.estimate import HIGHER, LOWER, Estimate
from analysis.study import deciding, indicators, ruled_out
from analysis.study.ruled_out import CANNOT_TELL, IMPROVED, NO_IMPORTANT, WORSENED

NAN = float("nan")


@pytest.mark.parametrize(
    ("lower", "upper", "better", "improvement", "worsening", "verdict"),
    [
        (1, 5, HIGHER, 5, 0, IMPROVED),
        (-5, -1, HIGHER, 0, 5, WORSENED),
        (-5, -1, LOWER, 5, 0, IMPROVED),
        (1, 5, LOWER, 0, 5, WORSENED),
        (-3, 1, HIGHER, 1, 3, NO_IMPORTANT),
        (-1, 3, LOWER, 1, 3, NO_IMPORTANT),
        (-3, 3, HIGHER, 3, 3, CANNOT_TELL),
        (-3, 2, HIGHER, 2, 3, CANNOT_TELL),  # as large as matters is not left out
        (0, 1, HIGHER, 1, 0, NO_IMPORTANT),  # a limit at zero includes zero
        (-4, 0, HIGHER, 0, 4, NO_IMPORTANT),
        (0, 0, HIGHER, 0, 0, NO_IMPORTANT),
        (0.5, 0.5, HIGHER, 0.5, 0, IMPROVED),
    ],
)
def test_sizes_outside_the_interval_and_the_verdict(lower, upper, better, improvement, worsening, verdict):
    found = ruled_out.ruled_out(Estimate((lower + upper) / 2, lower, upper, n=30), better=better, important=2)
    assert (found.improvement, found.worsening, found.verdict) == (improvement, worsening, verdict)


def test_probabilities_are_those_of_the_normal_curve():
    half = 1.959963984540054
    found = ruled_out.ruled_out(Estimate(1, 1 - half, 1 + half, n=30), better=HIGHER, important=2)
    assert found.better == pytest.approx(0.8413447460685429)  # Phi(1)
    assert found.much_better == pytest.approx(0.15865525393145707)  # Phi(-1)
    flipped = ruled_out.ruled_out(Estimate(1, 1 - half, 1 + half, n=30), better=LOWER, important=2)
    assert flipped.better == pytest.approx(0.15865525393145707)
    assert flipped.much_better == pytest.approx(stats.norm.cdf(-3))


def test_an_interval_moved_for_a_known_error_moves_the_probability():
    found = ruled_out.ruled_out(Estimate(0, -1, 3, n=30), better=HIGHER, important=2)
    assert found.better == pytest.approx(stats.norm.sf(-1 / (2 / 1.959963984540054)))


@pytest.mark.parametrize(("value", "sure"), [(1.0, 1.0), (0.0, 0.0), (-1.0, 0.0)])
def test_without_width_it_is_sure(value, sure):
    assert ruled_out.ruled_out(Estimate(value, value, value, n=9), better=HIGHER, important=2).better == sure


@pytest.mark.parametrize("limits", [(NAN, NAN), (NAN, 1), (-math.inf, 1)])
def test_without_an_interval_nothing_is_told(limits):
    found = ruled_out.ruled_out(Estimate(1, *limits, n=30), better=HIGHER, important=2)
    assert found.verdict == CANNOT_TELL
    assert np.isnan([found.improvement, found.worsening, found.better, found.much_better]).all()


def test_few_trusts_cannot_tell():
    assert ruled_out.ruled_out(Estimate(3, 2, 4, n=4), better=HIGHER, important=2).verdict == CANNOT_TELL


@pytest.mark.parametrize("wrong", [0, -1, NAN])
def test_a_size_that_matters_is_above_zero(wrong):
    with pytest.raises(ValueError, match="important"):
        ruled_out.ruled_out(Estimate(0, -1, 1, n=30), better=HIGHER, important=wrong)


@pytest.mark.parametrize("wrong", [None, "up"])
def test_a_direction_is_named(wrong):
    with pytest.raises(ValueError, match="better"):
        ruled_out.ruled_out(Estimate(0, -1, 1, n=30), better=wrong, important=2)


def test_an_indicator_is_judged_by_the_comparison_that_decides():
    decided, found = deciding.decided("shmi"), ruled_out.of("shmi")
    assert (found.improvement, found.worsening) == (-decided.lower, decided.upper)  # lower is better
    assert found.important == ruled_out.IMPORTANT["shmi"]


def test_limits_in_wrong_order_are_refused():
    with pytest.raises(ValueError, match="lower one first"):
        ruled_out.ruled_out(Estimate(0, 1, -1, n=30), better=HIGHER, important=2)


@pytest.mark.parametrize("name", list(ruled_out.IMPORTANT))
def test_sizes_that_matter_are_a_fifth_of_the_spread_rounded(name):
    scale = 100 if name == "shmi" else 1  # deaths per hundred expected
    assert round(scale * ruled_out.FIFTH * ruled_out.spread(name)) == scale * ruled_out.IMPORTANT[name]


def test_primary_indicators_have_one_and_the_rest_a_rule():
    assert set(ruled_out.IMPORTANT) == set(indicators.indicators(primary=True))
    assert ruled_out.important("engagement") == pytest.approx(0.2 * ruled_out.spread("engagement"))
    assert np.isnan(ruled_out.important("day_bed_occupancy"))


@pytest.fixture
def made(monkeypatch):
    """Secondary indicators with intervals of our own: the first as told, the others around zero."""
    names = indicators.indicators(primary=False)

    def give(lower, upper, *, others=(-1.0, 1.0), n=30):
        def decided(name):
            limits = (lower, upper) if name == names[0] else others
            return Estimate(sum(limits) / 2, *limits, n=n)

        monkeypatch.setattr(deciding, "decided", decided)
        monkeypatch.setattr(ruled_out, "important", lambda name: 2.0)
        ruled_out.shares_from_chance.cache_clear()
        return names[0]

    yield give
    ruled_out.shares_from_chance.cache_clear()


def test_a_secondary_indicator_must_stand_out_among_all(made):
    # bed occupancy, lower is better; each interval 2 * 1.96 standard errors wide, 23 indicators
    clear = made(-5.0, -3.0)
    assert ruled_out.of(clear).verdict == ruled_out.verdict(clear) == IMPROVED
    bare = made(-2.1, -0.1)  # p = 0.03 alone, 0.7 among 23
    assert ruled_out.shares_from_chance()[bare] == pytest.approx(1.0, abs=0.4)
    assert ruled_out.of(bare).verdict == CANNOT_TELL  # an improvement of 2 is inside
    assert (
        ruled_out.of(made(0.1, 2.1)).verdict == NO_IMPORTANT
    )  # worse alone: no improvement that matters either way
    assert ruled_out.verdict(made(3.0, 5.0)) == WORSENED


def test_many_that_stand_out_carry_each_other(made):
    name = made(-2.3, -0.3, others=(-2.3, -0.3))  # all alike: the adjusted share is the plain one, about 0.01
    assert ruled_out.shares_from_chance().nunique() == 1
    assert ruled_out.of(name).verdict == IMPROVED


def test_a_primary_indicator_is_judged_by_itself():
    assert "shmi" not in ruled_out.shares_from_chance().index
