"""Published figures about the regime beside ours: what matches matches, what does not stays open."""

import pandas as pd
import pytest

from analysis import data
from analysis.chapters import regime as regime_page
from analysis.study import claims, regime

MATCHES = {
    ("O1", "placed"): 14,
    ("O2", "entered"): 4,
    ("O2", "left"): 6,
    ("O3", "placed"): 16,
    ("O3", "left"): 5,
    ("O7", "in"): 12,
    ("O7", "left"): 19,
    ("O8", "placed"): 32,
    ("O8", "keogh"): 11,
    ("O8", "later in"): 13,
    ("O8", "later left"): 8,
    ("O9", "trusts"): 17,
    ("O14", "in"): 15,
    ("P1", "left"): 7,
    ("P2", "entered"): 27,
    ("P2", "within 12 months"): 5,
    ("P2", "two years"): 10,
    ("P3", "entered"): 37,
    ("P3", "left"): 21,
    ("P3", "returned"): 3,
}
SHARES = {("O15", "quality only"): 63, ("O15", "both"): 22, ("O15", "finance only"): 15, ("O9", "mean"): 24}
OPEN = {"X1", "X2", "X3", "X4"}


@pytest.fixture(scope="module")
def checked():
    return claims.recomputed().set_index(["claim_id", "part"])


@pytest.mark.parametrize("key", [*MATCHES, *SHARES], ids=" ".join)
def test_published_figure_is_reproduced(checked, key):
    row = checked.loc[key]
    assert row["group"] == "matches"
    assert row["published"] == {**MATCHES, **SHARES}[key]
    if key in MATCHES:
        assert row["ours"] == MATCHES[key]
    else:
        assert round(row["ours"]) == SHARES[key]


def test_every_published_figure_is_recomputed_and_none_is_forgotten(checked):
    assert set(checked.index) == set(MATCHES) | set(SHARES) | {
        ("X1", "trusts"), ("X1", "mean"), ("X2", "over a year"), ("X3", "in"), ("X4", "within 24 months"),
    }  # fmt: skip
    assert len(checked) == len(data.load("published_claims")) == 29


def test_what_does_not_match_stays_open_as_a_whole_with_a_reason(checked):
    still_open = checked[checked["group"] == "open"]
    assert set(still_open.index.get_level_values(0)) == OPEN == set(claims.REASONS)
    assert checked.loc[("X1", "trusts"), "ours"] == checked.loc[("X1", "trusts"), "published"] == 20
    assert checked.loc[("X1", "trusts"), "group"] == "open"
    texts = regime_page.for_readers(still_open.reset_index())
    assert texts["What might explain it"].str.len().gt(20).all()
    assert texts.loc[texts["Published"] == "20.5 months", "Ours"].tolist() == ["22.6 months"]
    assert "53.8%" in texts["Ours"].tolist()


def test_figures_for_readers_are_texts(checked):
    texts = regime_page.for_readers(checked.reset_index())
    first = texts.iloc[0]
    assert first[["As of", "Published", "Ours"]].tolist() == ["31 December 2013", "14", "14"]
    assert texts[["Published", "Ours"]].map(lambda text: isinstance(text, str)).all(axis=None)


def test_date_of_one_spell_changes_the_verdict(monkeypatch):
    moved = regime.spells()
    row = moved.index[(moved["trust"] == "RDD")][0]
    moved.loc[row, ["exited", "last_day"]] = pd.Timestamp("2015-01-09")
    monkeypatch.setattr(regime, "spells", lambda: moved.copy())
    groups = claims.recomputed().set_index(["claim_id", "part"])
    assert groups.loc[("O3", "left"), ["ours", "group"]].tolist() == [4, "open"]
    assert groups.loc[("O3", "placed"), ["ours", "group"]].tolist() == [16, "open"]
    assert groups.loc[("O2", "left"), ["ours", "group"]].tolist() == [5, "open"]
    assert groups.loc[("O7", "left"), ["ours", "group"]].tolist() == [19, "matches"]


def test_order_of_spells_does_not_matter(monkeypatch, checked):
    shuffled = regime.spells().sample(frac=1, random_state=3)
    monkeypatch.setattr(regime, "spells", lambda: shuffled.copy())
    pd.testing.assert_frame_equal(claims.recomputed().set_index(["claim_id", "part"]), checked)


def test_claim_without_a_recipe_is_refused(monkeypatch):
    table = data.load("published_claims")
    table.loc[0, "part"] = "unheard of"
    real = data.load
    monkeypatch.setattr(data, "load", lambda name: table if name == "published_claims" else real(name))
    with pytest.raises(data.DataError, match=r"published_claims, row O1, column 'part': found 'unheard of'"):
        claims.recomputed()


def test_three_ways_to_count_quick_ends_are_apart():
    rows = claims.within_months().set_index("what")
    assert sorted(map(tuple, rows.to_numpy())) == [(3, 19), (6, 38), (13, 40)]
    assert regime_page.quick_ends()["Share"].tolist() == ["32.5%", "15.8%", "15.8%"]
    spells = data.load("regime_spells")
    left = spells[spells["ended_by"] != "administrative end"]
    quick = left["exited_day"] <= left["entered_day"].map(lambda day: day + pd.DateOffset(months=12))
    assert quick.sum() == 6
    middle = spells[spells["entered_day"].between("2015-09-01", "2018-12-31")]
    assert len(middle) == 19
    by_24 = middle["exited_day"] <= middle["entered_day"].map(lambda day: day + pd.DateOffset(months=24))
    assert (by_24 & (middle["ended_by"] != "administrative end")).sum() == 3
