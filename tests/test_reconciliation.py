"""The tables of leaders, money, waiting lists, delays, ambulances and ratings agree with other official counts."""

import numpy as np
import pandas as pd
import pytest

from analysis import data

CARE, AGENCIES = ["acute", "non_acute"], ["nhs", "social_care", "both"]


def test_delays_of_providers_sum_to_england_in_every_month():
    summed = data.load("delayed_transfers").groupby("month")[CARE + AGENCIES].sum()
    england = data.load("delayed_transfers_england").set_index("month")
    assert len(summed) == 20
    pd.testing.assert_frame_equal(summed, england.loc[summed.index], check_dtype=False)


def test_delays_of_authorities_sum_to_england_in_every_month():
    summed = data.load("delayed_transfers_area").groupby("month")[CARE + AGENCIES].sum()
    england = data.load("delayed_transfers_england").set_index("month")
    assert len(summed) == 105
    pd.testing.assert_frame_equal(summed, england.loc[summed.index], check_dtype=False)


@pytest.mark.parametrize(
    "table", ["delayed_transfers", "delayed_transfers_area", "delayed_transfers_england"]
)
def test_delays_by_care_and_by_agency_have_one_total(table):
    frame = data.load(table)
    assert (frame[CARE].sum(axis=1) == frame[AGENCIES].sum(axis=1)).all()


def test_shares_are_the_acute_days_of_twelve_months():
    shares = data.load("delayed_transfers_shares").groupby("org_code")["acute_days"].sum()
    days = data.load("delayed_transfers")
    year = days[days["month"].astype("str").between("2018-04", "2019-03")].groupby("org_code")["acute"].sum()
    pd.testing.assert_series_equal(shares, year[year > 0], check_names=False, check_dtype=False)


def test_managers_of_2017_equal_the_publishers_own_file():
    held = data.load("managers")
    held = held[held["year"] == pd.Period("2017")].set_index("org_code")["managers_fte"]
    official = data.load("managers_2017").set_index("org_code")
    official = official[["managers_fte", "senior_managers_fte"]].sum(axis=1)
    assert len(held) == 231
    assert (held - official.reindex(held.index)).abs().max() < 0.1


def test_waiting_lists_hold_nearly_all_of_england_and_its_share_within_18_weeks():
    held = data.load("waiting_lists").groupby("month")[["waiting", "within_18_weeks"]].sum()
    held = held[held.index <= pd.Period("2019-03")]
    england = data.load("rtt_england_monthly").set_index("month").loc[held.index]
    assert len(held) == 7
    assert (held["waiting"] / england["waiting"]).between(0.94, 0.97).all()
    below = [100 * frame["within_18_weeks"] / frame["waiting"] for frame in (england, held)]
    assert (below[0] - below[1]).between(0.1, 0.45).all()


def test_net_position_moves_with_loans_to_cover_a_deficit():
    money = data.load("trust_finance").set_index(["org_code", "financial_year"])["net_position"]
    loans = data.load("revenue_loans").set_index(["org_code", "financial_year"])
    both = pd.concat([money, loans["drawn_in_year"] - loans["repaid_in_year"]], axis=1, join="inner")
    found = both.groupby(level="financial_year").apply(lambda part: part.corr().iloc[0, 1])
    assert np.round(found, 2).tolist() == [-0.85, -0.91, -0.89]


def test_sector_totals_are_near_the_published_aggregates_until_2016():
    total = data.load("trust_finance").groupby("financial_year")["net_position"].sum() / 1000
    published = {"2013-14": -107, "2014-15": -843, "2015-16": -2447}
    assert (total.loc[list(published)] - pd.Series(published)).abs().max() < 10


def test_respondents_are_those_of_the_survey_and_shares_are_whole_people_before_2016():
    leaders = data.load("leaders_survey")
    both = leaders.merge(data.load("staff_survey"), on=["org_code", "year"])
    assert len(both) > 900
    ratio = both["senior_act_n"] / both["responses"]
    assert abs(ratio.median() - 1) < 0.01
    assert ratio.between(0.9, 1.1).mean() > 0.98
    exact = leaders[leaders["year"].astype("str").isin(["2012", "2013", "2014", "2015", "2018"])]
    people = exact["senior_act"] * exact["senior_act_n"].astype("float64") / 100
    assert ((people - people.round()).abs() <= exact["senior_act_n"] * 0.0000501).all()


@pytest.mark.parametrize("table", ["ambulance_outcomes", "ambulance_response"])
def test_ambulance_services_sum_to_england(table):
    frame = data.load(table).set_index(["month", "org_code"])
    counts = frame.drop(columns=[name for name in frame if name.endswith("_p90")])
    england = counts.xs("ENG", level="org_code")
    summed = counts.drop("ENG", level="org_code").groupby("month").sum(min_count=1)
    if table == "ambulance_response":  # England holds what a service gave for fewer incidents than category 1
        counts, summed = counts.drop(columns="incidents"), summed.drop(columns="incidents")
    assert len(england) == {"ambulance_outcomes": 114, "ambulance_response": 97}[table]
    for name in summed:
        there = england[name].notna()
        assert (summed.loc[there, name] == england.loc[there, name]).all(), name


def test_levels_of_ambulance_care_are_the_published_ones():
    england = data.load("ambulance_outcomes").query("org_code == 'ENG'").set_index("month")
    by_year = england.groupby(england.index.year).sum()
    shares = 100 * by_year["arrests_rosc"] / by_year["arrests"]
    assert (round(shares[2011], 1), round(shares[2019], 1)) == (23.0, 30.9)
    response = data.load("ambulance_response").query("org_code == 'ENG'").set_index("month")
    minutes = response["c1_seconds"] / response["c1_incidents"] / 60
    assert [round(minutes[month], 1) for month in ("2017-10", "2019-03")] == [7.9, 7.0]


def test_bundles_that_were_not_collected_are_missing_and_no_zero():
    frame = data.load("ambulance_outcomes")
    england = frame.query("org_code == 'ENG'").set_index("month")
    assert england["stemi"].isna().sum() == 22
    assert (england["stemi"].dropna() > 0).all()
    assert (england["stroke"].dropna() > 0).all()


def test_ratings_fit_the_spells():
    ratings = data.load("cqc_provider_ratings").query("domain == 'Overall'")
    ratings = ratings.assign(snapshot=ratings["snapshot"].astype("str"))
    ratings = ratings.set_index(["snapshot", "org_code"])["rating"]
    assert ratings["2018-09", "RXH"] == "Inadequate"
    assert ratings["2019-03", "RXH"] == "Good"
    assert ratings["2019-03", "RXW"] == "Inadequate"
    entered = set(data.load("regime_spells")["org_code"])
    assert entered - set(ratings.index.get_level_values("org_code")) == {"RD7", "RJF", "RQQ"}


def test_first_winter_with_delays_has_every_trust_every_week():
    winter = data.load("winter_2014_15")
    assert winter.groupby("org_code").size().tolist() == [18] * 140
