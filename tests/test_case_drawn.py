"""The strip of a trust and the matrix of cases: every statement and cell is there, in its place, and leads on."""

from __future__ import annotations

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis import data
from analysis.chapters.cases import compared_drawn, compared_words, statements, strip
from analysis.study import regime
from analysis.study.evidence import cases, story
from analysis.study.evidence.matrix import matrix

CASES = ["RPA", "RMY", "RYD"]


@pytest.fixture(scope="module")
def stories():
    return {trust: story.story(trust) for trust in CASES}


@pytest.fixture(scope="module")
def compared():
    told, themes = cases.statements(), cases.codebook()
    order = cases.order_by_outcome(told, regime.spells())
    found = matrix(told, themes=themes, order=order["trust"].tolist())
    block = compared_drawn.picture(
        found, order, names=cases.names(), short=cases.LABELS, here="cases/compared"
    )
    return found, BeautifulSoup(block.html, "html.parser")


def parsed(found):
    return BeautifulSoup(strip.strip(found, name="a").html, "html.parser")


def test_the_picture_of_speakers_holds_the_counts_of_the_table_and_neutral_is_no_news():
    table = compared_words.by_speaker(cases.statements())
    told = data.load("evidence_statements").merge(
        data.load("evidence_agreed"), on="id", suffixes=("", "_coding")
    )
    for row in table.itertuples():
        own = told.loc[(told["source_type"] == row.speaker) & told["ods_code"].ne("ENG"), "direction"]
        assert (row.up, row.down, row.neutral) == tuple((own == sign).sum() for sign in ("+", "-", "0"))
        assert row.share == pytest.approx(100 * row.up / (row.up + row.down))
    bars = BeautifulSoup(compared_drawn.speakers(table).html, "html.parser").select("li")
    longest = table[["up", "down", "neutral"]].sum(axis=1).max()
    for row, bar in zip(table.itertuples(), bars, strict=True):
        assert f"▲ {row.up}, ○ {row.neutral}, ▼ {row.down}" in bar.get_text()
        widths = [float(part["width"].rstrip("%")) for part in bar.select("rect")]
        assert [round(width * longest / 100) for width in widths] == [row.up, row.neutral, row.down]
    said = compared_words.speaker_sentence(table)
    assert "Parliament" not in said  # fewer than ten that lean
    assert [said.index(name) for name in ("trusts", "regulators", "the press")] == sorted(
        said.index(name) for name in ("trusts", "regulators", "the press")
    )


@pytest.mark.parametrize("trust", CASES)
def test_every_statement_is_one_mark_that_leads_to_it_and_shows_its_direction(stories, trust):
    told = stories[trust].statements.set_index("id")
    page = parsed(stories[trust])
    inside = page.select("svg a[href^='#']")
    beyond = page.select(".beyond a")
    assert sorted(link["href"][1:] for link in inside + beyond) == sorted(told.index)
    for link in inside:
        assert link.path["class"] == [strip.KINDS[told.loc[link["href"][1:], "direction"]]]
        assert link["href"][1:] in link.title.get_text()
    for link in beyond:
        row = told.loc[link["href"][1:]]
        assert link.get_text().startswith(statements.SYMBOLS[row["direction"]])
        assert not strip.FIRST <= int(row["date"][:4]) <= strip.LAST
    counts = told["direction"].value_counts()
    for part, sign in zip(page.select(".key > span"), strip.SHAPES, strict=False):
        assert part.get_text(strip=True).startswith(str(counts.get(sign, 0)))


@pytest.mark.parametrize("trust", CASES)
def test_marks_of_one_direction_do_not_lie_over_each_other(stories, trust):
    for _, rows in strip.stacked(stories[trust].statements).groupby(["direction", "level"]):
        assert (rows["x"].sort_values().diff().dropna() > strip.APART).all()


def test_a_value_of_a_year_stands_in_the_middle_of_that_year():
    year = strip.place(strip.middle(pd.Period("2014", freq="Y")))
    start, end = strip.place(pd.Timestamp("2014-01-01")), strip.place(pd.Timestamp("2015-01-01"))
    assert year == pytest.approx((start + end) / 2, abs=0.05)
    ticks = {
        text.get_text(): float(text["x"].rstrip("%"))
        for text in BeautifulSoup(strip.years_axis(strip.FIRST, strip.LAST), "html.parser").select("text")
    }
    assert ticks["2014"] == pytest.approx(year, abs=0.1)


def test_each_value_is_a_point_and_the_highest_and_lowest_are_named(stories):
    found = stories["RPA"]
    parts = parsed(found).select("svg:has(> svg > .line)")
    assert len(parts) == 3
    for part, chart in zip(parts, found.charts.values(), strict=False):
        seen = chart.frame[chart.frame["value"].notna()]
        points = part.select("circle")
        assert len(points) == len(seen)
        assert len(part.select(".signal")) == seen["signal"].notna().sum()
        heights = [float(point["cy"].rstrip("%")) for point in points]
        assert heights.index(min(heights)) == seen["value"].argmax()
        assert "0" in [text.get_text() for text in part.select(".tick")]
        assert all(0 < height < 100 for height in heights)


def test_a_trust_without_measures_has_its_statements_alone(stories):
    assert not stories["RYD"].charts
    assert not parsed(stories["RYD"]).select(".line")


def test_every_cell_of_the_matrix_is_there_with_its_lean_and_leads_to_what_stands_for_it(compared):
    found, page = compared
    rows = page.select("tbody tr:not(.family)")
    assert [row.th.get_text().lower() for row in rows] == [label.lower() for label in found.themes]
    for row, theme in zip(rows, found.themes.index, strict=True):
        marks = row.select("td:not(.lean)")
        assert len(marks) == len(found.order)
        for shown, trust in zip(marks, found.order, strict=True):
            cell = found.cell(trust, theme)
            kinds = [shape["class"][0] for shape in shown.select("svg [class]")]
            wanted = {"both ways": ["helps", "hinders"], "no statement": ["none"]}
            assert kinds == wanted.get(cell["leaning"], [cell["leaning"]])
            if cell["n"]:
                assert shown.a["href"] == statements.address(cell["telling"], here="cases/compared")
                assert str(cell["n"]) in shown.get_text()
            else:
                assert shown.a is None
        leans = found.cells[found.cells["theme"] == theme]["leaning"]
        told = [int("".join(filter(str.isdigit, part.get_text()))) for part in row.select(".lean > span")]
        assert told == [(leans == "helps").sum(), (leans == "hinders").sum()]


def test_columns_run_from_the_best_outcome_to_the_worst_under_three_heads(compared):
    found, page = compared
    heads = [head.a["href"] for head in page.select("thead th[scope=col]") if head.a]
    assert heads == [f"{cases.SLUGS[trust]}.html" for trust in found.order]
    spans = [int(head["colspan"]) for head in page.select("th[scope=colgroup]")]
    assert sum(spans) == len(found.order)
    assert len(spans) == 3
