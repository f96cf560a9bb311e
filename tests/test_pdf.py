"""Printing the book: pages in reading order, refused when one is not built, nothing half written."""

import shutil
import subprocess

import pytest

from analysis import pdf

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
    monkeypatch.setattr(pdf, "browser", lambda: "false")
    with pytest.raises(subprocess.CalledProcessError):
        pdf.book(["index"], html=tmp_path, to=tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_text() == "earlier"
