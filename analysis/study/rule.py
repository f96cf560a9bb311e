"""When a change after entry is reported as an improvement: the rule, kept apart so that anything can use it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.methods.effects import results

TOO_FEW = "too few trusts to read"


def reading(row: pd.Series) -> str:
    """Say in a few words which way a difference points: better, worse, higher, lower or no clear difference."""
    if pd.isna(row["lower"]):
        return "cannot be estimated"
    if row.get("n_trusts", results.THIN) < results.THIN:
        return TOO_FEW
    if row["lower"] <= 0 <= row["upper"]:
        return "no clear difference"
    side = "higher" if row["estimate"] > 0 else "lower"
    if row["direction"] == "neither":
        return side
    return "better" if row["direction"].startswith(side) else "worse"


Limits = tuple[float, float]


def verdict(main: Limits, short: Limits, difference: Limits, *, better: str | None) -> str:
    """Say what may be reported of a change after entry; the table `planted_truth` holds how often it errs.

    main, short: (lower, upper) of the effect of entry with the whole baseline, and with the year before
        entry left out of it. difference: of the effect less that on equally bad trusts, matched on the year
        before (`equally_bad_placebo`). better: "higher", "lower" or None (no direction is better).
    Returns "improvement" or "worsening" (with None "higher" or "lower") when all three intervals lie on one
    side of zero, "cannot be said" when a limit is missing, otherwise "no clear change".
    """
    limits = np.array([main, short, difference], dtype=float)
    if not np.isfinite(limits).all():
        return "cannot be said"
    side = "higher" if (limits[:, 0] > 0).all() else "lower" if (limits[:, 1] < 0).all() else None
    if side is None:
        return "no clear change"
    if better is None:
        return side
    return "improvement" if side == better else "worsening"
