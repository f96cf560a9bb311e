"""From an arrow on the map to its statements and back, in a real browser: by mouse, by touch, by keyboard."""

import pytest

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser
STOPS, SCREENS = 150, 10
AT = "document.activeElement.id || document.activeElement.closest('[id]').id"


def stops(page) -> int:
    """Return how often Tab is pressed from the top of the page to the end of its text."""
    last = "(() => { const all = document.querySelectorAll('article summary, article a[href]'); return all[all.length - 1] })()"
    for count in range(1, 2 * STOPS):
        page.keyboard.press("Tab")
        done = page.evaluate(
            "() => { const at = document.activeElement, text = document.querySelector('article');"
            " return !text.contains(at) && !!(text.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING) }"
        )
        if done:
            return count - 1
    raise AssertionError(
        f"no end of the text after {2 * STOPS} stops; last: {page.evaluate(f'{last}.textContent')}"
    )


def test_an_arrow_leads_to_its_statements_and_these_back_to_the_map(open_page):
    page = open_page("theory.html")
    step = page.locator("#L18")
    assert not step.is_visible()
    page.locator("#map-L18 .plate").click()
    step.wait_for(state="visible")
    assert page.url.endswith("#L18")
    step.locator('a[href="#RWP-12"]').click()
    statement = page.locator("li#RWP-12")
    statement.wait_for(state="visible")
    statement.locator('a[href="#L18"]').click()
    step.locator('a[href="#map-L18"]').click()
    assert page.evaluate(AT) == "map-L18"
    assert page.faults == []


def test_the_map_is_one_tab_stop_and_arrow_keys_go_along_it(open_page):
    page = open_page("theory.html")
    assert page.locator('.arrow[tabindex="0"]').count() == 1
    page.locator('.arrow[tabindex="0"]').focus()
    for key, wanted in (
        ("ArrowDown", "map-L02"),
        ("ArrowRight", "map-L10"),
        ("ArrowLeft", "map-L02"),
        ("End", "map-L42"),
    ):
        page.keyboard.press(key)
        assert page.evaluate(AT) == wanted
        assert page.locator('.arrow[tabindex="0"]').count() == 1
    page.keyboard.press("Enter")
    page.locator("#L42").wait_for(state="visible")
    assert page.evaluate("document.activeElement.closest('.step').querySelector('div[id]').id") == "L42"
    page.keyboard.press("Escape")
    assert page.evaluate(AT) == "map-L42"
    assert not page.locator("#L42").is_visible()
    assert page.faults == []


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_the_lists_do_what_the_map_does(open_page, script):
    page = open_page("theory.html", viewport=PHONE, has_touch=True, java_script_enabled=script)
    page.locator(".step summary").nth(2).tap()
    link = page.locator(".step[open] a[href^='#R']").first
    wanted = link.get_attribute("href")[1:]
    link.tap()
    page.locator(f"li[id='{wanted}']").wait_for(state="visible")
    assert page.faults == []


def test_an_address_with_a_statement_opens_its_list_and_works_twice(open_page):
    page = open_page("theory.html#RXR-07")
    page.locator("li#RXR-07").wait_for(state="visible")
    page.evaluate("document.querySelector('li#RXR-07').closest('details').open = false")
    page.evaluate("window.location.hash = '#nowhere'")
    page.evaluate("window.location.hash = '#RXR-07'")
    page.locator("li#RXR-07").wait_for(state="visible")
    assert page.faults == []


def test_the_page_is_short_and_has_few_stops(open_page):
    page = open_page("theory.html", viewport=PHONE)
    height = page.evaluate("document.querySelector('article').getBoundingClientRect().height")
    assert height / PHONE["height"] < SCREENS
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert stops(page) < STOPS
    assert stops(open_page("theory.html")) < STOPS
