"""Leadership, money and delays, reopened: what followed entry on any measure, and what it moved together with."""

from functools import partial

import pandas as pd
from matplotlib.figure import Figure as Drawing

from analysis.chapters import lab_settings, steps as steps_page, steps_drawn
from analysis.chapters.lab_settings import ALL, MAIN, TRUSTS, YEARS
from analysis.methods.effects.panels import EffectError
from analysis.present import blocks, figures, palette, plots, words
from analysis.study import entry_effects, regime, steps

WHOLE, OUT = "all", "without-year"


def options() -> lab_settings.Options:
    """Return the settings with the words of each value."""
    baselines = {OUT: "Without the year before entry", WHOLE: "All periods before entry"}
    return {
        "INDICATOR": ("Step", lab_settings.measures()),
        "OUTCOME": ("Outcome", {name: regime.indicator(name).title for name in steps.OUTCOMES}),
        "APART": ("Changes over", {3: "Three years", 2: "Two years", 1: "One year"}),
        "BASELINE": ("Baseline", baselines),
        "YEARS": ("Years", YEARS),
        "TRUSTS": ("Trusts", TRUSTS),
    }


controls = partial(lab_settings.controls, options)


def figure(
    indicator: str, outcome: str, apart: int, baseline: str, years: str, trusts: str
) -> figures.Figure | blocks.Block:
    """Return the way through entry of a step beside its changes with an outcome at trusts that never entered.

    Where there is no way, why. Raises ValueError for other values than those of `options`.
    """
    lab_settings.checked(options(), (indicator, outcome, apart, baseline, years, trusts))
    if indicator == outcome:
        return blocks.sentence("A measure moves with itself. Choose another outcome.")
    about = regime.indicator(indicator)
    panel = None if (years, trusts) == (MAIN, ALL) else lab_settings.panel(indicator, years, trusts)
    try:
        found = entry_effects.entry(indicator, panel=panel, omit_before=about.year if baseline == OUT else 0)
    except EffectError as error:
        return blocks.sentence(error)
    if found.frame["thin"].all():
        return blocks.sentence(
            f"Too few trusts that entered have figures of {about.phrase} by this choice. Another setting may give a figure."
        )
    way = plots.in_unit(steps_drawn.way_of(found, about.year, float), about.change_unit)
    moved = steps.moved_together(indicator, outcome, apart)
    told = steps_page.correlation(moved)
    if pd.isna(moved.value):
        told = f"too few trusts ({words.number(moved.n)})"
    label = plots.difference_label(about.change_unit, about.direction)
    title = f"{about.title}, by this choice: the way through entry, and its changes beside {steps_page.NAMES[outcome]}"
    return figures.figure(
        partial(_drawn, way=way, pairs=steps.pairs(indicator, outcome, apart), label=label),
        name=f"step-{indicator.replace('_', '-')}",
        title=title,
        says=f"{title}. Correlation of changes at trusts that never entered: {told}. It is no effect.",
        frame=way,
        sources=(about.table, regime.indicator(outcome).table, "regime_spells"),
    )


show = partial(lab_settings.shown, figure)


def _drawn(width: int, *, way: pd.DataFrame, pairs: pd.DataFrame, label: str) -> Drawing:
    drawing, (ax, beside) = figures.canvas(width, 320, 1, 2, layout="constrained")
    steps_drawn.draw_way(ax, way, label)
    beside.axhline(0, color=palette.QUIET, linewidth=1)
    beside.axvline(0, color=palette.QUIET, linewidth=1)
    beside.plot(pairs["step"], pairs["outcome"], "o", color=palette.INK, markersize=3, alpha=0.6)
    beside.set(xlabel="Change of the step, more is better", ylabel="Change of the outcome")
    return drawing
