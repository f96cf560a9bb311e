"""Readiness for change and board maturity of each case: ordinal readings of public statements, never scores.

Lenses: organisational readiness for change (Weiner 2009, Implementation Science 4:67) and the five marks of a
board that is mature in governing for quality improvement (Jones and others 2017, BMJ Quality & Safety 26:978).
A level is one of three ordered words or "not knowable from public documents". Levels are never averaged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from analysis import data
from analysis.present import words
from analysis.study.evidence.cases import CaseError

DIMENSIONS = ("R1", "R2", "R3", "B1", "B2", "B3", "B4", "B5")
PHASES = ("before", "during", "after")  # after: from the first exit on, the time between two spells included
LEVELS = ("low", "mixed", "high")  # in this order
NOT_KNOWABLE = "not_knowable"
UNKNOWN = "not knowable from public documents"
LEAST = 2  # public statements that a level needs


@dataclass(frozen=True, slots=True)
class Profiles:
    """Readings of each dimension in each phase at each case.

    frame: one row a trust, dimension and phase, every combination there; `trust`, `dimension`, `label`,
        `phase`, `level` (one of LEVELS, or NOT_KNOWABLE), `rank` (1, 2, 3; missing when not knowable), `ids`
        (statements behind it), `reason`.
    """

    frame: pd.DataFrame

    def knowable(self) -> pd.DataFrame:
        """Return one row a dimension: `readings`, how many `known`, and how often each of LEVELS."""
        known = self.frame[self.frame["level"] != NOT_KNOWABLE]
        counts = known.groupby(["dimension", "level"]).size().unstack(fill_value=0)
        counts = counts.reindex(index=list(DIMENSIONS), columns=list(LEVELS), fill_value=0)
        readings = self.frame.groupby("dimension").size()
        return counts.assign(readings=readings, known=counts.sum(axis=1)).rename_axis(columns=None)

    def moves(self) -> pd.DataFrame:
        """Return the changes between two known phases: `trust`, `dimension`, `from`, `to`, `way`.

        way: "up", "down" or "same" on the order of LEVELS; how far is not said, as the steps have no size.
        A phase that is not knowable is stepped over.
        """
        known = self.frame[self.frame["rank"].notna()]
        rows = []
        for (trust, dimension), part in known.groupby(["trust", "dimension"], sort=False):
            for one, two in pairwise(part.itertuples()):
                way = "up" if two.rank > one.rank else "down" if two.rank < one.rank else "same"
                rows.append([trust, dimension, one.phase, two.phase, way])
        return pd.DataFrame(rows, columns=["trust", "dimension", "from", "to", "way"])

    def of(self, trust: str) -> pd.DataFrame:
        """Return the rows of one trust; raise CaseError when there are none."""
        found = self.frame[self.frame["trust"] == trust].reset_index(drop=True)
        if found.empty:
            raise CaseError(f"no profile of {trust!r}. Allowed: {sorted(self.frame['trust'].unique())}.")
        return found

    def sentence(self) -> str:
        """How many readings are knowable, how the known ones are spread, and which dimensions are never seen."""
        counts, moves = self.knowable(), self.moves()
        known, total = int(counts["known"].sum()), int(counts["readings"].sum())
        spread = words.join([f"{int(counts[level].sum())} {level}" for level in LEVELS])
        never = [name for name in DIMENSIONS if counts.loc[name, "known"] == 0]
        labels = self.frame.drop_duplicates("dimension").set_index("dimension")["label"]
        unseen = f" Never knowable: {words.join([labels[name] for name in never])}." if never else ""
        ways = moves["way"].value_counts()
        return (
            f"{known} of {total} readings at {self.frame['trust'].nunique()} trusts can be made from public documents "
            f"({spread}); the others are {UNKNOWN}.{unseen} Between two known phases, {ways.get('up', 0)} readings "
            f"rose, {ways.get('down', 0)} fell and {ways.get('same', 0)} stayed."
        )


def load(labels: pd.Series) -> Profiles:
    """Return the profiles of the table `case_profiles`, checked against the statements."""
    known = data.load("evidence_statements")["id"]
    return profiles(data.load("case_profiles"), labels=labels, known=known.tolist())


def profiles(readings: pd.DataFrame, *, labels: pd.Series, known: Sequence[str]) -> Profiles:
    """Check readings and put them in order.

    readings: `ods_code`, `dimension`, `phase`, `level`, `statement_ids` (parted by ';'), `reason`. labels: name
    of each dimension. known: ids of the statements that exist. Raises CaseError for an unknown dimension,
    phase or level, a reading that is missing or there twice, a statement that does not exist or belongs to
    another trust, and a level on fewer than LEAST statements.
    """
    frame = readings.rename(columns={"ods_code": "trust"})
    for column, allowed in (("dimension", DIMENSIONS), ("phase", PHASES), ("level", (*LEVELS, NOT_KNOWABLE))):
        wrong = frame[~frame[column].isin(allowed)]
        if len(wrong):
            raise CaseError(
                f"{_place(wrong.iloc[0])}: {column} is {wrong.iloc[0][column]!r}. Allowed: {allowed}."
            )
    key = ["trust", "dimension", "phase"]
    if frame.duplicated(key).any():
        raise CaseError(f"{_place(frame[frame.duplicated(key)].iloc[0])} is there twice. Allowed: once.")
    trusts = list(dict.fromkeys(frame["trust"]))
    whole = pd.MultiIndex.from_product([trusts, DIMENSIONS, PHASES], names=key)
    absent = whole.difference(pd.MultiIndex.from_frame(frame[key]))
    if len(absent):
        raise CaseError(f"no reading of {absent[0]}. Allowed: one for each dimension and phase.")
    ids = [tuple(text.split(";")) if text else () for text in frame["statement_ids"].fillna("")]
    frame = frame.assign(ids=pd.Series(ids, index=frame.index))
    for _, row in frame.iterrows():
        _check_ids(row, set(known))
    ranks = {level: float(place) for place, level in enumerate(LEVELS, start=1)}
    frame = frame.assign(label=frame["dimension"].map(labels), rank=frame["level"].map(ranks))
    columns = ["trust", "dimension", "label", "phase", "level", "rank", "ids", "reason"]
    return Profiles(frame.set_index(key).loc[whole].reset_index()[columns])


def _check_ids(row: pd.Series, known: set[str]) -> None:
    wrong = [one for one in row["ids"] if one not in known or not one.startswith(f"{row['trust']}-")]
    if wrong:
        raise CaseError(f"{_place(row)} rests on {wrong}. Allowed: statements of the same trust that exist.")
    if row["level"] != NOT_KNOWABLE and len(set(row["ids"])) < LEAST:
        raise CaseError(
            f"{_place(row)} is {row['level']!r} on {len(set(row['ids']))} statements. Allowed: {LEAST} or more."
        )


def _place(row: pd.Series) -> str:
    return f"reading {row['trust']}, {row['dimension']}, {row['phase']}"


def for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return the readings of one trust as texts: dimension, a column a phase, and what the levels rest on.

    found: as `Profiles.of`. Dimensions without any known phase are left out; `unseen` names them.
    """
    rows = []
    for _, part in found.groupby("dimension", sort=False):
        if part["rank"].isna().all():
            continue
        cells = part.set_index("phase")["level"].replace(NOT_KNOWABLE, "not knowable")
        known = part[part["rank"].notna()]
        grounds = " ".join(
            f"{r.phase.capitalize()}: {r.reason} ({', '.join(r.ids)})" for r in known.itertuples()
        )
        rows.append([part["label"].iloc[0], *(cells[phase] for phase in PHASES), grounds])
    return pd.DataFrame(rows, columns=["Dimension", *(phase.capitalize() for phase in PHASES), "Grounds"])


def unseen(found: pd.DataFrame) -> list[str]:
    """Return the names of the dimensions of which nothing is known in any phase. `found` as `Profiles.of`."""
    known = found.groupby("dimension", sort=False)["rank"].count()
    labels = found.drop_duplicates("dimension").set_index("dimension")["label"]
    return [str(labels[name]) for name in known.index[known == 0]]
