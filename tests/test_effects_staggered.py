from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from analysis.methods.effects import contrast as effects_contrast, group_time, impute, staggered
from analysis.methods.effects.additive import additive
from analysis.methods.effects.panels import EffectError, read_panel
from analysis.methods.effects.resample import resampled_units, sup_t
from analysis.methods.estimate import UNKNOWN

BY_NAME = {"imputation": impute.imputation, "event_study": group_time.event_study}

ORACLES = Path(__file__).parent / "oracles" / "staggered_did"
KEYS = {"outcome": "lemp", "unit": "countyreal", "time": "year", "cohort": "entry"}


@pytest.fixture(scope="module")
def mpdta():
    frame = pd.read_csv(ORACLES / "mpdta.csv").rename(columns={"first.treat": "entry"})
    return frame.assign(entry=frame["entry"].replace(0, np.nan))


def made(*, seed=1, trusts=24, periods=14, gaps=0.0, noise=0.0, effect=lambda h: 1.0 + 0.5 * h, types=1):
    """Additive panel with entry at t = 5, 7 or 9 for half the trusts and a planted effect."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(trusts), periods)
    time = np.tile(np.arange(periods), trusts)
    cohort = np.where(np.arange(trusts) % 2 == 0, np.nan, 5.0 + 2 * (np.arange(trusts) // 2 % 3))[unit]
    kind = (np.arange(trusts) // 2 % types)[unit]
    level, season = rng.normal(size=trusts)[unit], rng.normal(size=(types, periods))[kind, time]
    since = time - cohort
    planted = np.where(since >= 0, effect(np.nan_to_num(since)), 0.0)
    value = 10 + level + season + planted + noise * rng.normal(size=len(unit))
    frame = pd.DataFrame({"trust": unit, "t": time, "entry": cohort, "type": kind, "value": value})
    frame["trust"] = "R" + frame["trust"].astype(str).str.zfill(3)
    return frame[rng.random(len(frame)) >= gaps].reset_index(drop=True)


def test_placebo_leads_equal_least_squares_with_dummies():
    frame = made(noise=1.0, gaps=0.1, types=2)
    free = frame[~(frame["t"] >= frame["entry"] - 1)]
    leads = np.column_stack([free["t"] == free["entry"] + h for h in (-4, -3, -2)]).astype(float)
    cells = free["t"].astype(str) + "/" + free["type"].astype(str)
    dummies = pd.get_dummies(pd.DataFrame({"u": free["trust"], "c": cells}), dtype=float).to_numpy()
    design = np.column_stack([leads, dummies])
    inverse = np.linalg.pinv(design.T @ design)
    slope = inverse @ design.T @ free["value"].to_numpy()
    residual = free["value"].to_numpy() - design @ slope
    scores = pd.DataFrame(design * residual[:, None]).groupby(free["trust"].to_numpy()).sum().to_numpy()
    n, clusters, k = len(free), free["trust"].nunique(), 3 + cells.nunique()
    factor = clusters / (clusters - 1) * (n - 1) / (n - k)
    covariance = factor * (inverse @ scores.T @ scores @ inverse)[:3, :3]
    result = impute.imputation(frame, group="type", pre_periods=3, omit_before=1)
    found = result.frame[result.frame["phase"] == "pre"]
    assert found["horizon"].tolist() == [-4, -3, -2]
    np.testing.assert_allclose(found["estimate"], slope[:3], atol=1e-9)
    np.testing.assert_allclose(found["se"], np.sqrt(np.diag(covariance)), atol=1e-9)
    wald = slope[:3] @ np.linalg.inv(covariance) @ slope[:3]
    assert result.tables["pretrend"]["statistic"].iloc[0] == pytest.approx(wald)


def test_imputation_equals_least_squares_with_dummies():
    frame = made(noise=1.0, gaps=0.15, types=2)
    free = ~(frame["t"] >= frame["entry"])
    cells = frame["t"].astype(str) + "/" + frame["type"].astype(str)
    design = pd.get_dummies(pd.DataFrame({"u": frame["trust"], "c": cells}), dtype=float).to_numpy()
    y = frame["value"].to_numpy()
    slope = np.linalg.lstsq(design[free], y[free], rcond=None)[0]
    gap = (y - design @ slope)[~free]
    result = impute.imputation(frame, group="type")
    assert result.unidentified == 0
    assert result.overall.estimate == pytest.approx(gap.mean(), abs=1e-10)


@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize("types", [1, 2])
def test_planted_effect_is_found_exactly_without_noise(gaps, types):
    frame = made(gaps=gaps, types=types)
    for result in (
        impute.imputation(frame, group="type", pre_periods=2),
        group_time.event_study(frame, group="type", control="not_yet"),
    ):
        rows = result.frame[result.frame["phase"] == "post"]
        np.testing.assert_allclose(rows["estimate"], 1 + 0.5 * rows["horizon"], atol=1e-9)
        before = result.frame.loc[result.frame["phase"] == "pre", "estimate"]
        np.testing.assert_allclose(before, 0, atol=1e-9)


def test_nothing_planted_nothing_found():
    frame = made(gaps=0.1, effect=lambda h: 0.0 * h)
    assert impute.imputation(frame).overall.estimate == pytest.approx(0, abs=1e-9)
    assert group_time.event_study(frame).overall.estimate == pytest.approx(0, abs=1e-9)
    assert effects_contrast.twfe(frame).overall.estimate == pytest.approx(0, abs=1e-9)


def test_two_way_fixed_effects_miss_a_growing_effect():
    frame = made(effect=lambda h: h)
    truth = (frame["t"] - frame["entry"])[frame["t"] >= frame["entry"]].mean()
    assert impute.imputation(frame).overall.estimate == pytest.approx(truth)
    contrast = effects_contrast.twfe(frame)
    assert contrast.overall.estimate < 0.9 * truth


def test_effects_of_one_type_do_not_leak_into_another():
    frame = made(types=2)
    frame = frame[~frame["trust"].isin(["R002", "R006", "R010"])]
    shifted = frame.assign(value=frame["value"] + np.where(frame["type"] == 1, frame["t"] ** 2, 0))
    for estimate in (impute.imputation, group_time.event_study, effects_contrast.twfe):
        assert estimate(shifted, group="type").overall.estimate == pytest.approx(
            estimate(frame, group="type").overall.estimate
        )
        assert estimate(shifted).overall.estimate != pytest.approx(estimate(frame).overall.estimate)


CHANGES = {
    "row order": (lambda f: f.sample(frac=1, random_state=3), 1),
    "names": (lambda f: f.assign(trust=f["trust"].map(lambda name: f"X{name[::-1]}")), 1),
    "time": (lambda f: f.assign(t=f["t"] + 540, entry=f["entry"] + 540), 1),
    "constant": (lambda f: f.assign(value=f["value"] + 1000), 1),
    "unit level": (lambda f: f.assign(value=f["value"] + f["trust"].str[1:].astype(int) ** 2), 1),
    "scale": (lambda f: f.assign(value=f["value"] * -3), -3),
    "never as inf": (lambda f: f.assign(entry=f["entry"].fillna(np.inf)), 1),
    "blank outcome is a missing row": (
        lambda f: pd.concat([f, f.iloc[[0]].assign(t=99, value=np.nan)], ignore_index=True),
        1,
    ),
    "index": (lambda f: f.set_index(np.arange(len(f))[::-1] % 7), 1),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["imputation", "event_study"])
def test_estimates_follow_the_panel(change, name):
    frame = made(noise=1.0, gaps=0.1, types=2)
    alter, factor = CHANGES[change]
    options = {"group": "type"} | ({"pre_periods": 2} if name == "imputation" else {"control": "not_yet"})
    before = BY_NAME[name](frame, **options)
    after = BY_NAME[name](alter(frame), **options)
    np.testing.assert_allclose(after.frame["estimate"], factor * before.frame["estimate"], atol=1e-8)
    np.testing.assert_allclose(after.frame["se"], abs(factor) * before.frame["se"], atol=1e-8)
    counts = ["horizon", "n_trusts", "n_controls", "thin"]
    pd.testing.assert_frame_equal(after.frame[counts], before.frame[counts])
    assert after.overall.se == pytest.approx(abs(factor) * before.overall.se)


def test_the_callers_frame_is_unchanged():
    frame = made(noise=1.0, types=2)
    copy = frame.copy(deep=True)
    impute.imputation(frame)
    group_time.event_study(frame, covariates=["type"], method="reg")
    effects_contrast.twfe(frame)
    pd.testing.assert_frame_equal(frame, copy)


def test_core_function_and_weights_agree_with_the_panel_function():
    frame = made(noise=1.0, gaps=0.1, types=2)
    codes = {
        "unit": pd.factorize(frame["trust"])[0],
        "time": frame["t"].to_numpy(),
        "treated": (frame["t"] >= frame["entry"]).to_numpy(),
        "horizon": (frame["t"] - frame["entry"]).fillna(0).to_numpy(dtype=int),
        "group": frame["type"].to_numpy(),
    }
    y = frame["value"].to_numpy()
    result = impute.imputation(frame, group="type")
    pooled, by = staggered.imputation_estimate(y, **codes)
    assert pooled == pytest.approx(result.overall.estimate)
    np.testing.assert_allclose(list(by.values()), result.frame["estimate"])
    weights, columns = staggered.imputation_weights(**codes)
    assert weights @ y == pytest.approx(pooled)
    np.testing.assert_allclose([columns[h] @ y for h in by], list(by.values()))
    assert staggered.imputation_estimate(y, **{**codes, "horizon": None}) == (pytest.approx(pooled), {})


def test_frequency_weights_count_units_as_often_as_drawn():
    frame = made(noise=1.0, gaps=0.1)
    counts = dict(zip(sorted(frame["trust"].unique()), [2, 0, 1, 3] * 6, strict=True))
    copies = [
        part.assign(trust=f"{name}-{copy}")
        for name, part in frame.groupby("trust")
        for copy in range(counts[name])
    ]
    weighted, _ = staggered.imputation_estimate(
        frame["value"].to_numpy(),
        unit=pd.factorize(frame["trust"])[0],
        time=frame["t"].to_numpy(),
        treated=(frame["t"] >= frame["entry"]).to_numpy(),
        weights=frame["trust"].map(counts).to_numpy(),
    )
    assert weighted == pytest.approx(impute.imputation(pd.concat(copies)).overall.estimate)


@pytest.mark.parametrize("gaps", [0.05, 0.3])
def test_redrawn_estimates_equal_fresh_fits_on_copied_units(gaps):
    frame = made(noise=1.0, gaps=gaps, types=2)
    units = np.unique(frame["trust"])
    result = impute.imputation(frame, group="type", draws=6, rng=np.random.default_rng(8))
    strata = [
        2 * kind + treated
        for kind, treated in zip(
            frame.groupby("trust")["type"].first(),
            frame.groupby("trust")["entry"].first().notna(),
            strict=True,
        )
    ]
    counts = resampled_units(np.array(strata), draws=6, rng=spent_generator(8))
    for row, drawn in zip(counts, result.tables["draws"].to_dict("records"), strict=True):
        copies = [
            frame[frame["trust"] == name].assign(trust=f"{name}-{copy}")
            for name, count in zip(units, row, strict=True)
            for copy in range(count)
        ]
        fresh = impute.imputation(pd.concat(copies), group="type")
        assert drawn.pop("overall") == pytest.approx(fresh.overall.estimate, abs=1e-9)
        found = fresh.frame.set_index("horizon")["estimate"]
        np.testing.assert_allclose(found, [drawn[h] for h in found.index], atol=1e-9)


def spent_generator(seed):
    rng = np.random.default_rng(seed)
    rng.random((6, 24))  # the multipliers of the simultaneous limits come first
    return rng


# Uncertainty


def test_draws_repeat_and_do_not_depend_on_the_workers():
    frame = made(noise=1.0, gaps=0.1)
    one = impute.imputation(frame, draws=60, rng=np.random.default_rng(5))
    two = impute.imputation(frame, draws=60, rng=np.random.default_rng(5), n_jobs=2)
    pd.testing.assert_frame_equal(one.tables["draws"], two.tables["draws"])
    pd.testing.assert_frame_equal(one.frame, two.frame)


def test_bootstrap_is_close_to_the_formula(mpdta):
    result = impute.imputation(mpdta, **KEYS, draws=300, rng=np.random.default_rng(2))
    assert result.tables["overall_bootstrap"]["se"].iloc[0] == pytest.approx(result.overall.se, rel=0.2)
    np.testing.assert_allclose(result.frame["se_bootstrap"], result.frame["se"], rtol=0.25)
    assert (result.frame["lower_bootstrap"] < result.frame["estimate"]).all()


@pytest.mark.parametrize("name", ["imputation", "event_study"])
def test_uniform_bands_are_wider_than_pointwise(mpdta, name):
    result = BY_NAME[name](mpdta, **KEYS, draws=300, rng=np.random.default_rng(1))
    frame = result.frame
    assert (frame["lower_uniform"] < frame["lower"]).all()
    assert (frame["upper_uniform"] > frame["upper"]).all()
    plain = BY_NAME[name](mpdta, **KEYS).frame
    assert plain["lower_uniform"].isna().all()
    np.testing.assert_allclose(plain["upper"] - plain["estimate"], norm.ppf(0.975) * plain["se"])


def test_simultaneous_critical_value_of_independent_estimates():
    rng = np.random.default_rng(3)
    influence = np.kron(np.eye(10), np.ones((200, 1))) * rng.choice([-1.0, 1.0], size=(2000, 1))
    expected = norm.ppf((1 + 0.95 ** (1 / 10)) / 2)
    assert sup_t(influence, level=0.95, draws=4000, rng=rng) == pytest.approx(expected, abs=0.1)
    assert np.isnan(sup_t(np.zeros((5, 2)), level=0.95, draws=10, rng=rng))


def test_small_cohorts_keep_their_variation():
    frame = made(noise=1.0, trusts=12)
    singles = frame.assign(entry=frame["entry"] + frame["trust"].str[1:].astype(int) % 5 * 0)
    names = {name: 4 + place for place, name in enumerate(sorted(frame.dropna()["trust"].unique()))}
    singles["entry"] = singles["trust"].map(names)
    pooled = impute.imputation(singles)
    separate = impute.imputation(singles, partition="cohort_horizon")
    assert (pooled.frame.loc[:5, "se"] > separate.frame.loc[:5, "se"]).all()


def test_interval_covers_a_planted_effect_about_as_often_as_it_says():
    inside = []
    for seed in range(200):
        frame = made(seed=seed, trusts=60, periods=12, noise=1.0, effect=lambda h: 1.0 + 0 * h)
        found = impute.imputation(frame).overall
        inside.append(found.lower <= 1 <= found.upper)
    assert 0.88 <= np.mean(inside) <= 0.99


# Edges


@pytest.mark.parametrize("seed", range(8))
def test_sparse_panels_are_identified_exactly_where_algebra_says(seed):
    rng = np.random.default_rng(seed)
    unit, time = (code.ravel() for code in np.indices((9, 5)))
    weight = np.where(rng.random(45) < 0.3, rng.integers(1, 4, 45), 0).astype(float)
    design = np.column_stack([np.eye(9)[unit], np.eye(5)[time]])
    used = design[weight > 0]
    within = design @ np.linalg.pinv(used) @ used
    model = additive(unit, time, weight)
    known = model.identified()
    np.testing.assert_array_equal(known, np.isclose(within, design, atol=1e-8).all(axis=1))
    y = rng.normal(size=45)
    root = np.sqrt(weight)
    slope = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
    np.testing.assert_allclose(model.fitted(y)[known], (design @ slope)[known], atol=1e-9)


def test_disconnected_counterfactuals_are_left_out_and_counted():
    frame = made(trusts=12, periods=12)
    late = frame["t"] >= 10
    frame = frame[~(late & frame["entry"].isna())]
    result = impute.imputation(frame)
    assert result.unidentified == int((frame["t"] >= 10).sum())
    rows = result.frame
    np.testing.assert_allclose(rows["estimate"], 1 + 0.5 * rows["horizon"], atol=1e-9)


def test_units_without_a_baseline_are_listed():
    frame = made()
    early = frame.assign(entry=frame["entry"].mask(frame["trust"] == "R001", 0))
    for result in (impute.imputation(early), group_time.event_study(early)):
        assert result.dropped["unit"].tolist() == ["R001"]
        assert "no baseline" in result.dropped["reason"].iloc[0]
    cut = frame[~((frame["trust"] == "R001") & (frame["t"] < 5))]
    assert impute.imputation(cut).dropped["unit"].tolist() == ["R001"]
    unseen = frame[~((frame["trust"] == "R001") & (frame["t"] == 4))]
    result = group_time.event_study(unseen)
    assert result.dropped["unit"].tolist() == ["R001"]
    assert result.unidentified == 9


def test_baseline_can_leave_out_the_dip_before_entry():
    frame = made()
    dip = frame.assign(value=frame["value"] - 4 * frame["t"].sub(frame["entry"]).between(-2, -1))
    assert impute.imputation(dip).overall.estimate > impute.imputation(frame).overall.estimate + 0.5
    for option in ("omit_before", "anticipation"):
        result = impute.imputation(dip, **{option: 2})
        assert result.overall.estimate == pytest.approx(impute.imputation(frame).overall.estimate)
        left = result.frame[result.frame["phase"] == "left out"]
        np.testing.assert_allclose(left["estimate"], [-4, -4], atol=1e-9)
    assert group_time.event_study(dip, anticipation=2).overall.estimate == pytest.approx(
        group_time.event_study(frame).overall.estimate
    )


def test_horizons_and_last_time_limit_what_is_pooled():
    frame = made()
    result = impute.imputation(frame, horizons=range(3))
    assert result.frame["horizon"].tolist() == [0, 1, 2]
    assert result.overall.estimate == pytest.approx(1.5)
    assert group_time.event_study(frame, horizons=range(-2, 3)).overall.estimate == pytest.approx(1.5)
    broken = frame.assign(value=frame["value"] + 50 * ((frame["t"] > 11) & frame["entry"].notna()))
    rows = impute.imputation(broken, last_time=11).frame
    np.testing.assert_allclose(rows["estimate"], 1 + 0.5 * rows["horizon"], atol=1e-9)


def test_thin_horizons_are_marked_and_one_trust_has_no_interval():
    frame = made(trusts=10)
    only = frame[frame["entry"].isna() | (frame["trust"] == "R001")]
    for result in (impute.imputation(only), group_time.event_study(only)):
        assert result.frame["thin"].all()
        assert (result.frame["n_trusts"] == 1).all()
        assert np.isnan(result.overall.se)
        assert result.overall.side == UNKNOWN


def test_counts_of_trusts_and_controls():
    frame = made(trusts=12)
    rows = impute.imputation(frame).frame.set_index("horizon")
    assert rows.loc[0, "n_trusts"] == 6
    assert rows.loc[8, "n_trusts"] == 2
    assert rows.loc[0, "n_controls"] == 10
    assert group_time.event_study(frame).frame["n_controls"].eq(6).all()


def test_event_study_with_gaps_uses_units_seen_in_both_periods():
    frame = made(noise=1.0, trusts=8)
    cut = frame[~((frame["trust"] == "R001") & (frame["t"] == 6))]
    cell = group_time.event_study(cut).tables["att_gt"].set_index(["cohort", "time"]).loc[(5, 6)]
    wide = cut.pivot(index="trust", columns="t", values="value")
    change = wide[6] - wide[4]
    cohort = cut.groupby("trust")["entry"].first()
    expected = change[cohort == 5].mean() - change[cohort.isna()].mean()
    assert cell["estimate"] == pytest.approx(expected)
    assert cell["n_trusts"] == change[cohort == 5].notna().sum()


def test_strata_are_averaged_over_treated_trusts():
    frame = made(noise=1.0, types=2, trusts=26)
    whole = group_time.event_study(frame, group="type").frame.set_index("horizon").loc[0]
    parts = [
        group_time.event_study(frame[frame["type"] == kind]).frame.set_index("horizon").loc[0]
        for kind in (0, 1)
    ]
    sizes = [part["n_trusts"] for part in parts]
    expected = np.average([part["estimate"] for part in parts], weights=sizes)
    assert whole["estimate"] == pytest.approx(expected)
    assert whole["n_trusts"] == sum(sizes)


def no_never(frame):
    return frame.dropna(subset=["entry"])


REFUSED = {
    "no column": (lambda f: f.drop(columns="entry"), {}, "not there"),
    "twice": (lambda f: pd.concat([f, f.iloc[[5]]]), {}, "repeated rows, first at trust 'R000', t 5"),
    "cohort varies": (
        lambda f: f.assign(entry=f["entry"].mask((f["trust"] == "R001") & (f["t"] == 3), 9)),
        {},
        "varies in trust 'R001'",
    ),
    "cohort sometimes blank": (
        lambda f: f.assign(entry=f["entry"].mask((f["trust"] == "R001") & (f["t"] == 3))),
        {},
        "varies in trust 'R001'",
    ),
    "half time": (lambda f: f.assign(t=f["t"] + 0.5), {}, "whole numbers"),
    "text time": (lambda f: f.assign(t="2014-07"), {}, "Allowed: Periods"),
    "text outcome": (lambda f: f.assign(value=f["value"].astype(str)), {}, "Numbers are allowed"),
    "infinite": (lambda f: f.assign(value=np.inf), {}, "infinite"),
    "zero is never": (lambda f: f.assign(t=f["t"] + 1, entry=f["entry"].fillna(0)), {}, "not 0"),
    "half cohort": (lambda f: f.assign(entry=f["entry"] + 0.5), {}, "Whole periods"),
    "no treated": (lambda f: f[f["entry"].isna()], {}, "no treated unit"),
    "all blank": (lambda f: f.assign(value=np.nan), {}, "no value"),
    "group varies": (lambda f: f.assign(type=f["t"]), {"group": "type"}, "'type' varies"),
    "group blank": (lambda f: f.assign(type=np.nan), {"group": "type"}, "blank"),
    "level": (lambda f: f, {"level": 95}, "above 0.5 and below 1"),
    "draws without rng": (lambda f: f, {"draws": 9}, "needs rng"),
    "anticipation": (lambda f: f, {"anticipation": -1}, "whole number"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("name", ["imputation", "event_study"])
def test_faulty_panels_are_refused(case, name):
    spoil, options, message = REFUSED[case]
    with pytest.raises(EffectError, match=message):
        BY_NAME[name](spoil(made()), **options)


def test_missing_controls_are_refused():
    with pytest.raises(EffectError, match="never treated"):
        group_time.event_study(no_never(made()))
    one = made()
    one = one[one["entry"] == 5]
    with pytest.raises(EffectError, match="no cohort has controls"):
        group_time.event_study(one, control="not_yet")
    with pytest.raises(EffectError, match="no treated observation has a counterfactual"):
        impute.imputation(one)
    with pytest.raises(EffectError, match="Allowed"):
        group_time.event_study(made(), control="others")
    with pytest.raises(EffectError, match="Allowed"):
        impute.imputation(made(), partition="none")


def test_a_covariate_that_separates_perfectly_gives_no_doubly_robust_effect():
    frame = made(noise=1.0)
    split = frame.assign(x=frame["entry"].notna().astype(float))
    with pytest.raises(EffectError, match="covariates"):
        group_time.event_study(split, covariates=["x"])
    with pytest.raises(EffectError, match="covariates"):
        group_time.event_study(frame.assign(x=1.0), covariates=["x"], method="reg")


ESTIMATORS = [impute.imputation, group_time.event_study]


@pytest.mark.parametrize("estimate", ESTIMATORS)
@pytest.mark.parametrize("horizons", [[0.5, 1.7], "01", 3, [], [True]])
def test_horizons_that_are_not_whole_periods_are_refused(estimate, horizons):
    with pytest.raises(EffectError, match="Allowed: a list of whole periods since entry"):
        estimate(made(noise=1.0), horizons=horizons)


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_horizons_may_be_whole_floats(estimate):
    frame = made(noise=1.0)
    found = estimate(frame, horizons=np.arange(3.0)).overall.estimate
    assert found == estimate(frame, horizons=range(3)).overall.estimate


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_complex_outcomes_and_a_last_time_in_words_are_refused(estimate):
    frame = made(noise=1.0)
    with pytest.raises(EffectError, match="'value' holds complex128"):
        estimate(frame.assign(value=frame["value"].astype(complex)))
    with pytest.raises(EffectError, match="last_time='9'"):
        estimate(frame, last_time="9")


@pytest.mark.parametrize("estimate", ESTIMATORS)
def test_one_trust_has_no_interval_and_no_direction(estimate):
    frame = made(noise=1.0)
    one = frame[
        frame["entry"].isna() | (frame["trust"] == frame.loc[frame["entry"].first_valid_index(), "trust"])
    ]
    found = estimate(one)
    assert np.isnan(found.overall.lower)
    assert found.overall.side == UNKNOWN


def test_periods_before_entry_do_not_count_as_unidentified():
    frame = made(noise=1.0, types=2)
    alone = pd.DataFrame({"trust": "R900", "t": range(3, 14), "entry": 6.0, "type": 9, "value": 1.0})
    found = impute.imputation(pd.concat([frame, alone]), group="type", omit_before=2)
    assert found.unidentified == (alone["t"] >= 6).sum()


@pytest.mark.parametrize("estimate", [*ESTIMATORS, effects_contrast.twfe])
def test_a_panel_may_be_read_once_and_passed_on(estimate):
    frame = made(noise=1.0, types=2, gaps=0.1)
    data = read_panel(frame, group="type", last_time=11, measure="points")
    expected = estimate(frame, group="type", last_time=11, measure="points")
    assert estimate(data).overall == expected.overall
    assert expected.overall.unit == "points"
    with pytest.raises(EffectError, match="read before"):
        estimate(data, outcome="value")
    with pytest.raises(TypeError, match="outcom"):
        estimate(frame, outcom="value")
