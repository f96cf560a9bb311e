"""The headline numbers of the cost chapter, for the record of an edition."""

from __future__ import annotations

import numpy as np

from analysis.edition.headlines import NO_NONE, Headline
from analysis.study import indicators
from analysis.study.costs import items, uncertain


def headline_numbers() -> list[Headline]:
    """Return what a spell cost in money spent and in staff time: the base case, with the interval of the chapter's draws."""
    costed = items.cost_spells()
    values = uncertain.figures(costed.items, rng=np.random.default_rng(indicators.SEED))
    drawn = uncertain.draw(costed, values=values)
    prices = f"{costed.price_year} prices"
    parts = {
        "cost_spending_per_spell": (f"Money spent on the support of a spell, {prices}", items.SPENDING),
        "cost_staff_time_per_spell": (f"Staff time that a spell took, {prices}", items.STAFF_TIME),
    }
    return [
        Headline(
            key, name, costed.total(account), drawn.of(account).lower, drawn.of(account).upper, "gbp", costed.n,
            "spells", "lower is better", NO_NONE, "", "costs",
        )
        for key, (name, account) in parts.items()
    ]  # fmt: skip
