"""The argument in figures: how far trusts stood from trusts that never entered, before and after entry.

Trusts that entered beside equally bad ones that did not, pair by pair, at the dates of those that entered.
"""

import numpy as np
import pandas as pd

from analysis.methods.effects.equally_bad import EquallyBad
from analysis.study import entry_effects, regime

BEFORE, AFTER = 2, 3  # years
SHARE = 0.6  # of the pairs that must have both figures for a point
ENTERED, EQUALLY_BAD = "entered", "equally bad"
COLUMNS = ["group", "horizon", "years", "gap", "lower", "upper", "pairs"]


def paths(name: str) -> pd.DataFrame:
    """Return the paths of an indicator around entry, in its unit; see `gaps`. Raises EffectError without pairs."""
    about = regime.indicator(name)
    return gaps(entry_effects.equally_bad(name), regime.panel(name), year=about.year)


def gaps(found: EquallyBad, panel: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Return mean distances from the never-entered trusts of the same type, with 95% t intervals over pairs.

    found: pairs of trusts. panel: of `regime.panel`. year: periods in a year. Returns one row a group (ENTERED,
    EQUALLY_BAD) and period from BEFORE years before entry to AFTER after it: `horizon` (periods, 0 that of entry),
    `years` (the same in years), `gap`, `lower`, `upper`, `pairs`. A pair counts in a period in which both trusts
    have a figure; periods with fewer than SHARE of the pairs are left out.
    """
    from scipy import stats

    never = panel[panel["phase"] == "never"].groupby(["type", "t"])["value"].mean()
    away = panel.set_index(["trust", "t"])["value"] - pd.Series(
        never.reindex(pd.MultiIndex.from_frame(panel[["type", "t"]])).to_numpy(),
        index=pd.MultiIndex.from_frame(panel[["trust", "t"]]),
    )
    rows = []
    for horizon in range(-BEFORE * year, AFTER * year + 1):
        sides = np.array(
            [
                [away.get((trust, pair.entry + horizon), np.nan) for trust in (pair.trust, pair.placebo)]
                for pair in found.pairs.itertuples()
            ],
            dtype=float,
        )
        both = sides[np.isfinite(sides).all(axis=1)]
        if len(both) < max(3, SHARE * len(found.pairs)):
            continue
        half = stats.t.ppf(0.975, len(both) - 1) * both.std(axis=0, ddof=1) / np.sqrt(len(both))
        middle = both.mean(axis=0)
        for place, group in enumerate((ENTERED, EQUALLY_BAD)):
            low, high = middle[place] - half[place], middle[place] + half[place]
            rows.append([group, horizon, horizon / year, middle[place], low, high, len(both)])
    return pd.DataFrame(rows, columns=COLUMNS)
