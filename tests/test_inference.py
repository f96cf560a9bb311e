"""Few trusts: exact tests, adjusted p values, dealt-out dates, one trust left out."""

import json
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from analysis.methods.effects.inference import adjust, permutation_test
from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.placebo import leave_one_out, placebo_dates

ORACLES = Path(__file__).parent / "oracles"


def read(name):
    return json.loads((ORACLES / name).read_text())


PERMUTATION = read("permutation/permutation.json")
MULTIPLICITY = read("multiplicity/multiplicity.json")["cases"]["benjamini_hochberg_25"]


# ---- permutation test


def test_permutation_matches_enumeration_in_r():
    case = PERMUTATION["cases"]["few_treated"]
    result = permutation_test(case["treated"], case["control"])
    expected = case["expected"]
    assert result.exact
    assert result.assignments == expected["n_assignments"]
    assert result.observed == pytest.approx(expected["observed"], abs=PERMUTATION["tolerance"])
    assert result.p_two_sided == pytest.approx(expected["p_two_sided"], abs=PERMUTATION["tolerance"])
    assert result.p_lower == pytest.approx(expected["p_lower"], abs=PERMUTATION["tolerance"])


def test_permutation_by_hand():
    result = permutation_test([3.0, 4.0], [1.0, 2.0])  # six assignments; the observed one and its mirror
    assert (result.p_two_sided, result.p_upper, result.p_lower) == (2 / 6, 1 / 6, 1.0)


def test_permutation_ties_count_as_extreme():
    assert permutation_test([0.1, 0.2], [0.2, 0.1]).p_two_sided == 1.0
    assert permutation_test([5.0], [5.0, 5.0]).p_two_sided == 1.0
    # rounding must not break the tie of 0.3 with 0.1 + 0.2 - 0
    assert permutation_test([0.1, 0.2], [0.3, 0.0]).p_upper == 4 / 6


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-5, 5), min_size=2, max_size=5),
    st.lists(st.integers(-5, 5), min_size=2, max_size=5),
    st.integers(-1000, 1000),
)
def test_permutation_ignores_shift_scale_order_and_exchange(a, b, shift):
    base = permutation_test(a, b)
    moved = permutation_test(np.array(a[::-1]) * 0.1 + shift, np.array(b) * 0.1 + shift)
    swapped = permutation_test(b, a)
    assert moved.p_two_sided == pytest.approx(base.p_two_sided)
    assert swapped.p_two_sided == pytest.approx(base.p_two_sided)
    assert swapped.p_lower == pytest.approx(base.p_upper)


def test_permutation_refuses_too_many_and_draws_when_told():
    rng = np.random.default_rng(1)
    a, b = rng.normal(0.9, 1, 20), rng.normal(0, 1, 20)
    with pytest.raises(EffectError, match="at most 1,000"):
        permutation_test(a, b, max_assignments=1000)
    drawn = permutation_test(a, b, max_assignments=1000, draws=5000, rng=np.random.default_rng(2))
    again = permutation_test(a, b, max_assignments=1000, draws=5000, rng=np.random.default_rng(2))
    assert not drawn.exact
    assert drawn == again
    small, few = (
        permutation_test(a[:8], b[:8]),
        permutation_test(a[:8], b[:8], max_assignments=10, draws=20_000, rng=np.random.default_rng(3)),
    )
    assert few.p_two_sided == pytest.approx(small.p_two_sided, abs=0.01)
    assert few.p_two_sided >= 1 / 20_001


@pytest.mark.parametrize("bad", [([], [1.0]), ([1.0], []), ([np.nan], [1.0]), ([np.inf], [1.0])])
def test_permutation_refuses_empty_and_missing(bad):
    with pytest.raises(EffectError):
        permutation_test(*bad)


# ---- adjusted p values


@pytest.mark.parametrize("method", ["bonferroni", "holm", "hochberg", "BH", "BY"])
def test_adjusted_p_values_match_r(method):
    result = adjust(np.array(MULTIPLICITY["p"]), method=method)
    np.testing.assert_allclose(result, MULTIPLICITY["adjusted"][method], atol=1e-8)


@pytest.mark.parametrize("method", ["bonferroni", "holm", "hochberg", "BH", "BY"])
def test_adjustment_follows_the_order_and_keeps_the_index(method):
    p = pd.Series([0.04, 0.001, 0.3, 0.02], index=list("dbca"), name="p")
    result = adjust(p, method=method)
    expected = dict(zip("badc", adjust(np.sort(p.to_numpy()), method=method), strict=True))
    assert result.to_dict() == pytest.approx(expected)
    assert list(result.index) == list(p.index)
    assert p["b"] == 0.001


def test_missing_p_is_refused_or_kept_apart():
    p = np.array([0.01, np.nan, 0.04])
    with pytest.raises(EffectError, match="1 missing"):
        adjust(p, method="holm")
    np.testing.assert_allclose(adjust(p, method="holm", missing="keep"), [0.02, np.nan, 0.04])
    np.testing.assert_allclose(adjust(p, method="BH", missing="keep"), [0.02, np.nan, 0.04])


def test_adjust_refuses_nonsense():
    with pytest.raises(EffectError, match="between 0 and 1"):
        adjust(np.array([1.2]), method="holm")
    with pytest.raises(EffectError, match="Allowed: 'bonferroni"):
        adjust(np.array([0.1]), method="hommel")
    assert len(adjust(np.array([]), method="holm")) == 0


# ---- dates dealt out again, and one left out


def panel(rng, *, effect=0.0, trusts=24, periods=16, entrants=6):
    entry = np.full(trusts, np.nan)
    entry[:entrants] = 105 + np.arange(entrants) % 4
    frame = pd.DataFrame(
        {
            "trust": np.repeat([f"R{i:02}" for i in range(trusts)], periods),
            "t": np.tile(np.arange(100, 100 + periods), trusts),
            "type": np.repeat(np.where(np.arange(trusts) % 3 == 0, "mental health", "acute"), periods),
            "entry": np.repeat(entry, periods),
        }
    )
    noise = rng.normal(0, 1, trusts)[:, None] + rng.normal(0, 0.5, (trusts, periods))
    return frame.assign(value=noise.ravel() + effect * (frame["t"] >= frame["entry"]))


def test_planted_effect_is_extreme_and_its_absence_is_not():
    rng = np.random.default_rng(7)
    found = placebo_dates(panel(rng, effect=2.0), draws=99, rng=np.random.default_rng(8))
    assert found.p_two_sided == 0.01
    assert found.p_upper == 0.01
    assert found.p_lower == 1.0
    assert found.observed == pytest.approx(2.0, abs=0.4)
    assert (found.entrants, found.eligible, found.strata) == (6, 24, 2)
    nothing = placebo_dates(panel(rng), draws=99, rng=np.random.default_rng(8))
    assert nothing.p_two_sided > 0.05


def test_placebo_p_is_uniform_when_nothing_happened():
    rng = np.random.default_rng(9)
    p = [
        placebo_dates(panel(rng, trusts=12, periods=8, entrants=3), draws=19, rng=rng).p_two_sided
        for _ in range(60)
    ]
    assert np.mean(np.array(p) <= 0.2) == pytest.approx(0.2, abs=0.15)
    assert np.mean(p) == pytest.approx(0.525, abs=0.12)


def test_placebo_does_not_depend_on_workers_or_backend():
    data = panel(np.random.default_rng(10))
    alone = placebo_dates(data, draws=120, rng=np.random.default_rng(11))
    with joblib.parallel_config(backend="threading", n_jobs=2):
        threads = placebo_dates(data, draws=120, rng=np.random.default_rng(11))
    np.testing.assert_array_equal(threads.null, alone.null)
    longer = placebo_dates(data, draws=170, rng=np.random.default_rng(11))
    np.testing.assert_array_equal(longer.null[:100], alone.null[:100])
    other = placebo_dates(data, draws=120, rng=np.random.default_rng(12))
    assert not np.array_equal(other.null, alone.null)


def test_placebo_on_a_dask_cluster_is_the_same():
    distributed = pytest.importorskip("distributed")
    data = panel(np.random.default_rng(10))
    alone = placebo_dates(data, draws=60, rng=np.random.default_rng(11))
    with (
        distributed.Client(processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None),
        joblib.parallel_config(backend="dask"),
    ):
        cluster = placebo_dates(data, draws=60, rng=np.random.default_rng(11))
    np.testing.assert_array_equal(cluster.null, alone.null)


def test_placebo_does_not_depend_on_row_order_names_of_types_or_level():
    data = panel(np.random.default_rng(13))
    base = placebo_dates(data, draws=60, rng=np.random.default_rng(1))
    mixed = placebo_dates(data.sample(frac=1, random_state=2), draws=60, rng=np.random.default_rng(1))
    np.testing.assert_allclose(mixed.null, base.null)
    shifted = data.assign(value=data["value"] + data["t"] * 3 + data["trust"].str[1:].astype(int))
    moved = placebo_dates(shifted, draws=60, rng=np.random.default_rng(1))
    np.testing.assert_allclose(moved.null, base.null, atol=1e-9)


def test_dates_are_dealt_within_type_and_among_the_eligible_only():
    data = panel(np.random.default_rng(14), entrants=3)
    lone = data[(data["type"] == "acute") | data["entry"].notna()]  # R00: the only mental health trust left
    result = placebo_dates(lone, draws=30, rng=np.random.default_rng(1))
    assert result.observed == pytest.approx(
        placebo_dates(lone[lone["type"] == "acute"], draws=1, rng=np.random.default_rng(1)).observed
    )
    data["low"] = data["trust"].isin(["R05", "R07"])
    some = placebo_dates(data, draws=300, rng=np.random.default_rng(1), eligible="low")
    assert some.eligible == 5
    # two acute entrants (dates 106, 107) among 4 eligible acute trusts: 12 deals; the third cannot move
    assert len(np.unique(some.null.round(9))) == 12


def test_placebo_refusals():
    data = panel(np.random.default_rng(15))
    rng = np.random.default_rng(1)
    with pytest.raises(EffectError, match="draws=0"):
        placebo_dates(data, draws=0, rng=rng)
    with pytest.raises(EffectError, match="every deal is the observed one"):
        placebo_dates(
            data.assign(low=False, entry=data["entry"].where(data["trust"] == "R01")), rng=rng, eligible="low"
        )
    with pytest.raises(EffectError, match="varies or is blank"):
        placebo_dates(data.assign(low=data["t"] > 105), rng=rng, eligible="low")
    with pytest.raises(EffectError, match="no column"):
        placebo_dates(data, rng=rng, eligible="low")


def test_leaving_out_the_trust_that_carries_the_effect():
    data = panel(np.random.default_rng(17))
    data.loc[(data["trust"] == "R02") & (data["t"] >= data["entry"]), "value"] += 30
    result = leave_one_out(data)
    assert len(result.frame) == 6
    assert result.frame.iloc[0]["left_out"] == "R02"
    assert abs(result.lowest) < 1 < result.overall
    np.testing.assert_allclose(result.frame["difference"], result.frame["estimate"] - result.overall)


def test_leave_one_out_by_cohort_by_type_and_with_an_own_estimator():
    data = panel(np.random.default_rng(18), effect=1.0)
    assert set(leave_one_out(data, by="entry").frame["left_out"]) == {105, 106, 107, 108}
    assert len(leave_one_out(data, everyone=True).frame) == 24
    mine = leave_one_out(data, estimator=lambda part: part["value"].mean(), by="type")
    assert mine.overall == pytest.approx(data["value"].mean())
    assert len(mine.frame) == 2


def test_leave_one_out_without_anything_left_is_missing_not_zero():
    data = panel(np.random.default_rng(19), entrants=1)
    result = leave_one_out(data)
    assert result.frame["estimate"].isna().all()
    with pytest.raises(EffectError, match="nothing can be left out"):
        leave_one_out(data.assign(entry=np.nan), estimator=lambda part: 0.0)


def test_no_draws_are_no_test():
    rng = np.random.default_rng(1)
    with pytest.raises(EffectError, match="draws=0"):
        permutation_test(rng.normal(size=30), rng.normal(size=30), rng=rng, draws=0)


def test_dealing_dates_needs_a_generator():
    with pytest.raises(EffectError, match="draws=9 needs rng"):
        placebo_dates(pd.DataFrame(), draws=9, rng=None, last_horizon=2)


def test_leaving_out_every_trust_that_entered_is_missing_and_stands_last():
    data = panel(np.random.default_rng(3))
    data["region"] = np.where(data["trust"] == data["trust"].max(), "south", "north")
    data["entry"] = data["entry"].where(data["region"] == "north", data["entry"].min())
    one = data[(data["region"] == "south") | data["entry"].isna()]
    assert leave_one_out(one).frame["estimate"].isna().all()
    both = leave_one_out(
        data,
        estimator=lambda some: some["entry"].mean() if (some["region"] == "north").any() else np.nan,
        by="region",
    )
    assert both.frame["estimate"].isna().tolist() == [False, True]
