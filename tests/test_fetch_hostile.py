"""A hostile server gains nothing: no file elsewhere, no request inward, no time or memory without end."""

import socket
import time
from dataclasses import replace

import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest.net import content, fetch, links, pages, source, ways
from tests import test_pages
from tests.local_web import Item, serving

QUICK = fetch.Manners(
    connect=1, read=1, attempts=2, pause=0, back_off=0.01, longest=1, total=1.2, total_page=1.2,
    largest=50_000, largest_page=20_000,
)  # fmt: skip
HTML = "text/html; charset=utf-8"
RATINGS = "/www.cqc.org.uk/about-us/transparency/using-cqc-data"


def refused(items, path="/a", *, page=True, tmp_path=None, manners=QUICK, way=None):
    """Return (message, seconds) of an address that must be refused with the module's own error."""
    begun = time.monotonic()
    with serving(items) as base, fetch.Session(manners) as using:
        target = [] if page else [tmp_path / "a.csv"]
        with pytest.raises(content.FetchError) as error:
            (fetch.page if page else fetch.fetch)(base + path, *target, using=using, way=way)
    return str(error.value), time.monotonic() - begun


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fout_{}", "%2ftmp%2f{}", "..%5c..%5c{}", "%252e%252e%252f{}", "{}%00b.ods", "%2e%2e%2f{}", "a%0a{}", "-rf{}",
        ".hidden{}", "a" * 300 + "{}", "%D9%A0{}", "a%7c{}", "a%3b{}", "$(id){}", "~{}", "x..{}", "%c0%ae%c0%ae%c0%af{}",
    ],
)  # fmt: skip
def test_a_name_with_anything_but_plain_characters_is_refused_and_nothing_is_written(tmp_path, name):
    link = "/www.cqc.org.uk/files/" + name.format("01_September_2026_Latest_ratings.ods")
    items = {RATINGS: Item(test_pages.html(("x", "https:/" + link)).encode(), kind=HTML)}
    with serving(items) as base, pytest.raises(DataError, match=r"Allowed: letters, digits"):
        source.download(
            data.FOLDER, cache=tmp_path / "deep" / "x", base=base, only=["cqc_ratings"], manners=QUICK
        )
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_names_in_use_pass():
    for name in (
        "April 2023 A&E, provider (v2).csv",
        "NHS-Staff-Survey-benchmark-2020\u20132024.xlsx",
        "etr.zip",
    ):
        assert links.NAME.fullmatch(name)


@pytest.mark.parametrize(
    "to",
    [
        "https://example.org/a", "http://www.cqc.org.uk/a", "http://169.254.169.254/latest/meta-data", "https://127.0.0.1/a",
        "file:///etc/passwd", "ftp://www.cqc.org.uk/a", "https://www.cqc.org.uk@example.org/", "https://example.org\\@www.cqc.org.uk/",
        "https://www.cqc.org.uk:22/", "https://[bad/", "//example.org/a", "https://www.cqc.org.uk.example.org/", "javascript:1",
        "https://xcqc.org.uk/", "http://localhost:22/", "http://[::1]/", "https://2130706433/", "data:text/html,x", "/elsewhere",
        "https://www.cqc.org.uk/" + "a" * 5000, "https://ünïcode.cqc.org.uk\u2100/",
    ],
)  # fmt: skip
def test_a_redirect_elsewhere_is_refused_before_it_is_followed(to):
    target = Item(b"<html>", kind=HTML)
    items = {"/a": Item(location=to.encode("utf-8").decode("latin-1")), "/elsewhere": target}
    with serving(items) as base, fetch.Session(QUICK) as using:
        items["/www.cqc.org.uk/a"] = items["/a"]
        way = ways.Way(("cqc.org.uk",), base)
        with pytest.raises(content.FetchError) as error:
            fetch.page(f"{base}/www.cqc.org.uk/a", using=using, way=way)
    assert "a redirect to" in str(error.value)
    assert len(str(error.value)) < 700
    assert not target.asked


def test_redirects_within_the_publication_are_followed():
    items = {
        "/www.cqc.org.uk/a": Item(location="/api.cqc.org.uk/b"),
        "/api.cqc.org.uk/b": Item(b"<html>x</html>", kind=HTML),
    }
    with serving(items) as base, fetch.Session(QUICK) as using:
        way = ways.Way(("cqc.org.uk",), base)
        assert fetch.page(f"{base}/www.cqc.org.uk/a", using=using, way=way)[1].endswith("/b")


@pytest.mark.parametrize(
    "inward",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "100.64.0.1",
        "0.0.0.0",
    ],
)
def test_a_public_name_that_leads_inward_is_refused_before_a_byte_is_sent(monkeypatch, inward):
    sent = []

    class Line:
        def getpeername(self):
            return (inward, 443)

        def sendall(self, content):
            sent.append(content)

        def close(self):
            sent.append("closed")

    monkeypatch.setattr("urllib3.util.connection.create_connection", lambda *_, **__: Line())
    with fetch.Session(QUICK) as using, pytest.raises(content.FetchError, match="a machine of this network"):
        fetch.page("https://www.cqc.org.uk/", using=using, way=ways.Way(("cqc.org.uk",)))
    assert sent == ["closed"]


def test_a_name_that_resolves_to_this_machine_is_refused(monkeypatch):
    item = Item(b"<html>", kind=HTML)
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1", *rest, **more))
    with serving({"/": item}) as base, fetch.Session(QUICK) as using:
        address = base.replace("127.0.0.1", "www.cqc.org.uk") + "/"
        with pytest.raises(content.FetchError, match="a machine of this network"):
            using.get(address)
    assert not item.asked


@pytest.mark.parametrize("fault", [("drip", 0.05), ("head", 0.02), ("stall", 10)])
@pytest.mark.parametrize("page", [True, False])
@pytest.mark.parametrize("length", [True, False])
def test_single_bytes_do_not_hold_a_transfer_open(tmp_path, fault, page, length):
    item = Item(b"<html>" + b"a" * 5000, kind=HTML if page else "text/csv", faults=[fault] * 9, length=length)
    message, seconds = refused({"/a": item}, page=page, tmp_path=tmp_path)
    assert seconds < 3
    assert "seconds" in message or "fell silent" in message
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize(
    "charset", ["x-none", "rot13", "zip", "idna", "punycode", "unicode_escape", "a" * 5000, "\xff"]
)
def test_an_odd_charset_is_an_error_in_words(charset):
    message, _ = refused({"/a": Item(b"<html>\xff", kind=f"text/html; charset={charset}")})
    assert "charset" in message
    assert len(message) < 400


@pytest.mark.parametrize(
    ("more", "page"),
    [
        ({"Content-Length": "9" * 15}, False),
        ({"Content-Encoding": "gzip"}, True),
        ({"Content-Encoding": "gzip"}, False),
    ],
)
def test_odd_headers_are_errors_in_words(tmp_path, more, page):
    refused(
        {"/a": Item(b"<html>" if page else b"a,b\n", kind=HTML if page else "text/csv", more=more)},
        page=page,
        tmp_path=tmp_path,
    )
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("length", ["9" * 5000, "\xb2", "-1", "x"])
def test_a_length_that_is_no_number_is_no_length(tmp_path, length):
    with (
        serving({"/a": Item(b"a,b\n", more={"Content-Length": length})}) as base,
        fetch.Session(QUICK) as using,
    ):
        assert fetch.fetch(f"{base}/a", tmp_path / "a.csv", using=using).bytes == 4


@pytest.mark.parametrize("asked", ["\xb2", "9" * 400, "Mon, 99 Jan 99999 00:00:00 GMT", "-1", "soon"])
def test_an_odd_time_to_wait_is_no_traceback(asked):
    refused({"/a": Item(b"<html>", kind=HTML, faults=[("status", 503, {"Retry-After": asked})] * 9)})


def test_a_page_without_end_is_refused():
    message, _ = refused({"/a": Item(b"<html>" * 20_000, kind=HTML, length=False)})
    assert "20,000 bytes at most" in message


def test_links_that_are_no_addresses_are_passed_over():
    page = test_pages.html(
        ("x", "http://[bad"), ("y", "https://a\u2100b/"), ("z", "https://www.cqc.org.uk/#%")
    )
    found = {link.address for link in links.links(page, "https://www.cqc.org.uk/")}
    assert found == {"https://www.cqc.org.uk/"}


def test_each_publication_has_its_own_hosts_alone():
    hosts = {publication.name: publication.hosts for publication in pages.PUBLICATIONS}
    assert hosts["ae"] == hosts["kh03"] == ("england.nhs.uk",)
    assert hosts["cqc_ratings"] == ("cqc.org.uk",)
    assert all(len(own) == 1 for own in hosts.values())


def test_the_limit_of_time_is_for_all_attempts_together(tmp_path):
    many = replace(QUICK, attempts=50, read=0.3)
    _, seconds = refused(
        {"/a": Item(b"a,b\n" * 99, faults=[("stall", 9)] * 99)}, page=False, tmp_path=tmp_path, manners=many
    )
    assert seconds < 3
