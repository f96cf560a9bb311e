"""The regime: a made timeline of four trusts, each kind of damage, and published counts on the tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest import descriptions
from analysis.ingest.hand import tables as hand
from analysis.ingest.history import regime, regime_trusts

HEAD = "trust_name,ods_code,entered,exited,precision,reason,source_url,confidence"
URL = "https://www.example.org/a"
KEOGH = "Keogh mortality review (SHMI/HSMR outlier)"
SPELLS = [
    ("Alpha", "RXA", "2013-07-16", "2014-06", "day/month", f"{KEOGH}; spell 1", URL, "high"),
    (
        "Alpha",
        "RXA",
        "2017-04-06",
        "2021-07-13",
        "day/day",
        "re-entry (spell 2; first), CQC Inadequate (safe, well-led); administrative end: regime replaced",
        f"{URL} ; https://www.example.org/b",
        "medium",
    ),
    (
        "Beta",
        "RXB",
        "2013-07-16",
        "2015-09-17",
        "day/day",
        f"{KEOGH}; exit: CQC recommended 8 Sep 2015; Monitor formal removal 17 Sep; "
        "conflict: a paper says 20 months; another dates the entry August 2013",
        URL,
        "high",
    ),
    (
        "Gamma",
        "RXC",
        "2014-05-01",
        "2014-10",
        "day/month",
        "CQC Inadequate; exit by acquisition (Delta)",
        URL,
        "high",
    ),
    (
        "Epsilon",
        "TXE",
        "2017-04-12",
        "2021-09-23",
        "day/day",
        "CQC inspection: unsafe wards concerns; exit reported late",
        URL,
        "high",
    ),
]
ATTRIBUTE_HEAD = (
    "ods_code,short_name,trust_type,keogh_11,financial_special_measures_by_2018,fsm_source,"
    "successor_or_later_event,successor_source,rsp_exit,rsp_source"
)
TRUSTS = [
    (
        "RXA",
        "Alpha",
        "acute+community",
        "yes",
        "yes (2016-10 per one; B says 2017-01)",
        URL,
        "",
        "",
        "2022 spring",
        URL,
    ),
    ("RXB", "Beta", "acute", "yes", "yes (by 2016-10)", URL, "entered RSP 2021-08-18", URL, "", ""),
    (
        "RXC",
        "Gamma",
        "acute",
        "no (reviewed, not placed)",
        "no",
        "",
        "acquired 2014-10 by Delta (RXD)",
        URL,
        "",
        "",
    ),
    (
        "TXE",
        "Epsilon",
        "mental health",
        "no",
        "no",
        "",
        "renamed New, same code",
        regime_trusts.UNVERIFIED,
        "",
        "",
    ),
]


def _csv(head: str, rows: list[tuple[str, ...]]) -> str:
    lines = [",".join(f'"{cell}"' for cell in row) for row in rows]
    return "\n".join([head, *lines]) + "\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(regime, "RECORDS", {"smq_timeline.csv": 5, "smq_trust_attributes.csv": 4})
    monkeypatch.setattr(regime, "KEOGH_COUNT", 2)
    (tmp_path / "smq_timeline.csv").write_text(_csv(HEAD, SPELLS), encoding="utf-8")
    (tmp_path / "smq_trust_attributes.csv").write_text(_csv(ATTRIBUTE_HEAD, TRUSTS), encoding="utf-8")
    return tmp_path


def _spells(folder: Path) -> pd.DataFrame:
    return regime.read(folder)["regime_spells"].set_index("spell_id")


def _change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def test_dates_keep_their_precision_and_a_month_counts_as_its_fifteenth(folder):
    spells = _spells(folder)
    assert spells.loc["RXA-1", ["exited", "exited_precision", "exited_day"]].tolist() == [
        "2014-06",
        "month",
        "2014-06-15",
    ]
    assert spells.loc["RXA-1", ["entered", "entered_precision", "entered_day"]].tolist() == [
        "2013-07-16",
        "day",
        "2013-07-16",
    ]


def test_what_ended_each_spell(folder):
    ended = _spells(folder)["ended_by"].to_dict()
    assert ended == {
        "RXA-1": "exit",
        "RXA-2": "administrative end",
        "RXB-1": "exit",
        "RXC-1": "acquired",
        "TXE-1": "administrative end",
    }


def test_an_exit_reported_after_the_regime_is_capped_and_kept(folder):
    spell = _spells(folder).loc["TXE-1"]
    assert (spell["exited"], spell["exited_day"], spell["exited_reported"]) == (
        "2021-07-13",
        "2021-07-13",
        "2021-09-23",
    )


def test_recommended_and_formal_exits_are_apart(folder):
    spells = _spells(folder)
    assert spells.loc["RXB-1", ["exit_recommended", "exit_formal"]].tolist() == ["2015-09-08", "2015-09-17"]
    assert spells.loc["RXA-1", "exit_formal"] == "2014-06"
    _change(
        folder, "smq_timeline.csv", "exit: CQC recommended 8 Sep 2015", "exit: CQC recommended September 2014"
    )
    assert _spells(folder).loc["RXB-1", "exit_recommended"] == "2014-09"
    _change(folder, "smq_timeline.csv", "exit: CQC recommended", "exit is the CQC recommendation date:")
    assert _spells(folder).loc["RXB-1", "exit_recommended"] == "2015-09-17"
    assert pd.isna(_spells(folder).loc["RXB-1", "exit_formal"])


def test_reasons_and_conflicts_are_fields(folder):
    spells = _spells(folder)
    assert spells["reason"].to_dict() == {
        "RXA-1": "High mortality, found by the Keogh review",
        "RXA-2": "Return to special measures: rated inadequate by CQC (safe, well-led)",
        "RXB-1": "High mortality, found by the Keogh review",
        "RXC-1": "Rated inadequate by CQC",
        "TXE-1": "Concerns about unsafe wards",
    }
    assert spells["first_trigger"].tolist()[:2] == ["Keogh review", "CQC inspection"]
    assert spells["conflict"].to_dict()["RXB-1"]
    note = "Another source dates the entry August 2013; another source counts 20 months."
    assert spells.loc["RXB-1", "note"] == note
    assert spells["conflict"].sum() == 1


def test_trusts_hold_finance_events_and_the_later_programme(folder):
    trusts = regime.read(folder)["regime_trusts"].set_index("org_code")
    assert trusts["keogh_11"].tolist() == [True, True, False, False]
    assert trusts["keogh_reviewed"].tolist() == [True, True, True, False]
    assert trusts.loc["RXA", ["finance_from", "finance_from_known"]].tolist() == ["2016-10", "from"]
    assert trusts.loc["RXB", "finance_from_known"] == "by"
    assert "2017-01" in trusts.loc["RXA", "note"]
    assert trusts.loc["RXC", ["later_event", "later_event_date", "successor"]].tolist() == [
        "acquired",
        "2014-10",
        "RXD",
    ]
    assert trusts.loc["RXA", ["rsp_entered", "rsp_exited", "rsp_exited_precision"]].tolist() == [
        "2021-07-13",
        "2022",
        "year",
    ]
    assert trusts.loc["RXB", "rsp_entered"] == "2021-08-18"
    assert trusts.loc["TXE", "confidence"] == "low"


def test_tables_pass_their_own_descriptions(folder):
    tables = regime.read(folder)
    for resource in map(descriptions.table, regime.TABLES):
        frame = tables[resource["name"]].copy()
        for column in frame.columns[frame.dtypes == "bool"]:
            frame[column] = frame[column].map({True: "true", False: "false"})
        content = frame.to_csv(index=False, lineterminator="\n").encode()
        assert len(data.verify(resource, content)) == len(frame)


def test_order_of_records_does_not_matter(folder):
    before = regime.read(folder)
    (folder / "smq_timeline.csv").write_text(_csv(HEAD, SPELLS[::-1]), encoding="utf-8")
    (folder / "smq_trust_attributes.csv").write_text(_csv(ATTRIBUTE_HEAD, TRUSTS[::-1]), encoding="utf-8")
    after = regime.read(folder)
    for name in before:
        pd.testing.assert_frame_equal(before[name], after[name])


@pytest.mark.parametrize(
    ("old", "new", "row", "column"),
    [
        ("ods_code", "code", 1, "ods_code"),
        ('"RXB"', '"rxb"', 4, "ods_code"),
        ("2014-05-01", "01/05/2014", 5, "entered"),
        ("2014-05-01", "2014-02-30", 5, "entered"),
        ("2014-05-01", "2012-05-01", 5, "entered"),
        ("2014-05-01", "2031-05-01", 5, "entered"),
        ("2014-05-01", "2014-05", 5, "precision"),
        ("2014-05-01", "2014-11-01", 5, "exited"),
        ("day/month", "day/day", 2, "precision"),
        ('"2014-06"', '"2017-06"', 3, "entered"),
        ('"2021-07-13"', '"2021-06-13"', 3, "exited"),
        ("2021-09-23", "2022-09-23", 6, "exited"),
        ("2013-07-16", "2013-07-17", 2, "entered"),
        ("spell 2", "spell 1", 3, "reason"),
        ("https://www.example.org/b", "www.example.org/b", 3, "source_url"),
        (" ; https", ", https", 3, "source_url"),
        ('"medium"', '"fair"', 3, "confidence"),
        ('"Gamma"', '"Beta"', 4, "trust_name"),
        ("CQC Inadequate; exit by", "poor care; exit by", 5, "reason"),
        ('"RXB","2013-07-16"', '"RXA","2013-07-16"', 4, "ods_code, entered"),
    ],
)
def test_damage_to_the_timeline_is_refused_with_its_place(folder, old, new, row, column):
    _change(folder, "smq_timeline.csv", old, new)
    with pytest.raises(DataError) as refused:
        regime.read(folder)
    assert (refused.value.table, refused.value.row, refused.value.column) == ("smq_timeline.csv", row, column)


@pytest.mark.parametrize(
    ("old", "new", "row", "column"),
    [
        ("acute+community", "hospital", 2, "trust_type"),
        ('"yes"', '"Y"', 2, "keogh_11"),
        ('"yes"', '"no"', None, "keogh_11"),
        ("2016-10 per", "October 2016 per", 2, "financial_special_measures_by_2018"),
        ("by 2016-10", "2016-10 to 2016-01", 3, "financial_special_measures_by_2018"),
        (f'{URL}","entered', '","entered', 3, "fsm_source"),
        ("acquired 2014-10", "acquired 2014-13", 4, "successor_or_later_event"),
        ("2022 spring", "in 2022", 2, "rsp_exit"),
        ('"RXB"', '"RXD"', None, "ods_code"),
        ('"RXB"', '"RXA"', 3, "ods_code"),
    ],
)
def test_damage_to_the_attributes_is_refused_with_its_place(folder, old, new, row, column):
    _change(folder, "smq_trust_attributes.csv", old, new)
    with pytest.raises(DataError) as refused:
        regime.read(folder)
    assert refused.value.table == "smq_trust_attributes.csv"
    assert (refused.value.row, refused.value.column) == (row, column)


def test_a_timeline_cut_at_a_line_is_refused(folder):
    (folder / "smq_timeline.csv").write_text(_csv(HEAD, SPELLS[:1] + SPELLS[2:]), encoding="utf-8")
    with pytest.raises(DataError, match=r"found '4 records'\. Allowed: 5 records"):
        regime.read(folder)


def test_one_file_of_two_is_refused_and_none_is_no_publication(folder, tmp_path):
    (folder / "smq_timeline.csv").unlink()
    with pytest.raises(DataError, match="one regime file"):
        regime.releases(folder)
    (folder / "smq_trust_attributes.csv").unlink()
    assert regime.releases(folder) == []


def _copy(folder: Path) -> None:
    shutil.copytree(data.FOLDER / "tables", folder / "tables")
    for name in hand.TABLES:
        shutil.copyfile(data.FOLDER / f"{name}.csv", folder / f"{name}.csv")


def test_curated_records_are_read_from_the_data_folder_and_damage_is_refused(tmp_path):
    _copy(tmp_path)
    assert tuple(hand.read(tmp_path)) == hand.TABLES
    _change(tmp_path, "regime_events.csv", "2015-02-15", "2015-02-01")
    with pytest.raises(DataError, match=r"regime_events, row 6, column 'date_day'.*2015-02-15"):
        hand.read(tmp_path)
    (tmp_path / "regime_events.csv").unlink()
    with pytest.raises(DataError, match="no file"):
        hand.read(tmp_path)


def test_a_curated_record_without_an_address_cannot_be_sure(tmp_path):
    _copy(tmp_path)
    _change(tmp_path, "regime_events.csv", "regulator,,,low", "regulator,,,high")
    with pytest.raises(DataError, match="at most low without an address"):
        hand.read(tmp_path)


def _in_force(spells: pd.DataFrame, day: str) -> pd.DataFrame:
    return spells[(spells["entered_day"] <= day) & (spells["exited_day"] > day)]


def test_committed_spells_give_the_published_counts():
    spells = data.load("regime_spells")
    claims = data.load("published_claims").set_index(["claim_id", "part"])["value"]
    placed = {
        day: spells.loc[spells["entered_day"] <= day, "org_code"].nunique()
        for day in ("2013-12-31", "2014-07-16")
    }
    left = {
        day: spells.loc[spells["exited_day"] <= day, "org_code"].nunique()
        for day in ("2014-07-16", "2017-03-28")
    }
    assert placed["2013-12-31"] == claims["O1", "placed"] == 14
    assert (
        (placed["2014-07-16"], left["2014-07-16"])
        == (claims["O3", "placed"], claims["O3", "left"])
        == (16, 5)
    )
    assert left["2017-03-28"] == claims["O7", "left"] == 19
    assert _in_force(spells, "2017-03-28")["org_code"].nunique() == claims["O7", "in"] == 12
    assert _in_force(spells, "2018-11-10")["org_code"].nunique() == claims["O14", "in"] == 15


def test_committed_spells_are_the_forty_two_of_thirty_eight_trusts():
    spells = data.load("regime_spells")
    assert len(spells) == 42
    assert spells["org_code"].nunique() == 38
    assert spells["ended_by"].value_counts().to_dict() == {"exit": 33, "administrative end": 8, "acquired": 1}
    twice = spells.loc[spells["spell"] == 2, "org_code"]
    assert sorted(twice) == ["RCX", "RJL", "RMY", "RWD"]
    first = data.load("regime_trusts").set_index("org_code")["keogh_11"]
    assert first.sum() == 11
    assert set(spells.loc[spells["first_trigger"] == "Keogh review", "org_code"]) == set(first[first].index)
