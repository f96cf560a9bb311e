"""Coded excerpts in a CSV file: read strictly, as the same result as a REFI-QDA project."""

import pytest

from analysis.methods.coding.agreement_themes import by_theme
from analysis.methods.coding.excerpts import read_excerpts
from analysis.methods.coding.project import CodedError

GOOD = "source,start,end,excerpt,code,coder,date\n" + (
    "S1,0,4,Yes!,mood,A,2024-01-31\nS1,0,4,Yes!,mood,B,\nS1,5,8,no\U0001f600,money,A,\nS2,0,2,ab,mood,A,\n"
)


def put(tmp_path, text):
    path = tmp_path / "site.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_rows_become_codings_selections_and_a_matrix(tmp_path):
    found = read_excerpts(put(tmp_path, GOOD))
    assert (len(found.codings), len(found.selections)) == (4, 3)
    assert found.matrix().loc["mood"].to_dict() == {"S1": 2, "S2": 1}
    assert found.matrix(count="selections").loc["mood"].to_dict() == {"S1": 1, "S2": 1}
    assert found.codings["date"].tolist()[0] == "2024-01-31"
    assert found.codings["date"].isna().sum() == 3
    assert by_theme(found.units()).units == 1
    assert "Yes" not in repr(found)


def test_excerpts_without_positions_are_matched_by_their_words(tmp_path):
    text = 'source,excerpt,code,coder\nS1,"one, two\nthree",x,A\nS1,"one, two\nthree",x,B\nS2,"one, two\nthree",x,B\n'
    found = read_excerpts(put(tmp_path, text))
    assert len(found.selections) == 2
    assert found.selections["start"].isna().all()
    assert found.matrix(count="selections").loc["x"].tolist() == [1, 1]
    assert len(found.units()["unit"].unique()) == 2


def test_byte_order_mark_windows_lines_and_positions_alone(tmp_path):
    raw = b"\xef\xbb\xbf" + b"source,start,end,code,coder\r\nS1,0,4,x,A\r\n"
    assert len(read_excerpts(put(tmp_path, raw)).codings) == 1
    assert read_excerpts(put(tmp_path, "source,start,end,code,coder\n")).matrix().empty


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "row 1: found columns \\[\\]"),
        (GOOD.replace("coder", "rater"), "rater"),
        (GOOD.replace("date", "code"), "each once"),
        ("source,start,code,coder\n", "Allowed"),
        (GOOD.replace("S2,0", "S2,x"), "row 5, column 'start': found 'x'"),
        (GOOD.replace("S2,0,2", "S2,2,2"), "row 5: found start 2 and end 2"),
        (GOOD.replace("ab,mood", "abc,mood"), "row 5, column 'excerpt': found 3 characters"),
        (GOOD.replace("ab,mood", "ab,"), "row 5, column 'code'"),
        (GOOD.replace("ab,mood", "ab,mood "), "row 5, column 'code'"),
        (GOOD.replace("2024-01-31", "31/01/2024"), "row 2, column 'date'"),
        (GOOD.replace("2024-01-31", "2024-02-31"), "row 2, column 'date'"),
        (GOOD + "S2,0,2,ab,mood,A,\n", "row 6: the same coding as row 5"),
        (GOOD + "S2,0,2,xy,money,A,\n", "row 6, column 'excerpt': differs from row 5"),
        (GOOD + "S2,0,2\n", "row 6: found 3 cells"),
        (GOOD.encode("utf-16"), "not UTF-8"),
    ],
)
def test_anything_else_is_refused_with_row_and_column(tmp_path, text, words):
    with pytest.raises(CodedError, match=words):
        read_excerpts(put(tmp_path, text))


def test_an_absent_file(tmp_path):
    with pytest.raises(CodedError, match=r"gone.csv: cannot be read"):
        read_excerpts(tmp_path / "gone.csv")
