"""The page about the data says what the descriptions say."""

from analysis import data
from analysis.chapters import about


def test_every_table_is_listed_with_its_publisher():
    names = data.tables()
    assert about.tables()["Table"].tolist() == names
    assert about.publishers()["Table"].tolist() == names
    assert not about.publishers().isna().any().any()


def test_every_known_break_is_shown():
    shown = about.breaks()
    expected = [text for name in data.tables() for text in data.describe(name)["breaks"]]
    assert shown["Known break or limit"].tolist() == expected


def test_every_indicator_is_in_the_catalogue():
    assert about.indicators()["Indicator"].tolist() == data.load("indicators")["title"].tolist()
