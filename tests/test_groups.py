"""Two groups of trusts, single trusts pooled in part, length of stay."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from analysis import data
from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.pooling import partly_pooled
from analysis.study import deciding, entry_effects, groups, indicators


def test_partial_pooling_by_hand():
    # the closed forms of DerSimonian and Laird, and of Morris, written out
    effect, variance = np.array([0.0, 4.0, 8.0, 3.0, 1.0]), np.array([1.0, 1.0, 4.0, 2.0, 2.0])
    w = 1 / variance
    fixed = (w @ effect) / w.sum()
    q = w @ (effect - fixed) ** 2
    tau2 = (q - 4) / (w.sum() - (w @ w) / w.sum())
    found = partly_pooled(effect, np.diag(variance))
    referee = combine_effects(effect, variance, method_re="dl")
    assert (found.q, found.tau**2) == pytest.approx((referee.q, referee.tau2))
    assert found.q == pytest.approx(q)
    assert found.tau**2 == pytest.approx(tau2)
    random = 1 / (variance + tau2)
    centre = random @ effect / random.sum()
    kept = 1 - 2 / 4 * variance / (tau2 + variance)
    assert found.mean == pytest.approx(centre)
    assert found.effect == pytest.approx(centre + kept * (effect - centre))
    of_tau = 2 / 2 * (1 - kept) ** 2 * (effect - centre) ** 2 * (2 + tau2) / (variance + tau2)
    half = 1.959964 * np.sqrt(kept * variance + (1 - kept) ** 2 / random.sum() + of_tau)
    assert found.upper - found.effect == pytest.approx(half)


def test_equal_effects_stay_and_shared_errors_are_in_the_mean():
    alone = partly_pooled(np.ones(4), np.eye(4))
    assert alone.tau == 0
    assert alone.effect == pytest.approx(1.0)
    assert alone.upper[0] - 1 == pytest.approx(1.959964 * np.sqrt(2 / 3 + 1 / 9 / 4))
    shared = partly_pooled(np.ones(4), 0.5 * np.eye(4) + 0.5)
    assert shared.upper[0] - 1 == pytest.approx(1.959964 * np.sqrt(2 / 3 + (0.125 + 0.5) / 9))
    with pytest.raises(EffectError, match="4 or more"):
        partly_pooled(np.array([1.0, 2.0]), np.eye(2))


def test_pooled_intervals_hold_the_true_effects():
    rng, held = np.random.default_rng(1), []
    for _ in range(300):
        true, variance = rng.normal(1, 1, 25), rng.uniform(0.5, 2, 25)
        found = partly_pooled(true + rng.normal(0, np.sqrt(variance)), np.diag(variance))
        held.append(((found.lower <= true) & (true <= found.upper)).mean())
    assert 0.92 <= np.mean(held) <= 0.97


@pytest.fixture(scope="module")
def two():
    return groups.two_groups("shmi").set_index(["counted", "group"])


def test_the_two_groups_make_up_all(two):
    trusts = deciding.compared("shmi").trusts
    first = groups.is_keogh(trusts["trust"])
    about = data.load("regime_trusts").set_index("org_code")
    assert set(trusts.loc[first, "trust"]) <= set(about.index[about["keogh_11"].astype(bool)])
    assert first.sum() == 11
    once = two.loc[groups.TRUSTS]
    assert once.loc[groups.KEOGH, "estimate"] == pytest.approx(trusts.loc[first, "effect"].mean())
    parts = once.loc[[groups.KEOGH, groups.LATER]]
    assert once.loc[groups.EVERY, "estimate"] == pytest.approx(
        np.average(parts["estimate"], weights=parts["n_trusts"])
    )
    for counted in (groups.PERIODS, groups.TRUSTS, groups.PAIRS):
        rows = two.loc[counted]
        apart = rows.loc[groups.KEOGH, "estimate"] - rows.loc[groups.LATER, "estimate"]
        assert rows.loc[groups.APART, "estimate"] == pytest.approx(apart)
        assert ((rows["p"] < 0.05) == ((rows["lower"] > 0) | (rows["upper"] < 0))).all()
    assert two.loc[(groups.PERIODS, groups.EVERY), "estimate"] == deciding.decided("shmi").value


def test_pairs_of_all_trusts_are_those_of_the_chapter(two):
    found = entry_effects.equally_bad("shmi")
    row = two.loc[(groups.PAIRS, groups.EVERY)]
    assert row[["estimate", "lower", "upper"]].tolist() == pytest.approx(
        [found.difference, found.lower, found.upper]
    )


def test_time_inside_and_after_leaving_add_up_to_the_time_since_entry():
    rows = groups.inside_and_after("shmi")
    assert set(rows["counted"]) == {groups.INSIDE, groups.AFTER}
    panel = groups.regime.panel("shmi")
    later = panel[(panel["since_entry"].between(0, 3)) & panel["phase"].isin(groups.PHASES[groups.AFTER])]
    trusts = set(later.loc[later["value"].notna(), "trust"])
    every = rows[(rows["counted"] == groups.AFTER) & (rows["group"] == groups.EVERY)]
    assert every["n_trusts"].iloc[0] == len(trusts & set(deciding.compared("shmi").trusts["trust"]))


@pytest.mark.parametrize("name", indicators.indicators(primary=True))
def test_single_trusts_lie_between_their_own_figure_and_the_mean(name):
    found = groups.single_trusts(name)
    frame, mean = found.frame, found.pooled.mean
    assert (abs(frame["pooled"] - mean) <= abs(frame["effect"] - mean) + 1e-12).all()
    assert frame["effect"].is_monotonic_increasing
    assert found.low < 0 < found.high
    assert found.stay.lower < found.stay.value < found.stay.upper


def test_rank_correlation_knows_the_order():
    one = pd.Series(np.arange(20.0))
    found = groups.rank_correlation(one, -one + np.random.default_rng(2).normal(0, 4, 20))
    assert found.upper < 0
    assert found.n == 20


def test_buddies_are_left_out_of_the_partners_and_nothing_else():
    rows = groups.other_choices("recommend_work").set_index("choice")
    assert rows["n_trusts"].iloc[0] == rows.loc["Without known buddies among the partners", "n_trusts"]
    codes = {trust[:3] for trust in deciding.compared("recommend_work", without=("RHQ", "RAL")).units}
    assert {"RHQ", "RAL"} <= codes  # they stay in the table of units, with no weight
    found = deciding.compared("recommend_work", without=("RHQ",))
    assert not found.nearest[:, found.units == "RHQ"].any()
    assert not found.weights[:, found.units == "RHQ"].any()
