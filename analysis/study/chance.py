"""What entering was associated with: other estimators, chance, and what the original study reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.methods.effects import contrast, group_time, impute
from analysis.methods.effects.inference import adjust
from analysis.methods.effects.placebo import placebo_dates
from analysis.methods.effects.wild_imputation import wild_imputation
from analysis.study import entry_effects, indicators, regime

PARTS = ("estimate", "lower", "upper", "n_trusts")


def by_estimator(names: list[str]) -> pd.DataFrame:
    """Estimate the association with entry by four estimators on the same panels.

    Returns one row an indicator and estimator: `indicator`, `estimator`, `estimate`, `lower`, `upper`,
    `n_trusts`. Two-way fixed effects is a contrast: it uses trusts that are already in as comparators.
    """
    rows = []
    for name in names:
        panel = regime.panel(name)
        main = indicators.settings(name)
        common = {key: main[key] for key in ("group", "measure", "better", "label")}
        study = {**common, "horizons": main["horizons"]}
        found: dict[str, Any] = {
            "Imputation (main)": impute.imputation(panel, **main),
            "Group-time, not yet entered as comparators": group_time.event_study(
                panel, control="not_yet", **study
            ),
            "Group-time, never entered as comparators": group_time.event_study(
                panel, control="never", **study
            ),
            "Two-way fixed effects (contrast only)": contrast.twfe(
                _window(panel, main["horizons"]), **common
            ),
        }
        for estimator, result in found.items():
            values = [getattr(result.overall, part) for part in PARTS]
            rows.append([name, estimator, *values])
    return pd.DataFrame(rows, columns=["indicator", "estimator", *PARTS])


def _window(panel: pd.DataFrame, horizons: range) -> pd.DataFrame:
    return panel[~(panel["since_entry"] > max(horizons))]


def chance(names: list[str], *, draws: int = indicators.DRAWS) -> pd.DataFrame:
    """Ask of each indicator how often chance alone would give a difference as large.

    Returns one row an indicator: `indicator`, `primary`, `estimate`, `wild` (wild cluster bootstrap over
    trusts), `placebo` (entry dates dealt out again among trusts of the same type), and `adjusted`: the larger
    of the two, adjusted by Holm over the primary indicators and by Benjamini-Hochberg over the others.
    An indicator with fewer than THIN trusts that entered is left out.
    """
    rows = []
    for name in names:
        about, panel = regime.indicator(name), regime.panel(name)
        main = indicators.settings(name)
        if not entry_effects.enough(name):
            continue
        rng = np.random.default_rng(indicators.SEED)
        last = max(main["horizons"])
        wild = wild_imputation(panel, draws=draws, rng=rng, horizons=main["horizons"])
        dealt = placebo_dates(panel, draws=draws, rng=rng, last_horizon=last, measure=main["measure"])
        rows.append([name, bool(about["primary"]), wild.estimate, wild.p, dealt.p_two_sided])
    frame = pd.DataFrame(rows, columns=["indicator", "primary", "estimate", "wild", "placebo"])
    worse = frame[["wild", "placebo"]].max(axis=1)
    primary = frame["primary"]
    adjusted = pd.Series(np.nan, index=frame.index)
    if primary.any():
        adjusted[primary] = adjust(worse[primary], method="holm")
    if (~primary).any():
        adjusted[~primary] = adjust(worse[~primary], method="BH")
    return frame.assign(adjusted=adjusted)
