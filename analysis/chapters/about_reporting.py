"""Reporting checklists as tables for readers, and whether each place they name is there."""

import posixpath
import re
from dataclasses import dataclass
from html import escape, unescape

import pandas as pd

from analysis import data
from analysis.present import tables, words
from analysis.present.blocks import Block

CHECKLISTS = {"SRQR": 21, "StaRI": 27, "RAMESES II": 20, "CHEERS 2022": 28}  # items of each
STATUSES = ("reported", "partly", "not applicable", "not available")
NEEDS_PLACE = ("reported", "partly")
NEEDS_NOTE = ("partly", "not applicable", "not available")


class ReportingError(ValueError):
    """A checklist that is incomplete or says less than it must; says what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Checklists:
    """All items of the checklists.

    frame: one row an item in order; columns of the table `reporting_items`.
    """

    frame: pd.DataFrame

    def counts(self) -> pd.DataFrame:
        """Return one row a checklist: `checklist`, `items`, and the number of items of each of STATUSES."""
        table = self.frame.groupby(["checklist", "status"], sort=False).size().unstack(fill_value=0)
        table = table.reindex(columns=list(STATUSES), fill_value=0)
        table.insert(0, "items", table.sum(axis=1))
        return table.rename_axis(columns=None).reset_index()

    def sentence(self) -> str:
        """How many items are answered in full, in part, do not apply or could not be had."""
        counts = self.counts()
        parts = [f"{counts[status].sum()} {status}" for status in STATUSES if counts[status].sum()]
        first, rest = parts[0].split(" ", 1)
        parts[0] = f"{first} {'is' if first == '1' else 'are'} {rest}"
        return (
            f"Of {counts['items'].sum()} items in {words.plural(len(counts), 'checklist')} "
            f"({words.join(counts['checklist'].tolist())}), {words.join(parts)}."
        )


def checklists(frame: pd.DataFrame | None = None) -> Checklists:
    """Return the checklists, checked; `frame` in place of the table `reporting_items`, for a test.

    Raises ReportingError for a checklist with an item missing or too many, an item that is reported or partly
    reported without a place, and one that is not fully reported without a note.
    """
    frame = data.load("reporting_items") if frame is None else frame
    for name, part in frame.groupby("checklist"):
        found, allowed = sorted(part["item"].astype(int)), list(range(1, CHECKLISTS[str(name)] + 1))
        if found != allowed:
            raise ReportingError(f"{name}: items {found}. Allowed: 1 to {allowed[-1]}, each once.")
    for needs, column in ((NEEDS_PLACE, "place"), (NEEDS_NOTE, "note")):
        bare = frame[frame["status"].isin(needs) & frame[column].isna()]
        if len(bare):
            checklist, item, status = bare[["checklist", "item", "status"]].iloc[0]
            raise ReportingError(f"{checklist} {item} is {status!r} without {column}. Allowed: a {column}.")
    ranked = frame.assign(rank=frame["checklist"].map(list(CHECKLISTS).index)).sort_values(["rank", "item"])
    return Checklists(ranked.drop(columns="rank").reset_index(drop=True))


def _placed(plain: Block, *, here: str) -> Block:
    """Return a table in which each cell "@place" is a link from the page `here`."""

    def link(cell: re.Match[str]) -> str:
        place = unescape(cell[1])
        return f'><a href="{escape(href(place, here=here))}">{escape(in_words(place))}</a></td>'

    return Block(re.sub(r">@([^<]+)</td>", link, plain.html), plain.text.replace("@", " "))


def in_words(place: str) -> str:
    """Return a place as a reader says it: "cases/compared#who-read-them" is "Cases, compared: who read them"."""
    page, _, anchor = place.replace("-", " ").partition("#")
    page = page.replace("index", "findings").replace("/", ", ")
    return words.capital(f"{page}: {anchor}" if anchor else page)


def href(place: str, *, here: str) -> str:
    """Return the address of a place ("theory" or "cases/compared#part") from the page `here`."""
    page, _, anchor = place.partition("#")
    link = f"{posixpath.relpath(page, posixpath.dirname(here) or '.')}.html"
    return f"{link}#{anchor}" if anchor else link


def counts_for_readers(checklists: Checklists) -> pd.DataFrame:
    """Return `Checklists.counts` as texts."""
    counts = checklists.counts().set_index("checklist").map(words.number).reset_index()
    return counts.rename(columns=str.capitalize)


def for_readers(checklists: Checklists, checklist: str, *, here: str) -> Block:
    """Return the items of one checklist as a table with links; raise ReportingError when it has none."""
    part = checklists.frame[checklists.frame["checklist"] == checklist]
    if part.empty:
        raise ReportingError(
            f"no items of {checklist!r}. Allowed: {checklists.counts()['checklist'].tolist()}."
        )
    rows = [
        [f"{row.item}. {row.topic}", row.asks, f"@{row.place}" if isinstance(row.place, str) else "nowhere",
         f"{row.status}. {row.note}" if isinstance(row.note, str) else row.status]
        for row in part.itertuples()
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["Item", "What it asks, in short", "Where", "How far"])
    caption = f"{checklist}: {words.plural(len(part), 'item')}"
    return _placed(tables.table(frame, caption=caption, sources=("reporting_items",)), here=here)
