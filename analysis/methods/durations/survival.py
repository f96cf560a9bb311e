"""Time to an end, some of it unseen: Kaplan-Meier, Aalen-Johansen and log-rank.

Conventions are those of R's survival package: Greenwood errors, log-log limits, medians at the middle of a
stretch where the curve is exactly one half, at risk at `t` when entry < t <= duration.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves

Floats = np.ndarray
TIED = 1e-9  # durations this near, as a share of the longest, are one: 0.1 + 0.2 and 0.3
HALF_TOLERANCE = float(np.sqrt(np.finfo(float).eps))  # a curve this near to one half is at one half
CURVE = ["time", "at_risk", "events", "censored", "survival", "se", "lower", "upper"]
INCIDENCE = ["cause", "time", "at_risk", "events", "incidence", "se", "lower", "upper", "naive"]


class DurationError(ValueError):
    """Durations that cannot be analysed; says what was found, in which row and what is allowed."""


@dataclass(frozen=True, slots=True)
class LogRank:
    """Comparison of groups over the whole of follow-up.

    statistic is chi-square on `df`: groups that were at risk when one ended, less one.
    """

    statistic: float
    df: int
    p: float


def kaplan_meier(
    duration: Floats, ended: Floats, *, entry: Floats | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Share still without the event after each distinct duration.

    duration: one a row, 0 or more. ended: True for the event, False for censored; censored at `t` still
        counts as at risk at `t`. entry: duration at which a row came under observation (left truncation),
        below its duration. level: of the limits.
    Returns columns CURVE, one row a distinct duration: `se` by Greenwood, log-log limits; `se` is NaN where
    the curve is 0, the limits where it is 0 or 1. Under left truncation a curve can reach 0 and stay there.
    Raises DurationError as `check`.
    """
    duration, cause, entry = check(duration, _yes_or_no(ended), entry)
    time, at_risk, events, censored = _table(duration, cause, entry)
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - events / at_risk)
        spread = np.sqrt(np.cumsum(events / (at_risk * (at_risk - events))))
        lower, upper = _loglog(survival, survival * spread, level)
        columns = (time, at_risk, events, censored, survival, survival * spread, lower, upper)
    return pd.DataFrame(dict(zip(CURVE, columns, strict=True)))


def aalen_johansen(
    duration: Floats,
    cause: Floats,
    *,
    entry: Floats | None = None,
    causes: Sequence[int] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Cumulative incidence of each cause, the others being competing ends.

    cause: 0 censored, else the number of the cause. causes: to be reported even if it never occurred; None =
    those that occurred. Other arguments as `kaplan_meier`.
    Returns columns INCIDENCE, one row a cause and distinct duration. `se`: delta method with multinomial
    (Greenwood-type) variance of the increments, as etm and, without left truncation, survfit; limits on the
    complementary scale log(-log(incidence)), NaN where the incidence is 0 or 1. `naive`: 1 - Kaplan-Meier
    with the other causes taken as censoring, which overstates.
    Method: Aalen and Johansen 1978; Andersen and others 1993, section IV.4. Raises DurationError as `check`.
    """
    duration, cause, entry = check(duration, cause, entry)
    wanted = (
        sorted(set(cause[cause > 0].tolist()))
        if causes is None
        else list(arguments.single(causes, "causes", error=DurationError))
    )
    time, at_risk, all_events, _ = _table(duration, cause, entry)
    total = all_events / at_risk
    before = np.concatenate([[1.0], np.cumprod(1 - total)[:-1]])
    parts = []
    for number in wanted:
        events = _table(duration, np.where(cause == number, 1, 0), entry)[2]
        hazard = events / at_risk
        incidence = np.cumsum(before * hazard)
        ahead = incidence[:, None] - incidence[None, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            loss = np.where(total < 1, ahead / (1 - total), 0.0)
            terms = (
                before**2 * hazard * (1 - hazard)
                - 2 * before * loss * hazard * (1 - total)
                + loss**2 * total * (1 - total)
            ) / at_risk
            se = np.sqrt(np.tril(terms).sum(axis=1).clip(0))
            lower, upper = _loglog(incidence, se, level)
            naive = 1 - np.cumprod(1 - hazard)
        values = (number, time, at_risk, events, incidence, se, lower, upper, naive)
        parts.append(pd.DataFrame(dict(zip(INCIDENCE, values, strict=True))))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=INCIDENCE)


def median(curve: pd.DataFrame) -> tuple[float, float, float]:
    """Median and its limits from a `kaplan_meier` curve: where the curve and its limits cross one half.

    The middle of the stretch where a curve is exactly one half; NaN where it does not come down to one half.
    """
    arguments.columns(curve, ("time", "survival", "lower", "upper"), error=DurationError, what="the curve")
    time = curve["time"].to_numpy(float)
    return (
        _crossing(time, curve["survival"].to_numpy()),
        _crossing(time, curve["lower"].to_numpy()),
        _crossing(time, curve["upper"].to_numpy()),
    )


def log_rank(
    duration: Floats, ended: Floats, group: Floats | pd.Series, *, entry: Floats | None = None
) -> LogRank:
    """Test whether groups end at the same rate (Mantel-Haenszel log-rank, hypergeometric variance).

    group: label of each row, none missing. Other arguments as `kaplan_meier`.
    Raises DurationError as `check`, for fewer than two groups, and when no event can be compared.
    """
    duration, cause, entry = check(duration, _yes_or_no(ended), entry)
    labels, codes = np.unique(check_labels(group, "group"), return_inverse=True)
    if len(codes) != len(duration):
        raise DurationError(f"{len(codes)} groups for {len(duration)} durations. Allowed: one label a row.")
    if len(labels) < 2:
        raise DurationError(f"one group only ({arguments.shown(labels[0])}); a comparison needs two.")
    times = np.unique(duration[cause > 0])
    here = (entry < times[:, None]) & (duration >= times[:, None])
    dead = (duration == times[:, None]) & (cause > 0)
    # a moment at which all at risk are of one group, or all end, says nothing of groups
    member = (codes[:, None] == np.arange(len(labels))).astype(float)
    at_risk = here @ member
    n, ended_then = at_risk.sum(axis=1), dead.sum(axis=1)
    tells = (at_risk.max(axis=1, initial=0) < n) & (ended_then < n)
    there = (at_risk[tells] > 0).astype(float)
    known = np.flatnonzero(there.any(axis=0))
    if len(known) < 2:
        raise DurationError("no event occurred while two groups were at risk; nothing can be compared.")
    from scipy.sparse.csgraph import connected_components
    from statsmodels.duration.survfunc import survdiff

    if connected_components((there.T @ there)[np.ix_(known, known)])[0] > 1:
        raise DurationError("groups fall apart in sets that were never at risk together.")
    used = np.isin(codes, known)
    late = entry[used] if np.isfinite(entry).any() else None
    statistic, p = survdiff(duration[used], (cause[used] > 0).astype(int), codes[used], entry=late)
    return LogRank(float(statistic), len(known) - 1, float(p))


def check(duration: Floats, cause: Floats, entry: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Return durations, causes (0 = censored) and entries (-inf without truncation) as arrays.

    Raises DurationError, naming the row, for text, no rows, a missing, infinite or negative duration, a cause that
    is not a whole number of 0 or more, and an entry that is missing or not below its duration. Durations and entries
    nearer than TIED come back as one and the same number, the least of them.
    """
    values, codes = numbers(duration, "duration"), numbers(cause, "end")
    starts = np.full(len(values), -np.inf) if entry is None else numbers(entry, "entry")
    if values.ndim != 1 or len(values) == 0 or not len(values) == len(codes) == len(starts):
        raise DurationError(
            f"{values.shape} durations, {codes.shape} ends and {starts.shape} entries: one of each a row is "
            "needed, and at least one row."
        )
    _refuse(~np.isfinite(values) | (values < 0), values, "duration", "0 or more")
    _refuse(~np.isfinite(codes) | (codes < 0) | (codes % 1 != 0), codes, "end", "0 (censored), 1, 2, ...")
    values, starts = _tied(values, starts)
    _refuse(np.isnan(starts) | (starts >= values), starts, "entry", "below the duration")
    return values, codes.astype(int), starts


def _tied(values: Floats, starts: Floats) -> tuple[Floats, Floats]:
    both = np.concatenate([values, starts])
    known = np.unique(both[np.isfinite(both)])
    apart = np.diff(known, prepend=-np.inf) > TIED * np.abs(known).max(initial=0)
    first = known[apart][np.cumsum(apart) - 1] if len(known) else known
    both[np.isfinite(both)] = first[np.searchsorted(known, both[np.isfinite(both)])]
    return both[: len(values)], both[len(values) :]


def numbers(values: Floats, name: str) -> Floats:
    """Return values as floats, NaN where missing; refuse text."""
    if isinstance(values, dict | str):
        raise DurationError(
            f"{name} is a {type(values).__name__}. Allowed: a list, Series or array of numbers."
        )
    try:
        if (kind := getattr(values, "dtype", np.dtype(float)).kind) in "mM":
            raise TypeError(f"found {'lengths of time' if kind == 'm' else 'dates'}, whose unit is not told")
        return pd.Series(values).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DurationError(f"{name}: {error}. Allowed: numbers.") from error


def check_labels(group: Floats | pd.Series, what: str) -> np.ndarray:
    """Return the labels of groups; refuse a missing one, and text beside numbers, which have no order."""
    labels = arguments.single(group, what, error=DurationError)
    if pd.isna(labels).any():
        raise DurationError(f"{what} is missing in row {int(np.flatnonzero(pd.isna(labels))[0]) + 1}.")
    text = np.array([isinstance(label, str) for label in labels], dtype=bool)
    if text.any() and not text.all():
        raise DurationError(
            f"{what} holds {arguments.shown(labels[text][0])} and {arguments.shown(labels[~text][0])}. Allowed: labels of one kind."
        )
    arguments.one_spelling(labels, what, error=DurationError)
    return labels.astype(str) if len(labels) and text.all() else np.asarray(group)


def check_level(level: float) -> None:
    """Refuse a confidence level that does not lie between 0 and 1."""
    arguments.number(level, "level", error=DurationError, above=0, below=1)


def _yes_or_no(ended: Floats) -> Floats:
    """Return 1 for an event, 0 for censored; refuse anything but true or false."""
    codes = numbers(ended, "end")
    _refuse(~np.isin(codes, (0, 1)), codes, "end", "True (event) or False (censored)")
    return codes


def _refuse(bad: Floats, values: Floats, name: str, allowed: str) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DurationError(f"{name} {arguments.shown(values[row])} in row {row + 1}. Allowed: {allowed}.")


def _table(duration: Floats, cause: Floats, entry: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return distinct durations with the numbers at risk, ended and censored at each."""
    time, where = np.unique(duration, return_inverse=True)
    leaving = len(duration) - np.searchsorted(np.sort(duration), time, side="left")
    late = len(duration) - np.searchsorted(np.sort(entry), time, side="left")
    events = np.bincount(where, cause > 0, minlength=len(time))
    censored = np.bincount(where, cause == 0, minlength=len(time))
    return time, (leaving - late).astype(float), events, censored


def _loglog(share: Floats, se: Floats, level: float) -> tuple[Floats, Floats]:
    """Limits on the scale log(-log(share)); NaN where the share is 0 or 1."""
    check_level(level)
    inside = np.where((share > 0) & (share < 1), share, np.nan)
    step = curves.normal_quantile(0.5 + level / 2) * se / (inside * np.log(inside))
    first, second = inside ** np.exp(-step), inside ** np.exp(step)
    return np.minimum(first, second), np.maximum(first, second)


def _crossing(time: Floats, curve: Floats) -> float:
    """Return where a falling step curve passes one half (see `median`)."""
    known = ~np.isnan(curve)
    time, curve = time[known], curve[known]
    reached = np.flatnonzero(curve <= 0.5 + HALF_TOLERANCE)
    if len(reached) == 0:
        return float("nan")
    below = np.flatnonzero(curve < 0.5 - HALF_TOLERANCE)
    end = time[below[0]] if len(below) else time[-1]
    at_half = abs(curve[reached[0]] - 0.5) <= HALF_TOLERANCE
    return float((time[reached[0]] + end) / 2 if at_half else time[reached[0]])
