"""After the regime: the successor's counts, who stands where, the follow-up to today, a second regime, and what data reach."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.chapters import now_words, today_words
from analysis.data import DataError, load
from analysis.edition import headlines, reach
from analysis.methods.effects.results import THIN
from analysis.study import absent, other_regime, regime, ruled_out, standing, successor, today

# The successor


@pytest.mark.parametrize(("day", "certain", "possible"), [("2024-11-15", 14, 18), ("2024-12-05", 11, 18)])
def test_counts_of_the_successor_are_those_derived_apart_from_the_list(day, certain, possible):
    assert successor.inside(day) == successor.Bounds(certain, possible)


def test_an_exit_that_was_not_found_is_neither_still_in_nor_over(monkeypatch):
    row = load("successor_spells").query("spell_id == 'RX1-S1'").iloc[[0]]
    monkeypatch.setattr(successor.data, "load", lambda name: row)
    assert successor.inside("2021-09-15") == successor.Bounds(1, 1)
    assert successor.inside("2021-09-16") == successor.Bounds(0, 1)
    assert successor.inside("2026-01-01") == successor.Bounds(0, 1)
    assert successor.inside("2021-09-14") == successor.Bounds(0, 0)


def test_eight_spells_cut_short_are_followed_and_seven_are_found():
    cut = successor.cut_short()
    assert len(cut) == 8
    assert cut.loc[~cut["moved"], "trust"].tolist() == ["TAH"]
    assert cut.loc[cut["again"], "trust"].tolist() == ["R1F", "RCX"]
    assert cut.set_index("trust").loc["RXW", "months"] == pytest.approx(55.7, abs=0.05)


def test_returns_are_told_apart_by_what_led_them():
    wide = successor.returns_widely()
    assert wide["special measures"] == successor.Bounds(4, 4)
    back = successor.came_back().set_index("trust")
    assert back["led_by"].to_dict() == {
        "RPA": "finance", "RF4": "finance", "RVV": "not found", "RTX": "quality", "RYD": "quality", "RXR": "finance",
    }  # fmt: skip
    assert wide["quality"] == successor.Bounds(6, 7)
    assert wide["finance"] == successor.Bounds(3, 4)
    assert wide["any"].certain == 4 + len(back)
    assert (back["left"] < back["entered_from"]).all()


# A second regime is data


@pytest.mark.parametrize("name", ["four_hour_waits", "bed_occupancy", "shmi"])
def test_special_measures_through_the_general_way_are_the_panel_of_record(name):
    panel = regime.panel_under(regime.indicator(name), other_regime.spells("special-measures"))
    pd.testing.assert_frame_equal(panel, regime.panel(name, main=False))


def test_entries_of_the_second_regime_follow_their_rules():
    spells = other_regime.spells("successor")
    table = load("successor_spells").set_index("spell_id").loc[spells["spell_id"]]
    assert (table["led_by"] == "quality").all()
    assert (spells["entered"] >= "2022-01-01").all()
    assert not table["from_special_measures"].any()
    middle = (table["entered_to"] - table["entered_from"]).dt.days / 2
    assert (abs((spells["entered"].to_numpy() - table["entered_from"]).dt.days - middle) <= 1).all()
    open_ones = spells[spells["ended_by"] == "administrative end"]
    assert open_ones["exited"].isna().all()
    with pytest.raises(DataError, match="one of"):
        other_regime.spells("another")


def test_trusts_in_the_successor_for_other_reasons_are_no_comparators():
    panel, mine = other_regime.panel("successor", "four_hour_waits"), other_regime.spells("successor")
    others = set(load("successor_spells")["org_code"]) - set(mine["trust"])
    assert not others & set(panel["trust"].str.slice(0, 3))
    assert set(panel.loc[panel["entry"].notna(), "trust"].str.slice(0, 3)) <= set(mine["trust"])


def test_an_estimate_on_too_few_trusts_is_not_read():
    for one in other_regime.tried_all():
        assert one.carried < THIN
        assert one.ruled is None


def test_a_second_regime_with_enough_trusts_is_read(monkeypatch):
    spells = regime.spells()
    monkeypatch.setattr(other_regime, "spells", lambda name: spells)
    monkeypatch.setattr(other_regime, "rules", lambda name: pd.Series({"spells": "regime_spells"}))
    found = other_regime.tried("bed_occupancy")
    assert found.carried >= THIN
    assert found.ruled is not None
    assert found.ruled.important == ruled_out.important("bed_occupancy")


# Where they are now


def test_segment_four_is_counted_among_acute_trusts():
    assert standing.in_segment_four() == {"entered": (9, 27), "others": (27, 102)}


def test_every_trust_that_entered_has_a_row_and_a_merged_one_no_figures():
    found = standing.now().set_index("trust")
    assert len(found) == 38
    gone = found[found["became"].notna()]
    assert set(gone.index) == {"RD7", "RDD", "RJF", "RNL", "RQQ", "RXH"}
    assert gone[["segment", "shmi", "rating", "recommend_work"]].isna().all(axis=None)
    assert found.loc["R1F", "recommend_work"] == pytest.approx(100 * _survey("R1F1"))


def _survey(code):
    table = load("staff_survey_groups")
    return table[(table["org_code"] == code) & (table["year"] == "2024")]["recommend_work"].item()


def test_places_run_from_worst_to_best():
    places = standing.places().set_index("trust")
    shmi = load("shmi_banded").set_index("org_code")["shmi"]
    assert places.loc[shmi.idxmax(), "mortality_place"] == 0
    assert places.loc[shmi.idxmin(), "mortality_place"] == 100
    assert places["staff_place"].between(0, 100).sum() > 200  # every kind of trust, each within its own


# After leaving, to today


def test_the_gap_of_waits_is_the_one_of_the_raw_counts():
    """Recomputed by hand for one trust and quarter: Medway, January to March 2026."""
    table = load("ae_monthly")
    quarter = table[table["month"].between("2026-01", "2026-03")]
    sums = quarter.groupby("org_code")[["attendances", "over_4h"]].sum()
    whole = quarter.groupby("org_code").size() == 3
    share = 100 * (1 - sums["over_4h"] / sums["attendances"].where(sums["attendances"] > 0))[whole].astype(
        float
    )
    panel = regime.panel("four_hour_waits", main=False)
    never = panel[(panel["period"] == "2026Q1") & (panel["phase"] == "never") & panel["value"].notna()]
    peers = share[never["trust"].str.slice(0, 3).unique()].mean()
    gaps = today.followed("four_hour_waits").gaps
    mine = gaps[(gaps["trust"] == "RPA") & (gaps["period"] == "2026Q1")]["gap"].item()
    assert mine == pytest.approx(share["RPA"] - peers, abs=1e-9)


def test_where_trusts_are_now_is_told_of_the_newest_quarter_and_year(monkeypatch):
    """A later quarter of segments and a later year of mortality are shown, with their dates, without a change of code."""
    real = data.load
    segments, shmi = load("oversight_segments"), load("shmi_banded")
    later = {
        "oversight_segments": pd.concat(
            [segments, segments.assign(quarter_end=segments["quarter_end"] + 3, segment=1)]
        ),
        "shmi_banded": pd.concat([shmi, shmi.assign(year=shmi["year"] + 1, banding="as expected")]),
    }
    monkeypatch.setattr(data, "load", lambda name: later.get(name, real(name)))
    found = standing.now()
    assert found["trust"].is_unique
    assert set(found["segment"].dropna()) == {1}
    assert "higher than expected" not in set(found["banding"])
    assert standing.when()["segment"] == pd.Period(segments["quarter_end"].max() + 3)
    assert {"Segment, March 2026", "Mortality, 2026"} <= set(now_words.for_readers(found).columns)
    assert standing.in_segment_four()["others"][0] == 0


def test_trusts_are_followed_only_after_leaving_and_by_era():
    found = today.followed("four_hour_waits")
    left = regime.spells().query("ended_by == 'exit'").groupby("trust")["exited"].min()
    after = found.gaps["period"].dt.end_time >= found.gaps["trust"].map(left)
    assert after.all()
    assert not set(found.gaps["trust"]) & {"RXW", "RCX@2021-07"}
    assert found.gaps["era"].notna().all()
    assert found.newest == pd.Period("2026Q1")
    assert "since April 2025" in found.eras["era"].tolist()
    months = found.gaps["period"].dt.asfreq("M", how="end").astype(str)
    assert not months.between("2024-04", "2025-03").any()  # not at hand, and not filled


def test_the_newest_era_is_named_by_its_first_month_at_hand(monkeypatch):
    """Twelve months that are dropped in are read and told without a line of code changed."""
    real, held = data.load, load("ae_monthly")
    gap = held["month"].astype(str).between("2024-04", "2025-03")
    assert not gap.any()
    earlier = held[held["month"].astype(str).between("2023-04", "2024-03")]
    filled = pd.concat([held, earlier.assign(month=earlier["month"] + 12)], ignore_index=True)
    assert absent.told("ae_monthly") == "April 2024 to March 2025"
    monkeypatch.setattr(data, "load", lambda name: filled if name == "ae_monthly" else real(name))
    assert absent.told("ae_monthly") == ""
    assert today_words.missing() == ""
    found = today.followed.__wrapped__("four_hour_waits")
    assert found.eras["era"].tolist()[-1] == "since April 2024"
    months = found.gaps["period"].dt.asfreq("M", how="end").astype(str)
    assert months.between("2024-04", "2025-03").any()


@pytest.mark.parametrize("name", today.NAMES)
def test_an_era_after_covid_is_named_by_its_first_and_last_month_at_hand(name):
    gaps = today.followed(name).gaps
    for era, quarters in gaps[gaps["era"].str.contains(" to ")].groupby("era")["period"]:
        first, last = (pd.Period(end, freq="M") for end in era.split(" to "))
        assert (quarters.min(), quarters.max()) == (first.asfreq("Q"), last.asfreq("Q"))
        assert last == quarters.max().asfreq("M", how="end")


def test_patients_who_could_leave_are_a_share_of_occupied_beds():
    """Recomputed by hand for one trust and quarter, and there is no change from inside to tell."""
    patients, beds = load("criteria_to_reside"), load("beds_daily_returns")
    sums = [
        table[(table["org_code"] == "RPA") & table["month"].between("2025-04", "2025-06")][name].mean()
        for table, name in ((patients, "patients"), (beds, "ga_occupied"))
    ]
    panel = today._with_gaps(today.about("could_leave"))
    mine = panel[(panel["trust"] == "RPA") & (panel["period"] == "2025Q2")]["value"].item()
    assert mine == pytest.approx(100 * sums[0] / sums[1])
    found = today.followed("could_leave")
    assert found.change.n == 0
    assert found.ruled is None
    assert today.tables("could_leave") == ("criteria_to_reside", "beds_daily_returns")
    assert "none from inside" in today_words.changed(found)


def test_intervals_are_students_over_trusts():
    found = today.followed("bed_occupancy")
    era = found.eras.iloc[0]
    values = found.trusts[era["era"]].dropna()
    half = 2.0555 * values.std() / len(values) ** 0.5  # t, 26 degrees
    assert len(values) == 27
    assert era["upper"] - era["estimate"] == pytest.approx(half, rel=1e-3)


def test_two_ambulance_services_rule_out_nothing():
    found = today.followed("ambulance_response")
    assert found.change.n < THIN
    assert found.ruled is None
    with pytest.raises(KeyError, match="Allowed"):
        today.followed("waits")


# What new data reach


ROW = headlines.Headline(
    "k", "K", 1.0, np.nan, np.nan, "count", 1, "trusts", "neither", np.nan, "", "p", sources=("ae_monthly",)
)


def periods(table, *when):
    return pd.DataFrame({"table": [table] * len(when), "period": list(when)})


def test_a_window_that_is_open_is_reached_and_a_closed_one_by_its_own_periods_alone(tmp_path):
    closed, opened = replace(ROW, key="closed", until="2019-03"), replace(ROW, key="open", until="")
    found = reach.reach(periods("ae_monthly", "2024-05"), [closed, opened], book=tmp_path)
    assert [row.key for row in found.moves] == ["open"]
    assert [row.key for row in found.beyond] == ["closed"]
    assert [
        row.key for row in reach.reach(periods("ae_monthly", "2018-02"), [closed], book=tmp_path).moves
    ] == ["closed"]
    yearly = replace(ROW, key="yearly", until="2019")
    assert reach.reach(periods("ae_monthly", "2019-11"), [yearly], book=tmp_path).moves == (yearly,)
    assert reach.reach(periods("ae_monthly", "2020-01"), [yearly], book=tmp_path).moves == ()
    assert reach.reach(periods("beds_overnight", "2018-03"), [closed], book=tmp_path).moves == ()


def test_chapters_that_load_a_table_are_named(tmp_path):
    (tmp_path / "metrics").mkdir()
    for name, tables in (("metrics/entry", ["ae_monthly"]), ("costs", ["cost_items"])):
        text = '{"metadata": {"inputs": {"tables": ' + str(tables).replace("'", '"') + '}}, "cells": []}'
        (tmp_path / f"{name}.ipynb").write_text(text)
    found = reach.reach(periods("ae_monthly", "2024-05"), [], book=tmp_path)
    assert found.chapters == ("metrics/entry",)
    assert "Chapters that the new data reach (1): metrics/entry." in found.lines()
    assert reach.reach(periods("ae_monthly").iloc[:0], [], book=tmp_path).lines() == [
        "No chapter and no headline number is reached."
    ]


def test_headline_numbers_that_can_move_are_those_with_an_open_window():
    rows = headlines.headlines(["since"])
    assert set(reach.movable(rows)) == {row.key for row in rows}
    assert all(set(row.sources) <= set(data.tables()) for row in rows)
    assert reach.movable(headlines.headlines(["stays"])) == {}


def test_the_first_picture_and_the_answer_tell_what_the_measures_tell():
    found = {
        name: today.followed(name)
        for name in ("four_hour_waits", "bed_occupancy", "recommend_work", "ambulance_response")
    }
    rows = today_words.newest(found).set_index("name")
    assert "ambulance_response" not in rows.index  # two services make no mean
    for name, one in found.items():
        if name in rows.index:
            era = one.eras.iloc[-1]
            sign = -1 if one.about.better == "lower" else 1
            assert rows.loc[name, "estimate"] == pytest.approx(sign * era["estimate"])
            assert rows.loc[name, "where"].startswith("stood") == (era["lower"] > 0 or era["upper"] < 0)
    said = today_words.answer(found)
    unclear = int((~rows["where"].str.startswith("stood")).sum())
    assert f"By {unclear} of {len(rows)} measures" in said
    assert f"By {unclear} of {len(rows)} measures" in today_words.overview(found, name="all").title
    better = rows.index[rows["where"].str.startswith("stood better")]
    assert all(found[name].about.phrase in said.split(" and worse by ")[0] for name in better)
