"""The analysis fixed beforehand: windows, baselines and how a result is put into words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters import entry as entry_page
from analysis.methods.effects import impute, results
from analysis.study import entry_effects, indicators, regime, rule, ruled_out

CASES = [
    (-0.02, -0.04, -0.01, "lower is better", "better"),
    (0.02, 0.01, 0.04, "lower is better", "worse"),
    (2.0, 1.0, 3.0, "higher is better", "better"),
    (-2.0, -3.0, -1.0, "higher is better", "worse"),
    (2.0, -1.0, 5.0, "higher is better", "no clear difference"),
    (2.0, 1.0, 3.0, "neither", "higher"),
    (np.nan, np.nan, np.nan, "higher is better", "cannot be estimated"),
]


@pytest.mark.parametrize(("estimate", "lower", "upper", "direction", "words"), CASES)
def test_reading_follows_interval_and_direction(estimate, lower, upper, direction, words):
    row = pd.Series({"estimate": estimate, "lower": lower, "upper": upper, "direction": direction})
    assert rule.reading(row) == words


def test_few_trusts_are_not_read():
    row = pd.Series(
        {"estimate": 2.0, "lower": 1.0, "upper": 3.0, "direction": "higher is better", "n_trusts": 2}
    )
    assert rule.reading(row) == "too few trusts to read"


def test_three_primary_indicators_are_those_of_the_protocol():
    assert indicators.indicators(primary=True) == ["shmi", "four_hour_waits", "recommend_work"]
    assert set(indicators.indicators(primary=False)).isdisjoint(indicators.indicators(primary=True))


def test_entry_is_the_imputation_estimator_under_the_stated_settings():
    panel = regime.panel("shmi")
    direct = impute.imputation(panel, group="type", leave_out=True, horizons=range(4))
    found = entry_effects.entry("shmi")
    assert found.overall.estimate == pytest.approx(direct.overall.estimate)
    assert found.frame["horizon"].max() == 3


def test_path_keeps_the_year_before_entry_out_of_the_baseline_and_in_sight():
    rows = entry_effects.path("shmi").frame.set_index("horizon")
    assert rows.loc[-1, "phase"] == "left out"
    direct = impute.imputation(regime.panel("shmi"), group="type", omit_before=1, horizons=range(4))
    assert rows.loc[-1, "estimate"] == pytest.approx(direct.frame.set_index("horizon").loc[-1, "estimate"])


def test_an_effect_planted_in_the_real_panel_is_added_in_full():
    panel = regime.panel("recommend_work")
    planted = panel.assign(value=panel["value"] + 5 * (panel["since_entry"] >= 0))
    before = entry_effects.entry("recommend_work").overall.estimate
    after = entry_effects.entry("recommend_work", panel=planted).overall.estimate
    assert after - before == pytest.approx(5)


def test_two_baselines_are_missing_where_nothing_can_be_estimated():
    both = entry_effects.two_baselines(["winter_long_stays", "shmi"]).set_index("indicator")
    assert np.isnan(both.loc["winter_long_stays", "estimate_dip_out"])
    assert np.isfinite(both.loc["shmi", "estimate_dip_out"])
    assert entry_page.for_readers(both.reset_index())["By our rule"].tolist()[0] == "cannot tell"


def test_answer_names_each_primary_indicator():
    text = entry_page.answer(entry_effects.two_baselines(indicators.indicators(primary=True)))
    assert all(indicators.label(name) in text for name in indicators.indicators(primary=True))
    assert text.count("95% interval") == 3


def test_the_verdict_is_that_of_the_comparison_that_decides():
    both = entry_effects.two_baselines(["shmi", "emergency_admissions"]).set_index("indicator")
    found = ruled_out.of("shmi")
    assert both.loc["shmi", "verdict"] == found.verdict
    assert both.loc["emergency_admissions", "verdict"] in (*rule.CHANGES, rule.CANNOT_TELL)
    both = both.reset_index().iloc[:1]
    assert "hospital mortality (SHMI): improved" in entry_page.answer(both.assign(verdict=rule.IMPROVED))
    assert "of none that it improved" in entry_page.answer(both.assign(verdict=rule.CANNOT_TELL))


def test_answer_says_which_comparison_decides():
    text = entry_page.answer(entry_effects.two_baselines(indicators.indicators(primary=True)))
    assert "Beside ten trusts alike in level and trend that never entered" in text
    assert "equally bad" not in text


def test_both_counts_of_trusts_are_shown():
    both = entry_effects.two_baselines(["emergency_admissions", "recommend_work"]).set_index("indicator")
    few = both.loc["emergency_admissions"]
    assert few["n_trusts"] >= results.THIN > few["n_trusts_dip_out"] > 0
    staff = both.loc["recommend_work"]
    direct = entry_effects.entry("recommend_work", omit_before=1).overall
    assert staff["n_trusts_dip_out"] == direct.n_trusts < staff["n_trusts"]
    shown = entry_page.for_readers(both.reset_index())[entry_page.COUNTS]
    assert shown[1] == f"{staff['n_trusts']:.0f}; {direct.n_trusts}"


def test_pairs_are_counted_by_the_trusts_that_carry_the_estimate():
    found = entry_effects.equally_bad("recommend_work")
    both = entry_effects.two_baselines(["recommend_work"])
    assert both["bad_pairs"][0] == found.entrants.overall.n_trusts < len(found.pairs)


def test_equally_bad_trusts_are_estimated_under_the_settings_of_the_main_analysis():
    found, main = entry_effects.equally_bad("shmi"), entry_effects.entry("shmi").overall
    matched = regime.panel("shmi")
    entered = matched.loc[matched["entry"].notna(), "trust"].unique()
    assert set(found.pairs["trust"]) == set(entered) - set(found.unmatched)
    assert found.entrants.overall.se == pytest.approx(main.se, rel=0.02)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ((-3, -1), (-4, -2), "below the prediction before entry and after"),
        ((-3, 1), (1, 2), "not told from the prediction just before entry, above it after"),
        ((-3, 1), (-1, 2), "not told from the prediction before entry or after"),
        ((1, 3), (-1, 2), "above the prediction just before entry, not told from it after"),
    ],
)
def test_title_of_a_path_gives_the_side_and_then_the_verdict(before, after, words):
    found = entry_effects.entry("shmi")
    row = {"horizon": -1, "estimate": sum(before) / 2, "lower": before[0], "upper": before[1]}
    limits = {"value": sum(after) / 2, "lower": after[0], "upper": after[1]}
    made = replace(found, frame=pd.DataFrame([row]), overall=replace(found.overall, **limits))
    title = entry_page.path_title("shmi", made, verdict=rule.CANNOT_TELL)
    assert title == f"Hospital mortality (SHMI): {words}; cannot tell by our rule"
