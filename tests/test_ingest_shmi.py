"""SHMI: made releases of three trusts, each kind of damage, and the committed tables against each other."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest.history import shmi_archive
from analysis.ingest.live import shmi

HEAD = (
    "INDICATOR_CODE,PROVIDER,PROVIDER_NAME,DENOMINATOR,OBSERVED,EXPECTED,VALUE,PO_LL,PO_UL,"
    "OD_LL,OD_UL,OD_BANDING"
)
FIRST_HEAD = (
    "INDICATOR_CODE,PROVIDER,PROVIDER NAME,DENOMINATOR,OBSERVED,EXPECTED,VALUE,PO_LL,PO_UL,PO_BANDING,"
    "OD_LL,OD_UL,OD_BANDING"
)
ROWS = """\
I00699,RAA,TRUST A,50000,1200,1000.0001,1.2,0.91,1.1,0.88,1.14,1
I00699,RBB,TRUST B,40000,900,1000,0.9,0.91,1.1,0.88,1.14,2
I00699,RCC,TRUST C,30000,700,800,0.875,0.9,1.11,0.88,1.14,3
"""
FIRST_ROWS = """\
I00699,RAA,TRUST A,50000,1200,1000.0001,1.2,0.91,1.1,1,0.88,1.14,1
I00699,RBB,TRUST B,40000,900,1000,0.9,0.91,1.1,3,0.88,1.14,2
I00699,RCC,TRUST C,30000,700,800,0.875,0.9,1.11,3,0.88,1.14,3
"""
FOOTER = (
    ',,,,,,,,,,,\n"Copyright © 2013, Health and Social Care Information Centre. All Rights Reserved"'
    ",,,,,,,,,,,\n"
)
FOOTED = ("2013-april", "2013-july", "2013-october", "2014-january", "2014-april")
UNWEIGHTED = """\
"Code","Year.Index","SHMI.before","SHMI.Index","Responses"
"RAA",2012,1.2,1.2,300
"RBB",2012,0.9,0.9,NA
"RCC",2012,NA,0.875,310
"RAA",2013,1.2,1.1,320
"""
WEIGHTED = """\
"Code","Year.index","Engagement","SHMI.before","SHMI.index"
"",2015,NA,NA,NA
"RAA",2015,0.7,1.05,1.04
"R1F1",2015,NA,NA,NA
"""
EARLIER = """\
"Code","Year.index","SHMI.index","SHMI.before","SHMI.after"
"RAA",2012,1.2,1.2,1.1
"RAA",NA,NA,1.07,NA
"""
YEAR_FILES = {
    "data.NHS.2012_2019.csv": UNWEIGHTED,
    "data.NHS.2015_2019.csv": WEIGHTED,
    "all.years.NHS_2019-09-04.csv": EARLIER,
}
MADE_TRUSTS = {2011: 2, 2012: 3, 2013: 1, 2014: 1, 2015: 1}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with eleven releases, deaths as expected over all trusts, and three year files."""
    made = {name: (month, end, 3) for name, (month, end, _) in shmi_archive.RELEASES.items()}
    monkeypatch.setattr(shmi_archive, "RELEASES", made)
    monkeypatch.setattr(shmi_archive, "TRUSTS", MADE_TRUSTS)
    for name in made:
        _write(tmp_path, name)
    for name, text in YEAR_FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _write(folder: Path, name: str, text: str | None = None) -> None:
    whole = f"{FIRST_HEAD}\n{FIRST_ROWS}" if name == "2011-october" else f"{HEAD}\n{ROWS}"
    whole += FOOTER if name in FOOTED else ""
    raw = (whole if text is None else text).replace("\n", "\r\n").encode("cp1252")
    (folder / f"shmi-{name}.csv").write_bytes(raw)


def test_read_joins_eleven_releases_and_the_years(folder: Path) -> None:
    tables = shmi.read(folder)
    quarterly, yearly = tables["shmi_quarterly"], tables["shmi_yearly"]
    assert len(quarterly) == 33
    last = quarterly[quarterly["org_code"] == "RCC"].iloc[-1]
    assert (last["release"], last["period_end"], last["observed"]) == ("2014-04", "2013-09", 700)
    assert quarterly["banding"].head(11).unique().tolist() == ["higher than expected"]
    assert yearly.values.tolist() == [
        ["RAA", 2011, 1.2],
        ["RAA", 2012, 1.2],
        ["RAA", 2013, 1.1],
        ["RAA", 2014, 1.05],
        ["RAA", 2015, 1.04],
        ["RBB", 2011, 0.9],
        ["RBB", 2012, 0.9],
        ["RCC", 2012, 0.875],
    ]


def test_part_of_the_set_is_refused_and_none_is_empty(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "data.NHS.2012_2019.csv").write_text(UNWEIGHTED, encoding="utf-8")
    assert shmi.releases(other) == []
    (folder / "shmi-2012-july.csv").unlink()
    with pytest.raises(DataError, match="2012-july"):
        shmi.releases(folder)


def test_year_files_without_releases_make_the_years_alone(folder: Path) -> None:
    whole = shmi.read(folder)["shmi_yearly"]
    for path in folder.glob("shmi-*.csv"):
        path.unlink()
    assert [path.name for path in shmi.releases(folder)] == list(YEAR_FILES)
    made = shmi.read(folder)
    assert list(made) == ["shmi_yearly"]
    pd.testing.assert_frame_equal(made["shmi_yearly"], whole)


RELEASE_DAMAGES = {
    "column renamed": (lambda t: t.replace("OBSERVED", "DEATHS"), r"row 1, column 'OBSERVED'"),
    "unknown column": (lambda t: t.replace("PROVIDER_NAME", "TRUST"), r"row 1, column 'TRUST'"),
    "header shifted": (lambda t: "SHMI\n" + t, r"row 1, column 'INDICATOR_CODE'"),
    "trust twice": (lambda t: t + t.splitlines()[1] + "\n", r"row 5, column 'PROVIDER'.*RAA twice"),
    "percent": (lambda t: t.replace(",1.2,", ",120,"), r"row 2, column 'VALUE'.*'120'"),
    "other ratio": (
        lambda t: t.replace(",0.9,0.91", ",0.91,0.91"),
        r"row 3, column 'shmi'.*observed / expected",
    ),
    "negative": (lambda t: t.replace(",900,", ",-900,"), r"row 3, column 'OBSERVED'.*-900"),
    "no value": (lambda t: t.replace(",900,", ",,"), r"row 3, column 'OBSERVED'"),
    "banding": (lambda t: t.replace("1.14,2", "1.14,3"), r"row 3, column 'OD_BANDING'"),
    "unknown banding": (lambda t: t.replace("1.14,2", "1.14,4"), r"row 3, column 'OD_BANDING'"),
    "limits swapped": (lambda t: t.replace("0.88,1.14,2", "1.14,0.88,2"), r"row 3, column 'od_ll'"),
    "other indicator": (lambda t: t.replace("I00699,RBB", "I00700,RBB"), r"row 3, column 'INDICATOR_CODE'"),
    "national": (
        lambda t: t.replace("900,1000,0.9", "1000,1111.1111,0.9"),
        r"column 'OBSERVED'.*2900 deaths over all trusts",
    ),
    "cut in a line": (lambda t: t[:-20], r"row 4.*fields"),
    "cut at a line": (lambda t: "\n".join(t.splitlines()[:-1]) + "\n", r"2 trusts.*3 trusts, as published"),
}


@pytest.mark.parametrize("damage", RELEASE_DAMAGES)
def test_damaged_release_is_refused_with_its_place(folder: Path, damage: str) -> None:
    change, message = RELEASE_DAMAGES[damage]
    _write(folder, "2012-january", change(f"{HEAD}\n{ROWS}"))
    with pytest.raises(DataError, match=f"shmi-2012-january.csv.*{message}"):
        shmi.read(folder)


YEAR_DAMAGES = {
    "conflict in a file": (
        "data.NHS.2012_2019.csv",
        lambda t: t.replace('"RAA",2013,1.2,', '"RAA",2013,1.19,'),
        r"row 5, column 'SHMI.before'|row 2, column 'SHMI.Index'",
    ),
    "conflict between files": (
        "all.years.NHS_2019-09-04.csv",
        lambda t: t.replace("1.2,1.2,1.1", "1.2,1.2,1.12"),
        r"row 2, column 'SHMI.after'.*1.12.*RAA 2013",
    ),
    "trust-year twice": (
        "data.NHS.2012_2019.csv",
        lambda t: t + t.splitlines()[1] + "\n",
        r"row 6.*RAA 201. twice",
    ),
    "column renamed": ("data.NHS.2015_2019.csv", lambda t: t.replace("SHMI.index", "SHMI"), "SHMI.index"),
    "percent": (
        "data.NHS.2012_2019.csv",
        lambda t: t.replace(",0.875", ",87.5"),
        r"row 4, column 'SHMI.Index'",
    ),
    "future year": (
        "data.NHS.2012_2019.csv",
        lambda t: t.replace("2013", "2031"),
        r"row 5, column 'Year.Index'",
    ),
    "rows lost": (
        "data.NHS.2012_2019.csv",
        lambda t: t.replace('"RCC",2012,NA,0.875,310\n', ""),
        "2 trusts in 2012.*3 trusts",
    ),
}


@pytest.mark.parametrize("damage", YEAR_DAMAGES)
def test_damaged_year_file_is_refused_with_its_place(folder: Path, damage: str) -> None:
    name, change, message = YEAR_DAMAGES[damage]
    (folder / name).write_text(change(YEAR_FILES[name]), encoding="utf-8")
    with pytest.raises(DataError, match=f"{name}.*({message})"):
        shmi.read(folder)


def test_year_that_is_not_its_release_is_refused(folder: Path) -> None:
    for name, text in YEAR_FILES.items():
        changed = text.replace('"RBB",2012,0.9,0.9', '"RBB",2012,0.9,0.91')
        (folder / name).write_text(changed, encoding="utf-8")
    with pytest.raises(DataError, match=r"SHMI 2012, row RBB, column 'shmi'.*0.91.*release 2013-07"):
        shmi.read(folder)


def test_committed_ratio_is_observed_over_expected_and_the_nation_is_one() -> None:
    table = data.load("shmi_quarterly")
    ratio = table["observed"].astype("float64") / table["expected"]
    assert (table["shmi"] - ratio).abs().max() <= 0.000051
    deaths = table.groupby("release")[["observed", "expected"]].sum()
    off = (deaths["observed"] / deaths["expected"] - 1).abs()
    assert len(off) == 11
    assert off.max() < 0.0025
    assert (off < 1e-5).sum() == 9


def test_committed_releases_to_december_are_the_calendar_years() -> None:
    quarterly, yearly = data.load("shmi_quarterly"), data.load("shmi_yearly")
    december = quarterly[quarterly["period_end"].dt.month == 12]
    december = december.assign(year=december["period_end"].dt.asfreq("Y"))
    both = yearly.merge(december, on=["org_code", "year"], suffixes=("", "_release"))
    assert both.groupby("year").size().tolist() == [141, 142]
    assert (both["shmi"] - both["shmi_release"]).abs().max() < 0.00005


def test_committed_years_have_the_documented_trusts() -> None:
    counts = data.load("shmi_yearly").groupby("year").size()
    assert counts.to_list() == list(shmi_archive.TRUSTS.values())
    assert counts.sum() == 1225
