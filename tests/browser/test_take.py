"""The menu "Take away" in a real browser: by keyboard and pointer, wide and narrow; every file that it names is there."""

import csv
import io
import zipfile
from collections import Counter

import pytest
from defusedxml import ElementTree

from tests.browser.conftest import DESKTOP, HTML, PHONE

PAGE = "metrics/entry.html"


@pytest.mark.browser
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_menu_opens_and_shuts_by_keyboard_and_stays_within_the_window(open_page, viewport):
    page = open_page(PAGE, viewport=viewport)
    button = page.locator("details.take > summary")
    button.focus()
    page.keyboard.press("Enter")
    box = page.locator("details.take > ul").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= viewport["width"]
    assert box["y"] + box["height"] <= viewport["height"]
    page.keyboard.press("Tab")
    assert "notebooks/" in page.evaluate("document.activeElement.href")
    page.keyboard.press("Escape")
    assert not page.locator("details.take").evaluate("menu => menu.open")
    assert button.evaluate("button => document.activeElement === button")
    button.click()
    page.locator("article h1").click()
    assert not page.locator("details.take").evaluate("menu => menu.open")
    assert page.faults == []


@pytest.mark.browser
def test_every_file_that_a_page_offers_is_there_and_is_what_it_says(open_page):
    page = open_page(PAGE)
    offered = page.eval_on_selector_all("a[download]", "links => links.map(link => link.href)")
    got = {}
    for address in offered:
        answer = page.request.get(address)
        assert answer.ok, address
        got[address.rpartition("/")[2]] = answer.body()
    assert {"entry-shmi.csv", "entry-shmi.svg", "entry-shmi.png", "entry.ipynb", "numbers.zip"} <= set(got)
    rows = list(csv.reader(io.StringIO(got["entry-shmi.csv"].decode("utf-8-sig"), newline="")))
    assert rows[0][0] == "Title"
    assert rows[0][1] in page.locator("#entry-shmi figcaption").inner_text()
    assert zipfile.ZipFile(io.BytesIO(got["numbers.zip"])).testzip() is None
    page.locator("#entry-shmi .take-figure summary").click()
    with page.expect_download() as download:
        page.locator('#entry-shmi .take-figure a:has-text("PNG")').click()
    assert download.value.suggested_filename == "entry-shmi.png"


@pytest.mark.browser
def test_the_menu_works_from_disk(open_file):
    page = open_file(PAGE)
    page.locator("details.take > summary").click()
    page.locator('details.take a:has-text("Everything else")').click()
    page.wait_for_url("**/about/take.html")
    assert page.locator("#take-tables li").count() > 40
    assert page.faults == []


SEEN = """figure => {
  const drawn = figure.querySelector('.drawn');
  for (const side of ['width', 'min-width', 'max-width']) drawn.style.setProperty(side, '%dpx', 'important');
  const walk = document.createTreeWalker(drawn, NodeFilter.SHOW_TEXT), range = document.createRange(), words = [];
  while (walk.nextNode()) {
    const holder = walk.currentNode.parentElement;
    if (holder.closest('title, .visually-hidden, caption') || getComputedStyle(holder).display === 'none') continue;
    range.selectNodeContents(walk.currentNode);
    const place = range.getBoundingClientRect();
    if (place.width && walk.currentNode.data.trim()) words.push(walk.currentNode.data.replaceAll('\u00ad', ''));
  }
  return {words: words.join(' '), high: drawn.getBoundingClientRect().height};
}"""


@pytest.mark.browser
def test_a_picture_built_of_html_is_taken_with_every_word_and_as_high_as_a_browser_shows_it(open_page):
    seen = 0
    for name in ("regime", "theory", "cases/compared", "cases/medway"):
        page = open_page(f"{name}.html", viewport=DESKTOP)
        anchors = page.eval_on_selector_all("figure.result:has(> .drawn)", "all => all.map(one => one.id)")
        for anchor in anchors:
            root = ElementTree.parse(HTML / "figures" / name / f"{anchor}.svg").getroot()
            inside = list(root)[-1]
            shown = page.locator(f"[id='{anchor}']").evaluate(SEEN % int(inside.get("width")))
            texts = "".join(
                f" {''.join(one.itertext())} " for one in inside.iter() if one.tag.endswith("}text")
            )
            page_has, file_has = (
                Counter("".join(text.split())) for text in (shown["words"], texts.replace("- ", ""))
            )
            few = page_has.total() // 50
            assert page_has.total() > 20
            assert (page_has - file_has).total() <= few, anchor
            assert (file_has - page_has).total() <= few, anchor
            assert abs(int(inside.get("height")) / shown["high"] - 1) < 0.15, anchor
            seen += 1
    assert seen == 8
