"""How sure we are of a headline number, in four words, by one stated rule with three parts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import data
from analysis.methods.effects.results import THIN
from analysis.study import rule

HIGH, MODERATE, LOW, VERY_LOW = LEVELS = ("high", "moderate", "low", "very low")
BY_DIFFERENCE, BY_RECORD = "difference", "record"  # the parts: `of_difference` and so on
RARE = 0.05  # adjusted share of simulated histories below which chance is an unlikely explanation
MOSTLY = 0.75  # share of spells dated with high confidence below which the record counts as thin


def of_difference(
    lower: float,
    upper: float,
    *,
    n: int,
    verdict: str = "",
    adjusted: float = float("nan"),
    same_side: bool = False,
    none: float = 0.0,
) -> str:
    """Return how sure we are that there was a difference at all, in the direction seen.

    "very low": the interval holds no difference, is missing, or fewer than THIN trusts carry it.
    "low": the interval leaves out no difference, but the rule for reporting a change is not met: trusts alike
        in level and trend that never entered moved as much (`ruled_out.verdict`).
    "moderate": the rule for reporting is met. "high": it is met, the share of simulated histories with a
        difference as large, adjusted for looking at several measures (Holm), is below RARE, and no choice of
        the sensitivity analysis turns the sign.

    lower, upper: interval of the difference. n: trusts (or pairs). verdict: as `ruled_out.verdict` returns it;
    blank where the rule was not applied. adjusted: see `chance.chance`. same_side: see `one_sided`.
    None of the levels says that special measures made the difference.
    """
    if not np.isfinite([lower, upper]).all() or lower <= none <= upper or n < THIN:
        return VERY_LOW
    if verdict not in rule.CHANGES:
        return LOW
    return HIGH if adjusted < RARE and same_side else MODERATE


def of_record(estimate: float, lower: float, upper: float, *, sure: float) -> str:
    """Return how sure we are of a length or share read off the public record of spells.

    It starts at "high" and goes down one step for each of: not every spell is dated with high confidence;
    fewer than MOSTLY of them are; the interval is wider than the estimate. "very low" without an interval.

    sure: share of spells (0 to 1) dated with high confidence.
    """
    if not np.isfinite([estimate, lower, upper]).all():
        return VERY_LOW
    return LEVELS[int(sure < 1) + int(sure < MOSTLY) + int(upper - lower > estimate)]


def sure_dates() -> float:
    """Return the share (0 to 1) of spells in the public record whose dates have high confidence."""
    return float((data.load("regime_spells")["confidence"] == "high").mean())


def one_sided(sensitivity: pd.DataFrame) -> bool:
    """Tell whether all estimates of `samples.sensitivity` that could be made lie on one side of zero."""
    signs = np.sign(sensitivity["estimate"].dropna())
    return signs.nunique() == 1 and bool(signs.iloc[0] != 0)
