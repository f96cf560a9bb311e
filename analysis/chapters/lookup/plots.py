"""Plotters of one trust: its control chart with the dates that cut it, and its place among peers."""

import pandas as pd
from matplotlib.axes import Axes

from analysis.chapters.lookup.chart import Chart
from analysis.chapters.lookup.peers import Peers
from analysis.chapters.lookup.stretches import IN
from analysis.present import plots
from analysis.present.palette import BLUE, GREY, INK, ORANGE, PALE, SPELL

SHAPES = {"up": "^", "down": "v"}


def plot_trust(result: Chart, *, ax: Axes) -> Axes:
    """Draw values, mean and limits of each stretch; signals by shape and colour; stretches by letter.

    Spells in special measures are shaded and barred at the top. Hollow: no limits. Cross at the foot: no figure.
    """
    frame = result.frame.reset_index(drop=True)
    x = plots.places(pd.PeriodIndex(result.frame.index))
    half = (x[1] - x[0]) / 2 if len(x) > 1 else pd.Timedelta(days=180)
    for number, cut in enumerate(result.stretches.itertuples()):
        first, final = x[cut.start] - half, x[cut.stop] + half
        if cut.phase == IN:
            ax.axvspan(first, final, color=SPELL, linewidth=0, zorder=0)
            ax.axvspan(first, final, ymin=0.985, ymax=1, color=ORANGE, linewidth=0)
        if not cut.reason:
            ax.fill_between([first, final], cut.lower, cut.upper, color=PALE, alpha=0.5, linewidth=0)
            ax.plot([first, final], [cut.centre, cut.centre], color=INK, linewidth=1.4)
        if number:
            ax.axvline(first, color=INK, linewidth=0.8, linestyle="--")
        if len(result.stretches) > 1:
            ax.annotate(
                chr(ord("A") + number), (first, 1), xycoords=("data", "axes fraction"), xytext=(3, 3),
                textcoords="offset points", fontsize=9, fontweight="bold",
            )  # fmt: skip
    ax.plot(x, frame["value"], color=GREY, linewidth=0.7, zorder=2)
    plain, bare = frame["signal"].isna() & frame["centre"].notna(), frame["centre"].isna()
    ax.plot(x[plain], frame.loc[plain, "value"], "o", color=GREY, markersize=3)
    ax.plot(x[bare], frame.loc[bare, "value"], "o", color=GREY, markerfacecolor="white", markersize=3.5)
    for way, shape in SHAPES.items():
        here = frame["direction"] == way
        colour = INK if result.improvement is None else BLUE if way == result.improvement else ORANGE
        ax.plot(x[here], frame.loc[here, "value"], shape, color=colour, markersize=5, linestyle="none")
    gone = x[frame["value"].isna()]
    ax.plot(gone, [0.015] * len(gone), "x", color=GREY, markersize=3, transform=ax.get_xaxis_transform())
    if result.grain == "year":
        plots.label_years(ax)
    ax.set_xlabel("Year" if result.grain == "year" else f"End of {result.grain}")
    return ax


def plot_place(result: Peers, *, code: str, ax: Axes) -> Axes:
    """Draw all trusts of a type, one of them marked: by size with limits on a funnel, else in order."""
    frame = result.frame.sort_values("denominator" if result.funnel else "value", kind="stable")
    place = frame["denominator"] if result.funnel else pd.Series(range(1, len(frame) + 1), index=frame.index)
    if result.funnel:
        curve = result.funnel.curve(place.to_numpy())
        for level, style in (("95", "-"), ("998", "--")):
            for side in ("ll", "ul"):
                ax.plot(place, curve[f"od_{side}{level}"], color=INK, linewidth=1, linestyle=style)
        ax.axhline(result.funnel.target, color=GREY, linewidth=0.7)
    else:
        ax.axhspan(result.spread[0], result.spread[-1], color=PALE, alpha=0.5, linewidth=0)
    ax.plot(place, frame["value"], "o", color=GREY, markersize=3, alpha=0.7)
    ax.plot(place[code], frame.loc[code, "value"], "D", color=ORANGE, markersize=7)
    ax.annotate(code, (place[code], frame.loc[code, "value"]), xytext=(8, -3), textcoords="offset points", fontsize=9,
                fontweight="bold")  # fmt: skip
    ax.set_xlabel("Size (denominator)" if result.funnel else "Trusts, lowest figure first")
    return ax
