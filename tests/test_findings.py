"""Headline findings: the rule of certainty, the order, the words, and the same number in every place."""

import re
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis import data
from analysis.chapters import findings as findings_page, findings_words, ruled
from analysis.chapters.findings import Finding, FindingError
from analysis.edition import headlines, rating, store
from analysis.edition.headlines import Headline
from analysis.present.cards import Card, cards
from analysis.study import certainty, indicators
from analysis.study.certainty import HIGH, LEVELS, LOW, MODERATE, VERY_LOW
from analysis.study.rule import CANNOT_TELL, IMPROVED, NO_IMPORTANT, WORSENED
from analysis.study.ruled_out import RuledOut

BOOK = Path(__file__).resolve().parents[1] / "book"
MET = {"n": 30, "verdict": IMPROVED, "parting": False, "calibrated": True, "agree": True}
ABOUT = {"unit": "months", "sure": 1.0, "surely": 28.0}


@pytest.fixture(scope="module")
def known():
    return findings_page.numbers()


@pytest.fixture(scope="module")
def found(known):
    return findings_page.findings(known)


def headline(key="entry_shmi", **changed):
    base = {
        "name": "Hospital mortality", "value": -0.02, "low": -0.04, "high": 0.01, "unit": "ratio", "n": 30, "of": "trusts",
        "direction": "lower is better", "none": 0.0, "verdict": "no clear change", "page": "metrics/entry",
        "anchor": "entry-shmi", "indicator": "shmi", "sources": ("shmi_yearly",), "rule": certainty.BY_DIFFERENCE,
        "certainty": VERY_LOW,
    }  # fmt: skip
    return Headline(key=key, **{**base, **changed})


def finding(key="entry_shmi", **changed):
    number = headline(key, **changed)
    return Finding(number, "Did it change?", "No.", "the interval includes zero", "Chance.")


@pytest.mark.parametrize(
    ("changed", "level", "doubts"),
    [
        ({}, MODERATE, (certainty.NOT_BY_LOT,)),
        ({"verdict": WORSENED}, MODERATE, (certainty.NOT_BY_LOT,)),
        ({"verdict": NO_IMPORTANT}, MODERATE, (certainty.NOT_BY_LOT,)),  # a precise null
        ({"verdict": CANNOT_TELL}, VERY_LOW, (certainty.EITHER,)),  # ignorance
        ({"verdict": CANNOT_TELL, "agree": False}, VERY_LOW, (certainty.EITHER,)),
        ({"parting": True}, LOW, (certainty.NOT_BY_LOT, certainty.PARTING)),
        ({"calibrated": False}, LOW, (certainty.NOT_BY_LOT, certainty.BARE)),
        ({"agree": False}, LOW, (certainty.NOT_BY_LOT, certainty.DISAGREE)),
        ({"parting": True, "agree": False}, VERY_LOW, (certainty.NOT_BY_LOT, certainty.PARTING, certainty.DISAGREE)),
        ({"n": 4}, VERY_LOW, (certainty.FEW,)),
        ({"n": 5}, MODERATE, (certainty.NOT_BY_LOT,)),
        ({"lower": np.nan}, VERY_LOW, (certainty.NO_INTERVAL,)),
    ],
)  # fmt: skip
def test_certainty_of_a_difference_follows_the_rule(changed, level, doubts):
    found = certainty.of_difference(**{"lower": -2.0, "upper": -1.0, **MET, **changed})
    assert (found.level, found.doubts) == (level, doubts)


def test_no_difference_reaches_the_highest_level_and_other_words_are_refused():
    assert certainty.of_difference(1.0, 2.0, **MET).level != HIGH
    with pytest.raises(ValueError, match="no clear change"):
        certainty.of_difference(1.0, 2.0, **{**MET, "verdict": "no clear change"})


@pytest.mark.parametrize(
    ("limits", "changed", "level"),
    [
        ((28, 23, 33), {}, HIGH),
        ((28, 22, 34), {}, HIGH),  # as far as matters, not further
        ((28, 20, 33), {}, MODERATE),
        ((28, 15, 33), {}, LOW),  # twice as far: two steps
        ((28, 23, 33), {"sure": 0.75}, HIGH),
        ((28, 23, 33), {"sure": 0.74}, MODERATE),
        ((28, 23, 33), {"surely": 35.0}, MODERATE),
        ((28, 23, 33), {"surely": np.nan}, MODERATE),
        ((28, 15, 33), {"surely": 35.0, "sure": 0.5}, VERY_LOW),
        ((28, 20, 33), {"surely": 35.0, "sure": 0.5}, VERY_LOW),
        ((15, 5, 24), {"unit": "percent", "surely": 15.0}, HIGH),
        ((15, 5, 32), {"unit": "percent", "surely": 15.0}, MODERATE),
        ((15, np.nan, np.nan), {"unit": "percent", "surely": 15.0}, VERY_LOW),
    ],
)
def test_certainty_of_the_record_goes_down_step_by_step(limits, changed, level):
    assert certainty.of_record(*limits, **{**ABOUT, **changed}).level == level


@pytest.mark.parametrize(
    ("verdict", "estimates", "sign", "agrees"),
    [
        (IMPROVED, [1, 2, np.nan], 1, True),
        (IMPROVED, [1, -1], 1, False),
        (IMPROVED, [-1, -2], -1, True),
        (IMPROVED, [1, 0], 1, False),
        (WORSENED, [-3, -1], 1, True),
        (WORSENED, [-3, 1], 1, False),
        (NO_IMPORTANT, [-9, 1.9], 1, True),
        (NO_IMPORTANT, [-9, 2.0], 1, False),
        (NO_IMPORTANT, [9, -1.9], -1, True),
        (IMPROVED, [], 1, True),
    ],
)
def test_ways_to_compare_agree(verdict, estimates, sign, agrees):
    assert certainty.agree(verdict, estimates, sign=sign, important=2.0) is agrees


def test_a_word_of_certainty_has_one_meaning(found):
    """Each level is said of an answer, never of a number: we do not know, exactly where we say so."""
    for one in found:
        unknown = set(one.number.doubts) & {certainty.EITHER, certainty.NO_INTERVAL, certainty.FEW}
        assert (one.number.certainty == VERY_LOW) == (bool(unknown) or len(one.number.doubts) > 2), one.key
        if one.key.startswith("entry_") and one.number.indicator and "keogh" not in one.key:
            told = "cannot tell" in one.answer
            assert told == (one.number.certainty == VERY_LOW), one.key
            assert told or one.number.certainty == MODERATE or certainty.PARTING in one.number.doubts


def test_there_are_six_to_ten_findings_that_say_what_they_must(found):
    assert 6 <= len(found) <= 10
    assert len({one.key for one in found}) == len(found)
    for one in found:
        assert one.number.certainty in LEVELS
        assert "better" in one.direction()
        assert one.number.n > 0
        assert one.rival.endswith(".")


def test_each_primary_indicator_has_its_finding(found):
    keys = {one.key for one in found}
    assert {f"entry_{name}" for name in indicators.indicators(primary=True)} <= keys


def test_a_number_is_judged_where_a_part_of_the_rule_judges_it(known):
    for one in known.values():
        assert (one.certainty in LEVELS) == bool(one.rule), one.key
    unjudged = ("trusts_entered", "share_left", "regression_to_the_mean_shmi")
    assert {known[key].certainty for key in unjudged} == {""}


def test_a_difference_is_judged_by_the_deciding_verdict_or_by_its_own_interval(monkeypatch):
    monkeypatch.setattr(rating.ruled_out, "verdict", lambda name: CANNOT_TELL)
    clear = {"value": -0.06, "low": -0.08, "high": -0.04}
    main, beside = headline(**clear), headline("equally_bad_shmi", **clear)
    gain = headline("gain_change_12_shmi", **clear, direction="higher is better")
    rows = rating.rated([main, beside, gain])
    assert [one.certainty for one in rows] == [VERY_LOW, LOW, LOW]
    assert rows[1].doubts == (certainty.NOT_BY_LOT, certainty.BARE)
    monkeypatch.setattr(rating, "others", lambda name: (-0.01, 0.01))
    assert rating.rated([beside])[0].doubts[-1] == certainty.DISAGREE
    assert rating.rated([gain])[0].certainty == LOW  # other ways to compare after entry do not speak of it
    assert rating.own_verdict(replace(main, low=np.nan)) == CANNOT_TELL


def test_every_number_on_record_says_where_it_is_shown_and_from_what():
    for one in headlines.headlines():
        assert set(one.sources) <= set(data.tables()), one.key
        assert any(re.fullmatch(pattern, one.anchor) for pattern in anchors(one.page)), one.key


def texts(chapter):
    """Return all that a committed notebook tells: glued texts and the words of its outputs."""
    notebook = nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "\n".join(
        str(text) for output in outputs for kind, text in output.get("data", {}).items() if "html" not in kind
    )


def told(chapter):
    """Return the cards and the rows of the headline table of a committed notebook."""
    notebook = nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4)
    htmls = [
        output["data"]["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    soup = BeautifulSoup("\n".join(htmls), "html.parser")
    links = [(li.find("strong").get_text(), li.find("a")["href"]) for li in soup.select("ol.findings > li")]
    tables = [table for table in soup.find_all("table") if table.find("th", string="Estimate")]
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in tables[0].select("tbody tr")]
    return links, {row[0]: row[1] for row in rows}


def test_the_number_of_a_finding_stands_in_the_chapter_that_it_links_to():
    links, estimates = told("findings")
    assert len(links) == len(estimates) > 5
    for question, href in links:
        chapter = href.split(".html")[0]
        assert estimates[
            question.split(": ", 1)[-1] if question.startswith("Changed") else question
        ].partition("; ")[0] in texts(chapter)


def test_a_number_that_differs_would_be_seen():
    _, estimates = told("findings")
    wrong = re.sub(r"\d", lambda digit: str(9 - int(digit.group())), next(iter(estimates.values())))
    assert wrong not in texts("metrics/after")


def test_briefing_and_findings_tell_the_same_numbers():
    assert told("briefing")[1] == told("findings")[1]


def anchors(chapter):
    """Return patterns of the anchors of a chapter: headings, and names of figures, which can be made by code."""
    notebook = nbformat.read(BOOK / f"{chapter}.ipynb", as_version=4)
    words = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    heads = [
        re.sub(r"[^a-z0-9]+", "-", line.lower()).strip("-")
        for t in words
        for line in re.findall(r"^#+ (.*)$", t, re.M)
    ]
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    names = re.findall(r'\bname=f?"([^"]+)"', code)
    return [re.escape(head) for head in heads] + [re.sub(r"\\?\{.*\\?\}", "[a-z-]+", re.escape(n)) for n in names]  # fmt: skip


def test_each_link_leads_to_a_heading_or_a_figure():
    links, _ = told("findings")
    for _, href in links:
        page, anchor = href.split(".html#")
        assert any(re.fullmatch(pattern, anchor) for pattern in anchors(page)), href
    assert not any(re.fullmatch(pattern, "no-such-place") for pattern in anchors("metrics/rivals"))


def test_a_changed_conclusion_goes_on_top_and_says_so():
    three = [finding("a"), finding("b"), finding("c")]
    order = findings_page.ordered(three, changed=["c"])
    assert [one.key for one in order] == ["c", "a", "b"]
    shown = cards(findings_words.for_page(order, changed=["c"]))
    first, second = repr(shown).splitlines()[:2]
    assert first.startswith("1. Changed since the last edition: Did it change?")
    assert "Changed since" not in second
    with pytest.raises(FindingError, match="'d'"):
        findings_page.ordered(three, changed=["d"])


def edition(where, rows, changes=()):
    headline = pd.DataFrame(
        rows, columns=["key", "name", "value", "low", "high", "unit", "n", "none", "verdict"]
    )
    about = {"number": "2026.1", "date": "2026-12-01", "commit": "0" * 40, "previous": None}
    empty = pd.DataFrame()
    moved = pd.DataFrame(list(changes), columns=["key", "conclusion"])
    parts = {
        "revisions": empty.assign(table=[]),
        "cells": empty.assign(table=[]),
        "periods": empty.assign(table=[]),
    }
    one = store.Edition(about=about, headline=headline, changes=moved, text="First.", **parts)
    store.write(one, citation="cff-version: 1.2.0\n", where=where)


def test_changed_findings_are_found_by_the_record_of_the_last_edition(tmp_path):
    now = [finding("same"), finding("turned"), finding("told"), finding("new")]
    assert findings_page.changed(now, where=tmp_path) == []
    row = ["Mortality", -0.02, -0.04, 0.01, "ratio", 30, 0.0, "no clear change"]
    turned = ["Mortality", 0.03, 0.01, 0.05, "ratio", 30, 0.0, "no clear change"]
    rows = [["same", *row], ["turned", *turned], ["told", *row]]
    edition(tmp_path, rows, [["same", False], ["told", True]])
    assert findings_page.changed(now, where=tmp_path) == ["turned", "told"]


RULED = {
    "improvement": 0.03,
    "worsening": 0.01,
    "important": 0.02,
    "better": 0.8,
    "much_better": 0.2,
    "verdict": CANNOT_TELL,
}


@pytest.mark.parametrize(
    ("changed", "beside", "words"),
    [
        ({}, {}, "lower than predicted, which is better. Beside trusts alike"),
        ({}, {"verdict": IMPROVED}, "So it improved."),
        ({}, {"verdict": WORSENED}, "So it worsened."),
        (
            {},
            {"verdict": NO_IMPORTANT},
            "no important improvement (that would be 2.0 deaths per hundred expected)",
        ),
        (
            {},
            {},
            "leaves out a fall of more than 3.0 deaths per hundred expected and a rise of more than 1.0",
        ),
        ({}, {"improvement": 0.0}, "leaves out any fall and a rise"),
        ({}, {"improvement": np.nan}, "so we cannot tell"),
        ({"high": 0.01}, {}, "no clear difference"),
        ({"low": np.nan}, {}, "cannot be said"),
        ({"value": 0.02, "low": 0.01, "high": 0.03}, {}, "higher than predicted, which is worse"),
        ({"n": 3}, {}, "too few trusts"),
    ],
)
def test_the_answer_follows_the_verdict_and_the_direction(changed, beside, words):
    main = headline(**{"high": -0.01, "indicator": "shmi", **changed})
    assert words in findings_page.after_entry(main, RuledOut(**{**RULED, **beside}))


def after_entry(beside=(0.0, -0.03, 0.03), **changed):
    """Return, by key, one primary indicator that moved and two that did not, each with equally bad trusts beside it."""
    rows = {}
    for name in indicators.indicators(primary=True):
        moved = {"high": -0.01, **changed} if name == "shmi" else {}
        value, low, high = beside if name == "shmi" else (0.0, -0.03, 0.03)
        rows[f"entry_{name}"] = headline(indicator=name, **moved)
        rows[f"equally_bad_{name}"] = headline(indicator=name, value=value, low=low, high=high)
    return rows


def test_the_plain_summary_follows_the_results():
    none, clear = after_entry(), after_entry(verdict=IMPROVED, beside=(-0.03, -0.05, -0.01))
    assert "none of these" in findings_words.summary_equally_bad(none)
    assert "we cannot tell about death rates" in findings_words.one_line(none)
    precise = after_entry(verdict=NO_IMPORTANT)
    assert "no important improvement in death rates" in findings_words.one_line(precise)
    assert "cannot tell about" in findings_words.one_line(precise)
    assert "We can rule out a fall of more than" in ruled.gains()
    assert "we can tell a change only in death rates" in findings_words.summary_equally_bad(clear)
    assert "death rates (improved)" in findings_words.one_line(clear)
    assert "the trusts that were never put in did worse" in findings_words.summary_equally_bad(clear)
    assert "lower than we would expect, which is better" in findings_words.summary_entry(none)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "No clear loss and no clear growth"),
        ({"high": -0.01}, "Part of it was lost."),
        ({"low": 0.001}, "It grew."),
        ({"verdict": "only one trust is observed"}, "It cannot be said: only one trust is observed."),
    ],
)
def test_what_became_of_a_gain_is_told_by_its_interval(changed, words):
    usual = {"value": -0.02, "low": -0.05, "high": 0.01, "verdict": ""}
    gain = headline("gain_change_12_shmi", **{**usual, **changed})
    assert findings_page.kept(gain).startswith(words)


def test_a_comparison_that_leans_is_told_without_words_of_the_trade():
    worse, none = "worse", "no clear difference"
    assert "weak evidence that it recovered less" in findings_page.set_apart(worse, none)
    assert "There is evidence that it recovered less" in findings_page.set_apart(worse, worse)
    assert "could not be told from that at equally bad trusts" in findings_page.set_apart(none, worse)
    assert "simulated figures" in findings_page.set_apart("better", none)
    planted = data.load("planted_truth").set_index(["indicator", "scenario", "method"])["bias"]
    assert planted["recommend_work", "bad draw", "less equally bad trusts"] < 0


def test_the_original_study_is_set_beside_ours():
    sides = {"shmi": -1, "four_hour_waits": 1, "recommend_work": 1}  # each the better one
    better = {-1: "lower is better", 1: "higher is better"}
    rows = {
        f"entry_{name}": headline(value=side, low=side - 0.5, high=side + 0.5, direction=better[side])
        for name, side in sides.items()
    }
    assert "We do not see it" not in findings_words.study_said(rows)
    rows["entry_four_hour_waits"] = headline()
    assert "We do not see it for the share of patients" in findings_words.study_said(rows)


def test_the_table_of_levels_counts_the_findings():
    table = findings_words.rule_for_readers([LOW, LOW, HIGH])
    assert table["Certainty"].tolist() == list(LEVELS)
    assert table["Findings"].tolist() == ["1", "0", "2", "0"]
    told = findings_words.doubts_for_readers().to_string()
    assert "6 months" in told
    assert "10% of trusts" in told
    every = {value for name, value in vars(certainty).items() if name.isupper() and isinstance(value, str)}
    assert set(findings_page.DOUBTED) <= every
    assert findings_words.highest([finding(certainty=LOW), finding(certainty=VERY_LOW)]) == LOW


def card(name="a", **changed):
    base = {
        "heading": "Q?",
        "answer": "A.",
        "facts": "1.",
        "certainty": "low.",
        "rival": "R.",
        "href": "x.html#a",
    }
    return Card(name=name, **{**base, **changed})


def test_cards_escape_their_texts_and_link_to_the_figure():
    html = cards([card(heading="A & B <i>?", href='x.html#"a')]).html
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find("strong").get_text() == "A & B <i>?"
    assert soup.find("i") is None
    assert soup.find("a")["href"] == 'x.html#"a'
    assert "A & B" in soup.find("a").get_text()


def test_cards_refuse_a_name_twice_and_an_empty_text():
    with pytest.raises(ValueError, match="used twice"):
        cards([card(), card()])
    with pytest.raises(ValueError, match="empty rival"):
        cards([card(rival=" ")])
