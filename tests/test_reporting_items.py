"""Checklists are complete, say why when they fall short, and name pages that there are."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.chapters import about_reporting as r

BOOK = Path(__file__).resolve().parents[1] / "book"


def item(number, **changed):
    row = {"checklist": "RAMESES II", "item": number, "topic": "T", "asks": "A?", "place": "index", "status": "reported", "note": None}  # fmt: skip
    return {**row, **changed}


def made(*changed):
    rows = {number: item(number) for number in range(1, r.CHECKLISTS["RAMESES II"] + 1)}
    rows.update({row["item"]: row for row in changed})
    return pd.DataFrame(rows.values())


def dead_places(frame, *, anchors):
    """Return the places that do not exist, as 'SRQR 5: page#anchor'; anchors: those of a page, None where there is none."""
    dead = []
    for row in frame[frame["place"].notna()].itertuples():
        page, _, anchor = row.place.partition("#")
        there = anchors(page)
        if there is None or (anchor and anchor not in there):
            dead.append(f"{row.checklist} {row.item}: {row.place}")
    return dead


def pages():
    return {
        path.relative_to(BOOK).with_suffix("").as_posix()
        for pattern in ("*.ipynb", "*.md", "[!_]*/*.ipynb", "[!_]*/*.md")
        for path in BOOK.glob(pattern)
    }


def test_the_table_is_complete_and_each_page_it_names_is_a_file_of_the_book():
    found = r.checklists()
    counts = found.counts().set_index("checklist")["items"].to_dict()
    assert {"SRQR": 21, "StaRI": 27, "RAMESES II": 20}.items() <= counts.items()
    there = pages()
    only_pages = found.frame.assign(place=found.frame["place"].str.partition("#")[0])
    assert dead_places(only_pages, anchors=lambda page: set() if page in there else None) == []


def test_a_dead_page_and_a_dead_anchor_are_named():
    frame = made(
        item(3, place="gone"), item(4, place="index#part"), item(5, place="index#lost"), item(6, place=None)
    )
    known = {"index": {"part"}}
    assert dead_places(frame, anchors=known.get) == ["RAMESES II 3: gone", "RAMESES II 5: index#lost"]


def test_what_falls_short_says_why_and_what_is_reported_says_where():
    with pytest.raises(r.ReportingError, match=r"RAMESES II 7 is 'partly' without note"):
        r.checklists(made(item(7, status="partly")))
    with pytest.raises(r.ReportingError, match="without place"):
        r.checklists(made(item(7, place=None)))
    r.checklists(made(item(7, status="not available", place=None, note="It was not public.")))


def test_a_missing_or_repeated_item_is_refused():
    with pytest.raises(r.ReportingError, match="1 to 20"):
        r.checklists(made().iloc[1:])
    with pytest.raises(r.ReportingError, match="each once"):
        r.checklists(pd.concat([made(), made().iloc[:1]]))


def test_counts_and_sentence_and_order():
    found = r.checklists(made(item(2, status="partly", note="Half.")).iloc[::-1])
    assert found.counts().iloc[0].tolist() == ["RAMESES II", 20, 19, 1, 0, 0]
    assert "19 are reported and 1 partly" in found.sentence()
    assert found.frame["item"].tolist() == list(range(1, 21))


@pytest.mark.parametrize(
    ("place", "here", "href"),
    [
        ("index", "about/reporting", "../index.html"),
        ("cases/compared#part", "about/reporting", "../cases/compared.html#part"),
        ("about/data", "about/reporting", "data.html"),
        ("theory", "index", "theory.html"),
    ],
)
def test_address_of_a_place(place, here, href):
    assert r.href(place, here=here) == href


def test_a_place_is_said_in_words():
    assert r.in_words("cases/compared#who-read-the-documents") == "Cases, compared: who read the documents"
    assert [r.in_words(page) for page in ("index", "about/data")] == ["Findings", "About, data"]


def test_the_table_for_readers_links_each_place():
    found = r.checklists(made(item(2, place=None, status="not applicable", note="No <people>.")))
    table = r.for_readers(found, "RAMESES II", here="about/reporting")
    html = table.html
    assert html.count('<a href="../index.html">Findings</a>') == 19
    assert "not applicable. No &lt;people&gt;." in html
    assert "@" not in html + repr(table)
    with pytest.raises(r.ReportingError, match="SRQR"):
        r.for_readers(found, "SRQR", here="about/reporting")
