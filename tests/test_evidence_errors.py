"""Odd calls of the public functions on coded and confidential material end in errors of their own."""

import numpy as np
import pandas as pd
import pytest

from analysis.methods.coding.agreement import agreement
from analysis.methods.coding.agreement_measures import AgreementError, kappa_of_counts, kappa_of_table
from analysis.methods.coding.agreement_themes import by_theme, disagreements
from analysis.methods.coding.excerpts import read_excerpts
from analysis.methods.coding.project import CodedError
from analysis.methods.coding.refi_qda import read_qdc, read_qdpx
from analysis.methods.coding.reliability import ReadinessError, group_reliability, within_group
from analysis.methods.disclosure.attack import DisclosureError, attack
from analysis.methods.disclosure.sites import identifiable
from analysis.methods.disclosure.tables import check_table, suppress
from analysis.study.evidence import shared
from analysis.study.evidence.readiness import ITEMS, score

ANSWERS = pd.DataFrame(
    [{"respondent": i, "organisation": "a"} | dict.fromkeys(ITEMS.values(), 3) for i in range(3)]
)
LONG = pd.DataFrame({"unit": [1, 1, 2, 2], "coder": list("abab"), "code": list("xyxx")})
FRAME = pd.DataFrame({"trust": list("abc"), "type": ["x"] * 3})


def twice(frame, name):
    return pd.concat([frame, frame[[name]]], axis=1)


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (AgreementError, lambda: agreement(twice(LONG, "code"))),
        (AgreementError, lambda: agreement(None)),
        (AgreementError, lambda: agreement("abc")),
        (AgreementError, lambda: agreement({"a": 1})),
        (AgreementError, lambda: agreement(np.zeros((2, 2, 2)))),
        (AgreementError, lambda: agreement(LONG, order=5)),
        (AgreementError, lambda: agreement(LONG, level=["a"])),
        (AgreementError, lambda: agreement(LONG, coefficient=[1])),
        (AgreementError, lambda: agreement(LONG.assign(code=[[1]] * 4))),
        (AgreementError, lambda: by_theme(LONG, themes=4)),
        (AgreementError, lambda: by_theme(LONG, themes=["x", "y", "x "])),
        (AgreementError, lambda: disagreements(LONG, settled=[1])),
        (AgreementError, lambda: kappa_of_table([["a"]])),
        (AgreementError, lambda: kappa_of_counts([1, 2])),
        (AgreementError, lambda: kappa_of_counts([["a", "b"]])),
        (ReadinessError, lambda: group_reliability([1, 2], ["a"])),
        (ReadinessError, lambda: group_reliability(["x", "y"], ["a", "b"])),
        (ReadinessError, lambda: within_group([1, 2], points="5")),
        (ReadinessError, lambda: score(twice(ANSWERS, "oric_1"))),
        (ReadinessError, lambda: score(twice(ANSWERS, "organisation"))),
        (ReadinessError, lambda: score([1])),
        (ReadinessError, lambda: score(ANSWERS, confidence=2)),
        (ReadinessError, lambda: score(ANSWERS, answered="x")),
        (ReadinessError, lambda: score(ANSWERS, items=[1])),
        (CodedError, lambda: read_qdpx(None)),
        (CodedError, lambda: read_qdc(3)),
        (CodedError, lambda: read_excerpts(None)),
        (DisclosureError, lambda: identifiable([1], FRAME)),
        (DisclosureError, lambda: identifiable({"type": "x"}, None)),
        (DisclosureError, lambda: identifiable({"type": "x"}, FRAME, k="5")),
        (DisclosureError, lambda: identifiable({"type": (1, 2)}, FRAME)),
        (DisclosureError, lambda: identifiable({"type": "x"}, twice(FRAME, "type"), k=2)),
        (DisclosureError, lambda: suppress(pd.DataFrame([[1, 2]], columns=["a", "a"]))),
        (DisclosureError, lambda: suppress(pd.Series([7, 8]), totals=["x"])),
        (DisclosureError, lambda: suppress(pd.DataFrame({"a": [[1, 2]]}))),
        (DisclosureError, lambda: check_table("t", pd.DataFrame({"a": [7]}), threshold="x")),
        (DisclosureError, lambda: check_table("t", pd.DataFrame({"a": [[1, 2]]}))),
        (DisclosureError, lambda: attack(pd.DataFrame({"a": [{}]}))),
        (DisclosureError, lambda: shared.scan(None)),
        (DisclosureError, lambda: shared.check(excerpts={"q1": 5})),
        (DisclosureError, lambda: shared.scan("x", organisations=FRAME)),
        (DisclosureError, lambda: shared.scan("x", names=[None])),
    ],
)
def test_an_odd_call_ends_in_the_modules_own_words(error, call):
    with pytest.raises(error, match="Allowed"):
        call()


def test_a_name_alone_is_one_name():
    assert [one.kind for one in shared.scan("then harbottle", names="Harbottle")] == ["confidential name"]


def test_numbers_of_a_thousand_and_more_have_commas_in_sentences():
    codings = pd.DataFrame(np.tile([[1, 2], [1, 2]], 617))
    assert "over 1,234 units" in agreement(codings).sentence()
    assert "Over 1,234 units" in by_theme(codings).sentence()
