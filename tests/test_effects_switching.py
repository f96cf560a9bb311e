import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from diff_diff import ChaisemartinDHaultfoeuille
from scipy import stats

from analysis.methods.effects import gain_kept, switching
from analysis.methods.effects.panels import EffectError
from analysis.methods.estimate import UNKNOWN

ORACLES = Path(__file__).parent / "oracles" / "staggered_did"
KEYS = {"outcome": "y", "unit": "unit", "time": "period", "treated": "d"}


@pytest.fixture(scope="module")
def reversible():
    return pd.read_csv(ORACLES / "reversible_panel.csv")


@pytest.fixture(scope="module")
def expected():
    return json.loads((ORACLES / "switchers_didm.json").read_text())["expected"]


def one_spell(*, seed=1, effect=2.0, kept=0.5, noise=0.0, trusts=30, periods=30, gaps=0.0, after=None):
    """Additive panel; every second trust enters at t = 8..12 for 6 periods and keeps a share afterwards."""
    rng = np.random.default_rng(seed)
    unit, time = np.repeat(np.arange(trusts), periods), np.tile(np.arange(periods), trusts)
    start = np.where(np.arange(trusts) % 2 == 0, np.nan, 8.0 + np.arange(trusts) % 5)[unit]
    end = start + 6
    inside = (time >= start) & (time < end)
    size = effect * (1 + (unit % 3) / 2)
    later = kept * size if after is None else after
    planted = np.where(inside, size, np.where(time >= end, later, 0.0))
    value = rng.normal(size=trusts)[unit] + rng.normal(size=periods)[time] + planted
    value = value + noise * rng.normal(size=len(unit))
    frame = pd.DataFrame({"trust": unit, "t": time, "entry": start, "exit": end, "in_force": inside})
    frame = frame.assign(value=value, type=unit // 2 % 2)
    return frame[rng.random(len(frame)) >= gaps].reset_index(drop=True)


# DID_M


def test_did_m_equals_the_closed_formula(reversible, expected):
    result = switching.switchers(reversible, **KEYS)
    table = result.by_direction
    assert result.overall.estimate == pytest.approx(expected["did_m"], abs=1e-10)
    assert table.loc["joiners", "estimate"] == pytest.approx(expected["joiners"], abs=1e-10)
    assert table.loc["leavers", "estimate"] == pytest.approx(expected["leavers"], abs=1e-10)
    assert table.loc["joiners", "n_switches"] == expected["n_joiner_cells"]
    assert table.loc["leavers", "n_switches"] == expected["n_leaver_cells"]
    for direction in ("joiners", "leavers"):
        one = switching.switchers(reversible, **KEYS, direction=direction)
        assert one.overall.estimate == pytest.approx(expected[direction], abs=1e-10)
        now = one.per_period[one.per_period["horizon"] == 0].set_index("time")
        wanted = {row["period"]: row[direction] for row in expected["per_period"] if direction in row}
        assert now["n_switches"].to_dict() == {period: cell[0] for period, cell in wanted.items()}
        np.testing.assert_allclose(now["estimate"], [cell[1] for cell in wanted.values()], atol=1e-10)


@pytest.mark.parametrize("leaving", [False, True])
def test_later_horizons_equal_diff_diff(leaving):
    rng = np.random.default_rng(3)
    unit, period = np.repeat(np.arange(40), 10), np.tile(np.arange(1, 11), 40)
    on = period >= rng.integers(3, 15, 40)[unit]
    frame = pd.DataFrame({"unit": unit, "period": period, "d": (on != leaving).astype(int)})
    frame["y"] = rng.normal(size=400) + rng.normal(size=40)[unit]
    with pytest.warns((FutureWarning, UserWarning)):
        peer = ChaisemartinDHaultfoeuille(drop_larger_lower=False).fit(
            frame, outcome="y", unit="unit", time="period", treatment="d", L_max=3
        )
    result = switching.switchers(frame, **KEYS, horizons=2, direction="leavers" if leaving else "joiners")
    found = result.frame.set_index("horizon")
    for step in (1, 2, 3):
        assert found.loc[step - 1, "estimate"] == pytest.approx(peer.event_study_effects[step]["effect"])
        assert found.loc[step - 1, "n_switches"] == peer.event_study_effects[step]["n_obs"]
    assert found.loc[-1, "estimate"] == pytest.approx(peer.placebo_event_study[-1]["effect"])


def test_placebo_by_hand():
    frame = pd.DataFrame(
        {
            "unit": list("AAABBBCCC"),
            "period": [1, 2, 3] * 3,
            "d": [0, 0, 1, 0, 0, 0, 0, 0, 0],
            "y": [1.0, 4, 9, 2, 3, 3, 2, 5, 6],
        }
    )
    rows = switching.switchers(frame, **KEYS).frame.set_index("horizon")
    assert rows.loc[-1, "estimate"] == pytest.approx(-(4 - 1) + (1 + 3) / 2)
    assert rows.loc[0, "estimate"] == pytest.approx((9 - 4) - (0 + 1) / 2)
    assert np.isnan(rows.loc[0, "se"])
    assert rows.loc[0, "thin"]


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_planted_effect_is_found_exactly_without_noise(gaps):
    frame = one_spell(effect=0.0, gaps=gaps)
    frame["value"] += 3.0 * frame["in_force"]
    for direction in ("joiners", "leavers", "both"):
        result = switching.switchers(frame, direction=direction, placebos=2)
        rows = result.frame.set_index("horizon")
        assert rows.loc[0, "estimate"] == pytest.approx(3)
        np.testing.assert_allclose(rows.loc[[-2, -1], "estimate"], 0, atol=1e-9)


def test_nothing_planted_nothing_found():
    assert switching.switchers(one_spell(effect=0.0)).overall.estimate == pytest.approx(0, abs=1e-9)


CHANGES = {
    "row order": (lambda f: f.sample(frac=1, random_state=1), 1),
    "names": (lambda f: f.assign(unit="X" + f["unit"].str[::-1]), 1),
    "time": (lambda f: f.assign(period=f["period"] + 500), 1),
    "constant": (lambda f: f.assign(y=f["y"] - 70), 1),
    "scale": (lambda f: f.assign(y=f["y"] * -2), -2),
    "boolean": (lambda f: f.assign(d=f["d"] == 1), 1),
    "the other state": (lambda f: f.assign(d=1 - f["d"]), -1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_estimates_follow_the_panel(reversible, change):
    alter, factor = CHANGES[change]
    before = switching.switchers(reversible, **KEYS, horizons=2)
    after = switching.switchers(alter(reversible), **KEYS, horizons=2)
    np.testing.assert_allclose(after.frame["estimate"], factor * before.frame["estimate"], atol=1e-9)
    np.testing.assert_allclose(after.frame["se"], abs(factor) * before.frame["se"], atol=1e-9)


def test_groups_are_compared_within_themselves():
    frame = one_spell(noise=0.5)
    moved = frame.assign(value=frame["value"] + np.where(frame["type"] == 1, frame["t"] ** 2, 0))
    same = switching.switchers(frame, group="type").overall
    assert switching.switchers(moved, group="type").overall.estimate == pytest.approx(same.estimate)
    assert switching.switchers(moved).overall.estimate != pytest.approx(
        switching.switchers(frame).overall.estimate
    )
    parts = [switching.switchers(frame[frame["type"] == kind]).overall for kind in (0, 1)]
    pooled = np.average([part.estimate for part in parts], weights=[part.n_obs for part in parts])
    assert same.estimate == pytest.approx(pooled)


def test_missing_rows_leave_out_their_comparisons_only():
    frame = one_spell(noise=0.5)
    cut = frame[~((frame["trust"] == 1) & (frame["t"] == frame["entry"]))]
    whole, part = switching.switchers(frame), switching.switchers(cut)
    assert (
        part.by_direction.loc["joiners", "n_switches"] == whole.by_direction.loc["joiners", "n_switches"] - 1
    )
    assert part.by_direction.loc["leavers", "n_switches"] == whole.by_direction.loc["leavers", "n_switches"]
    blank = frame.assign(value=frame["value"].mask((frame["trust"] == 1) & (frame["t"] == frame["entry"])))
    assert switching.switchers(blank).overall == part.overall


def test_switches_without_a_control_are_counted():
    frame = one_spell()
    alone = frame[frame["in_force"] | (frame["trust"] == 0) | (frame["trust"] == 1)]
    result = switching.switchers(alone, direction="joiners")
    assert result.unmatched == 0
    last = switching.switchers(frame[frame["trust"].isin([0, 1, 3])], direction="both")
    assert last.unmatched == 1


def test_bootstrap_by_unit_is_close_to_the_formula():
    frame = one_spell(noise=1.0, trusts=120)
    result = switching.switchers(frame, horizons=1, draws=400, rng=np.random.default_rng(1))
    np.testing.assert_allclose(result.frame["se_bootstrap"], result.frame["se"], rtol=0.2)
    assert (result.frame["upper_uniform"] > result.frame["upper"]).all()
    again = switching.switchers(frame, horizons=1, draws=400, rng=np.random.default_rng(1))
    pd.testing.assert_frame_equal(result.frame, again.frame)


REFUSED = {
    "twice": (lambda f: pd.concat([f, f.iloc[[0]]]), {}, "repeated rows"),
    "blank state": (lambda f: f.assign(d=f["d"].astype(float).mask(f.index == 4)), {}, "never blank"),
    "dose": (lambda f: f.assign(d=f["d"] * 2), {}, "True or false"),
    "direction": (lambda f: f, {"direction": "up"}, "Allowed"),
    "no switch": (lambda f: f.assign(d=0), {}, "no switch"),
    "no control": (lambda f: f[f["unit"] == f.loc[f["d"].idxmax(), "unit"]], {}, "no switch"),
    "horizon": (lambda f: f, {"horizons": -1}, "whole number"),
    "draws": (lambda f: f, {"draws": 5}, "needs rng"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_faulty_panels_are_refused(reversible, case):
    spoil, options, message = REFUSED[case]
    with pytest.raises(EffectError, match=message):
        switching.switchers(spoil(reversible), **KEYS, **options)


# Gain kept


@pytest.mark.parametrize("share", [0.0, 0.5, 1.2])
@pytest.mark.parametrize("better", ["higher", "lower"])
def test_planted_change_is_found(share, better):
    frame = one_spell(effect=2.0 if better == "higher" else -2.0, kept=share, gaps=0.1)
    result = gain_kept.gain_kept(frame, better=better, horizons=(2, 5), window=3)
    size = 2 * (1 + (result.trusts["unit"] % 3) / 2)
    np.testing.assert_allclose(result.trusts["gain"], size, atol=1e-9)
    np.testing.assert_allclose(result.trusts["kept_5"].dropna(), share * size, atol=1e-9)
    assert result.frame["gain"].tolist() == pytest.approx([size.mean()] * 2)
    np.testing.assert_allclose(result.frame["change"], (share - 1) * size.mean(), atol=1e-9)
    assert (result.frame["status"] == "estimable").all()


def test_change_and_its_error_are_those_of_a_comparison_of_means():
    # one date of entry, no gaps: change of those that left less that of the never-entered, and its robust error
    frame = one_spell(noise=1.0)
    frame = frame.assign(entry=frame["entry"].where(frame["entry"].isna(), 9.0), type=0)
    frame = frame.assign(exit=frame["entry"] + 6, in_force=frame["t"].between(9, 14) & frame["entry"].notna())
    row = gain_kept.gain_kept(frame, better="higher", horizons=(3,), window=2).frame.iloc[0]
    values = frame.pivot(index="trust", columns="t", values="value")
    moved = values[[18, 19]].mean(axis=1) - values[[13, 14]].mean(axis=1)
    left = frame.groupby("trust")["entry"].first().notna()
    assert row["change"] == pytest.approx(moved[left].mean() - moved[~left].mean())
    errors = moved[left].var() / left.sum(), moved[~left].var(ddof=0) / (~left).sum()
    half = stats.t.ppf(0.975, left.sum() - 1) * np.sqrt(sum(errors))
    assert row["change_upper"] - row["change"] == pytest.approx(half)
    assert row["change"] - row["change_lower"] == pytest.approx(half)
    assert row["change"] == pytest.approx(row["kept"] - row["gain"])


def test_interval_of_the_change_holds_the_planted_change():
    held = []
    for seed in range(200):
        frame = one_spell(seed=seed, kept=0.6, noise=1.0, trusts=40, gaps=0.05)
        row = gain_kept.gain_kept(frame, better="higher", horizons=(2,), window=3).frame.iloc[0]
        size = 2 * (1 + (np.arange(1, 40, 2) % 3) / 2)
        held.append(row["change_lower"] < -0.4 * size.mean() < row["change_upper"])
    assert 0.92 <= np.mean(held) <= 0.99


def test_trusts_that_return_are_marked_and_kept():
    frame = one_spell()
    back = (frame["trust"] == 1) & (frame["t"] >= frame["exit"] + 3)
    result = gain_kept.gain_kept(
        frame.assign(in_force=frame["in_force"] | back), better="higher", horizons=(2, 5)
    )
    row = result.trusts.set_index("unit").loc[1]
    assert row["returned"] == row["exit"] + 3
    assert not row["returned_by_2"]
    assert row["returned_by_5"]
    assert result.frame["n_returned"].tolist() == [0, 1]
    assert result.frame["n_trusts"].tolist() == [15, 15]


def test_trusts_not_followed_long_enough_are_left_out_of_that_horizon():
    result = gain_kept.gain_kept(one_spell(periods=20), better="higher", horizons=(1, 3, 6, 15))
    assert result.frame["n_trusts"].tolist() == [15, 9, 0, 0]
    assert result.frame["status"].iloc[2].startswith("no trust is observed")
    assert result.frame.loc[2:, ["change", "change_lower", "change_upper"]].isna().all(axis=None)
    alone = one_spell(trusts=2)
    one = gain_kept.gain_kept(alone, better="higher", horizons=(1,)).frame.iloc[0]
    assert (one["status"], one["n_trusts"]) == ("only one trust is observed", 1)
    assert np.isfinite(one["change"])
    assert np.isnan(one["change_lower"])


@pytest.mark.parametrize(
    ("spoil", "options", "message"),
    [
        (lambda f: f.assign(exit=f["entry"]), {}, "leaves at"),
        (lambda f: f.assign(exit=np.nan), {}, "no unit with a baseline has an exit"),
        (lambda f: f, {"better": None}, "better=None"),
        (lambda f: f, {"window": 0}, "whole number"),
        (lambda f: f.assign(exit=f["exit"].mask(f["t"] == 3, 29)), {}, "'exit' varies"),
    ],
)
def test_faulty_exits_are_refused(spoil, options, message):
    with pytest.raises(EffectError, match=message):
        gain_kept.gain_kept(spoil(one_spell()), **{"better": "higher", **options})


def test_one_switch_has_no_interval_and_no_direction():
    rows = [
        (trust, t, float(t * (trust == "A")), trust == "A" and t > 1) for trust in "ABC" for t in range(4)
    ]
    found = switching.switchers(pd.DataFrame(rows, columns=["trust", "t", "value", "in_force"]))
    assert np.isnan(found.overall.lower)
    assert found.overall.side == UNKNOWN
