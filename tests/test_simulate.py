"""Planted truth: the process is found again, the plan is kept, the rule and the table say what was drawn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.methods.effects import group_time, impute, panels
from analysis.methods.effects.equally_bad import difference, equally_bad_placebo, paired
from analysis.methods.effects.impute import pooled
from analysis.methods.effects.outcome_process import Process, draw, learn, select
from analysis.methods.effects.panels import read_panel
from analysis.study import entry_effects, planted_truth, regime, rule


@pytest.fixture(scope="module")
def made():
    return planted_truth.setting("shmi", rng=np.random.default_rng(3), deals=19)


def panel_of(name):
    return read_panel(
        regime.panel(name), outcome="value", unit="trust", time="t", cohort="entry", group="type"
    )


def balanced(units, periods):
    frame = pd.DataFrame(
        {
            "trust": np.repeat([f"T{i:03}" for i in range(units)], periods),
            "t": np.tile(np.arange(periods), units),
            "value": 0.0,
            "entry": np.repeat(np.where(np.arange(units) < 5, 10.0, np.nan), periods),
        }
    )
    return read_panel(frame, outcome="value", unit="trust", time="t", cohort="entry")


# the process


def test_the_process_that_was_planted_is_learnt_again():
    data_in = balanced(400, 40)
    planted = Process(
        np.linspace(5, 9, 40)[None, :], np.ones(40), 0, between=2.0, error=1.5, rho=0.7, noise=0.5
    )
    y, _ = draw(data_in, planted, np.random.default_rng(1))
    found = learn(replace(data_in, y=y), lags=12)
    assert found.rho == pytest.approx(0.7, abs=0.06)
    assert found.error == pytest.approx(1.5, abs=0.1)
    assert found.noise == pytest.approx(0.5, abs=0.15)
    assert found.between == pytest.approx(2.0, abs=0.25)
    assert np.allclose(found.level, planted.level, atol=0.5)
    assert np.allclose(found.spread, 1, atol=0.15)


def test_learning_ignores_trusts_that_entered_and_the_order_of_levels():
    data_in = panel_of("shmi")
    entered = np.isfinite(data_in.cohort)
    one, two = learn(data_in, lags=5), learn(replace(data_in, y=data_in.y + 100 * entered), lags=5)
    assert (one.between, one.error, one.rho, one.noise) == (two.between, two.error, two.rho, two.noise)


def test_scaling_the_outcome_scales_every_part_and_leaves_the_persistence():
    data_in = panel_of("shmi")
    one, two = learn(data_in, lags=5), learn(replace(data_in, y=100 * data_in.y + 7), lags=5)
    assert two.rho == one.rho
    assert [two.between, two.error, two.noise] == pytest.approx(
        [100 * x for x in (one.between, one.error, one.noise)]
    )


def test_variances_are_never_more_than_there_is():
    for name in planted_truth.INDICATORS:
        data_in = panel_of(name)
        found = learn(data_in, lags=5)
        assert found.error > 0
        assert 0 <= found.rho < 1
        assert found.between**2 + found.within**2 < np.var(data_in.y) * 2


# selection


def test_selection_keeps_dates_and_sizes_and_leaves_out_trusts_not_observed(made):
    y, passing = draw(made.data, made.process, np.random.default_rng(4))
    chosen = select(replace(made.data, y=y), passing, year=1, strength=1.0, rng=np.random.default_rng(5))
    sizes = [
        dict(zip(*np.unique(p.unit_cohort, return_counts=True), strict=True)) for p in (made.data, chosen)
    ]
    assert sizes[0] == sizes[1]
    for unit in np.flatnonzero(np.isfinite(chosen.unit_cohort)):
        since = chosen.since[chosen.unit == unit]
        assert (since == -1).any()
        assert (since >= 0).any()


def test_a_stronger_selection_takes_worse_trusts_and_none_takes_any(made):
    def badness(strength):
        worse = []
        for seed in range(30):
            y, passing = draw(made.data, made.process, np.random.default_rng(seed))
            chosen = select(
                replace(made.data, y=y), passing, year=1, strength=strength, rng=np.random.default_rng(seed)
            )
            worse.append(passing[chosen.since == -1].mean() / made.process.within)
        return np.mean(worse)

    none, main, strong = badness(0.0), badness(planted_truth.STRENGTH), badness(3.0)
    assert abs(none) < 0.15
    assert 0.6 < main < 1.2
    assert strong > main + 0.3


# what is analysed is what the public functions give


def test_the_quick_pooled_figure_is_that_of_imputation(made):
    panel = regime.panel("shmi")
    for changed in (
        {},
        {"omit_before": 1},
        {"leave_out": False},
        {"reference": "t"},
        {"partition": "horizon"},
    ):
        settings = {"leave_out": True, "horizons": range(4), **changed}
        public = impute.imputation(panel, group="type", **settings).overall
        quick = pooled(made.data, **settings)
        for part in ("estimate", "se", "lower", "upper", "n_trusts", "n_controls", "n_obs"):
            assert getattr(quick, part) == pytest.approx(getattr(public, part), rel=1e-9), (changed, part)


def test_the_estimates_are_those_of_the_public_functions_on_the_same_panel(made):
    found, panel = planted_truth.estimates(made.data, made), regime.panel("shmi")
    main = entry_effects.entry("shmi").overall
    for part in ("estimate", "se", "lower", "upper", "n_trusts", "n_controls", "n_obs"):
        assert getattr(found[planted_truth.MAIN], part) == pytest.approx(getattr(main, part), rel=1e-9), part
    bad = equally_bad_placebo(panel, baseline=1, last_horizon=3)
    assert found[planted_truth.BAD].estimate == pytest.approx(bad.difference, rel=1e-9)
    assert found[planted_truth.BAD].upper == pytest.approx(bad.upper, rel=1e-9)


def test_quick_figures_are_those_of_the_whole_methods(made):
    y, _ = draw(made.data, made.process, np.random.default_rng(8))
    data = replace(made.data, y=y)
    for control in ("never", "not_yet"):
        whole = group_time.event_study(data, control=control, horizons=range(4))
        assert group_time.simple(data, control=control, horizons=range(4)) == whole.overall
        quick = group_time.path(data, control=control, horizons=range(4))
        pd.testing.assert_frame_equal(quick.frame, whole.frame, check_exact=True)
        assert quick.overall == whole.overall
    for last in (None, 3):
        bad = equally_bad_placebo(data, baseline=1, last_horizon=last)
        pairs, dealt = paired(data, baseline=1)
        pd.testing.assert_frame_equal(pairs, bad.pairs)
        assert np.array_equal(dealt.unit_cohort, bad.panel.unit_cohort)
        quick = difference(data, baseline=1, last_horizon=last)
        assert (quick.estimate, quick.lower, quick.upper) == pytest.approx(
            (bad.difference, bad.lower, bad.upper), rel=1e-12
        )
        assert quick.se == pytest.approx(np.hypot(bad.entrants.overall.se, bad.placebo.overall.se), rel=1e-12)


def test_a_design_serves_other_outcomes_and_no_other_entries(made):
    design = impute.design(made.data, horizons=range(4), omit_before=1)
    for seed in (1, 2):
        y, worse = draw(made.data, made.process, np.random.default_rng(seed))
        data = replace(made.data, y=y)
        for leave_out in (True, False):
            given = {"leave_out": leave_out, "reference": "t", "level": 0.9}
            assert pooled(data, known=design, **given) == pooled(
                data, horizons=range(4), omit_before=1, **given
            )
        other = select(data, worse, year=1, strength=1.0, rng=np.random.default_rng(seed))
        with pytest.raises(panels.EffectError, match="other units, periods or entries"):
            pooled(other, known=design)
    with pytest.raises(panels.EffectError, match="known"):
        pooled(made.data, known="the last one")


def test_t_limits_are_wider_and_use_the_trusts_that_entered():
    panel = regime.panel("shmi")
    normal = impute.imputation(panel, group="type", leave_out=True)
    small = impute.imputation(panel, group="type", leave_out=True, reference="t")
    ratio = (small.overall.upper - small.overall.lower) / (normal.overall.upper - normal.overall.lower)
    assert ratio == pytest.approx(2.039513 / 1.959964, abs=1e-5)  # t with 31 degrees of freedom, 32 trusts
    assert (small.frame["upper"] >= normal.frame["upper"]).all()
    with pytest.raises(panels.EffectError, match=r"reference='z'.*normal"):
        impute.imputation(panel, reference="z")


def test_a_constant_effect_moves_every_estimate_by_itself_and_no_standard_error(made):
    y, _ = draw(made.data, made.process, np.random.default_rng(6))
    without = planted_truth.estimates(replace(made.data, y=y), made)
    treated = made.data.since >= 0
    planted = planted_truth.estimates(replace(made.data, y=y + made.effect * treated), made)
    assert set(without) == set(planted_truth.METHODS) - {planted_truth.DATES, planted_truth.RULE}
    for method in without:
        assert planted[method].estimate == pytest.approx(without[method].estimate + made.effect, abs=1e-9), (
            method
        )
        assert planted[method].se == pytest.approx(without[method].se, abs=1e-9), method


# the rule

UP, DOWN, NONE = (0.1, 0.9), (-0.9, -0.1), (-0.1, 0.9)


@pytest.mark.parametrize(
    ("limits", "better", "said"),
    [
        ((UP, UP, UP), "higher", "improvement"),
        ((UP, UP, UP), "lower", "worsening"),
        ((DOWN, DOWN, DOWN), "lower", "improvement"),
        ((DOWN, DOWN, DOWN), None, "lower"),
        ((UP, UP, NONE), "higher", "the three do not agree"),
        ((UP, NONE, UP), "higher", "the three do not agree"),
        ((NONE, UP, UP), "higher", "the three do not agree"),
        ((UP, DOWN, UP), "higher", "the three do not agree"),
        ((UP, (np.nan, np.nan), UP), "higher", "cannot be said"),
    ],
)
def test_the_rule_wants_all_three_intervals_on_one_side(limits, better, said):
    assert rule.verdict(*limits, better=better) == said


# runs and the table


def test_the_same_seed_gives_the_same_table_and_another_does_not():
    plans = {"none": {planted_truth.ESTIMATED: 2}, "growing": {(): 2}, "bad draw": {(planted_truth.BAD,): 2}}
    one, two, other = (
        planted_truth.run(("shmi",), rng=np.random.default_rng(seed), plans=plans) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(other)
    assert set(one["scenario"]) == set(planted_truth.SCENARIOS)
    assert list(one.columns) == list(planted_truth.COLUMNS)


def test_the_summary_counts_improvement_on_the_better_side_only():
    draws = pd.DataFrame(
        {
            "scenario": "none",
            "method": [planted_truth.MAIN] * 4 + [planted_truth.DATES] * 2 + [planted_truth.RULE] * 2,
            "trusts": 10,
            "truth": 0.0,
            "estimate": [1.0, -1.0, 0.1, 3.0, 1.0, -1.0, np.nan, np.nan],
            "se": 0.4,
            "lower": [0.5, -1.5, -0.5, 2.5, *[np.nan] * 4],
            "upper": [1.5, -0.5, 0.5, 3.5, *[np.nan] * 4],
            "p": [*[np.nan] * 4, 0.01, 0.5, *[np.nan] * 2],
            "side": [*[None] * 6, "higher", "the three do not agree"],
        }
    )
    higher = planted_truth.summary(draws, sign=1).set_index("method")
    lower = planted_truth.summary(draws, sign=-1).set_index("method")
    assert higher["improvement"].tolist() == [0.5, 0.5, 0.5]
    assert lower["improvement"].tolist() == [0.25, 0.0, 0.0]
    assert lower["worsening"].tolist() == higher["improvement"].tolist()
    assert higher.loc[planted_truth.MAIN, "coverage"] == 0.25
    assert higher.loc[planted_truth.MAIN, "bias"] == pytest.approx(0.775)


def test_the_committed_table_holds_what_the_report_promises():
    table = data.load("planted_truth").set_index(["scenario", "method"])
    for scenario in ("none", "constant", "growing"):
        for method in (planted_truth.MAIN, planted_truth.SHORT):
            held = table.loc[(scenario, method)]
            error = 2 * held["coverage_error"]
            assert (held["coverage"] + error >= 0.93).all(), (scenario, method)
            assert (held["coverage"] - error <= 0.97).all(), (scenario, method)
    false = table.loc[("bad draw", planted_truth.RULE), "improvement"]
    assert (false <= 0.05).all()
    assert (table.loc[("bad draw", planted_truth.MAIN), "improvement"] > false.to_numpy()).all()


def test_readers_get_texts_with_units_and_errors():
    shown = planted_truth.for_readers(data.load("planted_truth"))
    assert shown.map(lambda x: isinstance(x, str)).all(axis=None)
    row = shown[(shown["Method"] == planted_truth.OLDER)].iloc[0]
    assert row["Mean error"] == ".."
    assert "Monte Carlo error" in row["Read as an improvement"]
