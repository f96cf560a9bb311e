"""Comma-separated releases: what is no whole file of its kind is refused with the row and what was found."""

import gzip

import pytest

from analysis.data import DataError
from analysis.ingest import files

WHOLE = b'code,beds\nRAA,"1,234"\n\nRBB, 5 \n'


def read(folder, content, *, name="a.csv", **more):
    path = folder / name
    path.write_bytes(content)
    return files.read_csv(path, ["code", "beds"], **more)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", WHOLE), ("a.csv", b"\xef\xbb\xbf" + WHOLE), ("a.csv.gz", gzip.compress(WHOLE, mtime=0)), ("a.csv", WHOLE.replace(b"\n", b"\r\n"))],
)  # fmt: skip
def test_records_are_texts_by_their_line(tmp_path, name, content):
    rows = read(tmp_path, content, name=name)
    assert rows.frame.to_dict("index") == {
        2: {"code": "RAA", "beds": "1,234"},
        4: {"code": "RBB", "beds": "5"},
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an empty file"),
        (b"code,beds\n", "no record"),
        (b"<html><body>404</body></html>", "row 1.*not a web page"),
        (WHOLE.decode().encode("utf-16"), "row 1.*UTF-8"),
        (WHOLE.replace(b"RBB", b"RB\xe9"), "row 4.*UTF-8"),
        (WHOLE[:-6], "row 4: found '1 fields'. Allowed: 2 fields"),
        (WHOLE.replace(b"RBB", b'"RBB'), "row 4.*complete quoted fields"),
        (WHOLE + b"RCC,1,5\n", "row 5: found '3 fields'"),
        (WHOLE.replace(b"beds", b"bed"), "row 1, column 'beds'"),
        (WHOLE.replace(b"beds", b"code"), "row 1, column 'code'"),
        (b"notes\n" + WHOLE, "row 1, column 'code'"),
    ],
)
def test_damage_is_refused_with_its_row(tmp_path, content, message):
    with pytest.raises(DataError, match=f"a.csv.*{message}|a.csv, {message}"):
        read(tmp_path, content)


def test_another_column_is_refused_unless_it_may_be_there(tmp_path):
    content = b"code,beds,note\nRAA,1,x\n"
    assert list(read(tmp_path, content).frame) == ["code", "beds"]
    assert len(read(tmp_path, content, others=["note"])) == 1
    with pytest.raises(DataError, match=r"row 1, column 'note': found 'an unknown heading'"):
        read(tmp_path, content, others=[])


def test_a_cut_archive_is_refused(tmp_path):
    with pytest.raises(DataError, match="a complete gzip file"):
        read(tmp_path, gzip.compress(WHOLE, mtime=0)[:-9], name="a.csv.gz")
