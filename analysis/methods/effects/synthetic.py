"""Synthetic difference in differences, cohort by cohort, as a second opinion on entry (by diff-diff)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods.effects.panels import EffectError, Panel, check_level, read_panel
from analysis.methods.effects.resample import need_generator
from analysis.methods.effects.results import Overall, check_better, interval, overall

LEAST_BEFORE = 2  # time weights need at least two periods before entry
SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class SyntheticEffects:
    """Synthetic difference-in-differences estimates.

    frame: one row a cohort (and stratum): `stratum`, `cohort`, `estimate`, `se`, `lower`, `upper`,
        `n_trusts`, `n_controls`, `n_before`, `n_after` (periods). overall: mean over treated observations;
        its se is nan with several cohorts, whose donors are shared. weights: frame (stratum, cohort, unit,
        weight). dropped: frame (unit, reason).
    """

    frame: pd.DataFrame
    overall: Overall
    weights: pd.DataFrame
    dropped: pd.DataFrame
    level: float
    measure: str
    better: str | None
    label: str

    def sentence(self) -> str:
        """State the mean effect and its basis."""
        found = self.overall
        where = "higher" if found.estimate >= 0 else "lower"
        return (
            f"Against weighted combinations of trusts that never entered, {self.label} was "
            f"{abs(found.estimate):.3g} {self.measure} {where} after entry "
            f"({interval(found.lower, found.upper, self.level)}; synthetic difference in differences; "
            f"{found.n_trusts} trusts in {len(self.frame)} cohorts)."
        )


def synthetic_did(
    panel: pd.DataFrame,
    *,
    outcome: str = "value",
    unit: str = "trust",
    time: str = "t",
    cohort: str = "entry",
    group: str | None = None,
    last_time: int | None = None,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
    draws: int = 0,
    measure: str = "units",
    better: str | None = None,
    label: str = "the outcome",
) -> SyntheticEffects:
    """Synthetic difference in differences of each cohort against never-treated units of its `group`.

    Needs units observed in every period: others are dropped and listed. A cohort needs at least two
    periods before entry and, for standard errors, more donors than treated units.
    draws: with `rng`, placebo draws for the standard error of each cohort (otherwise nan).
    Raises EffectError for a faulty panel (see `read_panel`) or when no cohort can be estimated.
    Method: Arkhangelsky and others, American Economic Review 2021;111:4088-118, by `diff-diff`, whose figure
    for California's Proposition 99 equals R's `synthdid`; several cohorts averaged as in their appendix.
    """
    check_level(level)
    check_better(better)
    need_generator(rng, draws)
    data = read_panel(
        panel, outcome=outcome, unit=unit, time=time, cohort=cohort, group=group, last_time=last_time
    )
    periods = np.unique(data.time)
    whole = np.bincount(data.unit, minlength=len(data.units)) == len(periods)
    never = data.unit_cohort > periods[-1]
    rows, weights, reasons = [], [], {label: "not observed in every period" for label in data.units[~whole]}
    for stratum in np.unique(data.unit_group):
        donors = whole & never & (data.unit_group == stratum)
        here = whole & ~never & (data.unit_group == stratum)
        for start in np.unique(data.unit_cohort[here]):
            treated = here & (data.unit_cohort == start)
            before = int((periods < start).sum())
            if before < LEAST_BEFORE or donors.sum() < LEAST_BEFORE:
                reason = (
                    f"{before} periods before entry, {donors.sum()} donors; {LEAST_BEFORE} of each are needed"
                )
                reasons |= {name: reason for name in data.units[treated]}
                continue
            able = draws if donors.sum() > treated.sum() else 0
            row, donor_weights = _cohort(data, treated, donors, start, level, able, rng)
            rows.append({"stratum": int(stratum), "cohort": int(start), **row, "n_before": before})
            weights.append(donor_weights.assign(stratum=int(stratum), cohort=int(start)))
    if not rows:
        raise EffectError(
            "no cohort is observed in every period with two periods and two donors before entry."
        )
    frame = pd.DataFrame(rows).assign(n_after=lambda table: len(periods) - table["n_before"])
    share = frame["n_trusts"] * frame["n_after"]
    se = float(frame["se"].iloc[0]) if len(frame) == 1 else np.nan
    mean = float((frame["estimate"] * share).sum() / share.sum())
    more = pd.DataFrame({"unit": list(reasons), "reason": list(reasons.values())})
    return SyntheticEffects(
        frame=frame,
        overall=overall(
            mean, se, level, trusts=frame["n_trusts"].sum(), controls=(whole & never).sum(), obs=share.sum()
        ),
        weights=pd.concat(weights, ignore_index=True),
        dropped=pd.concat([data.dropped, more], ignore_index=True) if len(more) else data.dropped,
        level=level,
        measure=measure,
        better=better,
        label=label,
    )


def _cohort(
    data: Panel,
    treated: np.ndarray,
    donors: np.ndarray,
    start: float,
    level: float,
    draws: int,
    rng: np.random.Generator | None,
) -> tuple[dict, pd.DataFrame]:
    """Estimate, standard error and donor weights of one cohort."""
    from diff_diff import SyntheticDiD  # takes seconds to import, which every parallel worker would pay

    use = (treated | donors)[data.unit]
    table = pd.DataFrame(
        {"y": data.y[use], "u": data.unit[use], "t": data.time[use], "d": treated[data.unit[use]].astype(int)}
    )
    seed = int(rng.integers(SEEDS)) if draws and rng is not None else 0
    model = SyntheticDiD(variance_method="placebo", n_bootstrap=max(draws, 2), seed=seed)
    after = sorted(table.loc[table["t"] >= start, "t"].unique().tolist())
    fit = model.fit(table, outcome="y", treatment="d", unit="u", time="t", post_periods=after)
    counts = {"trusts": treated.sum(), "controls": donors.sum(), "obs": treated.sum() * len(after)}
    found = overall(fit.att, fit.se if draws else np.nan, level, **counts)
    row = {name: getattr(found, name) for name in Overall.__dataclass_fields__ if name != "n_obs"}
    weights = fit.unit_weights
    return row, pd.DataFrame({"unit": data.units[list(weights)], "weight": list(weights.values())})
