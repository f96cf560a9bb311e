"""Words for a change after entry: the verdicts, the older rule of three intervals, and which way a difference points."""

import numpy as np
import pandas as pd

from analysis.methods.effects import results
from analysis.methods.estimate import HIGHER, LOWER, UNCLEAR, UNKNOWN, side

# The verdicts, see `ruled_out.verdict`; where no direction is better a change is HIGHER or LOWER.
IMPROVED, WORSENED = "improved", "worsened"
NO_IMPORTANT, CANNOT_TELL = "no important improvement", "cannot tell"
VERDICTS = (IMPROVED, WORSENED, NO_IMPORTANT, CANNOT_TELL)
CHANGES = IMPROVED, WORSENED, HIGHER, LOWER
IMPROVEMENT, WORSENING = "improvement", "worsening"  # of three intervals that agree
NO_CLEAR_CHANGE, CANNOT_BE_SAID, TOO_FEW = (
    "the three do not agree",
    "cannot be said",
    "too few trusts to read",
)


def reading(row: pd.Series) -> str:
    """Say in a few words which way a difference points: better, worse, higher, lower or no clear difference.

    row: `lower`, `upper`, `direction`, and `n_trusts` where it is known.
    """
    which = side(row["lower"], row["upper"])
    if which == UNKNOWN:
        return "cannot be estimated"
    if row.get("n_trusts", results.THIN) < results.THIN:
        return TOO_FEW
    if which == UNCLEAR or row["direction"] == "neither":
        return which
    return "better" if row["direction"].startswith(which) else "worse"


Limits = tuple[float, float]


def verdict(main: Limits, short: Limits, difference: Limits, *, better: str | None) -> str:
    """Say what three intervals agree on, a sensitivity analysis; the table `planted_truth` holds how often it errs.

    main, short: (lower, upper) of the effect of entry with the whole baseline, and with the year before
        entry left out of it. difference: of the effect less that on equally bad trusts, matched on the year
        before (`equally_bad_placebo`). better: "higher", "lower" or None (no direction is better).
    Returns IMPROVEMENT or WORSENING (with None HIGHER or LOWER) when all three intervals lie on one side of
    zero, CANNOT_BE_SAID when a limit is missing, otherwise NO_CLEAR_CHANGE.
    """
    sides = {side(*limits) for limits in (main, short, difference)}
    if UNKNOWN in sides or not np.isfinite([main, short, difference]).all():
        return CANNOT_BE_SAID
    if sides not in ({HIGHER}, {LOWER}):
        return NO_CLEAR_CHANGE
    which = sides.pop()
    if better is None:
        return which
    return IMPROVEMENT if which == better else WORSENING
