"""One trust on one axis of years: its spells, what was said of it, and its measures against trusts never in."""

from html import escape

import pandas as pd

from analysis.chapters.cases import statements, story_words
from analysis.methods.spc.spc import BETTER
from analysis.present import words
from analysis.present.blocks import Block
from analysis.present.drawn import drawn, place as placed, years_axis
from analysis.study.evidence.cases import DIRECTIONS, at
from analysis.study.evidence.story import Story
from analysis.study.trajectories import Charts

FIRST, LAST = 2010, 2022  # years of the axis, the same on every page; what lies beyond is listed below it
APART = 5.0  # percent of the axis: marks closer than this are stacked
STEP, MIDDLE = 15, 9  # height of a mark in its stack, half of the line in the middle
SHAPES = {"+": "M0-6l6 11h-12z", "-": "M0 6l6-11h-12z", "0": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z"}
KINDS = {"+": "helps", "-": "hinders", "0": "neutral"}
HIGH, ROOM = 92, 8  # of a measure's strip: px, and percent kept free at its edges


def strip(story: Story, *, name: str) -> Block:
    """Return a trust's page picture: spells, a mark a statement (each a link to it), up to three measures below."""
    axis = years_axis(FIRST, LAST).replace('class="axis"', 'class="axis dense"')
    body = [_counts(story.statements), axis, _spells(story.spells), _statements(story)]
    for indicator, chart in list(story.charts.items())[: story_words.SHOWN]:
        body.append(_measure(chart, str(story.measures.loc[indicator, "title"]), story.spells))
    body += [axis, _beyond(story.statements)]
    return drawn(
        "".join(body), name=name, title=story_words.story_title(story), says=story_words.story_sentence(story),
        frame=story_words.story_frame(story), sources=story_words.sources(story), kind="strip",
    )  # fmt: skip


def place(day: pd.Timestamp) -> float:
    """Return where a day stands on the axis, in percent of its width."""
    return placed(day, FIRST, LAST)


def middle(period: pd.Period) -> pd.Timestamp:
    """Return the day on which a period's value stands: its middle, so that a year's value stands at its year."""
    return period.start_time + (period.end_time - period.start_time) / 2


def _counts(told: pd.DataFrame) -> str:
    counts = told["direction"].value_counts()
    parts = "".join(
        f'<span><svg width="24" height="14" aria-hidden="true"><svg x="12" y="7"><path class="{KINDS[sign]}" d="{SHAPES[sign]}"/></svg>'
        f"</svg> {counts.get(sign, 0)} {word}</span>"
        for sign, word in DIRECTIONS.items()
    )
    return f'<p class="key">{parts}<span>Each mark is a statement and leads to it; a hollow point on a line is a signal.</span></p>'


def _shades(spells: pd.DataFrame, height: int) -> str:
    return "".join(
        f'<rect class="shade" x="{place(s.entered)}%" width="{place(s.last_day) - place(s.entered):.2f}%" height="{height}"/>'
        for s in spells.itertuples()
    )


def _spells(spells: pd.DataFrame) -> str:
    bars = []
    for spell in spells.itertuples():
        x, x2 = place(spell.entered), place(spell.last_day)
        kind, text = ("spell", "on-spell") if spell.spell == 1 else ("again", "on-again")
        both = '<tspan class="wide"> months in</tspan><tspan class="narrow"> mo</tspan>'
        long = both if x2 - x > 20 else " mo"
        text += " wide" if x2 - x < 13 else ""
        bars.append(
            f'<rect class="{kind}" x="{x}%" width="{x2 - x:.2f}%" height="20"/>'
            f'<text class="{text}" x="{(x + x2) / 2:.2f}%" y="15" text-anchor="middle">{round(spell.months)}{long}</text>'
        )
    return f'<svg height="20" aria-hidden="true">{"".join(bars)}</svg>'


def stacked(events: pd.DataFrame) -> pd.DataFrame:
    """Return statements of the axis with `x` (percent) and `level` (0 nearest to the line, by direction)."""
    rows = events.assign(day=events["date"].map(at))
    rows = rows[rows["day"].dt.year.between(FIRST, LAST)].sort_values(["day", "id"], kind="stable")
    rows = rows.assign(x=rows["day"].map(place))
    ends: dict[str, list[float]] = {sign: [] for sign in SHAPES}
    levels = []
    for row in rows.itertuples():
        last = ends[row.direction]
        level = next((i for i, x in enumerate(last) if row.x - x > APART), len(last))
        last[level : level + 1] = [row.x]
        levels.append(level)
    return rows.assign(level=levels)


def _statements(story: Story) -> str:
    rows = stacked(story.statements)
    tall = rows.groupby("direction")["level"].max().add(1).reindex(list(SHAPES), fill_value=0)
    line = STEP * tall["+"] + MIDDLE + 4
    below = line + max(STEP * tall["0"], MIDDLE) if tall["0"] else line + MIDDLE
    height = round(below + STEP * tall["-"] + 6)
    marks = []
    for row in rows.itertuples():
        start, way = {"+": (line - MIDDLE - 3, -1), "0": (line, 1), "-": (below + 5, 1)}[row.direction]
        y = start + way * STEP * row.level
        title = f"{row.id}, {statements.when(row.date)}: {DIRECTIONS[row.direction]}. {row.statement}"
        marks.append(
            f'<a href="#{row.id}" tabindex="-1"><title>{escape(title)}</title><svg x="{row.x}%" y="{y}">'
            f'<rect class="hit" x="-9" y="-9" width="18" height="18"/><path class="{KINDS[row.direction]}" d="{SHAPES[row.direction]}"/></svg></a>'
        )
    axis = f'<line class="grid" x1="0" x2="100%" y1="{line}" y2="{line}"/>'
    return f'<svg height="{height}" aria-hidden="true">{_shades(story.spells, height)}{axis}{"".join(marks)}</svg>'


def _beyond(told: pd.DataFrame) -> str:
    years = told["date"].str[:4].astype("int64")
    parts = []
    for heading, rows in ((f"Before {FIRST}", told[years < FIRST]), (f"After {LAST}", told[years > LAST])):
        links = [
            f'<a href="#{row.id}">{statements.SYMBOLS[row.direction]} {row.id}</a> {row.date[:4]}'
            for row in rows.itertuples()
        ]
        parts += [f"{heading}: {', '.join(links)}."] if links else []
    return f'<p class="beyond">{" ".join(parts)}</p>' if parts else ""


def _measure(chart: Charts, title: str, spells: pd.DataFrame) -> str:
    frame = chart.frame.assign(day=chart.frame["period"].map(middle))
    frame = frame[frame["day"].dt.year.between(FIRST, LAST)]
    seen = frame[frame["value"].notna()]
    low, high = min(0.0, float(seen["value"].min())), max(0.0, float(seen["value"].max()))

    def down(value: float) -> float:
        return round(ROOM + (100 - 2 * ROOM) * (high - value) / ((high - low) or 1.0), 2)

    x = [place(day) for day in frame["day"]]
    y = [down(value) for value in frame["value"]]
    pen, path = "M", ""
    for a, b, known in zip(x, y, frame["value"].notna(), strict=True):
        path += f"{pen}{a} {b:.1f}" if known else ""
        pen = "L" if known else "M"
    dots = "".join(
        f'<circle class="{"signal" if pd.notna(signal) else "dot"}" cx="{a}%" cy="{b:.1f}%" r="{4 if pd.notna(signal) else 2.5}"/>'
        for a, b, known, signal in zip(x, y, frame["value"].notna(), frame["signal"], strict=True)
        if known
    )
    unit = story_words.UNITS[chart.unit]

    def amount(value: float) -> str:
        return words.number(value, unit, sign=True).removesuffix(words.FORMATS[unit][2]) if value else "0"

    labels = "".join(
        f'<text class="tick" x="0" y="{down(value)}%" dy="4">{amount(value)}</text>'
        for value in dict.fromkeys((high, 0.0, low))
        if not value or abs(down(value) - down(0.0)) > 2 * ROOM
    )
    return (
        f"<p><b>{escape(title)}</b>: trust less the median of {words.plural(len(chart.comparators), 'trust')} never in, "
        f'{words.unit_name(unit)}; {BETTER[chart.improvement]}</p><svg height="{HIGH}" aria-hidden="true">{_shades(spells, HIGH)}'
        f'<line class="grid zero" x1="0" x2="100%" y1="{down(0.0)}%" y2="{down(0.0)}%"/><svg width="100%" height="100%" viewBox="0 0 100 100" '
        f'preserveAspectRatio="none"><path class="line" d="{path}"/></svg>{dots}{labels}</svg>'
    )
