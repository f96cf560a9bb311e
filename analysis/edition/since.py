"""What moved since the newest edition, seen from the files alone: no history, no recomputation of the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import data, trace
from analysis.edition import faults, headlines, notes, revisions, store
from analysis.edition.cause import STEPS
from analysis.edition.compare import SAME, compare
from analysis.edition.store import Edition
from analysis.present import words

DATA_ONLY, METHOD_ONLY = "the tables: no code changed", "the method: no table changed"
BOTH, NEITHER = "tables or method: both changed", "neither tables nor code: see the versions of the libraries"


@dataclass(frozen=True, slots=True)
class Since:
    """The report as it stands beside its newest edition.

    edition: the newest edition. changes: headline numbers that differ, as `Edition.changes`; their `cause` is
        what can be told without recomputing. tables: one row a table that differs: `table`, `title`,
        `publisher`, `by` (as `revisions.whose`), `corrected` and `added` (numbers of periods), `first`, `last`
        (of the corrected periods). code: number of modules that differ.
    """

    edition: Edition
    changes: pd.DataFrame
    tables: pd.DataFrame
    code: int

    def sentence(self) -> str:
        """Say what differs from the newest edition."""
        head = f"Since edition {self.edition.number} of {words.day(self.edition.about['date'])}"
        if self.changes.empty and self.tables.empty and not self.code:
            return f"{head} nothing has changed."
        conclusions = int(self.changes["conclusion"].sum())
        ended = (
            f"{words.plural(conclusions, 'conclusion')} changed" if conclusions else "no conclusion changed"
        )
        counts = (
            f"{words.plural(len(self.tables), 'table')} and {words.plural(self.code, 'module')} of the analysis changed, "
            f"{words.plural(len(self.changes), 'headline number')} moved, and {ended}"
        )
        return f"{head} {counts}. The next edition will recompute the old data with the new code, and the reverse, to say why."


def since(numbers: pd.DataFrame | None = None) -> Since | None:
    """Compare the files as they stand with the newest edition; None where there is no edition yet.

    numbers: headline numbers of now, computed by `headlines.numbers` when None.
    """
    edition = store.latest()
    if edition is None:
        return None
    compared = compare(edition.headline, headlines.numbers() if numbers is None else numbers).frame
    tables = changed_tables(edition)
    now = trace.modules()
    before = edition.about["code"]
    code = sum(before.get(name) != now.get(name) for name in set(before) | set(now))
    moved = compared[compared["status"] != SAME].reset_index(drop=True)
    settings = bool(len(tables) and tables["by"].isin(revisions.METHOD_SIDE).any())
    held = bool(len(tables) and (~tables["by"].isin(revisions.METHOD_SIDE)).any())
    why = (
        BOTH
        if held and (code or settings)
        else DATA_ONLY
        if held
        else METHOD_ONLY
        if code or settings
        else NEITHER
    )
    causes = moved[["key"]].assign(cause=why, interaction=float("nan"), **dict.fromkeys(STEPS, float("nan")))
    causes = faults.named(edition.number, moved, causes)
    return Since(edition, notes.told(moved, causes), tables, code)


def changed_tables(edition: Edition) -> pd.DataFrame:
    """Return one row a table that differs from an edition, with the number of periods corrected and added."""
    before = edition.about["tables"]
    rows = []
    for name in data.tables():
        about = data.describe(name)
        if name in before and before[name]["hash"] == about["hash"]:
            continue
        by = revisions.whose({"name": name, **before[name]}, about) if name in before else "new table"
        corrected, added = _periods(edition, about)
        span = (corrected[0], corrected[-1]) if corrected else ("", "")
        rows.append((name, about["title"], about["publisher"], by, len(corrected), len(added), *span))
    columns = ["table", "title", "publisher", "by", "corrected", "added", "first", "last"]
    return pd.DataFrame(rows, columns=columns)


def _periods(edition: Edition, about: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the periods of a table whose rows are not those of the edition, and the periods that are new."""
    content = (data.FOLDER / about["path"]).read_bytes()
    now = revisions.periods(revisions.rows_of(content), period=about.get("period"))
    known = edition.periods[edition.periods["table"] == about["name"]].set_index("period")["digest"]
    seen = now.set_index("period")["digest"]
    gone = [period for period in known.index if period not in seen.index]
    changed = [period for period in seen.index if period in known.index and seen[period] != known[period]]
    return sorted([*changed, *gone]), [period for period in seen.index if period not in known.index]
