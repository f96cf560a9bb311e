"""The arrows of the theory as lists that open to their statements, and all statements with the way back."""

from functools import lru_cache
from html import escape

import pandas as pd

from analysis import data
from analysis.chapters.cases import statements
from analysis.chapters.theory import MEANT, SHORT, grounds, part, policy_bars, step_words
from analysis.chapters.theory_map import sample
from analysis.present import words
from analysis.present.blocks import Block, folded, together
from analysis.present.links import Link
from analysis.study.evidence.theory import (
    CONTESTED,
    INTENDED,
    INTENT,
    STATUSES,
    SUPPORTED,
    Theory,
    TheoryError,
    configurations,
)
from analysis.study.evidence.vocabulary import WHOLE
from analysis.study.theory_measured import DELAYS, STEPS

TITLES = {  # of the parts, in the order of the page
    "help": "Outside help",
    "leaders": "New leaders and the plan",
    "money": "Money and the public label",
    "inside": "What had to change inside the trust",
    "lasting": "From better care to exit, and after",
    "around": "Around the trusts",
    "harm": "What harm leads to",
}
SIGNS = {"supports": "▲", "contests": "▼"}


def steps(theory: Theory) -> Block:
    """Return all arrows, part by part; each opens to its proposition and the statements behind it (#L07)."""
    body, lines = [], []
    for name, heading in TITLES.items():
        rows = [row for _, row in part(theory, name).iterrows()]
        items = "".join(f"<li>{_step(theory, row)}</li>" for row in rows)
        body.append(f'<p class="group"><strong>{heading}</strong> {len(rows)}</p><ul>{items}</ul>')
        lines += [heading, *(f"{step_words(row)}. {row['proposition']} {grounds(row)}" for row in rows)]
    return Block(f'<div class="result drawn steps-of">{"".join(body)}</div>', "\n".join(lines))


def _step(theory: Theory, arrow: pd.Series) -> str:
    sides = ["supports", "contests", "refines", INTENT]
    if arrow["contests"] > arrow["supports"]:  # the longer side first
        sides[:2] = sides[1::-1]
    told = "".join(_side(theory, arrow["id"], bearing) for bearing in sides)
    counts = " ".join(f'<span class="{b}">{sign} {arrow[b]}</span>' for b, sign in SIGNS.items() if arrow[b])
    to = f'<span class="to">{sample(arrow)} {escape(arrow["to_label"])}</span>'
    ends = f'<span class="ends">{escape(arrow["from_label"])} {to}</span>'
    shown = f'<b>{int(arrow["id"][1:])}</b>{ends}<span class="counts">{counts}</span>'
    return (
        f'<details class="fold step"><summary><span class="seen" aria-hidden="true">{shown}</span>'
        f'<span class="visually-hidden">{escape(step_words(arrow))}</span></summary>'
        f'<div id="{arrow["id"]}"><p>{escape(arrow["proposition"])}</p><p class="quiet">{escape(grounds(arrow))} '
        f'<a href="#map-{arrow["id"]}">Show it on the map</a></p>{_measured(arrow["id"])}{told}</div></details>'
    )


def _measured(arrow: str) -> str:
    """Return where a step that this arrow leads to or from is measured, '' when it is not."""
    found = [step.indicator for step in STEPS if arrow in step.arrows]
    titles = data.load("indicators").set_index("indicator")["title"]
    told = [Link(str(titles[name]), "metrics/steps.html#steps-page").html() for name in found]
    if arrow in DELAYS:
        told.append(Link("Delayed transfers of care", "metrics/steps.html#steps-ways").html())
    return f'<p class="quiet">Measured: {", ".join(told)}.</p>' if told else ""


def _side(theory: Theory, arrow: str, bearing: str) -> str:
    rows = theory.evidence[(theory.evidence["link_id"] == arrow) & (theory.evidence["bearing"] == bearing)]
    if rows.empty:
        return ""
    told, names = _told(), _names()
    items = []
    for row in rows.itertuples():
        about = told.loc[row.statement_id]
        where = f"{names[about['ods_code']]}, {about['date'][:4]} · {about['source_publisher']}"
        link = Link(row.statement_id, f"#{row.statement_id}").html()
        items.append(f"<li>{escape(row.note)}<br><small>{escape(where)} · {link}</small></li>")
    head = f"{SIGNS.get(bearing, '')} {len(rows)} {SHORT[bearing]}".strip()
    return f'<p class="{bearing.replace(" ", "-")}">{head}</p><ul>{"".join(items)}</ul>'


@lru_cache(maxsize=1)
def _told() -> pd.DataFrame:
    return data.load("evidence_statements").set_index("id")


def _names() -> dict[str, str]:
    names = data.load("regime_trusts").set_index("org_code")["short_name"]
    return {**names.to_dict(), WHOLE: "The regime as a whole"}


def policy(theory: Theory) -> Block:
    """Return the bars of what policy meant and what was found, and the steps that bear on the answer as folded lists."""
    asked = (("yes", CONTESTED), ("yes", SUPPORTED), ("no", SUPPORTED))
    return together([policy_bars(theory), *(selection(theory, intended=a, status=b) for a, b in asked)])


def selection(theory: Theory, *, intended: str, status: str) -> Block:
    """Return the arrows that policy meant or not and that were found so: a folded list of links, most statements first.

    intended: "yes", "unclear" or "no"; status: one of STATUSES. Raises TheoryError for another value.
    """
    if intended not in INTENDED or status not in STATUSES:
        raise TheoryError(f"found {(intended, status)}. Allowed: {INTENDED} and {STATUSES}.")
    rows = theory.arrows.query("intended_by_policy == @intended and status == @status")
    rows = rows.sort_values("contests" if status == CONTESTED else "supports", ascending=False, kind="stable")
    told = [(step_words(row), row["id"]) for _, row in rows.iterrows()]
    items = [f"<li>{Link(said, f'#{arrow}').html()}</li>" for said, arrow in told]
    heading = f"{words.plural(len(rows), 'step')} {MEANT[intended]}, {status}"
    return folded(heading, items, [said for said, _ in told])


def _configurations() -> Block:
    """Return context, mechanism and outcome as a folded list; each is an anchor, each statement a link."""
    names, items, lines = _names(), [], []
    for row in configurations().itertuples():
        trusts = words.join([names[code] for code in row.trusts])
        parts = {
            "In this context": row.context, "what was brought": row.mechanism_resource,
            "and how people took it": row.mechanism_reasoning, "led to, or went with": row.outcome,
            "How firm": f"{row.confidence}. {row.note}",
        }  # fmt: skip
        told = "; ".join(f"<em>{name}</em>: {escape(str(text))}" for name, text in parts.items())
        links = ", ".join(Link(s, f"#{s}").html() for s in row.statements)
        name = f"<strong>{row.id}</strong> · {escape(trusts)}"
        items.append(f'<li id="{row.id}">{name}<br>{told} ({links})</li>')
        said = "; ".join(f"{name}: {text}" for name, text in parts.items())
        lines.append(f"{row.id}, {trusts}: {said} ({', '.join(row.statements)})")
    return folded(f"{len(items)} configurations", items, lines)


def records(theory: Theory) -> Block:
    """Return configurations and all statements, folded by trust; each is an anchor (#RXR-07), its arrows are links back."""
    names, parts = _names(), [_configurations()]
    for code, rows in data.load("evidence_statements").groupby("ods_code", sort=False):
        told = [_statement(theory, row) for _, row in rows.iterrows()]
        heading = f"{names[str(code)]}, {len(rows)}"
        parts.append(folded(heading, [item for item, _ in told], [line for _, line in told]))
    return together(parts)


def _statement(theory: Theory, row: pd.Series) -> tuple[str, str]:
    bears = theory.evidence[theory.evidence["statement_id"] == row["id"]]
    links = [Link(r.link_id, f"#{r.link_id}", after=f" {SHORT[r.bearing]}") for r in bears.itertuples()]
    whole, own = row["ods_code"] == WHOLE, row["id"]
    at = statements.when(row["date"]) + ("" if whole else f", {row['phase']}")
    name = own if whole else Link(own, statements.address(own, here="theory")).html()
    published = statements.when(row["source_date"]) if isinstance(row["source_date"], str) else "no date"
    source = Link(row["source_title"], row["source_url"], after=f". {row['source_publisher']}, {published}")
    on = ", ".join(link.html() for link in links) or "none"
    item = (
        f'<li id="{own}"><strong>{name}</strong> · {escape(at)}<br>{escape(row["statement"])}<br>'
        f'<span class="source">Source: {source.html()}. Bears on: {on}.</span></li>'
    )
    bearing = ", ".join(map(str, links)) or "none"
    return item, f"{own} ({at}): {row['statement']} {source}. Bears on: {bearing}."
