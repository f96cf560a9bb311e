"""Plotters of control charts, funnels and single-trust estimates: each draws on an axes and computes nothing."""

from collections.abc import Mapping
from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure

from analysis.methods.spc.funnel import Funnel
from analysis.methods.spc.spc import BETTER
from analysis.present import plots, words
from analysis.present.figures import NARROW_PX, Draw, canvas
from analysis.present.palette import BLUE, GREY, INK, ORANGE, PALE
from analysis.study.trajectories import Charts

LINE = 0.045  # share of the axis between two names in the margin
HUNDRED = words.SCALE["deaths"]
MORTALITY = f"{words.unit_name('deaths').capitalize()} (SHMI), lower is better"
UP = {"up": "^", "down": "v"}


def plot_chart(frame: pd.DataFrame, *, ax: Axes, improvement: str | None, small: bool = False) -> Axes:
    """Draw one trust's control chart: values, mean and limits of each phase, signals by shape and colour.

    frame: rows of one trust as in `analysis.study.trajectories.Charts`. A triangle points the way of the signal;
    blue is the better direction, orange the worse. Points of phases without limits are hollow. small: thin
    marks, for a grid of charts.
    """
    x = plots.places(pd.PeriodIndex(frame["period"])).to_series(index=frame.index)
    size = 2.2 if small else 4.5
    ax.plot(x, frame["value"], color=GREY, linewidth=0.6, zorder=1)
    for _, rows in frame.groupby("phase", sort=False):
        at = x.loc[rows.index]
        if rows["centre"].isna().all():
            ax.plot(at, rows["value"], "o", color=GREY, markerfacecolor="white", markersize=size)
            continue
        limits = rows[["centre", "lower", "upper"]].astype(float)
        if (limits.nunique() <= 1).all():  # flat: its ends say all, in a tenth of the file
            rows, limits = rows.iloc[[0, -1]], limits.iloc[[0, -1]]
            at = x.loc[rows.index]
        ax.fill_between(at, limits["lower"], limits["upper"], color=PALE, alpha=0.5, linewidth=0)
        ax.plot(at, rows["centre"], color=INK, linewidth=1)
    plain = frame["signal"].isna() & frame["centre"].notna()
    ax.plot(x[plain], frame.loc[plain, "value"], "o", color=GREY, markersize=size * 0.8)
    for way, shape in UP.items():
        here = frame["direction"] == way
        colour = INK if improvement is None else BLUE if way == improvement else ORANGE
        value = frame.loc[here, "value"]
        ax.plot(x[here], value, shape, color=colour, markersize=size * 1.4, linestyle="none")
    changes = frame.loc[frame["phase"] != frame["phase"].shift()].iloc[1:]
    for row in changes.itertuples():
        event = "entry" if row.phase in ("during", "second spell") else "exit"
        ax.axvline(x.loc[row.Index], color=INK, linewidth=0.7, linestyle="--" if event == "entry" else ":")
        if not small:
            ax.annotate(
                event, (x.loc[row.Index], 1), xycoords=("data", "axes fraction"), xytext=(3, -10),
                textcoords="offset points", fontsize=8,
            )  # fmt: skip
    ax.axhline(0, color=GREY, linewidth=0.5)
    return ax


def plot_charts(result: Charts, *, names: Mapping[str, str]) -> Draw:
    """Return a drawing of the control charts of all trusts on one grid with common axes, in the order of `names`.

    names: short names by code; trusts not charted are skipped. Four charts a row where there is room, else two.
    """
    found = set(result.frame["trust"])
    order = [code for code in names if code in found]

    def draw(width: int) -> Figure:
        columns = 4 if width > NARROW_PX else 2
        rows = -(-len(order) // columns)
        grid = {"sharex": True, "sharey": True, "squeeze": False, "layout": "none"}
        drawing, axes = canvas(width, 175 * rows, rows, columns, **grid)
        left, foot = 64 / width, 75 / (175 * rows)
        drawing.subplots_adjust(left=left, right=0.97, top=1 - foot, bottom=foot, hspace=0.75)
        for ax in axes.flat[len(order) :]:
            ax.set_visible(False)
        for ax, code in zip(axes.flat, order, strict=False):
            rows_of = result.frame[result.frame["trust"] == code].reset_index(drop=True)
            plot_chart(rows_of, ax=ax, improvement=result.improvement, small=True)
            for drawn in (*ax.lines, *ax.collections):
                drawn.set_clip_on(False)  # all lies inside; saves a tenth of the file
            ax.tick_params(left=False, bottom=False)
            ax.set_title(fill(names[code], 22), fontsize=9)
            ax.xaxis.set_major_locator(plots.Years(4))
            ax.xaxis.set_major_formatter(DateFormatter("%Y"))
            ax.set_ylabel(" ", fontsize=1)
        label = f"Less median of comparators ({result.unit}), {BETTER[result.improvement]}"
        drawing.supylabel(label, fontsize=9)
        drawing.supxlabel("End of quarter", fontsize=9)
        return drawing

    return draw


def plot_funnel(
    result: Funnel, *, ax: Axes, marked: Mapping[str, str], late: frozenset[str] = frozenset()
) -> Axes:
    """Draw a SHMI funnel, in deaths per hundred expected: all trusts, limits of chance and limits that allow for overdispersion.

    marked: short names, by code, of the trusts to mark; those also in `late` are hollow. A trust outside the
    overdispersed 95% limits is named.
    """
    units = result.frame.sort_values("denominator", kind="stable")
    units = units.assign(ratio=HUNDRED * units["ratio"])
    grid = pd.Series(range(int(units["denominator"].min()), int(units["denominator"].max()) + 1, 10))
    curve = HUNDRED * result.curve(grid.to_numpy())
    for level, style in (("95", "-"), ("998", "--")):
        for side in ("ll", "ul"):
            ax.plot(grid, curve[f"od_{side}{level}"], color=INK, linewidth=1, linestyle=style)
        ax.plot(grid, curve[f"ul{level}"], color=PALE, linewidth=1, linestyle=style)
        ax.plot(grid, curve[f"ll{level}"], color=PALE, linewidth=1, linestyle=style)
    ax.axhline(HUNDRED * result.target, color=GREY, linewidth=0.7)
    x, y = units["denominator"], units["ratio"]
    entered = units.index.isin(marked)
    ax.plot(x[~entered], y[~entered], "o", color=GREY, markersize=3, alpha=0.6, label="never entered")
    for hollow, label in ((False, "had entered by the end of July 2013"), (True, "entered later")):
        part = entered & (units.index.isin(late) == hollow)
        face = "white" if hollow else ORANGE
        ax.plot(x[part], y[part], "D", color=ORANGE, markerfacecolor=face, markersize=5, label=label)
    outside = units[entered & units["od_out95"]]
    _name_in_margin(ax, outside.sort_values("ratio", ascending=False, kind="stable"), marked)
    ax.set_xlabel("Deaths expected (count)")
    ax.set_ylabel(MORTALITY)
    ax.legend(loc="lower right", frameon=False, fontsize=8)
    return ax


def _name_in_margin(ax: Axes, units: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Name points in the right margin, from the highest down, with a thin line to each."""
    low, high = ax.get_ylim()
    place = high
    for row in units.itertuples():
        place = min(row.ratio, place - LINE * (high - low))
        ax.annotate(
            names[row.Index], (row.denominator, row.ratio), xytext=(1.02, place),
            textcoords=ax.get_yaxis_transform(), fontsize=8, va="center", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.5},
        )  # fmt: skip


def plot_releases(frame: pd.DataFrame, *, ax: Axes) -> Axes:
    """Draw SHMI by quarterly release without limits: each trust marked, their mean, the middle 80% of others.

    frame: `release` (period), `low`, `high` (of the others), `mean`, and one column a trust, in deaths per hundred.
    """
    x = frame["release"].dt.to_timestamp()
    ax.fill_between(x, frame["low"], frame["high"], color=PALE, alpha=0.6, linewidth=0)
    ax.plot(x, frame.drop(columns=["release", "low", "high", "mean"]), color=ORANGE, linewidth=0.7, alpha=0.7)
    ax.plot(x, frame["mean"], "o-", color=INK, linewidth=1.6, markersize=3)
    labels = {"mean": "mean of those that\nentered first", "low": "middle 80% of\nnever entered"}
    for column, label in labels.items():
        ax.annotate(
            label, (x.iloc[-1], frame[column].iloc[-1]), xytext=(5, 0), textcoords="offset points", fontsize=8,
            va="center",
        )  # fmt: skip
    ax.set_xticks(x[::2], [release.strftime("%b %Y") for release in x[::2]], fontsize=8)
    ax.set_xlabel("Release (each covers twelve months, nine of them also in the one before)")
    ax.set_ylabel(MORTALITY)
    return ax


def plot_single(frame: pd.DataFrame, *, ax: Axes, unit: str) -> Axes:
    """Draw one estimate a trust with two intervals: GLS-AR(1) solid, Newey-West thin and hollow below it.

    frame: `name`, `estimate`, `lower`, `upper`, `nw_estimate`, `nw_lower`, `nw_upper`, first row on top.
    """
    place = pd.Series(range(len(frame))[::-1], index=frame.index)
    methods = (("", 0.14, BLUE, BLUE, "GLS-AR(1)"), ("nw_", -0.2, GREY, "white", "Newey–West"))
    for prefix, shift, colour, face, label in methods:
        estimate = frame[f"{prefix}estimate"]
        ax.errorbar(
            estimate, place + shift, xerr=[estimate - frame[f"{prefix}lower"], frame[f"{prefix}upper"] - estimate],
            fmt="o", color=colour, markerfacecolor=face, markersize=4, elinewidth=1.2, label=label,
        )  # fmt: skip
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set_yticks(place, frame["name"])
    ax.tick_params(axis="y", length=0, labelsize=8)
    ax.set_ylabel("Trust, in order of entry")
    ax.set_xlabel(unit)
    ax.legend(loc="lower left", frameon=False, fontsize=8)
    return ax
