"""Agreement of coders: published values, properties, and what is undefined."""

import json
import unicodedata
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pytest

from analysis.methods.coding.agreement import agreement
from analysis.methods.coding.agreement_measures import AgreementError, kappa_of_table
from analysis.methods.coding.agreement_themes import by_theme, disagreements

ORACLE = json.loads((Path(__file__).parent / "oracles" / "agreement" / "agreement.json").read_text())
CASES, ATOL = ORACLE["cases"], ORACLE["tolerance"]
ALPHAS = [
    (name, level)
    for name, case in CASES.items()
    for level in case["expected"]
    if level in ("nominal", "ordinal", "interval", "ratio")
]


@pytest.mark.parametrize(("name", "level"), ALPHAS)
def test_alpha_equals_the_published_value(name, level):
    result = agreement(CASES[name]["values"], level=level)
    assert result.value == pytest.approx(CASES[name]["expected"][level], abs=ATOL)


def test_nominal_alpha_by_counting_equals_the_package():
    rng = np.random.default_rng(11)
    for _ in range(20):
        values = rng.integers(0, 4, size=(3, 15)).astype(float)
        values[rng.random(values.shape) < 0.3] = np.nan
        expected = krippendorff.alpha(reliability_data=values, level_of_measurement="nominal")
        assert agreement(values).value == pytest.approx(expected, abs=1e-12)


def test_cohen_and_its_interval_of_a_table():
    expected = CASES["cohen_2x2_20_5_10_15"]
    found = kappa_of_table(np.array(expected["table"]))
    assert found.value == pytest.approx(expected["expected"]["kappa"], abs=ATOL)
    limits = [
        found.value - 1.959963985 * found.standard_error,
        found.value + 1.959963985 * found.standard_error,
    ]
    np.testing.assert_allclose(limits, expected["expected"]["kappa_ci95"], atol=1e-6)


def test_fleiss_and_its_z():
    expected = CASES["fleiss_diagnoses"]
    found = agreement(expected["values"], coders="columns", coefficient="fleiss")
    assert found.value == pytest.approx(expected["expected"]["fleiss_kappa"], abs=ATOL)
    assert found.z == pytest.approx(expected["expected"]["z"], abs=1e-6)


@pytest.mark.parametrize(
    ("weights", "key"),
    [("none", "cohen"), ("linear", "linear_weighted"), ("quadratic", "quadratic_weighted")],
)
def test_weighted_kappa(weights, key):
    case = CASES["anxiety_r12"]
    found = agreement(case["values"], coders="columns", coefficient="cohen", weights=weights)
    assert found.value == pytest.approx(case["expected"][key], abs=ATOL)


LONG = pd.DataFrame(
    [
        (f"u{i}", who, value)
        for who, row in {"A": "xxyyzx", "B": "xyyyzx"}.items()
        for i, value in enumerate(row)
    ],
    columns=["unit", "coder", "code"],
)


def test_long_wide_and_turned_frames_agree_whatever_the_order():
    wide = LONG.pivot(index="coder", columns="unit", values="code")
    value = agreement(LONG).value
    assert agreement(wide).value == value
    assert agreement(wide.T, coders="columns").value == value
    assert agreement(LONG.sample(frac=1, random_state=1)).value == pytest.approx(value)
    renamed = LONG.rename(columns={"unit": "id", "code": "theme"})
    assert agreement(renamed, unit="id", code="theme").value == value


def test_names_of_codes_and_coders_do_not_matter_for_nominal_data():
    renamed = LONG.assign(
        code=LONG["code"].map({"x": "9", "y": "a", "z": "1"}), coder=LONG["coder"].map({"A": "Z", "B": "C"})
    )
    assert agreement(renamed).value == pytest.approx(agreement(LONG).value)


def test_interval_alpha_ignores_shift_and_scale_and_ratio_ignores_scale():
    values = np.array(CASES["anxiety_all_three"]["values"], dtype=float)
    assert agreement(values * 3 + 5, level="interval").value == pytest.approx(
        agreement(values, level="interval").value
    )
    assert agreement(values * 3, level="ratio").value == pytest.approx(agreement(values, level="ratio").value)


def test_ordinal_texts_need_their_order():
    rows = [["low", "mid", "high", "low"], ["low", "high", "high", "mid"]]
    with pytest.raises(AgreementError, match="order"):
        agreement(rows, level="ordinal")
    found = agreement(rows, level="ordinal", order=["low", "mid", "high"])
    assert found.value == pytest.approx(agreement([[1, 2, 3, 1], [1, 3, 3, 2]], level="ordinal").value)


def test_nothing_pairable_is_undefined_and_said_so():
    found = agreement([["a", None, "b"], [None, "a", None]], rng=np.random.default_rng(1))
    assert np.isnan(found.value)
    assert np.isnan(found.lower)
    assert found.once == 3
    assert "no unit was coded by two coders" in found.sentence()


@pytest.mark.parametrize("coefficient", ["alpha", "cohen", "fleiss"])
def test_no_variation_is_undefined_never_one_or_zero(coefficient):
    found = agreement([["a"] * 5, ["a"] * 5], coefficient=coefficient, rng=np.random.default_rng(1))
    assert np.isnan(found.value)
    assert "no variation" in found.reason
    assert "undefined" in found.sentence()


def test_a_value_seen_only_in_a_unit_coded_once_makes_no_variation():
    found = agreement([["a", "a", "b"], ["a", "a", None]])
    assert np.isnan(found.value)
    assert (found.pairable, found.once) == (2, 1)


def test_units_coded_once_change_nothing_but_are_told():
    rows = [["a", "b", "a", "b", "a"], ["a", "b", "b", "b", None]]
    found = agreement(rows)
    assert found.value == pytest.approx(agreement([row[:4] for row in rows]).value)
    assert "1 unit coded by one coder only cannot be compared" in found.sentence()


def test_perfect_and_chance_agreement():
    assert agreement([list("abcab"), list("abcab")]).value == 1
    rng = np.random.default_rng(3)
    codes = rng.integers(4, size=(2, 4000))
    assert abs(agreement(codes).value) < 0.04


def test_bootstrap_interval_holds_the_value_and_repeats_with_the_seed():
    rng = np.random.default_rng(5)
    first = rng.integers(5, size=200)
    second = np.where(rng.random(200) < 0.8, first, rng.integers(5, size=200))
    one = agreement([first, second], rng=np.random.default_rng(7), draws=400)
    two = agreement([first, second], rng=np.random.default_rng(7), draws=400)
    assert repr(one) == repr(two)  # what is not computed is no number, and from Python 3.13 unlike itself
    assert one.lower < one.value < one.upper
    assert 0.08 < one.upper - one.lower < 0.2  # se about 0.03
    few = agreement([first[:40], second[:40]], rng=np.random.default_rng(7), draws=400)
    assert few.upper - few.lower > 1.5 * (one.upper - one.lower)


def test_draws_without_a_value_are_counted_and_too_many_leave_no_interval():
    rows = [["a"] * 9 + ["b"], ["a"] * 9 + ["b"]]
    found = agreement(rows, rng=np.random.default_rng(1), draws=500)
    assert found.value == 1
    assert found.undefined_draws > 25  # (9/10)**10 = 35% of draws lack the b
    assert np.isnan(found.lower)
    assert "had no value, so no interval" in found.sentence()


def test_perfect_agreement_says_that_the_interval_is_empty_of_news():
    found = agreement([list("ab") * 30, list("ab") * 30], rng=np.random.default_rng(1), draws=50)
    assert (found.lower, found.upper) == (1, 1)
    assert "cannot show the uncertainty" in found.sentence()


@pytest.mark.parametrize(
    ("codings", "options", "words"),
    [
        ([["a", "b"]], {}, "two or more coders"),
        ([["a", ""], ["a", "b"]], {}, "coder 0: found ''. Allowed: a text"),
        ([["a", " \ufeff"], ["a", "b"]], {}, "Allowed: a text"),
        ([["1", "1.0", "2"], ["1", "1", "2"]], {}, "one number in two spellings"),
        ([[1, "01", "1"], [1, 1, 1]], {}, "'01' and '1'"),
        ([["a", "b"], [None, None]], {}, "found 1 coder with codings"),
        (pd.concat([LONG, LONG[["code"]]], axis=1), {}, "more than once|each once"),
        (pd.concat([LONG, LONG[["unit"]]], axis=1), {}, "more than once|each once"),
        (LONG, {"unit": "coder"}, "more than once|each once"),
        (pd.DataFrame([["x", "y"], ["x", "y"]], columns=["u", "u "]), {}, "named twice"),
        (LONG.assign(unit=[["u"]] * len(LONG)), {}, "holds \\['u'\\] in row 1"),
        (7, {}, "found int"),
        ([[1, 2], [1, 2]], {"draws": "many"}, "draws='many'"),
        ([[1, 2], [1, 2]], {"confidence": None}, "confidence=None"),
        ([[1, 2], [1, 2]], {"rng": 3}, "rng is int"),
        ([[1, 2], [1, 2]], {"coefficient": "cohen", "pair": 3}, "pair 3"),
        ([[1, np.inf], [1, 2]], {}, "finite"),
        ([["a", "b"], ["a", "b"]], {"level": "interval"}, "Allowed: numbers"),
        ([[-1, 2], [1, 2]], {"level": "ratio"}, "0 or more"),
        ([[1, 2], [1, 2]], {"level": "nomial"}, "Allowed: .nominal|Allowed: .alpha"),
        ([[1, 2], [1, 2]], {"coefficient": "kappa"}, "Allowed: .nominal|Allowed: .alpha"),
        ([[1, 2], [1, 2], [1, 2]], {"coefficient": "cohen"}, "pair"),
        ([[1, 2], [1, None]], {"coefficient": "fleiss"}, "same number"),
        ([[1, 2], [1, 3]], {"order": [1, 2]}, "found 3"),
        (pd.concat([LONG, LONG.iloc[:1]]), {}, "u0.*more than one row of coder 'A'"),
        (LONG.drop(columns="code"), {}, "columns \\['code'\\] are not there"),
        (LONG, {"code": "theme"}, "theme"),
        (LONG.replace({"unit": {"u1": None}}), {}, "no unit"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_place(codings, options, words):
    with pytest.raises(AgreementError, match=words):
        agreement(codings, **options)


def test_cohen_takes_a_pair_of_more_coders():
    rows = pd.DataFrame(CASES["anxiety_all_three"]["values"], index=["p", "q", "r"])
    found = agreement(rows, coefficient="cohen", pair=("p", "q"))
    assert found.value == pytest.approx(CASES["anxiety_r12"]["expected"]["cohen"], abs=ATOL)


def test_by_theme_counts_prevalence_and_specific_agreement_by_hand():
    found = by_theme(LONG, themes=["x", "y", "z", "w"]).frame.set_index("theme")
    # A: x x y y z x, B: x y y y z x
    assert found.loc["x", ["codings", "both", "one"]].tolist() == [5, 2, 1]
    assert found.loc["x", "prevalence"] == pytest.approx(5 / 12)
    assert found.loc["x", "positive_agreement"] == pytest.approx(2 * 2 / 5)
    assert found.loc["z", "positive_agreement"] == 1
    assert found.loc["z", "alpha"] == 1
    binary = (LONG.assign(code=(LONG["code"] == "x").astype(int))).pivot(
        index="coder", columns="unit", values="code"
    )
    assert found.loc["x", "alpha"] == pytest.approx(agreement(binary).value)
    assert found.loc["w", "prevalence"] == 0
    assert np.isnan(found.loc["w", "alpha"])
    assert np.isnan(found.loc["w", "positive_agreement"])
    assert "nobody used it" in found.loc["w", "reason"]


def test_by_theme_takes_several_codes_a_unit_and_readers_who_gave_none():
    frame = pd.DataFrame(
        [
            ("u1", "A", "x"),
            ("u1", "A", "y"),
            ("u1", "B", "x"),
            ("u2", "A", "x"),
            ("u2", "B", None),
            ("u3", "A", "y"),
        ],
        columns=["unit", "coder", "code"],
    )
    found = by_theme(frame)
    x = found.frame.set_index("theme").loc["x"]
    assert (found.units, found.once) == (2, 1)
    assert (x["both"], x["one"]) == (1, 1)
    assert x["positive_agreement"] == pytest.approx(2 / 3)
    with pytest.raises(AgreementError, match="found theme 'y'"):
        by_theme(frame, themes=["x"])


def test_disagreements_are_listed_with_how_they_were_settled():
    settled = pd.DataFrame({"unit": ["u1"], "settled": ["y"], "reason": ["decision rule"]})
    found = disagreements(LONG, settled=settled)
    assert found.to_dict("records") == [
        {"unit": "u1", "A": "x", "B": "y", "settled": "y", "reason": "decision rule"}
    ]
    assert disagreements(LONG)["settled"].isna().all()


def test_the_callers_frame_is_left_as_it_was():
    before = LONG.copy()
    by_theme(LONG)
    agreement(LONG)
    pd.testing.assert_frame_equal(LONG, before)


ACCENT = "na\u00efve hope"


@pytest.mark.parametrize(
    ("first", "second", "options"),
    [
        ([1, 2, 1, 3], ["1", "2", "1", "3"], {}),
        ([1, 2.5, 1, 3], ["1", "2.5", "1", "+3"], {}),
        ([True, False, True], ["TRUE", "False", "TRUE"], {}),
        ([ACCENT, "b", "b"], [unicodedata.normalize("NFD", ACCENT), "b", "b"], {}),
        (["hope", "b", "b"], [" hope", "b\u00a0", "\ufeffb\u200b"], {}),
        (["lost hope", "b", "b"], ["lost\u00a0hope", "b", "b"], {}),
        (["lost hope", "b", "b"], ["lost\thope", "b", "b"], {}),
        ([1, 2, 3], ["1", "2", "3"], {"level": "interval"}),
        (
            [ACCENT, "b", "b"],
            [f"{ACCENT} ", "b", "b"],
            {"order": ["b", unicodedata.normalize("NFD", ACCENT)]},
        ),
    ],
)
@pytest.mark.parametrize("shape", ["wide", "long"])
def test_one_code_written_in_two_ways_is_one_code(first, second, options, shape):
    codings = [first, second]
    if shape == "long":
        rows = [
            (place, who, code)
            for who, row in zip("AB", codings, strict=True)
            for place, code in enumerate(row)
        ]
        codings = pd.DataFrame(rows, columns=["unit", "coder", "code"]).astype({"code": object})
    assert agreement(codings, **options).value == 1
    if not options:
        assert by_theme(codings).frame["alpha"].tolist() == [1.0] * len(set(first))
        assert disagreements(codings).empty


def test_codes_that_are_texts_alone_keep_their_spelling():
    assert agreement([["1.1", "1.10", "2"], ["1.10", "1.10", "2"]]).value < 1


def test_one_unit_or_coder_written_in_two_ways_is_one():
    rows = LONG.assign(
        unit=[
            unicodedata.normalize("NFD", "caf\u00e9") + one if i % 2 else f" caf\u00e9{one}"
            for i, one in enumerate(LONG["unit"])
        ],
        coder=[f"{who} " if i % 3 else who for i, who in enumerate(LONG["coder"])],
    )
    assert agreement(rows).value == agreement(LONG).value
    assert (
        agreement(rows, coefficient="cohen", pair=(" A", "B")).value
        == agreement(LONG, coefficient="cohen").value
    )
    settled = pd.DataFrame({"unit": ["u1 "], "settled": ["y"]})
    assert disagreements(LONG, settled=settled).loc[0, "settled"] == "y"


@pytest.mark.parametrize("coefficient", ["alpha", "fleiss", "cohen"])
def test_a_coder_without_codings_is_no_coder(coefficient):
    found = agreement([[1, 2, 1], [1, 2, 2], [None, None, np.nan]], coefficient=coefficient)
    assert found.coders == 2
    assert "of 2 coders" in found.sentence()
