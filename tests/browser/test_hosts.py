"""The site where less is allowed: a strict policy, a folder of a host, a wrong address, a page opened from disk.

Every browser test runs under a strict policy and in a folder (see `conftest.site`); here is what that leaves out.
"""

import pytest
from playwright.sync_api import expect

from analysis.chapters.lookup import chart, look
from tests.browser.conftest import HTML, PHONE
from tests.browser.test_lookup import settled
from tests.browser.test_pages import PAGES, not_drawn, sticks_out
from tests.local_web import static_host

pytestmark = pytest.mark.browser
SEARCHED = "search.html?q=mortality"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opened_from_disk_is_whole(read_file, name):
    page = read_file(name, viewport=PHONE)
    assert not_drawn(page) == []
    assert sticks_out(page) == []
    page.wait_for_load_state("networkidle")
    assert page.faults == []


def test_an_address_leads_into_a_fold_and_one_that_names_nothing_is_no_fault(open_page):
    page = open_page("about/data.html#table-workforce")
    expect(page.locator("#table-workforce li").first).to_be_visible()
    for mark in ("#%", "#%E0%A4%A", "#nothing"):
        page = open_page(f"about/data.html{mark}")
        page.wait_for_load_state("networkidle")
        assert page.faults == [], mark


def found(page) -> list[str]:
    expect(page.locator("#search-results p.search-summary")).to_contain_text("Search finished")
    return page.locator("#search-results ul.search > li > a").all_inner_texts()


def test_the_search_finds_pages_on_a_strict_host_and_from_disk(open_page, open_file):
    hosted, local = open_page(SEARCHED), open_file(SEARCHED)
    assert found(hosted) == found(local) != []
    hosted.wait_for_load_state("networkidle")
    expect(hosted.locator("#search-results p.context").first).to_be_visible()
    assert hosted.faults == local.faults == []
    local.locator("#search-results ul.search > li > a").first.click()
    expect(local.locator("article h1")).to_be_visible()


def test_a_search_shows_the_hit_and_forgives_a_slip(open_page):
    for asked in ("mortality", "mortlaity", "mortalty"):
        page = open_page(f"search.html?q={asked}")
        assert found(page), asked
        page.wait_for_load_state("networkidle")
        shown = page.locator("#search-results p.context").all_inner_texts()
        assert sum("mortal" in one.lower() for one in shown) >= len(shown) - 1 > 2, asked
        assert page.locator(".search-forgiven").count() == (asked != "mortality")
        assert page.faults == []


def test_a_search_typed_on_any_page_leads_to_results(open_page, open_file):
    for opened in (open_page, open_file):
        page = opened("metrics/entry.html")
        page.keyboard.press("Control+K")
        page.locator("dialog[open] input[type=search], .search-button__search-container input").first.fill(
            "waits"
        )
        page.keyboard.press("Enter")
        assert found(page)
        assert page.faults == []


def test_a_trust_is_looked_up_from_disk(open_file):
    page = settled(open_file("lookup.html?trust=RPA&indicator=four_hour_waits"))
    assert page.inner_text("#lookup-says") == chart.chart("RPA", "four_hour_waits").sentence()
    page.fill("#lookup-trust", "RWD")
    page.keyboard.press("Enter")
    expect(page.locator("#lookup-title")).to_contain_text("United Lincolnshire")
    settled(page)
    expect(page.locator("#lookup-place")).to_contain_text("United Lincolnshire")
    page.go_back()
    expect(page.locator("#lookup-title")).to_contain_text("Medway")
    with page.expect_download() as kept:
        page.get_by_role("group", name="Keep this chart").get_by_role("button", name="(PNG)").click()
    assert kept.value.path().read_bytes().startswith(b"\x89PNG")
    assert page.faults == []


WITHOUT = {
    "index": ("lookup-data/index.js", "There is no file lookup-data/index.js in this copy"),
    "trust": ("lookup-data/trusts/RPA.js", "There is no file lookup-data/trusts/RPA.js in this copy"),
}


@pytest.mark.parametrize("part", WITHOUT)
@pytest.mark.parametrize("place", ["host", "disk"])
def test_without_its_files_the_look_up_keeps_its_text_and_says_why(
    open_page, tmp_path, chromium, part, place
):
    gone, said = WITHOUT[part]
    for path in HTML.iterdir():
        if path.name != "lookup-data":
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "lookup-data" / "trusts").mkdir(parents=True)
    for path in (HTML / "lookup-data").glob("*.js"):
        if gone != f"lookup-data/{path.name}":
            (tmp_path / "lookup-data" / path.name).symlink_to(path)
    with static_host(tmp_path) as address:
        page = chromium.new_page()
        page.goto(f"{address if place == 'host' else tmp_path.as_uri()}/lookup.html?trust=RPA")
        expect(page.locator("#lookup-fault")).to_contain_text(said)
        assert look.trust("RPA", "four_hour_waits").sentence() in page.inner_text("#lookup")
        page.close()


def test_a_term_is_defined_and_a_scenario_is_kept_from_disk(open_file):
    page = open_file("metrics/entry.html")
    term = page.locator('article a[href*="glossary.html#term-"]').first
    term.focus()
    expect(page.locator("#term-tip")).not_to_be_empty()
    assert page.faults == []
    page = open_file("costs.html")
    page.fill("#set-director_days", "20")
    page.press("#set-director_days", "Tab")
    assert "director_days=20" in page.url
    with page.expect_download() as kept:
        page.locator("#scenario-csv").click()
    assert "director_days" in kept.value.path().read_text(encoding="utf-8")
    assert page.faults == []


def test_numbers_of_a_figure_can_be_kept(open_page, open_file):
    for opened in (open_page, open_file):
        page = opened("metrics/entry.html")
        with page.expect_download() as kept:
            page.locator("figure.result .source a[download]").first.click()
        assert kept.value.path().read_text(encoding="utf-8").count("\n") > 2
        assert page.faults == []


@pytest.mark.parametrize("asked", ["nothing.html", "metrics/nothing.html", "a/b/c/nothing"])
def test_a_wrong_address_leads_back_into_the_project(open_page, site, asked):
    page = open_page(asked)
    assert page.locator("h1").inner_text() == "There is no page here"
    assert [one for one in page.faults if "404" not in one] == []
    for link in page.locator("main a").all():
        assert link.get_attribute("href").startswith(f"{site}/")
    page.locator("main a").first.click()
    expect(page).to_have_url(f"{site}/index.html")
