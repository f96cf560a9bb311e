"""Distributions of inputs: against R, by their moments, nearly without spread, and impossible ones."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from analysis.methods.costing import distributions
from analysis.methods.costing.prices import CostError

ORACLE = json.loads((Path(__file__).parent / "oracles/costs/costs.json").read_text())["cases"]
TOLERANCE = 1e-8
MADE = [
    distributions.gamma(100, 20),
    distributions.beta(0.3, 0.05),
    distributions.lognormal(1.8, 0.4),
    distributions.pert(2, 5, 20),
    distributions.pert(2, 2, 20),
]


@pytest.mark.parametrize("kind", ["gamma", "beta", "lognormal"])
def test_parameters_and_quantiles_agree_with_r(kind):
    for case in ORACLE[kind]:
        made = getattr(distributions, kind)(case["mean"], case["se"])
        for name in {"shape", "scale", "rate", "alpha", "beta", "mu", "sigma"} & set(case):
            assert made.parameters[name] == pytest.approx(
                case[name], rel=1e-6 if name == "rate" else TOLERANCE
            )
        for name, p in (("q025", 0.025), ("q50", 0.5), ("q975", 0.975)):
            if name in case:
                assert made.quantile(p) == pytest.approx(case[name], rel=TOLERANCE)


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.kind)
def test_stated_moments_are_those_of_the_quantiles(made):
    mean = integrate.quad(made.quantile, 0, 1, limit=400)[0]
    square = integrate.quad(lambda p: made.quantile(p) ** 2, 0, 1, limit=400)[0]
    assert mean == pytest.approx(made.mean, rel=1e-5)
    assert np.sqrt(square - mean**2) == pytest.approx(made.se, rel=1e-3)


def test_a_pert_has_the_textbook_mean_and_keeps_to_its_ends():
    made = distributions.pert(2, 5, 20)
    assert made.mean == pytest.approx((2 + 4 * 5 + 20) / 6)
    assert made.quantile(np.array([0, 1])).tolist() == [2, 20]
    again = distributions.pert_from_mean(made.mean, 2, 20)
    assert again.parameters["mode"] == pytest.approx(5)
    symmetric = distributions.pert(0, 5, 10)
    assert float(symmetric.quantile(0.5)) == pytest.approx(5)


def test_a_range_gives_its_standard_error_and_says_so():
    assert distributions.se_from_range(100, 492) == pytest.approx(100)
    made = distributions.from_range("gamma", mean=300, low=100, high=492)
    assert (made.mean, made.se) == pytest.approx((300, 100))
    assert "over 3.92" in made.reason
    assert distributions.from_range("fixed", mean=3, low=3, high=3).quantile(0.9) == 3


@pytest.mark.parametrize("maker", [distributions.gamma, distributions.lognormal])
@pytest.mark.parametrize("se", [1e-3, 1e-6, 1e-9])
def test_almost_no_spread_is_almost_the_mean(maker, se):
    low, high = maker(100, se).quantile(np.array([0.025, 0.975]))
    assert (low, high) == pytest.approx((100 - 1.96 * se, 100 + 1.96 * se), rel=1e-9)
    assert high > low or se < 1e-8


@pytest.mark.parametrize("se", [1e-4, 1e-7, 1e-9])
def test_a_share_with_almost_no_spread_is_almost_its_mean(se):
    made = distributions.beta(0.5, se)
    assert made.quantile(0.975) == pytest.approx(0.5 + 1.959964 * se, abs=se / 1000)
    assert made.quantile(np.array([0, 1])) == pytest.approx([0, 1]) or se < 1e-3


def test_scaling_the_input_scales_the_distribution():
    p = np.linspace(0.01, 0.99, 9)
    for maker in (distributions.gamma, distributions.lognormal):
        np.testing.assert_allclose(maker(300, 60).quantile(p), 3 * maker(100, 20).quantile(p))
    np.testing.assert_allclose(distributions.pert(4, 10, 40).quantile(p), 2 * MADE[3].quantile(p))


@pytest.mark.parametrize(
    "made",
    [
        *MADE,
        distributions.gamma(1, 3),
        distributions.gamma(1, 30),
        distributions.beta(0.5, 0.45),
        distributions.beta(0.5, 0.4999999),
        distributions.gamma(100, 1e-6),
    ],
)
def test_many_draws_are_read_off_a_curve_that_is_the_quantile_function(made):
    z = np.random.default_rng(2).standard_normal(distributions.MANY_DRAWS + 1)
    z[:2] = [-6, 6]
    exact = made.quantile(stats.norm.cdf(z))
    np.testing.assert_allclose(made.of_scores(z), exact, atol=1e-5 * made.se, rtol=0)
    np.testing.assert_array_equal(made.of_scores(z[:10]), exact[:10])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: distributions.beta(0.3, 0.46), r"variance 0.2116 .* below mean \(1 - mean\) = 0.21"),
        (lambda: distributions.beta(0.5, 0.5), "below mean"),
        (lambda: distributions.beta(1.0, 0.1), "mean 1 of a beta"),
        (lambda: distributions.beta(0.0, 0.1), "mean 0.0 of a beta"),
        (lambda: distributions.gamma(-1, 0.1), "mean -1 of a gamma"),
        (lambda: distributions.gamma(1, -0.1), "standard error -0.1"),
        (lambda: distributions.gamma(1, 0), r"fixed\(value\)"),
        (lambda: distributions.gamma(1, np.nan), "standard error nan"),
        (lambda: distributions.gamma(1, 1e-200), "standard error 0[.]0+[.]{3} of 202 letters"),
        (lambda: distributions.gamma(1, 1e200), "less extreme"),
        (lambda: distributions.gamma(np.inf, 1), "mean inf"),
        (lambda: distributions.lognormal(0, 1), "mean 0 of a log-normal"),
        (lambda: distributions.lognormal(1, 0), r"fixed\(value\)"),
        (lambda: distributions.pert(6, 5, 20), "low 6, mode 5"),
        (lambda: distributions.pert(1, 30, 20), "mode 30"),
        (lambda: distributions.pert(5, 5, 5), "low < high"),
        (lambda: distributions.pert(np.nan, 5, 6), "low of a PERT=nan"),
        (lambda: distributions.pert_from_mean(19.9, 2, 20), "mode"),
        (lambda: distributions.se_from_range(5, 5), "low below high"),
        (lambda: distributions.from_range("normal", mean=1, low=0, high=2), "distribution='normal'"),
        (lambda: distributions.from_range("gamma", mean=3, low=0, high=2), "outside the range"),
        (lambda: distributions.from_range("fixed", mean=1, low=0, high=2), "no range"),
        (lambda: distributions.fixed(np.nan), "value nan"),
        (lambda: distributions.fixed("a lot"), "value 'a lot'"),
        (lambda: distributions.gamma("100", 20), "mean '100' of a gamma"),
        (lambda: distributions.gamma(100, None), "standard error None"),
        (lambda: distributions.beta(True, 0.1), "mean True"),
        (lambda: distributions.pert(0, None, 1), "mode of a PERT=None"),
        (lambda: distributions.pert(0, 1e308, 1.7e308), "difference"),
        (lambda: distributions.from_range("pert", mean="5", low=0, high=9), "mean '5' outside"),
        (lambda: distributions.from_range("gamma", mean=5, low=-5, high=15), "low at least 0"),
        (lambda: distributions.from_range("lognormal", mean=5, low=-1, high=11), "low at least 0"),
        (lambda: distributions.from_range("beta", mean=0.9, low=0.7, high=1.1), "high at most 1"),
        (lambda: distributions.from_range("gamma", mean=5, low=5, high=9), "the mean between them"),
        (lambda: distributions.from_range("beta", mean=0.9, low=0.7, high=0.9), "the mean between them"),
        (lambda: distributions.from_range("gamma", mean=5, low=5, high=5), r"fixed\(value\)"),
        (lambda: MADE[0].quantile(1.5), "probabilities"),
    ],
)
def test_impossible_distributions_are_refused(call, words):
    with pytest.raises(CostError, match=words):
        call()
