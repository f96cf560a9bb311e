"""What stands around a chapter: citation, links that the settings allow, lists, definitions, the page for lost readers."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from analysis.edition import publish

ROOT = Path(__file__).resolve().parents[1]
REPOSITORY = "https://github.com/example/report"
PAGE = {"title": "Entry & after", "page": "metrics/entry", "path": "book/metrics/entry.ipynb"}


def extension(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "book/_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(ROOT / "book/_ext"))
    spec.loader.exec_module(module)
    return module


comforts, plain = extension("comforts"), extension("plain")


def block(repository: str = "", address: str = "", **changed) -> BeautifulSoup:
    settings = {**PAGE, "changed": "22 November 2026", "live": False, **changed}
    return BeautifulSoup(comforts.about(repository, address, **settings), "html.parser")


def test_without_settings_no_link_is_shown_and_the_page_can_still_be_cited():
    found = block()
    assert found.find_all("a") == []
    assert "“Entry & after”" in found.get_text()
    assert "http" not in found.get_text()
    assert "make lab" in found.get_text()
    assert "22 November 2026" in found.get_text()


def test_with_a_repository_the_chapter_opens_at_its_place():
    links = {a.get_text(): a["href"] for a in block(REPOSITORY).find_all("a")}
    assert links["Open on Binder"].endswith(
        "/gh/example/report/main?urlpath=lab/tree/book/metrics/entry.ipynb"
    )
    assert links["Source of this page"] == f"{REPOSITORY}/blob/main/book/metrics/entry.ipynb"
    assert not [words for words in links if "Colab" in words], (
        "it opens a notebook without the module it calls"
    )
    assert links["Suggest a change"].startswith(f"{REPOSITORY}/issues/new?title=Entry%20%26%20after")


def test_links_of_an_edition_name_its_tag():
    found = block(REPOSITORY, "https://example.org/report/editions/2026.1", tag="edition-2026.1")
    links = {a.get_text(): a["href"] for a in found.find_all("a")}
    assert "/report/edition-2026.1?urlpath=" in links["Open on Binder"]
    assert "/blob/edition-2026.1/" in links["Source of this page"]
    assert not [to for to in links.values() if "main" in to]


def test_a_page_that_is_no_notebook_has_nothing_to_run():
    found = block(REPOSITORY, path="book/about/glossary.md", page="about/glossary")
    assert [a.get_text() for a in found.find_all("a")] == ["Suggest a change", "Source of this page"]
    assert "make lab" not in found.get_text()


def test_the_published_address_is_cited_with_its_page():
    assert (
        "https://example.org/report/metrics/entry.html"
        in block(address="https://example.org/report").get_text()
    )


def test_controls_are_named_where_a_chapter_has_them():
    assert "controls" in block(live=True).get_text()
    assert "controls" not in block().get_text()


def test_terms_are_read_from_the_glossary():
    html = '<dl class="glossary"><dt id="term-Spell">Spell<a>#</a></dt><dd><p>One  stay.</p></dd><dt id="term-X">X</dt><dd>Y</dd></dl>'
    assert json.loads(comforts.terms(html)) == {"term-Spell": "One stay.", "term-X": "Y"}
    assert "<" not in comforts.terms(html.replace("Y", "&lt;/script&gt;"))


def test_lists_follow_the_reading_order_and_filling_twice_changes_nothing(tmp_path):
    (tmp_path / "about").mkdir()
    holder = '<div id="list-of-{}"><!-- end --></div>'
    (tmp_path / "about/figures.html").write_text(
        "x" + holder.format("figures") + holder.format("tables") + "z"
    )
    for name in ("b", "a"):
        (tmp_path / f"{name}.html").write_text(
            f'<h1>Chapter {name}<a aria-hidden="true" class="headerlink">#</a></h1><p>Text</p><figure class="result" id="f-{name}">'
            f'<figcaption class="finding">Fell in {name} <span class="status">public record</span></figcaption>'
            f'<table class="result"><caption>Table {name}</caption>'
        )
    comforts.fill(tmp_path, ["b", "a"])
    first = (tmp_path / "about/figures.html").read_text()
    comforts.fill(tmp_path, ["b", "a"])
    assert (tmp_path / "about/figures.html").read_text() == first
    page = BeautifulSoup(first, "html.parser")
    links = [(a["href"], a.get_text()) for a in page.select("#list-of-figures a")]
    assert links == [("../b.html#f-b", "Fell in b"), ("../a.html#f-a", "Fell in a")]
    said = [one.get_text() for one in page.select("summary")]
    assert said == [f"Chapter {name} 1 {what}" for what in ("figure", "table") for name in "ba"]
    assert [a.get_text() for a in page.select("#list-of-tables a")] == ["Table b", "Table a"]
    assert first.startswith("x")
    assert first.endswith("z")


def run(folder: Path, *command: str) -> str:
    own = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always")
    return subprocess.run(
        ["git", *own, *command], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Three commits: `old.md` on 1 March, `new.md` on 2 March, `last.md` on 3 March."""
    here = tmp_path / "a copy é"
    here.mkdir()
    run(here, "init", "-q")
    for day, name in enumerate(("old.md", "new.md", "last.md"), start=1):
        (here / name).write_text("text")
        run(here, "add", "-A")
        monkeypatch.setenv("GIT_COMMITTER_DATE", f"2026-03-0{day}T12:00:00Z")
        run(here, "commit", "-q", "-m", name)
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    return here


def days(folder: Path) -> list[str]:
    known = comforts.last_changes(folder)
    return [known.get(folder / name, "") for name in ("old.md", "new.md", "last.md")]


def test_a_page_has_the_day_of_its_last_commit(repository, monkeypatch):
    assert days(repository) == ["1 March 2026", "2 March 2026", "3 March 2026"]
    monkeypatch.setenv("GIT_DIR", "/nowhere")  # as within a hook of another repository
    run(repository, "--git-dir", ".git", "config", "log.showSignature", "true")
    assert days(repository) == ["1 March 2026", "2 March 2026", "3 March 2026"]


@pytest.mark.parametrize(
    ("depth", "known"), [(1, ["", "", ""]), (2, ["", "", "3 March 2026"])], ids=["one commit", "two commits"]
)
def test_a_shallow_clone_tells_no_day_that_it_cannot_know(repository, tmp_path, depth, known):
    run(tmp_path, "clone", "-q", "--depth", str(depth), repository.as_uri(), "shallow")
    assert days(tmp_path / "shallow") == known


def test_without_git_or_with_edits_no_day_is_told(repository, tmp_path, monkeypatch):
    (repository / "new.md").write_text("edited")
    (repository / "never committed.md").write_text("text")
    assert days(repository) == ["1 March 2026", "", "3 March 2026"]
    assert repository / "never committed.md" not in comforts.last_changes(repository)
    monkeypatch.setenv("PATH", "")
    assert days(repository) == ["", "", ""]
    monkeypatch.undo()
    shutil.rmtree(repository / ".git")
    assert days(repository) == ["", "", ""]


def test_the_newest_tag_of_an_edition_at_hand_is_found(repository, monkeypatch):
    monkeypatch.setattr(comforts, "ROOT", repository)
    run(repository, "tag", "v1")
    run(repository, "tag", "edition-2026.1", "HEAD~1")
    assert comforts.edition_here() == ""
    for number in ("9", "10"):
        run(repository, "tag", f"edition-2026.{number}")
    assert comforts.edition_here() == "edition-2026.10"


@pytest.mark.parametrize("address", ["", "https://example.org/r"])
def test_a_canonical_link_is_there_where_an_address_is(address):
    config = SimpleNamespace(report_repository="", report_address=address, report_tag="")
    env = SimpleNamespace(found_docs={"about/who"}, doc2path=lambda name: str(ROOT / "book" / f"{name}.md"))
    context = {"body": "<p>x</p>", "title": "Who"}
    comforts.around(SimpleNamespace(config=config, env=env), "about/who", "", context, None)
    assert context.get("pageurl", "") == (
        f"{address}/about/who.html" if address else ""
    )  # the theme's canonical link


@pytest.mark.parametrize(
    ("address", "tag", "settled"),
    [
        ("", "edition-2026.1", ""),
        ("https://example.org/r/", "", "https://example.org/r"),
        ("https://example.org/r", "edition-2026.1", "https://example.org/r/editions/2026.1"),
    ],
)
def test_pages_of_an_edition_name_the_place_where_they_stay(monkeypatch, address, tag, settled):
    monkeypatch.setattr(comforts, "edition_here", lambda: tag)
    config = SimpleNamespace(report_address=address)
    comforts.settle(None, config)
    assert (config.report_address, config.report_tag) == (settled, tag)


@pytest.mark.parametrize(
    ("address", "pages", "home"),
    [
        ("https://example.org", "", "/"),
        ("https://example.org/r", "", "/r/"),
        ("https://example.org/r/", "latest/", "/r/latest/"),
        ("https://example.org/a/b é/", "", "/a/b é/"),
    ],
)
def test_links_of_the_page_for_a_wrong_address_stay_inside_the_project(address, pages, home):
    page = BeautifulSoup(publish.lost(address, pages=pages), "html.parser")
    assert page.html["lang"] == "en-GB"
    assert [a["href"] for a in page.find_all("a")] == [f"{home}index.html", f"{home}search.html"]
    assert len(page.find_all("h1")) == 1
    assert page.find_all(["script", "style", "link"]) == []


def test_without_an_address_the_page_for_a_wrong_one_finds_the_pages_by_a_script():
    page = BeautifulSoup(publish.lost("", pages="latest/"), "html.parser")
    assert [a["href"] for a in page.find_all("a")] == ["./latest/index.html", "./latest/search.html"]
    scripts = [tag["src"] for tag in page.find_all("script")]
    assert scripts[:2] == ["latest/_scripts/404.js", "../latest/_scripts/404.js"]
    assert (ROOT / "book" / publish.FINDER).is_file()


def test_a_fold_of_the_contents_says_what_it_opens_and_shows_its_arrow():
    fold = '<details><summary><span class="toctree-toggle"><i class="fa-solid fa-chevron-down"></i></span></summary></details>'
    html = f'<ul><li class="has-children"><a href="a.html">The cases</a>{fold}</li></ul>'
    summary = BeautifulSoup(plain.plain(html), "html.parser").summary
    assert summary["aria-label"] == "Show or hide the pages under The cases"
    assert summary.svg


def test_the_index_of_words_is_loaded_on_the_search_page_alone():
    scripts = '<script src="../searchindex.js"></script><script src="_static/searchtools.js"></script>'
    head = f"<html><head>{scripts}</head><body>"
    assert "searchindex" not in plain.plain(f"{head}<article><p>Text.</p></article></body></html>")
    assert "searchindex" in plain.plain(f'{head}<div id="search-results"></div></body></html>')


def test_a_caption_keeps_to_the_window_when_its_table_scrolls():
    html = '<html><head></head><body><table class="result"><caption>A <b>long</b> one</caption></table></body></html>'
    once = plain.plain(html)
    assert "<caption><span>A <b>long</b> one</span></caption>" in once
    assert plain.plain(once) == once


def test_buttons_of_the_header_have_names_in_plain_words():
    bare = (
        '<button class="secondary-toggle" title="Toggle secondary sidebar"></button>'
        '<button class="theme-switch-button" aria-label="Color mode" data-bs-title="Color mode"></button>'
    )
    sections, colours = BeautifulSoup(
        plain.plain(f"<html><body>{bare}</body></html>"), "html.parser"
    ).find_all("button")
    assert sections["title"] == sections["aria-label"] == "Show or hide the sections of this page"
    assert colours["data-bs-title"] == colours["aria-label"] == "Colour mode"
