"""What stands on every page counts as its source: which pages are read or written again, and what is taken away."""

import os
from dataclasses import replace
from types import SimpleNamespace

import pytest
from docutils import nodes

from analysis import trace
from analysis.site import pages

SHARED = {
    "_toc.yml": "1",
    "CITATION.cff": "2",
    "references.bib": "3",
    "_static": "4",
    "titles or headings": "5",
}
SHOWS = {
    name: {"the day of its last commit": "1 May 2026", "its sign-off": "none", "its script": ""}
    for name in ("index", "costs")
}
SOURCES = {
    "index": {"book/index.md": "a", "run/costs": "r"},
    "costs": {"book/costs.ipynb": "c", "run/costs": "r"},
}
WAS = pages.Site(
    code={},
    shared=SHARED,
    pages={name: pages.Page(SOURCES[name], SHOWS[name]) for name in SOURCES},
    others=["genindex"],
)


@pytest.mark.parametrize("part", SHARED)
def test_what_every_page_shows_writes_all_of_them_again(part):
    again = pages.to_write(WAS, {**SHARED, part: "other"}, SHOWS)
    assert again == dict.fromkeys(SHOWS, f"{part} changed")
    assert pages.to_write(WAS, {name: sha for name, sha in SHARED.items() if name != part}, SHOWS) == again


@pytest.mark.parametrize("part", SHOWS["costs"])
def test_what_one_page_shows_writes_that_page_again(part):
    shows = {**SHOWS, "costs": {**SHOWS["costs"], part: "other"}}
    assert pages.to_write(WAS, SHARED, shows) == {"costs": f"{part} changed"}


def test_nothing_is_written_or_read_when_nothing_changed():
    assert pages.to_write(WAS, SHARED, SHOWS) == {}
    assert pages.to_read(WAS, SOURCES, SOURCES) == {}


@pytest.mark.parametrize(
    ("name", "path", "why"),
    [
        ("index", "book/index.md", "book/index.md changed"),
        ("costs", "book/costs.ipynb", "book/costs.ipynb changed"),
        ("index", "run/costs", "run/costs changed"),
        ("index", "run/another", "run/another changed"),
    ],
)
def test_a_page_is_read_again_when_its_text_or_a_run_that_it_shows_changed(name, path, why):
    now = {**SOURCES, name: {**SOURCES[name], path: "other"}}
    assert pages.to_read(WAS, now, now) == {name: why}


def test_after_a_build_that_did_not_end_well_and_for_new_pages_all_is_read_and_written():
    assert (
        set(pages.to_read(None, SOURCES, SOURCES))
        == set(pages.to_write(None, SHARED, SHOWS))
        == {"index", "costs"}
    )
    now = {**SOURCES, "new": {}}
    assert pages.to_read(WAS, now, now) == {"new": "new"}
    assert set(pages.to_write(WAS, SHARED, {**SHOWS, "new": {"its script": ""}})) == {"new"}


def test_an_included_file_and_the_code_of_the_build_are_looked_up(tmp_path, monkeypatch):
    monkeypatch.setattr(trace, "ROOT", tmp_path)
    (tmp_path / "drawing.png").write_text("one")
    sha = trace.digest(tmp_path / "drawing.png")
    index = pages.Page({**SOURCES["index"], "drawing.png": sha}, SHOWS["index"])
    was = replace(WAS, pages={**WAS.pages, "index": index})
    assert pages.to_read(was, SOURCES, SOURCES) == {}
    code = replace(WAS, code={"drawing.png": sha})
    assert pages.to_read(code, SOURCES, SOURCES) == {}
    (tmp_path / "drawing.png").write_text("two")
    assert pages.to_read(was, SOURCES, SOURCES) == {"index": "drawing.png changed"}
    assert set(pages.to_read(code, SOURCES, SOURCES)) == {"index", "costs"}
    (tmp_path / "drawing.png").unlink()
    assert pages.to_read(was, SOURCES, SOURCES) == {"index": "drawing.png changed"}


def test_the_shared_files_are_those_of_the_report(tmp_path):
    book = tmp_path / "book"
    (book / "_static").mkdir(parents=True)
    was = pages.shared(book)
    assert set(was) == {
        "_toc.yml",
        "_config.yml",
        "_static",
        "references.bib",
        "CITATION.cff",
        "requirements.lock",
    }
    for file in ("book/_toc.yml", "book/_static/a.css", "CITATION.cff", "book/references.bib"):
        (tmp_path / file).write_text("x")
        now = pages.shared(book)
        changed = file.removeprefix("book/").split("/")[0]
        assert {part for part in now if now[part] != was[part]} == {changed}
        was = now
    (book / "_static" / "a.css").rename(book / "_static" / "b.css")
    assert pages.shared(book)["_static"] != was["_static"]


def environment(**changed):
    """Return a small environment of Sphinx with one page."""
    standard = SimpleNamespace(labels={"fig": ("index", "fig", "A figure")}, anonlabels={}, objects={})
    parts = {
        "titles": {"index": nodes.title(text="Findings")},
        "longtitles": {"index": nodes.title(text="Findings")},
        "tocs": {"index": nodes.paragraph(text="What is found")},
        "toctree_includes": {"index": ["costs"]},
        "toc_secnumbers": {},
        "toc_fignumbers": {},
        "metadata": {"index": {"myst_slugs": {"found": (12, "found", "What is found")}}},
        "get_domain": lambda name: standard,
    }
    return SimpleNamespace(**{**parts, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"titles": {"index": nodes.title(text="What we found")}},
        {"tocs": {"index": nodes.paragraph(text="Another heading")}},
        {"toctree_includes": {"index": ["costs", "regime"]}},
        {"toc_fignumbers": {"index": {"figure": {"fig": (1,)}}}},
        {"metadata": {"index": {"myst_slugs": {"found": (12, "found", "Another heading")}}}},
        {
            "get_domain": lambda name: SimpleNamespace(
                labels={}, anonlabels={}, objects={("term", "a"): ("x", "y")}
            )
        },
    ],
)
def test_a_renamed_heading_is_seen(changed):
    assert pages.titles(environment(**changed)) != pages.titles(environment())


def test_a_heading_that_moved_down_a_line_is_no_other_heading():
    moved = {"index": {"myst_slugs": {"found": (99, "found", "What is found")}}}
    assert pages.titles(environment(metadata=moved)) == pages.titles(environment())


def test_pages_of_chapters_that_are_no_more_go(tmp_path):
    for name in ("index.html", "metrics/gone.html", "_static/theme.html", "genindex.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert pages.forget(tmp_path, ["index", "genindex"]) == ["metrics/gone"]
    assert sorted(file.name for file in tmp_path.rglob("*.html")) == [
        "genindex.html",
        "index.html",
        "theme.html",
    ]


def test_pages_reach_their_readers_whole_and_what_is_gone_goes(tmp_path):
    made, site = tmp_path / "made", tmp_path / "site"
    (made / "a").mkdir(parents=True)
    for name, text in (("index.html", "new"), ("a/b.html", "same"), (".buildinfo", "a machine")):
        (made / name).write_text(text)
    (site / "a").mkdir(parents=True)
    (site / "old" / "deep").mkdir(parents=True)
    for name, text in (
        ("index.html", "old"),
        ("a/b.html", "same"),
        ("old/deep/x.html", "gone"),
        ("b.part", "half"),
    ):
        (site / name).write_text(text)
    os.utime(site / "a/b.html", (1, 1))
    pages.publish(made, site)
    there = {
        path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*") if path.is_file()
    }
    assert there == {"index.html": "new", "a/b.html": "same"}
    assert not (site / "old").exists()
    assert (site / "a/b.html").stat().st_mtime == 1, "what is the same stays"


@pytest.mark.parametrize("left", ["", "[]", "{}", "null", '{"pages": {"a": {"x": 1}}}'])
def test_what_is_not_a_site_counts_as_none(tmp_path, left):
    (tmp_path / "site.json").write_text(left)
    assert pages.load(tmp_path / "site.json") is None
    pages.save(WAS, tmp_path / "site.json")
    assert pages.load(tmp_path / "site.json") == WAS
