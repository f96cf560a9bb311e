"""How far coders agree: Krippendorff's alpha and the kappas of Cohen and Fleiss, with intervals over units."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.arguments import text
from analysis.methods.coding import coder_grid
from analysis.methods.coding.agreement_measures import (
    WEIGHTS,
    AgreementError,
    Kappa,
    alpha_of_counts,
    kappa_of_counts,
    kappa_of_table,
    nominal_alphas,
    pair_agreement,
)

COEFFICIENTS = {"alpha": "Krippendorff's alpha", "cohen": "Cohen's kappa", "fleiss": "Fleiss' kappa"}
DRAWS = 2000
UNDEFINED_SHARE = 0.05  # above it the defined draws are no fair picture of all draws: no interval


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of coders over units.

    coefficient: key of COEFFICIENTS. value: the coefficient, NaN when undefined; reason: why it, or its
        interval, is undefined, empty text otherwise.
    lower, upper: percentile interval of `confidence` from resampling whole units; NaN without `rng`.
    observed: share of pairs of codings within a unit that agree (weighted for weighted kappa).
    expected: the share expected by chance for the kappas; NaN for alpha.
    standard_error, z: see `agreement_measures.Kappa`; NaN for alpha.
    units: all units. pairable: units the value rests on. once: units coded by one coder only, which no other
        coding can be compared with; never: units coded by nobody. coders: number of coders.
    level, weights: as asked. draws: resamples drawn; undefined_draws: those without a value, left out.
    """

    coefficient: str
    value: float
    lower: float
    upper: float
    observed: float
    expected: float
    standard_error: float
    z: float
    units: int
    pairable: int
    once: int
    never: int
    coders: int
    level: str
    weights: str
    confidence: float
    draws: int
    undefined_draws: int
    reason: str

    def sentence(self) -> str:
        """Value, interval and what was resampled, units and coders, and what could not be compared."""
        name = COEFFICIENTS[self.coefficient]
        kind = f"{self.weights} weights" if self.weights != "none" else self.level
        name = f"{name} ({kind})" if self.coefficient != "fleiss" else name
        over = f"over {_plural(self.pairable, 'unit')} of {_plural(self.coders, 'coder')}"
        if not np.isfinite(self.value):
            parts = [f"{name} is undefined {over}: {self.reason}"]
        else:
            share = f"{self.observed:.0%} of pairs of codings agree" if self.weights == "none" else ""
            parts = [
                f"{name} is {self.value:z.2f}{self._interval()} {over}" + (f"; {share}" if share else "")
            ]
            parts += [self.reason[0].upper() + self.reason[1:]] if self.reason else []
        if self.undefined_draws and np.isfinite(self.lower):
            parts.append(
                f"{self.undefined_draws:,} of {self.draws:,} resamples had no value and were left out"
            )
        if self.once:
            parts.append(f"{_plural(self.once, 'unit')} coded by one coder only cannot be compared")
        return ". ".join(parts) + "."

    def _interval(self) -> str:
        if not np.isfinite(self.lower):
            return ""
        return f" ({self.confidence:.0%} interval {self.lower:z.2f} to {self.upper:z.2f}, units resampled)"


def agreement(
    codings: pd.DataFrame | Sequence[Sequence[Any]] | np.ndarray,
    *,
    coefficient: str = "alpha",
    level: str = "nominal",
    weights: str = "none",
    order: Sequence[Hashable] | None = None,
    pair: tuple[Hashable, Hashable] | None = None,
    unit: str = "unit",
    coder: str = "coder",
    code: str = "code",
    coders: str = "rows",
    rng: np.random.Generator | None = None,
    draws: int = DRAWS,
    confidence: float = 0.95,
) -> Agreement:
    """Return the agreement of coders, with a bootstrap interval when `rng` is given.

    codings: coders by units (frame, array or lists; `coders="columns"` for units by coders), or a long frame
        with the columns named by `unit`, `coder`, `code`. None or NaN = not coded. Texts or numbers.
    coefficient: "alpha" (any coders, gaps allowed), "cohen" (two coders; units coded by both) or "fleiss"
        (every unit with the same number of codings).
    level: for alpha: "nominal", "ordinal", "interval" or "ratio". weights: for Cohen: "none", "linear" or
        "quadratic", categories one step apart in their order. order: all values, lowest first; needed where
        texts are ordered. pair: the two coders to compare with Cohen's kappa, when there are more.
    Bootstrap: units that can be compared are drawn with replacement, as many as there are, and the whole
        coefficient, chance part included, is worked out anew; percentiles of the draws. A draw without a
        value (only one code in it) is left out and counted; when more than UNDEFINED_SHARE of draws are,
        no interval is given. Coders are not resampled: it says nothing about other coders.
    An undefined value is NaN with a reason, never 0 or 1.

    Raises AgreementError for frames, values, levels, weights or coders that are not as above.
    Method: see `agreement_measures`.
    """
    _check_choices(coefficient, level, weights, pair, rng, draws, confidence)
    cells = coder_grid.grid(codings, unit=unit, coder=coder, code=code, coders=coders)
    cells = cells[cells.notna().any(axis=1)]  # who coded nothing is no coder
    cells = _the_two(cells, pair) if coefficient == "cohen" else cells
    if len(cells) < 2:
        raise AgreementError(
            f"found {_plural(len(cells), 'coder')} with codings. Allowed: two or more coders."
        )
    kind = "ordinal" if weights != "none" else level
    values = coder_grid.domain(cells, level=kind, order=order)
    counts = coder_grid.counts(cells, values)
    sizes = counts.sum(axis=1)
    rows, measure = _measure(cells, counts, values, coefficient, level, weights)
    found = measure(rows) if len(rows) else Kappa(np.nan, np.nan, np.nan, np.nan, np.nan)
    reason = "" if np.isfinite(found.value) else _why_undefined(coefficient, rows, counts, values)
    lower = upper = np.nan
    lost = 0
    if rng is not None and not reason:
        counted = coefficient == "alpha" and level == "nominal"
        lower, upper, lost, reason = _bootstrap(rows, None if counted else measure, rng, draws, confidence)
    return Agreement(
        coefficient=coefficient,
        value=found.value,
        lower=lower,
        upper=upper,
        observed=found.observed,
        expected=found.expected,
        standard_error=found.standard_error,
        z=found.z,
        units=len(counts),
        pairable=len(rows),
        once=int((sizes == 1).sum()),
        never=int((sizes == 0).sum()),
        coders=len(cells),
        level=level if coefficient == "alpha" else kind,
        weights=weights,
        confidence=confidence,
        draws=draws if rng is not None else 0,
        undefined_draws=lost,
        reason=reason,
    )


def _measure(
    cells: pd.DataFrame, counts: np.ndarray, values: list[Any], coefficient: str, level: str, weights: str
) -> tuple[np.ndarray, Any]:
    """Return what stands for each comparable unit, and the function from such rows to a Kappa."""
    if coefficient == "cohen":
        both = cells.loc[:, cells.notna().all()]
        place = {value: number for number, value in enumerate(values)}
        pairs = np.array([[place[value] for value in row] for row in both.to_numpy()], dtype=int).T
        pairs = pairs.reshape(-1, 2)

        def cohen(rows: np.ndarray) -> Kappa:
            table = np.zeros((len(values), len(values)))
            np.add.at(table, (rows[:, 0], rows[:, 1]), 1)
            return kappa_of_table(table, weights=weights)

        return pairs, cohen
    if coefficient == "fleiss":
        kappa_of_counts(counts)  # refuses gaps before anything is drawn
        return counts, kappa_of_counts
    numbers = np.array(values if level in ("interval", "ratio") else range(len(values)), dtype=float)

    def alpha(rows: np.ndarray) -> Kappa:
        value = alpha_of_counts(rows, values=numbers, level=level)
        return Kappa(value, pair_agreement(rows), np.nan, np.nan, np.nan)

    return counts[counts.sum(axis=1) >= 2], alpha


def _bootstrap(
    rows: np.ndarray, measure: Any, rng: np.random.Generator, draws: int, confidence: float
) -> tuple[float, float, int, str]:
    if len(rows) < 2:
        return np.nan, np.nan, 0, "there is one unit only, so no interval"
    drawn = rng.integers(len(rows), size=(draws, len(rows)))
    found = (
        np.array([measure(rows[units]).value for units in drawn]) if measure else nominal_alphas(rows, drawn)
    )
    held = found[np.isfinite(found)]
    lost = draws - len(held)
    if lost > UNDEFINED_SHARE * draws:
        return np.nan, np.nan, lost, f"{lost:,} of {draws:,} resamples had no value, so no interval"
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(held, [tail, 1 - tail])
    alike = "all resamples agree alike, so the interval cannot show the uncertainty"
    return float(lower), float(upper), lost, alike if held.min() == held.max() else ""


def _why_undefined(coefficient: str, rows: np.ndarray, counts: np.ndarray, values: list[Any]) -> str:
    if not len(rows):
        return "no unit was coded by two coders"
    used = np.unique(rows) if coefficient == "cohen" else np.flatnonzero(rows.sum(axis=0))
    return (
        f"all codings that can be compared are {values[used[0]]!r}, so there is no variation to agree about"
    )


def _the_two(cells: pd.DataFrame, pair: tuple[Hashable, Hashable] | None) -> pd.DataFrame:
    if pair is None:
        if len(cells) != 2:
            raise AgreementError(
                f"Cohen's kappa: found coders {list(cells.index)}. Allowed: two, or name a `pair`."
            )
        return cells
    pair = tuple(coder_grid.normal([text(who) if isinstance(who, str) else who for who in pair], cells.index))
    absent = [who for who in pair if who not in cells.index]
    if absent or len(set(pair)) != 2:
        raise AgreementError(
            f"pair {arguments.shown(pair)}: allowed are two different coders of {list(cells.index)}."
        )
    return cells.loc[list(pair)]


def _check_choices(
    coefficient: str, level: str, weights: str, pair: object, rng: object, draws: object, confidence: object
) -> None:
    arguments.choice(coefficient, "coefficient", COEFFICIENTS, error=AgreementError)
    arguments.choice(weights, "weights", WEIGHTS, error=AgreementError)
    if coefficient != "alpha" and level != "nominal":
        raise AgreementError(
            f"level {arguments.shown(level)} belongs to alpha. Allowed with {coefficient}: 'nominal'."
        )
    if coefficient != "cohen" and (weights != "none" or pair is not None):
        raise AgreementError(f"weights and pair belong to Cohen's kappa, not to {coefficient}.")
    if pair is not None and (not isinstance(pair, (tuple, list)) or len(pair) != 2):
        raise AgreementError(f"pair {arguments.shown(pair)}: allowed are two different coders.")
    if rng is not None and not isinstance(rng, np.random.Generator):
        raise AgreementError(
            f"rng is {type(rng).__name__}. Allowed: a numpy Generator, or None for no interval."
        )
    whole = isinstance(draws, (int, np.integer)) and not isinstance(draws, bool) and draws >= 1
    share = isinstance(confidence, (int, float, np.floating)) and 0 < confidence < 1
    if not whole or not share:
        raise AgreementError(
            f"draws={arguments.shown(draws)}, confidence={arguments.shown(confidence)}. Allowed: 1 or more, and between 0 and 1."
        )


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number:,} {word}s"
