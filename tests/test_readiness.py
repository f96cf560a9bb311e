"""ORIC scoring: published reliability figures, planted agreement, missing answers, and refusals."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.methods.coding.reliability import (
    ReadinessError,
    cronbach,
    group_reliability,
    within_group,
)
from analysis.study.evidence.readiness import ITEMS, SCALES, score

ORACLE = json.loads((Path(__file__).parent / "oracles" / "readiness" / "readiness.json").read_text())
CASES, ATOL = ORACLE["cases"], ORACLE["tolerance"]


def test_cronbach_of_the_outside_example():
    case = CASES["cronbach_attitude"]
    found = cronbach(pd.DataFrame(case["values"]))
    assert found.alpha == pytest.approx(case["expected"]["raw_alpha"], abs=ATOL)


def test_within_group_agreement_by_hand():
    case = CASES["rwg_single_item"]
    assert within_group(case["values"], points=case["scale_points"]).value == pytest.approx(
        case["expected"], abs=1e-9
    )
    two = np.array([[4, 5], [4, 3], [5, 4]])  # variances 1/3 and 1; mean 2/3; over 2: 1/3
    assert within_group(two).value == pytest.approx(2 * (2 / 3) / (2 * (2 / 3) + 1 / 3))


def test_within_group_agreement_undefined_perfect_and_worse_than_random():
    assert np.isnan(within_group([4]).value)
    assert within_group([4, 4, 4]).value == 1
    poles = within_group([1, 5, 1, 5])
    assert poles.value == 0
    assert poles.ratio > 1
    assert "more than at random" in poles.reason
    with pytest.raises(ReadinessError, match="found answer 6"):
        within_group([4, 6])


def test_group_reliability_equals_the_one_way_coefficients_for_equal_groups():
    table = np.array(CASES["shrout_fleiss_1979"]["targets_by_judges"])
    found = group_reliability(table.ravel(), np.repeat(np.arange(6), 4))
    assert found.icc1 == pytest.approx(CASES["shrout_fleiss_1979"]["expected"]["ICC1"], abs=ATOL)
    assert found.icc2 == pytest.approx(CASES["shrout_fleiss_1979"]["expected"]["ICC1k"], abs=ATOL)
    assert found.size == 4
    assert np.isnan(group_reliability([1, 2], ["a", "a"]).icc1)
    assert group_reliability([3, 3, 3, 3], list("aabb")).reason == "the score does not vary"
    assert group_reliability([1, 2, 1, 3, 2.0], list("aabbb")).size == pytest.approx(5 - 13 / 5)


def test_cronbach_is_undefined_not_zero():
    assert cronbach(np.ones((5, 3))).reason == "totals do not vary"
    assert cronbach(np.arange(4.0).reshape(4, 1)).reason == "one item only"
    gaps = cronbach(pd.DataFrame({"a": [1, None, 3, 4], "b": [2, 2, 3, 5]}))
    assert (gaps.respondents, gaps.dropped) == (3, 1)


def staff(levels, *, size=30, noise=0.5, seed=1):
    """Answers of made staff: each organisation around its level."""
    rng = np.random.default_rng(seed)
    rows = []
    for name, level in levels.items():
        person = rng.normal(0, noise, size)
        for number in range(size):
            given = np.clip(np.round(level + person[number] + rng.normal(0, noise, 12)), 1, 5).astype(int)
            rows.append(
                {"respondent": f"{name}{number}", "organisation": name}
                | dict(zip(ITEMS.values(), given, strict=True))
            )
    return pd.DataFrame(rows)


def test_scales_have_the_published_items():
    assert sorted(SCALES["commitment"] + SCALES["efficacy"]) == list(range(1, 13))
    assert SCALES["commitment"] == (2, 4, 6, 9, 11)
    answers = staff({"a": 3}, size=3, noise=0)
    answers.loc[0, [f"oric_{n}" for n in SCALES["commitment"]]] = 5
    found = score(answers).people.iloc[0]
    assert (found["commitment"], found["efficacy"]) == (5, 3)


def test_organisations_whose_staff_agree_have_a_score_near_the_planted_level():
    found = score(staff({"a": 2, "b": 3, "c": 4})).organisations
    assert found["supported"].all()
    assert found.loc[found["scale"] == "efficacy", "score"].tolist() == pytest.approx([2, 3, 4], abs=0.25)
    assert ((found["lower"] < found["mean"]) & (found["mean"] < found["upper"])).all()


def test_no_score_without_differences_between_organisations_or_agreement_within():
    alike = score(staff({"a": 3, "b": 3, "c": 3}, noise=0.8)).organisations
    assert not alike["supported"].any()
    assert alike["score"].isna().all()
    assert alike["reason"].str.contains("ICC").all()
    answers = staff({"a": 2, "b": 3, "c": 4})
    split = answers["organisation"].eq("c") & (answers.index % 2 == 0)
    answers.loc[split, list(ITEMS.values())] = 1
    found = score(answers).organisations.set_index(["organisation", "scale"])
    assert not found.loc[("c", "commitment"), "supported"]
    assert "r_wg" in found.loc[("c", "commitment"), "reason"]


def test_one_organisation_has_no_score_but_its_people_do():
    found = score(staff({"a": 4}))
    assert found.people["commitment"].notna().all()
    assert not found.organisations["supported"].any()
    assert found.organisations["reason"].str.contains("ICC\\(1\\) is undefined").all()


def test_missing_items_up_to_the_rule():
    answers = staff({"a": 4, "b": 2}, noise=0).astype({name: "Int64" for name in ITEMS.values()})
    answers.loc[0, "oric_2"] = pd.NA
    answers.loc[1, ["oric_2", "oric_4"]] = pd.NA
    answers.loc[2, ["oric_1", "oric_3"]] = pd.NA
    people = score(answers).people
    assert people.loc[0, "commitment"] == 4  # four of five answered
    assert np.isnan(people.loc[1, "commitment"])
    assert np.isnan(people.loc[2, "efficacy"])
    assert people.loc[2, "commitment"] == 4
    assert people["answered"].tolist()[:3] == [11, 10, 10]
    assert "2 answered too few items" in score(answers).sentence()


def test_order_of_rows_and_names_of_organisations_do_not_matter():
    answers = staff({"a": 2, "b": 3, "c": 4})
    one, two = score(answers), score(answers.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(one.organisations, two.organisations)
    renamed = {number: f"q{number}" for number in ITEMS}
    other = answers.rename(columns={name: renamed[number] for number, name in ITEMS.items()})
    pd.testing.assert_frame_equal(score(other, items=renamed).organisations, one.organisations)


def test_a_reversed_item_is_refused_by_name_and_random_answers_are_not():
    answers = staff({"a": 2, "b": 3, "c": 4})
    answers["oric_6"] = 6 - answers["oric_6"]
    with pytest.raises(ReadinessError, match="'oric_6': runs against"):
        score(answers)
    rng = np.random.default_rng(3)
    noise = staff({"a": 3, "b": 3})
    noise[list(ITEMS.values())] = rng.integers(1, 6, size=(60, 12))
    assert not score(noise).organisations["supported"].any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"oric_3": 0}, "'a0', item 'oric_3': found .*0.*1 to 5"),
        ({"oric_3": 6}, "Allowed: 1 to 5"),
        ({"oric_3": 2.5}, "2.5"),
        ({"oric_3": "agree"}, "agree"),
        ({"respondent": "a1"}, "there twice"),
        ({"respondent": None}, "missing"),
        ({"organisation": None}, "no organisation"),
        ({"organisation": "  "}, "no organisation"),
    ],
)
def test_answers_that_cannot_be_scored_are_refused(change, words):
    answers = staff({"a": 2, "b": 4}).astype(object)
    for name, value in change.items():
        answers.loc[0, name] = value
    with pytest.raises(ReadinessError, match=words):
        score(answers)


def test_missing_columns_and_items():
    with pytest.raises(ReadinessError, match="oric_5"):
        score(staff({"a": 2}).drop(columns="oric_5"))
    with pytest.raises(ReadinessError, match="1 to 12"):
        score(staff({"a": 2}), items={1: "oric_1"})
    with pytest.raises(ReadinessError, match="no respondents"):
        score(staff({"a": 2}).iloc[:0])


def test_it_prints_as_counts_only():
    found = score(staff({"secret-site": 4, "b": 2}))
    assert "secret" not in repr(found)
    assert "60 respondents" in repr(found)
