"""How large a change the comparison that decides would see: its power in natural units, in a picture and in words."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analysis.chapters import ruled
from analysis.chapters.findings_drawn import scale_of
from analysis.present import figures, words
from analysis.present.palette import BLUE, GREY, MID, ORANGE, PALE, QUIET
from analysis.study import entry_effects, indicators, power, ruled_out

SHORT = {"shmi": "Hospital mortality", "four_hour_waits": "Seen within four hours", "recommend_work": "Staff who recommend"}  # fmt: skip
UNIT = {"shmi": "fewer deaths per hundred expected"}
LINES = (  # scenario, column of `power.COLUMNS`, name, colour, dashes
    (power.BAD, "improved", '"improved", entry after a bad year', BLUE, "-"),
    (power.NONE, "improved", '"improved", entry by chance', GREY, "--"),
    (power.BAD, "no_important", '"no important improvement",\nentry after a bad year', ORANGE, "-."),
)


def frame(names: Sequence[str]) -> pd.DataFrame:
    """Return what is drawn: `power.COLUMNS` for true changes from none upwards, deaths per hundred for mortality."""
    parts = [power.curve(name).assign(scale=scale_of(name)) for name in names]
    rows = pd.concat(parts, ignore_index=True)
    rows["effect"] = (rows["effect"] * rows.pop("scale")).round(6)
    return rows[rows["effect"] >= 0].reset_index(drop=True)


def _panel(ax: Axes, name: str, rows: pd.DataFrame) -> None:
    scale = scale_of(name)
    seen = scale * power.smallest(name)
    ax.axhline(100 * power.SEEN, color=PALE, linewidth=1)
    ax.axvline(scale * ruled_out.important(name), color=MID, linewidth=1, linestyle=(0, (4, 3)))
    for scenario, column, label, colour, dashes in LINES:
        part = rows[rows["scenario"] == scenario]
        ax.plot(part["effect"], 100 * part[column], dashes, color=colour, linewidth=2, label=label)
    ax.plot(seen, 100 * power.SEEN, "o", color=BLUE, markersize=7)
    ax.text(seen, 100 * power.SEEN - 4, f"  {seen:.1f}", color=BLUE, fontsize=10, ha="left", va="top")
    ax.set_yticks(range(0, 101, 20))
    ax.set_xlim(0, rows["effect"].max())
    ax.set_ylim(0, 103)
    ax.set_xlabel(UNIT.get(name, "percentage points more"), fontsize=10)
    ax.set_title(SHORT[name], loc="left", fontsize=10)


def curves(names: Sequence[str]) -> figures.Draw:
    """Return a drawing of `frame`: a panel a measure, side by side where there is room."""
    found = frame(names)

    def draw(width: int) -> Drawing:
        beside = width == figures.WIDE_PX
        shape = (1, len(names)) if beside else (len(names), 1)
        height = 330 if beside else 200 * len(names) + 90
        drawing, axes = figures.canvas(width, height, *shape, layout="constrained")
        for ax, name in zip(axes, names, strict=True):
            _panel(ax, name, found[found["indicator"] == name])
            ax.tick_params(colors=QUIET)
            ax.set_ylabel("panels with this verdict, %" if beside else "panels, %", fontsize=10)
        for ax in axes[1:] if beside else ():
            ax.set_ylabel("")
            ax.set_yticks([])
        handles, labels = axes[0].get_legend_handles_labels()
        across = 2 if beside else 1
        drawing.legend(handles, labels, loc="outside upper left", frameon=False, ncols=across, fontsize=10)
        return drawing

    return draw


def sentence(names: Sequence[str]) -> str:
    """Say how large a change must be to be seen, and how often one that matters, or none, is told."""
    needed = [f"{ruled.size(name, power.smallest(name))} in {indicators.label(name)}" for name in names]
    matters = [100 * power.at(name, ruled_out.important(name))["improved"] for name in names]
    nothing = [100 * power.at(name, 0.0)["no_important"] for name in names]
    gaps = [ruled.size(name, abs(before(name))) for name in names]
    share = [words.number(value, "percent", digits=0) for value in matters]
    none = [words.number(value, "percent", digits=0) for value in nothing]
    return (
        f"In four panels of five the comparison finds an improvement of {words.join(needed)}. Before entry these trusts "
        f"stood {words.join(gaps)} from the others. Where trusts enter after a bad year and improve by the smallest "
        f"difference that matters, it finds that in {words.join(share)} of panels. "
        f'Where nothing happened, it says "no important improvement" in {words.join(none)} of panels, '
        f'and "cannot tell" in nearly all others.'
    )


def before(name: str) -> float:
    """Return how far trusts that entered stood from those that never did in the year before, in the indicator's unit."""
    return entry_effects.regression(name).baseline


def title(names: Sequence[str]) -> str:
    """Return how many times the smallest difference that matters a change must be to be seen."""
    times = [power.smallest(name) / ruled_out.important(name) for name in names]
    return f"A change must be {words.interval(min(times), max(times), 'ratio', digits=1)} times one that matters to be seen"


HOW = (
    "Each panel is a measure; further right, the true improvement is larger. The blue line is how often it is found; the "
    "dot marks four panels of five, the dashed upright line the smallest improvement that matters."
)


def picture(names: Sequence[str]) -> figures.Figure:
    """Return the picture as the chapter publishes it."""
    return figures.figure(
        curves(names), name="power", title=title(names), says=sentence(names), frame=frame(names),
        sources=("power", "calibration"), how=HOW,
    )  # fmt: skip
