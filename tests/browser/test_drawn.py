"""Pictures of HTML and inline SVG in a real browser: nothing is cut, letters can be read, links lead on."""

import pytest

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser
SMALLEST = 320
PAGES = {
    "regime.html": ("#regime-spells", "#regime-map", "#regime-in-force"),
    "theory.html": ("#theory-map", "#theory-policy"),
    "costs.html": ("#scenario-bars",),
    "cases/medway.html": ("#medway-timeline",),
    "cases/norfolk-suffolk.html": ("#norfolk-suffolk-timeline",),
    "cases/compared.html": ("#cases-matrix",),
}
# What reaches beyond its figure by more than a pixel, or is set in letters below 11 px, marks and numbers apart.
CUT = """place => {
  const own = document.querySelector(place).getBoundingClientRect()
  const seen = one => { const box = one.getBoundingClientRect(); return box.width > 1 && box.height > 1 }
  return [...document.querySelectorAll(`${place} :is(text, p, td, th, b, a, li)`)].filter(seen).filter(one => {
    const box = one.getBoundingClientRect()
    return box.right > own.right + 12 || box.left < own.left - 12
  }).map(one => one.textContent.trim().slice(0, 40))
}"""
SMALL = """place => [...document.querySelectorAll(`${place} :is(text, p, small, b, a)`)].filter(one =>
  one.getBoundingClientRect().width > 1 && parseFloat(getComputedStyle(one).fontSize) < 11).map(one => one.textContent.trim())"""


@pytest.mark.parametrize("width", [SMALLEST, PHONE["width"], DESKTOP["width"]])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_picture_is_cut_and_letters_can_be_read(read_page, width, theme):
    for address, places in PAGES.items():
        page = read_page(address, viewport={**PHONE, "width": width}, color_scheme=theme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        for place in places:
            assert page.evaluate(CUT, place) == [], (address, place, width)
            assert page.evaluate(SMALL, place) == [], (address, place, width)
        assert page.faults == []


def test_each_name_of_the_regime_leads_to_its_trust(open_page):
    page = open_page("regime.html", viewport=PHONE)
    for place in ("#regime-spells .name > a:first-child", "#regime-map .map a"):
        assert page.locator(place).count() == 38
    page.locator("#regime-map a[href$='trust=RPA']").click()
    page.wait_for_url("**/lookup.html?trust=RPA*")


def test_a_mark_of_a_case_leads_to_its_statement(open_page):
    page = open_page("cases/medway.html")
    page.locator("#medway-timeline a[href='#RPA-12']").click()
    assert page.locator("#RPA-12").is_visible()
    assert page.url.endswith("#RPA-12")
    assert page.faults == []
