"""Reliability of a scale and agreement within groups: Cronbach's alpha, ICC(1) and ICC(2), r_wg."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves


class ReadinessError(ValueError):
    """Survey answers that cannot be scored; says which, where, and what is allowed."""


@dataclass(frozen=True, slots=True)
class Cronbach:
    """Cronbach's alpha (raw): NaN with `reason` when undefined. respondents: complete ones; dropped: the others."""

    alpha: float
    items: int
    respondents: int
    dropped: int
    reason: str


@dataclass(frozen=True, slots=True)
class GroupReliability:
    """How far members of groups resemble each other (one-way analysis of variance).

    icc1: share of variance between groups; icc2: reliability of group means; NaN with `reason` when undefined.
    f, p: test of no difference between groups. size: mean group size, corrected for unequal groups.
    """

    icc1: float
    icc2: float
    f: float
    p: float
    groups: int
    members: int
    size: float
    reason: str


@dataclass(frozen=True, slots=True)
class WithinGroup:
    """r_wg (one item) or r_wg(j) (several) of one group; NaN with `reason` when undefined.

    ratio: mean item variance over the variance of answers given at random; above 1 the value is set to 0, as in
    James, Demaree and Wolf 1984, and `reason` says so. members: complete ones.
    """

    value: float
    ratio: float
    items: int
    members: int
    reason: str


def cronbach(items: pd.DataFrame | np.ndarray) -> Cronbach:
    """Return raw Cronbach's alpha of respondents (rows) by items (columns); rows with a gap are left out.

    Undefined with one item, fewer than two complete respondents, or totals that do not vary.
    Raises ReadinessError for values that are no finite numbers. Method: Cronbach 1951.
    """
    table = _numbers(items)
    full = table[~np.isnan(table).any(axis=1)]
    dropped = len(table) - len(full)
    size = table.shape[1]
    reason = ""
    if size < 2:
        reason = "one item only"
    elif len(full) < 2:
        reason = "fewer than two complete respondents"
    else:
        spread = full.sum(axis=1).var(ddof=1)
        if spread > 1e-12:
            share = full.var(axis=0, ddof=1).sum() / spread
            return Cronbach(float(size / (size - 1) * (1 - share)), size, len(full), dropped, "")
        reason = "totals do not vary"
    return Cronbach(np.nan, size, len(full), dropped, reason)


def group_reliability(values: pd.Series | np.ndarray, groups: pd.Series | np.ndarray) -> GroupReliability:
    """Return ICC(1) and ICC(2) of one score over groups; pairs with a gap are left out, groups may differ in size.

    Undefined with fewer than two groups, no group of two, or a score that does not vary.
    Method: Bliese 2000; group size n0 of unequal groups as Snedecor and Cochran.
    """
    score, names = _numbers(values).ravel(), arguments.single(groups, "groups", error=ReadinessError)
    if len(score) != len(names):
        raise ReadinessError(
            f"found {len(score)} values and groups of shape {names.shape}. Allowed: one group a value."
        )
    frame = pd.DataFrame({"value": score, "group": names}).dropna()
    sizes = frame.groupby("group").size().to_numpy(dtype=float)
    total, count = float(sizes.sum()), len(sizes)
    if count < 2 or total <= count:
        reason = "fewer than two groups" if count < 2 else "no group has two members"
        return GroupReliability(np.nan, np.nan, np.nan, np.nan, count, int(total), np.nan, reason)
    size = (total - (sizes**2).sum() / total) / (count - 1)
    means = frame.groupby("group")["value"].transform("mean")
    between = ((means - frame["value"].mean()) ** 2).sum() / (count - 1)
    within = ((frame["value"] - means) ** 2).sum() / (total - count)
    if between < 1e-12 and within < 1e-12:
        return GroupReliability(
            np.nan, np.nan, np.nan, np.nan, count, int(total), size, "the score does not vary"
        )
    f = between / within if within > 0 else np.inf
    return GroupReliability(
        icc1=_ratio(between - within, between + (size - 1) * within),
        icc2=_ratio(between - within, between),
        f=float(f),
        p=float(curves.f_above(f, count - 1, total - count)),
        groups=count,
        members=int(total),
        size=float(size),
        reason="",
    )


def within_group(items: pd.Series | pd.DataFrame | np.ndarray, *, points: int = 5) -> WithinGroup:
    """Return r_wg of one item, or r_wg(j) of several, for one group against answers given evenly at random.

    items: members (rows) by items (columns), or the answers to one item; rows with a gap are left out.
    points: answers of the scale, 1 to `points`; random variance (points^2 - 1) / 12.
    Undefined with fewer than two complete members.
    Raises ReadinessError for an answer outside 1 to `points`, or fewer than two points.
    Method: James, Demaree and Wolf 1984.
    """
    if not isinstance(points, (int, np.integer)) or points < 2:
        raise ReadinessError(f"points={arguments.shown(points)}. Allowed: two or more.")
    table = _numbers(items)
    wrong = table[(table < 1) | (table > points)]
    if len(wrong):
        raise ReadinessError(f"found answer {arguments.shown(wrong[0])}. Allowed: 1 to {points}.")
    full = table[~np.isnan(table).any(axis=1)]
    j = table.shape[1]
    if len(full) < 2:
        return WithinGroup(np.nan, np.nan, j, len(full), "fewer than two complete members")
    ratio = float(full.var(axis=0, ddof=1).mean() / ((points**2 - 1) / 12))
    if ratio > 1:
        return WithinGroup(0.0, ratio, j, len(full), "answers vary more than at random; set to 0")
    return WithinGroup(j * (1 - ratio) / (j * (1 - ratio) + ratio), ratio, j, len(full), "")


def _numbers(table: object) -> np.ndarray:
    try:
        values = np.asarray(pd.DataFrame(table).astype("Float64").to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise ReadinessError(
            f"found a value that is no number ({error}). Allowed: numbers, or missing."
        ) from error
    if np.isinf(values).any():
        raise ReadinessError("found an infinite value. Allowed: numbers, or missing.")
    return values


def _ratio(top: float, bottom: float) -> float:
    return float(top / bottom) if abs(bottom) > 1e-12 else np.nan
