"""What an edition leaves behind: comparison, feed, archive, metadata, public site, requests; and the workflows that call it."""

import datetime as dt
import hashlib
import io
import json
import re
import subprocess
import tarfile
import tomllib
import uuid
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis import data, trace
from analysis.chapters import about_editions
from analysis.edition import (
    __main__,
    archive,
    branch,
    citation,
    crate,
    faults,
    feed,
    headlines,
    make,
    notes,
    propose,
    publish,
    revisions,
    since,
    store,
    trees,
)
from analysis.edition.cause import LIBRARIES, METHOD, STEPS
from analysis.edition.compare import COLUMNS, EditionError, compare
from analysis.edition.store import Edition
from analysis.ingest import record as ingest_record

ROOT = Path(__file__).resolve().parents[1]
ATOM = "{http://www.w3.org/2005/Atom}"
NUMBER = {"key": "entry_shmi", "name": "Mortality", "value": -0.02, "low": -0.04, "high": -0.01, "unit": "ratio", "n": 30,
          "none": 0.0, "verdict": "no clear change"}  # fmt: skip


def numbers(**changed):
    return pd.DataFrame([{**NUMBER, **changed}])


def compared(**changed):
    return compare(numbers(), numbers(**changed)).iloc[0]


@pytest.mark.parametrize("side", ["sentence", "table"])
def test_a_difference_in_mortality_is_recorded_as_a_ratio_and_told_in_deaths(side):
    moved = compared(value=-0.03, low=-0.05, high=-0.01)
    assert moved["unit"] == "ratio"
    row = {**moved.to_dict(), "cause": "data", "data": -0.01}
    frame = pd.DataFrame([row])
    text = notes.sentence(row) if side == "sentence" else " ".join(about_editions.changes(frame).iloc[0])
    assert "−2.0 deaths per hundred expected (95% interval −4.0 to −1.0; as a ratio −0.020)" in text
    assert "−3.0 deaths per hundred expected" in text
    assert "data (−1.00 deaths per hundred expected)" in text


def edition(number="2026.1", date="2026-12-01", previous=None, changes=None, text="As before.\n"):
    about = {"number": number, "date": date, "commit": "c" * 40, "previous": previous, "python": "3.11.2", "lock": "l",
             "code": {}, "tables": {}, "chapters": {}}  # fmt: skip
    changes = pd.DataFrame(columns=[*COLUMNS, "cause", "says"]) if changes is None else changes
    empty = pd.DataFrame(columns=list(revisions.SUMMARY))
    periods = pd.DataFrame(columns=["table", "period", "rows", "digest"])
    return Edition(
        about,
        numbers().assign(inputs="x"),
        changes,
        empty,
        pd.DataFrame(columns=list(revisions.CELLS)),
        periods,
        text,
    )


@pytest.mark.parametrize(
    ("changed", "status", "why"),
    [
        ({}, "same", ""),
        ({"value": -0.02 * (1 + 1e-9)}, "same", ""),
        ({"value": -0.021}, "moved", ""),
        ({"n": 31}, "moved", ""),
        ({"high": 0.001}, "moved", "holds no difference now"),
        ({"value": 0.02, "low": 0.01, "high": 0.03}, "moved", "sign changed"),
        ({"value": 0.01, "low": -0.01, "high": 0.03}, "moved", "sign changed; the interval holds"),
        ({"verdict": "improvement"}, "moved", "by our rule improvement, before no clear change"),
        ({"value": np.nan, "low": np.nan, "high": np.nan}, "moved", "can no longer be estimated"),
    ],
)
def test_what_counts_as_moved_and_as_another_conclusion(changed, status, why):
    row = compared(**changed)
    assert row["status"] == status
    assert row["conclusion"] == bool(why)
    assert why in row["why"]


def test_a_level_has_no_conclusion_to_change():
    old = numbers(none=np.nan, value=20, low=10, high=30, verdict="")
    assert not compare(old, old.assign(value=-5, low=-6)).loc[0, "conclusion"]


def test_a_share_is_read_against_the_whole_not_against_zero():
    old = numbers(none=100.0, value=130, low=110, high=150)
    row = compare(old, old.assign(value=90, low=70, high=110)).iloc[0]
    assert "other side of no difference" in row["why"]


def test_order_of_rows_does_not_matter_and_new_and_withdrawn_are_no_conclusions():
    old = pd.concat([numbers(), numbers(key="a")], ignore_index=True)
    new = pd.concat([numbers(key="b"), numbers()], ignore_index=True)
    found = compare(old, new).set_index("key")
    assert found["status"].to_dict() == {"b": "new", "entry_shmi": "same", "a": "withdrawn"}
    assert not found["conclusion"].any()
    again = compare(old.iloc[::-1], new.iloc[::-1]).set_index("key").loc[found.index]
    pd.testing.assert_frame_equal(found, again)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (numbers(unit="points"), "found unit 'points'"),
        (pd.concat([numbers(), numbers()]), "repeated key"),
        (numbers().drop(columns="low"), "no column"),
    ],
)
def test_what_cannot_be_compared_is_refused(new, message):
    with pytest.raises(EditionError, match=message):
        compare(numbers(), new)


def said(causes, unit="ratio", **changed):
    moved = compare(numbers(unit=unit), numbers(unit=unit, **changed))
    parts = dict.fromkeys(STEPS, np.nan) | causes
    cause = " and ".join(causes)
    return notes.sentence(moved.iloc[0].to_dict() | parts | {"cause": cause})


def test_a_part_that_rounds_to_nothing_is_not_told_as_a_cause():
    parted = said({LIBRARIES: 1e-7, METHOD: 0.0099}, value=-0.01)
    assert parted.endswith("Why: method (+0.99 deaths per hundred expected).")
    assert said({LIBRARIES: 1e-7}, value=-0.0199999).endswith("Why: libraries.")


def test_a_conclusion_that_changed_on_the_same_number_is_not_told_as_a_number_that_moved():
    same = said({METHOD: np.nan}, verdict="cannot tell")
    assert (
        same.index("as before")
        < same.index("The conclusion changed: by our rule cannot tell")
        < same.index("method")
    )
    assert "Why" not in same


def test_limits_of_a_count_are_a_range_and_no_interval():
    told = said({METHOD: 1.0}, unit="count", value=6.0, low=6.0, high=7.0)
    assert "6 (range 6 to 7)" in told
    assert "interval" not in told


def test_the_callers_frames_are_left_alone():
    old, new = numbers(), numbers(value=1)
    before = old.copy(), new.copy()
    compare(old, new)
    pd.testing.assert_frame_equal(old, before[0])
    pd.testing.assert_frame_equal(new, before[1])


def test_counts_keep_numbers_stays_and_spells_apart():
    found = headlines.numbers(["stays"]).set_index("key")
    spells = data.load("regime_spells")
    assert found.loc["trusts_entered", "value"] == spells["org_code"].nunique()
    assert found.loc["exits", "value"] == (spells["ended_by"] == "exit").sum()
    assert found.loc["median_time_in_regime", ["low", "value", "high"]].is_monotonic_increasing
    assert found["none"].isna().all()


def test_an_edition_stores_the_same_fields_as_ever():
    assert [*headlines.ON_RECORD, "inputs"] == list(store.every()[-1].headline.columns)
    assert list(headlines.numbers(["stays"]).columns) == list(headlines.ON_RECORD)


def test_a_key_used_twice_is_refused():
    one = headlines.stays()[0]
    with pytest.raises(ValueError, match="used twice"):
        headlines.as_frame([one, one])


def test_the_feed_is_valid_atom_and_its_ids_stay():
    changed = pd.DataFrame([{**dict.fromkeys(COLUMNS), "conclusion": True, "cause": "method", "says": "x"}])
    editions = [edition(), edition("2026.10", "2026-12-20", "2026.9", changed, "A & B < C\n")]
    first = feed.feed(editions, address="https://example.org/")
    assert first == feed.feed(editions[::-1], address="https://example.org/")
    root = ElementTree.fromstring(first)
    assert root.tag == f"{ATOM}feed"
    assert [len(root.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated", "author")] == [
        1,
        1,
        1,
        1,
    ]
    entries = root.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries] == [
        "Edition 2026.10: 1 conclusion changed", "Edition 2026.1: the first edition",
    ]  # fmt: skip
    assert entries[0].find(f"{ATOM}content").text == "A & B < C\n"
    ids = [entry.find(f"{ATOM}id").text for entry in entries]
    assert len(set(ids)) == 2
    assert all(uuid.UUID(one.removeprefix("urn:uuid:")) for one in ids)
    assert ids[1] == ElementTree.fromstring(feed.feed([edition()])).find(f"{ATOM}entry/{ATOM}id").text
    moments = [tag.text for tag in root.iter(f"{ATOM}updated")]
    assert moments[0] == max(moments) == "2026-12-20T00:00:00Z"
    assert linked(first) == ["https://example.org/editions.xml", "https://example.org/about/editions.html"]


def linked(content: bytes) -> list[str]:
    """Addresses that a feed names: of itself, and of the page beside it."""
    return [link.get("href") for link in ElementTree.fromstring(content).findall(f"{ATOM}link")]


def test_a_feed_without_editions_is_valid_too():
    root = ElementTree.fromstring(feed.feed([]))
    assert root.find(f"{ATOM}updated").text
    assert root.findall(f"{ATOM}entry") == []


def git(root, *arguments):
    subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", *arguments],
        cwd=root,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def report(tmp_path):
    """A repository with one edition in it, a table, built pages beside it and a remote."""
    root = tmp_path / "report"
    table = b"org_code,beds\nR1A,7\n"
    about = {"name": "beds", "path": "beds.csv", "title": "Beds", "publisher": "NHS England", "page": "https://example.org/beds",
             "hash": "sha256:" + hashlib.sha256(table).hexdigest()}  # fmt: skip
    (root / "data").mkdir(parents=True)
    (root / "data" / "beds.csv").write_bytes(table)
    (root / "data" / "datapackage.json").write_text(json.dumps({"resources": [about]}))
    store.write(edition(), citation="cff-version: 1.2.0\n", where=root / "data" / "editions")
    git(tmp_path, "init", "-q", "--bare", "remote")
    git(root, "init", "-q", "-b", "main")
    git(root, "remote", "add", "origin", str(tmp_path / "remote"))
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")
    git(root, "push", "-q", "origin", "main")
    site = tmp_path / "site"
    (site / "about").mkdir(parents=True)
    (site / "index.html").write_text("<h1>Findings</h1>")
    (site / "about" / "editions.html").write_text("<h1>Editions</h1>")
    (site / ".buildinfo").write_text("not for readers")
    return root, site


def test_an_edition_is_read_back_as_it_was_written(report):
    root, _ = report
    kept, made = store.read("2026.1", where=root / "data" / "editions"), edition()
    assert kept.text == made.text
    assert kept.about["commit"] == "c" * 40
    pd.testing.assert_frame_equal(kept.headline, made.headline, check_dtype=False)
    with pytest.raises(EditionError, match="found one already"):
        store.write(made, citation="x", where=root / "data" / "editions")
    with pytest.raises(EditionError, match=r"'2030.1'.*\['2026.1'\]"):
        store.read("2030.1", where=root / "data" / "editions")


def test_the_archive_holds_pages_and_source_and_repeats_to_the_byte(report, tmp_path):
    root, site = report
    files = archive.contents(root, site, edition())
    assert {"site/index.html", "source/data/beds.csv", "CITATION.cff", crate.FILE, archive.MANIFEST} <= set(
        files
    )
    assert not any(".buildinfo" in path for path in files)
    one, two = (
        archive.write(archive.contents(root, site, edition()), edition(), out=tmp_path / name)
        for name in "ab"
    )
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    zipped, tarred = one[0], one[1]
    with zipfile.ZipFile(zipped) as opened:
        from_zip = {name.split("/", 1)[1]: opened.read(name) for name in opened.namelist()}
    with tarfile.open(fileobj=io.BytesIO(tarred.read_bytes())) as opened:
        from_tar = {entry.name.split("/", 1)[1]: opened.extractfile(entry).read() for entry in opened}
    assert from_zip == from_tar == files
    for line in files[archive.MANIFEST].decode().splitlines():
        sha, path = line.split("  ")
        assert hashlib.sha256(files[path]).hexdigest() == sha
    assert f"{hashlib.sha256(zipped.read_bytes()).hexdigest()}  {zipped.name}\n" in one[2].read_text()


def test_the_metadata_is_a_crate_of_the_files_that_are_there(report):
    root, site = report
    files = archive.contents(root, site, edition())
    made = json.loads(files[crate.FILE])
    graph = {one["@id"]: one for one in made["@graph"]}
    assert len(graph) == len(made["@graph"])
    assert made["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    assert graph[crate.FILE]["about"] == {"@id": "./"}
    top = graph["./"]
    assert {"name", "description", "datePublished", "license"} <= set(top)
    parts = {part["@id"] for part in top["hasPart"]}
    assert parts == set(files) - {crate.FILE, archive.MANIFEST}
    beds = graph["source/data/beds.csv"]
    assert beds["sha256"] == hashlib.sha256(files["source/data/beds.csv"]).hexdigest()
    assert graph[beds["publisher"]["@id"]]["name"] == "NHS England"
    linked = re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(made["@graph"]))
    assert {one for one in linked if not one.startswith("http")} <= set(graph)


def test_an_archive_needs_built_pages_and_a_commit_that_holds_the_edition(report, tmp_path):
    root, site = report
    with pytest.raises(EditionError, match="make book"):
        archive.contents(root, tmp_path, edition())
    with pytest.raises(EditionError, match=r"found none. Allowed: at least one"):
        archive.archive(root, site, None, out=tmp_path)
    with pytest.raises(EditionError, match=r"no record of edition 2026.2"):
        archive.contents(root, site, edition("2026.2"))


def test_each_edition_keeps_its_address_and_latest_is_the_newest(report, tmp_path):
    _, site = report
    pages = tmp_path / "pages"
    publish.publish(site, pages, [edition()])
    (site / "index.html").write_text("<h1>Findings, later</h1>")
    publish.publish(site, pages, [edition(), edition("2026.2", "2026-12-09", "2026.1")])
    assert (pages / "editions/2026.1/index.html").read_text() == "<h1>Findings</h1>"
    assert (
        (pages / "editions/2026.2/index.html").read_text()
        == (pages / "latest/index.html").read_text()
        == "<h1>Findings, later</h1>"
    )
    assert 'href="latest/index.html"' in (pages / "index.html").read_text()
    listed = (pages / "editions/index.html").read_text()
    assert listed.index("2026.2/index.html") < listed.index("2026.1/index.html")
    assert not (pages / "latest/.buildinfo").exists()
    assert (pages / feed.FILE).is_file()


def test_every_feed_that_is_published_names_itself_and_pages_that_are_there(report, tmp_path):
    _, site = report
    (site / "about").mkdir(exist_ok=True)
    (site / "about/editions.html").write_text("<h1>Editions</h1>")
    (site / feed.FILE).write_bytes(feed.feed([edition()]))
    pages, address = tmp_path / "pages", "https://example.org/report"
    for _ in range(2):  # publishing again alters nothing
        publish.publish(site, pages, [edition()], address=address)
    feeds = sorted(pages.rglob(feed.FILE))
    assert len(feeds) == 3
    for file in feeds:
        own, page = linked(file.read_bytes())
        assert own == f"{address}/{file.relative_to(pages).as_posix()}"
        assert (pages / page.removeprefix(f"{address}/")).is_file(), page
    entry = (
        ElementTree.fromstring((pages / feed.FILE).read_bytes()).find(f"{ATOM}entry/{ATOM}link").get("href")
    )
    assert entry == f"{address}/editions/2026.1/index.html"
    lost = (pages / "404.html").read_text()
    assert re.findall(r'href="([^"]*)"', lost) == ["/report/latest/index.html", "/report/latest/search.html"]


def test_a_copy_that_writes_other_line_ends_archives_the_bytes_of_the_commit(report):
    root, site = report
    as_it_was = archive.contents(root, site, edition())
    git(root, "config", "core.autocrlf", "true")
    git(root, "config", "core.eol", "crlf")
    assert archive.contents(root, site, edition()) == as_it_was
    taken = trees.take_out(root, "HEAD", root / "taken")
    assert b"\r" not in (taken / "data/beds.csv").read_bytes()


def test_a_published_edition_is_not_altered_but_may_be_published_again(report, tmp_path):
    _, site = report
    publish.publish(site, tmp_path / "pages", [edition()])
    publish.publish(site, tmp_path / "pages", [edition()])
    (site / "index.html").write_text("other")
    with pytest.raises(EditionError, match=r"found other pages \(index.html\)"):
        publish.publish(site, tmp_path / "pages", [edition()])


def test_the_served_branch_grows_by_an_edition_and_loses_none(report, tmp_path):
    root, site = report
    later = [edition(), edition("2026.2", "2026-12-09", "2026.1")]
    assert branch.push(root, site, later[:1]) == "edition 2026.1 published"
    assert branch.push(root, site, later[:1]) == "published already"
    (site / "index.html").write_text("later")
    assert branch.push(root, site, later) == "edition 2026.2 published"
    git(tmp_path, "clone", "-q", "-b", branch.BRANCH, "remote", "served")
    assert {path.parent.name for path in (tmp_path / "served/editions").glob("*/index.html")} == {
        "2026.1",
        "2026.2",
    }
    assert not (tmp_path / "served/data").exists()
    assert subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True).stdout == b""


@pytest.mark.parametrize(("made", "differ"), [("date > /dev/null; echo same", []), ("pwd", ["index.html"])])
def test_two_builds_that_differ_are_found(report, made, differ):
    root, _ = report
    command = ("sh", "-c", f"mkdir -p out && ({made}) > out/index.html")
    assert branch.twice(root, build=command, site="out") == differ


def test_a_commit_that_comes_while_two_builds_run_does_not_come_between_them(report):
    root, _ = report
    later = f"git -C '{root}' -c user.name=a -c user.email=a@b.c commit -q --allow-empty -m later"
    command = ("sh", "-c", f"mkdir -p out && {later} && git rev-parse HEAD > out/index.html")
    assert branch.twice(root, build=command, site="out") == []


def test_a_refresh_is_proposed_with_the_comparison_and_nothing_else(report, tmp_path):
    root, _ = report
    text, asked = tmp_path / "comparison.txt", []
    text.write_text("None of 2 headline numbers moved.")
    day = dt.date(2026, 12, 15)
    assert propose.propose(root, text, today=day, ask=asked.append) == propose.NOTHING
    (root / "data" / "beds.csv").write_text("org_code,beds\nR1A,8\n")
    assert propose.propose(root, text, today=day, ask=asked.append) == "proposed on refresh/2026-12-15"
    assert asked[0][:3] == ["gh", "pr", "create"]
    assert asked[0][-1] == "None of 2 headline numbers moved."
    there = subprocess.run(
        ["git", "branch", "--list"], cwd=tmp_path / "remote", capture_output=True, text=True
    ).stdout
    assert "refresh/2026-12-15" in there


def test_newer_versions_are_proposed_with_the_lock_alone(report):
    root, _ = report
    asked, day = [], dt.date(2026, 12, 3)
    assert propose.propose(root, None, today=day, of="versions", ask=asked.append) == propose.NOTHING
    (root / "requirements.lock").write_text("a==2\n")
    (root / "data" / "beds.csv").write_text("x")
    with pytest.raises(EditionError, match=r"data/beds.csv"):
        propose.propose(root, None, today=day, of="versions", ask=asked.append)
    subprocess.run(["git", "checkout", "-q", "--", "data"], cwd=root, check=True)
    assert (
        propose.propose(root, None, today=day, of="versions", ask=asked.append)
        == "proposed on versions/2026-12-03"
    )
    assert asked[0][-1] == propose.TESTED


def test_a_refresh_that_changed_more_than_tables_is_not_proposed(report, tmp_path):
    root, _ = report
    (root / "data" / "beds.csv").write_text("x")
    (root / "analysis.py").write_text("x")
    with pytest.raises(EditionError, match=r"analysis.py"):
        propose.propose(root, tmp_path / "t", today=dt.date(2026, 12, 15), ask=list)


def test_the_citation_changes_version_and_date_only():
    made = citation.numbered(ROOT, {"number": "2031.2", "date": "2031-12-01"})
    assert yaml.safe_load(made["CITATION.cff"]) == {
        **yaml.safe_load((ROOT / "CITATION.cff").read_text()),
        "version": "2031.2",
        "date-released": dt.date(2031, 12, 1),
    }
    changed = {
        name: set(made[name].splitlines()) - set((ROOT / name).read_text().splitlines()) for name in made
    }
    assert changed["pyproject.toml"] == {'version = "2031.2"'}
    assert changed["data/datapackage.json"] == {' "version": "2031.2",'}


def test_the_citation_file_is_that_of_the_newest_edition():
    newest = store.latest()
    if newest is not None:
        kept = store.folder() / newest.number / "CITATION.cff"
        assert (ROOT / "CITATION.cff").read_text() == kept.read_text()


def test_the_version_is_the_number_of_the_newest_edition_wherever_one_is_named():
    newest = store.latest()
    made = json.loads(crate.crate({}, newest.about, tables={}))["@graph"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    named = {
        "index": store.index()["number"].iloc[-1],
        "CITATION.cff": cited["version"],
        "pyproject.toml": tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"],
        "datapackage.json": data.package()["version"],
        "ro-crate-metadata.json": next(one["version"] for one in made if one["@id"] == "./"),
        "refresh": ingest_record.version(),
    }
    assert set(named.values()) == {newest.number}, named
    assert str(cited["date-released"]) == newest.about["date"]


def test_the_editions_kept_are_whole():
    for one in store.every():
        assert one.headline["key"].is_unique
        assert (one.about["previous"] is None) == (one.number == store.index()["number"].iloc[0])


def test_since_the_edition_just_made_nothing_has_changed_and_a_change_is_told(monkeypatch):
    found = headlines.numbers(["stays"])
    about = {**edition().about, **make.state()}
    made = Edition(about, found, edition().changes, edition().revisions, edition().cells, make.periods(), "")
    monkeypatch.setattr(store, "latest", lambda: made)
    monkeypatch.setattr(trace, "modules", lambda: about["code"])
    assert "nothing has changed" in about_editions.since_words(since.since(found))
    about["tables"]["regime_spells"] = {**about["tables"]["regime_spells"], "hash": "sha256:0", "sources": []}
    moved = found.assign(value=found["value"] + 1)
    told = since.since(moved)
    assert told.tables["table"].tolist() == ["regime_spells"]
    assert set(told.changes["cause"]) == {since.WHY[True, False]}
    monkeypatch.setattr(store, "latest", lambda: None)
    assert since.since(found) is None


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"actions/[a-z-]+@[0-9a-f]{40}")
MAKE = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)) | {".venv/.installed"}


def steps(path):
    return [step for job in yaml.safe_load(path.read_text())["jobs"].values() for step in job["steps"]]


def test_there_is_a_workflow_for_each_purpose():
    assert {path.stem for path in WORKFLOWS} == {"test", "publish", "rebuild", "refresh", "dependencies"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_pins_its_actions_asks_for_little_and_stops_in_time(path):
    flow = yaml.safe_load(path.read_text())
    assert flow["permissions"] == {"contents": "read"}
    for job in flow["jobs"].values():
        assert job["timeout-minutes"] <= 120
        assert set(job.get("permissions", {})) <= {"contents", "pull-requests"}
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used
    assert all(PINNED.fullmatch(name) for name in used), used
    assert "pull_request_target" not in path.read_text()
    assert "${{ github.event.pull_request" not in path.read_text()
    checkout = next(step for step in steps(path) if "checkout" in step.get("uses", ""))
    assert checkout["with"]["fetch-depth"] == 0  # the edition before is taken from the history


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_calls_only_commands_that_are_there(path):
    for line in [step["run"] for step in steps(path) if "run" in step]:
        words = line.split()
        assert "\n" not in line.strip(), "shell logic belongs in a command that a test can call"
        if words[0] == "make":
            assert words[1] in MAKE, line
        elif words[:3] == [".venv/bin/python", "-m", "analysis.edition"]:
            assert __main__.commands().parse_args([word.strip('"') for word in words[3:]]), line
        elif words[:3] == [".venv/bin/python", "-m", "analysis"]:
            assert words[3:] == ["refresh"], line
        else:
            assert (ROOT / words[0]).is_file() or words[:3] == ["gh", "release", "create"], line


def test_only_the_monthly_runs_and_the_weekly_one_have_a_timetable_and_only_a_tag_publishes():
    triggers = {path.stem: yaml.safe_load(path.read_text())[True] for path in WORKFLOWS}
    assert {name for name, on in triggers.items() if "schedule" in on} == {
        "rebuild",
        "refresh",
        "dependencies",
    }
    assert triggers["publish"] == {"push": {"tags": ["edition-*"]}}


@pytest.mark.parametrize(
    ("found", "value", "said"),
    [
        ("method", 2.0, "{fault}"),
        ("libraries and method", 2.0, "{fault}"),
        ("libraries and method and new data", 2.0, "{fault} and new data"),
        (since.WHY[True, True], 2.0, "{fault}"),
        ("", 2.0, "{fault}"),
        ("method and new data", 2.5, "{fault} and method and new data"),
    ],
)
def test_a_known_fault_is_told_in_the_place_of_a_change_of_method_or_libraries(found, value, said):
    key = "cost_spending_per_spell"
    then = numbers(key=key, unit="gbp", value=2.0, low=1.0, high=3.0)
    now = numbers(key=key, unit="gbp", value=value, low=1.1, high=3.2)
    moved = compare(then, now)
    causes = pd.DataFrame({"key": [key], "cause": [found]})
    fault = "correction of method: the interval in edition 2026.1 hung on the processor that drew it"
    told = notes.told(moved, faults.named("2026.1", moved, causes))
    assert told.loc[0, "cause"] == said.format(fault=fault)
    assert fault in told.loc[0, "says"]
    assert fault in about_editions.changes(told).loc[0, "What moved it"]
    assert faults.named("2026.2", moved, causes)["cause"].tolist() == [found]


def test_every_known_fault_is_of_a_number_on_record():
    for number, key in faults.KNOWN:
        on_record = next(one for one in store.every() if one.number == number).headline
        assert key in on_record["key"].tolist()


def test_the_page_tells_apart_what_moved_what_is_new_and_what_is_gone():
    rows = pd.DataFrame({"status": ["moved", "moved", "new", "withdrawn", "withdrawn"]})
    assert about_editions.sorts(rows) == "2 headline numbers moved, 1 is new and 2 are withdrawn"
    assert about_editions.sorts(rows.head(1)) == "1 headline number moved"
    assert about_editions.sorts(rows.head(0)) == "0 headline numbers moved"
