"""Official files of single periods: workbooks of A&E and KH03, SHMI of later years, laid over the tables."""

import io

import openpyxl
import pandas as pd
import pytest

from analysis.data import DataError, verify
from analysis.ingest import descriptions, later, pilots, refresh
from analysis.ingest.live import ae, ae_official, ae_workbook, kh03, kh03_workbook, shmi
from tests.release_files import ae_csv, ae_rows, book, kh03_book, kh03_rows, shmi_csv

CODES = [f"R{a}{b}" for a in "ABCDEFGHJK" for b in "1234567890"] + ["RX9"]
EVEN = [f"R{a}{b}" for a in "ABVEYZOSJP" for b in "1234567890"]


def put(folder, name, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def changed(content, sheet, cell, value):
    book = openpyxl.load_workbook(io.BytesIO(content))
    book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# A&E by provider


@pytest.mark.parametrize("within", [True, False])
def test_ae_workbook_gives_what_the_csv_gives(tmp_path, within):
    rows = ae_rows("August 2023", ["RAA", "RBB"], within=within)
    path = put(
        tmp_path,
        "August-2023-AE-by-provider-8ty6z.xls",
        book({"System Level Data": [["x"]], "Provider Level Data": rows}),
    )
    frame = ae_workbook.read_workbook(path).set_index("org_code")
    assert frame.index.tolist() == ["RAA", "RBB"]
    assert frame.loc["RAA"].drop(["flag", "month"]).astype(float).to_dict() == {
        "attendances": 1200,
        "over_4h": 1200 - 1080 if within else 280,
        "attendances_type1": 1000,
        "over_4h_type1": 100,
        "emergency_admissions_ae": 206,
        "emergency_admissions_other": 60,
        "waits_4_12h_dta": 40,
        "waits_12h_dta": 10,
    }
    csv = put(tmp_path, "August-2023-CSV.csv", ae_csv("AUGUST-2023", ["RAA"]))
    assert list(ae_official.read_official(csv)) == list(ae_workbook.read_workbook(path))


def test_ae_workbook_of_the_earlier_sheet_name_and_a_date(tmp_path):
    rows = ae_rows(pd.Timestamp("2016-02-01").to_pydatetime(), ["RAA", "RBB"], within=False)
    path = put(tmp_path, "February-2016.xlsx", book({"A&E Data": rows}))
    assert ae_workbook.read_workbook(path)["month"].tolist() == ["2016-02"] * 2


def test_pilot_trusts_dashes_are_missing(tmp_path):
    rows = ae_rows("August 2021", ["RAA", "RC9"])
    for column in range(8, 13):
        rows[-1][column] = "-"
        rows[16][column] = rows[-2][column] if column < 12 else "-"
    path = put(tmp_path, "August-2021-AE.xls", book({"Provider Level Data": rows}))
    frame = ae_workbook.read_workbook(path).set_index("org_code")
    assert frame.loc["RC9", ["over_4h", "over_4h_type1"]].isna().all()
    assert frame.loc["RC9", "flag"] == pilots.FLAG
    assert frame.loc["RAA", "over_4h"] == 120


@pytest.mark.parametrize(
    ("cell", "value", "row", "column", "words"),
    [
        ("F19", "1,000", 19, "F", "a whole number"),
        ("E19", 1000.5, 19, "E", "a whole number"),
        ("H19", 1201, 19, "H", "the sum of its types"),
        ("W17", 999, 17, None, None),
        ("E17", 2001, 17, "H", "the sum of its types"),
        ("U17", 101, 17, "U", "the sum over 2 providers"),
        ("B20", "RAA", 20, "B", "one row a key"),
        ("B20", "Trust", 20, "B", "a code like"),
        ("U16", "Patients in corridors", 16, "U", "a known heading"),
        ("F16", "Type 2 Departments", 16, None, None),
        ("G16", "Type 2 Departments", 16, "G", "a known heading"),
        ("C2", "July 2023", 2, "Period", "August 2023, as in the file name"),
        ("B16", "ODS", "1 to 30", None, "headings"),
        ("B2", "When", "1 to 16", "Period", "a line 'Period:'"),
    ],
)
def test_damaged_ae_workbook_is_refused_with_sheet_row_and_column(tmp_path, cell, value, row, column, words):
    content = changed(
        book({"Provider Level Data": ae_rows("August 2023", ["RAA", "RBB"])}),
        "Provider Level Data",
        cell,
        value,
    )
    path = put(tmp_path, "August-2023-AE-by-provider.xlsx", content)
    if words is None:
        ae_workbook.read_workbook(path)  # a cell beside the table, a heading in short: no damage
        return
    with pytest.raises(DataError) as caught:
        ae_workbook.read_workbook(path)
    assert caught.value.table == f"{path.name}, sheet 'Provider Level Data'"
    assert (caught.value.row, caught.value.column) == (row, column)
    assert words in str(caught.value)


def test_ae_workbook_without_a_known_sheet_or_before_months_is_refused(tmp_path):
    path = put(tmp_path, "August-2023-AE.xlsx", book({"Summary": [["x"]]}))
    with pytest.raises(DataError, match="a sheet 'Provider Level Data' or 'A&E Data'"):
        ae_workbook.read_workbook(path)
    path = put(tmp_path, "May-2015.xlsx", book({"A&E Data": ae_rows("May 2015", ["RAA"])}))
    with pytest.raises(DataError, match="months from 2015-06: before, returns were weekly"):
        ae_workbook.read_workbook(path)


def test_newest_version_of_a_month_is_taken_and_csv_before_workbook(tmp_path):
    put(tmp_path, "April-2023-CSV-abc12.csv", ae_csv("APRIL-2023", EVEN))
    put(tmp_path, "April-2023-revised-110523-abc12.csv", ae_csv("APRIL-2023", EVEN, attendances=1001))
    put(tmp_path, "April-2023-revised-130624-abc12.csv", ae_csv("APRIL-2023", EVEN, attendances=1002))
    put(tmp_path, "April-2023-AE-by-provider.xls", book({"Provider Level Data": ae_rows("April 2023", EVEN)}))
    assert [path.name for path in ae.later(tmp_path)] == ["April-2023-revised-130624-abc12.csv"]
    rows = ae.read_later(tmp_path)["ae_monthly"]
    assert set(rows["attendances_type1"]) == {1005}
    assert set(rows["source"]) == {"monthly official file"}
    put(tmp_path, "April-2023-revised.csv", ae_csv("APRIL-2023", EVEN))
    with pytest.raises(DataError, match="4 files for 2023-04"):
        ae.later(tmp_path)


def test_month_that_is_not_over_is_refused_in_later_files_too(tmp_path):
    put(tmp_path, "April-2099-CSV.csv", ae_csv("APRIL-2099", EVEN))
    with pytest.raises(DataError, match="a file for 2099-04"):
        ae.later(tmp_path)


# beds


def test_kh03_workbooks_give_both_kinds_and_england(tmp_path):
    put(tmp_path, "Beds-Open-Overnight-Web_File-Q3-2024-25.xlsx", kh03_book("2024-25", "December", CODES))
    put(
        tmp_path,
        "Beds-Open-Day-Only-Web_File-Q3-2024-25.xlsx",
        kh03_book("2024-25", "December", CODES, kind="day only"),
    )
    made = kh03.read_later(tmp_path)
    assert set(made["beds_overnight"]["quarter_end"]) == {"2024-12"}
    first = made["beds_overnight"].set_index("org_code").loc["RA1"]
    assert (first["general_acute_available"], first["general_acute_occupied"]) == (100.5, 90.5)
    england = made["beds_england"].iloc[0]
    assert england["overnight_total_available"] == pytest.approx(120.5 * len(CODES))
    assert england["day_total_occupied"] == pytest.approx(105.5 * len(CODES))
    for resource in map(descriptions.table, kh03.TABLES):
        content = refresh.to_csv(made[resource["name"]], resource)
        assert len(verify(resource, content)) == len(made[resource["name"]])


def test_kh03_quarter_of_march_is_in_the_next_calendar_year(tmp_path):
    path = put(tmp_path, "Beds-Open-Overnight-Web_File-Final-DE5WC.xls", kh03_book("2020-21", "March", CODES))
    assert kh03_workbook.read_workbook(path)[1]["quarter_end"] == "2021-03"
    assert kh03_workbook.period_of(path.name) is None


def test_kh03_one_kind_alone_leaves_the_other_out_of_england(tmp_path):
    put(tmp_path, "Beds-Open-Overnight-Web_File-Q3-2024-25.xlsx", kh03_book("2024-25", "December", CODES))
    made = kh03.read_later(tmp_path)
    assert set(made) == {"beds_overnight", "beds_england"}
    assert not [name for name in made["beds_england"] if name.startswith("day_")]


def test_kh03_revised_quarter_replaces_the_first_one(tmp_path):
    put(tmp_path, "Beds-Open-Overnight-Web_File-Q1-2024-25.xlsx", kh03_book("2024-25", "June", CODES))
    put(
        tmp_path,
        "Beds-Open-Overnight-Web_File-Q1-2024-25-revised.xlsx",
        kh03_book("2024-25", "June", CODES, beds=90),
    )
    assert set(kh03.read_later(tmp_path)["beds_overnight"]["general_acute_available"]) == {90}


@pytest.mark.parametrize(
    ("cell", "value", "row", "column", "words"),
    [
        ("H18", "n/a", 18, "H", "a number of at least 0"),
        ("G18", 500, 18, "G", "the sum of its categories"),
        ("M16", 1, 16, "M", "the sum"),
        ("S18", 88, 18, "S", "as a share of one"),
        ("E19", "RA1", 19, "E", "one row a key"),
        ("E19", "", 19, "E", "a code like"),
        ("C19", "September", 19, "Period End", "2024-12 throughout"),
        ("B19", "2024/25", 19, "Year, Period End", "a financial year like 2024-25"),
        ("I15", "Autism", 15, "Learning Disabilities", "one each of beds available"),
        ("G14", "Occupied", 14, "G", "available"),
        ("E15", "Provider", "1 to 30", None, "headings"),
        (
            "C1",
            "Average daily number of available and occupied beds open day only",
            "title",
            None,
            "overnight",
        ),
    ],
)
def test_damaged_kh03_workbook_is_refused_with_sheet_row_and_column(
    tmp_path, cell, value, row, column, words
):
    content = book({"NHS Trust by Sector": kh03_rows("2024-25", "December", ["RA1", "RA2"])})
    path = put(
        tmp_path,
        "Beds-Open-Overnight-Web_File-Q3-2024-25.xlsx",
        changed(content, "NHS Trust by Sector", cell, value),
    )
    with pytest.raises(DataError) as caught:
        kh03_workbook.read_workbook(path)
    assert caught.value.table == f"{path.name}, sheet 'NHS Trust by Sector'"
    assert (caught.value.row, caught.value.column) == (row, column)
    assert words in str(caught.value)


def test_kh03_quarter_of_another_name_is_refused(tmp_path):
    path = put(
        tmp_path, "Beds-Open-Overnight-Web_File-Q2-2024-25.xlsx", kh03_book("2024-25", "December", CODES)
    )
    with pytest.raises(DataError, match="overnight 2024-25 Q2, as in the file name"):
        kh03_workbook.read_workbook(path)


# SHMI


@pytest.mark.parametrize(
    "top", [(), ("Summary Hospital-level Mortality Indicator", "", "Period,Jan20-Dec20")]
)
def test_shmi_of_a_later_year(tmp_path, top):
    put(tmp_path, "SHMI data at trust level, Jan20-Dec20 (csv).csv", shmi_csv(EVEN, top=top))
    table = shmi.read_later(tmp_path)["shmi_yearly"]
    assert len(table) == 100
    assert table.iloc[0].tolist() == ["RA0", 2020, 1.05]
    resource = descriptions.table(shmi.TABLES[0])
    assert len(verify(resource, refresh.to_csv(table, resource))) == 100


def test_mortality_with_banding_comes_from_the_publishers_file_of_a_year_before_the_collected_one(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(shmi, "FEWEST", 2)
    put(tmp_path, "SHMI data at trust level, Jan24-Dec24 (csv).csv", shmi_csv(["RAA", "RBB"]))
    assert list(shmi.read_later(tmp_path)) == ["shmi_yearly"]
    head = "period,org_code,shmi_value,shmi_banding_label,observed_deaths,expected_deaths\n"
    put(
        tmp_path,
        "shmi_2025-01_2025-12.csv",
        f"{head}2025-01_2025-12,RAA,1.2,Higher than expected,2400,2000\n".encode(),
    )
    banded = shmi.read_later(tmp_path)["shmi_banded"]
    assert banded.values.tolist() == [["RAA", 2025, 1.2, "higher than expected", 2400, 2000]]
    put(tmp_path, "SHMI data at trust level, Jan25-Dec25 (csv).csv", shmi_csv(["RAA", "RBB"]))
    banded = shmi.read_later(tmp_path)["shmi_banded"]
    assert banded[["org_code", "shmi", "banding"]].values.tolist() == [
        ["RAA", 0.95, "as expected"], ["RBB", 1.05, "as expected"],
    ]  # fmt: skip


def test_shmi_workbook_of_a_later_year(tmp_path):
    lines = [
        line.split(",")
        for line in shmi_csv(EVEN).decode().replace('"TRUST, ', "TRUST ").replace('"', "").splitlines()
    ]
    rows = [["SHMI"], *[[]] * 9, *lines]
    put(tmp_path, "SHMI data at trust level, Jan20-Dec20 (xls).xlsx", book({"Title": [["x"]], "Data": rows}))
    assert len(shmi.read_later(tmp_path)["shmi_yearly"]) == 100


@pytest.mark.parametrize(
    ("old", "new", "row", "words"),
    [
        ("1.0500,2,50000,2100", "1.2500,2,50000,2100", 3, "observed / expected"),
        ("1.0500,2,50000,2100", "105,2,50000,2100", 3, "from 0.3 to 2.5"),
        ("1.0500,2,", "1.0500,7,", 3, "one of"),
        ('RA2,"TRUST', 'RA1,"TRUST', 3, "one row a key"),
        ("SHMI value", "SHMI", "1 to 30", "headings"),
    ],
)
def test_damaged_shmi_release_is_refused(tmp_path, old, new, row, words):
    put(
        tmp_path,
        "SHMI data at trust level, Jan20-Dec20 (csv).csv",
        shmi_csv(EVEN).decode().replace(old, new, 1).encode(),
    )
    with pytest.raises(DataError) as caught:
        shmi.read_later(tmp_path)
    assert caught.value.row == row
    assert words in str(caught.value)


def test_shmi_of_other_twelve_months_or_cut_short_is_refused(tmp_path):
    put(tmp_path, "SHMI data at trust level, Aug23-Jul24 (csv).csv", shmi_csv(EVEN))
    with pytest.raises(DataError, match="a calendar year from 2020"):
        shmi.later(tmp_path)
    put(tmp_path / "short", "SHMI data at trust level, Jan20-Dec20.csv", shmi_csv(EVEN[:60]))
    with pytest.raises(DataError, match="60 trusts"):
        shmi.read_later(tmp_path / "short")


# laid over a table

RESOURCE = {
    "name": "beds",
    "period": "month",
    "schema": {"primaryKey": ["org_code", "month"], "fields": []},
}
HELD = b"org_code,month,a,b\nRAA,2024-01,1,5\nRAA,2024-02,2,6\nRBB,2024-01,3,\nRBB,2024-02,4,8\n"


def test_overlay_replaces_whole_periods_and_keeps_the_rest():
    new = b"org_code,month,a,b\nRAA,2024-02,20,60\nRAA,2024-03,30,70\nRBB,2024-02,4,8\nRBB,2024-03,1,1\n"
    out = later.overlay(HELD, new, RESOURCE, given=["org_code", "month", "a", "b"], step=1)
    assert out == (
        b"org_code,month,a,b\nRAA,2024-01,1,5\nRAA,2024-02,20,60\nRAA,2024-03,30,70\n"
        b"RBB,2024-01,3,\nRBB,2024-02,4,8\nRBB,2024-03,1,1\n"
    )


def test_overlay_keeps_fields_that_the_release_does_not_have():
    new = b"org_code,month,a,b\nRAA,2024-02,20,\nRBB,2024-02,40,\nRCC,2024-02,1,\n"
    out = later.overlay(HELD, new, RESOURCE, given=["org_code", "month", "a"], step=1)
    assert b"RAA,2024-02,20,6\n" in out
    assert b"RCC,2024-02,1,\n" in out


def test_overlay_refuses_a_gap_and_a_part():
    fields = ["org_code", "month", "a", "b"]
    with pytest.raises(DataError, match="the release of 2024-03 too, as the table ends in 2024-02"):
        later.overlay(HELD, b"org_code,month,a,b\nRAA,2024-04,1,1\n", RESOURCE, given=fields, step=1)
    with pytest.raises(DataError, match="1 rows of 2024-03"):
        later.overlay(HELD, b"org_code,month,a,b\nRAA,2024-03,1,1\n", RESOURCE, given=fields, step=1)
    assert b"2024-04" in later.overlay(
        HELD, b"org_code,month,a,b\nRAA,2024-04,1,1\n", RESOURCE, given=fields, step=None
    )


def test_sources_of_replaced_periods_are_dropped(tmp_path):
    held = [
        {"title": "a_2024-01.csv", "hash": "1"},
        {"title": "b_2024-02.csv", "hash": "2"},
        {"title": "all.csv", "hash": "3"},
    ]
    file = put(tmp_path, "c_2024-02-revised.csv", b"x")

    def period_of(name):
        return "2024-02" if "2024-02" in name else None

    assert [source["title"] for source in later.sources(held, [file], period_of=period_of)] == [
        "a_2024-01.csv", "all.csv", "c_2024-02-revised.csv",
    ]  # fmt: skip
