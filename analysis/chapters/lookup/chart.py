"""One trust and one indicator: its control chart, stretch by stretch, with the dates that cut it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.chapters.lookup import peers, stretches as cuts
from analysis.chapters.lookup.series import (
    FULL,
    check_trust,
    entry_of,
    name_of,
    one,
    shared_trusts,
)
from analysis.methods.spc import signals, spc
from analysis.methods.spc.signals import MIN_POINTS, SIGNALS, label_signals, moving_range_limits
from analysis.present import words
from analysis.study import published
from analysis.study.indicators import Indicator, told_in

IMPROVEMENT: dict[str, spc.Improvement] = {
    "higher is better": "up",
    "lower is better": "down",
    "neither": None,
}
MOSTLY_ZERO = 0.5  # a stretch with a larger share of zeros counts rare events: this chart is not for them
SHORT = f"fewer than {MIN_POINTS} values in a row"
FLAT = "the figure does not change, so there is no usual spread"
RARE = "mostly zero: this chart is not made for rare events"
NUMBERS = ("centre", "lower", "upper")
LIMITS = (*NUMBERS, "signal", "direction", "provisional")


@dataclass(frozen=True, slots=True)
class Chart:
    """The figures of one trust on one indicator, with limits where they can be had.

    periods: without gaps. columns: of `frame`, by name. cuts: rows of `stretches`.
    unit: in which a reader is told a figure (`words.number` turns a ratio of deaths into deaths per hundred expected).
    improvement: "up", "down", or None when neither direction is better.
    why_not: '' or why there is no chart at all.
    """

    code: str
    name: str
    indicator: str
    title: str
    unit: str
    grain: str
    improvement: spc.Improvement
    periods: pd.PeriodIndex
    columns: dict[str, np.ndarray]
    cuts: list[dict[str, Any]]
    why_not: str

    @property
    def frame(self) -> pd.DataFrame:
        """One row a period, index the period; a frame of the caller's own.

        `numerator`, `denominator`, `value`, `state`, `note` as `series.cells`; `centre`, `lower`, `upper` (as `value`),
        `signal`, `direction`, `provisional` as `analysis.methods.spc.spc.XmR`, of the stretch alone; `stretch` (row of `stretches`).
        """
        made = {
            part: pd.Series(held, self.periods, dtype="str" if part == "state" else held.dtype)
            for part, held in self.columns.items()
        }
        return pd.DataFrame(made, index=self.periods)

    @property
    def stretches(self) -> pd.DataFrame:
        """One row between dates known beforehand.

        `start`, `stop`, `phase`, `since`, `label` as `stretches.stretches`; `points`, `centre`, `lower`, `upper`, `signals`,
        `provisional`, `variation` (icon of its last value, as `analysis.methods.spc.spc.XmR`), `reason` ('' or why it has no limits).
        """
        return pd.DataFrame(self.cuts)

    def sentence(self) -> str:
        """What the chart shows: its length, the last stretch and its limits, the last value, the signals."""
        return chart_sentence(self)


def chart(code: str, indicator: str) -> Chart:
    """Chart an indicator at a trust: individuals (XmR) chart, limits anew at dates known beforehand.

    code: of a trust, in any case; indicator: of the catalogue. Figures are at the grain of the publication.
    Limits are set anew at entry to and exit from special measures, at a merger that changed the trust, and
    at the start of COVID-19; never at a date read off the chart. Each stretch has the limits and signals of
    `analysis.methods.spc.spc.xmr` of its values. A stretch has no limits when it has too few values, none that differ, or mostly zeros; an
    indicator whose periods overlap has none at all.
    Raises TrustError for an unknown code and DataError for an unknown indicator.
    """
    code, about = check_trust(code), entry_of(indicator)
    periods, held = one(code, indicator)
    improvement, unit = IMPROVEMENT[about.direction], told_in(about.unit)
    columns: dict[str, np.ndarray] = {**held, **{part: np.full(len(periods), np.nan) for part in NUMBERS}}
    columns |= {part: np.full(len(periods), None, dtype=object) for part in LIMITS[len(NUMBERS) :]}
    columns["stretch"] = np.zeros(len(periods), dtype="int64")
    rows = cuts.stretches(code, periods, exposure=about.exposure) if len(periods) else []
    for at, row in enumerate(rows):
        here = slice(row["start"], row["stop"] + 1)
        limits, more = _limited(held["value"][here], unit, improvement, about.rolling)
        row |= more
        for part, found in {**limits, "stretch": at}.items():
            columns[part][here] = found
    why_not = "" if len(periods) else absent(code, indicator)
    told = (about.title, unit, about.grain, improvement)
    return Chart(code, name_of(code), indicator, *told, periods, columns, rows, why_not)


def unit_label(unit: str) -> str:
    """Return a unit as it heads an axis or a table: by its full name where a figure is told in another size than held."""
    return words.unit_name(unit) if unit in words.SCALE else unit


def absent(code: str, indicator: str) -> str:
    """Say in words why an indicator has no figure of a trust."""
    about, trust = entry_of(indicator), shared_trusts().loc[code]
    if trust["type"] not in about.types:
        kept = " and ".join(about.types)
        kind = "an" if str(trust["type"])[0] in "aeiou" else "a"
        return f"It is {kind} {trust['type']} trust, and these figures are about {kept} trusts."
    if pd.notna(trust["successor"]):
        return f"The releases at hand have no figures under this code; its services went to {trust['successor']}."
    return "The releases at hand have no figures under this code."


def _limited(
    value: np.ndarray, unit: str, improvement: spc.Improvement, rolling: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return limits and signals of one stretch, LIMITS that are not missing, and its row of the stretches.

    By the two functions that `spc.xmr` is made of: a frame for each of thousands of stretches would be slow.
    """
    row: dict[str, Any] = {"points": int((~np.isnan(value)).sum()), "reason": _refusal(value, rolling)}
    if not row["reason"]:
        try:
            centre, half = moving_range_limits(value, screen=False, where="this stretch")
        except signals.SPCError as error:
            row["reason"] = FLAT if "zero variation" in str(error) else str(error)
    if row["reason"]:
        nothing = {part: float("nan") for part in NUMBERS}
        return {}, {**row, **nothing, "signals": 0, "provisional": False, "variation": ""}
    many = len(value)
    numbers = dict(zip(NUMBERS, (centre, centre - half, centre + half), strict=True))
    signal, way = label_signals(value, np.full(many, centre), np.full(many, half))
    few = row["points"] < spc.TRIAL_POINTS
    limits = {**numbers, "signal": signal, "direction": way, "provisional": few}
    row |= {**numbers, "signals": sum(one is not None for one in signal), "provisional": few}
    final = int(np.flatnonzero(np.isfinite(value))[-1])
    return limits, row | {"variation": _variation(way[final], improvement)}


def _variation(way: str | None, improvement: spc.Improvement) -> str:
    """Return the icon of a value, as `spc.XmR` names it. way: of its signal, None without one."""
    if way is None:
        return "common cause"
    if improvement is None:
        return "neither"
    return "special cause improvement" if way == improvement else "special cause concern"


def _refusal(value: np.ndarray, rolling: bool) -> str:
    """Say why a stretch cannot have limits, '' when nothing speaks against it."""
    if rolling:
        try:
            spc.xmr(pd.Series(value), unit="", rolling=True)
        except signals.SPCError as error:
            return f"{error}"
    seen = np.isfinite(value)
    if seen.sum() < MIN_POINTS or (seen[1:] & seen[:-1]).sum() < MIN_POINTS - 1:
        return SHORT
    return RARE if float((value[seen] == 0).mean()) > MOSTLY_ZERO else ""


def last_place(chart: Chart) -> int | None:
    """Return the position of the last period that has a value, None when there is none."""
    held = np.flatnonzero(chart.columns["state"] == FULL)
    return int(held[-1]) if len(held) else None


FIRST = {
    "higher is better": "1 is the highest and best",
    "lower is better": "1 is the lowest and best",
    "neither": "1 is the highest",
}
SIGNAL_WORDS = {
    (SIGNALS[0], "up"): "above the limits",
    (SIGNALS[0], "down"): "below the limits",
    (SIGNALS[1], "up"): "one of seven or more rising",
    (SIGNALS[1], "down"): "one of seven or more falling",
    (SIGNALS[2], "up"): "two of three close to the upper limit",
    (SIGNALS[2], "down"): "two of three close to the lower limit",
    (SIGNALS[3], "up"): "one of seven or more above the mean",
    (SIGNALS[3], "down"): "one of seven or more below the mean",
}


def direction(about: Indicator) -> str:
    """Return which direction of an indicator is better, in words."""
    return "neither direction is better" if about.direction == "neither" else about.direction


def period(value: pd.Period, grain: str) -> str:
    """Return a period in words; a winter as 'winter 2018-19', a financial year as '2018-19'."""
    if grain not in published.FROM_TEXT:
        return words.period(value)
    return f"{'winter ' if grain == 'winter' else ''}{value.year}-{(value.year + 1) % 100:02d}"


def chart_sentence(chart: Chart) -> str:
    """Say what a chart shows. See `Chart.sentence`."""
    about = entry_of(chart.indicator)
    head = f"{chart.title} at {chart.name} ({chart.code})"
    if chart.why_not:
        return f"{head}: there is nothing to chart. {chart.why_not}"
    columns, periods, cuts = chart.columns, chart.periods, chart.cuts
    seen = int((~np.isnan(columns["value"])).sum())
    gaps = f", {len(periods) - seen} without a figure" if seen < len(periods) else ""
    text = (
        f"{head}: {words.plural(seen, 'value')} by {chart.grain}, {period(periods[0], chart.grain)} to "
        f"{period(periods[-1], chart.grain)}{gaps}; {direction(about)}. "
    )
    at = last_place(chart)
    when = periods[at]
    row = {part: columns[part][at] for part in ("value", "stretch", "signal", "direction")}
    value = words.number(row["value"], chart.unit)
    stretch = cuts[row["stretch"]]
    if stretch["reason"]:
        bare = f"Its stretch, {stretch['label']}, has no limits: {stretch['reason']}."
        return f"{text}The last value, {period(when, chart.grain)}, is {value}. {bare}"
    few = " (provisional: few values)" if stretch["provisional"] else ""
    signal = f": {SIGNAL_WORDS[row['signal'], row['direction']]}" if isinstance(row["signal"], str) else ""
    return text + (
        f"In its latest stretch with figures, {stretch['label']}, the mean is {words.number(stretch['centre'], chart.unit)} and the "
        f"limits are {words.interval(stretch['lower'], stretch['upper'], chart.unit)}{few}. The last value, "
        f"{period(when, chart.grain)} at {value}, is {peers.READINGS[stretch['variation']]}{signal}. "
        f"{sum(cut['signals'] for cut in cuts)} of {words.plural(sum(cut['points'] for cut in cuts if not cut['reason']), 'value')} "
        "with limits are signals."
    )
