"""Sentences and tables of the chapter that sets the cases beside each other, as texts for readers."""

import pandas as pd

from analysis.present import words
from analysis.study.evidence import profiles as reading
from analysis.study.evidence.cases import HELD, PHASES, checked
from analysis.study.evidence.matrix import LEANINGS, Matrix, counted

OUTCOMES = "O"
SIGNS = ["plus", "minus", "neutral"]
FAMILIES = {"R": "Readiness for change", "B": "Board maturity", "I": "Interventions", "C": "Local system", "O": "Outcomes"}  # fmt: skip

FOLLOWED = {1: ("followed", "followed for"), 2: ("fell", "after")}  # by group of HELD: column, how it is told
SPEAKERS = {"trust": "Trusts", "regulator": "Regulators", "press": "Press", "parliament": "Parliament", "research": "Research", "other": "Others"}  # fmt: skip
LEAST = 10  # statements that lean; a speaker with fewer is drawn, and not named in the sentence


def order_for_readers(order: pd.DataFrame) -> pd.DataFrame:
    """Return `cases.order_by_outcome` as texts, best outcome first."""
    rows = []
    for row in order.itertuples():
        left = words.month(row.left) if pd.notna(row.left) else "the regime ended first"
        followed = words.number(row.followed, "years") if pd.notna(row.followed) else "no exit to follow"
        told = (words.number(row.months, "months"), left, followed, ", ".join(row.falls) or "none")
        rows.append([str(row.rank), row.name, row.words, *told])
    columns = ["Place", "Trust", "What followed", "In special measures", "Last exit", "Followed since"]
    return pd.DataFrame(rows, columns=[*columns, "Statements of a fall since"])


def cells_for_readers(matrix: Matrix, *, names: pd.Series, family: str) -> pd.DataFrame:
    """Return the cells of one family of themes (a key of FAMILIES) that hold a statement, as texts, by theme."""
    cells = matrix.cells[(matrix.cells["theme"].str[0] == family) & (matrix.cells["n"] > 0)]
    rows = []
    for theme in matrix.themes.index:
        for cell in cells[cells["theme"] == theme].itertuples():
            counts = f"{LEANINGS[cell.leaning]} {counted(cell.plus, cell.minus, cell.neutral)}"
            said = cell.summary.split(". ", 1)[1]
            head = f"{theme} {matrix.themes[theme]}, {names[cell.trust]}"
            rows.append([head, counts, ", ".join(cell.ids), said])
    return pd.DataFrame(rows, columns=["Theme and trust", "Direction", "Statements", "What stands for them"])


def matrix_for_readers(matrix: Matrix, *, names: pd.Series) -> pd.DataFrame:
    """Return the matrix as texts: a row a theme, a column a trust, in each cell counts by direction and ids."""
    said = [
        f"{counted(cell.plus, cell.minus, cell.neutral)}: {' '.join(cell.ids)}" if cell.n else "none"
        for cell in matrix.cells.itertuples()
    ]
    wide = matrix.cells.assign(words=said).pivot(index="theme", columns="trust", values="words")
    return _by_theme(wide[list(matrix.order)].rename(columns=names), matrix.themes).rename_axis(columns=None)


def _by_theme(wide: pd.DataFrame, themes: pd.Series) -> pd.DataFrame:
    """Return a table whose index is themes, in their order, with a column that names them in full."""
    wide = wide.loc[themes.index].reset_index(drop=True)
    wide.insert(0, "Theme", [f"{code} {label}" for code, label in themes.items()])
    return wide


def by_phase(statements: pd.DataFrame, *, themes: pd.Series) -> pd.DataFrame:
    """Return one row a theme and phase: `theme`, `phase`, `plus`, `minus`, `neutral`, over all trusts."""
    counts = checked(statements).groupby(["theme", "phase", "direction"]).size().unstack(fill_value=0)
    every = pd.MultiIndex.from_product([themes.index, PHASES], names=["theme", "phase"])
    counts = counts.reindex(index=every, columns=["+", "-", "0"], fill_value=0)
    return counts.set_axis(SIGNS, axis=1).reset_index()


def phases_for_readers(frame: pd.DataFrame, *, themes: pd.Series) -> pd.DataFrame:
    """Return `by_phase` as texts: one row a theme, one column a phase with its counts by direction."""
    said = [
        counted(*counts).replace("no statement", "none") for counts in frame[SIGNS].itertuples(index=False)
    ]
    wide = frame.assign(words=said).pivot(index="theme", columns="phase", values="words")[list(PHASES)]
    heads = {
        "before": "Before entry",
        "during": "In special measures",
        "between": "Between spells",
        "after": "After",
    }
    return _by_theme(wide.rename(columns=heads), themes)


def contrast(matrix: Matrix, order: pd.DataFrame) -> pd.DataFrame:
    """Return, for each theme but the outcomes, how many cases lean which way in each group of outcomes.

    Columns: `theme`, and for each group of HELD (1, 2, 3) `helps_<group>`, `hinders_<group>`, `said_<group>`
    (cases with a statement), `cases_<group>`. Eight cases in three groups allow no test.
    """
    group = order.set_index("trust")["held"]
    cells = matrix.cells.assign(group=matrix.cells["trust"].map(group))
    rows = []
    for theme in matrix.themes.index[~matrix.themes.index.str.startswith(OUTCOMES)]:
        row: dict[str, object] = {"theme": theme}
        for held in HELD:
            here = cells[(cells["theme"] == theme) & (cells["group"] == held)]
            row |= {f"{lean}_{held}": int((here["leaning"] == lean).sum()) for lean in ("helps", "hinders")}
            row |= {f"said_{held}": int((here["n"] > 0).sum()), f"cases_{held}": len(here)}
        rows.append(row)
    return pd.DataFrame(rows)


def contrast_for_readers(frame: pd.DataFrame, *, themes: pd.Series) -> pd.DataFrame:
    """Return `contrast` as texts: how many cases lean to help and to hindrance in each group."""
    rows = []
    for row in frame.to_dict("records"):
        cells = [
            f"▲{row[f'helps_{held}']} ▼{row[f'hinders_{held}']} of {row[f'cases_{held}']}" if row[f"said_{held}"] else "none said"
            for held in HELD
        ]  # fmt: skip
        rows.append([f"{row['theme']} {themes[row['theme']]}", *cells])
    return pd.DataFrame(rows, columns=["Theme", *(said.capitalize() for said in HELD.values())])


def shared_sentence(matrix: Matrix) -> str:
    """Name the themes, outcomes aside, that most cases lean on to hindrance and to help, with their number."""
    parts = []
    for leaning, said in (("hinders", "hindrance or failure"), ("helps", "help or improvement")):
        counts = matrix.shared(leaning=leaning)
        counts = counts[~counts["theme"].str.startswith(OUTCOMES)]
        top = counts[counts["cases"] == counts["cases"].max()]
        names = words.join([f"“{matrix.themes[theme]}”" for theme in top["theme"]])
        count = f"{top['cases'].iloc[0]} of {len(matrix.order)} cases"
        parts.append(f"of {said} most widely under {names} ({count})")
    return f"Statements tell {parts[0]}, and {parts[1]}."


def ordering_sentence(order: pd.DataFrame) -> str:
    """Say how many cases held, with the years they were followed for, fell back, with those it took, and came back."""
    parts = []
    for held, said in HELD.items():
        rows, told = order[order["held"] == held], ""
        if held in FOLLOWED and len(rows):
            column, opening = FOLLOWED[held]
            ends = dict.fromkeys(words.number(end, digits=1) for end in rows[column].agg(["min", "max"]))
            told = f" ({opening} about {' to '.join(ends)} years)"
        parts.append(f"{len(rows)} {said}{told}")
    return f"Of {len(order)} trusts, {words.join(parts)}."


def answer(matrix: Matrix, order: pd.DataFrame) -> str:
    """Return the chapter's answer in two sentences."""
    return f"{ordering_sentence(order)} {shared_sentence(matrix)}"


def matrix_title(matrix: Matrix) -> str:
    """Return the finding of the matrix: the themes, outcomes aside, on which most cases lean one way."""
    parts = []
    for leaning, verb in (("hinders", "fault"), ("helps", "credit")):
        counts = matrix.shared(leaning=leaning)
        top = counts[~counts["theme"].str.startswith(OUTCOMES)].iloc[0]
        count, label = f"{top['cases']} of {len(matrix.order)} cases", matrix.themes[top["theme"]]
        parts.append(f"in {count} statements {verb} “{label}”")
    return f"{words.capital(parts[0])}, {parts[1]}"


def profiles_title(profiles: reading.Profiles) -> str:
    """Return the finding of the profile."""
    counts = profiles.knowable()
    known, total = int(counts["known"].sum()), int(counts["readings"].sum())
    return f"{known} of {total} readings can be made from public documents; the rest are not knowable"


def by_speaker(statements: pd.DataFrame) -> pd.DataFrame:
    """Return one row a kind of source, in the order of SPEAKERS: `speaker`, `up`, `down`, `neutral`, `share` (up, % of up and down)."""
    counts = checked(statements).groupby(["source_type", "direction"]).size().unstack(fill_value=0)
    speakers = [name for name in SPEAKERS if name in counts.index]
    counts = counts.reindex(index=speakers, columns=["+", "-", "0"], fill_value=0)
    counts = counts.set_axis(["up", "down", "neutral"], axis=1)
    counts["share"] = 100 * counts["up"] / (counts["up"] + counts["down"])
    return counts.rename_axis("speaker").rename_axis(None, axis=1).reset_index()


def speaker_sentence(table: pd.DataFrame) -> str:
    """Say how often each kind of source speaks well, of its statements that lean. table: of `by_speaker`."""
    rows = table[table["up"] + table["down"] >= LEAST].sort_values("share", ascending=False, kind="stable")
    parts = [
        f"{'the press' if row.speaker == 'press' else SPEAKERS[row.speaker].lower()} {row.up} up and {row.down} down"
        for row in rows.itertuples()
    ]
    return f"The direction hangs on who speaks: {words.join(parts)}."


def speaker_title(table: pd.DataFrame) -> str:
    """Return the finding: the shares of trusts' and of the press's leaning statements that are good news."""
    shares = table.set_index("speaker")["share"].map(lambda share: words.number(share, "percent", digits=0))
    return f"Good news is {shares['trust']} of what trusts say for or against, and {shares['press']} of what the press says"


def sources_for_readers(statements: pd.DataFrame) -> pd.DataFrame:
    """Return, as texts, how many statements come from which kind of source, and their kinds."""
    table = statements.groupby(["source_type", "kind"]).size().unstack(fill_value=0)
    table = table.reindex(columns=["event", "finding", "view"], fill_value=0)
    table = table.assign(all=table.sum(axis=1)).sort_values("all", ascending=False, kind="stable")
    publishers = statements.groupby("source_type")["source_publisher"].nunique()
    rows = [
        [name.capitalize(), *(words.number(row[column]) for column in ("all", "event", "finding", "view")),
         words.number(publishers[name])]
        for name, row in table.iterrows()
    ]  # fmt: skip
    columns = ["Kind of source", "Statements", "Events", "Findings", "Views", "Publishers"]
    return pd.DataFrame(rows, columns=columns)
