"""The costs of support: each item at each spell's real length, by who uses the resources and who pays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis import data
from analysis.methods.costing.prices import MONTHS_IN_YEAR, CostError, Timing, discounted_months, index, price
from analysis.study import regime

PRICE_YEAR = "2022/23"  # the last with a final (not provisional) index at hand
RATE = 0.035  # a year; HM Treasury Green Book, NICE
SPENDING, STAFF_TIME = "spending", "staff time"
FIRST_ELEVEN = "first eleven"
COHORTS = ("all", FIRST_ELEVEN, "later")
MAIN_INDEX = "Health service prices (HCHS, then NHSCII of the 2024 manual)"
# Each index as (series, edition) in the order in which they are joined: a later one starts where the earlier
# ends. Years that a contrast lacks are those of the main index, and its name says so.
INDICES: dict[str, tuple[tuple[str, str], ...]] = {
    MAIN_INDEX: (("HCHS", "to 2014/15"), ("NHSCII", "2024 manual")),
    "NHSCII as first published, to 2018/19": (
        ("HCHS", "to 2014/15"),
        ("NHSCII", "first published"),
        ("NHSCII", "2024 manual"),
    ),
    "Whole economy (GDP deflator), to 2018/19": (("GDP deflator", "March 2019"), ("NHSCII", "2024 manual")),
}
NEEDED: tuple[str, ...] = (
    "item_id",
    "kind",
    "account",
    "bearer",
    "paid_by",
    "per",
    "limit_months",
    "applies_to",
)
NEEDED += ("quantity", "unit_cost", "price_year")


@dataclass(frozen=True, slots=True)
class Costed:
    """Costs of support over a set of spells, in pounds of one price year.

    items: the parameters, one row an item, with `factor` (to the price year), `units` (spells, months or years
        over all spells, discounted), `cost` (GBP over all spells = quantity x unit cost x factor x units) and
        `per_spell` (GBP, the mean of all `n` spells). What is unknown is missing, not 0.
    cells: one row a spell and item that applies to it: `spell_id`, `item_id`, `account`, `bearer`, `paid_by`,
        `units`, `cost`.
    stays: the spells, as given. rate, timing: of discounting, to the start of each spell. index: name of the
        price index.
    """

    items: pd.DataFrame
    cells: pd.DataFrame
    stays: pd.DataFrame
    price_year: str
    rate: float
    timing: Timing
    index: str

    @property
    def n(self) -> int:
        """Number of spells."""
        return len(self.stays)

    def total(self, account: str | None = SPENDING) -> float:
        """Return the sum of the known rows of an account (None = both), GBP a spell; loans and transfers are no costs."""
        rows = self.items[self.items["kind"] == "resource"]
        chosen = rows if account is None else rows[rows["account"] == account]
        return float(chosen["per_spell"].sum(min_count=1))

    def unknown(self) -> list[str]:
        """Return the items without a figure, loans left out."""
        rows = self.items[self.items["cost"].isna() & (self.items["kind"] != "loan")]
        return rows["item"].tolist()

    def sentence(self) -> str:
        """Spending and staff time a spell, spells, price year, and how much is unknown."""
        return (
            f"Support cost about £{self.total():,.0f} a spell in money spent and £{self.total(STAFF_TIME):,.0f} in time "
            f"of staff already employed, at {self.price_year} prices, as a mean of {self.n} spells; "
            f"{len(self.unknown())} items are unknown and not in these sums."
        )


def deflator(name: str = MAIN_INDEX) -> pd.Series:
    """Return index numbers by price year for a name in INDICES; raise CostError for another name."""
    if name not in INDICES:
        raise CostError(f"index {name!r}. Allowed: {list(INDICES)}.")
    table = data.load("price_indices")
    rates = pd.Series(dtype="float64")
    for series, edition in INDICES[name]:
        part = table[(table["series"] == series) & (table["edition"] == edition)]
        own = part.set_index("price_year")["percent"].sort_index()
        rates = own if rates.empty else pd.concat([rates, own[own.index > rates.index.max()]])
    return index(rates)


def parameters() -> pd.DataFrame:
    """Return the records of `cost_items`, one row an item."""
    return data.load("cost_items")


def spells() -> pd.DataFrame:
    """Return the spells to be costed: `spell_id`, `trust`, `entered`, `months`, `first_eleven` (True for the first spells of the trusts of July 2013), `open` (True where the end of the regime cut it short: its months are those seen)."""
    found = regime.spells()
    first = regime.is_keogh(found["trust"]) & (found["spell"] == 1)
    cut = found["ended_by"] == "administrative end"
    return found[["spell_id", "trust", "name", "entered", "months"]].assign(first_eleven=first, open=cut)


def exposure(
    items: pd.DataFrame,
    stays: pd.DataFrame,
    *,
    rate: float = RATE,
    timing: Timing = "start",
    stay: float = 1.0,
) -> pd.DataFrame:
    """Return the units of each item at each spell: one row a spell, one column an item.

    items: `item_id`, `per`, `limit_months`, `applies_to`. stays: `spell_id`, `months`, `first_eleven`.
    stay: every spell is made so many times as long (1 = as it was).
    A unit is a spell (`per` "start": counted in full), a month in the regime or a twelfth of a year in it; months
    beyond the first year of the spell are discounted, as of `prices.discounted_months`. 0 where an item does not
    apply, missing where `per` is.
    Raises CostError for a negative length or stay, another cohort or `per`, a spell twice.
    """
    if stays["spell_id"].duplicated().any():
        raise CostError("a spell twice. Allowed: one row a spell.")
    if not (np.isfinite(stay) and stay >= 0):
        raise CostError(f"stay {stay}. Allowed: 0 or more times the real length.")
    months, first = stays["months"].to_numpy(float) * stay, stays["first_eleven"].to_numpy(bool)
    columns = {}
    for row in items.itertuples(index=False):
        if row.applies_to not in COHORTS:
            raise CostError(f"{row.item_id} applies to {row.applies_to!r}. Allowed: {list(COHORTS)}.")
        mine = row.applies_to == "all" or first == (row.applies_to == FIRST_ELEVEN)
        limit = np.inf if pd.isna(row.limit_months) else float(row.limit_months)
        units = _units(row.per, months, rate, timing, limit, str(row.item_id))
        columns[row.item_id] = np.where(mine, units, 0.0)
    return pd.DataFrame(columns, index=pd.Index(stays["spell_id"], name="spell_id"))


def cost_spells(
    items: pd.DataFrame | None = None,
    stays: pd.DataFrame | None = None,
    *,
    price_year: str = PRICE_YEAR,
    prices_by: str = MAIN_INDEX,
    rate: float = RATE,
    timing: Timing = "start",
    stay: float = 1.0,
) -> Costed:
    """Cost every item at every spell by its real length.

    items: records as `parameters` (None) or changed ones. stays: spells as `spells` (None) or other ones.
    prices_by: name of an index in INDICES. rate, timing: of discounting to the start of each spell.
    stay: every spell is made so many times as long.
    Raises CostError for a column that is not there, an item twice, no spell, and as `prices.price` and `exposure` do.
    """
    records = parameters() if items is None else items
    chosen = spells() if stays is None else stays
    absent = [name for name in NEEDED if name not in records.columns]
    if absent or records["item_id"].duplicated().any():
        raise CostError(
            f"columns {absent} absent, or an item twice. Allowed: {list(NEEDED)}, one row an item."
        )
    if chosen.empty:
        raise CostError("no spells. Allowed: one or more.")
    priced = price(
        records.assign(item=records["item_id"]), price_year=price_year, deflator=deflator(prices_by)
    )
    units = exposure(records, chosen, rate=rate, timing=timing, stay=stay)
    priced["item"] = records["item"] if "item" in records.columns else records["item_id"]
    priced["units"] = units.sum(min_count=1).reindex(priced["item_id"]).to_numpy()
    each = priced["cost"].to_numpy()
    priced["cost"] = each * priced["units"]
    priced["per_spell"] = priced["cost"] / len(chosen)
    cells = units.stack().rename("units").reset_index().set_axis(["spell_id", "item_id", "units"], axis=1)
    about = priced.assign(each=each).set_index("item_id")[["account", "bearer", "paid_by", "kind", "each"]]
    cells = cells.join(about, on="item_id")
    cells["cost"] = cells["units"] * cells["each"]
    cells = cells[(cells["units"] > 0) & cells["cost"].notna()].drop(columns=["each", "kind"])
    cells = cells.reset_index(drop=True)
    return Costed(priced, cells, chosen.copy(), price_year, float(rate), timing, prices_by)


def changed(items: pd.DataFrame, values: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return the records with other values: `values` by item and column, for example {"oversight": {"quantity": 80}}.

    The range of a figure that is changed moves in proportion, that of a share no further than 1; set to 0 (a share:
    to 1), or changed from 0, it becomes fixed.
    Raises CostError for an item or column that is not there.
    """
    table = items.copy()
    for item, columns in values.items():
        place = table["item_id"] == item
        if not place.any():
            raise CostError(f"item {item!r}. Allowed: {table['item_id'].tolist()}.")
        for column, value in columns.items():
            if column not in table.columns:
                raise CostError(f"column {column!r}. Allowed: {list(table.columns)}.")
            old = table.loc[place, column].iloc[0]
            table.loc[place, column] = value
            if column in ("quantity", "unit_cost") and f"{column}_low" in table.columns:
                _move_range(table, place, column, old, value)
    return table


def _move_range(table: pd.DataFrame, place: pd.Series, column: str, old: float, value: float) -> None:
    ends = [f"{column}_low", f"{column}_high"]
    share = (table.loc[place, f"{column}_distribution"] == "beta").any()
    if pd.isna(old) or old == 0 or value == 0 or (share and value == 1):
        table.loc[place, ends] = np.nan
        table.loc[place, f"{column}_distribution"] = "fixed"
        return
    moved = table.loc[place, ends].to_numpy(float) * (value / old)
    table.loc[place, ends] = np.minimum(moved, 1.0) if share else moved


def _units(
    per: object, months: np.ndarray, rate: float, timing: Timing, limit: float, item: str
) -> np.ndarray:
    if pd.isna(per):
        return np.full(months.shape, np.nan)
    if per == "start":
        return np.ones(months.shape)
    if per not in ("month", "year"):
        raise CostError(f"{item} per {per!r}. Allowed: start, month, year.")
    counted = discounted_months(months, rate=rate, timing=timing, limit=limit)
    return counted if per == "month" else counted / MONTHS_IN_YEAR
