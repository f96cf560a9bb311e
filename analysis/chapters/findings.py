"""The findings: six to ten headline numbers, each with its question, its answer, why it is that sure, and its rival."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.chapters import ruled
from analysis.chapters.parted import behind
from analysis.edition import headlines, rating, store
from analysis.edition.compare import compare
from analysis.edition.headlines import Headline
from analysis.methods.estimate import HIGHER, LOWER, side
from analysis.present import words
from analysis.study import before_entry, certainty, indicators, rule, ruled_out
from analysis.study.indicators import told_in
from analysis.study.ruled_out import RuledOut

GROUPS = ("entry", "regression", "stays", "kept")  # of headline numbers: all but the costs

Numbers = Mapping[str, Headline]  # by key


def told(number: Headline, *, digits: int | None = None) -> str:
    """Return a headline number with its interval, in the unit in which a reader is told it."""
    return words.estimate(number.value, number.low, number.high, told_in(number.unit), digits=digits)


class FindingError(ValueError):
    """Findings that cannot be listed as asked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A headline number with the words that a reader needs to judge it.

    number: the headline number, its certainty judged. question, answer: plain sentences; the answer is
    computed and holds no number that is not on record. rival: the main other explanation. of, better: what n counts and which way is good, where the words of the record are
    too short. digits: digits after the point in place of the unit's own. beside: what stands beside the number
    wherever it is shown.
    """

    number: Headline
    question: str
    answer: str
    rival: str
    of: str = ""
    better: str = ""
    digits: int | None = None
    beside: str = ""

    @property
    def key(self) -> str:
        """The key of the number on record."""
        return self.number.key

    def text(self) -> str:
        """Return the number with its interval, as the chapters print it."""
        text = told(self.number, digits=self.digits)
        return f"{text}; {self.beside}" if self.beside else text

    def base(self) -> str:
        """Return how many of what carry the number."""
        return f"{words.number(self.number.n)} {self.of or self.number.of}"

    def because(self) -> str:
        """Say why the number has the certainty that its part of the rule gave it."""
        doubts = [DOUBTED[doubt] for doubt in self.number.doubts]
        return words.join(doubts) if doubts else "nothing that the rule asks stands against it"

    def direction(self) -> str:
        """Return which way is better, in words."""
        return self.better or self.number.direction


def numbers() -> dict[str, Headline]:
    """Return the headline numbers of the metrics chapters by key, with their certainty."""
    return {row.key: row for row in rating.rated(headlines.headlines(GROUPS))}


def findings(known: Numbers) -> list[Finding]:
    """Return the findings in the order of the chapters; `known` as `numbers` returns it."""
    entries = [_after_entry(known, name) for name in indicators.indicators(primary=True)]
    others = [_without_keogh(known), _apart(known, "recommend_work"), _kept(known, "shmi")]
    return [_stay(known), _returns(known), *entries, *others]


def ordered(findings: Sequence[Finding], *, changed: Sequence[str] = ()) -> list[Finding]:
    """Return the findings, those whose conclusion changed since the last edition first.

    changed: their keys. Raises FindingError for a key that is not among the findings.
    """
    unknown = set(changed) - {one.key for one in findings}
    if unknown:
        raise FindingError(f"changed {sorted(unknown)}. Allowed: {[one.key for one in findings]}.")
    return sorted(findings, key=lambda one: one.key not in changed)


def changed(findings: Sequence[Finding], *, where: Path | None = None) -> list[str]:
    """Return the keys whose conclusion the last edition changed, or that differ from the last edition now.

    where: folder of the editions, that of the data when None. Nothing before the first edition. A finding
    that the last edition does not hold is new and not changed. See `analysis.edition.compare`.
    """
    last = store.latest(where)
    if last is None:
        return []
    compared = compare(last.headline, headlines.as_frame([one.number for one in findings]))
    rows = pd.concat([last.changed_conclusions()["key"], compared.loc[compared["conclusion"], "key"]])
    return [one.key for one in findings if one.key in set(rows)]


def changed_sentence(keys: Sequence[str]) -> str:
    """Say how many conclusions the last edition changed; blank for none."""
    if not keys:
        return ""
    return f"{words.plural(len(keys), 'conclusion')} changed since the last edition; there they stand first."


def reading(number: Headline) -> str:
    """Say which way a difference points, as `rule.reading`."""
    limits = {"estimate": number.value, "lower": number.low, "upper": number.high}
    return rule.reading(pd.Series({**limits, "direction": number.direction, "n_trusts": number.n}))


def _stay(known: Numbers) -> Finding:
    number = known["median_time_in_regime"]
    return Finding(
        number,
        question="How long did trusts stay in special measures?",
        answer=f"Half of the trusts had ended their first stay by about {words.number(number.value)} months.",
        rival="A stay ends when inspectors come back, so its length tells of their timetable too.",
        better="neither longer nor shorter is better",
    )


def _returns(known: Numbers) -> Finding:
    number, back = known[f"share_returned_{headlines.BACK_BY}"], known["returns"]
    return Finding(
        number,
        question="How many trusts came back within four years of leaving?",
        answer=f"{words.number(back.value)} of the {words.plural(back.n, 'trust')} that left came back before the regime ended.",
        rival="A trust can stay out because it is well, because it was merged, or because nobody came to look.",
        better="lower is better",
        digits=0,
    )


def _after_entry(known: Numbers, name: str) -> Finding:
    number, bad, decides = (known[f"{what}_{name}"] for what in ("entry", "equally_bad", "decided"))
    parted = [before_entry.PARTED] if behind(name) else []
    return Finding(
        number,
        question=f"Did {indicators.label(name)} change in the three years after entry?",
        answer=after_entry(number, ruled_out.of(name)),
        rival=(
            f"Trusts entered at a low point, and some recovery would be expected anyway (regression to the mean). "
            f"Less the movement of equally bad trusts that never entered, the difference is {told(bad)}. {behind(name)}"
        ).strip(),
        beside="; ".join([f"beside trusts alike {told(decides)}", *parted]),
    )


def _without_keogh(known: Numbers) -> Finding:
    number = known["entry_shmi_without_keogh"]
    left = "a" if reading(number) in ("better", "worse") else "no clear"
    return Finding(
        number,
        question="Does the answer on hospital mortality rest on the first eleven trusts?",
        answer=f"Without the trusts of the Keogh review, which were chosen for high death rates, {left} difference in death rates remains.",
        rival="Trusts chosen for a high figure are expected to have a lower one next time (regression to the mean).",
        of="trusts that entered, the first eleven left out",
    )


def _apart(known: Numbers, name: str) -> Finding:
    number = known[f"equally_bad_{name}"]
    return Finding(
        number,
        question="Did staff's view of their trust recover as much as at equally bad trusts that never entered?",
        answer=set_apart(reading(number), reading(known[f"decided_{name}"])),
        rival=(
            "The two groups may have differed before entry in ways that the survey does not show. It is one of three "
            "such comparisons and is not adjusted for their number."
        ),
    )


def _kept(known: Numbers, name: str) -> Finding:
    number = known[f"gain_change_12_{name}"]
    return Finding(
        number,
        question="Was the gain in hospital mortality kept a year after leaving?",
        answer=kept(number),
        rival=(
            "Trusts leave when they look better, so a loss afterwards can be chance; and what was chance in the gain "
            "would last whatever anyone did (regression to the mean)."
        ),
    )


def after_entry(number: Headline, limits: RuledOut) -> str:
    """Say which way an indicator went after entry, and what the comparison that decides rules out.

    limits: of `ruled_out.of`.
    """
    if pd.isna(number.low):
        return "It cannot be said from the figures at hand."
    read = reading(number)
    went = f"There was {read}" if read.startswith("no ") else f"It was {read}"
    if read in ("better", "worse"):
        went = f"It was {'higher' if number.value > 0 else 'lower'} than predicted, which is {read}"
    return f"{went}. {ruled.sentence(number.indicator, limits)}"


def set_apart(read: str, decided: str) -> str:
    """Say which of two groups recovered more. read, decided: of `rule.reading`, entrants less one equally bad partner, and less ten.

    Evidence is weak where the first leaves out zero and the one that decides does not.
    """
    more = {"better": "more", "worse": "less"}.get(read)
    if more is None:
        return f"It could not be told from that at equally bad trusts: {read}."
    weak = "weak evidence" if decided != read else "evidence"
    return (
        f"There is {weak} that it recovered {more} at trusts that entered. In simulated figures where entry changes "
        f"nothing this comparison errs too, so it does not show {'a gain' if more == 'more' else 'harm'}."
    )


def kept(number: Headline) -> str:
    """Say whether a gain was lost, kept or grew within a year of leaving, as far as its interval tells."""
    if number.verdict or pd.isna(number.low):
        return f"It cannot be said: {number.verdict or 'there is no interval'}."
    ends = {LOWER: "Part of it was lost.", HIGHER: "It grew."}
    unclear = "No clear loss and no clear growth: it changed by less than we can tell."
    return ends.get(side(number.low, number.high), unclear)


DOUBTED = {
    certainty.EITHER: "the interval holds both no difference and one that matters",
    certainty.NO_INTERVAL: "there is no interval",
    certainty.FEW: "too few trusts carry it",
    certainty.NOT_BY_LOT: "no trust was put in by lot",
    certainty.PARTING: "these trusts were parting from the others before entry",
    certainty.BARE: "this comparison is not calibrated and errs after a bad year",
    certainty.DISAGREE: "another way to compare or count says otherwise",
    certainty.THINLY_DATED: "many spells are not surely dated",
    certainty.IMPRECISE: "its interval reaches further than a difference that matters",
    certainty.VERY_IMPRECISE: "its interval reaches twice as far as a difference that matters",
}
