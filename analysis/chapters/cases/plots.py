"""Plotters of the case studies: events over measures, matrix of themes, profile of readings. No computing."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.chapters import trajectories_plots
from analysis.methods.spc.spc import BETTER
from analysis.present.palette import BLUE, BLUE_TINT, CHIP, GREY, INK, ORANGE, ORANGE_TINT, PALE, PANEL
from analysis.present.plots import label_years
from analysis.study.evidence.cases import at
from analysis.study.evidence.matrix import Matrix
from analysis.study.evidence.profiles import PHASES, Profiles
from analysis.study.evidence.story import Story

MARKS = {"+": ("^", BLUE, "helps or improves"), "-": ("v", ORANGE, "hinders or fails"), "0": ("o", GREY, "neutral or mixed")}  # fmt: skip
LANES = {"I": "Interventions", "R": "Readiness", "B": "Board", "C": "Local system", "O": "Outcomes"}
TINTS = {"helps": BLUE_TINT, "hinders": ORANGE_TINT, "both ways": CHIP, "neutral": PANEL, "no statement": "white"}  # fmt: skip
FILLS = {"low": "none", "mixed": "left", "high": "full"}
APART = pd.Timedelta(days=150)  # marks of one lane closer than this are drawn above each other
STEP = 0.21


def plot_events(statements: pd.DataFrame, *, ax: Axes) -> Axes:
    """Draw one mark a statement at its date, in the lane of its family of themes; shape and colour say the direction."""
    lanes = {family: place for place, family in enumerate(reversed(LANES))}
    for family, place in lanes.items():
        rows = statements[statements["theme"].str[0] == family]
        rows = rows.assign(day=rows["date"].map(at)).sort_values("day", kind="stable")
        last: list[pd.Timestamp] = []
        for row in rows.itertuples():
            level = next((i for i, before in enumerate(last) if row.day - before > APART), len(last))
            last[level : level + 1] = [row.day]
            shape, colour, _ = MARKS[row.direction]
            face = "white" if row.direction == "0" else colour
            y = place - 0.32 + STEP * min(level, 3)
            ax.plot(row.day, y, shape, color=colour, markerfacecolor=face, markersize=5.5)
    ax.set_yticks(list(lanes.values()), [LANES[family] for family in lanes], fontsize=8)
    ax.set_ylim(-1.4, len(lanes) - 0.35)
    ax.set_ylabel("Statements about", fontsize=8)
    for place in range(1, len(lanes)):
        ax.axhline(place - 0.5, color=PALE, linewidth=0.6)
    ax.tick_params(axis="y", length=0)
    for shape, colour, words in MARKS.values():
        ax.plot([], [], shape, color=colour, markerfacecolor="white" if shape == "o" else colour, markersize=5.5, label=words)  # fmt: skip
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, fontsize=8, handletextpad=0.1)
    return ax


def shade_spells(spells: pd.DataFrame, *, ax: Axes) -> Axes:
    """Shade the time in special measures on an axes with dates."""
    for spell in spells.itertuples():
        ax.axvspan(spell.entered, spell.last_day, color=PALE, alpha=0.45, linewidth=0, zorder=0)
    return ax


def plot_story(found: Story) -> Figure:
    """Draw a trust's statements above its charted measures on one time axis; time in special measures is shaded."""
    charts = found.charts
    heights = [2.3] + [1.35] * len(charts)
    drawing, axes = plt.subplots(
        len(heights), figsize=(6.6, sum(heights) + 0.6), sharex=True, squeeze=False, height_ratios=heights
    )
    events, *others = axes[:, 0]
    shade_spells(found.spells, ax=plot_events(found.statements, ax=events))
    for ax, (name, chart) in zip(others, charts.items(), strict=True):
        trajectories_plots.plot_chart(
            chart.frame.reset_index(drop=True), ax=ax, improvement=chart.improvement, small=True
        )
        shade_spells(found.spells, ax=ax)
        title = f"{found.measures.loc[name, 'title']}: trust less median of comparators, {BETTER[chart.improvement]}"
        ax.set_title(fill(title, 90), fontsize=8)
        ax.set_ylabel(fill(chart.unit, 12), fontsize=8)
        ax.tick_params(labelsize=8)
    for spell in found.spells.itertuples():
        events.annotate(
            "in special\nmeasures", (spell.entered + (spell.last_day - spell.entered) / 2, 0), xycoords=("data", "axes fraction"),
            xytext=(0, 3), textcoords="offset points", ha="center", fontsize=8, color=INK,
        )  # fmt: skip
    years = [2010, *(at(date).year for date in found.statements["date"])]
    axes[-1, 0].set_xlim(pd.Timestamp(min(years), 1, 1), pd.Timestamp(max(years) + 1, 1, 1))
    label_years(axes[-1, 0], every=2)
    axes[-1, 0].tick_params(axis="x", labelsize=8)
    axes[-1, 0].set_xlabel("Year", fontsize=8)
    return drawing


def plot_matrix(found: Matrix, *, ax: Axes, names: Mapping[str, str]) -> Axes:
    """Draw themes by cases: counts with the sign of their direction in every cell, tinted by the side with more.

    names: labels by code, in columns. ▲ helps, ▼ hinders, ○ neutral; a dot = no statement.
    """
    themes, order = list(found.themes.index), list(found.order)
    for cell in found.cells.itertuples():
        x, y = order.index(cell.trust), themes.index(cell.theme)
        ax.add_patch(plt.Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=TINTS[cell.leaning], edgecolor=PALE))
        parts = [f"{sign}{n}" for sign, n in (("▲", cell.plus), ("▼", cell.minus), ("○", cell.neutral)) if n]
        ax.annotate("".join(parts) or "·", (x, y), ha="center", va="center", fontsize=8, color=INK)
    ax.set_xlim(-0.5, len(order) - 0.5)
    ax.set_ylim(len(themes) - 0.5, -0.5)
    ax.set_xticks(range(len(order)), [names[trust] for trust in order], fontsize=8)
    ax.xaxis.tick_top()
    ax.set_yticks(
        range(len(themes)), [f"{code}  {label}" for code, label in found.themes.items()], fontsize=8
    )
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def plot_profiles(found: Profiles, *, ax: Axes, names: Mapping[str, str]) -> Axes:
    """Draw each reading as a circle: empty = low, half = mixed, full = high; a dot = not knowable.

    names: labels by code, in the order of columns; each has one place a phase.
    """
    frame = found.frame[found.frame["trust"].isin(names)]
    labels = frame.drop_duplicates("dimension").set_index("dimension")["label"]
    lines, order = list(labels.index), list(names)
    for row in frame.itertuples():
        x = order.index(row.trust) * (len(PHASES) + 0.8) + PHASES.index(row.phase)
        y = lines.index(row.dimension)
        if row.level in FILLS:
            ax.plot(
                x, y, "o", color=INK, markersize=8, fillstyle=FILLS[row.level], markerfacecoloralt="white"
            )
        else:
            ax.plot(x, y, ".", color=GREY, markersize=2.5)
    starts = [place * (len(PHASES) + 0.8) for place in range(len(order))]
    ax.set_xticks([start + i for start in starts for i in range(3)], ["b", "d", "a"] * len(order), fontsize=8)
    for start, trust in zip(starts, order, strict=True):
        ax.annotate(names[trust], (start + 1, -0.75), ha="center", va="bottom", fontsize=8, annotation_clip=False)  # fmt: skip
        ax.axvspan(start - 0.6, start + 2.6, color=PALE, alpha=0.25, linewidth=0)
    ax.set_yticks(range(len(lines)), [f"{code}  {labels[code]}" for code in lines], fontsize=8)
    ax.set_ylim(len(lines) - 0.4, -0.6)
    ax.set_xlim(-0.9, starts[-1] + 2.9)
    ax.set_xlabel("b = before entry, d = in special measures, a = after the first exit", fontsize=8)
    ax.tick_params(length=0)
    for level, style in FILLS.items():
        ax.plot(
            [], [], "o", color=INK, markersize=8, fillstyle=style, markerfacecoloralt="white", label=level
        )
    ax.plot([], [], ".", color=GREY, markersize=2.5, label="not knowable")
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.17), ncols=4, frameon=False, fontsize=8)
    return ax
