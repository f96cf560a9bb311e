"""Coded text of a project: its codes, sources, coders, selections and who coded what."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.methods import arguments

CODES = ("guid", "name", "label", "path", "parent", "parent_name", "depth", "codable", "description")
SOURCES = ("guid", "name", "label", "characters")
CODERS = ("guid", "name", "label")
SELECTIONS = ("selection", "source", "start", "end", "text", "coder")
CODINGS = ("coding", "selection", "source", "start", "end", "text", "code", "coder", "date")
CASES = ("case", "source")
LEFT_OUT = ("kind", "name", "selections", "codings", "why")
COUNTS = ("codings", "selections")
APART = " > "  # between a code and its parent in a path


class CodedError(ValueError):
    """A coded project that cannot be read as it stands; says file, element, what was found and is allowed."""


@dataclass(frozen=True, slots=True, repr=False)
class Coded:
    """A coded project. People and places in it may be confidential: it prints as counts only.

    codes: one row a code, columns CODES, in the order of the code tree; `label` is the name, or the path where
        two codes have one name; `parent` is the guid above, missing at the top; `depth` 0 at the top.
    sources: one row a source with text, columns SOURCES; coders: one row a user, columns CODERS; `label` as above
        (name, with guid where two have one name).
    selections: one row a selection as exported, columns SELECTIONS; `source` and `coder` are labels; `start` and
        `end` count Unicode characters from 0, end exclusive; `coder` is who made the selection, may be missing.
    codings: one row a coding, columns CODINGS; `code`, `source`, `coder` are labels; `coder` and `date` may be
        missing. One selection may have several.
    cases: one row a case and source, columns CASES. texts: the text of each source by label.
    left_out: what is in the file and was not read, columns LEFT_OUT, counted. notes: what to know, in words.
    """

    name: str
    origin: str
    codes: pd.DataFrame
    sources: pd.DataFrame
    coders: pd.DataFrame
    selections: pd.DataFrame
    codings: pd.DataFrame
    cases: pd.DataFrame
    texts: Mapping[str, str]
    left_out: pd.DataFrame
    notes: tuple[str, ...]

    def matrix(self, *, count: str = "codings", children: bool = False) -> pd.DataFrame:
        """Return codes (rows) by sources (columns) as whole numbers, unused codes and uncoded sources included.

        count: "codings" (each coder's coding counts) or "selections" (each stretch of text counts once a code,
            whoever coded it, however often it was selected). children: True counts for a code what its
            child codes, at any depth, were given; False only what it was given itself.
        Raises CodedError for another count.
        """
        arguments.choice(count, "count", COUNTS, error=CodedError)
        given = self.codings[["code", "source", "start", "end", "text"]]
        if children:
            above = self._above()
            given = given.assign(code=given["code"].map(above)).explode("code", ignore_index=True)

        if count == "selections":
            given = given.drop_duplicates(["code", "source", "start", "end", "text"])
        table = given.groupby(["code", "source"]).size().unstack(fill_value=0)
        wanted = table.reindex(
            index=self.codes["label"].tolist(), columns=self.sources["label"].tolist(), fill_value=0
        )
        return wanted.astype(int).rename_axis(index="code", columns="source")

    def units(self) -> pd.DataFrame:
        """Return who gave what to each stretch of text: `unit`, `coder`, `code`, for `agreement_themes.by_theme`.

        A unit is one stretch (same source, start and end, or same excerpt); a coder may give it several codes.
        A coder who did not select exactly this stretch has no row: whether they read it is not recorded.
        Codings without a coder are left out.
        """
        rows = self.codings.dropna(subset="coder")
        place = rows["start"].astype("str").fillna("") + "-" + rows["end"].astype("str").fillna("")
        place = place.where(rows["start"].notna(), rows["text"])
        frame = pd.DataFrame(
            {"unit": rows["source"] + ": " + place, "coder": rows["coder"], "code": rows["code"]}
        )
        return frame.drop_duplicates().reset_index(drop=True)

    def __repr__(self) -> str:
        return f"Coded({self.sentence()})"

    def sentence(self) -> str:
        """Counts of what was read, and what was not."""
        text = (
            f"{_plural(len(self.codes), 'code')}, {_plural(len(self.sources), 'source')}, "
            f"{_plural(len(self.selections), 'selection')} and {_plural(len(self.codings), 'coding')} by "
            f"{_plural(self.codings['coder'].nunique(), 'coder')}"
        )
        if len(self.left_out):
            lost = self.left_out
            text += (
                f"; not read: {_plural(int(lost['selections'].sum()), 'selection')} and "
                f"{_plural(int(lost['codings'].sum()), 'coding')} in {', '.join(dict.fromkeys(lost['kind']))}"
            )
        return f"{text}."

    def _above(self) -> dict[str, list[str]]:
        """Return each code's label with itself and all codes above it."""
        label = dict(zip(self.codes["guid"], self.codes["label"], strict=True))
        parent = dict(zip(self.codes["guid"], self.codes["parent"], strict=True))
        found = {}
        for guid in label:
            line, place = [], guid
            while isinstance(place, str):
                line.append(label[place])
                place = parent[place]
            found[label[guid]] = line
        return found


def file_of(path: Any) -> Path:
    """Return a path. Raises CodedError for what names no file."""
    if not isinstance(path, (str, Path)):
        raise CodedError(f"found {type(path).__name__}. Allowed: the path of a file.")
    return Path(path)


def labels(frame: pd.DataFrame, otherwise: str) -> pd.Series:
    """Return names where each is one row's only, else the name from the column `otherwise`."""
    twice = frame["name"].duplicated(keep=False)
    return frame["name"].where(~twice, frame[otherwise])


def table(rows: list[dict], columns: tuple[str, ...]) -> pd.DataFrame:
    """Return rows as a frame with these columns, positions as whole numbers that may be missing."""
    frame = pd.DataFrame(rows, columns=list(columns))
    numbers = [
        name for name in ("start", "end", "characters", "selections", "codings", "depth") if name in columns
    ]
    return frame.astype(dict.fromkeys(numbers, "Int64"))


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number:,} {word}s"
