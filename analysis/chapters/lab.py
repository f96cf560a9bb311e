"""A chapter reopened: its settings as controls, and the figure of the choice that they make."""

from functools import partial

import matplotlib.figure
import pandas as pd

from analysis.chapters import choices as words_of, lab_settings
from analysis.present import blocks, figures, palette, plots
from analysis.study import choices, regime
from analysis.study.choices import Answer, Choice

NAMES = dict(zip(choices.VALUES, ("BASELINE", "COMPARATOR", "ESTIMATOR", "WINDOW", "KEOGH"), strict=True))


def options() -> lab_settings.Options:
    """Return the settings with the words of each value: INDICATOR and NAMES."""
    windows = {choices.LONG: "Long: three years", choices.SHORT: "Short: first year, or two"}
    found: dict[str, tuple[str, dict]] = {"INDICATOR": ("Measure", lab_settings.measures())}
    for part, allowed in choices.VALUES.items():
        texts = words_of.LABELS.get(part, windows)
        found[NAMES[part]] = (words_of.TITLES[part], {value: texts[value] for value in allowed})
    return found


controls = partial(lab_settings.controls, options)


def figure(indicator: str, *values: str) -> figures.Figure | blocks.Block:
    """Return the figure of a choice beside the report's own, or why there is none. values: those of NAMES, in order.

    Raises ValueError for a value that is not allowed, DataError for an unknown indicator.
    """
    choice, own = Choice(indicator, *values), Choice(indicator)
    found, record = choices.answer(choice), choices.answer(own)
    said = words_of.said(choice, found)
    if found.found is None:
        return blocks.sentence(said)
    about = regime.indicator(indicator)
    verdict = words_of.verdict(indicator, found.found)
    unit = about.change_unit
    frame, path = (plots.in_unit(one, unit) for one in (_rows(found, record), found.path))
    return figures.figure(
        _drawn(frame, path, plots.difference_label(unit, about.direction)),
        name=f"choice-{indicator.replace('_', '-')}",
        title=f"{about.title}: {verdict}, by this choice",
        says=said,
        frame=frame,
        sources=(about.table, "regime_spells"),
    )


show = partial(lab_settings.shown, figure)


def _rows(answer: Answer, record: Answer) -> pd.DataFrame:
    rows = [
        [label, one.value, one.lower, one.upper, one.n]
        for label, one in (("This choice", answer.found), ("The report's", record.found))
        if one is not None
    ]
    return pd.DataFrame(rows, columns=["choice", "estimate", "lower", "upper", "n_trusts"])


def _drawn(frame: pd.DataFrame, path: pd.DataFrame, unit: str) -> matplotlib.figure.Figure:
    fig, axes = figures.canvas(figures.WIDE_PX, 300, 1, 2, width_ratios=[3, 1], sharey=True)
    path = path.dropna(subset=["estimate", "lower"])
    axes[0].vlines(path["horizon"], path["lower"], path["upper"], color=palette.BLUE)
    axes[0].plot(path["horizon"], path["estimate"], "o", color=palette.BLUE)
    since = "Periods since entry" if len(path) else "This way gives one figure for the window"
    axes[0].set(ylabel=unit, xlabel=since)
    axes[1].vlines(frame.index, frame["lower"], frame["upper"], color=palette.INK)
    axes[1].plot(frame.index, frame["estimate"], "o", color=palette.INK)
    axes[1].set_xticks(frame.index, frame["choice"], rotation=20)
    axes[1].set_xlim(-0.6, len(frame) - 0.4)
    for ax in axes:
        ax.axhline(0, color=palette.GREY, linewidth=1)
    axes[1].set_ylabel("pooled")
    return fig
