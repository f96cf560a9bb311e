"""The pictures of the regime: every spell and trust is there, in its place, with a link and the same numbers in words."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.chapters import regime as regime_page, regime_drawn, regime_tiles
from analysis.present import drawn
from analysis.study import regime
from analysis.study.evidence import selection


@pytest.fixture(scope="module")
def spells():
    return regime.spells()


@pytest.fixture(scope="module")
def rows(spells):
    page = BeautifulSoup(regime_drawn.timeline(spells).html, "html.parser")
    return {row.a["href"].partition("=")[2]: row for row in page.select(".timeline li")}


def test_every_trust_has_one_row_whose_name_leads_to_it(rows, spells):
    assert set(rows) == set(spells["trust"])
    for code, row in rows.items():
        assert row.a.get_text() == spells.loc[spells["trust"] == code, "name"].iloc[0]
    assert sum(row.abbr is not None for row in rows.values()) == 11


def test_every_spell_is_a_bar_as_long_as_it_lasted_and_is_told_in_words(rows, spells):
    days = (pd.Timestamp("2022-01-01") - pd.Timestamp("2013-01-01")).days
    for code, mine in spells.groupby("trust"):
        bars = rows[code].select("rect")
        assert [bar["class"][0] for bar in bars] == ["spell", "again"][: len(mine)]
        for bar, spell in zip(bars, mine.sort_values("spell").itertuples(), strict=True):
            length = float(bar["width"].rstrip("%")) / 100 * days
            assert length == pytest.approx((spell.last_day - spell.entered).days, abs=1)
            assert regime_drawn.spell_words(spell) in rows[code].get_text()


def test_every_label_lies_within_the_picture(rows):
    for row in rows.values():
        for text in row.select("svg text"):
            at, anchor = float(text["x"].rstrip("%")), text.get("text-anchor", "start")
            room = {"start": 100 - at, "end": at, "middle": 2 * min(at, 100 - at)}[anchor]
            assert room > (19 if "wide" not in text.get("class", []) else 9), text


def test_a_spell_beyond_the_axis_is_refused(spells):
    late = spells.assign(last_day=spells["last_day"] + pd.DateOffset(years=1))
    with pytest.raises(ValueError, match="beyond the axis"):
        regime_drawn.timeline(late)


def test_steps_end_at_the_count_of_each_month():
    counts = regime_page.in_force_by_month()
    block = regime_drawn.in_force(counts)
    path = re.search(r'class="area" d="([^"]+)"', block.html)[1]
    heights = [100 - float(y) for y in re.findall(r"V([\d.]+)", path)][:-1]
    assert [round(height * 20 / 100) for height in heights] == counts["trusts"].tolist()
    assert str(counts["trusts"].max()) in block.text


def test_each_trust_is_one_tile_of_its_region_and_fates_add_up(spells):
    page = BeautifulSoup(regime_tiles.tile_map(spells).html, "html.parser")
    regions = selection.everyone().set_index("trust")["region"]
    found = {
        link["href"].partition("=")[2]: section["aria-label"]
        for section in page.select("section")
        for link in section.select("a")
    }
    assert found == regions.to_dict()
    told = [int(part.b.get_text()) for part in page.select(".key > span")]
    assert told == [
        sum(kind in tile["class"] for tile in page.select("a.tile")) for kind in regime_tiles.FATES
    ]
    assert sum(told) == 38
    assert told[1] == (spells["spell"] == 2).sum()


def test_a_trust_without_a_tile_or_in_another_region_is_refused():
    regions = selection.everyone().set_index("trust")["region"]
    for wrong in (
        regions.drop("RPA"),
        regions.replace({"London": "Midlands"}),
        pd.concat([regions, pd.Series({"XXX": "London"})]),
    ):
        with pytest.raises(ValueError, match="one tile a trust"):
            regime_tiles.checked(wrong)


def test_the_same_in_words_names_every_trust(spells):
    text = regime_tiles.tile_map(spells).text
    assert all(name in text for name in spells["name"])


def test_years_stand_in_the_middle_of_their_year():
    axis = BeautifulSoup(drawn.years_axis(2013, 2016), "html.parser")
    assert [(text.get_text(), text["x"]) for text in axis.select("text")] == [
        ("2013", "12.50%"), ("2014", "37.50%"), ("2015", "62.50%"), ("2016", "87.50%"),
    ]  # fmt: skip


def test_a_picture_without_words_is_refused():
    good = {
        "name": "a",
        "title": "T",
        "says": "S",
        "frame": pd.DataFrame({"x": [1]}),
        "sources": (),
        "kind": "k",
    }
    assert "<script" not in drawn.drawn("b", **{**good, "title": "<script>"}).html
    for part in ("name", "title", "says"):
        with pytest.raises(ValueError, match="empty"):
            drawn.drawn("b", **{**good, part: " "})
