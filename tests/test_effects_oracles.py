import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from diff_diff import CallawaySantAnna, ImputationDiD

from analysis.methods.effects import contrast, group_time, impute
from analysis.methods.effects.cells import regression

ORACLES = Path(__file__).parent / "oracles" / "staggered_did"
KEYS = {"outcome": "lemp", "unit": "countyreal", "time": "year", "cohort": "entry"}
SETTINGS = {
    "never_nocov": {},
    "notyet_nocov": {"control": "not_yet"},
    "never_lpop_dr": {"covariates": ["lpop"]},
    "never_lpop_reg": {"covariates": ["lpop"], "method": "reg"},
    "never_nocov_universal": {"base": "universal"},
    "never_nocov_anticip1": {"anticipation": 1},
}


def oracle(name):
    return json.loads((ORACLES / name).read_text())


@pytest.fixture(scope="module")
def mpdta():
    frame = pd.read_csv(ORACLES / "mpdta.csv").rename(columns={"first.treat": "entry"})
    return frame.assign(entry=frame["entry"].replace(0, np.nan))


def column(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)


@pytest.mark.parametrize("name", SETTINGS)
def test_event_study_equals_r(mpdta, name):
    expected = oracle("callaway_santanna_mpdta.json")["expected"][name]
    result = group_time.event_study(mpdta, **KEYS, **SETTINGS[name])
    pairs = [
        (result.tables["att_gt"], expected["att_gt"]),
        (result.frame, expected["dynamic"]),
        (result.tables["groups"], expected["group"]),
        (result.tables["calendar"], expected["calendar"]),
    ]
    for found, wanted in pairs:
        np.testing.assert_allclose(found["estimate"], column(wanted["att"]), atol=1e-9)
        np.testing.assert_allclose(found["se"], column(wanted["se"]), atol=1e-9)
    assert result.frame["horizon"].tolist() == expected["dynamic"]["egt"]
    assert result.tables["att_gt"]["cohort"].tolist() == expected["att_gt"]["group"]
    assert result.tables["att_gt"]["time"].tolist() == expected["att_gt"]["t"]
    for summary, found in result.tables["summaries"].iterrows():
        wanted = expected[summary]["overall"]
        assert found["estimate"] == pytest.approx(wanted["att"], abs=1e-9)
        assert found["se"] == pytest.approx(wanted["se"], abs=1e-4 if summary == "group" else 1e-9)
    assert result.overall.estimate == result.tables["summaries"].loc["simple", "estimate"]


def test_group_summary_of_r_is_reproduced_with_its_slip(mpdta):
    expected = oracle("callaway_santanna_mpdta.json")["expected"]["never_nocov"]["group"]
    cohorts = mpdta.groupby("countyreal")["entry"].first().to_numpy()
    wide = mpdta.pivot(index="countyreal", columns="year", values="lemp")
    atts, spread = [], []
    for cohort in (2004, 2006, 2007):
        both = (cohorts == cohort) | np.isnan(cohorts)
        psi = np.zeros(len(cohorts))
        for year in range(cohort, 2008):
            change = (wide[year] - wide[cohort - 1]).to_numpy()
            _, part = regression(change[both], cohorts[both] == cohort, np.ones((both.sum(), 1)))
            psi[both] += part / (2008 - cohort)
        spread.append(psi)
        atts.append(expected["att"][len(atts)])
    sizes = np.array([(cohorts == c).sum() for c in (2004, 2006, 2007)])
    first = np.repeat((cohorts == 2004)[:, None], 3, axis=1)
    weights = sizes / sizes.sum()
    slip = (first - sizes / 500) / sizes.sum() - np.outer(
        (first - sizes / 500).sum(axis=1), sizes
    ) / sizes.sum() ** 2
    total = np.column_stack(spread) @ weights + slip @ np.array(atts)
    assert np.sqrt((total**2).sum()) == pytest.approx(expected["overall"]["se"], abs=1e-9)


def test_imputation_equals_the_closed_formula(mpdta):
    expected = oracle("callaway_santanna_mpdta.json")["imputation_borusyak"]
    result = impute.imputation(mpdta, **KEYS)
    assert result.overall.estimate == pytest.approx(expected["overall"], abs=1e-9)
    np.testing.assert_allclose(result.frame["estimate"], list(expected["by_horizon"].values()), atol=1e-9)


@pytest.mark.parametrize("partition", ["cohort_horizon", "horizon", "cohort"])
@pytest.mark.parametrize("leave_out", [False, True])
def test_imputation_standard_errors_equal_diff_diff_with_gaps(mpdta, partition, leave_out):
    gappy = mpdta[np.random.default_rng(0).random(len(mpdta)) < 0.8]
    with pytest.warns((FutureWarning, UserWarning)):  # diff-diff warns of gaps and of its coming interface
        peer = ImputationDiD(aux_partition=partition, leave_one_out=leave_out).fit(
            gappy.assign(entry=gappy["entry"].fillna(0)),
            outcome="lemp",
            unit="countyreal",
            time="year",
            first_treat="entry",
            aggregate="event_study",
        )
    result = impute.imputation(gappy, **KEYS, partition=partition, leave_out=leave_out)
    assert result.overall.estimate == pytest.approx(peer.overall_att, abs=1e-8)
    assert result.overall.se == pytest.approx(peer.overall_se, abs=1e-8)
    for row in result.frame.to_dict("records"):
        assert row["se"] == pytest.approx(peer.event_study_effects[row["horizon"]]["se"], abs=1e-8)


def test_twfe_equals_least_squares_with_dummies(mpdta):
    few = mpdta[mpdta["countyreal"].isin(mpdta["countyreal"].unique()[::9])].sample(frac=0.9, random_state=1)
    treated = (few["year"] >= few["entry"]).to_numpy(dtype=float)
    dummies = pd.get_dummies(few[["countyreal", "year"]].astype(str), dtype=float).to_numpy()
    design = np.column_stack([treated, dummies])
    inverse = np.linalg.pinv(design.T @ design)
    slope = inverse @ design.T @ few["lemp"].to_numpy()
    residual = few["lemp"].to_numpy() - design @ slope
    scores = pd.DataFrame(design * residual[:, None]).groupby(few["countyreal"].to_numpy()).sum().to_numpy()
    n, clusters, k = len(few), few["countyreal"].nunique(), 1 + few["year"].nunique()
    factor = clusters / (clusters - 1) * (n - 1) / (n - k)
    se = np.sqrt(factor * (inverse @ scores.T @ scores @ inverse)[0, 0])
    result = contrast.twfe(few, **KEYS)
    assert result.overall.estimate == pytest.approx(slope[0], abs=1e-10)
    assert result.overall.se == pytest.approx(se, abs=1e-10)
    assert result.weights["weight"].sum() == pytest.approx(1)


def group_time_by_hand(change, weight):
    """Overall group-time effect of `change` (frame: unit, cohort, time, change), units weighted."""
    total = size = 0.0
    for (cohort, _), cell in change.groupby(["cell", "time"]):
        treated = cell["entry"].eq(cohort)
        share = weight[cell["unit"]].to_numpy()
        at, other = share[treated], share[~treated]
        effect = np.average(cell["change"][treated], weights=at) - np.average(
            cell["change"][~treated], weights=other
        )
        total, size = total + at.sum() * effect, size + at.sum()
    return total / size


@pytest.fixture(scope="module")
def gappy(mpdta):
    return mpdta[np.random.default_rng(0).random(len(mpdta)) < 0.8]


def with_diff_diff(model, frame, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of gaps, and of its coming interface
        return model.fit(
            frame.assign(entry=frame["entry"].fillna(0)),
            outcome="lemp",
            unit="countyreal",
            time="year",
            first_treat="entry",
            aggregate="event_study",
            **options,
        )


@pytest.mark.parametrize("control", ["never", "not_yet"])
def test_each_group_time_effect_equals_diff_diff_with_gaps(gappy, control):
    peer = with_diff_diff(CallawaySantAnna(control_group=f"{control}_treated"), gappy)
    result = group_time.event_study(gappy, **KEYS, control=control)
    assert result.overall.value == pytest.approx(peer.overall_att, abs=1e-12)
    rows = result.tables["att_gt"].set_index(["cohort", "time"])
    for (cohort, time), cell in peer.group_time_effects.items():
        assert rows.loc[(int(cohort), int(time)), "estimate"] == pytest.approx(cell["effect"], abs=1e-12)
        assert rows.loc[(int(cohort), int(time)), "se"] == pytest.approx(cell["se"], abs=1e-12)


def test_the_error_of_the_overall_effect_is_that_of_the_weights_that_are_used(gappy):
    """With gaps diff-diff weights by the units seen, but takes the error of weights by all units."""
    wide = gappy.pivot(index="countyreal", columns="year", values="lemp")
    entry = gappy.groupby("countyreal")["entry"].first()
    cells = []
    for cohort in (2004, 2006, 2007):
        here = entry.isna() | (entry == cohort)
        for year in range(cohort, 2008):
            change = (wide[year] - wide[cohort - 1])[here].dropna()
            cell = pd.DataFrame({"unit": change.index, "change": change.to_numpy(), "time": year})
            cells.append(cell.assign(entry=entry[change.index].to_numpy(), cell=cohort))
    table, ones, step = pd.concat(cells), pd.Series(1.0, index=entry.index), 1e-5
    influence = []
    for unit in entry.index:
        up, down = ones.copy(), ones.copy()
        up[unit], down[unit] = 1 + step, 1 - step
        influence.append((group_time_by_hand(table, up) - group_time_by_hand(table, down)) / (2 * step))
    result = group_time.event_study(gappy, **KEYS)
    assert result.overall.value == pytest.approx(group_time_by_hand(table, ones), abs=1e-12)
    assert result.overall.se == pytest.approx(np.sqrt(np.square(influence).sum()), rel=1e-6)
    peer = with_diff_diff(CallawaySantAnna(control_group="never_treated"), gappy)
    assert peer.overall_se != pytest.approx(result.overall.se, rel=1e-4)
