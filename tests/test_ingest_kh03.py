"""KH03: a made release of two providers, each kind of damage, and the sums of the committed tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest.history import kh03_collected, kh03_compiled
from analysis.ingest.live import kh03

NAME = "overnight_day_beds_2010_24_clean.csv"
CATEGORIES = ("total", "general_acute", "learn_disabil", "maternity", "mental_illness")
QUARTERS = [
    ("2010", "June", "Q1"),
    ("2010", "September", "Q2"),
    ("2010", "December", "Q3"),
    ("2011", "March", "Q4"),
]
# Available and occupied of general and acute, maternity and mental illness; none for learning disabilities.
BEDS = {"RAA": ([100.5, 20.25, 0.0], [90.5, 10.25, 0.0]), "RBB": ([50.0, 0.0, 10.0], [45.0, 0.0, 12.0])}
DAY = {"RAA": ([8.0, 0.0, 0.0], [6.0, 0.0, 0.0]), "RBB": None}


def _figures(part: tuple[list[float], list[float]] | None) -> list[str]:
    """Return five available, five occupied and five shares as the file prints them."""
    if part is None:
        return ["NA"] * 15
    both = []
    for general, maternity, mental in part:
        both.append([general + maternity + mental, general, 0.0, maternity, mental])
    shares = [repr(float(o / a)) if a else "NA" for a, o in zip(*both, strict=True)]
    return [f"{value:g}" for side in both for value in side] + shares


def _sum(parts: list) -> tuple[list[float], list[float]]:
    held = [part for part in parts if part is not None]
    return tuple(np.sum([part[side] for part in held], axis=0).tolist() for side in (0, 1))


def _text() -> str:
    heads = [
        f"{category}_{kind}_beds_{what}"
        for kind in ("on", "day")
        for what in ("available", "occupied", "percent_occupied")
        for category in CATEGORIES
    ]
    heads = ["year", "period_end", "org_code", "org_name", *heads[:15], "quarter", *heads[15:]]
    lines = [",".join(f'"{head}"' for head in heads)]
    providers = {code: (BEDS[code], DAY[code]) for code in BEDS}
    providers["NA"] = (_sum(list(BEDS.values())), _sum(list(DAY.values())))
    for code, (night, day) in providers.items():
        name = "ENGLAND" if code == "NA" else f"TRUST {code}"
        for year, month, quarter in QUARTERS:
            fields = [f'"{year}"', f'"{month}"', f'"{code}"', f'"{name}"', *_figures(night), f'"{quarter}"']
            lines.append(",".join([*fields, *_figures(day)]))
    return "\n".join(lines) + "\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kh03_compiled, "LAST", "2011-03")
    monkeypatch.setattr(kh03_compiled, "DAY_ABSENT", {})
    (tmp_path / "any").mkdir()
    (tmp_path / "any" / NAME).write_text(_text(), encoding="utf-8")
    return tmp_path


def test_read_gives_beds_as_published_with_missing_and_zero_apart(folder: Path) -> None:
    tables = kh03.read(folder)
    night, day, england = (tables[name] for name in ("beds_overnight", "beds_day", "beds_england"))
    assert night["quarter_end"].tolist() == ["2010-06", "2010-09", "2010-12", "2011-03"] * 2
    row = night.iloc[0]
    assert (row["org_code"], row["total_available"], row["maternity_occupied"]) == ("RAA", 120.75, 10.25)
    assert row["learning_disabilities_available"] == 0
    assert day[day["org_code"] == "RBB"].drop(columns=["org_code", "quarter_end"]).isna().all(axis=None)
    assert england["overnight_total_available"].tolist() == [180.75] * 4
    assert england["day_general_acute_occupied"].tolist() == [6.0] * 4


def test_no_release_is_an_empty_list_and_two_are_refused(folder: Path, tmp_path: Path) -> None:
    assert kh03.releases(folder / "any")[0].name == NAME
    (tmp_path / "empty").mkdir()
    assert kh03.releases(tmp_path / "empty") == []
    (tmp_path / "empty" / NAME).write_text(_text(), encoding="utf-8")
    with pytest.raises(DataError, match="one file named"):
        kh03.releases(folder)


FIRST = '"2010","June","RAA","TRUST RAA",120.75,100.5,0,20.25,0,100.75'
DAMAGES = {
    "column renamed": (
        lambda t: t.replace("maternity_on_beds_occupied", "mat_on"),
        r"row 1.*maternity_on_beds_occ",
    ),
    "header shifted": (lambda t: "KH03,,\n" + t, r"row 1, column 'year'"),
    "unknown column": (lambda t: t.replace('"org_name"', '"org_name","region"', 1), "unknown heading"),
    "unquoted decimal comma": (lambda t: t.replace("120.75,", "120,75,", 1), "row 2: found '36 fields'"),
    "provider twice": (lambda t: t + t.splitlines()[1] + "\n", "row 14.*RAA 2010-06 twice"),
    "England twice": (lambda t: t + t.splitlines()[-1] + "\n", "row 14.*twice"),
    "percent for share": (
        lambda t: t.replace("0.834368530020", "83.4368530020", 1),
        "row 2.*83.43.*from 0 to 1",
    ),
    "other share": (lambda t: t.replace("0.834368530020", "0.814368530020", 1), "row 2.*a share of one"),
    "negative": (
        lambda t: t.replace(FIRST, FIRST.replace("20.25", "-20.25")),
        "row 2, column 'maternity_on_beds_av",
    ),
    "more occupied": (
        lambda t: t.replace(",90.5,0,10.25,0,", ",120.5,0,10.25,0,", 1).replace("100.75", "130.75", 1),
        "no more",
    ),
    "parts and total": (
        lambda t: t.replace(FIRST, FIRST.replace("100.5", "99.5")),
        "row 2.*sum of its categories",
    ),
    "changed consistently": (
        lambda t: t.replace(
            FIRST + ",90.5,0,10.25,0," + t.splitlines()[1].split(",90.5,0,10.25,0,")[1].split(',"Q1"')[0],
            '"2010","June","RAA","TRUST RAA",0,0,0,0,0,0,0,0,0,0,NA,NA,NA,NA,NA',
        ),
        r"row 2010-06, column 'total_on_beds_available'.*the ENGLAND row",
    ),
    "blank for a count": (
        lambda t: t.replace(FIRST, FIRST.replace("20.25", "")),
        "row 2, column 'maternity_on_b",
    ),
    "half a day return": (
        lambda t: t.replace(",8,8,0,", ",8,NA,0,", 1),
        "row 2.*general_acute_day_beds_available.*NA",
    ),
    "future date": (lambda t: t.replace('"2011","March"', '"2091","March"', 1), r"row 5.*2091 March Q4"),
    "before coverage": (lambda t: t.replace('"2010","June"', '"2009","June"', 1), "row 2.*2009 June Q1"),
    "financial year": (lambda t: t.replace('"2010","June"', '"2010","March"', 1), "row 2.*2010 March Q1"),
    "a quarter lost": (
        lambda t: "".join(x + "\n" for x in t.splitlines() if '"December"' not in x),
        "row 2010-12.*no ENGLAND",
    ),
    "cut in a line": (lambda t: t[:-40], "fields|share"),
    "cut at a line": (lambda t: "\n".join(t.splitlines()[:-1]) + "\n", "row 2011-03.*no ENGLAND row"),
    "provider line lost": (
        lambda t: "\n".join([*t.splitlines()[:1], *t.splitlines()[2:]]) + "\n",
        "row 2010-06.*ENGLAND row",
    ),
    "bad code": (lambda t: t.replace('"RAA"', '"raa-1"', 1), "row 2, column 'org_code'.*raa-1"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_refused_with_its_place(folder: Path, damage: str) -> None:
    change, message = DAMAGES[damage]
    broken = change(_text())
    assert broken != _text()
    (folder / "any" / NAME).write_text(broken, encoding="utf-8")
    with pytest.raises(DataError, match=f"{NAME}.*({message})"):
        kh03.read(folder)


def test_order_of_rows_does_not_matter(folder: Path) -> None:
    before = kh03.read(folder)
    head, *lines = _text().splitlines()
    (folder / "any" / NAME).write_text("\n".join([head, *reversed(lines)]) + "\n", encoding="utf-8")
    for name, table in kh03.read(folder).items():
        pd.testing.assert_frame_equal(table, before[name])


@pytest.mark.parametrize("kind", ["overnight", "day"])
def test_committed_providers_sum_to_england_in_every_quarter(kind: str) -> None:
    beds, england = data.load(f"beds_{kind}"), data.load("beds_england").set_index("quarter_end")
    sums = beds.drop(columns="org_code").groupby("quarter_end").sum()
    total = england[[f"{kind}_{column}" for column in sums]].set_axis(sums.columns, axis=1)
    difference = total.loc[sums.index] - sums
    collected = difference.loc["2024-12":]  # rounded to a hundredth at each provider
    difference = difference.loc[:"2024-09"]
    if kind == "day":  # the open difference: 81 day beds of 2010-11 that no provider row holds
        assert difference.loc[:"2011-03", "total_available"].tolist() == pytest.approx([81.0] * 4, abs=0.01)
        difference = difference.loc["2011-06":]
    assert len(sums) == (61 if kind == "overnight" else 58)
    assert len(collected) == 0 or collected.abs().max(axis=None) <= kh03_collected.WITHIN
    rounding = beds.groupby("quarter_end").size().max() * 0.5 * 10**-kh03_compiled.DECIMALS
    assert difference.abs().max(axis=None) <= rounding


def test_committed_england_equals_the_published_first_quarter() -> None:
    first = data.load("beds_england").set_index("quarter_end").loc["2010-06"]
    assert round(first["overnight_total_available"]) == 144_455
    assert round(first["overnight_total_occupied"]) == 122_551
    assert round(100 * first["overnight_total_occupied"] / first["overnight_total_available"], 1) == 84.8


def test_committed_beds_have_no_rates_and_no_england() -> None:
    beds = data.load("beds_overnight")
    assert len(beds) == 12_506 + 550  # the compiled file, and three quarters since
    assert not [column for column in beds if "percent" in column or "rate" in column]
    assert "NA" not in set(beds["org_code"])
