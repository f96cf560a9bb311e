"""The analysis fixed before looking: what is compared with what, over how long, and how it is reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis import data, effects, regime

SEED = 20260101
DRAWS = 999
# By period of the panel: horizons pooled after entry, placebo leads shown, periods left out in a sensitivity.
HORIZONS = {"quarter": range(13), "year": range(4)}
LEADS = {"quarter": 8, "year": 3}
BAD_DRAW_WINDOW = {"quarter": 2, "year": 1}
BETTER = {"higher is better": "higher", "lower is better": "lower", "neither": None}
MEASURES = {"percent": "percentage points", "ratio": "on the ratio", "per day": "a day"}


def indicators(*, primary: bool | None = None) -> list[str]:
    """Return the names of the indicators, in the order of the catalogue: all, or only the (non-)primary."""
    catalogue = data.load("indicators")
    if primary is not None:
        catalogue = catalogue[catalogue["primary"] == primary]
    return catalogue["indicator"].tolist()


def settings(name: str) -> dict[str, Any]:
    """Return the settings of the main analysis of an indicator, as arguments of `effects.imputation`."""
    about = regime.indicator(name)
    grain = about["analysis_grain"]
    return {
        "group": "type",
        "horizons": HORIZONS[grain],
        "pre_periods": LEADS[grain],
        "measure": MEASURES[about["unit"]],
        "better": BETTER[about["direction"]],
        "label": label(name),
    }


def label(name: str) -> str:
    """Return an indicator's title as it stands within a sentence."""
    title = regime.indicator(name)["title"]
    return title if title.isupper() else title[0].lower() + title[1:]


def entry(name: str, *, panel: pd.DataFrame | None = None, draws: int = 0, **changed: Any) -> effects.Effects:
    """Estimate what entering was associated with, by imputation, under the settings of the main analysis.

    name: an indicator. panel: in place of `regime.panel(name)`, for a sensitivity. draws: bootstrap draws of
    trusts for the uniform band. changed: settings to change, as arguments of `effects.imputation`.
    """
    chosen = regime.panel(name) if panel is None else panel
    rng = np.random.default_rng(SEED) if draws else None
    return effects.imputation(chosen, **{**settings(name), "draws": draws, "rng": rng, **changed})
