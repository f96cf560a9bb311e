"""Costs of items over spells: sums by hand, real lengths, bearers and payments, the unknown, the tables behind."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest.hand import costs as tables
from analysis.methods.costing import prices
from analysis.methods.costing.prices import CostError
from analysis.study.costs import items, uncertain


@pytest.fixture(scope="module")
def costed():
    return items.cost_spells()


@pytest.fixture
def stays():
    return pd.DataFrame(
        {"spell_id": ["A-1", "B-1", "B-2"], "months": [6.0, 30.0, 12.0], "first_eleven": [True, False, False]}
    )


@pytest.fixture
def records():
    return pd.DataFrame(
        {
            "item_id": ["visit", "director", "buddy", "bonus", "loan"],
            "kind": ["resource", "resource", "resource", "transfer", "loan"],
            "account": ["spending", "staff time", "spending", "spending", "spending"],
            "bearer": ["regulator", "supported trust", "buddy trust", "buddy trust", "supported trust"],
            "paid_by": ["regulator", "supported trust", "regulator", "regulator", "regulator"],
            "per": ["start", "month", "year", None, None],
            "limit_months": [np.nan, np.nan, 12.0, np.nan, np.nan],
            "applies_to": ["all", "all", "first eleven", "all", "all"],
            "quantity": [2.0, 3.0, 1.0, np.nan, np.nan],
            "unit_cost": [100.0, 10.0, 1200.0, np.nan, np.nan],
            "price_year": ["2022/23", "2022/23", "2021/22", None, None],
        }
    )


def test_costs_are_those_worked_out_by_hand(records, stays):
    found = items.cost_spells(records, stays, rate=0.1)
    rows = found.items.set_index("item_id")
    months = 6 + (12 + 12 / 1.1 + 6 / 1.21) + 12
    assert rows.loc["visit", "cost"] == pytest.approx(2 * 100 * 3)
    assert rows.loc["director", "cost"] == pytest.approx(3 * 10 * months)
    assert rows.loc["buddy", "cost"] == pytest.approx(1200 * 1.0732 * 0.5)
    assert found.total() == pytest.approx((600 + 1200 * 1.0732 * 0.5) / 3)
    assert found.total("staff time") == pytest.approx(30 * months / 3)
    assert found.total(None) == pytest.approx(found.total() + found.total("staff time"))
    assert found.unknown() == ["bonus"]


def test_the_total_is_the_sum_of_the_rows_and_of_the_cells(costed):
    rows = costed.items[costed.items["account"] == "spending"]
    by_hand = (rows["quantity"] * rows["unit_cost"] * rows["factor"] * rows["units"]).sum() / costed.n
    assert costed.total() == pytest.approx(by_hand)
    cells = costed.cells[costed.cells["account"] == "spending"]
    assert costed.total() == pytest.approx(cells["cost"].sum() / costed.n)
    assert costed.n == cells["spell_id"].nunique() == len(items.spells())


@pytest.mark.parametrize("item", ["improvement_director", "buddying_later", "reinspection", "plan_delivery"])
@pytest.mark.parametrize("factor", [0, 0.5, 2])
def test_a_unit_price_scales_its_row_and_nothing_else(costed, item, factor):
    record = costed.items.set_index("item_id").loc[item]
    changed = items.changed(items.parameters(), {item: {"unit_cost": factor * record["unit_cost"]}})
    found = items.cost_spells(changed).items.set_index("item_id")["cost"]
    base = costed.items.set_index("item_id")["cost"]
    assert found[item] == pytest.approx(factor * base[item])
    pd.testing.assert_series_equal(found.drop(item), base.drop(item))


def test_a_spell_twice_as_long_costs_its_months_and_no_more(records, stays):
    longer = stays.assign(months=[6.0, 60.0, 12.0])
    base, found = (items.cost_spells(records, given, rate=0).items["cost"] for given in (stays, longer))
    assert (found - base).tolist()[:3] == pytest.approx([0, 3 * 10 * 30, 0])
    scaled = items.cost_spells(records, stays, rate=0, stay=2).items["cost"]
    assert scaled[1] == pytest.approx(2 * base[1])
    assert scaled[0] == base[0]


def test_the_order_of_spells_and_items_does_not_matter(records, stays, costed):
    base = items.cost_spells(records, stays).items.set_index("item_id")["cost"]
    turned = items.cost_spells(records[::-1], stays[::-1]).items.set_index("item_id")["cost"]
    pd.testing.assert_series_equal(turned.reindex(base.index), base)


def test_unknown_rows_and_loans_stay_without_a_figure_and_are_never_zero(costed):
    rows = costed.items.set_index("item_id")
    for item in (
        "buddy_bonus",
        "extra_staff",
        "lost_recruits",
        "capital_schemes",
        "patient_harm",
        "deficit_loans",
    ):
        assert rows.loc[item, ["cost", "per_spell", "quantity", "unit_cost"]].isna().all()
    assert "5 items are unknown" in costed.sentence()


def test_price_indices_join_without_a_gap_and_take_one_edition_a_year():
    table = data.load("price_indices").set_index(["series", "edition", "price_year"])["percent"]
    main = items.deflator()
    for year, before in (("2014/15", "2013/14"), ("2015/16", "2014/15"), ("2022/23", "2021/22")):
        source = ("HCHS", "to 2014/15") if year < "2015/16" else ("NHSCII", "2024 manual")
        assert main[year] / main[before] == pytest.approx(1 + table[(*source, year)] / 100)
    first = items.deflator("NHSCII as first published, to 2018/19")
    assert first["2018/19"] / first["2017/18"] == pytest.approx(1.0231)
    gdp = items.deflator("Whole economy (GDP deflator), to 2018/19")
    assert gdp["2013/14"] / gdp["2012/13"] == pytest.approx(1.019295)
    for name in items.INDICES:
        assert items.PRICE_YEAR in items.deflator(name).index


def test_spells_are_those_of_the_regime():
    found = items.spells()
    assert found["first_eleven"].sum() == 11
    assert (found.loc[found["first_eleven"], "entered"] == "2013-07-16").all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda r, s: items.cost_spells(r.drop(columns="per"), s), r"columns \['per'\] absent"),
        (lambda r, s: items.cost_spells(pd.concat([r, r]), s), "an item twice"),
        (lambda r, s: items.cost_spells(r, s[:0]), "no spells"),
        (lambda r, s: items.cost_spells(r, pd.concat([s, s])), "a spell twice"),
        (lambda r, s: items.cost_spells(r, s.assign(months=-1.0)), "0 or more"),
        (lambda r, s: items.cost_spells(r, s, stay=-1), "stay -1"),
        (lambda r, s: items.cost_spells(r, s, prices_by="CPI"), "index 'CPI'"),
        (lambda r, s: items.cost_spells(r, s, price_year="2030/31"), "no deflator for price year '2030/31'"),
        (lambda r, s: items.cost_spells(r.assign(per="week"), s), "per 'week'"),
        (lambda r, s: items.cost_spells(r.assign(applies_to="some"), s), "applies to 'some'"),
        (lambda r, s: items.changed(r, {"none": {"quantity": 1}}), "item 'none'"),
        (lambda r, s: items.changed(r, {"visit": {"price": 1}}), "column 'price'"),
    ],
)
def test_what_cannot_be_costed_is_refused(records, stays, call, words):
    with pytest.raises(CostError, match=words):
        call(records, stays)


def test_a_changed_figure_takes_its_range_along():
    table = items.changed(
        items.parameters(), {"oversight": {"quantity": 80.0}, "central_money": {"unit_cost": 0.0}}
    )
    row = table.set_index("item_id").loc["oversight"]
    assert row[["quantity", "quantity_low", "quantity_high"]].tolist() == [80, 20, 200]
    assert uncertain.distributions(table)["central_money:unit_cost"].kind == "fixed"


@pytest.mark.parametrize(("share", "kind"), [(0.2, "beta"), (0.7, "beta"), (0.95, "beta"), (1.0, "fixed")])
def test_a_changed_share_keeps_its_range_below_one(share, kind):
    table = items.changed(items.parameters(), {"buddying_later": {"quantity": share}})
    made = uncertain.distributions(table)["buddying_later:quantity"]
    assert (made.kind, made.mean) == (kind, share)


def texts() -> dict[str, pd.DataFrame]:
    return {
        name: pd.read_csv(data.FOLDER / f"{name}.csv", dtype="str", keep_default_na=False)
        for name in tables.TABLES
    }


def test_committed_records_pass_and_say_how_they_are_known():
    tables.check(texts())
    frame = items.parameters()
    known = frame["quantity"].notna()
    assert (frame["status"] == "unknown").eq(~known).all()
    assert frame.loc[known, ["source", "page", "quantity_reason", "unit_cost_reason"]].notna().all().all()
    ranged = frame["quantity_distribution"].ne("fixed") & known
    assert (frame.loc[ranged, "quantity_low"] < frame.loc[ranged, "quantity_high"]).all()


@pytest.mark.parametrize(
    ("item", "column", "value", "words"),
    [
        ("oversight", "quantity", "", "unknown without figures"),
        ("buddy_bonus", "status", "assumption", "unknown without figures"),
        ("oversight", "status", "published", "assumption, the less sure"),
        ("oversight", "price_year", "1990/91", "a year of price_indices"),
        ("oversight", "source", "", "with per and source"),
        ("oversight", "quantity_high", "20", "outside the range"),
        ("buddying_later", "quantity_high", "2.9", "at most 1"),
        ("oversight", "quantity_reason", "", "a reason"),
        ("oversight", "quantity_factor", "", "a loading with each factor"),
        ("central_money", "kind", "loan", "no figures of cost for a loan"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused_by_row(item, column, value, words):
    frames = texts()
    frame = frames["cost_items"]
    place = frame.index[frame["item_id"] == item][0]
    frame.loc[place, column] = value
    with pytest.raises(DataError, match=words) as refused:
        tables.check(frames)
    assert refused.value.row == place + 2


def test_the_discount_of_a_long_stay_reaches_its_items(costed):
    plain = items.cost_spells(rate=0)
    assert plain.total() > costed.total()
    units = plain.items.set_index("item_id")["units"]
    assert units["oversight"] == pytest.approx(items.spells()["months"].sum())
    expected = prices.discounted_months(items.spells()["months"].to_numpy(), rate=items.RATE).sum()
    assert costed.items.set_index("item_id")["units"]["oversight"] == pytest.approx(expected)


def test_headline_numbers_are_those_that_the_chapter_tells():
    from analysis.edition import headlines

    told = (Path(__file__).resolve().parents[1] / "book/costs.ipynb").read_text(encoding="utf-8")
    for found in headlines.costs():
        assert found.low < found.value < found.high
        assert found.unit == "gbp"
        assert found.n == 42
    spending, time = headlines.costs()
    assert f"£{round(spending.value, -3):,.0f}" in told
    assert f"£{round(time.value, -3):,.0f}" in told
    assert f"about £{spending.value / 1e6:.0f} million in money spent" in told
