"""Several partners for each trust that entered, alike in level and trend before entry, and what is left of them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.methods import curves
from analysis.methods.effects.panels import Columns, EffectError, Panel, check_level, whole_number
from analysis.methods.effects.windows import Wide, check_windows, mean, scale_of, trend, wide
from analysis.methods.estimate import Estimate

Floats = np.ndarray

TRUST_COLUMNS = [
    "trust",
    "entry",
    "before",
    "after",
    "effect",
    "se",
    "level_away",
    "trend_away",
    "level_gap",
    "trend_gap",
]


@dataclass(frozen=True)
class Partners:
    """Effects of the trusts that entered against their partners, and how they vary together.

    trusts: one row a trust compared; `trust`, `entry`, `before` and `after` (its periods in the two windows),
        `effect`, `se`, `level_away`, `trend_away` (distance from the mean of the never-entered, in standard
        deviations of them), `level_gap`, `trend_gap` (what is left of it to the mean of the partners, before the
        regression takes that off).
    weights: units that never entered (columns, by `units`) in the comparison of each trust (rows); a row adds
        up to 1. nearest: the same with the partners alone, 1/k each.
    noise: standard deviation of the change of one never-entered trust that its partners do not tell, one a
        trust compared: over the windows of that trust.
    placebo: frame `trust` (that entered), `placebo` (never entered), `effect`: the same comparison, of each
        never-entered trust with its own partners. left_out: frame (unit, reason).
    """

    trusts: pd.DataFrame
    weights: Floats
    nearest: Floats
    units: Floats
    noise: Floats
    placebo: pd.DataFrame
    left_out: pd.DataFrame
    measure: str

    @cached_property
    def covariance(self) -> Floats:
        """Of the effects of the trusts: own noise, and that of the partners they share."""
        return np.diag(self.noise**2) + np.outer(self.noise, self.noise) * (self.weights @ self.weights.T)

    def average(self, weights: Floats, *, level: float = 0.95) -> Estimate:
        """Return the average effect with these weights (one a trust, scaled to 1), with a t interval.

        The variance is that of placebo effects (`covariance`) or, where trusts that entered vary more than
        that, their own about the average. Raises EffectError when no weight is positive.
        """
        check_level(level)
        share, effect = self._share(weights), self.trusts["effect"].to_numpy()
        used = int((share > 0).sum())
        value, single = float(share @ effect), float(share**2 @ self.noise**2)
        own = float(share**2 @ (effect - value) ** 2) * used / (used - 1) if used > 1 else np.nan
        variance = float(share @ self.covariance @ share) + max(0.0, own - single)
        return self._estimate(value, variance if used > 1 else np.nan, used, share > 0, level)

    def contrast(self, first: Floats, second: Floats, *, level: float = 0.95) -> Estimate:
        """Return the average effect of one group of trusts less that of another; shared partners allowed for."""
        one, two = (self.average(weights, level=level) for weights in (first, second))
        a, b = self._share(first), self._share(second)
        variance = one.se**2 + two.se**2 - 2 * float(a @ self.covariance @ b)
        return self._estimate(one.value - two.value, variance, one.n + two.n, a + b > 0, level)

    def _share(self, weights: Floats) -> Floats:
        total = float(np.sum(weights))
        if not total > 0:
            raise EffectError("an average effect needs a trust that counts.")
        return np.asarray(weights, dtype=float) / total

    def _estimate(self, value: float, variance: float, n: int, rows: Floats, level: float) -> Estimate:
        se = float(np.sqrt(variance))
        half = float(curves.t_quantile((1 + level) / 2, max(n - 1, 1))) * se
        partners = int((self.nearest[rows] > 0).any(axis=0).sum())
        return Estimate(value, value - half, value + half, self.measure, n, se, partners)


def several_partners(
    panel: pd.DataFrame | Panel,
    *,
    partners: int,
    baseline: int,
    last_horizon: int,
    gap: int = 0,
    without: tuple[str, ...] = (),
    **columns: Unpack[Columns],
) -> Partners:
    """Compare each trust that entered with the never-entered trusts nearest to it in level and trend.

    Level is the mean, trend the least-squares slope, over what the trust has of the `baseline` periods that end
    `gap` periods before entry; both in standard deviations of the never-entered of its stratum over the same
    periods (a trust with one such period is matched on level alone). Partners are the `partners` nearest
    (Euclidean; ties by label) that have all periods of the baseline and one after entry; a partner may serve
    several trusts. What comes after entry plays no part in the choice.
    Effect of a trust: its change from baseline to the periods 0 to `last_horizon` after entry, less the mean
    change of its partners, less what a regression on level and trend tells of the distance that is left: the
    weights of partners are augmented (Ben-Michael, Feller, Rothstein 2021, without a penalty; the bias
    correction of Abadie and Imbens 2011).
    without: never-entered trusts that must not be partners.
    Error: that of the same comparison at never-entered trusts; a partner that is shared counts as shared.

    Raises EffectError as `read_panel`, for windows that are not whole numbers, and when nothing can be compared.
    """
    whole_number("last_horizon", last_horizon)
    check_windows(baseline=baseline, gap=gap, follow_up=last_horizon + 1)
    whole_number("partners", partners, least=1)
    table = wide(panel, columns)
    data, found, left_out, fields = table.data, {}, [], {}
    never = np.flatnonzero(~table.entered & ~np.isin(data.units, without))
    for i in np.flatnonzero(table.entered):
        before = table.before(data.unit_cohort[i], baseline, gap)
        after = table.after(data.unit_cohort[i], last_horizon + 1)
        seen, later = ~np.isnan(before[i]), ~np.isnan(after[i])
        if not seen.any() or not later.any():
            left_out.append((data.units[i], f"no value {'after' if seen.any() else 'before'} entry"))
            continue
        before, after = before[:, seen], after[:, later]
        same = (data.unit_cohort[i], data.unit_group[i], seen.tobytes(), later.tobytes())
        if same not in fields:
            others = never[data.unit_group[never] == data.unit_group[i]]
            fields[same] = _field(others, before, after, partners)
        if (field := fields[same]) is None:
            left_out.append((data.units[i], "too few trusts that never entered, over the same periods"))
        else:
            found[int(i)] = _compare(int(i), field, before, after, partners)
    if not found:
        raise EffectError("no trust that entered has values in both windows and partners in its stratum.")
    every = [*left_out, *data.dropped.to_numpy().tolist()]
    return _gathered(table, found, pd.DataFrame(every, columns=["unit", "reason"]))


@dataclass(frozen=True, slots=True)
class _Field:
    """Never-entered trusts over the periods of a trust that entered: the same for all that share its periods.

    others: units. place: their level and trend, in standard deviations (`scale`) from the mean (`centre`).
    inverse: of the square of `place`. noise, placebo: as in `Partners`.
    """

    others: Floats
    place: Floats
    centre: Floats
    scale: Floats
    inverse: Floats
    placebo: Floats
    noise: float


def _field(others: Floats, before: Floats, after: Floats, partners: int) -> _Field | None:
    """Place the never-entered over these periods; None with too few for partners and a regression."""
    whole = ~np.isnan(before[others]).any(axis=1) & ~np.isnan(after[others]).all(axis=1)
    others = others[whole]
    traits = _traits(before[others])
    if len(others) < max(partners, traits.shape[1] + 1) + 1:
        return None
    scale, centre = np.array([scale_of(column) for column in traits.T]), traits.mean(axis=0)
    place = (traits - centre) / scale
    inverse = np.linalg.pinv(place.T @ place)
    placebo, noise = _placebo(place, after[others], before[others], inverse, partners)
    return _Field(others, place, centre, scale, inverse, placebo, noise)


def _traits(before: Floats) -> Floats:
    """Level and, over more than one period, trend of each row."""
    return np.column_stack([before.mean(axis=1), trend(before)])[:, : 1 + (before.shape[1] > 1)]


@dataclass(frozen=True, slots=True)
class _Compared:
    """One trust against its partners in the field."""

    effect: float
    before: int
    after: int
    away: Floats
    short: Floats
    field: _Field
    weights: Floats
    nearest: Floats


def _compare(i: int, field: _Field, before: Floats, after: Floats, partners: int) -> _Compared:
    """Compare unit `i` over the periods it has."""
    others, place = field.others, field.place
    target = ((_traits(before[i : i + 1]) - field.centre) / field.scale)[0]
    change = mean(after[i] - after[others], axis=1) - (before[i] - before[others]).mean(axis=1)
    nearest = np.zeros(len(others))
    nearest[np.argsort(((place - target) ** 2).sum(axis=1), kind="stable")[:partners]] = 1 / partners
    short = target - nearest @ place
    weights = nearest + place @ field.inverse @ short
    sizes = before.shape[1], after.shape[1]
    return _Compared(float(weights @ change), *sizes, target, short, field, weights, nearest)


def _placebo(
    place: Floats, after: Floats, before: Floats, inverse: Floats, partners: int
) -> tuple[Floats, float]:
    """Effects of the never-entered, each against its own partners, and the noise of one of them."""
    change = mean(after - mean(after, axis=0), axis=1) - before.mean(axis=1)
    distance = ((place[:, None, :] - place[None, :, :]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    near = np.argsort(distance, axis=1, kind="stable")[:, :partners]
    weights = np.zeros(distance.shape)
    np.put_along_axis(weights, near, 1 / partners, axis=1)
    weights = weights + (place - weights @ place) @ inverse @ place.T
    apart = np.eye(len(place)) - weights
    effect = apart @ change
    return effect, float(np.sqrt((effect**2).sum() / (apart**2).sum()))


def _gathered(table: Wide, found: dict[int, _Compared], left_out: pd.DataFrame) -> Partners:
    """Put the comparisons of single trusts side by side."""
    data, never = table.data, ~table.entered
    weights, nearest = np.zeros((2, len(found), len(data.units)))
    rows, placebo = [], []
    for row, (i, one) in enumerate(found.items()):
        field = one.field
        weights[row, field.others], nearest[row, field.others] = one.weights, one.nearest
        away, short = (np.append(traits, np.nan)[:2] for traits in (one.away, one.short))
        error = field.noise * np.sqrt(1 + one.weights @ one.weights)
        about = (data.units[i], int(data.unit_cohort[i]), one.before, one.after)
        rows.append((*about, one.effect, error, *away, *short))
        placebo += [
            (data.units[i], data.units[j], v) for j, v in zip(field.others, field.placebo, strict=True)
        ]
    return Partners(
        trusts=pd.DataFrame(rows, columns=TRUST_COLUMNS),
        weights=weights[:, never],
        nearest=nearest[:, never],
        units=data.units[never],
        noise=np.array([one.field.noise for one in found.values()]),
        placebo=pd.DataFrame(placebo, columns=["trust", "placebo", "effect"]),
        left_out=left_out,
        measure=data.measure,
    )
