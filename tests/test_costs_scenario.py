"""Scenarios, thresholds, the reader's own settings, consequences and their words."""

import json
import os
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis import data
from analysis.chapters.costs import bars, plots as plots_page, sentences, what_if
from analysis.methods.costing.prices import CostError
from analysis.present import figures, words
from analysis.study import indicators
from analysis.study.costs import consequences, items, own_scenario, scenarios, uncertain
from analysis.study.costs.own_scenario import scenario


@pytest.fixture(scope="module")
def costed():
    return items.cost_spells()


@pytest.fixture(scope="module")
def values(costed):
    return uncertain.figures(costed.items, rng=np.random.default_rng(indicators.SEED))


@pytest.fixture(scope="module")
def drawn(costed, values):
    return uncertain.draw(costed, values=values)


def test_all_spells_are_drawn_ten_thousand_times(drawn):
    assert drawn.frame.shape == (10_000, 12)


def test_draws_centre_on_the_expected_costs_of_every_item(costed, drawn):
    expected = costed.items.set_index("item_id")["per_spell"].dropna()
    error = drawn.frame.std() / np.sqrt(len(drawn.frame))
    assert ((drawn.frame.mean() - expected).abs() < 4.5 * error).all()
    assert abs(drawn.of().mean - costed.total()) < 4 * drawn.of().mean_error


def test_draws_are_the_same_as_a_plain_loop_over_spells(costed, values, drawn):
    stays = costed.stays.head(len(costed.stays))
    units = items.exposure(costed.items, stays)
    rows = costed.items[costed.items["cost"].notna()].set_index("item_id")
    for place in (0, 17):
        total = 0.0
        for item, row in rows.iterrows():
            each = (
                values.loc[place, f"{item}:quantity"] * values.loc[place, f"{item}:unit_cost"] * row["factor"]
            )
            total += sum(each * units[item])
        assert drawn.frame.loc[place].sum() == pytest.approx(total / costed.n)


def test_day_rates_move_together_and_the_one_buddying_price_is_one(values):
    ranks = values.rank().corr()
    assert ranks.loc["improvement_director:unit_cost", "leadership_review:unit_cost"] == pytest.approx(
        0.62, abs=0.04
    )
    assert ranks.loc["improvement_director:quantity", "oversight:quantity"] == pytest.approx(0.35, abs=0.04)
    assert ranks.loc["improvement_director:quantity", "improvement_director:unit_cost"] == pytest.approx(
        0, abs=0.04
    )
    np.testing.assert_allclose(values["buddying_first:unit_cost"], values["buddying_later:unit_cost"])


def test_the_controls_are_the_six_inputs_that_matter_most(costed):
    months = costed.stays["months"]
    bars = uncertain.one_way(costed, stay=tuple(months.quantile([0.25, 0.75]) / months.mean())).frame
    wanted = {
        f"{control.item}:{control.figure}" if control.item else "stay" for control in own_scenario.CONTROLS
    }
    assert set(bars["parameter"].head(len(wanted))) == wanted
    assert uncertain.one_way(costed).base == pytest.approx(costed.total())


def test_the_tornado_says_that_stays_go_between_quartiles(costed):
    for stay, said in (((0.5, 1.5), True), (None, False)):
        found = uncertain.one_way(costed, stay=stay)
        assert ("quartile" in sentences.tornado_sentence(found, costed.items, top=3)) is said


def test_figures_that_move_as_one_are_one_bar(costed):
    bars = uncertain.one_way(costed).frame["parameter"].tolist()
    assert "buddying_first:unit_cost" in bars
    assert "buddying_later:unit_cost" not in bars
    assert "central_money:quantity" not in bars


def test_named_scenarios_do_what_they_say(values):
    found = scenarios.compared(values).set_index("scenario")
    base = found.loc["Base case"]
    rows = items.cost_spells().items.set_index("item_id")["per_spell"]
    assert found.loc["No central money", "difference"] == pytest.approx(-rows["central_money"])
    assert found.loc["With staff time", "cost"] == pytest.approx(items.cost_spells().total(None))
    assert found.loc["Spells cut short", "n"] == 8
    for parts in (["First eleven trusts", "Later spells"], ["Spells that ended", "Spells cut short"]):
        weighted = found.loc[parts]
        assert weighted["n"].sum() == base["n"]
        assert (weighted["cost"] * weighted["n"]).sum() / base["n"] == pytest.approx(base["cost"])
    assert found.loc["Not discounted", "cost"] > found.loc["Discounted less", "cost"] > base["cost"]
    assert ((found["lower"] < found["cost"]) & (found["cost"] < found["upper"])).all()


def test_at_the_break_even_the_sum_is_that_of_the_base_case(costed):
    found = scenarios.break_even({"Director": ("improvement_director", "quantity")}).iloc[0]
    twice = items.changed(items.parameters(), {"improvement_director": {"quantity": 20.0}})
    assert items.cost_spells(twice, stay=found["stay"]).total() == pytest.approx(costed.total())
    assert items.cost_spells(twice).total() - costed.total() == pytest.approx(found["extra"])
    with pytest.raises(CostError, match="item 'none'"):
        scenarios.break_even({"None": ("none", "quantity")})


def test_the_first_year_of_buddying_is_near_what_was_published():
    found = scenarios.first_year_buddies().set_index("ours")["value"]
    assert 0.5 < found[True] / found[False].iloc[0] < 1.5


def test_the_base_case_of_the_reader_is_that_of_the_table(costed, drawn):
    found = scenario().frame.set_index("result")
    known = costed.items.set_index("item_id")["per_spell"].dropna()
    pd.testing.assert_series_equal(found.loc[known.index, "estimate"], known, check_names=False)
    assert found.loc["all_spending", "estimate"] == pytest.approx(costed.total())
    parts = found.loc[["paid_by_regulators", "paid_by_trusts"], "estimate"].sum()
    assert parts == pytest.approx(costed.total())
    spread = drawn.of()
    assert abs(found.loc["all_spending", "lower"] - spread.lower) < 5 * spread.lower_error
    assert abs(found.loc["all_spending", "upper"] - spread.upper) < 5 * spread.upper_error


@pytest.mark.parametrize(
    "control", [c for c in own_scenario.CONTROLS if c.item], ids=lambda control: control.name
)
def test_a_setting_scales_its_item_and_nothing_else(control):
    base = scenario().frame.set_index("result")
    value = 2 * own_scenario.base_settings()[control.name]
    found = scenario(**{control.name: value}).frame.set_index("result")
    columns = ["estimate", "lower", "upper"]
    np.testing.assert_allclose(
        found.loc[control.item, columns], 2 * base.loc[control.item, columns], rtol=1e-12
    )
    others = [item["name"] for item in own_scenario.model()["items"] if item["name"] != control.item]
    pd.testing.assert_frame_equal(found.loc[others], base.loc[others])
    nothing = scenario(**{control.name: 0}).frame.set_index("result")
    assert nothing.loc[control.item, columns].tolist() == [0, 0, 0]


@pytest.mark.parametrize("percent", [0, 37.5, 100, 250])
def test_a_setting_equals_the_model_run_with_that_value(percent):
    changed = items.changed(items.parameters(), {"interim_leaders": {"quantity": 3.0}})
    expected = items.cost_spells(changed, stay=percent / 100)
    found = scenario(stay_percent=percent, interim_days=3).frame.set_index("result")["estimate"]
    assert found["all_spending"] == pytest.approx(expected.total())
    assert found["all_staff_time"] == pytest.approx(expected.total("staff time"))


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf"), 2e9, "12", True])
def test_a_setting_that_is_no_amount_is_refused(wrong):
    with pytest.raises(CostError, match=r"director_days .* a number from 0 to 1,000,000,000"):
        scenario(director_days=wrong)


def test_the_table_of_a_scenario_is_text_that_holds_inputs_and_results():
    lines = scenario(central_money=0.1 + 0.2, director_days=12.5).to_csv().splitlines()
    assert lines[0] == "kind,name,label,value,lower,upper"
    assert 'input,central_money,"Central money (£ a month, 2013/14 prices)",0.3,,' in lines
    assert 'input,director_days,"Improvement director (days a month)",12.5,,' in lines
    assert sum(line.startswith("GBP a spell (2022/23 prices)") for line in lines) == 16


def test_the_panel_says_its_base_case_in_words_and_html():
    shown = what_if.panel()
    html = shown.html
    assert own_scenario.scenario().sentence() in repr(shown)
    assert "assumption" in html
    assert "<input" not in html
    assert "<button" not in html

    class Script(HTMLParser):
        text = ""

        def handle_data(self, found):
            self.text += found if self.lasttag == "script" else ""

    read = Script()
    read.feed(html)
    held = json.loads(read.text)
    assert held["base"] == own_scenario.base_settings()
    assert len(html) < 120_000


def test_in_a_notebook_the_widgets_take_any_value_and_refuse_none_in_silence():
    box = what_if.widgets(scenario())
    *inputs, says = box.children
    inputs[3].value = 31.25
    assert scenario(director_days=31.25).sentence() in says.value
    inputs[3].value = -2.0
    assert 'role="alert"' in says.value
    assert what_if.someone_is_there() is False


def test_words_keep_unknown_rows_and_add_nothing_up_across_accounts(costed, drawn):
    table = sentences.by_bearer(costed, drawn).set_index("Item")
    assert table.loc["Nurses and doctors hired since entry", "Cost a spell"] == "unknown"
    assert table.loc["Deficit-support loans from the Department", "Cost a spell"] == "not a cost"
    assert [name for name in table.index if name.startswith("Sum")] == [
        "Sum of known spending",
        "Sum of known staff time",
    ]
    assert table.loc["Sum of known spending", "Cost a spell"] == words.thousands(costed.total())
    whole = sentences.parties(costed)
    assert (whole.loc[whole["Party"] == "All", "Paid to others, less received"] == "£0").all()
    assert words.thousands(float("nan")) == ".."
    assert words.thousands(1500) == "£2,000"
    assert "assumption" in set(sentences.records(costed.items)["Status"])


def test_the_bars_are_as_long_as_the_costs_and_hatched_where_assumed(costed):
    own, held = scenario(interim_days=40.0), own_scenario.model()
    page = BeautifulSoup(bars.html(own, held), "html.parser")
    rows, status = own.frame.set_index("result"), costed.items.set_index("item_id")["status"]
    seen = []
    for bar in page.select("[data-result]"):
        whole = rows.loc[bar["data-result"]]
        parts = [part for part in bar.select("rect[data-item]") if "hatch" not in part["class"]]
        per_pound = float(bar.select_one(".interval line")["x2"].rstrip("%")) / whole["upper"]
        left = 0.0
        for part in parts:
            x, width = (float(part[key].rstrip("%")) / per_pound for key in ("x", "width"))
            assert x == pytest.approx(left, abs=300)
            assert width == pytest.approx(rows.loc[part["data-item"], "estimate"], abs=300)
            left += width
        assert left == pytest.approx(whole["estimate"], abs=1000)
        assert whole["estimate"]
        assert words.thousands(whole["estimate"]) == bar.select_one(".sum").get_text()
        seen += [part["data-item"] for part in parts]
        hatched = {part["data-item"] for part in bar.select(".hatch")}
        assert hatched == {name for name in seen if status[name] == "assumption"} & {
            p["data-item"] for p in parts
        }
    assert sorted(seen) == sorted(item["name"] for item in held["items"])
    paid = {
        text.tspan.get_text(): text.select_one(".paid").get_text() for text in page.select("[data-payer]")[:2]
    }
    assert paid == {
        "Regulators": words.thousands(rows.loc["paid_by_regulators", "estimate"]),
        "Trusts supported": words.thousands(rows.loc["paid_by_trusts", "estimate"]),
    }
    assert all(amount in bars.sentence(own, held) for amount in paid.values())


def test_all_items_keep_their_reasons_in_a_folded_list(costed):
    page = BeautifulSoup(sentences.items_folded(costed.items).html, "html.parser")
    frame = sentences.records(costed.items)
    assert len(page.select("tbody tr")) == len(page.select("details > ul > li")) == len(frame)
    for item, row in zip(page.select("details > ul > li"), frame.to_dict("records"), strict=True):
        assert all(row[part] in item.get_text() for part in ("Item", "Why", "Source", "What to know"))


def test_consequences_keep_units_sizes_and_the_caveat():
    found = consequences.measured(("shmi",))
    row = found.iloc[0]
    panel_ = consequences.levels("shmi")
    assert row["before"] == panel_.loc["before", "mean"]
    texts = consequences.for_readers(found).iloc[0]
    assert "33 trusts" in texts["Before"]
    assert texts["Better"] == "lower is better"
    assert "95% interval" in texts["Difference after entry"]
    assert "regression to the mean" in consequences.sentence(found)
    assert "regression to the mean" in consequences.short(found)
    counted = consequences.counted().set_index("Consequence")["Value"]
    assert counted["Culture, fear and blame"] == consequences.NOT_MEASURED
    assert counted["Sickness absence of staff"] == consequences.NOT_MEASURED


def test_the_level_before_is_the_mean_of_trusts_own_means():
    from analysis.study import regime

    frame = regime.panel("shmi")
    own = frame[(frame["phase"] == "before") & frame["value"].notna()].groupby("trust")["value"].mean()
    assert consequences.levels("shmi").loc["before"].tolist() == pytest.approx([own.mean(), len(own)])


def test_the_tornado_is_drawn_as_computed(costed):
    from matplotlib import pyplot as plt

    found = uncertain.one_way(costed)
    bars = found.frame.head(4)
    bars = bars.assign(label=[sentences.figure_label(name, costed.items) for name in bars["parameter"]])
    ax = plots_page.plot_tornado(bars, base=found.base, ax=plt.subplots()[1])
    ends = {round(patch.get_x() + patch.get_width(), 6) for patch in ax.patches}
    assert {round(value / 1e6, 6) for value in bars["high"]} <= ends
    chart = sentences.items_drawn(costed, uncertain.draw(costed, draws=200, rng=np.random.default_rng(1)))
    ax = plots_page.plot_items(chart, ax=plt.subplots()[1])
    drawn = sorted(x for line in ax.lines for x in line.get_xdata())
    assert drawn == pytest.approx(sorted(chart["cost"] / 1e6))
    plt.close("all")


def test_the_build_shows_the_panel_as_html(monkeypatch):
    monkeypatch.setitem(os.environ, figures.BUILDING, "1")
    assert set(what_if.panel()._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_the_answer_gives_a_range_and_names_the_spells_that_were_cut_short():
    text = sentences.answer(
        costed := items.cost_spells(),
        uncertain.draw(costed, values=uncertain.figures(costed.items, rng=np.random.default_rng(1))),
    )
    assert "a range and not a 95% interval" in text
    assert "our assumptions allow" in text
    ended = data.load("regime_spells")["ended_by"].eq("administrative end").sum()
    told = sentences.open_spells(costed)
    assert f"{words.number(int(ended))} spells were cut short" in told
    assert "Isle of Wight" in told
    cut = scenarios.compared(uncertain.figures(costed.items, rng=np.random.default_rng(1)))
    so_far = cut.set_index("scenario").loc["Spells cut short", "cost"]
    assert f"{words.thousands(so_far)} each up to that day" in told
    known = costed.items.query("account == 'spending' and per_spell.notna()")
    share = known.loc[known["status"] == "assumption", "per_spell"].sum() / known["per_spell"].sum()
    assert f"for {100 * share:.0f}% of the sum" in text
