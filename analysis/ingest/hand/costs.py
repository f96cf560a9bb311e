"""Hand-kept tables of costs: the parameters are checked one by one and against the price indices."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions
from analysis.ingest.checks import Rows
from analysis.methods.costing.distributions import of_record
from analysis.methods.costing.prices import CostError

TABLES = ("cost_items", "cost_published", "price_indices", "consequence_records")
FIGURES = ("quantity", "unit_cost")
COUNTED = ("days", "hours", "interim days", "inspections", "grants", "buddied trusts")
PER = {"month": ("a month", "a trust in the regime"), "year": ("a year",), "start": ("a spell",)}
COUNTS = ("staff", "changes", "actions", "")  # of consequences


def check(frames: Mapping[str, pd.DataFrame]) -> None:
    """Check the records of costs against each other; `frames` by name, cells as texts, a blank is missing.

    Raises DataError for an item that is half known, without a price year or a source, whose status is not that of
    its less sure figure, whose distribution cannot be made from its value and range, or whose price year no
    index covers; for a transfer or loan that counts as resources; for a unit that is not known or not that of `per`;
    and for a year that an index leaves out.
    """
    published = checks.by_hand("cost_published", frames["cost_published"])
    money = published["unit"].str.fullmatch(r"GBP\b.*")
    checks.refuse(published, ~money, "unit", "an amount in 'GBP', such as 'GBP a day'")
    checks.one_of(checks.by_hand("consequence_records", frames["consequence_records"]), "unit", COUNTS)
    _check_years(checks.by_hand("price_indices", frames["price_indices"]))
    years = set(frames["price_indices"]["price_year"])
    for line, cells in enumerate(frames["cost_items"].to_dict("records"), start=2):
        row = {name: None if pd.isna(cell) or cell == "" else cell for name, cell in cells.items()}
        try:
            _check_item(row, years)
        except (CostError, ValueError) as error:
            given = error.args if len(error.args) == 3 else ("item_id", cells["item_id"], str(error))
            column, found, allowed = given
            raise DataError("cost_items", row=line, column=column, found=found, allowed=allowed) from error


def _check_item(row: Mapping[Any, Any], years: set[str]) -> None:
    known = [row["quantity"] is not None, row["unit_cost"] is not None]
    if any(known) != all(known) or (row["status"] == "unknown") == all(known):
        raise CostError("status", row["status"], "unknown without figures, otherwise quantity and unit cost")
    if row["kind"] == "loan" and any(known):
        raise CostError("kind", row["kind"], "no figures of cost for a loan")
    if not all(known):
        return
    if row["price_year"] not in years or row["per"] is None or row["source"] is None:
        raise CostError("price_year", row["price_year"], "a year of price_indices, with per and source")
    units = [f"{counted} {per}" for counted in COUNTED for per in PER.get(row["per"], ())]
    if row["quantity_unit"] not in units:
        raise CostError("quantity_unit", row["quantity_unit"], f"for 'per' {row['per']} one of {units}")
    statuses = descriptions.choices("cost_items", "status")  # surest first
    less_sure = max((row[f"{name}_status"] or "unknown" for name in FIGURES), key=statuses.index)
    if row["status"] != less_sure:
        raise CostError("status", row["status"], f"{less_sure}, the less sure of its figures")
    for name in FIGURES:
        reason, factor, loading = (row[f"{name}_{part}"] for part in ("reason", "factor", "loading"))
        if reason is None or (factor is None) != (loading is None):
            raise CostError(f"{name}_reason", reason, "a reason, and a loading with each factor")
        of_record(row, name)


def _check_years(rows: Rows) -> None:
    """Refuse a year that is none ('2014/16') and, within one edition of an index, one that does not follow the last."""
    first = rows["price_year"].str[:4].astype("int64")
    right = first.map(lambda year: f"{year}/{(year + 1) % 100:02d}")
    checks.refuse(rows, rows["price_year"] != right, "price_year", "{}, a year and the next", right=right)
    ordered = rows.plus(first=first).frame.sort_values(["series", "edition", "first"])
    before = ordered.groupby(["series", "edition"])["first"].shift()
    gap = (ordered["first"] - before > 1).reindex(first.index)
    after = (before + 1).reindex(first.index)
    allowed = "{:.0f} before it: an index leaves out no year"
    checks.refuse(rows, gap, "price_year", allowed, right=after)
