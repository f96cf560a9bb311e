"""Words and tables of the chapter on leadership, money and delays."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis import data
from analysis.chapters import ruled
from analysis.chapters.parted import behind as behind
from analysis.methods.effects.panels import EffectError
from analysis.methods.estimate import Estimate, clear, side
from analysis.present import words
from analysis.present.links import Link
from analysis.study import delays, entry_effects, indicators, regime, ruled_out, steps
from analysis.study.rule import CANNOT_TELL, IMPROVED, NO_IMPORTANT, WORSENED

NAMES = {  # of the steps and outcomes, within a sentence and on a picture
    "senior_act": "acting on feedback",
    "senior_involve": "involving staff",
    "senior_communicate": "communication with staff",
    "managers_share": "the share of managers",
    "net_position": "net position",
    "shmi": "hospital mortality",
    "four_hour_waits": "four-hour waits",
    "recommend_work": "staff who recommend their trust",
    "within_18_weeks": "waits under 18 weeks",
}
ENDS = {
    IMPROVED: "{} improved",
    WORSENED: "{} worsened",
    NO_IMPORTANT: "there was no important improvement in {}",
    CANNOT_TELL: "we cannot tell whether {} changed",
    "higher": "{} was higher",
    "lower": "{} was lower",
}
DOMAINS = ["Overall", "Safe", "Effective", "Caring", "Responsive", "Well-led"]


def percent(log: float) -> float:
    """Return a difference of 100 logs as a percentage."""
    return 100 * (np.exp(log / 100) - 1)


def verdicts(names: Sequence[str]) -> str:
    """Say the verdicts on some indicators in one clause, those of one verdict together."""
    by: dict[str, list[str]] = {}
    for name in names:
        by.setdefault(ruled_out.verdict(name), []).append(NAMES[name])
    return "; ".join(ENDS[verdict].format(words.join(named)) for verdict, named in by.items())


def rules_out(name: str) -> str:
    """Say what the comparison that decides leaves out for one indicator."""
    try:
        return ruled.leaves_out(name, ruled_out.of(name)) or "nothing"
    except (EffectError, ValueError):
        return "nothing, as it cannot be compared"


def as_percent(estimate: Estimate) -> tuple[float, float, float]:
    """Return estimate and limits of delays in the area as percentages."""
    value, lower, upper = (percent(part) for part in (estimate.value, estimate.lower, estimate.upper))
    return value, lower, upper


def area_sentence(estimate: Estimate) -> str:
    """Say what delays in the area did after entry, and which way that points beside the published finding."""
    value, lower, upper = as_percent(estimate)
    ways = {"higher": "more delay than", "lower": "less delay than"}
    way = ways.get(side(lower, upper), "neither clearly more nor less delay than")
    points = "the same way as" if value < 0 else "the other way than"
    told = words.estimate(value, lower, upper, "percent", digits=0)
    return (
        f"In the areas of {words.number(estimate.n)} trusts there was {way} predicted in the three years after entry: {told}. "
        f"The estimate points {points} the published finding, and its interval "
        f"{'holds zero, so it is no evidence against it' if lower <= 0 <= upper else 'leaves out zero'}."
    )


def validity_sentence(validity: delays.Validity) -> str:
    """Say how far the area speaks for the trust, and which way it errs."""
    names = regime.short_names()
    return (
        f"Outside the months of the weights the area moves with the trust's own returns from month to month with a correlation of "
        f"{words.number(validity.within, 'score')} (median of {words.number(validity.trusts)} trusts), and lies between "
        f"{words.number(validity.low, 'score')} and {words.number(validity.high, 'score')} of them for half of the trusts. "
        f"In the winter of 2014-15 the correlation over {words.number(validity.winter_trusts)} trusts with beds held by delayed patients was "
        f"{words.number(validity.winter, 'score')}; for {words.join([names[code] for code in validity.below_half])} it was below half of them."
    )


def steps_for_readers() -> pd.DataFrame:
    """Return the steps as texts: arrows of the theory, change after entry by two comparisons, verdict, correlations."""
    decided = steps.by_entry(tuple(steps.known())).set_index("indicator")
    main = entry_effects.two_baselines(steps.known()).set_index("indicator")
    pairs = steps.together().set_index(["indicator", "outcome"]).rename(columns={"value": "estimate"})
    moved = {outcome: f"Moved with {NAMES[outcome]}" for outcome in steps.OUTCOMES}
    rows = []
    for step in steps.STEPS:
        name, about = step.indicator, regime.indicator(step.indicator)
        sizes = [words.told(frame.loc[name], about.change_unit) for frame in (main, decided)]
        together = [words.told(pairs.loc[(name, outcome)], "score") for outcome in moved]
        verdict = str(decided.loc[name, "verdict"])
        rows.append((about.heading, ", ".join(step.arrows), *sizes, verdict, *together))
    columns = ["Step", "Arrows", "After entry, beside the prediction", "Beside trusts alike", "Verdict"]
    return pd.DataFrame(rows, columns=[*columns, *moved.values()])


def arrows() -> pd.DataFrame:
    """Return each step with its arrows of the theory as links to them: `Step`, `Arrow`, `Proposition`."""
    told = data.load("theory_links").set_index("id")
    titles = {step: regime.indicator(step.indicator).title for step in steps.STEPS}
    rows = [
        [title, Link(arrow, f"../theory.html#{arrow}"), told.loc[arrow, "proposition"]]
        for step, title in titles.items()
        for arrow in step.arrows
    ]
    return pd.DataFrame(rows, columns=["Step", "Arrow", "Proposition"])


def providers_for_readers(events: pd.DataFrame) -> pd.DataFrame:
    """Return `delays.providers` as texts."""
    told = {
        "Trust": events["name"],
        "Event": events["event"] + " " + events["date"].map(words.day),
        "Before": events["before"].map(words.number, unit="percent"),
        "After": events["after"].map(words.number, unit="percent"),
        "Others meanwhile": events["others"].map(words.number, unit="points", sign=True),
        "Beside the others": events["beside"].map(words.number, unit="points", sign=True),
        "Quarters": [f"{before} / {after}" for before, after in events["quarters"]],
    }
    return pd.DataFrame(told)


def suspended_for_readers(trusts: pd.DataFrame) -> pd.DataFrame:
    """Return `steps.suspended` as texts."""
    years = trusts["years"].map(lambda years: words.join([str(year) for year in years]))
    return pd.DataFrame({"Trust": trusts["name"], "No waiting list returned on 31 March of": years})


def well_led() -> pd.DataFrame:
    """Return ratings of whole providers by where they stood in the regime: share good or better, by question.

    One row a snapshot and standing ("never in the regime", "in it", "had left it", "entered later"): `snapshot`,
    `standing`, `trusts`, and a share for each question. Trusts that the ratings do not have are not counted.
    """
    ratings = data.load("cqc_provider_ratings")
    good = ratings["rating"].isin(["Good", "Outstanding"])
    wide = ratings.assign(good=100.0 * good)
    wide = wide.pivot(index=["snapshot", "org_code"], columns="domain", values="good").reset_index()
    wide["standing"] = list(map(standing, wide["org_code"], wide["snapshot"]))
    grouped = wide.groupby(["snapshot", "standing"])
    return grouped[DOMAINS].mean().assign(trusts=grouped.size()).reset_index()


def standing(code: str, month: pd.Period) -> str:
    """Say where a trust stood in the regime at the end of a month."""
    day, spells = month.end_time, regime.spells()
    mine = spells[spells["trust"] == code]
    if mine.empty:
        return "never in the regime"
    if ((mine["entered"] <= day) & (mine["last_day"] > day)).any():
        return "in it"
    return "had left it" if (mine["entered"] <= day).any() else "entered later"


def ratings_for_readers() -> pd.DataFrame:
    """Return `well_led` as texts."""
    ratings = well_led()
    who = {
        "When": ratings["snapshot"].map(words.month),
        "Trusts that": ratings["standing"],
        "Trusts": ratings["trusts"].map(words.number),
    }
    return pd.DataFrame(who).join(ratings[DOMAINS].map(words.number, unit="percent", digits=0))


def each_rating() -> pd.DataFrame:
    """Return the ratings of the trusts of the regime at the two snapshots, as texts: one row a trust."""
    ratings = data.load("cqc_provider_ratings")
    spells = regime.spells().drop_duplicates("trust").set_index("trust")
    ratings = ratings[
        ratings["org_code"].isin(spells.index) & ratings["domain"].isin(["Overall", "Well-led"])
    ]
    wide = ratings.pivot(index="org_code", columns=["domain", "snapshot"], values="rating")
    later = _locations()
    rows = []
    for code in spells.index.intersection(wide.index):
        row = {"Trust": spells.loc[code, "name"]}
        for domain in ("Overall", "Well-led"):
            row[f"{domain}: September 2018, March 2019"] = " → ".join(wide.loc[code, domain])
        rows.append(row | {"Its locations, January 2021": later.get(code, words.NOT_AVAILABLE)})
    return pd.DataFrame(rows)


def _locations() -> dict[str, str]:
    """Return how many locations of a trust were good or better in January 2021, overall, as text by code."""
    held = data.load("cqc_ratings")
    held = held[(held["snapshot"] == pd.Period("2021-01")) & (held["level"] == "location")]
    held = held[(held["service"] == "Overall") & (held["domain"] == "Overall")]
    good = held["rating"].isin(["Good", "Outstanding"]).groupby(held["org_code"])
    return {str(code): f"{int(part.sum())} of {len(part)} good or better" for code, part in good}


def changed(names: Sequence[str]) -> dict[str, str]:
    """Return for the glue what each indicator's comparisons rule out: `st_NAME`."""
    return {f"st_{name}": rules_out(name) for name in names if name in indicators.indicators()}


def answer(area: Estimate) -> str:
    """Answer the question of the chapter in three short sentences: money, leaders, delays."""
    value, lower, upper = as_percent(area)
    way = "rose" if value > 0 else "fell"
    moved = way if lower > 0 or upper < 0 else "cannot be told to have moved"
    told = words.estimate(value, lower, upper, "percent", digits=0)
    said = verdicts(["senior_act", "senior_involve", "senior_communicate"])
    already = "; they were falling behind before entry already" if behind("net_position") else ""
    return (
        f"After entry {verdicts(['net_position'])} beside trusts alike: {size('net_position')}{already}. "
        f"Leaders, by what staff say: {said}. Delays around trusts {moved}: {told}."
    )


def capacity() -> str:
    """Return what the answer leaves for later: managers as capacity."""
    return f"Capacity: {verdicts(['managers_share'])}, {size('managers_share')}."


def title_ways() -> str:
    """Return the finding of the first picture."""
    return f"After entry {verdicts(['net_position'])}; {verdicts(['senior_act'])}"


def title_page(marks: pd.DataFrame) -> str:
    """Return the finding of the page of entry, step and outcome: how many steps moved, and what they moved with."""
    first, pairs = (marks[marks["part"] == part] for part in ("entry to step", "step with outcome"))
    moved, together = (int(clear(rows).sum()) for rows in (first, pairs))
    return (
        f"After entry {words.number(moved)} of {words.number(len(first))} steps moved clearly beside trusts alike; "
        f"{words.number(together)} of {words.number(len(pairs))} pairs of step and outcome moved together"
    )


def size(name: str) -> str:
    """Return what followed entry on an indicator beside trusts alike, in words; more is better."""
    return words.told(steps.by_entry((name,)).iloc[0], regime.indicator(name).change_unit)


def pair(step: str, outcome: str) -> str:
    """Return the correlation of changes of a step and an outcome in words."""
    return correlation(steps.moved_together(step, outcome))


def correlation(estimate: Estimate) -> str:
    """Return a correlation of changes with its interval, and at how many trusts."""
    return f"{words.told(estimate, 'score')}, {words.plural(estimate.n, 'trust')}"
