"""How often the intervals beyond regression to the mean hold the truth, where trusts enter for bad results."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis.methods.effects.panels import Panel
from analysis.methods.effects.regression_to_mean import expected_regression

TRUSTS, ENTRANTS = 200, 42
BEFORE, AFTER, WINDOW = 8, 8, 4  # periods in the panel before and after entry, and in each window
DRAWS = 400
VALUE, PASSING = "their value", "its passing part"
CASES = tuple(  # lasting spread, passing spread, autocorrelation, what trusts were chosen by
    (*case, how)
    for how in (VALUE, PASSING)
    for case in ((1.0, 1.0, 0.0), (2.0, 1.0, 0.0), (1.0, 2.0, 0.0), (1.0, 1.0, 0.5), (1.0, 1.0, 0.8))
)
METHODS = {"slope": "net", "lasting share": "net_lasting"}
COLUMNS = (
    *("between", "within", "autocorrelation", "chosen_by", "method", "panels", "bias", "coverage"),
    "coverage_known",
)


def table(
    *, rng: np.random.Generator, cases: Sequence[tuple] = CASES, draws: int = DRAWS, n_jobs: int | None = None
) -> pd.DataFrame:
    """Return the table `regression_coverage` (COLUMNS): no effect, ENTRANTS of TRUSTS enter on their worst.

    coverage: share of 95% intervals that hold 0. coverage_known: the same when the expected movement is taken as
    known. bias: mean of what is left beyond the expected movement, in standard deviations of a value.
    """
    streams = rng.spawn(len(cases))
    found = Parallel(n_jobs=n_jobs)(
        delayed(_case)(case, stream, draws) for case, stream in zip(cases, streams, strict=True)
    )
    return pd.concat(found, ignore_index=True)[list(COLUMNS)]


def _case(case: tuple[float, float, float, str], rng: np.random.Generator, draws: int) -> pd.DataFrame:
    between, within, rho, how = case
    rows = []
    for _ in range(draws):
        found = expected_regression(enter_on_their_worst(*case, rng=rng), baseline=WINDOW, follow_up=WINDOW)
        for method, name in METHODS.items():
            value, lower, upper = (getattr(found, f"{name}{end}") for end in ("", "_lower", "_upper"))
            known = 2.02 * found.frame[name].std() / np.sqrt(ENTRANTS)  # t, 41 degrees of freedom
            rows.append((method, value, lower <= 0 <= upper, abs(value) <= known))
    drawn = pd.DataFrame(rows, columns=["method", "bias", "coverage", "coverage_known"])
    means = drawn.groupby("method", sort=False).mean().reset_index()
    means["bias"] /= np.hypot(between, within)
    about = {"between": between, "within": within, "autocorrelation": rho, "chosen_by": how, "panels": draws}
    return means.assign(**about)


def enter_on_their_worst(
    between: float, within: float, rho: float, how: str, *, rng: np.random.Generator
) -> Panel:
    """Draw a panel without any effect; the highest ENTRANTS over the window before one date enter at it."""
    lasting = rng.normal(0, between, (TRUSTS, 1))
    passing = rng.standard_normal((TRUSTS, BEFORE + AFTER))
    for t in range(1, passing.shape[1]):
        passing[:, t] = rho * passing[:, t - 1] + np.sqrt(1 - rho**2) * passing[:, t]
    values = lasting + within * passing
    score = (values if how == VALUE else passing)[:, BEFORE - WINDOW : BEFORE].mean(axis=1)
    cohort = np.where(
        np.argsort(np.argsort(-score, kind="stable"), kind="stable") < ENTRANTS, float(BEFORE), np.inf
    )
    unit, time = (grid.ravel() for grid in np.indices(values.shape))
    group = np.zeros(TRUSTS, dtype=int)
    nothing = pd.DataFrame(columns=["unit", "reason"])
    return Panel(
        y=values.ravel(),
        unit=unit,
        time=time,
        cohort=cohort[unit],
        group=group[unit],
        units=np.arange(TRUSTS),
        unit_cohort=cohort,
        unit_group=group,
        missing=0,
        dropped=nothing,
        measure="units",
        anticipation=0,
    )
