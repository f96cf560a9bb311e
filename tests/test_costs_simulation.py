"""Draws of uncertain inputs, the tornado and thresholds: against exact answers, by property, at the edges."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.methods.costing import distributions, sensitivity, simulation
from analysis.methods.costing.prices import CostError

ORACLE = json.loads((Path(__file__).parent / "oracles/costs/tornado.json").read_text())["cases"]
INPUTS = ORACLE["inputs"]


def costed(model, made, *, rng, draws=simulation.DRAWS, correlation=None):
    """The cost of every draw of the inputs, added up."""
    frame = simulation.joint_draws(made, draws=draws, rng=rng, correlation=correlation)
    return simulation.summary(model(frame))


def staffing(inputs):
    return inputs["staff"] * inputs["days"] + inputs["fee"]


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def test_the_tornado_agrees_with_the_formula():
    found = sensitivity.tornado(staffing, **INPUTS)
    assert found.base == ORACLE["base"]
    assert found.frame["parameter"].tolist() == ORACLE["order"]
    for bar in ORACLE["bars"]:
        row = found.frame.set_index("parameter").loc[bar["parameter"]]
        assert row[["low", "high", "swing"]].tolist() == [bar["low"], bar["high"], bar["swing"]]


def test_draws_reach_the_exact_mean_and_variance(rng):
    exact = ORACLE["psa_exact"]
    made = {name: distributions.gamma(INPUTS["base"][name], se) for name, se in exact["se"].items()}
    found = costed(staffing, made, draws=40_000, rng=rng)
    assert abs(found.mean - exact["mean"]) < 4 * found.mean_error
    spread = (found.draws - found.draws.mean()) ** 2
    assert abs(found.sd**2 - exact["var"]) < 4 * spread.std() / np.sqrt(found.draws.size)
    assert found.mean_error == pytest.approx(found.sd / 200)


def test_the_error_of_drawing_is_that_seen_when_drawing_again(rng):
    made = {"x": distributions.gamma(100, 20)}
    again = [costed(lambda f: f["x"], made, draws=500, rng=rng) for _ in range(400)]
    for value, error in (("mean", "mean_error"), ("lower", "lower_error"), ("upper", "upper_error")):
        seen = np.std([getattr(one, value) for one in again])
        stated = np.mean([getattr(one, error) for one in again])
        assert stated == pytest.approx(seen, rel=0.2)


def test_inputs_of_one_factor_move_together_and_keep_their_own_distribution(rng):
    matrix = simulation.correlation_of(["pay", "pay", None, "pay"], [0.8, 0.5, None, 1.0])
    assert matrix[0].tolist() == pytest.approx([1, 0.4, 0, 0.8])
    made = dict(
        zip(
            "abcd",
            (
                distributions.gamma(100, 20),
                distributions.pert(1, 2, 9),
                distributions.beta(0.3, 0.1),
                distributions.lognormal(5, 2),
            ),
            strict=True,
        )
    )
    frame = simulation.joint_draws(made, draws=20_000, rng=rng, correlation=matrix)
    scores = stats.norm.ppf(frame.rank() / (len(frame) + 1))
    np.testing.assert_allclose(np.corrcoef(scores.T), matrix, atol=0.03)
    for name, one in made.items():
        assert frame[name].mean() == pytest.approx(one.mean, rel=0.02)
        assert frame[name].std() == pytest.approx(one.se, rel=0.05)


def test_inputs_that_lean_wholly_on_one_factor_are_one(rng):
    matrix = simulation.correlation_of(["pay", "pay"], [1, 1])
    one = distributions.gamma(100, 20)
    frame = simulation.joint_draws({"a": one, "b": one}, draws=100, rng=rng, correlation=matrix)
    np.testing.assert_allclose(frame["a"], frame["b"], rtol=1e-9)


def test_quasi_random_points_reach_the_mean_closer_than_random_ones():
    made = {"x": distributions.gamma(100, 20), "y": distributions.pert(0, 1, 8)}
    misses = {}
    for method in ("random", "sobol"):
        means = [
            simulation.joint_draws(made, draws=1024, rng=np.random.default_rng(seed), method=method).mean()
            for seed in range(20)
        ]
        misses[method] = (pd.DataFrame(means) - [made["x"].mean, made["y"].mean]).abs().mean()
    assert (misses["sobol"] < misses["random"] / 5).all()


def test_the_same_generator_gives_the_same_draws():
    made = {"x": distributions.gamma(100, 20)}
    one, two = (simulation.joint_draws(made, draws=8, rng=np.random.default_rng(3)) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def test_positive_correlation_widens_a_sum_and_keeps_its_mean(rng):
    made = {name: distributions.gamma(100, 20) for name in "ab"}
    apart = costed(lambda f: f.sum(axis=1), made, rng=rng)
    joint = costed(lambda f: f.sum(axis=1), made, rng=rng, correlation=np.array([[1, 0.8], [0.8, 1]]))
    assert joint.sd > 1.2 * apart.sd
    assert joint.mean == pytest.approx(apart.mean, abs=5 * joint.mean_error)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r: simulation.scores(np.array([[1, 2.0], [2.0, 1]]), draws=5, rng=r), "eigenvalue"),
        (lambda r: simulation.scores(np.array([[1, 0.5], [0.1, 1]]), draws=5, rng=r), "symmetric"),
        (lambda r: simulation.scores(np.array([[2.0]]), draws=5, rng=r), "ones"),
        (lambda r: simulation.scores(np.eye(2), draws=0, rng=r), "1 or more"),
        (lambda r: simulation.scores(np.eye(2), draws=10.5, rng=r), "draws=10.5"),
        (lambda r: simulation.scores(np.eye(2), draws=100, rng=r, method="sobol"), "power of two"),
        (lambda r: simulation.correlation_of(["a"], [1.5]), "loading 1.5 on factor 'a'"),
        (lambda r: simulation.correlation_of(["a"], [None]), "loading None"),
        (
            lambda r: simulation.joint_draws(
                {"x": distributions.fixed(1)}, draws=5, rng=r, correlation=np.eye(2)
            ),
            "1 inputs",
        ),
        (lambda r: simulation.summary(np.array([1.0])), "two or more"),
        (lambda r: simulation.summary(np.array([1.0, np.nan])), "1 missing"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, words, rng):
    with pytest.raises(CostError, match=words):
        call(rng)


def test_the_threshold_is_where_the_cost_meets_the_target():
    found = sensitivity.threshold(
        staffing, base=INPUTS["base"], parameter="days", target=570_000, low=0, high=2000
    )
    assert found.value == pytest.approx(1000)
    assert staffing({**INPUTS["base"], "days": found.value}) == pytest.approx(570_000)
    falling = sensitivity.threshold(
        lambda i: 10 - i["x"], base={"x": 1}, parameter="x", target=4, low=0, high=9
    )
    assert falling.value == pytest.approx(6)
    at_the_end = sensitivity.threshold(
        lambda i: i["x"], base={"x": 1}, parameter="x", target=9, low=0, high=9
    )
    assert at_the_end.value == 9


def test_a_target_out_of_reach_is_said_to_be():
    found = sensitivity.threshold(staffing, base=INPUTS["base"], parameter="fee", target=1, low=0, high=9e5)
    assert not found.reached


@pytest.mark.parametrize(
    ("cost", "target", "value"),
    [
        (lambda x: (x - 2) ** 2, 1, 1),
        (lambda x: (x - 2.5) ** 2, 0, 2.5),
        (lambda x: 10 - (x - 2) ** 2, 9, 1),
        (lambda x: (x - 2) ** 2, -1, np.nan),
        (lambda x: 0 if x < 2 else 10, 5, np.nan),
        (lambda x: 7, 8, np.nan),
        (lambda x: 7, 7, 0),
    ],
)
def test_a_cost_that_turns_or_jumps_has_the_threshold_it_has(cost, target, value):
    found = sensitivity.threshold(
        lambda i: cost(i["x"]), base={"x": 0.5}, parameter="x", target=target, low=0, high=5
    )
    assert found.value == pytest.approx(value, nan_ok=True)
    assert found.reached == np.isfinite(value)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"low": {"staff": 1}}, "same names"),
        ({"low": {**INPUTS["low"], "fee": 1e9}}, "fee: low"),
        ({"low": {**INPUTS["low"], "fee": float("nan")}}, "fee: low"),
    ],
)
def test_a_tornado_with_wrong_ends_is_refused(changed, words):
    with pytest.raises(CostError, match=words):
        sensitivity.tornado(staffing, **{**INPUTS, **changed})


def test_a_threshold_for_an_unknown_input_is_refused():
    for changed, words in (
        ({"parameter": "beds"}, "input 'beds'"),
        ({"low": 5, "high": 5}, "low below high"),
    ):
        given = {"base": INPUTS["base"], "parameter": "fee", "target": 1, "low": 0, "high": 1, **changed}
        with pytest.raises(CostError, match=words):
            sensitivity.threshold(staffing, **given)
