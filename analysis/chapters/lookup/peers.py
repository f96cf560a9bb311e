"""A trust's place among trusts of its type in one period: a funnel where there are counts, else a ranking."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd

from analysis.chapters.lookup import chart
from analysis.chapters.lookup.series import (
    FULL,
    TrustError,
    check_trust,
    entry_of,
    name_of,
    shared_cells,
    shared_trusts,
)
from analysis.methods.spc.funnel import MIN_UNITS, Funnel, FunnelError, Method, funnel
from analysis.present import words
from analysis.study.indicators import Indicator, told_in

NO_COUNTS = "the figure is published without the counts behind it"
NOT_A_SHARE = "the figure is not a share of what was counted"
SPREAD = (0.1, 0.25, 0.5, 0.75, 0.9)

# Where a trust stands in a funnel; positions count from the lowest band to the highest.
BANDS = (
    "below the lower 99.8% limit",
    "between the lower 95% and 99.8% limits",
    "within the 95% limits",
    "between the upper 95% and 99.8% limits",
    "above the upper 99.8% limit",
)

# Where it stands in a ranking: lowest tenth, middle, highest tenth of its peers.
TENTHS = ("in the lowest tenth", "among the middle four fifths", "in the highest tenth")
MIDDLE = {"funnel": 2, "rank": 1}


@dataclass(frozen=True, slots=True)
class Peers:
    """Trusts of one type on one indicator in one period.

    kind: "funnel" where numerators and denominators are shares that fit a funnel, else "rank".
    frame: one row a trust with a value, index `code`, by code; `numerator`, `denominator` (of the funnel: the
        numerator of the share shown), `value`, `rank` (1 is best, or highest when neither direction is
        better; ties share the better rank), `band` (position in BANDS or TENTHS).
    funnel: the funnel, with limits that allow for the spread between trusts; None for a ranking.
    spread: values at the SPREAD quantiles. why: '' or why there is no funnel.
    """

    indicator: str
    period: pd.Period
    type: str
    kind: Literal["funnel", "rank"]
    frame: pd.DataFrame
    funnel: Funnel | None
    spread: tuple[float, ...]
    why: str

    def sentence(self, code: str) -> str:
        """Where a trust stands among its peers. Raises TrustError for a trust that is not among them."""
        return PLACES[self.kind].format(**place_parts(self, code))


def peers(indicator: str, period: pd.Period | str, *, type: str) -> Peers:
    """Compare all trusts of a type on an indicator in one period.

    period: at the grain of the publication; a text is read by pandas ("2018-03", "2018Q1", "2018").
    type: of trust, as `series.trusts` names it.
    A share with counts goes on a funnel (`analysis.methods.spc.funnel`, method "proportion"; method "shmi" for observed
    over expected deaths), limits at 95% and 99.8% that allow for the usual differences between trusts. All
    else is ranked: lowest tenth, middle, highest tenth, by the 10th and 90th percentile (a value on them
    is middle).
    Raises TrustError when fewer than 3 trusts of the type have a figure, DataError for an unknown indicator.
    """
    when = pd.Period(period, freq=shared_cells(indicator)["period"].dtype.freq)
    return of_own(shared_peers(indicator, when, type))


def of_own(found: Peers) -> Peers:
    """Return shared peers with a frame of the caller's own."""
    return replace(found, frame=found.frame.copy())


@lru_cache(maxsize=4096)
def shared_peers(indicator: str, when: pd.Period, type: str) -> Peers:
    """Return what `peers` returns, one object for all who ask: read it, never change it."""
    rows = by_type(indicator).get((when, type), shared_cells(indicator).iloc[:0])
    return _compared(rows, entry_of(indicator), when, type)


@lru_cache(maxsize=64)
def by_type(indicator: str) -> dict[tuple[pd.Period, str], pd.DataFrame]:
    """Return the rows with a figure of `shared_cells` by period and type of trust."""
    held = shared_cells(indicator)
    held = held[held["state"] == FULL]
    return {key: rows for key, rows in held.groupby(["period", held["code"].map(shared_trusts()["type"])])}


def _compared(rows: pd.DataFrame, about: Indicator, when: pd.Period, type: str) -> Peers:
    if len(rows) < MIN_UNITS:
        held = f"{len(rows)} trusts of type {type!r} have a figure of {about.name} in {when}"
        raise TrustError(f"{held}. Allowed: {MIN_UNITS} or more.")
    found, why = _funnel(rows, about)
    value = rows["value"].to_numpy()
    spread = tuple(np.percentile(value, np.array(SPREAD) * 100).tolist())
    columns = {part: rows[part].array for part in ("numerator", "denominator", "value")}
    columns["rank"] = _ranks(value, lowest_first=about.direction == "lower is better")
    if found is None:
        columns["band"] = 1 + (value > spread[-1]).astype(int) - (value < spread[0])
    else:
        units = found.frame
        columns["numerator"] = units["numerator"].array
        side = np.sign(units["ratio"].to_numpy() - found.target).astype(int)
        out = units["od_out95"].to_numpy().astype(int) + units["od_out998"].to_numpy()
        columns["band"] = MIDDLE["funnel"] + side * out
    frame = pd.DataFrame(columns, index=pd.Index(rows["code"], name="code"))
    return Peers(str(about.name), when, type, "funnel" if found else "rank", frame, found, spread, why)


def _ranks(value: np.ndarray, *, lowest_first: bool) -> np.ndarray:
    """Return the rank of each value, 1 for the best; equal values share the better rank."""
    ordered = np.sort(value)
    if lowest_first:
        return np.searchsorted(ordered, value, side="left") + 1
    return len(value) - np.searchsorted(ordered, value, side="right") + 1


def _funnel(rows: pd.DataFrame, about: Indicator) -> tuple[Funnel | None, str]:
    """Return the funnel of trusts in a period, or None and why there is none."""
    if rows["denominator"].isna().any():
        return None, NO_COUNTS
    deaths = about.numerator == "observed" and about.denominator == "expected"
    if (about.unit != "percent" and not deaths) or (rows["numerator"] < 0).any():
        return None, NOT_A_SHARE
    units = rows
    if about.complement:
        units = rows.assign(numerator=rows["denominator"] - rows["numerator"])
    try:
        method: Method = "shmi" if deaths else "proportion"
        return funnel(units, unit="code", method=method, multiplier=about.scale), ""
    except FunnelError as error:
        if "above the denominator" in str(error):
            return None, "at some trust the count is above what it is a share of"
        if "0 in every unit" in str(error):
            return None, "the count is zero at every trust"
        return None, str(error)


def place(group: Peers, code: str) -> int:
    """Return a trust's row among its peers; raise TrustError when it has none."""
    code = check_trust(code)
    if code not in group.frame.index:
        where = f"{group.period} among {group.type} trusts"
        raise TrustError(f"{code} has no figure of {group.indicator} in {where}.")
    return int(group.frame.index.get_loc(code))


SHARED = ", shared with {} more,"
READINGS = {
    "common cause": "within the usual spread (common cause)",
    "special cause improvement": "a signal of improvement",
    "special cause concern": "a signal of concern",
    "neither": "a signal, neither better nor worse",
}
PLACES = {
    "funnel": (
        "In {period}, {name} stood at {value}: {where} of the funnel of {of} {type} trusts, "
        "whose figure all together is {centre}. Rank {rank} of {of} ({first})."
    ),
    "rank": (
        "In {period}, {name} stood at {value}: {where} of {of} {type} trusts, whose middle half lies "
        "from {half}. Rank {rank} of {of} ({first})."
    ),
}


def place_parts(group: Peers, code: str) -> dict[str, str]:
    """Return what the template of a place (PLACES) asks for, as texts."""
    about, at = entry_of(group.indicator), place(group, code)
    value, rank, band = (group.frame[part].to_numpy() for part in ("value", "rank", "band"))
    others = int((rank == rank[at]).sum()) - 1
    return {
        "period": chart.period(group.period, about.grain),
        "name": name_of(code),
        "value": words.number(value[at], told_in(about.unit)),
        "where": (BANDS if group.kind == "funnel" else TENTHS)[int(band[at])],
        "of": words.number(len(group.frame)),
        "type": group.type,
        "rank": words.number(rank[at]) + (SHARED.format(others) if others else ""),
        "first": chart.FIRST[about.direction],
        "centre": words.number(group.funnel.target if group.funnel else float("nan"), told_in(about.unit)),
        "half": words.interval(group.spread[1], group.spread[3], told_in(about.unit)),
    }
