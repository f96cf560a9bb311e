"""Named scenarios, the published totals beside ours, and what would have to be true."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import data
from analysis.methods.costing.prices import CostError, price
from analysis.methods.costing.sensitivity import Threshold, threshold
from analysis.methods.durations import durations
from analysis.study.costs.items import (
    INDICES,
    MAIN_INDEX,
    PRICE_YEAR,
    RATE,
    SPENDING,
    STAFF_TIME,
    Costed,
    changed,
    cost_spells,
    deflator,
    exposure,
    parameters,
    spells,
)
from analysis.study.costs.uncertain import draw

LOWER_RATE = 0.015  # a year; scenario of NICE's manual and of the Green Book for health
FIRST_YEAR_END = pd.Timestamp("2014-03-31")  # of the published payments to buddies
FIRST_YEAR = "2013/14"
LONGEST, SHORTEST = 3.0, 0.0  # times the real stay, between which a break-even is sought


@dataclass(frozen=True, slots=True)
class Scenario:
    """One set of choices: what changes against the base case, and the costs under it."""

    name: str
    changes: str
    costed: Costed
    accounts: tuple[str, ...] = (SPENDING,)


def named() -> list[Scenario]:
    """Return the named scenarios, the base case first."""
    records, stays = parameters(), spells()
    middle = _median(stays)
    endless = records.assign(limit_months=np.nan)
    no_money = changed(records, {"central_money": {"unit_cost": 0.0}})
    both = (SPENDING, STAFF_TIME)
    first = stays["first_eleven"]
    made = [
        Scenario("Base case", "", cost_spells()),
        Scenario("No central money", "central money is nothing", cost_spells(no_money)),
        Scenario(
            "Median stay",
            f"each spell lasts {middle:.1f} months",
            cost_spells(stays=stays.assign(months=middle)),
        ),
        Scenario(
            "With staff time", "time of staff already employed is added at its cost", cost_spells(), both
        ),
        Scenario("First eleven trusts", "first spells of July 2013 only", cost_spells(stays=stays[first])),
        Scenario("Later spells", "all other spells only", cost_spells(stays=stays[~first])),
        Scenario("Spells that ended", "spells cut short left out", cost_spells(stays=stays[~stays["open"]])),
        Scenario(
            "Spells cut short",
            "those open in July 2021 only, as far as they went",
            cost_spells(stays=stays[stays["open"]]),
        ),
        Scenario("Buddied throughout", "buddying does not stop after a year", cost_spells(endless)),
        Scenario("Not discounted", "every month counts in full", cost_spells(rate=0.0)),
        Scenario(
            "Discounted less", f"{LOWER_RATE:.1%} a year in place of {RATE:.1%}", cost_spells(rate=LOWER_RATE)
        ),
    ]
    for name in INDICES:
        if name != MAIN_INDEX:
            made.append(Scenario("Other prices", name, cost_spells(prices_by=name)))
    return made


def compared(values: pd.DataFrame) -> pd.DataFrame:
    """Cost every named scenario with the same draws.

    values: draws as of `uncertain.figures`. Returns one row a scenario: `scenario`, `changes`, `n` (spells), `cost` (GBP a
    spell at the expected values), `lower`, `upper` (central 95% of draws), `difference` (from the base case).
    """
    rows = []
    for one in named():
        drawn = draw(one.costed, values=_following(values, one.costed))
        account = None if len(one.accounts) > 1 else one.accounts[0]
        spread = drawn.of(account)
        rows.append(
            [one.name, one.changes, one.costed.n, one.costed.total(account), spread.lower, spread.upper]
        )
    frame = pd.DataFrame(rows, columns=["scenario", "changes", "n", "cost", "lower", "upper"])
    return frame.assign(difference=frame["cost"] - frame["cost"].iloc[0])


def break_even(values: dict[str, tuple[str, str]] | None = None) -> pd.DataFrame:
    """Ask by how much stays would have to shorten for twice as much of an input to cost no more.

    values: by label, item and figure to double; None = DOUBLED. Returns one row an input: `what`, `extra` (GBP a
    spell of spending when doubled and stays as they were), `stay` (multiple of the real stay at which spending is
    that of the base case; NaN if none), `months` (that stay as a mean over spells).
    """
    base = cost_spells()
    mean = float(base.stays["months"].mean())
    rows = []
    for label, (item, column) in (DOUBLED if values is None else values).items():
        record = base.items.set_index("item_id")
        if item not in record.index:
            raise CostError(f"item {item!r}. Allowed: {record.index.tolist()}.")
        twice = changed(parameters(), {item: {column: 2 * record.loc[item, column]}})
        found = _stay_for(twice, base.total())
        rows.append([label, cost_spells(twice).total() - base.total(), found.value, found.value * mean])
    return pd.DataFrame(rows, columns=["what", "extra", "stay", "months"])


DOUBLED = {
    "Improvement director": ("improvement_director", "quantity"),
    "Buddying of later spells": ("buddying_later", "quantity"),
    "Central money": ("central_money", "unit_cost"),
    "Oversight meetings, regulators": ("oversight", "quantity"),
    "Reinspections": ("reinspection", "quantity"),
}


def _stay_for(records: pd.DataFrame, target: float) -> Threshold:
    """Find the stay at which spending is `target`. Prices do not hang on it, so they are worked out once."""
    stays = spells()
    priced = price(
        records.assign(item=records["item_id"]), price_year=PRICE_YEAR, deflator=deflator(MAIN_INDEX)
    )
    priced = priced[(priced["kind"] == "resource") & (priced["account"] == SPENDING)]
    counted = records[records["item_id"].isin(priced["item_id"])]

    def model(given: dict[str, float]) -> float:
        units = exposure(counted, stays, stay=given["stay"]).sum(min_count=1)
        cost = priced["cost"].to_numpy() * units.reindex(priced["item_id"]).to_numpy()
        return float(pd.Series(cost / len(stays)).sum(min_count=1))

    return threshold(model, base={"stay": 1.0}, parameter="stay", target=target, low=SHORTEST, high=LONGEST)


def first_year_buddies() -> pd.DataFrame:
    """Set what the model would have paid to buddies in 2013/14 beside what was published; GBP of that year.

    Spells of the first eleven trusts count from July 2013 to the end of March 2014. Returns one row a figure:
    `what`, `value`, `ours` (True for the model).
    """
    stays = spells()
    end = FIRST_YEAR_END
    months = (end - stays["entered"]).dt.days / (365.25 / 12)
    inside = stays.assign(months=np.minimum(stays["months"], months.clip(lower=0)))
    inside = inside[inside["first_eleven"]]
    costed = cost_spells(stays=inside, price_year=FIRST_YEAR, rate=0.0)
    ours = costed.items.set_index("item_id")["cost"]["buddying_first"]
    published = (
        data.load("cost_published").set_index("figure_id").loc[["buddies_first_year", "monitor_buddies"]]
    )
    rows = [("This model: buddies of the first eleven trusts to March 2014", float(ours), True)]
    rows += [(row.what, float(row.value), False) for row in published.itertuples()]
    return pd.DataFrame(rows, columns=["what", "value", "ours"])


def _median(stays: pd.DataFrame) -> float:
    """Return the Kaplan-Meier median of all spells in months."""
    from analysis.study import regime

    found = durations.time_in_regime(regime.spells(), duration="months", event="ended_by")
    return float(found.medians["median"].iloc[0])


def _following(values: pd.DataFrame, costed: Costed) -> pd.DataFrame:
    """Return the draws moved in proportion where a record's value is not that of the table."""
    base = parameters().set_index("item_id")
    own = costed.items.set_index("item_id")
    out = values.copy()
    for column in values.columns:
        item, figure = column.split(":")
        old, new = base.loc[item, figure], own.loc[item, figure]
        if new != old:
            out[column] = values[column] * (new / old)
    return out
