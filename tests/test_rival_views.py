"""The rooms of the chapter on rival explanations: samples, checks and what is said of them."""

import re

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.chapters import rivals as rivals_page, rivals_planted
from analysis.study import entry_effects, planted_truth, power as stored, regime, rivals, samples


def test_samples_leave_out_exactly_the_trusts_of_their_rule():
    made = samples.samples("shmi")
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
    frame = samples.sensitivity("shmi")
    main = entry_effects.entry("shmi").overall
    assert frame["choice"][0] == "All trusts"
    assert frame["estimate"][0] == pytest.approx(main.estimate)
    assert frame["choice"].is_unique
    assert "COVID-19 period included" not in set(frame["choice"])


def test_a_sample_without_the_keogh_trusts_is_estimated_without_them():
    panel = regime.panel("shmi")
    about = data.load("regime_trusts").set_index("org_code")
    rest = panel[~panel["trust"].isin(about.index[about["keogh_11"].fillna(False)])]
    row = samples.sensitivity("shmi").set_index("choice").loc["Without the eleven Keogh trusts"]
    assert row["estimate"] == pytest.approx(entry_effects.entry("shmi", panel=rest).overall.estimate)


def test_tables_have_a_row_an_indicator_and_only_texts():
    names = ["shmi", "recommend_work"]
    for table in (
        rivals_page.equally_bad_for_readers(names),
        rivals_page.expected_for_readers(names),
        rivals_page.bounds_for_readers(names),
        rivals_page.left_out_for_readers(names),
    ):
        assert len(table) == 2
        assert all(isinstance(value, str) for value in table.to_numpy().ravel())


def test_curve_holds_every_combination_and_the_main_analysis():
    found = rivals.curve("shmi")
    assert len(found.frame) == 6 * 4 * 2
    main = found.frame.set_index(["sample", "method", "window"]).loc[
        ("All trusts", "imputation", "three years")
    ]
    assert main["estimate"] == pytest.approx(entry_effects.entry("shmi").overall.estimate)
    assert "48 combinations of choices" in rivals_page.curve_sentence("shmi", found)
    clear = ((found.frame["lower"] > 0) | (found.frame["upper"] < 0)).sum()
    assert f"{clear} of 48" in rivals_page.curve_title("shmi", found)


def test_planted_truth_is_covered_and_a_bad_draw_is_not_reported():
    shown = rivals_planted.shown(data.load("planted_truth")).set_index(["scenario", "method"])
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
    assert "at most 50.0%" in rivals_planted.sentence(worse)
    assert rivals_planted.sentence(planted) != rivals_planted.sentence(worse)
    assert isinstance(planted, pd.DataFrame)


def test_the_eleven_keogh_trusts_alone_are_beside_the_others_and_no_choice_of_the_sensitivity():
    alone = samples.keogh_alone("shmi")
    panel, about = regime.panel("shmi"), data.load("regime_trusts").set_index("org_code")
    keogh = set(about.index[about["keogh_11"].fillna(False)])
    assert alone.n_trusts == len(keogh & set(panel["trust"]))
    rest = samples.sensitivity("shmi").set_index("choice")
    assert "Only the eleven Keogh trusts" not in rest.index
    table = rivals_page.sensitivity_for_readers(["shmi"])
    assert table["Choice"][1:3].tolist() == [
        "Without the eleven Keogh trusts",
        "Only the eleven Keogh trusts",
    ]
    # together they carry it: all trusts lie between the eleven and the others
    apart = rest.loc["Without the eleven Keogh trusts", "estimate"]
    assert alone.estimate < rest.loc["All trusts", "estimate"] < apart


def test_trusts_left_out_are_named():
    table = rivals_page.left_out_for_readers(["shmi"])
    names = set(data.load("regime_trusts")["short_name"])
    assert all(table[end][0].split(" without ")[1] in names for end in ("Lowest", "Highest"))


def test_false_worsening_and_the_price_of_the_rule_are_shown():
    planted = data.load("planted_truth")
    power = rivals_planted.shown(planted, power=True)
    assert set(power["scenario"]) == {"constant", "bad draw, constant"}
    assert (power["true_effect"] != 0).all()
    table = planted_truth.for_readers(power)
    assert table["Read as a worsening"].str.contains("Monte Carlo error").all()
    easy = planted.assign(
        improvement=planted["improvement"].where(planted["method"] != "reporting rule", 0.5),
        coverage=planted["coverage"].where(planted["scenario"] != "bad draw", 0.25),
    )
    assert "in only 50.0 to 50.0% of panels" in rivals_planted.power_sentence(easy)
    found = []
    for row in power[power["method"] == "reporting rule"].itertuples():
        curve = stored.curve(row.indicator)
        curve = curve[curve["scenario"] == rivals_planted.SCENARIOS[row.scenario]]
        found.append(100 * np.interp(abs(row.true_effect), curve["effect"], curve["improved"]))
    said = rivals_planted.power_sentence(easy).partition("decides")[2]
    ends = [float(end) for end in re.findall(r"\d+\.\d", said)]
    assert ends == pytest.approx([min(found), max(found)], abs=2)
    assert "holds the truth in 25.0 to 25.0%" in rivals_planted.coverage_sentence(easy)
    rule = planted.set_index(["method", "scenario"]).loc["reporting rule", "improvement"]
    assert (rule["constant"] < 1).all()
