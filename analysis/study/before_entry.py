"""What differed before entry already: leads of the estimator, and how far a comparison hangs on its years."""

import numpy as np
import pandas as pd

from analysis import once
from analysis.methods.effects.equally_bad import EquallyBad
from analysis.methods.effects.panels import EffectError
from analysis.study import entry_effects, regime, rule

LEADS = {"quarter": 8, "year": 2}  # two years
YEARS = (1, 2, 3)  # before entry, on which trusts are matched
NUMBERS = {1: "one year", 2: "two years", 3: "three years"}
PARTED = "parting before entry already"  # stands beside a title
CLEAR = 0.05  # share from chance below which trusts had parted from the comparators before entry


@once.shared
def parting(name: str) -> float:
    """Return how often chance alone gives differences before entry as large, jointly; 1 where that cannot be had."""
    try:
        p = float(moving_apart([name])["p"].iloc[0])
    except EffectError:
        return 1.0
    return p if p == p else 1.0


def titled(name: str) -> str:
    """Return the title of an indicator, and that trusts were parting before entry where they were."""
    title = regime.indicator(name).title
    return f"{title}; {PARTED}" if parting(name) < CLEAR else title


def moving_apart(names: list[str]) -> pd.DataFrame:
    """Ask whether trusts that entered had left the comparators' path in the two years before they entered.

    Returns one row an indicator: `indicator`, `leads` (periods, each against all earlier ones), `lowest`,
    `highest` lead, `p` (joint Wald test that all are zero), `fewest`, `most` trusts that entered at a lead, `reach`
    (how far from zero the 95% intervals of the leads reach at most).
    """
    rows = []
    for name in names:
        leads = LEADS[regime.indicator(name).analysis_grain]
        found = entry_effects.entry(name, pre_periods=leads)
        before = found.frame[found.frame["phase"] == "pre"]
        spread, trusts = before["estimate"], before["n_trusts"]
        p = float(found.tables["pretrend"]["p"].iloc[0])
        reach = float(before[["lower", "upper"]].abs().max(axis=None))
        rows.append([name, leads, spread.min(), spread.max(), p, int(trusts.min()), int(trusts.max()), reach])
    columns = ["indicator", "leads", "lowest", "highest", "p", "fewest", "most", "reach"]
    return pd.DataFrame(rows, columns=columns)


def distances(name: str) -> pd.DataFrame:
    """Return how far trusts that entered lay from trusts of their type that never did, before entry and after.

    Index: "before" (the year before entry) and "after" (the periods pooled after it). Columns: `mean` over trusts of
    each trust's mean distance, `lower`, `upper` (1.96 standard errors between trusts), `n_trusts`.
    """
    about, panel = regime.indicator(name), regime.panel(name)
    usual = panel[panel["entry"].isna()].groupby(["type", "t"])["value"].mean().rename("usual")
    entered = panel[panel["entry"].notna()].join(usual, on=["type", "t"])
    apart, since = entered["value"] - entered["usual"], entered["t"] - entered["entry"]
    rows = {}
    for place, periods in (("before", range(-about.year, 0)), ("after", about.horizons)):
        means = apart[since.isin(periods)].groupby(entered["trust"]).mean().dropna()
        mean, half = means.mean(), 1.96 * means.std(ddof=1) / np.sqrt(len(means))
        rows[place] = [mean, mean - half, mean + half, len(means)]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "lower", "upper", "n_trusts"])


def windows(names: list[str]) -> pd.DataFrame:
    """Compare with equally bad trusts matched on one, two and three years before entry.

    Returns one row an indicator and window: `indicator`, `years`, `difference`, `lower`, `upper`, `n_trusts`;
    `verdict`, what the rule would say with this window, and `rest`, what the other two intervals say alone.
    """
    both = entry_effects.two_baselines(names).set_index("indicator")
    rows = []
    for name in names:
        row = both.loc[name]
        main, short = (row["lower"], row["upper"]), (row["lower_dip_out"], row["upper_dip_out"])
        better = regime.indicator(name).better
        rest = rule.verdict(main, short, short, better=better)
        for years in YEARS:
            found = entry_effects.equally_bad(name, years=years)
            limits = [found.difference, found.lower, found.upper, found.entrants.overall.n_trusts]
            verdict = rule.verdict(main, short, (found.lower, found.upper), better=better)
            rows.append([name, years, *limits, verdict, rest])
    columns = ["indicator", "years", "difference", "lower", "upper", "n_trusts", "verdict", "rest"]
    return pd.DataFrame(rows, columns=columns)


def earlier(name: str) -> pd.DataFrame:
    """Return how far entrants stood from the partners found on one year: `years` before, `gap`, `pairs`."""
    return earlier_gaps(entry_effects.equally_bad(name), regime.panel(name), year=regime.indicator(name).year)


def earlier_gaps(found: EquallyBad, panel: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Mean difference of the pairs in each of YEARS before entry, over periods that both have; `year` periods."""
    values = panel.pivot(index="trust", columns="t", values="value")
    rows = []
    for back in YEARS:
        gaps = []
        for pair in found.pairs.itertuples():
            periods = range(pair.entry - back * year, pair.entry - (back - 1) * year)
            both = values.reindex(index=[pair.trust, pair.placebo], columns=periods)
            gaps.append((both.iloc[0] - both.iloc[1]).mean())
        rows.append([back, float(np.nanmean(gaps)), int(np.isfinite(gaps).sum())])
    return pd.DataFrame(rows, columns=["years", "gap", "pairs"])
