"""The power of the comparison that decides: how often each verdict comes out when the true effect is known."""

import numpy as np
import pandas as pd

from analysis import data
from analysis.study import deciding, ruled_out

Floats = np.ndarray

SEEN = 0.8  # the usual share of panels in which a change that is said to be seen must be found
STEPS = np.round(
    np.linspace(-3, 3, 61), 1
)  # true effects, in smallest differences that matter; positive is better
NONE, BAD = "entry by chance", "entry after a bad year"
COLUMNS = ("indicator", "scenario", "effect", "panels", "improved", "worsened", "no_important", "cannot_tell")


def limits(drawn: Floats, critical: float, bias: float, sign: int) -> tuple[Floats, Floats]:
    """Return the calibrated limits of draws without an effect, turned so that more is better: draws x scenarios.

    drawn: draws x scenarios x (estimate, standard error, ...). critical, bias: as in the table `calibration`. A
    constant effect moves both limits by as much, and nothing else: matching looks at no period after entry, and the
    error is that of trusts that never entered and of differences between those that did.
    """
    value, half, bias = sign * drawn[:, :, 0], critical * drawn[:, :, 1], sign * bias
    return value - half - max(bias, 0.0), value + half - min(bias, 0.0)


def seen(drawn: Floats, critical: float, bias: float, sign: int) -> list[float]:
    """Return, by scenario, the smallest true improvement that the verdict finds in SEEN of the draws; see `limits`."""
    low, _ = limits(drawn, critical, bias, sign)
    return [float(place) for place in np.quantile(-low, SEEN, axis=0, method="higher")]


def curves(name: str, drawn: Floats, row: pd.Series) -> pd.DataFrame:
    """Return rows of the table `power` (COLUMNS): the share of each verdict by scenario and true effect.

    drawn: panels that did not calibrate, draws x scenarios x 3; none of them: no rows. row: of `calibration`.
    """
    rows = []
    if len(drawn):
        important = ruled_out.important(name)
        low, high = limits(drawn, row["critical"], row["bias"], int(row["sign"]))
        for at, scenario in enumerate((NONE, BAD)):
            for effect in STEPS * important:
                shares = verdicts(low[:, at] + effect, high[:, at] + effect, important)
                rows.append([name, scenario, effect, len(drawn), *shares])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def verdicts(low: Floats, high: Floats, important: float) -> list[float]:
    """Return the share of each of `rule.VERDICTS` among intervals turned so that more is better, in their order."""
    better, worse = low > 0, high < 0
    none = ~better & ~worse & (high < important)
    return [float(part.mean()) for part in (better, worse, none, ~(better | worse | none))]


def curve(name: str) -> pd.DataFrame:
    """Return the stored curve of an indicator: COLUMNS, effects in its unit, positive is better."""
    rows = data.load("power")
    return rows[rows["indicator"] == name].reset_index(drop=True)


def at(name: str, effect: float, scenario: str = BAD) -> pd.Series:
    """Return the stored row of a true effect, to the nearest step; positive is better."""
    rows = curve(name)
    rows = rows[rows["scenario"] == scenario]
    return rows.loc[(rows["effect"] - effect).abs().idxmin()]


def smallest(name: str) -> float:
    """Return the smallest true improvement (any change upwards where no direction is better) that is found in SEEN.

    In the indicator's unit, whichever way trusts entered. Raises NotEstimable as `deciding.calibration`.
    """
    row = deciding.calibration(name)
    return float(max(row["seen_none"], row["seen_bad"]))
