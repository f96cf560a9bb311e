"""Framework matrix: cases in rows, themes in columns, and in each cell what the public statements say.

Method: framework analysis (Gale and others 2013, BMC Medical Research Methodology 13:117). A cell is computed
from coded statements: counts by direction, their ids, and the one that stands for them. Counts do not weigh
evidence: several statements can come from one report, and public documents report some themes more than others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.present import words
from analysis.study.evidence.cases import CaseError, checked, telling

COLUMNS = [
    "trust",
    "theme",
    "n",
    "plus",
    "minus",
    "neutral",
    "second",
    "ids",
    "telling",
    "summary",
    "leaning",
]
LEANINGS = {"helps": "▲", "hinders": "▼", "both ways": "◆", "neutral": "○", "no statement": "·"}
SIDES = {"+": "help", "-": "hinder", "0": "are neutral"}


@dataclass(frozen=True, slots=True)
class Matrix:
    """Cases by themes.

    cells: one row a case and theme (COLUMNS), every pair there, in the order of `order` and `themes`: `n`
        statements of that primary theme, of which `plus` help, `minus` hinder and `neutral` do neither;
        `second` statements that have the theme as second one (not in `n`); `ids` in order of time; `telling`
        the id that stands for the cell (missing without a statement); `summary` in words; `leaning` one of
        LEANINGS.
    order: trusts in the order of rows. themes: names by code, in the order of columns.
    phases: phases that count; empty = all.
    """

    cells: pd.DataFrame
    order: tuple[str, ...]
    themes: pd.Series
    phases: tuple[str, ...]

    def cell(self, trust: str, theme: str) -> pd.Series:
        """Return one cell; raise CaseError when the pair is not in the matrix."""
        found = self.cells[(self.cells["trust"] == trust) & (self.cells["theme"] == theme)]
        if found.empty:
            raise CaseError(
                f"no cell {trust!r}, {theme!r}. Allowed: {list(self.order)} by {list(self.themes.index)}."
            )
        return found.iloc[0]

    def by_theme(self) -> pd.DataFrame:
        """Return one row a theme: `cases` with a statement, `plus`, `minus`, `neutral`, `n`, over all cases."""
        counts = self.cells.groupby("theme")[["n", "plus", "minus", "neutral"]].sum()
        cases = self.cells[self.cells["n"] > 0].groupby("theme").size()
        return (
            counts.assign(cases=cases.reindex(counts.index, fill_value=0))
            .reindex(self.themes.index)
            .rename_axis("theme")
        )

    def shared(self, *, leaning: str) -> pd.DataFrame:
        """Return themes by the number of cases that lean one way (a key of LEANINGS), most first: `theme`, `cases`."""
        if leaning not in LEANINGS:
            raise CaseError(f"leaning is {leaning!r}. Allowed: {list(LEANINGS)}.")
        counts = self.cells[self.cells["leaning"] == leaning].groupby("theme").size()
        counts = counts.reindex(self.themes.index, fill_value=0)
        return (
            counts.sort_values(ascending=False, kind="stable").rename_axis("theme").reset_index(name="cases")
        )

    def sentence(self) -> str:
        """How many statements fill how many cells, how they lean, and how many cells are empty."""
        total, empty = int(self.cells["n"].sum()), int((self.cells["n"] == 0).sum())
        plus, minus, neutral = (int(self.cells[name].sum()) for name in ("plus", "minus", "neutral"))
        phases = f" of the phases {words.join(self.phases)}" if self.phases else ""
        return (
            f"{total} statements{phases} about {len(self.order)} trusts on {len(self.themes)} themes: {plus} say that "
            f"something helped or improved, {minus} that it hindered or failed, {neutral} are neutral or mixed. "
            f"{empty} of {len(self.cells)} cells have no public statement, which is not the same as nothing to say."
        )


def matrix(
    statements: pd.DataFrame, *, themes: pd.Series, order: Sequence[str], phases: Sequence[str] = ()
) -> Matrix:
    """Sort coded statements into cases by themes.

    statements: one row a statement, columns of `cases.NEEDED`; the primary theme decides the cell. themes:
    name by code, in the order of the columns; a statement of a theme that is not in it is left out. order:
    trusts in the order of the rows, each once. phases: keep only statements of these; empty = all.
    Raises CaseError for statements that `cases.checked` refuses, for a statement of a trust that is not in
    `order`, and for a trust or theme named twice.
    """
    for what, names in (("order", pd.Index(order)), ("themes", themes.index)):
        if names.duplicated().any():
            raise CaseError(f"{what} names {names[names.duplicated()][0]!r} twice. Allowed: each once.")
    frame = checked(statements)
    unknown = sorted(set(frame["trust"]) - set(order))
    if unknown:
        raise CaseError(f"statements of {unknown} have no row. Allowed: the trusts in order, {list(order)}.")
    frame = frame[frame["phase"].isin(phases)] if phases else frame
    rows = [_cell(frame, trust, theme, themes[theme]) for trust in order for theme in themes.index]
    return Matrix(pd.DataFrame(rows, columns=COLUMNS), tuple(order), themes, tuple(phases))


def _cell(frame: pd.DataFrame, trust: str, theme: str, name: str) -> list[object]:
    own = frame[frame["trust"] == trust]
    here = own[own["theme"] == theme]
    plus, minus, neutral = (int((here["direction"] == sign).sum()) for sign in ("+", "-", "0"))
    second = int((own["second_theme"] == theme).sum())
    one = telling(here)
    return [
        trust, theme, len(here), plus, minus, neutral, second, tuple(here["id"]), None if one is None else one["id"],
        summary(here, name=name), lean(plus, minus, neutral),
    ]  # fmt: skip


def lean(plus: int, minus: int, neutral: int) -> str:
    """Return which way statements lean (a key of LEANINGS): the side with more of them; "both ways" on a tie."""
    if plus + minus + neutral == 0:
        return "no statement"
    if plus == minus:
        return "neutral" if plus == 0 else "both ways"
    return "helps" if plus > minus else "hinders"


def counted(plus: int, minus: int, neutral: int) -> str:
    """Return counts by direction in words, as '2 help, 1 hinders'; leaves out what is zero."""
    parts = [
        f"{plus} help{'s' if plus == 1 else ''}" if plus else "",
        f"{minus} hinder{'s' if minus == 1 else ''}" if minus else "",
        f"{neutral} neutral" if neutral else "",
    ]
    return ", ".join(part for part in parts if part) or "no statement"


def summary(rows: pd.DataFrame, *, name: str) -> str:
    """Say what statements of one case and theme hold: counts by direction, and the one that stands for them.

    rows: in the order of `cases.checked`. The one shown is the newest of the direction that most share.
    """
    one = telling(rows)
    if one is None:
        return f"No public statement on {name}."
    counts = [int((rows["direction"] == sign).sum()) for sign in ("+", "-", "0")]
    shared = sorted(counts)[-1] > sorted(counts)[-2]
    which = (
        "Only"
        if len(rows) == 1
        else f"Newest of those that {SIDES[one['direction']]}"
        if shared
        else "Newest"
    )
    return f"{counted(*counts)}. {which}, {one['id']}: {one['statement']}"
