"""The imputation estimate again and again, units counted as drawn: the tables are made once."""

from dataclasses import dataclass

import numpy as np

from analysis.methods.effects.additive import Additive, pieces_of


@dataclass(frozen=True, slots=True)
class _Piece:
    """One connected piece: its units by time cells, untreated observations only, and what to predict.

    seen: 1 where observed. y: outcome there, else 0. whole: units observed in every cell; inner, mean: number of a
    unit's observations and their mean.
    row, cell, outcome, code, share: one a prediction (unit, cell, outcome, number of its sum, weight).
    """

    units: np.ndarray
    seen: np.ndarray
    y: np.ndarray
    whole: np.ndarray
    inner: np.ndarray
    mean: np.ndarray
    row: np.ndarray
    cell: np.ndarray
    outcome: np.ndarray
    code: np.ndarray
    share: np.ndarray


@dataclass(frozen=True, slots=True)
class Redraw:
    """Tables for repeated estimates; `codes` is the number of sums."""

    pieces: tuple[_Piece, ...]
    codes: int


def redraw(
    model: Additive, y: np.ndarray, *, at: np.ndarray, code: np.ndarray, share: np.ndarray, codes: int
) -> Redraw:
    """Prepare sums of `share * (y - prediction)` over the observations `at`, one sum a code 0..codes-1.

    at: positions of identified observations (a position may recur); code, share: one an entry of `at`.
    The weights of `model` are 1 for untreated observations and 0 otherwise.
    """
    base = model.weight > 0
    shape = (model.units, model.times)
    place = model.unit * model.times + model.time
    seen = np.bincount(place[base], minlength=shape[0] * shape[1]).reshape(shape).astype(float)
    table = np.bincount(place[base], y[base], minlength=shape[0] * shape[1]).reshape(shape)
    pieces = []
    for label in np.unique(model.component[model.unit[at]]):
        units = np.flatnonzero(model.component[: model.units] == label)
        cells = np.flatnonzero(model.component[model.units :] == label)
        here = model.component[model.unit[at]] == label
        block = np.ix_(units, cells)
        pieces.append(
            _Piece(
                units=units,
                seen=seen[block],
                y=table[block],
                whole=np.all(seen[block] > 0, axis=1),
                inner=seen[block].sum(axis=1),
                mean=table[block].sum(axis=1) / seen[block].sum(axis=1),
                row=np.searchsorted(units, model.unit[at[here]]),
                cell=np.searchsorted(cells, model.time[at[here]]),
                outcome=y[at[here]],
                code=code[here],
                share=share[here],
            )
        )
    return Redraw(tuple(pieces), codes)


def weighted_sums(plan: Redraw, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Sums of the effects, and of their shares, by code, with each unit counted `counts` times.

    None when the drawn units leave a piece in parts or a period unobserved: the caller fits from
    scratch. The figures are those of a fresh fit.
    """
    from scipy.linalg.lapack import dposv

    total, size = np.zeros(plan.codes), np.zeros(plan.codes)
    for piece in plan.pieces:
        drawn = counts[piece.units].astype(float)
        if not drawn.any() or _apart(piece, drawn):
            return None
        inner, mean = piece.inner, piece.mean
        reduced = -piece.seen.T @ (piece.seen * (drawn / inner)[:, None])
        cell = np.arange(len(reduced))
        reduced[cell, cell] += drawn @ piece.seen
        right = drawn @ piece.y - (drawn * mean) @ piece.seen
        period = np.zeros(len(right))
        if len(right) > 1:
            _, period[1:], failed = dposv(reduced[1:, 1:], right[1:])
            if failed:
                return None
        level = mean - piece.seen @ period / inner
        weight = drawn[piece.row] * piece.share
        effect = piece.outcome - level[piece.row] - period[piece.cell]
        total += np.bincount(piece.code, weight * effect, minlength=plan.codes)
        size += np.bincount(piece.code, weight, minlength=plan.codes)
    return total, size


def _apart(piece: _Piece, drawn: np.ndarray) -> bool:
    """Tell whether the drawn units leave a piece in parts; one that was observed throughout holds it together."""
    return not drawn[piece.whole].any() and bool(pieces_of(piece.seen[drawn > 0] > 0).any())
