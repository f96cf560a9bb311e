"""The rooms of the chapter on rival explanations: samples, checks and what is said of them."""

import numpy as np
import pandas as pd
import pytest

from analysis import data, protocol, regime, rivals


def test_samples_leave_out_exactly_the_trusts_of_their_rule():
    made = rivals.samples("shmi")
    about = data.load("regime_trusts").set_index("org_code")
    keogh = set(about.index[about["keogh_11"].fillna(False)])
    assert len(keogh) == 11
    left = set(made["All trusts"]["trust"]) - set(made["Without the eleven Keogh trusts"]["trust"])
    assert left == keogh & set(regime.panel("shmi")["trust"])
    finance = set(made["Without trusts also in financial special measures"]["trust"])
    assert not finance & set(about.index[about["finance"].fillna(False)])
    assert not made["Without codes that a merger made larger"]["trust"].str.contains("@").any()
    whole = made["Only trusts with figures from the start"].groupby("trust")["period"].min()
    assert (whole <= regime.panel("shmi")["period"].min() + 4).all()


def test_sensitivity_starts_with_the_main_analysis():
    frame = rivals.sensitivity("shmi")
    main = protocol.entry("shmi").overall
    assert frame["choice"][0] == "All trusts"
    assert frame["estimate"][0] == pytest.approx(main.estimate)
    assert frame["choice"].is_unique
    assert "COVID-19 period included" not in set(frame["choice"])


def test_a_sample_without_the_keogh_trusts_is_estimated_without_them():
    panel = regime.panel("shmi")
    about = data.load("regime_trusts").set_index("org_code")
    rest = panel[~panel["trust"].isin(about.index[about["keogh_11"].fillna(False)])]
    row = rivals.sensitivity("shmi").set_index("choice").loc["Without the eleven Keogh trusts"]
    assert row["estimate"] == pytest.approx(protocol.entry("shmi", panel=rest).overall.estimate)


def test_tables_have_a_row_an_indicator_and_only_texts():
    names = ["shmi", "recommend_work"]
    for table in (
        rivals.equally_bad_for_readers(names),
        rivals.expected_for_readers(names),
        rivals.matched_for_readers(names),
        rivals.bounds_for_readers(names),
        rivals.left_out_for_readers(names),
    ):
        assert len(table) == 2
        assert all(isinstance(value, str) for value in table.to_numpy().ravel())


def test_curve_holds_every_combination_and_the_main_analysis():
    found = rivals.curve("shmi")
    assert len(found.frame) == 6 * 4 * 2
    main = found.frame.set_index(["sample", "method", "window"]).loc[
        ("All trusts", "imputation", "three years")
    ]
    assert main["estimate"] == pytest.approx(protocol.entry("shmi").overall.estimate)
    assert "48 defensible choices" in rivals.curve_sentence("shmi", found)
    clear = ((found.frame["lower"] > 0) | (found.frame["upper"] < 0)).sum()
    assert f"{clear} of 48" in rivals.curve_title("shmi", found)


def test_planted_truth_is_covered_and_a_bad_draw_is_not_reported():
    shown = rivals.planted_shown(data.load("planted_truth")).set_index(["scenario", "method"])
    for scenario in ("none", "growing"):
        cover = shown.loc[(scenario, "imputation"), "coverage"]
        # two Monte Carlo errors around the range that a 95% interval may claim
        assert cover.between(0.93 - 0.016, 0.97 + 0.016).all()
    assert (shown.loc[("bad draw", "reporting rule"), "improvement"] < 0.05).all()


def test_planted_sentence_follows_the_table():
    planted = data.load("planted_truth")
    worse = planted.assign(
        improvement=np.where(planted["method"] == "reporting rule", 0.5, planted["improvement"])
    )
    assert "at most 50.0%" in rivals.planted_sentence(worse)
    assert rivals.planted_sentence(planted) != rivals.planted_sentence(worse)
    assert isinstance(planted, pd.DataFrame)
