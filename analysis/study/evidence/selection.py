"""Which trusts became case studies: all trusts that entered, set against the eight, aspect by aspect."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import data
from analysis.present import words
from analysis.study import regime
from analysis.study.evidence.cases import LABELS, SLUGS, CaseError

ASPECTS = {
    "type": "Type of trust",
    "entry": "Time of entry",
    "length": "Length of the first spell",
    "return": "Return to special measures",
    "successor": "Successor programme later",
    "region": "Region",
}
ENTRY_FROM = {
    "16 July 2013": "2013-07-16",
    "later in 2013 or 2014": "2013-07-17",
    "2015 or 2016": "2015-01-01",
}
ENTRY_FROM |= {"2017 to 2021": "2017-01-01"}
LENGTH_UP_TO = {"a year or less": 12.0, "one to two years": 24.0, "two to three years": 36.0}
LONGER = "over three years"
CUT_SHORT = "did not end by leaving"
SHORT = {code: LABELS[code].replace("-\n", "").replace("\n", " ") for code in SLUGS}
RETURNS = ("came back", "did not come back", "did not leave")
SUCCESSOR = ("recorded", "not recorded")


@dataclass(frozen=True, slots=True)
class Selection:
    """The frame of all trusts that entered, and what the chosen ones cover of it.

    frame: one row a trust; `trust`, `name`, one column an aspect of ASPECTS (a group, as text), `months` (of
        the first spell), `chosen` (bool).
    groups: one row an aspect and group; `aspect`, `label`, `group`, `trusts` (in the frame), `chosen`.
    """

    frame: pd.DataFrame
    groups: pd.DataFrame

    def varies(self) -> list[str]:
        """Return the aspects on which the chosen trusts fall into two or more groups."""
        there = self.groups[self.groups["chosen"] > 0].groupby("aspect").size()
        return [aspect for aspect in ASPECTS if there.get(aspect, 0) > 1]

    def gaps(self) -> pd.DataFrame:
        """Return the groups of the frame that no chosen trust belongs to, as rows of `groups`."""
        return self.groups[self.groups["chosen"] == 0].reset_index(drop=True)

    def sentence(self) -> str:
        """How many were chosen out of how many, what they vary on, and which groups are not among them."""
        chosen, everyone = int(self.frame["chosen"].sum()), len(self.frame)
        gaps = [
            f"{row.label.lower()}: {row.group} ({words.plural(row.trusts, 'trust')})"
            for row in self.gaps().itertuples()
        ]
        missed = f" No chosen trust is in these groups: {'; '.join(gaps)}." if gaps else ""
        return (
            f"{chosen} of the {everyone} trusts that entered were chosen. They differ in "
            f"{words.join([ASPECTS[aspect].lower() for aspect in self.varies()])}.{missed} They were chosen on "
            "purpose, so shares among them say nothing about all trusts."
        )


def everyone() -> pd.DataFrame:
    """Return one row a trust that entered special measures: the columns of `Selection.frame` without `chosen`."""
    about = data.load("regime_trusts").set_index("org_code")
    regions = data.load("organisations").set_index("org_code")["region"]
    return described(regime.spells(), about=about, regions=regions)


def described(spells: pd.DataFrame, *, about: pd.DataFrame, regions: pd.Series) -> pd.DataFrame:
    """Put each trust of `spells` into a group of each aspect.

    spells: as `analysis.study.regime.spells`. about: by code, `short_name`, `type`, `rsp_entered` (missing when no
    entry to the successor programme is recorded). regions: name by code.
    Length is that of the first spell; a spell that ended by acquisition or with the regime is its own group,
    as its length is not that of a stay. "not recorded" is not "did not enter": the lists are incomplete.
    """
    first = spells.sort_values(["trust", "spell"]).drop_duplicates("trust").set_index("trust")
    twice = spells.groupby("trust").size() > 1
    left = first["ended_by"] == "exit"
    frame = pd.DataFrame(
        {
            "name": about["short_name"].reindex(first.index),
            "type": about["type"].reindex(first.index),
            "entry": first["entered"].map(_entry_group),
            "length": first["months"].map(_length_group).where(left, CUT_SHORT),
            "return": pd.Series(RETURNS[1], index=first.index).mask(twice, RETURNS[0]).mask(~left, RETURNS[2]),
            "successor": about["rsp_entered"].reindex(first.index).notna().map({True: "recorded", False: "not recorded"}),
            "region": regions.reindex(first.index),
            "months": first["months"],
        }
    )  # fmt: skip
    if frame[list(ASPECTS)].isna().any(axis=None):
        trust = frame.index[frame[list(ASPECTS)].isna().any(axis=1)][0]
        raise CaseError(f"trust {trust!r} lacks type or region. Allowed: an entry in the tables of trusts.")
    order = first["entered"].rename("day").reset_index().sort_values(["day", "trust"])["trust"]
    return frame.loc[order].rename_axis("trust").reset_index()


def selection(frame: pd.DataFrame, *, chosen: Sequence[str] = tuple(SLUGS)) -> Selection:
    """Set the chosen trusts against all. `frame` as of `everyone`; raises CaseError for a code not in it."""
    unknown = sorted(set(chosen) - set(frame["trust"]))
    if unknown:
        raise CaseError(f"chosen trusts {unknown} are not in the frame. Allowed: {sorted(frame['trust'])}.")
    frame = frame.assign(chosen=frame["trust"].isin(chosen))
    parts = []
    for aspect, label in ASPECTS.items():
        counts = frame.groupby(aspect)["chosen"].agg(["size", "sum"])
        order = [group for group in _order(aspect) if group in counts.index]
        counts = counts.loc[order] if order else counts.sort_values("size", ascending=False, kind="stable")
        rows = {"aspect": aspect, "label": label, "group": counts.index, "trusts": counts["size"], "chosen": counts["sum"]}  # fmt: skip
        parts.append(pd.DataFrame(rows))
    return Selection(frame, pd.concat(parts, ignore_index=True).astype({"chosen": "int64"}))


def groups_for_readers(found: Selection) -> pd.DataFrame:
    """Return the groups as texts: aspect, group, all trusts that entered, chosen trusts by name."""
    rows = []
    for row in found.groups.itertuples():
        inside = found.frame[(found.frame[row.aspect] == row.group) & found.frame["chosen"]]
        names = "; ".join(inside["trust"].map(SHORT).fillna(inside["name"])) if len(inside) else "none"
        rows.append([row.label, row.group, words.number(row.trusts), words.number(row.chosen), names])
    return pd.DataFrame(rows, columns=["Aspect", "Group", "Trusts that entered", "Case studies", "Which"])


def frame_for_readers(found: Selection) -> pd.DataFrame:
    """Return every trust that entered as texts, in order of entry, with "yes" beside the case studies."""
    shown = found.frame[["name", *ASPECTS]].rename(columns={"name": "Trust", **ASPECTS})
    return shown.assign(**{"Case study": found.frame["chosen"].map({True: "yes", False: "no"})})


def _entry_group(day: pd.Timestamp) -> str:
    return [name for name, start in ENTRY_FROM.items() if day >= pd.Timestamp(start)][-1]


def _length_group(months: float) -> str:
    return next((name for name, top in LENGTH_UP_TO.items() if months <= top), LONGER)


def _order(aspect: str) -> list[str]:
    orders = {
        "entry": [*ENTRY_FROM],
        "length": [*LENGTH_UP_TO, LONGER, CUT_SHORT],
        "return": [*RETURNS],
        "successor": [*SUCCESSOR],
    }
    return orders.get(aspect, [])
