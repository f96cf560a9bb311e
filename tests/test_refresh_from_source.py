"""From the publishers' pages to the tables: all or nothing, whatever the network does; corrections are told."""

import io
import json
import os
import shutil
import signal
from functools import cache
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis import __main__ as command, data
from analysis.ingest import changes, pilots, record, refresh
from analysis.ingest.live import (
    ae,
    cqc_ratings,
    kh03,
    organisations,
    shmi,
    sickness,
    staff_survey,
)
from analysis.ingest.net import fetch, pages, source
from tests import release_files, test_pages
from tests.local_web import Item, serving
from tests.release_files import (
    ae_csv,
    cqc_sheets,
    kh03_book,
    ods,
    shmi_csv,
    sick_csv,
    survey_sheets,
    zipped,
)  # fmt: skip

QUICK = fetch.Manners(connect=1, read=0.4, attempts=3, pause=0, back_off=0.01, longest=1.5, total=20)
TABLES = ["beds_overnight", "beds_day", "beds_england", "ae_monthly", "ae_overlap", "ae_england_archive"]
TABLES += ["shmi_yearly", "shmi_quarterly", "sickness_absence", "cqc_ratings", "organisations"]
TABLES += ["staff_survey"]
FILES = data.FOLDER
# The tables as they stood before the years after the regime were collected: new files follow there.
ENDS = {"ae_monthly": "2023-03", "beds_overnight": "2024-09", "beds_england": "2024-09"}
KEPT = 3  # the last periods of each table: enough to be followed, corrected and compared
UPLOADS = "/www.england.nhs.uk/statistics/wp-content/uploads/sites/2"


def differing(sheets):
    """Let the figures of each trust be its own: a column of one figure is refused."""
    for place, row in enumerate(sheets["Acute&Acute Community Trusts"][1:]):
        row[3:-1] = [n + place if n >= 100 else round(n - place / 1000, 3) for n in row[3:-1]]
    return sheets


@cache
def cut():
    """Return (package, bytes by file name) of the committed tables of these publications, their last periods."""
    package = json.loads((FILES / "datapackage.json").read_text(encoding="utf-8"))
    files, described = {}, []
    for about in package["resources"]:
        if about["name"] not in TABLES:
            continue
        content = (FILES / about["path"]).read_bytes()
        if about["period"] and about["coverage"]["periods"] > KEPT:
            frame = pd.read_csv(FILES / about["path"], dtype="str", keep_default_na=False)
            last = ENDS.get(about["name"], "9999")
            periods = sorted(each for each in frame[about["period"]].unique() if each <= last)[-KEPT:]
            kept = frame[frame[about["period"]].isin(periods)]
            content = kept.to_csv(index=False, lineterminator="\n").encode()
            about = refresh.describe(about, content, about.get("sources", []))
        files[about["path"]] = content
        described.append(about)
    return json.dumps({**package, "resources": described}), files


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The last periods of the committed tables of these publications, as the data folder."""
    target = tmp_path / "data"
    target.mkdir()
    package, files = cut()
    for name, content in files.items():
        (target / name).write_bytes(content)
    shutil.copytree(FILES / "tables", target / "tables")
    (target / "datapackage.json").write_text(package, encoding="utf-8")
    publications = (organisations, kh03, ae, shmi, staff_survey, sickness, cqc_ratings)
    monkeypatch.setattr(refresh, "PUBLICATIONS", publications)
    asked = tuple(each for each in pages.PUBLICATIONS if source.TABLES[each.name] in TABLES)
    monkeypatch.setattr(pages, "PUBLICATIONS", asked)
    monkeypatch.setattr(refresh, "hand", SimpleNamespace(read=lambda folder: {}))
    monkeypatch.setattr(data, "FOLDER", target)
    monkeypatch.setattr(fetch, "Manners", lambda: QUICK)
    return target


def codes(table, period, value):
    frame = pd.read_csv(FILES / f"{table}.csv", dtype="str")
    return sorted(frame.loc[frame[period] == value, "org_code"])


def web():
    """Return the publishers' pages and new files, by path below the test's base address."""
    return {path: Item(body, kind=kind) for path, (body, kind) in content().items()}


@cache
def content():
    """Return (body, content type) by path: made once for all tests of this file."""
    items = {}
    for address, html in test_pages.site().items():
        items["/" + address.removeprefix("https://")] = Item(html.encode(), kind="text/html; charset=utf-8")
    trusts = codes("ae_monthly", "month", "2023-03")
    other = [code for code in trusts if code not in pilots.CODES]
    items[f"{UPLOADS}/2023/05/april%20ae.csv"] = Item(ae_csv("APRIL-2023", other))
    items[f"{UPLOADS}/2023/06/May-2023-CSV-bghfd.csv"] = Item(ae_csv("MAY-2023", other))
    beds = codes("beds_overnight", "quarter_end", "2024-09")
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    items[f"{UPLOADS}/2025/11/Beds-Q3-r.xlsx"] = Item(kh03_book("2024-25", "December", beds), kind=xlsx)
    name = f"{UPLOADS}/2025/05/Beds-Open-Overnight-Web_File-Q4-2024-25.xlsx"
    items[name] = Item(kh03_book("2024-25", "March", beds), kind=xlsx)
    hospitals = (codes("shmi_yearly", "year", "2019"))[:120]
    archive = {
        "SHMI data/SHMI data at trust level, Jan24-Dec24 (csv).csv": shmi_csv(hospitals),
        "SHMI data/notes.txt": b"x",
    }
    items["/files.digital.nhs.uk/AA/BB/SHMI%20data%20files%2C%20Jan24-Dec24.zip"] = Item(
        zipped(archive), kind="application/zip"
    )
    staff = codes("sickness_absence", "month", "2025-03")
    sick = "/files.digital.nhs.uk/1/NHS%20Sickness%20Absence%20rates%20CSV%2C%20April%202025.csv"
    items[sick] = Item(sick_csv("30/04/2025", staff))
    ratings = "/www.cqc.org.uk/system/files/2026-09/01_September_2026_Latest_ratings.ods"
    bodies = sorted(set(beds))[:120]
    items[ratings] = Item(ods(cqc_sheets(bodies)), kind="application/vnd.oasis.opendocument.spreadsheet")
    surveyed = codes("staff_survey", "year", "2019")
    for name, year in (
        ("aa/Benchmark-report-Excel-data-for-2020-2024.xlsx", 2024),
        ("bb/NSS-Benchmark-report-excel-data-for-2021-2025-v2.xlsx", 2025),
    ):
        survey = release_files.book(differing(survey_sheets(year, surveyed)))
        items[f"/www.nhsstaffsurveys.com/static/{name}"] = Item(survey, kind=xlsx)
    etr = "/files.digital.nhs.uk/assets/ods/current/etr.zip"
    items[etr] = Item(zipped({"etr.csv": trust_file(), "etr.pdf": b"x"}), kind="application/zip")
    day = "/" + (test_pages.WHERE["kh03"].page + "bed-data-day-only/").removeprefix("https://")
    listed = [("Quarter 3", "Q3"), ("Quarter 4", "Q4")]
    rows = [
        (f"NHS organisations in England, {words}, 2024-25", f"https:/{UPLOADS}/day-{short}.xlsx")
        for words, short in listed
    ]
    items[day] = Item(test_pages.html(*rows).encode(), kind="text/html")
    for end, short in (("December", "Q3"), ("March", "Q4")):
        book = kh03_book("2024-25", end, codes("beds_day", "quarter_end", "2024-09"), kind="day only")
        items[f"{UPLOADS}/day-{short}.xlsx"] = Item(book, kind=xlsx)
    return {path: (item.body, item.kind) for path, item in items.items()}


def trust_file():
    """Return a trust file of January 2024 on: Kettering has another name, the rest stays."""
    listed = pd.read_csv(FILES / "organisations.csv", dtype="str", keep_default_na=False)
    listed = listed[listed["org_code"].str.fullmatch("R[A-Z0-9]{2}")]
    names = (
        listed["name"].str.upper().mask(listed["org_code"] == "RNQ", "KETTERING AND NORTHAMPTON NHS TRUST")
    )
    days = [listed[column].str.replace("-", "") for column in ("opened", "closed")]
    lines = [
        ",".join(
            f'"{cell}"' for cell in (code, name, "Y60", "QPM", *[""] * 5, "NN16 8UZ", opened, closed, "")
        )
        for code, name, opened, closed in zip(listed["org_code"], names, *days, strict=True)
    ]
    return ("\n".join(lines) + "\n").encode()


def run(base, cache, *more):
    return command.main(["refresh", "--pages", base, "--cache", str(cache), "--accept-unlike", *more])


def snapshot(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


NEW = {
    "ae_monthly": ["2023-04", "2023-05"],
    "beds_overnight": ["2024-12", "2025-03"],
    "beds_day": ["2024-12", "2025-03"],
    "beds_england": ["2024-12", "2025-03"],
    "shmi_yearly": ["2024"],
    "staff_survey": ["2020", "2021", "2022", "2023", "2024", "2025"],
    "sickness_absence": ["2025-04"],
    "cqc_ratings": ["2026-09"],
}


def test_newest_files_come_from_the_pages_into_the_tables(folder, tmp_path, capsys):
    before = snapshot(folder)
    items = web()
    with serving(items) as base:
        assert run(base, tmp_path / "cache", "--dry-run") == 0
        told = capsys.readouterr().out
        assert snapshot(folder) == before
        assert "Nothing was changed." in told
        assert "sickness_absence: 280 rows of 2025-04 are new." in told
        assert run(base, tmp_path / "cache") == 0
        asked = len(items[f"{UPLOADS}/2023/06/May-2023-CSV-bghfd.csv"].asked)
        assert asked == 1  # the cache of the dry run was used
        after = snapshot(folder)
        assert run(base, tmp_path / "cache") == 0
        assert "the tables were made from all that they need" in capsys.readouterr().out
    assert snapshot(folder) == after
    for table, periods in NEW.items():
        frame, about = data.load(table), data.describe(table)
        assert sorted(frame[about["period"]].astype("str").unique())[-len(periods) :] == periods
        old = pd.read_csv(io.BytesIO(before[about["path"]]), dtype="str", keep_default_na=False)
        new = pd.read_csv(folder / about["path"], dtype="str", keep_default_na=False)
        kept = new[~new[about["period"]].isin(periods)].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept, old)
        assert about["coverage"]["to"] == periods[-1]
    titles = [entry["title"] for entry in data.describe("ae_monthly")["sources"]]
    assert set(titles[-2:]) == {"Monthly-AE-April-2023-april ae.csv", "May-2023-CSV-bghfd.csv"}
    changed = refresh.changed(folder)
    assert changed.corrections[["table", "changed", "added"]].to_numpy().tolist() == [["organisations", 1, 0]]
    assert changed.values[["key", "field", "new"]].to_numpy().tolist() == [
        ["RNQ", "name", "Kettering and Northampton NHS Trust"]
    ]
    assert set(changed.periods["table"]) == {*NEW, "organisations"}
    assert data.describe("organisations")["sources"][-1]["title"].startswith("etr_20")


FAULTS = {
    "stalls for ever": ("May-2023", {"faults": [("stall", 500)] * 9}),
    "is cut each time": ("May-2023", {"faults": [("cut", 500)] * 9, "etag": ""}),
    "is a web page": ("May-2023", {"body": b"<!DOCTYPE html>We are busy", "kind": "text/html"}),
    "is a web page called text": ("May-2023", {"body": b"<html>We are busy", "kind": "text/csv"}),
    "has gone": ("May-2023", {"faults": [("status", 404, {})] * 9}),
    "is cut short by the publisher": ("day-Q4", {"body": b"PK\x03\x04 and no more"}),
    "lacks its last rows": ("May-2023", {"cut": 3}),
    "is too busy": ("Latest_ratings", {"faults": [("status", 429, {"Retry-After": "900"})] * 9}),
    "page has changed": ("using-cqc-data", {"body": b"<html><a href='/x'>New site</a>"}),
}


@pytest.mark.parametrize("fault", list(FAULTS))
def test_whatever_fails_the_tables_stay_as_they_were(folder, tmp_path, capsys, fault):
    before = snapshot(folder)
    items = web()
    where, how = FAULTS[fault]
    item = next(item for path, item in items.items() if where in path)
    if "cut" in how:
        item.body = b"\n".join(item.body.splitlines()[: -how["cut"]]) + b"\n"
    for name, value in how.items():
        setattr(item, name, value)
    with serving(items) as base:
        assert run(base, tmp_path / "cache") == 1
    told = capsys.readouterr().err
    assert told.startswith("Refused: ")
    assert told.endswith("No table was changed.\n")
    assert snapshot(folder) == before


def test_one_publication_can_be_looked_up_alone(folder, tmp_path, capsys):
    items = web()
    with serving(items) as base:
        assert run(base, tmp_path / "cache", "--publication", "sickness") == 0
        assert run(base, tmp_path / "cache", "--publication", "weather") == 1
    assert "found ['weather']" in capsys.readouterr().err
    assert data.describe("sickness_absence")["coverage"]["to"] == "2025-04"
    assert data.describe("ae_monthly")["coverage"]["to"] == "2023-03"


def correction(tmp_path):
    """Return a folder with a revised file of March 2023: other attendances at every trust."""
    trusts = [code for code in codes("ae_monthly", "month", "2023-03") if code not in pilots.CODES]
    without = [code for code in codes("ae_monthly", "month", "2023-03") if code in pilots.CODES]
    lines = ae_csv("MARCH-2023", trusts + without).decode().splitlines()
    four = slice(10, 16)
    rows = [line.split(",") for line in lines]
    for row in rows[1:-1]:
        row[four] = ["0"] * 6 if row[1] in without else row[four]
    rows[-1][four] = [str(sum(int(row[place]) for row in rows[1:-1])) for place in range(10, 16)]
    (tmp_path / "new").mkdir()
    text = "\n".join(",".join(row) for row in rows) + "\n"
    (tmp_path / "new" / "March-2023-revised-130699-lll12c.csv").write_text(text)
    return tmp_path / "new"


def test_correction_of_an_old_period_is_told_as_one(folder, tmp_path, capsys):
    new = correction(tmp_path)
    assert command.main(["refresh", "--accept-unlike", "--from", str(new), "--dry-run"]) == 0
    told = capsys.readouterr().out
    count = len(codes("ae_monthly", "month", "2023-03"))
    assert f"ae_monthly: rows of old periods (2023-03): {count} changed." in told
    assert command.main(["refresh", "--accept-unlike", "--from", str(new)]) == 0
    changed = refresh.changed(folder)
    assert changed.corrections.to_dict("records") == [
        {"table": "ae_monthly", "period": "2023-03", "held": True, "added": 0, "changed": count, "removed": 0}
    ]
    first = changed.values.iloc[0]
    old = pd.read_csv(FILES / "ae_monthly.csv", dtype="str").set_index(["org_code", "month"])
    code = first["key"].split(", ")[0]
    assert first["old"] == old.loc[(code, "2023-03"), first["field"]]
    assert first["new"] == str(
        int(data.load("ae_monthly").set_index(["org_code", "month"]).loc[(code, "2023-03"), first["field"]])
    )
    titles = [entry["title"] for entry in data.describe("ae_monthly")["sources"]]
    assert "March-2023-revised-130699-lll12c.csv" in titles
    assert not [title for title in titles if title.startswith("March-2023") and "130699" not in title]
    assert json.loads((folder / "changes.json").read_text())["files"][0]["file"] == titles[-1]


def test_withdrawn_rows_are_refused_unless_accepted(folder, tmp_path, capsys):
    staff = codes("sickness_absence", "month", "2025-03")[:-5]
    (tmp_path / "less").mkdir()
    (tmp_path / "less" / "nhs_sickness_absence_2025-03-revised.csv").write_bytes(
        sick_csv("31/03/2025", staff)
    )
    before = snapshot(folder)
    assert command.main(["refresh", "--from", str(tmp_path / "less")]) == 1
    assert "5 rows fewer" in capsys.readouterr().err
    assert snapshot(folder) == before
    assert (
        command.main(["refresh", "--from", str(tmp_path / "less"), "--accept-removed", "--accept-unlike"])
        == 0
    )
    assert refresh.changed(folder).corrections["removed"].tolist() == [5]


def test_two_refreshes_at_once_are_refused(folder, tmp_path, capsys):
    with record.alone(folder):
        assert command.main(["refresh", "--from", str(correction(tmp_path))]) == 1
    assert "another refresh at work" in capsys.readouterr().err


KILLED = ["page", "fetch", "check", "copyfile", "read", "compare", "write", "replace"]


def killed(act):
    """Do `act` in a process of its own; return the signal that ended it, 0 when it ended by itself."""
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def last_act(where, name, at):
    """Make the `at`-th call of `where.name` the last thing that this process does."""
    act, seen = getattr(where, name), [0]

    def counted(*given, **named):
        seen[0] += 1
        if seen[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*given, **named)

    setattr(where, name, counted)


@pytest.mark.parametrize("step", KILLED)
def test_killed_by_the_system_at_any_step_the_tables_are_old_or_new(folder, tmp_path, monkeypatch, step):
    monkeypatch.setattr(refresh, "PUBLICATIONS", (sickness, cqc_ratings))
    package = folder / "datapackage.json"
    kept = json.loads(package.read_text())
    kept["resources"] = [
        about for about in kept["resources"] if about["name"] in ("sickness_absence", "cqc_ratings")
    ]
    package.write_text(json.dumps(kept))
    only = ["--publication", "sickness", "--publication", "cqc_ratings"]
    where = {"page": fetch, "fetch": fetch, "check": fetch, "copyfile": source.shutil, "read": cqc_ratings,
             "compare": changes, "write": record, "replace": os}[step]  # fmt: skip
    at = {"page": 3, "fetch": 2, "write": 6, "replace": 6}.get(step, 1)

    def refreshed():
        last_act(where, step, at)
        run(base, tmp_path / "cache", *only)

    with serving(web()) as base:
        assert killed(refreshed) == signal.SIGKILL
        ends = tuple(data.describe(name)["coverage"]["to"] for name in ("sickness_absence", "cqc_ratings"))
        assert ends in (("2025-03", "2021-01"), ("2025-04", "2026-09"))
        assert (data.check()["result"] == "ok").all()
        assert run(base, tmp_path / "cache", *only) == 0
    assert data.describe("sickness_absence")["coverage"]["to"] == "2025-04"
    assert (data.check()["result"] == "ok").all()


def test_record_of_changes_can_be_read_again():
    resource = {
        "name": "beds",
        "period": "month",
        "schema": {"primaryKey": ["org_code", "month"]},
        "sources": [{"title": "a.csv", "hash": "sha256:1"}],
    }
    old = b"org_code,month,n\nRAA,2024-01,1\nRBB,2024-01,2\nRCC,2024-01,\n"
    new = b"org_code,month,n\nRAA,2024-01,1\nRBB,2024-01,5\nRDD,2024-01,4\nRAA,2024-02,7\n"
    found = changes.compare({"beds": old}, {"beds": new}, [resource])
    assert found.periods.to_dict("records") == [
        {"table": "beds", "period": "2024-01", "held": True, "added": 1, "changed": 1, "removed": 1},
        {"table": "beds", "period": "2024-02", "held": False, "added": 1, "changed": 0, "removed": 0},
    ]
    assert found.values.to_dict("records") == [
        {"table": "beds", "period": "2024-01", "key": "RBB, 2024-01", "field": "n", "old": "2", "new": "5"}
    ]
    assert found.sentence() == (
        "beds: 1 rows of 2024-02 are new; rows of old periods (2024-01): 1 changed, 1 added, 1 removed. "
        "First: RBB, 2024-01, n: 2 becomes 5."
    )
    again = changes.from_record(json.loads(json.dumps(found.record())))
    pd.testing.assert_frame_equal(again.periods, found.periods)
    pd.testing.assert_frame_equal(again.values, found.values)
    assert again.sentence() == found.sentence()
    assert (
        changes.compare({"beds": new}, {"beds": new}, [resource]).sentence()
        == "No value of any table changes."
    )


def test_source_knows_a_table_for_each_publication():
    assert set(source.TABLES) == {publication.name for publication in pages.PUBLICATIONS}
    read = {name for publication in refresh.PUBLICATIONS for name in publication.TABLES}
    assert set(source.TABLES.values()) <= read
