"""A page keeps all it does when its host allows files alone: what was written into it lies beside it."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]


def extension(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "book/_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


light, strict = extension("light"), extension("strict")
PAGE = """<html><head><script>document.documentElement.dataset.theme = "dark"</script>
<noscript><style>.js { display: none }</style></noscript><script src="a.js"></script></head>
<body><script type="application/json">{"a": "<p style=\\"x\\">"}</script><p style="width: 3em; color: &quot;red&quot;">a</p>
<p class="b" style='top: 0'>style="left" b</p><script>later()</script><style media="print">p { color: red }</style>
<script type="module">import "./b.js"</script></body></html>"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("index.html", "deep/page.html"):
        (tmp_path / name).write_text(PAGE)
    (tmp_path / "bare.html").write_text("<html><head></head><body><p>a</p></body></html>")
    return SimpleNamespace(outdir=str(tmp_path), builder=SimpleNamespace(format="html"))


def refused(html: str) -> list[str]:
    """What a strict host would not run or show."""
    page = BeautifulSoup(html, "html.parser")
    scripts = [
        tag for tag in page.find_all("script") if not tag.get("src") and "json" not in tag.get("type", "")
    ]
    return [str(tag) for tag in [*scripts, *page.find_all("style"), *page.find_all(style=True)]]


@pytest.mark.parametrize(("name", "up"), [("index.html", ""), ("deep/page.html", "../")])
def test_what_a_page_holds_becomes_files_in_the_same_order(site, name, up):
    assert len(refused(PAGE)) == 7
    strict.finish(site, None)
    out = Path(site.outdir)
    html = (out / name).read_text()
    assert refused(html) == []
    page = BeautifulSoup(html, "html.parser")
    scripts = page.find_all("script", src=True)
    said = [(out / name).parent.joinpath(tag["src"]).read_text() for tag in scripts if tag["src"] != "a.js"]
    assert said == ['document.documentElement.dataset.theme = "dark"', "later()", 'import "./b.js"']
    assert [tag.has_attr("defer") for tag in scripts] == [False, False, True, True]
    assert scripts[3]["type"] == "module"
    sheets = {tag["href"]: tag.get("media") for tag in page.find_all("link")}
    assert all(where.startswith(f"{up}_static/inline/") for where in sheets)
    assert list(sheets.values()).count("print") == 1
    assert page.noscript.link
    assert page.find("script", type="application/json").get_text() == '{"a": "<p style=\\"x\\">"}'


def test_styles_of_elements_become_rules_that_win_over_classes(site):
    strict.finish(site, None)
    out = Path(site.outdir)
    css = (out / strict.STYLED).read_text()
    assert '[data-style="top: 0"][data-style="top: 0"][data-style="top: 0"]{top: 0}' in css
    assert '{width: 3em; color: "red"}' in css
    assert (
        BeautifulSoup((out / "index.html").read_text(), "html.parser").p["data-style"]
        == 'width: 3em; color: "red"'
    )
    assert "stylesheet" not in (out / "bare.html").read_text()
    assert (out / "index.html").read_text().count(strict.STYLED) == 1


def test_doing_it_twice_changes_nothing_and_what_no_page_loads_goes(site):
    out = Path(site.outdir)
    strict.finish(site, None)
    made = {name: (out / name).read_text() for name in ("index.html", "deep/page.html", "bare.html")}
    strict.finish(site, None)
    assert {name: (out / name).read_text() for name in made} == made
    for name in made:
        (out / name).write_text("<html><head></head><body></body></html>")
    strict.finish(site, None)
    assert list((out / strict.FOLDER).iterdir()) == []


def test_styles_of_a_page_without_scripts_never_reach_the_sheet_of_the_site(site):
    out = Path(site.outdir)
    (out / "_static").mkdir()
    (out / "_static/a.css").write_text(".b{top:1px}")
    for name in ("index.html", "deep/page.html"):
        up = "../" if "/" in name else ""
        head = f'<head><link href="{up}_static/a.css" rel="stylesheet"/>'
        (out / name).write_text(PAGE.replace("<head>", head))
    made = []
    for _ in range(3):  # as builds follow one another on pages that are kept
        light.finish(site, None)
        strict.finish(site, None)
        made.append([(out / name).read_text() for name in ("index.html", "_static/site.css")])
    assert made[0] == made[1] == made[2]
    page, css = made[2]
    assert "display" not in css
    assert BeautifulSoup(page, "html.parser").noscript.link
    assert page.count("site.css") == 1
