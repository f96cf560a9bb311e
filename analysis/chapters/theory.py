"""The programme theory in words: parts small enough to draw, sentences for each arrow, tables with links."""

from __future__ import annotations

import pandas as pd

from analysis import data
from analysis.chapters.cases import statements
from analysis.present import words as wording
from analysis.present.blocks import Block, together
from analysis.present.links import Link, linked
from analysis.study.evidence.theory import (
    CONTESTED,
    INTENDED,
    INTENT,
    NOTHING,
    STATUSES,
    SUPPORTED,
    Theory,
    TheoryError,
    configurations,
    policy_and_found,
    thin,
)
from analysis.study.evidence.vocabulary import BEARINGS, WHOLE

# Each part of the theory: the elements whose arrows it shows. Every element that starts an arrow is in one part.
PARTS = {
    "director": ("improvement_director", "outside_help", "expertise_and_challenge"),
    "buddying": ("buddying", "borrowed_capability"),
    "leaders": ("leadership_change", "new_leadership_authority"),
    "plan": ("plan_and_reinspection", "focus_and_accountability"),
    "money": ("money", "slack_to_change"),
    "label": ("public_label", "scrutiny_pressure"),
    "readiness": ("change_valence", "change_commitment", "change_efficacy", "workforce"),
    "board": ("board_data_use", "board_engagement"),
    "lasting": (
        "improvement_culture", "board_balance", "board_quality_first", "short_termism", "gains_kept",
    ),
    "exit": ("care_and_performance", "rating_and_exit"),
    "context": ("leadership_history", "finances", "scale_complexity"),
    "around": ("local_system",),
    "harm": ("stigma_morale", "recruitment_harm"),
}  # fmt: skip
TOPICS = {
    "director": "Director and other outside help",
    "buddying": "Buddying",
    "leaders": "Change of leaders",
    "plan": "Plan and reinspection",
    "money": "Money",
    "label": "Public label",
    "readiness": "Readiness for change and staffing",
    "board": "What the board does",
    "lasting": "What makes gains last",
    "exit": "From care to exit and after",
    "context": "Leaders, money and size",
    "around": "Local system",
    "harm": "What harm leads to",
}
SOURCES = ("theory_evidence", "evidence_statements")
SHORT = {"supports": "for", "contests": "against", "refines": "refines", INTENT: "intent only"}
PLAIN = {
    "L12": "that effort on listed faults improves care",
    "L29": "that a trust which earned its exit stays out",
}
BRIEF = {"yes": "Meant", "unclear": "Not clear", "no": "Not meant"}
MEANT = {"yes": "meant by policy", "unclear": "not clear whether meant", "no": "not meant by policy"}


def part(theory: Theory, name: str) -> pd.DataFrame:
    """Return the arrows of one part (a key of PARTS), in the order of the theory.

    Raises TheoryError for an unknown part, or when an element that starts an arrow is in no part or in two.
    """
    if name not in PARTS:
        raise TheoryError(f"part {name!r} is not known. Allowed: {list(PARTS)}.")
    places = [element for elements in PARTS.values() for element in elements]
    odd = [start for start in theory.arrows["from"].unique() if places.count(start) != 1]
    if odd:
        raise TheoryError(f"element {odd[0]!r} starts an arrow. Allowed: elements in exactly one part.")
    return theory.arrows[theory.arrows["from"].isin(PARTS[name])].reset_index(drop=True)


def tally(arrow: pd.Series) -> str:
    """Return '10 for, 3 against', '2 for' or 'no statement' of one row of `Theory.arrows`."""
    counts = [f"{arrow[b]} {SHORT[b]}" for b in ("supports", "contests") if arrow[b]]
    return ", ".join(counts) or "no statement"


def arrow_sentence(arrow: pd.Series) -> str:
    """Return one row of `Theory.arrows` as a sentence for those who cannot see the drawing."""
    refining = f", {arrow['refines']} refining" if arrow["refines"] else ""
    return (
        f"{arrow['id']}, {_lower(_ends(arrow))} ({MEANT[arrow['intended_by_policy']]}): "
        f"{arrow['status']}, {tally(arrow)}{refining}."
    )


def part_sentence(arrows: pd.DataFrame) -> str:
    """Return all arrows of a part as sentences: the alternative text of its drawing."""
    return " ".join(arrow_sentence(row) for _, row in arrows.iterrows())


def part_title(theory: Theory, name: str) -> str:
    """Return the finding of a part: how many of its arrows stand how."""
    arrows = part(theory, name)
    counts = arrows["status"].value_counts()
    words = [f"{counts[status]} {status}" for status in (SUPPORTED, CONTESTED) if status in counts]
    words += [f"{counts[NOTHING]} without evidence"] if NOTHING in counts else []
    return f"{TOPICS[name]}: {wording.plural(len(arrows), 'arrow')}, {wording.join(words)}"


def arrow_table(theory: Theory, name: str) -> Block:
    """Return the arrows of a part as a table; each row is an anchor (#L07), each statement a link."""
    rows = part(theory, name)
    ends = [_ends(row) for _, row in rows.iterrows()]
    frame = pd.DataFrame({"Arrow": rows["id"], "Between": ends, "Proposition": rows["proposition"]})
    frame["Meant by policy?"] = rows["intended_by_policy"]
    frame["Status"] = rows["status"]
    for bearing in BEARINGS:
        frame[SHORT[bearing].capitalize()] = rows[bearing].astype("str")
    frame["Documents"] = rows["documents"].astype("str")
    frame["Statements"] = [_statement_links(theory, arrow) for arrow in rows["id"]]
    numbers = ("For", "Against", "Refines", "Documents")
    caption = f"{TOPICS[name]}: each arrow with its statements"
    return linked(frame, caption=caption, numbers=numbers, sources=SOURCES, anchored=True)


def statement_tables(theory: Theory) -> Block:
    """Return all statements, folded by trust; each row is an anchor (#RXR-07), each arrow a link."""
    told = data.load("evidence_statements")
    names = data.load("regime_trusts").set_index("org_code")["short_name"]
    bearing = theory.evidence.groupby("statement_id")[["link_id", "bearing"]]
    links = {
        key: tuple(Link(r.link_id, f"#{r.link_id}", after=f" {SHORT[r.bearing]}") for r in rows.itertuples())
        for key, rows in bearing
    }
    parts = []
    for code, rows in told.groupby("ods_code", sort=False):
        frame = pd.DataFrame(
            {
                "Statement": [_on_case_page(key) for key in rows["id"]],
                "When": rows["date"].map(_when) + ", " + rows["phase"] if code != WHOLE else rows["date"].map(_when),
                "What it says": rows["statement"],
                "Source": [_source(row) for _, row in rows.iterrows()],
                "Arrows it bears on": [links.get(key, ()) for key in rows["id"]],
            }
        )  # fmt: skip
        name = "The regime as a whole" if code == WHOLE else names[code]
        caption = f"{name}: {wording.plural(len(rows), 'statement')}"
        parts.append(
            linked(frame, caption=caption, sources=("evidence_statements",), anchored=True, folded=True)
        )
    return together(parts)


def configuration_table() -> Block:
    """Return context, mechanism and outcome as a table; each row is an anchor, each statement a link."""
    rows = configurations()
    names = data.load("regime_trusts").set_index("org_code")["short_name"]
    frame = pd.DataFrame(
        {
            "Configuration": rows["id"],
            "Trust": [wording.join([names[code] for code in codes]) for codes in rows["trusts"]],
            "In this context": rows["context"],
            "what was brought": rows["mechanism_resource"],
            "and how people took it": rows["mechanism_reasoning"],
            "led to, or went with": rows["outcome"],
            "How firm": rows["confidence"] + ". " + rows["note"],
            "Statements": [tuple(Link(s, f"#{s}") for s in items) for items in rows["statements"]],
        }
    )
    caption = "Context, mechanism and outcome as read from the statements"
    return linked(frame, caption=caption, sources=("theory_configurations",), anchored=True)


def policy_table(theory: Theory) -> pd.DataFrame:
    """Return, as texts, the arrows that policy meant and did not mean, by what was found; totals after."""
    counts = policy_and_found(theory)
    frame = counts.rename(index={key: text.capitalize() for key, text in MEANT.items()})
    frame = pd.concat([frame, frame.sum().to_frame("All arrows").T])
    frame = frame.rename(columns={status: status.capitalize() for status in STATUSES} | {"arrows": "Arrows"})
    frame = frame.map(wording.number)
    return frame.reset_index(names="What policy meant")


def policy_title(theory: Theory) -> str:
    """Return the finding of the comparison of what policy meant with what was found."""
    meant = policy_and_found(theory).loc["yes"]
    return f"Of {wording.plural(meant['arrows'], 'step')} that policy meant, {meant[CONTESTED]} are contested"


def policy_sentence(theory: Theory) -> str:
    """Return the same comparison in full, for those who cannot see the drawing."""
    return " ".join(
        f"Arrows {MEANT[key]}: {row['arrows']}, of which "
        + wording.join([f"{row[status]} {status}" for status in STATUSES if row[status]])
        + "."
        for key, row in policy_and_found(theory).iterrows()
    )


def selection(theory: Theory, *, intended: str, status: str) -> Block:
    """Return the arrows of one cell of `policy_table` with how many statements speak for and against.

    intended: "yes", "unclear" or "no"; status: one of STATUSES. Raises TheoryError for another value.
    """
    if intended not in INTENDED or status not in STATUSES:
        raise TheoryError(f"found {(intended, status)}. Allowed: {INTENDED} and {STATUSES}.")
    rows = theory.arrows.query("intended_by_policy == @intended and status == @status")
    rows = rows.sort_values("contests" if status == CONTESTED else "supports", ascending=False, kind="stable")
    frame = pd.DataFrame({"Arrow": [Link(key, f"#{key}") for key in rows["id"]]})
    frame["Proposition"] = rows["proposition"].to_numpy()
    for column, heading in (("supports", "For"), ("contests", "Against"), ("trusts", "Trusts")):
        frame[heading] = rows[column].astype("str").to_numpy()
    caption = f"Arrows {MEANT[intended]}, {status}"
    return linked(frame, caption=caption, numbers=("For", "Against", "Trusts"), sources=SOURCES)


def answer(theory: Theory) -> str:
    """Return the answer of the chapter: how much of what policy meant stands unchallenged in public documents."""
    counts = policy_and_found(theory)
    meant, other = counts.loc["yes"], counts.loc["no"]
    rows = theory.arrows.query("intended_by_policy == 'yes' and status == @CONTESTED")
    rows = rows.sort_values("contests", ascending=False, kind="stable").head(2)
    most = [PLAIN.get(row["id"], f"the step {_lower(_ends(row))}") for _, row in rows.iterrows()]
    return (
        f"Policy meant {meant['arrows']} of the {wording.plural(len(theory.arrows), 'step')} drawn here. Public "
        f"statements support {meant[SUPPORTED]} of these without dissent and contest {meant[CONTESTED]}"
        f"{', most often ' + wording.join(most) if most else ''}; of {other['arrows']} steps that policy did not "
        f"mean, {other[SUPPORTED]} are supported and not contested."
    )


def thin_sentence(theory: Theory) -> str:
    """Return which arrows are called supported on the strength of one document."""
    found = thin(theory)
    return f"{wording.plural(len(found), 'arrow')} called supported ({wording.join(found)})"


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _ends(arrow: pd.Series) -> str:
    lowers = ", lowering it" if arrow["sign"] == "-" else ""
    return f"From {_lower(arrow['from_label'])} to {_lower(arrow['to_label'])}{lowers}"


def _when(date: str) -> str:
    return date if len(date) == 4 else wording.month(date) if len(date) == 7 else wording.day(date)


def _statement_links(theory: Theory, arrow: str) -> tuple[Link, ...]:
    rows = theory.evidence[theory.evidence["link_id"] == arrow]
    return tuple(
        Link(r.statement_id, f"#{r.statement_id}", after=f" {SHORT[r.bearing]}") for r in rows.itertuples()
    )


def _on_case_page(identifier: str) -> Link | str:
    whole = identifier.startswith(WHOLE)
    return identifier if whole else Link(identifier, statements.address(identifier, here="theory"))


def _source(row: pd.Series) -> Link:
    published = f", {_when(row['source_date'])}" if isinstance(row["source_date"], str) else ", no date"
    return Link(row["source_title"], row["source_url"], after=f". {row['source_publisher']}{published}")
