"""Plotters of costs: items with their intervals, and what the sum depends on. They compute nothing."""

from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from analysis.present.palette import BLUE, GREY, INK, ORANGE, PALE

MILLION = 1e6
MARKS = {
    "regulator": ("o", BLUE, "paid by regulators"),
    "supported trust": ("s", ORANGE, "paid by the trust"),
}
WIDTH_OF_NAMES = 34


def plot_items(frame: pd.DataFrame, *, ax: Axes) -> Axes:
    """Draw one line an item: expected cost a spell as a mark by who pays, its interval as a line.

    frame: `item`, `paid_by`, `cost`, `lower`, `upper` (GBP a spell), top row first.
    """
    line = np.arange(len(frame))[::-1]
    ax.hlines(line, frame["lower"] / MILLION, frame["upper"] / MILLION, color=GREY, linewidth=1.6)
    for party, (mark, colour, label) in MARKS.items():
        mine = (frame["paid_by"] == party).to_numpy()
        cost = frame.loc[mine, "cost"] / MILLION
        ax.plot(cost, line[mine], mark, color=colour, markersize=7, linestyle="none", label=label)
    ax.set_yticks(line, [fill(name, WIDTH_OF_NAMES) for name in frame["item"]], fontsize=8)
    ax.set_ylabel("Item")
    ax.legend(loc="lower right", frameon=False, fontsize=8)
    return _money(ax, "Cost a spell (£ million), range that our assumptions allow")


def plot_tornado(frame: pd.DataFrame, *, base: float, ax: Axes) -> Axes:
    """Draw one bar an input from the cost at its low to that at its high value; the base case is a line.

    frame: `label`, `low`, `high` (GBP a spell), widest first. The end of the high value is dark, that of the low
        value pale; values stand by their ends.
    """
    line = np.arange(len(frame))[::-1]
    looks: dict[str, Any] = {"left": base / MILLION, "height": 0.62, "edgecolor": INK, "linewidth": 0.5}
    for ends, colour in (("low", PALE), ("high", BLUE)):
        label = f"{ends} value of the input"
        ax.barh(line, (frame[ends] - base) / MILLION, color=colour, label=label, **looks)
        for at, value in zip(line, frame[ends], strict=True):
            side = -1 if value < base else 1
            ax.annotate(
                f"{value / MILLION:.2f}", (value / MILLION, at), xytext=(3 * side, 0), textcoords="offset points",
                ha="left" if side > 0 else "right", va="center", fontsize=8,
            )  # fmt: skip
    ax.axvline(base / MILLION, color=INK, linewidth=0.9)
    ax.set_yticks(line, [fill(name, WIDTH_OF_NAMES) for name in frame["label"]], fontsize=8)
    ax.set_ylabel("Input, changed by itself")
    ax.legend(loc="lower center", bbox_to_anchor=(0.4, 1), frameon=False, fontsize=8, ncols=2)
    _money(ax, "Spending a spell (£ million); the axis does not start at zero")
    values = frame[["low", "high"]].to_numpy() / MILLION
    low, high = values.min(), values.max()
    ax.set_xlim(low - 0.12 * (high - low), high + 0.12 * (high - low))
    return ax


def _money(ax: Axes, label: str) -> Axes:
    ax.set_xlabel(label)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.1f}"))
    ax.grid(axis="x", color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    return ax
