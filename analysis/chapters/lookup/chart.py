"""One trust and one indicator: its control chart, stretch by stretch, with the dates that cut it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.chapters.lookup import peers, stretches as cuts
from analysis.chapters.lookup.series import FULL, check_trust, entry_of, name_of, one, trusts
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
TYPES = dict.fromkeys(LIMITS, "object") | dict.fromkeys(NUMBERS, "float64")


@dataclass(frozen=True, slots=True)
class Chart:
    """The figures of one trust on one indicator, with limits where they can be had.

    frame: one row a period without gaps, index the period; `numerator`, `denominator`, `value`, `state`,
        `note` as `series.cells`; `centre`, `lower`, `upper` (as `value`), `signal`, `direction`,
        `provisional` as `analysis.methods.spc.spc.XmR`, of the stretch alone; `stretch` (row of `stretches`).
    stretches: one row between dates known beforehand: `start`, `stop`, `phase`, `since`, `label` as
        `stretches.stretches`; `points`, `centre`, `lower`, `upper`, `signals`, `provisional`, `variation`
        (icon of its last value, as `analysis.methods.spc.spc.XmR`), `reason` ('' or why it has no limits).
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
    frame: pd.DataFrame
    stretches: pd.DataFrame
    why_not: str

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
    frame = one(code, indicator)
    improvement, unit = IMPROVEMENT[about.direction], told_in(about.unit)
    columns: dict[str, list] = {part: [] for part in LIMITS}
    rows = cuts.stretches(code, frame.index, exposure=about.exposure) if len(frame) else []
    value, lengths = frame["value"], [row["stop"] - row["start"] + 1 for row in rows]
    for row in rows:
        limits, more = _limited(value.iloc[row["start"] : row["stop"] + 1], unit, improvement, about.rolling)
        row |= more
        for part in LIMITS:
            columns[part] += limits[part]
    arrays: dict[str, Any] = {part: frame[part] for part in frame}
    arrays |= {part: pd.Series(held, frame.index, dtype=TYPES[part]) for part, held in columns.items()}
    arrays["stretch"] = np.repeat(np.arange(len(lengths)), lengths).astype("int64")
    whole = pd.DataFrame(arrays, index=frame.index)
    told = pd.DataFrame({part: [row[part] for row in rows] for part in rows[0]} if rows else {})
    why_not = "" if len(frame) else absent(code, indicator)
    title, grain = about.title, about.grain
    return Chart(code, name_of(code), indicator, title, unit, grain, improvement, whole, told, why_not)


def unit_label(unit: str) -> str:
    """Return a unit as it heads an axis or a table: by its full name where a figure is told in another size than held."""
    return words.unit_name(unit) if unit in words.SCALE else unit


def absent(code: str, indicator: str) -> str:
    """Say in words why an indicator has no figure of a trust."""
    about, trust = entry_of(indicator), trusts().loc[code]
    if trust["type"] not in about.types:
        kept = " and ".join(about.types)
        kind = "an" if str(trust["type"])[0] in "aeiou" else "a"
        return f"It is {kind} {trust['type']} trust, and these figures are about {kept} trusts."
    if pd.notna(trust["successor"]):
        return f"The releases at hand have no figures under this code; its services went to {trust['successor']}."
    return "The releases at hand have no figures under this code."


def _limited(
    values: pd.Series, unit: str, improvement: spc.Improvement, rolling: bool
) -> tuple[dict[str, list], dict[str, object]]:
    """Return limits and signals of one stretch, LIMITS by period, and its row of the stretches.

    By the two functions that `spc.xmr` is made of: a frame for each of thousands of stretches would be slow.
    """
    row: dict[str, object] = {"points": int(values.notna().sum()), "reason": _refusal(values, rolling)}
    value = values.to_numpy()
    if not row["reason"]:
        try:
            centre, half = moving_range_limits(value, screen=False, where="this stretch")
        except signals.SPCError as error:
            row["reason"] = FLAT if "zero variation" in str(error) else str(error)
    if row["reason"]:
        nothing = {part: float("nan") for part in NUMBERS}
        blank = {part: [nothing.get(part)] * len(value) for part in LIMITS}
        return blank, {**row, **nothing, "signals": 0, "provisional": False, "variation": ""}
    many = len(value)
    numbers = dict(zip(NUMBERS, (centre, centre - half, centre + half), strict=True))
    signal, way = label_signals(value, np.full(many, centre), np.full(many, half))
    few = bool(row["points"] < spc.TRIAL_POINTS)  # type: ignore[operator]
    limits: dict[str, list] = {part: [number] * many for part, number in numbers.items()}
    limits |= {"signal": signal, "direction": way, "provisional": [few] * many}
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


def _refusal(values: pd.Series, rolling: bool) -> str:
    """Say why a stretch cannot have limits, '' when nothing speaks against it."""
    if rolling:
        try:
            spc.xmr(values, unit="", rolling=True)
        except signals.SPCError as error:
            return f"{error}"
    value = values.to_numpy()
    seen = np.isfinite(value)
    if seen.sum() < MIN_POINTS or (seen[1:] & seen[:-1]).sum() < MIN_POINTS - 1:
        return SHORT
    return RARE if float((value[seen] == 0).mean()) > MOSTLY_ZERO else ""


def last_place(chart: Chart) -> int | None:
    """Return the position of the last period that has a value, None when there is none."""
    held = np.flatnonzero(chart.frame["state"].to_numpy() == FULL)
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
    frame, cuts = chart.frame, chart.stretches
    seen = int(frame["value"].notna().sum())
    gaps = f", {len(frame) - seen} without a figure" if seen < len(frame) else ""
    text = (
        f"{head}: {words.plural(seen, 'value')} by {chart.grain}, {period(frame.index[0], chart.grain)} to "
        f"{period(frame.index[-1], chart.grain)}{gaps}; {direction(about)}. "
    )
    at = last_place(chart)
    when = frame.index[at]
    row = {part: frame[part].iat[at] for part in ("value", "stretch", "signal", "direction")}
    value = words.number(row["value"], chart.unit)
    told = ("reason", "label", "provisional", *NUMBERS, "variation")
    stretch = {part: cuts[part].iat[row["stretch"]] for part in told}
    if stretch["reason"]:
        bare = f"Its stretch, {stretch['label']}, has no limits: {stretch['reason']}."
        return f"{text}The last value, {period(when, chart.grain)}, is {value}. {bare}"
    few = " (provisional: few values)" if stretch["provisional"] else ""
    signal = f": {SIGNAL_WORDS[row['signal'], row['direction']]}" if isinstance(row["signal"], str) else ""
    return text + (
        f"In its latest stretch with figures, {stretch['label']}, the mean is {words.number(stretch['centre'], chart.unit)} and the "
        f"limits are {words.interval(stretch['lower'], stretch['upper'], chart.unit)}{few}. The last value, "
        f"{period(when, chart.grain)} at {value}, is {peers.READINGS[stretch['variation']]}{signal}. "
        f"{int(cuts['signals'].sum())} of {words.plural(int(cuts.loc[cuts['reason'] == '', 'points'].sum()), 'value')} "
        "with limits are signals."
    )
