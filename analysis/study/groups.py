"""The eleven Keogh trusts and the later ones apart, single trusts, time inside and after leaving, length of stay."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis import data, once
from analysis.methods import curves
from analysis.methods.effects.equally_bad import equally_bad_placebo
from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.partners import Partners
from analysis.methods.effects.pooling import PartlyPooled, partly_pooled
from analysis.methods.effects.results import THIN
from analysis.methods.estimate import Estimate
from analysis.study import deciding, regime
from analysis.study.regime import is_keogh as is_keogh

EVERY, KEOGH, LATER, APART = "all", "the eleven", "the later", "difference"
PERIODS, TRUSTS, PAIRS = (
    "ten partners, each period once",
    "ten partners, each trust once",
    "one equally bad partner",
)
INSIDE, AFTER = "inside", "after leaving"
PHASES = {INSIDE: ("during", "second spell"), AFTER: ("after", "after second")}
COLUMNS = ["group", "counted", "estimate", "lower", "upper", "n_trusts", "p"]


@once.result
def two_groups(name: str) -> pd.DataFrame:
    """Compare the two groups, each with partners of its own; a row a group and way of counting, and their difference.

    Columns COLUMNS; p: of no effect, and in rows APART of no difference between the groups. Limits are t limits
    that planted truth has not calibrated. Ways: PERIODS, TRUSTS by `deciding.compared`; PAIRS, matched on the
    year before, pairs as in `entry_effects.equally_bad` but made within the group.
    """
    found = deciding.compared(name)
    first = is_keogh(found.trusts["trust"])
    rows = []
    for counted, weights in ((PERIODS, found.trusts["after"].to_numpy()), (TRUSTS, np.ones(len(first)))):
        for group, mask in ((EVERY, first | ~first), (KEOGH, first), (LATER, ~first)):
            rows.append(_row(group, counted, found.average(weights * mask)))
        rows.append(_row(APART, counted, found.contrast(weights * first, weights * ~first)))
    return pd.DataFrame([*rows, *_pairs(name)], columns=COLUMNS)


def _row(group: str, counted: str, one: Estimate) -> list:
    p = float(2 * curves.t_above(abs(one.value / one.se), max(one.n - 1, 1)))
    return [group, counted, one.value, one.lower, one.upper, one.n, p]


def _pairs(name: str) -> list[list]:
    panel, about = regime.panel(name), regime.indicator(name)
    first = is_keogh(panel["trust"])
    asked: dict[str, Any] = {"baseline": about.year, "last_horizon": max(about.horizons)}
    rows, parts = [], []
    for group, mask in ((EVERY, first | ~first), (KEOGH, first), (LATER, ~first)):
        one = equally_bad_placebo(panel[mask | panel["entry"].isna()], **asked)
        se = float(np.hypot(one.entrants.overall.se, one.placebo.overall.se))
        rows.append(_normal(group, one.difference, se, one.entrants.overall.n))
        parts.append((one.difference, se, one.entrants.overall.n))
    (a, se_a, n_a), (b, se_b, n_b) = parts[1:]
    return [*rows, _normal(APART, a - b, float(np.hypot(se_a, se_b)), n_a + n_b)]


def _normal(group: str, value: float, se: float, n: int) -> list:
    half = float(curves.normal_quantile(0.975)) * se
    return [
        group,
        PAIRS,
        value,
        value - half,
        value + half,
        n,
        float(2 * curves.normal_above(abs(value / se))),
    ]


@once.result
def inside_and_after(name: str) -> pd.DataFrame:
    """Compare over the time inside and the time after leaving apart: columns COLUMNS, `counted` INSIDE or AFTER.

    Both within three years of entry. Which trusts have left, and when, is part of what happened to them: the
    two rows are different trusts at different times, not an effect of leaving.
    """
    panel = regime.panel(name)
    since = panel["since_entry"] >= 0
    rows = []
    for part, phases in PHASES.items():
        chosen = panel.assign(value=panel["value"].where(~since | panel["phase"].isin(phases)))
        try:
            found = deciding.compared(name, panel=chosen)
        except EffectError:
            continue
        weights, first = found.trusts["after"].to_numpy(), is_keogh(found.trusts["trust"])
        for group, mask in ((EVERY, first | ~first), (KEOGH, first), (LATER, ~first)):
            if mask.sum() >= THIN:
                rows.append(_row(group, part, found.average(weights * mask)))
    return pd.DataFrame(rows, columns=COLUMNS)


@dataclass(frozen=True, slots=True)
class SingleTrusts:
    """Effects of single trusts, pooled in part, and their spread beside that of trusts that never entered.

    frame: one row a trust, by effect; `trust`, `name`, `keogh`, `effect`, `se`, `pooled`, `lower`, `upper`,
        `months` (first spell), `ended` (it had ended by leaving). spread, placebo_spread: standard deviations of
        the effects, and of placebo effects at the same dates. low, high: limits between which 95% of placebo
        effects lie. stay: rank correlation of effect and length of stay, with limits.
    """

    frame: pd.DataFrame
    pooled: PartlyPooled
    spread: float
    placebo_spread: float
    low: float
    high: float
    stay: Estimate


@once.result
def single_trusts(name: str) -> SingleTrusts:
    """Return the effects of single trusts of an indicator; raises EffectError as `deciding.compared`."""
    found = deciding.compared(name)
    trusts, placebo = found.trusts, found.placebo["effect"]
    pooled = partly_pooled(trusts["effect"].to_numpy(), found.covariance)
    spells = regime.spells().drop_duplicates("trust").set_index("trust")
    code = trusts["trust"].str.slice(0, 3)
    frame = trusts[["trust", "effect", "se"]].assign(
        name=code.map(spells["name"]),
        keogh=is_keogh(trusts["trust"]),
        pooled=pooled.effect,
        lower=pooled.lower,
        upper=pooled.upper,
        months=code.map(spells["months"]),
        ended=code.map(spells["ended_by"]) == "exit",
    )
    low, high = np.quantile(placebo, [0.025, 0.975])
    return SingleTrusts(
        frame=frame.sort_values("effect", ignore_index=True, kind="stable"),
        pooled=pooled,
        spread=float(trusts["effect"].std()),
        placebo_spread=float(placebo.std()),
        low=float(low),
        high=float(high),
        stay=rank_correlation(frame["months"], frame["effect"]),
    )


def rank_correlation(first: pd.Series, second: pd.Series) -> Estimate:
    """Return Spearman's rank correlation with 95% limits (Fisher's z, error of Bonett and Wright 2000)."""
    from scipy import stats

    n, value = len(first), float(stats.spearmanr(first, second).statistic)
    half = 1.96 * np.sqrt((1 + value**2 / 2) / (n - 3))
    low, high = np.tanh(np.arctanh(value) + np.array([-half, half]))
    return Estimate(value, float(low), float(high), "correlation", n)


@once.result
def other_choices(name: str) -> pd.DataFrame:
    """Return the deciding estimate under other choices: `choice`, `estimate`, `lower`, `upper`, `n_trusts`.

    The first row is the one of record, calibrated; all others have t limits that are not.
    """
    panel, year = regime.panel(name), regime.indicator(name).year
    helped = set(data.load("buddies")["buddy_code"])
    buddies = tuple(sorted(trust for trust in set(panel["trust"]) if trust[:3] in helped))
    runs: dict[str, dict] = {
        f"{'One partner' if k == 1 else f'{k} partners'}": {"partners": k} for k in (1, 3, 5, 20)
    }
    runs |= {
        f"Level and trend over {n} before entry": {"baseline": k * year}
        for k, n in ((1, "one year"), (2, "two years"))
    }
    runs["Year before entry left out: support before entry"] = {"gap": year}
    runs["Without known buddies among the partners"] = {"without": buddies}
    one = deciding.decided(name)
    rows = [["Of record, calibrated", one.value, one.lower, one.upper, one.n]]
    for choice, changed in runs.items():
        found: Partners = deciding.compared(name, **changed)
        other = deciding.every_period(found)
        rows.append([choice, other.value, other.lower, other.upper, other.n])
    return pd.DataFrame(rows, columns=["choice", "estimate", "lower", "upper", "n_trusts"])
