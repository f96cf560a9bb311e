"""Many deals of entry dates at once give what a fit of each deal gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.methods.effects import dealt
from analysis.methods.effects.panels import panel_of
from analysis.methods.effects.placebo import _draws, _estimate
from analysis.study import regime

NEVER = np.inf


def made(rng, *, units=24, periods=9, groups=2, gaps=0.2):
    """A panel with gaps, entries at any time (in the first period too) and more than one stratum."""
    cells = [(unit, t) for unit in range(units) for t in range(periods) if rng.random() > gaps]
    frame = pd.DataFrame(cells, columns=["trust", "t"])
    entry = rng.choice([*range(periods + 1), NEVER, NEVER, NEVER, NEVER], units)
    kind = rng.integers(groups, size=units)
    return frame.assign(
        value=rng.normal(size=len(frame)),
        entry=entry[frame["trust"]],
        type=[f"kind {kind[unit]}" for unit in frame["trust"]],
    ).replace({"entry": {NEVER: np.nan}})


def each(data, cohorts, last):
    return np.array([_estimate(data, row, last) for row in cohorts])


def compare(data, cohorts, last):
    found, apart = dealt.pooled_estimates(data, cohorts, last_horizon=last)
    one_by_one = each(data, cohorts, last)
    np.testing.assert_allclose(found[~apart], one_by_one[~apart], rtol=1e-11, atol=1e-12)
    return found, apart, one_by_one


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("last", [None, 0, 3])
def test_many_deals_are_what_each_deal_is(seed, last):
    rng = np.random.default_rng(seed)
    frame = made(rng, gaps=[0.0, 0.2, 0.5][seed % 3], groups=1 + seed % 4)
    reading = {"group": "type", "anticipation": seed % 3}
    data = panel_of(frame, reading, group="type")
    cohorts = np.array([rng.permutation(data.unit_cohort) for _ in range(20)])
    compare(data, cohorts, last)


@pytest.mark.parametrize("name", ["shmi", "four_hour_waits", "recommend_work"])
def test_real_panels_too(name):
    data = panel_of(regime.panel(name), {}, group="type")
    rng = np.random.default_rng(3)
    cohorts = np.array([rng.permutation(data.unit_cohort) for _ in range(6)])
    _, apart, _ = compare(data, cohorts, 12)
    assert not apart.all()


def in_two_pieces():
    """Two trusts seen early, two seen late, and nobody who ties the two times together."""
    rows = [
        (trust, t)
        for trust, times in (("a", (0, 1)), ("b", (0, 1)), ("c", (3, 4)), ("d", (3, 4)))
        for t in times
    ]
    frame = pd.DataFrame(rows, columns=["trust", "t"])
    entry = frame["trust"].map({"a": 1.0, "c": 4.0})
    return frame.assign(value=np.arange(8.0) ** 2, entry=entry, type="all")


def test_a_deal_that_falls_apart_is_marked_and_fitted_by_itself():
    data = panel_of(in_two_pieces(), {}, group="type")
    cohorts = np.tile(data.unit_cohort, (3, 1))
    _, apart, one_by_one = compare(data, cohorts, None)
    assert apart.all()
    assert np.isfinite(one_by_one).all()
    found = _draws(data, np.ones(4, dtype=bool), 5, np.random.default_rng(1), None)
    again = np.random.default_rng(1)
    deals = []
    for _ in range(5):
        deals.append(again.permutation(data.unit_cohort))
    np.testing.assert_array_equal(found, each(data, np.array(deals), None))


def test_nothing_to_estimate_is_nan():
    data = panel_of(in_two_pieces(), {}, group="type")
    never = np.full((2, 4), NEVER)
    assert np.isnan(dealt.pooled_estimates(data, never, last_horizon=None)[0]).all()
    from_the_start = np.zeros((2, 4))
    assert np.isnan(dealt.pooled_estimates(data, from_the_start, last_horizon=None)[0]).all()


def test_parcels_of_draws_change_nothing(monkeypatch):
    rng = np.random.default_rng(7)
    data = panel_of(made(rng), {}, group="type")
    cohorts = np.array([rng.permutation(data.unit_cohort) for _ in range(11)])
    whole, _ = dealt.pooled_estimates(data, cohorts, last_horizon=3)
    monkeypatch.setattr(dealt, "CELLS", 1)
    apart, _ = dealt.pooled_estimates(data, cohorts, last_horizon=3)
    np.testing.assert_allclose(apart, whole, rtol=1e-12, atol=1e-13)
