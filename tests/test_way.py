"""The way through the report: every page of the contents has a question; a page is changed once and keeps its parts."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

EXT = Path(__file__).resolve().parents[1] / "book" / "_ext"
BOOK = EXT.parent
TOC = re.findall(r"^\s*(?:-\s+)?(?:root|file):\s*(\S+)", (BOOK / "_toc.yml").read_text(), re.MULTILINE)
PAGE = """<html><head></head><body><div class="header-article-items__start"></div>
<div id="pst-primary-sidebar"><nav class="bd-links"><p class="caption">Metrics</p><ul><li class="toctree-l1 current">
<a href="entry.html">Entry</a></li><li class="toctree-l1"><a href="after.html">After</a></li></ul>
<p class="caption">Costs</p><ul><li class="toctree-l1"><a href="../costs.html">Costs</a></li></ul></nav></div>
<main><article><h1>Effects<a class="headerlink" href="#effects">#</a></h1><p>{text}</p>
<figcaption>A <span class="status status-assumption">assumption</span></figcaption>
<div class="table-box"><table class="result cards-m" role="table"><caption>B
<span class="status status-public-record">public record</span> <span class="status status-assumption">assumption</span>
</caption></table></div></article>
<div class="prev-next-area"><a class="right-next" href="rivals.html"><p class="prev-next-title">Rivals</p></a></div></main></body></html>"""


@pytest.fixture(scope="module")
def way():
    sys.path.insert(0, str(EXT))
    spec = importlib.util.spec_from_file_location("way_extension", EXT / "way.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def minutes(way, html: str) -> int:
    page = BeautifulSoup(html, "html.parser")
    way.folds.shut(page)
    return way.minutes(page)


def finished(way, html: str, edition: str = "") -> BeautifulSoup:
    """A page of entry with its way, the minutes of the page after it being one."""
    page = BeautifulSoup(html, "html.parser")
    way.folds.shut(page)
    long = {"metrics/entry": way.minutes(page), "metrics/rivals": 1}
    way.put(page, "metrics/entry", edition)
    return BeautifulSoup(way.timed(str(page), long), "html.parser")


def test_every_page_of_the_contents_has_a_question_of_its_own(way):
    assert set(way.QUESTIONS) == set(TOC)
    assert len(set(way.QUESTIONS.values())) == len(TOC)
    assert all(re.fullmatch(r"[a-z].{8,60}\?", question) for question in way.QUESTIONS.values())


def test_a_page_says_where_it_stands_what_it_answers_and_what_is_next(way):
    page = finished(way, PAGE.format(text="word " * 400), "Edition 2026.1, 23 November 2026")
    assert page.select_one(".crumbs").get_text(" ", strip=True) == "Findings Metrics Effects"
    assert page.select_one(".crumbs a")["href"] == "../index.html"
    assert page.select_one("p.way").get_text() == (
        "Answers: did care change after a trust entered? 2 minutes. Next: Rivals"
    )
    assert "would they have recovered anyway? 1 minute" in page.select_one(".prev-next-area").get_text()
    assert page.select_one(".running a")["href"] == "../about/editions.html"
    folds = page.select("details.part")
    assert [fold.summary.get_text() for fold in folds] == ["Metrics"]
    assert folds[0].has_attr("open")
    assert page.main.find_next_sibling()["id"] == "pst-primary-sidebar"
    assert page.select_one("a.headerlink").get_text() == ""
    assert "<!-- minutes" not in str(page)


def test_the_minutes_leave_out_what_is_folded_and_a_finished_page_is_not_counted_again(way):
    check = "".join(
        f"<section><h2>C</h2><p>{text}</p></section>"
        for text in ("word " * 460, way.folds.CHECK + " word" * 690)
    )
    more = f'{check}<ul><li><p>{"word " * 460}</p></li></ul><ul class="drawn"><li>{"word " * 920}</li></ul>'
    html = PAGE.format(text="word " * 460).replace("</article>", f"{more}</article>")
    assert minutes(way, html) == 6
    assert way.SAID.search(str(finished(way, html))).group(1) == "6"


def test_the_first_mark_of_a_kind_leads_to_its_meaning_and_no_caption_of_a_table_holds_a_link(way):
    page = finished(way, PAGE.format(text="x"))
    assert [a["href"] for a in page.select("article .status a, .mark-said a")] == [
        "../about/glossary.html#term-Assumption",
        "../about/glossary.html#term-Public-record",
    ]
    assert page.select("table caption a") == []
    glossary = (BOOK / "about" / "glossary.md").read_text(encoding="utf-8")
    for term in ("Assumption", "Public record", "Published figure"):
        assert f"\n{term}\n" in glossary


def test_reading_time_counts_text_alone(way):
    assert minutes(way, PAGE.format(text="word " * 700)) == 3
    folded = PAGE.format(text="x").replace(
        "</article>", f"<details><p>{'word ' * 900}</p></details></article>"
    )
    assert minutes(way, folded) == 1


def test_marks_in_titles_of_folds_alone_are_explained_before_the_first(way):
    pill = '<span class="status status-public-record">public record</span>'
    fold = f"<details><summary>Years {pill}</summary><p>x</p></details>"
    one = BeautifulSoup(f"<article><section>{fold}{fold}</section></article>", "html.parser")
    way._marks(one, "metrics", way.picked.named(one))
    (said,) = one.select("p.mark-said a")
    assert said.get_text() == "What the mark “public record” means"
    assert said.find_parent("p").find_next_sibling() is one.details
    shown = BeautifulSoup(f"<article><section>{fold}<p>{pill}</p></section></article>", "html.parser")
    way._marks(shown, "metrics", way.picked.named(shown))
    assert not shown.select("p.mark-said")
    assert shown.select_one("section > p .status a"), "one that is shown leads to it"
