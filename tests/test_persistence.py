"""How the comparison that decides does where a bad year fades faster: what is learnt, what is stored, what is said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.chapters import rivals_fading, ruled
from analysis.methods.effects.outcome_process import AUTOCOVARIANCE, VARIOGRAM, Process, draw, learn
from analysis.study import calibration, deciding, indicators, persistence, planted_truth, ruled_out, simulated
from tests.test_simulate import balanced

PRIMARY = indicators.indicators(primary=True)


@pytest.mark.parametrize("planted", [0.5, 0.8])
def test_both_ways_learn_again_what_was_planted_where_series_are_long(planted):
    data_in = balanced(400, 40)
    process = Process(np.zeros((1, 40)), np.ones(40), 0, between=2.0, error=1.5, rho=planted, noise=0.5)
    y, _ = draw(data_in, process, np.random.default_rng(1))
    for way in (VARIOGRAM, AUTOCOVARIANCE):
        found = learn(replace(data_in, y=y), lags=12, by=way)
        assert found.rho == pytest.approx(planted, abs=0.06), way
        assert found.error == pytest.approx(1.5, abs=0.12), way
        assert found.noise == pytest.approx(0.5, abs=0.2), way
        assert found.between == pytest.approx(2.0, abs=0.25), way


def test_another_way_is_refused():
    with pytest.raises(ValueError, match="variogram"):
        learn(balanced(20, 12), lags=3, by="guess")


def test_parts_add_up_to_all_that_there_is():
    made = planted_truth.setting("shmi", rng=np.random.default_rng(0), deals=0, by=AUTOCOVARIANCE)
    other = planted_truth.setting("shmi", rng=np.random.default_rng(0), deals=0)
    totals = [one.process.between**2 + one.process.within**2 for one in (made, other)]
    assert totals[0] == pytest.approx(totals[1])
    assert made.process.rho < other.process.rho


def test_false_alarms_are_counted_by_hand(monkeypatch):
    drawn = iter([(0.0, 0.00), (0.0, -0.05), (0.0, -0.01), (0.0, 0.05)])
    monkeypatch.setattr(
        persistence.calibration, "once", lambda *_: [[[value, 0.01, 30.0] for value in next(drawn)]]
    )
    row = persistence._row("shmi", pd.Series({"bias": 0.0, "critical": 2.0}), AUTOCOVARIANCE, 4)
    assert (row["false_none"], row["false_bad"], row["false_improvement"]) == (0.0, 0.5, 0.25)
    assert row["bias"] == pytest.approx(-0.0025)


def test_stored_rows_rest_on_the_process_of_today_and_a_few_panels_drawn_again_agree():
    for name in PRIMARY:
        rows = persistence.stored(name)
        assert rows.index.tolist() == list(persistence.WAYS)
        for way, row in rows.iterrows():
            made = planted_truth.setting(name, rng=np.random.default_rng(0), deals=0, by=str(way))
            assert row["persistence"] == pytest.approx(made.process.rho, abs=1e-6)
            assert row["passing"] == pytest.approx(made.process.error, abs=1e-5)
            assert row["false_improvement"] <= row["false_bad"]
    few = persistence.rows("shmi", deciding.calibration("shmi"), draws=6)
    again = persistence.rows("shmi", deciding.calibration("shmi"), draws=6)
    pd.testing.assert_frame_equal(few, again)
    assert tuple(few.columns) == persistence.COLUMNS


def test_with_the_way_of_record_false_alarms_are_those_of_the_calibration():
    for name in PRIMARY:
        row, record = persistence.stored(name).loc[VARIOGRAM], deciding.calibration(name)
        error = np.hypot(row["error"], calibration.drawing_error(record["panels"])[0])
        assert abs(row["false_bad"] - record["false_bad"]) < 3 * error, name


def test_faster_fading_alarms_as_improvements_and_turns_no_verdict():
    row = persistence.stored("shmi").loc[AUTOCOVARIANCE]
    assert row["false_bad"] > persistence.stored("shmi").loc[VARIOGRAM, "false_bad"]
    assert row["false_improvement"] > 0.9 * row["false_bad"]
    for name in PRIMARY:
        now, then = ruled_out.of(name), persistence.ruled_out_anew(name)
        assert then.verdict == now.verdict, name
        assert abs(then.improvement - now.improvement) < 0.25 * now.important, name


def test_what_is_said_holds_the_stored_numbers_and_turns_with_them(monkeypatch):
    row = persistence.stored("shmi").loc[AUTOCOVARIANCE]
    said = rivals_fading.sentence(PRIMARY) + rivals_fading.short() + rivals_fading.touched(PRIMARY)
    for number in (
        f"{100 * row['false_bad']:.1f}%",
        f"{100 * row['error']:.1f}%",
        f"{row['persistence']:.2f}",
    ):
        assert number in said
    assert ruled.size("shmi", persistence.ruled_out_anew("shmi").improvement) in said
    assert "No verdict would be another" in said
    assert len(rivals_fading.for_readers(PRIMARY)) == 2 * len(PRIMARY)
    worse = replace(persistence.ruled_out_anew("shmi"), verdict="improved")
    monkeypatch.setattr(rivals_fading.persistence, "ruled_out_anew", lambda name: worse)
    assert "would be another" in rivals_fading.touched(["shmi"])
    assert "No verdict" not in rivals_fading.touched(["shmi"])


def test_simulating_an_indicator_anew_renews_its_rows_alone(monkeypatch):
    stored = {name: data.load(name) for name in ("calibration", "power", "persistence")}
    mine = {name: frame[frame["indicator"] == "shmi"] for name, frame in stored.items()}
    asked = []

    def rows(name, record, *, draws):
        asked.append((name, float(record["critical"]), draws))
        return mine["persistence"].assign(panels=draws)

    monkeypatch.setattr(
        simulated.calibration, "simulated", lambda name, scale: (mine["calibration"], mine["power"])
    )
    monkeypatch.setattr(simulated.persistence, "rows", rows)
    monkeypatch.setattr(simulated.planted_truth, "run", lambda **_: pd.DataFrame())
    said: list[str] = []
    made = simulated.made(["shmi"], scale=0.1, n_jobs=1, say=said.append)
    assert said == ["shmi: simulated (1 of 1)", "Simulated anew: shmi."]
    assert asked == [("shmi", deciding.calibration("shmi")["critical"], persistence.DRAWS // 10)]
    found = made["persistence"]
    assert set(found.loc[found["indicator"] == "shmi", "panels"]) == {persistence.DRAWS // 10}
    others = [
        frame[frame["indicator"] != "shmi"].reset_index(drop=True) for frame in (found, stored["persistence"])
    ]
    pd.testing.assert_frame_equal(*others)
    pd.testing.assert_frame_equal(made["calibration"], stored["calibration"])
