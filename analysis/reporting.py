"""When a change after entry is reported as an improvement: the rule, kept apart so that anything can use it."""

from __future__ import annotations

import numpy as np

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
