import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.methods.spc.funnel import FunnelError, funnel

CASES = json.loads((Path(__file__).parent / "oracles" / "funnel" / "funnel.json").read_text())["cases"]
ATOL = 1e-6  # the file's own tolerance
METHOD = {"SHMI": "shmi", "CQC": "cqc", "PR": "proportion", "RC": "ratio"}
LIMITS = [f"{kind}{side}{level}" for kind in ("", "od_") for side in ("ll", "ul") for level in ("95", "998")]


def units(case):
    data = pd.DataFrame({key: case["expected"][key] for key in ("group", "numerator", "denominator")})
    if len(data) == 54:  # the SHMI case stores its denominators rounded; the CQC case holds them as they came
        data["denominator"] = CASES["medpar_cqc"]["expected"]["denominator"]
    return data


def run(case, **options):
    given = case["input"]
    method = METHOD[given.get("sr_method", given["data_type"])]
    return funnel(units(case), method=method, unit="group", trim_by=case["input"]["trim_by"], **options)


def made(numerator=(30, 50, 80, 20), denominator=(100, 120, 150, 60)):
    return pd.DataFrame({"trust": list("abcd"), "numerator": numerator, "denominator": denominator})


# --- oracle


@pytest.mark.parametrize("name", CASES)
def test_dispersion_matches_the_reference(name):
    expected, result = CASES[name]["expected"], run(CASES[name])
    for field in ("target", "phi", "tau2"):
        assert getattr(result, field) == pytest.approx(expected[field], abs=ATOL)
    assert result.n_used == expected["n_used"]
    for column in ("z", "z_used"):
        np.testing.assert_allclose(result.frame[column], np.array(expected[column], dtype=float), atol=ATOL)


@pytest.mark.parametrize("name", CASES)
def test_limits_match_the_reference(name):
    expected, frame = CASES[name]["expected"], run(CASES[name]).frame
    for column in ["ratio", *LIMITS]:
        np.testing.assert_allclose(frame[column], expected[column], atol=ATOL, rtol=0)


@pytest.mark.parametrize("name", CASES)
def test_outliers_match_the_reference(name):
    expected, frame = CASES[name]["expected"], run(CASES[name]).frame
    for ours, theirs in (
        ("out95", "n_out95_unadj"),
        ("out998", "n_out998_unadj"),
        ("od_out95", "n_out95_od"),
        ("od_out998", "n_out998_od"),
    ):
        assert frame[ours].sum() == expected[theirs]


def test_sentence_repeats_the_published_counts():
    text = run(CASES["medpar_shmi"]).sentence()
    assert "Of 54 groups, 2 lie above and 7 below the 99.8% limits that allow for overdispersion" in text
    assert "25 lie outside the limits of chance alone" in text


def test_unadjusted_limits_are_exact_poisson():
    frame = funnel(made(), method="cqc").frame
    for level, tail in (("95", 0.025), ("998", 0.001)):
        low, high = (frame[f"{side}{level}"] * frame["denominator"] for side in ("ll", "ul"))
        np.testing.assert_allclose(stats.poisson.sf(frame["denominator"] - 1, low), tail)
        np.testing.assert_allclose(stats.poisson.cdf(frame["denominator"], high), tail)


def test_ratio_of_counts_by_hand():
    data = made()
    result = funnel(data, method="ratio", limits="corrected")
    o, d = data["numerator"].to_numpy(float), data["denominator"].to_numpy(float)
    target = o.sum() / d.sum()
    z = np.log((o + 0.5) / (d + 0.5) / target) / np.sqrt(o / (o + 0.5) ** 2 + d / (d + 0.5) ** 2)
    np.testing.assert_allclose(result.frame["z"], z)
    used = np.clip(z, *np.quantile(z, [0.1, 0.9]))
    assert result.phi == pytest.approx((used**2).mean())
    expected = target * d[0]
    error = np.sqrt(expected / (expected + 0.5) ** 2 + d[0] / (d[0] + 0.5) ** 2)
    assert result.frame["ul95"].iloc[0] == pytest.approx(target * np.exp(1.959964 * error))
    reference = funnel(data, method="ratio").frame["ul95"].iloc[0]
    assert reference == pytest.approx(target * np.exp(1.959964 / (2 * np.sqrt(d[0]))))


def test_corrected_cqc_limits_are_the_squares_of_the_reference_ones():
    narrow, wide = run(CASES["medpar_cqc"]), run(CASES["medpar_cqc"], limits="corrected")
    np.testing.assert_allclose(wide.frame["od_ul998"], narrow.frame["od_ul998"] ** 2)
    assert wide.frame["od_out998"].sum() < narrow.frame["od_out998"].sum()
    assert "narrow" in narrow.sentence()
    assert "narrow" not in wide.sentence()


# --- properties


@pytest.mark.parametrize("name", CASES)
def test_row_order_and_names_do_not_matter(name):
    case, plain = CASES[name], run(CASES[name])
    mixed = units(case).sample(frac=1, random_state=2)
    before = mixed.copy()
    mixed["group"] = "unit " + mixed["group"]
    result = funnel(mixed, method=plain.method, unit="group")
    assert result.tau2 == pytest.approx(plain.tau2, rel=1e-12)
    restored = result.frame.rename(index=lambda name: name.removeprefix("unit ")).loc[plain.frame.index]
    pd.testing.assert_frame_equal(restored, plain.frame)
    assert mixed["numerator"].equals(before["numerator"])


@pytest.mark.parametrize("method", ["shmi", "cqc", "proportion", "ratio"])
def test_multiplier_scales_ratio_and_limits_only(method):
    plain, percent = funnel(made(), method=method), funnel(made(), method=method, multiplier=100)
    np.testing.assert_allclose(percent.frame[["ratio", *LIMITS]], 100 * plain.frame[["ratio", *LIMITS]])
    assert percent.target == pytest.approx(100 * plain.target)
    assert percent.tau2 == plain.tau2
    assert percent.frame["out95"].tolist() == plain.frame["out95"].tolist()


@pytest.mark.parametrize("method", ["shmi", "cqc", "proportion", "ratio"])
def test_curve_passes_through_the_limits_of_the_units(method):
    result = funnel(made(), method=method, multiplier=100)
    curve = result.curve(result.frame["denominator"].to_numpy())
    np.testing.assert_allclose(curve[LIMITS], result.frame[LIMITS])


@pytest.mark.parametrize("method", ["shmi", "cqc"])
def test_poisson_counts_show_no_overdispersion_and_planted_spread_is_found(method):
    rng = np.random.default_rng(4)
    expected = rng.uniform(200, 2000, 150)
    frame = pd.DataFrame({"trust": range(150), "denominator": expected})
    calm = funnel(frame.assign(numerator=rng.poisson(expected)), method=method, limits="corrected")
    assert calm.tau2 < 0.0005
    spread = rng.poisson(expected * np.exp(rng.normal(0, 0.2, 150)))
    wild = funnel(frame.assign(numerator=spread), method=method, limits="corrected")
    scale = 1 if method == "shmi" else 4  # a square root halves a small log difference
    assert 0.01 < wild.tau2 * scale < 0.05
    assert wild.frame["out998"].sum() > 5 * wild.frame["od_out998"].sum()


def test_planted_outlier_is_the_one_flagged():
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"trust": [f"T{i}" for i in range(60)], "denominator": 1000.0})
    frame["numerator"] = rng.poisson(1000, 60)
    frame.loc[17, "numerator"] = 1400
    result = funnel(frame)
    assert result.frame.index[result.frame["od_out998"]].tolist() == ["T17"]
    assert "1 lie above and 0 below" in result.sentence()


def test_a_unit_on_the_limit_is_inside():
    result = funnel(made(), method="proportion")
    assert not (result.frame["ratio"].eq(result.target) & result.frame["out95"]).any()
    flat = funnel(made(numerator=(10, 12, 15, 6), denominator=(100, 120, 150, 60)), method="proportion")
    assert flat.tau2 == 0
    assert not flat.frame[["out95", "out998", "od_out95", "od_out998"]].any(axis=None)
    assert "limits of chance alone" in flat.sentence()


def test_proportion_limits_stay_between_nought_and_one():
    tiny = made(numerator=(0, 1, 3, 2), denominator=(1, 2, 3, 2))
    frame = funnel(tiny, method="proportion").frame
    assert ((frame[LIMITS] >= 0) & (frame[LIMITS] <= 1)).all(axis=None)
    assert (frame["ul998"] == 1).any()
    assert (frame["ll998"] == 0).any()


def test_shmi_rounds_the_expected_to_two_decimals():
    frame = funnel(made(denominator=(100.004, 120, 150, 60))).frame
    assert frame["denominator"].iloc[0] == 100.0
    assert frame["ratio"].iloc[0] == 30 / 100.004
    assert frame["z"].iloc[0] == pytest.approx(10 * np.log(0.3), abs=1e-12)


# --- refusals


@pytest.mark.parametrize(
    ("change", "method", "reason"),
    [
        ({"denominator": (100, 0, 150, 60)}, "shmi", "b: the denominator must be above 0"),
        ({"denominator": (100, -5, 150, 60)}, "cqc", "b: the denominator must be above 0"),
        ({"denominator": (100, 0.001, 150, 60)}, "shmi", "b: the denominator must be above 0"),
        ({"numerator": (30, -1, 80, 20)}, "cqc", "b: the numerator is negative"),
        ({"numerator": (30, 0, 80, 20)}, "shmi", "b: .* no logarithm"),
        ({"numerator": (30, 121, 80, 20)}, "proportion", "b: .* above the denominator"),
        ({"numerator": (30, np.nan, 80, 20)}, "cqc", "b: .* missing"),
        ({"denominator": (100, np.inf, 150, 60)}, "cqc", "b: .* infinite"),
        ({"numerator": (0, 0, 0, 0)}, "proportion", "0 in every unit"),
        ({"numerator": ("30", "*", "80", "20")}, "shmi", "must hold numbers"),
    ],
)
def test_impossible_counts_are_refused(change, method, reason):
    with pytest.raises(FunnelError, match=reason):
        funnel(made(**change), method=method)


def test_duplicates_absent_columns_and_too_few_units_are_refused():
    with pytest.raises(FunnelError, match=r"a, a: .*more than one row"):
        funnel(made().assign(trust=["a", "a", "b", "c"]))
    with pytest.raises(FunnelError, match="name is missing"):
        funnel(made().assign(trust=["a", None, "b", "c"]))
    with pytest.raises(FunnelError, match=r"expected.*not there"):
        funnel(made(), denominator="expected")
    with pytest.raises(FunnelError, match="at least 3"):
        funnel(made().head(2))


@pytest.mark.parametrize(
    "options",
    [{"method": "SHMI"}, {"limits": "wide"}, {"trim_by": 0}, {"trim_by": 0.5}, {"multiplier": 0}],
)
def test_unknown_options_are_refused(options):
    with pytest.raises(FunnelError):
        funnel(made(), **options)


def test_zero_counts_are_a_value_where_the_method_allows_them():
    frame = funnel(made(numerator=(0, 50, 80, 20)), method="cqc").frame
    assert frame["ratio"].iloc[0] == 0
    assert frame["out998"].iloc[0]


@pytest.mark.parametrize("size", [[0], [-1], [np.nan]])
def test_curve_refuses_impossible_sizes(size):
    with pytest.raises(FunnelError, match="above 0"):
        funnel(made()).curve(np.array(size, dtype=float))
