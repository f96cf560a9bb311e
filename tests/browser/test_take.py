"""The menu "Take away" in a real browser: by keyboard and pointer, wide and narrow; every file that it names is there."""

import csv
import io
import json
import re
import zipfile

import pytest
from defusedxml import ElementTree
from matplotlib import pyplot as plt

from analysis.site import pictured, take_figures
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
    rows = list(csv.reader(io.StringIO(got["entry-shmi.csv"].decode(), newline="")))
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


HEAD = ["Title", "Source", "Edition", "Licence", "Cite as"]


@pytest.mark.browser
def test_every_figure_can_be_taken_as_numbers_under_a_head_and_as_two_pictures_that_open(site, chromium):
    names = [page.relative_to(HTML).with_suffix("").as_posix() for page in sorted(HTML.rglob("*.html"))]
    built = pictured.pictures(chromium, HTML, [name for name in names if not name.startswith("_static/")])
    assert len(built) > 10
    wrong, seen = [], 0
    for name in names:
        for match in take_figures.FIGURE.finditer((HTML / f"{name}.html").read_text(encoding="utf-8")):
            anchor, key, folder = match.group(1), f"{name}#{match.group(1)}", HTML / "figures" / name
            rows = list(
                csv.reader(io.StringIO((folder / f"{anchor}.csv").read_text(encoding="utf-8"), newline=""))
            )
            if [row[0] for row in rows[:5]] != HEAD or [] not in rows or not rows[-1]:
                wrong.append(f"{key}: {rows[:6]}")
            if key in built:
                taken = take_figures.pictured(match.group(), built[key])
                svg, png = take_figures.drawn(taken, edition="Edition")
            else:
                svg, png = ((folder / f"{anchor}.{kind}").read_bytes() for kind in ("svg", "png"))
            texts = "".join(ElementTree.fromstring(svg.decode()).itertext())
            pixels = plt.imread(io.BytesIO(png))[..., :3].mean(axis=2)
            if "Source: " not in texts or not 0.001 < (pixels < 0.6).mean() < 0.6 or b"var(" in svg:
                wrong.append(f"{key}: {(pixels < 0.6).mean():.4f}, {texts[:60]}")
            seen += 1
    assert wrong == []
    assert seen > 50


@pytest.mark.browser
def test_a_drawing_of_html_holds_every_word_that_is_seen(site, chromium):
    built = pictured.pictures(chromium, HTML, ["regime", "theory"])
    for key, words in {
        "regime#regime-map": ("Morecambe", "Royal Cornwall", "29"),
        "theory#theory-map": ("Change valence", "Gains kept", "no evidence found"),
    }.items():
        texts = " ".join(re.sub(r"<[^>]+>", " ", built[key]["inside"]).split())
        assert [word for word in words if word not in texts] == []
        assert json.dumps(built[key])
        assert built[key]["width"] >= pictured.WIDTH
