"""Ambulance and mental health trusts beside the others of their type: limits, stretches, words."""

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.chapters import services as page
from analysis.study import regime, services


def test_the_trusts_that_no_comparison_holds():
    assert services.of_type("ambulance") == ["RRU", "RYD", "RYC"]
    assert services.of_type("mental health") == ["RMY", "TAH"]


def test_a_point_is_the_quarters_sum_and_the_others_are_all_others():
    found = services.against("RYD", "pulse_on_arrival").set_index("period").loc["2017Q1"]
    frame = data.load("ambulance_outcomes")
    frame = frame[frame["month"].astype("str").isin(["2017-01", "2017-02", "2017-03"])]
    mine = frame[frame["org_code"] == "RYD"][["arrests_rosc", "arrests"]].sum()
    kinds = data.load("organisations").set_index("org_code")["type"]
    others = frame[frame["org_code"].map(kinds).eq("ambulance") & (frame["org_code"] != "RYD")]
    rest = others[["arrests_rosc", "arrests"]].sum()
    assert found["value"] == pytest.approx(100 * mine.iloc[0] / mine.iloc[1])
    assert found["others"] == pytest.approx(100 * rest.iloc[0] / rest.iloc[1])
    assert found["count"] == others["org_code"].nunique()
    assert found["lower"] < found["others"] < found["upper"]


def test_response_times_are_minutes_between_the_others_lowest_and_highest():
    found = services.against("RYD", "category_1_response").set_index("period").loc["2019Q1"]
    assert found["lower"] <= found["others"] <= found["upper"]
    assert 5 < found["value"] < 12


def test_a_trust_far_from_the_others_lies_outside(monkeypatch):
    months = pd.period_range("2015-01", "2015-03", freq="M")
    kinds = data.load("organisations").set_index("org_code")["type"]
    codes = kinds.index[kinds == "ambulance"][:8]
    rows = [
        {
            "code": code,
            "period": month,
            "numerator": 90.0 if code == codes[0] else 30.0 + place,
            "denominator": 100.0,
            "note": None,
        }
        for place, code in enumerate(codes)
        for month in months
    ]
    monkeypatch.setattr(services.published, "figures", lambda about: pd.DataFrame(rows))
    services.against.cache_clear()
    try:
        far, near = (services.against(code, "pulse_on_arrival").iloc[0] for code in codes[:2])
    finally:
        services.against.cache_clear()
    assert far["state"] == services.ABOVE
    assert near["state"] == services.WITHIN
    assert far["count"] == 7


def test_stretches_follow_the_spells():
    found = services.phases("RMY", pd.period_range("2014Q4", "2020Q2", freq="Q"))
    spells = regime.spells().query("trust == 'RMY'")
    ends = pd.period_range("2014Q4", "2020Q2", freq="Q").end_time
    inside = np.zeros(len(ends), dtype=bool)
    for spell in spells.itertuples():
        inside |= (ends >= spell.entered) & (ends < spell.last_day)
    assert (found.to_numpy() == "during").tolist() == inside.tolist()
    assert found.iloc[0] == "before"


def test_counts_are_of_the_better_and_worse_side():
    counts, found = (
        services.counted("RYC", "category_1_response"),
        services.against("RYC", "category_1_response"),
    )
    assert counts["periods"].sum() == len(found)
    assert counts["worse"].sum() == (found["state"] == services.ABOVE).sum()  # longer is worse


@pytest.mark.parametrize("code", ["RYD", "RMY"])
def test_the_sentence_has_the_counts_of_the_table(code):
    table = page.outside(code)
    said = page.sentence(code)
    assert said.startswith(page.name_of(code))
    for stretch, words in (
        ("before special measures", "before special measures"),
        ("in special measures", "in special measures"),
    ):
        worse = table.loc[table["When"] == stretch, "Outside, worse"].astype(int).sum()
        points = table.loc[table["When"] == stretch, "Periods"].astype(int).sum()
        assert f"{words} {worse} on the worse" in said
        assert f"of {points} points" in said


def test_charts_fit_a_phone_and_a_desk():
    html = page.picture("RYD").html()
    assert 'width="328"' in html
    assert 'width="660"' in html
    assert len(html) < 120_000
