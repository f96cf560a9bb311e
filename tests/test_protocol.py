"""The analysis fixed beforehand: windows, baselines and how a result is put into words."""

import numpy as np
import pandas as pd
import pytest

from analysis import effects, protocol, regime

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
    assert protocol.reading(row) == words


def test_few_trusts_are_not_read():
    row = pd.Series(
        {"estimate": 2.0, "lower": 1.0, "upper": 3.0, "direction": "higher is better", "n_trusts": 2}
    )
    assert protocol.reading(row) == "too few trusts to read"


def test_three_primary_indicators_are_those_of_the_protocol():
    assert protocol.indicators(primary=True) == ["shmi", "four_hour_waits", "recommend_work"]
    assert set(protocol.indicators(primary=False)).isdisjoint(protocol.indicators(primary=True))


def test_entry_is_the_imputation_estimator_under_the_stated_settings():
    panel = regime.panel("shmi")
    direct = effects.imputation(panel, group="type", leave_out=True, horizons=range(4))
    found = protocol.entry("shmi")
    assert found.overall.estimate == pytest.approx(direct.overall.estimate)
    assert found.frame["horizon"].max() == 3


def test_path_keeps_the_year_before_entry_out_of_the_baseline_and_in_sight():
    rows = protocol.path("shmi").frame.set_index("horizon")
    assert rows.loc[-1, "phase"] == "left out"
    direct = effects.imputation(regime.panel("shmi"), group="type", omit_before=1, horizons=range(4))
    assert rows.loc[-1, "estimate"] == pytest.approx(direct.frame.set_index("horizon").loc[-1, "estimate"])


def test_an_effect_planted_in_the_real_panel_is_added_in_full():
    panel = regime.panel("recommend_work")
    planted = panel.assign(value=panel["value"] + 5 * (panel["since_entry"] >= 0))
    before = protocol.entry("recommend_work").overall.estimate
    after = protocol.entry("recommend_work", panel=planted).overall.estimate
    assert after - before == pytest.approx(5)


def test_two_baselines_are_missing_where_nothing_can_be_estimated():
    both = protocol.two_baselines(["winter_long_stays", "shmi"]).set_index("indicator")
    assert np.isnan(both.loc["winter_long_stays", "estimate_dip_out"])
    assert np.isfinite(both.loc["shmi", "estimate_dip_out"])
    assert protocol.for_readers(both.reset_index())["By our rule"].tolist()[0] == "too few trusts to read"


def test_answer_names_each_primary_indicator():
    text = protocol.answer(protocol.two_baselines(protocol.indicators(primary=True)))
    assert all(protocol.label(name) in text for name in protocol.indicators(primary=True))
    assert text.count("95% interval") == 3


def test_an_improvement_needs_all_three_views():
    both = protocol.two_baselines(["shmi"])
    assert (both["verdict"][0] != "no clear change") == bool(
        (both[["upper", "upper_dip_out", "bad_upper"]] < 0).all(axis=None)
    )
    clear = both.assign(verdict="improvement")
    assert "hospital mortality (SHMI): improvement" in protocol.answer(clear)
    assert "none of them is a clear change" in protocol.answer(both.assign(verdict="no clear change"))
