"""What came next, in words and one picture: the successor of special measures as far as it is known."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analysis.chapters import ruled
from analysis.methods.effects.results import THIN
from analysis.present import figures, words
from analysis.present.links import Link
from analysis.present.palette import BLUE, BLUE_PALE, INK, ORANGE, ORANGE_PALE, ORANGE_TEXT, QUIET
from analysis.present.plots import label_years
from analysis.study import other_regime, regime, successor
from analysis.study.other_regime import Tried
from analysis.study.successor import Bounds

COLOURS = {
    "quality": (BLUE, BLUE_PALE, INK),
    "finance": (ORANGE, ORANGE_PALE, ORANGE_TEXT),
    "not found": (QUIET, "#c9d3da", QUIET),
}
LED = {"quality": "quality", "finance": "finance first", "not found": "reason not found"}
HOW = (
    "Solid: in for certain. Pale: in by what the dates allow. A mark of interrogation: no page says when it left, and the bar ends "
    "where the trust was last seen inside."
)  # fmt: skip
LINE, HEAD = 24, 70  # px


def bounded(bounds: Bounds) -> str:
    """Return a count known between two ends as text: '6', or '6 to 7'."""
    if bounds.certain == bounds.possible:
        return words.number(bounds.certain)
    return f"{words.number(bounds.certain)} to {words.number(bounds.possible)}"


def date(text: str | None) -> str:
    """Return a date as fine as it is known, in words; '..' when missing."""
    if text is None or pd.isna(text):
        return words.NOT_AVAILABLE
    return str(text) if len(text) == 4 else (words.month if len(text) == 7 else words.day)(text)


def _links(sources: str) -> tuple[Link, ...]:
    """Return addresses as links, each by the name of its host."""
    hosts = {address: urlsplit(address).netloc for address in sources.split(" ; ")}
    return tuple(Link(host.removeprefix("www."), address) for address, host in hosts.items())


def timeline(spells: pd.DataFrame) -> figures.Draw:
    """Return a drawing of all spells, a row each: its certain part solid, what dates allow pale, '?' at an open end."""
    first, last = spells["entered_from"].min(), spells["last_seen"].max()
    rows = spells.to_dict("records")

    def draw(width: int) -> Drawing:
        narrow = width == figures.NARROW_PX
        height = HEAD + (2 * LINE - 8 if narrow else LINE) * len(rows)
        drawing, ax = figures.canvas(width, height, layout="constrained")
        for place, spell in enumerate(rows):
            _bar(ax, place, spell, name=narrow)
        ax.axvline(regime.REGIME_END, color=QUIET, linewidth=1, linestyle=(0, (4, 3)))
        ax.set_xlim(first - pd.Timedelta(days=60), last + pd.Timedelta(days=150))
        ax.set_ylim(len(rows) - 0.4, -0.9)
        ax.set_yticks([] if narrow else range(len(rows)), [] if narrow else list(map(_named, rows)))
        ax.tick_params(axis="y", length=0)
        label_years(ax)
        ax.spines["left"].set_visible(False)
        return drawing

    return draw


def _named(spell: dict) -> str:
    return f"{spell['name']}{'' if spell['scheme'] == 'RSP' else ' (NPIP)'}"


def _bar(ax: Axes, place: int, spell: dict, *, name: bool) -> None:
    solid, pale, ink = COLOURS[spell["led_by"]]
    open_end = spell["status"] == successor.NOT_FOUND
    stop = spell["last_seen"] if open_end else spell["exited_to"]
    sure = spell["last_seen"] if open_end else spell["exited_from"]
    at, height = (place + 0.22, 0.3) if name else (place, 0.55)
    first, later = spell["entered_from"], spell["entered_to"]
    ax.barh(at, (stop - first).days or 8, left=first, height=height, color=pale)
    if sure > later:
        ax.barh(at, (sure - later).days, left=later, height=height, color=solid)
    mark = "?" if open_end else "merged" if spell["status"] == successor.MERGED else ""
    text: dict[str, Any] = {"fontsize": 10, "va": "center"}
    ax.text(mdates.date2num(stop) + 14, at, mark, color=ink, fontweight="bold", **text)
    if name:
        ax.text(0.0, place - 0.2, _named(spell), color=INK, transform=ax.get_yaxis_transform(), **text)


def picture(spells: pd.DataFrame) -> figures.Figure:
    """Return the timeline as the page publishes it; numbers as the table has them."""
    open_ends = int((spells["status"] == successor.NOT_FOUND).sum())
    title = f"{words.plural(len(spells), 'spell')} of {words.plural(spells['org_code'].nunique(), 'trust')} are known; of {open_ends} no page says when they ended"
    led = "; ".join(f"{words.number((spells['led_by'] == kind).sum())} {told}" for kind, told in LED.items())
    says = (
        f"Spells in the successor from July 2021: {led}. {words.number(spells['from_special_measures'].sum())} moved over from special "
        f"measures for quality. The dashed line is 13 July 2021, when special measures ended. Blue: led by quality. Orange: finance first. Grey: reason not found."
    )  # fmt: skip
    ends = [f"{event}{end}" for event in ("entered", "exited") for end in ("", "_from", "_to")]
    frame = spells[["name", "scheme", "led_by", *ends, "status", "last_seen"]]
    return figures.figure(
        timeline(spells), name="successor-spells", title=title, says=says, frame=frame, sources=("successor_spells",),
        how=f"{HOW} Blue: led by quality. Orange: finance first. Grey: reason not found.",
    )  # fmt: skip


def spells_for_readers(spells: pd.DataFrame) -> pd.DataFrame:
    """Return the spells as texts, by entry."""
    rows = spells.to_dict("records")
    told = {
        "Trust": list(map(_named, rows)),
        "Entered": [
            date(spell["entered"]) if pd.notna(spell["entered"]) else _between(spell) for spell in rows
        ],
        "Left": list(map(_left, rows)),
        "Last seen inside": spells["last_seen"].map(words.month),
        "Led by": spells["led_by"].map(LED),
        "Why, as far as public": spells["reason"],
        "Source": spells["sources"].map(_links),
    }
    return pd.DataFrame(told)


def _left(spell: dict) -> str:
    merged = " (merged)" if spell["status"] == successor.MERGED else ""
    return "not found" if spell["status"] == successor.NOT_FOUND else f"{date(spell['exited'])}{merged}"


def _between(spell: dict) -> str:
    """Return the months between which a trust entered, or the one in which it did."""
    first, last = words.month(spell["entered_from"]), words.month(spell["entered_to"])
    return first if first == last else f"between {first} and {last}"


def changes_for_readers(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the changes of the regime as texts."""
    told = {
        "When": changes["date"].map(date),
        "What changed": changes["change"],
        "Source": changes["sources"].map(_links),
    }
    return pd.DataFrame(told)


def counts_for_readers(counted: pd.DataFrame) -> pd.DataFrame:
    """Return published counts beside ours, as texts."""
    ours = [
        bounded(Bounds(*map(int, ends))) for ends in zip(counted["certain"], counted["possible"], strict=True)
    ]
    told = {
        "When": counted["day"].map(words.month),
        "Published": counted["published"],
        "Ours, certain to possible": ours,
        "Source": counted["sources"].map(_links),
    }
    return pd.DataFrame(told)


def cut_for_readers(cut: pd.DataFrame) -> pd.DataFrame:
    """Return the spells cut short in July 2021, followed into the successor, as texts."""
    told = {
        "Trust": cut["name"],
        "Entered special measures": cut["entered"].map(words.month),
        "In the successor": cut["moved"].map({True: "yes", False: "no page says so"}),
        "Left it": cut["left"].map(date),
        "Months in it, at most": cut["months"].map(words.number, unit="months", digits=0),
        "Entered it again": cut["again"].map({True: "yes", False: "not known"}),
    }
    return pd.DataFrame(told)


def back_for_readers(back: pd.DataFrame) -> pd.DataFrame:
    """Return the trusts that left special measures and entered the successor later, as texts."""
    told = {
        "Trust": back["name"],
        "Left special measures": back["left"].map(words.month),
        "Entered the successor": list(map(_between, back.to_dict("records"))),
        "Led by": back["led_by"].map(LED),
    }
    return pd.DataFrame(told)


def tried_for_readers(measures: Sequence[Tried]) -> pd.DataFrame:
    """Return what the functions of record give for the successor, as texts; below THIN trusts no estimate is shown."""
    rows = []
    for tried in measures:
        about = regime.indicator(tried.name)
        shown = f"not to be read: {words.plural(tried.carried, 'trust')} where {THIN} are needed"
        left_out = words.NOT_AVAILABLE
        if tried.ruled is not None:
            shown = words.told(tried.found, about.change_unit)
            left_out = ruled.leaves_out(tried.name, tried.ruled)
        seen = words.number(tried.seen, about.change_unit)
        rows.append((about.title, words.number(tried.entered), shown, left_out, seen))
    columns = ["Measure", "Trusts that entered", "Difference after entry", "What is left out"]
    return pd.DataFrame(rows, columns=[*columns, "Would be seen in 80 of 100 times, about"])


def tried_sentence(measures: Sequence[Tried]) -> str:
    """Say what the second regime shows."""
    spells = other_regime.spells(other_regime.SUCCESSOR)
    kinds = words.plural(len(spells), "entry", "entries")
    acute = max(tried.entered for tried in measures)
    head = f"By these rules {kinds} count since January 2022, {words.number(acute)} of them at trusts with an A&E department and acute beds"
    if all(tried.ruled is None for tried in measures):
        return f"{head}. That is fewer than the {THIN} that an estimate needs: these figures cannot tell, and that is the result."
    return f"{head}."


def answer(spells: pd.DataFrame, cut: pd.DataFrame) -> str:
    """Return the chapter's answer in three sentences."""
    finance = int((spells["led_by"] == "finance").sum())
    moved, left = int(cut["moved"].sum()), int(cut.loc[cut["moved"], "left"].notna().sum())
    again = int(cut["again"].sum())
    last = max(str(day) for day in cut["left"].dropna())[:7]
    return (
        f"In July 2021 the Recovery Support Programme took the place of special measures, for quality and finance together. We know of "
        f"{words.plural(len(spells), 'spell')} of {words.plural(spells['org_code'].nunique(), 'trust')} in it, {words.number(finance)} of them led by finance. "
        f"Of the {len(cut)} spells in special measures that it cut short, {moved} are found in it: all {left} of these had left by "
        f"{words.month(last)}, and {again} came back into it."
    )


def back_sentence(wide: dict[str, Bounds]) -> str:
    """Say how many came back, as the headline counts it and more widely."""
    return (
        f"{bounded(wide['special measures'])} trusts that left came back into special measures for quality before July 2021. "
        f"Counting entries into the successor that were led by quality, it is {bounded(wide['quality'])}; led by finance alone, "
        f"{bounded(wide['finance'])} more."
    )


def wide_for_readers(wide: dict[str, Bounds]) -> pd.DataFrame:
    """Return the four counts of trusts that came back, as texts."""
    names = {
        "special measures": "Back in special measures for quality before July 2021 (the headline)",
        "quality": "The same, or in the successor led by quality",
        "finance": "In the successor led by finance, and not above",
        "any": "Any of these",
    }
    rows = [(name, bounded(wide[key])) for key, name in names.items()]
    return pd.DataFrame(rows, columns=["Counted", "Trusts, certain to possible"])
