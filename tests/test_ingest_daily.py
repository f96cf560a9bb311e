"""Readers of daily returns and of staff: files of one month each in the layouts of public programs, and damage to them."""

import csv
import io

import pytest

from analysis.data import DataError
from analysis.ingest.live import beds_daily, criteria, workforce
from analysis.ingest.net import links
from tests.release_files import book
from tests.test_pages import UPLOADS, WHERE, html

TRUSTS = ["RAA", "RBB", "RCC"]
DAYS = ["01/04/2026", "02/04/2026"]


def text(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


# discharges

HEAD = [
    "Period",
    "Level",
    "Region",
    "ICB",
    "Org Code",
    "Org Name",
    "Metric",
    "Metric Type",
    "Metric Group",
    "Value",
]


def discharges(values=(120, 60, 30), *, days=DAYS, national=None, metric=criteria.METRIC, again=()):
    """Return a file of discharges: England, a board and trusts on each day, another metric beside."""
    rows = [HEAD]
    for day in days:
        each = [[day, "Provider", "London", "QMJ", code, f"TRUST {code}", metric, "Daily", "", value]
                for code, value in zip(TRUSTS, values, strict=True)]  # fmt: skip
        total = national or sum(value for value in values if isinstance(value, int))
        rows += [[day, "National", "", "", "ENGLAND", "England", metric, "Daily", "", f"{total:,}"]]
        rows += [[day, "ICB", "London", "QMJ", "QMJ", "A BOARD", metric, "Daily", "", 5], *each]
        rows.append(
            [
                day,
                "Provider",
                "London",
                "QMJ",
                "RAA",
                "TRUST RAA",
                "Number of patients discharged",
                "Daily",
                "",
                7,
            ]
        )
    return text([*rows, *again])


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("Daily-discharge-sitrep-monthly-data-webfile-1-CSV-apr26-v2.csv", "2026-04"),
        ("Daily-discharge-sitrep-monthly-data-CSV-webfile-July2025.csv", "2025-07"),
        ("Daily-discharge-sitrep-monthly-data-webfile-September-2024.csv", "2024-09"),
        ("Daily-discharge-sitrep-monthly-data-webfile-October2024-csv-1.csv", "2024-10"),
        ("Daily-discharge-sitrep-monthly-data-webfile-August2024-revised.csv", "2024-08"),
        ("Daily-discharge-sitrep-timeseries-data-webfile-April2021-June2026.csv", None),
    ],
)
def test_a_file_of_discharges_has_its_month_in_its_name(name, month):
    assert criteria.period_of(name) == month


def test_patients_are_the_mean_of_the_days_with_a_figure(tmp_path):
    path = tmp_path / "Daily-discharge-sitrep-monthly-data-webfile-1-CSV-apr26-v2.csv"
    path.write_text(
        discharges((120, 60, "-"), days=DAYS[:1]) + discharges((121, 60, 30), days=DAYS[1:]).split("\n", 1)[1]
    )
    (tmp_path / "nctr_monthly_2022-04_2025-08.csv").write_text(
        "period,org_code,nctr_patients_mean_per_day,days_reported\n2025-08,RAA,99.5,30\n2026-04,RAA,1,30\n"
    )
    table = criteria.read(tmp_path)["criteria_to_reside"]
    assert table.values.tolist() == [
        ["RAA", "2025-08", 99.5, 30], ["RAA", "2026-04", 120.5, 2], ["RBB", "2026-04", 60, 2], ["RCC", "2026-04", 30, 1],
    ]  # fmt: skip
    assert criteria.own(criteria.releases(tmp_path)) == {"2026-04"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"national": 230}, "about 210, the sum over providers"),
        ({"national": 209}, "about 210, the sum over providers"),
        ({"days": ["01/05/2026"]}, "a day of 2026-04, as in the file name"),
        ({"days": ["April"]}, "a date of the calendar"),
        ({"metric": "Number of patients remaining"}, "no row of 'Number of patients who no longer"),
        ({"values": (120, 60, "many")}, "a number from 0"),
        (
            {"again": [[DAYS[0], "Provider", "", "", "RAA", "TRUST RAA", criteria.METRIC, "Daily", "", 121]]},
            "RAA",
        ),
    ],
)
def test_a_file_of_discharges_that_cannot_be_right_is_refused(tmp_path, changed, said):
    (tmp_path / "Daily-discharge-sitrep-monthly-data-webfile-1-CSV-apr26.csv").write_text(
        discharges(**changed)
    )
    with pytest.raises(DataError, match=said):
        criteria.read(tmp_path)


def test_two_files_of_one_month_are_refused(tmp_path):
    for version in ("", "-v2"):
        name = f"Daily-discharge-sitrep-monthly-data-webfile-1-CSV-apr26{version}.csv"
        (tmp_path / name).write_text(discharges())
    with pytest.raises(DataError, match="one newest file a month"):
        criteria.read(tmp_path)


# beds


def beds(rates=("0.9", "0.95", "0.8"), *, twice=False):
    """Return a file of beds: three trusts, each with its beds open and occupied and the rate."""
    rows = [["Period", "Level", "Region", "ICB", "Org Code", "Org Name", "Metric", "Type", "Value"]]
    for code, rate, full in zip(TRUSTS, rates, (180, 190, 160), strict=True):
        figures = {"G&A beds available": 200, "G&A beds occupied": full, "G&A occupancy rate": rate,
                   "Adult critical care beds available": 10, "Adult critical care beds occupied": 9,
                   "Adult G&A beds available": 150}  # fmt: skip
        for kind in ("Type 1", "All")[: 1 + twice]:
            rows += [["01/04/2026", "Provider", "London", "QMJ", code, f"TRUST {code}", metric, kind, value]
                     for metric, value in figures.items()]  # fmt: skip
    rows.append(["01/04/2026", "Region", "London", "", "Y56", "LONDON", "G&A beds available", "All", 600])
    return text(rows)


@pytest.mark.parametrize("rates", [("0.9", "0.95", "0.8"), ("90.0%", "95.0%", "80.0%"), ("90", "95", "80")])
@pytest.mark.parametrize("twice", [False, True])
def test_beds_are_read_with_their_rate_in_each_writing(tmp_path, rates, twice):
    (tmp_path / "202604-April-2026-beds-sitrep-data-finalversion.csv").write_text(beds(rates, twice=twice))
    table = beds_daily.read(tmp_path)["beds_daily_returns"]
    assert table.values.tolist() == [
        [code, "2026-04", 200, full, 10, 9] for code, full in zip(TRUSTS, (180, 190, 160), strict=True)
    ]


def test_a_rate_that_is_not_occupied_over_open_is_refused(tmp_path):
    (tmp_path / "202604-April-2026-beds-sitrep-data-finalversion.csv").write_text(
        beds(("0.9", "0.91", "0.8"))
    )
    with pytest.raises(DataError, match=r"row 10, column 'Value': found 0\.91.*occupied / open"):
        beds_daily.read(tmp_path)


def test_both_kinds_are_found_on_their_pages():
    page = html(
        ("April 2026", f"{UPLOADS}/2026/05/202604-April-2026-beds-sitrep-data-finalversion.csv"),
        ("April 2026", f"{UPLOADS}/2026/05/202604-April-2026-beds-sitrep-data-finalversion.xlsx"),
        ("April 2026", f"{UPLOADS}/2026/05/Daily-discharge-sitrep-monthly-data-webfile-1-CSV-apr26.csv"),
        ("April 2026", f"{UPLOADS}/2026/06/Daily-discharge-sitrep-monthly-data-webfile-1-CSV-apr26-v2.csv"),
        ("All", f"{UPLOADS}/2026/06/Daily-discharge-sitrep-timeseries-data-webfile-April2021-June2026.csv"),
    )  # fmt: skip
    found = {
        name: [(one.name, one.period) for one in links.find(WHERE[name], lambda address: (page, address))]
        for name in ("beds_daily", "criteria")
    }
    assert found == {
        "beds_daily": [("202604-April-2026-beds-sitrep-data-finalversion.csv", "2026-04")],
        "criteria": [("Daily-discharge-sitrep-monthly-data-webfile-1-CSV-apr26-v2.csv", "2026-04")],
    }


# staff

NAME = "NHS Workforce Statistics, June 2025 England and Organisation.xlsx"
LABELLED = ["NHS England region code", "NHS England region name", "ICS code", "ICS name", "Organisation name",
            "Organisation code", "All staff groups", "All staff groups", "HCHS Doctors", "Consultant",
            "Nurses & health visitors"]  # fmt: skip
UNLABELLED = ["", "", "", "", "", "", "Total", "Professionally qualified clinical staff", "HCHS Doctors", "Consultant",
              "Nurses & health visitors"]  # fmt: skip


def staff(headings=LABELLED, *, nurses=300, codes=("RAA", "RBB", "QMJ"), total=1000.04):
    rows = [
        ["Table 3"],
        [""],
        [""],
        [""],
        headings,
        ["", "", "", "", "England", "", 9000, 5000, 900, 400, 2000],
    ]
    rows += [
        ["Y56", "London", "QMJ", "A BOARD", f"TRUST {code}", code, total, 600, 90, 40, nurses]
        for code in codes
    ]
    rows.append(
        ["Y56", "London", "QMJ", "A BOARD", "NORTH NHS FOUNDATION TRUST", "G6V2S", 500, 300, 40, 20, 100]
    )
    return book({"Contents": [["x"]], workforce.SHEET: rows})


@pytest.mark.parametrize("headings", [LABELLED, UNLABELLED])
def test_staff_are_the_total_right_of_the_code(tmp_path, headings):
    (tmp_path / NAME).write_bytes(staff(headings))
    table = workforce.read(tmp_path)["workforce"]
    assert table.values.tolist() == [
        ["G6V2S", "2025-06", 500],
        ["RAA", "2025-06", 1000],
        ["RBB", "2025-06", 1000],
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"nurses": 1001}, "no more than all staff"),
        ({"codes": ("RAA", "RAA")}, "RAA"),
        ({"headings": [*LABELLED[:6], "Staff", "Clinical", *LABELLED[8:]]}, "Total or All staff groups"),
        ({"total": "1,000"}, "a number"),
    ],
)
def test_a_workbook_of_staff_that_cannot_be_right_is_refused(tmp_path, changed, said):
    (tmp_path / NAME).write_bytes(staff(**changed))
    with pytest.raises(DataError, match=said):
        workforce.read(tmp_path)
