"""The picture of the finding: three primary measures, at trusts that entered, at equally bad ones, and beside ten alike."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.edition.headlines import Headline
from analysis.present import figures, forest, words
from analysis.present.forest import ALIKE, DECIDES, ENTERED
from analysis.study import entry_effects, indicators, regime, rule, ruled_out

SHORT = {
    "shmi": "per 100 expected; {} ruled out",
    "four_hour_waits": "seen in four hours; {} ruled out",
    "recommend_work": "would recommend; {} ruled out",
}
NAMES = {"shmi": "Deaths", "four_hour_waits": "A&E waits", "recommend_work": "Staff's view"}
TELLS = {
    "shmi": "deaths per hundred expected",
    "four_hour_waits": "patients in a hundred seen in four hours",
    "recommend_work": "staff in a hundred who recommend their trust",
}
ROWS = ((ENTERED, "Entered"), (ALIKE, "Equally bad"), (DECIDES, "What decides"))
STEP = 2


def frame(known: Mapping[str, Headline]) -> pd.DataFrame:
    """Return what is drawn, signed so that more is better.

    known: of `findings.numbers`. Columns: `indicator`, `measure`, `compared` (of ROWS), `estimate`, `lower`,
    `upper`, `important` (smallest difference that matters), `unit`, `verdict`.
    """
    rows = []
    for name in indicators.indicators(primary=True):
        bad = entry_effects.equally_bad(name).placebo.overall
        entered, decided = known[f"entry_{name}"], known[f"decided_{name}"]
        first, last = ((number.value, number.low, number.high) for number in (entered, decided))
        limits = (first, (bad.value, bad.lower, bad.upper), last)
        scale = scale_of(name)
        after = {
            "important": scale * ruled_out.important(name),
            "unit": TELLS[name],
            "verdict": entered.verdict,
        }
        for (_, compared), values in zip(ROWS, limits, strict=True):
            value, *ends = (scale * better_up(name) * limit for limit in values)
            about = {"indicator": name, "measure": NAMES[name], "compared": compared}
            rows.append(about | {"estimate": value, "lower": min(ends), "upper": max(ends)} | after)
    return pd.DataFrame(rows)


def scale_of(name: str) -> float:
    """Return how many times a difference is told that is held: deaths per hundred expected are held as a ratio."""
    return words.SCALE.get(regime.indicator(name).change_unit, 1)


def better_up(name: str) -> int:
    """Return the sign that turns an indicator so that more is better."""
    return regime.indicator(name).sign


def title(headlines: pd.DataFrame) -> str:
    """Return the finding: what each verdict says, in a sentence for a board."""
    verdicts = headlines.drop_duplicates("indicator").set_index("indicator")["verdict"]
    said = {
        rule.IMPROVED: "improved more than",
        rule.WORSENED: "worsened more than",
        rule.NO_IMPORTANT: "made no important gain on",
    }
    names = {
        verdict: words.join([indicators.SHORT[name] for name in part.index])
        for verdict, part in verdicts.groupby(verdicts)
    }
    parts = [f"{text} trusts alike in {names[verdict]}" for verdict, text in said.items() if verdict in names]
    cannot = f"on {names[rule.CANNOT_TELL]} the figures cannot tell" if rule.CANNOT_TELL in names else ""
    if not parts:
        return f"Did trusts put in special measures gain on trusts alike? {words.capital(cannot)}"
    return f"Trusts put in special measures {words.join(parts)}{'; ' if cannot else ''}{cannot}"


def told(name: str, value: float) -> str:
    """Return a change, signed so that more is better, in words: '2.3 fewer'."""
    more = value * better_up(name) > 0
    return f"{words.number(abs(value), digits=1)} {'more' if more else 'fewer'}"


def between(name: str, lower: float, upper: float) -> str:
    """Return an interval, signed so that more is better, in words: '0.3 to 4.3 fewer'."""
    ends = sorted((lower * better_up(name), upper * better_up(name)))
    first, last = (told(name, end * better_up(name)) for end in ends)
    if first.split()[1] == last.split()[1]:
        low, high = sorted((first, last), key=lambda text: float(text.split()[0]))
        return f"({low.split()[0]} to {high})"
    return f"({first} to {last})"


def says(headlines: pd.DataFrame) -> str:
    """Return the picture in words."""
    parts = []
    for _, rows in headlines.groupby("measure", sort=False):
        first = rows.iloc[0]
        each = [
            f"{row['compared'].lower()} {told(row['indicator'], row['estimate'])} "
            f"{between(row['indicator'], row['lower'], row['upper'])}"
            for row in rows.to_dict("records")
        ]
        parts.append(f"{first['measure']}, {first['unit']}: {'; '.join(each)}. Verdict: {first['verdict']}.")
    return f"Change after entry in three measures, better to the right. {' '.join(parts)}"


def _notes(name: str) -> tuple[str, str]:
    """Return the unit of a measure and which gain is ruled out: in full, and in fewer letters."""
    out = scale_of(name) * ruled_out.of(name).improvement
    gain = f"a gain above {words.number(out, digits=1)}" if out else "any gain"
    return f"{TELLS[name]}; {gain} is ruled out", SHORT[name].format(gain.removeprefix("a "))


def picture(known: Mapping[str, Headline], *, name: str) -> figures.Figure:
    """Return the picture as a page publishes it. name: its anchor."""
    found = frame(known)
    measures = []
    for key, rows in found.groupby("indicator", sort=False):
        marks = tuple(
            forest.Mark(
                kind, row["estimate"], row["lower"], row["upper"], label,
                told(str(key), row["estimate"]), between(str(key), row["lower"], row["upper"]),
            )
            for (kind, label), row in zip(ROWS, rows.to_dict("records"), strict=True)
        )  # fmt: skip
        measure, verdict, important = rows[["measure", "verdict", "important"]].iloc[0]
        measures.append(forest.Measure(measure, verdict, *_notes(str(key)), important, marks))
    low, high = (float(end) for end in (found["lower"].min(), found["upper"].max()))
    ticks = np.arange(STEP * np.floor(low / STEP), high + STEP, STEP)
    drawn = forest.few(
        measures, low=float(ticks[0]), high=float(ticks[-1]), ticks=ticks[:-1].tolist(), unit="in a hundred",
        zone="a change that matters",
    )  # fmt: skip
    return figures.figure(
        drawn, name=name, title=title(found), says=says(found), frame=found, how=HOW,
        sources=("indicators", "regime_spells", "calibration"),
    )  # fmt: skip


HOW = (
    "Bars are 95% intervals. Equally bad: as far behind the year before, never put in. "
    "What decides: each trust beside ten that were alike, never put in."
)
