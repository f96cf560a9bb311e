"""CQC ratings: the stored snapshot and the Commission's workbooks, and what is refused."""

import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest import descriptions, refresh, sheets
from analysis.ingest.live import cqc_ratings
from tests.release_files import cqc_sheets, ods

CODES = [f"R{a}{b}" for a in "ABCDEFGHJKL" for b in "1234567890"]
NAME = "01_September_2024_Latest_ratings.ods"


def put(folder, sheets, *, name=NAME):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(ods(sheets))
    return folder / name


def test_workbook_gives_nhs_providers_and_locations(tmp_path):
    put(tmp_path, cqc_sheets(CODES))
    table = cqc_ratings.read(tmp_path)["cqc_ratings"]
    assert len(table) == 3 * len(CODES)
    assert set(table["snapshot"]) == {"2024-09"}
    assert table["level"].value_counts().to_dict() == {"location": 220, "provider": 110}
    first = table[table["org_code"] == "RA1"].set_index(["rated_id", "domain"])
    assert first.loc[("RA1", "Well-led"), ["rating", "published"]].tolist() == ["Good", "2024-08-14"]
    assert bool(first.loc[("RA101", "Safe"), "inherited"]) is False
    content = refresh.to_csv(table, descriptions.table(cqc_ratings.TABLES[0]))
    assert len(data.verify(descriptions.table(cqc_ratings.TABLES[0]), content)) == len(table)


def test_notes_above_the_headings_and_the_earlier_heading_are_read(tmp_path):
    sheets = cqc_sheets(CODES)
    for name in ("Providers", "Locations"):
        head = ["Key Question" if cell == "Domain" else cell for cell in sheets[name][0]]
        sheets[name] = [["Issues with our care directory files"], [], head, *sheets[name][1:]]
    put(tmp_path, sheets)
    assert len(cqc_ratings.read(tmp_path)["cqc_ratings"]) == 3 * len(CODES)


def test_rows_without_a_rating_are_left_out(tmp_path):
    sheets = cqc_sheets(CODES)
    sheets["Locations"][1][6] = "Not applicable"
    put(tmp_path, sheets)
    assert len(cqc_ratings.read(tmp_path)["cqc_ratings"]) == 3 * len(CODES) - 1


def change(place, value):
    def act(sheets):
        sheets["Locations"][1][place] = value

    return act


@pytest.mark.parametrize(
    ("act", "row", "column"),
    [
        (change(6, "Excellent"), "Locations 2", "rating"),
        (change(5, "Quick"), "Locations 2", "domain"),
        (change(7, "2024/08/14"), "Locations 2", "published"),
        (change(7, "01/10/2024"), "Locations 2", "published"),
        (change(7, "31/02/2024"), "Locations 2", "published"),
        (change(11, "1-101"), "Locations 2", "org_code"),
        (change(1, ""), "Locations 2", "name"),
        (change(9, "Maybe"), "Locations 2", "inherited"),
        (lambda sheets: sheets["Locations"][0].__setitem__(6, "Rating"), "Locations 1", "Latest Rating"),
        (lambda sheets: sheets["Locations"].insert(0, sheets["Locations"].pop()), None, None),
        (lambda sheets: sheets.pop("Providers"), None, None),
        (
            lambda sheets: sheets["Locations"].append(
                [*sheets["Locations"][1][:6], "Inadequate", *sheets["Locations"][1][7:]]
            ),
            f"Locations {2 * len(CODES) + 3}",
            "rated_id, service, domain, published",
        ),
    ],
)
def test_damage_is_refused_with_sheet_row_and_column(tmp_path, act, row, column):
    sheets = cqc_sheets(CODES)
    act(sheets)
    put(tmp_path, sheets)
    if row is None and "Providers" in sheets:
        assert len(cqc_ratings.read(tmp_path)["cqc_ratings"]) == 3 * len(CODES)  # a row above the headings
        return
    with pytest.raises(DataError) as caught:
        cqc_ratings.read(tmp_path)
    assert caught.value.table == NAME
    assert (caught.value.row, caught.value.column) == (row, column)


def test_part_of_a_file_and_two_files_of_a_month_are_refused(tmp_path):
    put(tmp_path / "part", cqc_sheets(CODES[:40]))
    with pytest.raises(DataError, match="40 NHS bodies"):
        cqc_ratings.read(tmp_path / "part")
    for day in ("01", "15"):
        put(tmp_path / "two", cqc_sheets(CODES), name=f"{day}_September_2024_Latest_ratings.ods")
    with pytest.raises(DataError, match="a second file for 2024-09"):
        cqc_ratings.read(tmp_path / "two")


@pytest.mark.parametrize("content", [b"", b"<html>", ods({"Locations": [["a"]]})[:200]])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(DataError, match=r"a complete workbook \(.xlsx, .xls or .ods\)"):
        cqc_ratings.read(tmp_path)


def test_rows_are_counted_as_the_sheet_shows_them(tmp_path):
    path = put(tmp_path, {"One": [["a"], [], ["c", "", "d"]], "Two": [["x"]]})
    grids = sheets.read(path)
    assert list(grids) == ["One", "Two"]
    assert [[sheets.text(cell) for cell in row] for row in grids["One"]] == [
        ["a", "", ""],
        [""] * 3,
        ["c", "", "d"],
    ]
    with pytest.raises(DataError, match="a sheet 'Three'"):
        sheets.page(grids, ["Three"], file=path.name)


def test_committed_ratings_are_those_of_the_public_record():
    table = data.load("cqc_ratings")
    whole = table[(table["service"] == "Overall") & (table["snapshot"] == "2021-01")]
    shropshire = whole[(whole["org_code"] == "RXW") & (whole["rating"] == "Inadequate")]
    assert set(shropshire["published"].dt.strftime("%Y-%m-%d")) == {"2020-08-14"}
    medway = whole[whole["org_code"] == "RPA"]
    assert medway["rating"].tolist() == ["Requires improvement"]
    assert medway["published"].dt.strftime("%Y-%m-%d").tolist() == ["2020-04-30"]
    assert len(table[table["snapshot"] == "2021-01"]) == 2633
    assert table.loc[table["snapshot"] == "2021-01", "org_code"].nunique() == 181
