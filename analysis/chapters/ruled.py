"""What the comparison that decides rules out, in words and as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.methods.effects.panels import EffectError
from analysis.present import words
from analysis.study import deciding, indicators, regime, ruled_out
from analysis.study.rule import CANNOT_TELL, NO_IMPORTANT
from analysis.study.ruled_out import RuledOut

DEATHS = "deaths per hundred expected"
# What is better and worse of the primary indicators, in a reader's words.
GAINS = {
    "shmi": ("a fall of more than {}", "a rise of more than {}"),
    "four_hour_waits": ("a gain of more than {}", "a loss of more than {}"),
    "recommend_work": ("a gain of more than {}", "a loss of more than {}"),
}
PLAIN = ("an improvement of more than {}", "a worsening of more than {}")


def size(name: str, value: float) -> str:
    """Return the size of a change in words: deaths per hundred expected, points, or the indicator's unit."""
    if name == "shmi":
        return f"{words.number(100 * value, digits=1)} {DEATHS}"
    return words.number(value, regime.indicator(name).change_unit)


def leaves_out(name: str, found: RuledOut) -> str:
    """Say which changes an interval leaves out; blank without an interval."""
    if np.isnan(found.improvement):
        return ""
    better, worse = GAINS.get(name, PLAIN)
    parts = [
        text.format(size(name, value)) if value > 0 else f"any {text.split()[1]}"
        for text, value in ((better, found.improvement), (worse, found.worsening))
    ]
    return f"{parts[0]} and {parts[1]}"


def sentence(name: str, found: RuledOut) -> str:
    """Say what is ruled out for an indicator, and the verdict."""
    out = leaves_out(name, found)
    if not out:
        return "It cannot be compared with trusts alike that never entered, so we cannot tell."
    ends = {
        CANNOT_TELL: "Whether it improved we cannot tell",
        NO_IMPORTANT: f"So there was no important improvement (that would be {size(name, found.important)})",
    }
    end = ends.get(found.verdict, f"So it {found.verdict}")
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
    """Return what is ruled out, one row an indicator whose better direction is known and that was calibrated."""
    rows = []
    for name in names:
        try:
            found, estimate = ruled_out.of(name), deciding.decided(name)
        except (EffectError, ValueError):
            continue
        chance = words.number(100 * found.better, "percent", digits=0)
        rows.append(
            {
                "Indicator": regime.indicator(name).title,
                "Improvement ruled out above": size(name, found.improvement),
                "Worsening ruled out above": size(name, found.worsening),
                "Smallest that matters": size(name, found.important),
                "Chance that it was better": chance,
                "Better by that much": words.number(100 * found.much_better, "percent", digits=0),
                "Verdict": found.verdict,
                "Trusts that entered": words.number(estimate.n),
            }
        )
    return pd.DataFrame(rows)
