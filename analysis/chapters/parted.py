"""What stands beside every figure of an indicator that had parted from the comparators before entry already."""

from __future__ import annotations

from analysis.present import words
from analysis.study import before_entry, indicators, regime


def labelled(name: str) -> str:
    """Return the title of an indicator and which way is better, and that it had parted before entry where it had."""
    parted = f"; {before_entry.PARTED}" if before_entry.parting(name) < before_entry.CLEAR else ""
    return f"{regime.indicator(name).heading}{parted}"


def behind(name: str) -> str:
    """Say that an indicator parted from the comparators before entry already; blank where that is not clear.

    To stand beside every figure of that indicator that is measured from before entry.
    """
    p = before_entry.parting(name)
    if p >= before_entry.CLEAR:
        return ""
    share = "less than one in 1,000" if p < 0.001 else f"a share of {words.number(p, 'ratio')}"
    return (
        f"Trusts that entered were already falling behind in {indicators.label(name)} before they entered (chance "
        f"alone would show as much in {share}), so no single baseline foretells what would have followed."
    )
