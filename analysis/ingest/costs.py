"""Hand-kept tables of costs: parameters as records, published totals, price indices, counted consequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.data import DataError
from analysis.methods.costing.distributions import KINDS as DISTRIBUTIONS, of_record
from analysis.methods.costing.prices import CostError

BEARERS = ("regulator", "buddy trust", "supported trust")
KINDS = ("resource", "transfer", "loan")
ACCOUNTS = ("spending", "staff time")
PER = ("start", "month", "year")
COHORTS = ("all", "first eleven", "later")
STATUSES = ("published", "derived", "assumption", "unknown")  # surest first
CONFIDENCE = ("high", "medium", "low")
DIRECTIONS = ("higher is better", "lower is better", "neither")
USES = ("input", "plausibility", "not a cost")
FINANCIAL_YEAR = r"\d{4}/\d{2}"
_COMMON: dict[str, Any] = {
    "publisher": "compiled for this report; publishers are named in each row",
    "page": "https://www.gov.uk/guidance/cost-consequence-analysis-health-economic-studies",
    "licence": "facts of public record; sources keep their own terms",
    "obtained": "written down from the sources named in each row; originals behind transcriptions were not opened",
    "breaks": [],
    "period": None,
}


def _field(name: str, description: str, *, kind: str = "string", **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "constraints": limits}


def _number(name: str, description: str, unit: str, **limits: Any) -> dict[str, Any]:
    return {**_field(name, description, kind="number", **limits), "unit": unit}


def _parameter(name: str, what: str, unit: str, field: str) -> list[dict[str, Any]]:
    return [
        _number(f"{name}_low", f"Low end of {what}: of a 95% range; of a PERT the least possible.", unit, minimum=0),
        _number(f"{name}_high", f"High end of {what}; as the low end.", unit, minimum=0),
        _field(f"{name}_distribution", f"Distribution of {what}; its standard error is the range over 3.92, a PERT keeps to it.", enum=list(DISTRIBUTIONS)),
        _field(f"{name}_reason", "Why this value, range and distribution."),
        _field(f"{name}_status", f"How {what} is known.", enum=list(STATUSES[:3])),
        _field(f"{name}_factor", "Shared factor that it leans on; blank where it is drawn alone."),
        _number(f"{name}_loading", "How strongly: two of one factor correlate by the product.", "correlation with the factor", minimum=0, maximum=1),
    ]  # fmt: skip


ITEMS: dict[str, Any] = {
    "name": "cost_items",
    "path": "cost_items.csv",
    "title": "Parameters of the costs of support in special measures",
    "status": "assumption",
    "publication": "parameters of this report, each with its source and status",
    **_COMMON,
    "description": (
        "One row an item: who uses the resources and who pays, quantity and unit cost with range and distribution, "
        "price year, source. Most quantities are assumptions. What is unknown has a row without figures. Values "
        "are expected values, not most likely ones."
    ),
    "schema": {
        "fields": [
            _field("item_id", "Short name.", required=True, pattern=r"[a-z_]+"),
            _field("item", "What it is.", required=True),
            _field("kind", "Resources used, a mere transfer, or a loan (not a cost).", required=True, enum=list(KINDS)),
            _field("account", "Money spent, or time of staff already employed.", required=True, enum=list(ACCOUNTS)),
            _field("bearer", "Whose resources are used; of a transfer, who receives.", required=True, enum=list(BEARERS)),
            _field("paid_by", "Whose budget pays in the end.", required=True, enum=list(BEARERS)),
            _field("per", "Once at the start of a spell, by month or by year in it; blank where unknown.", enum=list(PER)),
            _number("limit_months", "Months of a spell after which it stops; blank for none.", "months", minimum=0),
            _field("applies_to", "Spells that it applies to.", required=True, enum=list(COHORTS)),
            _number("quantity", "Expected quantity; blank where unknown.", "as in quantity_unit", minimum=0),
            _field("quantity_unit", "Unit of the quantity."),
            *_parameter("quantity", "the quantity", "as in quantity_unit", "quantity"),
            _number("unit_cost", "Expected cost of one unit; blank where unknown.", "GBP of price_year", minimum=0),
            *_parameter("unit_cost", "the unit cost", "GBP of price_year", "unit_cost"),
            _field("price_year", "Financial year of the unit cost.", pattern=FINANCIAL_YEAR),
            _field("source", "Where the figures or their limits come from."),
            _field("page", "Page, article or table."),
            _field("status", "The less sure of the two statuses, or unknown.", required=True, enum=list(STATUSES)),
            _field("note", "What else a reader must know."),
        ],
        "primaryKey": ["item_id"],
        "missingValues": [""],
    },
}  # fmt: skip

PUBLISHED: dict[str, Any] = {
    "name": "cost_published",
    "path": "cost_published.csv",
    "title": "Published amounts around the support of trusts",
    "status": "published",
    "publication": "written answers, annual accounts, papers and the press, as named in each row",
    **_COMMON,
    "description": "One row an amount, as published, with what it is used for here. Nothing is adjusted to a price year.",
    "schema": {
        "fields": [
            _field("figure_id", "Short name.", required=True, pattern=r"[a-z_0-9]+"),
            _field("what", "What was paid for.", required=True),
            _number("value", "Amount as published.", "as in the field unit", required=True, minimum=0),
            _field("unit", "Unit of the amount.", required=True),
            _field(
                "price_year", "Financial year; blank where unknown or over several.", pattern=FINANCIAL_YEAR
            ),
            _field(
                "use", "Input of an item, plausibility check, or not a cost.", required=True, enum=list(USES)
            ),
            _field("source", "Who said it.", required=True),
            _field("page", "Page, article or table.", required=True),
            _field("confidence", "How sure reading and meaning are.", required=True, enum=list(CONFIDENCE)),
            _field("note", "What else a reader must know."),
        ],
        "primaryKey": ["figure_id"],
        "missingValues": [""],
    },
}

INDICES: dict[str, Any] = {
    "name": "price_indices",
    "path": "price_indices.csv",
    "title": "Yearly increases of prices: health services and the whole economy",
    "status": "published",
    "publication": "Unit Costs of Health and Social Care (few figures cited); HM Treasury GDP deflators",
    **_COMMON,
    "description": (
        "One row a series, edition and financial year: increase on the year before. Figures of health services are "
        "from transcriptions; forecasts of the deflator made in March 2019 for later years are left out."
    ),
    "schema": {
        "fields": [
            _field("series", "Series.", required=True, enum=["HCHS", "NHSCII", "GDP deflator"]),
            _field("edition", "Edition or vintage.", required=True),
            _field("price_year", "Financial year.", required=True, pattern=FINANCIAL_YEAR),
            _number(
                "percent", "Increase on the year before.", "percent", required=True, minimum=-50, maximum=50
            ),
            _field("source", "Where it was read.", required=True),
            _field("page", "Page, table or file.", required=True),
            _field("confidence", "How near it is to the original.", required=True, enum=list(CONFIDENCE)),
            _field("note", "What else a reader must know."),
        ],
        "primaryKey": ["series", "edition", "price_year"],
        "missingValues": [""],
    },
}

RECORDS: dict[str, Any] = {
    "name": "consequence_records",
    "path": "consequence_records.csv",
    "title": "Consequences that were counted but not measured by trust, and those that were not measured",
    "status": "published",
    "publication": "statements of regulators, and what this report could not measure",
    **_COMMON,
    "description": "One row a consequence in its natural unit; a blank value was not measured, which is not zero.",
    "schema": {
        "fields": [
            _field("record_id", "Short name.", required=True, pattern=r"[a-z_]+"),
            _field("what", "What was counted, or would have been.", required=True),
            _field("direction", "Which way is better.", required=True, enum=list(DIRECTIONS)),
            _number(
                "value", "Count as published; blank where not measured.", "as in the field unit", minimum=0
            ),
            _field("unit", "Natural unit."),
            _field("as_of", "Month or year.", pattern=r"\d{4}(-\d{2})?"),
            _field("population", "Whom it counts."),
            _field("source", "Who said it, or who would publish it."),
            _field("page", "Page, or publication to look in."),
            _field("confidence", "How sure reading and meaning are.", required=True, enum=list(CONFIDENCE)),
            _field("note", "What else a reader must know, or why it is missing.", required=True),
        ],
        "primaryKey": ["record_id"],
        "missingValues": [""],
    },
}

RESOURCES: tuple[dict[str, Any], ...] = (ITEMS, PUBLISHED, INDICES, RECORDS)


def check_costs(frames: Mapping[str, pd.DataFrame]) -> None:
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
    rank = max(STATUSES.index(row[f"{name}_status"] or "unknown") for name in ("quantity", "unit_cost"))
    if row["status"] != STATUSES[rank]:
        raise CostError("status", row["status"], f"{STATUSES[rank]}, the less sure of its figures")
    for name in ("quantity", "unit_cost"):
        if row[f"{name}_reason"] is None or (row[f"{name}_factor"] is None) != (
            row[f"{name}_loading"] is None
        ):
            raise CostError(
                f"{name}_reason", row[f"{name}_reason"], "a reason, and a loading with each factor"
            )
        of_record(row, name)
