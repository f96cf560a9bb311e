"""One effect under every combination of the choices that are given, side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis.methods import arguments
from analysis.methods.effects.panels import EffectError

RESULT = ["estimate", "lower", "upper", "reason"]


@dataclass(frozen=True, slots=True)
class SpecificationCurve:
    """Estimates of one effect under all combinations of choices.

    frame: one row a combination, lowest estimate first, those that could not be estimated last; one column a
        choice (its label), then `estimate`, `lower`, `upper` (NaN where the estimator gives no interval) and
        `reason` (why there is no estimate; blank where there is one).
    """

    frame: pd.DataFrame
    choices: tuple[str, ...]

    @property
    def estimated(self) -> pd.DataFrame:
        """The rows with an estimate."""
        return self.frame[self.frame["estimate"].notna()]


def specification_curve(
    estimator: Callable[..., Any],
    choices: Mapping[str, Sequence[Any] | Mapping[str, Any]],
    *,
    keep: Callable[[dict[str, Any]], bool] | None = None,
    n_jobs: int | None = None,
) -> SpecificationCurve:
    """Call the estimator with every combination of choices, as keyword arguments.

    estimator: returns a number; or (estimate, lower, upper); or an object with these attributes, or with
        `overall` that has them (such as `imputation` gives). Must not draw on shared random state.
    choices: argument name -> list of values, or mapping of label -> value (for values that do not read well,
        such as frames). keep: called with the labels of a combination; False leaves it out (combinations that
        make no sense). Nothing else is left out: an estimator that refuses (ValueError) gives a row with its
        reason.
    n_jobs: joblib workers; None = as set by the caller's `joblib.parallel_config`, else one.
    Method: Simonsohn, Simmons, Nelson 2020, Nature Human Behaviour 4:1208-14 (descriptive part: no joint
        test).

    Raises EffectError without choices, for a choice without values or named as a result column, when `keep`
    leaves nothing, and for a result of another kind. Errors other than ValueError pass through.
    """
    arguments.mapping(choices, "choices", error=EffectError)
    for name, values in choices.items():
        arguments.several(values, f"choice {name}", error=EffectError)
    if not callable(estimator):
        raise EffectError(f"the estimator is a {type(estimator).__name__}. Allowed: a function.")
    empty = [name for name, values in choices.items() if len(values) == 0]
    if not choices or empty or set(choices) & set(RESULT):
        raise EffectError(
            f"choices {list(choices)}, without values: {empty}. At least one choice, each with a value, none "
            f"of them named {RESULT}."
        )
    labelled = {
        name: dict(values) if isinstance(values, Mapping) else {_label(value): value for value in values}
        for name, values in choices.items()
    }
    alike = [name for name, values in choices.items() if len(labelled[name]) < len(values)]
    if alike:
        raise EffectError(f"choices {alike} have values with the same label: give them as label -> value.")
    rows = [dict(zip(labelled, combination, strict=True)) for combination in product(*labelled.values())]
    if keep is not None and not callable(keep):
        raise EffectError(f"keep={arguments.shown(keep)}. Allowed: a function of a combination, or None.")
    arguments.workers(n_jobs, error=EffectError)
    rows = [row for row in rows if keep is None or keep(dict(row))]
    if not rows:
        raise EffectError("`keep` leaves no combination.")
    work = delayed(_estimated)
    results = Parallel(n_jobs=n_jobs)(
        work(estimator, {name: labelled[name][label] for name, label in row.items()}) for row in rows
    )
    frame = pd.concat([pd.DataFrame(rows), pd.DataFrame(list(results), columns=RESULT)], axis=1)
    frame = frame.sort_values("estimate", kind="stable", na_position="last", ignore_index=True)
    return SpecificationCurve(frame, tuple(choices))


def _label(value: Any) -> Any:
    """Label of a choice: plain values as they are, anything else by its name or text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return getattr(value, "__name__", None) or str(value)


def _estimated(estimator: Callable[..., Any], arguments: dict[str, Any]) -> tuple[float, float, float, str]:
    try:
        result = estimator(**arguments)
    except ValueError as error:
        return float("nan"), float("nan"), float("nan"), str(error)
    result = getattr(result, "overall", result)
    if hasattr(result, "estimate"):
        result = (result.estimate, getattr(result, "lower", np.nan), getattr(result, "upper", np.nan))
    numbers = np.atleast_1d(np.asarray(result, dtype=float))
    if numbers.shape not in ((1,), (3,)):
        raise EffectError(
            f"the estimator returned {numbers.shape} numbers; allowed: one, or estimate and limits."
        )
    lower, upper = (float(numbers[1]), float(numbers[2])) if len(numbers) == 3 else (float("nan"),) * 2
    reason = "the estimate is not a number" if np.isnan(numbers[0]) else ""
    return float(numbers[0]), lower, upper, reason
