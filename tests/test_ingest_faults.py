"""Files that are damaged, hostile or unreadable end in the module's own error, short, naming the file itself."""

import gzip
import io
import random
import zipfile

import pytest

from analysis.data import DataError
from analysis.ingest import files, sheets
from analysis.ingest.net import content
from tests.release_files import book, xls

CSV = b"code,count\n" + b"".join(b"R%02d,%d\n" % (i, i) for i in range(50))


def unpacks(size):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(size))
    return out.getvalue()


def locked():
    raw = bytearray(unpacks(100))
    raw[6] |= 1
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    return bytes(raw)


FAULTS = {
    "utf-16 without mark": ("a.csv", CSV.decode().encode("utf-16-le") * 300),
    "a line of 200 kB": ("a.csv", b"code,count\nR01," + b"1" * 200_000 + b"\n"),
    "a heading of 200 kB": ("a.csv", b"x" * 100_000 + b",count\nR01,1\n"),
    "thousands of headings": ("a.csv", b",".join(b"h%d" % i for i in range(5000)) + b"\n1\n"),
    "no gzip": ("a.csv.gz", CSV),
    "a gzip cut short": ("a.csv.gz", gzip.compress(CSV)[:-12]),
    "a gzip that unpacks a thousandfold": ("a.csv.gz", gzip.compress(bytes(60_000_000))),
    "a zip that unpacks a thousandfold": ("a.xlsx", unpacks(60_000_000)),
    "a zip with a password": ("a.xlsx", locked()),
    "a zip of something else": ("a.xlsx", unpacks(100)),
    "a workbook cut short": ("a.xlsx", book({"a": [["code"], ["R01"]]})[:-30]),
    "an old workbook cut short": ("a.xls", xls({"a": [["code"], ["R01"]]})[:700]),
    "nothing": ("a.xlsx", b""),
    "a folder": ("a.csv", None),
}


def read(path):
    if path.name.split(".")[1] == "csv":
        return files.read_csv(path, ["code", "count"])
    return sheets.read(path)


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_fault_is_one_short_sentence_that_names_the_file(tmp_path, fault):
    name, raw = FAULTS[fault]
    path = tmp_path / name
    path.mkdir() if raw is None else path.write_bytes(raw)
    with pytest.raises(DataError) as error:
        read(path)
    assert str(error.value).startswith(name)
    assert len(str(error.value)) < 2500
    assert "\n" not in str(error.value)


def test_a_file_with_old_line_ends_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(CSV.replace(b"\n", b"\r"))
    assert len(read(path)) == 50


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls"])
@pytest.mark.parametrize("seed", range(12))
def test_flipped_bytes_never_end_in_another_error(tmp_path, name, seed):
    rng = random.Random(seed)
    make = book if name == "a.xlsx" else xls
    raw = bytearray(make({"a": [["code", "count"], *[[f"R{i:02d}", i] for i in range(40)]]}))
    for _ in range(rng.choice([1, 5, 40])):
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    path = tmp_path / name
    path.write_bytes(raw)
    found = ""
    try:
        read(path)
    except DataError as error:
        found = str(error)
    assert found.startswith(name if found else "")


def test_a_download_that_unpacks_a_thousandfold_is_refused(tmp_path):
    path = tmp_path / "a.part"
    path.write_bytes(unpacks(60_000_000))
    with pytest.raises(DataError, match="unpack to"):
        content.check(path, "a.zip", address="https://www.england.nhs.uk/a.zip")
