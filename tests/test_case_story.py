"""What a case page says: sides, gaps, measures and charts, on made statements and on the tables themselves."""

from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.chapters.cases import compared_words, story_words
from analysis.study import regime
from analysis.study.evidence import cases, story
from analysis.study.evidence.cases import SLUGS, CaseError, order_by_outcome

BOOK = Path(__file__).resolve().parents[1] / "book"
THEMES = pd.Series({"R1": "commitment", "B4": "engagement", "I2": "partner", "O4": "rating"})


def row(number, theme, direction, phase="during", second=None):
    return {
        "id": f"AAA-{number:02}", "trust": "AAA", "date": str(2010 + number), "phase": phase, "kind": "event",
        "statement": f"Statement {number}.", "theme": theme, "second_theme": second, "direction": direction,
    }  # fmt: skip


TOLD = pd.DataFrame(
    [
        row(1, "B4", "+", "before"),
        row(2, "B4", "+"),
        row(3, "I2", "+", "after"),
        row(4, "I2", "+", "between"),
        row(5, "I2", "-"),
        row(6, "O4", "+", second="I2"),
        row(7, "O4", "-", second="O4"),
        row(8, "B4", "0"),
        row(9, "O4", "0", "before", second="B4"),
    ]
)


def test_sides_leave_out_outcomes_neutral_ones_and_the_time_before_entry():
    helped = story.sides(TOLD, themes=THEMES, direction="+")
    assert helped[["theme", "n", "inside", "telling"]].values.tolist() == [
        ["I2", 2, 0, "AAA-04"],
        ["B4", 1, 1, "AAA-02"],
    ]
    assert helped["ids"][0] == ("AAA-03", "AAA-04")
    hindered = story.sides(TOLD, themes=THEMES, direction="-")
    assert hindered["ids"].tolist() == [("AAA-05",)]
    before = story.sides(TOLD, themes=THEMES, direction="+", phases=("before",))
    assert before["ids"].tolist() == [("AAA-01",)]
    with pytest.raises(CaseError, match="'0'"):
        story.sides(TOLD, themes=THEMES, direction="0")


def test_sides_do_not_depend_on_the_order_of_rows_nor_change_them():
    turned = TOLD.iloc[::-1].copy()
    kept = turned.copy()
    pd.testing.assert_frame_equal(
        story.sides(TOLD, themes=THEMES, direction="+"), story.sides(turned, themes=THEMES, direction="+")
    )
    pd.testing.assert_frame_equal(turned, kept)


def test_beside_an_outcome_only_what_is_not_an_outcome_and_since_entry():
    beside = story.beside_outcomes(TOLD, themes=THEMES)
    assert beside[["id", "direction", "outcome", "named"]].values.tolist() == [
        ["AAA-06", "+", "rating", "partner"]
    ]


def test_what_is_unknown_counts_second_themes_as_said():
    readings = pd.DataFrame(
        {"dimension": ["R1", "R1", "B4"], "label": ["commitment"] * 2 + ["engagement"], "rank": [np.nan, np.nan, 2.0]}
    )  # fmt: skip
    have = pd.DataFrame({"values": [3, 0], "title": ["Beds", "Waits"]}, index=["beds", "waits"])
    found = story.unknown(TOLD[TOLD["id"] == "AAA-06"], THEMES, readings, have)
    assert found.values.tolist() == [
        ["theme", "commitment"],
        ["theme", "engagement"],
        ["reading", "commitment"],
        ["indicator", "Waits"],
    ]


def spell(number, entered, last, ended, months, known=True):
    return {
        "name": "Alpha", "spell": number, "entered": pd.Timestamp(entered), "last_day": pd.Timestamp(last),
        "ended_by": ended, "months": months, "day_known": known,
    }  # fmt: skip


def test_in_and_out_in_words():
    twice = [spell(2, "2017-04-11", "2021-07-13", "administrative end", 51.0), spell(1, "2013-07-16", "2015-03-15", "exit", 20.0, False)]  # fmt: skip
    assert story.in_and_out(pd.DataFrame(twice)) == (
        "Alpha entered special measures in July 2013 and left in March 2015, after about 20 months; it came back on "
        "11 April 2017 and was still in when the regime ended on 13 July 2021, 51.0 months later."
    )
    taken = story.in_and_out(pd.DataFrame([spell(1, "2014-05-01", "2014-10-01", "acquired", 5.0)]))
    assert taken.endswith("was taken over by another trust on 1 October 2014, after 5.0 months.")


def test_side_with_nothing_and_with_many_alike():
    helped = story.sides(TOLD, themes=THEMES, direction="+")
    assert story_words._most(helped) == "“partner” (2 statements)"
    assert story_words._most(helped.iloc[:0]) == "no theme"


@pytest.fixture(scope="module")
def stories():
    return {trust: story.story(trust) for trust in SLUGS}


@pytest.mark.parametrize("trust", SLUGS)
def test_each_story_is_whole(stories, trust):
    found = stories[trust]
    told = cases.statements()
    assert len(found.statements) == (told["trust"] == trust).sum()
    sides = [one for side in (found.helped, found.hindered) for ids in side["ids"] for one in ids]
    assert len(sides) == len(set(sides))
    assert set(sides) <= set(found.statements["id"])
    assert len(found.measures) == len(data.load("indicators"))
    assert (found.measures.loc[list(found.charts), "values"] > 0).all()
    counts = found.measures[list(story.SPELL_PHASES)].sum(axis=1)
    assert (counts == found.measures["values"]).all()
    assert set(found.unknown["kind"]) <= {"theme", "reading", "indicator"}
    missing = (found.measures["values"] == 0).sum()
    assert (found.unknown["kind"] == "indicator").sum() == missing
    text = found.sentence()
    assert f"{len(found.measures) - missing} of {len(found.measures)} indicators" in text
    assert "nan" not in text + story_words.story_sentence(found) + story_words.answer(found)
    assert "held it back" not in story_words.answer(found)  # a theme is a subject, not a cause


def test_a_chart_is_the_trust_less_the_median_of_its_own_type(stories):
    found = stories["RPA"]
    chart = found.charts["bed_occupancy"]
    panel = regime.panel("bed_occupancy")
    others = panel[panel["trust"].isin(chart.comparators)]
    assert (others["type"] == "acute").all()
    assert (others["phase"] == "never").all()
    own = panel[panel["trust"] == "RPA"].set_index("period")["value"]
    median = others.groupby("period")["value"].median()
    seen = chart.frame.set_index("period")["value"].dropna()
    np.testing.assert_allclose(seen, (own - median).reindex(seen.index))
    level = story.levels(found).set_index("indicator").loc["bed_occupancy"]
    phase = chart.frame[chart.frame["phase"] == "during"]["value"]
    assert level["during"] == pytest.approx(phase.mean())
    assert level["during_n"] == phase.count()


def test_a_trust_without_measures_says_so(stories):
    found = stories["RYD"]
    assert found.charts == {}
    assert story.levels(found).empty
    assert "its 5 measures have too few trusts like it for this axis" in story_words.story_title(found)
    assert story.at_entry("RYD") is None
    assert "cannot be estimated" in story_words.entry_sentence(None, found.name)
    lacking = story_words.unknown_for_readers(found)["Which"].iloc[-1]
    assert "Hospital mortality (SHMI)" in lacking
    assert "Pulse on arrival after cardiac arrest" not in lacking


def test_a_mental_health_trust_has_its_beds_and_not_the_code_before_its_merger(stories):
    found = stories["RMY"]
    assert list(found.charts) == ["mental_illness_bed_occupancy"]
    panel = regime.panel("mental_illness_bed_occupancy")
    mine = story.own_rows("RMY", panel)
    assert (mine["phase"] != "never").all()
    assert (panel["trust"].str[:3] == "RMY").sum() > len(mine)


def test_an_unknown_trust_is_refused():
    with pytest.raises(CaseError, match="RNL"):
        story.story("RNL")
    with pytest.raises(CaseError, match="RYD"):
        story.one_chart("RYD", regime.panel("bed_occupancy"), name="bed_occupancy")


# What the pages say in words about their figures: page, indicator, phase that is nearer to better, phase that is not.
SAID = [
    ("RXR", "shmi", "after", "before"),
    ("RXR", "recommend_work", "after", "before"),
    ("RXR", "four_hour_waits", "before", "after"),
    ("RWD", "four_hour_waits", "before", "after"),
    ("RWD", "four_hour_waits", "after", "second spell"),
    ("RF4", "recommend_work", "after", "before"),
    ("RF4", "bed_occupancy", "after", "before"),
    ("RGT", "recommend_work", "before", "during"),
    ("RGT", "recommend_work", "after", "during"),
    ("RGT", "four_hour_waits", "after", "during"),
    ("RWP", "four_hour_waits", "before", "during"),
    ("RWP", "recommend_work", "before", "during"),
    ("RWP", "bed_occupancy", "before", "during"),
]


@pytest.mark.parametrize(("trust", "name", "better", "worse"), SAID)
def test_what_a_page_says_about_its_figure_in_words_still_holds(stories, trust, name, better, worse):
    level = story.levels(stories[trust]).set_index("indicator").loc[name]
    sign = 1 if level["direction"] == "higher is better" else -1
    assert sign * (level[better] - level[worse]) > 0


def test_the_other_words_about_figures_still_hold(stories):
    medway = story.levels(stories["RPA"]).set_index("indicator")
    for phase in ("before", "during", "after"):
        assert medway.loc["four_hour_waits", phase] < 0 < medway.loc["bed_occupancy", phase]
        assert medway.loc["recommend_work", phase] < 0 < medway.loc["shmi", phase]
        assert story.levels(stories["RGT"]).set_index("indicator").loc["shmi", phase] < 0
    waits = story.levels(stories["RF4"]).set_index("indicator").loc["four_hour_waits"]
    assert abs(waits["after"] - waits["before"]) < 1  # "hardly moved"
    assert story.levels(stories["RWP"])["after_n"].eq(0).all()


def test_the_order_that_the_chapter_speaks_of():
    order = order_by_outcome(cases.statements(), regime.spells()).set_index("trust")
    assert order["held"].to_dict() == {
        "RGT": 1,
        "RWP": 1,
        "RXR": 2,
        "RYD": 2,
        "RF4": 2,
        "RPA": 2,
        "RMY": 3,
        "RWD": 3,
    }
    left = order.loc[["RGT", "RWP", "RXR", "RYD", "RF4", "RPA"]]
    assert left["months"].idxmax() == left["left"].idxmax() == "RWP"
    frame = compared_words.order_for_readers(order.reset_index())
    assert frame["Statements of a fall since"].tolist()[0] == "none"
    assert order.loc["RWP", "followed"] == pytest.approx(
        (pd.Timestamp("2025-10-10") - order.loc["RWP", "left"]).days / 365.25
    )
    assert order.loc["RF4", "fell"] == pytest.approx(
        (pd.Timestamp("2018-02-09") - order.loc["RF4", "left"]).days / 365.25
    )
    assert frame["Followed since"].tolist()[-1] == "no exit to follow"
    said = compared_words.ordering_sentence(order.reset_index())
    assert "2 left and held (followed for about 5.0 to 9.4 years)" in said
    assert "4 left and later fell back (after about 0.9 to 10.6 years)" in said
    assert said.endswith("and 2 came back or never left.")


@pytest.mark.parametrize("slug", [*SLUGS.values(), "compared"])
def test_statements_named_in_prose_exist_and_a_page_speaks_of_its_own(slug):
    """A page may cite only its own trust; only the comparison cites all."""
    notebook = nbformat.read(BOOK / "cases" / f"{slug}.ipynb", as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    cited = set(pd.Series([prose]).str.findall(r"\{statement\}`([^`]+)`").iloc[0])
    told = cases.statements()
    if slug != "compared":
        told = told[told["trust"].map(SLUGS) == slug]
    assert len(cited) >= 10
    assert cited <= set(told["id"])
