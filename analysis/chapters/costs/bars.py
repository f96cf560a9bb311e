"""Who pays for a spell, as two bars on one scale that are never added up: what is assumed is hatched.

The page's script redraws them when a setting changes, by the same rule (`book/_scripts/costs.js`).
"""

from html import escape
from typing import Any

from analysis.chapters.costs.sentences import spread
from analysis.present.words import join, number, thousands
from analysis.study.costs import own_scenario
from analysis.study.costs.items import SPENDING, STAFF_TIME, cost_spells

ACCOUNTS = {SPENDING: ("all_spending", "Money spent, a spell"), STAFF_TIME: ("all_staff_time", "Time of staff already employed, a spell")}  # fmt: skip
PAYERS = {"regulator": "Regulators", "supported trust": "Trusts supported"}
STEP = 1_000_000  # GBP between the ticks of the scale
ASSUMED = "assumption"
PATTERNS = (
    '<svg width="0" height="0" class="patterns" aria-hidden="true"><defs><pattern id="scenario-hatch" width="7" height="7" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="gap" width="3" height="7"/></pattern></defs></svg>'
)


def plan(held: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pieces of both bars in order, one an item: `name`, `label`, `account`, `paid_by`, `assumed`.

    held: as of `own_scenario.model`. By account, then who pays, then the dearest of the report's own case first.
    """
    status = cost_spells().items.set_index("item_id")["status"]
    cost = own_scenario.scenario().base.set_index("result")["estimate"]
    pieces = []
    for item in held["items"]:
        kept = {key: item[key] for key in ("name", "label", "account", "paid_by")}
        rank = (
            list(ACCOUNTS).index(item["account"]),
            list(PAYERS).index(item["paid_by"]),
            -cost[item["name"]],
        )
        pieces.append((rank, kept | {"assumed": status[item["name"]] == ASSUMED}))
    return [piece for _, piece in sorted(pieces, key=lambda ranked: ranked[0])]


def html(own: own_scenario.Own, held: dict[str, Any]) -> str:
    """Return both bars under the settings of `own`, with their key."""
    rows = own.frame.set_index("result")
    top = max(rows.loc[result, "upper"] for result, _ in ACCOUNTS.values()) * 1.03
    pieces = plan(held)
    parts = [PATTERNS]
    for account, (result, title) in ACCOUNTS.items():
        mine = [piece for piece in pieces if piece["account"] == account]
        parts.append(_bar(rows, mine, result, title, top))
    ticks = [at for at in range(0, int(top) + 1, STEP) if at < 0.9 * top]
    texts = [f"£{number(at / STEP)}{' million' if at else ''}" for at in ticks]
    places = zip(ticks, texts, strict=True)
    scale = "".join(f'<text x="{100 * at / top:.2f}%" y="12">{text}</text>' for at, text in places)
    parts.append(f'<svg class="axis scale" height="16" aria-hidden="true">{scale}</svg>')
    samples = {"solid": "from a published figure", "hatched": "assumed"}
    key = "".join(
        '<span><svg width="24" height="14" aria-hidden="true"><rect class="regulator" width="24" height="14"/>'
        + ('<rect fill="url(#scenario-hatch)" width="24" height="14"/>' if kind == "hatched" else "")
        + f"</svg> {word}</span>"
        for kind, word in samples.items()
    )
    key += '<span><svg width="24" height="14" aria-hidden="true"><path class="whisker" d="M1 7h22M1 3v8M23 3v8"/></svg> range our assumptions allow</span>'
    return f'<div class="drawn bars-of" id="scenario-bars">{"".join(parts)}<p class="key">{key}</p></div>'


def _bar(rows: Any, mine: list[dict[str, Any]], result: str, title: str, top: float) -> str:
    whole, left, shapes = rows.loc[result], 0.0, []
    starts: dict[str, list[float]] = {}
    for piece in mine:
        cost = rows.loc[piece["name"], "estimate"]
        x, width = 100 * left / top, 100 * cost / top
        starts.setdefault(piece["paid_by"], [left, 0.0])[1] += cost
        place = f'data-item="{piece["name"]}" x="{x:.3f}%" y="34" width="{width:.3f}%" height="34"'
        words = f"<title>{escape(piece['label'])}: {thousands(cost)}</title>"
        kind = piece["paid_by"].replace(" ", "-")
        shapes.append(f'<rect class="{kind}" {place}>{words}</rect>')
        if piece["assumed"]:
            shapes.append(f'<rect class="hatch" fill="url(#scenario-hatch)" {place}>{words}</rect>')
        left += cost
    for payer, (begin, cost) in starts.items():
        x = 100 * begin / top
        shapes.append(
            f'<text data-payer="{payer}" x="{x:.3f}%" y="12"><tspan>{PAYERS[payer]}</tspan><tspan class="paid" x="{x:.3f}%" dy="15">'
            f"{thousands(cost)}</tspan></text>"
        )
    low, high, at = (100 * whole[key] / top for key in ("lower", "upper", "estimate"))
    shapes.append(
        f'<g class="interval"><line class="whisker" x1="{low:.3f}%" x2="{high:.3f}%" y1="80" y2="80"/><circle cx="{at:.3f}%" cy="80" r="5"/></g>'
        f'<line class="report" x1="{at:.3f}%" x2="{at:.3f}%" y1="28" y2="90"/>'
    )
    told = f'<b>{title}: <span class="sum">{thousands(whole["estimate"])}</span></b> <small>range <span class="limits">{spread(whole["lower"], whole["upper"])}</span></small>'
    return f'<div data-result="{result}"><p>{told}</p><svg height="92" aria-hidden="true">{"".join(shapes)}</svg></div>'


def sentence(own: own_scenario.Own, held: dict[str, Any]) -> str:
    """Return who pays how much of each account, and how much of the money rests on assumptions."""
    rows, pieces = own.frame.set_index("result")["estimate"], plan(held)
    parts = []
    for account, (result, _) in ACCOUNTS.items():
        paid = {
            name: sum(rows[p["name"]] for p in pieces if p["account"] == account and p["paid_by"] == payer)
            for payer, name in PAYERS.items()
        }
        told = join([f"{name.lower()} pay {thousands(value)}" for name, value in paid.items() if value])
        parts.append(f"Of {thousands(rows[result])} in {account} {told}")
    assumed = sum(rows[p["name"]] for p in pieces if p["account"] == SPENDING and p["assumed"])
    share = number(100 * assumed / rows["all_spending"], "percent", digits=0)
    return f"{'. '.join(parts)}. {share} of the spending rests on assumptions, which the bars show hatched."
