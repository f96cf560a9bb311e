"""One style sheet for the site: what a page can use stays, in order; doing it twice changes nothing more."""

import base64
import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
SPEC = importlib.util.spec_from_file_location("light", ROOT / "book/_ext/light.py")
light = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(light)


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("p{color:red}", "p{color:red}"),
        (".used{a:b}", ".used{a:b}"),
        (".gone{a:b}", ""),
        (".used,.gone{a:b}", ".used{a:b}"),
        (".used .gone{a:b}", ""),
        ("#here > .used:hover{a:b}", "#here > .used:hover{a:b}"),
        (".used:not(.gone){a:b}", ".used:not(.gone){a:b}"),
        (":is(.gone,.used) p{a:b}", ":is(.gone,.used) p{a:b}"),
        ('html[data-theme="dark"] .used{a:b}', 'html[data-theme="dark"] .used{a:b}'),
        (":root{--x:1}", ":root{--x:1}"),
        ("@media print{.used{a:b}.gone{a:b}}", "@media print{.used{a:b}\n}"),
        ("@media print{.gone{a:b}}", ""),
        ('@font-face{font-family:"Font Awesome 6 Free";src:url(x)}', ""),
        ("@keyframes turn{to{top:0}}", "@keyframes turn{to{top:0}}"),
        ("@charset 'utf-8';", ""),
        (r".sm\:used{a:b}", ""),
    ],
)
def test_a_rule_stays_when_something_can_match_it(css, kept):
    assert light.pruned(css, {"used", "here"}).strip() == kept


@pytest.fixture
def site(tmp_path):
    out = tmp_path / "html"
    (out / "_static/deep").mkdir(parents=True)
    (out / "_static/deep/a.css").write_text('@import "../b.css";.two{background:url(pic.png)}.none{c:d}')
    (out / "_static/b.css").write_text(".one{c:d}")
    (out / "_static/late.css").write_text(".three{c:d}.by-script{c:d}")
    (out / "_static/documentation_options.js").write_text("const DOCUMENTATION_OPTIONS = {}")
    (out / "_static/x.js").write_text("e.classList.add('by-script')")
    head = (
        '<link href="{0}_static/deep/a.css?v=1" rel="stylesheet" type="text/css"/>\n'
        '<link href="{0}_static/late.css" rel="stylesheet"/><link as="script" href="{0}_static/x.js" rel="preload"/>'
        '<link href="next.html" rel="next"/><script src="{0}_static/documentation_options.js?v=2"></script>'
        '<script src="{0}_static/x.js?v=3"></script>'
    )
    (out / "index.html").write_text(f'<html><head>{head.format("")}</head><p class="one two three">')
    (out / "sub").mkdir()
    (out / "sub/page.html").write_text(f"<html><head>{head.format('../')}</head><p>")
    return SimpleNamespace(outdir=str(out), builder=SimpleNamespace(format="html"))


def test_every_page_uses_the_one_sheet_and_its_scripts_wait_for_the_text(site):
    light.finish(site, None)
    out = Path(site.outdir)
    css = (out / "_static/site.css").read_text()
    assert [css.index(part) for part in (".one", ".two", ".three", ".by-script")] == sorted(
        css.index(part) for part in (".one", ".two", ".three", ".by-script")
    )
    assert 'url("deep/pic.png")' in css
    assert ".none" not in css
    for name, where in (("index.html", "_static"), ("sub/page.html", "../_static")):
        html = (out / name).read_text()
        assert html.count("stylesheet") == 1
        assert f'href="{where}/site.css?v=' in html
        assert f'<script defer="" src="{where}/x.js?v=3"></script>' in html
        assert f'<script defer="" src="{where}/documentation_options.js?v=2"></script>' in html
        assert 'rel="next"' in html
        assert "preload" not in html


def test_a_second_build_that_writes_one_page_again_keeps_the_sheet_whole(site):
    first = (Path(site.outdir) / "index.html").read_text()
    light.finish(site, None)
    css, made = (
        (Path(site.outdir) / "_static/site.css").read_text(),
        (Path(site.outdir) / "index.html").read_text(),
    )
    light.finish(site, None)
    assert (Path(site.outdir) / "index.html").read_text() == made
    (Path(site.outdir) / "index.html").write_text(first)
    light.finish(site, None)
    assert (Path(site.outdir) / "_static/site.css").read_text() == css
    assert (Path(site.outdir) / "index.html").read_text() == made
    (Path(site.outdir) / "index.html").write_text(first.replace("three", "four"))
    light.finish(site, None)
    assert ".three" not in (Path(site.outdir) / "_static/site.css").read_text()
    assert "site.css?v=" in (Path(site.outdir) / "sub/page.html").read_text()


DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
WRITTEN = (
    f'<img src="data:image/svg+xml;base64,{base64.b64encode(DRAWING).decode()}" width="9" alt="Waits fell.">'
)


def test_a_picture_written_into_a_page_becomes_a_file_and_goes_when_no_page_shows_it(site):
    out = Path(site.outdir)
    for name in ("index.html", "sub/page.html"):
        (out / name).write_text((out / name).read_text() + WRITTEN)
    light.finish(site, None)
    (first,) = out.glob("_figures/index-*.svg")
    (second,) = out.glob("_figures/sub-page-*.svg")
    assert first.read_bytes() == second.read_bytes() == DRAWING
    assert (
        f'<img src="_figures/{first.name}" width="9" alt="Waits fell.">' in (out / "index.html").read_text()
    )
    made = (out / "sub/page.html").read_text()
    assert f'<img src="../_figures/{second.name}"' in made
    light.finish(site, None)
    assert (out / "sub/page.html").read_text() == made
    (out / "index.html").write_text("<html><p>no picture")
    light.finish(site, None)
    assert [path.name for path in out.glob("_figures/*")] == [second.name]


def test_light_or_dark_is_settled_before_the_text_is_drawn():
    page = (
        '<script>document.documentElement.dataset.theme = localStorage.getItem("theme") || "auto";</script>'
    )
    made = light.lighter(page, "_static/site.css", "0")
    assert '"auto"' not in made
    assert "prefers-color-scheme: dark" in made
    assert light.lighter(made, "_static/site.css", "0") == made


@pytest.mark.parametrize(
    ("styled", "plain"),
    [
        ('<path style="fill: #fff; stroke-width: 0.8"/>', '<path fill="#fff" stroke-width="0.8"/>'),
        ('<path fill="red" d="M0 0" style="fill: none"/>', '<path d="M0 0" fill="none"/>'),
        ('<use style="stroke: #000; font: 10px serif" x="1"/>', '<use stroke="#000" style="font: 10px serif" x="1"/>'),
        ('<path clip-path="url(#a)" style="fill: none; stroke-linecap: square"/>',
         '<path clip-path="url(#a)" fill="none" stroke-linecap="square"/>'),
        ('<g><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></g>',
         '<svg stroke-linejoin="round" stroke-linecap="butt">'),
        ("<text>style=\"fill: none\"</text>", "<text>style=\"fill: none\"</text>"),
    ],
)  # fmt: skip
def test_a_drawing_says_its_looks_by_attributes(styled, plain):
    made = light.unstyled(f"<svg>{styled}</svg>")
    assert plain in made
    assert light.unstyled(made) == made


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ('"data:image/svg+xml,%3csvg fill=%27%23fff%27/%3e"', b"<svg fill='#fff'/>"),
        ("'data:image/svg+xml;charset=utf-8,<svg fill=\"red\"/>'", b'<svg fill="red"/>'),
        ("data:image/svg+xml;base64,PHN2Zy8+", b"<svg/>"),
        ('"data:image/png;base64,iVBORw=="', b"\x89PNG"),
    ],
)
def test_a_picture_written_into_a_style_sheet_becomes_a_file(tmp_path, value, content):
    made = light.filed(f"a{{background:url({value}) no-repeat}}b{{c:d}}", tmp_path)
    (file,) = (tmp_path / light.DRAWINGS).iterdir()
    assert file.read_bytes() == content
    assert made == f'a{{background:url("drawings/{file.name}") no-repeat}}b{{c:d}}'


def test_figures_kept_as_scripts_name_no_class(site):
    out = Path(site.outdir)
    (out / min(light.SEEN)).mkdir()
    (out / min(light.SEEN) / "index.js").write_text("one two none")
    light.finish(site, None)
    assert ".none" not in (out / "_static/site.css").read_text()
