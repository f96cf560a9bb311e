"""How far a reader on a phone scrolls and tabs, and when the first picture is there: printed for every page, and held to limits."""

import pytest

from tests.browser.conftest import PHONE
from tests.test_site import TOC

pytestmark = pytest.mark.browser
MOST, MIDDLE = 25.0, 13.0  # phone screens of a page, and of the middle one
BEFORE, STOPS = 10, 150  # stops of the keyboard before the heading, and on the whole page
SOON = 3.0  # phone screens above the first picture or table
SEEN = 1.3  # phone screens above the first picture of a page that has one
PAINTED = 4.0  # seconds until it is painted, on a machine that has other things to do
READ = {"plain-english", "about/who", "about/take", "about/reading", "about/figures", "about/glossary"}
READ |= {"about/references", "about/accessibility", "about/quality"}  # pages of words
MOVED = 0.05  # how far what stands on a phone may move while the page loads (cumulative layout shift; good is below 0.1)
MEASURED = """async () => {
    const shown = one => one.checkVisibility({ visibilityProperty: true })
    const stops = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
        .filter(one => shown(one) && one.tabIndex >= 0 && !one.disabled)
    const heading = document.querySelector('article h1')
    const pictures = 'figure.result .picture svg, .drawn, .what-if svg, #lookup, article table.result'
    const first = [...document.querySelectorAll(pictures)].find(shown)
    const drawn = [...document.querySelectorAll(pictures)].find(one => shown(one) && !one.matches('table'))
    const top = one => one ? (one.getBoundingClientRect().top + scrollY) / innerHeight : null
    const moved = await new Promise(done => { let sum = 0
        new PerformanceObserver(list => list.getEntries().forEach(one => { sum += one.value })).observe({ type: 'layout-shift', buffered: true })
        setTimeout(() => done(sum), 100) })
    const painted = performance.getEntriesByName('first-contentful-paint')[0]
    return {
        screens: document.documentElement.scrollHeight / innerHeight,
        before: stops.filter(one => one.compareDocumentPosition(heading) & Node.DOCUMENT_POSITION_FOLLOWING).length,
        stops: stops.length,
        first: top(first),
        picture: top(drawn),
        moved,
        painted: painted ? painted.startTime / 1000 : null,
    }
}"""


def faults(name: str, one: dict) -> list[str]:
    """Return which limits a page breaks."""
    found = {
        f"{one['screens']:.1f} screens": one["screens"] > MOST,
        f"{one['before']} stops before the heading": one["before"] > BEFORE,
        f"{one['stops']} stops": one["stops"] > STOPS,
        "no picture or table": one["first"] is None and name not in READ,
        f"first picture after {one['first'] or 0:.1f} screens": (one["first"] or 0) > SOON
        and name not in READ,
        f"picture after {one['picture'] or 0:.1f} screens": (one["picture"] or 0) > SEEN,
        f"moves by {one['moved']:.2f}": one["moved"] > MOVED,
        f"painted after {one['painted'] or 0:.1f} s": (one["painted"] or 0) > PAINTED,
    }
    return [f"{name}: {why}" for why, is_so in found.items() if is_so]


def test_no_page_is_too_long_for_a_phone_or_the_keyboard_and_its_picture_comes_soon(open_page, capsys):
    page = open_page("index.html", viewport=PHONE)
    root, told, wrong = page.url.rpartition("index.html")[0], {}, []
    for name in TOC:
        page.goto(f"{root}{name}.html", wait_until="load")
        page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
        )
        told[name] = page.evaluate(MEASURED)
        wrong += faults(name, told[name])
    with capsys.disabled():
        print(
            "\nscreens, stops before the heading and in all, screens to the first picture, seconds to paint"
        )
        for name, one in told.items():
            first = "none" if one["first"] is None else f"{one['first']:.1f}"
            print(
                f"{name:34} {one['screens']:5.1f} {one['before']:3} {one['stops']:4} {first:>5} {one['painted'] or 0:.2f}"
            )
    lengths = sorted(one["screens"] for one in told.values())
    assert wrong == []
    assert lengths[len(lengths) // 2] <= MIDDLE


def test_a_page_over_a_limit_is_told():
    good = {
        "screens": 5.0,
        "before": 8,
        "stops": 40,
        "first": 0.5,
        "picture": 0.6,
        "moved": 0,
        "painted": 0.2,
    }
    assert faults("findings", good) == []
    for bad in (
        {"screens": 25.1},
        {"before": 37},
        {"stops": 1199},
        {"first": 5.6},
        {"first": None},
        {"picture": 1.4},
        {"moved": 0.2},
        {"painted": 9.0},
    ):
        assert len(faults("findings", good | bad)) == 1, bad


def test_an_address_opens_the_fold_that_it_leads_into(open_page):
    page = open_page("metrics/rivals.html", viewport=PHONE)
    figure = page.locator("#curve-recommend-work")
    assert not figure.is_visible()
    page.goto(f"{page.url}#curve-recommend-work")
    figure.wait_for(state="visible", timeout=5000)
    assert page.faults == []
