"""What an interval leaves out: the changes that are ruled out, beside the smallest difference that matters."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis import once
from analysis.methods import curves
from analysis.methods.effects.inference import adjust
from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.results import THIN
from analysis.methods.estimate import HIGHER, LOWER, Estimate, side
from analysis.study import deciding, indicators, regime
from analysis.study.rule import CANNOT_TELL, IMPROVED, NO_IMPORTANT, WORSENED

IMPORTANT = {
    "shmi": 0.02,
    "four_hour_waits": 1.0,
    "recommend_work": 2.0,
}  # in the unit of the panel; log, A11
FIFTH = 0.2  # of the standard deviation between trusts that never entered, for every other indicator
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class RuledOut:
    """What an estimate rules out; sizes in its unit, positive is better, nan where nothing can be said.

    improvement: improvements larger than this lie outside the interval (0: every improvement does).
    worsening: the same of worsenings. important: smallest difference that matters. better: probability that
    it was better at all. much_better: that it was better by more than `important`. verdict: of VERDICTS.
    """

    improvement: float
    worsening: float
    important: float
    better: float
    much_better: float
    verdict: str


def ruled_out(found: Estimate, *, better: str | None, important: float) -> RuledOut:
    """Return what an estimate with its 95% interval rules out.

    better: HIGHER or LOWER. important: above 0. Probabilities are those of a flat prior and a normal curve
    as wide as the interval, around its middle, so that limits widened or moved for a known error count.
    The verdict: "improved" or "worsened" when the interval lies on that side of zero; otherwise "no important
    improvement" when it leaves out an improvement as large as `important`; otherwise "cannot tell". A
    worsening rules out an improvement too and is called by its own name. "cannot tell" without an interval or
    with fewer than THIN trusts. Raises ValueError for `important` of 0 or less and for limits in wrong order.
    """
    if better not in (HIGHER, LOWER):
        raise ValueError(f"better={better!r}. Allowed: {HIGHER!r} or {LOWER!r}.")
    if not important > 0:
        raise ValueError(f"important={important!r}. Allowed: more than 0.")
    sign = -1 if better == LOWER else 1
    low, high = sorted((sign * found.lower, sign * found.upper))
    if found.lower > found.upper:
        raise ValueError(f"limits {found.lower!r} and {found.upper!r}. Allowed: the lower one first.")
    if not np.isfinite([low, high]).all():
        nothing = float("nan")
        return RuledOut(nothing, nothing, important, nothing, nothing, CANNOT_TELL)
    any_better, much_better = (_above(low, high, size) for size in (0.0, important))
    verdict = CANNOT_TELL if found.n < THIN else _verdict(low, high, important)
    return RuledOut(max(high, 0.0), max(-low, 0.0), important, any_better, much_better, verdict)


def _verdict(low: float, high: float, important: float) -> str:
    if low > 0:
        return IMPROVED
    if high < 0:
        return WORSENED
    return NO_IMPORTANT if high < important else CANNOT_TELL


def _above(low: float, high: float, size: float) -> float:
    """Return the probability above `size` of a normal curve whose middle 95% runs from low to high."""
    middle, half = (low + high) / 2, (high - low) / 2
    if half == 0:
        return float(middle > size)
    return float(curves.normal_above((size - middle) / (half / curves.normal_quantile((1 + LEVEL) / 2))))


@once.shared
def important(name: str) -> float:
    """Return the smallest difference that matters, in the indicator's unit; nan where no direction is better."""
    if regime.indicator(name).better is None:
        return float("nan")
    return IMPORTANT.get(name, FIFTH * spread(name))


def spread(name: str) -> float:
    """Return the standard deviation between trusts that never entered, of one type and period, pooled."""
    return spread_in(regime.panel(name))


def spread_in(panel: pd.DataFrame) -> float:
    """Return the same of any panel."""
    groups = panel[panel["phase"] == "never"].groupby(["type", "t"])["value"]
    squares, freedom = groups.var() * (groups.count() - 1), groups.count() - 1
    return float(np.sqrt(squares.sum() / freedom[freedom > 0].sum()))


def of(name: str) -> RuledOut:
    """Return what the comparison that decides rules out for an indicator; raises EffectError as `decided`.

    An indicator that is not primary improved or worsened only when `clear` after allowing for their number; otherwise
    it has the verdict that its interval would give if it held zero.
    """
    return _called(name, deciding.decided(name))


def _called(name: str, estimate: Estimate) -> RuledOut:
    about = regime.indicator(name)
    better, important_ = about.better, important(name)
    found = ruled_out(estimate, better=better, important=important_)
    if found.verdict not in (IMPROVED, WORSENED) or about.primary or clear(name):
        return found
    return replace(found, verdict=NO_IMPORTANT if found.improvement < important_ else CANNOT_TELL)


def hangs_on_drawing(name: str, error: float) -> bool:
    """Tell whether the verdict on an indicator would be another with an interval that reaches `error` less or further.

    error: a share of the reach. False where no direction is better. Raises EffectError as `decided`.
    """
    if regime.indicator(name).better is None:
        return False
    plain = deciding.every_period(deciding.compared(name))
    ends = [deciding.calibrated(name, plain, times=1 + turn * error) for turn in (-1, 0, 1)]
    return len({_called(name, one).verdict for one in ends}) > 1


@once.shared
def shares_from_chance() -> pd.Series:
    """Return how often chance would give as much, by indicator that is not primary, adjusted for their number.

    Two-sided, by the curve of the calibrated interval (as the probabilities of `ruled_out`); Benjamini and Hochberg,
    whose false discoveries are at most 5% of what is called. Indicators that cannot be compared are not among them.
    """
    plain = {}
    for name in indicators.indicators(primary=False):
        try:
            found = deciding.decided(name)
        except EffectError:
            continue
        above = _above(found.lower, found.upper, 0.0)
        plain[name] = 2 * min(above, 1 - above)
    return adjust(pd.Series(plain, dtype="float64"), method="BH")


def clear(name: str) -> bool:
    """Tell whether a secondary indicator's share from chance, adjusted for their number, is below one in twenty."""
    return bool(shares_from_chance().get(name, 1.0) < 1 - LEVEL)


def verdict(name: str) -> str:
    """Return the verdict of the report on an indicator after entry, by the comparison that decides.

    One of `rule.VERDICTS`; where no direction is better HIGHER or LOWER when the interval lies on that side of
    zero and it is `clear`. "cannot tell" where the comparison cannot be made or was not calibrated.
    """
    try:
        if regime.indicator(name).better is not None:
            return of(name).verdict
        found = deciding.decided(name)
    except EffectError:
        return CANNOT_TELL
    which = side(found.lower, found.upper)
    return which if which in (HIGHER, LOWER) and found.n >= THIN and clear(name) else CANNOT_TELL
