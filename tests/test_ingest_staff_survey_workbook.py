"""NHS Staff Survey: made benchmark workbooks of each layout, each kind of damage, and how years are folded in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest import record, refresh
from analysis.ingest.live import staff_survey, staff_survey as book
from tests.release_files import survey_sheets

NAMES = {
    2021: "Benchmark_report_excel_data_2017-2021.xlsx",
    2022: "benchmark_report_excel_data_2018-2022-v2.xlsx",
    2024: "Benchmark-report-Excel-data-for-2020-2024.xlsx",
    2025: "NSS-Benchmark-report-excel-data-for-2021-2025-v2.xlsx",
}
# Weighted results of three trusts as printed in the workbook of the 2019 survey.
PRINTED = (
    Path(__file__).parent / "oracles" / "staff_survey_2019.json"
)  # cells of ST19-Organisation-Data-2019-Only-v1f


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "FEWEST", 3)


def write(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    made.save(path)
    return path


@pytest.mark.parametrize("year", list(NAMES))
def test_every_numbering_of_the_questions_is_read(tmp_path: Path, year: int) -> None:
    table = book.read_workbook(write(tmp_path / NAMES[year], survey_sheets(year)))
    assert sorted(table["year"].unique()) == [one for one in range(year - 4, year + 1) if one >= book.FIRST]
    assert set(table["org_code"]) == {"RAA", "RBB", "RCC"}  # no sector, no specialist, no board
    newest = table[(table["year"] == year) & (table["org_code"] == "RAA")].iloc[0]
    assert newest["responses"] == 2000
    assert newest["response_rate"] == 0.5
    assert newest["engagement"] == pytest.approx(0.7)
    assert (newest["recommend_work"], newest["recommend_care"], newest["work_stress"]) == (0.61, 0.71, 0.4)
    assert newest["weighted"]


def test_layout_to_2020_is_read_as_printed_in_the_2019_workbook(tmp_path: Path) -> None:
    printed = json.loads(PRINTED.read_text(encoding="utf-8"))["rows"]
    names = list(printed[0])
    title = ["See summary responses and calculated rates at bottom of acute and combined worksheets"]
    acute = [title, names, *([row[name] for name in names] for row in printed)]
    acute += [["count:", 3, *[None] * 4, 12, None, *[1] * 8], ["(combined)"], [None, 133]]
    path = write(tmp_path / "Benchmark_report_excel_data_2015-2019.xlsx", {"Notes": [[]], "Acute": acute})
    table = book.read_workbook(path).set_index("org_code")
    assert len(table) == len(printed) - 1  # one sector of the Isle of Wight
    from_archive = pd.read_csv(data.FOLDER / "staff_survey.csv").query("year == 2019")
    held = from_archive.set_index("org_code").loc[table.index]
    for name in ("response_rate", *book.MEASURES):
        assert table[name].tolist() == held[name].tolist()


def test_suppressed_is_missing_and_a_trust_without_results_has_no_row(tmp_path: Path) -> None:
    sheets = survey_sheets(2024)
    rows = sheets["Acute&Acute Community Trusts"]
    at = rows[0].index("q11c_2024")
    rows[1][at], rows[2][at] = "*", None
    for few in rows[1:3]:
        few[rows[0].index("response_rate_n_2024")] = staff_survey.SUPPRESSED
    for heading in ("q2a", "q2b", "q2c", "q25c", "q25d", "q11c"):
        rows[3][rows[0].index(f"{heading}_2023")] = " "
    table = book.read_workbook(write(tmp_path / NAMES[2024], sheets)).set_index(["org_code", "year"])
    assert table.loc[[("RAA", 2024), ("RBB", 2024)], "work_stress"].isna().all()
    assert table.loc[("RAA", 2024), "recommend_work"] == 0.61
    assert ("RCC", 2023) not in table.index
    assert ("RCC", 2022) in table.index


def test_a_question_that_no_trust_was_asked_in_an_earlier_year_is_missing(tmp_path: Path) -> None:
    sheets = survey_sheets(2024)
    rows = sheets["Acute&Acute Community Trusts"]
    for row in rows[1:]:
        row[rows[0].index("q11c_2023")] = None
    table = book.read_workbook(write(tmp_path / NAMES[2024], sheets))
    assert table.loc[table["year"] == 2023, "work_stress"].isna().all()


def test_a_column_of_one_figure_is_refused(tmp_path: Path) -> None:
    codes = [f"R{letter}1" for letter in "ABCDEFGH"]
    sheets = survey_sheets(2024, codes)
    rows = sheets["Acute&Acute Community Trusts"]
    for number, row in enumerate(rows[1:]):
        row[3:-1] = [cell + number / 100 if cell < 1 else cell + number for cell in row[3:-1]]
    assert set(book.read_workbook(write(tmp_path / NAMES[2024], sheets))["org_code"]) == set(codes)
    for row in rows[1:]:
        row[rows[0].index("q2b_2024")] = 0.7
    with pytest.raises(DataError, match=r"column '[A-Z]+'.*0\.7 in all 8 rows"):
        book.read_workbook(write(tmp_path / NAMES[2024], sheets))


def test_sheet_names_and_headings_may_differ_in_case_and_spaces(tmp_path: Path) -> None:
    sheets = survey_sheets(2024)
    rows = sheets.pop("Acute&Acute Community Trusts")
    rows[0] = [str(name).upper() + " " for name in rows[0]]
    rows += [[], [None, None], ["Source: NHS Staff Survey Co-ordination Centre"]]
    sheets[" ACUTE & acute  community trust"] = [["Weighted results"], [], *rows]
    assert len(book.read_workbook(write(tmp_path / NAMES[2024], sheets))) == 15


def change(heading: str, row: int, value: object):
    def act(sheets: dict[str, list[list[object]]]) -> None:
        rows = sheets["Acute&Acute Community Trusts"]
        rows[row][rows[0].index(heading)] = value

    return act


def renamed(old: str, new: str):
    return change(old, 0, new)


DAMAGES = {
    "percent in place of a proportion": (change("q25c_2024", 2, 61.2), r"row 3, column '[A-Z]+'.*61\.2"),
    "text in place of a number": (change("q25d_2023", 1, "0,71"), r"row 2, column '[A-Z]+'.*0,71"),
    "one figure blank": (change("q25c_2024", 2, None), r"row 3, column '[A-Z]+': found ''.*10 responses"),
    "one figure starred": (change("q2b_2023", 2, "*"), r"row 3, column '[A-Z]+': found '\*'.*10 responses"),
    "no count beside results": (
        change("response_rate_n_2024", 1, "*"),
        r"row 2, column '[A-Z]+': found '\*'",
    ),
    "zero for missing": (change("q11c_2024", 1, 0), r"row 2, column '[A-Z]+'.*'0'"),
    "half a response": (change("response_rate_n_2024", 1, 12.5), r"row 2, column '[A-Z]+'.*12\.5"),
    "unknown question number": (renamed("q25c_2024", "q27c_2024"), r"row 1.*q25c.*2024"),
    "no response rate": (renamed("response_rate_2024", "rate"), r"row 1, column 'response_rate_2024"),
    "heading twice": (renamed("q1_2024", "q25d_2024"), r"row 1, column 'q25d_2024'.*2 columns"),
    "no codes": (renamed("org_id", "organisation"), r"row 1 to 10.*no heading row"),
    "bad code": (change("org_id", 2, "R-B"), r"row 3, column 'A'.*R-B"),
    "bad code at the end": (change("org_id", 3, "R-C"), r"row 4, column 'A'.*R-C"),
    "trust twice": (change("org_id", 2, "RAA"), r"row 3.*RAA twice"),
}


@pytest.mark.parametrize("damage", list(DAMAGES))
def test_damage_is_refused_with_sheet_row_and_column(tmp_path: Path, damage: str) -> None:
    act, message = DAMAGES[damage]
    sheets = survey_sheets(2024)
    act(sheets)
    path = write(tmp_path / NAMES[2024], sheets)
    with pytest.raises(DataError, match=message) as caught:
        book.read_workbook(path)
    assert f"{path.name}, sheet 'Acute&Acute Community Trusts'" in str(caught.value)


def test_other_workbooks_are_refused(tmp_path: Path) -> None:
    sheets = survey_sheets(2024)
    with pytest.raises(DataError, match=r"years \[2020.*2025"):
        book.read_workbook(write(tmp_path / NAMES[2025], sheets))
    unknown = write(tmp_path / "Benchmark-report-Excel-data-for-2026-2030.xlsx", sheets)
    with pytest.raises(DataError, match=r"2030.*a survey of 2018 to 2025"):
        book.read_workbook(unknown)
    del sheets["Acute&Acute Community Trusts"]
    with pytest.raises(DataError, match="a sheet of acute trusts"):
        book.read_workbook(write(tmp_path / NAMES[2024], sheets))
    (tmp_path / NAMES[2024]).write_bytes(b"<html>busy</html>")
    with pytest.raises(DataError, match="a complete workbook"):
        book.read_workbook(tmp_path / NAMES[2024])


def test_part_of_a_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "FEWEST", 100)
    with pytest.raises(DataError, match=r"3 acute trusts in 2024.*at least 100"):
        book.read_workbook(write(tmp_path / NAMES[2024], survey_sheets(2024)))


def test_highest_version_of_a_year_is_taken_and_equals_are_refused(tmp_path: Path) -> None:
    first, second = (tmp_path / f"Benchmark-report-Excel-data-for-2020-2024{v}.xlsx" for v in ("", "-v2"))
    old = tmp_path / "ST19-Organisation-Data-2019-Only-v1f.xlsx"
    for path in (first, second, old):
        path.write_bytes(b"")
    assert staff_survey.later(tmp_path) == [second]
    (tmp_path / "benchmark_report_excel_data_2020-2024_v2.xlsx").write_bytes(b"")
    with pytest.raises(DataError, match="one newest workbook of 2024"):
        staff_survey.later(tmp_path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    target = tmp_path / "data"
    shutil.copytree(data.FOLDER / "tables", target / "tables")
    monkeypatch.setattr(refresh, "PUBLICATIONS", (staff_survey,))
    monkeypatch.setattr(refresh, "hand", SimpleNamespace(read=lambda folder: {}))
    return target


def shifted(year: int, by: float) -> dict[str, list[list[object]]]:
    """Return a workbook in which every result of the years before the newest is `by` higher."""
    sheets = survey_sheets(year)
    rows = sheets["Acute&Acute Community Trusts"]
    for at, heading in enumerate(rows[0]):
        if str(heading).startswith("q") and not str(heading).endswith(str(year)):
            for row in rows[1:4]:
                row[at] += by
    return sheets


def test_own_year_replaces_and_reweighted_history_fills_gaps_only(folder: Path, tmp_path: Path) -> None:
    for name, sheets in ((NAMES[2024], survey_sheets(2024)), (NAMES[2025], shifted(2025, 0.01))):
        (tmp_path / name[-9:-5]).mkdir()
        write(tmp_path / name[-9:-5] / name, sheets)
        refresh.refresh(tmp_path / name[-9:-5], folder=folder)
    table = pd.read_csv(folder / "staff_survey.csv").query("org_code == 'RAA'").set_index("year")
    assert table.index.tolist() == [2020, 2021, 2022, 2023, 2024, 2025]
    assert set(table["recommend_work"]) == {0.61}  # not the 0.62 of the workbook of 2025 for 2021 to 2024
    assert refresh.changed(folder).corrections.empty
    (tmp_path / "v3").mkdir()
    corrected = survey_sheets(2025)
    change("q25c_2025", 1, 0.65)(corrected)
    write(tmp_path / "v3" / NAMES[2025].replace("v2", "v3"), corrected)
    refresh.refresh(tmp_path / "v3", folder=folder)
    told = refresh.changed(folder)
    assert told.corrections[["period", "changed"]].values.tolist() == [["2025", 1]]
    assert told.values[["old", "new"]].values.tolist() == [["0.61", "0.65"]]
    titles = [source["title"] for source in record.resources(folder)["staff_survey"]["sources"]]
    assert titles == [NAMES[2024], NAMES[2025].replace("v2", "v3")]
