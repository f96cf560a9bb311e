"""Official files of other months and years: spellings, encodings and notes that a careful reader accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.data import DataError
from analysis.ingest import checks, files
from analysis.ingest.live import ae_official, kh03_workbook, shmi, sickness
from tests.release_files import ae_csv, book, kh03_rows, shmi_csv

CODES = [f"RA{i}" for i in range(1, 6)]
SICK = {
    "long to 2022": "Date,Org Code,Org Name,Org Type,FTE Days Sick,FTE Days Available,SA Rate (%)",
    "annual 2021": "Tm End Date,Org code,Org name,Org type,FTE days lost,FTE days available,Sickness absence rate (%)",
    "month 2022": "DATE,ORG_CODE,ORG_NAME,ORG_TYPE,FTE_DAYS_LOST,FTE_DAYS_AVAILABLE,SICKNESS_ABSENCE_RATE_PERCENT",
    "in small letters": "date,org_code,org_name,org_type,fte_days_lost,fte_days_available,sickness_absence_rate_percent",
}


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("layout", list(SICK))
@pytest.mark.parametrize("date", ["31/03/2024", "2024-03-31", "2024-MAR"])
def test_sickness_headings_and_months_in_every_spelling(tmp_path: Path, layout: str, date: str) -> None:
    lines = [SICK[layout], f'{date},RA1,Alpha,Acute,512.5,"10,000.0",5.13', f"{date},RA2,Beta,CCG,*,*,*", ""]
    frame = sickness.absence(put(tmp_path, "nhs_sickness_absence_2024-03.csv", "\n".join(lines)))
    assert frame["month"].tolist() == ["2024-03", "2024-03"]
    assert frame["days_available"].tolist()[0] == 10000
    assert frame[["days_lost", "days_available"]].iloc[1].isna().all()  # suppressed, not zero


def test_sickness_by_staff_group_is_refused(tmp_path: Path) -> None:
    text = SICK["annual 2021"] + ",Staff group\n31/03/2024,RA1,Alpha,Acute,5,100,5.00,Nurses\n"
    with pytest.raises(DataError, match=r"row 1, column 'Staff group'.*unknown heading"):
        sickness.absence(put(tmp_path, "nhs_sickness_absence_2024-03.csv", text))


@pytest.mark.parametrize(
    "total", ["TOTAL,,,TOTAL", "Total,,,", ",,TOTAL,", "MSitAE-APRIL-2023,TOTAL,,England"]
)
def test_total_row_of_the_monthly_ae_file_in_every_spelling(tmp_path: Path, total: str) -> None:
    text = ae_csv("APRIL-2023", CODES).decode().replace("TOTAL,,,TOTAL", total)
    frame = ae_official.read_official(put(tmp_path, "Monthly-AE-April-2023.csv", text))
    assert frame["org_code"].tolist() == CODES


def test_ae_file_with_blank_rows_thousands_commas_and_windows_letters(tmp_path: Path) -> None:
    text = ae_csv("APRIL-2023", CODES).decode().replace(",1000,", ',"1,000",').replace(",5000,", ',"5,000",')
    text = text.replace("TRUST RA1", "QUEEN\u2019S TRUST") + "," * 21 + "\n\n"
    path = put(tmp_path, "Monthly-AE-April-2023.csv", text.encode("cp1252"))
    assert ae_official.read_official(path)["attendances_type1"].tolist() == [1003] * 5
    with pytest.raises(DataError, match="UTF-8"):
        ae_official.read_official(put(tmp_path, path.name, text.encode("utf-16")))


def test_a_decimal_comma_is_not_a_thousands_comma(tmp_path: Path) -> None:
    path = put(tmp_path, "x.csv", 'n\n"1,234"\n"12,345,678.5"\n"0,512"\n"1,23"\n')
    rows = files.read_csv(path, ["n"])
    assert checks.number(rows.only(rows.frame.index < 4), "n", grouped=True).tolist() == [1234, 12345678.5]
    for kept, found in ((rows.frame.index < 5, "0,512"), (rows.frame.index > 4, "1,23")):
        with pytest.raises(DataError, match=found):
            checks.number(rows.only(kept), "n", grouped=True)
    with pytest.raises(DataError, match="1,234"):
        checks.number(rows, "n")


def test_kh03_sheet_and_headings_in_other_case_and_with_trailing_blanks(tmp_path: Path) -> None:
    rows = kh03_rows("2012-13", "December", CODES)
    head = next(at for at, row in enumerate(rows) if "Org Code" in row)
    rows[head] = [cell.upper() + " " if isinstance(cell, str) else cell for cell in rows[head]]
    rows = [[*row, None, ""] for row in rows] + [[None], ["", None]]
    name = "Beds-Open-Overnight-Web_File-Q3-2012-13-November-2013-Refresh-v2-Final.xlsx"
    content = book({"Notes": [["x"]], "NHS TRUST by Sector ": rows, "Occupied by Specialty": [["y"]]})
    providers, england = kh03_workbook.read_workbook(put(tmp_path, name, content))
    assert providers["org_code"].tolist() == CODES
    assert england["quarter_end"] == "2012-12"


def test_shmi_file_of_windows_with_headings_in_other_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shmi, "FEWEST", 3)
    text = (
        shmi_csv(CODES[:4])
        .decode()
        .replace("Provider code", "Provider Code")
        .replace("SHMI value", "SHMI Value")
    )
    text = text.rstrip("\n") + "\n\nCopyright \u00a9 2025\u2019\n"
    path = put(tmp_path, "SHMI data at trust level, Jan24-Dec24 (csv).csv", text.encode("cp1252"))
    assert shmi.read_release(path)["org_code"].tolist() == CODES[:4]
