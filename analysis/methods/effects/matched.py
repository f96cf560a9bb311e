"""Comparators chosen before entry, alike in level and trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np
import pandas as pd
from scipy import stats

from analysis.methods.effects.panels import Columns, EffectError, Panel, check_level, whole_number
from analysis.methods.effects.windows import check_windows, mean, scale_of, trend, wide

Floats = np.ndarray


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


def matched_comparators(
    panel: pd.DataFrame | Panel,
    *,
    baseline: int,
    follow_up: int,
    gap: int = 0,
    matches: int = 3,
    level: float = 0.95,
    **columns: Unpack[Columns],
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
    table = wide(panel, columns)
    data, pairs, changes, features, users = table.data, [], [], [], []
    for i in np.flatnonzero(table.entered):
        others = np.flatnonzero(~table.entered & (data.unit_group == data.unit_group[i]))
        before = table.before(data.unit_cohort[i], baseline, gap)
        after = table.after(data.unit_cohort[i], follow_up)
        traits = np.column_stack([mean(before, axis=1), trend(before)])
        others = others[~np.isnan(traits[others]).any(axis=1)]
        if not len(others) or np.isnan(traits[i]).any():
            continue
        scale = np.array([scale_of(traits[others, 0]), scale_of(traits[others, 1])])
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
    return Matched(effects, _balance(np.array(features)), pairs_frame, frame, left_out, level)


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


def _t_interval(values: pd.Series, level: float) -> tuple[float, float, float, float]:
    n, centre = len(values), float(values.mean())
    if n < 2:
        return centre, float("nan"), float("nan"), float("nan")
    se = float(values.std(ddof=1) / np.sqrt(n))
    half = float(stats.t.ppf(0.5 + level / 2, n - 1)) * se
    return centre, se, centre - half, centre + half
