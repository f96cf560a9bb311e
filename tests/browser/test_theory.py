"""From an arrow to its statements and back, in a real browser."""

import pytest

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser


def test_an_arrow_leads_to_its_statement_in_a_folded_list_and_back(open_page):
    page = open_page("theory.html", viewport=PHONE)
    statement = page.locator("tr#RWP-12")
    assert not statement.is_visible()
    page.locator('tr#L18 a[href="#RWP-12"]').click()
    statement.wait_for(state="visible")
    assert page.url.endswith("#RWP-12")
    statement.locator('a[href="#L18"]').click()
    assert page.url.endswith("#L18")
    page.go_back()
    assert page.url.endswith("#RWP-12")
    assert page.faults == []


def test_an_address_with_a_statement_opens_its_list_and_works_twice(open_page):
    page = open_page("theory.html#RXR-07")
    page.locator("tr#RXR-07").wait_for(state="visible")
    page.evaluate("document.querySelector('tr#RXR-07').closest('details').open = false")
    page.evaluate("window.location.hash = '#nowhere'")
    page.evaluate("window.location.hash = '#RXR-07'")
    page.locator("tr#RXR-07").wait_for(state="visible")
    assert page.faults == []


def test_drawings_fit_a_phone(open_page):
    page = open_page("theory.html", viewport=PHONE)
    wide = page.evaluate(
        "[...document.querySelectorAll('figure[id^=theory-] .picture')]"
        ".filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.parentElement.id)"
    )
    assert wide == []
