"""Trying another choice in a real browser: the numbers of `analysis.study.choices`, by keyboard, kept in the address."""

import random

import pytest
from playwright.sync_api import expect

from analysis.chapters import choices as words_of
from analysis.present import words
from analysis.study import choices, regime
from tests.browser.conftest import PHONE

PAGE = "metrics/entry.html"
READY = "#choices[data-ready=yes]"


def opened(open_page, address: str = "", **more):
    page = open_page(f"{PAGE}{address}", **more)
    page.locator("#choices").scroll_into_view_if_needed()
    page.locator(READY).wait_for()
    return page


@pytest.mark.browser
def test_a_random_hundred_of_choices_shows_what_python_finds(open_page):
    every = [choice for name in words_of.offered() for choice in choices.every(name)]
    page = opened(open_page)
    for choice in random.Random(2026).sample(every, 100):
        address = f"{choice.indicator}.{choice.key()}"
        page.evaluate("to => { location.hash = `choice=${to}` }", address)
        expect(page.locator("#choice-indicator")).to_have_value(choice.indicator)
        made, unit = choices.answer(choice), regime.indicator(choice.indicator).change_unit
        says = page.locator("#choices .says")
        if made.found is None:
            expect(says).to_contain_text(made.why)
            continue
        digits = words.told_from_zero(made.found.lower, made.found.upper, unit)
        spread = words.interval(made.found.lower, made.found.upper, unit, digits=digits)
        expect(says).to_contain_text(f"95% interval {spread} · {words.number(made.found.n)} trusts")
        told = says.inner_text()
        assert words.number(made.found.value, unit, digits=digits, sign=True) in told, address
        assert f"{made.found.n} trusts that entered" in told
        assert words_of.verdict(choice.indicator, made.found) in told.lower()
    assert page.faults == []


@pytest.mark.browser
def test_a_comparator_is_changed_by_keyboard_and_the_address_holds_it(open_page):
    page = opened(open_page)
    own = page.locator("#choices .number b").inner_text()
    page.locator("#choice-comparator").select_option("type")
    page.locator("#choice-estimator").select_option("imputation")
    expect(page.locator("label[for=choice-estimator] .changed")).to_have_text("changed")
    assert page.url.endswith("#choice=shmi.all.type.imputation.long.keogh")
    found = choices.answer(
        choices.Choice("shmi", comparator=choices.TYPE, estimator=choices.IMPUTATION)
    ).found
    assert (
        page.locator("#choices .number b").inner_text()
        == words.number(found.value, "deaths", sign=True)
        != own
    )
    assert page.locator("label[for=choice-comparator] .changed").inner_text() == "changed"
    curve = page.locator("#choices .curve")
    before = int(curve.get_attribute("aria-valuenow"))
    curve.focus()
    page.keyboard.press("ArrowRight")
    assert int(curve.get_attribute("aria-valuenow")) == before + 1
    assert page.locator("#choices rect.marked").count() == 1
    held = page.url
    page.reload()
    page.locator(READY).wait_for()
    assert page.url == held
    assert int(page.locator("#choices .curve").get_attribute("aria-valuenow")) == before + 1
    page.locator("#choices button").click()
    assert page.locator("#choices .number b").inner_text() == own
    assert page.faults == []


@pytest.mark.browser
def test_the_panel_is_light_and_fits_a_phone(open_page):
    page = opened(open_page, viewport=PHONE)
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').filter(one => /choices/.test(one.name)).map(one => one.decodedBodySize)"
    )
    assert 0 < sum(sizes) < 60_000 * 2, "as files; a host sends them compressed"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.faults == []


@pytest.mark.browser
def test_the_panel_works_from_disk(open_file):
    page = opened(open_file, "#choice=four_hour_waits.last.type.imputation.long.keogh")
    assert choices.WHY["many periods"] in page.locator("#choices .says").inner_text()
    assert page.faults == []
