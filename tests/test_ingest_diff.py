"""The one comparison of two tables: each kind of change is planted and found, and nothing else is."""

import numpy as np
import pandas as pd
import pytest

from analysis.ingest import diff

KEYS = ["org", "month"]
OLD = pd.DataFrame(
    [("A", "2016-01", "1", "x"), ("B", "2016-01", "2", ""), ("A", "2016-02", "3", "x")], columns=[*KEYS, "beds", "note"]
)  # fmt: skip


def rows(new, **chosen):
    return diff.rows(OLD, new, **{"keys": KEYS, "period": "month", **chosen})


def added(org, month):
    return pd.concat([OLD, pd.DataFrame([(org, month, "9", "")], columns=OLD.columns)], ignore_index=True)


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (OLD, []),
        (OLD.iloc[::-1], []),
        (OLD[["note", "beds", "month", "org"]], []),
        (OLD.drop(columns="note"), []),
        (OLD.replace({"beds": {"2": "5"}}), [("B 2016-01", diff.CHANGED, "2016-01", True)]),
        (OLD.replace({"note": {"": "y"}}), [("B 2016-01", diff.CHANGED, "2016-01", True)]),
        (OLD.iloc[1:], [("A 2016-01", diff.REMOVED, "2016-01", True)]),
        (OLD.iloc[:0], [("A 2016-01", diff.REMOVED, "2016-01", True), ("B 2016-01", diff.REMOVED, "2016-01", True),
                        ("A 2016-02", diff.REMOVED, "2016-02", True)]),
        (added("C", "2016-02"), [("C 2016-02", diff.ADDED, "2016-02", True)]),
        (added("C", "2016-03"), [("C 2016-03", diff.ADDED, "2016-03", False)]),
    ],
)  # fmt: skip
def test_a_row_is_told_by_what_became_of_it(new, expected):
    found = rows(new).reset_index(names="key")
    found["key"] = found["key"].str.replace(diff.BETWEEN, " ")
    assert list(found.itertuples(index=False, name=None)) == expected


def test_without_periods_a_new_row_is_held_where_the_table_had_any():
    assert rows(added("C", "2016-03"), period=None)["held"].tolist() == [True]
    assert not diff.rows(OLD.iloc[:0], OLD, keys=KEYS)["held"].any()


def test_cells_are_those_that_differ_and_a_row_that_went_or_came_has_none():
    new = added("C", "2016-03").replace({"beds": {"2": "5"}, "note": {"": "y"}}).iloc[1:]
    lines = diff.cells(OLD, new, rows(new), keys=KEYS)
    told = lines[["kind", "field", "old", "new"]].to_numpy().tolist()
    assert told == [
        ["changed", "beds", "2", "5"], ["changed", "note", "", "y"], ["removed", "", "", ""], ["added", "", "", ""],
    ]  # fmt: skip


def test_the_caller_says_when_two_cells_are_apart():
    old = pd.DataFrame({"key": ["a", "b", "c"], "value": [1.0, np.nan, 1.0]})
    new = old.assign(value=[1.0 + 1e-9, np.nan, 2.0])
    found = diff.rows(old, new, keys=["key"], apart=lambda a, b: (a - b).abs() > 1e-6)
    assert found.index.tolist() == ["c"]


def test_turned_round_what_was_added_was_removed():
    rng = np.random.default_rng(1)
    turned = {diff.ADDED: diff.REMOVED, diff.REMOVED: diff.ADDED, diff.CHANGED: diff.CHANGED}
    keys = [(org, f"2016-{month:02}") for org in "ABCD" for month in range(1, 7)]
    for _ in range(20):
        old, new = (
            pd.DataFrame(keys, columns=KEYS).assign(beds=rng.integers(0, 3, len(keys)).astype(str)).sample(18, random_state=rng)
            for _ in range(2)
        )  # fmt: skip
        there, back = diff.rows(old, new, keys=KEYS)["kind"], diff.rows(new, old, keys=KEYS)["kind"]
        assert there.map(turned).sort_index().equals(back.sort_index())
        both = old.merge(new, on=KEYS)
        assert there.eq(diff.CHANGED).sum() == (both["beds_x"] != both["beds_y"]).sum()
        assert there.eq(diff.ADDED).sum() == there.eq(diff.REMOVED).sum() == 18 - len(both)


def test_bytes_are_read_as_texts():
    assert diff.texts(b"a,b\n01,\n").to_numpy().tolist() == [["01", ""]]
    assert diff.texts(b"").empty
