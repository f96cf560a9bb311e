"""Hand-kept tables of costs: the parameters are checked one by one and against the price indices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.data import DataError
from analysis.ingest import descriptions
from analysis.methods.costing.distributions import of_record
from analysis.methods.costing.prices import CostError

TABLES = ("cost_items", "cost_published", "price_indices", "consequence_records")
FIGURES = ("quantity", "unit_cost")


def check(frames: Mapping[str, pd.DataFrame]) -> None:
    """Check the records of costs against each other; `frames` by name, cells as texts, a blank is missing.

    Raises DataError for an item that is half known, without a price year or a source, whose status is not that of
    its less sure figure, whose distribution cannot be made from its value and range, or whose price year no
    index covers; and for a transfer or loan that counts as resources.
    """
    items = frames["cost_items"].reset_index(drop=True)
    years = set(frames["price_indices"]["price_year"])
    for place, row in items.iterrows():
        try:
            _check_item(
                {name: None if pd.isna(cell) or cell == "" else cell for name, cell in row.items()}, years
            )
        except (CostError, ValueError) as error:
            column, found, allowed = (
                error.args if len(error.args) == 3 else ("item_id", row["item_id"], str(error))
            )
            raise DataError(
                "cost_items", row=int(str(place)) + 2, column=column, found=found, allowed=allowed
            ) from error


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
    statuses = descriptions.choices("cost_items", "status")  # surest first
    less_sure = max((row[f"{name}_status"] or "unknown" for name in FIGURES), key=statuses.index)
    if row["status"] != less_sure:
        raise CostError("status", row["status"], f"{less_sure}, the less sure of its figures")
    for name in FIGURES:
        if row[f"{name}_reason"] is None or (row[f"{name}_factor"] is None) != (
            row[f"{name}_loading"] is None
        ):
            raise CostError(
                f"{name}_reason", row[f"{name}_reason"], "a reason, and a loading with each factor"
            )
        of_record(row, name)
