"""What the page about editions shows: texts and tables, made from the editions that are kept."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis import data
from analysis.edition import feed, notes
from analysis.edition.compare import COLUMNS, MOVED
from analysis.edition.headlines import Headline
from analysis.edition.revisions import ADDED, CHANGED, KINDS, LATE, PUBLISHER, RECORD, WITHDRAWN
from analysis.edition.since import Since
from analysis.edition.store import Edition
from analysis.present import words

NONE_YET = "No edition has been made yet: this is the report before its first one."
CLOSED = ("regime_spells",)  # the regime is over: no row can be added
SHOWN = 40  # cells of corrections on the page; all that are kept are in the folder of the edition
NOTHING_YET, NO_TABLE = "Nothing so far", "No table"


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
    texts = edition.changes["cause"].astype(str)
    causes = sorted({cause for text in texts for cause in text.split(" and ") if cause})
    why = f" What moved them: {words.join(causes)}." if causes else ""
    return f"{sorts(edition.changes)}, and {_ended(changed)}.{why}"


def _ended(conclusions: int) -> str:
    return f"{words.plural(conclusions, 'conclusion')} changed" if conclusions else "no conclusion changed"


def sorts(changes: pd.DataFrame) -> str:
    """Say how many headline numbers moved, and how many are new or withdrawn. changes: of an edition, one row a number."""
    moved = int((changes["status"] == MOVED).sum())
    return words.join([f"{words.plural(moved, 'headline number')} moved", *notes.come_and_gone(changes)])


def changes(frame: pd.DataFrame) -> pd.DataFrame:
    """Return, as texts, one row a headline number that moved, changed conclusions first."""
    columns = ("Headline number", "Before", "Now", "What moved it", "Conclusion")
    rows = []
    for row in frame.to_dict("records"):
        cause = row["status"] if row["status"] != MOVED else notes.reason(row)
        ended = f"changed: {row['why']}" if row["conclusion"] else "not changed"
        rows.append((row["name"], _number(row, "old"), _number(row, "new"), cause, ended))
    return _table(columns, rows, "No number moved")


def no_changes() -> pd.DataFrame:
    """Return the changes of an edition that has none."""
    return pd.DataFrame(columns=[*COLUMNS, "cause"])


def _number(row: dict[str, Any], side: str) -> str:
    text = notes.shown(row, side)
    return text if pd.isna(row[f"{side}_n"]) else f"{text}; n {words.number(row[f'{side}_n'])}"


def revisions(editions: Sequence[Edition]) -> pd.DataFrame:
    """Return, as texts, one row an edition and table that was corrected or revised, newest edition first."""
    columns = ("Edition", "Table", "Whose change", "Rows corrected", "Withdrawn", "Filled in late", "Periods")
    rows = []
    for edition in editions:
        for row in filter(notes.revised, edition.revisions.to_dict("records")):
            counts = [words.number(row[kind]) for kind in (CHANGED, WITHDRAWN, LATE)]
            span = " to ".join(dict.fromkeys((row["first"], row["last"])))
            rows.append((edition.number, row["title"], notes.BY[row["by"]], *counts, span))
    return _table(columns, rows, NOTHING_YET)


def cells(editions: Sequence[Edition]) -> pd.DataFrame:
    """Return, as texts, the cells that publishers corrected, or we in our record: at most SHOWN, newest first."""
    columns = ("Edition", "Row", "Field", "Before", "Corrected")
    rows = []
    for edition in editions:
        for row in edition.cells[edition.cells["by"].isin([PUBLISHER, RECORD])].to_dict("records"):
            place = f"{row['table']}: {row['row']}"
            rows.append((edition.number, place, row["field"] or row["kind"], row["old"], row["new"]))
    return _table(columns, rows[:SHOWN], NOTHING_YET)


def new_data(edition: Edition | None) -> pd.DataFrame:
    """Return, as texts, the tables that an edition added rows to, with the release files that brought them."""
    frame = pd.DataFrame() if edition is None else edition.revisions
    rows = [
        (row["title"], row["source"], words.number(row[ADDED]), row["releases"] or notes.BY[row["by"]])
        for row in frame.to_dict("records")
        if int(row[ADDED])
    ]
    return _table(("Table", "Publisher", "New rows", "Release files"), rows, NO_TABLE)


def all_editions(editions: Sequence[Edition]) -> pd.DataFrame:
    """Return, as texts, one row an edition, newest first."""
    columns = ("Edition", "Date", "What it brought", "Headline numbers", "Code (commit)")
    rows = []
    for edition in editions:
        day, count = words.day(edition.about["date"]), words.number(len(edition.headline))
        rows.append((edition.number, day, feed.brought(edition), count, edition.about["commit"][:12]))
    return _table(columns, rows, "No edition yet")


def tables_since(since: Since | None) -> pd.DataFrame:
    """Return, as texts, the tables that differ from the newest edition: periods corrected and periods added."""
    frame = pd.DataFrame() if since is None else since.tables
    rows = []
    for row in frame.to_dict("records"):
        span = f" ({row['first']} to {row['last']})" if row["first"] else ""
        corrected, added = words.number(row["corrected"]) + span, words.number(row["added"])
        rows.append((row["title"], notes.BY[row["by"]], corrected, added))
    return _table(("Table", "Whose change", "Periods whose rows changed", "New periods"), rows, NO_TABLE)


def _table(columns: Sequence[str], rows: Sequence[tuple[str, ...]], nothing: str) -> pd.DataFrame:
    """Return rows of texts as a table; where there are none, one row that says `nothing`."""
    return pd.DataFrame(rows or [(nothing, *[""] * (len(columns) - 1))], columns=list(columns))


def movable(rows: Sequence[Headline]) -> pd.DataFrame:
    """Return, as texts, one row a headline number: whether new data can move it, and what would; open windows first."""
    told = [
        (row.name, "yes" if not row.until else "by corrections alone", _moved_by(row))
        for row in sorted(rows, key=lambda row: bool(row.until))
    ]
    return _table(("Headline number", "Can new data move it?", "What would move it"), told, NOTHING_YET)


def _moved_by(row: Headline) -> str:
    about = {name: data.describe(name) for name in row.sources}
    if row.until:
        titles = words.join([table["title"] for table in about.values()])
        return f"a correction of a figure to {_month(row.until)} in: {titles}"
    held = [table for name, table in about.items() if name not in CLOSED]
    ends = [f"{table['title']} (held to {_month(table['coverage'].get('to', ''))})" for table in held]
    return f"new rows of: {words.join(ends)}"


def _month(end: str) -> str:
    return words.month(end[:7]) if len(end) > len("2019") else end or "no period"


def since_words(since: Since | None) -> str:
    """Say what differs from the newest edition."""
    if since is None:
        return NONE_YET
    head = f"Since edition {since.edition.number} of {words.day(since.edition.about['date'])}"
    if since.changes.empty and since.tables.empty and not since.code:
        return f"{head} nothing has changed."
    return (
        f"{head} {words.plural(len(since.tables), 'table')} and {words.plural(since.code, 'module')} of the analysis changed, "
        f"{sorts(since.changes)}, and {_ended(int(since.changes['conclusion'].sum()))}. "
        "The next edition will recompute the old data with the new code, and the reverse, to say why."
    )


def tables_changed(edition: Edition | None) -> str:
    """Say how many tables changed by kind of change in an edition; for the opening of the page."""
    if edition is None or edition.about["previous"] is None:
        return "Nothing can be compared yet."
    if edition.revisions.empty:
        return "No table changed."
    frame = edition.revisions
    total = {kind: int(frame[kind].sum()) for kind in KINDS}
    parts = [f"{words.plural(total[kind], 'row')} {kind}" for kind in KINDS if total[kind]]
    told = words.join(parts) if parts else "descriptions only"
    return f"{words.plural(len(frame), 'table')} changed: {told}."
