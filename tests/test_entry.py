"""Other estimators, chance and the published directions beside ours."""

import numpy as np
import pytest

from analysis import data, effects, entry, protocol, regime
from analysis.effects.inference import adjust


def test_estimators_are_run_on_the_same_panel():
    found = entry.by_estimator(["shmi"]).set_index("estimator")["estimate"]
    panel = regime.panel("shmi")
    study = effects.event_study(panel, control="never", group="type", horizons=range(4))
    assert found["Group-time, never entered as comparators"] == pytest.approx(study.overall.estimate)
    assert found["Imputation (main)"] == pytest.approx(protocol.entry("shmi").overall.estimate)
    assert len(found) == 4


def test_chance_adjusts_the_larger_share_within_its_family():
    found = entry.chance(["shmi", "recommend_work", "work_stress"], draws=49)
    worse = found[["wild", "placebo"]].max(axis=1)
    primary = found["primary"]
    np.testing.assert_allclose(found.loc[primary, "adjusted"], adjust(worse[primary], method="holm"))
    np.testing.assert_allclose(found.loc[~primary, "adjusted"], adjust(worse[~primary], method="BH"))
    np.testing.assert_allclose(found["estimate"][0], protocol.entry("shmi").overall.estimate)


def test_chance_leaves_out_what_rests_on_too_few_trusts():
    assert entry.chance(["winter_long_stays"], draws=9).empty


def test_chance_is_the_same_for_the_same_seed():
    one, two = (entry.chance(["shmi"], draws=29) for _ in range(2))
    assert one.equals(two)


def test_published_directions_are_compared_and_never_assumed():
    both = protocol.two_baselines(["shmi", "four_hour_waits"])
    table = entry.beside_published(both).set_index("Measure")
    assert table.loc["Delayed transfers of care", "Same side"] == "not known"
    claims = data.load("published_findings")
    assert len(table) == len(claims)
    assert table.loc["Mortality", "By our rule"] == both.set_index("indicator").loc["shmi", "verdict"]
    few = entry.beside_published(both.assign(n_trusts_dip_out=2)).set_index("Measure")
    assert few.loc["Mortality", "Without the year before"] == protocol.TOO_FEW
    flipped = both.copy()
    for part in ("", "_dip_out"):
        flipped[f"estimate{part}"] = -both[f"estimate{part}"]
        flipped[[f"lower{part}", f"upper{part}"]] = -both[[f"upper{part}", f"lower{part}"]].to_numpy()
    turned = entry.beside_published(flipped).set_index("Measure")
    assert turned.loc["Mortality", "Same side"] != table.loc["Mortality", "Same side"]


@pytest.mark.parametrize(("p", "text"), [(0.0434, "0.043"), (0.46, "0.46"), (1.0, "1.00")])
def test_probabilities_have_sensible_digits(p, text):
    assert entry.probability(p) == text
