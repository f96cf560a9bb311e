"""Correlated draws are the method's, not the processor's: equal under every kernel of linear algebra."""

import json

import numpy as np
import pytest
from scipy import stats

from analysis.methods.costing import distributions, simulation
from analysis.methods.costing.prices import CostError
from tests import portable

REPEATED = simulation.correlation_of(
    ["pay", "pay", "pay", "travel", "travel", "travel", None, "whole", "whole"],
    [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, None, 1, -1],
)
EVERY_THIRD = 3  # of the environments: each kernel, with and without features, with one thread and with two
METHODS = ("random", "sobol")
SAID = """
import json, sys
import numpy as np
from analysis.methods.costing import simulation
matrix = np.array(json.loads(sys.argv[1]))
for method in sys.argv[2:]:
    joint = simulation.scores(matrix, draws=64, rng=np.random.default_rng(5), method=method)
    print(joint.astype("<f8").tobytes().hex())
"""


def test_draws_are_equal_under_every_kernel_feature_and_number_of_threads():
    command = ["-c", SAID, json.dumps(REPEATED.tolist()), *METHODS]
    drawn = {one.name: one.run(command).stdout.split() for one in portable.environments()[::EVERY_THIRD]}
    for method, here in zip(METHODS, zip(*drawn.values(), strict=True), strict=True):
        wanted = simulation.scores(REPEATED, draws=64, rng=np.random.default_rng(5), method=method)
        for name, text in zip(drawn, here, strict=True):
            there = np.frombuffer(bytes.fromhex(text), "<f8").reshape(wanted.shape)
            np.testing.assert_array_equal(there, wanted, err_msg=f"{name}, {method}")


def turned(size: int, rank: int, seed: int) -> np.ndarray:
    """Return a correlation matrix of a given rank."""
    lean = np.random.default_rng(seed).normal(size=(size, rank))
    lean /= np.linalg.norm(lean, axis=1, keepdims=True)
    return lean @ lean.T


@pytest.mark.parametrize(
    "matrix",
    [
        REPEATED,
        np.eye(4),
        np.ones((5, 5)),
        np.outer([1, -1, 1], [1, -1, 1]),
        np.full((12, 12), 0.3) + 0.7 * np.eye(12),
        np.full((3, 3), -0.5) + 1.5 * np.eye(3),
        turned(6, 6, 1),
        turned(30, 4, 2),
        turned(40, 39, 3),
    ],
    ids=["factors", "none", "one", "opposite", "equal", "least", "full", "thin", "almost"],
)
def test_scores_have_the_correlation_asked_for_and_each_stays_standard_normal(matrix):
    root = simulation._root(matrix)
    np.testing.assert_allclose(root @ root.T, matrix, rtol=0, atol=1e-7)
    np.testing.assert_array_equal(root, np.tril(root))
    joint = simulation.scores(matrix, draws=20_000, rng=np.random.default_rng(8))
    np.testing.assert_allclose(np.corrcoef(joint.T), matrix, atol=0.035)
    for column in joint.T:
        assert stats.kstest(column, "norm").pvalue > 1e-4


def test_the_order_of_the_inputs_changes_no_distribution():
    made = {"a": distributions.gamma(100, 20), "b": distributions.pert(1, 2, 9)}
    matrix = np.array([[1, 0.6], [0.6, 1]])
    straight = simulation.joint_draws(made, draws=40_000, rng=np.random.default_rng(1), correlation=matrix)
    turned_round = simulation.joint_draws(
        dict(reversed(made.items())), draws=40_000, rng=np.random.default_rng(2), correlation=matrix
    )
    for name in made:
        assert stats.ks_2samp(straight[name], turned_round[name]).pvalue > 1e-3


@pytest.mark.parametrize(
    "matrix",
    [
        np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]),
        np.full((4, 4), -0.5) + 1.5 * np.eye(4),
        np.array([[1, 1, 0.2], [1, 1, 0.3], [0.2, 0.3, 1]]),
    ],
    ids=["three", "four", "one and the same, yet not"],
)
def test_what_no_inputs_can_have_is_refused(matrix):
    with pytest.raises(CostError, match=r"eigenvalue -0\.\d+\. Allowed: none below 0"):
        simulation.scores(matrix, draws=5, rng=np.random.default_rng(1))
