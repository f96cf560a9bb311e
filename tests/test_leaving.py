"""Leaving: stays and returns against outside figures and by hand, leavers' sign, shares kept, and the words."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from analysis.chapters import after_plots, after_words
from analysis.methods.durations import durations
from analysis.methods.effects import results
from analysis.methods.effects.panels import EffectError
from analysis.study import indicators, leaving, regime


@pytest.fixture(scope="module")
def stay():
    return leaving.stays()


@pytest.fixture(scope="module")
def back():
    return leaving.returns()


@pytest.fixture(scope="module")
def panel():
    return regime.panel("recommend_work")


@pytest.fixture(scope="module")
def table():
    return leaving.summary(["shmi", "recommend_work", "day_bed_occupancy", "handover_delays"])


def test_a_first_stay_is_a_trust_and_every_spell_ends_in_one_way(stay):
    spells = regime.spells()
    row = stay.medians.iloc[0]
    assert row["n"] == spells["trust"].nunique()
    assert row["ended"] + row["censored"] == row["n"]
    first = spells[spells["spell"] == 1]
    assert row["censored"] == (first["ended_by"] == "administrative end").sum()
    assert leaving.stays(first=False).medians.iloc[0]["n"] == len(spells)


def test_survival_is_the_product_over_the_spells_by_hand(stay):
    spells = regime.spells()
    first = spells[spells["spell"] == 1]
    ended = first[first["ended_by"] != "administrative end"]["months"]
    share = 1.0
    for time in sorted(ended[ended <= 24].unique()):
        share *= 1 - (ended == time).sum() / (first["months"] >= time).sum()
    rows = stay.survival[stay.survival["time"] <= 24]
    assert rows["survival"].iloc[-1] == pytest.approx(share)
    gone = stay.at(24).set_index("cause")["incidence"]
    assert gone.sum() == pytest.approx(1 - share)


def test_naive_curve_is_never_below_and_numbers_followed_are_counted(stay):
    shares = leaving.shares(stay, "exit")
    assert (shares["naive"] >= shares["incidence"]).all()
    assert (shares["naive"] > shares["incidence"]).any()
    first = regime.spells().query("spell == 1")
    assert shares["at_risk"].tolist() == [(first["months"] >= month).sum() for month in leaving.MOMENTS]
    assert leaving.still_followed(stay, (0.0, 999.0)) == [len(first), 0]


def test_half_gone_is_where_the_incidence_passes_one_half():
    duration, cause = [1.0, 2.0, 3.0, 4.0, 5.0], ["exit", "acquired", "exit", "exit", "exit"]
    found = durations.time_in_regime(pd.DataFrame({"duration": duration, "event": cause}))
    assert leaving.half_gone(found, "exit")[0] == 4.0
    assert np.isnan(leaving.half_gone(found, "acquired")[0])


def test_returns_follow_each_trust_that_left_once(back):
    ends = back.incidence.groupby("cause")["events"].sum()
    spells = regime.spells()
    assert ends["returned"] == (spells["spell"] == 2).sum()
    left = spells[(spells["spell"] == 1) & (spells["ended_by"] == "exit")]
    assert back.medians.iloc[0]["n"] == len(left)
    assert back.medians.iloc[0]["censored"] == len(left) - ends.sum()
    longest = (regime.REGIME_END - left["exited"].min()).days / regime.DAYS_IN_MONTH
    assert back.survival["time"].max() <= longest


def test_medians_of_unfinished_spells_are_longer_than_of_finished_ones():
    rows = leaving.medians().set_index("what")
    every = rows.filter(like="All spells", axis=0).iloc[0]
    finished = rows.filter(like="Only spells", axis=0).iloc[0]
    assert finished["median"] < every["median"]
    assert every["lower"] < every["median"] < every["upper"]
    assert np.isnan(finished["lower"])


def test_published_figures_agree_row_by_row():
    rows = leaving.published().set_index(["claim_id", "part"])
    assert set(rows.index.get_level_values(0)) == set(leaving.CLAIMS)
    assert rows.loc[("X1", "trusts"), "agrees"]
    assert not rows.loc[("X1", "mean"), "agrees"]
    assert rows.loc[("O9", "mean"), "ours"] == pytest.approx(24.4, abs=0.05)
    assert not rows.loc[("X4", "within 24 months"), "agrees"]


def test_leavers_are_read_against_trusts_still_in_from_the_last_period_inside(panel):
    found = leaving.after("recommend_work", panel=panel, draws=0)
    rows = leaving.changes(found).set_index("horizon")
    raw = found.frame.set_index("horizon")
    assert -1 not in rows.index
    assert rows.loc[0, "estimate"] == -raw.loc[0, "estimate"]
    assert rows.loc[-2, "estimate"] == -raw.loc[-1, "estimate"]
    assert rows.loc[1, "lower"] == -raw.loc[1, "upper"]
    assert (rows["thin"] == (rows[["n_trusts", "n_controls"]].min(axis=1) < results.THIN)).all()


def test_limits_are_those_of_trusts_resampled_where_there_are_draws(panel):
    found = leaving.after("recommend_work", panel=panel, draws=199)
    rows, raw = leaving.changes(found).set_index("horizon"), found.frame.set_index("horizon")
    assert rows.loc[2, "lower"] == -raw.loc[2, "upper_bootstrap"]
    assert rows.loc[2, "lower_analytic"] == -raw.loc[2, "upper"]
    # six trusts still in: the analytical interval is the narrower one
    assert rows.loc[2, "upper"] - rows.loc[2, "lower"] > raw.loc[2, "upper"] - raw.loc[2, "lower"]


def test_what_is_planted_at_leaving_is_found_and_only_after(panel):
    before = leaving.changes(leaving.after("recommend_work", panel=panel, draws=0)).set_index("horizon")
    planted = panel.assign(value=panel["value"] + 5 * (panel["since_exit"] >= 0))
    after = leaving.changes(leaving.after("recommend_work", panel=planted, draws=0)).set_index("horizon")
    gap = after["estimate"] - before["estimate"]
    np.testing.assert_allclose(gap[gap.index >= 0], 5)
    np.testing.assert_allclose(gap[gap.index < 0], 0, atol=1e-9)


def test_rows_in_another_order_change_nothing(panel):
    mixed = panel.sample(frac=1, random_state=3)
    one, two = (leaving.changes(leaving.after("recommend_work", panel=p, draws=0)) for p in (panel, mixed))
    np.testing.assert_allclose(one["estimate"], two["estimate"])


def test_sizes_add_up_to_the_leavers_behind_the_estimate(panel):
    sizes = leaving.leavers_by_year(["recommend_work"])
    found = leaving.after("recommend_work", panel=panel, draws=0)
    assert sizes["recommend_work"].sum() == found.overall.n_obs
    assert sizes["all"].sum() == (regime.spells()["ended_by"] == "exit").sum()
    assert (after_words.leavers_for_readers(sizes).iloc[-1] == "All years").sum() == 1


def test_a_gain_planted_inside_and_halved_after_leaving_is_half_kept():
    base = regime.panel("recommend_work")
    rng = np.random.default_rng(1)
    inside = base["since_entry"].ge(0) & ~base["since_exit"].ge(0)
    effect = 20.0 * inside + 10.0 * base["since_exit"].ge(0)
    made = base.assign(value=base["t"] * 0.5 + rng.normal(0, 0.1, len(base)) + effect)
    found = leaving.kept("recommend_work", panel=made)
    assert (found.frame["status"] == "estimable").all()
    np.testing.assert_allclose(found.frame["change"], -10, atol=0.4)
    assert (found.frame["change_upper"] < 0).all()
    text = after_words.kept_sentence("recommend_work", found)
    assert text.count("had changed by −") == 2
    assert "20." in text
    assert after_words.kept_title("recommend_work", found).endswith("the gain was partly lost")


def test_a_change_within_chance_is_neither_a_loss_nor_growth():
    base = regime.panel("recommend_work")
    rng = np.random.default_rng(2)
    made = base.assign(value=rng.normal(50, 5, len(base)))
    found = leaving.kept("recommend_work", panel=made)
    assert (found.frame["change_lower"] < 0).all()
    assert after_words.kept_title("recommend_work", found).endswith("neither clearly lost nor clearly grown")


def test_no_share_where_neither_direction_is_better():
    with pytest.raises(EffectError, match="neither direction is better"):
        leaving.kept("day_bed_occupancy")


def test_trusts_that_came_back_are_marked():
    rows = leaving.kept_by_trust(leaving.kept("shmi")).set_index("name")
    assert rows.loc["United Lincolnshire Hospitals", "returned"]
    assert not rows.loc["Medway", "returned"]
    assert rows["gain"].is_monotonic_increasing


def test_summary_says_the_change_over_the_year_before(table):
    row = table.set_index("indicator").loc["recommend_work"]
    rows = leaving.changes(leaving.after("recommend_work")).set_index("horizon")
    assert row["before_estimate"] == pytest.approx(-rows.loc[-2, "estimate"])
    assert row["before_lower"] == pytest.approx(-rows.loc[-2, "upper"])
    assert row["year_estimate"] == pytest.approx(rows.loc[1, "estimate"])
    found = leaving.kept("recommend_work").frame.iloc[0]
    assert row["status_12"] == found["status"]


def test_table_gives_a_share_or_the_reason(table):
    texts = after_words.summary_for_readers(table).set_index("Indicator")["Change of the gain, 12 months"]
    assert texts.iloc[2] == "not estimable: neither direction is better"
    assert texts.iloc[3].startswith("not estimable: no trust")
    assert re.match(r".?\d.* \(95% interval .*; \d+ trusts", texts.iloc[0])
    assert after_words.reading(table.iloc[3], "year") == "too few trusts to read"


def test_thin_shares_are_not_printed(table):
    row = table.iloc[0].copy()
    row["change_12_n"] = results.THIN - 1
    assert after_words.kept_text(row, 12) == "not estimable: too few trusts to read"


def test_answer_turns_with_the_figures(stay, back):
    limits = {"estimate": 0.0, "lower": -1.0, "upper": 1.0, "n_trusts": 20, "n_controls": 20}
    row = {f"year_{part}": value for part, value in limits.items()}
    status = {"status_12": "only one trust is observed", "direction": "higher is better", "unit": "points"}
    rows = pd.DataFrame(
        [{**row, **status, "indicator": name} for name in indicators.indicators(primary=True)]
    )
    text = after_words.answer(stay, back, rows)
    assert "no primary measure could be told from" in text
    rows.loc[0, ["year_lower", "unit"]] = -0.042, "deaths"
    assert (
        "; gains above 4.2 deaths per hundred expected, 1.0 percentage points (A&E waits) and 1.0 percentage points "
        "(staff's view) are ruled out"
    ) in after_words.answer(stay, back, rows)
    rows.loc[0, ["year_lower", "unit"]] = -1.0, "points"
    assert "Whether gains were kept cannot be said" in after_words.sizes(rows)
    rows.loc[1, ["year_estimate", "year_lower"]] = 0.6, 0.2
    rows.loc[1, "status_12"] = "estimable"
    rows = rows.assign(change_12=-0.5, change_12_lower=-0.8, change_12_upper=-0.3)
    text = after_words.answer(stay, back, rows)
    assert "four hours in A&E better" in text
    assert (
        "changed by −0.5 percentage points (95% interval −0.8 to −0.3) in the share seen within four"
        in after_words.sizes(rows)
    )


def test_sentences_state_numbers_and_interval(stay, back):
    assert re.search(
        r"Of 38 trusts, 33 left .* 1 was taken over and 4 .*95% interval", after_words.stays_sentence(stay)
    )
    assert re.search(r"4 of 33 trusts .*95% interval .* still followed", after_words.returns_sentence(back))
    frame = leaving.changes(leaving.after("shmi", draws=0))
    text = after_words.path_sentence("shmi", frame)
    assert text.count("95% interval") == 3
    assert "lower is better" in text


def test_plots_draw_what_they_are_given(stay, back):
    fig, axes = plt.subplots(2, 2)
    shown, last = axes.flat[0], leaving.kept_by_trust(leaving.kept("shmi"))
    after_plots.plot_survival(stay.survival, ax=shown, label="all")
    after_plots.number_below(
        shown, months=(0, 24), at_risk=leaving.still_followed(stay, (0, 24)), since="entry"
    )
    assert [text.get_text() for text in shown.get_xticklabels()] == ["0\n38", "24\n22"]
    after_plots.plot_incidence(back.incidence, ax=axes.flat[1], causes={"returned": "back"}, naive="naive")
    assert axes.flat[1].lines[0].get_ydata()[-1] == pytest.approx(100 * back.at(60)["incidence"].iloc[0])
    after_plots.plot_kept(last, ax=axes.flat[2], unit="ratio")
    assert (
        sum(text.get_text().endswith("*") for text in axes.flat[2].get_yticklabels())
        == last["returned"].sum()
    )
    plt.close(fig)


def test_an_interval_without_width_is_not_read_as_no_difference():
    limits = {f"year_{part}": 0.0 for part in leaving.LIMITS}
    row = pd.Series({"direction": "lower is better", "year_n_trusts": 17, "year_n_controls": 9, **limits})
    assert after_words.reading(row, "year") == after_words.NO_SPREAD
