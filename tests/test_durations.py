"""Time in the regime: R's figures for the leukaemia data, hand calculations, competing ends, refusals."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from analysis.methods.durations.durations import returns, time_in_regime
from analysis.methods.durations.survival import (
    DurationError,
    aalen_johansen,
    kaplan_meier,
    log_rank,
    median,
)

ORACLE = json.loads((Path(__file__).parent / "oracles" / "survival" / "freireich.json").read_text())
EXPECTED, ATOL = ORACLE["expected"], ORACLE["tolerance"]
DATA = pd.DataFrame(EXPECTED["data"])

SPELLS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 2)),
    min_size=1,
    max_size=25,
)


@pytest.fixture
def spells():
    return pd.DataFrame(
        {
            "duration": [3.0, 5.0, 5.0, 8.0, 10.0, 12.0],
            "event": ["exit", "acquired", "exit", "administrative end", "exit", "administrative end"],
        }
    )


def cumulative(weights, times, causes, cause):
    """Aalen-Johansen by its definition, one weight a row."""
    alive, gone, out = 1.0, 0.0, []
    for now in np.unique(times):
        at_risk = weights[times >= now].sum()
        gone += alive * weights[(times == now) & (causes == cause)].sum() / at_risk
        alive *= 1 - weights[(times == now) & (causes > 0)].sum() / at_risk
        out.append(gone)
    return np.array(out)


@pytest.mark.parametrize(("group", "key"), [("6-MP", "km_6MP"), ("Placebo", "km_placebo")])
@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("time", "time"),
        ("at_risk", "n_risk"),
        ("events", "n_event"),
        ("survival", "survival"),
        ("se", "std_err_greenwood"),
        ("lower", "lower"),
        ("upper", "upper"),
    ],
)
def test_curve_matches_r(group, key, column, name):
    mine = DATA[DATA["group"] == group]
    curve = kaplan_meier(mine["time"], mine["status"])
    np.testing.assert_allclose(curve[column], np.array(EXPECTED[key][name], float), atol=ATOL)


def test_medians_and_log_rank_match_r():
    frame = DATA.rename(columns={"time": "duration", "status": "event"})
    result = time_in_regime(frame, group="group", unit="weeks")
    assert result.medians.set_index("group")["median"].to_dict() == {"6-MP": 23, "Placebo": 8}
    assert result.comparison.statistic == pytest.approx(EXPECTED["logrank_chisq"], abs=ATOL)
    assert result.comparison.df == 1


def test_cumulative_incidence_by_hand(spells):
    result = time_in_regime(spells)
    by_exit = result.incidence.query("cause == 'exit'").set_index("time")
    # at 3: 1/6; at 5: 1/6 + 5/6 x 1/5 = 1/3; at 10: 1/3 + 1/2 x 1/2 = 7/12
    assert by_exit["incidence"].to_dict() == pytest.approx(
        {3: 1 / 6, 5: 1 / 3, 8: 1 / 3, 10: 7 / 12, 12: 7 / 12}
    )
    # naive: 1 - 5/6 x 4/5 x 1/2
    assert by_exit["naive"].loc[12] == pytest.approx(2 / 3)
    assert result.survival.set_index("time")["survival"].loc[10] == pytest.approx(0.25)


@settings(max_examples=60, deadline=None)
@given(SPELLS)
def test_incidences_add_up_to_those_gone_and_naive_overstates(rows):
    times, causes = np.array(rows).T
    curves = aalen_johansen(times, causes, causes=(1, 2))
    gone = curves.groupby("time")["incidence"].sum().to_numpy()
    np.testing.assert_allclose(gone, 1 - kaplan_meier(times, causes > 0)["survival"], atol=1e-12)
    assert (curves["naive"] >= curves["incidence"] - 1e-12).all()


@settings(max_examples=20, deadline=None)
@given(SPELLS)
def test_incidence_error_is_the_infinitesimal_jackknife(rows):
    times, causes = np.array(rows).T
    ones, step = np.ones(len(times)), 1e-5
    nudges = np.eye(len(times)) * step
    influence = [
        (cumulative(ones + nudge, times, causes, 1) - cumulative(ones - nudge, times, causes, 1)) / (2 * step)
        for nudge in nudges
    ]
    expected = np.sqrt((np.array(influence) ** 2).sum(axis=0))
    np.testing.assert_allclose(aalen_johansen(times, causes, causes=(1,))["se"], expected, atol=1e-6)


def test_one_cause_is_one_minus_kaplan_meier_with_greenwood_error():
    mine = DATA[DATA["group"] == "6-MP"]
    curve = kaplan_meier(mine["time"], mine["status"])
    share = aalen_johansen(mine["time"], mine["status"])
    np.testing.assert_allclose(share["incidence"], 1 - curve["survival"])
    np.testing.assert_allclose(share["naive"], share["incidence"])
    np.testing.assert_allclose(share["se"], curve["se"])


def test_median_in_the_middle_of_a_flat_half():
    assert median(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1]))[0] == 2.5  # as R's survfit
    assert median(kaplan_meier([1, 2, 3], [1, 1, 1]))[0] == 2
    assert median(kaplan_meier([1, 2, 3, 9], [1, 1, 0, 0]))[0] == 5.5


def test_all_censored_has_no_median_and_no_ends():
    frame = pd.DataFrame({"duration": [2, 4], "event": ["censored", "administrative end"]})
    result = time_in_regime(frame)
    assert (result.survival["survival"] == 1).all()
    assert (result.incidence["incidence"] == 0).all()
    assert np.isnan(result.medians["median"].iloc[0])


def test_end_on_the_first_day_counts():
    curve = kaplan_meier([0, 0, 3], [1, 0, 1])
    np.testing.assert_allclose(curve["survival"], [2 / 3, 0])


def test_open_spell_at_the_time_of_an_end_is_still_at_risk():
    curve = kaplan_meier([5, 5], [1, 0])
    assert curve["at_risk"].tolist() == [2]
    assert curve["survival"].tolist() == [0.5]


def test_late_entry_counts_only_from_then_on():
    curve = kaplan_meier([2, 4, 6], [1, 1, 1], entry=[0, 2, 0])
    assert curve["at_risk"].tolist() == [2, 2, 1]
    np.testing.assert_allclose(curve["survival"], [0.5, 0.25, 0])
    late = kaplan_meier([2, 4, 6], [1, 1, 1], entry=[0, 1, 0])
    assert late["at_risk"].tolist() == [3, 2, 1]


def test_log_rank_of_identical_groups_is_zero():
    result = log_rank([1, 2, 3] * 2, [1, 0, 1] * 2, list("aaabbb"))
    assert result.statistic == pytest.approx(0)
    assert result.p == pytest.approx(1)


def test_log_rank_of_three_groups_has_two_degrees_and_ignores_labels_and_order():
    times, ended = np.arange(1, 13), np.tile([1, 1, 0], 4)
    group = np.repeat(["a", "b", "c"], 4)
    first = log_rank(times, ended, group)
    order = np.random.default_rng(2).permutation(12)
    second = log_rank(times[order], ended[order], pd.Series(group).map({"a": "z", "b": "y", "c": "x"})[order])
    assert first.df == 2
    assert second.statistic == pytest.approx(first.statistic)


def test_log_rank_leaves_out_a_group_that_was_never_there_when_one_ended():
    times, ended, group = [1, 2, 3, 4, 5, 6], [0, 1, 1, 1, 1, 0], list("cababa")
    with_it, without = log_rank(times, ended, group), log_rank(times[1:], ended[1:], group[1:])
    assert (with_it.statistic, with_it.df) == pytest.approx((without.statistic, without.df))
    with pytest.raises(DurationError, match="nothing can be compared"):
        log_rank([1, 2, 3], [0, 1, 1], list("abb"))
    with pytest.raises(DurationError, match="never at risk together"):
        log_rank([1, 2, 2, 5, 6, 6], [1, 0, 0, 1, 0, 0], list("aabcdc"), entry=[0, 0, 0, 4, 4, 4])


@settings(max_examples=40, deadline=None)
@given(SPELLS)
def test_curves_and_their_errors_are_those_of_statsmodels(rows):
    times, causes = np.array(rows, dtype=float).T
    if not (causes > 0).any():
        return
    peer = SurvfuncRight(times, (causes > 0).astype(int))
    mine = kaplan_meier(times, causes > 0).set_index("time").loc[peer.surv_times]
    np.testing.assert_allclose(mine["survival"], peer.surv_prob, atol=1e-12)
    alive = mine["survival"].to_numpy() > 0
    np.testing.assert_allclose(mine["se"][alive], peer.surv_prob_se[alive], atol=1e-12)
    if set(causes) >= {1, 2}:
        gone = CumIncidenceRight(times, causes.astype(int))
        curves = aalen_johansen(times, causes).set_index("time")
        for number, share, se in zip((1, 2), gone.cinc, gone.cinc_se, strict=True):
            own = curves[curves["cause"] == number].loc[gone.times]
            np.testing.assert_allclose(own["incidence"], share, atol=1e-12)
            known = np.isfinite(se)  # theirs has none where nobody is left
            np.testing.assert_allclose(own["se"][known], se[known], atol=1e-12)


def test_order_of_rows_and_unit_of_time_do_not_matter(spells):
    mixed = time_in_regime(spells.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(mixed.incidence, time_in_regime(spells).incidence)
    doubled = time_in_regime(spells.assign(duration=spells["duration"] * 2))
    assert doubled.medians["median"].iloc[0] == 2 * mixed.medians["median"].iloc[0]


def test_the_callers_frame_is_unchanged(spells):
    before = spells.copy()
    time_in_regime(spells)
    pd.testing.assert_frame_equal(spells, before)


def test_share_at_a_moment_is_the_last_step_and_unknown_past_the_data(spells):
    result = time_in_regime(spells)
    at = result.at(9).set_index("cause")
    assert at.loc["exit", "incidence"] == pytest.approx(1 / 3)
    assert at.loc["acquired", "incidence"] == pytest.approx(1 / 6)
    assert result.at(1)["incidence"].tolist() == [0, 0]
    assert result.at(24)["incidence"].isna().all()


def test_codes_and_words_agree(spells):
    codes = spells.assign(event=spells["event"].map({"exit": 1, "acquired": 2, "administrative end": 0}))
    by_code = time_in_regime(codes).incidence.drop(columns="cause")
    pd.testing.assert_frame_equal(by_code, time_in_regime(spells).incidence.drop(columns="cause"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"duration": [1, 2, -1, 4, 5, 6]}, "duration -1.0 in row 3"),
        ({"duration": [1, 2, np.nan, 4, 5, 6]}, "duration nan in row 3"),
        ({"duration": list("abcdef")}, "numbers"),
        ({"event": ["exit"] * 5 + ["merged"]}, "'merged' in row 6"),
        ({"event": ["exit"] * 5 + [None]}, "missing in row 6"),
        ({"event": [1, 0, 1.5, 0, 1, 1]}, "1.5 in row 3"),
        ({"event": [1, 0, -1, 0, 1, 1]}, "-1.0 in row 3"),
        ({"late": [1, 9, 1, 1, 1, 1]}, "entry 9.0 in row 2"),
        ({"kind": ["a", "b", None, "a", "b", "a"]}, "'kind' is missing in row 3"),
    ],
)
def test_refusals_name_row_and_what_is_allowed(spells, change, words):
    options = {"entry": "late"} if "late" in change else {"group": "kind"} if "kind" in change else {}
    with pytest.raises(DurationError, match=words):
        time_in_regime(spells.assign(**change), **options)


def test_other_refusals(spells):
    with pytest.raises(DurationError, match="not there"):
        time_in_regime(spells, duration="days")
    with pytest.raises(DurationError, match="at least one row"):
        time_in_regime(spells.iloc[:0])
    with pytest.raises(DurationError, match="both an end and censored"):
        time_in_regime(spells, ends=("exit", "acquired"), censored=("acquired", "administrative end"))
    with pytest.raises(DurationError, match="one group"):
        log_rank([1, 2], [1, 1], ["a", "a"])


def test_groups_with_nothing_to_compare_have_no_test(spells):
    frame = spells.assign(event="administrative end", kind=list("aabbab"))
    assert time_in_regime(frame, group="kind").comparison is None


@pytest.fixture
def history():
    day = pd.Timestamp
    return pd.DataFrame(
        [
            ("A", "2014-01-01", "2015-01-01", "exit"),
            ("A", "2016-01-01", "2017-01-01", "exit"),
            ("B", "2014-01-01", "2018-01-01", "exit"),
            ("C", "2014-01-01", "2019-01-01", "exit"),
            ("D", "2014-01-01", None, "acquired"),
        ],
        columns=["trust", "entered", "exited", "ended_by"],
    ).assign(entered=lambda f: f["entered"].map(day), exited=lambda f: pd.to_datetime(f["exited"]))


def test_return_is_counted_from_the_first_exit(history):
    result = returns(history, until="2021-01-01", lost=pd.Series({"C": pd.Timestamp("2020-01-01")}))
    row = result.medians.iloc[0]
    assert (row["n"], row["ended"], row["censored"]) == (3, 2, 1)
    at = result.at(24).set_index("cause")["incidence"]
    assert at["returned"] == pytest.approx(1 / 3)
    assert at["dissolved"] == pytest.approx(1 / 3)
    assert result.survival["time"].iloc[0] == pytest.approx(12, abs=0.02)


def test_return_after_the_end_of_observation_is_not_known_yet(history):
    result = returns(history.iloc[:2], until="2015-06-01")
    assert result.medians["ended"].iloc[0] == 0


def test_returns_refuse_impossible_histories(history):
    with pytest.raises(DurationError, match="trust B"):
        returns(history, until="2017-06-01")
    with pytest.raises(DurationError, match="trust C"):
        returns(history, until="2021-01-01", lost=pd.Series({"C": pd.Timestamp("2016-01-01")}))
    with pytest.raises(DurationError, match="no first spell"):
        returns(history[history["trust"] == "D"], until="2021-01-01")


@pytest.mark.parametrize("ended", [[2, 0], [0.7, 1], [np.nan, True], ["exit", "exit"]])
def test_an_event_that_is_neither_true_nor_false_is_refused(ended):
    for curve in (kaplan_meier, lambda *row: log_rank(*row, ["a", "b"])):
        with pytest.raises(DurationError, match=r"^end"):
            curve([1.0, 2.0], ended)


def test_durations_in_words_are_refused():
    with pytest.raises(DurationError, match=r"duration: .*Allowed: numbers"):
        kaplan_meier(["short", "long"], [True, False])


@pytest.mark.parametrize("level", [95, 1.0, 0, np.nan])
def test_a_level_outside_0_to_1_is_refused(spells, level):
    with pytest.raises(DurationError, match="level"):
        time_in_regime(spells, level=level)


def test_durations_that_differ_by_the_rounding_of_a_sum_are_tied():
    apart, one = [0.1 + 0.2, 1, 2, 0.3, 1.5, 2.5], [0.3, 1, 2, 0.3, 1.5, 2.5]
    ended, group = [1, 1, 1, 1, 0, 1], list("aaabbb")
    pd.testing.assert_frame_equal(kaplan_meier(apart, ended), kaplan_meier(one, ended))
    pd.testing.assert_frame_equal(aalen_johansen(apart, ended), aalen_johansen(one, ended))
    assert log_rank(apart, ended, group) == log_rank(one, ended, group)
    frames = [pd.DataFrame({"duration": each, "event": ended}) for each in (apart, one)]
    curves = [time_in_regime(frame).survival for frame in frames]
    pd.testing.assert_frame_equal(*curves)
    assert len(kaplan_meier([0.3, 0.3001, 2], [1, 1, 1])) == 3
    with pytest.raises(DurationError, match="below the duration"):
        kaplan_meier([0.1 + 0.2, 1], [1, 1], entry=[0.3, 0])
