"""Comparators chosen before entry: as bad and not put in, or alike in level and trend."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import linear_sum_assignment

from analysis.methods.effects.impute import imputation
from analysis.methods.effects.panels import EffectError, check_level, whole_number
from analysis.methods.effects.results import Effects, interval
from analysis.methods.effects.windows import Wide, check_windows, mean, trend, wide

Floats = np.ndarray
UNMATCHABLE = 1e12  # cost of a pair that must not be made, in standard deviations


@dataclass(frozen=True, slots=True)
class EquallyBad:
    """Effect of entry beside the "effect" on trusts that were as bad at the same date and did not enter.

    pairs: one row a pair; `trust` (entered), `placebo` (never entered), `entry`, `baseline` (of the trust),
        `baseline_placebo` (same periods). unmatched: trusts that entered without a partner.
    entrants: imputation estimate of the true panel, of the matched trusts only. placebo: the same estimator
        where the placebo trusts, at their partners' dates, are the only ones to enter; no trust that entered
        is in it.
    difference, lower, upper: entrants less placebo; limits take the two as independent.
    panel: the placebo panel, for any other estimator.
    """

    pairs: pd.DataFrame
    unmatched: tuple
    entrants: Effects
    placebo: Effects
    difference: float
    lower: float
    upper: float
    panel: pd.DataFrame
    measure: str

    def sentence(self) -> str:
        """Both changes, their difference, and how alike the two groups were before."""
        one, two, m = self.entrants.overall, self.placebo.overall, self.measure
        level = self.entrants.level
        start, other = self.pairs["baseline"].mean(), self.pairs["baseline_placebo"].mean()
        missed = f" {len(self.unmatched)} trusts had no partner." if self.unmatched else ""
        return (
            f"Trusts that entered changed by {one.estimate:+.3g} {m} "
            f"({interval(one.lower, one.upper, level)}); {self.pairs['placebo'].nunique()} trusts that were "
            f"about as bad at the same date and did not enter changed by {two.estimate:+.3g} "
            f"({interval(two.lower, two.upper, level)}). The difference is {self.difference:+.3g} "
            f"({interval(self.lower, self.upper, level)}). Before entry they averaged {start:.3g} and "
            f"{other:.3g}.{missed}"
        )


def equally_bad_placebo(
    panel: pd.DataFrame,
    *,
    baseline: int,
    gap: int = 0,
    matches: int = 1,
    caliper: float | None = None,
    outcome: str = "value",
    unit: str = "trust",
    time: str = "t",
    cohort: str = "entry",
    group: str | None = "type",
    anticipation: int = 0,
    last_horizon: int | None = None,
    leave_out: bool = True,
    level: float = 0.95,
    measure: str = "units",
) -> EquallyBad:
    """Give never-entered trusts that were as bad the entry dates of those that entered, and estimate alike.

    Partners are never-entered trusts of the same stratum, nearest in the mean over `baseline` periods that
    end `gap` periods before entry. Each is used once; pairs are made so that the sum of distances is
    smallest, `matches` partners each. caliper: largest distance allowed, in standard deviations of that mean
    between never-entered trusts of the stratum; None = any.
    Effects are imputation estimates with time effects by stratum over horizons 0 to `last_horizon` (None =
    all). leave_out: as in `imputation`; on, as in the main analysis, because it errs on the wide side.
    Other arguments as in `imputation`. What comes after entry plays no part in the choice.
    A placebo effect away from 0 is what selection on bad results alone can produce. Nearest is not equal:
    read `pairs` for how far the partners' baselines are from those of the trusts that entered.

    Raises EffectError as `imputation`, for windows that are not whole numbers, and when no pair can be made.
    """
    check_windows(baseline=baseline, gap=gap)
    whole_number("matches", matches, least=1)
    if not (caliper is None or caliper >= 0):
        raise EffectError(f"caliper={caliper!r}. Allowed: standard deviations of 0 or more, or None for any.")
    table = wide(panel, outcome=outcome, unit=unit, time=time, cohort=cohort, group=group)
    pairs = _pairs(table, baseline, gap, matches, caliper)
    if pairs.empty:
        raise EffectError("no trust that never entered is near enough to one that entered, in its stratum.")
    # from the panel, not the table: a trust that had entered before its first value is no comparator either
    entered = set(panel.loc[np.isfinite(panel[cohort].astype(float)), unit])
    matched = set(pairs["trust"])
    dealt = panel[~panel[unit].isin(entered)].copy()
    dealt[cohort] = dealt[unit].map(pairs.set_index("placebo")["entry"]).astype(float)
    estimate = partial(
        imputation,
        outcome=outcome,
        unit=unit,
        time=time,
        cohort=cohort,
        group=group,
        anticipation=anticipation,
        horizons=None if last_horizon is None else range(last_horizon + 1),
        leave_out=leave_out,
        level=level,
        measure=measure,
    )
    true, placebo = estimate(panel[~panel[unit].isin(entered - matched)]), estimate(dealt)
    difference = true.overall.estimate - placebo.overall.estimate
    half = float(stats.norm.ppf((1 + level) / 2) * np.hypot(true.overall.se, placebo.overall.se))
    unmatched = tuple(sorted(entered - matched))
    return EquallyBad(
        pairs, unmatched, true, placebo, difference, difference - half, difference + half, dealt, measure
    )


def _pairs(table: Wide, baseline: int, gap: int, matches: int, caliper: float | None) -> pd.DataFrame:
    """Pair entrants with never-entered units of the stratum: smallest sum of standardised distances."""
    data, rows = table.data, []
    for group in np.unique(data.unit_group):
        here = data.unit_group == group
        entrants, others = np.flatnonzero(here & table.entered), np.flatnonzero(here & ~table.entered)
        if not len(entrants) or not len(others):
            continue
        levels = {i: mean(table.before(data.unit_cohort[i], baseline, gap), axis=1) for i in entrants}
        seats = np.repeat(entrants, matches)
        cost = np.array(
            [np.abs(levels[i][others] - levels[i][i]) / _spread(levels[i][others]) for i in seats]
        )
        refused = np.isnan(cost) | (cost > (np.inf if caliper is None else caliper))
        for seat, column in zip(*linear_sum_assignment(np.where(refused, UNMATCHABLE, cost)), strict=True):
            if not refused[seat, column]:
                i, j = seats[seat], others[column]
                rows.append(
                    (data.units[i], data.units[j], int(data.unit_cohort[i]), levels[i][i], levels[i][j])
                )
    frame = pd.DataFrame(rows, columns=["trust", "placebo", "entry", "baseline", "baseline_placebo"])
    return frame.sort_values(["entry", "trust", "placebo"], ignore_index=True)


@dataclass(frozen=True, slots=True)
class Matched:
    """Change after entry against comparators alike before entry, and against all of the same type.

    effects: two rows, `comparators` "matched" and "unmatched"; `estimate`, `se`, `lower`, `upper`,
        `n_trusts`, `n_comparators` (distinct). Matching on a level from which groups with different means
        return can create a difference (Daw and Hatfield 2018): read both.
    balance: rows `level` and `trend` (a period); means of `entered`, `matched`, `unmatched`, and the
        differences `smd_matched`, `smd_unmatched` in standard deviations of never-entered trusts.
    pairs: one row a trust and comparator; `trust`, `comparator`, `distance` (standard deviations).
    changes: one row a trust; `trust`, `entry`, `matched`, `unmatched` (difference in differences).
    left_out: trusts that entered without a value in one of the windows or a comparator.
    """

    effects: pd.DataFrame
    balance: pd.DataFrame
    pairs: pd.DataFrame
    changes: pd.DataFrame
    left_out: tuple
    level: float
    measure: str

    def sentence(self) -> str:
        """Both estimates, and the balance in level and trend."""
        rows = self.effects.set_index("comparators")
        one, two = rows.loc["matched"], rows.loc["unmatched"]
        balance = self.balance["smd_matched"]
        return (
            f"Against comparators matched on level and trend before entry, {int(one.n_trusts)} trusts "
            f"changed by {one.estimate:+.3g} {self.measure} ({interval(one.lower, one.upper, self.level)}; "
            f"{int(one.n_comparators)} comparators); against all comparators of the same type by "
            f"{two.estimate:+.3g} ({interval(two.lower, two.upper, self.level)}). After matching they differ "
            f"by {balance['level']:+.2f} standard deviations in level and {balance['trend']:+.2f} in trend."
        )


def matched_comparators(
    panel: pd.DataFrame,
    *,
    baseline: int,
    follow_up: int,
    gap: int = 0,
    matches: int = 3,
    outcome: str = "value",
    unit: str = "trust",
    time: str = "t",
    cohort: str = "entry",
    group: str | None = "type",
    level: float = 0.95,
    measure: str = "units",
) -> Matched:
    """Compare each trust that entered with never-entered trusts alike before entry (difference in
    differences).

    Level is the mean, trend the least-squares slope, over the `baseline` periods that end `gap` periods
    before entry; both in standard deviations of the never-entered trusts of the stratum at that date. The
    `matches` nearest (Euclidean; ties by label) are used, with replacement; what comes after entry plays no
    part in the choice.
    Estimate: mean over trusts of [mean of `follow_up` periods from entry on less mean of the baseline] less
    the same of its comparators, each over the periods both have; a comparator without such periods is passed
    over.
    Limits: t over trusts, which treats them as independent and the comparators' own error as small.

    Raises EffectError as `read_panel`, for windows that are not whole numbers, a baseline of fewer than 2
    periods, and when no trust can be compared.
    """
    check_windows(baseline=baseline, gap=gap, follow_up=follow_up)
    whole_number("baseline (for a trend)", baseline, least=2)
    whole_number("matches", matches, least=1)
    check_level(level)
    table = wide(panel, outcome=outcome, unit=unit, time=time, cohort=cohort, group=group)
    data, pairs, changes, features, users = table.data, [], [], [], []
    for i in np.flatnonzero(table.entered):
        others = np.flatnonzero(~table.entered & (data.unit_group == data.unit_group[i]))
        before = table.before(data.unit_cohort[i], baseline, gap)
        after = table.after(data.unit_cohort[i], follow_up)
        traits = np.column_stack([mean(before, axis=1), trend(before)])
        others = others[~np.isnan(traits[others]).any(axis=1)]
        if not len(others) or np.isnan(traits[i]).any():
            continue
        scale = np.array([_spread(traits[others, 0]), _spread(traits[others, 1])])
        distance = np.sqrt((((traits[others] - traits[i]) / scale) ** 2).sum(axis=1))
        nearest = np.argsort(distance, kind="stable")[:matches]
        gaps = _change(before, after, int(i), others)
        if np.isnan(gaps[nearest]).all():
            continue
        chosen = others[nearest]
        changes.append(
            (
                data.units[i],
                int(data.unit_cohort[i]),
                float(np.nanmean(gaps[nearest])),
                float(np.nanmean(gaps)),
            )
        )
        pairs += [(data.units[i], data.units[j], d) for j, d in zip(chosen, distance[nearest], strict=True)]
        features.append([traits[i], traits[chosen].mean(axis=0), traits[others].mean(axis=0), scale])
        users.append((set(chosen.tolist()), set(others.tolist())))
    if not changes:
        raise EffectError("no trust that entered has values in both windows and a comparator in its stratum.")
    frame = pd.DataFrame(changes, columns=["trust", "entry", "matched", "unmatched"])
    effects = pd.DataFrame(
        [
            (
                name,
                *_t_interval(frame[name], level),
                len(frame),
                len(set().union(*[pair[k] for pair in users])),
            )
            for k, name in enumerate(("matched", "unmatched"))
        ],
        columns=["comparators", "estimate", "se", "lower", "upper", "n_trusts", "n_comparators"],
    )
    left_out = tuple(sorted(set(data.units[table.entered]) - set(frame["trust"])))
    pairs_frame = pd.DataFrame(pairs, columns=["trust", "comparator", "distance"])
    return Matched(effects, _balance(np.array(features)), pairs_frame, frame, left_out, level, measure)


def _change(before: Floats, after: Floats, i: int, others: Floats) -> Floats:
    """Difference in differences of unit `i` against each other, over the periods both have."""
    return mean(after[i] - after[others], axis=1) - mean(before[i] - before[others], axis=1)


def _balance(features: Floats) -> pd.DataFrame:
    """Means of the traits by group, and standardised differences, over the compared trusts."""
    entered, matched, unmatched, scale = features.transpose(1, 0, 2)
    columns = {
        "entered": entered.mean(axis=0),
        "matched": matched.mean(axis=0),
        "unmatched": unmatched.mean(axis=0),
        "smd_matched": ((entered - matched) / scale).mean(axis=0),
        "smd_unmatched": ((entered - unmatched) / scale).mean(axis=0),
    }
    return pd.DataFrame(columns, index=pd.Index(["level", "trend"], name="trait"))


def _spread(values: Floats) -> float:
    """Standard deviation of what is observed; 1 where there is none to scale by."""
    known = values[~np.isnan(values)]
    spread = float(np.std(known, ddof=1)) if len(known) > 1 else 0.0
    return spread if spread > 0 else 1.0


def _t_interval(values: pd.Series, level: float) -> tuple[float, float, float, float]:
    n, centre = len(values), float(values.mean())
    if n < 2:
        return centre, float("nan"), float("nan"), float("nan")
    se = float(values.std(ddof=1) / np.sqrt(n))
    half = float(stats.t.ppf(0.5 + level / 2, n - 1)) * se
    return centre, se, centre - half, centre + half
