"""Speed of the probabilistic analysis: `python -m tests.bench_costs`. Nothing is asserted; times depend on the machine.

The plain loop goes through draws, spells and items one by one with the same figures. It is timed on LOOPED draws and
scaled; its mean over those draws is compared with ours, so both do the same work. The peer, chaospy, draws the same
figures with the same copula where it is installed (it is no dependency of the report).
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.methods.costing.simulation import DRAWS
from analysis.study import indicators
from analysis.study.costs import items, uncertain
from analysis.study.costs.own_scenario import scenario

LOOPED = 100
REPEATS = 3


def main() -> None:
    """Print seconds of 10,000 draws over all spells: ours, its parts, and a plain loop."""
    costed = items.cost_spells()
    best = min(_seconds(lambda: uncertain.draw(costed, rng=_rng())) for _ in range(REPEATS))
    values = uncertain.figures(costed.items, rng=_rng())
    again = min(_seconds(lambda: uncertain.draw(costed, values=values)) for _ in range(REPEATS))
    started = time.perf_counter()
    looped = loop(costed, values.head(LOOPED))
    plain = (time.perf_counter() - started) * DRAWS / LOOPED
    ours = uncertain.draw(costed, values=values).frame.head(LOOPED).sum(axis=1).mean()
    scenario()
    own = min(_seconds(lambda: scenario(director_days=12)) for _ in range(REPEATS))
    print(
        f"{DRAWS:,} draws of {values.shape[1]} figures over {costed.n} spells and {len(costed.cells):,} costs"
    )
    print(f"ours, drawing and costing          {best:8.3f} s")
    print(f"ours, costing the same draws again {again:8.3f} s")
    print(
        f"plain loop, scaled from {LOOPED} draws  {plain:8.3f} s without drawing ({plain / again:,.0f} times ours)"
    )
    print(f"mean of those {LOOPED} draws: ours £{ours:,.2f}, loop £{looped:,.2f}")
    print(f"one scenario of a reader           {own:8.3f} s")
    peer(costed, values)


def loop(costed: items.Costed, values: pd.DataFrame) -> float:
    """Return the mean cost a spell over the draws of `values`, by a loop over draws, spells and items."""
    rows = costed.items[costed.items["cost"].notna()].to_dict("records")
    units = items.exposure(costed.items, costed.stays).to_dict("records")
    draws = values.to_dict("records")
    total = 0.0
    for draw in draws:
        for spell in units:
            for row in rows:
                name = row["item_id"]
                total += draw[f"{name}:quantity"] * draw[f"{name}:unit_cost"] * row["factor"] * spell[name]
    return total / len(draws) / costed.n


def peer(costed: items.Costed, values: pd.DataFrame) -> None:
    """Print seconds of chaospy for the same joint draws, and how far its means and spreads are from ours."""
    if importlib.util.find_spec("chaospy") is None:
        print("peer: chaospy is not installed here, so there is no row of it")
        return
    import chaospy

    made = uncertain.distributions(costed.items)
    # chaospy has no fixed values, and no two inputs that move as one
    names = [name for name, one in made.items() if one.kind != "fixed" and name != "buddying_later:unit_cost"]
    kinds = {"gamma": ("shape", "scale"), "beta": ("alpha", "beta"), "pert": ("alpha", "beta", "low", "high")}
    parts = []
    for one in (made[name] for name in names):
        kind = chaospy.Gamma if one.kind == "gamma" else chaospy.Beta
        parts.append(kind(*(one.parameters[part] for part in kinds[one.kind])))
    matrix = uncertain.correlation(costed.items).loc[names, names].to_numpy()
    joint = chaospy.Nataf(chaospy.J(*parts), matrix)
    seconds = min(_seconds(lambda: joint.sample(DRAWS, seed=1)) for _ in range(REPEATS))
    ours = min(_seconds(lambda: uncertain.figures(costed.items, rng=_rng())) for _ in range(REPEATS))
    drawn = joint.sample(DRAWS, seed=1)
    own = values[names].to_numpy().T
    means = np.abs(drawn.mean(axis=1) / own.mean(axis=1) - 1).max()
    spreads = np.abs(drawn.std(axis=1) / own.std(axis=1) - 1).max()
    print(f"joint draws: ours {ours:.3f} s, chaospy {seconds:.3f} s (ours / chaospy {ours / seconds:.2f})")
    print(f"largest difference of a mean {means:.1%}, of a spread {spreads:.1%}")


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _rng() -> np.random.Generator:
    return np.random.default_rng(indicators.SEED)


if __name__ == "__main__":
    main()
