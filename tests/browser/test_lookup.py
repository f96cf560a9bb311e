"""Looking up a trust in a real browser: the numbers of `analysis.chapters.lookup.look`, by keyboard, back and forward, kept as files."""

import codecs
import csv
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from analysis import data
from analysis.chapters.lookup import chart, files, look, names, peers, sentences, series
from analysis.methods.spc.signals import SIGNALS
from analysis.present import spreadsheet, words
from tests.browser.conftest import HTML, PHONE

NAMES = data.load("indicators")["indicator"].tolist()
SAMPLE = 8  # trusts and indicators drawn at random, anew on each day of the month
QUERIES = Path(__file__).with_name("queries.csv")
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
    page = settled(open_page(BEGIN))
    entries = page.evaluate(
        "performance.getEntriesByType('resource').filter(one => one.name.includes('lookup-data'))"
        ".map(one => [one.name, one.responseEnd - performance.getEntriesByType('navigation')[0].domInteractive, one.encodedBodySize])"
    )
    assert len(entries) == 4  # index, names, trust, peers
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
    page = settled(open_page("lookup.html"))
    assert page.evaluate("document.activeElement.id") == "lookup-trust", "the empty box has the focus"
    assert page.input_value("#lookup-trust") == page.inner_text("#lookup-result") == ""
    page.keyboard.type("lincoln")
    box = page.locator("#lookup-trust")
    first = box.get_attribute("aria-activedescendant")
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") != first
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") == first
    page.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    page.keyboard.press("Control+A")
    page.keyboard.type("united lincolnshire")
    page.keyboard.press("Enter")
    expect(page.locator("#lookup-title")).to_contain_text("United Lincolnshire")
    expect(page.locator("#lookup-title")).to_be_focused()
    expect(page.locator("#lookup-title")).to_be_in_viewport()
    assert "trust=RWD" in page.url
    page.locator("#lookup-indicator").focus()
    page.keyboard.type("General and acute beds occupied o")
    page.keyboard.press("Enter")
    expect(page.locator("#lookup-says")).to_contain_text(
        "General and acute beds occupied overnight at United"
    )
    expect(page.locator("#lookup-indicator")).to_be_focused()
    page.locator("summary", has_text="The chart as a table").focus()
    page.keyboard.press("Enter")
    assert page.locator("#lookup-result details").first.get_attribute("open") is not None
    assert page.faults == []


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("medwya", "RPA"), ("Guys", "RJ1"), ("St Georges", "RJ7"), ("Mid Staffs", "RJD"), ("Addenbrooke", "RGT"),
        ("Pilgrim Hospital", "RWD"), ("London Ambulance", "RRU"), ("rjl", "RJL"), ("wye vally", "RLQ"),
        ("stgeorges", "RJ7"), ("uhmb", "RTX"), ("N.L.a.G", "RJL"), ("st thomas & guys", "RJ1"), ("Bassildon", "RDD"),
        ("Stafford hospital", "RJD"), ("kings lynn", "RCX"), ("hinchinbrook", "RQQ"), ("R1E", "R1E"),
    ],
)  # fmt: skip
def test_a_trust_is_found_by_what_readers_type(read_page, typed, code):
    page = settled(read_page("lookup.html", viewport=PHONE))
    page.fill("#lookup-trust", typed)
    page.keyboard.press("Enter")
    page.wait_for_function("code => new URLSearchParams(location.search).get('trust') === code", arg=code)
    expect(page.locator("#lookup-title")).to_be_focused()
    assert page.inner_text("#lookup-says")
    assert page.faults == []


def test_hundreds_of_other_ways_to_type_a_trust_find_it_first(open_page):
    """`queries.csv`: codes, former and usual names, towns, hospitals, first letters, slips, words of two names."""
    asked = pd.read_csv(QUERIES, dtype=str)
    assert set(names.of_the_regime()) <= set(asked["code"])
    page = settled(open_page("lookup.html"))
    first = page.evaluate(
        """asked => asked.map(typed => {
            const box = document.querySelector('#lookup-trust')
            box.value = typed
            box.dispatchEvent(new Event('input'))
            return document.querySelector('#lookup-trust-list [aria-selected=true]')?.textContent.slice(-3) })""",
        asked["typed"].tolist(),
    )
    wrong = [
        (*row, got) for row, got in zip(asked.itertuples(index=False), first, strict=True) if row.code != got
    ]
    assert wrong == []
    assert page.faults == []


@pytest.mark.parametrize(
    ("typed", "code"), [("wexham pk", "RD7"), ("medway zzzzzz", "RPA"), ("Brighton general", "RXH")]
)
def test_where_one_word_fits_nothing_the_trust_of_the_others_is_offered_and_not_chosen(
    read_page, typed, code
):
    page = settled(read_page("lookup.html"))
    page.fill("#lookup-trust", typed)
    options = page.locator("#lookup-trust-list [role=option]")
    assert options.first.text_content().endswith(code)
    assert page.locator("#lookup-trust-list [aria-selected=true]").count() == 0
    expect(page.locator("#lookup-trust-found")).to_contain_text("No trust on this page matches")
    assert page.faults == []


def test_every_trust_of_the_regime_is_answered(open_page):
    page = settled(open_page("lookup.html"))
    links = page.locator(".trusts-of-regime a")
    told = names.of_the_regime()
    assert links.count() == len(told)
    without = set(files.listed()) - set(files.held())
    for code in sorted({*without, "RWD", "RMY"}):
        page.goto(f"{page.url.partition('?')[0]}?trust={code}")
        settled(page)
        said = page.inner_text("#lookup")
        for spell in told[code]["spells"]:
            assert said.count(spell) == 1, code
        assert page.locator(f"#lookup a[href='{told[code]['case']}']").count() == bool(told[code]["case"])
        assert ("There are no figures here" in said) == (code in without)
    page.locator(".of-the-regime summary").click()
    links.first.click()
    expect(page.locator("#lookup-title")).to_contain_text("Barking")
    assert page.faults == []


def test_two_trusts_stand_in_one_chart(open_page):
    page = settled(open_page(BEGIN))
    page.get_by_role("button", name="Compare with another trust").click()
    page.keyboard.type("pilgrim")
    page.keyboard.press("Enter")
    expect(page.locator("#lookup-both svg")).to_have_count(1)
    assert "with=RWD" in page.url
    settled(page)
    shown = table(page, "Both as a table")
    for at, code in ((1, "RPA"), (2, "RWD")):
        frame = chart.chart(code, "four_hour_waits").frame["value"].dropna()
        wanted = {words.month(when): words.number(value, "percent") for when, value in frame.items()}
        assert {row[0]: row[at] for row in shown if row[at] != ".."} == wanted
    assert page.locator("#lookup-both .spell").count() == 3
    with page.expect_download() as kept:
        page.get_by_role("group", name="Keep both trusts").get_by_role("button", name="Numbers").click()
    rows = list(csv.reader(io.StringIO(kept.value.path().read_text(encoding="utf-8-sig"))))
    assert rows[0][0] == "period"
    assert rows[-1][0].startswith("Source: NHS England")
    page.get_by_role("button", name="Swap the two").click()
    expect(page.locator("#lookup-title")).to_contain_text("United Lincolnshire")
    settled(page)
    page.get_by_role("button", name="Remove Medway").click()
    expect(page.locator("#lookup-both")).to_have_count(0)
    assert page.faults == []


def test_no_cell_of_a_kept_file_runs_in_a_spreadsheet(open_page):
    # the page has the rule of the files that are made here, on every cell
    page = settled(open_page(BEGIN))
    cells = [
        "=1+1",
        "+1",
        "+a",
        "-1",
        "-1.5e3",
        "-1+2",
        "@SUM(A1)",
        "\t=1",
        "\r",
        "\n",
        " =1",
        "\u00a0@a",
        "\ufeff=1",
        "\x1c=1",
    ]
    cells += ["\uff1d1", "\uff0ba", "plain", "a=b", "", -1.5, 'a "b", c', '="x"', "a\nb", "=1\nb", "1\n=2"]
    shown = page.evaluate(
        "cells => cells.map(one => [window.cells.inert(one), window.cells.quoted(one)])", cells
    )
    assert shown == [[str(spreadsheet.inert(cell)), spreadsheet.quoted(cell)] for cell in cells]
    written = page.evaluate("cells => cells.map(window.cells.written).join()", cells)
    assert next(csv.reader(io.StringIO(written, newline=""))) == [
        str(spreadsheet.inert(cell)) for cell in cells
    ]


def test_several_matches_are_offered_and_none_is_said(open_page):
    page = settled(open_page(BEGIN))
    page.fill("#lookup-trust", "royal")
    expect(page.locator("#lookup-trust-found")).to_contain_text("trusts match. The first 8 are shown")
    assert page.locator("#lookup-trust-list [role=option]").count() == 8
    page.fill("#lookup-trust", "zzzzzz")
    expect(page.locator("#lookup-trust-found")).to_contain_text("No trust on this page matches “zzzzzz”")
    assert page.locator("#lookup-trust-list [role=option]").count() == 3
    page.get_by_role("button", name="Show", exact=True).click()
    assert "trust=RPA" in page.url, "none of the nearest is chosen unasked"
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
    assert kept.value.path().read_bytes().startswith(codecs.BOM_UTF8)
    *rows, source = csv.DictReader(io.StringIO(kept.value.path().read_text(encoding="utf-8-sig")))
    assert source["period"].startswith("Source: NHS England")
    assert "?trust=RPA" in source["period"]
    assert len(rows) == len(found.frame)
    signal = {one: chart.SIGNAL_WORDS[one] for one in ((s, w) for s in SIGNALS for w in ("up", "down"))}
    for row, (when, one) in zip(rows, found.frame.iterrows(), strict=True):
        assert row["period"] == words.month(when)
        if pd.isna(one["value"]):
            assert row["value"] == ""
            continue
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


def test_mortality_is_told_and_drawn_in_deaths_per_hundred_expected(open_page):
    page = settled(open_page("lookup.html?trust=RWD&indicator=shmi"))
    texts = page.locator("#lookup-chart svg text").all_text_contents()
    assert "Deaths per hundred expected; lower is better" in texts
    ticks = [float(text) for text in texts if text.replace(".", "").isdigit() and len(text) < 4]
    figures = 100 * look.trust("RWD", "shmi").chart.frame["value"]
    assert min(ticks) <= figures.min()
    assert max(ticks) >= figures.max()
    assert max(ticks) < 2 * figures.max()
    expect(page.locator("#lookup-says")).to_contain_text("deaths per hundred expected")


def test_what_is_wrong_is_said_in_words(open_page):
    page = open_page("lookup.html?trust=ZZZ&indicator=shmi")
    expect(page.locator("#lookup-fault")).to_contain_text("No trust on this page has the code “ZZZ”")
    page = open_page("lookup.html?trust=RPA&indicator=nothing")
    expect(page.locator("#lookup-fault")).to_contain_text("no measure called “nothing”")
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
        "Which trust or hospital?",
        "combobox",
        "Seen within four hours in A&E, Medway",
        "status",
    ):
        assert part in tree, part
    described = page.locator("#lookup-chart svg").get_attribute("aria-describedby").split()
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
