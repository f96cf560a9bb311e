"""Sickness absence: both layouts are read, every kind of damage is refused with its place."""

import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest import descriptions, refresh
from analysis.ingest.live import sickness
from tests.release_files import sick_csv

CODES = [f"R{a}{b}" for a in "ABCDE" for b in "1234567890"]
OLD = """Date,NHSE_Region_Code,NHSE_Region_Name,Org Code,Org Name,Org Type,FTE Days Sick,FTE Days Available,SA Rate (%)
2014-APR,Y54,NORTH,RXR,East Lancashire,Acute,100,2000,5.00
2014-APR,Y54,NORTH,RX1,Small,Community Provider Trust,-,-,-
2014-MAY,Y54,NORTH,RXR,East Lancashire,Acute,90.5,2000,4.53
2014-MAY,Y54,NORTH,RX1,Small,Community Provider Trust,1,400,0.25
"""


def put(folder, name, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / name


def test_months_are_read_and_fit_the_description(tmp_path):
    put(tmp_path, "nhs_sickness_absence_2025-04.csv", sick_csv("30/04/2025", CODES))
    put(
        tmp_path / "x",
        "NHS Sickness Absence rates CSV, May 2025.csv",
        sick_csv("31/05/2025", CODES, lost=600),
    )
    table = sickness.read(tmp_path)["sickness_absence"]
    assert len(table) == 2 * len(CODES)
    assert table[table["org_code"] == "RA1"].to_numpy().tolist() == [
        ["RA1", "2025-04", "Acute", 512.5, 10000.0],
        ["RA1", "2025-05", "Acute", 600.0, 10000.0],
    ]
    content = refresh.to_csv(table, descriptions.table(sickness.TABLES[0]))
    assert len(data.verify(descriptions.table(sickness.TABLES[0]), content)) == len(table)


def test_long_file_of_the_old_layout_keeps_suppressed_apart_from_zero(tmp_path):
    put(tmp_path, "ESR_ABSENCE_CSV_NHSE.csv", OLD)
    table = sickness.read(tmp_path)["sickness_absence"].set_index(["org_code", "month"])
    assert table.loc[("RXR", "2014-05"), "days_lost"] == 90.5
    assert table.loc[("RX1", "2014-04"), ["days_lost", "days_available"]].isna().all()
    assert table.loc[("RX1", "2014-05"), "days_lost"] == 1


def test_of_overlapping_long_files_the_later_one_wins(tmp_path):
    put(
        tmp_path,
        "ESR_ABSENCE_annual_csv_HEE.csv",
        "\n".join(OLD.splitlines()[:3]).replace("100,2000,5.00", "80,2000,4.00") + "\n",
    )
    put(tmp_path, "ESR_ABSENCE_CSV_NHSE.csv", OLD)
    table = sickness.read(tmp_path)["sickness_absence"].set_index(["org_code", "month"])
    assert table.loc[("RXR", "2014-04"), "days_lost"] == 100


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "allowed"),
    [
        ("RA2,Trust RA2,Acute,512.5", "RA2,Trust RA2,Acute,512.6.1", 3, "FTE_DAYS_LOST", "a number"),
        (
            "RA2,Trust RA2,Acute,512.5,10000,5.12",
            "RA2,Trust RA2,Acute,512.5,10000,0.0512",
            3,
            "SICKNESS_ABSENCE_RATE_PERCENT",
            "100 x",
        ),
        ("RA2,Trust RA2,Acute,512.5", "RA2,Trust RA2,Acute,51250", 3, "FTE_DAYS_LOST", "no more than"),
        ("RA2,Trust RA2,Acute,512.5", "RA2,Trust RA2,Acute,", 3, "FTE_DAYS_LOST", "or none of them"),
        ("RA2,Trust RA2,Acute", "RA2,Trust RA2,", 3, "ORG_TYPE", "a kind of organisation"),
        ("RA2,Trust RA2", "RA1,Trust RA2", 3, "org_code, month", "one row a key"),
        (
            "30/04/2025,Y63,North East,QWO,West,RA2",
            "04/30/2025,Y63,North East,QWO,West,RA2",
            3,
            "DATE",
            "the last day of a month",
        ),
        (
            "30/04/2025,Y63,North East,QWO,West,RA2",
            "31/05/2025,Y63,North East,QWO,West,RA2",
            3,
            "DATE",
            "2025-04, the month of the file name",
        ),
        ("FTE_DAYS_LOST", "FTE_DAYS", 1, "FTE_DAYS_LOST", "heading"),
    ],
)
def test_damage_is_refused_with_file_row_and_column(tmp_path, old, new, row, column, allowed):
    text = sick_csv("30/04/2025", CODES).decode()
    assert old in text
    put(tmp_path, "nhs_sickness_absence_2025-04.csv", text.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        sickness.read(tmp_path)
    assert caught.value.table == "nhs_sickness_absence_2025-04.csv"
    assert (caught.value.row, caught.value.column) == (row, column)
    assert allowed in str(caught.value)


def test_gap_fall_two_files_and_future_are_refused(tmp_path):
    put(tmp_path / "gap", "nhs_sickness_absence_2025-04.csv", sick_csv("30/04/2025", CODES))
    put(tmp_path / "gap", "nhs_sickness_absence_2025-06.csv", sick_csv("30/06/2025", CODES))
    with pytest.raises(DataError, match="no file for 2025-05"):
        sickness.read(tmp_path / "gap")
    put(tmp_path / "fall", "nhs_sickness_absence_2025-04.csv", sick_csv("30/04/2025", CODES))
    put(tmp_path / "fall", "nhs_sickness_absence_2025-05.csv", sick_csv("31/05/2025", CODES[:30]))
    with pytest.raises(DataError, match="30 organisations in 2025-05"):
        sickness.read(tmp_path / "fall")
    put(tmp_path / "two", "nhs_sickness_absence_2025-04.csv", sick_csv("30/04/2025", CODES))
    put(tmp_path / "two", "NHS Sickness Absence rates CSV, April 2025.csv", sick_csv("30/04/2025", CODES))
    with pytest.raises(DataError, match="one file that ends in 2025-04"):
        sickness.read(tmp_path / "two")
    put(tmp_path / "future", "nhs_sickness_absence_2099-04.csv", sick_csv("30/04/2099", CODES))
    with pytest.raises(DataError, match="a month from 2009-04 that is over"):
        sickness.read(tmp_path / "future")


def test_cut_at_a_byte_and_a_web_page_are_refused(tmp_path):
    whole = sick_csv("30/04/2025", CODES)
    put(tmp_path, "nhs_sickness_absence_2025-04.csv", whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"nhs_sickness_absence_2025-04\.csv, row 25, column 'SICKNESS"):
        sickness.read(tmp_path)
    put(tmp_path, "nhs_sickness_absence_2025-04.csv", "<!DOCTYPE html><title>Sorry</title>\n")
    with pytest.raises(DataError, match="not a web page"):
        sickness.read(tmp_path)


def test_committed_table_has_the_published_national_rates():
    table = data.load("sickness_absence")
    sums = table.groupby("month")[["days_lost", "days_available"]].sum()
    rate = 100 * sums["days_lost"] / sums["days_available"]
    year = 100 * sums["days_lost"].sum() / sums["days_available"].sum()
    assert year == pytest.approx(5.15, abs=0.005)
    assert rate.idxmin().strftime("%Y-%m") == "2024-05"
    assert (rate.min(), rate.max()) == (pytest.approx(4.71, abs=0.005), pytest.approx(5.74, abs=0.005))
    assert rate.idxmax().strftime("%Y-%m") == "2024-12"
    assert len(table) == 3394
    assert table["org_code"].nunique() == 286
