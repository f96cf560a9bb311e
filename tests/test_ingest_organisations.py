"""Organisations: made lists of nine trusts, each kind of damage, and facts about the committed tables."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest import descriptions
from analysis.ingest.history import trust_lists
from analysis.ingest.live import organisations

# code, name, region code, opened, closed
TRUSTS = [
    ("RXA", "ALPHA UNIVERSITY HOSPITALS NHS TRUST", "Y60", "19930401", ""),
    ("RXB", "BETA & DISTRICT HOSPITAL NHS FOUNDATION TRUST", "Y55", "19930401", ""),
    ("RXC", "GAMMA MENTAL HEALTH NHS TRUST", "Y62", "20010401", ""),
    ("RXD", "ST DELTA'S CHILDREN'S NHS FOUNDATION TRUST", "Y56", "19940401", ""),
    ("RXE", "EPSILON PARTNERSHIP NHS FOUNDATION TRUST", "Y63", "20020401", ""),
    ("RXF", "ZETA UNIVERSITY HOSPITALS NHS TRUST", "Y61", "20170401", ""),
    ("RXG", "ETA AMBULANCE SERVICE NHS TRUST", "Y59", "20060701", "20190930"),
    ("RT4", "WELSH AMBULANCE SERVICES NHS TRUST", "W00", "19980401", ""),
]
SURVEYED = {
    "Acute": [("RXA", "Alpha"), ("R1F1", "A sector of another trust")],
    "Combined Acute & Community": [("RXD", "Delta"), ("RXF", "Zeta")],
    "Acute Specialist": [],
    "MH LD": [("RXC", "Gamma")],
    "Combined MH LD and Community": [("RXE", "Epsilon")],
    "Community": [],
    "Ambulance": [("RXG", "Eta")],
}
ESTATES = [
    ("RXA", "ALPHA", "MIDLANDS", "ACUTE - TEACHING", "RXA01"),
    ("RXA", "ALPHA", "MIDLANDS", "ACUTE - TEACHING", "RXA02"),
    ("RXD", "DELTA", "LONDON", "ACUTE - SPECIALIST", "RXD01"),
]
LIST = [
    ("RXA", "Alpha", "Acute and Acute & Community Trusts", "Midlands", "", ""),
    ("RXD", "Delta", "Acute and Acute & Community Trusts", "London", "", ""),
    ("RXE", "Epsilon", "Acute and Acute & Community Trusts", "North East and Yorkshire", "", ""),
    ("K0N6A", "Online", "Online / Digital", "National", "", ""),
]
# RXB goes to RXA; RXH splits between RXA and, later, RXF; RXJ becomes a part of the new RXF.
COMPILED = [
    ("RXB", "RXA", "2014-10-01", "acquired; Alpha", "2014-09"),
    ("RXH", "RXA", "2018-10-01", "dissolved: North went to RXF in April 2018: split", "2018-09"),
    ("RXJ", "RXF", "2017-04-01", "merged, Zeta", "2017-03"),
]
PATHS = [("RXB", "RXA", "2014-10-02", "name_change"), ("05P", "15E", "2018-04-01", "merger")]
BEDS = [
    ("2014", "September", "RXA", "ALPHA HOSPITALS NHS TRUST", "800"),
    ("2014", "September", "RXB", "BETA HOSPITAL NHS TRUST", "200"),
    ("2014", "December", "RXB", "BETA HOSPITAL NHS TRUST", "0"),
    ("2018", "September", "RXA", "ALPHA HOSPITALS NHS TRUST", "1000"),
    ("2018", "September", "RXH", "THETA HOSPITALS NHS TRUST", "500"),
    ("2018", "September", "RXF", "ZETA HOSPITALS NHS TRUST", "600"),
    ("2017", "March", "RXJ", "IOTA ORTHOPAEDIC HOSPITAL NHS TRUST", "50"),
    ("2011", "March", "5A3", "SOUTH PCT", "10"),
    ("2011", "March", "NA", "ENGLAND", "9999"),
]
RECORDS = {"etr_2021-01.csv": 8, "eric_2019-20_site_trimmed.csv": 3, "trust_type_region_2026.csv": 4}


def _csv(rows: list[tuple], *, head: str | None = None) -> str:
    lines = [",".join(f'"{cell}"' for cell in row) for row in rows]
    return "\n".join(([head] if head else []) + lines) + "\n"


def _workbook(path: Path, surveyed: dict[str, list[tuple[str, str]]], *, printed: int | None = None) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    for title, (group, *_) in trust_lists.SURVEY_SHEETS.items():
        sheet = book.create_sheet(title)
        if title == "Acute":
            sheet.append(["See the rates at the bottom"])
        sheet.append(["trust", "trustname", "trtype", "trtname"])
        for code, name in surveyed[title]:
            sheet.append([code, name, 1, group])
        if title in trust_lists.COUNTED:
            sheet.append(["count:", len(surveyed[title]) if printed is None else printed])
    book.save(path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(trust_lists, "RECORDS", RECORDS)
    etr = [
        (code, name, region, "Q1", *[""] * 5, "AB1 2CD", opened, closed, "")
        for code, name, region, opened, closed in TRUSTS
    ]
    compiled = [(*row, "2010-06", "2024-09", "") for row in COMPILED]
    steps = [(old, old, new, date, kind, *["NA"] * 6) for old, new, date, kind in PATHS]
    step_head = "old_code,new_code_0," + ",".join(
        f"new_code_{i},date_change_{i},change_type_{i}" for i in (1, 2, 3)
    )
    listed = [(c, n, "", t, r, "", p, d) for c, n, t, r, p, d in LIST]
    estates = [(c, f"{n} NHS TRUST", f"{r} COMMISSIONING REGION", t, s) for c, n, r, t, s in ESTATES]
    written = {
        "etr_2021-01.csv": _csv(etr),
        "trust_type_region_2026.csv": _csv(
            listed, head="ods_code,name,alt_names,type,region,ics,predecessor_codes,merger_date"
        ),
        "acute_trust_mergers_2012_2023_compiled.csv": _csv(
            compiled,
            head="old_code,new_code,effective_date,note,kh03_last_quarter_old,kh03_first_quarter_new,"
            "kh03_last_quarter_new,ae_last_month_old_2016_19",
        ),
        "trust_mergers_2020_2021_epiforecasts.csv": "\ufefftrust_code_old,trust_code_new,from_date\n"
        "RXX,RXY,2020-04-01\n",
        "all_org_changes_paths_2000_2018.csv": _csv(steps, head=step_head),
        "eric_2019-20_site_trimmed.csv": _csv(
            estates, head="Trust Code,Trust Name,Commissioning Region,Trust Type,Site Code"
        ),
        "overnight_day_beds_2010_24_clean.csv": _csv(
            BEDS, head="year,period_end,org_code,org_name,total_on_beds_available"
        ),
    }
    (tmp_path / "lists").mkdir()
    for name, content in written.items():
        (tmp_path / "lists" / name).write_text(content, encoding="utf-8")
    _workbook(tmp_path / "ST19-Organisation-Data-2019-Only-v1f.xlsx", SURVEYED)
    return tmp_path


def _change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "lists" / name
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def _table(folder: Path) -> pd.DataFrame:
    return organisations.read(folder)["organisations"].set_index("org_code")


def test_every_english_trust_has_one_row_and_wales_and_the_online_trust_none(folder):
    expected = ["RXA", "RXB", "RXC", "RXD", "RXE", "RXF", "RXG", "RXH", "RXJ"]
    assert list(_table(folder).index) == expected


def test_types_follow_the_stated_priority(folder):
    table = _table(folder)
    assert table["type"].to_dict() == {
        "RXA": "acute",
        "RXB": "acute",
        "RXC": "mental health",
        "RXD": "acute specialist",
        "RXE": "mental health",
        "RXF": "acute",
        "RXG": "ambulance",
        "RXH": "acute",
        "RXJ": "acute specialist",
    }
    assert table.loc["RXD", "type_source"] == "estates return 2019-20"
    assert table.loc["RXB", "type_source"] == table.loc["RXH", "type_source"] == "successor"
    assert table.loc["RXJ", "type_source"] == "name"
    assert table["type_later"].dropna().to_dict() == {"RXE": "acute"}
    assert table.loc["RXF", "type_detail"] == "acute and community"
    assert table.loc["RXA", "peer_group"] == "teaching"


def test_region_comes_from_the_seven_or_from_the_successor(folder):
    table = _table(folder)
    assert table.loc["RXA", ["region", "region_source"]].tolist() == ["Midlands", "ODS trust file"]
    assert table.loc["RXB", ["region", "region_source"]].tolist() == ["Midlands", "successor"]


def test_names_dates_and_successors(folder):
    table = _table(folder)
    assert table.loc["RXD", "name"] == "St Delta's Children's NHS Foundation Trust"
    assert table.loc["RXB", "name"] == "Beta and District Hospital NHS Foundation Trust"
    assert table.loc["RXH", "name"] == "Theta Hospitals NHS Trust"
    assert table.loc["RXB", ["opened", "closed", "successor"]].tolist() == ["1993-04-01", "2014-09-30", "RXA"]
    assert table.loc["RXG", "closed"] == "2019-09-30"
    assert table.loc["RXH", ["closed", "successor"]].tolist() == ["2018-09-30", "RXA ; RXF"]
    assert table["closed"].isna()[["RXA", "RXF"]].all()


def test_changes_tell_kind_size_and_conflicting_dates(folder):
    changes = organisations.read(folder)["organisation_changes"].set_index(["old_code", "new_code"])
    assert list(changes.index) == [("RXB", "RXA"), ("RXH", "RXA"), ("RXH", "RXF"), ("RXJ", "RXF")]
    assert list(changes["kind"]) == ["acquisition", "split", "split", "merger"]
    assert list(changes["date"]) == ["2014-10-01", "2018-10-01", "2018-04-01", "2017-04-01"]
    assert list(changes["size_changes"]) == [True, True, True, False]
    assert changes.loc[("RXB", "RXA"), "note"].startswith("2014-10-02 in the change list")
    assert list(changes["confidence"]) == ["high", "medium", "medium", "medium"]


def test_beds_percent_uses_the_last_quarter_with_beds(folder):
    changes = organisations.read(folder)["organisation_changes"].set_index(["old_code", "new_code"])
    assert changes.loc[("RXB", "RXA"), "beds_percent"] == 25.0
    assert changes.loc[("RXH", "RXF"), "beds_percent"] == 83.3
    assert pd.isna(changes.loc[("RXJ", "RXF"), "beds_percent"])


def test_tables_pass_their_own_descriptions(folder):
    tables = organisations.read(folder)
    for resource in map(descriptions.table, organisations.TABLES):
        frame = tables[resource["name"]].copy()
        for column in frame.columns[frame.dtypes == "bool"]:
            frame[column] = frame[column].map({True: "true", False: "false"})
        content = frame.to_csv(index=False, lineterminator="\n").encode()
        assert len(data.verify(resource, content)) == len(frame)


def test_order_of_records_does_not_matter(folder):
    before = organisations.read(folder)
    for name in ("etr_2021-01.csv", "overnight_day_beds_2010_24_clean.csv"):
        path = folder / "lists" / name
        lines = path.read_text(encoding="utf-8").splitlines()
        head = [] if name.startswith("etr") else lines[:1]
        path.write_text("\n".join(head + lines[len(head) :][::-1]) + "\n", encoding="utf-8")
    after = organisations.read(folder)
    for name in before:
        pd.testing.assert_frame_equal(before[name], after[name])


def test_a_later_edition_gives_the_name(folder):
    row = ("RXA", "ALPHA AND OMEGA NHS TRUST", "Y60", "Q1", *[""] * 5, "AB1 2CD", "19930401", "", "")
    (folder / "lists" / "etr_2025-07.csv").write_text(_csv([row]), encoding="utf-8")
    assert _table(folder).loc["RXA", "name"] == "Alpha and Omega NHS Trust"


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column"),
    [
        ("etr_2021-01.csv", '"RXC"', '"XYZ"', 3, "org_code"),
        ("etr_2021-01.csv", "Y62", "Y99", 3, "region_code"),
        ("etr_2021-01.csv", "20010401", "01/04/2001", 3, "opened"),
        ("etr_2021-01.csv", "20010401", "20010431", 3, "opened"),
        ("etr_2021-01.csv", "20010401", "20310401", 3, "opened"),
        ("etr_2021-01.csv", "20190930", "19990930", 7, "closed"),
        ("etr_2021-01.csv", '"RXC"', '"RXB"', 3, "org_code"),
        ("trust_type_region_2026.csv", "ods_code", "code", 1, "ods_code"),
        ("trust_type_region_2026.csv", "Acute and Acute & Community Trusts", "Acute", 2, "type"),
        ("trust_type_region_2026.csv", "Midlands", "Middle", 2, "region"),
        ("trust_type_region_2026.csv", '"",""\n"RXD"', '"","2020-01-01"\n"RXD"', 2, "merger_date"),
        ("eric_2019-20_site_trimmed.csv", "ACUTE - SPECIALIST", "SPECIALIST", 4, "Trust Type"),
        ("eric_2019-20_site_trimmed.csv", "RXA02", "RXA01", 3, "Trust Code, Site Code"),
        ("eric_2019-20_site_trimmed.csv", "ACUTE - TEACHING", "ACUTE - SMALL", 3, "Trust Type"),
        ("acute_trust_mergers_2012_2023_compiled.csv", "2014-10-01", "2015-10-01", 2, "date"),
        ("acute_trust_mergers_2012_2023_compiled.csv", "2014-10-01", "1 Oct 2014", 2, "effective_date"),
        ("acute_trust_mergers_2012_2023_compiled.csv", '"RXB","RXA"', '"RXA","RXA"', 2, "new_code"),
        ("trust_mergers_2020_2021_epiforecasts.csv", "2020-04-01", "2029-04-01", 2, "from_date"),
        ("all_org_changes_paths_2000_2018.csv", "name_change", "rename", 2, "change_type_1"),
        (
            "overnight_day_beds_2010_24_clean.csv",
            '"ALPHA HOSPITALS NHS TRUST"',
            '"=HYPERLINK(1)"',
            2,
            "org_name",
        ),
        (
            "overnight_day_beds_2010_24_clean.csv",
            '"ALPHA HOSPITALS NHS TRUST"',
            '"<b>Trust</b>"',
            2,
            "org_name",
        ),
        ("overnight_day_beds_2010_24_clean.csv", '"800"', '"800,5"', 2, "total_on_beds_available"),
    ],
)
def test_damage_is_refused_with_its_place(folder, file, old, new, row, column):
    _change(folder, file, old, new)
    with pytest.raises(DataError) as refused:
        organisations.read(folder)
    assert (refused.value.table, refused.value.row, refused.value.column) == (file, row, column)


def test_two_lists_that_disagree_by_more_than_a_month_are_refused(folder):
    _change(folder, "all_org_changes_paths_2000_2018.csv", "2014-10-02", "2014-12-02")
    with pytest.raises(DataError, match=r"RXB RXA.*2014-12-02.*within 31 days of 2014-10-01"):
        organisations.read(folder)


def test_a_file_cut_at_a_line_is_refused(folder):
    path = folder / "lists" / "etr_2021-01.csv"
    path.write_text(
        "".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8"
    )
    with pytest.raises(DataError, match=r"found '7 records'\. Allowed: 8 records"):
        organisations.read(folder)


def test_the_survey_workbook_must_hold_as_many_trusts_as_it_says(folder):
    _workbook(folder / "ST19-Organisation-Data-2019-Only-v1f.xlsx", SURVEYED, printed=3)
    with pytest.raises(DataError, match=r"row Acute: found '2 trusts'. Allowed: \[3\], as printed"):
        organisations.read(folder)


def test_a_trust_in_two_survey_groups_is_refused(folder):
    both = {**SURVEYED, "Community": [("RXC", "Gamma")]}
    _workbook(folder / "ST19-Organisation-Data-2019-Only-v1f.xlsx", both)
    with pytest.raises(DataError, match=r"row Community 2, column 'org_code': found 'RXC twice'"):
        organisations.read(folder)


def test_a_trust_without_a_type_is_refused(folder, monkeypatch):
    monkeypatch.setattr(trust_lists, "RECORDS", {})
    with (folder / "lists" / "etr_2021-01.csv").open("a", encoding="utf-8") as file:
        file.write(_csv([("RXK", "KAPPA NHS TRUST", "Y60", "Q1", *[""] * 5, "AB1", "20150401", "", "")]))
    with pytest.raises(DataError, match="row RXK, column 'type'"):
        organisations.read(folder)


def test_no_list_is_no_publication_and_one_missing_list_is_named(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    assert organisations.releases(tmp_path / "empty") == []
    (tmp_path / "empty" / "overnight_day_beds_2010_24_clean.csv").write_text("x", encoding="utf-8")
    assert organisations.releases(tmp_path / "empty") == []
    (tmp_path / "empty" / "overnight_day_beds_2010_24_clean.csv").unlink()
    (folder / "lists" / "all_org_changes_paths_2000_2018.csv").unlink()
    with pytest.raises(DataError, match="all_org_changes_paths_2000_2018"):
        organisations.releases(folder)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GUY'S AND ST THOMAS' NHS FOUNDATION TRUST", "Guy's and St Thomas' NHS Foundation Trust"),
        ("THE NEWCASTLE UPON TYNE HOSPITALS NHS TRUST", "The Newcastle upon Tyne Hospitals NHS Trust"),
        ("ISLE OF WIGHT NHS PCT", "Isle of Wight NHS PCT"),
        ("BARNET, ENFIELD AND HARINGEY NHS TRUST", "Barnet, Enfield and Haringey NHS Trust"),
    ],
)
def test_names_are_in_title_case(name, expected):
    assert organisations.proper_name(name) == expected


def test_committed_types_keep_specialists_apart():
    table = data.load("organisations").set_index("org_code")
    specialists = {"RBS", "RCU", "RP4", "RQ3", "RLU", "RP6", "RBB", "RBF", "RT3", "RGM", "RPY", "REP", "RET"}
    assert set(table.loc[sorted(specialists), "type"]) == {"acute specialist"}
    general = {"RJD", "RD7", "RYQ", "RNJ", "RGQ", "RQQ", "RJF", "R1H", "RNL", "R1F", "5QT"}
    assert set(table.loc[sorted(general), "type"]) == {"acute"}
    assert table.loc[["RNN", "RH5"], "type"].tolist() == ["mental health", "mental health"]
    assert (table["type"] == "acute specialist").sum() == 20


def test_committed_changes_name_known_codes_and_the_mergers_of_special_measures_trusts():
    known = set(data.load("organisations")["org_code"])
    changes = data.load("organisation_changes").set_index(["old_code", "new_code"])
    assert set(changes.index.get_level_values(0)) | set(changes.index.get_level_values(1)) <= known
    dates = changes["date"].dt.strftime("%Y-%m-%d")
    assert dates[("RGQ", "RDE")] == "2018-07-01"
    assert changes.loc[("RGQ", "RDE"), "size_changes"]
    assert not changes.loc[[("RM2", "R0A"), ("RW3", "R0A"), ("5QT", "R1F")], "size_changes"].any()
    ended = changes.loc[["RD7", "RJF", "RQQ", "RNL", "RDD", "RXH"]].reset_index()
    assert ended["new_code"].tolist() == ["RDU", "RTG", "RGN", "RNN", "RAJ", "RYR"]


def test_committed_spells_lie_within_the_life_of_their_trust():
    trusts = data.load("organisations").set_index("org_code")
    spells = data.load("regime_spells")
    closed = spells["org_code"].map(trusts["closed"])
    assert not (spells["exited_day"] > closed + pd.Timedelta(days=31)).any()
    kinds = data.load("regime_trusts").set_index("org_code")["type"]
    assert kinds.to_dict() == trusts.loc[kinds.index, "type"].to_dict()
