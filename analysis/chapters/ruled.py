"""What the comparison that decides rules out, in words and as a table."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.chapters.parted import labelled
from analysis.methods.effects.panels import EffectError
from analysis.present import words
from analysis.study import calibration, deciding, indicators, power, regime, ruled_out
from analysis.study.rule import CANNOT_TELL, NO_IMPORTANT
from analysis.study.ruled_out import RuledOut

# What is better and worse of the primary indicators, in a reader's words.
GAINS = {
    "shmi": ("a fall of more than {}", "a rise of more than {}"),
    "four_hour_waits": ("a gain of more than {}", "a loss of more than {}"),
    "recommend_work": ("a gain of more than {}", "a loss of more than {}"),
}
COLUMNS = (
    *("Improvement ruled out above", "Worsening ruled out above", "Smallest that matters"),
    *("Chance that it was better", "Better by that much", "Found in 4 of 5 panels from", "Verdict"),
    "Trusts that entered",
)
MARGIN = 2  # Monte Carlo standard errors
PLAIN = ("an improvement of more than {}", "a worsening of more than {}")


def size(name: str, value: float) -> str:
    """Return the size of a change in words: deaths per hundred expected, points, or the indicator's unit."""
    return words.number(value, regime.indicator(name).change_unit)


def leaves_out(name: str, limits: RuledOut) -> str:
    """Say which changes an interval leaves out; blank without an interval."""
    if np.isnan(limits.improvement):
        return ""
    better, worse = GAINS.get(name, PLAIN)
    parts = [
        text.format(size(name, value)) if value > 0 else f"any {text.split()[1]}"
        for text, value in ((better, limits.improvement), (worse, limits.worsening))
    ]
    return f"{parts[0]} and {parts[1]}"


def sentence(name: str, limits: RuledOut) -> str:
    """Say what is ruled out for an indicator, and the verdict."""
    out = leaves_out(name, limits)
    if not out:
        return "It cannot be compared with trusts alike that never entered, so we cannot tell."
    ends = {
        CANNOT_TELL: "Whether it improved we cannot tell",
        NO_IMPORTANT: f"So there was no important improvement (that would be {size(name, limits.important)})",
    }
    end = ends.get(limits.verdict, f"So it {limits.verdict}")
    return f"Beside trusts alike that never entered, the 95% interval leaves out {out}. {end}."


def primary() -> str:
    """Say in one sentence for each primary indicator what is ruled out."""
    names = indicators.indicators(primary=True)
    parts = [f"for {indicators.label(name)} {leaves_out(name, ruled_out.of(name))}" for name in names]
    return f"Beside ten trusts alike before entry that never entered, the 95% intervals leave out: {'; '.join(parts)}."


def gains() -> str:
    """Say in plain words which improvements of the primary indicators are ruled out."""
    parts = [
        GAINS[name][0].format(size(name, ruled_out.of(name).improvement)) + f" in {indicators.label(name)}"
        for name in indicators.indicators(primary=True)
    ]
    return f"We can rule out {words.join(parts)}."


def for_readers(names: Sequence[str]) -> pd.DataFrame:
    """Return what is ruled out, one row an indicator; blanks where the comparison cannot be made.

    Where no direction is better, "better" is read as higher, and nothing is said to matter.
    """
    return pd.DataFrame([_row(name) for name in names])


def _row(name: str) -> dict[str, str]:
    about = regime.indicator(name)
    row = {"Indicator": labelled(name)}
    try:
        estimate = deciding.decided(name)
        seen = size(name, power.smallest(name))
    except EffectError:
        texts = [words.number(float("nan"))] * 6
        return row | dict(zip(COLUMNS, [*texts, CANNOT_TELL, words.number(0)], strict=True))
    if about.better is None:
        ends = [size(name, max(limit, 0.0)) for limit in (estimate.upper, -estimate.lower)]
        texts = [f"a rise of {ends[0]}", f"a fall of {ends[1]}", *[words.number(float("nan"))] * 3, seen]
    else:
        found = ruled_out.of(name)
        shares = (found.better, found.much_better)
        chances = [words.number(100 * share, "percent", digits=0) for share in shares]
        sizes = [size(name, part) for part in (found.improvement, found.worsening, found.important)]
        texts = [*sizes, *chances, seen]
    return row | dict(zip(COLUMNS, [*texts, ruled_out.verdict(name), words.number(estimate.n)], strict=True))


def secondary_sentence() -> str:
    """Say which other indicators had an interval clear of zero, and what is left after allowing for their number."""
    shares = ruled_out.shares_from_chance()
    outside = [name for name in shares.index if not _holds_zero(name)]
    left = [name for name in outside if ruled_out.clear(name)]
    every = indicators.indicators(primary=False)
    unknown = f"{words.number(len(every) - len(shares))} of {words.number(len(every))} could not be compared"
    if not outside:
        return f"No interval of another indicator leaves out zero; {unknown}."
    told = words.join([indicators.label(name) for name in outside])
    smallest = words.number(100 * shares[outside].min(), "percent", digits=0)
    after = f"chance alone would give as much in at least {smallest} of cases, so none is called a change"
    if left:
        still = "still does" if len(left) == 1 else "still do"
        after = f"{words.join([indicators.label(name) for name in left])} {still}"
    return (
        f"Of the {words.number(len(shares))} other indicators the interval leaves out zero for {told}. "
        f"Allowing for their number (Benjamini and Hochberg), {after}; {unknown}."
    )


def drawing_sentence() -> str:
    """Say how far the limits of the other indicators hang on the panels that were drawn, and which verdicts do."""
    names = ruled_out.shares_from_chance().index.tolist()
    (panels,) = {int(deciding.calibration(name)["panels"]) for name in names}
    share, reach = calibration.drawing_error(panels)
    turned = [indicators.label(name) for name in names if ruled_out.hangs_on_drawing(name, MARGIN * reach)]
    which = f"would be another for {words.join(turned)}" if turned else "would be another for none"
    return (
        f"Each of these intervals is set by {words.number(panels // 2)} simulated panels. Drawing so few leaves an error: "
        f"the intervals err in 5% of panels give or take {words.number(MARGIN * 100 * share, 'percent')}, and reach out as far as "
        f"shown give or take {words.number(MARGIN * 100 * reach, 'percent', digits=0)} (two standard errors). Within that the verdict {which}."
    )


def _holds_zero(name: str) -> bool:
    found = deciding.decided(name)
    return found.lower <= 0 <= found.upper
