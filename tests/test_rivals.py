"""Rival explanations: regression to the mean, comparators chosen before entry, bounds, all specifications."""

import json
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings, strategies as st
from scipy import stats

from analysis.methods.effects.components import variance_components
from analysis.methods.effects.equally_bad import equally_bad_placebo
from analysis.methods.effects.group_time import event_study
from analysis.methods.effects.honest import honest_bounds
from analysis.methods.effects.impute import imputation
from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.regression_to_mean import expected_regression
from analysis.methods.effects.specification import specification_curve
from analysis.study import regression_coverage

ORACLES = Path(__file__).parent / "oracles"
HONEST = json.loads((ORACLES / "honest" / "honest_mpdta.json").read_text())
START, ENTRY = 100, 108


def panel(rng, *, trusts=120, periods=16, entrants=0, effect=0.0, sd_between=2.0, sd_within=1.0, lasting=0.0):
    """Trusts with lasting levels and passing noise; the first `entrants` enter at ENTRY."""
    levels = rng.normal(0, sd_between, trusts)
    levels[:entrants] += lasting
    noise = rng.normal(0, sd_within, (trusts, periods))
    season = np.sin(np.arange(periods))
    frame = pd.DataFrame(
        {
            "trust": np.repeat([f"R{i:03}" for i in range(trusts)], periods),
            "t": np.tile(np.arange(START, START + periods), trusts),
            "type": np.repeat(np.where(np.arange(trusts) % 4 == 0, "mental health", "acute"), periods),
            "entry": np.repeat(np.where(np.arange(trusts) < entrants, float(ENTRY), np.nan), periods),
            "value": (levels[:, None] + noise + season).ravel(),
        }
    )
    frame.loc[frame["t"] >= frame["entry"], "value"] += effect
    return frame


def enter_the_worst(frame, *, share=0.1, periods=2):
    """Entry for the trusts with the highest mean over the last periods before ENTRY."""
    window = frame[frame["t"].between(ENTRY - periods, ENTRY - 1)]
    worst = window.groupby("trust")["value"].mean().nlargest(int(share * frame["trust"].nunique())).index
    return frame.assign(entry=np.where(frame["trust"].isin(worst), float(ENTRY), np.nan))


# ---- regression to the mean


def test_variance_components_of_a_balanced_panel_by_hand():
    # three never-entered trusts, two periods, R999 only there to be the one that entered
    values = {"R001": [1.0, 4.0], "R002": [3.0, 4.0], "R003": [5.0, 7.0], "R999": [9.0, 9.0]}
    frame = pd.DataFrame(
        [
            (k, 1 + t, "acute", 2.0 if k == "R999" else np.nan, v)
            for k, two in values.items()
            for t, v in enumerate(two)
        ],
        columns=["trust", "t", "type", "entry", "value"],
    )
    # two-way table: trust means 2.5, 3.5, 6 (grand 4): 2 x 6.5 / 2 = 6.5 between; residual squares 1 on 2 df
    residual = 0.5
    result = variance_components(frame)
    assert result.sd_within**2 == pytest.approx(residual)
    assert result.sd_between**2 == pytest.approx((6.5 - residual) / 2)
    assert (result.units, result.observations) == (3, 6)


def test_variance_components_are_recovered_with_gaps_and_types():
    rng = np.random.default_rng(2)
    frame = panel(rng, trusts=400, entrants=5)
    frame.loc[rng.random(len(frame)) < 0.2, "value"] = np.nan
    frame.loc[frame["type"] == "acute", "value"] += 30
    result = variance_components(frame)
    assert result.sd_between == pytest.approx(2.0, rel=0.1)
    assert result.sd_within == pytest.approx(1.0, rel=0.03)
    assert result.icc == pytest.approx(0.8, abs=0.04)
    assert result.reliability(4) == pytest.approx(4 / (4 + 0.25), abs=0.02)


def test_selection_on_a_bad_draw_without_effect_is_all_regression_to_the_mean():
    frame = enter_the_worst(panel(np.random.default_rng(3), trusts=600, sd_between=1.0, sd_within=2.0))
    result = expected_regression(frame, baseline=2, follow_up=6)
    assert result.observed < -1
    assert result.net_lower < 0 < result.net_upper
    assert result.expected_lasting == pytest.approx(result.observed, rel=0.15)
    # never-entered trusts lack the worst draws: by the lasting share the movement is a little too large
    assert 0 <= result.net_lasting < -0.15 * result.observed
    mended = expected_regression(frame, baseline=2, follow_up=6, population="untreated")
    assert mended.net_lasting_lower < 0 < mended.net_lasting_upper


def test_the_slope_and_its_error_are_those_of_a_clustered_regression():
    # two dates of entry: a regression of movement on distance, a row a never-entered trust and date, by statsmodels
    frame = panel(np.random.default_rng(32), trusts=40, entrants=6)
    frame["type"] = "acute"
    frame["entry"] = frame["entry"].where(frame["trust"] != "R000", ENTRY + 1)
    result = expected_regression(frame, baseline=3, follow_up=4)
    never = frame[frame["entry"].isna()].pivot(index="trust", columns="t", values="value")
    rows = []
    for date in result.frame["entry"]:
        start = never.loc[:, date - 3 : date - 1].mean(axis=1)
        change = never.loc[:, date : date + 3].mean(axis=1) - start
        rows.append(pd.DataFrame({"x": start - start.mean(), "y": change - change.mean()}))
    stacked = pd.concat(rows)
    fit = sm.OLS(stacked["y"], stacked["x"]).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(stacked.index)[0], "use_correction": False}
    )
    assert result.slope == pytest.approx(fit.params["x"])
    left = (stacked["y"] - result.slope * stacked["x"]).groupby(level=0).mean() / len(never)
    slope = (stacked["x"] * (stacked["y"] - result.slope * stacked["x"])).groupby(level=0).sum()
    slope /= (stacked["x"] ** 2).sum()
    assert (slope**2).sum() == pytest.approx(fit.bse["x"] ** 2)
    shared = ((left + result.baseline * slope) ** 2).sum()
    own = result.frame["net"].var() / len(result.frame)
    half = stats.t.ppf(0.975, len(result.frame) - 1) * np.sqrt(own + shared)
    assert result.net_upper - result.net == pytest.approx(half)


def test_error_of_the_lasting_share_is_that_of_leaving_out_a_trust_at_a_time():
    frame = panel(np.random.default_rng(33), trusts=24, entrants=4)
    result = expected_regression(frame, baseline=3, follow_up=4)
    never, means = frame.loc[frame["entry"].isna(), "trust"].unique(), []
    for trust in never:
        share = variance_components(frame[frame["trust"] != trust]).reliability(3)
        means.append((1 - share) * result.frame["baseline"].mean())
    spread = (len(never) - 1) / len(never) * ((np.array(means) - np.mean(means)) ** 2).sum()
    wide = (result.net_lasting_upper - result.net_lasting) / stats.t.ppf(0.975, len(result.frame) - 1)
    least = spread + result.frame["net_lasting"].var() / len(result.frame)
    assert least < wide**2 < least + 0.5


@pytest.mark.parametrize("case", [(2.0, 1.0, 0.0), (1.0, 1.0, 0.5)])
def test_intervals_beyond_regression_to_the_mean_hold_the_truth(case):
    cases = [(*case, regression_coverage.VALUE)]
    frame = regression_coverage.table(rng=np.random.default_rng(34), cases=cases, draws=60, n_jobs=1)
    slope = frame.set_index("method").loc["slope"]
    assert slope["coverage"] >= 0.9 > slope["coverage_known"]
    assert abs(slope["bias"]) < 0.05


def test_truncation_by_entry_is_mended_by_the_untreated_population():
    full = panel(np.random.default_rng(31), trusts=800)
    frame = enter_the_worst(full)
    frame.loc[frame["t"] >= frame["entry"], "value"] -= 50  # treated values must not count
    never, untreated = (variance_components(frame, population=p) for p in ("never", "untreated"))
    assert never.sd_between < 1.85
    assert untreated.sd_between == pytest.approx(2.0, abs=0.1)
    with pytest.raises(EffectError, match="population"):
        variance_components(frame, population="all")


def test_real_effect_is_left_over_after_regression_to_the_mean():
    frame = enter_the_worst(panel(np.random.default_rng(4), trusts=600, sd_between=1.0, sd_within=2.0))
    frame.loc[frame["t"] >= frame["entry"], "value"] -= 3
    result = expected_regression(frame, baseline=2, follow_up=6)
    assert result.net == pytest.approx(-3, abs=0.5)
    assert result.net_lasting == pytest.approx(-3, abs=0.5)
    assert result.net_upper < 0


def test_baseline_before_the_selection_window_leaves_nothing_to_regress():
    frame = enter_the_worst(panel(np.random.default_rng(5), trusts=600, sd_between=0.5, sd_within=2.0))
    away, near = (expected_regression(frame, baseline=4, gap=g, follow_up=6) for g in (2, 0))
    assert abs(away.observed) < abs(near.observed) / 2
    assert abs(away.baseline) < abs(near.baseline) / 2


def test_expected_regression_ignores_row_order_and_common_shocks_and_scales():
    rng = np.random.default_rng(6)
    frame = panel(rng, entrants=6)
    base = expected_regression(frame, baseline=3, follow_up=4)
    changed = frame.assign(value=10 * frame["value"] + frame["t"] ** 2).sample(frac=1, random_state=1)
    other = expected_regression(changed, baseline=3, follow_up=4)
    assert other.observed == pytest.approx(10 * base.observed)
    assert other.expected == pytest.approx(10 * base.expected)
    assert other.slope == pytest.approx(base.slope)


def test_trusts_without_a_window_are_listed():
    frame = panel(np.random.default_rng(7), entrants=4)
    frame.loc[(frame["trust"] == "R002") & (frame["t"] >= ENTRY), "value"] = np.nan
    result = expected_regression(frame, baseline=3, follow_up=4)
    assert result.left_out == ("R002",)
    assert len(result.frame) == 3
    with pytest.raises(EffectError, match="both windows"):
        expected_regression(
            frame[frame["t"] < ENTRY + 1].assign(entry=frame["entry"] - 7), baseline=3, gap=9, follow_up=1
        )
    with pytest.raises(EffectError, match="baseline"):
        expected_regression(frame, baseline=0, follow_up=4)


# ---- equally bad trusts that did not enter


def test_placebo_trusts_show_the_fall_that_selection_alone_gives():
    rng = np.random.default_rng(8)
    frame = panel(rng, trusts=400, sd_between=1.0, sd_within=2.0)
    worst = enter_the_worst(frame, share=0.2)["entry"].notna()
    half = worst & frame["trust"].str[1:].astype(int).mod(8).isin([1, 2, 4, 7])
    frame["entry"] = np.where(half, float(ENTRY), np.nan)
    result = equally_bad_placebo(frame, baseline=2)
    assert result.entrants.overall.estimate < -0.5
    assert result.placebo.overall.estimate == pytest.approx(result.entrants.overall.estimate, abs=0.4)
    assert result.lower < 0 < result.upper
    assert not result.pairs["placebo"].duplicated().any()
    assert not set(result.pairs["placebo"]) & set(frame.loc[half, "trust"])


def test_effect_beyond_selection_is_found_against_the_placebo():
    frame = panel(np.random.default_rng(9), trusts=200, entrants=20, effect=-4.0)
    result = equally_bad_placebo(frame, baseline=4)
    assert result.difference == pytest.approx(-4, abs=0.6)
    assert result.upper < 0


def test_partners_are_the_nearest_of_the_same_type_and_entrants_leave_the_placebo_panel():
    frame = panel(np.random.default_rng(10), entrants=6)
    result = equally_bad_placebo(frame, baseline=4, caliper=0.5)
    kinds = frame.drop_duplicates("trust").set_index("trust")["type"]
    assert (result.pairs["trust"].map(kinds) == result.pairs["placebo"].map(kinds).to_numpy()).all()
    assert not set(result.panel.units) & {f"R{i:03}" for i in range(6)}
    base = frame[frame["t"].between(ENTRY - 4, ENTRY - 1)].groupby("trust")["value"].mean()
    np.testing.assert_allclose(result.pairs["baseline_placebo"], result.pairs["placebo"].map(base))


def test_always_entered_trust_is_no_placebo_comparator():
    frame = panel(np.random.default_rng(11), entrants=6)
    frame.loc[frame["trust"] == "R005", "entry"] = START - 5.0
    assert "R005" not in set(equally_bad_placebo(frame, baseline=4).panel.units)


def test_what_comes_after_entry_does_not_move_the_choice():
    frame = panel(np.random.default_rng(12), entrants=6)
    later = frame.assign(value=frame["value"].where(frame["t"] < ENTRY, -frame["value"] * 7))
    choice = ["trust", "placebo"]
    pd.testing.assert_frame_equal(
        equally_bad_placebo(frame, baseline=4).pairs[choice],
        equally_bad_placebo(later, baseline=4).pairs[choice],
    )


def test_trusts_beyond_the_caliper_are_listed_and_all_of_them_refused():
    frame = panel(np.random.default_rng(13), entrants=6)
    frame.loc[frame["trust"] == "R001", "value"] += 50
    result = equally_bad_placebo(frame, baseline=4, caliper=1.0)
    assert "R001" in result.unmatched
    with pytest.raises(EffectError, match="near enough"):
        equally_bad_placebo(frame[frame["trust"].isin(["R001", "R010", "R011"])], baseline=4, caliper=1.0)


def test_both_changes_leave_out_the_trust_itself_as_the_main_analysis_does():
    frame = panel(np.random.default_rng(17), entrants=6)
    result, narrow = (equally_bad_placebo(frame, baseline=4, **kind) for kind in ({}, {"leave_out": False}))
    direct = imputation(frame, group="type", leave_out=True).overall
    assert result.entrants.overall.se == pytest.approx(direct.se)
    assert result.placebo.overall.se == pytest.approx(imputation(result.panel, leave_out=True).overall.se)
    # leaving out moves no estimate and is the wider of the two
    assert result.difference == pytest.approx(narrow.difference)
    assert result.upper - result.lower > narrow.upper - narrow.lower


# ---- bounds


@pytest.fixture(scope="module")
def mpdta():
    data = pd.read_csv(ORACLES / "staggered_did" / "mpdta.csv")
    data["entry"] = data["first.treat"].replace(0, np.nan)
    return event_study(data, outcome="lemp", unit="countyreal", time="year", base="universal")


@pytest.mark.parametrize("mbar", [0.5, 1.0])
def test_bounds_equal_two_packages_and_the_interval_contains_the_exact_one(mpdta, mbar):
    result = honest_bounds(mpdta.frame, mbar=[mbar], covariance=mpdta.tables["covariance"])
    row = result.frame.iloc[0]
    low, high = HONEST["plug_in_plus_1.96_se"][str(mbar)]
    assert row["lower"] == pytest.approx(low + 1.96 * HONEST["se"], abs=2e-4)
    assert row["upper"] == pytest.approx(high - 1.96 * HONEST["se"], abs=2e-4)
    low, high = HONEST["conditional_least_favourable"][str(mbar)]
    assert row["interval_lower"] <= low < high <= row["interval_upper"]
    first = honest_bounds(mpdta.frame, mbar=[mbar], covariance=mpdta.tables["covariance"], horizons=[0])
    low, high = HONEST["horizon_0_conditional_least_favourable"][str(mbar)]
    assert first.frame["interval_lower"].iloc[0] <= low < high <= first.frame["interval_upper"].iloc[0]


@pytest.fixture
def made():
    return pd.DataFrame({"horizon": [-3, -2, -1, 0, 1], "estimate": [0.3, 0.1, 0.0, 2.0, 3.0]})


def test_bounds_by_hand(made):
    result = honest_bounds(made)
    # largest change before entry 0.2; average of horizons 0 and 1 can drift by mbar x 0.2 x (1 + 2) / 2
    assert result.largest == pytest.approx(0.2)
    np.testing.assert_allclose(result.frame["lower"], 2.5 - np.array([0, 0.5, 1, 1.5, 2]) * 0.3)
    np.testing.assert_allclose(result.frame["upper"], 2.5 + np.array([0, 0.5, 1, 1.5, 2]) * 0.3)
    assert result.breakdown == pytest.approx(2.5 / 0.3)
    second = honest_bounds(made, horizons=[1], mbar=[1.0])
    assert second.frame["lower"].iloc[0] == pytest.approx(3 - 0.4)


def test_weights_with_both_signs_use_the_worst_path(made):
    # effect at 1 less effect at 0: only the change from 0 to 1 matters
    result = honest_bounds(made, horizons=[0, 1], weights=[-1, 1], mbar=[1.0])
    assert result.estimate == pytest.approx(1.0)
    assert result.frame["upper"].iloc[0] == pytest.approx(1.2)


def test_breakdown_is_where_the_bounds_reach_zero(made):
    edge = honest_bounds(made).breakdown
    row = honest_bounds(made, mbar=[edge]).frame.iloc[0]
    assert row["lower"] == pytest.approx(0, abs=1e-12)
    flat = made.assign(estimate=[0.0, 0.0, 0.0, 2.0, 3.0])
    assert honest_bounds(flat).breakdown == np.inf


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=4, max_size=4), st.floats(0.01, 3))
def test_bounds_are_symmetric_in_sign_and_grow_with_mbar(numbers, mbar):
    frame = pd.DataFrame({"horizon": [-3, -2, 0, 1], "estimate": numbers})
    one, other = (
        honest_bounds(frame, mbar=[mbar]),
        honest_bounds(frame.assign(estimate=-frame["estimate"]), mbar=[mbar]),
    )
    assert one.frame["lower"].iloc[0] == pytest.approx(-other.frame["upper"].iloc[0])
    wider = honest_bounds(frame, mbar=[mbar, 2 * mbar]).frame
    assert wider["lower"].iloc[1] <= wider["lower"].iloc[0]


def test_interval_covers_when_trends_part_as_much_as_allowed(made):
    rng, horizons = np.random.default_rng(16), [-3, -2, 0, 1]
    spread = pd.DataFrame(0.02 * (np.eye(4) + 0.5), index=horizons, columns=horizons)
    truth = np.array([0.0, 0.2, 0.2, 0.4])  # before: changes of 0.2; after: drift of 0.2 a period, effect 0
    inside = 0
    for _ in range(400):
        drawn = pd.DataFrame({"horizon": horizons, "estimate": rng.multivariate_normal(truth, spread)})
        row = honest_bounds(drawn, mbar=[1.0], covariance=spread).frame.iloc[0]
        inside += row["interval_lower"] <= 0 <= row["interval_upper"]
    assert inside / 400 >= 0.95


def test_ordinary_interval_at_mbar_zero(mpdta):
    result = honest_bounds(mpdta.frame, mbar=[0.0], covariance=mpdta.tables["covariance"])
    row = result.frame.iloc[0]
    assert row["interval_upper"] - row["interval_lower"] == pytest.approx(2 * 1.96 * HONEST["se"], abs=1e-4)


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"estimate": [0.3, 0.1, 0.5, 2, 3]}, {}, "universal"),
        ({"horizon": [-4, -2, -1, 0, 1]}, {}, r"\[-3\] have no estimate"),
        ({"estimate": [0.3, np.nan, 0, 2, 3]}, {}, r"\[-2\] have no estimate"),
        ({"horizon": [-1, 0, 1, 2, 3], "estimate": [0.0, 1, 1, 1, 1]}, {}, "no period before"),
        ({"horizon": [-3, -2, -2, 0, 1]}, {}, "each once"),
        ({}, {"horizons": [5]}, "found after"),
        ({}, {"weights": [1.0]}, "1 weights for 2"),
        ({}, {"mbar": [-1]}, "0 or more"),
        ({}, {"covariance": pd.DataFrame(np.eye(2), index=[-3, -2], columns=[-3, -2])}, "lacks horizons"),
    ],
)
def test_bounds_refuse(made, change, options, words):
    with pytest.raises(EffectError, match=words):
        honest_bounds(made.assign(**change), **options)


def test_varying_base_is_refused():
    data = pd.read_csv(ORACLES / "staggered_did" / "mpdta.csv")
    data["entry"] = data["first.treat"].replace(0, np.nan)
    varying = event_study(data, outcome="lemp", unit="countyreal", time="year", base="varying")
    with pytest.raises(EffectError, match="universal"):
        honest_bounds(varying.frame)


# ---- all specifications


def estimator(*, baseline, window):
    if window == 6 and baseline == 1:
        raise EffectError("baseline too short")
    return baseline + window / 10, baseline - 1.0, baseline + 1.0


def test_every_combination_is_a_row_sorted_by_estimate():
    curve = specification_curve(estimator, {"baseline": [2, 1, 0], "window": [3, 6]})
    assert len(curve.frame) == 6
    assert curve.frame["estimate"].tolist()[:5] == pytest.approx([0.3, 0.6, 1.3, 2.3, 2.6])
    assert curve.frame["reason"].iloc[-1] == "baseline too short"


def test_specifications_run_in_parallel_alike():
    alone = specification_curve(estimator, {"baseline": [2, 1, 0], "window": [3, 6]})
    with joblib.parallel_config(backend="threading", n_jobs=2):
        threads = specification_curve(estimator, {"baseline": [2, 1, 0], "window": [3, 6]})
    pd.testing.assert_frame_equal(alone.frame, threads.frame)


def test_labelled_values_results_with_overall_and_senseless_combinations(mpdta):
    curve = specification_curve(
        lambda *, study, times: study if times == 1 else 0.0,
        {"study": {"all counties": mpdta}, "times": [1, 2]},
        keep=lambda row: row["times"] == 1,
    )
    row = curve.frame.iloc[0]
    assert row["study"] == "all counties"
    assert row["estimate"] == mpdta.overall.estimate
    assert row["lower"] == mpdta.overall.lower


def test_specification_refusals_and_unexpected_errors():
    with pytest.raises(EffectError, match="without values"):
        specification_curve(estimator, {"baseline": []})
    with pytest.raises(EffectError, match="without values"):
        specification_curve(estimator, {})
    with pytest.raises(EffectError, match="same label"):
        specification_curve(estimator, {"baseline": [1, True]})
    with pytest.raises(EffectError, match="no combination"):
        specification_curve(estimator, {"baseline": [1]}, keep=lambda row: False)
    with pytest.raises(EffectError, match="returned"):
        specification_curve(lambda *, x: (1.0, 2.0), {"x": [1]})
    with pytest.raises(TypeError):
        specification_curve(estimator, {"wrong": [1]})


@pytest.mark.parametrize(
    ("changed", "options", "found"),
    [
        ({"estimate": [0.1, 0.0, 1.0, np.inf]}, {}, r"\[1\] have no estimate"),
        ({}, {"horizons": [0.5]}, r"\[0.5\] of the target"),
        ({}, {"covariance": pd.DataFrame(-np.eye(3), [-2, 0, 1], [-2, 0, 1])}, "negative variance"),
    ],
)
def test_honest_bounds_refuse_what_has_no_bounds(changed, options, found):
    path = pd.DataFrame({"horizon": [-2, -1, 0, 1], "estimate": [0.1, 0.0, 1.0, 2.0]}).assign(**changed)
    with pytest.raises(EffectError, match=found):
        honest_bounds(path, **options)


def test_a_caliper_that_means_nothing_is_refused():
    for caliper in (-1.0, np.nan):
        with pytest.raises(EffectError, match="caliper"):
            equally_bad_placebo(pd.DataFrame(), baseline=2, caliper=caliper)
