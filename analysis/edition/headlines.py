"""The headline numbers of the report, computed by the functions that the chapters use; nothing is typed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from analysis.methods.effects.gain_kept import ESTIMABLE
from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.regression_to_mean import expected_regression
from analysis.study import entry_effects, indicators, leaving, regime, rivals

MONTHS_IN_YEAR = 12
KEOGH = "Without the eleven Keogh trusts"
LEFT_BY, BACK_BY = 24, 48  # months at which the shares that left, and that came back, are read off
NO_DIFFERENCE = 0.0
ALL_KEPT = 100.0
LEFT = "trusts that left"
NO_NONE = float("nan")  # a level or a count: there is no value that means "none"
COSTS = "analysis.edition.headline_costs"  # offers `headline_numbers()`, rows as Headline; left out while it is not there


@dataclass(frozen=True, slots=True)
class Headline:
    """One headline number.

    key: stable name, never used for another quantity. name: what it is, for readers. value, low, high: in
    `unit` (a key of `present.FORMATS`); low and high are 95% limits, NaN where there is no interval. n: how
    many `of` it rests on. direction: "higher is better", "lower is better" or "neither". none: the value that
    means no difference, NaN for levels and counts. verdict: by `analysis.study.rule`, or why there is no
    value; "" where neither applies. page: chapter that shows it.
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


COLUMNS = tuple(Headline.__dataclass_fields__)


def numbers(groups: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the headline numbers, one row a key, columns of `Headline`, in the order of GROUPS.

    groups: names of GROUPS, all when None. Raises KeyError for another name, ValueError for a key used twice.
    """
    chosen = list(GROUPS) if groups is None else list(groups)
    return as_frame([row for group in chosen for row in GROUPS[group]()])


def as_frame(rows: Sequence[Headline]) -> pd.DataFrame:
    """Return headline numbers as a frame with the columns of `Headline`; numbers are floats, n is whole."""
    frame = pd.DataFrame([asdict(row) for row in rows], columns=list(COLUMNS))
    if frame["key"].duplicated().any():
        twice = frame.loc[frame["key"].duplicated(), "key"].tolist()
        raise ValueError(f"headline numbers: keys {twice} are used twice. Allowed: one row a key.")
    floats = dict.fromkeys(("value", "low", "high", "none"), "float64")
    return frame.astype(floats | {"n": "int64"})


def entry() -> list[Headline]:
    """Return what entering was associated with over three years, for each primary indicator.

    Hospital mortality also without the trusts that were chosen for it (the Keogh review).
    """
    rows = []
    for row in entry_effects.two_baselines(indicators.indicators(primary=True)).to_dict("records"):
        title = f"{row['title']}: difference in the three years after entry"
        limits = (row["estimate"], row["lower"], row["upper"])
        rows.append(
            _difference(
                "entry", row["indicator"], title, limits, int(row["n_trusts"]), verdict=row["verdict"]
            )
        )
    return [*rows, _without_keogh("shmi")]


def _without_keogh(name: str) -> Headline:
    found = entry_effects.entry(name, panel=rivals.samples(name)[KEOGH]).overall
    title = f"{regime.indicator(name)['title']}: the same without the eleven trusts of the Keogh review"
    limits = (found.estimate, found.lower, found.upper)
    row = _difference("entry", name, title, limits, int(found.n_trusts), page="metrics/rivals")
    return replace(row, key=f"{row.key}_without_keogh")


def regression() -> list[Headline]:
    """Return, for each primary indicator, the size of regression to the mean and what remains beyond it."""
    names = indicators.indicators(primary=True)
    return [row for name in names for row in (_expected(name), _equally_bad(name))]


def _expected(name: str) -> Headline:
    about = regime.indicator(name)
    grain = about["analysis_grain"]
    year, follow = indicators.YEAR_BEFORE[grain], len(indicators.HORIZONS[grain])
    title = f"{about['title']}: change to be expected from regression to the mean"
    try:
        found = expected_regression(regime.panel(name), baseline=year, follow_up=follow)
        value, n, verdict = found.expected, len(found.frame), ""
    except EffectError as error:
        value, n, verdict = np.nan, 0, str(error)
    limits = (value, np.nan, np.nan)
    return _difference(
        "regression_to_the_mean", name, title, limits, n, verdict=verdict, page="metrics/rivals"
    )


def _equally_bad(name: str) -> Headline:
    title = f"{regime.indicator(name)['title']}: difference from equally bad trusts that never entered"
    try:
        found = entry_effects.equally_bad(name)
        limits, n, verdict = (found.difference, found.lower, found.upper), found.entrants.overall.n_trusts, ""
    except EffectError as error:
        limits, n, verdict = (np.nan, np.nan, np.nan), 0, str(error)
    row = _difference("equally_bad", name, title, limits, n, verdict=verdict, page="metrics/rivals")
    return replace(row, of="trusts that entered, with a partner")


def _difference(
    what: str,
    name: str,
    title: str,
    limits: tuple[float, float, float],
    n: int,
    *,
    verdict: str = "",
    page: str = "metrics/entry",
) -> Headline:
    about = regime.indicator(name)
    unit, none = indicators.GLUE_UNITS[about["unit"]], NO_DIFFERENCE
    key, of = f"{what}_{name}", "trusts that entered"
    return Headline(key, title, *limits, unit, n, of, about["direction"], none, verdict, page)


def stays() -> list[Headline]:
    """Return the size of the regime, the middle stay, leaving and coming back."""
    spells, stay, back = regime.spells(), leaving.stays(), leaving.returns()
    middle, first = stay.medians.iloc[0], spells[spells["spell"] == 1]
    trusts, left = spells["trust"].nunique(), int((first["ended_by"] == "exit").sum())
    gone = stay.at(LEFT_BY).set_index("cause").loc["exit"]
    again = back.at(BACK_BY).set_index("cause")
    came_back = again.loc["returned"] if "returned" in again.index else pd.Series(dtype="float64")
    limits, ends, n = ["incidence", "lower", "upper"], spells["ended_by"] == "exit", int(middle["n"])
    return [
        _count("trusts_entered", "Trusts ever in special measures for quality", trusts, len(spells), "spells"),
        _count("exits", "Spells that ended by leaving", int(ends.sum()), len(spells), "spells"),
        _count("returns", "Trusts that came back after leaving", int((spells["spell"] == 2).sum()), left, LEFT),
        _level("median_time_in_regime", "Middle length of a first spell", middle[["median", "lower", "upper"]], n, unit="months"),
        _level("share_left", "Trusts whose first spell ended by leaving", [100 * left / trusts, np.nan, np.nan], trusts),
        _level(f"share_left_{LEFT_BY}", "Trusts that left within two years of entry", 100 * gone[limits], n),
        _level(
            f"share_returned_{BACK_BY}", "Trusts that came back within four years of leaving",
            100 * came_back.reindex(limits), left, of=LEFT,
        ),
    ]  # fmt: skip


def _count(key: str, name: str, value: int, n: int, of: str) -> Headline:
    return Headline(key, name, value, np.nan, np.nan, "count", n, of, "neither", NO_NONE, "", "regime")


def _level(
    key: str,
    name: str,
    limits: Sequence[float],
    n: int,
    *,
    unit: str = "percent",
    of: str = "trusts that entered",
) -> Headline:
    value, low, high = (float(limit) for limit in limits)
    return Headline(key, name, value, low, high, unit, n, of, "neither", NO_NONE, "", "metrics/after")


def kept() -> list[Headline]:
    """Return, for each primary indicator, the share of the gain kept 12 and 24 months after leaving."""
    return [row for name in indicators.indicators(primary=True) for row in _kept(name)]


def _kept(name: str) -> list[Headline]:
    about = regime.indicator(name)
    year = leaving.YEAR[about["analysis_grain"]]
    try:
        found = leaving.kept(name).frame.to_dict("records")
    except EffectError as error:
        nothing = {"share": np.nan, "lower": np.nan, "upper": np.nan, "n_trusts": 0, "status": str(error)}
        found = [{**nothing, "horizon": step * year} for step in (1, 2)]
    rows = []
    for row in found:
        months = MONTHS_IN_YEAR * int(row["horizon"]) // year
        key = f"kept_{months}_{name}"
        title = f"{about['title']}: share of the gain kept {months} months after leaving"
        limits = [100 * row[part] for part in ("share", "lower", "upper")]
        verdict = "" if row["status"] == ESTIMABLE else row["status"]
        level = _level(key, title, limits, int(row["n_trusts"]), of=LEFT)
        rows.append(replace(level, direction="higher is better", none=ALL_KEPT, verdict=verdict))
    return rows


def costs() -> list[Headline]:
    """Return the headline numbers of the cost chapter; none while it has no module for them."""
    try:
        found = importlib.util.find_spec(COSTS)
    except ModuleNotFoundError:
        return []
    return [] if found is None else list(importlib.import_module(COSTS).headline_numbers())


GROUPS: dict[str, Callable[[], list[Headline]]] = {
    "entry": entry,
    "regression": regression,
    "stays": stays,
    "kept": kept,
    "costs": costs,
}
