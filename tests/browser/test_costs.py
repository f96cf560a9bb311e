"""The reader's scenario in a real browser gives the numbers of Python: on a grid, at random, by link and by key."""

import itertools
from urllib.parse import unquote

import numpy as np
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from analysis.chapters.costs.what_if import shown
from analysis.present.words import thousands
from analysis.study.costs import own_scenario
from analysis.study.costs.own_scenario import scenario
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser
NAMES = [control.name for control in own_scenario.CONTROLS]
GRID = [dict(zip(NAMES, times, strict=True)) for times in itertools.product((0.0, 1.5), repeat=len(NAMES))]
AT_RANDOM = 30
PENNY = 0.01


def settings(times: dict[str, float]) -> dict[str, float]:
    return {name: value * times[name] for name, value in own_scenario.base_settings().items()}


def type_in(page, given: dict[str, float]) -> None:
    for name, value in given.items():
        if page.input_value(f"#set-{name}") != repr(float(value)):
            page.fill(f"#set-{name}", repr(float(value)))


def offered(page) -> str:
    return unquote(page.get_attribute("#scenario-csv", "href").split(",", 1)[1]).removeprefix("\ufeff")


def rows(page) -> list[list[str]]:
    return page.eval_on_selector_all(
        "#scenario-table tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )


def written(html: str) -> list[list[str]]:
    table = BeautifulSoup(html, "html.parser")
    return [[cell.get_text() for cell in row.select("th, td")] for row in table.select("tbody tr")]


def numbers(text: str) -> np.ndarray:
    lines = [line for line in text.splitlines() if line.startswith("GBP")]
    return np.array([[float(cell) for cell in line.rsplit(",", 3)[1:]] for line in lines])


def same(page, given: dict[str, float]) -> None:
    expected = scenario(**given)
    np.testing.assert_allclose(
        numbers(offered(page)), expected.frame[["estimate", "lower", "upper"]], rtol=1e-12, atol=PENNY
    )
    assert rows(page) == written(shown(expected).html)


def at_random(count: int) -> list[dict[str, float]]:
    rng = np.random.default_rng(5)
    made = []
    for _ in range(count):
        times = dict(zip(NAMES, rng.uniform(0, 3, len(NAMES)), strict=True))
        made.append({name: round(value, int(rng.integers(0, 6))) for name, value in settings(times).items()})
    return made


def check_grid(page) -> None:
    for times in GRID:
        type_in(page, settings(times))
        same(page, settings(times))


def check_random(page) -> None:
    for given in at_random(AT_RANDOM):
        type_in(page, given)
        same(page, given)


def check_words(page) -> None:
    given = {"stay_percent": 55.5, "director_days": 20.0}
    type_in(page, given)
    expected = scenario(**given)
    expect(page.locator("#scenario-says")).to_have_text(expected.sentence())
    assert offered(page) == expected.to_csv()
    assert page.get_attribute("#scenario-says", "aria-live") == "polite"


def check_link(page) -> None:
    start = page.url
    given = {"central_money": 12345.67, "interim_days": 0.0}
    type_in(page, given)
    page.press("#set-interim_days", "Tab")
    link = page.get_attribute("#scenario-link", "href")
    assert "central_money=12345.67" in link
    assert page.url == link
    page.goto(start)
    same(page, {})
    page.goto(link)
    same(page, given)
    page.get_by_role("button", name="Back to the base case").click()
    same(page, {})
    page.go_back()
    same(page, given)
    page.goto(start.split("#")[0].split("?")[0] + "?central_money=-1&director_days=x&stay_percent=50")
    same(page, {"stay_percent": 50})
    expect(page.locator("#scenario-says")).to_contain_text("cannot be used for: Central money")


def check_refused(page) -> None:
    type_in(page, {"director_days": 3.0})
    for wrong in ("-1", "", "1e12"):
        page.fill("#set-director_days", wrong)
        assert page.get_attribute("#set-director_days", "aria-invalid") == "true"
        same(page, {"director_days": 3.0})
    expect(page.locator("#scenario-says")).to_contain_text("enter a number")
    page.fill("#set-director_days", "4")
    assert page.get_attribute("#set-director_days", "aria-invalid") is None
    same(page, {"director_days": 4.0})


def check_slider_by_key(page) -> None:
    page.focus("#slide-director_days")
    page.keyboard.press("ArrowRight")
    assert page.input_value("#set-director_days") == "11"
    same(page, {"director_days": 11.0})
    for name in NAMES:
        assert page.locator(f"label[for=set-{name}]").count() == 1


def drawn(page) -> dict[str, tuple[float, str]]:
    """Return of each bar its length as a share of its interval's upper end, and its sum in words."""
    return page.eval_on_selector_all(
        "#scenario-bars [data-result]",
        """bars => Object.fromEntries(bars.map(bar => {
          const share = (one, key) => parseFloat(one.getAttribute(key))
          const parts = [...bar.querySelectorAll('rect[data-item]:not(.hatch)')]
          const length = parts.reduce((sum, part) => sum + share(part, 'width'), 0)
          return [bar.dataset.result, [length / share(bar.querySelector('.interval line'), 'x2'), bar.querySelector('.sum').textContent]]
        }))""",
    )


def check_bars(page) -> None:
    for given in ({}, {"stay_percent": 300.0, "director_days": 0.0}):
        type_in(page, given)
        wanted = scenario(**given).frame.set_index("result")
        for result, (share, words) in drawn(page).items():
            row = wanted.loc[result]
            assert abs(share - row["estimate"] / row["upper"]) < 1e-3
            assert words == thousands(row["estimate"])
        assert page.locator("#scenario-bars .report.apart").count() == (2 if given else 0)


CHECKS = [check_bars, check_grid, check_random, check_words, check_link, check_refused, check_slider_by_key]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_page_gives_what_python_gives(open_page, check):
    page = open_page("costs.html")
    same(page, {})
    check(page)
    assert page.faults == []


def test_without_the_script_the_base_case_stands_and_no_control_is_dead(open_page):
    page = open_page("costs.html", java_script_enabled=False)
    expected = scenario()
    assert page.locator("#scenario input, #scenario button").count() == 0
    assert page.text_content("#scenario-says") == expected.sentence()
    assert offered(page) == expected.to_csv()
    assert "utf-8,%EF%BB%BF" in page.get_attribute("#scenario-csv", "href")


def test_the_controls_fit_a_phone(open_page):
    page = open_page("costs.html", viewport={**PHONE, "width": 320})
    wide = page.eval_on_selector_all(
        "#scenario-controls *",
        "all => all.filter(e => e.getBoundingClientRect().right > innerWidth + 1).length",
    )
    assert wide == 0
