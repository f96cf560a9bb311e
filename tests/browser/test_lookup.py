"""Looking up a trust in a real browser: the numbers of `analysis.chapters.lookup.look`, by keyboard, back and forward, kept as files."""

import csv
import io
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from analysis import data
from analysis.chapters.lookup import chart, files, look, peers, sentences, series
from analysis.methods.spc.signals import SIGNALS
from analysis.present import words
from tests.browser.conftest import HTML, PHONE

NAMES = data.load("indicators")["indicator"].tolist()
SAMPLE = 8  # trusts and indicators drawn at random, anew on each day of the month
BEGIN = "lookup.html?trust=RPA&indicator=four_hour_waits"
MONTHLY = "lookup.html?trust=RPA&indicator=four_hour_waits&period=2016-01"
pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def built():
    if not (HTML / "lookup-data" / "index.js").is_file():
        pytest.skip("the built pages lack the files of lookup")


def pairs() -> list[tuple[str, str]]:
    rng = np.random.default_rng(int(np.datetime64("today").astype(object).day))
    codes, found = (
        files.held(),
        [("RK9", "four_hour_waits"), ("RAS", "closures")],
    )  # stretches alike; zeros alone
    while len(found) < SAMPLE:
        code, name = str(rng.choice(codes)), str(rng.choice(NAMES))
        if not chart.chart(code, name).frame.empty:
            found.append((code, name))
    return found


def settled(page):
    """Wait until the page shows what its address asks for."""
    expect(page.locator("#lookup[data-ready]")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    return page


def table(page, summary: str) -> list[list[str]]:
    part = page.locator("details", has=page.get_by_text(summary, exact=True))
    if part.get_attribute("open") is None:
        part.locator("summary").click()
    return part.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )


def test_any_trust_shows_the_numbers_of_the_functions(open_page):
    for code, name in pairs():
        found = look.trust(code, name)
        page = settled(open_page(f"lookup.html?trust={code}&indicator={name}"))
        assert page.inner_text("#lookup-says") == found.chart.sentence(), (code, name)
        wanted = sentences.table(found.chart)
        shown = table(page, "The chart as a table")
        assert [row[0] for row in shown] == wanted["Period"].tolist(), (code, name)
        assert [row[1] for row in shown] == wanted["Figure"].tolist(), (code, name)
        for column, at in (
            ("Mean", -5),
            ("Lower limit", -4),
            ("Upper limit", -3),
            ("Signal", -2),
            ("Stretch", -1),
        ):
            assert [row[at] for row in shown] == wanted[column].tolist(), (code, name, column)
        drawn = page.locator("#lookup-chart svg")
        seen = found.chart.frame
        assert drawn.locator(".signal").count() == int(seen["signal"].notna().sum())
        assert drawn.locator(".gap").count() == int(seen["value"].isna().sum())
        assert drawn.locator(".point").count() == int((seen["value"].notna() & seen["signal"].isna()).sum())
        if found.peers:
            assert page.inner_text("#lookup-place") == found.peers.sentence(code)
            trusts, frame = series.trusts()["name"], found.peers.frame.reset_index()
            frame = frame.sort_values(["rank", "code"])
            wanted = [
                [trusts[other], str(rank)] for other, rank in zip(frame["code"], frame["rank"], strict=True)
            ]
            shown = [[row[0], row[2]] for row in table(page, "All trusts as a table")]
            assert shown == wanted, (code, name)
        assert page.faults == [], (code, name)


def test_any_period_is_compared_with_the_numbers_of_the_functions(open_page):
    page = settled(open_page(MONTHLY))
    found = peers.peers("four_hour_waits", "2016-01", type="acute")
    assert page.inner_text("#lookup-place") == found.sentence("RPA")
    page.locator("#lookup-period").select_option("2012-06")
    expect(page.locator("#lookup-place")).to_have_text(
        peers.peers("four_hour_waits", "2012-06", type="acute").sentence("RPA")
    )
    assert "period=2012-06" in page.url
    settled(page).go_back()
    expect(page.locator("#lookup-place")).to_have_text(found.sentence("RPA"))
    assert page.faults == []


def test_the_page_begins_within_a_second_and_loads_little(open_page):
    page = settled(open_page("lookup.html"))
    entries = page.evaluate(
        "performance.getEntriesByType('resource').filter(one => one.name.includes('lookup-data'))"
        ".map(one => [one.name, one.responseEnd - performance.getEntriesByType('navigation')[0].domInteractive, one.encodedBodySize])"
    )
    assert len(entries) == 3
    assert all(size < 70_000 for _, _, size in entries)
    again = page.evaluate(
        """async () => {
            const began = performance.now(), select = document.querySelector('#lookup-indicator')
            const before = document.querySelector('#lookup').dataset.ready
            select.value = 'bed_occupancy'; select.dispatchEvent(new Event('change'))
            while (document.querySelector('#lookup').dataset.ready === before) await new Promise(r => setTimeout(r, 5))
            return performance.now() - began }"""
    )
    assert again < 1000


def test_by_keyboard_alone(open_page):
    page = settled(open_page(BEGIN))
    page.locator("#lookup-trust").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("united lincolnshire")
    page.keyboard.press("Enter")
    expect(page.locator("#lookup-title")).to_contain_text("United Lincolnshire")
    assert "trust=RWD" in page.url
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "lookup-indicator"
    page.keyboard.type("General and acute beds occupied o")
    page.keyboard.press("Enter")
    expect(page.locator("#lookup-says")).to_contain_text(
        "General and acute beds occupied overnight at United"
    )
    assert page.evaluate("document.activeElement.id") == "lookup-indicator"
    page.locator("summary", has_text="The chart as a table").focus()
    page.keyboard.press("Enter")
    assert page.locator("#lookup-result details").first.get_attribute("open") is not None
    assert page.faults == []


def test_several_matches_are_offered_and_none_is_said(open_page):
    page = settled(open_page(BEGIN))
    page.fill("#lookup-trust", "london north west")
    page.keyboard.press("Enter")
    expect(page.locator("#lookup-title")).to_contain_text("London North West")
    page.fill("#lookup-trust", "royal")
    page.keyboard.press("Enter")
    expect(page.locator("#lookup-fault")).to_contain_text("trusts match “royal”")
    first = page.locator("#lookup-fault button").first
    said = first.inner_text()
    first.click()
    expect(page.locator("#lookup-trust")).to_have_value(said)
    page.fill("#lookup-trust", "zzzz")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#lookup-fault")).to_contain_text(
        "No trust on this page matches “zzzz”; trusts without figures are not here"
    )
    page.fill("#lookup-trust", "R1E")  # a code that another trust took over still finds a trust
    page.keyboard.press("Enter")
    assert page.faults == []


def test_back_forward_and_a_kept_link(open_page, site):
    page = settled(open_page(BEGIN))
    page.select_option("#lookup-indicator", "shmi")
    expect(page.locator("#lookup-says")).to_contain_text("Hospital mortality")
    page.fill("#lookup-trust", "RWD")
    page.keyboard.press("Enter")
    expect(page.locator("#lookup-title")).to_contain_text("United Lincolnshire")
    link = settled(page).url
    page.go_back()
    expect(page.locator("#lookup-title")).to_contain_text("Medway")
    page.go_back()
    expect(page.locator("#lookup-says")).to_contain_text("Seen within four hours")
    assert page.locator("#lookup-indicator").input_value() == "four_hour_waits"
    page.go_forward()
    page.go_forward()
    expect(page.locator("#lookup-title")).to_contain_text("United Lincolnshire")
    said = settled(page).inner_text("#lookup-says")
    other = settled(open_page(link.removeprefix(f"{site}/")))
    assert other.inner_text("#lookup-says") == said
    assert "United Lincolnshire" in other.title()
    assert page.faults == other.faults == []


def test_numbers_and_pictures_can_be_kept(open_page):
    page = settled(open_page(MONTHLY))
    found = chart.chart("RPA", "four_hour_waits")
    with page.expect_download() as kept:
        page.get_by_role("group", name="Keep this chart").get_by_role("button", name="Numbers").click()
    assert kept.value.suggested_filename == "RPA-four_hour_waits.csv"
    rows = list(csv.DictReader(io.StringIO(kept.value.path().read_text(encoding="utf-8"))))
    assert len(rows) == len(found.frame)
    signal = {one: chart.SIGNAL_WORDS[one] for one in ((s, w) for s in SIGNALS for w in ("up", "down"))}
    for row, (when, one) in zip(rows, found.frame.iterrows(), strict=True):
        assert row["period"] == words.month(when)
        assert float(row["attendances"]) == one["denominator"]
        assert float(row["value"]) == pytest.approx(one["value"], abs=10**-files.DIGITS)
        assert float(row["upper"]) == pytest.approx(one["upper"], abs=10**-files.DIGITS)
        assert row["signal"] == (signal[one["signal"], one["direction"]] if one["signal"] else "")
    for group, words_in in (("Keep this chart", "Medway"), ("Keep this comparison", "January 2016")):
        for kind, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
            with page.expect_download() as kept:
                page.get_by_role("group", name=group).get_by_role("button", name=f"({kind})").click()
            content = kept.value.path().read_bytes()
            assert content.startswith(start)
            assert len(content) > 5000
            if kind == "SVG":
                drawn = content.decode()
                assert words_in in drawn
                assert "Source: NHS England" in drawn
    assert page.faults == []


def test_what_is_wrong_is_said_in_words(open_page):
    page = open_page("lookup.html?trust=ZZZ&indicator=shmi")
    expect(page.locator("#lookup-fault")).to_contain_text(
        "No trust on this page has the code “ZZZ”; trusts without figures are not here"
    )
    page = open_page("lookup.html?trust=RPA&indicator=nothing")
    expect(page.locator("#lookup-fault")).to_contain_text("no indicator called “nothing”")
    page = settled(open_page("lookup.html?trust=RV3&indicator=shmi"))
    assert page.inner_text("#lookup-says") == look.trust("RV3", "shmi").chart.sentence()
    page = settled(open_page(BEGIN))
    page.context.set_offline(True)
    page.fill("#lookup-trust", "RWD")
    page.keyboard.press("Enter")
    expect(page.locator("#lookup-fault")).to_contain_text("This device is offline")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#lookup-title")).to_contain_text("United Lincolnshire")


def test_without_a_script_the_example_is_there(open_page):
    page = open_page("lookup.html", java_script_enabled=False)
    assert "JavaScript" in page.inner_text("#lookup")
    assert look.trust("RPA", "four_hour_waits").chart.sentence() in page.inner_text("#lookup")


def test_on_a_phone_and_in_both_themes_nothing_sticks_out(open_page):
    for viewport in (PHONE, {"width": 320, "height": 700}):
        page = settled(open_page(MONTHLY, viewport=viewport))
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            page.wait_for_timeout(100)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (viewport, theme)
            small = page.evaluate(
                "[...document.querySelectorAll('#lookup svg text')].map(t => parseFloat(getComputedStyle(t).fontSize)"
                " * t.ownerSVGElement.getBoundingClientRect().width / t.ownerSVGElement.viewBox.baseVal.width)"
            )
            assert min(small) > 9, (viewport, theme)
        assert page.faults == []


def test_a_screen_reader_gets_names_and_tables(open_page):
    page = settled(open_page(MONTHLY))
    tree = page.locator("#lookup").aria_snapshot()
    for part in (
        "search",
        "Trust: name or code",
        "combobox",
        "Seen within four hours in A&E, Medway",
        "status",
    ):
        assert part in tree, part
    described = page.locator("#lookup-chart svg").get_attribute("aria-labelledby").split()
    said = " ".join(page.locator(f"#{one}").text_content() for one in described)
    assert chart.chart("RPA", "four_hour_waits").sentence() in said
    scopes = page.locator("#lookup table th:not([scope])").count()
    assert scopes == 0


def test_numbers_on_the_page_round_as_in_python(open_page):
    page = settled(open_page(BEGIN))
    rng = np.random.default_rng(5)
    values = [
        0.05,
        0.15,
        0.25,
        1.45,
        2.5,
        65.25,
        65.35,
        -0.04,
        1234.5,
        99.95,
        *rng.uniform(-5, 5000, 200).round(4),
    ]
    index = files.outline()
    script = (HTML / "_scripts" / "lookup.js").read_text(encoding="utf-8")
    part = (
        re.search(r"  const bare = .*?\n  const fill", script, re.DOTALL).group().removesuffix("  const fill")
    )
    for unit in index["units"]:
        shown = page.evaluate(
            "([part, index, values, unit]) => new Function('index', 'values', 'unit',"
            " part + '; return values.map(value => number(value, unit))')(index, values, unit)",
            [part, index, values, unit],
        )
        assert shown == [words.number(value, unit) for value in values], unit
