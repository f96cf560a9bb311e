"""What stands beside every figure of an indicator that had parted from the comparators before entry already."""

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
    share = "less than one time in 1,000" if p < 0.001 else f"{words.number(100 * p, 'percent')} of cases"
    return (
        f"In {indicators.label(name)} trusts that entered {_stayed(name)}. They were falling behind already (chance "
        f"alone would show as much {'in ' if p >= 0.001 else ''}{share}), so no single baseline foretells what would have followed."
    )


def _stayed(name: str) -> str:
    """Say whether trusts that entered lay on the worse side of those that never did, before entry and after."""
    found, about = before_entry.distances(name), regime.indicator(name)
    worse = {place: max(about.sign * row[["lower", "upper"]]) < 0 for place, row in found.iterrows()}
    by = {place: words.number(abs(mean), about.change_unit) for place, mean in found["mean"].items()}
    if all(worse.values()):
        told = by["before"] if by["before"] == by["after"] else f"{by['before']}, then {by['after']}"
        return f"were behind before entry and stayed behind (by {told})"
    if worse["before"]:
        return f"were behind by {by['before']} in the year before entry, and could not be told from the others after it"
    return "could not be told from the others in the year before entry"
