"""A figure with its interval, and the one answer to the question on which side of zero it lies."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

HIGHER, LOWER, UNCLEAR, UNKNOWN = "higher", "lower", "no clear difference", "no interval"


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure; nan where it cannot be had. How it is written is a matter of `analysis.present`.

    value, lower, upper, se: in `unit`. n: trusts behind it. n_controls: units compared with. n_obs:
    observations (or switches) behind it.
    """

    value: float
    lower: float
    upper: float
    unit: str = ""
    n: int = 0
    se: float = float("nan")
    n_controls: int = 0
    n_obs: int = 0

    @property
    def estimate(self) -> float:
        """The value, by the name that the column has in frames of results."""
        return self.value

    @property
    def n_trusts(self) -> int:
        """The trusts behind it, by the name that the column has in frames of results."""
        return self.n

    @property
    def side(self) -> str:
        """Side of zero on which the interval lies: HIGHER, LOWER, UNCLEAR, or UNKNOWN without one."""
        return side(self.lower, self.upper)


def clear(rows: pd.DataFrame) -> pd.Series:
    """Tell for each row whether its interval, `lower` to `upper`, leaves out zero."""
    return (rows["lower"] > 0) | (rows["upper"] < 0)


def side(lower: float, upper: float, *, none: float = 0.0) -> str:
    """Return the side of `none` on which an interval lies; UNKNOWN when a limit is missing."""
    if np.isnan(lower) or np.isnan(upper):
        return UNKNOWN
    if lower > none:
        return HIGHER
    return LOWER if upper < none else UNCLEAR
