"""What readers do, in Firefox and WebKit: the numbers of the functions, in what is shown after an address is opened or a control is moved."""

import pytest

from analysis.chapters.lookup import look
from analysis.present import words
from analysis.study import choices
from analysis.study.costs.own_scenario import scenario
from tests.browser import other_browsers
from tests.browser.conftest import PHONE

# Wait until CONDITION holds, then return ANSWER; an error after some seconds, with what there is.
SCRIPT = """() => new Promise((done, failed) => {
  const text = name => document.querySelector(name)?.innerText.trim();
  const until = Date.now() + 20000;
  const look = () => {
    if (CONDITION) done(ANSWER);
    else if (Date.now() < until) setTimeout(look, 100);
    else failed(new Error("not shown: " + document.querySelector("main").innerText.slice(0, 500)));
  };
  BEFORE; look();
})"""
SET = "const box = document.querySelector('NAME'); box.focus(); box.value = 'VALUE'; box.dispatchEvent(new Event('EVENT', {bubbles: true}))"
pytestmark = pytest.mark.browser


def script(condition: str, answer: str, before: str = "") -> str:
    return SCRIPT.replace("CONDITION", condition).replace("ANSWER", answer).replace("BEFORE", before)


def put(name: str, value: str, event: str) -> str:
    return SET.replace("NAME", name).replace("VALUE", value).replace("EVENT", event)


@pytest.fixture(
    scope="module", params=[other_browsers.firefox, other_browsers.webkit], ids=lambda one: one.__name__
)
def run(request, site, tmp_path_factory):
    """Open a page of the site in another browser and run a script in it."""
    with request.param(tmp_path_factory.mktemp("profile"), PHONE["width"]) as ran:
        if ran is None:
            pytest.skip(
                f"no {request.param.__name__} here that can be driven (Debian: firefox-esr; webkit2gtk-driver, xvfb)"
            )
        yield lambda page, told: ran(f"{site}/{page}", told)


@pytest.mark.parametrize("code", ["RPA", "RK9"])
def test_an_address_shows_its_trust(run, code):
    shown = script(
        "document.querySelector('#lookup[data-ready]') && text('#lookup-says')", "text('#lookup-says')"
    )
    assert (
        run(f"lookup.html?trust={code}&indicator=four_hour_waits", shown)
        == look.trust(code, "four_hour_waits").chart.sentence()
    )


def test_a_hospital_typed_finds_its_trust(run):
    typed = put("#lookup-trust", "Lincoln County", "input")
    shown = script(
        "/United Lincolnshire/.test(text('#lookup [role=listbox]'))", "text('#lookup [role=listbox]')", typed
    )
    assert "United Lincolnshire" in run("lookup.html", shown)


def test_another_estimator_shows_its_number(run):
    own = choices.answer(choices.Choice("shmi")).found
    other = choices.answer(choices.Choice("shmi", estimator=choices.IMPUTATION)).found
    told = words.number(other.value, "deaths", sign=True)
    assert told != words.number(own.value, "deaths", sign=True)
    moved = (
        "document.querySelector('#choices').scrollIntoView(); const start = () => "
        "{ if (!document.querySelector('#choices[data-ready=yes]')) return setTimeout(start, 100);"
        + put("#choice-estimator", choices.IMPUTATION, "change")
        + "}; start()"
    )
    shown = script(f"text('#choices .number b')?.startsWith('{told}')", "text('#choices .number b')", moved)
    assert run("metrics/entry.html", shown).startswith(told)


def test_an_address_and_a_box_change_the_costs(run):
    by_address, by_box = (scenario(stay_percent=value).sentence() for value in (50.0, 150.0))
    said = "text('#scenario-says')"
    assert (
        run("costs.html?stay_percent=50", script(f"/below the base case/.test({said})", said)) == by_address
    )
    typed = f"const start = () => {{ if (!{said}) return setTimeout(start, 100); {put('#set-stay_percent', '150', 'input')} }}; start()"
    assert run("costs.html", script(f"/above the base case/.test({said} || '')", said, typed)) == by_box


def test_the_dark_is_a_press_away(run):
    pressed = "document.querySelector('.theme-switch-button').click()"
    shown = script(
        "document.documentElement.dataset.theme === 'dark'",
        "getComputedStyle(document.body).backgroundColor",
        pressed,
    )
    red, green, blue = (int(part) for part in run("index.html", shown).strip("rgb()").split(","))
    assert max(red, green, blue) < 60


def test_a_search_finds_pages(run):
    shown = script(
        "document.querySelectorAll('#search-results li a').length",
        "document.querySelector('#search-results').innerText",
    )
    assert "Effects of entry" in run("search.html?q=mortality", shown)
