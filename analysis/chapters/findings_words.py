"""The findings on the page: the plain-English summary, the tables and the cards."""

from collections.abc import Sequence

import pandas as pd

from analysis import data
from analysis.chapters import ruled
from analysis.chapters.findings import Finding, Numbers, reading
from analysis.edition.headlines import Headline
from analysis.methods.estimate import HIGHER, LOWER, UNKNOWN, side
from analysis.present import words
from analysis.present.cards import Card
from analysis.study import before_entry, certainty, indicators, regime, rule, ruled_out

OTHER_SIDE = {"better": "worse", "worse": "better"}
# Primary indicators as the plain-English summary names them.
PLAIN = {
    "shmi": "death rates",
    "four_hour_waits": "the share of patients seen within four hours in A&E",
    "recommend_work": "the share of staff who would recommend their trust",
}
MEANT = {
    certainty.HIGH: "Nothing stands against it. No difference can reach this: no trust was put in by lot",
    certainty.MODERATE: "One doubt. A precise answer, be it that there was no important improvement",
    certainty.LOW: "Two doubts, or an interval that reaches twice as far as a difference that matters",
    certainty.VERY_LOW: "We do not know: the interval holds both no difference and one that matters; or three doubts",
}


def rule_for_readers(levels: Sequence[str]) -> pd.DataFrame:
    """Return the levels of certainty as texts, one row a level. levels: those of the findings, to be counted."""
    counts = [words.number(list(levels).count(level)) for level in MEANT]
    return pd.DataFrame({"Certainty": list(MEANT), "What it means": list(MEANT.values()), "Findings": counts})


def doubts_for_readers() -> pd.DataFrame:
    """Return the three doubts of the rule of certainty as texts: of a difference, and of a length or share."""
    months, share = (words.number(certainty.SMALLEST[unit], unit, digits=0) for unit in ("months", "percent"))
    mostly = words.number(100 * certainty.MOSTLY, "percent", digits=0)
    rows = [
        (
            "Precision",
            "Does the interval decide? If it holds both no difference and one that matters, certainty is very low",
            f"Does the interval reach further than {months}, or {share} of trusts? A step down; twice as far, two",
        ),
        (
            "Bias",
            "No trust was put in by lot, always a step down; trusts were parting from the others before entry; the "
            "comparison is not calibrated on simulated panels",
            f"Fewer than {mostly} of spells are dated with high confidence",
        ),
        (
            "Agreement",
            "Another way to compare with trusts alike gives an estimate on the other side",
            "Counted from surely dated spells alone, it is another by more than matters",
        ),
    ]
    return pd.DataFrame(rows, columns=["Doubt", "Of a difference", "Of a length or share from the record"])


def after_entry(known: Numbers, what: str = "entry") -> list[Headline]:
    """Return the difference after entry of each primary indicator ("entry"), or less equally bad trusts ("equally_bad")."""
    return [known[f"{what}_{name}"] for name in indicators.indicators(primary=True)]


def summary_entry(known: Numbers) -> str:
    """Say in plain English what followed entry for each primary indicator; `known` as `findings.numbers`."""
    parts = []
    for number in after_entry(known):
        what, read = words.capital(PLAIN[number.indicator]), reading(number)
        side = "higher" if number.value > 0 else "lower"
        if read in ("better", "worse"):
            parting = before_entry.parting(number.indicator) < before_entry.CLEAR
            moving = ", but it was falling behind before entry" if parting else ""
            parts.append(f"{what} ended up {side} than we would expect, which is {read}{moving}.")
        else:
            parts.append(f"For {PLAIN[number.indicator]} we saw {read}.")
    return " ".join(parts)


def summary_equally_bad(known: Numbers) -> str:
    """Say how equally bad trusts that never entered moved, and which changes are clear by our rule."""
    beside = after_entry(known, "equally_bad")
    same = [PLAIN[number.indicator] for number in beside if number.low <= 0 <= number.high]
    apart = {
        PLAIN[number.indicator]: reading(number) for number in beside if number.low > 0 or number.high < 0
    }
    told = f"For {words.join(same)} we could not tell them apart from trusts that were put in."
    parts = [told] if same else []
    parts += [
        f"For {what} the trusts that were never put in did {OTHER_SIDE.get(read, read)}; that may be chance."
        for what, read in apart.items()
    ]
    clear = [PLAIN[number.indicator] for number in after_entry(known) if number.verdict in rule.CHANGES]
    called = f"we can tell a change only in {words.join(clear)}"
    called = called if clear else "of none of these can we tell that it improved"
    return " ".join([*parts, f"So {called}."])


def summary_limits(known: Numbers) -> str:
    """Say in plain English how large a gain the figures rule out beside trusts alike; `known` as `findings.numbers`."""
    parts = []
    for number in after_entry(known, "decided"):
        way = "fall" if regime.indicator(number.indicator).better == LOWER else "rise"
        most = ruled.size(number.indicator, ruled_out.of(number.indicator).improvement)
        parts.append(f"a {way} of more than {most} in {PLAIN[number.indicator]}")
    return f"There is a limit, though. Beside trusts alike the figures rule out {'; '.join(parts)}."


def one_line(known: Numbers) -> str:
    """Say in a few words the verdict on each primary indicator; `known` as `findings.numbers`."""
    verdicts = {PLAIN[number.indicator]: number.verdict for number in after_entry(known)}
    changed = [f"{plain} ({verdict})" for plain, verdict in verdicts.items() if verdict in rule.CHANGES]
    if not changed:
        none = [plain for plain, verdict in verdicts.items() if verdict == rule.NO_IMPORTANT]
        unknown = [plain for plain in verdicts if plain not in none]
        parts = [f"there was no important improvement in {words.join(none)}"] if none else []
        parts += [f"we cannot tell about {words.join(unknown)}"] if unknown else []
        return f"Beside trusts alike that were never put in, {'; '.join(parts)}. What we cannot tell has a limit."
    return f"A change that we can tell came next in {words.join(changed)}, beyond that at trusts alike that were never put in."


def summary_kept(gain: Finding) -> str:
    """Say in plain English whether a gain lasted. gain: the finding on its change after leaving."""
    which, what = (
        side(gain.number.low, gain.number.high),
        f"what was gained in {PLAIN[gain.number.indicator]}",
    )
    if which == UNKNOWN:
        return "We cannot say whether what was gained was kept: the figures are too few."
    ends = {LOWER: f"part of {what} was lost", HIGHER: f"{what} had grown"}
    return f"A year after leaving, {ends.get(which, f'{what} was neither clearly lost nor clearly grown')}."


def study_said(known: Numbers) -> str:
    """Say on which measures the original study's direction and ours agree; `known` as `findings.numbers`."""
    agree, differ, unknown, untold = (list[str]() for _ in range(4))
    for claim in data.load("published_findings").itertuples():
        if pd.isna(claim.indicator):
            unknown.append(claim.measure.lower())
            continue
        ours, plain = known[f"entry_{claim.indicator}"], PLAIN[claim.indicator]
        alike = reading(ours) == claim.published_direction
        (agree if alike else differ).append(plain)
        untold += [plain] if alike and ours.verdict == rule.CANNOT_TELL else []
    which = "" if untold == agree else f" for {words.join(untold)}"
    told = f", though beside trusts alike we cannot tell{which}" if untold else ""
    parts = [f"Against the prediction we see the same for {words.join(agree)}{told}."] if agree else []
    parts += [f"We do not see it for {words.join(differ)}."] if differ else []
    parts += [f"No estimate by trust could be made for {words.join(unknown)}."] if unknown else []
    return " ".join(parts)


def for_page(findings: Sequence[Finding], *, changed: Sequence[str] = ()) -> list[Card]:
    """Return findings as the texts that `present.cards.cards` shows. changed: keys with another conclusion."""
    cards = []
    for finding in findings:
        number = finding.number
        of = f' of "{number.verdict}"' if number.verdict in rule.VERDICTS else ""
        card = Card(
            name=finding.key.replace("_", "-"),
            heading=finding.question,
            answer=finding.answer,
            facts=f"{words.capital(finding.text())}; {finding.base()}; {finding.direction()}.",
            certainty=f"Certainty{of}: {number.certainty} ({finding.because()}).",
            rival=finding.rival,
            href=f"{number.page}.html#{number.anchor}",
            sources=number.sources,
            changed=finding.key in changed,
        )
        cards.append(card)
    return cards


def for_readers(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return findings as texts for a table, one row each."""
    rows = []
    for finding in findings:
        number = finding.number
        of = f" ({number.verdict})" if number.verdict in rule.VERDICTS else ""
        told = (finding.text(), finding.direction(), finding.base(), f"{number.certainty}{of}")
        rows.append((finding.question, *told))
    return pd.DataFrame(rows, columns=["Question", "Estimate", "Better", "From", "Certainty"])


def for_board(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return findings as texts for a narrow table: the question, the estimate and the certainty."""
    return for_readers(findings)[["Question", "Estimate", "Better", "Certainty"]]


def highest(findings: Sequence[Finding]) -> str:
    """Return the highest level of certainty among findings, of which there must be one or more."""
    return min((one.number.certainty for one in findings), key=certainty.LEVELS.index)
