"""Other estimators, chance and the published directions beside ours."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.chapters import entry as entry_page
from analysis.methods.effects import group_time
from analysis.methods.effects.inference import adjust
from analysis.present import words
from analysis.study import chance, entry_effects, estimators, regime, rule


def test_estimators_are_run_on_the_same_panel():
    found = estimators.by_estimator(["shmi"]).set_index("estimator")["estimate"]
    panel = regime.panel("shmi")
    study = group_time.event_study(panel, control="never", group="type", horizons=range(4))
    assert found["Group-time, never entered as comparators"] == pytest.approx(study.overall.estimate)
    assert found["Imputation (main)"] == pytest.approx(entry_effects.entry("shmi").overall.estimate)
    assert len(found) == 4


def test_chance_adjusts_the_larger_share_within_its_family():
    found = chance.chance(["shmi", "recommend_work", "work_stress"], draws=49)
    worse = found[["wild", "placebo"]].max(axis=1)
    primary = found["primary"]
    np.testing.assert_allclose(found.loc[primary, "adjusted"], adjust(worse[primary], method="holm"))
    np.testing.assert_allclose(found.loc[~primary, "adjusted"], adjust(worse[~primary], method="BH"))
    np.testing.assert_allclose(found["estimate"][0], entry_effects.entry("shmi").overall.estimate)


def test_chance_leaves_out_what_rests_on_too_few_trusts():
    assert chance.chance(["winter_long_stays"], draws=9).empty


def test_chance_is_the_same_for_the_same_seed():
    one, two = (chance.chance(["shmi"], draws=29) for _ in range(2))
    assert one.equals(two)


def test_published_directions_are_compared_and_never_assumed():
    both = entry_effects.two_baselines(["shmi", "four_hour_waits"])
    table = entry_page.beside_published(both).set_index("Measure")
    assert table.loc["Delayed transfers of care", "Same side"] == "not known"
    claims = data.load("published_findings")
    assert len(table) == len(claims)
    assert table.loc["Mortality", "By our rule"] == both.set_index("indicator").loc["shmi", "verdict"]
    few = entry_page.beside_published(both.assign(n_trusts_dip_out=2)).set_index("Measure")
    assert few.loc["Mortality", "Without the year before"] == rule.TOO_FEW
    flipped = both.copy()
    for part in ("", "_dip_out"):
        flipped[f"estimate{part}"] = -both[f"estimate{part}"]
        flipped[[f"lower{part}", f"upper{part}"]] = -both[[f"upper{part}", f"lower{part}"]].to_numpy()
    turned = entry_page.beside_published(flipped).set_index("Measure")
    assert turned.loc["Mortality", "Same side"] != table.loc["Mortality", "Same side"]


@pytest.mark.parametrize(("p", "text"), [(0.0434, "0.043"), (0.46, "0.46"), (1.0, "1.00")])
def test_probabilities_have_sensible_digits(p, text):
    assert words.probability(p) == text


@pytest.mark.parametrize(
    ("verdict", "clear"), [(one, True) for one in rule.CHANGES]
    + [(one, False) for one in (rule.NO_IMPORTANT, rule.CANNOT_TELL)],
)  # fmt: skip
def test_only_a_change_by_our_rule_is_told_as_a_clear_one(verdict, clear):
    row = {
        "indicator": "shmi",
        "estimate": -0.02,
        "lower": -0.04,
        "upper": -0.01,
        "unit": "ratio",
        "verdict": verdict,
    }
    said = entry_page.answer(pd.DataFrame([row]))
    assert ("of none that it improved" in said) is not clear


@pytest.mark.parametrize(("name", "few"), [("four_hour_waits", 5), ("emergency_admissions", 24)])
def test_trusts_that_an_estimate_leaves_out_stand_in_its_sentence(name, few):
    found = entry_effects.entry(name, pre_periods=2)
    assert len(found.dropped) == few
    assert f"{few} more that entered left out" in entry_page.path_sentence(name, found)
    assert "left out" not in entry_page.path_sentence(
        name, dataclasses.replace(found, dropped=found.dropped[:0])
    )
