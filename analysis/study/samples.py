"""The association with entry under other samples, baselines and windows than those of the main analysis."""

from typing import Any

import pandas as pd

from analysis import data, once
from analysis.methods.estimate import Estimate
from analysis.study import entry_effects, regime

ONLY_KEOGH, WITHOUT_KEOGH = "Only the eleven Keogh trusts", "Without the eleven Keogh trusts"
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
        WITHOUT_KEOGH: panel[~regime.is_keogh(panel["trust"])],
        "Without trusts also in financial special measures": panel[
            ~code.isin(about.index[about["finance"].fillna(False)])
        ],
        "Without codes that a merger made larger": panel[~code.isin(merged)],
        "Without entries known only to the month": panel[~code.isin(unsure)],
        "Only trusts with figures from the start": panel[whole],
    }


@once.result
def sensitivity(name: str) -> pd.DataFrame:
    """Estimate the association with entry under each sample, baseline and window.

    Returns one row a choice: `choice`, `estimate`, `lower`, `upper`, `n_trusts`; the first is the main one.
    """
    about = regime.indicator(name)
    grain = about.analysis_grain
    runs: dict[str, dict[str, Any]] = {label: {"panel": panel} for label, panel in samples(name).items()}
    runs["Year before entry left out of the baseline"] = {"omit_before": about.year}
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
        overall = entry_effects.entry(name, **changed).overall
        rows.append([choice, overall.value, overall.lower, overall.upper, overall.n])
    return pd.DataFrame(rows, columns=["choice", "estimate", "lower", "upper", "n_trusts"])


@once.result
def keogh_alone(name: str) -> Estimate:
    """Estimate the association for the eleven trusts of the Keogh review only; the others that entered are out.

    Not one of the choices of `sensitivity`: these trusts were chosen for the deaths of two years, so for
    mortality every baseline of theirs is a bad one.
    """
    panel = regime.panel(name)
    kept = regime.is_keogh(panel["trust"]) | panel["entry"].isna()
    return entry_effects.entry(name, panel=panel[kept]).overall
