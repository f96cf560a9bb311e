"""Another choice gives what the functions of the report give, and says why when it gives nothing."""

import json

import numpy as np
import pytest

from analysis.chapters import choices as words_of
from analysis.methods.effects.panels import read_panel
from analysis.study import choices, deciding, entry_effects, regime, rivals
from analysis.study.choices import Choice

NAME = "shmi"


@pytest.fixture(scope="module")
def packed():
    return words_of.of(NAME)


def limits(found) -> list[float]:
    return [found.value, found.lower, found.upper]


def test_the_report_s_own_choice_is_the_comparison_that_decides():
    made = choices.answer(Choice(NAME))
    assert limits(made.found) == limits(deciding.decided(NAME))
    assert made.calibrated


def test_other_choices_are_those_of_the_chapters():
    kind = {"comparator": choices.TYPE, "estimator": choices.IMPUTATION}
    assert limits(choices.answer(Choice(NAME, **kind)).found) == limits(entry_effects.entry(NAME).overall)
    bad = entry_effects.equally_bad(NAME)
    found = choices.answer(Choice(NAME, comparator=choices.BAD, estimator=choices.IMPUTATION)).found
    assert limits(found) == pytest.approx([bad.difference, bad.lower, bad.upper])
    curve = rivals.curve(NAME).frame.set_index(["sample", "method", "window"])
    asked = {
        ("All trusts", "imputation, year before left out", "three years"): Choice(NAME, choices.OUT, **kind),
        ("Without the eleven Keogh trusts", "imputation", "two years"): Choice(
            NAME, **kind, window=choices.SHORT, keogh=choices.NO_KEOGH
        ),
        ("All trusts", "group-time, not yet", "three years"): Choice(
            NAME, choices.LAST, choices.TYPE, choices.GROUP_TIME
        ),
    }
    for place, choice in asked.items():
        row = curve.loc[place, ["estimate", "lower", "upper"]].tolist()
        assert limits(choices.answer(choice).found) == pytest.approx(row), place


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        (Choice(NAME, comparator=choices.TYPE), "partners alone"),
        (Choice(NAME, choices.LAST, choices.TYPE, choices.IMPUTATION), "many periods"),
        (Choice(NAME, choices.ALL, choices.TYPE, choices.GROUP_TIME), "one period"),
        (Choice("waits_12h", choices.ALL, choices.TYPE, choices.IMPUTATION), "nobody"),
    ],
)
def test_what_cannot_be_estimated_says_why(choice, why):
    made = choices.answer(choice)
    assert made.found is None
    assert made.why == choices.WHY[why]
    assert made.why in words_of.said(choice, made)


def test_a_value_that_is_none_of_the_allowed_is_refused():
    with pytest.raises(ValueError, match="baseline='yesterday'"):
        choices.answer(Choice(NAME, "yesterday"))


def test_the_file_holds_every_choice_as_it_was_found(packed):
    every = list(choices.every(NAME))
    assert [one.key() for one in every] == list(packed["choices"])
    assert packed["own"] == every[0].key()
    estimated = {key: one for key, one in packed["choices"].items() if "w" not in one}
    assert set(packed["ranked"]) == set(estimated)
    assert [estimated[key]["v"] for key in packed["ranked"]] == sorted(one["v"] for one in estimated.values())
    rng = np.random.default_rng(3)
    for at in rng.choice(len(every), 20, replace=False):
        made, held = choices.answer(every[at]), packed["choices"][every[at].key()]
        if made.found is None:
            assert choices.WHY[held["w"]] == made.why
        else:
            assert [held["v"], held["l"], held["u"]] == pytest.approx(
                [100 * one for one in limits(made.found)], abs=1e-5
            )
            assert held["n"] == made.found.n
            assert len(held["p"]) == len(made.path.dropna(subset=["estimate", "lower"]))
    assert len(json.dumps(packed)) < 60_000
    assert words_of.of(NAME) == packed


def test_the_verdict_is_by_the_report_s_rule(packed):
    own = packed["choices"][packed["own"]]
    assert own["r"] in packed["record"]
    beside = [one for one in packed["choices"].values() if "w" not in one]
    assert {one["r"] for one in beside if one["u"] < 0} == {"improved"}
    assert not {one["r"] for one in beside if one["l"] < 0 < one["u"]} & {"improved", "worsened"}


def test_deaths_are_told_per_hundred_expected_in_label_texts_axis_and_table(packed):
    assert "deaths per hundred expected" in packed["label"]
    own = packed["choices"][packed["own"]]
    assert own["t"].endswith(" deaths per hundred expected")
    assert float(own["t"].split()[0].replace("−", "-")) == pytest.approx(own["v"], abs=0.05)
    assert f"{own['t'].split()[0]} deaths" in packed["record"]
    assert set(words_of.table({"index": {}, NAME: packed})["unit"]) == {"deaths per hundred expected"}
    path = next(one["p"] for one in packed["choices"].values() if one.get("p"))
    assert max(abs(value) for row in path for value in row[1:]) > 1


def test_the_table_has_a_row_a_choice_and_no_cell_that_runs(packed):
    frame = words_of.table({"index": {}, NAME: packed})
    assert len(frame) == len(packed["choices"])
    assert frame["difference"].notna().sum() == len(packed["ranked"])
    assert (frame["why not"] == "").sum() == len(packed["ranked"])


@pytest.mark.parametrize("few", [False, True])
def test_the_panel_of_some_trusts_is_that_of_their_rows(few):
    frame = regime.panel(NAME)
    seen = frame[frame["value"].notna()].groupby("trust")["t"].min()
    late = sorted(seen.index[seen > seen.min()])  # without those that have the first period
    trusts = late if few else [*late, *seen.index[seen == seen.min()][:5]]
    found = choices._of_trusts(trusts, (NAME, choices.KEOGH, 4))
    due = read_panel(frame[frame["trust"].isin(trusts)], group="type", anticipation=4)
    for part in ("y", "time", "cohort", "units", "unit_cohort"):
        assert np.array_equal(getattr(found, part), getattr(due, part)), part
