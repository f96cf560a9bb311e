"""The built pages: complete, self-contained, readable by all. Each check is shown to refuse bad HTML."""

import gzip
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup

BOOK = Path(__file__).resolve().parents[1] / "book"
HTML = BOOK / "_build" / "html"
TOC = re.findall(r"^\s*(?:-\s+)?(?:root|file):\s*(\S+)", (BOOK / "_toc.yml").read_text(), re.MULTILINE)
TITLE = yaml.safe_load((BOOK / "_config.yml").read_text())["title"]
LIGHT, WITH_FIGURES = 300_000, 700_000  # bytes, compressed: page, styles and scripts
OTHER_HOST = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
CSS_LOADS = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", re.IGNORECASE)
LOADS = ("script", "link", "img", "iframe", "source", "video", "audio", "embed", "object", "use", "image")
RUN = (None, "", "module", "text/javascript", "application/javascript")
NOT_LOADED = {"canonical", "next", "prev", "search", "index", "author", "license"}
NOT_FOR_READERS = re.compile(r"(?<![\w.])(nan|NaN|NaT|<NA>|None(?! of\b)|inf)(?!\w)")
LEFT_OVER = re.compile(r"\{glue|\{cite|\{doc\}|\{term\}|\{numref|Traceback|<Figure|<Axes")


def parse(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


@cache
def page(file: Path) -> BeautifulSoup:
    return parse(file.read_text(encoding="utf-8"))


def head(soup: BeautifulSoup) -> list[str]:
    """Language, title, description, width, one top heading."""
    wrong = [] if soup.html and soup.html.get("lang") == "en-GB" else ["language is not en-GB"]
    wrong += [] if soup.title and soup.title.get_text(strip=True) else ["no title"]
    for name in ("description", "viewport"):
        tags = soup.find_all("meta", attrs={"name": name})
        if not [tag for tag in tags if tag.get("content", "").strip()]:
            wrong.append(f"no {name}")
    tops = soup.find_all("h1")
    return wrong + ([] if len(tops) == 1 else [f"{len(tops)} top headings"])


def pictures(soup: BeautifulSoup) -> list[str]:
    """Every picture says in words what it shows."""
    wrong = [str(tag)[:80] for tag in soup.find_all("img") if not tag.get("alt", "").strip()]
    for tag in soup.select("svg[role=img]"):
        if not (tag.get("aria-label", "").strip() or (tag.title and tag.title.get_text(strip=True))):
            wrong.append(str(tag)[:80])
    return wrong


def tables(soup: BeautifulSoup) -> list[str]:
    """Tables of the text have a caption, and each heading cell says what it heads."""
    wrong = []
    for table in soup.select("article table"):
        name = table.get_text(" ", strip=True)[:60]
        if not (table.caption and table.caption.get_text(strip=True)):
            wrong.append(f"no caption: {name}")
        cells = table.find_all("th")
        if not cells or [
            cell for cell in cells if cell.get("scope") not in ("row", "col", "rowgroup", "colgroup")
        ]:
            wrong.append(f"heading cell without scope: {name}")
    return wrong


def other_hosts(soup: BeautifulSoup) -> list[str]:
    """Nothing is loaded from another host; links that a reader may follow do not count."""
    wrong = []
    for tag in soup.find_all(LOADS):
        if tag.name == "link" and NOT_LOADED & set(tag.get("rel") or []):
            continue
        parts = [tag.get(key) or "" for key in ("src", "href", "data", "poster", "xlink:href")]
        parts += [part.strip() for part in (tag.get("srcset") or "").split(",")]
        wrong += [f"{tag.name}: {part}" for part in parts if OTHER_HOST.match(part)]
    styles = [tag.get_text() for tag in soup.find_all("style")]
    styles += [tag["style"] for tag in soup.find_all(style=True)]
    return wrong + [load for css in styles for load in css_other_hosts(css)]


def css_other_hosts(css: str) -> list[str]:
    found = [a or b for a, b in CSS_LOADS.findall(css)]
    return [where for where in found if OTHER_HOST.match(where)]


def policy(soup: BeautifulSoup) -> list[str]:
    """Nothing is written into a page that a host with a strict policy would refuse: scripts, styles, pictures."""
    wrong = []
    for tag in soup.find_all(True):
        told = " ".join(f'{key}="{value}"' for key, value in tag.attrs.items())[:80]
        if tag.name == "style" or (tag.name == "script" and not tag.get("src") and tag.get("type") in RUN):
            wrong.append(f"{tag.name}: {tag.get_text()[:80]}")
        if tag.has_attr("style") or [key for key in tag.attrs if key.startswith("on")]:
            wrong.append(f"{tag.name}: {told}")
        if str(tag.get("href", "")).lower().startswith("javascript:"):
            wrong.append(f"{tag.name}: {told}")
        if tag.name in LOADS and str(tag.get("src") or tag.get("srcset") or "").startswith(
            ("data:", "blob:")
        ):
            wrong.append(f"{tag.name}: {told}")
    return wrong


def words(soup: BeautifulSoup) -> list[str]:
    """Nothing that a program left over is shown to readers."""
    article = soup.find("article")
    if article is None:
        return ["no article"]
    shown = parse(str(article))
    for tag in shown.select("details.hide, div.highlight, pre, code, script, style"):
        tag.decompose()
    cells = [tag.get_text(" ", strip=True) for tag in shown.select("td, th, caption, figcaption, .source")]
    cells += [tag["alt"] for tag in shown.select("img[alt]")]
    left = [match.group() for text in cells for match in NOT_FOR_READERS.finditer(text)]
    return left + LEFT_OVER.findall(shown.get_text(" "))


def identifiers(soup: BeautifulSoup) -> list[str]:
    """No two elements have the same id."""
    names = [tag["id"] for tag in soup.find_all(id=True)]
    return sorted({name for name in names if names.count(name) > 1})


def buttons(soup: BeautifulSoup) -> list[str]:
    """Links and buttons have a name."""
    wrong = []
    for tag in soup.find_all(["a", "button"]):
        inside = [t.get("alt") or t.get("aria-label") for t in tag.find_all(["img", "svg"])]
        named = [tag.get_text(strip=True), tag.get("aria-label"), tag.get("title"), *inside]
        if (tag.name == "button" or tag.get("href")) and not any(named):
            wrong.append(str(tag)[:80])
    return wrong


def lists(soup: BeautifulSoup) -> list[str]:
    """What is announced as a list holds items (the theme's bibliography does not by itself)."""
    children = [child for tag in soup.select("[role=list]") for child in tag.find_all(recursive=False)]
    return [str(child)[:80] for child in children if child.get("role") != "listitem"]


def provenance(soup: BeautifulSoup) -> list[str]:
    """A page with results says when they were made, and from what."""
    if not soup.select("article .cell_output, article figure.result, article table.result"):
        return []
    lines = [tag.get_text(" ", strip=True) for tag in soup.select(".provenance")]
    sound = len(lines) == 1 and re.search(r"Run on \d{1,2} \w+ \d{4}\. Inputs [0-9a-f]{12}", lines[0])
    return [] if sound else [f"provenance: {lines}"]


def links(soup: BeautifulSoup, file: Path, root: Path) -> list[str]:
    """Links inside the site lead to a file and, with an anchor, to an element that is there."""
    wrong = []
    for tag in soup.find_all(href=True) + soup.find_all(src=True):
        where = tag.get("href") or tag.get("src") or ""
        parts = urlsplit(where)
        if parts.scheme or parts.netloc or where == "#":
            continue
        target = (file.parent / unquote(parts.path)).resolve() if parts.path else file.resolve()
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file() or not target.is_relative_to(root.resolve()):
            wrong.append(f"no such page: {where}")
        elif parts.fragment and target.suffix == ".html":
            there = soup if target == file.resolve() else page(target)
            if not there.find(id=unquote(parts.fragment)):
                wrong.append(f"no such anchor: {where}")
    return wrong


@cache
def compressed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes()))


def weight(soup: BeautifulSoup, file: Path) -> tuple[int, int]:
    """Return the compressed bytes of a page with its styles and scripts, and the allowance."""
    parts = [tag["href"] for tag in soup.select("link[rel=stylesheet][href]")]
    parts += [tag["src"] for tag in soup.select("script[src], img[src]")]
    files = {
        (file.parent / unquote(urlsplit(part).path)).resolve() for part in parts if not urlsplit(part).scheme
    }
    total = sum(compressed(one) for one in {file.resolve(), *files} if one.is_file())
    return total, WITH_FIGURES if soup.select("article figure, article img") else LIGHT


CHECKS = (head, pictures, tables, other_hosts, policy, words, identifiers, buttons, lists, provenance)
GOOD = """<!DOCTYPE html><html lang="en-GB"><head><title>T</title><meta name="description" content="d">
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="_static/a.css">
<link rel="canonical" href="https://example.org/"></head><body><article id="top"><h1>T</h1>
<p><a href="https://example.org">out</a> <a href="#top">up</a> None of the finance. <code>{glue</code></p>
<figure class="result"><img src="pictures/a.svg" alt="Waits fell."></figure>
<table><caption>C</caption><tr><th scope="col">a</th></tr><tr><td>Nan Smith ..</td></tr></table>
<p class="provenance">Run on 2 May 2026. Inputs <code>0123456789ab</code>.</p></article></body></html>"""
BAD = [
    (head, 'lang="en-GB"', 'lang="en"'),
    (head, "<title>T</title>", ""),
    (head, 'content="d"', 'content=""'),
    (head, 'name="viewport"', 'name="view"'),
    (head, "<h1>T</h1>", "<h1>T</h1><h1>U</h1>"),
    (head, "<h1>T</h1>", ""),
    (pictures, 'alt="Waits fell."', 'alt=" "'),
    (pictures, "<h1>", '<svg role="img"></svg><h1>'),
    (tables, "<caption>C</caption>", ""),
    (tables, ' scope="col"', ""),
    (tables, '<th scope="col">a</th>', "<td>a</td>"),
    (other_hosts, "_static/a.css", "https://example.org/a.css"),
    (other_hosts, "pictures/a.svg", "//example.org/a.png"),
    (other_hosts, "<h1>", '<script src="https://example.org/a.js"></script><h1>'),
    (other_hosts, "<h1>", '<iframe src="http://example.org"></iframe><h1>'),
    (other_hosts, "<h1>", '<img alt="a" srcset="a.png, https://example.org/b.png 2x"><h1>'),
    (other_hosts, "<h1>", "<style>@import 'https://example.org/a.css'</style><h1>"),
    (other_hosts, "<h1>", '<p style="background: url(https://example.org/a.png)"></p><h1>'),
    (policy, "<h1>", "<script>a()</script><h1>"),
    (policy, "<h1>", '<script type="module">a()</script><h1>'),
    (policy, "<h1>", "<style>p{}</style><h1>"),
    (policy, "<h1>", '<h1 style="top:0">'),
    (policy, "<h1>", '<h1 onclick="a()">'),
    (policy, "<h1>", '<a href="javascript:a()">a</a><h1>'),
    (policy, "pictures/a.svg", "data:image/svg+xml;base64,AA"),
    *(
        (words, "Nan Smith ..", text)
        for text in ("nan", "NaN", "&lt;NA&gt;", "NaT", "None", "nan to nan", "inf")
    ),
    (words, "Waits fell.", "Waits fell by nan."),
    (words, "None of", "{glue:text}`x` of"),
    (identifiers, "<h1>", '<h1 id="top">'),
    (buttons, ">out<", "><"),
    (lists, "<h1>", '<div role="list"><div role="doc-biblioentry">a</div></div><h1>'),
    (provenance, "Run on 2 May 2026.", ""),
    (provenance, "0123456789ab", ""),
]

pytestmark = pytest.mark.site


def built(name: str) -> Path:
    file = HTML / f"{name}.html"
    assert file.is_file(), f"{file.relative_to(BOOK.parent)} is not there: run `make book` first"
    return file


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", TOC)
def test_page(name, check):
    assert check(page(built(name))) == []


@pytest.mark.parametrize("name", [*TOC, "search", "genindex"])
def test_links_lead_somewhere_and_nothing_comes_from_another_host(name):
    file = built(name)
    assert links(page(file), file, HTML) == []
    assert other_hosts(page(file)) == []
    assert policy(page(file)) == []


def test_the_page_for_a_lost_address_leads_back_from_any_depth():
    """A host shows it under whatever address was asked for; the pages that it names are there."""
    soup = page(built("404"))
    assert TITLE in soup.title.get_text()
    assert head(soup) + other_hosts(soup) + policy(soup) + identifiers(soup) + buttons(soup) == []
    named = [tag["data-page"] for tag in soup.find_all("a", href=True)]
    assert named
    assert [name for name in named if not (HTML / name).exists()] == []


@pytest.mark.parametrize("name", TOC)
def test_title_and_weight(name):
    soup = page(built(name))
    assert TITLE in soup.title.get_text()
    total, allowed = weight(soup, built(name))
    print(f"{name}: {total / 1000:.0f} kB compressed of {allowed / 1000:.0f} kB")
    assert total < allowed


def test_styles_load_nothing_from_another_host():
    styles = sorted(HTML.rglob("*.css"))
    assert styles, "no style sheet is built: run `make book` first"
    assert {file.name: css_other_hosts(file.read_text()) for file in styles} == {
        file.name: [] for file in styles
    }


def test_the_style_sheet_holds_no_picture_and_pictures_no_style():
    css = (HTML / "_static/site.css").read_text(encoding="utf-8")
    assert [where for where in CSS_LOADS.findall(css) if where[0].startswith("data:")] == []
    drawn = re.compile(r'<figure class="result".*?</figure>', re.DOTALL)
    drawings = {
        path: drawn.findall(path.read_text(encoding="utf-8")) for path in sorted(HTML.rglob("*.html"))
    }
    assert sum(map(len, drawings.values())) > 20
    assert [
        path.name for path, all_of in drawings.items() for one in all_of if re.search(r"<style|\sstyle=", one)
    ] == []


def test_the_lists_of_figures_and_tables_stand_under_the_titles_of_chapters():
    titles = {page(built(name)).h1.find(string=True).strip() for name in TOC}
    lists = page(built("about/figures")).select(
        "#list-of-figures > details > summary, #list-of-tables > details > summary"
    )
    found = [one.find(string=True).strip() for one in lists if one.get_text(strip=True)]
    assert len(found) > len(TOC) / 2
    assert set(found) <= titles
    assert max(len(one.get_text()) for one in lists) < 100


def test_every_built_page_is_in_the_contents():
    """A page left over from an earlier build would be published with the others."""
    made = {file.relative_to(HTML).with_suffix("").as_posix() for file in HTML.rglob("*.html")}
    others = {name for name in made if name.startswith(("_static/", "_modules/"))}
    assert made - others == {*TOC, "search", "genindex", "404"}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_good_page_passes(check):
    assert check(parse(GOOD)) == []


@pytest.mark.parametrize(("check", "old", "new"), BAD)
def test_a_check_refuses(check, old, new):
    assert old in GOOD
    assert check(parse(GOOD.replace(old, new, 1))) != []


@pytest.mark.parametrize("where", ["gone.html", "#gone", "b.html#gone", "../outside.html"])
def test_a_broken_link_is_seen(tmp_path, where):
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "outside.html").write_text("<p></p>")
    for name in ("a", "b"):
        (site / f"{name}.html").write_text('<p id="here"></p>')
    good = parse('<p id="here"></p><a href="b.html#here">b</a><a href="#here">a</a><a href="a.html">a</a>')
    assert links(good, site / "a.html", site) == []
    assert links(parse(f'<a href="{where}">x</a>'), site / "a.html", site) != []


def test_weight_counts_the_page_and_what_it_loads(tmp_path):
    (tmp_path / "a.css").write_bytes(bytes(range(256)))
    (tmp_path / "a.html").write_text(text := '<link rel="stylesheet" href="a.css?digest=1"><p>a</p>')
    total, allowed = weight(parse(text), tmp_path / "a.html")
    assert total > 256
    assert allowed == LIGHT
    assert (
        weight(parse(f"<article><figure></figure></article>{text}"), tmp_path / "a.html")[1] == WITH_FIGURES
    )
