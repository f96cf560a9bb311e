"""Price years and discounting: against R and a textbook table, by property, and at the edges."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from analysis.methods.costing import prices
from analysis.methods.costing.prices import CostError

ORACLE = json.loads((Path(__file__).parent / "oracles/costs/costs.json").read_text())["cases"]
TOLERANCE = 1e-8
RATES = pd.Series({"2014/15": 2.0, "2013/14": 5.0, "2015/16": -1.0})


@pytest.fixture
def items():
    return pd.DataFrame(
        {
            "item": ["director", "inspection", "bonus"],
            "quantity": [10.0, 2, 1],
            "unit_cost": [1000.0, 50, np.nan],
            "price_year": ["2013/14", "2015/16", None],
        }
    )


def test_a_pound_a_month_agrees_with_r_and_the_textbook():
    for case in ORACLE["annuity"]:
        found = prices.discounted_months(12 * case["n"], rate=case["r"], timing="end") / 12
        assert found == pytest.approx(case["factor"], rel=TOLERANCE)
    for case in ORACLE["discounting"]:
        timing = "start" if case["t"][0] == 0 else "end"
        ends = 12 * np.arange(len(case["cashflow"]) + 1)
        counted = np.diff(prices.discounted_months(ends, rate=case["rate"], timing=timing)) / 12
        assert counted @ case["cashflow"] == pytest.approx(case["pv"], rel=TOLERANCE)


def test_inflation_agrees_with_r():
    for case in ORACLE["inflation_by_rates"]:
        years = ["2013/14", "2014/15", "2015/16"][: len(case["rates_pct"])]
        deflator = prices.index(pd.Series(case["rates_pct"], index=years, dtype=float))
        ends = {"from_year": "2012/13", "to_year": years[-1]}
        assert prices.inflate(case["value"], **ends, deflator=deflator) == pytest.approx(
            case["result"], rel=TOLERANCE
        )
    for case in ORACLE["inflation_backwards"]:
        deflator = prices.index(pd.Series(case["rates_pct_between"], index=["2013/14", "2014/15"]))
        ends = {"from_year": "2014/15", "to_year": "2012/13"}
        assert prices.inflate(case["value"], **ends, deflator=deflator) == pytest.approx(
            case["result"], rel=TOLERANCE
        )
    for case in ORACLE["inflation_by_index"]:
        deflator = pd.Series([case["index_from"], case["index_to"]], index=["2012/13", "2013/14"])
        found = prices.inflate(case["value"], from_year="2012/13", to_year="2013/14", deflator=deflator)
        assert found == pytest.approx(case["result"], rel=TOLERANCE)


def test_a_chained_index_carries_a_value_as_its_rates_do():
    deflator = prices.index(RATES)
    assert deflator.index.tolist() == ["2012/13", "2013/14", "2014/15", "2015/16"]
    forward = prices.inflate(1000, from_year="2012/13", to_year="2015/16", deflator=deflator)
    assert forward == pytest.approx(1000 * 1.05 * 1.02 * 0.99)
    back = prices.inflate(forward, from_year="2015/16", to_year="2012/13", deflator=deflator)
    assert back == pytest.approx(1000)


def test_items_are_costed_in_one_price_year_and_the_unknown_stays_unknown(items):
    before = items.copy(deep=True)
    found = prices.price(items, price_year="2014/15", deflator=prices.index(RATES))
    assert found["cost"].tolist()[:2] == pytest.approx([10 * 1000 * 1.02, 2 * 50 / 0.99])
    assert np.isnan(found[["factor", "cost"]].iloc[2]).all()
    pd.testing.assert_frame_equal(items, before)


@pytest.mark.parametrize("factor", [0, 0.5, 2])
def test_a_unit_price_scales_its_row_and_nothing_else(items, factor):
    deflator = prices.index(RATES)
    base = prices.price(items, price_year="2015/16", deflator=deflator)["cost"]
    changed = items.assign(unit_cost=items["unit_cost"] * [factor, 1, 1])
    found = prices.price(changed, price_year="2015/16", deflator=deflator)["cost"]
    assert found[0] == pytest.approx(base[0] * factor)
    assert found[1] == base[1]


def test_the_order_of_rows_and_of_index_years_does_not_matter(items):
    deflator = prices.index(RATES)
    base = prices.price(items, price_year="2014/15", deflator=deflator)
    turned = prices.price(items[::-1], price_year="2014/15", deflator=deflator[::-1])
    pd.testing.assert_frame_equal(turned.sort_index(), base)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("quantity", -1.0, "quantity -1 of item 'director'. Allowed: 0 or more"),
        ("unit_cost", np.inf, "unit_cost inf of item 'director'"),
        ("price_year", "2013-14", "no deflator for price year '2013-14' .item 'director'.. Known: 2012/13"),
        ("price_year", "2020/21", "no deflator for price year '2020/21'"),
        ("price_year", None, "no deflator for price year None"),
        ("quantity", "ten", "Allowed: numbers"),
    ],
)
def test_bad_items_are_refused_by_name(items, column, value, words):
    items[column] = items[column].astype("object")
    items.loc[0, column] = value
    with pytest.raises(CostError, match=words):
        prices.price(items, price_year="2014/15", deflator=prices.index(RATES))


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ({}, "no rates"),
        ({"2013/14": 1.0, "2015/16": 1.0}, "without a gap"),
        ({"2013/14": -100.0}, "above -100"),
        ({"2013/14": np.nan}, "above -100"),
        ({"2013/15": 1.0}, "Years are written"),
        ({2013: 1.0}, "Years are written"),
    ],
)
def test_bad_rates_are_refused(rates, words):
    with pytest.raises(CostError, match=words):
        prices.index(pd.Series(rates, dtype="float64"))


def test_a_deflator_twice_or_at_zero_is_refused(items):
    twice = pd.Series([1.0, 2.0], index=["2013/14", "2013/14"])
    zero = pd.Series([1.0, 0.0], index=["2013/14", "2014/15"])
    for bad, words in ((twice, "each year once"), (zero, "above 0")):
        with pytest.raises(CostError, match=words):
            prices.price(items, price_year="2013/14", deflator=bad)
    with pytest.raises(CostError, match="columns"):
        prices.price(items.drop(columns="quantity"), price_year="2013/14", deflator=zero)


def test_at_a_rate_of_zero_nothing_is_discounted():
    assert prices.discounted_months(29.5, rate=0) == pytest.approx(29.5)
    assert prices.discounted_months(60, rate=1e-13, timing="end") == pytest.approx(60, rel=1e-9)


def test_only_months_beyond_a_year_are_discounted_when_years_start_now():
    months = prices.discounted_months(np.array([0, 6, 12, 18, 24, 30]), rate=0.035)
    factor = 1 / 1.035
    expected = [0, 6, 12, 12 + 6 * factor, 12 + 12 * factor, 12 + 12 * factor + 6 * factor**2]
    np.testing.assert_allclose(months, expected, rtol=1e-12)
    np.testing.assert_allclose(
        prices.discounted_months([6, 30], rate=0.035, timing="end"), np.array(expected)[[1, 5]] * factor
    )


def test_no_month_beyond_the_limit_counts():
    assert prices.discounted_months(40, rate=0.035, limit=12) == 12
    assert prices.discounted_months(5, rate=0.035, limit=12) == 5
    assert prices.discounted_months(5, rate=0.035, limit=0) == 0


@given(st.floats(0, 200), st.floats(0, 0.2))
def test_a_discounted_stay_is_continuous_and_never_longer_than_the_real_one(months, rate):
    found = float(prices.discounted_months(months, rate=rate))
    assert -1e-9 <= found <= months + 1e-9
    assert float(prices.discounted_months(months + 1e-7, rate=rate)) == pytest.approx(found, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: prices.discounted_months(1, rate=-1), "above -1"),
        (lambda: prices.discounted_months(1, rate=0.1, timing="middle"), "timing='middle'"),
        (lambda: prices.discounted_months(-1, rate=0.1), "0 or more"),
    ],
)
def test_what_makes_no_sense_is_refused(call, words):
    with pytest.raises(CostError, match=words):
        call()
