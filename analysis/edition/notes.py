"""What an edition says of itself in words: what moved, by how much, and why."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.edition import revisions
from analysis.edition.cause import NOT_SEPARABLE, STEPS
from analysis.edition.compare import GONE, MOVED, NEW, apart
from analysis.edition.survey import NEW_TABLE, NO_TABLE
from analysis.present import words
from analysis.present.words import FORMATS
from analysis.study.indicators import told_in

NOT_ESTIMABLE = "not estimable"
NO_STEP = "no step of the recomputation moved it"
BY = {
    revisions.PUBLISHER: "the publisher's files changed",
    revisions.RECORD: "our record changed",
    revisions.READING: "the same release files were read otherwise by us",
    revisions.JUDGEMENT: "a setting or assumption of ours changed",
    NEW_TABLE: "new table",
    NO_TABLE: "withdrawn table",
}
FIRST = "This is the first edition. There is no earlier number to compare with."


def told(moved: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a comparison that moved with `cause`, the part of each step, and `says`, a sentence.

    moved: rows of `compare.compare`. causes: as `cause.attribute` returns it. Changed conclusions first.
    """
    frame = moved.merge(causes, on="key", how="left").reindex(
        columns=[*moved.columns, "cause", *STEPS, "interaction"]
    )
    frame["cause"] = frame["cause"].fillna("").astype("str")
    frame["says"] = pd.Series(
        [sentence(row) for row in frame.to_dict("records")], index=frame.index, dtype="str"
    )
    return frame.sort_values("conclusion", ascending=False, kind="stable", ignore_index=True)


def shown(row: dict[str, Any], side: str) -> str:
    """Return a number that moved as it was or is. side: "old" or "new"."""
    if not has(row, side):
        return plain(row, side)
    return words.estimate(row[side], row[f"{side}_low"], row[f"{side}_high"], told_in(row["unit"]))


def sentence(row: dict[str, Any]) -> str:
    """Say of one number that moved: from what to what, why, and whether its conclusion changed."""
    old, new = (shown(row, side) for side in ("old", "new"))
    if row["status"] == NEW:
        return f"{row['name']}: {new}, a number that is new in this edition."
    if row["status"] == GONE:
        return f"{row['name']}: withdrawn. It was {old}."
    if old == new:
        counts = f"{words.number(row['old_n'])} to {words.number(row['new_n'])}"
        same = row["old_n"] == row["new_n"]
        how = f"is {new} as before" + (", to the digits shown" if same else f", but n went from {counts}")
    else:
        how = f"went from {old} to {new}"
    if not row["conclusion"]:
        return f"{row['name']} {how}. Why: {reason(row)}."
    concluded = f"The conclusion changed: {row['why']}."
    return f"{row['name']} {how}. " + (
        f"{concluded} What changed it: {reason(row)}." if old == new else f"Why: {reason(row)}. {concluded}"
    )


def has(row: dict[str, Any], side: str) -> bool:
    """Tell whether a side of a comparison has an interval."""
    return not (pd.isna(row[f"{side}_low"]) or pd.isna(row[f"{side}_high"]))


def plain(row: dict[str, Any], side: str) -> str:
    """Return a number without interval, in words when it could not be estimated."""
    return NOT_ESTIMABLE if pd.isna(row[side]) else words.number(row[side], told_in(row["unit"]))


def reason(row: dict[str, Any]) -> str:
    """Return the steps that moved a number, each with its part of the change; a part of nothing is left out."""
    causes = [step for step in row["cause"].split(" and ") if step] if row["cause"] != NOT_SEPARABLE else []
    if not causes:
        return row["cause"] or NO_STEP
    unit = told_in(row["unit"])
    finer = FORMATS[unit][0] + 1  # parts are small: one digit more than the number has
    nothing = words.number(0, unit, digits=finer)
    parts = {}
    for step in causes:
        part = float(row.get(step, float("nan")))
        known = not pd.isna(part) and apart(part, 0.0)
        parts[step] = words.number(part, unit, digits=finer, sign=True) if known else ""
    told = {step: part for step, part in parts.items() if part != nothing} or dict.fromkeys(parts, "")
    return words.join([f"{step} ({part})" if part else step for step, part in told.items()])


def table_sentence(row: dict[str, Any]) -> str:
    """Say what changed in a table, and whose change it was."""
    counts = {kind: int(row[kind]) for kind in revisions.KINDS}
    only_new = row["by"] == revisions.PUBLISHER and counts[revisions.ADDED] == sum(counts.values())
    why = "a new release" if only_new else BY[row["by"]]
    head = f"{row['title']} ({row['table']}, {row['source']}): {why}"
    if row["by"] in (NEW_TABLE, NO_TABLE):
        return f"{head}, {words.plural(sum(counts.values()), 'row')}."
    fixed = row["by"] in (revisions.PUBLISHER, revisions.RECORD)
    said_of = {
        revisions.CHANGED: "corrected" if fixed else "changed",
        revisions.WITHDRAWN: "withdrawn",
        revisions.LATE: "filled in for periods that were there already",
        revisions.ADDED: "new",
    }
    parts = [
        f"{words.plural(counts[kind], 'row')} {said_of[kind]}" for kind in revisions.KINDS if counts[kind]
    ]
    span = f", between {row['first']} and {row['last']}" if row["first"] else ""
    span = f", in {row['first']}" if row["first"] and row["first"] == row["last"] else span
    files = f" New release files: {row['releases']}." if row["releases"] else ""
    at_first = sum(counts.values()) > counts[revisions.ADDED]
    return f"{head}: {words.join(parts) if parts else 'its description only'}{' (corrections' + span + ')' if at_first and span else ''}.{files}"


def come_and_gone(compared: pd.DataFrame) -> list[str]:
    """Return '15 are new' and '6 are withdrawn', each where there are any."""
    counts = compared["status"].value_counts()
    return [
        f"{words.number(counts[status])} {'is' if counts[status] == 1 else 'are'} {word}"
        for status, word in ((NEW, "new"), (GONE, "withdrawn"))
        if status in counts
    ]


def counted(compared: pd.DataFrame) -> str:
    """Say how many numbers moved, were added or withdrawn, and which conclusions changed."""
    counts = compared["status"].value_counts()
    of = int((compared["status"] != NEW).sum())
    moved = int(counts.get(MOVED, 0))
    parts = [
        f"{words.number(moved) if moved else 'None'} of {words.plural(of, 'headline number')} moved",
        *come_and_gone(compared),
    ]
    changed = compared[compared["conclusion"]]
    said = (
        "No conclusion changed."
        if changed.empty
        else f"{words.plural(len(changed), 'conclusion')} changed: "
        + "; ".join(f"{row['name']} ({row['why']})" for row in changed.to_dict("records"))
        + "."
    )
    return f"{words.join(parts)}. {said}"


def modules_changed(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return the names of the modules whose text is new or is gone, whichever are more; a moved file did not change.

    before, now: SHA-256 by path of a module.
    """
    come = sorted(name for name, digest in now.items() if digest not in before.values())
    gone = sorted(name for name, digest in before.items() if digest not in now.values())
    return max(come, gone, key=len)


def code(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Say what changed in code and libraries; `before` and `now` as `Edition.about`."""
    changed = modules_changed(before["code"], now["code"])
    readers = sum(name.startswith("analysis/ingest/") for name in changed)
    said = []
    if changed:
        tail = f", of which {words.number(readers)} read official releases" if readers else ""
        said.append(f"{words.plural(len(changed), 'module')} of the analysis changed{tail}.")
    if before["lock"] != now["lock"]:
        said.append("The versions of the libraries changed.")
    if before["python"] != now["python"]:
        said.append(f"Python changed from {before['python']} to {now['python']}.")
    return said


def first(about: dict[str, Any]) -> str:
    """Return the text of the first edition."""
    return f"Edition {about['number']}, {words.day(about['date'])}\n\n{FIRST}\n"


def comparison(
    about: dict[str, Any],
    compared: pd.DataFrame,
    changes: pd.DataFrame,
    tables: pd.DataFrame,
    changed_code: Sequence[str],
    doubts: Sequence[str],
) -> str:
    """Return the comparison with the edition before as plain text, conclusions first."""
    lines = [
        f"Edition {about['number']}, {words.day(about['date'])}, compared with edition {about['previous']}",
        "",
        counted(compared),
    ]
    sections = {
        "Conclusions that changed": changes.loc[changes["conclusion"], "says"].tolist(),
        "Other headline numbers that moved": changes.loc[~changes["conclusion"], "says"].tolist(),
        "Corrections and revisions": [
            table_sentence(row) for row in tables.to_dict("records") if revised(row)
        ],
        "New data": [table_sentence(row) for row in tables.to_dict("records") if not revised(row)],
        "Method and code": list(changed_code),
        "How sure the causes are": list(doubts),
    }
    for heading, texts in sections.items():
        if texts:
            lines += ["", heading, *(f"- {text}" for text in texts)]
    return "\n".join(lines) + "\n"


def revised(row: dict[str, Any]) -> bool:
    """Tell whether rows that were there before changed, went or came late."""
    return bool(row["by"] == NO_TABLE or any(int(row[kind]) for kind in revisions.KINDS[:-1]))
