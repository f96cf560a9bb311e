"""Treatment that switches on and off: joiners and leavers against units that did not switch (DID_M)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.effects.panels import (
    EffectError,
    NotEstimable,
    check_level,
    constant,
    keyed,
    numbers,
    whole_number,
)
from analysis.methods.effects.resample import need_generator, resampled_units, sup_t
from analysis.methods.effects.results import overall, with_intervals
from analysis.methods.estimate import Estimate

DIRECTIONS = {"joiners": (0,), "leavers": (1,), "both": (0, 1)}
NAMES = ("joiners", "leavers")


@dataclass(frozen=True, slots=True)
class Switching:
    """Effect of being treated, from units that switch; positive = outcome higher while treated.

    frame: one row a horizon: 0 = first period after the switch, 1, 2, ... later, -1, -2, ... placebos;
        columns as in `Effects.frame`, with `phase` "placebo" or "post", `n_switches` (several a unit are
        possible) and, with draws, `se_bootstrap`, `lower_bootstrap`, `upper_bootstrap`.
    overall: horizon 0, DID_M of the `direction` asked for. by_direction: joiners, leavers and both at
        horizon 0. per_period: frame (horizon, direction, time, n_switches, n_controls, estimate), a row a
        comparison (and `group`). unmatched: switches without a control, left out, at horizon 0.
    """

    frame: pd.DataFrame
    overall: Estimate
    by_direction: pd.DataFrame
    per_period: pd.DataFrame
    direction: str
    unmatched: int
    level: float


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Switchers and controls of one direction and horizon; arrays units by comparisons.

    at: stratum times number of periods plus period of each comparison; only those with a switch are kept.
    """

    sign: float
    at: np.ndarray
    change: np.ndarray
    switch: np.ndarray
    stay: np.ndarray


def switchers(
    panel: pd.DataFrame,
    *,
    outcome: str = "value",
    unit: str = "trust",
    time: str = "t",
    treated: str = "in_force",
    group: str | None = None,
    direction: str = "both",
    horizons: int = 0,
    placebos: int = 1,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    draws: int = 0,
    measure: str = "units",
) -> Switching:
    """Effect of treatment from switches between consecutive periods.

    Joiners (untreated, then treated) are compared with units untreated in both periods, leavers with units
    treated in both, over the same two periods (and in the same `group`). Every spell counts: a unit that
    enters, leaves and returns gives three switches, but is one cluster. The estimate of a period is weighted
    by its number of switches; a period without controls is left out (`unmatched`).
    horizons: last period after the switch. At horizon l the change runs from the period before the switch to
        l periods after it; controls do not switch in between, switchers are followed whatever they do next
        (intention to treat). placebos: number of periods before; placebo k is the outcome k periods before
        the base period (the one before the switch) less that of the base period, for units whose
        treatment was constant in between (the sign of an event-study plot against the base period).
    Sign: always the outcome if treated less if untreated, so the leavers' estimate is the stayers' change
        less the leavers'. Units that left earlier count as untreated: no carry-over is assumed.
    panel: one row a unit and period, `treated` true/false or 1/0, never blank; missing rows and outcomes
        leave the comparisons out that need them. Periods are consecutive whole numbers.
    Standard errors: influence functions summed by unit, switch weights allowed for; nan with one switching
        unit. draws: with `rng`, units resampled inside group and ever switched or not
        (`se_bootstrap`, percentile limits), and simultaneous limits by multiplier bootstrap.
    Raises EffectError for a faulty panel, an unknown setting, or no switch with a control.
    Method: de Chaisemartin, D'Haultfoeuille, American Economic Review 2020;110:2964-96 (DID_M); horizons as
    in their 2024 paper, applied to every switch. Same as diff-diff with `drop_larger_lower=False`,
    but that it counts a switch without a control as an effect of zero.
    """
    arguments.choice(direction, "direction", tuple(DIRECTIONS), error=EffectError)
    whole_number("horizons", horizons)
    whole_number("placebos", placebos)
    check_level(level)
    need_generator(rng, draws)
    y, on, strata, first = _wide(panel, outcome, unit, time, treated, group)
    at = [*range(-placebos, 0), *range(horizons + 1)]
    sets = {h: [_compare(y, on, strata, h, state) for state in DIRECTIONS[direction]] for h in at}
    once = np.ones((1, len(y)))
    if not np.isfinite(_estimate(sets[0], once)[0]):
        raise NotEstimable(
            f"no switch ({direction}) has a control observed in the same two periods and group."
        )
    spread = {h: _influence(part) for h, part in sets.items()}
    used = {h: _numbers(part) for h, part in sets.items()}
    frame = pd.DataFrame(
        {
            "horizon": at,
            "phase": ["placebo" if h < 0 else "post" for h in at],
            "estimate": [_estimate(sets[h], once)[0] for h in at],
            "se": [np.sqrt((spread[h] ** 2).sum()) if used[h][0] > 1 else np.nan for h in at],
            "n_trusts": [used[h][0] for h in at],
            "n_controls": [used[h][1] for h in at],
            "n_switches": [used[h][2] for h in at],
        }
    )
    critical = np.nan
    if draws and rng is not None:
        stacked = np.column_stack(list(spread.values()))[:, frame["se"].notna()]
        critical = sup_t(stacked, level=level, draws=draws, rng=rng)
        ever = np.any([(part.switch > 0).any(axis=1) for part in sets[0]], axis=0)
        counts = resampled_units(2 * strata + ever, draws=draws, rng=rng).astype(float)
        frame = _add_draws(frame, {h: _estimate(part, counts) for h, part in sets.items()}, level)
    frame = with_intervals(frame, level=level, critical=critical)
    now = frame.set_index("horizon").loc[0]
    return Switching(
        frame=frame,
        overall=overall(
            now["estimate"],
            now["se"],
            level,
            unit=measure,
            trusts=now["n_trusts"],
            controls=now["n_controls"],
            obs=now["n_switches"],
        ),
        by_direction=_by_direction(y, on, strata, level),
        per_period=_per_period(
            sets, DIRECTIONS[direction], units=y.shape[0], periods=y.shape[1], first=first
        ),
        direction=direction,
        unmatched=sum(_unmatched(part) for part in sets[0]),
        level=level,
    )


def _wide(
    panel: pd.DataFrame, outcome: str, unit: str, time: str, treated: str, group: str | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Outcome and treatment, units by consecutive periods (nan = no row); strata; first period."""
    columns = [outcome, unit, time, treated] + ([] if group is None else [group])
    table = keyed(panel, columns=columns, unit=unit, time=time)
    values, state = numbers(table, outcome), numbers(table, treated)
    if not np.isin(state, (0, 1)).all():
        found = table[treated][~np.isin(state, (0, 1))].iloc[0]
        raise EffectError(
            f"column '{treated}' holds {arguments.shown(found)}. True or false (1 or 0) is allowed, never blank."
        )
    codes, units = pd.factorize(table[unit])
    first = int(table[time].min())
    at = table[time].to_numpy() - first
    y = np.full((len(units), int(at.max()) + 1), np.nan)
    on = y.copy()
    y[codes, at], on[codes, at] = values, state
    strata = np.zeros(len(units), dtype=int)
    if group is not None:
        constant(table, group, unit)
        strata[codes] = pd.factorize(table[group])[0]
        if (strata < 0).any():
            raise EffectError(f"column '{group}' is blank for {unit} {units[strata < 0][0]!r}.")
    return y, on, strata, first


def _compare(y: np.ndarray, on: np.ndarray, strata: np.ndarray, horizon: int, state: int) -> _Comparison:
    """Mark switchers away from `state`, and units that stay in it, for every first period of a switch."""
    units, periods = y.shape
    change = np.full((units, periods), np.nan)
    switch, stay = np.zeros((units, periods), dtype=bool), np.zeros((units, periods), dtype=bool)
    for first in range(1, periods):
        start, end = (first - 1, first + horizon) if horizon >= 0 else (first - 1 + horizon, first - 1)
        if start < 0 or end >= periods:
            continue
        change[:, first] = y[:, end] - y[:, start] if horizon >= 0 else y[:, start] - y[:, end]
        before = (on[:, start:first] == state).all(axis=1)
        switch[:, first] = before & (on[:, first] == 1 - state)
        stay[:, first] = before & (on[:, first : max(first, end) + 1] == state).all(axis=1)
    seen = np.isfinite(change)
    blocks = [(strata == label)[:, None] for label in np.unique(strata)]
    moves = np.hstack([switch & seen & block for block in blocks])
    stays = np.hstack([stay & seen & block for block in blocks])
    at = np.flatnonzero(moves.any(axis=0))
    return _Comparison(
        sign=1.0 if state == 0 else -1.0,
        at=at,
        change=np.where(seen, change, 0.0)[:, at % periods],
        switch=moves[:, at].astype(float),
        stay=stays[:, at].astype(float),
    )


def _sums(part: _Comparison, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Switches, controls and signed difference of each comparison, a row a draw; nan if unmatched."""
    rows = np.flatnonzero((part.switch + part.stay).any(axis=1))  # of leavers few: those that are in
    drawn, switch, stay, change = counts[:, rows], part.switch[rows], part.stay[rows], part.change[rows]
    switches, stays = drawn @ switch, drawn @ stay
    nan = np.full(switches.shape, np.nan)
    moved = np.divide(drawn @ (switch * change), switches, out=nan.copy(), where=switches > 0)
    stayed = np.divide(drawn @ (stay * change), stays, out=nan.copy(), where=stays > 0)
    return switches, stays, part.sign * (moved - stayed)


def _estimate(parts: list[_Comparison], counts: np.ndarray) -> np.ndarray:
    """Estimate of each draw: differences weighted by their switches; nan where none is matched."""
    above, below = np.zeros(len(counts)), np.zeros(len(counts))
    for part in parts:
        switches, _, effect = _sums(part, counts)
        matched = np.isfinite(effect)
        above += np.where(matched, switches * np.nan_to_num(effect), 0.0).sum(axis=1)
        below += np.where(matched, switches, 0.0).sum(axis=1)
    return np.divide(above, below, out=np.full(len(counts), np.nan), where=below > 0)


def _influence(parts: list[_Comparison]) -> np.ndarray:
    """Contribution of each unit; squares add up to the variance clustered by unit."""
    once = np.ones((1, len(parts[0].change)))
    mean = _estimate(parts, once)[0]
    result, total = np.zeros(len(parts[0].change)), 0.0
    for part in parts:
        switches, stays, effect = (row[0] for row in _sums(part, once))
        ok = np.isfinite(effect)
        s, c, d = part.switch[:, ok], part.stay[:, ok], part.change[:, ok]
        moved, stayed = (s * d).sum(axis=0) / switches[ok], (c * d).sum(axis=0) / stays[ok]
        own = part.sign * (s * (d - moved) - switches[ok] / stays[ok] * c * (d - stayed))
        result += (own + s * (effect[ok] - mean)).sum(axis=1)
        total += switches[ok].sum()
    return result / total if total else np.full(len(result), np.nan)


def _numbers(parts: list[_Comparison]) -> tuple[int, int, int]:
    """Switching units, control units and switches of the matched comparisons."""
    moved = stayed = np.zeros(len(parts[0].change), dtype=bool)
    switches = 0.0
    for part in parts:
        ok = (part.switch.sum(axis=0) > 0) & (part.stay.sum(axis=0) > 0)
        moved = moved | (part.switch[:, ok] > 0).any(axis=1)
        stayed = stayed | (part.stay[:, ok] > 0).any(axis=1)
        switches += part.switch[:, ok].sum()
    return int(moved.sum()), int(stayed.sum()), int(switches)


def _unmatched(part: _Comparison) -> int:
    return int(part.switch[:, part.stay.sum(axis=0) == 0].sum())


def _add_draws(frame: pd.DataFrame, drawn: dict[int, np.ndarray], level: float) -> pd.DataFrame:
    """Add standard error and percentile limits of the resampled estimates; none for one switching unit."""
    draws = pd.DataFrame(drawn).loc[:, frame["horizon"]]
    tails = ((1 - level) / 2, (1 + level) / 2)
    summary = {"se": draws.std(), "lower": draws.quantile(tails[0]), "upper": draws.quantile(tails[1])}
    several = (frame["n_trusts"] > 1).to_numpy()
    return frame.assign(
        **{f"{k}_bootstrap": np.where(several, v.to_numpy(), np.nan) for k, v in summary.items()}
    )


def _by_direction(y: np.ndarray, on: np.ndarray, strata: np.ndarray, level: float) -> pd.DataFrame:
    """One row each for joiners, leavers and both, at horizon 0."""
    rows = []
    for states in DIRECTIONS.values():
        parts = [_compare(y, on, strata, 0, state) for state in states]
        trusts, controls, switches = _numbers(parts)
        se = float(np.sqrt((_influence(parts) ** 2).sum())) if trusts > 1 else np.nan
        estimate = float(_estimate(parts, np.ones((1, len(y))))[0])
        pooled = overall(estimate, se, level, unit="", trusts=trusts, controls=controls, obs=switches)
        rows.append((pooled.value, se, pooled.lower, pooled.upper, trusts, controls, switches))
    columns = ["estimate", "se", "lower", "upper", "n_trusts", "n_controls", "n_switches"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(list(DIRECTIONS), name="direction"))


def _per_period(
    sets: dict[int, list[_Comparison]], states: tuple[int, ...], *, units: int, periods: int, first: int
) -> pd.DataFrame:
    """One row a matched comparison."""
    rows = []
    for horizon, parts in sets.items():
        for state, part in zip(states, parts, strict=True):
            switches, stays, effect = (row[0] for row in _sums(part, np.ones((1, units))))
            for column in np.flatnonzero(np.isfinite(effect)):
                rows.append(
                    {
                        "horizon": horizon,
                        "direction": NAMES[state],
                        "stratum": int(part.at[column] // periods),
                        "time": first + int(part.at[column] % periods),
                        "n_switches": int(switches[column]),
                        "n_controls": int(stays[column]),
                        "estimate": float(effect[column]),
                    }
                )
    return pd.DataFrame(rows)
