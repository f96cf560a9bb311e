import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from analysis.methods.spc import signals, spc
from analysis.methods.spc.signals import SPCError

ORACLES = Path(__file__).parent / "oracles" / "spc"
XMR = {case["id"]: case for case in json.loads((ORACLES / "xmr_nhs.json").read_text())["cases"]}
XMR_ATOL = 1e-6  # the file's own tolerance
P_ATOL = 1e-8
REFUSED = ("constant", "screening_collapse_pathology")
DIRECTION = {"increase": "up", "decrease": "down", "neutral": None}
ASSURANCE = {"consistent_pass": "pass", "consistent_fail": "fail", "inconsistent": "hit or miss"}
LABEL = {
    "Above UCL": ("outside limits", "up"),
    "Below LCL": ("outside limits", "down"),
    "7 Point Trend (Increasing)": ("trend of 7 points", "up"),
    "7 Point Trend (Decreasing)": ("trend of 7 points", "down"),
    "2 in 3 Above CL": ("2 of 3 beyond 2 sigma", "up"),
    "2 in 3 Below CL": ("2 of 3 beyond 2 sigma", "down"),
    "7 Points Above CL": ("7 points one side", "up"),
    "7 Points Below CL": ("7 points one side", "down"),
    "Common Cause": (None, None),
}
ICON = {
    "common_cause": "common cause",
    "special_cause_improvement": "special cause improvement",
    "special_cause_concern": "special cause concern",
    "special_cause_neutral_high": "neither",
    "special_cause_neutral_low": "neither",
}
STEADY = [50, 52, 49, 51, 48, 53, 50, 47, 52, 51, 48, 49]  # mean 50, limits 42.5 to 57.5


def months(values, start="2014-04"):
    return pd.Series(values, index=pd.period_range(start, periods=len(values), freq="M"), dtype=float)


def chart(case, index=None):
    given = case["input"]
    values = pd.Series(given["values"], dtype=float, index=index)
    start = given["rebase_at_1based"]
    return spc.xmr(
        values,
        unit="points",
        improvement=DIRECTION[given["improvement_direction"]],
        target=given["target"],
        baseline=given["fix_after_n_points"],
        rebase=[] if start is None else [values.index[start - 1]],
        screen=given["screen_outliers"],
    )


# --- oracle


def test_all_24_reference_series_are_stored():
    assert len(XMR) == 24


@pytest.mark.parametrize("name", [name for name in XMR if name not in REFUSED])
def test_xmr_limits_match_the_reference(name):
    expected = XMR[name]["expected"]
    frame = chart(XMR[name]).frame
    for ours, theirs in (("centre", "mean"), ("lower", "lpl"), ("upper", "upl"), ("segment", "rebase_group")):
        np.testing.assert_allclose(frame[ours], expected[theirs], atol=XMR_ATOL, rtol=0)


@pytest.mark.parametrize("name", [name for name in XMR if name not in REFUSED])
def test_xmr_labels_and_icons_match_the_reference(name):
    case, result = XMR[name], chart(XMR[name])
    labels = list(zip(result.frame["signal"], result.frame["direction"], strict=True))
    assert labels == [LABEL[label] for label in case["expected"]["special_cause_type"]]
    assert result.variation == ICON[case["expected"]["variation_icon"]]
    assert result.assurance == ASSURANCE.get(case["expected"].get("assurance"))


@pytest.mark.parametrize("name", REFUSED)
def test_degenerate_reference_series_are_refused_with_the_reason(name):
    with pytest.raises(SPCError, match="zero variation"):
        chart(XMR[name])


def test_collapsed_series_can_be_charted_without_screening():
    case = XMR["screening_collapse_pathology"]
    result = spc.xmr(pd.Series(case["input"]["values"]), unit="points")
    assert result.frame["upper"].iloc[0] - 10 == pytest.approx(2.66 * 3 / 13)


@pytest.mark.parametrize("laney", [True, False])
def test_p_charts_match_the_closed_formulas(laney):
    case = json.loads((ORACLES / "pchart.json").read_text())["cases"]["pchart_dev"]
    result = spc.pprime(pd.Series(case["x"]), pd.Series(case["n"]), unit="proportion", laney=laney)
    expected, kind = case["expected"], "laney" if laney else "p"
    np.testing.assert_allclose(result.frame["centre"], expected["pbar"], atol=P_ATOL)
    np.testing.assert_allclose(result.frame["lower"], expected[f"{kind}_lcl"], atol=P_ATOL)
    np.testing.assert_allclose(result.frame["upper"], expected[f"{kind}_ucl"], atol=P_ATOL)
    assert result.sigma_z == pytest.approx(expected["sigma_z"], abs=P_ATOL)


# --- properties


noise = st.lists(st.integers(0, 40), min_size=8, max_size=40).filter(lambda v: len(set(v)) > 2)


@given(values=noise, shift=st.integers(-500, 500), factor=st.sampled_from([0.01, 0.3, 7, 1000]))
@settings(max_examples=60, deadline=None)
def test_signals_do_not_depend_on_shift_or_unit(values, shift, factor):
    plain = spc.xmr(pd.Series(values), unit="points").frame
    moved = spc.xmr((pd.Series(values) + shift) * factor, unit="other").frame
    assert plain["signal"].tolist() == moved["signal"].tolist()
    np.testing.assert_allclose(moved["upper"], (plain["upper"] + shift) * factor, rtol=1e-9, atol=1e-9)


@given(values=noise)
@settings(max_examples=60, deadline=None)
def test_upside_down_series_has_the_same_signals_in_the_other_direction(values):
    plain = spc.xmr(pd.Series(values), unit="points", improvement="up")
    turned = spc.xmr(-pd.Series(values), unit="points", improvement="down")
    assert plain.frame["signal"].tolist() == turned.frame["signal"].tolist()
    assert plain.variation == turned.variation
    opposite = {"up": "down", "down": "up", None: None}
    assert [opposite[way] for way in plain.frame["direction"]] == turned.frame["direction"].tolist()


def test_row_order_does_not_matter_and_the_input_is_unchanged():
    values = months([*STEADY, 60])
    mixed = values.sample(frac=1, random_state=1)
    before = mixed.copy()
    pd.testing.assert_frame_equal(spc.xmr(mixed, unit="x").frame, spc.xmr(values, unit="x").frame)
    pd.testing.assert_series_equal(mixed, before)


def test_planted_step_is_found_and_rebasing_at_it_leaves_no_signal():
    values = months(STEADY + [value + 10 for value in STEADY])
    assert spc.xmr(values, unit="x").frame["signal"].notna().all()
    rebased = spc.xmr(values, unit="x", rebase=["2015-04"])
    assert rebased.frame["signal"].isna().all()
    assert rebased.frame["segment"].tolist() == [0] * 12 + [1] * 12


def test_runs_and_trends_do_not_cross_a_rebase():
    up = months([50, 48, 52, 46, 47, 48, 49, 50, 51, 52, 53, 47, 50, 48])
    assert "trend of 7 points" in spc.xmr(up, unit="x").frame["signal"].tolist()
    assert "trend of 7 points" not in spc.xmr(up, unit="x", rebase=["2014-10"]).frame["signal"].tolist()


def test_turning_point_of_two_trends_takes_the_later_direction():
    values = pd.Series([*range(20, 13, -1), *range(15, 21)])
    frame = spc.xmr(values, unit="x").frame
    trend = frame[frame["signal"] == "trend of 7 points"]
    assert frame.loc[values.idxmin(), "signal"] in ("trend of 7 points", "outside limits")
    assert set(trend.loc[: values.idxmin() - 1, "direction"]) == {"down"}
    assert set(trend.loc[values.idxmin() + 1 :, "direction"]) == {"up"}


def test_outside_limits_comes_before_trend_and_trend_before_run():
    labels = spc.xmr(pd.Series([*STEADY, *range(51, 60)]), unit="x", baseline=12).frame["signal"]
    assert labels.iloc[-1] == labels.iloc[-2] == "outside limits"
    assert (labels.iloc[12:18] == "trend of 7 points").all()


def test_missing_month_does_not_create_a_signal_and_ends_a_run():
    values = months([*STEADY, 51, 52, 51, 52, 51, 52, 51])
    assert (spc.xmr(values, unit="x", baseline=12).frame["signal"] == "7 points one side").sum() == 7
    values["2015-07"] = np.nan
    frame = spc.xmr(values, unit="x", baseline=12).frame
    assert frame["signal"].isna().all()
    assert np.isnan(frame.loc["2015-07", "value"])


def test_absent_month_is_the_same_as_a_missing_one():
    values = months(STEADY)
    gap = values.drop(pd.Period("2014-09", "M"))
    values["2014-09"] = np.nan
    pd.testing.assert_frame_equal(spc.xmr(gap, unit="x").frame, spc.xmr(values, unit="x").frame)


def test_missing_last_month_keeps_the_icon_of_the_last_observed_one():
    values = months([*STEADY, 70, np.nan])
    result = spc.xmr(values, unit="x", baseline=12, improvement="up")
    assert result.variation == "special cause improvement"


def test_baseline_between_two_months_equals_fixing_the_same_points():
    values = months([*STEADY, 60, 61, 62])
    window = spc.xmr(values, unit="x", baseline=("2014-04", "2015-03")).frame
    pd.testing.assert_frame_equal(window, spc.xmr(values, unit="x", baseline=12).frame)


@pytest.mark.parametrize(("first", "freq"), [("2014Q1", "Q-MAR"), ("2001", "Y")])
def test_quarters_and_years_are_charted_by_their_own_periods(first, freq):
    index = pd.period_range(first, periods=12, freq=freq)
    frame = spc.xmr(pd.Series(STEADY, index=index, dtype=float), unit="beds").frame
    assert frame.index.equals(index)
    assert frame["lower"].tolist() == spc.xmr(pd.Series(STEADY), unit="beds").frame["lower"].tolist()


@pytest.mark.parametrize(("n", "provisional"), [(11, True), (12, False)])
def test_limits_are_provisional_below_twelve_points(n, provisional):
    result = spc.xmr(pd.Series(STEADY[:n]), unit="x")
    assert result.provisional is provisional


def test_only_the_short_segment_is_provisional():
    result = spc.xmr(months([*STEADY, 60, 62, 61, 63]), unit="x", rebase=["2015-04"])
    assert result.frame["provisional"].tolist() == [False] * 12 + [True] * 4
    assert result.provisional


@pytest.mark.parametrize(
    ("improvement", "target", "assurance"),
    [
        ("up", 30, "pass"),
        ("up", 90, "fail"),
        ("down", 30, "fail"),
        ("down", 90, "pass"),
        ("down", 50, "hit or miss"),
        (None, 30, None),
        ("up", None, None),
    ],
)
def test_assurance_compares_target_with_limits(improvement, target, assurance):
    result = spc.xmr(pd.Series(STEADY), unit="x", improvement=improvement, target=target)
    assert result.assurance == assurance


# --- p-prime


def counts(n=20, size=5000, p=0.1, seed=3):
    rng = np.random.default_rng(seed)
    return months(rng.binomial(size, p, n)), months(np.full(n, size))


def test_sigma_z_is_near_one_for_binomial_counts_and_large_when_overdispersed():
    x, n = counts(n=300)
    assert spc.pprime(x, n, unit="x").sigma_z == pytest.approx(1, abs=0.12)
    rng = np.random.default_rng(1)
    wild = months(rng.binomial(5000, rng.normal(0.1, 0.02, 300)))
    assert spc.pprime(wild, n, unit="x").sigma_z > 3


def test_lower_limit_is_held_at_zero_and_upper_is_not_held():
    low = spc.pprime(months([1, 0, 2, 0, 1, 3]), months([40] * 6), unit="x").frame
    assert (low["lower"] == 0).all()
    high = spc.pprime(months([39, 40, 38, 40, 39, 37]), months([40] * 6), unit="x").frame
    assert (high["upper"] > 1).all()


def test_percentages_scale_everything_and_signals_stay():
    x, n = counts()
    x.iloc[-1] = 800
    share, percent = spc.pprime(x, n, unit="share"), spc.pprime(x, n, unit="percent", per=100)
    columns = ["value", "centre", "lower", "upper"]
    np.testing.assert_allclose(percent.frame[columns], 100 * share.frame[columns])
    assert percent.frame["signal"].tolist() == share.frame["signal"].tolist()
    assert share.frame["signal"].iloc[-1] == "outside limits"


def test_count_missing_in_one_series_makes_the_month_missing():
    x, n = counts()
    n.iloc[4] = np.nan
    frame = spc.pprime(x, n, unit="x").frame
    assert frame["value"].isna().tolist() == [i == 4 for i in range(20)]
    assert np.isfinite(frame["centre"]).all()


def test_p_prime_segments_have_their_own_centre_and_sigma_z():
    x, n = counts()
    x.iloc[10:] += 1000
    frame = spc.pprime(x, n, unit="x", rebase=["2015-02"]).frame
    assert frame["centre"].iloc[0] == pytest.approx(x.iloc[:10].sum() / n.iloc[:10].sum())
    assert frame["centre"].iloc[-1] == pytest.approx(x.iloc[10:].sum() / n.iloc[10:].sum())
    assert frame["sigma_z"].nunique() == 2


@pytest.mark.parametrize(
    ("x", "n", "reason"),
    [
        ([1, 2, 3, 4], [10, 0, 10, 10], "denominator must be above 0.* in 2014-05"),
        ([1, 20, 3, 4], [10, 10, 10, 10], "above the denominator in 2014-05"),
        ([1, -2, 3, 4], [10, 10, 10, 10], "negative in 2014-05"),
        ([0, 0, 0, 0], [10, 10, 10, 10], "zero variation"),
        ([10, 10, 10, 10], [10, 10, 10, 10], "zero variation"),
        ([1, 2, 3, 4], [10, 20, 30, 40], "sigma z is 0"),
        ([1, 2], [10, 20], "2 points"),
    ],
)
def test_p_prime_refuses(x, n, reason):
    with pytest.raises(SPCError, match=reason):
        spc.pprime(months(x), months(n), unit="x")


def test_p_prime_refuses_different_periods_and_bad_scale():
    x, n = counts()
    with pytest.raises(SPCError, match="same periods"):
        spc.pprime(x, n.iloc[1:], unit="x")
    with pytest.raises(SPCError, match="per=0"):
        spc.pprime(x, n, unit="x", per=0)


# --- refusals


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (pd.Series([5.0] * 20), "zero variation"),
        (pd.Series([0.1 + 0.2, 0.3] * 6), "zero variation"),
        (pd.Series([5.0, 5.0, np.nan, 6.0, 6.0]), "zero variation"),
        (pd.Series([1.0, 2.0]), "2 points"),
        (pd.Series([1.0, np.nan, 2.0, np.nan, 3.0]), "0 moving ranges"),
        (pd.Series([np.nan] * 12), "0 points"),
        (pd.Series([], dtype=float), "no points"),
        (pd.Series([1.0, np.inf, 2.0, 3.0]), "infinite in 1"),
        (pd.Series(["1", "*", "3"]), "must be numbers"),
        (pd.Series([True, False, True]), "must be numbers"),
        (pd.Series([1.0, 2.0, 3.0], index=[1, 2, 2]), "one row per period.* 2"),
        (pd.Series([1.0, 2.0, 3.0], index=[201411, 201412, 201501]), "201412 and then 201501"),
        (pd.Series([1.0, 2.0, 3.0], index=[7, 8, 10]), "gap after 8"),
        (pd.Series([1.0, 2.0, 3.0], index=list("abc")), "Allowed: Periods"),
        (pd.Series([1.0, 2.0, 3.0], index=pd.date_range("2014", periods=3, freq="h")), "time of day"),
        ([1.0, 2.0, 3.0], "pandas Series"),
    ],
)
def test_series_that_cannot_be_charted_are_refused_with_the_reason(values, reason):
    with pytest.raises(SPCError, match=reason):
        spc.xmr(values, unit="x")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"rolling": True}, "overlap"),
        ({"improvement": "increase"}, "'up', 'down'"),
        ({"target": np.nan}, "target"),
        ({"baseline": 2}, "3 points or more"),
        ({"baseline": True}, "3 points or more"),
        ({"baseline": ("2013-01", "2014-09")}, "'2013-01' is not in the series"),
        ({"baseline": ("2014-09", "2014-05")}, "before it starts"),
        ({"baseline": ("2014-04", "2014-05")}, "2 points"),
        ({"baseline": ("2014-04", "2014-09"), "rebase": ["2014-08"]}, "cannot be combined"),
        ({"rebase": "2014-08"}, "list of periods"),
        ({"rebase": ["2014-04"]}, "after the first period"),
        ({"rebase": ["2014-08", "2014-08"]}, "must differ"),
        ({"rebase": ["2019-08"]}, "'2019-08' is not in the series"),
        ({"rebase": ["soon"]}, "cannot be read as a period"),
        ({"rebase": [pd.Period("2014", freq="Y")]}, r"2014 is a Y.* period; the series holds M periods"),
        ({"baseline": (pd.Period("2014Q3"), "2015-01")}, r"2014Q3 is a Q.* period"),
        ({"target": "50"}, "target is '50'"),
        ({"rebase": ["2015-02"]}, r"segment 1 \(2015-02 to 2015-03\): 2 points"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, reason):
    with pytest.raises(SPCError, match=reason):
        spc.xmr(months(STEADY), unit="x", **options)


def test_complex_values_are_refused():
    with pytest.raises(SPCError, match="must be numbers, found complex"):
        spc.xmr(months(STEADY).astype(complex), unit="x")


def test_p_prime_refuses_rolling_too():
    x, n = counts()
    with pytest.raises(SPCError, match="overlap"):
        spc.pprime(x, n, unit="x", rolling=True)


def test_refusal_of_one_flat_segment_names_it():
    with pytest.raises(SPCError, match=r"segment 1 \(2015-04"):
        spc.xmr(months(STEADY + [7.0] * 5), unit="x", rebase=["2015-04"])


# --- false signals


def test_false_signals_grow_with_length_series_and_autocorrelation():
    def expect(n_points, n_series=1, **options):
        rng = np.random.default_rng(7)
        return signals.expected_false_signals(n_points, n_series=n_series, rng=rng, draws=300, **options)

    short, long = expect(24), expect(96)
    assert 0 < short.share_of_points < 0.15
    assert long.expected > short.expected
    assert expect(24, 30).expected == pytest.approx(30 * short.expected)
    assert expect(24, autocorrelation=0.6).expected > 2 * short.expected
    assert expect(24) == short


def test_share_beyond_the_limits_agrees_with_the_normal_tail():
    rng = np.random.default_rng(11)
    series = pd.Series(rng.standard_normal(20_000))
    share = (spc.xmr(series, unit="x").frame["signal"] == "outside limits").mean()
    assert share == pytest.approx(0.0027, abs=0.0015)


@pytest.mark.parametrize("options", [{"n_series": 0}, {"draws": 1}, {"autocorrelation": 1.0}])
def test_false_signals_refuse(options):
    rng = np.random.default_rng(1)
    with pytest.raises(SPCError, match="Allowed: a"):
        signals.expected_false_signals(24, **{"n_series": 1, "rng": rng} | options)
