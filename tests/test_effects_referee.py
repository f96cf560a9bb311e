"""diff-diff as referee of the published effects of entry: the same panels, type by type, gaps and all."""

import warnings

import numpy as np
import pytest
from diff_diff import CallawaySantAnna, ImputationDiD

from analysis import data
from analysis.methods.effects import group_time, impute
from analysis.study import entry_effects, indicators, regime

PUBLISHED = sorted(data.load("calibration")["indicator"].unique())
PRIMARY = indicators.indicators(primary=True)


def refereed(model, panel):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of gaps, and of its coming interface
        return model.fit(
            panel.assign(entry=panel["entry"].fillna(0)),
            outcome="value",
            unit="trust",
            time="t",
            first_treat="entry",
            aggregate="event_study",
        )


def by_type(name):
    """Panels of one type of trust each, up to the last horizon that is pooled."""
    panel = regime.panel(name).dropna(subset=["value"])
    panel = panel[~(panel["t"] - panel["entry"] > max(indicators.settings(name)["horizons"]))]
    first = panel.groupby("trust")["t"].transform("min")
    for _, part in panel[~(panel["entry"] <= first)].groupby("type"):  # the others have no baseline
        if (part["t"] >= part["entry"]).any() and part["entry"].isna().any():
            yield part


def test_those_published_are_all_refereed():
    assert {name for name in indicators.indicators() if entry_effects.enough(name)} == set(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_imputation(name):
    settings = {**indicators.settings(name), "partition": "horizon", "leave_out": False}
    value = variance = size = 0.0
    for part in by_type(name):
        peer = refereed(ImputationDiD(aux_partition="horizon"), part)
        count = sum(row["n_obs"] for h, row in peer.event_study_effects.items() if h >= 0)
        value, size = value + count * peer.overall_att, size + count
        variance += (count * peer.overall_se) ** 2
    published = entry_effects.entry(name).overall
    assert published.n_obs == size
    assert published.value == pytest.approx(value / size, abs=1e-8)
    # the published error pools small cohorts, which diff-diff has not: errors are compared by horizon
    ours = impute.imputation(regime.panel(name), **settings).overall
    assert ours.se == pytest.approx(np.sqrt(variance) / size, abs=1e-8)


@pytest.mark.parametrize("name", PRIMARY)
@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_group_time(name, control):
    for part in by_type(name):
        peer = refereed(CallawaySantAnna(control_group=f"{control}_treated"), part)
        ours = group_time.event_study(part, control=control)
        rows = ours.tables["att_gt"].set_index(["cohort", "time"])
        compared = 0
        for (cohort, time), cell in peer.group_time_effects.items():
            if (int(cohort), int(time)) in rows.index and np.isfinite(cell["effect"]):
                assert rows.loc[(int(cohort), int(time)), "estimate"] == pytest.approx(
                    cell["effect"], abs=1e-10
                )
                compared += 1
        assert compared == len(rows)
        assert ours.overall.value == pytest.approx(peer.overall_att, abs=1e-10)
