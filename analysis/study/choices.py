"""The association with entry under any choice that a reader may make, by the functions of the main analysis.

A choice is an indicator, a baseline, whom trusts are compared with, an estimator, a window after entry, and whether the
eleven Keogh trusts are in. Not every estimator can use every baseline: what cannot be estimated says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods import curves
from analysis.methods.effects import group_time, impute
from analysis.methods.effects.equally_bad import paired
from analysis.methods.effects.panels import EffectError, NotEstimable, Panel, Reading, panel_of
from analysis.methods.effects.results import Effects
from analysis.methods.estimate import Estimate
from analysis.study import deciding, regime
from analysis.study.indicators import Indicator
from analysis.study.samples import WINDOWS, WITHOUT_KEOGH, samples

ALL, OUT, LAST = "all", "without-year", "last"
TYPE, BAD, ALIKE, NOT_YET = "type", "equally-bad", "alike", "not-yet"
PARTNERS, IMPUTATION, GROUP_TIME = "partners", "imputation", "group-time"
LONG, SHORT = "long", "short"
KEOGH, NO_KEOGH = "keogh", "no-keogh"
VALUES = {
    "baseline": (ALL, OUT, LAST),
    "comparator": (ALIKE, TYPE, BAD, NOT_YET),
    "estimator": (PARTNERS, IMPUTATION, GROUP_TIME),
    "window": (LONG, SHORT),
    "keogh": (KEOGH, NO_KEOGH),
}
WHY = {
    "partners alone": "The change beside ten partners needs partners: choose trusts alike in level and trend, or another estimator.",
    "many periods": "Imputation predicts from all periods before entry and cannot rest on the last one alone.",
    "one period": "The group-time estimator measures from one period: the last before entry, or the last before the year before entry.",
    "nobody": "No trust that entered can be compared so: too few figures before entry, or too few comparators.",
}
PATH = ["horizon", "estimate", "lower", "upper", "n_trusts"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice; its fields hold values of VALUES. As it stands, that of the report: the comparison that decides."""

    indicator: str
    baseline: str = ALL
    comparator: str = ALIKE
    estimator: str = PARTNERS
    window: str = LONG
    keogh: str = KEOGH

    def key(self) -> str:
        """Return the choice without its indicator, as addresses and files name it."""
        return ".".join(getattr(self, part) for part in VALUES)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a choice gives. found: None where it cannot be estimated, and then `why` says so.

    calibrated: limits as planted truth asks for. path: PATH, one row a period since entry, where the estimator has one.
    """

    found: Estimate | None
    why: str = ""
    calibrated: bool = False
    path: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=PATH))


@lru_cache(maxsize=64)
def about(indicator: str) -> Indicator:
    """Return an indicator, as `regime.indicator`, read once."""
    return regime.indicator(indicator)


def every(indicator: str) -> Iterator[Choice]:
    """Yield every choice of an indicator, that of the report first."""
    for values in product(*VALUES.values()):
        yield Choice(indicator, *values)


def horizons(choice: Choice) -> range:
    """Return the periods since entry that a choice pools."""
    short, long = WINDOWS[about(choice.indicator).analysis_grain].values()
    return long if choice.window == LONG else short


def answer(choice: Choice) -> Answer:
    """Return what a choice gives. Raises ValueError for a value that is none of VALUES, DataError for an unknown indicator."""
    for part, allowed in VALUES.items():
        if getattr(choice, part) not in allowed:
            raise ValueError(f"{part}={getattr(choice, part)!r}. Allowed: one of {allowed}.")
    why = _refused(choice)
    if why:
        return Answer(None, WHY[why])
    try:
        made = _beside_partners(choice) if choice.estimator == PARTNERS else _by_panels(choice)
    except EffectError:
        return Answer(None, WHY["nobody"])
    found = made.found
    return (
        made
        if found is not None and np.isfinite([found.value, found.lower]).all()
        else Answer(None, WHY["nobody"])
    )


def _refused(choice: Choice) -> str:
    if choice.estimator == PARTNERS:
        return "" if choice.comparator == ALIKE else "partners alone"
    if choice.estimator == IMPUTATION:
        return "many periods" if choice.baseline == LAST else ""
    return "one period" if choice.baseline == ALL else ""


@lru_cache(maxsize=4)
def _panel(indicator: str, keogh: str) -> pd.DataFrame:
    return regime.panel(indicator) if keogh == KEOGH else samples(indicator)[WITHOUT_KEOGH]


def _gap(choice: Choice) -> int:
    return about(choice.indicator).year if choice.baseline == OUT else 0


def _compared(choice: Choice) -> Any:
    return _partners(replace(choice, comparator=ALIKE, estimator=PARTNERS))


@lru_cache(maxsize=16)
def _partners(choice: Choice) -> Any:
    changed: dict[str, Any] = {"last_horizon": max(horizons(choice)), "gap": _gap(choice)}
    if choice.baseline == LAST:
        changed["baseline"] = 1
    whole = _read(choice.indicator, choice.keogh, 0, entered_alone=False)
    return deciding.compared(choice.indicator, panel=whole, **changed)


def _beside_partners(choice: Choice) -> Answer:
    """Return the change beside ten partners, calibrated where planted truth was asked of the same baseline and window."""
    found = deciding.every_period(_compared(choice))
    if choice.baseline == ALL and choice.window == LONG:
        try:
            return Answer(deciding.calibrated(choice.indicator, found), calibrated=True)
        except NotEstimable:
            pass
    return Answer(found)


def _by_panels(choice: Choice) -> Answer:
    """Return the estimate of the trusts that entered, less that of equally bad trusts where these are compared with."""
    made = [_estimated(choice, panel) for panel in _panels(choice)]
    if len(made) == 1:
        return Answer(made[0].overall, path=made[0].frame[PATH])
    one, other = made
    both = one.frame.merge(other.frame, on="horizon", suffixes=("", "_other"))
    apart = both["estimate"] - both["estimate_other"]
    half = curves.normal_quantile(0.975) * np.hypot(both["se"], both["se_other"])
    path = both.assign(estimate=apart, lower=apart - half, upper=apart + half)[PATH]
    value, se = one.overall.value - other.overall.value, float(np.hypot(one.overall.se, other.overall.se))
    wide = float(curves.normal_quantile(0.975)) * se
    told = one.overall
    found = Estimate(value, value - wide, value + wide, told.unit, told.n, se, other.overall.n)
    return Answer(found, path=path)


def _estimated(choice: Choice, panel: Panel) -> Effects:
    over = horizons(choice)
    if choice.estimator == IMPUTATION:
        return impute.imputation(panel, horizons=over, leave_out=True, omit_before=_gap(choice))
    return group_time.path(panel, horizons=over, control="not_yet")


def _panels(choice: Choice) -> list[Panel]:
    """Return the panel to estimate from, and for equally bad trusts that of these at the dates of their partners."""
    late = _gap(choice) if choice.estimator == GROUP_TIME else 0  # a base before the year before entry
    asked = (choice.indicator, choice.keogh, late)
    if choice.comparator in (TYPE, NOT_YET):
        return [_read(*asked, entered_alone=choice.comparator == NOT_YET)]
    if choice.comparator == ALIKE:
        found = _compared(choice)
        partners = found.units[(found.nearest > 0).any(axis=0)]
        return [_of_trusts([*found.trusts["trust"], *partners], asked)]
    return _equally_bad(*asked, gap=_gap(choice))


@lru_cache(maxsize=16)
def _read(indicator: str, keogh: str, late: int, *, entered_alone: bool) -> Panel:
    """Return the panel of all trusts, or of those that entered. late: periods before entry that are left out."""
    frame = _panel(indicator, keogh)
    return _of(frame[frame["entry"].notna()] if entered_alone else frame, (indicator, keogh, late))


@lru_cache(maxsize=16)
def _equally_bad(indicator: str, keogh: str, late: int, *, gap: int) -> list[Panel]:
    """Return the panel of trusts that entered with all that did not, and that of equally bad ones at their dates."""
    whole = _read(indicator, keogh, late, entered_alone=False)
    pairs, dealt = paired(whole, baseline=about(indicator).year, gap=gap)
    return [_of_trusts([*pairs["trust"], *dealt.units], (indicator, keogh, late)), dealt]


def _of_trusts(trusts: list[str], asked: tuple[str, str, int]) -> Panel:
    """Return the panel of some of the trusts; it is read anew where these have no figure of the first period of all."""
    frame, whole = _panel(*asked[:2]), _read(*asked, entered_alone=False)
    rows = frame["trust"].isin(trusts)
    times = frame["t"].where(frame["value"].notna())
    if times[rows].min() > times.min():  # who has no figure before entry then depends on who is there
        return _of(frame[rows], asked)
    found = whole.of_units(np.isin(whole.units, trusts), whole.unit_cohort)
    if not (found.since >= -found.anticipation).any():
        raise NotEstimable("None of these trusts has a figure after entry.")
    return found


def _of(frame: pd.DataFrame, asked: tuple[str, str, int]) -> Panel:
    indicator, _, late = asked
    reading: Reading = {"group": "type", "measure": about(indicator).measure, "anticipation": late}
    return panel_of(frame, reading)
