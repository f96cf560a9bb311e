"""Inference with few trusts: exact and random re-assignment, adjusted p values."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from math import comb
from typing import Literal, TypeVar, get_args

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.effects.panels import EffectError, whole_number

Floats = np.ndarray
PValues = TypeVar("PValues", np.ndarray, pd.Series)
Adjustment = Literal["bonferroni", "holm", "hochberg", "BH", "BY"]
METHODS = {"hochberg": "simes-hochberg", "BH": "fdr_bh", "BY": "fdr_by"}  # the others are called the same

MAX_ASSIGNMENTS = 2_000_000  # enumerated in a few seconds; more are drawn
CHUNK = 50_000  # assignments held in memory at a time
TIE = 1e-9  # differences this near to the observed one, relative to the data, are ties


@dataclass(frozen=True, slots=True)
class Permutation:
    """Randomisation test of a difference in means, mean of a minus mean of b.

    p_two_sided: share of assignments with a difference at least as far from 0; p_lower, p_upper: at least as
    low, as high. Ties count as extreme and the observed assignment is one of them.
    assignments: how many were compared (enumerated if `exact`, else drawn; then p is (1 + extreme) / (1 +
        drawn)).
    """

    observed: float
    p_two_sided: float
    p_lower: float
    p_upper: float
    assignments: int
    exact: bool
    n_a: int
    n_b: int


def permutation_test(
    a: Floats,
    b: Floats,
    *,
    max_assignments: int = MAX_ASSIGNMENTS,
    draws: int = 99_999,
    rng: np.random.Generator | None = None,
) -> Permutation:
    """Test whether the labels a and b could have been given at random: difference in means, exact.

    a, b: values of the two groups, one a unit, none missing, at least one each.
    All ways to choose len(a) of the values are enumerated. If these are more than `max_assignments` the test
    refuses, unless `rng` is given: then `draws` assignments are drawn.
    Raises EffectError for an empty group, a missing or infinite value, too many assignments without `rng`, or
    no `draws` of them.
    """
    first, second = (
        arguments.figures(x, name, error=EffectError).ravel() for x, name in ((a, "a"), (b, "b"))
    )
    values = np.concatenate([first, second])
    if len(first) == 0 or len(second) == 0 or not np.isfinite(values).all():
        raise EffectError(
            f"groups of {len(first)} and {len(second)} values, {int((~np.isfinite(values)).sum())} missing "
            "or infinite. Each group needs at least one value and none missing."
        )
    n, n_a = len(values), len(first)
    count = comb(n, n_a)
    whole_number("max_assignments", max_assignments)
    if count > max_assignments and rng is None:
        raise EffectError(
            f"{count:,} assignments of {n_a} among {n}; at most {max_assignments:,} are enumerated. Give `rng` "
            "to draw from them."
        )
    centred = values - values.mean()  # the same differences, with less rounding
    observed = float(centred[:n_a].mean() - centred[n_a:].mean())
    slack = TIE * max(float(np.abs(centred).max()), 1e-300)
    exact = count <= max_assignments
    if not exact:
        whole_number("draws", draws, least=1)
    size = min(n_a, n - n_a)  # choosing the smaller group is the same choice, with less to add up
    chosen = _enumerated(n, size) if exact else _drawn(n, size, draws, rng)
    low = high = far = total = 0
    for rows in chosen:
        sums = centred[rows].sum(axis=1) * (1 if size == n_a else -1)
        difference = sums * (1 / n_a + 1 / (n - n_a))
        low += int((difference <= observed + slack).sum())
        high += int((difference >= observed - slack).sum())
        far += int((np.abs(difference) >= abs(observed) - slack).sum())
        total += len(rows)
    extra = 0 if exact else 1
    p_far, p_low, p_high = ((extra + hits) / (extra + total) for hits in (far, low, high))
    return Permutation(observed, p_far, p_low, p_high, total, exact, n_a, n - n_a)


def adjust(p: PValues, *, method: Adjustment, missing: Literal["refuse", "keep"] = "refuse") -> PValues:
    """Adjust p values for being several, as R's p.adjust; same order, type and index as given.

    p: array or Series. method: "bonferroni", "holm" and "hochberg" control the chance of any false claim;
        "BH" (Benjamini-Hochberg 1995) and "BY" (Benjamini-Yekutieli 2001, any dependence) the share of false
        ones.
    missing: "refuse" raises on a missing p; "keep" leaves it missing and adjusts the others as if it had not
        been asked (so that dropping an inconvenient test is a choice made in the open).
    Raises EffectError for an unknown method, a missing p under "refuse", or a value outside 0 to 1.
    """
    values = arguments.figures(p, "p", error=EffectError)
    known = ~np.isnan(values)
    arguments.choice(method, "method", get_args(Adjustment), error=EffectError)
    arguments.choice(missing, "missing", ("refuse", "keep"), error=EffectError)
    if values.ndim != 1 or (missing == "refuse" and not known.all()):
        raise EffectError(
            f"{int((~known).sum())} missing p values of {values.size}. A list of p values is needed; "
            "missing='keep' adjusts the others only."
        )
    if ((values[known] < 0) | (values[known] > 1)).any():
        raise EffectError("p values must lie between 0 and 1.")
    adjusted = values.copy()
    if known.any():
        from statsmodels.stats.multitest import multipletests

        adjusted[known] = multipletests(values[known], method=METHODS.get(method, method))[1]
    return p.copy() * 0 + adjusted if isinstance(p, pd.Series) else adjusted


def _enumerated(n: int, size: int) -> Iterator[Floats]:
    """Yield all choices of `size` of `n` positions, in blocks of rows."""
    everything = combinations(range(n), size)
    while block := list(islice(everything, CHUNK)):
        yield np.array(block)


def _drawn(n: int, size: int, draws: int, rng: np.random.Generator | None) -> Iterator[Floats]:
    """Yield `draws` random choices of `size` of `n` positions, in blocks of rows."""
    if rng is None:
        raise EffectError("drawing needs `rng`.")
    for start in range(0, draws, CHUNK):
        rows = min(CHUNK, draws - start)
        yield np.argsort(rng.random((rows, n)), axis=1)[:, :size]
