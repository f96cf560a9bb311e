"""The programme theory in words: parts small enough to draw, sentences for each arrow, tables with links."""

import pandas as pd

from analysis.present import words
from analysis.present.blocks import Block
from analysis.present.drawn import bar, drawn
from analysis.study.evidence.theory import (
    CONTESTED,
    INTENT,
    NOTHING,
    STATUSES,
    SUPPORTED,
    Theory,
    TheoryError,
    counting,
    policy_and_found,
    thin,
)

# Each part of the theory: the elements whose arrows it lists. Every element that starts an arrow is in one part.
PARTS = {
    "help": (
        "improvement_director", "outside_help", "expertise_and_challenge", "buddying", "borrowed_capability",
    ),
    "leaders": (
        "leadership_change", "new_leadership_authority", "plan_and_reinspection", "focus_and_accountability",
    ),
    "money": ("money", "slack_to_change", "public_label", "scrutiny_pressure"),
    "inside": (
        "change_valence", "change_commitment", "change_efficacy", "workforce", "board_data_use", "board_engagement",
    ),
    "lasting": (
        "care_and_performance", "rating_and_exit", "improvement_culture", "board_balance", "board_quality_first",
        "short_termism", "gains_kept",
    ),
    "around": ("leadership_history", "finances", "scale_complexity", "local_system"),
    "harm": ("stigma_morale", "recruitment_harm"),
}  # fmt: skip
SOURCES = ("theory_evidence", "evidence_statements")
SHORT = {"supports": "for", "contests": "against", "refines": "refines", INTENT: "intent only"}
PLAIN = {
    "L12": "that effort on listed faults improves care",
    "L29": "that a trust which earned its exit stays out",
}
FOUND = {SUPPORTED: "supported", CONTESTED: "contested", NOTHING: "nothing"}
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


def step_words(arrow: pd.Series) -> str:
    """Return an arrow in words: '29. Rating and exit raises no return: contested, 4 for, 12 against'."""
    verb = "lowers" if arrow["sign"] == "-" else "raises"
    return (
        f"{int(arrow['id'][1:])}. {arrow['from_label']} {verb} {words.small(arrow['to_label'])}: "
        f"{arrow['status']}, {tally(arrow)}"
    )


def grounds(arrow: pd.Series) -> str:
    """Return whether policy meant an arrow, how it stands and what that rests on, as a sentence."""
    statements = words.plural(arrow["supports"] + arrow["contests"], "statement")
    documents = words.plural(arrow["documents"], "document")
    trusts = words.plural(arrow["trusts"], "trust")
    meant = MEANT[arrow["intended_by_policy"]].capitalize()
    if not arrow["documents"]:
        return f"{meant}; {arrow['status']}: no statement speaks for or against it."
    return f"{meant}; {arrow['status']}, {tally(arrow)}: {statements} in {documents} about {trusts}."


def counting_sentence(theory: Theory) -> str:
    """Say that "contested" follows the number of statements, and how far it does."""
    found = counting(theory)
    return (
        f"“Contested” is in part an effect of counts. Of the arrows with {found.least} statements or more, "
        f"{found.many_contested} of {found.many} are contested; of those with fewer, {found.few_contested} of {found.few}. "
        f"Of all statements {words.number(100 * found.against, 'percent', digits=0)} speak against a step. Spread "
        f"evenly they would contest about {words.number(found.expected)} arrows, so they gather on a few. "
        f"Read the counts of an arrow, not its status alone."
    )


def policy_bars(theory: Theory) -> Block:
    """Return a bar for each intention, parted by what was found, its counts in words."""
    counts = policy_and_found(theory)
    most, body = counts["arrows"].max(), []
    for key, row in counts.iterrows():
        drawn_bar = bar({FOUND[status]: row[status] for status in STATUSES}, most)
        body.append(
            f"<li><b>{MEANT[str(key)].capitalize()}, {row['arrows']}</b>: {_parted(row)}{drawn_bar}</li>"
        )
    return drawn(
        f"<ul>{''.join(body)}</ul>", name="theory-policy", title=policy_title(theory), says=policy_sentence(theory),
        frame=counts.reset_index(names="meant"), sources=("theory_evidence",), kind="policy",
    )  # fmt: skip


def policy_title(theory: Theory) -> str:
    """Return the finding of the comparison of what policy meant with what was found."""
    meant = policy_and_found(theory).loc["yes"]
    return f"Of {words.plural(meant['arrows'], 'step')} that policy meant, {meant[CONTESTED]} are contested"


def policy_sentence(theory: Theory) -> str:
    """Return the same comparison in full, for those who cannot see the drawing."""
    return " ".join(
        f"Arrows {MEANT[str(key)]}: {row['arrows']}, of which {_parted(row)}."
        for key, row in policy_and_found(theory).iterrows()
    )


def _parted(counts: pd.Series) -> str:
    return words.join([f"{counts[status]} {status}" for status in STATUSES if counts[status]])


def answer(theory: Theory) -> str:
    """Return the answer of the chapter: how much of what policy meant stands unchallenged in public documents."""
    counts = policy_and_found(theory)
    meant, other = counts.loc["yes"], counts.loc["no"]
    rows = theory.arrows.query("intended_by_policy == 'yes' and status == @CONTESTED")
    rows = rows.sort_values("contests", ascending=False, kind="stable").head(2)
    most = [PLAIN.get(row["id"], f"the step {words.small(_ends(row))}") for _, row in rows.iterrows()]
    return (
        f"Policy meant {meant['arrows']} of the {words.plural(len(theory.arrows), 'step')} drawn here. Public "
        f"statements support {meant[SUPPORTED]} of these without dissent and contest {meant[CONTESTED]}"
        f"{', most often ' + words.join(most) if most else ''}; of {other['arrows']} steps that policy did not "
        f"mean, {other[SUPPORTED]} are supported and not contested."
    )


def short(theory: Theory) -> str:
    """Return the answer in one short sentence; `answer` says more."""
    meant = policy_and_found(theory).loc["yes"]
    return (
        f"Of {words.plural(meant['arrows'], 'step')} that policy meant, public statements support {meant[SUPPORTED]} without "
        f"dissent and contest {meant[CONTESTED]}."
    )


def thin_sentence(theory: Theory) -> str:
    """Return which arrows are called supported on the strength of one document."""
    found = thin(theory)
    return f"{words.plural(len(found), 'arrow')} called supported ({words.join(found)})"


def _ends(arrow: pd.Series) -> str:
    lowers = ", lowering it" if arrow["sign"] == "-" else ""
    return f"From {words.small(arrow['from_label'])} to {words.small(arrow['to_label'])}{lowers}"
