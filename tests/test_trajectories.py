"""Charts cut at regime dates, the published SHMI banding as outside answer, and single-trust series."""

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis.chapters import trajectories_plots, trajectories_words
from analysis.methods.spc import spc
from analysis.study import regime, trajectories

QUARTERS = pd.period_range("2011Q1", periods=32, freq="Q")


def panel(rng, *, jump=0.0, never=9):
    """One trust in for quarters 12 to 23, out from 24, and others that never entered; season common to all."""
    season = 3 * np.sin(np.arange(32) * np.pi / 2)
    rows = []
    for number in range(never + 1):
        trust = "RPA" if number == 0 else f"X{number:02}"
        value = 90 + season + rng.normal(0, 1, 32)
        phase = np.repeat("never", 32).astype(object)
        if number == 0:
            phase[:12], phase[12:24], phase[24:] = "before", "during", "after"
            value[12:] += jump
        rows.append(pd.DataFrame({"trust": trust, "period": QUARTERS, "phase": phase, "value": value}))
    out = pd.concat(rows, ignore_index=True)
    return out.assign(t=out["period"].map(lambda quarter: quarter.ordinal))


@pytest.fixture
def made():
    return panel(np.random.default_rng(5), jump=-6.0)


@pytest.mark.parametrize("release", ["2011-10", "2013-07", "2014-04"])
def test_our_banding_equals_the_published_one_for_every_trust(release):
    _, banded = trajectories.shmi_funnel(release)
    assert len(banded) > 140
    assert (banded["ours"] == banded["published"]).all()


def test_a_release_that_is_not_at_hand_is_refused_with_those_that_are():
    with pytest.raises(trajectories.TrajectoryError, match=r"2015-01.*2014-04"):
        trajectories.shmi_funnel("2015-01")


def test_difference_takes_out_what_is_common(made):
    found = trajectories.difference(made)
    shifted = made.assign(value=made["value"] + made["t"] ** 2 % 7)
    again = trajectories.difference(shifted)
    pd.testing.assert_series_equal(found["value"], again["value"])


def test_comparators_are_a_fixed_set(made):
    gone = made[~((made["trust"] == "X03") & (made["period"] == QUARTERS[5]))]
    assert "X03" not in trajectories.comparators(gone)
    assert len(trajectories.comparators(made)) == 9
    with pytest.raises(trajectories.TrajectoryError, match="none to compare"):
        trajectories.comparators(made[made["trust"] == "RPA"])


def test_limits_start_anew_at_entry_and_exit_and_equal_charts_of_the_phases_alone(made):
    found = trajectories.charts(made, unit="points", improvement="up").frame
    values = trajectories.difference(made)
    for phase in ("before", "during", "after"):
        rows = values[(values["trust"] == "RPA") & (values["phase"] == phase)].set_index("period")["value"]
        alone = spc.xmr(rows, unit="points", improvement="up").frame
        here = found[found["phase"] == phase].set_index("period")
        np.testing.assert_allclose(here[["centre", "lower"]].astype(float), alone[["centre", "lower"]])
        assert here["signal"].tolist() == alone["signal"].tolist()


def test_a_fall_at_entry_shows_in_the_means_and_not_as_signals_of_later_points(made):
    icons = trajectories.icons(trajectories.charts(made, unit="points", improvement="up")).set_index("phase")
    assert icons.loc["during", "centre"] - icons.loc["before", "centre"] == pytest.approx(-6, abs=1.2)
    assert icons.loc["after", "provisional"]
    assert not icons.loc["before", "provisional"]


def test_a_phase_too_short_for_limits_keeps_its_points_without_limits(made):
    made.loc[(made["trust"] == "RPA") & (made["period"] > QUARTERS[25]), "value"] = np.nan
    found = trajectories.charts(made, unit="points", improvement="up")
    icons = trajectories.icons(found).set_index("phase")
    assert icons.loc["after", "variation"] == trajectories.SHORT
    assert icons.loc["after", "points"] == 2
    after = found.frame[found.frame["phase"] == "after"]
    assert after["centre"].isna().all()
    assert after["value"].notna().sum() == 2


def test_order_of_rows_does_not_matter(made):
    found = trajectories.charts(made, unit="points", improvement="up").frame
    mixed = trajectories.charts(made.sample(frac=1, random_state=1), unit="points", improvement="up").frame
    pd.testing.assert_frame_equal(found, mixed)


def test_the_better_direction_turns_with_the_indicator(made):
    up = trajectories.icons(trajectories.charts(made, unit="points", improvement="up"))
    down = trajectories.icons(trajectories.charts(made, unit="points", improvement="down"))
    swap = {"improvement": "concern", "concern": "improvement"}
    assert down["variation"].tolist() == [swap.get(icon, icon) for icon in up["variation"]]


def test_chart_refuses_two_trusts(made):
    with pytest.raises(trajectories.TrajectoryError, match="10 trusts"):
        trajectories.chart(made, unit="points", improvement="up")


def test_memory_finds_a_planted_autocorrelation():
    rng = np.random.default_rng(2)
    made = panel(rng, never=60)
    noise = rng.normal(size=(61, 400))
    for place in range(1, 400):
        noise[:, place] += 0.6 * noise[:, place - 1]
    made["value"] = noise[:, -32:].ravel()
    assert trajectories.memory(made) == pytest.approx(0.55, abs=0.08)


def test_false_signals_grow_with_memory_and_with_series():
    one = pd.DataFrame({"variation": ["common cause"], "points": [20]})
    two = pd.concat([one, one, pd.DataFrame({"variation": [trajectories.SHORT], "points": [2]})])
    first = trajectories.false_signals(one, rng=np.random.default_rng(1))
    assert trajectories.false_signals(two, rng=np.random.default_rng(1)) == pytest.approx(2 * first)
    assert trajectories.false_signals(one, rng=np.random.default_rng(1), autocorrelation=0.7) > 3 * first


def test_example_is_the_longest_first_spell_with_full_data():
    whole = regime.panel("four_hour_waits")
    chosen = trajectories.example_trust(whole)
    assert chosen == "RPA"
    assert whole[whole["trust"] == chosen]["value"].notna().all()
    months = regime.spells().drop_duplicates("trust").set_index("trust")["months"]
    assert months["RNL"] > months[chosen]  # longer still, but the first quarter of its figures is missing
    assert whole[whole["trust"] == "RNL"]["t"].min() > whole["t"].min()
    with pytest.raises(trajectories.TrajectoryError, match="no trust has"):
        trajectories.example_trust(whole[whole["phase"] != "after"])


def test_rolling_mortality_is_refused_not_charted():
    assert "run rules" in trajectories.rolling_refusal()


def test_single_trust_finds_a_planted_fall_and_none_where_none_is():
    rng = np.random.default_rng(8)
    months = pd.period_range("2011-01", "2019-03", freq="M")
    entry, exit_ = pd.Period("2013-07", "M"), pd.Period("2017-03", "M")
    rows = []
    for trust in ("RPA", "RNL", *(f"X{n}" for n in range(15))):
        phase = np.where(months < entry, "before", np.where(months < exit_, "during", "after"))
        value = rng.normal(90, 1, len(months)) - (8 if trust == "RPA" else 0) * (months >= entry)
        phase = phase if trust in ("RPA", "RNL") else "never"
        rows.append(pd.DataFrame({"trust": trust, "period": months, "phase": phase, "value": value}))
    made = pd.concat(rows, ignore_index=True)
    made["t"] = made["period"].map(lambda month: month.ordinal)
    found = trajectories.single_trusts(made).set_index("trust")
    assert found.loc["RPA", "level_entry"] == pytest.approx(-8, abs=1.5)
    assert found.loc["RPA", "level_entry_upper"] < 0
    assert found.loc["RPA", "level_entry_nw_upper"] < 0
    assert abs(found.loc["RNL", "level_entry"]) < 1.5
    assert trajectories_words.clear(found.reset_index(), "level_entry")[1] >= 1
    short = made[(made["trust"] != "RNL") | (made["period"] > entry - 5)]
    again = trajectories.single_trusts(short).set_index("trust")
    assert not again.loc["RNL", "estimable"]
    assert "before entry 4" in again.loc["RNL", "reason"]
    assert np.isnan(again.loc["RNL", "level_entry"])


def test_a_series_runs_to_the_month_before_a_second_entry():
    monthly = trajectories.monthly_waits()
    returned = regime.spells().query("spell == 2").set_index("trust")["entered"]
    assert returned["RCX"] == pd.Timestamp("2018-09-13")  # mid-quarter
    found = trajectories.single_trusts(monthly).set_index("trust").loc["RCX"]
    kept = monthly[(monthly["trust"] == "RCX") & (monthly["period"] < pd.Period("2018-09", "M"))]
    assert found[["before", "during", "after"]].sum() == kept["value"].notna().sum()


def test_monthly_waits_are_the_published_counts():
    monthly = trajectories.monthly_waits()
    assert monthly.duplicated(["trust", "period"]).sum() == 0
    assert monthly["value"].dropna().between(0, 100).all()
    assert monthly["period"].max() == pd.Period("2019-03", "M")


def test_signals_are_drawn_by_shape_and_colour(made):
    found = trajectories.charts(made, unit="points", improvement="up")
    frame = found.frame[found.frame["trust"] == "RPA"].reset_index(drop=True)
    frame.loc[3, ["signal", "direction"]] = ["outside limits", "down"]
    ax = trajectories_plots.plot_chart(frame, ax=plt.subplots()[1], improvement="up")
    down = [line for line in ax.lines if line.get_marker() == "v"]
    assert len(down) == 1
    assert len(down[0].get_xdata()) == (frame["direction"] == "down").sum()
    assert {text.get_text() for text in ax.texts} == {"entry", "exit"}
    plt.close("all")


def test_sentences_carry_the_counts():
    icons = pd.DataFrame({"trust": ["A", "B"], "signals": [3, 4], "variation": "common cause", "points": 9})
    assert trajectories_words.charts_title(icons, 5.2).startswith("7 points are flagged at 2 trusts")
    assert "about 5 " in trajectories_words.charts_title(icons, 5.2)
    single = pd.DataFrame(
        {
            "level_entry": [1.0, -2.0, 0.1, np.nan],
            "level_entry_lower": [0.5, -3.0, -1.0, np.nan],
            "level_entry_upper": [1.5, -1.0, 1.2, np.nan],
        }
    )
    assert trajectories_words.clear(single, "level_entry") == (1, 1, 3)
    assert "above zero for 1 of 3 trusts" in trajectories_words.clear_sentence(single, "level_entry", "Level")


def test_mortality_is_told_and_drawn_in_deaths_per_hundred_expected():
    releases = trajectories.shmi_releases()
    told = trajectories_words.per_hundred(releases)
    assert told["mean"].to_numpy() == pytest.approx(100 * releases["mean"].to_numpy())
    assert told["release"].equals(releases["release"])
    title, said = trajectories_words.releases_title(releases), trajectories_words.releases_sentence(releases)
    first, last = (releases["mean"].iloc[at] for at in (0, -1))
    assert f"{100 * first:.0f} deaths per hundred expected" in title
    assert f"{100 * last:.0f} in " in title
    assert f"{100 * last:.1f} deaths per hundred expected" in said
    assert f"as a ratio {last:.3f}" in said
    found, banded = trajectories.shmi_funnel("2013-07")
    fig, ax = plt.subplots()
    trajectories_plots.plot_funnel(found, ax=ax, marked={})
    drawn = next(line for line in ax.lines if line.get_label() == "never entered")
    assert sorted(drawn.get_ydata()) == pytest.approx(sorted(100 * banded["ratio"]))
    assert ax.get_ylabel() == "Deaths per hundred expected (SHMI), lower is better"
    plt.close(fig)


def test_a_sentence_on_single_trusts_says_how_far_the_intervals_reach():
    found = pd.DataFrame(
        {
            "level_entry": [1.0, 2.0, 3.0],
            "level_entry_lower": [-1.0, -2.0, 1.0],
            "level_entry_upper": [3.0, 6.0, 5.0],
        }
    )
    said = trajectories_words.clear_sentence(found, "level_entry", "Level at entry")
    assert "above zero for 1 of 3 trusts" in said
    assert "Half of the intervals reach out by 2.0 percentage points" in said
