"""The one answer to the question on which side of zero an interval lies."""

import numpy as np
import pytest

from analysis.methods.estimate import Estimate, side


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        (0.1, 2, "higher"),
        (-2, -0.1, "lower"),
        (-1, 1, "no clear difference"),
        (0, 1, "no clear difference"),
        (-1, 0, "no clear difference"),
        (np.nan, 1, "no interval"),
        (1, np.nan, "no interval"),
        (-np.inf, np.inf, "no clear difference"),
    ],
)
def test_the_side_of_zero_is_where_the_whole_interval_lies(lower, upper, expected):
    assert side(lower, upper) == expected
    assert side(lower + 5, upper + 5, none=5) == expected
    assert Estimate(1.0, lower, upper, "points", 7).side == expected


def test_an_estimate_reads_like_a_row_of_results():
    figure = Estimate(1.5, 1, 2, "points", 7)
    assert (figure.estimate, figure.n_trusts) == (figure.value, figure.n) == (1.5, 7)
