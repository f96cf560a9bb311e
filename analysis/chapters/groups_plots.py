"""Plotter of single trusts, pooled in part. It computes nothing."""

from matplotlib.axes import Axes

from analysis.present.palette import BLUE, GREY, INK, ORANGE, PALE
from analysis.present.plots import difference_label, in_unit
from analysis.present.words import SCALE
from analysis.study.groups import SingleTrusts


def plot_singles(singles: SingleTrusts, *, ax: Axes, unit: str, direction: str) -> Axes:
    """Draw each trust's effect and what partial pooling leaves of it, over the range of trusts that never entered.

    unit: a key of `words.FORMATS`, that the differences are told in. direction: which is better, for the axis.
    """
    frame, times = in_unit(singles.frame, unit), SCALE.get(unit, 1)
    place, low, high = range(len(frame)), times * singles.low, times * singles.high
    ax.axvspan(low, high, color=PALE, alpha=0.45, linewidth=0, label="95% of trusts that never entered")
    ax.hlines(place, frame["lower"], frame["upper"], color=BLUE, linewidth=1.2)
    label = "pooled in part, 95% interval"
    ax.plot(frame["pooled"], place, "o", color=BLUE, markersize=4, linestyle="none", label=label)
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
    ax.set_xlabel(difference_label(unit, direction, "Difference from partners"))
    ax.legend(loc="lower center", bbox_to_anchor=(0.3, 1), frameon=False, fontsize=8, ncols=2)
    return ax
