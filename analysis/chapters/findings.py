"""The headline findings: six to ten numbers of the metrics chapters, each with its certainty and its rival."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.edition import store
from analysis.edition.compare import compare
from analysis.study import findings


def ordered(found: Sequence[findings.Finding], *, changed: Sequence[str] = ()) -> list[findings.Finding]:
    """Return the findings, those whose conclusion changed since the last edition first.

    changed: their keys. Raises FindingError for a key that is not among the findings.
    """
    unknown = set(changed) - {one.key for one in found}
    if unknown:
        raise findings.FindingError(f"changed {sorted(unknown)}. Allowed: {[one.key for one in found]}.")
    return sorted(found, key=lambda one: one.key not in changed)


def changed(found: Sequence[findings.Finding], *, where: Path | None = None) -> list[str]:
    """Return the keys whose conclusion the last edition changed, or that differ from the last edition now.

    where: folder of the editions, that of the data when None. Nothing before the first edition. A finding
    that the last edition does not hold is new and not changed. See `analysis.edition.compare`.
    """
    last = store.latest(where)
    if last is None:
        return []
    now = findings.frame(found).rename(
        columns={"question": "name", "estimate": "value", "lower": "low", "upper": "high"}
    )
    compared = compare(last.headline, now).frame
    rows = pd.concat([last.changed_conclusions()["key"], compared.loc[compared["conclusion"], "key"]])
    return [one.key for one in found if one.key in set(rows)]
