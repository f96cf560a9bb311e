"""Small faults that were found once, each with its kind, on every page: what lies over text, what is cut, what is not for readers."""

import re

import pytest
from bs4 import BeautifulSoup

from analysis.chapters.lookup import series
from tests.browser.conftest import DESKTOP, HTML, PHONE
from tests.test_site import TOC

pytestmark = pytest.mark.browser
SMALLEST = {"width": 320, "height": 700}
PAGES = [*TOC, "search", "genindex"]
# What a program prints and no reader needs: objects, frames, errors with their names of classes.
PRINTED = re.compile(
    r"\w+\(\[|dtype[:=]|Timestamp\(|<[\w.]+ object at|\{'|\['|\bNaT\b|\bNaN\b|Traceback|\w+Error: |\bnp\.\w+\("
)
DIGEST = re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{10,}\b")
# What stays where it is while the page moves, beside the head of the page, and what it hides at the middle of the page.
OVER = """() => { scrollTo(0, document.documentElement.scrollHeight / 2)
    return [...document.body.querySelectorAll('*')].filter(one => getComputedStyle(one).position === 'fixed'
        && one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        && !one.closest('header, dialog, .bd-header, .bd-header-article, .skip-link, #pst-skip-link'))
        .filter(one => { const box = one.getBoundingClientRect(); return box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight })
        .map(one => one.outerHTML.slice(0, 100)) }"""
BROKEN = """() => { const cut = []
    for (const heading of document.querySelectorAll('article :is(h1, h2, h3, figcaption, caption, summary)')) {
        if (!heading.checkVisibility() || heading.closest('.visually-hidden')) continue
        const walk = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT)
        for (let text; (text = walk.nextNode());) for (const word of text.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
            const range = document.createRange()
            range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length)
            if (new Set([...range.getClientRects()].filter(one => one.width > 0).map(one => Math.round(one.top))).size > 1) cut.push(word[0])
        }
    } return cut }"""
# Where the icon ends and the letters begin, for each box to search in.
ICONS = """() => [...document.querySelectorAll('form.bd-search')].filter(one => one.checkVisibility()).map(form => {
    const icon = form.querySelector('svg, i, .search-icon')?.getBoundingClientRect(), box = form.querySelector('input'), at = box.getBoundingClientRect()
    return icon && icon.width && icon.left < at.left + at.width / 2 ? at.left + parseFloat(getComputedStyle(box).paddingLeft) + parseFloat(getComputedStyle(box).borderLeftWidth) - icon.right : 9 })"""


@pytest.mark.parametrize("viewport", [SMALLEST, PHONE, DESKTOP])
def test_nothing_lies_over_the_text_and_no_word_of_a_heading_breaks(open_page, viewport):
    page = open_page("index.html", viewport=viewport, reduced_motion="reduce")
    root, wrong = page.url.rpartition("index.html")[0], []
    for name in PAGES:
        page.goto(f"{root}{name}.html")
        wrong += [f"{name}: {one} lies over the text" for one in page.evaluate(OVER)]
        wrong += [f"{name}: {word} breaks" for word in page.evaluate(BROKEN)]
    assert wrong == []


def test_the_checks_of_what_is_seen_see_it(open_page):
    page = open_page("costs.html", viewport=SMALLEST)
    page.evaluate(
        """() => { const heading = document.querySelector('article h1'), button = document.createElement('button')
        heading.style.width = '4rem'; heading.style.hyphens = 'manual'; button.textContent = 'Back to top'
        Object.assign(button.style, { position: 'fixed', bottom: '1rem', left: '1rem' }); document.body.append(button) }"""
    )
    assert "consequences" in page.evaluate(BROKEN)
    assert len(page.evaluate(OVER)) == 1


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP])
def test_the_icon_of_a_search_does_not_cover_its_first_letter(open_page, viewport):
    page = open_page("search.html", viewport=viewport)
    found = page.evaluate(ICONS)
    page.locator("button.search-button:visible, button.search-button__button:visible").first.click()
    found += page.evaluate(ICONS)
    assert found
    assert min(found) >= 2


def read(name: str) -> BeautifulSoup:
    """Return the article of a page without code."""
    page = BeautifulSoup((HTML / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    for code in page.select("pre, script, .cell_input, details.hide, .take-away, a[download]"):
        code.decompose()
    return page


@pytest.mark.parametrize("name", TOC)
def test_what_a_program_prints_is_no_text_of_a_page(name):
    text = read(name).article.get_text(" ")
    assert not PRINTED.findall(text)


def test_what_a_program_prints_is_seen():
    for printed in (
        "array([1, 2])",
        "Timestamp('2013')",
        "{'a': 1}",
        "ValueError: no",
        "Name: x, dtype: int64",
    ):
        assert PRINTED.search(printed), printed
    assert DIGEST.search("Inputs 04f7a6ade8ba")
    assert not DIGEST.search("6503000000 decade")


@pytest.mark.parametrize("name", TOC)
def test_the_foot_says_what_a_reader_can_use_and_the_digest_only_in_its_fold(name):
    foot = read(name).select_one(".provenance")
    if foot is None:
        return
    (fold,) = foot.select("details")
    assert "same data, code and packages" in fold.get_text(" "), "the mark is explained"
    fold.extract()
    assert not DIGEST.findall(foot.get_text(" "))


@pytest.mark.parametrize("name", TOC)
def test_a_mark_of_status_is_explained_on_the_page(name):
    page = read(name)
    kinds = {mark.get_text(strip=True) for mark in page.select("article .status")}
    led = page.get_text(" ")
    assert [
        kind for kind in kinds if f"What the mark “{kind}” means" not in led and not page.select(".status a")
    ] == []


def codes_of(rows: list[str]) -> list[str]:
    """Return the codes of the trusts that rows are named by, if all are."""
    known = {}
    for code, trust in series.trusts().iterrows():
        known.setdefault(re.sub(r",? NHS (Foundation )?Trust$", "", trust["name"]), code)
        known.setdefault(trust["name"], code)
    found = [known.get(row) for row in rows]
    return found if all(found) else []


@pytest.mark.parametrize("name", TOC)
def test_a_table_of_trusts_is_in_an_order_that_a_reader_knows(name):
    for table in read(name).select("table.result"):
        rows = [row.find(["th", "td"]).get_text(" ", strip=True) for row in table.select("tbody > tr")]
        codes = codes_of(list(dict.fromkeys(rows)))
        if len(codes) > 5:
            assert codes != sorted(codes), table.caption.get_text()
