"""The regime in two pictures of live text: every spell on a line of its own trust, and the trusts by region."""

from html import escape
from typing import Any

import pandas as pd

from analysis.chapters import regime as regime_page
from analysis.present import words
from analysis.present.blocks import Block
from analysis.present.drawn import drawn, key, place, years_axis
from analysis.study import regime
from analysis.study.evidence.cases import SLUGS

FIRST, LAST = 2013, 2021  # years of the axis
SOURCES = ("regime_spells", "regime_trusts")
ROOM = {"outside": 75, "long": 19, "short": 14}  # percent of the axis that a label needs
LEFT = '<circle class="left" cx="{x}" cy="9" r="5"/>'
STILL = '<svg x="{x}" y="3" class="over"><path class="still" d="M0 0l8 6-8 6z"/></svg>'
TAKEN = '<svg x="{x}" y="2" class="over"><path class="left" d="M0 0l6.500 7-6.500 7-6.500-7z"/></svg>'
ENDS = {"exit": LEFT, "acquired": TAKEN, "administrative end": STILL}
HOW = {"exit": "left", "acquired": "taken over by another trust", "administrative end": "still in when the regime ended"}  # fmt: skip
KEY = [
    ('<rect class="spell" y="2" width="24" height="10"/>', "first spell"),
    ('<rect class="again" y="2" width="24" height="10"/>', "came back ↩"),
    ('<circle class="left" cx="12" cy="7" r="5"/>', "left"),
    ('<path class="left" d="M12 0l6.500 7-6.500 7-6.500-7z"/>', "taken over"),
    ('<path class="still" d="M8 1l8 6-8 6z"/>', "still in when the regime ended"),
]
GROUPS = (("2013-12", "2013"), ("2014-12", "2014"), ("2015-12", "2015"), ("2016-12", "2016"), ("2021-07", "2017 to 2020"))  # fmt: skip


def address(trust: str) -> str:
    """Return where the page of the regime leads for a trust: its answer in the look-up."""
    return f"lookup.html?trust={trust}"


def timeline(spells: pd.DataFrame) -> Block:
    """Return all spells on one axis of years, a row a trust, each name a link; by year of first entry, then length.

    spells: as `analysis.study.regime.spells`. Raises ValueError for a spell outside the years of the axis.
    """
    if spells["entered"].min().year < FIRST or spells["last_day"].max().year > LAST:
        raise ValueError(f"spells reach beyond the axis. Allowed: {FIRST} to {LAST}.")
    first = spells[spells["spell"] == 1].sort_values(["entered", "last_day", "trust"], kind="stable")
    keogh = set(first.loc[regime.is_keogh(first["trust"]), "trust"])
    body, lower = [key(KEY)], ""
    for until, name in GROUPS:
        month = first["entered"].dt.strftime("%Y-%m")
        codes = first.loc[(month > lower) & (month <= until), "trust"]
        rows = "".join(_row(spells[spells["trust"] == code], keogh) for code in codes)
        head = f"<strong>Entered in {name}</strong> {words.plural(len(codes), 'trust')}"
        body.append(f'<div class="group"><p>{head}</p>{years_axis(FIRST, LAST)}</div><ul>{rows}</ul>')
        lower = until
    ends = spells["ended_by"].value_counts()
    title = (
        f"{spells['trust'].nunique()} trusts entered; {(spells['spell'] == 2).sum()} came back, and "
        f"{ends['administrative end']} were still in at the end"
    )
    return drawn(
        "".join(body), name="regime-spells", title=title, says=regime_page.spells_sentence(spells), frame=spells,
        sources=SOURCES, kind="timeline",
    )  # fmt: skip


def _row(mine: pd.DataFrame, keogh: set[str]) -> str:
    mine = mine.sort_values("spell", kind="stable")
    code, name = mine["trust"].iloc[0], mine["name"].iloc[0]
    told = escape("; ".join(spell_words(row) for row in mine.itertuples()))
    marked = ' <abbr title="one of the eleven trusts of the Keogh review">K</abbr>' if code in keogh else ""
    study = f'case<span class="visually-hidden"> study of {escape(name)}</span>'
    case = f' <a class="case" href="cases/{SLUGS[code]}.html">{study}</a>' if code in SLUGS else ""
    again = ' class="back"' if len(mine) > 1 else ""
    return (
        f'<li{again}><span class="name"><a href="{address(code)}">{escape(name)}</a>{marked}{case}'
        f'<span class="visually-hidden">: {told}.</span></span>{_bars(mine)}</li>'
    )


def spell_words(row: Any) -> str:
    """Return a spell in words: 'July 2013 to March 2017, 44 months, left'."""
    return (
        f"{words.month(row.entered)} to {words.month(row.last_day)}, {words.plural(round(row.months), 'month')}, "
        f"{HOW[row.ended_by]}"
    )


def _bars(mine: pd.DataFrame) -> str:
    over = place(regime.REGIME_END, FIRST, LAST)
    parts, before = [f'<line class="end" x1="{over}%" x2="{over}%" y1="-40" y2="60"/>'], None
    for row in mine.itertuples():
        x, x2 = (place(day, FIRST, LAST) for day in (row.entered, row.last_day))
        if before is not None:
            parts.append(f'<line class="out" x1="{before}%" x2="{x}%" y1="9" y2="9"/>')
        kind = "spell" if row.spell == 1 else "again"
        parts.append(f'<rect class="{kind}" x="{x}%" y="2" width="{x2 - x:.2f}%" height="14"/>')
        parts.append(ENDS[row.ended_by].format(x=f"{x2}%"))
        parts.append(_label(row, x, x2, alone=len(mine) == 1))
        before = x2
    return f'<svg class="bars" height="18" aria-hidden="true">{"".join(parts)}</svg>'


def _label(row: Any, x: float, x2: float, *, alone: bool) -> str:
    count = f'{round(row.months)} <tspan class="wide">months</tspan><tspan class="narrow">mo</tspan>'
    if row.spell > 1:
        count = count if x2 - x > 2 * ROOM["long"] else f"{round(row.months)} mo"
        return f'<text class="on-again" x="{x2}%" dx="-6" y="13.500" text-anchor="end">↩ back, {count}</text>'
    if alone and x2 < ROOM["outside"]:
        return f'<text x="{x2}%" dx="9" y="13.500">{count}</text>'
    if x2 - x > ROOM["long"]:
        return f'<text class="on-spell" x="{x2}%" dx="-9" y="13.500" text-anchor="end">{count}</text>'
    if alone:
        return f'<text x="{x}%" dx="-6" y="13.500" text-anchor="end">{count}</text>'
    kind = "on-spell" if x2 - x > ROOM["short"] else "on-spell wide"
    return f'<text class="{kind}" x="{(x + x2) / 2:.2f}%" dx="-3" y="13.500" text-anchor="middle">{round(row.months)} mo</text>'


def in_force(counts: pd.DataFrame) -> Block:
    """Return the number of trusts in at each month's end as steps from zero. counts: as of `in_force_by_month`."""
    top = 5 * -(-int(counts["trusts"].max()) // 5)
    x = [place(month.end_time, FIRST, LAST) for month in counts["month"]]
    points = [(a, 100 - 100 * n / top) for a, n in zip(x, counts["trusts"], strict=True)]
    steps = [f"{a:.2f}V{b:.1f}" if i else f"{b:.1f}" for i, (a, b) in enumerate(points)]
    path = f"M{points[0][0]} 100V{'H'.join(steps)}"
    heights = {n: f"{100 - 100 * n / top:.2f}%" for n in range(0, top + 1, 5)}
    lines = "".join(
        f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
        f'<text x="0" y="{y}" dy="{-3 if n < top else 12}">{n}{" trusts" if n == top else ""}</text>'
        for n, y in heights.items()
    )
    peak = counts["trusts"].idxmax()
    high = counts.loc[peak]
    most = f'<text class="strong" x="{x[peak]}%" y="{points[peak][1]:.2f}%" dy="-6" text-anchor="middle">{high["trusts"]}</text>'
    body = (
        f'<svg height="150" aria-hidden="true"><svg width="100%" height="100%" viewBox="0 0 100 100" '
        f'preserveAspectRatio="none"><path class="area" d="{path}V100z"/></svg>{lines}{most}</svg>{years_axis(FIRST, LAST)}'
    )
    when = words.month(high["month"])
    title = f"At most {high['trusts']} trusts were in at once, first at the end of {when}"
    return drawn(
        body, name="regime-in-force", title=title, says=regime_page.in_force_sentence(counts), frame=counts,
        sources=("regime_spells",), kind="steps",
    )  # fmt: skip
