"""Titles, sentences and tables of the case pages, as texts for readers."""

import pandas as pd

from analysis.present import words
from analysis.study import regime
from analysis.study.evidence import profiles as reading, story as stories
from analysis.study.evidence.cases import DIRECTIONS
from analysis.study.evidence.story import SPELL_PHASES, Story

UNITS = {"percentage points": "points", "on the ratio": "deaths", "minutes": "minutes"}
SHOWN = 3  # measures in a page's picture; the table has all
KINDS = {
    "theme": "Themes that no public statement is about",
    "reading": "Readiness and board maturity: not knowable from public documents in any phase",
    "indicator": "Indicators of this report without a figure for this trust",
}


def answer(story: Story) -> str:
    """Return a page's answer in two sentences: when the trust was in, and what statements name most."""
    helped, hindered = _most(story.helped), _most(story.hindered)
    return (
        f"{stories.in_and_out(story.spells)} Since then, what is said to have helped is most "
        f"often about {helped}; what is said to have hindered, about {hindered}."
    )


def _most(side: pd.DataFrame) -> str:
    """Name the themes that most statements of one side are about, with their number."""
    if side.empty:
        return "no theme"
    most = side[side["n"] == side["n"].max()]
    count = f"{words.plural(int(most['n'].iloc[0]), 'statement')}{' each' if len(most) > 1 else ''}"
    if len(most) > 3:
        return f"{words.number(len(most))} themes alike ({count})"
    return f"{words.join([f'“{label}”' for label in most['label']])} ({count})"


def facts(story: Story, prefix: str) -> dict[str, str]:
    """Return the texts that every page glues, by name with the page's `prefix`."""
    counts = story.statements["phase"].value_counts()
    kinds = story.statements["kind"].value_counts()
    unknown = story.unknown["kind"].value_counts()
    texts = {
        "answer": answer(story),
        "statements": words.number(len(story.statements)),
        "publishers": words.number(story.statements["source_publisher"].nunique()),
        "views": words.number(kinds.get("view", 0)),
        "before": words.number(counts.get("before", 0)),
        "has": words.number((story.measures["values"] > 0).sum()),
        "indicators": words.number(len(story.measures)),
        "months": words.number(story.spells["months"].sum(), "months"),
        "themes": words.number(unknown.get("theme", 0)),
        "readings": words.number(unknown.get("reading", 0)),
        "dimensions": words.number(len(reading.DIMENSIONS)),
    }
    return {f"{prefix}_{name}": text for name, text in texts.items()}


def sides_for_readers(side: pd.DataFrame) -> pd.DataFrame:
    """Return `story.sides` as texts: theme, number of statements by time, their ids, and the newest in full."""
    rows = []
    for row in side.itertuples():
        counts = [words.number(count) for count in (row.inside, row.n - row.inside)]
        rows.append([row.label, *counts, ", ".join(row.ids), f"{row.telling}: {row.statement}"])
    columns = ["Theme", "In special measures", "Outside, later", "Statements"]
    return pd.DataFrame(rows, columns=[*columns, "The newest of them, in our words"])


def beside_for_readers(beside: pd.DataFrame) -> pd.DataFrame:
    """Return `story.beside_outcomes` as texts."""
    outcomes = beside["outcome"] + ": " + beside["direction"].map(DIRECTIONS)
    told = {
        "Named": beside["named"],
        "Outcome": outcomes,
        "Statement": beside["id"] + ": " + beside["statement"],
    }
    return pd.DataFrame(told)


def unknown_for_readers(story: Story) -> pd.DataFrame:
    """Return what is not known as texts: one row a kind of gap, how many of how many, and which."""
    of = {
        "theme": "themes",
        "reading": f"of {len(reading.DIMENSIONS)} dimensions",
        "indicator": f"of {len(story.measures)} indicators",
    }
    rows = []
    for kind, label in KINDS.items():
        which = story.unknown.loc[story.unknown["kind"] == kind, "what"].tolist()
        few = words.join(which) if len(which) < len(story.measures) else "all of them"
        rows.append([label, f"{words.number(len(which))} {of[kind]}", few])
    return pd.DataFrame(rows, columns=["What is not known", "How many", "Which"])


def levels_for_readers(story: Story) -> pd.DataFrame:
    """Return `story.levels` as texts: mean distance from comparators in each phase, with the number of values."""
    rows = []
    for row in stories.levels(story).to_dict("records"):
        unit = UNITS[row["unit"]]
        cells = [f"{row['title']} ({row['direction']})"]
        for phase in SPELL_PHASES:
            mean = words.number(row[phase], unit, sign=True).removesuffix(" percentage points")
            count = words.plural(row[f"{phase}_n"], "value")
            cells.append(f"{mean} ({count})" if row[f"{phase}_n"] else "no value")
        rows.append(cells)
    frame = pd.DataFrame(rows, columns=["Measure", *(phase.capitalize() for phase in SPELL_PHASES)])
    filled = [frame.columns[0], *(name for name in frame.columns[1:] if (frame[name] != "no value").any())]
    return frame[filled]


def story_title(story: Story) -> str:
    """Return the finding of a page's figure: statements by direction, and the first measure by phase."""
    counts = story.statements["direction"].value_counts()
    told = f"{counts.get('+', 0)} statements of help or improvement, {counts.get('-', 0)} of hindrance or failure"
    if not story.charts:
        has = int((story.measures["values"] > 0).sum())
        below = "its {} have too few trusts like it for this axis and stand in charts of their own below"
        return f"{story.name}: {told}" + (f"; {below.format(words.plural(has, 'measure'))}" if has else "")
    return f"{story.name}: {told}, over {words.plural(min(len(story.charts), SHOWN), 'measure')}"


def story_sentence(story: Story) -> str:
    """Say in full what a page's figure shows: spells, statements by phase, and each measure by phase."""
    parts = [story.sentence()]
    for row in stories.levels(story).to_dict("records"):
        unit = UNITS[row["unit"]]
        phases = [
            f"{phase} {words.number(row[phase], unit, sign=True)} ({words.plural(row[f'{phase}_n'], 'value')})"
            for phase in SPELL_PHASES
            if row[f"{phase}_n"]
        ]
        parts.append(
            f"{row['title']}, {row['direction']}, mean distance from the median of "
            f"{words.plural(row['comparators'], 'trust')} that never entered: {words.join(phases)}; "
            f"{words.plural(row['signals'], 'signal')} in {words.plural(row['points'], 'point')} with limits."
        )
    return " ".join(parts)


def story_frame(story: Story) -> pd.DataFrame:
    """Return the numbers of a page's figure, long: statements by date and direction, then measures by period."""
    told = story.statements[["id", "date", "phase", "theme", "direction"]].assign(series="statement")
    charted = []
    for name, chart in story.charts.items():
        unit, sizes = UNITS[chart.unit], ["value", "centre", "lower", "upper"]
        part = chart.frame[["phase", "signal"]].assign(series=name, date=chart.frame["period"].astype("str"))
        part[sizes] = words.SCALE.get(unit, 1) * chart.frame[sizes]
        charted.append(part.assign(unit=words.unit_name(unit)))
    return pd.concat([told, *charted], ignore_index=True)


def entry_sentence(change: pd.Series | None, name: str) -> str:
    """Say how four-hour waits changed at entry at one trust, or why that cannot be said.

    change: a row of `story.at_entry`.
    """
    if change is None:
        return f"How waits in A&E changed at entry cannot be estimated for {name}."
    value, low, high = change["level_entry"], change["level_entry_lower"], change["level_entry_upper"]
    clear = "clearly up" if low > 0 else "clearly down" if high < 0 else "no clear change"
    other = int(change["level_entry_nw_lower"] > 0) - int(change["level_entry_nw_upper"] < 0)
    agrees = {"clearly up": other > 0, "clearly down": other < 0, "no clear change": other == 0}[clear]
    second = "agrees" if agrees else "does not agree"
    return (
        f"At entry, the share of patients seen within four hours, less the median of trusts that never entered, moved by "
        f"{words.estimate(value, low, high, 'points')} (higher is better): {clear}. It rests on "
        f"{words.number(change['before'])} months before and {words.number(change['during'])} in special measures; "
        f"a second way to allow for neighbouring months {second}."
    )


def sources(story: Story) -> tuple[str, ...]:
    """Return the names of the tables that a page's figure is made from."""
    tables = [regime.indicator(name).table for name in story.charts]
    return tuple(dict.fromkeys(["evidence_statements", "evidence_agreed", "regime_spells", *tables]))
