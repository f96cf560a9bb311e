"""Leadership, money and delays: the steps, the area around a trust, and what the chapter says of them."""

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.chapters import steps as page, steps_drawn
from analysis.methods.estimate import Estimate
from analysis.study import delays, published, regime, steps
from analysis.study.indicators import indicator

SIXTEEN = [
    "R1F",
    "R1H",
    "RBK",
    "REF",
    "RF4",
    "RJL",
    "RLQ",
    "RM1",
    "RMP",
    "RNL",
    "RPA",
    "RWD",
    "RWP",
    "RXC",
    "RXH",
    "RXW",
]


def test_sixteen_trusts_hold_most_of_their_authority():
    assert delays.dominant() == SIXTEEN
    shares = delays.main_shares()
    assert {code: round(shares[code], 2) for code in ("R1F", "RF4", "RWD", "RXW")} == {
        "R1F": 0.99, "RF4": 0.94, "RWD": 0.68, "RXW": 0.62,
    }  # fmt: skip
    assert (shares.loc[["RJF", "RQW", "RXR", "RCX"]] < 0.3).all()  # of these the authority says little


def test_area_days_are_shares_times_the_authoritys_days():
    area = data.load("delayed_transfers_area")
    held = data.load("delayed_transfers_shares")
    month = pd.Period("2014-12")
    mine, whole = held[held["org_code"] == "RPA"], held.groupby("la_code")["acute_days"].sum()
    days = area[area["month"] == month].set_index("la_code")["acute"]
    expected = sum(
        row.acute_days / whole[row.la_code] * float(days.get(row.la_code, 0)) for row in mine.itertuples()
    )
    assert delays.area_days().loc[month, "RPA"] == pytest.approx(expected / 31)


def test_in_the_year_of_the_weights_the_area_is_the_trust():
    """Over the twelve months of the weights shares times the authority's days give back the trust's own days."""
    days = delays.area_days().loc["2018-04":"2019-03"]
    total = days.mul(days.index.days_in_month, axis=0).sum()
    own = data.load("delayed_transfers_shares").groupby("org_code")["acute_days"].sum()
    area = data.load("delayed_transfers_area")
    area = area[area["month"].astype("str").between("2018-04", "2019-03")].groupby("la_code")["acute"].sum()
    provided = data.load("delayed_transfers_shares").groupby("la_code")["acute_days"].sum()
    equal = area.reindex(provided.index)[lambda found: found == provided.reindex(found.index)].index
    only = (
        data.load("delayed_transfers_shares")
        .groupby("org_code")["la_code"]
        .agg(lambda codes: set(codes) <= set(equal))
    )
    assert only.sum() > 50
    codes = only.index[only]
    np.testing.assert_allclose(total[codes].astype(float), own[codes].astype(float), rtol=0.03)


def test_validity_of_the_area_is_that_measured_before():
    found = delays.validity()
    assert round(found.within, 2) == 0.75
    assert (round(found.low, 2), round(found.high, 2)) == (0.91, 1.09)
    assert round(found.winter, 2) == 0.82
    assert set(found.below_half) == {"R1F", "RBK", "RJF", "RLQ", "RLT", "RQW", "RVV", "RXR", "RXW"}


def test_a_change_of_an_area_is_found_by_the_estimate(monkeypatch):
    panel = delays.area_panel()
    before = delays.area_effect().overall.value
    moved = panel.assign(value=panel["value"] - 20 * (panel["t"] >= panel["entry"]))
    monkeypatch.setattr(delays, "area_panel", lambda: moved)
    assert delays.area_effect().overall.value == pytest.approx(before - 20)


def test_provider_delays_are_read_around_entries_and_exits_with_a_quarter_on_each_side():
    found = delays.providers().set_index("trust")
    assert set(found.index[found["event"] == "entered"]) == {"RCX", "RXW"}
    assert found["date"].between("2018-07-01", "2019-09-30").all()
    panel = regime.panel("delayed_days").query("trust == 'RXW'").set_index("period")["value"]
    entered = pd.Period("2018Q4")
    assert found.loc["RXW", "before"] == pytest.approx(panel[panel.index < entered].mean())
    assert found.loc["RXW", "after"] == pytest.approx(panel[panel.index >= entered].mean())
    np.testing.assert_allclose(found["beside"], found["change"] - found["others"])


def test_delays_are_days_of_delay_out_of_occupied_bed_days():
    cells = published.figures(indicator("delayed_days")).query("code == 'RPA'").set_index("period")
    beds = (
        data.load("beds_overnight")
        .query("org_code == 'RPA'")
        .set_index("quarter_end")["general_acute_occupied"]
    )
    assert cells.loc["2018-07", "denominator"] == pytest.approx(31 * beds[pd.Period("2018-09")])
    own = data.load("delayed_transfers").query("org_code == 'RPA'").set_index("month")["acute"]
    assert cells.loc["2018-07", "numerator"] == own[pd.Period("2018-07")]


def test_only_the_list_of_31_march_is_read():
    held = data.load("waiting_lists").query("org_code == 'RPA'").set_index("month")
    cells = published.figures(indicator("within_18_weeks")).query("code == 'RPA'").set_index("period")
    marches = [month for month in held.index if month.month == 3]
    assert cells.index.year.tolist() == [month.year for month in marches]
    assert cells["numerator"].tolist() == held.loc[marches, "within_18_weeks"].tolist()
    assert regime.panel("within_18_weeks")["period"].dt.year.min() == 2013


def test_steps_are_of_the_theory():
    links, elements = data.load("theory_links").set_index("id"), set(data.load("theory_elements")["id"])
    for step in steps.STEPS:
        assert step.element in elements
        for arrow in step.arrows:
            assert step.element in set(links.loc[arrow, ["from", "to"]]), (step.indicator, arrow)


def test_changes_that_move_together_are_found_and_others_are_not(monkeypatch):
    rng = np.random.default_rng(5)
    years = pd.period_range("2012", "2018", freq="Y")
    moves = rng.normal(size=(40, len(years))).cumsum(axis=1)

    def panel(name):
        value = (
            moves
            if name == "senior_act"
            else -moves + rng.normal(size=moves.shape) / 1e6
            if name == "shmi"
            else rng.normal(size=moves.shape)
        )
        long = (
            pd.DataFrame(value, columns=years)
            .rename_axis("trust")
            .melt(var_name="period", ignore_index=False)
        )
        return long.reset_index().assign(phase="never", period=lambda frame: pd.PeriodIndex(frame["period"]))

    monkeypatch.setattr(steps.regime, "panel", panel)
    steps.pairs.cache_clear()
    try:
        same = steps.moved_together("senior_act", "shmi")  # lower deaths are better
        other = steps.moved_together("senior_act", "recommend_work")
    finally:
        steps.pairs.cache_clear()
    assert same.value == pytest.approx(1)
    assert same.n == 40
    assert other.lower < 0 < other.upper


def test_trusts_that_stopped_returning_lists_are_named():
    found = steps.suspended().set_index("trust")["years"]
    assert found["R1H"] == [2015, 2016, 2017, 2018]
    assert found["RF4"] == [2014, 2015, 2016]
    held = data.load("waiting_lists")
    assert not ((held["org_code"] == "R1H") & (held["month"] == pd.Period("2016-03"))).any()


@pytest.mark.parametrize(
    ("value", "lower", "upper", "said"),
    [
        (-5.0, -30.0, 30.0, "the same way as the published finding, and its interval holds zero"),
        (5.0, -30.0, 30.0, "the other way than the published finding, and its interval holds zero"),
        (30.0, 10.0, 50.0, "more delay than predicted"),
        (-30.0, -50.0, -10.0, "leaves out zero"),
    ],
)
def test_the_area_is_said_beside_the_published_finding(value, lower, upper, said):
    assert said in page.area_sentence(Estimate(value, lower, upper, "percent", 16))


def test_logs_are_told_as_percentages():
    assert page.percent(0) == 0
    assert page.percent(100 * np.log(1.5)) == pytest.approx(50)


def test_verdicts_are_said_together(monkeypatch):
    told = {"senior_act": "cannot tell", "senior_involve": "cannot tell", "net_position": "worsened"}
    monkeypatch.setattr(page.ruled_out, "verdict", told.get)
    assert page.verdicts(list(told)) == (
        "we cannot tell whether acting on feedback and involving staff changed; net position worsened"
    )


def test_ratings_are_counted_by_where_a_trust_stood():
    assert page.standing("RXW", pd.Period("2018-09")) == "entered later"
    assert page.standing("RXW", pd.Period("2019-03")) == "in it"
    assert page.standing("RXH", pd.Period("2019-03")) == "had left it"
    assert page.standing("R1K", pd.Period("2019-03")) == "never in the regime"
    found = page.well_led()
    assert found.groupby("snapshot")["trusts"].sum().tolist() == [226, 226]


def test_the_pictures_hold_what_the_numbers_say():
    found = steps_drawn.page()
    assert found["part"].value_counts().to_dict() == {
        "step with outcome": 15, "entry to step": 5, "entry to outcome": 3,
    }  # fmt: skip
    money = found[(found["part"] == "entry to step") & (found["step"] == "net_position")].iloc[0]
    decided = steps.by_entry(("net_position",)).iloc[0]
    assert money["estimate"] == decided["sd_estimate"]
    assert np.sign(decided["estimate"]) == np.sign(decided["sd_estimate"])
