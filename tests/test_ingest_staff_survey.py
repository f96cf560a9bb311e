"""NHS Staff Survey: made files of two trusts, each kind of damage, and the committed table."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest.history import staff_survey_archive
from analysis.ingest.live import staff_survey

PLAIN, WEIGHTED = "data.NHS.2012_2019.csv", "data.NHS.2015_2019.csv"
PLAIN_TEXT = """\
"Code","Year.Index","SHMI.Index","X","Responses","Engagement.Index","Engagement.Index.dichot",\
"RecommendWork.Index.dichot","RecommendCare.Index.dichot","WorkStress.Index","FreedomSpeak.Index"
"RAA",2014,1.1,NA,400,3.8,0.65,0.55,0.62,0.37,0
"RAA",2015,1.1,NA,410,3.81,0.66,0.22,0.31,0.36,0
"RAA",2016,1.1,NA,2100,3.9,0.7,0.61,0.7,0.35,0
"RBB",2015,0.9,NA,300,3.7,0.6,0.5,0.6,0.4,0
"RBB",2016,0.9,NA,310,3.71,0.61,0.51,0.61,0.41,0
"RCC",2016,0.9,NA,NA,NA,NA,NA,NA,NA,NA
"""
WEIGHTED_TEXT = """\
"Code","Year.index","Engagement","FreedomSpeak","Openness","RecommendCare","RecommendWork","Responses","rr",\
"SHMI.index","WorkStress"
"",2015,NA,NA,NA,NA,NA,NA,NA,NA,NA
"R1F1",2015,NA,NA,NA,NA,NA,NA,NA,NA,NA
"RAA",2015,0.668,0.75,0.76,0.632,0.562,2900,0.5,1.1,0.362
"RAA",2016,0.7012345678,0.77,0.78,0.702,0.612,2900,0.51,1.1,0.348
"RBB",2016,NA,NA,NA,NA,NA,3000,NA,0.9,NA
"""
TEXTS = {PLAIN: PLAIN_TEXT, WEIGHTED: WEIGHTED_TEXT}
MEASURES = ("engagement", "recommend_work", "recommend_care", "work_stress")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = {staff_survey_archive.UNWEIGHTED_FILE: 6, staff_survey_archive.WEIGHTED_FILE: 5}
    monkeypatch.setattr(staff_survey_archive, "ROWS", rows)
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_read_prefers_the_weighted_version_and_never_mixes(folder: Path) -> None:
    table = staff_survey.read(folder)["staff_survey"].set_index(["org_code", "year"])
    assert table.index.tolist() == [("RAA", 2014), ("RAA", 2015), ("RAA", 2016), ("RBB", 2015), ("RBB", 2016)]
    assert table["weighted"].tolist() == [False, True, True, False, False]
    assert table["engagement"].tolist() == [0.65, 0.668, 0.701235, 0.6, 0.61]
    assert table["recommend_work"].tolist()[:3] == [0.55, 0.562, 0.612]
    assert table.loc[("RAA", 2016), "recommend_work_unweighted"] == 0.61
    assert table.loc[("RAA", 2016), "responses"] == 2100  # not the 2,900 that repeat 2019
    assert table["response_rate"].isna().tolist() == [True, False, False, True, True]
    assert table["engagement_mean"].tolist() == [3.8, 3.81, 3.9, 3.7, 3.71]


def test_misplaced_unweighted_results_of_2015_are_missing(folder: Path) -> None:
    table = staff_survey.read(folder)["staff_survey"].set_index(["org_code", "year"])
    for name in ("recommend_work", "recommend_care", "work_stress"):
        assert table.xs(2015, level="year")[f"{name}_unweighted"].isna().all()
        assert table.xs(2015, level="year")[name].isna().tolist() == [False, True]
    assert table.loc[("RBB", 2015), "engagement"] == 0.6


def test_one_file_alone_is_refused_and_none_is_empty(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert staff_survey.releases(tmp_path_factory.mktemp("none")) == []
    (folder / WEIGHTED).unlink()
    with pytest.raises(DataError, match="2015_2019"):
        staff_survey.releases(folder)


DAMAGES = {
    "column renamed": (
        WEIGHTED,
        lambda t: t.replace('"RecommendWork"', '"Recommend"'),
        r"row 1, column 'Recomm",
    ),
    "header shifted": (PLAIN, lambda t: "NHS\n" + t, r"row 1, column 'Code'"),
    "trust-year twice": (PLAIN, lambda t: t + t.splitlines()[1] + "\n", r"row 8.*RAA 2014 twice"),
    "percent": (WEIGHTED, lambda t: t.replace("0.562", "56.2"), r"row 4, column 'RecommendWork'.*56.2"),
    "zero that is missing": (WEIGHTED, lambda t: t.replace("0.362", "0"), r"row 4, column 'WorkStress'.*'0'"),
    "zero in a used column": (
        PLAIN,
        lambda t: t.replace("0.37,0", "0,0"),
        r"row 2, column 'WorkStress.Index'",
    ),
    "mean for proportion": (
        PLAIN,
        lambda t: t.replace("3.8,0.65", "3.8,3.8"),
        r"row 2, column 'Engagement.Index.d",
    ),
    "proportion for mean": (
        PLAIN,
        lambda t: t.replace("3.8,0.65", "0.65,0.65"),
        r"row 2, column 'Engagement.Index'",
    ),
    "negative": (PLAIN, lambda t: t.replace(",400,", ",-400,"), r"row 2, column 'Responses'.*-400"),
    "future year": (
        PLAIN,
        lambda t: t.replace('"RAA",2014', '"RAA",2031'),
        r"row 2, column 'Year.Index'.*2031",
    ),
    "before coverage": (
        WEIGHTED,
        lambda t: t.replace('"RAA",2015', '"RAA",2014'),
        r"row 4, column 'Year.index'",
    ),
    "part of a row": (WEIGHTED, lambda t: t.replace("0.562", "NA"), r"row 4, column 'RecommendWork'.*all"),
    "columns swapped": (
        WEIGHTED,
        lambda t: t.replace('"RecommendCare","RecommendWork"', '"RecommendWork","RecommendCare"'),
        r"RAA 2016, column 'recommend_work'.*unweighted",
    ),
    "bad code": (PLAIN, lambda t: t.replace('"RBB",2016', '"R-B",2016'), r"row 6, column 'Code'.*R-B"),
    "cut in a line": (WEIGHTED, lambda t: t[:-3], r"row 6.*fields|a last line that ends"),
    "cut in a number": (PLAIN, lambda t: t[: t.index(",0.35,0") + 5], r"a last line that ends|fields"),
    "cut at a line": (
        WEIGHTED,
        lambda t: "".join(t.splitlines(keepends=True)[:-1]),
        r"4 rows.*5 rows or more",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_refused_with_its_place(folder: Path, damage: str) -> None:
    name, change, message = DAMAGES[damage]
    assert change(TEXTS[name]) != TEXTS[name]
    (folder / name).write_text(change(TEXTS[name]), encoding="utf-8")
    with pytest.raises(DataError, match=f"{name}.*({message})"):
        staff_survey.read(folder)


def test_committed_rows_are_weighted_as_a_whole_or_not_at_all() -> None:
    table = data.load("staff_survey")
    weighted = table["weighted"].astype("bool")
    rows = table.groupby("year")["weighted"].sum().tolist()
    assert rows == [0, 0, 0, 120, 122, 127, 132, 133]
    only_weighted = table[["response_rate", "freedom_speak", "openness"]]
    assert only_weighted[weighted].notna().all(axis=None)
    assert only_weighted[~weighted].isna().all(axis=None)
    for name in MEASURES:
        plain = table.loc[~weighted, [name, f"{name}_unweighted"]].dropna(how="all")
        assert (plain[name] == plain[f"{name}_unweighted"]).all()


def test_committed_versions_agree_so_that_the_shift_is_small() -> None:
    table = data.load("staff_survey")
    weighted = table[table["weighted"].astype("bool")]
    for name in MEASURES:
        shift = (weighted[name] - weighted[f"{name}_unweighted"]).dropna()
        assert len(shift) > 450
        assert shift.abs().max() < staff_survey_archive.NEAR
        assert abs(shift.mean()) < 0.005


def test_committed_responses_do_not_repeat_2019() -> None:
    responses = data.load("staff_survey").groupby("year")["responses"].mean().round().tolist()
    assert responses == [398, 844, 1105, 1340, 1919, 2271, 2423, 2912]
