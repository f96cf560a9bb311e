"""Pictures of the steps: the way through entry of three measures, and entry, step and outcome on one page."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analysis.chapters.steps import NAMES, percent
from analysis.methods.effects.results import Effects
from analysis.present import figures, words
from analysis.present.palette import BLUE, BLUE_PALE, GREY, INK, MID, ORANGE, PALE, QUIET
from analysis.study import delays, entry_effects, regime, steps

PANELS = (
    ("senior_act", "Senior managers act on feedback", "points"),
    ("net_position", "Net position, share of income", "points"),
    ("area", "Delays in the trust's area", "percent"),
)
COLOURS = {"shmi": BLUE, "four_hour_waits": ORANGE, "recommend_work": MID}
MARKS = {"shmi": "o", "four_hour_waits": "s", "recommend_work": "D"}


def ways() -> pd.DataFrame:
    """Return the way through entry of the three measures: `measure`, `year` since entry, `estimate`, `lower`, `upper`, `trusts`."""
    parts = []
    for name in ("senior_act", "net_position"):
        year = regime.indicator(name).year
        parts.append(way_of(entry_effects.entry(name, omit_before=year), year, float).assign(measure=name))
    parts.append(way_of(delays.area_path(), 4, percent).assign(measure="area"))
    return pd.concat(parts, ignore_index=True)


def way_of(effects: Effects, year: int, scaled: Callable[[float], float]) -> pd.DataFrame:
    """Return a way through entry: `year` since entry, `estimate`, `lower`, `upper`, `trusts`; thin periods left out."""
    frame = effects.frame[~effects.frame["thin"]]
    out = {part: frame[part].map(scaled) for part in ("estimate", "lower", "upper")}
    return pd.DataFrame({"year": frame["horizon"] / year, **out, "trusts": frame["n_trusts"]})


def draw_ways(ways: pd.DataFrame) -> figures.Draw:
    """Return a drawing of `ways`: three panels, side by side or one above the other."""

    def draw(width: int) -> Drawing:
        narrow = width == figures.NARROW_PX
        shape = (3, 1) if narrow else (1, 3)
        drawing, axes = figures.canvas(width, 640 if narrow else 300, *shape, layout="constrained")
        for ax, (name, title, unit) in zip(axes, PANELS, strict=True):
            part = ways[ways["measure"] == name]
            ax.axvline(-0.5 / (4 if name == "area" else 1), color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
            draw_way(ax, part, "Percent" if unit == "percent" else "Percentage points")
            ax.set_title(title, fontsize=10)
            ax.set_xticks([-1, 0, 1, 2, 3])
        return drawing

    return draw


def draw_way(ax: Axes, way: pd.DataFrame, label: str) -> None:
    """Draw a way through entry with its band, as `way_of` returns it."""
    ax.axhline(0, color=QUIET, linewidth=1)
    ax.fill_between(way["year"], way["lower"], way["upper"], color=BLUE_PALE, alpha=0.45, linewidth=0)
    ax.plot(way["year"], way["estimate"], "o-", color=BLUE, markersize=4, linewidth=1.4)
    ax.set(xlabel="Years since entry", ylabel=label)


def says_ways(ways: pd.DataFrame) -> str:
    """Return the picture of `ways` in words: each measure in the last year drawn."""
    parts = []
    for name, title, unit in PANELS:
        row = ways[ways["measure"] == name].iloc[-1]
        parts.append(f"{title}, {words.number(row['year'])} years after entry: {words.told(row, unit)}")
    return "Difference from the prediction without entry. " + "; ".join(parts) + "."


def page() -> pd.DataFrame:
    """Return all that stands on the page of entry, step and outcome, one row a mark.

    `part` ("entry to step", "step with outcome", "entry to outcome"), `step`, `outcome` (blank where none), `estimate`,
    `lower`, `upper`: standard deviations between trusts, or a correlation; more is better.
    """
    names = steps.known()
    first = _signed(names, "entry to step", "step")
    last = _signed(list(steps.OUTCOMES), "entry to outcome", "outcome")
    middle = steps.together().rename(columns={"indicator": "step", "value": "estimate"})
    middle = middle.assign(part="step with outcome")
    columns = ["part", "step", "outcome", "estimate", "lower", "upper"]
    return pd.concat([first, middle, last], ignore_index=True).reindex(columns=columns)


def _signed(names: list[str], part: str, column: str) -> pd.DataFrame:
    found = steps.by_entry(tuple(names))
    sizes = {size: found[f"sd_{size}"] for size in ("estimate", "lower", "upper")}
    return pd.DataFrame({"part": part, column: found["indicator"], **sizes})


def draw_page(marks: pd.DataFrame) -> figures.Draw:
    """Return a drawing of `page`: three panels from left to right, or from top to bottom."""
    names = steps.known()

    def draw(width: int) -> Drawing:
        narrow = width == figures.NARROW_PX
        shape = (3, 1) if narrow else (1, 3)
        drawing, axes = figures.canvas(width, 900 if narrow else 400, *shape, layout="constrained")
        _rows(axes[0], marks, "entry to step", "step", names)
        _middle(axes[1], marks[marks["part"] == "step with outcome"], names)
        if not narrow:
            axes[1].set_yticklabels([])  # the rows are those of the panel on the left
            axes[1].set_ylabel("Step").set_visible(False)
        _rows(axes[2], marks, "entry to outcome", "outcome", list(steps.OUTCOMES))
        titles = ("1 Entry → step", "2 Step with outcome", "3 Entry → outcome")
        for ax, title in zip(axes, titles, strict=True):
            ax.set_title(title, fontsize=10.5)
        return drawing

    return draw


ROWS = {
    "senior_act": "Act on\nfeedback",
    "senior_involve": "Involve\nstaff",
    "senior_communicate": "Communicate\nwell",
    "managers_share": "Managers\namong staff",
    "net_position": "Net\nposition",
    "shmi": "Mortality",
    "four_hour_waits": "Waits",
    "recommend_work": "Staff\nrecommend",
}


def _rows(ax: Axes, marks: pd.DataFrame, part: str, column: str, names: list[str]) -> None:
    rows = marks[marks["part"] == part].set_index(column).loc[names]
    place = np.arange(len(names))[::-1]
    for at, (name, row) in zip(place, rows.iterrows(), strict=True):
        colour = COLOURS.get(str(name), INK)
        if pd.isna(row["estimate"]):
            ax.text(0, at, "cannot be compared", color=QUIET, ha="center", va="center", fontsize=9.5)
            continue
        ax.plot([row["lower"], row["upper"]], [at, at], color=colour, linewidth=2.2, solid_capstyle="butt")
        ax.plot(row["estimate"], at, MARKS.get(str(name), "o"), color=colour, markersize=6)
    _frame(ax, place, names)
    ax.set_xlabel("Standard deviations")


def _middle(ax: Axes, rows: pd.DataFrame, names: list[str]) -> None:
    place = np.arange(len(names))[::-1]
    for row in rows.itertuples():
        shift = {"shmi": 0.22, "four_hour_waits": 0.0, "recommend_work": -0.22}[row.outcome]
        at, colour = place[names.index(row.step)] + shift, COLOURS[row.outcome]
        ax.plot([row.lower, row.upper], [at, at], color=colour, linewidth=1.6, solid_capstyle="butt")
        ax.plot(row.estimate, at, MARKS[row.outcome], color=colour, markersize=4.5)
    _frame(ax, place, names)
    ax.set_xlim(-1, 1)
    ax.set_xlabel("Correlation of changes")


def _frame(ax: Axes, place: np.ndarray, names: list[str]) -> None:
    ax.axvline(0, color=QUIET, linewidth=1)
    ax.set_yticks(list(place), [ROWS[name] for name in names])
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", color=PALE, linewidth=0.6)


def says_page(marks: pd.DataFrame) -> str:
    """Return the page of entry, step and outcome in words."""
    parts = []
    for row in marks[marks["part"] != "step with outcome"].itertuples():
        name = NAMES[row.step if row.part == "entry to step" else row.outcome]
        value = "cannot be compared" if pd.isna(row.estimate) else words.told(row, "score")
        parts.append(f"{row.part}, {name}: {value}")
    pairs = [
        f"{NAMES[pair.step]} with {NAMES[pair.outcome]} {words.number(pair.estimate, 'score')}"
        for pair in marks[marks["part"] == "step with outcome"].itertuples()
    ]
    return f"More is better. {'; '.join(parts)}. Correlations of changes at trusts that never entered: {'; '.join(pairs)}."
