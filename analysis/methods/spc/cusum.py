"""CUSUM and VLAD of single cases against their expected probability.

Methods: Steiner and others 2000, Biostatistics 1:441-52 (log-likelihood-ratio CUSUM); Lovegrove and others
1997, Lancet 350:1128-30 (variable life-adjusted display).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods.spc.signals import SPCError, names


@dataclass(frozen=True, slots=True)
class Cusum:
    """Log-likelihood-ratio CUSUM.

    frame: one row a case; columns `weight`, `cusum`. h: threshold, or None. first_signal: index label of the
        first case at which `cusum` is `h` or more; None if there is none.
    """

    frame: pd.DataFrame
    odds_ratio: float
    h: float | None
    first_signal: Any

    def sentence(self) -> str:
        """Whether and where the threshold is first reached."""
        text = f"CUSUM of {len(self.frame)} cases against odds times {self.odds_ratio:g}"
        if self.h is None:
            return f"{text} ends at {self.frame['cusum'].iloc[-1]:.2f}; no threshold was set."
        if self.first_signal is None:
            return (
                f"{text} never reaches its threshold of {self.h:g} (highest {self.frame['cusum'].max():.2f})."
            )
        return f"{text} first reaches its threshold of {self.h:g} at case {self.first_signal}."


def cusum(
    outcome: pd.Series,
    expected: pd.Series,
    *,
    odds_ratio: float = 2.0,
    h: float | None = None,
    hold_first: bool = False,
) -> Cusum:
    """Risk-adjusted CUSUM against a change of the odds by `odds_ratio`.

    outcome: 0 or 1 per case, in order. expected: its probability, same index. h: signal at the first value of
        h or more; the sum is not reset there. hold_first: True starts at zero and holds the first value at
        zero or above, as Steiner and others define it; the default leaves the first value as its weight, as
        the reference run does.

    Raises SPCError for differing or repeated indexes, missing values, outcomes other than 0 and 1,
    probabilities outside 0 to 1 (both excluded), an odds ratio of 0 or less or exactly 1, and a threshold of
    0 or less.
    """
    _check_cases(outcome, expected)
    if not (np.isfinite(odds_ratio) and odds_ratio > 0 and odds_ratio != 1):
        raise SPCError(f"odds_ratio is {odds_ratio}; it must be above 0 and not 1")
    if h is not None and not h > 0:
        raise SPCError(f"h is {h}; it must be above 0, or None for no threshold")
    y, p = outcome.to_numpy(dtype=float), expected.to_numpy(dtype=float)
    weight = y * np.log(odds_ratio) - np.log(1 - p + odds_ratio * p)
    total = np.empty(len(weight))
    total[0] = max(0.0, weight[0]) if hold_first else weight[0]
    for i in range(1, len(weight)):
        total[i] = max(0.0, total[i - 1] + weight[i])
    reached = np.flatnonzero(total >= (np.inf if h is None else h))
    first = outcome.index[reached[0]] if len(reached) else None
    frame = pd.DataFrame({"weight": weight, "cusum": total}, index=outcome.index)
    return Cusum(frame, odds_ratio, h, first)


def vlad(outcome: pd.Series, expected: pd.Series) -> pd.Series:
    """Variable life-adjusted display: running sum of expected minus observed.

    Above 0 is fewer events than expected. Arguments and errors as `cusum`.
    """
    _check_cases(outcome, expected)
    return (expected.astype(float) - outcome.astype(float)).cumsum().rename("vlad")


def _check_cases(outcome: pd.Series, expected: pd.Series) -> None:
    for name, values in (("outcome", outcome), ("expected", expected)):
        if not isinstance(values, pd.Series) or not pd.api.types.is_numeric_dtype(values):
            found = values.dtype if isinstance(values, pd.Series) else type(values).__name__
            raise SPCError(f"{name} must be a pandas Series of numbers, one a case, found {found}")
    if outcome.empty or not outcome.index.equals(expected.index) or outcome.index.has_duplicates:
        raise SPCError(
            "outcome and expected must be Series of one or more cases with the same index, no label repeated"
        )
    if not outcome.isin([0, 1]).all():
        raise SPCError(
            f"outcome must be 0 or 1; found something else at {names(outcome.index[~outcome.isin([0, 1])])}"
        )
    inside = (expected > 0) & (expected < 1)
    if not inside.all():
        raise SPCError(
            f"expected must lie between 0 and 1, both excluded; not so at {names(expected.index[~inside])}"
        )
