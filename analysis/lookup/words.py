"""Sentences and tables about one trust. The page fills the same templates, so both say the same."""

from __future__ import annotations

import pandas as pd

from analysis import present
from analysis.lookup.chart import Chart, last
from analysis.lookup.peers import BANDS, TENTHS, Peers, place
from analysis.lookup.series import STATES, entry_of, name_of
from analysis.signals import SIGNALS

GRAINS = {"month": "month", "quarter": "quarter", "year": "year", "winter": "winter"}
DIRECTIONS = {"neither": "neither direction is better"}
FIRST = {
    "higher is better": "1 is the highest and best",
    "lower is better": "1 is the lowest and best",
    "neither": "1 is the highest",
}
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


def direction(about: pd.Series) -> str:
    """Return which direction of an indicator is better, in words."""
    return DIRECTIONS.get(about["direction"], str(about["direction"]))


def period(value: pd.Period, grain: str) -> str:
    """Return a period in words; a winter as 'winter 2018-19'."""
    return f"winter {value.year}-{(value.year + 1) % 100:02d}" if grain == "winter" else present.period(value)


def chart_sentence(found: Chart) -> str:
    """Say what a chart shows. See `Chart.sentence`."""
    about = entry_of(found.indicator)
    head = f"{found.title} at {found.name} ({found.code})"
    if found.why_not:
        return f"{head}: there is nothing to chart. {found.why_not}"
    frame, cuts = found.frame, found.stretches
    seen = int(frame["value"].notna().sum())
    gaps = f", {len(frame) - seen} without a figure" if seen < len(frame) else ""
    text = (
        f"{head}: {present.plural(seen, 'value')} by {GRAINS[found.grain]}, {period(frame.index[0], found.grain)} to "
        f"{period(frame.index[-1], found.grain)}{gaps}; {direction(about)}. "
    )
    when = last(found)
    row = frame.loc[when]
    value = present.number(row["value"], found.unit)
    stretch = cuts.iloc[int(row["stretch"])]
    if stretch["reason"]:
        return (
            text
            + f"The last value, {period(when, found.grain)}, is {value}. Its stretch, {stretch['label']}, has no limits: {stretch['reason']}."
        )
    few = " (provisional: few values)" if stretch["provisional"] else ""
    signal = f": {SIGNAL_WORDS[row['signal'], row['direction']]}" if isinstance(row["signal"], str) else ""
    return text + (
        f"In its latest stretch with figures, {stretch['label']}, the mean is {present.number(stretch['centre'], found.unit)} and the "
        f"limits are {present.interval(stretch['lower'], stretch['upper'], found.unit)}{few}. The last value, "
        f"{period(when, found.grain)} at {value}, is {READINGS[stretch['variation']]}{signal}. "
        f"{int(cuts['signals'].sum())} of {present.plural(int(cuts.loc[cuts['reason'] == '', 'points'].sum()), 'value')} "
        "with limits are signals."
    )


def place_parts(found: Peers, code: str) -> dict[str, str]:
    """Return what the template of a place (PLACES) asks for, as texts."""
    about, row = entry_of(found.indicator), place(found, code)
    others = int((found.frame["rank"] == row["rank"]).sum()) - 1
    return {
        "period": period(found.period, about["grain"]),
        "name": name_of(code),
        "value": present.number(row["value"], about["unit"]),
        "where": (BANDS if found.kind == "funnel" else TENTHS)[int(row["band"])],
        "of": present.number(len(found.frame)),
        "type": found.type,
        "rank": present.number(row["rank"]) + (SHARED.format(others) if others else ""),
        "first": FIRST[about["direction"]],
        "centre": present.number(found.funnel.target if found.funnel else float("nan"), about["unit"]),
        "half": present.interval(found.spread[1], found.spread[3], about["unit"]),
    }


def place_sentence(found: Peers, code: str) -> str:
    """Say where a trust stands among its peers."""
    return PLACES[found.kind].format(**place_parts(found, code))


def table(found: Chart) -> pd.DataFrame:
    """Return a chart as texts, newest first: period, figure, mean, limits, what the point is, and which stretch."""
    rows = []
    for when, row in found.frame[::-1].iterrows():
        stretch = found.stretches.iloc[int(row["stretch"])]
        numbers = [present.number(row[part], found.unit) for part in ("centre", "lower", "upper")]
        seen, reason = pd.notna(row["value"]), stretch["reason"]
        signal = SIGNAL_WORDS.get((row["signal"], row["direction"]), "no signal") if seen else ""
        value = present.number(row["value"], found.unit) if seen else absence(row["state"], row["note"])
        told = f"no limits: {reason}" if reason else signal
        rows.append([period(when, found.grain), value, *numbers, told, stretch["label"]])
    columns = ["Period", "Figure", "Mean", "Lower limit", "Upper limit", "Signal", "Stretch"]
    return pd.DataFrame(rows, columns=columns)


def absence(state: str, note: object) -> str:
    """Say why a period has no figure: the flag of the table, or what its state means."""
    mark = "[c] " if state == "suppressed" else ""
    return mark + (str(note) if isinstance(note, str) else STATES[state])
