"""How sure we are of what the report says of a headline number: four words, by one rule of three doubts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis import data
from analysis.methods.effects.results import THIN
from analysis.study.rule import CANNOT_TELL, IMPROVED, NO_IMPORTANT, VERDICTS, WORSENED

HIGH, MODERATE, LOW, VERY_LOW = LEVELS = ("high", "moderate", "low", "very low")
BY_DIFFERENCE, BY_RECORD = "difference", "record"  # the parts: `of_difference` and so on
MOSTLY = 0.75  # share of spells dated with high confidence below which the record counts as thin
SMALLEST = {"months": 6.0, "percent": 10.0}  # of a length and of a share of trusts, that matters; log, A25
# What is doubted, a step down each.
IMPRECISE, VERY_IMPRECISE = "the interval is wide", "the interval is very wide"
NOT_BY_LOT, PARTING, BARE = "no trust was put in by lot", "trusts were parting before entry", "not calibrated"
THINLY_DATED = "too few spells are surely dated"
DISAGREE = "analyses disagree"
# What leaves nothing to be said, whatever else holds.
NO_INTERVAL, FEW, EITHER = "no interval", "too few trusts", "it holds none and one that matters"


@dataclass(frozen=True, slots=True)
class Certainty:
    """level: of LEVELS. doubts: why it is not "high", of the names above."""

    level: str
    doubts: tuple[str, ...]


def _down(doubts: Sequence[str]) -> Certainty:
    steps = len(doubts) + (VERY_IMPRECISE in doubts)
    return Certainty(LEVELS[min(steps, len(LEVELS) - 1)], tuple(doubts))


def of_difference(
    lower: float, upper: float, *, n: int, verdict: str, parting: bool, calibrated: bool, agree: bool
) -> Certainty:
    """Return how sure we are of the verdict on a difference: improved, worsened, or no important improvement.

    Precision comes first: "cannot tell" means that the interval holds both no difference and an improvement that
    matters (EITHER), so that we know neither: "very low", as without an interval or with fewer than THIN trusts. A
    verdict that was given is precise. It then starts at "high" and goes down a step for each doubt.
    Bias: no trust was put in by lot, always; trusts were parting from their comparators before entry; the comparison
    was not calibrated on planted truth. Agreement: another way to compare gives an estimate on the other side.

    lower, upper: interval of the difference. n: trusts (or pairs). verdict: of `rule.VERDICTS`, or of a change where
    no direction is better. agree: see `agree`. None of the levels says that special measures made the difference.
    """
    if not np.isfinite([lower, upper]).all():
        return Certainty(VERY_LOW, (NO_INTERVAL,))
    if n < THIN:
        return Certainty(VERY_LOW, (FEW,))
    if verdict not in VERDICTS:
        raise ValueError(f"verdict {verdict!r}. Allowed: {list(VERDICTS)}.")
    if verdict == CANNOT_TELL:
        return Certainty(VERY_LOW, (EITHER,))
    told = {NOT_BY_LOT: True, PARTING: parting, BARE: not calibrated, DISAGREE: not agree}
    return _down([doubt for doubt, holds in told.items() if holds])


def of_record(
    estimate: float, lower: float, upper: float, *, unit: str, sure: float, surely: float
) -> Certainty:
    """Return how sure we are of a length or share read off the public record of spells, by the same three doubts.

    Precision: its interval reaches further from it than the smallest difference that matters (SMALLEST), a step, or
    twice as far, two steps. Bias: fewer than MOSTLY of the spells are dated with high confidence. Agreement: counted
    from those spells alone, the figure is another by more than matters. "very low" without an interval.

    unit: a key of SMALLEST. sure: share of spells (0 to 1) dated with high confidence. surely: the figure from them
    alone, NaN where it cannot be had (then it does not agree).
    """
    if not np.isfinite([estimate, lower, upper]).all():
        return Certainty(VERY_LOW, (NO_INTERVAL,))
    reach, matters = max(upper - estimate, estimate - lower), SMALLEST[unit]
    wide = VERY_IMPRECISE if reach > 2 * matters else IMPRECISE
    told = {
        wide: reach > matters,
        THINLY_DATED: sure < MOSTLY,
        DISAGREE: not abs(surely - estimate) <= matters,
    }
    return _down([doubt for doubt, holds in told.items() if holds])


def agree(verdict: str, estimates: Sequence[float], *, sign: int, important: float) -> bool:
    """Tell whether no other way to compare, of those that could be made, points away from a verdict.

    estimates: of the other ways. sign: 1 when higher is better, -1 when lower is. "improved" and "worsened": all lie
    on that side of zero; "no important improvement": none is an improvement as large as `important`.
    """
    values = sign * np.asarray(estimates, dtype=float)
    values = values[np.isfinite(values)]
    tests = {IMPROVED: values > 0, WORSENED: values < 0, NO_IMPORTANT: values < important}
    return bool(np.all(tests.get(verdict, True)))


def sure_dates() -> float:
    """Return the share (0 to 1) of spells in the public record whose dates have high confidence."""
    return float((data.load("regime_spells")["confidence"] == "high").mean())
