"""Other names of trusts, and what is said of every trust of the regime, against the tables of record."""

import json
import re

import pandas as pd
import pytest

from analysis import data
from analysis.chapters.lookup import files, names
from analysis.study import regime


@pytest.fixture(scope="module")
def known():
    return data.load("trust_names")


def test_a_name_is_no_repetition_and_whole(known):
    official = data.load("organisations").set_index("org_code")["name"]
    fold = {row: re.sub(r"\W", "", row.name.casefold().replace("&", "and")) for row in known.itertuples()}
    assert not [
        row for row, text in fold.items() if text in re.sub(r"\W", "", official[row.org_code].casefold())
    ]
    assert not known["name"].str.contains(r"[^\x20-\x7e]|^\s|\s$|\s{2}").any()


def test_every_acute_trust_of_the_regime_can_be_found_by_a_hospital_that_is_not_its_name(known):
    trusts = data.load("regime_trusts").set_index("org_code")
    acute = trusts.index[trusts["type"] == "acute"]
    named_after_it = {"RCX", "RLT", "RNQ"}  # the one hospital and the trust have one name
    assert set(acute) - set(known.loc[known["kind"] == "site", "org_code"]) == named_after_it


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Pilgrim Hospital, Boston", {"RWD"}),
        ("Addenbrooke's Hospital", {"RGT"}),
        ("Mid Staffs", {"RJD"}),
        ("Barnet Hospital", {"RVL"}),
        ("Stafford Hospital", {"RJD"}),
    ],
)
def test_a_hospital_stands_under_its_trust(known, name, codes):
    assert set(known.loc[known["name"] == name, "org_code"]) == codes


@pytest.mark.parametrize(
    ("area", "code"),
    [("Thanet", "RVV"), ("Rossendale", "RXR"), ("Tower Hamlets", "R1H"), ("Wyre Forest", "RWP")],
)
def test_a_district_stands_under_the_trust_of_the_regime_that_its_people_know(known, area, code):
    rows = known[known["name"] == area]
    assert rows[["org_code", "kind"]].to_numpy().tolist() == [[code, "area"]]


def test_areas_are_told_of_trusts_of_the_regime_and_of_nearly_all(known):
    told = set(known.loc[known["kind"] == "area", "org_code"])
    trusts = data.load("regime_trusts").set_index("org_code")["type"]
    assert told <= set(trusts.index)
    assert set(trusts.index[trusts == "acute"]) - told == {
        "RBK",
        "REF",
    }  # their towns have hospitals of their own


def test_every_trust_of_the_regime_is_answered_with_its_spells():
    spells = regime.spells()
    found = names.of_the_regime()
    assert set(found) == set(spells["trust"]) == set(data.load("regime_trusts")["org_code"])
    assert set(found) <= set(files.listed())
    for code, about in found.items():
        mine = spells[spells["trust"] == code].sort_values("entered")
        assert about["ends"] == [
            [f"{one.entered:%Y-%m-%d}", f"{one.last_day:%Y-%m-%d}"] for one in mine.itertuples()
        ]
        assert len(about["spells"]) == len(mine) == len(about["years"].split(", "))
        assert about["back"] == (len(mine) > 1)


def test_a_day_that_is_not_known_is_said_as_a_month():
    dated = data.load("regime_spells")
    for row in dated.itertuples():
        said = " ".join(names.of_the_regime()[row.org_code]["spells"])
        for day, precision in (
            (row.entered_day, row.entered_precision),
            (row.exited_day, row.exited_precision),
        ):
            if precision != "day":
                assert f"{day.day} {day:%B %Y}" not in said, row.org_code
                assert f"in {day:%B %Y}" in said, row.org_code


def test_each_trust_of_the_regime_has_figures_or_is_told_why_not():
    keys = [one["key"] for one in files.outline()["indicators"]]
    for code in names.of_the_regime():  # each has a figure of some kind, and its spells
        told = files.trust_file(code, keys)
        assert told["indicators"]
        assert set(told["indicators"]) | set(told["without"]) == set(keys)
        assert told["regime"]["spells"]


def test_the_list_of_the_regime_names_each_trust_once_with_its_address():
    block = names.regime_list()
    codes = re.findall(r'href="\?trust=([A-Z0-9]+)"', block.html)
    assert sorted(codes) == sorted(names.of_the_regime())
    short = re.findall(r">([^<]+)</a>", block.html)
    assert short == sorted(short)
    assert block.html.count(names.CAME_BACK) == len(
        regime.spells().groupby("trust").filter(lambda one: len(one) > 1)["trust"].unique()
    )


def test_what_the_page_loads_first_stays_small():
    for content in (files.outline(), files.also_known()):
        assert len(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()) < 75_000


def test_what_came_later_names_years_of_the_table():
    table = data.load("regime_trusts").set_index("org_code")
    for code, about in names.of_the_regime().items():
        row = table.loc[code]
        known = [
            row[part] for part in ("later_event_date", "rsp_entered", "rsp_exited") if pd.notna(row[part])
        ]
        assert re.findall(r"\d{4}", about["later"]) == [str(one)[:4] for one in known]
