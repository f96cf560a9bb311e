"""The frame of all trusts against the eight: made frames with known answers, then the tables themselves."""

import pandas as pd
import pytest

from analysis.study import regime
from analysis.study.evidence import selection
from analysis.study.evidence.cases import SLUGS, CaseError


def spell(trust, entered, months, ended="exit", number=1):
    start = pd.Timestamp(entered)
    return {"trust": trust, "spell": number, "entered": start, "months": months, "ended_by": ended}


SPELLS = pd.DataFrame(
    [
        spell("AAA", "2013-07-16", 12.0),
        spell("BBB", "2013-07-17", 12.1),
        spell("CCC", "2015-01-01", 36.0),
        spell("DDD", "2017-01-01", 40.0, "administrative end"),
        spell("BBB", "2016-12-31", 10.0, number=2),
    ]
)
CODES = ["AAA", "BBB", "CCC", "DDD"]
ABOUT = pd.DataFrame(
    {"short_name": ["A", "B", "C", "D"], "type": ["acute", "acute", "ambulance", "acute"], "rsp_entered": [pd.NaT, "2021", pd.NaT, pd.NaT]},
    index=CODES,
)  # fmt: skip
REGIONS = pd.Series(["North", "South", "South", "East"], index=CODES)


@pytest.fixture
def frame():
    return selection.described(SPELLS, about=ABOUT, regions=REGIONS)


def test_each_trust_is_put_into_one_group_of_each_aspect_at_the_edges_of_the_groups(frame):
    shown = frame.set_index("trust")
    assert list(shown["entry"]) == ["16 July 2013", "later in 2013 or 2014", "2015 or 2016", "2017 to 2021"]
    assert list(shown["length"]) == [
        "a year or less",
        "one to two years",
        "two to three years",
        selection.CUT_SHORT,
    ]
    assert list(shown["return"]) == ["did not come back", "came back", "did not come back", "did not leave"]
    assert list(shown["successor"]) == ["not recorded", "recorded", "not recorded", "not recorded"]


def test_order_of_rows_does_not_matter(frame):
    again = selection.described(SPELLS.iloc[::-1], about=ABOUT.iloc[::-1], regions=REGIONS.iloc[::-1])
    pd.testing.assert_frame_equal(frame, again)


def test_counts_gaps_and_variation(frame):
    found = selection.selection(frame, chosen=["AAA", "DDD"])
    counts = found.groups.set_index(["aspect", "group"])
    assert counts.loc[("type", "acute"), ["trusts", "chosen"]].tolist() == [3, 2]
    assert found.groups.groupby("aspect")["trusts"].sum().eq(4).all()
    assert found.groups.groupby("aspect")["chosen"].sum().eq(2).all()
    assert set(found.gaps()["group"]) >= {"ambulance", "South", "came back", "recorded"}
    assert "type" not in found.varies()
    assert "region" in found.varies()
    assert "2 of the 4 trusts" in found.sentence()
    assert "ambulance (1 trust)" in found.sentence()


def test_choosing_all_leaves_no_gap(frame):
    found = selection.selection(frame, chosen=CODES)
    assert found.gaps().empty
    assert "No chosen trust" not in found.sentence()


def test_the_callers_frame_is_not_changed(frame):
    before = frame.copy()
    selection.selection(frame, chosen=["AAA"])
    pd.testing.assert_frame_equal(frame, before)


def test_a_code_that_never_entered_is_refused(frame):
    with pytest.raises(CaseError, match="ZZZ"):
        selection.selection(frame, chosen=["AAA", "ZZZ"])


def test_a_trust_without_region_is_refused():
    with pytest.raises(CaseError, match="CCC"):
        selection.described(SPELLS, about=ABOUT, regions=REGIONS.drop("CCC"))


def test_the_eight_against_all_that_entered():
    found = selection.selection(selection.everyone())
    assert len(found.frame) == regime.spells()["trust"].nunique() == 38
    assert set(found.frame.loc[found.frame["chosen"], "trust"]) == set(SLUGS)
    counts = found.groups.set_index(["aspect", "group"])["chosen"]
    assert counts["return", "came back"] == 2
    assert counts["type", "acute"] == 6
    assert counts["length", selection.CUT_SHORT] == 0
    assert found.varies() == list(selection.ASPECTS)
    texts = selection.groups_for_readers(found)
    assert (texts["Which"] == "none").sum() == len(found.gaps())
    assert len(selection.frame_for_readers(found)) == 38
