"""From entry over a measured step to an outcome: each part by itself, because mediation cannot be identified here."""

from functools import lru_cache

import numpy as np
import pandas as pd

from analysis.methods.effects.panels import EffectError
from analysis.methods.estimate import Estimate
from analysis.study import deciding, indicators, regime, ruled_out
from analysis.study.theory_measured import STEPS

Z = 1.959964
FEWEST = 20  # trusts for a correlation
YEARS_APART = 3  # over which changes are compared
OUTCOMES = ("shmi", "four_hour_waits", "recommend_work")


def by_entry(names: tuple[str, ...]) -> pd.DataFrame:
    """Return what followed entry on each indicator by the comparison that decides, signed so that more is better.

    One row an indicator, in its unit and in standard deviations between trusts that never entered: `indicator`,
    `estimate`, `lower`, `upper`, `sd_estimate`, `sd_lower`, `sd_upper`, `trusts`, `verdict`. Where neither way is
    better more is more. Missing where it cannot be compared.
    """
    rows = []
    for name in names:
        sign = regime.indicator(name).sign
        row: dict[str, object] = {"indicator": name, "verdict": ruled_out.verdict(name), "trusts": 0}
        try:
            found = deciding.decided(name)
        except EffectError:
            rows.append(row)
            continue
        low, high = sorted((sign * found.lower, sign * found.upper))
        sizes = {"estimate": sign * found.value, "lower": low, "upper": high}
        spread = ruled_out.spread(name)
        rows.append(
            row | sizes | {f"sd_{part}": size / spread for part, size in sizes.items()} | {"trusts": found.n}
        )
    columns = [
        "indicator",
        "estimate",
        "lower",
        "upper",
        "sd_estimate",
        "sd_lower",
        "sd_upper",
        "trusts",
        "verdict",
    ]
    return pd.DataFrame(rows).reindex(columns=columns)


@lru_cache(maxsize=64)
def pairs(step: str, outcome: str, apart: int = YEARS_APART) -> pd.DataFrame:
    """Return the changes of a step and of an outcome over `apart` years at trusts that never entered, one row a trust.

    `trust`, `year`, `step`, `outcome`: the change between the first year that both have and the year `apart` later, less
    the mean change of all trusts over the same years; signed so that more is better.
    """
    left, right = (_changes(name, apart) for name in (step, outcome))
    both = pd.concat([left, right], axis=1, keys=["step", "outcome"], join="inner").dropna().reset_index()
    return both[both["year"] == both.groupby("trust")["year"].transform("min")].reset_index(drop=True)


def moved_together(step: str, outcome: str, apart: int = YEARS_APART) -> Estimate:
    """Correlate the changes of `pairs`. The interval is Fisher's.

    It is no effect: both can follow from a third thing. Missing with fewer than FEWEST trusts.
    """
    changed = pairs(step, outcome, apart)
    n = len(changed)
    if n < FEWEST:
        nothing = float("nan")
        return Estimate(nothing, nothing, nothing, "correlation", n)
    r = float(changed["step"].corr(changed["outcome"]))
    low, high = np.tanh(np.arctanh(r) + np.array([-Z, Z]) / np.sqrt(n - 3))
    return Estimate(r, float(low), float(high), "correlation", n)


def _changes(name: str, apart: int) -> pd.Series:
    """Return changes over `apart` years less the mean of all, of never entered trusts, by `trust` and first `year`."""
    panel = regime.panel(name)
    panel = panel[panel["phase"] == "never"]
    sign = -1 if regime.indicator(name).better == "lower" else 1
    year = panel["period"].dt.year.rename("year")
    yearly = sign * panel["value"].groupby([panel["trust"], year]).mean().unstack()
    yearly = yearly.reindex(columns=range(int(year.min()), int(year.max()) + 1))
    change = yearly.shift(-apart, axis=1) - yearly
    return (change - change.mean()).stack().rename(name)


def together() -> pd.DataFrame:
    """Return `moved_together` of every step and outcome: `indicator`, `outcome`, `value`, `lower`, `upper`, `trusts`."""
    rows = []
    for step in STEPS:
        for outcome in OUTCOMES:
            found = moved_together(step.indicator, outcome)
            rows.append([step.indicator, outcome, found.value, found.lower, found.upper, found.n])
    return pd.DataFrame(rows, columns=["indicator", "outcome", "value", "lower", "upper", "trusts"])


def suspended() -> pd.DataFrame:
    """Return trusts of the regime that returned no waiting list on a 31 March between two that they did return.

    Columns: `trust`, `name`, `years` (list of the years without a return).
    """
    names = regime.spells().drop_duplicates("trust").set_index("trust")["name"]
    panel = regime.panel("within_18_weeks")
    missing = panel[panel["value"].isna() & panel["trust"].isin(names.index)]
    years = missing.groupby("trust")["period"].agg(lambda found: [int(one.year) for one in found])
    return pd.DataFrame(
        {"trust": years.index, "name": names.reindex(years.index).to_numpy(), "years": years.to_numpy()}
    )


def known() -> list[str]:
    """Return the indicators of the steps, in order."""
    return [step.indicator for step in STEPS if step.indicator in indicators.indicators()]
