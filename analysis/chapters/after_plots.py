"""Plotters of stays, returns and what followed leaving. They compute nothing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.present.palette import BLUE, GREY, INK, ORANGE, PALE
from analysis.present.plots import plot_event_time


def plot_survival(curve: pd.DataFrame, *, ax: Axes, label: str) -> Axes:
    """Draw the share still in as steps from one, with its limits; ticks mark unfinished rows.

    curve: `time` in months, `survival`, `lower`, `upper` (missing where the share is 0 or 1), `censored`.
    """
    start = pd.DataFrame({"time": [0.0], "survival": [1.0], "lower": [1.0], "upper": [1.0], "censored": [0]})
    steps = pd.concat([start, curve[start.columns]], ignore_index=True)
    ax.step(steps["time"], 100 * steps["survival"], where="post", color=BLUE, linewidth=2)
    solid = steps[steps["lower"].notna()]
    ax.fill_between(
        solid["time"], 100 * solid["lower"], 100 * solid["upper"], step="post", color=BLUE, alpha=0.15, linewidth=0
    )  # fmt: skip
    open_ended = steps[steps["censored"] > 0]
    ax.plot(open_ended["time"], 100 * open_ended["survival"], "|", color=INK, markersize=9)
    ax.axhline(50, color=GREY, linewidth=0.8, linestyle=":")
    middle = steps.iloc[len(steps) // 2]
    ax.annotate(
        label, (middle["time"], 100 * middle["survival"]), xytext=(34, 40), textcoords="offset points", color=BLUE,
        fontsize=9,
    )  # fmt: skip
    return label_share(ax, "Still in special measures (%)")


def plot_incidence(
    incidence: pd.DataFrame, *, ax: Axes, causes: dict[str, str], naive: str | None = None
) -> Axes:
    """Draw the cumulative incidence of each cause as steps, with limits for the first one.

    incidence: `cause`, `time` in months, `incidence`, `lower`, `upper`, `naive`. causes: label of each cause
    to draw. naive: label of the curve that takes other ends of the first cause as unfinished; None = none.
    """
    for place, (cause, label) in enumerate(causes.items()):
        part = incidence[incidence["cause"] == cause]
        time = np.concatenate([[0.0], part["time"]])
        share = 100 * np.concatenate([[0.0], part["incidence"]])
        colour, line = ((BLUE, "-"), (ORANGE, "-"), (GREY, "-."))[place]
        ax.step(time, share, where="post", color=colour, linewidth=2, linestyle=line)
        ax.annotate(
            label, (time[-1], share[-1]), xytext=(0, 5), textcoords="offset points", color=colour, fontsize=9,
            ha="right",
        )  # fmt: skip
        if place == 0:
            ax.fill_between(
                part["time"], 100 * part["lower"], 100 * part["upper"], step="post", color=colour, alpha=0.15,
                linewidth=0,
            )  # fmt: skip
            if naive:
                dashed: dict[str, Any] = {"color": INK, "linewidth": 1.2, "linestyle": "--"}
                ax.step(part["time"], 100 * part["naive"], where="post", **dashed)
                middle = part.iloc[len(part) // 2]
                ax.annotate(
                    naive, (middle["time"], 100 * middle["naive"]), xytext=(-8, 10),
                    textcoords="offset points", color=INK, fontsize=9, ha="right",
                )  # fmt: skip
    return ax


def number_below(ax: Axes, *, months: Sequence[float], at_risk: Sequence[int], since: str) -> Axes:
    """Write the numbers still followed under the months of the horizontal axis."""
    ax.set_xticks(list(months), [f"{month:g}\n{count}" for month, count in zip(months, at_risk, strict=True)])
    ax.set_xlabel(f"Months since {since}; below them, trusts still followed")
    return ax


def label_share(ax: Axes, label: str, *, top: float = 103) -> Axes:
    """Give a chart of shares its axes: percent from zero to `top`, time from zero."""
    ax.set_ylabel(label)
    ax.set_ylim(0, top)
    ax.set_xlim(left=0)
    ax.grid(axis="y", color=PALE, linewidth=0.6)
    ax.set_axisbelow(True)
    return ax


def plot_after_leaving(frame: pd.DataFrame, *, ax: Axes, counts: Axes, unit: str, grain: str) -> Axes:
    """Draw leavers less trusts still in by period since leaving, and the numbers of both below.

    frame: as `analysis.study.leaving.changes` returns it. The last period inside is the zero line, marked hollow.
    """
    plot_event_time(frame, ax=ax, counts=counts, unit=unit, period=grain, event="leaving")
    ax.plot(-1, 0, "D", color=INK, markerfacecolor="white", markersize=5)
    ax.annotate(
        f"last {grain} inside", (-1, 0), xytext=(-1, 0.04), textcoords=("data", "axes fraction"), ha="right",
        fontsize=8, arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6, "relpos": (1, 1)},
    )  # fmt: skip
    counts.plot(frame["horizon"], frame["n_controls"], "_", color=INK, markersize=12, markeredgewidth=1.6)
    counts.set_ylim(0, 1.1 * float(frame[["n_trusts", "n_controls"]].to_numpy().max()))
    counts.set_ylabel("Left (bars),\nstill in (dashes)", fontsize=8)
    return ax


def plot_kept(frame: pd.DataFrame, *, ax: Axes, unit: str) -> Axes:
    """Draw each trust's gain in the last year inside and what was left of it, a line a trust.

    frame: as `analysis.study.leaving.kept_by_trust` returns it. Trusts that came back have a star by their name.
    """
    line = np.arange(len(frame))
    values = frame[["gain", "kept_12", "kept_24"]]
    ax.hlines(line, values.min(axis=1), values.max(axis=1), color=PALE, linewidth=1.5)
    for column, mark, colour, face, label in (
        ("gain", "o", GREY, "white", "last year inside"),
        ("kept_12", "s", BLUE, BLUE, "year from 12 months after"),
        ("kept_24", "^", ORANGE, ORANGE, "year from 24 months after"),
    ):
        ax.plot(
            frame[column], line, mark, color=colour, markerfacecolor=face, markersize=6, linestyle="none",
            label=label,
        )  # fmt: skip
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_yticks(line, frame["name"] + frame["returned"].map({True: " *", False: ""}), fontsize=8)
    ax.set_ylabel("Trust, by gain (* came back later)")
    ax.set_xlabel(unit)
    looks: dict[str, Any] = {
        "loc": "lower center",
        "bbox_to_anchor": (0.25, 1),
        "frameon": False,
        "fontsize": 8,
    }
    ax.legend(**looks, ncols=3, handletextpad=0.2)
    return ax
