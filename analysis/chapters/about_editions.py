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
    causes = sorted(
        {cause for text in edition.changes["cause"] for cause in str(text).split(" and ") if cause}
    )
    why = f" What moved them: {words.join(causes)}." if causes else ""
    ended = f"{words.plural(changed, 'conclusion')} changed" if changed else "no conclusion changed"
    return f"{sorts(edition.changes)}, and {ended}.{why}"


def sorts(changes: pd.DataFrame) -> str:
    """Say how many headline numbers moved, and how many are new or withdrawn. changes: of an edition, one row a number."""
    moved = int((changes["status"] == MOVED).sum())
    return words.join([f"{words.plural(moved, 'headline number')} moved", *notes.come_and_gone(changes)])


def changes(frame: pd.DataFrame) -> pd.DataFrame:
    """Return, as texts, one row a headline number that moved, changed conclusions first."""
    columns = ("Headline number", "Before", "Now", "What moved it", "Conclusion")
    rows = [
        (
            row["name"],
            _number(row, "old"),
            _number(row, "new"),
            row["status"] if row["status"] != MOVED else notes.reason(row),
            f"changed: {row['why']}" if row["conclusion"] else "not changed",
        )
        for row in frame.to_dict("records")
    ]
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
    rows = [
        (
            one.number,
            row["title"],
            notes.BY[row["by"]],
            *(words.number(row[kind]) for kind in (CHANGED, WITHDRAWN, LATE)),
            row["first"] if row["first"] == row["last"] else f"{row['first']} to {row['last']}",
        )
        for one in editions
        for row in one.revisions.to_dict("records")
        if notes.revised(row)
    ]
    return _table(columns, rows, NOTHING_YET)


def cells(editions: Sequence[Edition]) -> pd.DataFrame:
    """Return, as texts, the cells that publishers corrected, or we in our record: at most SHOWN, newest first."""
    columns = ("Edition", "Row", "Field", "Before", "Corrected")
    rows = [
        (one.number, f"{row['table']}: {row['row']}", row["field"] or row["kind"], row["old"], row["new"])
        for one in editions
        for row in one.cells[one.cells["by"].isin([PUBLISHER, RECORD])].to_dict("records")
    ]
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
    rows = [
        (
            one.number,
            words.day(one.about["date"]),
            feed.brought(one),
            words.number(len(one.headline)),
            one.about["commit"][:12],
        )
        for one in editions
    ]
    return _table(columns, rows, "No edition yet")


def tables_since(found: Since | None) -> pd.DataFrame:
    """Return, as texts, the tables that differ from the newest edition: periods corrected and periods added."""
    frame = pd.DataFrame() if found is None else found.tables
    rows = [
        (
            row["title"],
            notes.BY[row["by"]],
            words.number(row["corrected"]) + (f" ({row['first']} to {row['last']})" if row["first"] else ""),
            words.number(row["added"]),
        )
        for row in frame.to_dict("records")
    ]
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
    if not row.until:
        held = [data.describe(name) for name in row.sources if name not in CLOSED]
        return "new rows of: " + words.join([f"{one['title']} (held to {_end(one)})" for one in held])
    titles = words.join([data.describe(name)["title"] for name in row.sources])
    return f"a correction of a figure to {_month(row.until)} in: {titles}"


def _end(about: dict[str, Any]) -> str:
    end = about["coverage"].get("to", "")
    return _month(end) if end else "no period"


def _month(end: str) -> str:
    return words.month(end[:7]) if len(end) > len("2019") else end


def since_words(found: Since | None) -> str:
    """Say what differs from the newest edition."""
    if found is None:
        return NONE_YET
    head = f"Since edition {found.edition.number} of {words.day(found.edition.about['date'])}"
    if found.changes.empty and found.tables.empty and not found.code:
        return f"{head} nothing has changed."
    conclusions = int(found.changes["conclusion"].sum())
    ended = f"{words.plural(conclusions, 'conclusion')} changed" if conclusions else "no conclusion changed"
    counts = (
        f"{words.plural(len(found.tables), 'table')} and {words.plural(found.code, 'module')} of the analysis changed, "
        f"{sorts(found.changes)}, and {ended}"
    )
    return f"{head} {counts}. The next edition will recompute the old data with the new code, and the reverse, to say why."


def tables_changed(edition: Edition | None) -> str:
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
