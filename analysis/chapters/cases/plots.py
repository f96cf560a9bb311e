"""Plotter of the case studies: profile of readings. It computes nothing."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from analysis.present.palette import GREY, INK, PALE
from analysis.study.evidence.profiles import PHASES, Profiles

FILLS = {"low": "none", "mixed": "left", "high": "full"}


def plot_profiles(profiles: Profiles, *, ax: Axes, names: Mapping[str, str]) -> Axes:
    """Draw each reading as a circle: empty = low, half = mixed, full = high; a dot = not knowable.

    names: labels by code, in the order of columns; each has one place a phase.
    """
    frame = profiles.frame[profiles.frame["trust"].isin(names)]
    labels = frame.drop_duplicates("dimension").set_index("dimension")["label"]
    lines, order = list(labels.index), list(names)
    looks: dict[str, Any] = {"color": INK, "markersize": 8, "markerfacecoloralt": "white"}
    for row in frame.itertuples():
        x = order.index(row.trust) * (len(PHASES) + 0.8) + PHASES.index(row.phase)
        y = lines.index(row.dimension)
        if row.level in FILLS:
            ax.plot(x, y, "o", fillstyle=FILLS[row.level], **looks)
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
        ax.plot([], [], "o", fillstyle=style, label=level, **looks)
    ax.plot([], [], ".", color=GREY, markersize=2.5, label="not knowable")
    ax.legend(loc="upper center", bbox_to_anchor=(0.4, -0.17), ncols=4, frameon=False, fontsize=8)
    return ax
