"""Leaving, reopened: what followed it on any measure, and what became of the gain."""

from functools import partial

import pandas as pd
from matplotlib.figure import Figure as Drawing

from analysis.chapters import after_words, lab_settings
from analysis.chapters.lab_settings import ALL, MAIN, TRUSTS, YEARS
from analysis.methods.effects.panels import EffectError
from analysis.present import blocks, figures, palette, plots
from analysis.study import leaving, regime

WHOLE, OUT = "all", "without-year"
YEAR, HALF = "year", "half"


def options() -> lab_settings.Options:
    """Return the settings with the words of each value."""
    baselines = {WHOLE: "All periods before entry", OUT: "Without the year before entry"}
    return {
        "INDICATOR": ("Measure", lab_settings.measures()),
        "BASELINE": ("Baseline of the gain", baselines),
        "WINDOW": ("Window of the gain", {YEAR: "A year", HALF: "Half a year, where figures are quarterly"}),
        "YEARS": ("Years", YEARS),
        "TRUSTS": ("Trusts", TRUSTS),
    }


controls = partial(lab_settings.controls, options)


def figure(
    indicator: str, baseline: str, window: str, years: str, trusts: str
) -> figures.Figure | blocks.Block:
    """Return what followed leaving beside trusts still in, and the change of the gain; or why there is neither.

    Raises ValueError for other values than those of `options`.
    """
    lab_settings.checked(options(), (indicator, baseline, window, years, trusts))
    about = regime.indicator(indicator)
    panel = None if (years, trusts) == (MAIN, ALL) else lab_settings.panel(indicator, years, trusts)
    try:
        path = leaving.changes(leaving.after(indicator, panel=panel))
    except EffectError as error:
        return blocks.sentence(error)
    length = max(about.year // 2, 1) if window == HALF else about.year
    unit, kept = about.change_unit, None
    try:
        change = leaving.kept(
            indicator, panel=panel, omit_before=about.year if baseline == OUT else 0, window=length
        )
        kept, gain = plots.in_unit(change.frame, unit), after_words.kept_sentence(indicator, change)
    except EffectError as error:
        gain = f"What became of the gain cannot be told: {error}"
    drawn = plots.in_unit(path, unit)
    label = plots.difference_label(unit, about.direction, "Left less still in")
    return figures.figure(
        _drawn(drawn, kept, label, about.analysis_grain),
        name=f"left-{indicator.replace('_', '-')}",
        title=f"{after_words.path_title(indicator, path)}, by this choice",
        says=f"{after_words.path_sentence(indicator, path)} {gain}",
        frame=drawn,
        sources=(about.table, "regime_spells"),
    )


show = partial(lab_settings.shown, figure)


def _drawn(path: pd.DataFrame, kept: pd.DataFrame | None, unit: str, grain: str) -> Drawing:
    drawing, (ax, gain) = figures.canvas(figures.WIDE_PX, 330, 1, 2, width_ratios=[3, 1])
    colours = [palette.GREY if thin else palette.BLUE for thin in path["thin"]]
    ax.vlines(path["horizon"], path["lower"], path["upper"], color=colours)
    ax.scatter(path["horizon"], path["estimate"], color=colours)
    ax.plot(-1, 0, "D", color=palette.INK, markerfacecolor=palette.PAGE)
    ax.set(xlabel=f"{grain.capitalize()}s since leaving", ylabel=unit)
    if kept is not None:
        gain.vlines([0, 1], kept["change_lower"], kept["change_upper"], color=palette.INK)
        gain.plot([0, 1], kept["change"], "o", color=palette.INK)
    gain.set_xticks([0, 1], ["12 months", "24 months"], rotation=20)
    gain.set(xlim=(-0.6, 1.6), ylabel="Change of the gain, positive is better")
    for axes in (ax, gain):
        axes.axhline(0, color=palette.GREY, linewidth=1)
    return drawing
