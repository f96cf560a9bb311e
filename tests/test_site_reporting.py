"""Every place that a reporting checklist names is on the built site: page and anchor."""

import functools
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis.chapters import about_reporting

HTML = Path(__file__).resolve().parents[1] / "book" / "_build" / "html"

pytestmark = pytest.mark.site


@functools.cache
def anchors(page: str) -> set[str] | None:
    file = HTML / f"{page}.html"
    if not file.is_file():
        return None
    soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    return {tag["id"] for tag in soup.find_all(id=True)}


def test_every_place_of_the_checklists_is_on_the_site():
    frame = about_reporting.checklists().frame
    assert about_reporting.dead_places(frame, anchors=anchors) == []


def test_a_place_that_is_not_on_the_site_is_found():
    frame = about_reporting.checklists().frame.head(2).assign(place=["index#no-such-part", "no-such-page"])
    assert len(about_reporting.dead_places(frame, anchors=anchors)) == 2
