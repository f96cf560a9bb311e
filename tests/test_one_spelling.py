"""Labels that a reader takes for one are one, or refused: accents, blanks, signs without width, numbers by value."""

import unicodedata

import numpy as np
import pandas as pd
import pytest

from analysis.methods import arguments
from analysis.methods.coding.agreement import agreement
from analysis.methods.disclosure import sites, tables
from analysis.methods.durations import durations, survival
from analysis.methods.effects.impute import imputation
from analysis.methods.spc.funnel import funnel

NAME = "na\u00efve caf\u00e9"
PAIRS = [
    (NAME, unicodedata.normalize("NFD", NAME)),
    ("a b", "a\u00a0b"),
    ("a b", " a  b\u3000"),
    ("ab", "a\u200bb"),
    ("ab", "\ufeffab"),
    ("ab", "a\u00adb"),
    (1, "1"),
    (1, " 1.0"),
    (0.3, 0.1 + 0.2),
    (np.float64(2), "2"),
]
APART = [("a", "b"), ("1.1", "1.10"), ("1", "1.0"), ("A", "a"), (1, 2), (1.0, 1.0000001), ("x", "x y")]


def panel(one, other, *, stratum):
    trusts = [*"ABCDEF"] if stratum else [one, other, *"CDEF"]
    kinds = [one, other, one, one, other, one] if stratum else ["x"] * 6
    rows = [
        (trust, k, 10.0 + k, 5.0 if i < 2 else np.nan, kind)
        for i, (trust, kind) in enumerate(zip(trusts, kinds, strict=True))
        for k in range(8)
    ]
    return pd.DataFrame(rows, columns=["trust", "t", "value", "entry", "type"])


CALLS = {
    "unit of a panel": lambda one, other: imputation(panel(one, other, stratum=False)),
    "stratum of a panel": lambda one, other: imputation(panel(one, other, stratum=True), group="type"),
    "group of spells": lambda one, other: durations.time_in_regime(
        pd.DataFrame({"duration": [1.0, 2, 3], "event": [1, 1, 0], "g": [one, other, one]}), group="g"
    ),
    "group of a test": lambda one, other: survival.log_rank([1.0, 2, 3], [1, 1, 1], [one, other, one]),
    "unit of a funnel": lambda one, other: funnel(
        pd.DataFrame({"trust": [one, other, "C", "D"], "numerator": 5, "denominator": [60.0, 70, 80, 90]}),
        method="ratio",
    ),
    "row of counts": lambda one, other: tables.suppress(pd.Series([7, 9], index=[one, other])),
    "column of counts": lambda one, other: tables.suppress(pd.DataFrame([[7, 9]], columns=[one, other])),
    "trust of a list": lambda one, other: sites.identifiable(
        {"type": "x"}, pd.DataFrame({"trust": [one, other, "C"], "type": "x"}), k=2
    ),
}


@pytest.mark.parametrize("place", CALLS)
@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_one_label_in_two_spellings_is_refused_where_labels_part_rows(place, one, other):
    with pytest.raises(ValueError, match=r"one label in two spellings|labels of one kind") as error:
        CALLS[place](one, other)
    assert type(error.value).__module__.startswith("analysis.")


@pytest.mark.parametrize(("one", "other"), APART)
def test_other_labels_are_other_labels(one, other):
    arguments.one_spelling([one, other, one], "labels", error=ValueError)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_coders_who_gave_one_code_in_two_spellings_agree(one, other):
    assert agreement([[one, "b", "b"], [other, "b", "b"]]).value == 1.0


@pytest.mark.parametrize("kind", ["timedelta64[D]", "datetime64[D]"])
def test_lengths_of_time_without_a_unit_are_no_numbers(kind):
    with pytest.raises(survival.DurationError, match="whose unit is not told"):
        survival.kaplan_meier(np.array([3, 5, 9], dtype=kind), [1, 1, 1])
