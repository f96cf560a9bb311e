"""Kappa of Cohen and of Fleiss, and the counts that Krippendorff's alpha is worked out from. Arrays in, numbers out."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from analysis.methods import arguments

LEVELS = ("nominal", "ordinal", "interval", "ratio")
WEIGHTS = ("none", "linear", "quadratic")


class AgreementError(ValueError):
    """Codings that cannot be compared; says what was found, where, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """A kappa with its large-sample figures.

    value: kappa, NaN when undefined. observed: share of agreement, expected: share by chance (both weighted
    where weights are used). standard_error: of the value (Cohen only). z: value over its standard error if
    there were no agreement beyond chance (Fleiss only). NaN where not given.
    """

    value: float
    observed: float
    expected: float
    standard_error: float
    z: float


def alpha_of_counts(counts: np.ndarray, *, values: np.ndarray, level: str) -> float:
    """Return Krippendorff's alpha; NaN when no two values can be paired or all pairable values are equal.

    counts: units by values, how many coders gave unit u the value v. values: the values, lowest first, as
    numbers (ranks for ordinal, any numbers for nominal). level: one of LEVELS.
    Method: Krippendorff 2013, Content analysis, 3rd edition, chapter 12, as in the package `krippendorff`.
    """
    arguments.choice(level, "level", LEVELS, error=AgreementError)
    counts = _by_unit(counts)
    pairable = counts[counts.sum(axis=1) >= 2]
    used = pairable.sum(axis=0) > 0
    if used.sum() < 2:
        return np.nan
    if level == "nominal":  # the same by counting, hundreds of times faster where units are redrawn
        total = pairable.sum(axis=0)
        chance = (total * (total - 1)).sum() / (total.sum() * (total.sum() - 1))
        return float(1 - (1 - pair_agreement(pairable)) / (1 - chance))
    import krippendorff  # here, as all that only some results need: see `analysis.methods.curves`

    return float(
        krippendorff.alpha(
            value_counts=pairable[:, used], value_domain=values[used], level_of_measurement=cast("Any", level)
        )
    )


def nominal_alphas(counts: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return the nominal `alpha_of_counts` of each row of `drawn`, which are places of units drawn again.

    counts: whole numbers, units by values, each unit coded at least twice.
    """
    sizes = counts.sum(axis=1)
    equal = (counts * (counts - 1)).sum(axis=1) / (sizes - 1)
    total = np.array([counts[units].sum(axis=0) for units in drawn])
    every = total.sum(axis=1)
    chance = (total * (total - 1)).sum(axis=1) / (every * (every - 1))
    observed = equal[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    alone = (total > 0).sum(axis=1) < 2
    return np.where(alone, np.nan, 1 - (1 - observed) / (1 - np.where(alone, np.nan, chance)))


def pair_agreement(counts: np.ndarray) -> float:
    """Return the share of pairs of values within units that are equal, each unit weighted by its coders; NaN if none."""
    counts = _by_unit(counts)
    sizes = counts.sum(axis=1)
    held = sizes >= 2
    if not held.any():
        return np.nan
    equal = (counts * (counts - 1)).sum(axis=1)[held] / (sizes[held] - 1)
    return float(equal.sum() / sizes[held].sum())


def kappa_of_table(table: np.ndarray, *, weights: str = "none") -> Kappa:
    """Return Cohen's kappa of a square table: rows the first coder's category, columns the second's, counts.

    weights: "none", "linear" or "quadratic"; categories are one step apart, in the order given.
    The value is NaN where chance alone would give full agreement (both coders used one and the same category).
    Raises AgreementError for a table that is not square, negative, not whole, or empty, or unknown weights.
    Method: Cohen 1960, 1968; standard error of Fleiss, Cohen and Everitt 1969, formula for weighted kappa.
    """
    table = _counted(table)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:
        raise AgreementError(f"found a table of shape {table.shape}. Allowed: as many rows as columns.")
    if not (np.isfinite(table).all() and (table >= 0).all() and (table == np.round(table)).all()):
        raise AgreementError("found a cell that is not a count. Allowed: whole numbers, 0 or more.")
    total = table.sum()
    if total == 0:
        raise AgreementError("found a table without units. Allowed: at least one unit coded by both.")
    share = table / total
    weight = _weights(len(table), weights)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed = float((weight * share).sum())
    expected = float((weight * np.outer(rows, columns)).sum())
    if np.isclose(expected, 1, rtol=0, atol=1e-12):
        return Kappa(np.nan, observed, expected, np.nan, np.nan)
    from statsmodels.stats.inter_rater import cohens_kappa

    with np.errstate(divide="ignore", invalid="ignore"):
        found = cohens_kappa(table, wt=None if weights == "none" else weights)
    error = (  # its root of a last digit below zero is NaN
        0.0 if np.isnan(found.std_kappa) else float(found.std_kappa)
    )
    return Kappa(float(found.kappa), observed, expected, error, np.nan)


def kappa_of_counts(counts: np.ndarray) -> Kappa:
    """Return Fleiss' kappa of units by values; every unit has the same number of codings, two or more.

    The value is NaN where all codings are of one value. z as printed by Fleiss, Nee and Landis 1979.
    Raises AgreementError where units differ in the number of codings.
    Method: Fleiss 1971.
    """
    counts = _by_unit(counts)
    sizes = counts.sum(axis=1)
    if not len(counts) or sizes.min() < 2 or sizes.min() != sizes.max():
        found = sorted(set(sizes.astype(int).tolist()))
        raise AgreementError(
            f"Fleiss' kappa: found units with {found} codings. Allowed: the same number, two or more, for each; "
            "Krippendorff's alpha takes units with gaps."
        )
    units, coders = len(counts), sizes[0]
    share = counts.sum(axis=0) / counts.sum()
    expected = float((share**2).sum())
    observed = float(((counts**2).sum(axis=1) - coders).sum() / (units * coders * (coders - 1)))
    if np.isclose(expected, 1, rtol=0, atol=1e-12):
        return Kappa(np.nan, observed, expected, np.nan, np.nan)
    from statsmodels.stats.inter_rater import fleiss_kappa

    value = float(fleiss_kappa(counts))
    rest = share * (1 - share)
    null = 2 * (rest.sum() ** 2 - (rest * (1 - 2 * share)).sum()) / (units * coders * (coders - 1))
    error = np.sqrt(null) / rest.sum()
    return Kappa(value, observed, expected, np.nan, float(value / error) if error > 0 else np.nan)


def _by_unit(counts: np.ndarray) -> np.ndarray:
    """Return counts of units by values; what is a table of numbers already is taken as it is."""
    known = isinstance(counts, np.ndarray) and counts.dtype.kind in "iu"
    counts = counts if known else _counted(counts)
    if counts.ndim != 2:
        raise AgreementError(f"found a table of shape {counts.shape}. Allowed: units by values.")
    return counts


def _counted(table: Any) -> np.ndarray:
    try:
        return np.asarray(table, dtype=float)
    except (TypeError, ValueError) as error:
        raise AgreementError(f"found a cell that is no number ({error}). Allowed: counts.") from error


def _weights(size: int, kind: str) -> np.ndarray:
    arguments.choice(kind, "weights", WEIGHTS, error=AgreementError)
    steps = np.abs(np.subtract.outer(np.arange(size), np.arange(size)))
    if kind == "none" or size == 1:
        return (steps == 0).astype(float)
    return 1 - (steps / (size - 1)) ** (1 if kind == "linear" else 2)
