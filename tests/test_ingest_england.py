import datetime

import openpyxl
import pandas as pd
import pytest

from analysis.data import DataError, load, verify
from analysis.ingest import descriptions
from analysis.ingest.live import england_ae, england_rtt
from tests.release_files import xls

AE_NAME = "Monthly-AE-Time-Series-June-2019.xls"
RTT_NAME = "RTT_TS_data.xlsx"
TYPES = (
    "Type 1 Departments - Major A&E",
    "Type 2 Departments - Single Specialty",
    "Type 3 Departments - Other A&E/Minor Injury Unit",
)


def months(first, last):
    return [period.to_timestamp().to_pydatetime() for period in pd.period_range(first, last, freq="M")]


def ae_sheets():
    """August 2010 to June 2019; in the last two months 40 of type 1's 100 attendances are the pilots'."""
    head = [[None] * 14 for _ in range(12)]
    activity = [
        *head,
        [None, None, "A&E attendances", None, None, None, "Emergency Admissions"],
        [
            *(None, "Period", *TYPES, "Total Attendances"),
            "Emergency Admissions via Type 1 A&E",
            "Emergency Admissions via Type 2 A&E",
            "Emergency Admissions via Type 3 and 4 A&E",
            "Total Emergency Admissions via A&E",
            "Other Emergency Admissions (i.e not via A&E)",
            "Total Emergency Admissions",
            "Number of patients spending >4 hours from decision to admit to admission",
            "Number of patients spending >12 hours from decision to admit to admission",
        ],
    ]
    for month in months("2010-08", "2019-06"):
        activity.append([None, month, 100, 20, 50.5, 170.5, 30, 2, 1, 33, 12, 45, 9, 4])
    performance = [
        *head,
        [
            *(None, None),
            "A&E attendances less than 4 hours from arrival to admission, transfer or discharge",
            *(None, None, None),
            "A&E attendances greater than 4 hours from arrival to admission, transfer or discharge",
            *(None, None, None),
            "Percentage of attendances within 4 hours",
        ],
        [
            *(None, "Period", *TYPES, "Total Attendances < 4 hours", *TYPES, "Total Attendances > 4 hours"),
            "Percentage in 4 hours or less (all)",
            "Percentage in 4 hours or less (type 1)",
        ],
    ]
    for month in months("2010-11", "2019-06"):
        within = 50 if month >= datetime.datetime(2019, 5, 1) else 90
        share, share1 = (within + 70) / (within + 80.5), within / (within + 10)
        performance.append([None, month, within, 20, 50, within + 70, 10, 0, 0.5, 10.5, share, share1])
    return {"Activity": activity, "Performance": performance, "Notes": [["Notes:"]]}


@pytest.fixture
def sheets():
    return ae_sheets()


def read_ae(folder, sheets, name=AE_NAME):
    (folder / name).write_bytes(xls(sheets))
    return england_ae.read(folder)["ae_england_monthly"]


def test_series_has_counts_and_their_denominator(tmp_path, sheets):
    table = read_ae(tmp_path, sheets).set_index("month")
    assert table.index.tolist() == [f"{month:%Y-%m}" for month in months("2010-08", "2019-06")]
    measured = ["attendances_with_4h", "over_4h", "attendances_type1_with_4h", "over_4h_type1"]
    assert table.loc["2010-08", ["attendances", "attendances_type1"]].tolist() == [170.5, 100]
    assert table.loc["2010-10", measured].isna().all()
    assert table.loc["2019-04", measured].tolist() == [170.5, 10.5, 100, 10]
    assert table.loc["2019-05", measured].tolist() == [130.5, 10.5, 60, 10]
    others = [name for name in table if name.startswith(("emergency", "waits"))]
    assert table.loc["2019-05", others].tolist() == [33, 12, 9, 4]


def test_series_fits_its_description(tmp_path, sheets):
    content = read_ae(tmp_path, sheets).to_csv(index=False).encode()
    assert len(verify(descriptions.table(england_ae.TABLES[0]), content)) == 107


def test_other_sheets_do_not_matter(tmp_path, sheets):
    expected = read_ae(tmp_path, sheets)
    more = {"Chart Data": [["x", 1]], **sheets}
    pd.testing.assert_frame_equal(read_ae(tmp_path, more), expected)


@pytest.mark.parametrize("name", ["Activity", "Performance"])
def test_missing_sheet_is_refused(tmp_path, sheets, name):
    sheets[f"{name} 2"] = sheets.pop(name)
    with pytest.raises(DataError, match=f"a sheet '{name}'"):
        read_ae(tmp_path, sheets)


AE_DAMAGES = {
    "heading renamed": ("Activity", 14, "F", "All Attendances", "the heading 'Total Attendances'"),
    "group renamed": ("Performance", 13, "C", "more than 4 hours", "less than 4 hours"),
    "text for a number": ("Activity", 20, "C", "100", "a number of at least 0"),
    "decimal comma": ("Activity", 20, "E", "50,5", "a number of at least 0"),
    "negative": ("Activity", 20, "C", -100, "a number of at least 0"),
    "blank": ("Activity", 20, "M", None, "a number of at least 0"),
    "date as text": ("Activity", 20, "B", "01/01/2011", "the date 2011-01-01"),
    "date as number": ("Activity", 20, "B", 40544, "the date 2011-01-01"),
    "future": ("Activity", 20, "B", datetime.datetime(2031, 1, 1), "the date 2011-01-01"),
    "month twice": ("Activity", 20, "B", datetime.datetime(2010, 12, 1), "the date 2011-01-01"),
    "types do not add up": ("Activity", 20, "C", 101, "171.5 by the other columns"),
    "admissions do not add up": ("Activity", 20, "L", 46, "45 by the other columns"),
    "percent for share": ("Performance", 20, "K", 93.8, "0.938416422287 by the other columns"),
    "waits do not add up": ("Performance", 20, "J", 11, "10.5 by the other columns"),
}


@pytest.mark.parametrize(("sheet", "row", "letter", "value", "message"), AE_DAMAGES.values(), ids=AE_DAMAGES)
def test_damaged_series_is_refused_with_its_place(tmp_path, sheets, sheet, row, letter, value, message):
    sheets[sheet][row - 1][ord(letter) - ord("A")] = value
    with pytest.raises(DataError, match=message) as caught:
        read_ae(tmp_path, sheets)
    assert caught.value.table == f"{AE_NAME}, sheet '{sheet}'"
    assert caught.value.row == row
    assert caught.value.column in (letter, "F", "J", "L")


def test_attendances_without_four_hour_figures_are_refused_but_for_the_pilots(tmp_path, sheets):
    row = sheets["Performance"][19]
    row[2], row[5], row[10], row[11] = 80, 150, 150 / 160.5, 80 / 90
    with pytest.raises(DataError, match=r"row 20, column 'attendances_with_4h'.*160.5.*170.5"):
        read_ae(tmp_path, sheets)


def test_shifted_or_cut_series_is_refused(tmp_path, sheets):
    shifted = {**sheets, "Activity": [[None], *sheets["Activity"]]}
    with pytest.raises(DataError, match="row 13, column 'C'"):
        read_ae(tmp_path, shifted)
    cut = {**sheets, "Activity": sheets["Activity"][:-1]}
    with pytest.raises(DataError, match=r"row 121, column 'B': found 'None'.*2019-06-01"):
        read_ae(tmp_path, cut)
    longer = {**sheets, "Activity": [*sheets["Activity"], sheets["Activity"][-1]]}
    with pytest.raises(DataError, match=r"row 122, .*nothing after 2019-06"):
        read_ae(tmp_path, longer)
    gap = {**sheets, "Performance": sheets["Performance"][:30] + sheets["Performance"][31:]}
    with pytest.raises(DataError, match=r"sheet 'Performance', row 31, column 'B'"):
        read_ae(tmp_path, gap)


def test_file_name_states_the_last_month(tmp_path, sheets):
    with pytest.raises(DataError, match="months that are over"):
        read_ae(tmp_path, sheets, name="Monthly-AE-Time-Series-June-2099.xls")


@pytest.mark.parametrize(
    "content",
    [b"", b"<html><body>Not found</body></html>", "Period;A&E".encode("utf-16"), xls(ae_sheets())[:5000]],
    ids=["empty", "web page", "text", "cut"],
)
def test_file_that_is_no_workbook_is_refused(tmp_path, content):
    (tmp_path / AE_NAME).write_bytes(content)
    (tmp_path / RTT_NAME).write_bytes(content)
    with pytest.raises(DataError, match=AE_NAME):
        england_ae.read(tmp_path)
    with pytest.raises(DataError, match=RTT_NAME):
        england_rtt.read(tmp_path)


def test_folder_without_a_series(tmp_path, sheets):
    assert england_ae.releases(tmp_path) == england_rtt.releases(tmp_path) == []
    for name in (AE_NAME, AE_NAME.replace("June", "May")):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError, match="one file named"):
        england_ae.releases(tmp_path)


# referral to treatment


def rtt_rows():
    rows = [[None] * 19 for _ in range(11)]
    rows[3][1:3] = ["Period:", "April 2007 to October 2007"]
    rows[9][3] = "Incomplete RTT pathways"
    for letter, heading in england_rtt.COLUMNS.values():
        rows[10][ord(letter) - ord("A")] = heading
    for month in months("2007-04", "2007-10"):
        row = [None, None, month, *["-"] * 16]
        if month >= datetime.datetime(2007, 8, 1):
            row[3:9] = [14.25, "52+", 60, 66, 0.6, 40]
            row[9:13] = [44, 20, 22, 0.2]
            row[17:19] = [100, 110]
        rows.append(row)
    return [*rows, [None, None, datetime.datetime(2007, 11, 1)], [None, "Notes:"]]


def read_rtt(folder, rows, sheet="Full Time Series"):
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.create_sheet("Another")
    book.save(folder / RTT_NAME)
    return england_rtt.read(folder)["rtt_england_monthly"]


def test_rtt_series_starts_where_incomplete_pathways_do(tmp_path):
    table = read_rtt(tmp_path, rtt_rows())
    assert table["month"].tolist() == ["2007-08", "2007-09", "2007-10"]
    assert table.iloc[0, 1:].tolist() == [100, 60, 20, 110, 66, 22, 14.25]
    assert len(verify(descriptions.table(england_rtt.TABLES[0]), table.to_csv(index=False).encode())) == 3


RTT_DAMAGES = {
    "heading renamed": (11, "R", "Total", "the heading 'Total waiting"),
    "group renamed": (10, "D", "Complete", "the heading 'Incomplete RTT pathways'"),
    "period": (4, "C", "since 2007", "a period like"),
    "future period": (4, "C", "April 2007 to October 2099", "a period like"),
    "share in percent": (17, "H", 60, "0.6 by the other columns"),
    "millions": (17, "R", 0.0001, "a whole number"),
    "negative": (17, "K", -20, "a number of at least 0"),
    "text": (17, "F", "60", "a number of at least 0"),
    "dash inside": (17, "K", "-", "a number from 2007-08 on"),
    "number before": (12, "D", 14, "a number from 2007-08 on, none before"),
    "month twice": (17, "C", datetime.datetime(2007, 8, 1), "the date 2007-09-01"),
    "after the end": (19, "F", 60, "nothing after 2007-10"),
    "total": (17, "R", 101, "100 by the other columns"),
}


@pytest.mark.parametrize(("row", "letter", "value", "message"), RTT_DAMAGES.values(), ids=RTT_DAMAGES)
def test_damaged_rtt_series_is_refused_with_its_place(tmp_path, row, letter, value, message):
    rows = rtt_rows()
    rows[row - 1] += [None] * (19 - len(rows[row - 1]))
    rows[row - 1][ord(letter) - ord("A")] = value
    with pytest.raises(DataError, match=message) as caught:
        read_rtt(tmp_path, rows)
    assert (caught.value.row, caught.value.column) == (row, letter)


def test_rtt_shifted_cut_or_elsewhere_is_refused(tmp_path):
    rows = rtt_rows()
    with pytest.raises(DataError, match="row 10, column 'D'"):
        read_rtt(tmp_path, [[None], *rows])
    with pytest.raises(DataError, match="row 18, column 'C'"):
        read_rtt(tmp_path, rows[:17])
    with pytest.raises(DataError, match="a sheet 'Full Time Series'"):
        read_rtt(tmp_path, rows, sheet="Sheet1")


# tables of record


def test_series_of_record_reach_from_end_to_end():
    ae, rtt = load("ae_england_monthly"), load("rtt_england_monthly")
    assert (str(ae["month"].min()), str(ae["month"].max()), len(ae)) == ("2010-08", "2024-03", 164)
    assert (str(rtt["month"].min()), str(rtt["month"].max()), len(rtt)) == ("2007-08", "2022-11", 184)


@pytest.mark.parametrize(
    ("month", "printed"), [("2010-11", 0.971874), ("2011-01", 0.957814), ("2024-03", 0.742071)]
)
def test_share_within_four_hours_is_the_one_printed_in_the_workbook(month, printed):
    row = load("ae_england_monthly").set_index("month").loc[pd.Period(month)]
    assert 1 - row["over_4h"] / row["attendances_with_4h"] == pytest.approx(printed, abs=5e-7)


@pytest.mark.parametrize(
    ("month", "printed"), [("2007-12", 0.563907), ("2014-08", 0.931327), ("2022-11", 0.600653)]
)
def test_share_within_18_weeks_is_the_one_printed_in_the_workbook(month, printed):
    row = load("rtt_england_monthly").set_index("month").loc[pd.Period(month)]
    assert row["within_18_weeks"] / row["waiting"] == pytest.approx(printed, abs=5e-7)
