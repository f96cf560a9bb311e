"""How often chance alone would give differences as large as those after entry."""

import numpy as np
import pandas as pd

from analysis import once
from analysis.methods.effects.inference import adjust
from analysis.methods.effects.placebo import placebo_dates
from analysis.methods.effects.wild_imputation import wild_imputation
from analysis.study import entry_effects, indicators, regime


@once.result
def chance(names: list[str], *, draws: int = indicators.DRAWS) -> pd.DataFrame:
    """Ask of each indicator how often chance alone would give a difference as large.

    Returns one row an indicator: `indicator`, `primary`, `estimate`, `wild` (wild cluster bootstrap over
    trusts), `placebo` (entry dates dealt out again among trusts of the same type), and `adjusted`: the larger
    of the two, adjusted by Holm over the primary indicators and by Benjamini-Hochberg over the others.
    An indicator with fewer than THIN trusts that entered is left out.
    """
    rows = [_one(name, draws) for name in names if entry_effects.enough(name)]
    frame = pd.DataFrame(rows, columns=["indicator", "primary", "estimate", "wild", "placebo"])
    worse = frame[["wild", "placebo"]].max(axis=1)
    primary = frame["primary"]
    adjusted = pd.Series(np.nan, index=frame.index)
    if primary.any():
        adjusted[primary] = adjust(worse[primary], method="holm")
    if (~primary).any():
        adjusted[~primary] = adjust(worse[~primary], method="BH")
    return frame.assign(adjusted=adjusted)


@once.result
def _one(name: str, draws: int) -> list:
    """Return the row of one indicator, not adjusted for the others."""
    panel, horizons = regime.panel(name), indicators.settings(name)["horizons"]
    rng = np.random.default_rng(indicators.SEED)
    wild = wild_imputation(panel, draws=draws, rng=rng, horizons=horizons)
    dealt = placebo_dates(panel, draws=draws, rng=rng, last_horizon=max(horizons))
    return [name, regime.indicator(name).primary, wild.estimate, wild.p, dealt.p_two_sided]
