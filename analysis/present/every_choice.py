"""The specification curve: every combination of choices from worst to best, and below it which choice is which."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analysis.methods.estimate import clear
from analysis.present import figures, forest
from analysis.present.forest import write
from analysis.present.palette import BETTER, BLUE, GREY, INK, MARKED, PAGE, PALE, PANEL, QUIET, ZONE_TEXT

CURVE = 190  # px
HEADS = {"sample": "Which trusts", "method": "How compared", "window": "How long after"}


def curve(rows: pd.DataFrame, *, main: Mapping[str, str], unit: str, step: float) -> figures.Draw:
    """Return a drawing of combinations of choices.

    rows: worst first; a column of labels for each key of `main`, and `estimate`, `lower`, `upper`, of which more is
    better. main: the report's own choice, which is marked. unit: what is counted; step: between ticks, in it.
    Filled marks are intervals that leave out zero.
    """
    marked = int((rows[list(main)] == pd.Series(main)).all(axis=1).to_numpy().argmax())
    order = {name: _ordered(rows, name, own) for name, own in main.items()}

    def draw(width: int) -> Drawing:
        narrow = width == figures.NARROW_PX
        left, right = (30, width - 4) if narrow else (262, width - 4)
        each = (right - left) / len(rows)
        line, gap = (34, 28) if narrow else (19, 26)
        top = CURVE + 44
        tall = top + sum(gap + line * len(values) for values in order.values()) + 6
        drawing, ax = forest.sheet(width, tall)
        centre = left + each * (marked + 0.5)
        wide = max(each, 6) / 2
        ax.fill_between([centre - wide, centre + wide], 24, tall - 4, color=MARKED, linewidth=0, zorder=0.5)
        xs = [left + each * (place + 0.5) for place in range(len(rows))]
        placed = rows.assign(x=xs, clear=clear(rows))
        _curve(ax, placed, (left, right, each), marked, (unit, step))
        for name, values in order.items():
            write(ax, 0, top + 13, HEADS[name], bold=True)
            if name == next(iter(order)) and not narrow:
                write(ax, left - 8, top + 13, "clear of zero", ha="right", color=QUIET)
            top += gap
            for value in values:
                here, bold = (rows[name] == value).to_numpy(), value == main[name]
                _choice(ax, value, here, placed, (top, line, left, right), bold=bold)
                top += line
        return drawing

    return draw


def _ordered(rows: pd.DataFrame, name: str, own: str) -> list[str]:
    """Return the values of a choice: the report's own first, the others from worst to best."""
    rank = rows.reset_index(drop=True).reset_index().groupby(name)["index"].mean().sort_values(kind="stable")
    return [own, *(value for value in rank.index if value != own)]


def _curve(
    ax: Axes, rows: pd.DataFrame, sides: tuple[float, float, float], marked: int, told: tuple[str, float]
) -> None:
    left, right, each = sides
    unit, step = told
    low, high = min(rows["lower"].min(), 0.0), max(rows["upper"].max(), 0.0)
    top, foot = 26.0, CURVE + 26.0

    def at(value: float) -> float:
        return foot - (value - low) / (high - low) * (foot - top)

    ax.fill_between([left, right], top, at(0), color=BETTER, linewidth=0, zorder=0)
    write(ax, 0, 9, f"↑ better: {unit}", bold=True, color=ZONE_TEXT)
    first = int(low // step)
    for tick in [step * place for place in range(first, int(high // step) + 1) if step * place >= low]:
        colour, wide = (INK, 1.2) if tick == 0 else (PALE, 0.8)
        ax.plot([left, right], [at(tick)] * 2, color=colour, linewidth=wide, zorder=1)
        write(ax, left - 8, at(tick), f"{abs(tick):g}", ha="right", color=QUIET)
    for place, row in enumerate(rows.itertuples()):
        colour = INK if place == marked else BLUE if row.clear else GREY
        ax.plot([row.x] * 2, [at(row.lower), at(row.upper)], color=colour, linewidth=1.6, zorder=3)
        ax.plot(
            row.x, at(row.estimate), "o", color=colour, markerfacecolor=colour if row.clear else PAGE,
            markersize=min(5.0, each * 0.6), markeredgewidth=1.1, zorder=4,
        )  # fmt: skip
    write(ax, right, foot + 10, "worst to best →", ha="right", color=QUIET)


def _choice(
    ax: Axes, value: str, here: pd.Series, rows: pd.DataFrame, room: tuple[float, float, float, float], *, bold: bool
) -> None:  # fmt: skip
    """Draw which columns made a choice: blue where the interval leaves out zero, and how many of them do."""
    top, line, left, right = room
    narrow = line > 30
    middle = top + (25 if narrow else line / 2)
    ax.fill_between([left, right], middle - 6, middle + 6, color=PANEL, linewidth=0, zorder=0.2)
    counted = f"{int(rows.loc[here, 'clear'].sum())}/{int(here.sum())}"
    write(ax, 0 if narrow else 8, top + 9 if narrow else middle, value[:1].upper() + value[1:], bold=bold)
    write(ax, right if narrow else left - 8, top + 9 if narrow else middle, counted, ha="right", color=QUIET)
    for group, colour in ((True, BLUE), (False, GREY)):
        xs = rows.loc[here & (rows["clear"] == group).to_numpy(), "x"]
        size = 4.2 if narrow else 5.2
        ax.plot(xs, [middle] * len(xs), "s", color=colour, markersize=size, linewidth=0, zorder=3)
