"""What differed before entry already: leads of the estimator, and how far a comparison hangs on its years."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis import present, protocol, regime, reporting
from analysis.effects.comparators import EquallyBad

LEADS = {"quarter": 8, "year": 2}  # two years
YEARS = (1, 2, 3)  # before entry, on which trusts are matched
NUMBERS = {1: "one year", 2: "two years", 3: "three years"}


def moving_apart(names: list[str]) -> pd.DataFrame:
    """Ask whether trusts that entered had left the comparators' path in the two years before they entered.

    Returns one row an indicator: `indicator`, `leads` (periods, each against all earlier ones), `lowest`,
    `highest` lead, `p` (joint Wald test that all are zero), `fewest`, `most` trusts that entered at a lead.
    """
    rows = []
    for name in names:
        leads = LEADS[regime.indicator(name)["analysis_grain"]]
        found = protocol.entry(name, pre_periods=leads)
        before = found.frame[found.frame["phase"] == "pre"]
        spread, trusts = before["estimate"], before["n_trusts"]
        p = float(found.tables["pretrend"]["p"].iloc[0])
        rows.append([name, leads, spread.min(), spread.max(), p, int(trusts.min()), int(trusts.max())])
    return pd.DataFrame(rows, columns=["indicator", "leads", "lowest", "highest", "p", "fewest", "most"])


def moving_apart_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `moving_apart` as texts."""
    rows = []
    for row in found.to_dict("records"):
        about = regime.indicator(row["indicator"])
        unit = protocol.GLUE_UNITS[about["unit"]]
        counts = [present.number(row[end]) for end in ("fewest", "most")]
        rows.append(
            {
                "Indicator": f"{about['title']}; {about['direction']}",
                "Periods before entry": present.plural(row["leads"], about["analysis_grain"]),
                "Smallest difference": present.number(min(row["lowest"], row["highest"], key=abs), unit),
                "Largest difference": present.number(max(row["lowest"], row["highest"], key=abs), unit),
                "Share from chance, jointly": joint(row["p"]),
                "Trusts that entered": " to ".join(dict.fromkeys(counts)),
            }
        )
    return pd.DataFrame(rows)


def joint(p: float) -> str:
    """Return a chance share with two digits, three below 0.1, and no smaller than can be meant."""
    if p < 0.001:
        return "less than 0.001"
    return present.number(p, "ratio", digits=3 if p < 0.1 else 2)


def windows(names: list[str]) -> pd.DataFrame:
    """Compare with equally bad trusts matched on one, two and three years before entry.

    Returns one row an indicator and window: `indicator`, `years`, `difference`, `lower`, `upper`, `n_trusts`;
    `verdict`, what the rule would say with this window, and `rest`, what the other two intervals say alone.
    """
    both = protocol.two_baselines(names).set_index("indicator")
    rows = []
    for name in names:
        row = both.loc[name]
        main, short = (row["lower"], row["upper"]), (row["lower_dip_out"], row["upper_dip_out"])
        better = protocol.BETTER[row["direction"]]
        rest = reporting.verdict(main, short, short, better=better)
        for years in YEARS:
            found = protocol.equally_bad(name, years=years)
            limits = [found.difference, found.lower, found.upper, found.entrants.overall.n_trusts]
            verdict = reporting.verdict(main, short, (found.lower, found.upper), better=better)
            rows.append([name, years, *limits, verdict, rest])
    columns = ["indicator", "years", "difference", "lower", "upper", "n_trusts", "verdict", "rest"]
    return pd.DataFrame(rows, columns=columns)


def windows_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `windows` as texts."""
    rows = []
    for row in found.to_dict("records"):
        about = regime.indicator(row["indicator"])
        rows.append(
            {
                "Indicator": f"{about['title']}; {about['direction']}",
                "Matched on": NUMBERS[row["years"]],
                "Difference": _text(row),
                "By our rule": row["verdict"],
                "Trusts that entered": present.number(row["n_trusts"]),
            }
        )
    return pd.DataFrame(rows)


def windows_sentence(name: str, found: pd.DataFrame) -> str:
    """Say how far a difference hangs on the years that trusts are matched on."""
    about = regime.indicator(name)
    rows = found[found["indicator"] == name]
    far = rows.loc[rows["difference"].abs().idxmax()]
    unit = protocol.GLUE_UNITS[about["unit"]]
    ends = present.interval(rows["difference"].min(), rows["difference"].max(), unit)
    said = rows["verdict"].drop_duplicates().tolist()
    rule = (
        f"By our rule it is {said[0]} with each of them."
        if len(said) == 1
        else f"By our rule it is {present.join(said)}, as the window goes."
    )
    hangs = (
        ""
        if rows["rest"].iloc[0] == "no clear change"
        else " The verdict hangs on it: the other two intervals agree."
    )
    largest = present.estimate(far["difference"], far["lower"], far["upper"], unit)
    return (
        f"The difference in {protocol.label(name)} runs from {ends}; it is largest matched on "
        f"{NUMBERS[far['years']]}: {largest}. {rule}{hangs}"
    )


def earlier(name: str) -> pd.DataFrame:
    """Return how far entrants stood from the partners found on one year: `years` before, `gap`, `pairs`."""
    return earlier_gaps(
        protocol.equally_bad(name),
        regime.panel(name),
        year=protocol.YEAR_BEFORE[regime.indicator(name)["analysis_grain"]],
    )


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


def not_harm(name: str, found: pd.DataFrame, planted: pd.DataFrame) -> str:
    """Say why the difference from equally bad trusts is not to be read as an effect.

    found: as from `windows`. planted: the table `planted_truth`.
    """
    unit = protocol.GLUE_UNITS[regime.indicator(name)["unit"]]
    rows = found[found["indicator"] == name].set_index("years", drop=False)
    first, *longer = rows.to_dict("records")
    side = "takes in" if first["lower"] <= 0 <= first["upper"] else "leaves out"
    error = planted.set_index(["indicator", "scenario", "method"]).loc[
        (name, "bad draw", "less equally bad trusts")
    ]
    years = earlier(name).set_index("years").loc[list(YEARS[1:])]
    gaps = [
        f"{present.number(gap, unit)} {NUMBERS[int(str(back))]} before entry ({present.plural(int(n), 'pair')})"
        for back, gap, n in years.itertuples()
    ]
    matched = [f"Matched on {NUMBERS[row['years']]}, it is {_text(row)}." for row in longer]
    return (
        f"The difference of {_text(first)} {side} zero. With no effect planted and entry after a bad year, this comparison "
        f"errs by {present.number(error['bias'], unit)} on average and shows a worsening that is not there in "
        f"{present.number(100 * error['worsening'], 'percent')} of panels. Entrants also differed from their partners in "
        f"earlier years: by {present.join(gaps)}. {' '.join(matched)}"
    )


def _text(row: dict) -> str:
    unit = protocol.GLUE_UNITS[regime.indicator(row["indicator"])["unit"]]
    return present.estimate(row["difference"], row["lower"], row["upper"], unit)
