"""Combine the public lists of mergers, acquisitions and splits of NHS trusts since April 2010."""

import re

import pandas as pd

from analysis.data import DataError
from analysis.ingest import descriptions
from analysis.ingest.history.trust_lists import CODE

KINDS = ("merger", "acquisition", "split", "recode")
FIRST_DAY = "2010-04-02"  # changes on 1 April 2010 precede every series here
DAYS_APART = 31
COMPILED, MERGERS, PATHS, LISTED, RECORDED = SOURCES = (
    "compiled list of acute mergers 2012-2023, checked on KH03",
    "list of mergers 2020-2021 (epiforecasts/covid19.nhs.data 58576e74)",
    "change list 2000-2018 (SamanthaBurn/nhs-data-pipeline f0f39fb3)",
    "trust list 2026 (Davewest84/nhs-trust-icb-data e207c494)",
    "general knowledge, unverified",
)
ON_KH03 = "KH03 and ODS: the old code's last quarter is March 2012, the new code opened on 1 April 2012"
# In none of the lists.
UNLISTED = (
    ("5QT", "R1F", "2012-04-01", ON_KH03, "high"),
    ("R1J", "RTQ", "2019-10-01", RECORDED, "low"),
    ("RRP", "G6V2S", "2024-11-01", RECORDED, "low"),
    ("TAF", "G6V2S", "2024-11-01", RECORDED, "low"),
    ("RAP", "RAL", "2025-01-01", RECORDED, "low"),
)
RECODES = (("5QT", "R1F"),)
CHANGE = ["old_code", "new_code", "date"]
PART = re.compile(rf"\b({CODE})\b(?: in ([A-Z][a-z]+ 20\d\d))?")


def combine(
    compiled: pd.DataFrame,
    mergers: pd.DataFrame,
    steps: pd.DataFrame,
    listed: pd.DataFrame,
    *,
    opened: pd.Series,
    beds: pd.DataFrame,
) -> pd.DataFrame:
    """Return the table of changes, sorted by its key.

    compiled, mergers, steps, listed: as read by `trust_lists`. opened: day of opening ('YYYY-MM-DD' or missing) by
    code, for every known code; changes from or to another code are left out. beds: as read by `trust_lists.beds`.
    Raises DataError when two lists date a change more than DAYS_APART days apart.
    """
    parts = _parts_of_splits(compiled)
    names = {"predecessor": "old_code", "org_code": "new_code", "merged": "date"}
    predecessors = listed[listed["predecessor"] != ""].reset_index().rename(columns=names)
    recorded = pd.DataFrame(UNLISTED, columns=[*CHANGE, "source", "confidence"])
    lists = (compiled, parts, mergers, steps, predecessors)
    labels = (COMPILED, COMPILED, MERGERS, PATHS, LISTED)
    frames = [frame[CHANGE].assign(source=label) for frame, label in zip(lists, labels, strict=True)]
    every = pd.concat([*frames, recorded], ignore_index=True)
    known = every["old_code"].isin(opened.index) & every["new_code"].isin(opened.index)
    every = every[known & (every["date"] >= FIRST_DAY)]
    split = set(parts["old_code"])
    called = set(compiled.loc[compiled["note"].str.startswith("merged"), "old_code"])
    rows = [
        _row(group, old, new, split=split, called=called, opened=opened, beds=beds)
        for (old, new), group in every.groupby(["old_code", "new_code"], sort=True)
    ]
    table = pd.DataFrame(rows, columns=descriptions.fields("organisation_changes"))
    return table.astype({"beds_percent": "float64"})


def _row(
    group: pd.DataFrame,
    old: str,
    new: str,
    *,
    split: set[str],
    called: set[str],
    opened: pd.Series,
    beds: pd.DataFrame,
) -> list[object]:
    first = group.iloc[0]
    others = group[group["date"] != first["date"]]
    apart = (pd.to_datetime(others["date"]) - pd.Timestamp(first["date"])).dt.days.abs()
    if (apart > DAYS_APART).any():
        allowed = f"within {DAYS_APART} days of {first['date']} ({first['source']})"
        place, found = {"row": f"{old} {new}", "column": "date"}, others.loc[apart.idxmax(), "date"]
        raise DataError("organisation_changes", **place, found=found, allowed=allowed)
    in_use = _in_use(new, before=first["date"], opened=opened, beds=beds)
    kind = "split" if old in split else "merger" if old in called or not in_use else "acquisition"
    kind = "recode" if (old, new) in RECODES else kind
    labels = group["source"].unique()
    stated = first.get("confidence")
    confidence = stated if isinstance(stated, str) else "medium" if len(labels) == 1 else "high"
    note = "; ".join(f"{row.date} in the {row.source}" for row in others.itertuples())
    share = _beds_percent(old, new, beds)
    return [old, new, first["date"], kind, in_use, share, note or None, " ; ".join(labels), confidence]


def _parts_of_splits(compiled: pd.DataFrame) -> pd.DataFrame:
    """Return the codes that the notes of split trusts name, on the same date unless a month is given."""
    rows = []
    for change in compiled[compiled["note"].str.contains("split")].itertuples():
        rows.append((change.old_code, change.new_code, change.date))
        for code, month in PART.findall(change.note):
            if code != change.new_code:
                date = pd.to_datetime(month, format="%B %Y").strftime("%Y-%m-%d") if month else change.date
                rows.append((change.old_code, code, date))
    return pd.DataFrame(rows, columns=CHANGE)


def _in_use(code: str, *, before: str, opened: pd.Series, beds: pd.DataFrame) -> bool:
    first_quarter = beds.loc[beds["org_code"] == code, "quarter_end"].min()
    by_beds = isinstance(first_quarter, str) and first_quarter < before[:7]
    by_ods = isinstance(opened[code], str) and opened[code] < before
    return by_beds or by_ods


def _beds_percent(old: str, new: str, beds: pd.DataFrame) -> float:
    mine = beds[(beds["org_code"] == old) & (beds["beds"] > 0)]
    if mine.empty:
        return float("nan")
    last = mine.iloc[-1]
    theirs = beds.loc[(beds["org_code"] == new) & (beds["quarter_end"] == last["quarter_end"]), "beds"]
    if theirs.empty or not theirs.iloc[0] > 0:
        return float("nan")
    return round(100 * last["beds"] / theirs.iloc[0], 1)
