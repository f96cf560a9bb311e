"""What a refresh changes: rows and values, old against new, by table and period, as data and in words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from analysis.data import DataError
from analysis.ingest import diff

LISTED = 200  # values listed one by one for a table; the counts are complete
COUNTS = (diff.ADDED, diff.CHANGED, diff.REMOVED)
PERIODS = ("table", "period", "held", *COUNTS)
VALUES = ("table", "period", "key", "field", "old", "new")
FILES = ("table", "file", "sha256")


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between the tables of record and those that a refresh made.

    periods: one row a table and period with a difference; `table`, `period` ('' for a table without),
        `held` (True: the table had rows of this period), `added`, `changed`, `removed` (rows).
    values: one row a value of a changed row, LISTED a table; `table`, `period`, `key` (the row's key in
        words), `field`, `old`, `new` (texts, '' for missing).
    files: release files that the tables were not made from before, by table: `table`, `file`, `sha256`.
    """

    periods: pd.DataFrame
    values: pd.DataFrame
    files: pd.DataFrame

    def touched(self, by_hand: Collection[str] = ()) -> pd.DataFrame:
        """Return `table` and `period` of every difference; by_hand: more tables, which have no periods."""
        kept = pd.DataFrame({"table": list(by_hand), "period": ""}, dtype="str")
        return pd.concat([self.periods[["table", "period"]].astype("str"), kept], ignore_index=True)

    @property
    def corrections(self) -> pd.DataFrame:
        """The rows of `periods` that touch a period the table had already: a correction by the publisher."""
        return self.periods[self.periods["held"]]

    def sentence(self) -> str:
        """Say what is new and what was corrected."""
        if self.periods.empty:
            return "No value of any table changes."
        return " ".join(self.lines())

    def lines(self) -> list[str]:
        """Return one line a table: new periods and rows, then corrections of old ones, then one example."""
        out = []
        for table, rows in self.periods.groupby("table", sort=False):
            fresh, old = rows[~rows["held"]], rows[rows["held"]]
            said = []
            if len(fresh):
                what = _span(fresh["period"])
                count = f" ({len(fresh)} periods)" if len(fresh) > 1 else ""
                said.append(f"{fresh['added'].sum():,} rows of {what}{count} are new")
            if len(old):
                counts = {name: int(old[name].sum()) for name in ("changed", "added", "removed")}
                words = ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
                said.append(f"rows of old periods ({_span(old['period'])}): {words}")
            line = f"{table}: " + "; ".join(said) + "."
            values = self.values[self.values["table"] == table]
            if len(values):
                first = values.iloc[0]
                line += f" First: {first['key']}, {first['field']}: {_shown(first['old'])} becomes {_shown(first['new'])}."
            out.append(line)
        return out

    def record(self) -> dict[str, list[dict[str, Any]]]:
        """Return the three frames as lists of rows, ready for JSON."""
        return {name: getattr(self, name).to_dict("records") for name in ("periods", "values", "files")}


def from_record(record: Mapping[str, Any]) -> Changes:
    """Return what `Changes.record` wrote down."""
    parts = {"periods": PERIODS, "values": VALUES, "files": FILES}
    frames = {name: pd.DataFrame(record.get(name, []), columns=list(names)) for name, names in parts.items()}
    return Changes(frames["periods"].astype({"held": "bool"}), frames["values"], frames["files"])


def compare(
    old: Mapping[str, bytes],
    new: Mapping[str, bytes],
    described: Sequence[Mapping[str, Any]],
    *,
    resources: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Changes:
    """Return what differs between the tables `old` and `new` (bytes by name).

    described: the descriptions of the new tables; resources: those of the old ones by name, whose `sources` are
    the release files known so far.
    """
    none, files, parts = from_record({}), [], []
    for resource in (resource for resource in described if resource["name"] in new):
        name = resource["name"]
        known = {source["hash"] for source in resources.get(name, {}).get("sources", [])}
        for source in resource.get("sources", []):
            if source["hash"] not in known:
                files.append((name, source["title"], source["hash"].removeprefix("sha256:")))
        if old.get(name) != new[name]:
            parts.append(_table(resource, diff.texts(old.get(name, b"")), diff.texts(new[name])))
    periods, values = (
        pd.concat(frames, ignore_index=True)
        for frames in zip(*(parts or [(none.periods, none.values)]), strict=True)
    )
    return Changes(periods, values, pd.DataFrame(files, columns=list(FILES)))


def refuse_removed(resource: Mapping[str, Any], old: bytes, new: bytes) -> None:
    """Raise DataError when `new` lacks a row of `old` by its key; both are the bytes of a table."""
    keys = resource["schema"]["primaryKey"]
    if not old:
        return
    found = diff.rows(diff.texts(old)[keys], diff.texts(new)[keys], keys=keys)
    lost = found.index[found["kind"] == diff.REMOVED]
    if len(lost):
        first = dict(zip(keys, lost[0].split(diff.BETWEEN), strict=True))
        found = f"{len(lost)} rows fewer, the first {first}"
        allowed = "every row that the table has now; --accept-removed if the publisher withdrew them"
        raise DataError(resource["name"], column=", ".join(keys), found=found, allowed=allowed)


def removed(
    old: Mapping[str, Mapping[str, Any]],
    made: Mapping[str, bytes],
    held: Callable[[str], bytes],
    *,
    accept: bool,
) -> list[str]:
    """Return what rows of the tables of record are gone; raise DataError unless that is to be accepted."""
    gone = []
    for name in (name for name in made if name in old):
        try:
            refuse_removed(old[name], held(old[name]["path"]), made[name])
        except DataError as error:
            if not accept:
                raise
            gone.append(f"removed: {name}: {error.found}")
    return gone


def _table(
    resource: Mapping[str, Any], old: pd.DataFrame, new: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    keys, name = resource["schema"]["primaryKey"], resource["name"]
    old = old.reindex(columns=new.columns, fill_value="")
    found = diff.rows(old, new, keys=keys, period=resource.get("period"))
    counted = pd.crosstab([found["period"], found["held"]], found["kind"])
    counted = counted.reindex(columns=list(COUNTS), fill_value=0).reset_index().rename_axis(columns=None)
    changed = found[found["kind"] == diff.CHANGED].head(LISTED)
    listed = diff.cells(old, new, changed, keys=keys).head(LISTED)
    listed = listed.assign(key=listed.index.str.replace(diff.BETWEEN, ", "))
    return tuple(
        frame.assign(table=name).reset_index(drop=True)[list(columns)]
        for frame, columns in ((counted, PERIODS), (listed, VALUES))
    )


def _span(periods: pd.Series) -> str:
    first, last = periods.min(), periods.max()
    return (first if first == last else f"{first} to {last}") or "the table"


def _shown(value: str) -> str:
    return value if value != "" else "missing"
