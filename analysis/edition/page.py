"""What the page about editions shows: texts and tables, made from the editions that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.edition import feed, notes
from analysis.edition.compare import COLUMNS
from analysis.edition.revisions import ADDED, CHANGED, KINDS, LATE, PUBLISHER, RECORD, WITHDRAWN
from analysis.edition.since import Since
from analysis.edition.store import Edition
from analysis.present import words

NONE_YET = "No edition has been made yet: this is the report before its first one."
SHOWN = 40  # cells of corrections on the page; all that are kept are in the folder of the edition
SPAN = ("first", "last")


def answer(editions: Sequence[Edition]) -> str:
    """Say in two sentences what the newest edition brought; editions as `store.every` gives them."""
    if not editions:
        return f"{NONE_YET} From then on each edition says here what moved, by how much, and why."
    newest = editions[0]
    head = f"This report is built on edition {newest.number} of {words.day(newest.about['date'])}"
    if newest.about["previous"] is None:
        return f"{head}, the first one. There is no earlier number to compare with."
    return f"{head}; it follows edition {newest.about['previous']}. {counted(newest)}"


def counted(edition: Edition) -> str:
    """Say how many numbers moved and conclusions changed in an edition, and what moved them."""
    moved, changed = len(edition.changes), len(edition.changed_conclusions())
    if not moved:
        return "No headline number moved."
    causes = sorted(
        {cause for text in edition.changes["cause"] for cause in str(text).split(" and ") if cause}
    )
    why = f" What moved them: {words.join(causes)}." if causes else ""
    ended = f"{words.plural(changed, 'conclusion')} changed" if changed else "no conclusion changed"
    return f"{words.plural(moved, 'headline number')} moved, and {ended}.{why}"


def changes(frame: pd.DataFrame) -> pd.DataFrame:
    """Return, as texts, one row a headline number that moved, changed conclusions first."""
    rows = [
        {
            "Headline number": row["name"],
            "Before": _number(row, "old"),
            "Now": _number(row, "new"),
            "What moved it": row["status"] if row["status"] != "moved" else notes.reason(row),
            "Conclusion": f"changed: {row['why']}" if row["conclusion"] else "not changed",
        }
        for row in frame.to_dict("records")
    ]
    nothing = {
        "Headline number": "No number moved",
        "Before": "",
        "Now": "",
        "What moved it": "",
        "Conclusion": "",
    }
    return pd.DataFrame(rows or [nothing])


def no_changes() -> pd.DataFrame:
    """Return the changes of an edition that has none."""
    return pd.DataFrame(columns=[*COLUMNS, "cause"])


def _number(row: dict[str, Any], side: str) -> str:
    text = (
        words.estimate(row[side], row[f"{side}_low"], row[f"{side}_high"], row["unit"])
        if notes.has(row, side)
        else notes.plain(row, side)
    )
    return text if pd.isna(row[f"{side}_n"]) else f"{text}; n {words.number(row[f'{side}_n'])}"


def revisions(editions: Sequence[Edition]) -> pd.DataFrame:
    """Return, as texts, one row an edition and table that was corrected or revised, newest edition first."""
    rows = [
        {
            "Edition": one.number,
            "Table": row["title"],
            "Whose change": notes.BY[row["by"]],
            "Rows corrected": words.number(row[CHANGED]),
            "Withdrawn": words.number(row[WITHDRAWN]),
            "Filled in late": words.number(row[LATE]),
            "Periods": row["first"]
            if row["first"] == row["last"]
            else " to ".join(row[part] for part in SPAN),
        }
        for one in editions
        for row in one.revisions.to_dict("records")
        if notes.revised(row)
    ]
    nothing = {"Edition": "Nothing so far", "Table": "", "Whose change": "", "Rows corrected": "", "Withdrawn": "",
               "Filled in late": "", "Periods": ""}  # fmt: skip
    return pd.DataFrame(rows or [nothing])


def cells(editions: Sequence[Edition]) -> pd.DataFrame:
    """Return, as texts, the cells that publishers corrected, or we in our record: at most SHOWN, newest first."""
    rows = [
        {
            "Edition": one.number,
            "Row": f"{row['table']}: {row['row']}",
            "Field": row["field"] or row["kind"],
            "Before": row["old"],
            "Corrected": row["new"],
        }
        for one in editions
        for row in one.cells[one.cells["by"].isin([PUBLISHER, RECORD])].to_dict("records")
    ]
    nothing = {"Edition": "Nothing so far", "Row": "", "Field": "", "Before": "", "Corrected": ""}
    return pd.DataFrame(rows[:SHOWN] or [nothing])


def new_data(edition: Edition | None) -> pd.DataFrame:
    """Return, as texts, the tables that an edition added rows to, with the release files that brought them."""
    frame = pd.DataFrame() if edition is None else edition.revisions
    rows = [
        {
            "Table": row["title"],
            "Publisher": row["source"],
            "New rows": words.number(row[ADDED]),
            "Release files": row["releases"] or notes.BY[row["by"]],
        }
        for row in frame.to_dict("records")
        if int(row[ADDED])
    ]
    return pd.DataFrame(rows or [{"Table": "No table", "Publisher": "", "New rows": "", "Release files": ""}])


def all_editions(editions: Sequence[Edition]) -> pd.DataFrame:
    """Return, as texts, one row an edition, newest first."""
    rows = [
        {
            "Edition": one.number,
            "Date": words.day(one.about["date"]),
            "What it brought": feed.headline(one),
            "Headline numbers": words.number(len(one.headline)),
            "Code (commit)": one.about["commit"][:12],
        }
        for one in editions
    ]
    nothing = {
        "Edition": "No edition yet",
        "Date": "",
        "What it brought": "",
        "Headline numbers": "",
        "Code (commit)": "",
    }
    return pd.DataFrame(rows or [nothing])


def tables_since(found: Since | None) -> pd.DataFrame:
    """Return, as texts, the tables that differ from the newest edition: periods corrected and periods added."""
    frame = pd.DataFrame() if found is None else found.tables
    rows = [
        {
            "Table": row["title"],
            "Whose change": notes.BY[row["by"]],
            "Periods whose rows changed": words.number(row["corrected"])
            + (f" ({row['first']} to {row['last']})" if row["first"] else ""),
            "New periods": words.number(row["added"]),
        }
        for row in frame.to_dict("records")
    ]
    nothing = {"Table": "No table", "Whose change": "", "Periods whose rows changed": "", "New periods": ""}
    return pd.DataFrame(rows or [nothing])


def since_words(found: Since | None) -> str:
    """Say what differs from the newest edition."""
    return NONE_YET if found is None else found.sentence()


def record_sentence(edition: Edition | None) -> str:
    """Say how many tables changed by kind of change in an edition; for the opening of the page."""
    if edition is None or edition.about["previous"] is None:
        return "Nothing can be compared yet."
    if edition.revisions.empty:
        return "No table changed."
    frame = edition.revisions
    total = {kind: int(frame[kind].sum()) for kind in KINDS}
    parts = [f"{words.plural(total[kind], 'row')} {kind}" for kind in KINDS if total[kind]]
    return (
        f"{words.plural(len(frame), 'table')} changed: {words.join(parts) if parts else 'descriptions only'}."
    )
