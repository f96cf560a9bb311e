"""The checker of official files: each kind of fault is refused with place, row, column, found and allowed."""

import math

import pandas as pd
import pytest

from analysis.data import DataError
from analysis.ingest import checks
from analysis.ingest.checks import Rows

LINES = [3, 5, 9]  # numbers of the rows in the file


def rows(*cells, name="n", dtype="str"):
    frame = pd.DataFrame({name: list(cells)}, index=LINES[: len(cells)], dtype=dtype)
    return Rows("file.csv", frame, {"n": "Number of beds"})


def refused(act):
    with pytest.raises(DataError) as caught:
        act()
    error = caught.value
    return error.table, error.row, error.column, error.found, error.allowed


@pytest.mark.parametrize(
    ("text", "more", "value"),
    [
        ("5", {}, 5),
        ("-1.5e-3", {"low": -math.inf}, -0.0015),
        ("1,234,567.5", {"grouped": True}, 1234567.5),
        ("NA", {}, math.nan),
        ("*", {"missing": ("*",)}, math.nan),
        ("0", {"low": 0, "high": 0}, 0),
    ],
)
def test_a_plain_number_is_read(text, more, value):
    assert checks.number(rows(text), "n", **more).tolist() == pytest.approx([value], nan_ok=True)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("1,5", {}),
        ("1,234", {}),
        ("12,34", {"grouped": True}),
        ("5%", {}),
        ("5 beds", {}),
        ("٣", {}),  # a digit of another script
        ("\uff15", {}),  # a wide digit
        ("\u0967\u0968", {}),
        ("5.96E+05", {}),  # as a spreadsheet rounds 596,123
        ("5.96e5", {}),
        ("6E-02", {}),
        ("1e999", {}),
        ("1" + "0" * 400, {}),
        ("inf", {}),
        ("-1", {}),
        ("1.5", {"whole": True}),
        ("2", {"high": 1}),
        ("", {"required": True}),
        ("#REF!", {}),
        ("-", {}),
    ],
)
def test_what_is_no_such_number_is_refused_in_its_row(text, more):
    place = refused(lambda: checks.number(rows("1", text), "n", **more))
    assert place[:4] == ("file.csv", 5, "Number of beds", text)
    assert place[4].startswith("a whole number from" if more.get("whole") else "a number from")


@pytest.mark.parametrize("cell", ["5", True, "#N/A", math.inf, "n/a", "5.96E+05", "\u0665"])
def test_a_text_among_the_numbers_of_a_sheet_is_none(cell):
    place = refused(lambda: checks.number(rows(1, cell, dtype="object"), "n", missing=("",)))
    assert place[1:3] == (5, "Number of beds")
    assert checks.number(rows(1, None, 2.5, dtype="object"), "n", missing=("",)).isna().tolist() == [
        False,
        True,
        False,
    ]


DAYS = {"14/08/2024": "%d/%m/%Y", "2024-08-14": "%Y-%m-%d"}


def test_days_are_of_the_calendar_in_a_known_form_and_in_time():
    read = checks.day(rows("01/02/2024", "2024-02-29", ""), "n", forms=DAYS, last="2024-12-31", blank=True)
    assert read.tolist() == ["2024-02-01", "2024-02-29", ""]


@pytest.mark.parametrize(
    "text",
    ["", "31/02/2024", "2023-02-29", "2024-8-14", "14.08.2024", "2024-12-32", "2012-01-01", "2025-01-01"],
)
def test_another_day_is_refused(text):
    read = rows("2024-01-01", text)
    place = refused(lambda: checks.day(read, "n", forms=DAYS, first="2013-01-01", last="2024-12-31"))
    assert place[1:4] == (5, "Number of beds", text)


@pytest.mark.parametrize(
    ("act", "row", "found"),
    [
        (lambda: checks.code(rows("RAA", "raa"), "n"), 5, "raa"),
        (lambda: checks.month(rows("2020-01", "2020-13"), "n", first="2020-01", last="2021-12"), 5, "2020-13"),
        (lambda: checks.month(rows("2020-01", "2022-01"), "n", first="2020-01", last="2021-12"), 5, "2022-01"),
        (lambda: checks.one_of(rows("a", "c"), "n", ["a", "b"]), 5, "c"),
        (lambda: checks.unique(rows("a", "b", "a"), ["n"]), 9, "a twice"),
        (lambda: checks.near(rows("1"), "n", pd.Series([1.0], [3]), pd.Series([1.2], [3]), within=0.1, allowed="x"), 3, 1),
        (lambda: checks.equal(rows("1"), "n", pd.Series([1.0], [3]), pd.Series([math.nan], [3])), 3, 1),
        (
            lambda: checks.whole_or_none(rows("a", "b"), pd.DataFrame({"n": [False, True], "m": [False, False]}, LINES[:2]), "x", found="NA"),
            5,
            "NA",
        ),
        (
            lambda: checks.sums(rows("", "", ""), pd.DataFrame({"n": [1.0, 2.0, 4.0]}, LINES), pd.Series([False, False, True], LINES)),
            9,
            "4",
        ),
    ],
)  # fmt: skip
def test_each_check_names_the_row_the_column_and_what_it_found(act, row, found):
    assert refused(act)[:4] == ("file.csv", row, "Number of beds", found)


def test_a_closed_collection_has_its_size_and_another_any():
    checks.size(rows("a", "b"), None)
    checks.size(rows("a", "b"), 2)
    assert refused(lambda: checks.size(rows("a", "b"), 3))[1] == 5


def test_only_some_rows_keep_their_numbers():
    kept = rows("1", "x", "x").only(pd.Series([True, False, True], LINES))
    assert (len(kept), refused(lambda: checks.number(kept, "n"))[1]) == (2, 9)
