"""Pictures on a phone, on a desk, in both themes, on every page: none is wider than its column or cut, all words can be read."""

import io

import pytest
from PIL import Image, ImageChops

from tests.browser import other_browsers
from tests.browser.conftest import HTML
from tests.test_site import TOC

SHOTS = HTML.parents[2] / "tests" / "browser" / "shots"
pytestmark = pytest.mark.browser
LEAST = 11  # px
MOST = 120_000  # bytes of a drawing
SMALLEST = 320
FIRST = 5.0  # phone screens of the first page
SHOWN = """() => [...document.querySelectorAll('figure.result .picture')].map(box => {
    for (let fold = box.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true
    const drawn = [...box.querySelectorAll('svg')].filter(one => getComputedStyle(one).display !== 'none');
    const [one] = drawn, frame = one.getBoundingClientRect(), scale = frame.width / one.viewBox.baseVal.width;
    const words = [...one.querySelectorAll('text')];
    const out = word => { const at = word.getBoundingClientRect();
        return at.left < frame.left - 1.5 || at.right > frame.right + 1.5; };  // Firefox rounds texts up by a pixel
    return {name: box.parentElement.id, drawn: drawn.length, bytes: one.outerHTML.length,
        over: frame.right - box.getBoundingClientRect().right, cut: words.filter(out).map(word => word.textContent),
        least: Math.min(...words.map(word => parseFloat(getComputedStyle(word).fontSize) * scale))};
})"""
WIDER = """() => [...document.querySelectorAll('article table.result')].filter(one => {
        for (let fold = one.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true
        const box = one.closest('.table-box') ?? one.parentElement
        return one.checkVisibility() && one.scrollWidth > box.clientWidth + 1
    }).map(one => one.caption?.textContent ?? one.className)"""
STOPS = """() => [...document.querySelectorAll('article :is(a[href], button, input, select, summary, [tabindex="0"])')]
    .filter(one => one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0).length"""


@pytest.mark.parametrize("width", [SMALLEST, 390, 1280])
def test_no_picture_and_no_table_of_any_page_is_cut_or_too_small_to_read(open_page, width, capsys):
    """One load a page and width; the theme is turned on the open page."""
    wrong, told = [], []
    page = open_page("index.html", viewport={"width": width, "height": 844}, reduced_motion="reduce")
    for name in TOC:
        page.goto(f"{page.url.rpartition('/report/')[0]}/report/{name}.html")
        screens = page.evaluate("document.documentElement.scrollHeight") / 844
        told.append(f"{name}: {screens:.1f} screens, {page.evaluate(STOPS)} stops")
        if name == "index" and width == 390:
            assert screens <= FIRST, told[-1]
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            wrong += [
                f"{name}, {theme}: {one['name']} {why}" for one in page.evaluate(SHOWN) for why in faults(one)
            ]
            wrong += [f"{name}, {theme}: table {one}" for one in page.evaluate(WIDER)]
    with capsys.disabled():
        print(f"\n{width} px: " + "; ".join(told))
    assert wrong == []


def faults(one: dict) -> list[str]:
    """Return what is wrong with a picture."""
    found = {
        f"{one['drawn']} drawings": one["drawn"] != 1,
        f"wider by {one['over']:.0f} px": one["over"] > 1,
        f"cuts {one['cut']}": one["cut"],
        f"letters of {one['least']:.1f} px": one["least"] < LEAST - 0.05,
        f"{one['bytes']} bytes": one["bytes"] >= MOST,
    }
    return [why for why, is_so in found.items() if is_so]


def test_a_fault_of_a_picture_is_told():
    good = {"name": "a", "drawn": 1, "bytes": 9, "over": 0, "cut": [], "least": 12}
    assert faults(good) == []
    for bad in ({"drawn": 2}, {"bytes": MOST}, {"over": 9}, {"cut": ["x"]}, {"least": 9.0}):
        assert len(faults(good | bad)) == 1


def test_forced_colours_leave_each_mark_a_colour_and_motion_stands_still(open_page):
    page = open_page(
        "index.html", viewport={"width": 390, "height": 844}, forced_colors="active", reduced_motion="reduce"
    )
    drawn = page.locator("#the-finding svg.narrow")
    strokes = drawn.locator("path[stroke]").evaluate_all(
        "all => all.map(one => getComputedStyle(one).stroke)"
    )
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(stroke not in (ground, "none") for stroke in strokes) >= 9, "three rows of three measures"
    moving = "all => all.filter(one => parseFloat(getComputedStyle(one).transitionDuration) > 0).length"
    assert page.locator("article *").evaluate_all(moving) == 0
    assert page.faults == []


def test_forced_colours_leave_years_of_tiles_spells_and_the_choice_of_record_to_be_seen(open_page):
    """A plate of the ground behind letters in the colour of the ground hid the years; spells and the marked choice had no ground."""
    page = open_page("regime.html", viewport={"width": 390, "height": 844}, forced_colors="active")
    dark = page.locator(".tiles :is(.back, .still)")
    assert dark.count() > 8
    assert set(dark.evaluate_all("all => all.map(one => getComputedStyle(one).forcedColorAdjust)")) == {
        "none"
    }
    grounds = page.evaluate(
        """names => { const one = document.querySelector('figure.result svg rect, figure.result svg path')
            return names.map(name => { one.style.fill = `var(${name})`; return getComputedStyle(one).fill }) }""",
        ["--fig-page", "--fig-spell", "--fig-marked"],
    )
    assert len(set(grounds)) == 3, grounds


def test_words_on_a_hatched_tile_have_a_halo_of_the_page(open_page):
    page = open_page("regime.html", viewport={"width": 390, "height": 844})
    assert page.locator(".tiles a.taken").evaluate("one => getComputedStyle(one).textShadow").count("px") > 9


# Texts of pictures that their ground hides: contrast with the last shape drawn below their middle, or with the page.
HIDDEN = """least => { const parts = colour => { const all = colour.match(/-?[\\d.]+/g).map(Number)
        return (colour.startsWith('color(') ? all.slice(0, 3) : all.slice(0, 3).map(one => one / 255)).concat(all[3] ?? 1) }
    const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        return 0.2126 * x + 0.7152 * y + 0.0722 * z }
    const over = (top, below, part) => top.map((one, at) => at < 3 ? one * part + below[at] * (1 - part) : 1)
    const page = parts(getComputedStyle(document.body).backgroundColor), found = []
    for (const fold of document.querySelectorAll('article details')) fold.open = true
    for (const svg of document.querySelectorAll('figure.result svg')) {
        if (!svg.checkVisibility()) continue
        const all = [...svg.querySelectorAll('rect, path, circle, polygon, text')], frame = svg.getBoundingClientRect()
        for (const [place, text] of all.entries()) {
            const own = getComputedStyle(text)
            if (text.tagName !== 'text' || !text.checkVisibility() || own.paintOrder.startsWith('stroke') || own.fill === 'none') continue
            const box = text.getBoundingClientRect(), at = new DOMPoint(box.left + box.width / 2, box.top + box.height / 2)
            if (!box.width || at.x < frame.left - 40 || at.x > frame.right + 40) continue
            let ground = page
            for (const shape of all.slice(0, place)) {
                const looks = getComputedStyle(shape)
                if (shape.tagName === 'text' || shape.closest('defs, clipPath, pattern') || !shape.checkVisibility()) continue
                const point = at.matrixTransform(shape.getScreenCTM().inverse())
                for (const kind of ['fill', 'stroke']) {
                    const colour = looks[kind], inside = kind === 'fill' ? shape.isPointInFill(point) : parseFloat(looks.strokeWidth) > 4 && shape.isPointInStroke(point)
                    if (!colour.match(/^(rgb|color)/) || !inside) continue
                    ground = over(parts(colour), ground, parts(colour)[3] * parseFloat(looks[`${kind}Opacity`]) * parseFloat(looks.opacity))
                }
            }
            const [one, other] = [light(parts(own.fill)), light(ground)].sort((a, b) => b - a), ratio = (one + 0.05) / (other + 0.05)
            if (ratio < least) found.push(`${text.closest('figure').id}: "${text.textContent.slice(0, 30)}" ${ratio.toFixed(1)}`)
        }
    } return found }"""


@pytest.mark.parametrize(
    "look", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}]
)
def test_every_word_of_a_picture_stands_out_from_what_lies_below_it(open_page, look):
    """Contrast is of lightness alone, so what passes can be read in grey too."""
    page = open_page("index.html", viewport={"width": 390, "height": 844}, reduced_motion="reduce", **look)
    root, wrong = page.url.rpartition("index.html")[0], []
    for name in TOC:
        page.goto(f"{root}{name}.html")
        wrong += [f"{name}: {one}" for one in page.evaluate(HIDDEN, 4.5)]
    assert wrong == []
    ask = page.goto(f"{root}index.html") and page.locator(".ask button")
    colours = ask.evaluate("one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]")
    assert colours[0] != colours[1]


PICTURES = {
    "the-finding": "index",
    "the-argument": "index",
    "all-indicators": "metrics/entry",
    "entry-shmi": "metrics/entry",
    "entry-four-hour-waits": "metrics/entry",
    "curve-shmi": "metrics/rivals",
    "curve-recommend-work": "metrics/rivals",
    "regime-spells": "regime",
    "regime-map": "regime",
    "theory-map": "theory",
    "costs-items": "costs",
    "medway-timeline": "cases/medway",
}
SMALL = (64, 64)  # a picture is compared as so many spots: another machine's letters then look the same
APART = 6.0  # of 255, on average over the spots


def spots(shot: bytes) -> Image.Image:
    """Return a picture in grey and small."""
    return Image.open(io.BytesIO(shot)).convert("L").resize(SMALL, Image.Resampling.BOX)


def apart(one: Image.Image, other: Image.Image) -> float:
    """Return how far two small pictures differ, on average over their spots."""
    differences = ImageChops.difference(one, other).getdata()
    return sum(differences) / len(differences)


@pytest.mark.parametrize("name", PICTURES)
def test_a_main_picture_looks_as_it_did(read_page, name):
    """`tests/browser/shots/NAME.png` is what it looked like; delete a file to have it made anew, and look at it."""
    page = read_page(
        f"{PICTURES[name]}.html",
        viewport={"width": 390, "height": 844},
        color_scheme="light",
        reduced_motion="reduce",
    )
    page.evaluate("for (const fold of document.querySelectorAll('details:has(> figure)')) fold.open = true")
    page.evaluate(
        "document.querySelectorAll('.bd-header-article, .bd-header').forEach(bar => bar.style.display = 'none')"
    )
    now, kept = (
        spots(page.locator(f"#{name} :is(.picture, .drawn)").first.screenshot()),
        SHOTS / f"{name}.png",
    )
    if not kept.is_file():
        SHOTS.mkdir(exist_ok=True)
        now.save(kept)
        pytest.fail(f"{kept.name} was made: look at it, and commit it")
    assert apart(now, Image.open(kept)) < APART


def test_another_picture_would_be_seen():
    one, other = Image.new("L", SMALL, 255), Image.new("L", SMALL, 255)
    assert apart(one, other) == 0
    other.paste(0, (0, 0, 32, 16))
    assert apart(one, other) > APART


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("engine", [other_browsers.firefox, other_browsers.webkit])
def test_other_browsers_show_every_page_whole(site, engine, width, tmp_path):
    """Where the machine has a Firefox or WebKit that can be driven; else it is said."""
    wrong = []
    with engine(tmp_path, width) as run:
        if run is None:
            pytest.skip(
                f"no {engine.__name__} here that can be driven (Debian: firefox-esr; webkit2gtk-driver, xvfb)"
            )
        for name in TOC if width == 390 else sorted(set(PICTURES.values())):
            address = f"{site}/{name}.html"
            wrong += [f"{name}: {one['name']} {why}" for one in run(address, SHOWN) for why in faults(one)]
            wrong += [f"{name}: table {one}" for one in run(address, WIDER)]
            over = run(address, "() => document.documentElement.scrollWidth - innerWidth")
            wrong += [f"{name}: wider than the window by {over} px"] if over > 0 else []
    assert wrong == []
