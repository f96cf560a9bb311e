"""What moved since the newest edition, seen from the files alone: no history, no recomputation of the past."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import data, trace
from analysis.edition import faults, headlines, notes, revisions, store
from analysis.edition.cause import STEPS
from analysis.edition.compare import compare, moved
from analysis.edition.store import Edition
from analysis.ingest import diff

# What moved a number, as far as the files tell: by whether tables of the data side differ, and code or settings.
WHY = {
    (True, False): "the tables: no code changed",
    (False, True): "the method: no table changed",
    (True, True): "tables or method: both changed",
    (False, False): "neither tables nor code: see the versions of the libraries",
}


@dataclass(frozen=True, slots=True)
class Since:
    """The report as it stands beside its newest edition.

    edition: the newest edition. changes: headline numbers that differ, as `Edition.changes`; their `cause` is
        what can be told without recomputing. tables: one row a table that differs: `table`, `title`,
        `publisher`, `by` (as `revisions.whose`), `corrected` and `added` (numbers of periods), `first`, `last`
        (of the corrected periods). code: number of modules as `notes.modules_changed`.
    """

    edition: Edition
    changes: pd.DataFrame
    tables: pd.DataFrame
    code: int


def since(numbers: pd.DataFrame | None = None) -> Since | None:
    """Compare the files as they stand with the newest edition; None where there is no edition yet.

    numbers: headline numbers of now, computed by `headlines.numbers` when None.
    """
    edition = store.latest()
    if edition is None:
        return None
    differ = moved(compare(edition.headline, headlines.numbers() if numbers is None else numbers))
    tables, before, now = changed_tables(edition), edition.about["code"], trace.modules()
    code = len(notes.modules_changed(before, now))
    settings = tables["by"].isin(revisions.METHOD_SIDE)
    why = WHY[bool((~settings).any()), bool(code or settings.any())]
    nothing = float("nan")
    causes = differ[["key"]].assign(cause=why, interaction=nothing, **dict.fromkeys(STEPS, nothing))
    causes = faults.named(edition.number, differ, causes)
    return Since(edition, notes.told(differ, causes), tables, code)


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
    now = revisions.periods(diff.texts(content), period=about.get("period"))
    known = edition.periods[edition.periods["table"] == about["name"]]
    digests = ["period", "digest"]
    found = diff.rows(known[digests], now[digests], keys=["period"])
    fresh = found["kind"] == diff.ADDED
    return sorted(found.index[~fresh]), found.index[fresh].tolist()
