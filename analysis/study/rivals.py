"""The rival explanations of a change after entry, each put to the same panels as the main analysis."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis import data
from analysis.methods.effects import group_time, impute, results
from analysis.methods.effects.honest import HonestBounds, honest_bounds
from analysis.methods.effects.placebo import LeaveOneOut, leave_one_out
from analysis.methods.effects.specification import SpecificationCurve, specification_curve
from analysis.study import entry_effects, indicators, regime

ONLY_KEOGH = "Only the eleven Keogh trusts"


WINDOWS = {
    "quarter": {"first year": range(4), "three years": range(13)},
    "year": {"two years": range(2), "three years": range(4)},
}


def samples(name: str) -> dict[str, pd.DataFrame]:
    """Return the panels of the sensitivity analyses by label; each leaves out trusts named by a stated rule."""
    panel = regime.panel(name)
    about = data.load("regime_trusts").set_index("org_code")
    spells = data.load("regime_spells")
    unsure = set(spells.loc[spells["confidence"] == "low", "org_code"])
    unsure |= set(spells.loc[spells["entered_precision"] == "month", "org_code"])
    merged = set(panel.loc[panel["trust"].str.contains("@", regex=False), "trust"].str.slice(0, 3))
    first = panel.groupby("trust")["period"].transform("min")
    whole = first <= panel["period"].min() + 4
    code = panel["trust"].str.slice(0, 3)
    return {
        "All trusts": panel,
        "Without the eleven Keogh trusts": panel[~code.isin(about.index[about["keogh_11"].fillna(False)])],
        "Without trusts also in financial special measures": panel[
            ~code.isin(about.index[about["finance"].fillna(False)])
        ],
        "Without codes that a merger made larger": panel[~code.isin(merged)],
        "Without entries known only to the month": panel[~code.isin(unsure)],
        "Only trusts with figures from the start": panel[whole],
    }


def sensitivity(name: str) -> pd.DataFrame:
    """Estimate the association with entry under each sample, baseline and window.

    Returns one row a choice: `choice`, `estimate`, `lower`, `upper`, `n_trusts`; the first is the main one.
    """
    about = regime.indicator(name)
    grain = about["analysis_grain"]
    year = indicators.YEAR_BEFORE[grain]
    runs: dict[str, dict[str, Any]] = {label: {"panel": panel} for label, panel in samples(name).items()}
    runs["Year before entry left out of the baseline"] = {"omit_before": year}
    steps = {"one quarter": 1, "two quarters": 2} if grain == "quarter" else {"one year": 1}
    for words, step in steps.items():
        runs[f"Entry felt {words} early"] = {"anticipation": step}
    label, horizons = next(iter(WINDOWS[grain].items()))
    runs[f"Only the {label} after entry"] = {"horizons": horizons}
    later = regime.panel(name, main=False)
    if later["t"].max() > regime.panel(name)["t"].max():
        runs["COVID-19 period included"] = {"panel": later}
    rows = []
    for choice, changed in runs.items():
        found = entry_effects.entry(name, **changed).overall
        rows.append([choice, found.estimate, found.lower, found.upper, found.n_trusts])
    return pd.DataFrame(rows, columns=["choice", "estimate", "lower", "upper", "n_trusts"])


def keogh_alone(name: str) -> results.Overall:
    """Estimate the association for the eleven trusts of the Keogh review only; the others that entered are out.

    Not one of the choices of `sensitivity`: these trusts were chosen for the deaths of two years, so for
    mortality every baseline of theirs is a bad one.
    """
    panel, about = regime.panel(name), data.load("regime_trusts").set_index("org_code")
    keogh = panel["trust"].str.slice(0, 3).isin(about.index[about["keogh_11"].fillna(False)])
    return entry_effects.entry(name, panel=panel[keogh | panel["entry"].isna()]).overall


def bounds(name: str) -> HonestBounds:
    """Bound the average effect when trends may part after entry as they did before (relative magnitudes)."""
    about = regime.indicator(name)
    horizons = indicators.HORIZONS[about["analysis_grain"]]
    leads = 2 * indicators.YEAR_BEFORE[about["analysis_grain"]]
    study = group_time.event_study(
        regime.panel(name),
        control="not_yet",
        group="type",
        base="universal",
        horizons=range(-leads, len(horizons)),
    )
    return honest_bounds(study.frame, covariance=study.tables["covariance"])


def left_out(name: str) -> LeaveOneOut:
    """Estimate the association with entry without each trust that entered, in turn."""
    last = max(indicators.HORIZONS[regime.indicator(name)["analysis_grain"]])
    return leave_one_out(regime.panel(name), last_horizon=last)


def curve(name: str) -> SpecificationCurve:
    """Estimate the association with entry under every combination of sample, estimator, baseline and window."""
    about = regime.indicator(name)
    grain = about["analysis_grain"]
    main = indicators.settings(name)
    common = {key: main[key] for key in ("group", "measure", "better", "label")}
    panels, year = samples(name), indicators.YEAR_BEFORE[grain]

    def estimate(sample: str, method: str, window: str) -> results.Effects:
        asked: dict[str, Any] = {**common, "horizons": WINDOWS[grain][window]}
        if method.startswith("imputation"):
            omit = year if method.endswith("left out") else 0
            return impute.imputation(panels[sample], **asked, leave_out=True, omit_before=omit)
        control = "never" if method.endswith("never") else "not_yet"
        return group_time.event_study(panels[sample], control=control, **asked)

    methods = ["imputation", "imputation, year before left out", "group-time, not yet", "group-time, never"]
    choices = {"sample": list(panels), "method": methods, "window": list(WINDOWS[grain])}
    return specification_curve(estimate, choices, measure=main["measure"], n_jobs=1)
