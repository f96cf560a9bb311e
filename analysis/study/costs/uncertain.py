"""Uncertainty of the costs of support: joint draws of every parameter, and each parameter changed by itself."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods.costing.distributions import Distribution, of_record
from analysis.methods.costing.prices import CostError
from analysis.methods.costing.sensitivity import Tornado, tornado
from analysis.methods.costing.simulation import DRAWS, Simulated, correlation_of, joint_draws, summary
from analysis.study.costs.items import SPENDING, Costed, exposure

FIGURES = ("quantity", "unit_cost")
STAY = "stay"  # length of every spell, as a multiple of the real one
TAILS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Draws:
    """Costs of each item over joint draws of the parameters.

    frame: GBP a spell (mean of all spells), one row a draw, one column an item; items of unknown cost have none.
    accounts, paid_by: of each item. Parameters are drawn once for all spells: the spread is that of the mean
    over spells, not that from spell to spell.
    """

    frame: pd.DataFrame
    accounts: Mapping[str, str]
    paid_by: Mapping[str, str]

    def of(
        self, account: str | None = SPENDING, *, paid_by: str | None = None, label: str = "Cost"
    ) -> Simulated:
        """Summarise the sum of the items of an account (None = both) and, if given, of one who pays.

        Raises CostError when there is no such item.
        """
        chosen = [
            name
            for name in self.frame.columns
            if account in (None, self.accounts[name]) and paid_by in (None, self.paid_by[name])
        ]
        if not chosen:
            known = sorted(set(self.accounts.values()))
            raise CostError(f"no items of account {account!r} paid by {paid_by!r}. Allowed: {known}.")
        return summary(self.frame[chosen].sum(axis=1).to_numpy(), label=label)


def distributions(items: pd.DataFrame) -> dict[str, Distribution]:
    """Return the distribution of each known figure, by "item_id:quantity" and "item_id:unit_cost"."""
    known = items[items["quantity"].notna() & items["unit_cost"].notna()]
    rows = known.to_dict("records")
    return {f"{row['item_id']}:{name}": of_record(row, name) for row in rows for name in FIGURES}


def correlation(items: pd.DataFrame) -> pd.DataFrame:
    """Return the correlation of normal scores of the figures of `distributions`, from their shared factors."""
    known = items[items["quantity"].notna() & items["unit_cost"].notna()]
    names, factors, loadings = [], [], []
    for row in known.to_dict("records"):
        for name in FIGURES:
            names.append(f"{row['item_id']}:{name}")
            factors.append(row[f"{name}_factor"])
            loadings.append(row[f"{name}_loading"])
    return pd.DataFrame(correlation_of(factors, loadings), index=names, columns=names)


def figures(
    items: pd.DataFrame, *, draws: int = DRAWS, rng: np.random.Generator, method: str = "random"
) -> pd.DataFrame:
    """Draw every known figure jointly (Gaussian copula): one row a draw, columns as of `distributions`.

    Raises CostError as `simulation.joint_draws` does.
    """
    matrix = correlation(items).to_numpy()
    return joint_draws(distributions(items), draws=draws, rng=rng, correlation=matrix, method=method)


def draw(
    costed: Costed,
    *,
    draws: int = DRAWS,
    rng: np.random.Generator | None = None,
    method: str = "random",
    values: pd.DataFrame | None = None,
) -> Draws:
    """Draw every quantity and unit cost jointly and cost all spells with each draw.

    costed: as `items.cost_spells` returns it. rng: needed unless `values`, draws as of `figures`, are given, so
    that scenarios can be compared on the same draws. method: "random" or "sobol". Lengths of spells are known and
    not drawn.
    Raises CostError as `figures` does, and without `rng` and `values`.
    """
    if values is None:
        if rng is None:
            raise CostError("neither rng nor values. Allowed: one of them.")
        values = figures(costed.items, draws=draws, rng=rng, method=method)
    known = costed.items[costed.items["cost"].notna()].set_index("item_id")
    frame = {
        name: values[f"{name}:quantity"]
        * values[f"{name}:unit_cost"]
        * (row["factor"] * row["units"] / costed.n)
        for name, row in known.iterrows()
    }
    return Draws(pd.DataFrame(frame), known["account"].to_dict(), known["paid_by"].to_dict())


def one_way(
    costed: Costed, *, account: str | None = SPENDING, stay: tuple[float, float] | None = None
) -> Tornado:
    """Change each figure by itself to the 2.5% and 97.5% points of its distribution; GBP a spell.

    Figures that move as one (shared factor, loading 1, same values) are changed together; fixed ones are left
    out. stay: also make every spell so many times as long, at either end.
    """
    rows = costed.items[costed.items["cost"].notna()]
    rows = rows if account is None else rows[rows["account"] == account]
    made = distributions(rows)
    groups = {name: same for name, same in _moving_as_one(rows).items() if made[name].kind != "fixed"}
    base = {name: made[name].mean for name in groups}
    ends = [{name: float(made[name].quantile(p)) for name in groups} for p in TAILS]
    if stay is not None:
        base[STAY] = 1.0
        ends[0][STAY], ends[1][STAY] = stay
    each = dict(zip(rows["item_id"], rows["factor"] / costed.n, strict=True))
    counted = {1.0: rows.set_index("item_id")["units"].to_dict()}
    fixed = {name: one.mean for name, one in made.items() if one.kind == "fixed"}

    def model(given: dict[str, float]) -> float:
        length = given.get(STAY, 1.0)
        if length not in counted:
            units = exposure(rows, costed.stays, rate=costed.rate, timing=costed.timing, stay=length)
            counted[length] = units.sum().to_dict()
        value = fixed | {member: given[name] for name, members in groups.items() for member in members}
        parts = [
            value[f"{item}:quantity"] * value[f"{item}:unit_cost"] * gbp * counted[length][item]
            for item, gbp in each.items()
        ]
        return float(sum(parts))

    return tornado(model, base=base, low=ends[0], high=ends[1])


def _moving_as_one(items: pd.DataFrame) -> dict[str, list[str]]:
    """Return the names of figures by the first of those that are the same figure in several rows."""
    groups: dict[str, list[str]] = {}
    shared: dict[tuple, str] = {}
    for row in items.to_dict("records"):
        for name in FIGURES:
            full = f"{row['item_id']}:{name}"
            key = (row[f"{name}_factor"], row[name], row[f"{name}_low"], row[f"{name}_high"])
            first = shared.setdefault(key, full) if row[f"{name}_loading"] == 1 else full
            groups.setdefault(first, []).append(full)
    return groups
