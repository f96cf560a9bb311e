"""What the methods make of planted truths: coverage, false changes and the price of a careful rule."""

import pandas as pd

from analysis.present import words
from analysis.study import deciding, indicators, power

SHOWN_SCENARIOS = ("none", "growing", "bad draw")
SHOWN_METHODS = (
    "imputation",
    "imputation, year before left out",
    "Callaway and Sant'Anna, not yet entered",
    "less equally bad trusts",
    "reporting rule",
)
SCENARIOS = {"constant": power.NONE, "bad draw, constant": power.BAD}  # of one simulation and of the other
POWER_SCENARIOS = tuple(SCENARIOS)
POWER_METHODS = ("imputation", "less equally bad trusts", "reporting rule")


def shown(planted: pd.DataFrame, *, power: bool = False) -> pd.DataFrame:
    """Return the rows of `planted_truth` that the chapter shows: primary indicators, main methods.

    power: those with a constant effect, which tell how often a real change is found.
    """
    scenarios, methods = (POWER_SCENARIOS, POWER_METHODS) if power else (SHOWN_SCENARIOS, SHOWN_METHODS)
    chosen = planted["indicator"].isin(indicators.indicators(primary=True))
    chosen &= planted["scenario"].isin(scenarios) & planted["method"].isin(methods)
    return planted[chosen].reset_index(drop=True)


def sentence(planted: pd.DataFrame) -> str:
    """Say how well the intervals cover, and how often a bad draw without an effect is called an improvement."""
    rows = shown(planted).set_index(["scenario", "method"])
    cover = 100 * rows.loc[[("none", "imputation"), ("growing", "imputation")], "coverage"]
    draw = 100 * rows.loc["bad draw", "improvement"]
    alone, rule = draw.loc["imputation"].max(), draw.loc["reporting rule"].max()
    shares = [deciding.calibration(name)["false_improvement"] for name in indicators.indicators(primary=True)]
    false = 100 * max(shares)
    return (
        f"Where entry has nothing to do with the outcome, the main 95% intervals hold the truth in "
        f"{words.interval(cover.min(), cover.max(), 'percent')} of panels. After a bad draw they call an improvement "
        f"that is not there in up to {words.number(alone, 'percent')} of panels; the older rule of three intervals did so in "
        f"at most {words.number(rule, 'percent')}, the comparison that decides does in at most {words.number(false, 'percent')}."
    )


def coverage_sentence(planted: pd.DataFrame) -> str:
    """Say how well the main interval covers after selection on a bad year, and which intervals were not tested."""
    rows = shown(planted).set_index(["scenario", "method"])
    cover = 100 * rows.loc[("bad draw", "imputation"), "coverage"]
    return (
        f"Under selection on a bad year the main interval holds the truth in "
        f"{words.interval(cover.min(), cover.max(), 'percent')} of panels (primary indicators). Intervals for "
        f"leaving and for single trusts' own courses were not tested."
    )


def power_sentence(planted: pd.DataFrame) -> str:
    """Say how often the older rule and the deciding comparison find a change of half a standard deviation (`SIZE`)."""
    rows = shown(planted, power=True)
    rows = rows[rows["method"] == "reporting rule"]
    found = 100 * rows["improvement"]
    planted_sizes = zip(
        rows["indicator"], rows["true_effect"].abs(), rows["scenario"].map(SCENARIOS), strict=True
    )
    now = [100 * power.at(*change)["improved"] for change in planted_sizes]
    return (
        f"The price: that rule called a real change of half a standard deviation clear in only "
        f"{words.interval(found.min(), found.max(), 'percent')} of panels. The comparison that decides finds it in "
        f"{words.interval(min(now), max(now), 'percent')}."
    )
