"""Workbooks of the three kinds give the same cells; an error is no blank; damage stops no process."""

import contextlib
import datetime
import io
import random
import zipfile

import openpyxl
import pytest

from analysis.data import DataError
from analysis.ingest import checks, sheets
from tests.release_files import book, ods, xls, zipped

ROWS = [["Code", "Beds"], ["RAA", 5], ["RBB", 2.5]]


def put(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


def beds(path):
    sheet = sheets.headed(sheets.read(path), ["Data"], ["Code", "Beds"], file=path.name)
    columns = {name.lower(): sheets.column(sheet, name) for name in ("Code", "Beds")}
    return sheets.records(sheet, columns, texts=("code",))


@pytest.mark.parametrize(("name", "made"), [("a.xlsx", book), ("a.xls", xls)])
def test_cells_are_texts_numbers_and_days_whatever_the_kind_and_the_ending(tmp_path, name, made):
    day = datetime.datetime(2020, 4, 1)
    grids = sheets.read(put(tmp_path, name, made({"One": [], "Two": [[None, "a", 5, 2.5], [], [day]]})))
    assert list(grids) == ["One", "Two"]
    assert grids["Two"] == [[None, "a", 5, 2.5], [None] * 4, [day, None, None, None]]
    assert [type(cell) for cell in grids["Two"][0]] == [type(None), str, int, float]
    assert checks.number(beds(put(tmp_path, "wrong.xls", book({"Data": ROWS}))), "beds").tolist() == [5, 2.5]


def test_hidden_sheets_are_read_and_merged_cells_stand_in_the_first(tmp_path):
    made = openpyxl.Workbook()
    made.active["A1"] = "over two"
    made.active.merge_cells("A1:B1")
    made.active["C2"] = 1
    made.create_sheet("Kept back").sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    grids = sheets.read(put(tmp_path, "a.xlsx", out.getvalue()))
    assert list(grids) == ["Sheet", "Kept back"]
    assert grids["Sheet"] == [["over two", None, None], [None, None, 1]]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"])
@pytest.mark.parametrize(("name", "made"), [("a.xlsx", book), ("a.xls", xls)])
@pytest.mark.parametrize("missing", [(), ("", "-", "N/A")])
def test_a_cell_with_an_error_is_neither_a_number_nor_a_blank(tmp_path, name, made, error, missing):
    rows = beds(put(tmp_path, name, made({"Other": [["#REF!"]], "Data": [*ROWS, ["RCC", error]]})))
    with pytest.raises(DataError) as caught:
        checks.number(rows, "beds", missing=missing)
    found = caught.value
    assert (found.table, found.row, found.column, found.found) == (f"{name}, sheet 'Data'", 4, "B", error)


def test_an_error_in_an_opendocument_workbook_is_refused(tmp_path):
    plain = '<table:table-cell office:value-type="string"><text:p>5</text:p>'
    fault = '<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#REF!</text:p>'
    content = ods({"Data": [["Code", "Beds"], ["RAA", "5"]]})
    path = put(tmp_path, "a.ods", content)
    assert sheets.read(path)["Data"][1] == ["RAA", "5"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["content.xml"] = parts["content.xml"].replace(plain.encode(), fault.encode())
    with pytest.raises(
        DataError, match=r"b.ods, sheet 'Data': found 'an error of the spreadsheet \(#REF!\)'"
    ):
        sheets.read(put(tmp_path, "b.ods", zipped(parts)))


def test_a_stray_cell_in_the_last_corner_is_refused_soon(tmp_path):
    made = openpyxl.Workbook()
    made.active["A1"] = made.active["XFD1048576"] = 1
    out = io.BytesIO()
    made.save(out)
    with pytest.raises(DataError, match="a complete workbook"):
        sheets.read(put(tmp_path, "a.xlsx", out.getvalue()))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xls", xls({"Data": ROWS})), ("a.xlsx", book({"Data": ROWS})), ("a.ods", ods({"Data": [["a"]]}))],
)
def test_damage_is_refused_in_words_or_harmless(tmp_path, name, content, seed):
    draw = random.Random(seed)
    for _ in range(5):
        spoilt = bytearray(content)
        for _ in range(draw.randint(1, 30)):
            spoilt[draw.randrange(len(spoilt))] = draw.randrange(256)
        path = put(tmp_path, name, bytes(spoilt[: draw.randint(1, 2 * len(spoilt))]))
        with contextlib.suppress(DataError):
            assert isinstance(sheets.read(path), dict)
