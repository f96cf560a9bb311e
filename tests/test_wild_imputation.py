"""The wild cluster bootstrap of the imputation estimate: against dummies, and on panels without an effect."""

import numpy as np
import pandas as pd
import pytest

from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.staggered import imputation_estimate
from analysis.methods.effects.wild_imputation import wild_imputation


def made(rng, *, units=20, periods=10, treated=6, effect=0.0, ar=0.5):
    noise = np.zeros((units, periods))
    for t in range(periods):
        noise[:, t] = ar * noise[:, t - 1] * (t > 0) + rng.normal(size=units)
    level = rng.normal(size=(units, 1)) + np.linspace(0, 2, periods) + noise
    entry = np.full(units, np.nan)
    entry[:treated] = rng.integers(4, 8, size=treated)
    since = np.arange(periods) - entry[:, None]
    level = level + effect * (since >= 0)
    rows = [(f"u{i}", "a", t, level[i, t], entry[i]) for i in range(units) for t in range(periods)]
    return pd.DataFrame(rows, columns=["trust", "type", "t", "value", "entry"])


def test_estimate_is_the_imputation_estimate():
    panel = made(np.random.default_rng(1), effect=2.0)
    found = wild_imputation(panel, draws=19, rng=np.random.default_rng(2))
    expected, _ = imputation_estimate(
        panel["value"].to_numpy(),
        unit=pd.factorize(panel["trust"])[0],
        time=panel["t"].to_numpy(),
        treated=(panel["t"] >= panel["entry"]).to_numpy(),
    )
    assert found.estimate == pytest.approx(expected, abs=1e-9)


def test_t_equals_a_regression_with_dummies_by_hand():
    panel = made(np.random.default_rng(3), units=8, treated=3)
    found = wild_imputation(panel, draws=1, rng=np.random.default_rng(4))
    units, times = pd.factorize(panel["trust"])[0], panel["t"].to_numpy()
    design = np.column_stack([np.eye(8)[units], np.eye(10)[times][:, 1:]])
    y = panel["value"].to_numpy()
    residual = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    treated = (panel["t"] >= panel["entry"]).to_numpy()
    fit = np.linalg.pinv(design[~treated])
    weights = np.where(treated, 1 / treated.sum(), 0.0)
    weights[~treated] -= weights[treated] @ design[treated] @ fit
    scores = np.bincount(units, weights * residual)
    assert found.t == pytest.approx(weights @ y / np.sqrt((scores**2).sum()), rel=1e-8)


def test_planted_effect_is_found_and_p_has_its_floor():
    found = wild_imputation(
        made(np.random.default_rng(5), effect=8.0), draws=199, rng=np.random.default_rng(6)
    )
    assert found.p <= 0.05
    assert found.p >= 1 / 200


def test_rejects_about_five_in_a_hundred_without_an_effect():
    seeds = np.random.SeedSequence(7).spawn(200)
    p = [
        wild_imputation(made(np.random.default_rng(s), treated=10), draws=99, rng=np.random.default_rng(s)).p
        for s in seeds
    ]
    assert 0.01 <= np.mean(np.array(p) <= 0.05) <= 0.11


def test_does_not_depend_on_row_order_or_level():
    panel = made(np.random.default_rng(8), effect=1.0)
    first = wild_imputation(panel, draws=49, rng=np.random.default_rng(9))
    moved = panel.assign(value=panel["value"] + 100).sample(frac=1, random_state=1)
    again = wild_imputation(moved, draws=49, rng=np.random.default_rng(9))
    assert again.p == first.p
    assert again.t == pytest.approx(first.t, rel=1e-6)


def test_refuses_no_draws_and_no_baseline():
    panel = made(np.random.default_rng(10))
    with pytest.raises(EffectError, match="draws=0"):
        wild_imputation(panel, draws=0, rng=np.random.default_rng(0))
    with pytest.raises(EffectError):
        wild_imputation(panel.assign(entry=0.0), draws=9, rng=np.random.default_rng(0))
