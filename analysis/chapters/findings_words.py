"""The headline findings in words: answers, reasons for a level of certainty, and the plain-English summary."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis import data
from analysis.present import words
from analysis.present.cards import Card
from analysis.study import certainty, rule as reporting_rule
from analysis.study.findings import Finding

LIMITS = ("estimate", "lower", "upper")


OTHER_SIDE = {"better": "worse", "worse": "better"}


# Primary indicators as the plain-English summary names them.
PLAIN = {
    "shmi": "death rates",
    "four_hour_waits": "the share of patients seen within four hours in A&E",
    "recommend_work": "the share of staff who would recommend their trust",
}


def rule_for_readers(levels: Sequence[str]) -> pd.DataFrame:
    """Return the rule of certainty as texts, one row a level. levels: those of the findings, to be counted."""
    rows = {
        certainty.HIGH: (
            "A change by our rule; chance is unlikely even after allowing for several measures; no choice of "
            "the sensitivity analysis turns it round",
            "Every spell dated with high confidence; interval narrower than the figure",
        ),
        certainty.MODERATE: ("A change by our rule, without all of the above", "One step down"),
        certainty.LOW: ("The interval leaves out zero, but it is no change by our rule", "Two steps down"),
        certainty.VERY_LOW: (
            "The interval includes zero, or fewer than five trusts",
            "Three steps down, or no interval",
        ),
    }
    table = pd.DataFrame(
        {
            "Certainty": list(rows),
            "That there was a difference": [one[0] for one in rows.values()],
            "Of a length or share from the record": [one[1] for one in rows.values()],
            "Findings": [words.number(list(levels).count(level)) for level in rows],
        }
    )
    return table


def summary_entry(both: pd.DataFrame) -> str:
    """Say in plain English what followed entry for each primary indicator; `both` as `protocol.two_baselines`."""
    parts = []
    for row in both.to_dict("records"):
        what, read = PLAIN[row["indicator"]], reporting_rule.reading(pd.Series(row))
        side = "higher" if row["estimate"] > 0 else "lower"
        if read in ("better", "worse"):
            parts.append(f"{_capital(what)} ended up {side} than we would expect, which is {read}.")
        else:
            parts.append(f"For {what} we saw {read}.")
    return " ".join(parts)


def summary_equally_bad(both: pd.DataFrame) -> str:
    """Say how equally bad trusts that never entered moved, and which changes are clear by our rule."""
    same = [
        PLAIN[row["indicator"]]
        for row in both.to_dict("records")
        if row["bad_lower"] <= 0 <= row["bad_upper"]
    ]
    apart = {
        PLAIN[row["indicator"]]: reporting_rule.reading(
            pd.Series({**{part: row[f"bad_{part}"] for part in LIMITS}, "direction": row["direction"]})
        )
        for row in both.to_dict("records")
        if row["bad_lower"] > 0 or row["bad_upper"] < 0
    }
    parts = [f"For {words.join(same)} they moved much the same way."] if same else []
    parts += [
        f"For {what} the trusts that were never put in did {OTHER_SIDE.get(read, read)}; that may be chance."
        for what, read in apart.items()
    ]
    clear = [
        PLAIN[row["indicator"]] for row in both.to_dict("records") if row["verdict"] in certainty.CHANGES
    ]
    rule = (
        f"we call only {words.join(clear)} a clear change"
        if clear
        else "we call none of these a clear change"
    )
    return " ".join([*parts, f"So {rule}."])


def one_line(both: pd.DataFrame) -> str:
    """Say in one sentence whether anything changed clearly after entry; `both` as `protocol.two_baselines`."""
    rows = both[both["verdict"].isin(certainty.CHANGES)]
    if rows.empty:
        return (
            "None of the main measures changed clearly by our rule, which asks three comparisons to agree. "
            "That is not proof that nothing changed: the rule misses many real changes."
        )
    parts = [f"{PLAIN[row['indicator']]} ({row['verdict']})" for row in rows.to_dict("records")]
    return f"A clear change came next in {words.join(parts)}, beyond that at trusts just as bad that were never put in."


def deaths_for_each_hundred(item: Finding) -> str:
    """Say a difference in hospital mortality, a ratio of deaths to those expected, in deaths."""
    side = "fewer" if item.estimate < 0 else "more"
    change = words.number(item.estimate, item.unit, digits=item.digits)
    deaths = words.number(abs(100 * item.estimate), digits=1)
    return f"For hospital mortality, {change} stands for {deaths} {side} deaths for each hundred expected."


def summary_kept(gain: Finding) -> str:
    """Say in plain English whether a gain lasted. gain: the finding on the share kept, in percent."""
    if gain.certainty == certainty.VERY_LOW:
        return "We cannot say whether what was gained was kept: the figures are too few."
    share = words.number(gain.estimate, gain.unit, digits=gain.digits)
    return f"A year after leaving, {share} of what was gained was still there."


def study_said(both: pd.DataFrame) -> str:
    """Say on which measures the original study's direction and ours agree; `both` as `protocol.two_baselines`."""
    ours = both.set_index("indicator")
    agree: list[str] = []
    differ: list[str] = []
    unknown: list[str] = []
    for claim in data.load("published_findings").itertuples():
        if pd.isna(claim.indicator):
            unknown.append(claim.measure.lower())
        else:
            read = reporting_rule.reading(ours.loc[claim.indicator])
            (agree if read == claim.published_direction else differ).append(PLAIN[claim.indicator])
    parts = [f"We see the same for {words.join(agree)}."] if agree else []
    parts += [f"We do not see it for {words.join(differ)}."] if differ else []
    parts += [f"We had no figures by trust on {words.join(unknown)}."] if unknown else []
    return " ".join(parts)


def for_page(found: Sequence[Finding], *, changed: Sequence[str] = ()) -> list[Card]:
    """Return findings as the texts that `present.cards.cards` shows. changed: keys with another conclusion."""
    return [
        Card(
            name=one.key.replace("_", "-"),
            heading=one.question,
            answer=one.answer,
            facts=f"{_capital(one.text())}; {words.number(one.n)} {one.of}; {one.direction}.",
            certainty=f"Certainty: {one.certainty} ({one.because}).",
            rival=one.rival,
            href=f"{one.page}.html#{one.anchor}",
            sources=one.sources,
            changed=one.key in changed,
        )
        for one in found
    ]


def for_readers(found: Sequence[Finding]) -> pd.DataFrame:
    """Return findings as texts for a table, one row each."""
    return pd.DataFrame(
        {
            "Question": [one.question for one in found],
            "Estimate": [one.text() for one in found],
            "Better": [one.direction for one in found],
            "From": [f"{words.number(one.n)} {one.of}" for one in found],
            "Certainty": [one.certainty for one in found],
        }
    )


def for_board(found: Sequence[Finding]) -> pd.DataFrame:
    """Return findings as texts for a narrow table: the question, the estimate and the certainty."""
    return for_readers(found)[["Question", "Estimate", "Better", "Certainty"]]


def highest(found: Sequence[Finding]) -> str:
    """Return the highest level of certainty among findings, of which there must be one or more."""
    return min((one.certainty for one in found), key=certainty.LEVELS.index)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
