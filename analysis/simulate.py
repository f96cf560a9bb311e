"""Planted truth: panels shaped like ours with a known effect, and what each method makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis import present, protocol, regime
from analysis.effects import EffectError, Overall, event_study, imputation_weights, twfe
from analysis.effects.impute import pooled
from analysis.effects.panels import Panel, read_panel
from analysis.effects.results import quantiles
from analysis.effects.rivals import equally_bad_placebo
from analysis.process import Process, draw, learn, select

Floats = np.ndarray
Limits = tuple[float, float]

INDICATORS = ("shmi", "four_hour_waits", "recommend_work", "bed_occupancy")
SIMULATIONS = 400  # of the imputation estimator and the placebo dates, and of all under selection
SLOWER = 200  # of the other methods where entry was unrelated to the outcome
DEALS = 199  # placebo deals of the entry dates, drawn once an indicator
LEVEL = 0.95
LAGS = {"quarter": 12, "year": 5}  # longest distance in the variogram, in periods
STRENGTH = 1.0  # entrants are then about one standard deviation worse than the eligible in the year before
SIZE = 0.5  # of the planted effect, in standard deviations of a trust's values about its own level
VARIATION = 0.5  # standard deviation of the growing effect between trusts, relative to its mean

SCENARIOS = {
    "none": "no effect, entry unrelated to the outcome",
    "constant": "constant effect, entry unrelated to the outcome",
    "growing": "growing effect that differs between trusts, entry unrelated to the outcome",
    "bad draw": "no effect, entry after a bad year",
    "bad draw, constant": "constant effect, entry after a bad year",
}
MAIN, SHORT, BAD = "imputation", "imputation, year before left out", "less equally bad trusts"
MAIN_T, SHORT_T = f"{MAIN}, t limits", f"{SHORT}, t limits"
GROUP_TIME, FIXED, DATES = "Callaway and Sant'Anna, not yet entered", "two-way fixed effects", "placebo dates"
RULE = "reporting rule"
METHODS = (MAIN, MAIN_T, SHORT, SHORT_T, GROUP_TIME, FIXED, BAD, DATES, RULE)
COLUMNS = (
    *("indicator", "scenario", "method", "simulations", "trusts", "true_effect", "estimate", "bias", "sd"),
    *("se", "coverage", "coverage_error", "improvement", "improvement_error", "worsening"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is drawn for an indicator: its real panel as arrays, the process learnt, how it is analysed.

    sign: 1 when higher is better (or neither), -1 when lower is. year: periods of the year before entry.
    deals: weights that turn outcomes into placebo estimates, one a deal and observation.
    """

    data: Panel
    process: Process
    sign: int
    year: int
    horizons: range
    deals: Floats

    @property
    def effect(self) -> float:
        """Planted effect, in the indicator's unit, in the better direction."""
        return self.sign * SIZE * self.process.within


def verdict(main: Limits, short: Limits, difference: Limits, *, better: str | None) -> str:
    """Say what may be reported of a change after entry: the rule that `planted_truth` measures.

    main, short: (lower, upper) of the effect of entry with the whole baseline, and with the year before
        entry left out of it. difference: of the effect less that on equally bad trusts, matched on the year
        before (`equally_bad_placebo`). better: "higher", "lower" or None (no direction is better).
    Returns "improvement" or "worsening" (with None "higher" or "lower") when all three intervals lie on one
    side of zero, "cannot be said" when a limit is missing, otherwise "no clear change".
    """
    limits = np.array([main, short, difference], dtype=float)
    if not np.isfinite(limits).all():
        return "cannot be said"
    side = "higher" if (limits[:, 0] > 0).all() else "lower" if (limits[:, 1] < 0).all() else None
    if side is None:
        return "no clear change"
    if better is None:
        return side
    return "improvement" if side == better else "worsening"


def setting(name: str, *, rng: np.random.Generator, deals: int = DEALS) -> Setting:
    """Return what is drawn for an indicator, from its real panel."""
    grain = regime.indicator(name)["analysis_grain"]
    data = read_panel(
        regime.panel(name), outcome="value", unit="trust", time="t", cohort="entry", group="type"
    )
    horizons = protocol.HORIZONS[grain]
    dealt = [_deal(data, horizons, rng) for _ in range(deals)]
    return Setting(
        data=data,
        process=learn(data, lags=LAGS[grain]),
        sign=-1 if protocol.settings(name)["better"] == "lower" else 1,
        year=protocol.YEAR_BEFORE[grain],
        horizons=horizons,
        deals=np.array(dealt).reshape(deals, len(data.y)),
    )


def _deal(data: Panel, horizons: range, rng: np.random.Generator) -> Floats:
    """Weights of the pooled imputation estimate had the entry dates fallen on other trusts of the stratum."""
    cohort = data.unit_cohort.copy()
    for group in np.unique(data.unit_group):
        members = np.flatnonzero(data.unit_group == group)
        cohort[members] = rng.permutation(cohort[members])
    since = data.time - cohort[data.unit]
    weights, _ = imputation_weights(
        unit=data.unit,
        time=np.unique(data.time, return_inverse=True)[1],
        treated=since >= 0,
        horizon=np.where(np.isin(since, horizons), since, -1),
        group=data.group,
    )
    return weights


def once(made: Setting, scenario: str, *, others: bool, rng: np.random.Generator) -> pd.DataFrame:
    """Draw one panel and analyse it; also with the constant effect added, for "none" and "bad draw".

    Returns rows `scenario`, `method`, `trusts`, `truth`, `estimate`, `se`, `lower`, `upper`, `p`. others:
    with the methods that take longer. A constant effect is added to what was estimated without one: it moves
    every one of these estimates by just as much and leaves their standard errors (the tests hold it).
    """
    y, passing = draw(made.data, made.process, rng)
    data = replace(made.data, y=y)
    if scenario == "bad draw":
        data = select(data, -made.sign * passing, year=made.year, strength=STRENGTH, rng=rng)
    truth, added = 0.0, np.zeros(len(y))
    if scenario == "growing":
        added = _growing(data, made, rng)
        data = replace(data, y=y + added)
        truth = float(added[np.isin(data.since, made.horizons)].mean())
    found = estimates(data, made, others=others)
    null = made.deals @ data.y
    frames = [_rows(scenario, found, null, truth)]
    if scenario != "growing":
        moved = {method: _moved(value, made.effect) for method, value in found.items()}
        label = "constant" if scenario == "none" else "bad draw, constant"
        lift = made.deals @ (made.effect * (data.since >= 0))
        frames.append(_rows(label, moved, null + lift, made.effect))
    return pd.concat(frames, ignore_index=True)


def _growing(data: Panel, made: Setting, rng: np.random.Generator) -> Floats:
    """Effect that grows evenly over the horizons to a peak that differs between trusts; twice the constant."""
    peak = 2 * made.effect * (1 + VARIATION * rng.standard_normal(len(data.units)))
    share = np.clip((data.since + 1) / len(made.horizons), 0, 1)
    return peak[data.unit] * share


def _moved(found: Overall, by: float) -> Overall:
    return replace(
        found, estimate=found.estimate + by, lower=found.lower + by, upper=found.upper + by
    )


def estimates(data: Panel, made: Setting, *, others: bool) -> dict[str, Overall]:
    """Analyse one panel: pooled effect by method; one that cannot be had is left out."""
    found = {}
    for method, gap in ((MAIN, 0), (SHORT, made.year)):
        found[method] = pooled(
            data, horizons=made.horizons, omit_before=gap, leave_out=True, level=LEVEL
        )
        half = float(quantiles(found[method].n_trusts, level=LEVEL, reference="t")) * found[method].se
        value = found[method].estimate
        found[f"{method}, t limits"] = replace(found[method], lower=value - half, upper=value + half)
    if not others:
        return found
    frame = as_frame(data)
    settings = {"group": "type", "level": LEVEL}
    found[GROUP_TIME] = event_study(
        frame, control="not_yet", horizons=made.horizons, **settings
    ).overall
    found[FIXED] = twfe(frame, **settings).overall
    bad = equally_bad_placebo(
        frame, baseline=made.year, last_horizon=max(made.horizons), **settings
    )
    se = float(np.hypot(bad.entrants.overall.se, bad.placebo.overall.se))
    found[BAD] = replace(
        bad.entrants.overall, estimate=bad.difference, se=se, lower=bad.lower, upper=bad.upper
    )
    return found


def as_frame(data: Panel) -> pd.DataFrame:
    """Return a panel of arrays as a frame: `trust`, `t`, `value`, `type`, `entry`."""
    return pd.DataFrame(
        {
            "trust": data.units[data.unit],
            "t": data.time,
            "value": data.y,
            "type": data.group,
            "entry": np.where(np.isfinite(data.cohort), data.cohort, np.nan),
        }
    )


def _rows(scenario: str, found: Mapping[str, Overall], null: Floats, truth: float) -> pd.DataFrame:
    main = found[MAIN]
    far = (np.abs(null) >= abs(main.estimate) * (1 - 1e-9)) | np.isnan(null)
    rows = [
        {"method": method, "trusts": v.n_trusts, "estimate": v.estimate, "se": v.se}
        | {"lower": v.lower, "upper": v.upper}
        for method, v in found.items()
    ]
    p = (1 + int(far.sum())) / (1 + len(null))
    rows.append({"method": DATES, "trusts": main.n_trusts, "estimate": main.estimate, "p": p})
    if BAD in found:
        three = [(found[m].lower, found[m].upper) for m in (MAIN, SHORT, BAD)]
        rows.append({"method": RULE, "trusts": main.n_trusts, "side": verdict(*three, better=None)})
    return pd.DataFrame(rows).assign(scenario=scenario, truth=truth)
