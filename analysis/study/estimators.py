"""What entering was associated with, by other estimators than the main one, on the same panels."""

from typing import Any

import pandas as pd

from analysis import once
from analysis.methods.effects import contrast, group_time, impute
from analysis.study import indicators, regime

PARTS = ("estimate", "lower", "upper", "n_trusts")


@once.result
def by_estimator(names: list[str]) -> pd.DataFrame:
    """Estimate the association with entry by four estimators on the same panels.

    Returns one row an indicator and estimator: `indicator`, `estimator`, `estimate`, `lower`, `upper`,
    `n_trusts`. Two-way fixed effects is a contrast: it uses trusts that are already in as comparators.
    """
    rows = []
    for name in names:
        panel = regime.panel(name)
        main = indicators.settings(name)
        common = {key: main[key] for key in ("group", "measure")}
        study = {**common, "horizons": main["horizons"]}
        results: dict[str, Any] = {
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
        for estimator, result in results.items():
            values = [getattr(result.overall, part) for part in PARTS]
            rows.append([name, estimator, *values])
    return pd.DataFrame(rows, columns=["indicator", "estimator", *PARTS])


def _window(panel: pd.DataFrame, horizons: range) -> pd.DataFrame:
    return panel[~(panel["since_entry"] > max(horizons))]
