"""All the code of a chapter stands on its page: every cell that ran, in order, hidden ones too, with the files it calls."""

import importlib
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted(path for path in (ROOT / "book").rglob("*.ipynb") if "_build" not in path.parts)


@pytest.fixture(scope="module")
def listing():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "book" / "_ext"))
        yield importlib.import_module("listing")


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_cell_is_there_as_it_ran(listing, path):
    notebook = nbformat.read(path, as_version=4)
    ran = [cell.source.strip() for cell in notebook.cells if cell.cell_type == "code"]
    shown = BeautifulSoup(listing.listing(listing.cells(path), ""), "html.parser")
    assert [block.get_text().strip() for block in shown.select("li pre")] == ran
    for name in shown.select("p > code"):
        assert (ROOT / name.get_text()).is_file()


def test_links_lead_to_the_files_at_the_edition_and_only_where_there_is_an_address(listing):
    sources = [
        "from analysis import data\nfrom analysis.chapters import entry as page, rivals\nimport json",
        "x = '<b>'",
    ]
    assert listing.called(sources) == [
        "analysis/data.py",
        "analysis/chapters/entry.py",
        "analysis/chapters/rivals.py",
    ]
    linked = BeautifulSoup(
        listing.listing(sources, "https://example.org/r/blob/edition-2026.1"), "html.parser"
    )
    assert [a["href"] for a in linked.find_all("a")][1] == (
        "https://example.org/r/blob/edition-2026.1/analysis/chapters/entry.py"
    )
    assert "x = '<b>'" in linked.get_text()
    assert "<a " not in listing.listing(sources, "")
    assert listing.listing([], "") == ""


@pytest.mark.site
def test_the_built_page_of_every_chapter_has_it():
    for path in CHAPTERS:
        page = ROOT / "book/_build/html" / path.relative_to(ROOT / "book").with_suffix(".html")
        shown = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        cells = [
            cell
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "code" and cell.source.strip()
        ]
        assert len(shown.select("details.all-code li pre")) == len(cells), path.name
