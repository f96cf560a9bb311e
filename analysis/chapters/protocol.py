"""The protocol as tables for readers: target trial, settings, primary measures, log of amendments."""

import inspect
from collections.abc import Callable, Mapping

import pandas as pd

from analysis import data
from analysis.methods.effects import impute
from analysis.methods.effects.results import THIN
from analysis.present import words
from analysis.study import certainty, deciding, indicators, leaving, regime

LEVEL: float = inspect.signature(impute.imputation).parameters["level"].default
# By kind of amendment: other names of columns, and those left out.
SHOWN_AS: dict[str, tuple[dict[str, str], list[str]]] = {
    "deviation": ({"Before": "Published protocol", "Now": "This report"}, ["Date", "Results known"]),
    "correction": ({"Why": "Source or reason"}, ["Results known"]),
    "protocol": ({"Now": "Decided"}, ["Before"]),
}


def target_trial() -> pd.DataFrame:
    """Return, as texts, the trial that would answer beside what is done on entry and on leaving.

    One row a part of the protocol of a target trial; the horizons are those of `analysis.study.entry_effects`.
    """
    spells = regime.spells()
    first, last = (words.day(day) for day in (spells["entered"].min(), regime.REGIME_END))
    after = _years(indicators.HORIZONS, extra=-1)
    left = _years(leaving.PERIODS_AFTER)
    rows = [
        (
            "Eligibility",
            "Trusts whose care is judged to be at serious risk",
            f"All trusts of the types that entered, {first} to {last}; in the main analysis those with figures",
            "Trusts in special measures",
        ),
        (
            "Strategies",
            "Put in special measures, or not",
            "Entered for the first time; or not (yet) entered",
            "Left as improved; or still in",
        ),
        (
            "Assignment",
            "By lot",
            "By inspectors and regulators, after a bad spell; the reasons are not all in the data",
            "By inspectors and regulators, after improvement",
        ),
        (
            "Time zero",
            "The day of the lot",
            "The period that contains the decision to place the trust; the year before is shown apart",
            "The period in which the trust left",
        ),
        (
            "Follow-up",
            f"{after} whatever happens next",
            f"{after}; a trust stays in the comparison after it leaves, and until a merger makes it another",
            f"{left}; a trust that comes back stays in the comparison",
        ),
        (
            "Outcomes",
            "Measures fixed beforehand",
            "The primary indicators below; all others are secondary",
            "The same, and coming back",
        ),
        (
            "Contrast",
            "Mean difference between the arms",
            "Mean difference, over trusts that entered, from what they would have been without entry",
            "Mean difference between leavers and trusts still in, from the last period inside",
        ),
        (
            "Analysis",
            "As randomised",
            "Imputation from untreated observations of trusts of the same type, with two baselines; equally bad "
            "trusts that never entered as a second comparison",
            "Comparison of leavers with trusts still in at the same time; time in the regime with other "
            "ends as competing",
        ),
    ]
    return pd.DataFrame(rows, columns=["Part", "Target trial", "Here: entry", "Here: leaving"])


def settings() -> pd.DataFrame:
    """Return, as texts, the settings that the analysis reads: nothing here is typed."""
    chosen = indicators.settings(indicators.indicators(primary=True)[0])
    rows = [
        ("Periods after entry that are pooled", _each(indicators.HORIZONS, count=len)),
        ("Periods before entry left out of the second baseline", _each(indicators.YEAR_BEFORE)),
        ("Periods after leaving", _each(leaving.PERIODS_AFTER)),
        ("Placebo periods before leaving", _each(leaving.PERIODS_BEFORE)),
        ("Comparators share with the trust its", f"{chosen['group']} of services"),
        ("Untreated trusts left out in turn for the spread", "yes" if chosen["leave_out"] else "no"),
        ("Fewest trusts for a verdict or a solid dot", words.number(THIN)),
        ("Intervals", words.number(100 * LEVEL, "percent", digits=0)),
        ("Partners alike in level and trend, by which a change is decided", words.number(deciding.PARTNERS)),
        ("Smallest difference in a length of stay that matters", words.number(certainty.SMALLEST["months"], "months", digits=0)),
        ("The same in a share of trusts", words.number(certainty.SMALLEST["percent"], "percent", digits=0)),
        ("Random draws", words.number(indicators.DRAWS)),
        ("Seed", str(indicators.SEED)),
        ("End of the regime", words.day(regime.REGIME_END)),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["Setting", "Value"])


def measures(*, primary: bool) -> pd.DataFrame:
    """Return, as texts, the (non-)primary indicators with direction, period and last period of the main analysis."""
    rows = [
        {
            "Indicator": about.title,
            "Definition": about.definition,
            "Better": about.direction,
            "Period": about.analysis_grain,
            "Main analysis until": (words.month if "-" in about.main_until else str)(about.main_until),
            "Family": about.family,
        }
        for about in map(regime.indicator, indicators.indicators(primary=primary))
    ]
    return pd.DataFrame(rows)


def log(kind: str) -> pd.DataFrame:
    """Return, as texts, the rows of the table `amendments` of one kind, in order of date.

    kind: "protocol", "amendment", "deviation" or "correction" (of our own record). Raises DataError for another.
    """
    frame = data.load("amendments")
    if kind not in set(frame["kind"]):
        allowed = f"{sorted(frame['kind'].unique())}"
        raise data.DataError("amendments", column="kind", found=kind, allowed=allowed)
    rows = frame[frame["kind"] == kind].sort_values(["date", "amendment_id"], ignore_index=True)
    texts = {
        "No.": rows["amendment_id"],
        "Date": rows["date"].map(words.day),
        "Concerns": rows["concerns"],
        "Before": rows["before"],
        "Now": rows["what"],
        "Why": rows["why"],
        "Results known": rows["results_known"].map({True: "yes", False: "no"}),
    }
    names, without = SHOWN_AS.get(kind, ({}, []))
    return pd.DataFrame(texts).drop(columns=without).rename(columns=names)


def known() -> str:
    """Say how many amendments were made when results that they could move were known."""
    rows = data.load("amendments").query("kind == 'amendment'")
    after = int(rows["results_known"].sum())
    return f"{words.plural(len(rows), 'amendment')}, {words.number(after)} of them when results were known"


def _each(values: Mapping, *, count: Callable = int) -> str:
    """Return a setting by period of the panel: '13 quarters, or 4 years'."""
    return ", or ".join(words.plural(count(value), grain) for grain, value in values.items())


def _years(values: Mapping, *, extra: int = 0) -> str:
    """Return a length that is the same in quarters and in years, in words. Raises ValueError where it is not."""
    per_year = indicators.YEAR_BEFORE
    lengths = {
        ((len(value) if isinstance(value, range) else value) + extra) // per_year[grain]
        for grain, value in values.items()
    }
    if len(lengths) > 1:
        raise ValueError(f"horizons {values} are {lengths} years. Allowed: one length.")
    return words.plural(lengths.pop(), "year")
