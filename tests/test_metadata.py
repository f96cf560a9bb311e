"""What stands beside the tables and the report for machines: each is valid by its own makers' validator."""

import json
import logging
from pathlib import Path

import jsonschema
import pytest
import requests
import yaml
from frictionless import Package
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

from analysis import data
from analysis.edition import crate, store

ROOT = Path(__file__).resolve().parents[1]
ORACLES = Path(__file__).parent / "oracles" / "metadata"
CFF = json.loads((ORACLES / "cff-1.2.0-schema.json").read_text(encoding="utf-8"))
CONTEXT = (ORACLES / "ro-crate-1.1-context.json").read_bytes()
CITATIONS = [ROOT / "CITATION.cff", *sorted((ROOT / "data" / "editions").glob("*/CITATION.cff"))]


def against_the_package(package, folder) -> list[str]:
    """Return what `frictionless validate` has against a data package, a line an error."""
    report = Package(package, basepath=str(folder)).validate()
    tasks = [f"{task.name}: {error.message}" for task in report.tasks for error in task.errors]
    return tasks + [error.message for error in report.errors]


def test_the_data_package_is_valid_frictionless_data():
    package = data.package()
    assert len(package["resources"]) == len({one["path"] for one in package["resources"]}) > 40
    assert against_the_package(package, ROOT / "data") == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"hash": "sha256:" + "0" * 64}, "hash"),
        ({"bytes": 1}, "byte"),
        ({"schema": {"fields": [{"name": "finding_id", "type": "yearmonth"}]}}, "finding_id"),
        (
            {"schema": {"fields": [{"name": "m", "type": "yearmonth", "constraints": {"pattern": "x"}}]}},
            "pattern",
        ),
    ],
    ids=["checksum", "length", "type", "pattern of a month"],
)
def test_a_table_against_its_description_is_refused(change, wrong):
    resource = next(one for one in data.package()["resources"] if one["name"] == "published_findings")
    try:
        found = against_the_package({"resources": [{**resource, **change}]}, ROOT / "data")
    except Exception as error:
        found = [str(getattr(error, "reasons", error))]
    assert any(wrong in line for line in found), found


def against_the_citation(text: str) -> list[str]:
    """Return what cffconvert has against a citation file: its schema, dates taken as text."""

    class Texts(yaml.SafeLoader):
        pass

    Texts.add_constructor("tag:yaml.org,2002:timestamp", Texts.construct_yaml_str)
    checker = jsonschema.Draft7Validator(CFF, format_checker=jsonschema.FormatChecker())
    return [error.message for error in checker.iter_errors(yaml.load(text, Loader=Texts))]


@pytest.mark.parametrize("file", CITATIONS, ids=lambda file: file.parent.name)
def test_the_citation_is_valid(file):
    assert against_the_citation(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("date-released: ", "date-released: 9"),
        ("authors:", "writers:"),
        ("type: software", "type: report"),
        ("doi: 10.", "doi: 11."),
        ("license: MIT", "license: Mine"),
        ("cff-version: 1.2.0", "cff-version: 1.3.0"),
    ],
)
def test_a_citation_against_the_schema_is_refused(was, now):
    text = CITATIONS[0].read_text(encoding="utf-8")
    changed = text.replace(was, now)
    assert changed != text
    assert against_the_citation(changed) != []


class StoredContext:
    """Stands for the network: it has the context of RO-Crate 1.1 and nothing else."""

    def get(self, url, **_):
        answer = requests.Response()
        answer.status_code = 200 if url == crate.CONTEXT else 404
        answer._content = CONTEXT
        answer.headers["Content-Type"] = "application/ld+json"
        return answer

    head = get


def against_the_crate(folder: Path, cache: Path) -> list[str]:
    """Return what roc-validator has against a crate, a line a broken requirement; it asks no other host."""
    logging.disable()
    try:
        settings = models.ValidationSettings(
            rocrate_uri=str(folder), profile_identifier="ro-crate-1.1", offline=True, cache_path=cache
        )
        HttpRequester().session = StoredContext()
        return [f"{one.check.identifier}: {one.message}" for one in services.validate(settings).get_issues()]
    finally:
        logging.disable(logging.NOTSET)


@pytest.fixture
def archived(tmp_path):
    """A folder with all tables, a page, the citation and their metadata, as an archived edition has them."""
    tables = {f"source/data/{one['path']}": one for one in data.package()["resources"]}
    files = {path: (ROOT / "data" / one["path"]).read_bytes() for path, one in tables.items()}
    files |= {"CITATION.cff": CITATIONS[0].read_bytes(), "site/a page.html": b"<h1>Findings</h1>"}
    files[crate.FILE] = crate.crate(files, store.latest().about, tables=tables)
    for path, content in files.items():
        (tmp_path / "crate" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "crate" / path).write_bytes(content)
    return tmp_path / "crate"


def test_the_crate_of_an_edition_is_valid(archived, tmp_path):
    assert against_the_crate(archived, tmp_path / "cache") == []


def test_a_crate_with_an_unknown_word_or_without_a_file_is_refused(archived, tmp_path):
    made = json.loads((archived / crate.FILE).read_text(encoding="utf-8"))
    made["@context"] = crate.CONTEXT
    (archived / crate.FILE).write_text(json.dumps(made), encoding="utf-8")
    assert any('"sha256"' in line for line in against_the_crate(archived, tmp_path / "cache"))
    made["@context"] = [crate.CONTEXT, crate.OWN_TERMS]
    (archived / crate.FILE).write_text(json.dumps(made), encoding="utf-8")
    (archived / "CITATION.cff").unlink()
    assert any("CITATION.cff" in line for line in against_the_crate(archived, tmp_path / "cache"))
