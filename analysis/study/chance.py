"""How often chance alone would give differences as large as those after entry."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.methods.effects.inference import adjust
from analysis.methods.effects.placebo import placebo_dates
from analysis.methods.effects.wild_imputation import wild_imputation
from analysis.study import entry_effects, indicators, regime


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
        dealt = placebo_dates(panel, draws=draws, rng=rng, last_horizon=last)
        rows.append([name, about.primary, wild.estimate, wild.p, dealt.p_two_sided])
    frame = pd.DataFrame(rows, columns=["indicator", "primary", "estimate", "wild", "placebo"])
    worse = frame[["wild", "placebo"]].max(axis=1)
    primary = frame["primary"]
    adjusted = pd.Series(np.nan, index=frame.index)
    if primary.any():
        adjusted[primary] = adjust(worse[primary], method="holm")
    if (~primary).any():
        adjusted[~primary] = adjust(worse[~primary], method="BH")
    return frame.assign(adjusted=adjusted)
