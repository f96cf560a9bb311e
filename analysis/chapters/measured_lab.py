"""What was measured, reopened: the history of one measure at every trust that entered."""

from functools import partial

import pandas as pd
from matplotlib.figure import Figure as Drawing

from analysis.chapters import lab_settings
from analysis.chapters.lab_settings import MAIN, YEARS
from analysis.present import figures, palette, words
from analysis.study import coverage, regime

ENOUGH = {1: "One year of figures before entry", 2: "Two years", 3: "Three years"}


def options() -> lab_settings.Options:
    """Return the settings with the words of each value."""
    return {
        "INDICATOR": ("Measure", lab_settings.measures()),
        "YEARS": ("Years", YEARS),
        "ENOUGH": ("Enough is", ENOUGH),
    }


controls = partial(lab_settings.controls, options)


def figure(indicator: str, years: str, enough: int) -> figures.Figure:
    """Return how many periods each trust that entered has before entry and since. Raises ValueError for other values."""
    lab_settings.checked(options(), (indicator, years, enough))
    about = regime.indicator(indicator)
    frame = coverage.grid([indicator], main=years == MAIN)
    fits = (frame["before"] >= enough * about.year) & (frame["since"] > 0)
    frame = frame.assign(enough=fits)
    least = words.plural(enough * about.year, about.analysis_grain)
    title = f"{about.title}: {fits.sum()} of {len(frame)} trusts that entered have {least} of figures before entry, and some since"
    return figures.figure(
        _drawn(frame, about.analysis_grain),
        name=f"history-{indicator.replace('_', '-')}",
        title=title,
        says=f"{title}. Without: {words.join(list(frame.loc[~fits, 'name'])) or 'none'}.",
        frame=frame,
        sources=(about.table, "regime_spells"),
    )


show = partial(lab_settings.shown, figure)


def _drawn(frame: pd.DataFrame, grain: str) -> figures.Draw:
    def draw(width: int) -> Drawing:
        drawing, ax = figures.canvas(width, 90 + 20 * len(frame))
        colour = [palette.BLUE if fits else palette.ORANGE for fits in frame["enough"]]
        place = range(len(frame))
        ax.barh(place, -frame["before"], color=colour)
        ax.barh(place, frame["since"], color=colour, alpha=0.5)
        ax.axvline(0, color=palette.INK, linewidth=1)
        ax.set_yticks(place, frame["name"], fontsize=9)
        ax.set_ylim(len(frame) - 0.4, -0.6)
        ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
        ax.set_xlabel(f"{grain.capitalize()}s with a figure before entry (left), since (right)")
        ax.set_ylabel("Trust, in order of first entry; orange: not enough")
        return drawing

    return draw
