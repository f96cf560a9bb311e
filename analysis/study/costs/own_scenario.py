"""The reader's own scenario: six inputs at any value, the same numbers here and on the published page.

The page holds what `model` returns and repeats the arithmetic of `scenario`, step by step in the same order.
"""

import base64
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods.costing.prices import CostError
from analysis.present.spreadsheet import quoted
from analysis.present.words import thousands
from analysis.study import indicators
from analysis.study.costs.items import PRICE_YEAR, SPENDING, STAFF_TIME, cost_spells, exposure
from analysis.study.costs.uncertain import figures

POINTS = 2_048  # quasi-random; a power of two
STEPS = 65_535  # a draw is kept as a whole number of so many steps up to its item's largest
TAILS = (0.025, 0.975)
LARGEST = 1e9  # above it a setting is a slip of the hand
PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Control:
    """One input that a reader may set. top: end of the slider, not a limit. item, figure: what it replaces, none for stays."""

    name: str
    label: str
    unit: str
    top: float
    step: float
    item: str | None = None
    figure: str = "quantity"


CONTROLS = (
    Control("stay_percent", "Length of stays", "percent of the real ones", 200, 5),
    Control("programme_hours", "Improvement plan and programme office", "hours a month", 1000, 10, "programme_office"),
    Control("central_money", "Central money", "£ a month", 25_000, 500, "central_money", "unit_cost"),
    Control("director_days", "Improvement director", "days a month", 22, 1, "improvement_director"),
    Control("interim_days", "Interim leaders", "days a month", 44, 1, "interim_leaders"),
    Control("inspection_cost", "Cost of a CQC inspection", "£ an inspection", 250_000, 2500, "reinspection", "unit_cost"),
)  # fmt: skip
TOTALS = (
    ("all_spending", "All spending", SPENDING, None),
    ("paid_by_regulators", "of which paid by regulators", SPENDING, "regulator"),
    ("paid_by_trusts", "of which paid by the trusts supported", SPENDING, "supported trust"),
    ("all_staff_time", "All staff time", STAFF_TIME, None),
)
COLUMNS = ["result", "label", "account", "estimate", "lower", "upper"]


@dataclass(frozen=True, slots=True)
class Own:
    """Costs under a reader's settings.

    settings: the six inputs by name. frame: one row an item and a total, columns COLUMNS: `estimate` (GBP a spell
        at the expected values), `lower`, `upper` (central 95% of the draws), at `price_year` prices.
    base: the same under the base case.
    """

    settings: dict[str, float]
    frame: pd.DataFrame
    base: pd.DataFrame
    price_year: str

    def sentence(self) -> str:
        """Spending and staff time a spell under these settings, and how far spending is from the base case."""
        rows, base = self.frame.set_index("result"), self.base.set_index("result")
        spent, time = rows.loc["all_spending"], rows.loc["all_staff_time"]
        apart = spent["estimate"] - base.loc["all_spending", "estimate"]
        way = f"{thousands(abs(apart))} {'above' if apart > 0 else 'below'} the base case"
        if thousands(abs(apart)) == thousands(0):
            way = "as in the base case"
        return (
            f"Support costs {thousands(spent['estimate'])} a spell (range {thousands(spent['lower'])} to "
            f"{thousands(spent['upper'])}) in money spent, {way}, and {thousands(time['estimate'])} "
            f"({thousands(time['lower'])} to {thousands(time['upper'])}) in staff time, at {self.price_year} prices."
        )

    def to_csv(self) -> str:
        """Return inputs, results and their uncertainty as CSV, the same text as the page offers."""
        labels = model()["labels"]
        lines = ["kind,name,label,value,lower,upper"]
        lines += [
            f"input,{name},{quoted(labels[name])},{plain(value)},," for name, value in self.settings.items()
        ]
        for row in self.frame.itertuples(index=False):
            numbers = ",".join(f"{value:.2f}" for value in (row.estimate, row.lower, row.upper))
            lines.append(f"GBP a spell ({self.price_year} prices),{row.result},{quoted(row.label)},{numbers}")
        return "\n".join(lines) + "\n"


def base_settings() -> dict[str, float]:
    """Return the six inputs of the base case by name, from the records of `cost_items`."""
    return dict(model()["base"])


def scenario(
    *,
    stay_percent: float | None = None,
    programme_hours: float | None = None,
    central_money: float | None = None,
    director_days: float | None = None,
    interim_days: float | None = None,
    inspection_cost: float | None = None,
) -> Own:
    """Cost the support with the reader's values of the six inputs that matter most; None = base case.

    stay_percent: every spell is so long, in per cent of its real length. programme_hours: of staff of the
    programme office a month. central_money: GBP a trust a month (2013/14 prices). director_days, interim_days: days a
    month. inspection_cost: GBP of one CQC inspection (2015/16 prices). Amounts are carried to PRICE_YEAR.
    A setting replaces the expected value; the spread of its draws moves in proportion, as for all that is expected
    and not known. With 0 the item costs nothing. Draws are POINTS quasi-random points, the same for all settings.

    Raises CostError for a setting that is missing, negative, not a number or above LARGEST.
    """
    given = {name: value for name, value in locals().items() if value is not None}
    held = model()
    settings = {name: _setting(name, given.get(name, value)) for name, value in held["base"].items()}
    return Own(settings, _costs(held, settings), _costs(held, held["base"]), PRICE_YEAR)


@lru_cache(maxsize=1)
def model() -> dict[str, Any]:
    """Return all that the arithmetic needs, as plain numbers and texts that fit into JSON.

    base: settings of the base case. labels: of the settings, with unit and price year. months: real length of each spell; first: whether it is of the first eleven.
    rate: of discounting, a year. items: one an item with `name`, `label`, `account`, `paid_by`, `per`, `limit` (months
    or None), `cohort`, `value` (GBP a unit at the expected values, PRICE_YEAR prices), `step` (GBP a step of its draws)
    and `draws` (base64 of POINTS little-endian 16-bit whole numbers, in steps). controls: name to item.
    """
    costed = cost_spells()
    rng = np.random.default_rng(indicators.SEED)
    drawn = figures(costed.items, draws=POINTS, rng=rng, method="sobol")
    items = []
    for row in costed.items[costed.items["cost"].notna()].to_dict("records"):
        name = row["item_id"]
        each = drawn[f"{name}:quantity"].to_numpy() * drawn[f"{name}:unit_cost"].to_numpy() * row["factor"]
        step = float(each.max()) / STEPS
        whole = np.rint(each / step).astype("<u2")
        items.append(
            {
                "name": name,
                "label": row["item"],
                "account": row["account"],
                "paid_by": row["paid_by"],
                "per": row["per"],
                "limit": None if pd.isna(row["limit_months"]) else float(row["limit_months"]),
                "cohort": row["applies_to"],
                "value": float(row["quantity"] * row["unit_cost"] * row["factor"]),
                "step": step,
                "draws": base64.b64encode(whole.tobytes()).decode(),
            }
        )
    records = costed.items.set_index("item_id")
    base = {c.name: PERCENT if c.item is None else float(records.loc[c.item, c.figure]) for c in CONTROLS}
    return {
        "base": base,
        "labels": {control.name: _label(control, records) for control in CONTROLS},
        "months": [float(months) for months in costed.stays["months"]],
        "first": [bool(first) for first in costed.stays["first_eleven"]],
        "rate": costed.rate,
        "price_year": PRICE_YEAR,
        "items": items,
        "controls": {control.name: control.item for control in CONTROLS if control.item},
    }


def units(held: dict[str, Any], stay: float) -> dict[str, float]:
    """Return the mean units of each item a spell when every spell is `stay` times as long."""
    stays = pd.DataFrame({"months": held["months"], "first_eleven": held["first"]})
    items = pd.DataFrame(held["items"]).rename(
        columns={"name": "item_id", "limit": "limit_months", "cohort": "applies_to"}
    )
    counted = exposure(items, stays.assign(spell_id=stays.index), rate=held["rate"], stay=stay)
    return {name: float(column.to_numpy().sum()) / len(stays) for name, column in counted.items()}


def _label(control: Control, records: pd.DataFrame) -> str:
    """Return label and unit, with the price year of the record where the setting is an amount."""
    priced = control.item is not None and control.figure == "unit_cost"
    year = f", {records.loc[control.item, 'price_year']} prices" if priced else ""
    return f"{control.label} ({control.unit}{year})"


def plain(value: float) -> str:
    """Return a setting as text with at most six digits after the point, none that say nothing."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _costs(held: dict[str, Any], settings: dict[str, float]) -> pd.DataFrame:
    counted = units(held, settings["stay_percent"] / PERCENT)
    ratio = {item: settings[name] / held["base"][name] for name, item in held["controls"].items()}
    rows, draws, estimates = [], {}, {}
    for item in held["items"]:
        name = item["name"]
        times = ratio.get(name, 1.0) * counted[name]
        whole = np.frombuffer(base64.b64decode(item["draws"]), dtype="<u2")
        draws[name], estimates[name] = whole * item["step"] * times, item["value"] * times
        rows.append([name, item["label"], item["account"], estimates[name], *_limits(draws[name])])
    for result, label, account, payer in TOTALS:
        chosen = [
            i["name"] for i in held["items"] if i["account"] == account and payer in (None, i["paid_by"])
        ]
        total = sum(estimates[name] for name in chosen)
        rows.append([result, label, account, total, *_limits(sum(draws[name] for name in chosen))])
    return pd.DataFrame(rows, columns=COLUMNS)


def _limits(draws: np.ndarray | int) -> list[float]:
    return [float(value) for value in np.quantile(draws, TAILS)]


def _setting(name: str, value: object) -> float:
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not number or not 0 <= float(value) <= LARGEST:  # type: ignore[arg-type]
        raise CostError(f"{name} {value!r}. Allowed: a number from 0 to {LARGEST:,.0f}.")
    return float(value)  # type: ignore[arg-type]
