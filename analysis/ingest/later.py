"""Lay later releases over a table: rows of the periods that they hold are replaced, all others are kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import DataError
from analysis.ingest import diff, files as releases

FEWEST = 0.75  # a period with a smaller share of the rows of the period before it is a part of a release


def overlay(
    held: bytes, made: bytes, resource: dict[str, Any], *, given: Sequence[str], step: int | None
) -> bytes:
    """Return the bytes of a table in which the periods of `made` replace those of `held`.

    held, made: bytes of the table as it is (b'' for none) and of the later rows. given: fields that the later
    release has; the others keep what they hold, or are blank in new rows. step: months from one period to the
    next, None when periods need not follow each other.
    In a table without periods the given fields of the rows that it has are amended, blank ones kept as they are.
    Raises DataError for a row that a table without periods does not have, when a period between the last held and a new one is missing
    (other than those that the description says are not at hand), or when a new period has
    less than FEWEST of the rows of the period before it.
    """
    new = diff.texts(made)
    if not held:
        return made
    if resource["period"] is None:
        return _amended(held, new, resource, given=given)
    old, period, keys = diff.texts(held), resource["period"], resource["schema"]["primaryKey"]
    if step is not None:
        _check_follows(old[period], new[period], step=step, resource=resource)
    kept = old[~old[period].isin(set(new[period]))]
    absent = [name for name in new.columns if name not in given]
    if absent:
        same = old.set_index(keys)[absent].reindex(pd.MultiIndex.from_frame(new[keys])).fillna("")
        new = new.assign(**{name: same[name].to_numpy() for name in absent})
    whole = pd.concat([kept, new]).sort_values(keys, kind="stable")
    return whole.to_csv(index=False, lineterminator="\n").encode()


def unheld(rows: pd.DataFrame, held: bytes, period: str, *, own: Collection[str]) -> pd.DataFrame:
    """Return the rows of periods in `own` and of those that the table does not hold yet.

    For releases that give the history again, on another footing, beside their own period.
    """
    known = set(diff.texts(held)[period]) - set(own) if held else set()
    return rows[~rows[period].astype("str").isin(known)]


def sources(
    held: Sequence[dict[str, str]], files: Sequence[Path], *, period_of: Callable[[str], str | None]
) -> list[dict[str, str]]:
    """Return the release files of a table: `held` without those whose period `files` replace, then `files`.

    period_of: the period that a file name stands for, None when it stands for none.
    """
    new = listed(files)
    names = {source["title"] for source in new}
    replaced = {period_of(name) for name in names} - {None}
    gone = [source["title"] in names or period_of(source["title"]) in replaced for source in held]
    return [*(source for source, out in zip(held, gone, strict=True) if not out), *new]


def listed(files: Sequence[Path]) -> list[dict[str, str]]:
    """Return name and checksum of release files, as a description lists its sources."""
    return [{"title": file.name, "hash": f"sha256:{releases.sha256(file)}"} for file in files]


def _amended(held: bytes, new: pd.DataFrame, resource: dict[str, Any], *, given: Sequence[str]) -> bytes:
    keys = resource["schema"]["primaryKey"]
    old = diff.texts(held).set_index(keys, drop=False)
    fresh = new.set_index(keys, drop=False)
    unknown = fresh.index.difference(old.index)
    if len(unknown):
        remedy = "refresh from a folder with the other lists too, which say its kind"
        allowed = f"rows that the table has; {remedy}"
        raise DataError(resource["name"], column=", ".join(keys), found=unknown[0], allowed=allowed)
    for name in given:
        told = fresh.loc[fresh[name] != "", name]
        old.loc[told.index, name] = told
    return old.to_csv(index=False, lineterminator="\n").encode()


def gap(resource: Mapping[str, Any]) -> tuple[str, str]:
    """Return the first and last period that a table's description says no release at hand holds, '' for none."""
    stated = resource.get("not_at_hand", {})
    return stated.get("from", ""), stated.get("to", "")


def _check_follows(old: pd.Series, new: pd.Series, *, step: int, resource: dict[str, Any]) -> None:
    counts = {**old.value_counts().to_dict(), **new.value_counts().to_dict()}
    last, table, (first_absent, last_absent) = max(old), resource["name"], gap(resource)
    for month in sorted(set(new)):
        before, following = (str(pd.Period(month, freq="M") + way) for way in (-step, step))
        found, allowed = f"a release of {month}", ""
        if month < min(old) and following not in counts:
            allowed = f"that of {following} too: the table begins in {min(old)}"
        elif month > last and before in counts:
            if counts[month] < (least := FEWEST * counts[before]):
                found, allowed = f"{counts[month]} rows of {month}", f"at least {least:.0f}, as in {before}"
        elif month > last and not first_absent <= before <= last_absent:
            allowed = f"the release of {before} too, as the table ends in {last}"
        if allowed:
            raise DataError(table, column=str(new.name), found=found, allowed=allowed)
