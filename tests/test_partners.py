"""Several partners alike in level and trend: against plain least squares, by hand, and on planted truth."""

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.partners import several_partners
from analysis.study import calibration, deciding, indicators, regime


def panel(rng, *, never=40, entrants=6, before=4, after=3, effect=0.0):
    """Trusts with a level, a trend and noise; entrants enter at two dates, one period apart."""
    units = never + entrants
    t = np.arange(before + after + 1)
    values = (
        rng.normal(0, 2, (units, 1)) + rng.normal(0, 0.3, (units, 1)) * t + rng.normal(0, 1, (units, len(t)))
    )
    entry = np.where(np.arange(units) < entrants, before + np.arange(units) % 2, np.nan)
    frame = pd.DataFrame(
        {
            "trust": np.repeat([f"R{i:02}" for i in range(units)], len(t)),
            "t": np.tile(t, units),
            "type": "acute",
            "entry": np.repeat(entry, len(t)),
            "value": values.ravel(),
        }
    )
    frame.loc[frame["t"] >= frame["entry"], "value"] += effect
    return frame


ASKED = {"partners": 3, "baseline": 4, "last_horizon": 2}


def by_least_squares(frame, trust, *, partners, baseline, last_horizon, of=None):
    """The effect of one trust in plain steps: traits, nearest, regression of the change on the traits (lstsq).

    of: a never-entered trust that takes its place, at the same date.
    """
    wide = frame.pivot(index="trust", columns="t", values="value")
    entry = frame.groupby("trust")["entry"].first()
    date = int(entry[trust])
    before = wide[[t for t in wide.columns if date - baseline <= t < date]]
    after = wide[[t for t in wide.columns if date <= t <= date + last_horizon]]
    traits = pd.DataFrame({u: np.polyfit(range(before.shape[1]), before.loc[u], 1) for u in wide.index}).T
    traits[1] = before.mean(axis=1)
    change = after.mean(axis=1) - before.mean(axis=1)
    never = entry.index[entry.isna()]
    design = np.column_stack([np.ones(len(never)), traits.loc[never]])
    slopes, *_ = np.linalg.lstsq(design, change[never], rcond=None)
    left = change - np.column_stack([np.ones(len(traits)), traits]) @ slopes
    target = trust if of is None else of
    apart = ((traits.loc[never] - traits.loc[target]) / traits.loc[never].std()) ** 2
    chosen = apart.sum(axis=1).drop(target, errors="ignore").nsmallest(partners).index
    return left[target] - left[chosen].mean()


def test_effects_equal_matching_with_a_regression_by_least_squares():
    frame = panel(np.random.default_rng(1))
    found = several_partners(frame, **ASKED)
    for row in found.trusts.itertuples():
        assert row.effect == pytest.approx(by_least_squares(frame, row.trust, **ASKED))
    one = found.placebo[found.placebo["trust"] == "R01"]
    for row in one.sample(5, random_state=1).itertuples():
        expected = by_least_squares(frame, "R01", of=row.placebo, **ASKED)
        assert row.effect == pytest.approx(expected)


def test_augmented_weights_add_up_to_one_and_balance_level_and_trend():
    frame = panel(np.random.default_rng(2))
    found = several_partners(frame, **ASKED)
    assert found.weights.sum(axis=1) == pytest.approx(1)
    wide = frame.pivot(index="trust", columns="t", values="value")
    for row, weights in zip(found.trusts.itertuples(), found.weights, strict=True):
        window = wide[list(range(row.entry - 4, row.entry))]
        made = weights @ window.loc[found.units].to_numpy()
        own = window.loc[row.trust].to_numpy()
        for fit in (1, 0):
            assert np.polyfit(range(4), made, 1)[fit] == pytest.approx(np.polyfit(range(4), own, 1)[fit])


def test_one_partner_on_level_alone_by_hand():
    # level 5 enters; never-entered levels 1, 4, 7, 10 move by 3, 1, 1, -1 (slope of the regression: -0.4)
    rows = [("E", 5.0, 4.0), ("A", 1.0, 4.0), ("B", 4.0, 5.0), ("C", 7.0, 8.0), ("D", 10.0, 9.0)]
    frame = pd.DataFrame(
        [(u, t, v, "acute", 1.0 if u == "E" else np.nan) for u, *two in rows for t, v in enumerate(two)],
        columns=["trust", "t", "value", "type", "entry"],
    )
    found = several_partners(frame, partners=1, baseline=3, last_horizon=0)
    # change -1 less that of B (+1), less what one point of level tells (-0.4)
    assert found.trusts["effect"].tolist() == pytest.approx([-2 + 0.4])
    assert found.trusts["trend_gap"].isna().all()
    assert np.isnan(found.average(np.ones(1)).se)


def test_errors_count_partners_that_are_shared():
    frame = panel(np.random.default_rng(3))
    found = several_partners(frame, **ASKED)
    noise, weights = found.noise, found.weights
    for i in range(len(noise)):
        for j in range(len(noise)):
            shared = noise[i] * noise[j] * sum(weights[i, u] * weights[j, u] for u in range(len(found.units)))
            assert found.covariance[i, j] == pytest.approx(shared + (noise[i] ** 2 if i == j else 0))
    first, second = np.array([1, 1, 1, 0, 0, 0]), np.array([0, 0, 0, 1, 1, 1])
    one, two, apart = found.average(first), found.average(second), found.contrast(first, second)
    assert apart.value == pytest.approx(one.value - two.value)
    between = first / 3 @ found.covariance @ second / 3
    assert apart.se == pytest.approx(np.sqrt(one.se**2 + two.se**2 - 2 * between))
    assert (apart.n, one.n) == (6, 3)
    assert one.n_controls == ((found.nearest[:3] > 0).any(axis=0)).sum()


def test_trusts_that_vary_more_than_chance_widen_the_interval():
    frame = panel(np.random.default_rng(4))
    calm = several_partners(frame, **ASKED)
    uneven = frame["trust"].isin(["R00", "R01", "R02"]) & (frame["t"] >= frame["entry"])
    wild = several_partners(frame.assign(value=frame["value"] + 30 * uneven), **ASKED)
    effects = wild.trusts["effect"].to_numpy()
    assert wild.noise == pytest.approx(calm.noise)
    assert wild.average(np.ones(6)).se > effects.std(ddof=1) / np.sqrt(6) > calm.average(np.ones(6)).se


def test_intervals_hold_the_truth_where_levels_and_trends_differ():
    rng, held = np.random.default_rng(5), []
    for _ in range(300):
        one = several_partners(panel(rng, entrants=12, effect=1.0), **ASKED).average(np.ones(12))
        held.append(one.lower <= 1 <= one.upper)
    assert 0.92 <= np.mean(held) <= 0.99


def test_partners_that_are_ruled_out_and_trusts_that_cannot_be_compared():
    frame = panel(np.random.default_rng(6))
    chosen = several_partners(frame, **ASKED)
    used = tuple(chosen.units[(chosen.nearest > 0).any(axis=0)])
    other = several_partners(frame, without=used, **ASKED)
    assert not set(other.units[(other.nearest > 0).any(axis=0)]) & set(used)
    bare = frame.copy()
    bare.loc[(bare["trust"] == "R00") & (bare["t"] < bare["entry"]), "value"] = np.nan
    bare.loc[(bare["trust"] == "R01") & (bare["t"] >= bare["entry"]), "value"] = np.nan
    found = several_partners(bare, **ASKED)
    assert set(found.left_out["unit"]) == {"R00", "R01"}
    assert found.left_out.set_index("unit").loc["R01", "reason"] == "no value after entry"
    with pytest.raises(EffectError, match="partners in its stratum"):
        several_partners(frame, **{**ASKED, "partners": 40})
    with pytest.raises(EffectError, match="partners"):
        several_partners(frame, **{**ASKED, "partners": 0})
    with pytest.raises(EffectError, match="counts"):
        found.average(np.zeros(4))


def test_partners_alike_in_trend_remove_a_diverging_trend():
    frame = panel(np.random.default_rng(9), never=300, entrants=10)
    number = frame["trust"].str[1:].astype(int)
    steep = (number < 10) | number.between(100, 150)
    frame["value"] += np.where(steep, 2.0 * frame["t"], 0.0)
    found = several_partners(frame, **ASKED)
    assert abs(found.average(np.ones(10)).value) < 1.5
    assert found.trusts["trend_away"].mean() > 1
    assert abs(found.trusts["trend_gap"].mean()) < 0.3


def test_what_comes_after_entry_and_the_order_of_rows_do_not_move_the_choice():
    frame = panel(np.random.default_rng(10))
    base = several_partners(frame, **ASKED)
    mixed = several_partners(frame.sample(frac=1, random_state=1), **ASKED)
    pd.testing.assert_frame_equal(base.trusts, mixed.trusts)
    first = frame["entry"].min()
    later = frame.assign(value=frame["value"].where(frame["t"] < first, -frame["value"] * 7))
    entered = (base.trusts["entry"] == first).to_numpy()
    assert (several_partners(later, **ASKED).nearest[entered] == base.nearest[entered]).all()


# ---- calibration


def made_draws(rng, draws, *, bias, wrong=1.0):
    """Estimates with and without a bad year, standard errors that are too small by a factor."""
    value = rng.normal([0, bias], 1, (draws, 2))
    return np.stack([value, np.full((draws, 2), 1 / wrong), np.full((draws, 2), 9.0)], axis=2)


@pytest.mark.parametrize(("bias", "wrong"), [(0.0, 1.0), (0.0, 2.0), (-0.8, 1.0), (0.8, 1.5)])
def test_calibrated_limits_err_in_one_panel_of_twenty(bias, wrong):
    found = calibration.summary(made_draws(np.random.default_rng(7), 8000, bias=bias, wrong=wrong), sign=1)
    assert found["bias"] == pytest.approx(bias, abs=0.05)
    assert max(found["false_none"], found["false_bad"]) == pytest.approx(0.05, abs=0.012)
    if not bias:
        assert found["critical"] == pytest.approx(1.96 * wrong, rel=0.04)
    else:  # the bias that is carried makes room on one side
        assert found["critical"] < 1.96 * wrong


def test_a_panel_is_drawn_with_and_without_a_bad_year():
    choices = [(10, 3), (3, 1)]
    frames = []
    for _ in range(2):
        made, drawn = calibration.draws_of("recommend_work", choices, 6, np.random.default_rng(8))
        assert drawn.shape == (2, 6, len(calibration.SCENARIOS), 3)
        frames.append(calibration.rows("recommend_work", choices, drawn, made.sign))
    frame, again = frames
    assert frame[["partners", "years"]].to_numpy().tolist() == [[10, 3], [3, 1]]
    assert frame["panels"].eq(6).all()
    pd.testing.assert_frame_equal(frame, again)
    assert list(frame.columns) == list(calibration.COLUMNS)


def test_an_outcome_that_hardly_moves_or_too_few_trusts_cannot_be_copied():
    assert not calibration.can("waits_12h")
    assert not calibration.can("winter_long_stays")
    assert calibration.can("closures")


def test_a_simulation_gives_every_choice_of_a_primary_indicator_and_one_of_another():
    frame, curve = calibration.simulated("shmi", scale=0.01)
    assert list(zip(frame["years"], frame["partners"], strict=True)) == sorted(
        (years, partners) for partners, years in calibration.CHOICES
    )
    record = (frame["partners"] == deciding.PARTNERS) & (frame["years"] == deciding.YEARS)
    assert frame.loc[record, calibration.CALIBRATED].notna().all(axis=None)
    assert frame.loc[~record, calibration.CALIBRATED].isna().all(axis=None)
    assert curve["panels"].eq(calibration.DRAWS * 0.01 / 2).all()
    other, none = calibration.simulated("closures", scale=0.02)
    assert len(other) == 1
    assert none.empty


def test_a_worse_year_raises_false_alarms_where_the_bias_is_not_carried():
    row = deciding.calibration("recommend_work").to_dict()
    asked = {"draws": 40}
    carried = calibration.strong(row, rng=np.random.default_rng(11), **asked)
    bare = calibration.strong({**row, "bias": 0.0}, rng=np.random.default_rng(11), **asked)
    none = calibration.strong({**row, "critical": 1e6}, rng=np.random.default_rng(11), **asked)
    assert none == 0 <= carried < bare < 1


# ---- the estimate of record


@pytest.mark.parametrize("name", ["shmi", "recommend_work"])
def test_the_interval_of_record_carries_the_bias_to_one_side(name):
    row, found = deciding.calibration(name), deciding.decided(name)
    plain = deciding.every_period(deciding.compared(name))
    half, bias = row["critical"] * plain.se, row["bias"]
    assert found.value == plain.value
    assert bias < 0  # a bad year pulls both down
    assert found.value - found.lower == pytest.approx(half)
    assert found.upper - found.value == pytest.approx(half - bias)
    again = deciding.on_panel(name, regime.panel(name))
    assert (again.lower, again.upper) == (found.lower, found.upper)


def test_an_indicator_that_could_not_be_copied_has_no_estimate_of_record():
    with pytest.raises(EffectError, match="not calibrated"):
        deciding.decided("winter_long_stays")


def test_settings_of_record_err_in_one_panel_of_twenty_where_they_were_not_calibrated():
    frame = data.load("calibration")
    chosen = frame[(frame["partners"] == deciding.PARTNERS) & (frame["years"] == deciding.YEARS)]
    primary = chosen[chosen["panels"] == calibration.DRAWS]
    assert set(primary["indicator"]) == set(indicators.indicators(primary=True))
    assert primary[["false_none", "false_bad"]].max(axis=None) < 0.05 + 3 * 0.0069  # three Monte Carlo errors
    assert frame.loc[~frame.index.isin(chosen.index), calibration.CALIBRATED].isna().all(axis=None)
