"""Costs in words: amounts as precise as the guesses behind them, tables of texts."""

import math
from html import escape

import pandas as pd

from analysis.methods.costing.sensitivity import Tornado
from analysis.methods.costing.simulation import Simulated
from analysis.present import words
from analysis.present.blocks import Block, folded, together
from analysis.present.links import linked
from analysis.study.costs.items import SPENDING, STAFF_TIME, Costed
from analysis.study.costs.uncertain import Draws
from analysis.study.regime import REGIME_END

UNKNOWN = "unknown"
NOT_A_COST = "not a cost"
STAYS_DIFFER = " (stays, whose lengths are known and differ, from their lower to their upper quartile)"
RANGE = "Range allowed"  # of our assumptions: no 95% interval, for no sample was drawn
FIGURE_NAMES = {"quantity": "how much", "unit_cost": "unit cost"}


def spread(low: float, high: float) -> str:
    """Return 'LOW to HIGH' in GBP to the nearest thousand; '..' when missing."""
    first = words.thousands(low)
    return f"{first} to {words.thousands(high)}" if math.isfinite(low) else first


def amount(value: float) -> str:
    """Return a recorded figure with the digits it has, up to three after the point."""
    return "" if pd.isna(value) else f"{value:,.3f}".rstrip("0").rstrip(".")


def records(items: pd.DataFrame) -> pd.DataFrame:
    """Return the parameters as texts: one row an item, what is unknown said to be."""
    rows = []
    for item in items.to_dict("records"):
        much = price = NOT_A_COST if item["kind"] == "loan" else UNKNOWN
        why = ""
        if pd.notna(item["quantity"]):
            much = f"{_ranged(item, 'quantity')} {item['quantity_unit']}"
            price = f"£{_ranged(item, 'unit_cost')} ({item['price_year']})"
            why = f"How much: {item['quantity_reason']}. Unit cost: {item['unit_cost_reason']}."
        source = ", ".join(str(item[part]) for part in ("source", "page") if pd.notna(item[part]))
        note = "" if pd.isna(item["note"]) else item["note"]
        rows.append((item["item"], item["bearer"], much, price, item["status"], why, source, note))
    columns = ["Item", "Who bears it", "How much", "Unit cost", "Status", "Why", "Source", "What to know"]
    return pd.DataFrame(rows, columns=columns)


def items_folded(items: pd.DataFrame) -> Block:
    """Return the parameters as a folded table, and why each is so, with its source, as a folded list."""
    frame = records(items)
    numbers = linked(
        frame[["Item", "Who bears it", "How much", "Unit cost", "Status"]], folded=True, sources=("cost_items",),
        caption=f"All {len(frame)} items of support: how much, at what price",
    )  # fmt: skip
    title, told, lines = f"Why these figures: reasons and sources of all {len(frame)} items", [], []
    for row in frame.to_dict("records"):
        source = f"Source: {row['Source']}." if row["Source"] else ""
        said = " ".join(part for part in (row["Why"], row["What to know"], source) if part)
        lines.append(f"{row['Item']}. {said}")
        told.append(f"<li><strong>{escape(row['Item'])}</strong>. {escape(said)}</li>")
    return together([numbers, folded(title, told, lines)])


def _ranged(row: dict, name: str) -> str:
    if row[f"{name}_distribution"] == "fixed":
        return amount(row[name])
    return f"{amount(row[name])} ({amount(row[f'{name}_low'])} to {amount(row[f'{name}_high'])}, {row[f'{name}_distribution']})"


def by_bearer(costed: Costed, drawn: Draws) -> pd.DataFrame:
    """Return the costs a spell as texts: items by account, with interval, who bears and who pays; sums by account.

    Unknown items and loans keep their rows, without a figure. Nothing is added up across accounts.
    """
    missing = {"loan": NOT_A_COST, "transfer": f"{UNKNOWN}, a transfer"}
    rows = []
    for account in (SPENDING, STAFF_TIME):
        for row in costed.items[costed.items["account"] == account].itertuples():
            cost, limits = missing.get(row.kind, UNKNOWN), ""
            if pd.notna(row.per_spell):
                cost = words.thousands(row.per_spell)
                limits = spread(*drawn.frame[row.item_id].quantile([0.025, 0.975]))
            rows.append((row.item, account, row.bearer, row.paid_by, cost, limits, row.status))
        whole, sums = drawn.of(account), words.thousands(costed.total(account))
        limits = spread(whole.lower, whole.upper)
        rows.append((f"Sum of known {account}", account, "", "", sums, limits, "assumption"))
    columns = ["Item", "Account", "Bears it", "Pays", "Cost a spell", RANGE, "Status"]
    return pd.DataFrame(rows, columns=columns)


def parties(costed: Costed) -> pd.DataFrame:
    """Return spending and staff time a spell by party, before and after payments between them, as texts."""
    rows = costed.items[(costed.items["kind"] == "resource") & costed.items["per_spell"].notna()]
    out = []
    for account, part in rows.groupby("account", sort=False):
        for party in ("regulator", "buddy trust", "supported trust"):
            used = part.loc[part["bearer"] == party, "per_spell"].sum()
            paid = part.loc[part["paid_by"] == party, "per_spell"].sum()
            if used or paid:
                moved = (words.thousands(used), _signed(paid - used), words.thousands(paid))
                out.append([party.capitalize(), account, *moved])
        whole = part["per_spell"].sum()
        out.append(["All", account, words.thousands(whole), words.thousands(0), words.thousands(whole)])
    columns = ["Party", "Account", "Resources used", "Paid to others, less received", "Pays in the end"]
    return pd.DataFrame(out, columns=columns)


def scenarios(compared: pd.DataFrame) -> pd.DataFrame:
    """Return `scenarios.compared` as texts."""
    told = {
        "Scenario": compared["scenario"],
        "What changes": compared["changes"],
        "Spells": compared["n"].map(words.number),
        "Cost a spell": compared["cost"].map(words.thousands),
        RANGE: list(map(spread, compared["lower"], compared["upper"])),
        "Against the base case": compared["difference"].map(_signed),
    }
    return pd.DataFrame(told)


def break_even(doubled: pd.DataFrame) -> pd.DataFrame:
    """Return `scenarios.break_even` as texts."""
    shorter = 100 * (1 - doubled["stay"])
    told = {
        "Doubled": doubled["what"],
        "Costs more a spell": doubled["extra"].map(words.thousands),
        "Pays for itself if stays are shorter by": shorter.map(words.number, unit="percent", digits=0),
        "That is a mean stay of": doubled["months"].map(words.number, unit="months"),
    }
    return pd.DataFrame(told)


def figure_label(parameter: str, items: pd.DataFrame) -> str:
    """Return the name of a tornado's parameter for readers: 'Improvement director: how much'."""
    if ":" not in parameter:
        return "Length of stays (middle half of the real ones)"
    item, figure = parameter.split(":")
    name = items.set_index("item_id")["item"][item]
    shared = "Buddying" if item.startswith("buddying") and figure == "unit_cost" else name
    return f"{shared}: {FIGURE_NAMES[figure]}"


def tornado_title(tornado: Tornado, items: pd.DataFrame) -> str:
    """Return the finding of a tornado: the two inputs that matter most."""
    first, second = (figure_label(name, items) for name in tornado.frame["parameter"].head(2))
    return f"What the sum depends on most: {words.small(first)}, then {words.small(second)}"


def tornado_sentence(tornado: Tornado, items: pd.DataFrame, *, top: int) -> str:
    """Say how far spending moves with each of the first `top` inputs, changed one at a time."""
    parts = [
        f"{words.small(figure_label(row.parameter, items))} {spread(min(row.low, row.high), max(row.low, row.high))}"
        for row in tornado.frame.head(top).itertuples()
    ]
    stays = "" if tornado.frame["parameter"].str.contains(":").all() else STAYS_DIFFER
    return (
        f"Spending a spell, {words.thousands(tornado.base)} in the base case, when one of {len(tornado.frame)} inputs goes from its "
        f"2.5% to its 97.5% point{stays} and the others stay: {words.join(parts)}."
    )


def drawn_sentence(spent: Simulated, time: Simulated) -> str:
    """Say mean, range and error of drawing of spending and staff time."""
    return (
        f"Over {words.number(spent.draws.size)} joint draws, spending a spell averages {words.thousands(spent.mean)} (range "
        f"{spread(spent.lower, spent.upper)}) and staff time {words.thousands(time.mean)} ({spread(time.lower, time.upper)}). "
        f"Drawing alone leaves an error of {words.number(round(spent.mean_error, -2), 'gbp')} in the first mean and of "
        f"{words.number(round(time.mean_error, -2), 'gbp')} in the second."
    )


def answer(costed: Costed, drawn: Draws) -> str:
    """Return the chapter's answer: spending, staff time, who pays, and how much of it is assumption."""
    spent, time = drawn.of(SPENDING), drawn.of(STAFF_TIME)
    known = costed.items[(costed.items["account"] == SPENDING) & costed.items["per_spell"].notna()]
    guessed = known.loc[known["status"] == "assumption", "per_spell"].sum() / known["per_spell"].sum()
    share = words.number(100 * guessed, "percent", digits=0)
    return (
        f"A spell of support cost about £{costed.total(SPENDING) / 1e6:.0f} million in money spent; our assumptions allow "
        f"{_millions(spent.lower)} to {_millions(spent.upper)}, a range and not a 95% interval, for {share} of the sum rests on "
        f"items that are assumed. Staff already employed gave time worth about {_millions(costed.total(STAFF_TIME))} "
        f"({_millions(time.lower)} to {_millions(time.upper)}), at {costed.price_year} prices; "
        f"{words.plural(len(costed.unknown()), 'item')} could not be costed at all."
    )


def open_spells(costed: Costed) -> str:
    """Name the spells that the end of the regime cut short: their costs are counted to that day only."""
    cut = costed.stays[costed.stays["open"]]
    cells = costed.cells[costed.cells["account"] == SPENDING]
    so_far = cells.loc[cells["spell_id"].isin(cut["spell_id"]), "cost"].sum() / len(cut)
    return (
        f"{words.plural(len(cut), 'spell')} were cut short when the regime was replaced on {words.day(REGIME_END)}: "
        f"{words.join(sorted(cut['name']))}. They are costed as open: {words.thousands(so_far)} each up to that day, on average, "
        f"and what would have followed is not in the sum."
    )


def _millions(value: float) -> str:
    return f"£{value / 1e6:.1f} million".replace(".0 ", " ")


def published(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `cost_published` as texts."""
    told = {
        "Published amount": frame["what"],
        "As published": "£" + frame["value"].map(words.number),
        "Unit": [unit.replace("GBP", "").strip(" ,") or "in all" for unit in frame["unit"]],
        "Price year": frame["price_year"].fillna("not said"),
        "Used as": frame["use"],
        "Source": frame["source"] + ", " + frame["page"],
        "What to know": frame["note"].fillna(""),
    }
    return pd.DataFrame(told)


def _signed(value: float) -> str:
    text = words.thousands(abs(value))
    return text if text == words.thousands(0) else f"{'+' if value > 0 else words.MINUS}{text}"


def items_drawn(costed: Costed, drawn: Draws) -> pd.DataFrame:
    """Return known items for a chart, dearest first: `item`, `account`, `paid_by`, `cost`, `lower`, `upper` (GBP a spell)."""
    known = costed.items[costed.items["per_spell"].notna()]
    limits = drawn.frame[list(known["item_id"])].quantile([0.025, 0.975]).T.to_numpy()
    items = known["item"] + known["account"].map({"staff time": " (staff time)"}).fillna("")
    frame = known.assign(item=items, cost=known["per_spell"], lower=limits[:, 0], upper=limits[:, 1])
    columns = ["item", "account", "paid_by", "cost", "lower", "upper"]
    return frame.sort_values("cost", ascending=False, ignore_index=True, kind="stable")[columns]


def items_sentence(frame: pd.DataFrame) -> str:
    """Say which items are dearest, with their ranges. `frame` as of `items_drawn`."""
    parts = [
        f"{words.small(row.item)} {words.thousands(row.cost)} ({spread(row.lower, row.upper)})"
        for row in frame.head(3).itertuples()
    ]
    return (
        f"Of {len(frame)} items that could be costed, the dearest a spell are {words.join(parts)} (with the range that our assumptions allow); "
        "ranges are wide because most quantities are assumptions."
    )


def items_title(frame: pd.DataFrame) -> str:
    """Return the finding of the chart of items: the two dearest."""
    first, second = frame["item"].head(2)
    return f"Dearest by far: {words.small(first)}, then {words.small(second)}"
