"""What differed before entry: leads, years matched on, and why a difference is not read as an effect."""

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.chapters import rivals as rivals_page
from analysis.methods.effects.equally_bad import equally_bad_placebo
from analysis.study import before_entry, entry_effects, regime, rule


def test_leads_and_their_joint_test_are_those_of_the_estimator():
    row = before_entry.moving_apart(["recommend_work"]).iloc[0]
    found = entry_effects.entry("recommend_work", pre_periods=2)
    before = found.frame[found.frame["phase"] == "pre"]
    assert row["p"] == pytest.approx(found.tables["pretrend"]["p"][0])
    assert (row["lowest"], row["highest"]) == (before["estimate"].min(), before["estimate"].max())
    assert row["fewest"] < row["most"] == before["n_trusts"].max()
    assert rivals_page.moving_apart_for_readers(pd.DataFrame([row]))["Trusts that entered"][0] == (
        f"{row['fewest']} to {row['most']}"
    )


def test_waits_were_falling_behind_for_two_years_and_the_share_is_not_given_as_nothing():
    found = before_entry.moving_apart(["four_hour_waits"])
    assert found["highest"][0] < 0
    assert found["p"][0] < 1e-6
    shown = rivals_page.moving_apart_for_readers(found)
    assert shown["Share from chance, jointly"][0] == "less than 0.001"
    assert shown["Periods before entry"][0] == "8 quarters"


@pytest.mark.parametrize(("p", "text"), [(0.0009, "less than 0.001"), (0.0434, "0.043"), (0.36, "0.36")])
def test_joint_share_has_sensible_digits(p, text):
    assert rivals_page.joint(p) == text


def test_windows_match_on_one_two_and_three_years_and_start_with_the_main_comparison():
    found = before_entry.windows(["four_hour_waits"])
    assert found["years"].tolist() == [1, 2, 3]
    assert found["difference"][0] == entry_effects.equally_bad("four_hour_waits").difference
    direct = equally_bad_placebo(regime.panel("four_hour_waits"), baseline=8, last_horizon=12)
    assert found["difference"][1] == pytest.approx(direct.difference)
    shown = rivals_page.windows_for_readers(found)
    assert shown["Matched on"].tolist() == ["one year", "two years", "three years"]


def test_windows_sentence_says_when_the_verdict_turns():
    found = before_entry.windows(["four_hour_waits"])
    steady = rivals_page.windows_sentence("four_hour_waits", found)
    assert "says “the three do not agree” for each of these windows" in steady
    assert "this comparison alone stood in their way" in steady
    turned = found.assign(verdict=[rule.NO_CLEAR_CHANGE, "worsening", rule.NO_CLEAR_CHANGE])
    changing = rivals_page.windows_sentence("four_hour_waits", turned)
    assert "“the three do not agree” and “worsening”" in changing
    assert "the verdict turned on the window" in changing
    apart = rivals_page.windows_sentence("four_hour_waits", found.assign(rest=rule.NO_CLEAR_CHANGE))
    assert "The other two" not in apart


def test_gaps_of_the_pairs_by_hand():
    rows = [("R1", 4.0, [1, 5, 10, 9]), ("R2", np.nan, [3, 6, 10, 7]), ("R3", np.nan, [90, 80, 70, 60])]
    frame = pd.DataFrame(
        [(name, t, "acute", entry, v) for name, entry, vs in rows for t, v in enumerate(vs, 1)],
        columns=["trust", "t", "type", "entry", "value"],
    ).astype({"value": float})
    found = equally_bad_placebo(frame, baseline=1)
    assert found.pairs["placebo"].tolist() == ["R2"]
    gaps = before_entry.earlier_gaps(found, frame, year=1)
    assert gaps["gap"].tolist() == [0, -1, -2]
    assert gaps["pairs"].tolist() == [1, 1, 1]


def test_what_is_said_of_staff_follows_the_tables():
    found, planted = before_entry.windows(["recommend_work"]), data.load("planted_truth")
    text = rivals_page.not_harm("recommend_work", found, planted)
    assert "leaves out zero" in text
    none = rivals_page.not_harm("recommend_work", found.assign(upper=1.0), planted)
    assert "takes in zero" in none
    assert "in 75.0% of panels" in rivals_page.not_harm(
        "recommend_work", found, planted.assign(worsening=0.75)
    )
