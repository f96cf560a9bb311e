"""The findings of the report: which number answers which question, how sure it is, and its rival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from analysis import data
from analysis.methods.effects.gain_kept import ESTIMABLE
from analysis.present import words
from analysis.study import (
    certainty,
    chance,
    entry_effects,
    indicators,
    leaving,
    regime,
    rivals,
    rule,
)

KEOGH = "Without the eleven Keogh trusts"
RETURN_MONTHS = 48
LIMITS = ("estimate", "lower", "upper")
BY_DIFFERENCE, BY_RECORD, BY_GAIN = "difference", "record", "gain"


class FindingError(ValueError):
    """Findings that cannot be listed as asked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One headline number with what a reader needs to judge it.

    key: short name that stays the same from edition to edition. question, answer: plain sentences; the answer
        is computed and holds no number that is not in the record.
    estimate, lower, upper: in `unit` (a key of present.words.FORMATS), 95% interval; NaN where missing.
        digits: digits after the point in place of the unit's own. n: how many of `of` carry the estimate.
    none: the value that means no difference; NaN for a length or share, which is not compared with anything.
    verdict: by `reporting.verdict`, or why there is no estimate; blank where neither applies.
    direction: which way is better. certainty: one of certainty.LEVELS; rule: which part of the rule gave it (see
        `analysis.study.certainty`); because: why, in words.
    rival: the main other explanation. page, anchor: where its figure or table is. sources: tables in `data/`.
    """

    key: str
    question: str
    answer: str
    estimate: float
    lower: float
    upper: float
    unit: str
    n: int
    of: str
    direction: str
    certainty: str
    rule: str
    because: str
    rival: str
    page: str
    anchor: str
    sources: tuple[str, ...]
    none: float = float("nan")
    verdict: str = ""
    digits: int | None = None

    def text(self) -> str:
        """Return the estimate with its interval, as the chapters print it."""
        return words.estimate(self.estimate, self.lower, self.upper, self.unit, digits=self.digits)

    def conclusion(self) -> str:
        """Return where the interval lies: "above" or "below" no difference, "unclear", or "described"."""
        if np.isnan(self.none):
            return "described"
        return "above" if self.lower > self.none else "below" if self.upper < self.none else "unclear"

    def sentence(self) -> str:
        """Say the finding in full: question, answer, estimate, n, direction, certainty and rival."""
        return (
            f"{self.question} {self.answer} Estimate: {self.text()}; {words.number(self.n)} {self.of}; "
            f"{self.direction}. Certainty: {self.certainty}, because {self.because}. {self.rival}"
        )


def findings() -> list[Finding]:
    """Return the headline findings of the metrics chapters, in the order of the chapters.

    Every number is made by the function, with the arguments and the seed, that the chapter named in `page`
    uses, so that both tell the same.
    """
    names = indicators.indicators(primary=True)
    both = entry_effects.two_baselines(names).set_index("indicator", drop=False)
    by_chance = chance.chance(names).set_index("indicator")["adjusted"]
    choices = {name: rivals.sensitivity(name) for name in names}
    entries = {
        name: _after_entry(
            both.loc[name], float(by_chance.get(name, np.nan)), certainty.one_sided(choices[name])
        )
        for name in names
    }
    apart = _apart("recommend_work", both.loc["recommend_work"])
    kept = _kept("shmi", leaving.summary(names).set_index("indicator"), entries["shmi"].certainty)
    return [_stay(), _returns(), *entries.values(), _without_keogh(choices["shmi"]), apart, kept]


def frame(found: Sequence[Finding]) -> pd.DataFrame:
    """Return one row a finding: the fields of Finding, and `conclusion`. For the record of an edition."""
    names = [one.name for one in fields(Finding)]
    rows = [[getattr(one, name) for name in names] + [one.conclusion()] for one in found]
    return pd.DataFrame(rows, columns=[*names, "conclusion"])


def sure_dates() -> float:
    """Return the share of spells in the public record whose dates have high confidence."""
    return float((data.load("regime_spells")["confidence"] == "high").mean())


def _stay() -> Finding:
    row = leaving.stays().medians.iloc[0]
    limits = {"estimate": row["median"], "lower": row["lower"], "upper": row["upper"]}
    sure = sure_dates()
    return Finding(
        key="median_time_in_regime",
        question="How long did trusts stay in special measures?",
        answer=f"Half of the trusts had ended their first stay by {words.number(row['median'], 'months')}.",
        **limits,
        unit="months",
        n=int(row["n"]),
        of="trusts that entered",
        direction="neither longer nor shorter is better",
        certainty=certainty.of_record(**limits, sure=sure),
        rule=BY_RECORD,
        because=record_because(sure, limits),
        rival="A stay ends when inspectors come back, so its length tells of their timetable too.",
        page="metrics/after",
        anchor="leaving-stays",
        sources=("regime_spells",),
    )


def _returns() -> Finding:
    found = leaving.returns()
    ends = found.incidence.groupby("cause")["events"].sum().astype(int)
    row = leaving.shares(found, "returned").set_index("months").loc[RETURN_MONTHS]
    limits = {"estimate": 100 * row["incidence"], "lower": 100 * row["lower"], "upper": 100 * row["upper"]}
    left, sure = int(found.medians.iloc[0]["n"]), sure_dates()
    return Finding(
        key=f"share_returned_{RETURN_MONTHS}",
        question="How many trusts came back within four years of leaving?",
        answer=f"{ends['returned']} of the {words.plural(left, 'trust')} that left came back before the regime ended.",
        **limits,
        unit="percent",
        n=left,
        of="trusts that left",
        direction="lower is better",
        certainty=certainty.of_record(**limits, sure=sure),
        rule=BY_RECORD,
        because=record_because(sure, limits),
        rival="A trust can stay out because it is well, because it was merged, or because nobody came to look.",
        page="metrics/after",
        anchor="leaving-returns",
        sources=("regime_spells", "organisation_changes"),
        digits=0,
    )


def _after_entry(row: pd.Series, adjusted: float, same_side: bool) -> Finding:
    name, unit = row["indicator"], row["unit"]
    limits, n = {part: row[part] for part in LIMITS}, int(row["n_trusts"])
    checks = {"verdict": row["verdict"], "adjusted": adjusted, "same_side": same_side}
    level = certainty.of_difference(row["lower"], row["upper"], n=n, **checks)
    bad = words.estimate(row["bad_estimate"], row["bad_lower"], row["bad_upper"], unit)
    return Finding(
        key=f"entry_{name}",
        question=f"Did {indicators.label(name)} change in the three years after entry?",
        answer=after_entry(row),
        **limits,
        unit=unit,
        n=n,
        of="trusts that entered",
        direction=row["direction"],
        certainty=level,
        rule=BY_DIFFERENCE,
        because=difference_because(level, row["lower"], row["upper"]),
        rival=(
            f"Trusts entered at a low point, and some recovery would be expected anyway (regression to the mean). "
            f"Less the movement of equally bad trusts that never entered, the difference is {bad}."
        ),
        page="metrics/entry",
        anchor=f"entry-{name.replace('_', '-')}",
        sources=(regime.indicator(name)["table"], "regime_spells"),
        none=0.0,
        verdict=row["verdict"],
    )


def _without_keogh(choices: pd.DataFrame) -> Finding:
    row = choices.set_index("choice").loc[KEOGH]
    level = certainty.of_difference(row["lower"], row["upper"], n=int(row["n_trusts"]))
    left = "no clear difference remains" if level == certainty.VERY_LOW else "a difference remains"
    return Finding(
        key="entry_shmi_without_keogh",
        question="Does the answer on hospital mortality rest on the first eleven trusts?",
        answer=f"Without the trusts of the Keogh review, which were chosen for high death rates, {left}.",
        **{part: row[part] for part in LIMITS},
        unit="ratio",
        n=int(row["n_trusts"]),
        of="trusts that entered, the first eleven left out",
        direction=regime.indicator("shmi")["direction"],
        certainty=level,
        rule=BY_DIFFERENCE,
        because=difference_because(level, row["lower"], row["upper"]),
        rival="Trusts chosen for a high figure are expected to have a lower one next time (regression to the mean).",
        page="metrics/rivals",
        anchor="does-the-answer-hang-on-a-choice",
        sources=("shmi_yearly", "regime_spells", "regime_trusts"),
        none=0.0,
    )


def _apart(name: str, row: pd.Series) -> Finding:
    about = regime.indicator(name)
    limits, n = {part: row[f"bad_{part}"] for part in LIMITS}, int(row["bad_pairs"])
    level = certainty.of_difference(limits["lower"], limits["upper"], n=n, verdict=row["verdict"])
    read = rule.reading(pd.Series({**limits, "direction": about["direction"], "n_trusts": n}))
    return Finding(
        key=f"equally_bad_{name}",
        question="Did staff's view of their trust recover as much as at equally bad trusts that never entered?",
        answer=set_apart(read),
        **limits,
        unit=row["unit"],
        n=n,
        of="trusts that entered, with a partner",
        direction=about["direction"],
        certainty=level,
        rule=BY_DIFFERENCE,
        because=difference_because(level, limits["lower"], limits["upper"]),
        rival=(
            "The two groups may have differed before entry in ways that the survey does not show. It is one of three "
            "such comparisons and is not adjusted for their number."
        ),
        page="metrics/rivals",
        anchor="would-these-trusts-have-recovered-anyway",
        sources=(about["table"], "regime_spells"),
        none=0.0,
    )


def _kept(name: str, summary: pd.DataFrame, of_difference: str) -> Finding:
    row = summary.loc[name]
    ends = {"estimate": "", "lower": "_lower", "upper": "_upper"}
    limits = {part: 100 * row[f"share_12{end}"] for part, end in ends.items()}
    level = certainty.of_gain(of_difference, **limits)
    return Finding(
        key=f"kept_12_{name}",
        question="Was the gain in hospital mortality kept a year after leaving?",
        answer=kept(name, summary),
        **limits,
        unit="percent",
        n=int(row["share_12_n"]),
        of="trusts that left",
        direction="higher is better",
        certainty=level,
        rule=BY_GAIN,
        because=gain_because(level, of_difference),
        rival="What was chance would last after leaving whatever anyone did (regression to the mean).",
        page="metrics/after",
        anchor="leaving-kept-shmi",
        sources=(regime.indicator(name)["table"], "regime_spells"),
        none=100.0,
        verdict="" if row["status_12"] == ESTIMABLE else row["status_12"],
        digits=0,
    )


def after_entry(row: pd.Series) -> str:
    """Say which way an indicator went after entry, and what keeps that from being a clear change.

    row: of `protocol.two_baselines`.
    """
    if row["verdict"] == "cannot be said" or pd.isna(row["lower"]):
        return "It cannot be said from the figures at hand."
    if row["verdict"] in ("improvement", "worsening"):
        return f"Yes: {row['verdict']}, and more than at equally bad trusts that never entered."
    reading = rule.reading(row)
    if reading not in ("better", "worse"):
        return f"There was {reading}." if reading.startswith("no ") else f"It was {reading}."
    side = "higher" if row["estimate"] > 0 else "lower"
    but = (
        "equally bad trusts that never entered moved much the same way"
        if row["bad_lower"] <= 0 <= row["bad_upper"]
        else "not by each of the comparisons that our rule asks for"
    )
    return f"It was {side} than predicted, which is {reading}; but {but}, so we call it no clear change."


def set_apart(reading: str) -> str:
    """Say which of two groups recovered more. reading: of `protocol.reading`, entrants less the others."""
    return {
        "better": "More at trusts that entered: equally bad trusts that never entered recovered less. In made-up figures where entry changes nothing this comparison errs too, so it is no proof.",
        "worse": "Less at trusts that entered: equally bad trusts that never entered recovered more. In made-up figures where entry changes nothing this comparison leans the same way, so it is no proof of harm.",
    }.get(reading, f"About as much: {reading}.")


def kept(name: str, summary: pd.DataFrame) -> str:
    """Say what share of a gain was still there a year after leaving, and where there was none to keep.

    name: an indicator. summary: as `leaving.summary` returns it, by `indicator`.
    """
    row = summary.loc[name]
    if row["status_12"] == ESTIMABLE:
        first = f"{words.number(100 * row['share_12'], 'percent', digits=0)} of the gain was still there"
        if row["share_12_lower"] < 1 < row["share_12_upper"]:
            first += ", with an interval too wide to tell keeping from losing"
    else:
        first = f"It cannot be said: {row['status_12']}"
    others = summary.index.drop(name)
    none = [indicators.label(one) for one in others if summary.loc[one, "status_12"] != ESTIMABLE]
    return f"{first}." + (f" There was no clear gain to keep in {words.join(none)}." if none else "")


def difference_because(level: str, lower: float, upper: float) -> str:
    """Say why a difference has the level that `certainty.of_difference` gave it."""
    if level == certainty.VERY_LOW:
        if pd.isna(lower) or pd.isna(upper):
            return "there is no interval"
        return "the interval includes zero" if lower <= 0 <= upper else "too few trusts carry the estimate"
    return {
        certainty.LOW: "the interval leaves out zero, but our rule for reporting a change is not met",
        certainty.MODERATE: "our rule for reporting a change is met, but not every further check",
        certainty.HIGH: "our rule for reporting a change and every further check are met",
    }[level]


def record_because(sure: float, limits: Mapping[str, float]) -> str:
    """Say why a length or share has the level that `certainty.of_record` gave it."""
    share = words.number(100 * sure, "percent", digits=0)
    spread = "wider" if limits["upper"] - limits["lower"] > limits["estimate"] else "narrower"
    return f"{share} of spells are dated with high confidence, and the interval is {spread} than the figure"


def gain_because(level: str, of_difference: str) -> str:
    """Say why the share of a gain has the level that `certainty.of_gain` gave it."""
    lower = "" if level == of_difference else ", and the interval is wide"
    return f"certainty about the gain itself is {of_difference}{lower}"
