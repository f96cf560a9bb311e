"""Pictures built of HTML, taken along as SVG and PNG without a browser: every word, every mark, at its place."""

import csv
import io
import re
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from defusedxml import ElementTree
from matplotlib import pyplot as plt

from analysis.present.drawn import drawn
from analysis.site import laid_out, looks, strokes, take_figures, wrapped

HTML = Path(__file__).parents[1] / "book" / "_build" / "html"
PLAIN = looks.START | {"font-size": "1rem"}


def taken(body: str, kind: str) -> tuple[str, bytes]:
    """Return the SVG and the PNG of a picture built of this HTML."""
    html = drawn(body, name="some", title="Most left", says="29 left.", kind=kind,
                         frame=pd.DataFrame({"a": [1]}), sources=("regime_spells",)).html  # fmt: skip
    svg, png = take_figures.drawn(take_figures.read(html), edition="Edition 1")
    return svg.decode(), png


def texts(svg: str) -> dict[str, tuple[float, float]]:
    """Return where each text of an SVG stands."""
    found = (one for one in ElementTree.fromstring(svg).iter() if one.tag.endswith("}text"))
    return {"".join(one.itertext()): (float(one.get("x", 0)), float(one.get("y", 0))) for one in found}


def test_a_picture_of_html_is_drawn_with_what_stands_in_it_and_below_it_its_source():
    svg, png = taken('<p class="key"><span><svg width="24" height="14"><rect class="up" width="24" height="14"/></svg> '
                     '▲ helped</span></p><ul><li><b>Trusts</b>: ▲ 14<span class="visually-hidden">fourteen</span>'
                     '<svg height="20"><rect class="up" height="20" width="25.00%" x="50.00%"/></svg></li></ul>', "speakers")  # fmt: skip
    told = texts(svg)
    assert {"Most left", "Trusts: ▲ 14"} <= set(told)
    assert any("helped" in text for text in told)
    assert any("Source: " in text for text in told)
    assert any("Edition 1" in text for text in told)
    assert "fourteen" not in svg
    assert "var(" not in svg
    assert "class=" not in svg
    bar = next(one for one in ElementTree.fromstring(svg).iter() if one.get("x") == "330")
    assert (bar.get("width"), bar.get("fill")) == ("165", looks.palette.LIGHT["entered"])
    assert plt.imread(io.BytesIO(png)).shape[1] == 2 * (laid_out.WIDTH + 24)


def test_tiles_stand_in_their_rows_and_columns_and_their_names_are_broken_where_they_may_be():
    tile = '<a class="tile once"><span aria-hidden="true"><b>{}</b><small>2013–14</small><i>↩</i></span></a>'
    svg, _ = taken('<div class="map"><section><p class="r1 c2"><b>North West</b> 2</p><ul>'
                   f'<li class="r2 c2">{tile.format("Hinching&shy;brooke")}</li>'
                   f'<li class="r2 c4">{tile.format("Tameside")}</li></ul></section></div>', "tiles")  # fmt: skip
    told = texts(svg)
    assert {"North West 2", "Hinching-", "brooke", "Tameside", "2013–14", "↩"} <= set(told)
    assert told["Tameside"][0] - told["Hinching-"][0] == pytest.approx(2 * laid_out.WIDTH / 7, abs=0.2)
    assert told["Tameside"][1] == told["Hinching-"][1] < told["brooke"][1]
    assert told["North West 2"][1] < told["Tameside"][1]


def test_a_name_stands_beside_its_bars_and_a_mark_within_them_moves_with_them():
    svg, _ = taken('<ul><li><span class="name"><a href="x">Medway</a> <abbr>K</abbr></span><svg class="bars" height="18">'
                   '<rect class="spell" height="14" width="10%" x="50%" y="2"/><svg x="60%" y="3"><path class="still" '
                   'd="M0 0l8 6-8 6z"/></svg><text x="60%" y="13.5">44 <tspan class="wide">months</tspan>'
                   '<tspan class="narrow">mo</tspan></text></svg></li></ul>', "timeline")  # fmt: skip
    told = texts(svg)
    assert {"Medway", "K", "44 months"} <= set(told)
    assert told["44 months"][0] == pytest.approx(0.6 * (laid_out.WIDTH - laid_out.NAMES), abs=0.1)
    moved = re.findall(r'<g transform="translate\(0 4\)">(<\w+)', svg)
    assert moved == ["<rect", "<g", "<text"]


def test_a_table_of_marks_is_as_wide_as_its_words_ask_for():
    head = "".join(f'<th scope="col">Unbreakable{at}</th>' for at in range(9))
    row = "".join(f'<td class="g2"><svg height="14" width="14" viewBox="0 0 24 24"><path class="helps" d="M12 4l9 16h-18z"/></svg><small>{at}</small></td>' for at in range(9))  # fmt: skip
    svg, _ = taken(f'<table><caption class="visually-hidden">no</caption><thead><tr><td></td>{head}</tr></thead><tbody>'
                   f'<tr class="family"><th colspan="10">Board</th></tr><tr><th scope="row">Puts quality</th>{row}</tr>'
                   '</tbody></table>', "matrix")  # fmt: skip
    told = texts(svg)
    assert {"Board", "Unbreakable0", "Unbreakable8"} <= set(told)
    across = [told[f"Unbreakable{at}"][0] for at in range(9)]
    least = wrapped.wide("Unbreakable0", PLAIN | {"font-size": ".85rem"})
    assert all(after - before >= least for before, after in pairwise(across))
    assert float(ElementTree.fromstring(svg).get("width")) > laid_out.WIDTH + 24


@pytest.mark.parametrize(
    ("selector", "rank"),
    [
        ("p", 1),
        (".a", 100),
        (".a p", 101),
        (".a :is(td, th)", 101),
        ('.a th[scope="row"]', 201),
        (".a:hover", 200),
    ],
)
def test_the_rank_of_a_selector_is_that_of_css(selector, rank):
    assert looks.strength(selector) == rank


def test_rules_of_a_narrow_container_or_of_another_medium_are_left_out():
    narrow, wide = (dict(looks.rules(width)) for width in (320, laid_out.WIDTH))
    assert narrow[".drawn .wide"] == {"display": "none"}
    assert ".drawn .wide" not in wide
    assert all("var(" not in value for set_to in wide.values() for value in set_to.values())
    assert ".drawn .spell" in wide
    assert wide[".drawn .spell"]["fill"] == "#6b96be"


@pytest.mark.parametrize(
    ("length", "px"), [("12", 12), ("12px", 12), (".5rem", 8), ("25%", 50), ("auto", 0), ("-4px", -4)]
)
def test_lengths(length, px):
    assert looks.px(length, 200) == px


def test_margins_are_read_in_each_of_their_forms():
    for margin, sides in {
        "1px": "1111",
        "1px 2px": "1212",
        "1px 2px 3px": "1232",
        "1px 2px 3px 4px": "1234",
    }.items():
        found = [looks.side({"margin": margin}, "margin", at) for at in ("top", "right", "bottom", "left")]
        assert found == [float(one) for one in sides]
    assert looks.side({"margin": "1px", "margin-left": "2rem"}, "margin", "left") == 32


def test_lines_hold_every_word_and_end_for_any_width():
    parts = list(
        wrapped.pieces(drawn_text("One <b>two</b>, super\u00adlong\u00adword <i>three</i> "), {}, PLAIN)
    )
    for room in (1, 20, 60, 90, 1000):
        made = wrapped.lines(parts, room)
        told = "".join(one.text for line in made for one in line).replace("-", "").replace(" ", "")
        assert told == "Onetwo,superlongwordthree"
        assert all(sum(one.wide for one in line) <= max(room, wrapped.least(parts)) + 0.01 for line in made)


def drawn_text(html: str):
    """Return text without elements, which have looks of their own."""
    soup = laid_out.BeautifulSoup(re.sub(r"<[^>]+>", "", html), "html.parser")
    return list(soup.children)


def test_a_stretched_path_keeps_its_shape():
    assert strokes.stretched("M1 2L3.5 4H5V6z", 10, 100) == "M10.0 200.0L35.0 400.0H50.0V600.0z"


HEAD = ["Title", "Source", "Edition", "Licence", "Cite as"]
PAGES = sorted(HTML.rglob("*.html"))


@pytest.mark.site
def test_every_figure_can_be_taken_as_numbers_under_a_head_and_as_two_pictures_that_open():
    wrong, seen = [], 0
    for page in PAGES:
        name = page.relative_to(HTML).with_suffix("").as_posix()
        for match in take_figures.FIGURE.finditer(page.read_text(encoding="utf-8")):
            anchor, folder = match.group(1), HTML / "figures" / name
            rows = list(
                csv.reader(
                    io.StringIO((folder / f"{anchor}.csv").read_text(encoding="utf-8-sig"), newline="")
                )
            )
            svg, png = ((folder / f"{anchor}.{kind}").read_bytes() for kind in ("svg", "png"))
            told = "".join(ElementTree.fromstring(svg.decode()).itertext())
            pixels = plt.imread(io.BytesIO(png))[..., :3].mean(axis=2)
            offered = all(f'download="{anchor}.{kind}"' in match.group() for kind in ("csv", "svg", "png"))
            if [row[0] for row in rows[:5]] != HEAD or [] not in rows or not rows[-1] or not offered:
                wrong.append(f"{name}#{anchor}: {rows[:6]}")
            if "Source: " not in told or not 0.001 < (pixels < 0.6).mean() < 0.6 or b"var(" in svg:
                wrong.append(f"{name}#{anchor}: {(pixels < 0.6).mean():.4f}, {told[:60]}")
            seen += 1
    assert wrong == []
    assert seen > 50
