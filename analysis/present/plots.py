"""Plotters: each draws a result on an axes and returns the axes. They compute nothing."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator
from matplotlib.ticker import MaxNLocator

from analysis.present import words
from analysis.present.palette import BLUE, GREY, INK, ORANGE


def places(periods: pd.PeriodIndex) -> pd.DatetimeIndex:
    """Return where periods stand on an axis of days: a year at its middle, a shorter period at its end."""
    ends = periods.to_timestamp(how="end")
    starts = periods.to_timestamp(how="start")
    return starts + (ends - starts) / 2 if periods.freqstr.startswith(("Y", "A")) else ends


class Years(YearLocator):
    """Ticks on a day of every year, or of each that so many divide; worked out once for each span of an axis."""

    def __init__(self, every: int = 1, *, month: int = 1, day: int = 1) -> None:
        super().__init__(every, month, day)
        self.asked = every, month, day

    def tick_values(self, vmin: Any, vmax: Any) -> Any:
        """Return the ticks of an axis from one day to another, as numbers of matplotlib."""
        return _ticks(*self.asked, vmin, vmax)


@lru_cache(maxsize=256)
def _ticks(every: int, month: int, day: int, first: datetime, last: datetime) -> np.ndarray:
    return YearLocator(every, month, day).tick_values(first, last)


def label_years(ax: Axes, *, every: int = 1) -> Axes:
    """Label an axis of days with years, each at the middle of its year; a small tick stands where a year begins."""
    ax.xaxis.set_major_locator(Years(every, month=7, day=2))
    ax.xaxis.set_major_formatter(DateFormatter("%Y"))
    ax.xaxis.set_minor_locator(Years(every))
    ax.tick_params(axis="x", which="major", length=0)
    ax.tick_params(axis="x", which="minor", length=4)
    return ax


def plot_event_time(
    frame: pd.DataFrame, *, ax: Axes, counts: Axes, unit: str, period: str, event: str = "entry"
) -> Axes:
    """Draw estimates by period since an event with intervals, and the number of trusts behind each below.

    frame: `horizon`, `estimate`, `lower`, `upper`, `n_trusts`, `thin`, and `lower_uniform`,
        `upper_uniform` where a band that holds for all periods at once was computed.
    counts: a second axes, below, with the same periods. unit: label of the vertical axis.
    period: "quarter" or "year". Periods with few trusts (`thin`) are grey and hollow.
    """
    solid, thin = frame[~frame["thin"]], frame[frame["thin"]]
    if "lower_uniform" in frame and frame["lower_uniform"].notna().any():
        band = (solid["lower_uniform"], solid["upper_uniform"])
        ax.fill_between(solid["horizon"], *band, color=BLUE, alpha=0.12, linewidth=0)
    for part, colour, face in ((solid, BLUE, BLUE), (thin, GREY, "white")):
        sides = (part["estimate"] - part["lower"], part["upper"] - part["estimate"])
        ax.errorbar(
            part["horizon"], part["estimate"], yerr=[side.clip(lower=0) for side in sides], fmt="o", color=colour,
            markerfacecolor=face, markersize=4, elinewidth=1.2,
        )  # fmt: skip
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.axvline(-0.5, color=ORANGE, linewidth=1.2, linestyle="--")
    ax.annotate(
        event, (-0.5, 1), xycoords=("data", "axes fraction"), xytext=(4, -10), textcoords="offset points",
        color=ORANGE, fontsize=8,
    )  # fmt: skip
    ax.set_ylabel(unit)
    ax.tick_params(labelbottom=False)
    colours = [GREY if few else BLUE for few in frame["thin"]]
    counts.bar(frame["horizon"], frame["n_trusts"], color=colours, alpha=0.5)
    counts.set_ylabel("Trusts")
    counts.set_xlabel(f"{period.capitalize()}s since {event} (0 = the {period} of {event})")
    counts.set_ylim(bottom=0)
    counts.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))
    return ax


def difference_label(unit: str, direction: str, what: str = "Observed less predicted") -> str:
    """Return the axis label of a difference: what it is, its unit (a key of `words.FORMATS`), below them which direction is better."""
    return f"{what} ({words.unit_name(unit)})\n{direction}"


SIZES = (
    *("estimate", "se", "lower", "upper", "lower_uniform", "upper_uniform", "decided", "decided_lower", "decided_upper"),
    *("spread", "gain", "kept_12", "kept_24", "change", "change_lower", "change_upper", "effect", "pooled"),
)  # fmt: skip


def in_unit(frame: pd.DataFrame, unit: str | pd.Series) -> pd.DataFrame:
    """Return a frame of differences in the size that `unit` is told in, with the column `unit` that names it.

    frame: sizes in the columns SIZES, as they are held (deaths as a ratio). unit: a key of `words.FORMATS`, or one a row.
    """
    units = pd.Series(unit, index=frame.index)
    times = units.map(lambda name: words.SCALE.get(name, 1))
    told = {name: frame[name] * times for name in frame if name in SIZES}
    return frame.assign(**told, unit=units.map(words.unit_name))
