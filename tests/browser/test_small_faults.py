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


def test_nothing_lies_over_the_text_and_no_word_of_a_heading_breaks(open_page):
    page = open_page("index.html", viewport=DESKTOP, reduced_motion="reduce")
    root, wrong = page.url.rpartition("index.html")[0], []
    for name in PAGES:
        page.goto(f"{root}{name}.html")
        for viewport in (DESKTOP, PHONE, SMALLEST):
            page.set_viewport_size(viewport)
            wrong += [f"{name}: {one} lies over the text at {viewport}" for one in page.evaluate(OVER)]
            wrong += [f"{name}: {word} breaks at {viewport}" for word in page.evaluate(BROKEN)]
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


def foot_faults(page: BeautifulSoup) -> list[str]:
    """What the foot of a page says that no reader can use, and whether its fold explains the mark."""
    foot = page.select_one(".provenance")
    if foot is None:
        return []
    (fold,) = foot.select("details")
    explained = "same data, code and packages" in fold.get_text(" ")
    fold.extract()
    return DIGEST.findall(foot.get_text(" ")) + ([] if explained else ["the mark is not explained"])


def marks_unexplained(page: BeautifulSoup) -> list[str]:
    kinds = {mark.get_text(strip=True) for mark in page.select("article .status")}
    text = page.get_text(" ")
    return [
        kind for kind in kinds if f"What the mark “{kind}” means" not in text and not page.select(".status a")
    ]


def codes_of(rows: list[str]) -> list[str]:
    """Return the codes of the trusts that rows are named by, if all are."""
    known = {}
    for code, trust in series.trusts().iterrows():
        known.setdefault(re.sub(r",? NHS (Foundation )?Trust$", "", trust["name"]), code)
        known.setdefault(trust["name"], code)
    codes = [known.get(row) for row in rows]
    return codes if all(codes) else []


def in_order_of_codes(page: BeautifulSoup) -> list[str]:
    """Captions of tables whose trusts are in an order that no reader knows."""
    odd = []
    for table in page.select("table.result"):
        rows = [row.find(["th", "td"]).get_text(" ", strip=True) for row in table.select("tbody > tr")]
        codes = codes_of(list(dict.fromkeys(rows)))
        if len(codes) > 5 and codes == sorted(codes):
            odd.append(table.caption.get_text())
    return odd


@pytest.mark.parametrize("name", TOC)
def test_a_page_is_written_for_its_readers(name):
    page = read(name)
    assert PRINTED.findall(page.article.get_text(" ")) == [], "what a program prints"
    assert marks_unexplained(page) == [], "marks of status"
    assert in_order_of_codes(page) == [], "order of trusts"
    assert foot_faults(page) == [], "the foot: no digest outside its fold"


def test_what_is_not_written_for_readers_is_told():
    page = BeautifulSoup(
        '<article><p class="status">assumption</p><table class="result"><caption>By code</caption><tbody>'
        + "".join(f"<tr><th>{name}</th></tr>" for name in series.trusts().sort_index()["name"].head(7))
        + "</tbody></table></article><div class='provenance'>04f7a6ade8ba<details>x</details></div>",
        "html.parser",
    )
    assert marks_unexplained(page) == ["assumption"]
    assert in_order_of_codes(page) == ["By code"]
    assert foot_faults(page) == ["04f7a6ade8ba", "the mark is not explained"]
