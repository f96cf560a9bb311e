"""The headline numbers of the report, computed once, by the functions that the chapters use."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods.effects.gain_kept import ESTIMABLE
from analysis.methods.effects.panels import EffectError
from analysis.study import certainty, deciding, entry_effects, indicators, leaving, regime, samples

MONTHS_IN_YEAR = 12
LEFT_BY, BACK_BY = 24, 48  # months at which the shares that left, and that came back, are read off
ENTERED, LEFT, PAIRED = "trusts that entered", "trusts that left", "trusts that entered, with a partner"
NO_DIFFERENCE = 0.0
NO_NONE = float("nan")  # a level or a count: there is no value that means "none"
MISSING = (float("nan"),) * 3
REGIME_OVER = f"{regime.REGIME_END:%Y-%m-%d}"
OPEN = ""  # of a window: new periods count

Limits = Sequence[float]  # value, low, high


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline number.

    key: stable name, never used for another quantity. name: what it is, for readers. value, low, high: in
    `unit` (a key of `words.FORMATS`); low and high are 95% limits, NaN where there is no interval. n: how
    many `of` it rests on. direction: "higher is better", "lower is better" or "neither". none: the value that
    means no difference, NaN for levels and counts. verdict: by `analysis.study.rule`, or why there is no
    value; "" where neither applies. page, anchor: chapter that shows it, and the place there. indicator: what
    it is about, "" for the regime itself. sources: names of the tables behind it.
    rule: the part of the rule of certainty that judges it ("" for none: an expectation, a plain count, a
    cost). certainty, doubts: the level by that part and why it is no higher, once `rating.rated` has judged it.
    until: last period that its window takes in, '' where the window is open and new data can move it.
    """

    key: str
    name: str
    value: float
    low: float
    high: float
    unit: str
    n: int
    of: str
    direction: str
    none: float
    verdict: str
    page: str
    anchor: str = ""
    indicator: str = ""
    sources: tuple[str, ...] = ()
    rule: str = ""
    certainty: str = ""
    doubts: tuple[str, ...] = ()
    until: str = REGIME_OVER


# What an edition stores of a number: part of the record, so never renamed or put in another order.
ON_RECORD = ("key", "name", "value", "low", "high", "unit", "n", "of", "direction", "none", "verdict", "page")


def headlines(groups: Sequence[str] | None = None) -> list[Headline]:
    """Return the headline numbers in the order of GROUPS, their certainty not judged yet.

    groups: names of GROUPS, all when None. Raises KeyError for another name.
    """
    return [row for group in (GROUPS if groups is None else groups) for row in GROUPS[group]()]


def numbers(groups: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the headline numbers as an edition stores them; see `headlines` and `as_frame`."""
    return as_frame(headlines(groups))


def as_frame(rows: Sequence[Headline]) -> pd.DataFrame:
    """Return headline numbers as a frame, one row a key, columns ON_RECORD; numbers are floats, n is whole.

    Raises ValueError for a key used twice.
    """
    frame = pd.DataFrame([asdict(row) for row in rows], columns=list(ON_RECORD))
    if frame["key"].duplicated().any():
        twice = frame.loc[frame["key"].duplicated(), "key"].tolist()
        raise ValueError(f"headline numbers: keys {twice} are used twice. Allowed: one row a key.")
    floats = dict.fromkeys(("value", "low", "high", "none"), "float64")
    return frame.astype(floats | {"n": "int64"})


def entry() -> list[Headline]:
    """Return what entering was associated with over three years, for each primary indicator.

    Hospital mortality also without the trusts that were chosen for it (the Keogh review).
    """
    title = "difference in the three years after entry"
    rows = []
    for row in entry_effects.two_baselines(indicators.indicators(primary=True)).to_dict("records"):
        name, limits = row["indicator"], [row[part] for part in ("estimate", "lower", "upper")]
        place = {
            "page": "metrics/entry",
            "anchor": f"entry-{name.replace('_', '-')}",
            "verdict": row["verdict"],
        }
        rows.append(_difference("entry", name, title, limits, int(row["n_trusts"]), **place))
    return [*rows, _without_keogh("shmi")]


def _without_keogh(name: str) -> Headline:
    found = entry_effects.entry(name, panel=samples.samples(name)[samples.WITHOUT_KEOGH]).overall
    title = "the same without the eleven trusts of the Keogh review"
    limits, anchor = (found.estimate, found.lower, found.upper), "does-the-answer-hang-on-a-choice"
    row = _difference("entry", name, title, limits, int(found.n_trusts), anchor=anchor)
    return replace(row, key=f"{row.key}_without_keogh", sources=(*row.sources, "regime_trusts"))


def regression() -> list[Headline]:
    """Return, for each primary indicator, the size of regression to the mean, and comparisons that allow for it."""
    names = indicators.indicators(primary=True)
    return [row for name in names for row in (_expected(name), _equally_bad(name), _decided(name))]


def _expected(name: str) -> Headline:
    title = "change to be expected from regression to the mean"
    try:
        found = entry_effects.regression(name)
        limits, n, verdict = (found.expected, np.nan, np.nan), len(found.frame), ""
    except EffectError as error:
        limits, n, verdict = MISSING, 0, str(error)
    return _difference("regression_to_the_mean", name, title, limits, n, verdict=verdict, rule="")


def _equally_bad(name: str) -> Headline:
    title = "difference from equally bad trusts that never entered"
    try:
        found = entry_effects.equally_bad(name)
        limits, n, verdict = (found.difference, found.lower, found.upper), found.entrants.overall.n_trusts, ""
    except EffectError as error:
        limits, n, verdict = MISSING, 0, str(error)
    return _difference("equally_bad", name, title, limits, n, verdict=verdict, of=PAIRED)


def _decided(name: str) -> Headline:
    title = (
        "difference from ten trusts alike in level and trend that never entered, the comparison that decides"
    )
    try:
        found = deciding.decided(name)
        limits, n, verdict = (found.value, found.lower, found.upper), found.n, ""
    except EffectError as error:
        limits, n, verdict = MISSING, 0, str(error)
    anchor = "which-comparison-decides"
    return _difference("decided", name, title, limits, n, verdict=verdict, of=PAIRED, anchor=anchor)


def _difference(what: str, name: str, title: str, limits: Limits, n: int, **other: Any) -> Headline:
    """Return a difference after entry; other: the fields in which it is not as most of them."""
    about = regime.indicator(name)
    usual = {
        "unit": about.recorded_in,
        "of": ENTERED,
        "direction": about.direction,
        "none": NO_DIFFERENCE,
        "verdict": "",
        "page": "metrics/rivals",
        "anchor": "would-these-trusts-have-recovered-anyway",
        "indicator": name,
        "sources": (about.table, "regime_spells"),
        "rule": certainty.BY_DIFFERENCE,
        "until": about.main_until,
    }
    value, low, high = limits
    return Headline(f"{what}_{name}", f"{about.title}: {title}", value, low, high, n=n, **{**usual, **other})


def stays() -> list[Headline]:
    """Return the size of the regime, the middle stay, leaving and coming back."""
    spells, stay, back = regime.spells(), leaving.stays(), leaving.returns()
    middle, first = stay.medians.iloc[0], spells[spells["spell"] == 1]
    trusts, left = spells["trust"].nunique(), int((first["ended_by"] == "exit").sum())
    gone = stay.at(LEFT_BY).set_index("cause").loc["exit"]
    again = back.at(BACK_BY).set_index("cause")
    came_back = again.loc["returned"] if "returned" in again.index else pd.Series(dtype="float64")
    limits, ends, n = ["incidence", "lower", "upper"], spells["ended_by"] == "exit", int(middle["n"])
    share_left, second = (100 * left / trusts, np.nan, np.nan), int((spells["spell"] == 2).sum())
    length, came_back = middle[["median", "lower", "upper"]], 100 * came_back.reindex(limits)
    shown = {"of": LEFT, "anchor": "leaving-returns", "sources": ("regime_spells", "organisation_changes")}
    four_years = "Trusts that came back within four years of leaving"
    return [
        _count(
            "trusts_entered", "Trusts ever in special measures for quality", trusts, len(spells), "spells"
        ),
        _count("exits", "Spells that ended by leaving", int(ends.sum()), len(spells), "spells"),
        _count("returns", "Trusts that came back after leaving", second, left, LEFT),
        _level("median_time_in_regime", "Middle length of a first spell", length, n, unit="months"),
        _level("share_left", "Trusts whose first spell ended by leaving", share_left, trusts, rule=""),
        _level(f"share_left_{LEFT_BY}", "Trusts that left within two years of entry", 100 * gone[limits], n),
        _level(f"share_returned_{BACK_BY}", four_years, came_back, left, **shown),
    ]


def _count(key: str, name: str, value: int, n: int, of: str) -> Headline:
    place = {"page": "regime", "anchor": "who-was-in-and-when"}
    return _level(key, name, (value, np.nan, np.nan), n, unit="count", of=of, rule="", **place)


def _level(key: str, name: str, limits: Limits, n: int, **other: Any) -> Headline:
    """Return a length, share or sum; other: the fields in which it is not as most of them."""
    usual = {
        "unit": "percent",
        "of": ENTERED,
        "direction": "neither",
        "none": NO_NONE,
        "verdict": "",
        "page": "metrics/after",
        "anchor": "leaving-stays",
        "sources": ("regime_spells",),
        "rule": certainty.BY_RECORD,
    }
    value, low, high = (float(limit) for limit in limits)
    return Headline(key, name, value, low, high, n=n, **{**usual, **other})


def kept() -> list[Headline]:
    """Return, for each primary indicator, what became of the gain 12 and 24 months after leaving."""
    return [row for name in indicators.indicators(primary=True) for row in _kept(name)]


def _kept(name: str) -> list[Headline]:
    about = regime.indicator(name)
    year = about.year
    try:
        found = leaving.kept(name).frame.to_dict("records")
    except EffectError as error:
        nothing = {"change": np.nan, "change_lower": np.nan, "change_upper": np.nan, "n_trusts": 0}
        found = [{**nothing, "status": str(error), "horizon": step * year} for step in (1, 2)]
    place = {"page": "metrics/after", "of": LEFT, "direction": "higher is better"}
    place["anchor"] = "leaving-kept-shmi" if name == "shmi" else "was-the-gain-kept"
    rows = []
    for row in found:
        months = MONTHS_IN_YEAR * int(row["horizon"]) // year
        title = f"change of the gain by {months} months after leaving, positive is better"
        limits = [row[f"change{end}"] for end in ("", "_lower", "_upper")]
        verdict = "" if row["status"] == ESTIMABLE else row["status"]
        key = f"gain_change_{months}"
        rows.append(_difference(key, name, title, limits, int(row["n_trusts"]), verdict=verdict, **place))
    return rows


def costs() -> list[Headline]:
    """Return what a spell cost in money and in staff time: the base case, and the interval of the draws."""
    # Here, not above: a page that shows no cost must not be run again when a cost is edited.
    from analysis.study.costs import items, uncertain

    costed = items.cost_spells()
    values = uncertain.figures(costed.items, rng=np.random.default_rng(indicators.SEED))
    drawn = uncertain.draw(costed, values=values)
    accounts = {
        "cost_spending_per_spell": ("Money spent on the support of a spell", items.SPENDING),
        "cost_staff_time_per_spell": ("Staff time that a spell took", items.STAFF_TIME),
    }
    usual = {"unit": "gbp", "of": "spells", "direction": "lower is better", "rule": ""}
    usual |= {"page": "costs", "anchor": "what-did-a-spell-cost"}
    sources = ("cost_items", "regime_spells")
    rows = []
    for key, (name, account) in accounts.items():
        limits = (costed.total(account), drawn.of(account).lower, drawn.of(account).upper)
        title = f"{name}, {costed.price_year} prices (range of assumptions, no 95% interval)"
        rows.append(_level(key, title, limits, costed.n, sources=sources, **usual))
    return rows


def since() -> list[Headline]:
    """Return the numbers whose window is open: trusts back in a regime of either name, and the gaps to today.

    The interval of the count is its lower and upper end by what dates and reasons allow, no 95% interval.
    """
    # Here, not above: a page that shows none of these must not be run again when a new month comes.
    from analysis.study import successor, today

    wide = successor.returns_widely()["quality"]
    left = int((regime.spells().query("spell == 1")["ended_by"] == "exit").sum())
    name = "Trusts that left and came back, entries into the successor led by quality included (certain to possible)"
    limits: Limits = (wide.certain, wide.certain, wide.possible)
    usual = {
        "unit": "count",
        "of": LEFT,
        "rule": "",
        "page": "next",
        "anchor": "who-came-back",
        "until": OPEN,
    }
    sources = ("regime_spells", "successor_spells")
    rows = [_level("returns_either_regime", name, limits, left, sources=sources, **usual)]
    for measure in today.NAMES:
        found = today.followed(measure)
        if found.ruled is None:
            continue
        about, change = found.about, found.change
        title = f"{about.title}: change from the last year inside to the newest figures, beside trusts that never entered"
        place = {
            "page": "metrics/today",
            "anchor": f"today-{measure.replace('_', '-')}",
            "of": LEFT,
            "rule": "",
            "until": OPEN,
        }
        shown = {"unit": about.recorded_in, "direction": about.direction, "none": NO_DIFFERENCE}
        shown |= {"indicator": measure, "sources": (*today.tables(measure), "regime_spells"), **place}
        limits = (change.value, change.lower, change.upper)
        rows.append(_level(f"today_{measure}", title, limits, change.n, **shown))
    return rows


GROUPS: dict[str, Callable[[], list[Headline]]] = {
    "entry": entry,
    "regression": regression,
    "stays": stays,
    "kept": kept,
    "costs": costs,
    "since": since,
}
