"""Printing the book: pages in reading order, refused when one is not built, nothing half written."""

import shutil
import stat

import pytest
from playwright.sync_api import Error
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link

from analysis.site import pdf

CONTENTS = "format: jb-book\nroot: index\nparts:\n  - caption: One\n    chapters:\n      - file: a/b\n      - file: c\n"


def test_pages_follow_the_contents():
    assert pdf.pages(CONTENTS) == ["index", "a/b", "c"]


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ('<h1>Effects <em>of</em> entry<a class="headerlink" href="#x">#</a></h1>', "Effects of entry"),
        ("<h1>Plain</h1>", "Plain"),
        ("<p>No heading</p>", "Untitled"),
    ],
)
def test_a_bookmark_is_the_top_heading(html, title):
    assert pdf.title(html) == title


def test_a_page_that_is_not_built_is_named_and_nothing_is_written(tmp_path):
    (tmp_path / "index.html").write_text("<h1>x</h1>")
    with pytest.raises(FileNotFoundError, match=r"not built: a/b, c\. Run `make book`"):
        pdf.book(["index", "a/b", "c"], html=tmp_path, to=tmp_path / "report.pdf")
    assert not (tmp_path / "report.pdf").exists()


def test_without_a_browser_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match="Install Chromium"):
        pdf.browser()


def test_a_browser_that_fails_leaves_the_earlier_report(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("<h1>x</h1>")
    (tmp_path / "report.pdf").write_text("earlier")
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(stat.S_IRWXU)
    monkeypatch.setattr(pdf, "browser", lambda: str(broken))
    with pytest.raises(Error):
        pdf.book(["index"], html=tmp_path, to=tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_text() == "earlier"


def test_links_to_printed_pages_lead_to_their_sheets_and_links_to_other_files_go(tmp_path):
    made, html = PdfWriter(), tmp_path / "a site"
    there = html.as_uri()
    ends = (
        f"{there}/about/data.html#tables",
        f"{there}/data.csv",
        "file:///etc/motd",
        "https://example.org/",
    )
    for _ in range(3):
        made.add_blank_page(100, 100)
    for end in ends:
        made.add_annotation(0, Link(rect=(0, 0, 9, 9), url=end))
    pdf.link_inside(made, html, {"index": 0, "about/data": 2})
    made.write(tmp_path / "made.pdf")
    sheets = PdfReader(tmp_path / "made.pdf").pages
    actions = [one.get_object()["/A"] for one in sheets[0]["/Annots"]]
    assert len(actions) == 2
    assert actions[0]["/D"][0].get_object() == sheets[2].get_object()
    assert actions[1]["/URI"] == "https://example.org/"
