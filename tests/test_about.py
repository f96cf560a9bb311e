"""The page about the data says what the descriptions say."""

from bs4 import BeautifulSoup

from analysis import data
from analysis.chapters import about
from analysis.study import absent


def test_every_table_has_a_card_with_its_publisher_and_its_breaks():
    told = about.cards()
    page = BeautifulSoup(told.html, "html.parser")
    cards = {card["id"].removeprefix("table-"): card.get_text(" ") for card in page.select("details")}
    assert sorted(cards) == sorted(data.tables())
    for name, card in cards.items():
        one = data.describe(name)
        for said in (one["title"], one["publisher"], one["licence"], *one["breaks"]):
            assert " ".join(said.split()) in " ".join(card.split()), name
            assert said in told.text
        assert ("Not at hand, and missing:" in card) == bool(absent.spans(name)), name
        assert absent.told(name) in card


def test_the_kinds_count_every_table_and_row_once():
    counted = about.kinds()[["Tables", "Rows"]].map(lambda text: int(text.replace(",", ""))).sum()
    described = about.descriptions()
    assert counted.tolist() == [len(described), sum(one["rows"] for one in described)]


def test_every_indicator_is_in_the_catalogue():
    assert about.indicators()["Indicator"].tolist() == data.load("indicators")["title"].tolist()
