"""Pictures on a phone, on a desk, in both themes: none is wider than its column or cut, all words can be read."""

import pytest

PAGES = ("index.html", "metrics/entry.html")
pytestmark = pytest.mark.browser
LEAST = 11  # px
MOST = 120_000  # bytes of a drawing
SHOWN = """() => [...document.querySelectorAll('figure.result .picture')].map(box => {
    const drawn = [...box.querySelectorAll('svg')].filter(one => getComputedStyle(one).display !== 'none');
    const [one] = drawn, frame = one.getBoundingClientRect(), scale = frame.width / one.viewBox.baseVal.width;
    const words = [...one.querySelectorAll('text')];
    const out = word => { const at = word.getBoundingClientRect();
        return at.left < frame.left - 1 || at.right > frame.right + 1; };
    return {name: box.parentElement.id, drawn: drawn.length, bytes: one.outerHTML.length,
        over: frame.right - box.getBoundingClientRect().right, cut: words.filter(out).map(word => word.textContent),
        least: Math.min(...words.map(word => parseFloat(getComputedStyle(word).fontSize) * scale)),
        ground: getComputedStyle(box).backgroundColor, ink: getComputedStyle(words[0]).fill};
})"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_picture_is_cut_or_too_small_to_read(open_page, width, theme):
    for name in PAGES:
        page = open_page(name, viewport={"width": width, "height": 844})
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        figures = page.evaluate(SHOWN)
        assert figures, name
        for one in figures:
            assert one["drawn"] == 1, one
            assert one["over"] <= 1, one
            assert one["cut"] == [], one
            assert one["least"] >= LEAST - 0.05, one
            assert one["bytes"] < MOST, one
        page.close()
