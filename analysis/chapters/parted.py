"""What stands beside every figure of an indicator that had parted from the comparators before entry already."""

from __future__ import annotations

from functools import lru_cache

from analysis.methods.effects.panels import EffectError
from analysis.present import words
from analysis.study import before_entry, indicators, regime

CLEAR = 0.05


@lru_cache(maxsize=64)
def chance(name: str) -> float:
    """Return how often chance alone gives differences before entry as large, jointly; 1 where that cannot be had."""
    try:
        p = float(before_entry.moving_apart([name])["p"].iloc[0])
    except EffectError:
        return 1.0
    return p if p == p else 1.0


def labelled(name: str) -> str:
    """Return the title of an indicator and which way is better, and that it had parted before entry where it had."""
    about = regime.indicator(name)
    parted = "; parting before entry already" if chance(name) < CLEAR else ""
    return f"{about.heading}{parted}"


def behind(name: str) -> str:
    """Say that an indicator parted from the comparators before entry already; blank where that is not clear.

    To stand beside every figure of that indicator that is measured from before entry.
    """
    p = chance(name)
    if p >= CLEAR:
        return ""
    share = "less than one in 1,000" if p < 0.001 else f"a share of {words.number(p, 'ratio')}"
    return (
        f"Trusts that entered were already falling behind in {indicators.label(name)} before they entered (chance "
        f"alone would show as much in {share}), so no single baseline foretells what would have followed."
    )
