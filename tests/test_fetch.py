"""A download is whole and of its kind, or nothing is put in place; what broke off is continued."""

import hashlib
import io
import time
import zipfile

import pytest

from analysis.data import DataError
from analysis.ingest.net import content, fetch
from tests.local_web import Item, serving

QUICK = fetch.Manners(
    connect=1, read=0.3, attempts=4, pause=0, back_off=0.01, longest=1.5, total=10, largest=2_000_000
)
CSV = b"org_code,month,count\n" + b"".join(b"R%02d,2015-01,%d\n" % (i, i) for i in range(30_000))


def zipped(content=b"rows" * 500):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", content)
    return out.getvalue()


def get(item, tmp_path, *, name="file.csv", manners=QUICK, lines=None):
    say = lines.append if lines is not None else lambda line: None
    with serving({"/file": item}) as base, fetch.Session(manners, say) as using:
        return fetch.fetch(f"{base}/file", tmp_path / name, using=using)


def only(tmp_path):
    return sorted(file.name for file in tmp_path.iterdir())


def test_whole_file_is_put_in_place_with_its_checksum(tmp_path):
    lines = []
    got = get(Item(CSV), tmp_path, lines=lines)
    assert got.path.read_bytes() == CSV
    assert got.sha256 == hashlib.sha256(CSV).hexdigest()
    assert (got.bytes, got.resumed) == (len(CSV), 0)
    assert only(tmp_path) == ["file.csv"]
    assert lines[-1].startswith(f"  file.csv: {len(CSV):,} bytes, sha256 ")


def test_half_download_is_continued_where_it_broke_off(tmp_path):
    item = Item(CSV, faults=[("cut", 100_000), ("cut", 50_000)])
    lines = []
    got = get(item, tmp_path, lines=lines)
    assert got.path.read_bytes() == CSV
    assert got.resumed > 0
    ranges = [headers.get("Range") for headers, _ in item.asked]
    assert ranges[0] is None
    assert ranges[1].startswith("bytes=")
    assert int(ranges[2][6:-1]) > int(ranges[1][6:-1]) > 0
    assert item.asked[1][0]["If-Range"] == '"one"'
    assert any("attempt 1 of 4 failed" in line for line in lines)


def test_half_download_of_an_earlier_run_is_continued(tmp_path):
    item = Item(CSV, faults=[("cut", 100_000)])
    with pytest.raises(content.FetchError, match="an answer within 1 attempts"):
        get(item, tmp_path, manners=fetch.Manners(read=0.3, attempts=1, pause=0))
    assert only(tmp_path) == ["file.csv.part", "file.csv.part.json"]
    with serving({"/file": Item(CSV)}) as base, fetch.Session(QUICK) as using:
        (tmp_path / "file.csv.part.json").write_text(
            (tmp_path / "file.csv.part.json").read_text().replace(_address(tmp_path), f"{base}/file")
        )  # the port of the test's server differs between runs
        got = fetch.fetch(f"{base}/file", tmp_path / "file.csv", using=using)
    assert got.resumed > 0
    assert got.path.read_bytes() == CSV
    assert only(tmp_path) == ["file.csv"]


def _address(tmp_path):
    import json

    return json.loads((tmp_path / "file.csv.part.json").read_text())["address"]


def test_server_without_ranges_is_read_anew(tmp_path):
    item = Item(CSV, ranges=False, faults=[("cut", 100_000)])
    got = get(item, tmp_path)
    assert got.path.read_bytes() == CSV
    assert got.resumed == 0


def test_server_without_etag_is_read_anew(tmp_path):
    item = Item(CSV, etag="", faults=[("cut", 100_000)])
    assert get(item, tmp_path).path.read_bytes() == CSV
    assert "Range" not in item.asked[1][0]


def test_file_that_changes_between_attempts_is_never_mixed(tmp_path):
    newer = CSV.replace(b"2015-01", b"2016-02")
    items = {"/file": Item(CSV, faults=[("cut", 100_000)])}

    def say(line):
        if "failed" in line:
            items["/file"] = Item(newer, etag='"two"')

    with serving(items) as base, fetch.Session(QUICK, say) as using:
        got = fetch.fetch(f"{base}/file", tmp_path / "file.csv", using=using)
    assert got.path.read_bytes() == newer


@pytest.mark.parametrize("fault", [("stall", 1000), ("stall", 0), ("drop",), ("cut", 0)])
def test_stalled_or_dropped_connection_is_tried_again(tmp_path, fault):
    begun = time.monotonic()
    assert get(Item(CSV, faults=[fault]), tmp_path).path.read_bytes() == CSV
    assert time.monotonic() - begun < 4


def test_server_that_never_recovers_is_given_up_and_the_old_file_stays(tmp_path):
    (tmp_path / "file.csv").write_bytes(b"old")
    with pytest.raises(DataError, match="Allowed: an answer within 4 attempts"):
        get(Item(CSV, faults=[("status", 503, {})] * 9), tmp_path)
    assert (tmp_path / "file.csv").read_bytes() == b"old"


def test_retry_after_is_honoured(tmp_path):
    item = Item(CSV, faults=[("status", 429, {"Retry-After": "1"})])
    get(item, tmp_path)
    assert item.asked[1][1] - item.asked[0][1] >= 1


def test_long_retry_after_is_said_not_slept(tmp_path):
    item = Item(CSV, faults=[("status", 429, {"Retry-After": "3600"})])
    with pytest.raises(content.FetchError, match=r"wait 3600 seconds.*try again later"):
        get(item, tmp_path)
    assert len(item.asked) == 1


@pytest.mark.parametrize("status", [403, 404, 410])
def test_refusal_is_not_tried_again(tmp_path, status):
    item = Item(CSV, faults=[("status", status, {})])
    with pytest.raises(content.FetchError, match=f"the server answers {status}"):
        get(item, tmp_path)
    assert len(item.asked) == 1
    assert only(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "item", "found"),
    [
        ("a.csv", Item(b"<!DOCTYPE html><p>Sorry", kind="text/html; charset=utf-8"), "a web page"),
        ("a.csv", Item(b"\xef\xbb\xbf \n<html><p>Sorry", kind="text/csv"), "a web page"),
        ("a.csv", Item(zipped()), "PK"),
        ("a.csv", Item(b"", length=True), "an empty file"),
        ("a.xlsx", Item(b"a,b\n1,2\n"), "a,b"),
        ("a.xlsx", Item(zipped()[:-30]), "not a zip file"),
        ("a.xls", Item(b"a,b\n1,2\n"), "a,b"),
        ("a.ods", Item(zipped().replace(b"rowsrows", b"rowsROWS", 1)), "damaged"),
    ],
)
def test_content_of_another_kind_is_refused(tmp_path, name, item, found):
    with pytest.raises(content.FetchError, match=found):
        get(item, tmp_path, name=name)
    assert not (tmp_path / name).exists()
    assert not [file for file in only(tmp_path) if file.endswith(".part")]


def test_workbooks_of_both_kinds_pass(tmp_path):
    assert get(Item(zipped(), kind="application/zip"), tmp_path, name="a.xlsx").bytes > 0
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert get(Item(old, kind="application/vnd.ms-excel"), tmp_path, name="a.xls").bytes == len(old)


def test_too_large_a_file_is_refused(tmp_path):
    small = fetch.Manners(pause=0, largest=1000, attempts=1)
    for length in (True, False):
        with pytest.raises(content.FetchError, match=r"1,000 (bytes )?at most"):
            get(Item(CSV, length=length), tmp_path, manners=small)
    assert not (tmp_path / "file.csv").exists()


def test_redirects_are_followed_and_bounded(tmp_path):
    items = {"/old": Item(location="/new"), "/new": Item(CSV), "/loop": Item(location="/loop")}
    with serving(items) as base, fetch.Session(QUICK) as using:
        got = fetch.fetch(f"{base}/old", tmp_path / "a.csv", using=using)
        assert got.bytes == len(CSV)
        with pytest.raises(content.FetchError, match="5 redirects"):
            fetch.fetch(f"{base}/loop", tmp_path / "b.csv", using=using)


def test_page_gives_text_and_final_address():
    items = {
        "/": Item(location="/home/"),
        "/home/": Item("<html>£5</html>".encode(), kind="text/html; charset=utf-8"),
        "/data": Item(CSV),
    }
    with serving(items) as base, fetch.Session(QUICK) as using:
        assert fetch.page(f"{base}/", using=using) == ("<html>£5</html>", f"{base}/home/")
        with pytest.raises(content.FetchError, match="Allowed: a web page"):
            fetch.page(f"{base}/data", using=using)
        with pytest.raises(content.FetchError, match="http or https"):
            fetch.page("file:///etc/passwd", using=using)


def test_server_that_is_not_there_is_said():
    with (
        fetch.Session(QUICK) as using,
        pytest.raises(content.FetchError, match="an answer within 4 attempts"),
    ):
        fetch.page("http://127.0.0.1:9/", using=using)
