"""Statement ids lead to the statement: in tables, in lists and in prose."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.chapters.cases import statements as shown
from analysis.study.evidence.cases import SLUGS, codebook, statements

BOOK = Path(__file__).resolve().parents[1] / "book"
spec = importlib.util.spec_from_file_location("statement_role", BOOK / "_ext" / "statements.py")
extension = importlib.util.module_from_spec(spec)
spec.loader.exec_module(extension)


@pytest.mark.parametrize(
    ("identifier", "here", "href"),
    [
        ("RXR-07", "cases/east-lancashire", "#RXR-07"),
        ("RXR-07", "cases/compared", "east-lancashire.html#RXR-07"),
        ("RPA-01", "index", "cases/medway.html#RPA-01"),
        ("RPA-01", "about/reporting", "../cases/medway.html#RPA-01"),
    ],
)
def test_address_from_each_page(identifier, here, href):
    assert shown.address(identifier, here=here) == href
    assert extension.address(identifier, here) == href


@pytest.mark.parametrize("bad", ["ENG-01", "RXR-7", "RXR-077", "ZZZ-01", "see RXR-07"])
def test_what_is_not_an_id_of_a_case_is_refused(bad):
    with pytest.raises(ValueError, match="no page"):
        shown.address(bad, here="index")


def test_ids_in_cells_become_links_and_tags_and_captions_stay():
    frame = pd.DataFrame({"Theme": ["money <b>"], "Which": ["RYD-15, RMY-20 and AB-12"]})
    table = shown.linked_table(frame, caption="About RXR-01", here="cases/compared", sources=())
    soup = BeautifulSoup(table.html, "html.parser")
    assert [a["href"] for a in soup.find_all("a")] == [
        "south-east-coast-ambulance.html#RYD-15",
        "norfolk-suffolk.html#RMY-20",
    ]
    assert soup.td.get_text() == "RYD-15, RMY-20 and AB-12"
    assert soup.caption.get_text() == "About RXR-01"
    assert soup.caption.find("a") is None
    assert repr(table).startswith("About RXR-01\n")


ROW = {
    "id": "RXR-01", "trust": "RXR", "date": "2013-07", "phase": "before", "kind": "view", "statement": "A < B & C.",
    "theme": "R1", "second_theme": None, "direction": "-", "source_title": 'Say "no"', "source_publisher": "P",
    "source_type": "press", "source_url": "javascript:alert(1)", "source_date": None,
}  # fmt: skip


def test_a_statement_shows_its_words_as_text_and_never_a_link_that_runs():
    themes = pd.Series({"R1": "commitment"})
    html = shown.statement_list(pd.DataFrame([ROW]), themes=themes, title="Before").html
    soup = BeautifulSoup(html, "html.parser")
    item = soup.find("li", id="RXR-01")
    assert "A < B & C." in item.get_text()
    assert item.find("a") is None
    assert "July 2013" in item.get_text()
    assert "▼ hinders or fails" in item.get_text()
    web = pd.DataFrame([{**ROW, "source_url": "https://example.org/?a=1&b=2"}])
    html = shown.statement_list(web, themes=themes, title="Before").html
    assert BeautifulSoup(html, "html.parser").a["href"] == "https://example.org/?a=1&b=2"
    with pytest.raises(ValueError, match="no statement"):
        shown.statement_list(web.iloc[:0], themes=themes, title="Before")


@pytest.mark.parametrize("trust", SLUGS)
def test_every_statement_of_a_case_has_one_anchor_and_its_words_are_in_the_plain_text(trust):
    own = statements()
    own = own[own["trust"] == trust]
    made = shown.statement_list(own, themes=codebook(), title="All")
    soup = BeautifulSoup(made.html, "html.parser")
    assert [item["id"] for item in soup.find_all("li")] == own["id"].tolist()
    assert all(a["href"].startswith("http") for a in soup.find_all("a"))
    assert all(text in repr(made) for text in own["statement"])


def inliner(here="index"):
    reporter = SimpleNamespace(error=lambda text, line: text)
    return SimpleNamespace(
        reporter=reporter,
        problematic=lambda raw, text, message: message,
        document=SimpleNamespace(settings=SimpleNamespace(env=SimpleNamespace(docname=here))),
    )


def test_the_role_links_what_exists_and_reports_what_does_not():
    made, messages = extension.role("statement", "raw", "RGT-19", 1, inliner("cases/compared"))
    assert messages == []
    assert made[0]["refuri"] == "cambridge.html#RGT-19".removeprefix("cases/")
    assert made[0].astext() == "RGT-19"
    _, messages = extension.role("statement", "raw", "RGT-99", 1, inliner())
    assert "RGT-99" in messages[0]
    made, _ = extension.role("statement", "raw", "ENG-05", 1, inliner("cases/medway"))
    assert made[0]["refuri"] == "../theory.html#ENG-05"


def test_a_list_of_rows_leads_with_the_first_column_and_links_its_ids():
    frame = pd.DataFrame({"Theme": ["money & <care>"], "Later": ["2"], "Words": ["RYD-15: More staff."]})
    made = shown.linked_list(frame, title="Helped", here="cases/south-east-coast-ambulance", sources=())
    item = BeautifulSoup(made.html, "html.parser").li
    assert item.strong.get_text() == "money & <care>"
    assert "later: 2" in item.get_text()
    assert item.a["href"] == "#RYD-15"
    assert repr(made) == "Helped\nmoney & <care> (later: 2)\nRYD-15: More staff."
    folded = shown.linked_list(frame, title="Helped", here="index", sources=(), folded=True)
    soup = BeautifulSoup(folded.html, "html.parser")
    assert soup.details.summary.get_text() == "Helped"
    assert repr(folded) == repr(made)
    for bad in (frame[["Theme"]], frame.assign(Later=None)):
        with pytest.raises(ValueError, match="two or more columns"):
            shown.linked_list(bad, title="Helped", here="index")


def test_a_folded_table_keeps_its_caption_and_its_links():
    frame = pd.DataFrame({"Theme": ["money"], "Which": ["RYD-15"]})
    table = shown.linked_table(frame, caption="C", here="index", sources=(), folded=True)
    soup = BeautifulSoup(table.html, "html.parser")
    assert soup.details.summary.get_text() == soup.caption.get_text() == "C"
    assert soup.details.a["href"] == "cases/south-east-coast-ambulance.html#RYD-15"


def test_statements_by_phase_are_all_there_and_a_phase_without_title_is_refused():
    own = pd.DataFrame([ROW, {**ROW, "id": "RXR-02", "phase": "after"}])
    themes = pd.Series({"R1": "commitment"})
    titles = {"before": "Before", "between": "Between", "after": "After"}
    made = shown.by_phase(own, themes=themes, titles=titles)
    soup = BeautifulSoup(made.html, "html.parser")
    assert [section["aria-label"] for section in soup.find_all("section")] == [
        "Before: 1 public statement",
        "After: 1 public statement",
    ]
    with pytest.raises(ValueError, match="after"):
        shown.by_phase(own, themes=themes, titles={"before": "Before"})
