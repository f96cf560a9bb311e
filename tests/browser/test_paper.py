"""Pages on paper, printed by the browser alone and by `make pdf`: folds open, margins filled, no line alone on a sheet."""

import io
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from analysis.edition import store
from analysis.site import pdf
from tests.browser.conftest import HTML, absent
from tests.test_paper import ROOT, paper
from tests.test_site import TOC

pytestmark = pytest.mark.browser
EDITION = f"Edition {store.latest().number}, " if store.latest() else ""
NUMBERED = re.compile(r"^(\d+) of (\d+)$", re.MULTILINE)
FEWEST = 3  # lines that a sheet holds beside its margins
FOLDED = """() => [...document.querySelectorAll('article details:not(.hide, .take-figure, .all-code, #briefing-for-boards .source > details)')].flatMap(fold =>
    [...fold.querySelectorAll('p:not(.mark-said), li, td, th, summary')].filter(one => !one.closest('.take-figure, details.hide')).map(one =>
        one.matches('td, th') ? one.textContent.trim().split(/\\s/)[0] : one.textContent))"""


def squeezed(text: str) -> str:
    """Return text without blanks and ligatures, so that the breaks of lines do not matter."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def texts(sheets) -> list[str]:
    """Return the text of each sheet; reading one takes longest, so it is done once."""
    return [sheet.extract_text() for sheet in sheets]


def printed(page) -> list[str]:
    """Return the text of each sheet of an open page that the browser prints."""
    return texts(PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages)


def lines(sheet: str) -> list[str]:
    """Return the lines of a sheet beside what stands in its margins."""
    margins = ("Special measures for quality", EDITION)
    found = [line.strip() for line in sheet.splitlines()]
    return [line for line in found if line and not line.startswith(margins) and not NUMBERED.fullmatch(line)]


def missing(folded: list[str], sheets: list[str]) -> list[str]:
    """Return the starts of folded texts that are not on the sheets."""
    there = squeezed("\n".join(sheets))
    starts = [squeezed(text)[:12] for text in folded]  # an address breaks within its cell
    return [start for start in starts if start and start not in there]


def check_margins(sheets: list[str]) -> None:
    for place, text in enumerate(sheets, start=1):
        assert "Special measures for quality" in text.splitlines()[0]
        assert EDITION in text.splitlines()[0] + text.splitlines()[1]
        assert (str(place), str(len(sheets))) in NUMBERED.findall(text)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("name", ["costs.html", "theory.html"])
def test_a_printed_chapter_has_its_folds_open_and_its_margins_filled(open_page, name, scripts):
    page = open_page(name, java_script_enabled=scripts)
    if scripts:
        page.wait_for_selector("html[data-settled]", state="attached")
    folded = open_page(name).evaluate(FOLDED)
    assert len(folded) > 3
    sheets = printed(page)
    assert missing(folded, sheets) == []
    assert "Showthecode" not in squeezed("".join(sheets))
    check_margins(sheets)
    assert [lines(sheet) for sheet in sheets if len(lines(sheet)) < FEWEST] == []


def test_folds_open_by_script_where_a_style_sheet_cannot_and_close_again(open_page):
    page = open_page("theory.html")
    folds = "article details:not(.hide)"
    page.evaluate("document.querySelector('article details:not(.hide)').open = true")
    before = page.locator(f"{folds}[open]").count()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(f"{folds}:not([open])").count() == 0
    assert page.locator(folds).count() > before == 1
    assert page.locator("details.hide[open]").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(f"{folds}[open]").count() == before


@pytest.mark.parametrize(
    "fold",
    [
        "<details><summary>More</summary><p>INSIDE</p></details>",
        "<details><summary>More</summary>INSIDE, without an element</details>",
        "<details><summary>More</summary><details><summary>Again</summary><p>INSIDE</p></details></details>",
        "<details name=a open><summary>1</summary></details><details name=a><summary>2</summary>INSIDE</details>",
        "<details class='sd-dropdown sd-card'><summary>More</summary><div class=sd-card-body>INSIDE</div></details>",
        "<details class=toggle-details><summary>Show</summary><p>INSIDE</p></details>",
        "<div class=sd-tab-set><input type=radio><label>One</label><div class=sd-tab-content>INSIDE</div></div>",
    ],
)
def test_a_fold_of_any_kind_is_open_on_paper_without_a_script(chromium, tmp_path, fold):
    style = ".sd-tab-content { display: none }" + (ROOT / "book/_static/report.css").read_text()
    code = "<details class=hide><summary>Show the code</summary>import pandas</details>"
    (tmp_path / "a.html").write_text(f"<!doctype html><style>{style}</style><article>{fold}{code}")
    text = PdfReader(io.BytesIO(pdf.printed(chromium, tmp_path / "a.html"))).pages[0].extract_text()
    assert "INSIDE" in text
    assert "pandas" not in text


def test_a_dark_page_is_light_on_paper_and_dark_again_afterwards(open_page):
    page = open_page("costs.html", color_scheme="dark")
    colours = "[getComputedStyle(document.body).color, document.documentElement.dataset.theme]"
    page.evaluate(f"addEventListener('beforeprint', () => {{ window.onPaper = {colours} }})")
    dark = page.evaluate(colours)
    assert dark[1] == "dark"
    page.pdf()
    light = open_page("costs.html", color_scheme="light").evaluate(colours)
    assert page.evaluate("window.onPaper") == light
    assert page.evaluate(colours) == dark


def test_the_lookup_prints_the_tables_of_the_trust_that_is_shown(open_page):
    page = open_page("lookup.html?trust=RPA")
    page.wait_for_selector("#lookup[data-ready]")
    page.wait_for_selector("#lookup h2, #lookup h3")
    folded = page.evaluate(FOLDED)
    assert len(folded) > 300
    assert missing(folded, printed(page)) == []


@pytest.mark.parametrize("address", ["https://example.org/report/a.html", ""])
def test_the_address_stands_on_every_sheet_when_it_is_set(chromium, tmp_path, address):
    rules = paper.sheet("Report", "Edition 1", {"a": address} if address else {})
    rules += (ROOT / "book/_static/report.css").read_text()
    text = "<p>Words of the page.</p>" * 120
    (tmp_path / "a.html").write_text(f'<html data-page="a"><style>{rules}</style><body>{text}')
    sheets = PdfReader(io.BytesIO(pdf.printed(chromium, tmp_path / "a.html"))).pages
    assert len(sheets) > 1
    for sheet in sheets:
        said_there = re.findall(r"http[\w:/.]+", sheet.extract_text())
        assert said_there == ([address] if address else [])


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The whole book as `make pdf` prints it, with its pages in order."""
    if not (HTML / "index.html").is_file():
        absent("the site is not built (make book)")
    names = pdf.pages(pdf.CONTENTS.read_text(encoding="utf-8"))
    to = tmp_path_factory.mktemp("paper") / "report.pdf"
    printing = [
        sys.executable,
        "-m",
        "analysis.site.pdf",
        str(to),
    ]  # playwright cannot be open twice in one process
    done = subprocess.run(printing, cwd=ROOT, capture_output=True, text=True, check=False)
    if "no browser found" in done.stderr:
        absent(done.stderr)
    assert done.returncode == 0, done.stderr
    made = PdfReader(to)
    assert f", {len(made.pages)} sheets, " in done.stdout
    return names, made, texts(made.pages)


def test_the_whole_report_is_in_order_with_a_bookmark_a_page(report):
    names, made, sheets = report
    starts = [made.get_destination_page_number(one) for one in made.outline]
    assert len(starts) == len(names)
    assert starts == sorted(set(starts))
    for start, end in zip(starts, [*starts[1:], len(made.pages)], strict=True):
        check_margins(sheets[start:end])


def test_no_sheet_of_the_whole_report_holds_a_line_alone(report):
    _, _, sheets = report
    alone = {place: lines(sheet) for place, sheet in enumerate(sheets, start=1)}
    assert {place: found for place, found in alone.items() if len(found) < FEWEST} == {}


def test_the_lookup_stands_in_the_whole_report_as_text(report):
    _, _, sheets = report
    static = "Looking up a trust needs JavaScript"
    assert squeezed(static) in squeezed("".join(sheets))


def test_no_fold_of_the_whole_report_is_closed(report, chromium):
    names, made, sheets = report
    starts = [made.get_destination_page_number(one) for one in made.outline]
    context = chromium.new_context()
    page = context.new_page()
    for name, start, end in zip(names, starts, [*starts[1:], len(made.pages)], strict=True):
        page.route("**/*.js", lambda route: route.abort())
        page.goto((Path(HTML) / f"{name}.html").as_uri())
        assert missing(page.evaluate(FOLDED), sheets[start:end]) == [], name
    context.close()


def test_a_link_of_the_whole_report_names_no_file_of_this_machine(report):
    _, made, _ = report
    links = [one.get_object() for sheet in made.pages for one in sheet.get("/Annots", [])]
    actions = [link.get("/A", DictionaryObject()) for link in links]
    assert [action["/URI"] for action in actions if action.get("/URI", "").startswith("file:")] == []
    assert sum(action.get("/S") == "/GoTo" for action in actions) > 100


# How many parts of each drawing that is shown are shown themselves, by the picture it belongs to.
PARTS = """() => { for (const fold of document.querySelectorAll('article details')) fold.open = true
    const found = {}
    for (const [at, svg] of [...document.querySelectorAll('figure.result :is(.picture, .drawn) svg')].entries()) if (svg.checkVisibility())
        found[`${svg.closest('figure').id} ${at}`] = [...svg.querySelectorAll('path, rect, circle, line, polygon, use')].filter(one =>
            !one.closest('defs, clipPath, pattern') && one.checkVisibility()).length
    return found }"""


def test_what_a_picture_draws_on_a_screen_is_drawn_on_paper_too(open_page):
    page = open_page("index.html", viewport={"width": 680, "height": 960})
    root, wrong, drawn = page.url.rpartition("index.html")[0], [], 0
    for name in TOC:
        page.goto(f"{root}{name}.html")
        page.emulate_media(media="screen")
        shown = page.evaluate(PARTS)
        page.emulate_media(media="print")
        kept = page.evaluate(PARTS)
        drawn += sum(shown.values())
        wrong += [
            f"{name}: {one} {shown[one]} {kept[one]}"
            for one in shown.keys() & kept.keys()
            if kept[one] < shown[one]
        ]
    assert wrong == []
    assert drawn > 1000
