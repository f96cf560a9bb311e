"""Every page in a real browser, wide and narrow: nothing fails, nothing sticks out, axe finds nothing."""

import io
import re
import warnings
from pathlib import Path

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, expect

from tests.browser.conftest import DESKTOP, HTML, PHONE

BOOK = Path(__file__).resolve().parents[2] / "book"
TOC = re.findall(r"^\s*(?:-\s+)?(?:root|file):\s*(\S+)", (BOOK / "_toc.yml").read_text(), re.MULTILINE)
PAGES = [f"{name}.html" for name in TOC] + ["search.html", "genindex.html"]
SHOTS = HTML.parent / "screenshots"
NARROW = {"width": 320, "height": 700}
ONLY_WIDE = (
    "header",
    ".bd-sidebar-primary",
    ".bd-sidebar-secondary",
)  # the rest is read in the dark when narrow
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "preload": False,
    "resultTypes": ["violations"],
}
AXE = Axe().axe_script
pytestmark = pytest.mark.browser


def sticks_out(page) -> list[str]:
    """Elements that reach beyond the window and do not lie in a box that scrolls by itself."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth
            if (document.documentElement.scrollWidth <= width + 1) return []
            const boxed = e => e && e !== document.body
                && (/(auto|scroll|hidden)/.test(getComputedStyle(e).overflowX) || boxed(e.parentElement))
            return [...document.body.querySelectorAll('*')]
                .filter(e => e.getBoundingClientRect().right > width + 1 && !boxed(e.parentElement))
                .slice(0, 5).map(e => e.outerHTML.slice(0, 120))
        }"""
    )


def violations(page, *, within: tuple[str, ...] = ("html",)) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    asked = {"context": {"include": [[part] for part in within]}, "options": RULES}
    found = page.evaluate(
        "({ context, options }) => axe.run(context, options).then(told => told.violations)", asked
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def not_drawn(page) -> list[str]:
    """Pictures that cannot be drawn, once all are asked for (they wait until the reader comes near)."""
    return page.evaluate(
        """async () => {
            const drawn = async picture => {
                picture.loading = 'eager'
                try { await picture.decode(); return picture.naturalWidth > 0 } catch { return false }
            }
            const pictures = [...document.querySelectorAll('article img')]
            const good = await Promise.all(pictures.map(drawn))
            return pictures.filter((_, i) => !good[i]).map(picture => picture.src.slice(0, 120))
        }"""
    )


def check_way(page, name: str) -> None:
    """Few stops of the keyboard before the text; edition, question, minutes and place of the page are said."""
    assert page.evaluate(BEFORE_TEXT) <= 9
    assert "Edition" in page.inner_text(".running")
    if name not in ("search.html", "genindex.html"):
        assert re.match(r"Answers: .+\? \d+ minutes?\.", page.inner_text("p.way"))
    if name not in ("index.html", "search.html", "genindex.html"):
        assert page.locator(".crumbs [aria-current]").count() == 1
    assert page.locator("#pst-back-to-top").count() == 0


def shoot(page, name: str, width: int) -> None:
    """Keep a picture of a page for people to look at; that a busy browser could take none is told, and is no fault of the page."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate("document.documentElement.dataset.settled = ''")
    try:
        page.screenshot(path=SHOTS / f"{name.replace('/', '-')}-{width}.jpg", full_page=True, quality=80)
    except Error as error:
        warnings.warn(f"no picture of {name} at {width} px: {error.message.splitlines()[0]}", stacklevel=2)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_wide_and_narrow_light_and_dark(read_page, name):
    page = read_page(name, viewport=DESKTOP, reduced_motion="reduce")
    assert sticks_out(page) == []
    assert not_drawn(page) == []
    check_way(page, name)
    shoot(page, name, DESKTOP["width"])
    assert violations(page) == [], "light and wide"
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert violations(page, within=ONLY_WIDE) == [], "dark and wide"
    for viewport in (PHONE, NARROW):  # 320 pixels are also a desktop window at 400% zoom
        page.set_viewport_size(viewport)
        assert sticks_out(page) == [], viewport
        if viewport is PHONE:
            shoot(page, name, viewport["width"])
    assert violations(page) == [], "dark and narrow"
    page.reload(wait_until="load")
    assert page.faults == []


def test_the_checks_see_what_they_look_for(open_page):
    page = open_page("index.html", viewport=NARROW)
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"none.png\"><p>x</p>');"
        "document.body.lastChild.style.width = '900px'"
    )
    page.wait_for_timeout(300)
    assert not [fault for fault in page.faults if "outside" in fault or "policy" in fault.lower()]
    page.evaluate(
        "document.querySelector('article').insertAdjacentHTML('beforeend', '<img src=\"/none.svg\" style=\"top:0\">')"
    )
    assert [one.rsplit("/", 1)[1] for one in not_drawn(page)] == ["none.svg"]
    page.wait_for_timeout(300)
    for part in ("404", "outside", "Content Security Policy"):
        assert [fault for fault in page.faults if part in fault], part
    assert sticks_out(page)
    assert any(one.startswith("image-alt") for one in violations(page))


def test_without_scrolling_all_pictures_come_soon_after_the_text(open_page):
    page = open_page("metrics/trajectories.html", viewport=PHONE)
    expect(page.locator("html[data-settled]")).to_have_count(1)
    assert page.locator("article img[loading=lazy]").count() == 0
    assert not_drawn(page) == []


WIDER = """() => [...document.querySelectorAll('article table')].filter(one => {
        for (let fold = one.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true
        const box = one.closest('.table-box') ?? one.parentElement
        return one.checkVisibility() && Math.max(one.scrollWidth, one.getBoundingClientRect().width) > box.clientWidth + 1
    }).map(one => one.className + ': ' + (one.caption?.textContent ?? ''))"""
BEFORE_TEXT = """() => [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
    .filter(one => one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0
        && (document.querySelector('article h1') || document.querySelector('h1')).compareDocumentPosition(one) & Node.DOCUMENT_POSITION_PRECEDING).length"""


@pytest.mark.parametrize("name", PAGES)
def test_no_table_is_wider_than_its_column(read_page, name):
    page = read_page(name, viewport=PHONE, reduced_motion="reduce")
    check_way(page, name)
    for width in (320, 390, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            assert page.evaluate(WIDER) == [], (width, theme)
    assert page.locator(".table-box").count() == page.locator(".table-box > table.result").count()
    assert page.faults == []


def test_cards_on_a_phone_keep_the_table_for_a_screen_reader(open_page):
    page = open_page("metrics/entry.html", viewport=PHONE)
    table = page.locator("table.cards-m:visible").first
    assert table.locator("tbody td").first.evaluate("one => getComputedStyle(one).display") == "flow-root"
    tree = table.aria_snapshot()
    for role in ("table", "columnheader", "rowheader", "cell"):
        assert role in tree, role
    label = table.locator("tbody td").first.get_attribute("data-label")
    assert f'columnheader "{label}"' in tree
    assert f'cell "{label}' not in tree, "the repeated heading is for the eye alone"


def contrast(page, where: str) -> float:
    """Contrast of an element's text against the page."""
    return page.locator(where).first.evaluate(
        """one => {
            const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => v / 255)
                .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b }
            const [a, b] = [getComputedStyle(one).color, getComputedStyle(document.body).backgroundColor].map(light)
            return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) }"""
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_link_under_the_pointer_can_be_read(open_page, theme):
    page = open_page("metrics/entry.html", color_scheme=theme, reduced_motion="reduce")
    for where in (
        "p.way a",
        ".crumbs a",
        ".bd-toc a",
        ".bd-links a:visible",
        ".prev-next-area a",
        "article section p a",
    ):
        page.locator(where).first.hover()
        assert contrast(page, where) >= 4.5, (where, theme)


def test_tab_reaches_the_text_and_shows_where_it_is(open_page):
    page = open_page("index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    seen = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        where = page.evaluate(
            "() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " return [e.outerHTML.slice(0, 80), s.outlineStyle !== 'none' || s.boxShadow !== 'none'] }"
        )
        if where[0].startswith("<body"):
            break
        assert where[1], f"no visible focus on {where[0]}"
        seen.add(where[0])
    assert len(seen) > 20


@pytest.mark.parametrize("button", ["primary-toggle", "secondary-toggle", "theme-switch-button"])
def test_a_button_of_the_header_keeps_or_gets_back_the_focus(open_page, button):
    page = open_page("index.html", viewport=PHONE, reduced_motion="reduce")
    page.locator(f"button.{button}:visible").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.wait_for_timeout(100)
    assert button in page.evaluate("document.activeElement.className")


def broken_words(page) -> list[str]:
    """Words of printed tables that a line break cuts."""
    return page.evaluate(
        """() => {
            const cut = []
            for (const cell of document.querySelectorAll('table.result :is(th, td)')) {
                const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
                for (let text; (text = walk.nextNode());) for (const word of text.data.matchAll(/\\p{L}{2,15}/gu)) {
                    const range = document.createRange()
                    range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length)
                    if (new Set([...range.getClientRects()].map(one => Math.round(one.top))).size > 1) cut.push(word[0])
                }
            }
            return cut
        }"""
    )


@pytest.mark.parametrize("name", ["briefing.html", "theory.html", "costs.html", "metrics/entry.html"])
def test_printed_tables_fit_the_paper_and_cut_no_word(open_page, name):
    page = open_page(name, viewport={"width": 680, "height": 960})
    page.emulate_media(media="print")
    assert broken_words(page) == []
    wide = "e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1"
    assert page.locator(".table-box").evaluate_all(f"boxes => boxes.filter({wide}).length") == 0


def test_the_briefing_prints_on_two_pages_with_its_foot(open_page):
    page = open_page("briefing.html")
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True))).pages
    assert len(printed) == 2
    assert "Inputs" in printed[1].extract_text()
