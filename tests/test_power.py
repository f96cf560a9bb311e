"""Power: a shifted draw is what a planted effect gives, shares by hand, and stored simulations belong to the data."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.methods.effects.outcome_process import draw, select
from analysis.methods.estimate import Estimate
from analysis.study import calibration, deciding, indicators, power, regime, rule, ruled_out, simulated
from analysis.study.planted_truth import STRENGTH, setting

PRIMARY = indicators.indicators(primary=True)


@pytest.mark.parametrize("name", ["shmi", "four_hour_waits"])
def test_shifting_the_limits_is_planting_the_effect(name):
    """The brute force: the effect is put into the outcome, and the panel analysed and judged anew."""
    rng = np.random.default_rng(5)
    made = setting(name, rng=rng, deals=0)
    row, important = deciding.calibration(name), ruled_out.important(name)
    y, passing = draw(made.data, made.process, rng)
    panel = select(replace(made.data, y=y), -made.sign * passing, year=made.year, strength=STRENGTH, rng=rng)
    plain = deciding.every_period(deciding.compared(name, panel=panel))
    low, high = power.limits(
        np.array([[[plain.value, plain.se]]]), row["critical"], row["bias"], int(row["sign"])
    )
    for effect in (-2 * important, 0.0, 0.7 * important, 3 * important):
        planted = replace(panel, y=panel.y + made.sign * effect * (panel.since >= 0))
        found = deciding.on_panel(name, planted)
        turned = sorted(made.sign * limit for limit in (found.lower, found.upper))
        assert turned == pytest.approx([low[0, 0] + effect, high[0, 0] + effect], rel=1e-9, abs=1e-12)
        judged = ruled_out.ruled_out(found, better=regime.indicator(name).better, important=important)
        shares = power.verdicts(low[:, 0] + effect, high[:, 0] + effect, important)
        assert rule.VERDICTS[int(np.argmax(shares))] == judged.verdict


@pytest.mark.parametrize(("sign", "bias"), [(1, -0.5), (-1, 0.5), (1, 0.0)])
def test_limits_are_those_of_the_deciding_estimate(sign, bias, monkeypatch):
    monkeypatch.setattr(deciding, "calibration", lambda name: {"critical": 1.5, "bias": bias})
    found = deciding.calibrated("any", Estimate(2.0, 0.0, 0.0, se=0.4))
    low, high = power.limits(np.array([[[2.0, 0.4]]]), 1.5, bias, sign)
    assert sorted((sign * found.lower, sign * found.upper)) == pytest.approx([low[0, 0], high[0, 0]])


def test_shares_of_verdicts_by_hand():
    low, high = np.array([0.1, -3.0, -1.0, -1.0, 0.0]), np.array([1.0, -0.1, 1.9, 2.0, 0.5])
    assert power.verdicts(low, high, 2.0) == pytest.approx([0.2, 0.2, 0.4, 0.2])


def test_what_is_seen_is_found_in_four_draws_of_five():
    drawn = np.stack([np.random.default_rng(1).normal(0, 1, (1000, 2)), np.ones((1000, 2))], axis=2)
    needed = power.seen(drawn, 2.0, 0.0, 1)
    low, _ = power.limits(drawn, 2.0, 0.0, 1)
    assert (low + np.array(needed) * (1 + 1e-12) > 0).mean(axis=0) == pytest.approx([0.8, 0.8], abs=0.002)
    assert needed == pytest.approx([2 + 0.84, 2 + 0.84], abs=0.1)  # 80% point of the normal curve


@pytest.mark.parametrize("name", PRIMARY)
def test_the_stored_curve_rises_and_agrees_with_what_is_seen(name):
    curve = power.curve(name)
    for scenario, part in (power.NONE, "seen_none"), (power.BAD, "seen_bad"):
        rows = curve[curve["scenario"] == scenario].set_index("effect")
        assert (rows["improved"].diff().dropna() >= 0).all()
        assert (rows["worsened"].diff().dropna() <= 0).all()
        shares = rows[["improved", "worsened", "no_important", "cannot_tell"]].sum(axis=1)
        assert shares.to_numpy() == pytest.approx(np.ones(len(rows)), abs=1e-5)
        seen = deciding.calibration(name)[part]
        assert np.interp(seen, rows.index, rows["improved"]) == pytest.approx(power.SEEN, abs=0.03)
        assert rows.loc[0.0, "improved"] < 0.06
    assert power.smallest(name) >= deciding.calibration(name)["seen_none"]


def test_simulations_of_one_indicator_do_not_hang_on_another():
    one, two = (calibration.stream("shmi", "record").standard_normal(3) for _ in range(2))
    other = calibration.stream("shmi", "choices").standard_normal(3)
    assert (one == two).all()
    assert (one != other).all()


def test_stored_simulations_belong_to_the_data_at_hand():
    """An indicator that is new is not calibrated, says so, and has no verdict until it is simulated."""
    stored = set(data.load("simulated")["indicator"])
    stale = simulated.stale()
    other = [name for name in stale if name in stored]
    assert not other, f"simulated from other data: {other}. Run `python -m analysis simulate`."
    for name in stale:
        assert ruled_out.verdict(name) == rule.CANNOT_TELL


def test_other_data_make_a_simulation_stale(monkeypatch):
    before = simulated.digest("shmi")
    real = regime.panel("shmi")
    moved = real.assign(value=real["value"].where(real.index != 7, real["value"] + 0.01))
    monkeypatch.setattr(regime, "panel", lambda name: moved)
    assert simulated.digest("shmi") != before
    monkeypatch.setattr(regime, "panel", lambda name: real.assign(value=real["value"] * (1 + 1e-12)))
    assert simulated.digest("shmi") == before  # a last digit
    later = real.assign(entry=real["entry"] + 1)
    monkeypatch.setattr(regime, "panel", lambda name: later)
    assert simulated.digest("shmi") != before


def test_new_rows_take_the_place_of_those_stored():
    stored = data.load("calibration")
    new = stored[stored["indicator"] == "closures"].assign(bias=9.0)
    found = simulated._joined("calibration", new, ["closures"])
    assert list(found["indicator"]) == list(stored["indicator"])
    assert found.loc[found["indicator"] == "closures", "bias"].tolist() == [9.0]
    rest = found[found["indicator"] != "closures"].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        rest, stored[stored["indicator"] != "closures"].reset_index(drop=True), check_dtype=False
    )
