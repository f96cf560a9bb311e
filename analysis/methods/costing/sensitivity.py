"""One-way sensitivity (tornado) and threshold analysis of any cost function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.costing.prices import CostError

Model = Callable[[dict[str, float]], float]
BETWEEN = 63  # points at which a crossing is sought when the ends lie on one side of the target
JUMP = 1e-6  # of the cost's distance from the target at the ends: a greater one at a crossing is a jump


@dataclass(frozen=True, slots=True)
class Tornado:
    """Cost at either end of each input, the others at their base value.

    frame: one row an input, widest swing first: `parameter`, `base_value`, `low_value`, `high_value` (in the
        input's unit), `low`, `high` (cost at those values, GBP; `low` may exceed `high` where more of the input
        costs less), `swing` (their distance). base: cost at the base values.
    """

    frame: pd.DataFrame
    base: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """The value of one input at which the cost equals a target.

    value: NaN where the target is not reached between `low` and `high`. at_low, at_high: cost at those ends (GBP).
    """

    parameter: str
    target: float
    base_value: float
    value: float
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def reached(self) -> bool:
        """Whether the target is met between the ends."""
        return bool(np.isfinite(self.value))


def tornado(
    model: Model, *, base: Mapping[str, float], low: Mapping[str, float], high: Mapping[str, float]
) -> Tornado:
    """Change one input at a time to its low and its high value.

    model: inputs by name to a cost (GBP). base: every input. low, high: the same names; usually the 2.5% and 97.5%
    points of each input's distribution. Bars are ordered by swing, equal ones by name.
    Raises CostError when names differ, a value is missing, base lies outside low to high, or the model returns
    no number.
    """
    for name, values in (("base", base), ("low", low), ("high", high)):
        arguments.mapping(values, name, error=CostError)
    names = list(base)
    if set(low) != set(names) or set(high) != set(names) or not names:
        raise CostError(
            f"inputs {names}, low {list(low)}, high {list(high)}. Allowed: the same names in all three."
        )
    middle = _cost(model, dict(base))
    rows = []
    for name in names:
        if not low[name] <= base[name] <= high[name]:
            raise CostError(
                f"{name}: low {arguments.shown(low[name])}, base {arguments.shown(base[name])}, high {arguments.shown(high[name])}. Allowed: low <= base <= high."
            )
        ends = [_cost(model, {**base, name: side[name]}) for side in (low, high)]
        rows.append((name, base[name], low[name], high[name], *ends, abs(ends[1] - ends[0])))
    columns = ["parameter", "base_value", "low_value", "high_value", "low", "high", "swing"]
    frame = pd.DataFrame(rows, columns=columns)
    order = frame.sort_values(["swing", "parameter"], ascending=[False, True], ignore_index=True)
    return Tornado(order, middle)


def threshold(
    model: Model, *, base: Mapping[str, float], parameter: str, target: float, low: float, high: float
) -> Threshold:
    """Find the value of one input between `low` and `high` at which the cost equals `target`, the others at base.

    Of a cost that turns, one crossing is found; where both ends lie on the same side of the target, the nearest to
    the base value of those that show at BETWEEN points in between. Not reached, or jumped over: `value` is NaN.
    Raises CostError for an unknown input, low not below high, a missing target, and a model that returns no number.
    Method: threshold analysis (Briggs, Claxton and Sculpher 2006, ch. 4), root by Brent's method.
    """
    arguments.mapping(base, "base", error=CostError)
    if not isinstance(parameter, str) or parameter not in base:
        raise CostError(f"input {arguments.shown(parameter)}. Allowed: {list(base)}.")
    if not all(map(arguments.is_number, (low, high, target))) or not low < high:
        raise CostError(
            f"low {arguments.shown(low)}, high {arguments.shown(high)}, target {arguments.shown(target)}. Allowed: low below high, all numbers."
        )

    def gap(value: float) -> float:
        return _cost(model, {**base, parameter: value}) - target

    ends = gap(low), gap(high)
    found = np.nan
    if ends[0] == 0 or ends[1] == 0:
        found = low if ends[0] == 0 else high
    else:
        sides = _sides(gap, low, high, ends, base[parameter])
        found = _crossing(gap, *sides) if sides else np.nan
    return Threshold(
        parameter, target, base[parameter], float(found), low, high, ends[0] + target, ends[1] + target
    )


def _sides(
    gap: Callable[[float], float], low: float, high: float, ends: tuple[float, float], near: float
) -> tuple[float, float] | None:
    """Return two values on either side of a crossing (both the same where the gap is 0 there), None if none shows."""
    if np.sign(ends[0]) != np.sign(ends[1]):
        return low, high
    points = np.linspace(low, high, BETWEEN + 2)
    signs = np.sign([ends[0], *(gap(float(point)) for point in points[1:-1]), ends[1]])
    changes = [
        (points[i], points[i + (signs[i] != 0)]) for i in range(len(signs) - 1) if signs[i] != signs[i + 1]
    ]
    return min(changes, key=lambda pair: abs(np.mean(pair) - near), default=None)


def _crossing(gap: Callable[[float], float], low: float, high: float) -> float:
    if low == high:
        return low
    from scipy.optimize import brentq

    found = brentq(gap, low, high, xtol=1e-14 * max(abs(low), abs(high), 1.0), rtol=1e-14, maxiter=500)
    jumped = abs(gap(found)) > JUMP * max(abs(gap(low)), abs(gap(high)))
    return np.nan if jumped else found


def _cost(model: Model, inputs: dict[str, float]) -> float:
    if not callable(model):
        raise CostError(f"the model is a {type(model).__name__}. Allowed: a function of inputs by name.")
    found = arguments.figures(model(inputs), "the model's cost", error=CostError)
    if found.size != 1 or not np.isfinite(found).all():
        raise CostError(
            f"the model returned {arguments.shown(found.ravel())} for {list(inputs)}. Allowed: a number."
        )
    return float(found.item())
