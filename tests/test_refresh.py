"""The tables are rebuilt all or none: the same bytes from the same releases, and nothing half done."""

import io
import json
import os
import shutil
import signal
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis import __main__ as command, data
from analysis.data import DataError
from analysis.ingest import descriptions, files, record, refresh
from analysis.ingest.hand import tables as hand


def description(name, *, status="official"):
    return f"""
name: {name}
title: {name.title()}
status: {status}
period: month
breaks: []
schema:
  fields:
    - {{name: org_code, type: string, constraints: {{required: true}}}}
    - {{name: month, type: yearmonth, constraints: {{required: true}}}}
    - {{name: count, type: integer, constraints: {{minimum: 0}}}}
  primaryKey: [org_code, month]
"""


def publication(name, tables):
    """Return a publication whose release is one CSV per table, `<name>-<table>.csv`."""

    def read(folder):
        frames = {}
        for table in tables:
            path = files.find_one(folder, f"{name}-{table}.csv")
            frame = pd.read_csv(path)
            if (frame["count"] > 9000).any():
                row = (frame["count"] > 9000).idxmax() + 2
                raise DataError(path.name, row=row, column="count", found=9999, allowed="below 9000")
            frames[table] = frame.astype({"count": "Int64"}).sort_values(
                ["org_code", "month"], ignore_index=True
            )
        return frames

    return SimpleNamespace(
        __name__=f"made.{name}",
        TABLES=tuple(tables),
        releases=lambda folder: files.find(folder, f"{name}-.*[.]csv"),
        read=read,
    )


def read_notes(folder):
    file = folder / "notes.csv"
    data.verify(descriptions.table("notes", folder), file.read_bytes())
    return {"notes": pd.read_csv(file, dtype="str", keep_default_na=False)}


MADE = (publication("beds", ["overnight", "day"]), publication("waits", ["waits"]))


def write_release(folder, *, plus=0, rows=("RAA", "RBB"), only=("overnight", "day", "waits")):
    folder.mkdir(parents=True, exist_ok=True)
    for place, table in enumerate(["overnight", "day", "waits"]):
        if table not in only:
            continue
        kind = "waits" if table == "waits" else "beds"
        lines = [f"{code},2015-0{m},{100 * place + m + plus}" for code in reversed(rows) for m in (1, 2)]
        (folder / f"{kind}-{table}.csv").write_text("\n".join(["org_code,month,count", *lines]) + "\n")
    return folder


def snapshot(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def counts():
    """Return the counts of every table as the door gives them."""
    return {name: data.load(name)["count"].tolist() for name in data.tables()}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder made by a first refresh."""
    monkeypatch.setattr(refresh, "PUBLICATIONS", MADE)
    monkeypatch.setattr(refresh, "hand", SimpleNamespace(read=read_notes, edited=hand.edited))
    monkeypatch.delenv("REPORT_TRACE", raising=False)
    target = tmp_path / "data"
    (target / "tables").mkdir(parents=True)
    for name in ("overnight", "day", "waits", "notes"):
        status = "published" if name == "notes" else "official"
        (target / "tables" / f"{name}.yml").write_text(description(name, status=status))
    monkeypatch.setattr(data, "FOLDER", target)
    (target / "notes.csv").write_text("org_code,month,count\nRAA,2015-01,\n")
    refresh.refresh(write_release(tmp_path / "first"), folder=target)
    return target


@pytest.fixture
def second(tmp_path):
    return write_release(
        tmp_path / "second" / "deep" / "deeper", plus=50, rows=("RAA", "RBB", "RCC")
    ).parents[1]


def test_first_refresh_writes_tables_package_and_nothing_else(folder, tmp_path):
    assert set(snapshot(folder)) == {
        "overnight.csv", "day.csv", "waits.csv", "notes.csv", "datapackage.json", "changes.json",
        *(f"tables/{name}.yml" for name in ("overnight", "day", "waits", "notes")),
    }  # fmt: skip
    assert (folder / "day.csv").read_text() == (
        "org_code,month,count\nRAA,2015-01,101\nRAA,2015-02,102\nRBB,2015-01,101\nRBB,2015-02,102\n"
    )
    assert data.tables() == ["overnight", "day", "waits", "notes"]
    about = data.describe("day")
    assert about["rows"] == 4
    assert about["bytes"] == (folder / "day.csv").stat().st_size
    assert about["coverage"] == {"from": "2015-01", "to": "2015-02", "periods": 2}
    assert [(source["title"], source["hash"]) for source in about["sources"]] == [
        (name, "sha256:" + files.sha256(tmp_path / "first" / name))
        for name in ("beds-day.csv", "beds-overnight.csv")
    ]
    assert data.load("notes")["count"].isna().all()
    assert "sources" not in data.describe("notes")


def test_same_releases_give_the_same_bytes(folder, tmp_path):
    before = snapshot(folder)
    refresh.refresh(tmp_path / "first", folder=folder)
    assert snapshot(folder) == before
    moved = tmp_path / "moved" / "elsewhere"
    shutil.copytree(tmp_path / "first", moved)
    refresh.refresh(tmp_path / "moved", folder=folder)
    assert snapshot(folder) == before


def test_new_release_gives_all_new_tables(folder, second):
    lines = []
    made = refresh.refresh(second, folder=folder, say=lines.append)
    assert made == ["overnight", "day", "waits", "notes"]
    assert counts()["waits"] == [251, 252] * 3
    assert lines == [
        "beds: reading 2 release files",
        "waits: reading 1 release files",
        "all tables verified; putting them in place",
    ]


@pytest.mark.parametrize("table", ["overnight", "day", "waits"])
def test_one_damaged_release_leaves_every_file_as_it_was(folder, second, table):
    before = snapshot(folder)
    file = next(second.rglob(f"*-{table}.csv"))
    file.write_text(file.read_text().replace("RBB,2015-02,", "RBB,2015-02,9999"))
    with pytest.raises(DataError, match=rf"{file.name}, row 5, column 'count'"):
        refresh.refresh(second, folder=folder)
    assert snapshot(folder) == before


def test_table_against_its_own_description_leaves_every_file_as_it_was(folder, second):
    before = snapshot(folder)
    file = next(second.rglob("waits-*.csv"))
    file.write_text(file.read_text() + "RAA,2015-01,3\n")
    with pytest.raises(DataError, match="one row a key"):
        refresh.refresh(second, folder=folder)
    assert snapshot(folder) == before


def test_tables_without_a_release_here_are_kept(folder, tmp_path):
    before = snapshot(folder)
    old = {name: data.describe(name) for name in data.tables()}
    part = write_release(tmp_path / "part", plus=7, only=("waits",))
    assert refresh.refresh(part, folder=folder) == ["waits", "notes"]
    assert data.tables() == ["overnight", "day", "waits", "notes"]
    for name in ("overnight", "day"):
        assert snapshot(folder)[f"{name}.csv"] == before[f"{name}.csv"]
        assert data.describe(name) == old[name]
    assert counts()["waits"] == [208, 209] * 2


def test_no_known_release_and_no_folder_are_refused(folder, tmp_path):
    before = snapshot(folder)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "letters.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="no release file that is known"):
        refresh.refresh(tmp_path / "empty", folder=folder)
    with pytest.raises(DataError, match="no such folder"):
        refresh.refresh(tmp_path / "absent", folder=folder)
    assert snapshot(folder) == before


def test_rows_that_would_vanish_are_refused_unless_accepted(folder, tmp_path):
    before = snapshot(folder)
    less = write_release(tmp_path / "less", rows=("RAA",))
    with pytest.raises(DataError, match=r"2 rows fewer, the first \{'org_code': 'RBB', 'month': '2015-01'\}"):
        refresh.refresh(less, folder=folder)
    assert snapshot(folder) == before
    refresh.refresh(less, folder=folder, accept_removed=True)
    assert counts()["overnight"] == [1, 2]


def test_columns_must_be_those_described(folder):
    frame = pd.DataFrame({"org_code": ["RAA"], "count": [1], "month": ["2015-01"]})
    with pytest.raises(DataError, match="notes: found"):
        refresh.to_csv(frame, descriptions.table("notes", folder))


# killed at any moment


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


def killer(monkeypatch, at):
    """Make the `at`-th act on a file the last one; acts that write stop half-way through."""
    seen = {"n": 0}

    def counted(act, *, halfway=None):
        def replaced(*given, **named):
            seen["n"] += 1
            if seen["n"] == at:
                if halfway:
                    halfway(*given)
                raise Killed
            if seen["n"] > at:
                raise Killed  # a dead process does nothing more
            return act(*given, **named)

        return replaced

    def half(path, content):
        path.write_bytes(content[: len(content) // 2])

    def one_file(path, **_):
        files = sorted(path.rglob("*")) if path.is_dir() else []
        for file in files[:1]:
            Path.unlink(file) if seen["n"] != at else os.remove(file)

    monkeypatch.setattr(record, "write", counted(record.write, halfway=half))
    monkeypatch.setattr(record.os, "replace", counted(os.replace))
    monkeypatch.setattr(record.shutil, "rmtree", counted(shutil.rmtree, halfway=one_file))
    monkeypatch.setattr(Path, "unlink", counted(Path.unlink))
    monkeypatch.setattr(Path, "mkdir", counted(Path.mkdir))
    return seen


def described_as_they_are(folder):
    """Return whether every table on disk has the checksum that the package on disk states."""
    package = json.loads((folder / "datapackage.json").read_text())
    return all(
        about["hash"] == "sha256:" + files.sha256(folder / about["path"]) for about in package["resources"]
    )


def test_killed_at_any_step_the_tables_are_all_old_or_all_new(folder, second, tmp_path):
    old = counts()
    template = tmp_path / "template"
    shutil.copytree(folder, template)
    seen_old = seen_new = 0
    for at in range(1, 200):
        shutil.rmtree(folder)
        shutil.copytree(template, folder)
        killed = True
        with pytest.MonkeyPatch.context() as patch:
            killer(patch, at)
            try:
                refresh.refresh(second, folder=folder)
                killed = False
            except Killed:
                pass
        now = counts()
        new = {"overnight": [51, 52] * 3, "day": [151, 152] * 3, "waits": [251, 252] * 3, "notes": [pd.NA]}
        assert str(now) in (str(old), str(new)), f"mixed after step {at}"
        assert (data.check()["result"] == "ok").all()
        record.finish(folder)
        assert str(counts()) == str(now), f"finishing changed what was of record after step {at}"
        assert described_as_they_are(folder)
        assert not (folder / data.STAGE).exists()
        seen_old += killed and str(now) == str(old)
        seen_new += killed and str(now) == str(new)
        refresh.refresh(second, folder=folder)
        assert str(counts()) == str(new)
        assert not [file for file in folder.iterdir() if file.name.startswith(".")]
        if not killed:
            break
    assert not killed
    assert seen_old >= 6
    assert seen_new >= 9


def test_killed_while_finishing_what_another_left_is_finished_by_the_next(folder, second):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "finish", lambda folder: None)
        refresh.refresh(second, folder=folder)
    assert (folder / data.STAGE / data.READY).is_file()
    assert counts()["waits"] == [251, 252] * 3
    for at in (1, 3, 5, 7):
        with pytest.MonkeyPatch.context() as patch:
            killer(patch, at)
            with pytest.raises(Killed):
                record.finish(folder)
        assert counts()["waits"] == [251, 252] * 3
        assert counts()["overnight"] == [51, 52] * 3
    record.finish(folder)
    assert described_as_they_are(folder)


def test_a_process_killed_by_the_system_leaves_whole_tables(folder, second):
    child = os.fork()
    if child == 0:
        write = record.write

        def last(path, content):
            write(path, content)
            if path.name == ".day.csv.new":
                os.kill(os.getpid(), signal.SIGKILL)

        record.write = last
        try:
            refresh.refresh(second, folder=folder)
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert (folder / data.STAGE).is_dir()
    now = counts()
    assert now["waits"] == [251, 252] * 3
    assert (folder / "waits.csv").read_bytes().count(b"\n") == 5  # still the old one, not yet replaced
    record.finish(folder)
    assert str(counts()) == str(now)
    assert described_as_they_are(folder)
    assert not (folder / data.STAGE).exists()


# tables kept by hand


def test_by_hand_describes_an_edited_table_anew(folder, capsys):
    before = snapshot(folder)
    with (folder / "notes.csv").open("a") as file:
        file.write("RBB,2016-03,0\n")
    with pytest.raises(DataError, match="checksum"):
        data.load("notes")
    assert command.main(["refresh", "--by-hand"]) == 0
    told = capsys.readouterr().out
    assert "1 tables rebuilt: notes" in told
    assert "notes: edited by hand, 1 rows became 2. `git diff data/notes.csv` shows the cells." in told
    assert data.load("notes")["count"].tolist() == [pd.NA, 0]
    assert data.describe("notes")["coverage"]["to"] == "2016-03"
    after = snapshot(folder)
    assert {name for name in before if before[name] != after[name]} == {"notes.csv", "datapackage.json"}


def test_by_hand_says_when_nothing_was_edited_and_when_the_description_was(folder, capsys):
    assert command.main(["refresh", "--by-hand", "--dry-run"]) == 0
    assert "No value of any table changes." in capsys.readouterr().out
    file = folder / "tables" / "notes.yml"
    file.write_text(file.read_text().replace("title: ", "title: Other ", 1))
    descriptions._read.cache_clear()
    assert command.main(["refresh", "--by-hand"]) == 0
    assert "notes: the same rows, described anew." in capsys.readouterr().out


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A copy of the tables kept by hand, in which nothing is amiss; a test puts back what it damages."""
    target = tmp_path_factory.mktemp("kept") / "data"
    target.mkdir()
    for name in [*hand.TABLES, "organisations"]:
        shutil.copy(data.FOLDER / f"{name}.csv", target)
    shutil.copytree(data.FOLDER / "tables", target / "tables")
    hand.read(target)
    return target


TOMORROW = (pd.Timestamp.today() + pd.Timedelta(days=1)).strftime("%Y-%m-%d")


@pytest.mark.parametrize(
    ("table", "old", "new", "column", "words"),
    [
        ("cost_items", "days a month", "days a year", "quantity_unit", "for 'per' month one of"),
        ("cost_items", "hours a month", "beds a month", "quantity_unit", "for 'per' month one of"),
        ("cost_published", "GBP a day", "EUR a day", "unit", "an amount in 'GBP'"),
        ("consequence_records", None, "act", "unit", "one of"),
        (
            "price_indices",
            "March 2019,2014/15",
            "March 2019,2014/16",
            "price_year",
            "2014/15, a year and the next",
        ),
        (
            "price_indices",
            "\nGDP deflator,March 2019,2014/15",
            "\nHCHS,March 2019,2014/15",
            "price_year",
            "2014 before it",
        ),
        ("evidence_statements", None, TOMORROW, "source_date", "a date up to today"),
        ("amendments", None, TOMORROW, "date", "a date up to today"),
        ("buddies", None, "R99", "buddy_code", "a code of the table organisations"),
        ("evidence_statements", None, "R99", "ods_code", "a code of the table organisations"),
        ("trust_names", None, "R99", "org_code", "a code of the table organisations"),
    ],
)
def test_by_hand_knows_units_years_dates_and_trusts(kept, table, old, new, column, words):
    file = kept / f"{table}.csv"
    as_it_was = file.read_bytes()
    if old is None:
        frame = pd.read_csv(file, dtype="str", keep_default_na=False)
        frame.loc[frame.index[frame[column] != ""][0], column] = new
        frame.to_csv(file, index=False, lineterminator="\n")
    else:
        whole = file.read_text(encoding="utf-8")
        assert old in whole
        file.write_text(whole.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        hand.read(kept)
    file.write_bytes(as_it_was)
    assert (caught.value.table, caught.value.column) == (table, column)
    assert words in caught.value.allowed


def test_by_hand_refuses_a_broken_table(folder, capsys):
    (folder / "notes.csv").write_text("org_code,month,count\nRAA,2015-01,-4\n")
    before = snapshot(folder)
    assert command.main(["refresh", "--by-hand"]) == 1
    said = capsys.readouterr().err
    assert "Refused: notes, row 2, column 'count': found '-4'. Allowed: from 0 to inf." in said
    assert "No table was changed." in said
    assert snapshot(folder) == before


def test_real_records_kept_by_hand_are_written_as_they_are():
    for name, frame in hand.read(data.FOLDER).items():
        content = (data.FOLDER / f"{name}.csv").read_bytes()
        assert refresh.to_csv(frame, descriptions.table(name)) == content


# the tables of this repository


def test_committed_tables_record_the_releases_they_were_made_from():
    for name in data.tables():
        sources = data.describe(name).get("sources", [])
        assert bool(sources) == (name not in hand.TABLES), name
        assert len({source["title"] for source in sources}) == len(sources)
        for source in sources:
            assert source["hash"].startswith("sha256:")
            assert len(bytes.fromhex(source["hash"].removeprefix("sha256:"))) == 32
            assert "/" not in source["title"]


def test_committed_package_is_what_refresh_writes():
    names = [name for publication in refresh.PUBLICATIONS for name in publication.TABLES] + [*hand.TABLES]
    assert names == data.tables()
    assert {file.stem for file in (data.FOLDER / "tables").iterdir()} == set(names)
    for name in names:
        committed = data.describe(name)
        content = (data.FOLDER / committed["path"]).read_bytes()
        made = refresh.describe(descriptions.table(name), content, committed.get("sources", []))
        assert json.dumps(made) == json.dumps(committed), name
    text = (data.FOLDER / "datapackage.json").read_text(encoding="utf-8")
    assert json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n" == text


def test_committed_tables_have_one_line_end_and_no_byte_order_mark():
    for name in data.tables():
        content = (data.FOLDER / data.describe(name)["path"]).read_bytes()
        assert content.endswith(b"\n"), name
        assert b"\r" not in content, name
        assert not content.startswith(b"\xef\xbb\xbf"), name
        keys = data.describe(name)["schema"]["primaryKey"]
        raw = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False)[keys]
        assert not raw.duplicated().any()
