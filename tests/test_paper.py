"""Printed sheets: what their margins say, and that they say nothing false."""

import importlib.util
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
ABOUT = {"number": "2026.1", "date": "2026-11-03"}


def extension(name: str):
    spec = importlib.util.spec_from_file_location(name, ROOT / "book/_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


paper, light = extension("paper"), extension("light")


@pytest.fixture
def site(tmp_path):
    """A made site of two pages, and what Sphinx would hand to an extension."""
    for name in ("index", "about/data"):
        page = tmp_path / f"{name}.html"
        page.parent.mkdir(exist_ok=True)
        page.write_text('<!DOCTYPE html>\n<html data-content_root="./" lang="en-GB">\n<head></head><p>Text')
    (tmp_path / "_static").mkdir()
    return SimpleNamespace(
        outdir=str(tmp_path),
        builder=SimpleNamespace(format="html"),
        env=SimpleNamespace(found_docs={"index", "about/data"}),
        config=SimpleNamespace(report_address="", html_title="Special measures"),
    )


def sheet(site) -> str:
    paper.finish(site, None)
    return (Path(site.outdir) / "_static" / paper.SHEET).read_text()


def test_each_page_has_its_own_address_when_one_is_set(site):
    site.config.report_address = "https://example.org/report/"
    rules = sheet(site)
    assert (
        ':root[data-page="about/data"] { --paper-address: "https://example.org/report/about/data.html"; }'
        in rules
    )
    assert '<html data-page="about/data" data-content' in (Path(site.outdir) / "about/data.html").read_text()
    assert '@top-left { content: "Special measures";' in rules
    assert '@top-right { content: "Edition ' in rules


def test_without_an_address_no_sheet_names_one(site):
    rules = sheet(site)
    assert "http" not in rules
    assert ":root" not in rules


def test_doing_it_twice_changes_nothing_more(site):
    site.config.report_address = "https://example.org"
    first = sheet(site), (Path(site.outdir) / "index.html").read_text()
    assert (sheet(site), (Path(site.outdir) / "index.html").read_text()) == first


def test_the_rules_for_paper_outlive_the_pruning_of_style_sheets():
    rules = paper.sheet("Report", "Edition", {"a/b": "https://example.org/a/b.html"})
    kept = light.pruned(rules, {"nothing"})
    for part in ('[data-page="a/b"]', "@top-left", "@top-right", "@bottom-left", "@bottom-right", "@page"):
        assert part in kept
    report = light.pruned((ROOT / "book/_static/report.css").read_text(), {"hide"})
    assert "details::details-content" in report


@pytest.mark.parametrize("text", ['a "b"', "a\\b", "a\nb"])
def test_words_cannot_end_a_string_of_the_style_sheet(text):
    inside = paper.quoted(text)[1:-1]
    assert "\n" not in inside
    assert '"' not in inside.replace("\\\\", "").replace('\\"', "")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ("", "Edition 2026.1, 3 November 2026"),
        ("changes to 4 November 2026", "Edition 2026.1, 3 November 2026, with changes to 4 November 2026"),
    ],
)
def test_the_edition_is_told_with_its_date(changed, words):
    assert paper.edition(ABOUT, changed) == words


def git(folder, *arguments):
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A repository with one commit, of 4 November 2026."""
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-04T12:00:00Z")
    here = tmp_path / "report"
    here.mkdir()
    (here / "page.md").write_text("text")
    git(here, "init", "-q")
    git(here, "add", "-A")
    git(here, "commit", "-q", "-m", "x")
    return here


def test_the_commit_of_an_edition_is_that_edition(checkout):
    git(checkout, "tag", "edition-2026.1")
    assert paper.later(checkout, "2026.1") == ""
    assert paper.later(checkout, "2026.2") == "changes to 4 November 2026"


def test_what_came_after_an_edition_is_told_with_its_date(checkout):
    assert paper.later(checkout, "2026.1") == "changes to 4 November 2026"


def test_an_edited_checkout_is_no_edition(checkout):
    git(checkout, "tag", "edition-2026.1")
    (checkout / "page.md").write_text("other")
    assert paper.later(checkout, "2026.1") == "changes that are not committed"


def test_where_git_cannot_tell_nothing_is_told(checkout, tmp_path):
    (checkout / "inner").mkdir()
    assert paper.later(checkout / "inner", "2026.1") == ""
    assert paper.later(tmp_path, "2026.1") == ""
    git(checkout, "commit", "-q", "--allow-empty", "-m", "y")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{checkout}", "shallow")
    assert paper.later(tmp_path / "shallow", "2026.1") == ""
