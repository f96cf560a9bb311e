"""The eight case studies: which trusts, their pages, and their statements with the adjudicated coding."""

import pandas as pd

from analysis import data

SLUGS = {
    "RXR": "east-lancashire",
    "RPA": "medway",
    "RWD": "united-lincolnshire",
    "RF4": "barking-havering-redbridge",
    "RGT": "cambridge",
    "RWP": "worcestershire",
    "RMY": "norfolk-suffolk",
    "RYD": "south-east-coast-ambulance",
}
LABELS = {  # on two lines where a chart needs it
    "RXR": "East\nLancashire",
    "RPA": "Medway",
    "RWD": "United\nLincs",
    "RF4": "Barking,\nHavering",
    "RGT": "Cambridge",
    "RWP": "Worcester-\nshire",
    "RMY": "Norfolk,\nSuffolk",
    "RYD": "SE Coast",
}
YEAR = 365.25  # days
PHASES = ("before", "during", "between", "after")
DIRECTIONS = {"+": "helps or improves", "-": "hinders or fails", "0": "neutral or mixed"}
NEEDED = ["id", "trust", "date", "phase", "kind", "statement", "theme", "second_theme", "direction"]


class CaseError(ValueError):
    """Statements or attributes that do not fit a case study; says what was found and what is allowed."""


def names() -> pd.Series:
    """Return the short name of each case, by code, in the order of SLUGS."""
    return data.load("regime_trusts").set_index("org_code")["short_name"].loc[list(SLUGS)]


def statements() -> pd.DataFrame:
    """Return the statements about trusts with their adjudicated coding, one row a statement, by trust and id (which is the order of time).

    Columns: NEEDED (`trust` = code; `theme` and `second_theme` = codes of the codebook, the second may be
    missing; `direction` in DIRECTIONS), `source_title`, `source_publisher`, `source_type`, `source_url`,
    `source_date`, `how` ("agreed" or "adjudicated"). Statements about the regime as a whole (ENG) are left
    out: they carry no theme.
    """
    frame = data.load("evidence_statements").rename(columns={"ods_code": "trust"})
    coding = data.load("evidence_agreed")[["id", "theme", "second_theme", "direction", "how"]]
    frame = frame[frame["trust"].isin(SLUGS)].merge(coding, on="id", how="left", validate="one_to_one")
    return checked(frame.drop(columns="stance"))


def codebook() -> pd.Series:
    """Return the name of each theme by its code, in the order of the codebook."""
    book = data.load("evidence_codebook")
    return book.set_index(book.columns[0])[book.columns[1]]


def checked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return statements sorted by trust and id: ids are numbered in the order of time within a trust.

    Dates are not sorted by, as many are known to the year only.

    Raises CaseError for a missing column, a repeated id, an unknown phase or direction, or no theme.
    """
    absent = [column for column in NEEDED if column not in frame]
    if absent:
        raise CaseError(f"statements lack {absent}. Allowed: the columns {NEEDED}.")
    if frame["id"].duplicated().any():
        raise CaseError(f"statement {frame.loc[frame['id'].duplicated(), 'id'].iloc[0]} is there twice.")
    for column, allowed in (("phase", PHASES), ("direction", DIRECTIONS)):
        wrong = frame[~frame[column].isin(allowed)]
        if len(wrong):
            one = wrong.iloc[0]
            raise CaseError(f"statement {one['id']}: {column} is {one[column]!r}. Allowed: {list(allowed)}.")
    if frame["theme"].isna().any():
        raise CaseError(f"statement {frame.loc[frame['theme'].isna(), 'id'].iloc[0]} has no theme.")
    return frame.sort_values(["trust", "id"], ignore_index=True)


def at(date: str) -> pd.Timestamp:
    """Return the day a statement's date stands for: the middle of a month or year that is all that is known."""
    return pd.Timestamp({4: f"{date}-07-01", 7: f"{date}-15"}.get(len(date), date))


def telling(rows: pd.DataFrame) -> pd.Series | None:
    """Return the statement that stands for several: the newest one of the direction that most of them share.

    rows: statements in the order of `checked`. On a tie between directions the newest statement decides.
    None when there is no row. A rule of choice, not a weighing of evidence.
    """
    if rows.empty:
        return None
    counts = rows["direction"].value_counts()
    most = counts.index[counts == counts.max()]
    return rows[rows["direction"].isin(most)].iloc[-1]


def order_by_outcome(statements: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    """Return the cases from the best outcome to the worst, by a rule that uses regime dates and outcomes only.

    statements: as `statements` returns them; spells: as `analysis.study.regime.spells`. The rule, in turn:
    1. `held`: 1 = left, and no statement after the last exit reports a fall of rating or a return to
       intensive oversight (theme O4, direction -); 2 = left, but such a statement is there; 3 = came back
       to special measures, or never left.
    2. `months` in special measures, all spells together, fewest first (a spell that the end of the regime
       cut short counts up to then, so its true length is longer).
    3. the code. Other themes play no part, so the order is settled before the matrix is read.
    Columns: `trust`, `name`, `held`, `words`, `months`, `spells`, `left` (date of the last exit; missing when
    the regime ended first), `falls` (ids behind `held` = 2), `followed` and `fell` (years from the last exit to the
    newest statement, and to the first of a fall; missing without one), `rank` (1 = first). Raises CaseError for a
    trust without a spell.
    """
    rows = []
    for trust in sorted(statements["trust"].unique()):
        own = spells[spells["trust"] == trust].sort_values("entered", kind="stable")
        if own.empty:
            raise CaseError(
                f"trust {trust!r} has no spell in special measures. Allowed: a trust that entered."
            )
        mine = statements[(statements["trust"] == trust) & (statements["phase"] == "after")]
        falls = mine.loc[(mine["theme"] == "O4") & (mine["direction"] == "-"), "id"].tolist()
        out = own["exited"].iloc[-1]
        held = 3 if len(own) > 1 or pd.isna(out) else 2 if falls else 1
        months = float(own["months"].sum())
        days = mine["date"].map(at)
        followed, fell = ((day - out).days / YEAR for day in (days.max(), days[mine["id"].isin(falls)].min()))
        rows.append(
            [
                trust,
                own["name"].iloc[0],
                held,
                HELD[held],
                months,
                len(own),
                out,
                tuple(falls),
                followed,
                fell,
            ]
        )
    columns = ["trust", "name", "held", "words", "months", "spells", "left", "falls", "followed", "fell"]
    frame = pd.DataFrame(rows, columns=columns).sort_values(["held", "months", "trust"], ignore_index=True)
    return frame.assign(rank=range(1, len(frame) + 1))


HELD = {1: "left and held", 2: "left and later fell back", 3: "came back or never left"}
