"""Machines find the report and cite it as people do; without an address nothing names one."""

import importlib
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from bs4 import BeautifulSoup
from defusedxml import ElementTree

ROOT = Path(__file__).resolve().parents[1]
CITED = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
HERE = "https://example.org/report"


@pytest.fixture(scope="module")
def found():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "book" / "_ext"))
        yield importlib.import_module("found")


def head(found, page: str, address: str) -> BeautifulSoup:
    return BeautifulSoup(
        found.tags(page, "Entry & <after>", "What followed.", address, "figures/index/a.png"), "html.parser"
    )


def test_the_citation_tags_say_what_the_citation_says(found):
    page = head(found, "metrics/entry", HERE)
    told = {tag["name"]: tag["content"] for tag in page.select("meta[name]")}
    assert told["citation_title"] == "Entry & <after>"
    assert told["citation_author"] == CITED["authors"][0]["name"]
    assert told["citation_technical_report_number"] == CITED["version"]
    assert told["citation_public_url"] == f"{HERE}/metrics/entry.html"
    shared = {tag["property"]: tag["content"] for tag in page.select("meta[property]")}
    assert shared["og:image"] == f"{HERE}/figures/index/a.png"
    assert shared["og:url"] == f"{HERE}/metrics/entry.html"


@pytest.mark.parametrize("page", ["index", "about/take", "metrics/entry"])
def test_without_an_address_nothing_needs_one(found, page):
    made = found.tags(page, "T", "d", "", "figures/index/a.png")
    assert "og:" not in made
    assert "citation_public_url" not in made
    packed = re.search(r"<script[^>]*>(.*)</script>", made)
    assert "url" not in (json.loads(packed.group(1)) if packed else {})
    assert "contentUrl" not in made


def test_schema_org_knows_the_report_and_its_data(found):
    report = json.loads(head(found, "index", HERE).script.string)
    assert (report["@type"], report["name"], report["version"]) == (
        "Report",
        CITED["title"],
        CITED["version"],
    )
    assert report["isBasedOn"] == [f"https://doi.org/{one['doi']}" for one in CITED["references"]]
    data = json.loads(head(found, "about/take", HERE).script.string)
    assert data["@type"] == "Dataset"
    assert 50 <= len(data["description"]) <= 5000  # as search engines ask
    assert {one["contentUrl"] for one in data["distribution"]} >= {f"{HERE}/data/indicators.json"}
    assert re.fullmatch(r"\d{4}/\d{4}", data["temporalCoverage"])


def test_tags_are_written_once_and_anew(found):
    once = found.tagged("<head><title>x</title></head>", "<meta name='a'/>")
    assert found.tagged(once, "<meta name='a'/>") == once
    assert "name='a'" not in found.tagged(once, "<meta name='b'/>")


def test_the_sitemap_names_every_page(found):
    names = ["index", "metrics/entry"]
    places = [
        part.text
        for part in ElementTree.fromstring(found.sitemap(names, HERE)).iter()
        if (part.text or "").strip()
    ]
    assert places == [f"{HERE}/{name}.html" for name in names]
    assert found.robots(HERE).endswith(f"Sitemap: {HERE}/sitemap.xml\n")


@pytest.mark.parametrize("address", ["", HERE])
def test_a_build_without_an_address_says_how_to_set_it_and_takes_away_what_needs_one(
    found, tmp_path, capsys, address
):
    figures = tmp_path / "figures" / "index"
    figures.mkdir(parents=True)
    for name in ("b-forest", "a-argument"):
        (figures / f"{name}.png").write_bytes(b"x")
    shown = '<figure class="result" id="b-forest"></figure><figure id="a-argument"></figure>'
    (tmp_path / "index.html").write_text(f"<head></head>{shown}")
    for name in ("sitemap.xml", "robots.txt"):
        (tmp_path / name).write_text("of an earlier build")
    page = SimpleNamespace(astext=lambda: "Findings")
    env = SimpleNamespace(found_docs={"index"}, titles={"index": page})
    config = SimpleNamespace(report_address=address)
    app = SimpleNamespace(builder=SimpleNamespace(format="html"), outdir=tmp_path, config=config, env=env)
    found.finish(app, None)
    assert {one.name for one in tmp_path.iterdir()} == {
        "index.html",
        "figures",
        *(("sitemap.xml", "robots.txt") if address else ()),
    }
    assert ("report_address" in capsys.readouterr().out) is (address == "")
    page = BeautifulSoup((tmp_path / "index.html").read_text(), "html.parser")
    card = [tag["content"] for tag in page.select("meta[property='og:image']")]
    assert card == ([f"{address}/figures/index/b-forest.png"] if address else [])


def test_zenodo_is_told_what_the_citation_says():
    told = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    assert told["title"] == CITED["title"]
    assert [one["name"] for one in told["creators"]] == [one["name"] for one in CITED["authors"]]
    assert told["keywords"] == CITED["keywords"]
    assert told["description"] == " ".join(CITED["abstract"].split())
    assert {one["identifier"] for one in told["related_identifiers"]} == {
        one["doi"] for one in CITED["references"]
    }
