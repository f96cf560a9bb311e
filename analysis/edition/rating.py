"""How sure each headline number is: its level, by the part of the rule of certainty that judges it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.edition.headlines import Headline
from analysis.study import certainty, chance, samples


def rated(rows: Sequence[Headline]) -> list[Headline]:
    """Return headline numbers with their certainty, in the same order; "" where no part of the rule judges them.

    rows: at least the difference after entry of every indicator that a difference among them is about.
    Raises KeyError where that is missing.
    """
    after_entry = {row.indicator: row for row in rows if row.key == f"entry_{row.indicator}"}
    by_chance = chance.chance(list(after_entry)).set_index("indicator")["adjusted"] if after_entry else {}
    levels = {
        name: certainty.of_difference(
            row.low,
            row.high,
            n=row.n,
            verdict=row.verdict,
            adjusted=float(by_chance.get(name, float("nan"))),
            same_side=certainty.one_sided(samples.sensitivity(name)),
        )
        for name, row in after_entry.items()
    }
    sure = certainty.sure_dates()
    return [replace(row, certainty=_level(row, after_entry, levels, sure)) for row in rows]


def _level(row: Headline, after_entry: dict[str, Headline], levels: dict[str, str], sure: float) -> str:
    if row.rule == certainty.BY_RECORD:
        return certainty.of_record(row.value, row.low, row.high, sure=sure)
    if row.rule != certainty.BY_DIFFERENCE:
        return ""
    main = after_entry[row.indicator]
    if row is main:
        return levels[row.indicator]
    # less equally bad trusts, the change after entry is judged by its own verdict; another sample, and a change
    # of a gain, has none
    verdict = main.verdict if row.key.startswith("equally_bad") else ""
    return certainty.of_difference(row.low, row.high, n=row.n, verdict=verdict)
