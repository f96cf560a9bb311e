"""Plotter of single trusts, pooled in part. It computes nothing."""

from matplotlib.axes import Axes

from analysis.present.palette import BLUE, GREY, INK, ORANGE, PALE
from analysis.study.groups import SingleTrusts


def plot_singles(found: SingleTrusts, *, ax: Axes, unit: str) -> Axes:
    """Draw each trust's effect and what partial pooling leaves of it, over the range of trusts that never entered."""
    frame = found.frame
    place = range(len(frame))
    ax.axvspan(
        found.low, found.high, color=PALE, alpha=0.45, linewidth=0, label="95% of trusts that never entered"
    )
    ax.hlines(place, frame["lower"], frame["upper"], color=BLUE, linewidth=1.2)
    ax.plot(
        frame["pooled"],
        place,
        "o",
        color=BLUE,
        markersize=4,
        linestyle="none",
        label="pooled in part, 95% interval",
    )
    for keogh, mark, colour, label in (
        (True, "D", ORANGE, "alone, the eleven"),
        (False, "o", GREY, "alone, later"),
    ):
        part = frame["keogh"].to_numpy() == keogh
        ax.plot(
            frame["effect"][part], [at for at, here in zip(place, part, strict=True) if here], mark, color=colour,
            markerfacecolor="white", markersize=4.5, linestyle="none", label=label,
        )  # fmt: skip
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_yticks(list(place), frame["name"], fontsize=8)
    ax.tick_params(axis="y", length=0)
    ax.set_ylabel("Trust, by its own figure")
    ax.set_xlabel(unit)
    ax.legend(loc="lower center", bbox_to_anchor=(0.3, 1), frameon=False, fontsize=8, ncols=2)
    return ax
