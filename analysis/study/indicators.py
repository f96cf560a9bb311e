"""The indicators and the settings that all of them share: windows, baselines, draws, seed, units."""

from __future__ import annotations

from typing import Any

from analysis import data
from analysis.study import regime

SEED = 20260101
DRAWS = 999


# By period of the panel: horizons pooled after entry; length of the year before entry, in which a trust's
# trouble showed and which is left out of the second baseline.
HORIZONS = {"quarter": range(13), "year": range(4)}
YEAR_BEFORE = {"quarter": 4, "year": 1}
BETTER = {"higher is better": "higher", "lower is better": "lower", "neither": None}
GLUE_UNITS = {
    "percent": "points",
    "ratio": "ratio",
    "per day": "per day",
    "per 100 days": "per 100 days",
    "score": "score",
}


MEASURES = {
    "percent": "percentage points",
    "ratio": "on the ratio",
    "per day": "a day",
    "per 100 days": "in 100 days",
    "score": "points of ten",
}


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
        "leave_out": True,
        "horizons": HORIZONS[grain],
        "measure": MEASURES[about["unit"]],
    }


def label(name: str) -> str:
    """Return an indicator's name as it stands within a sentence."""
    return regime.indicator(name)["phrase"]
