"""Ambulance and mental health trusts, reopened: one measure of one trust beside the others of its type."""

from functools import partial

import pandas as pd
from matplotlib.figure import Figure as Drawing

from analysis.chapters import lab_settings, services as services_page
from analysis.chapters.lab_settings import EVERY, MAIN
from analysis.present import blocks, figures, words
from analysis.study import regime, services
from analysis.study.services import CONTROL, RANGE


def options() -> lab_settings.Options:
    """Return the settings with the words of each value."""
    asked = dict.fromkeys((*services.AMBULANCE, *services.MENTAL_HEALTH))
    limits = {CONTROL: "Control limits of the others", RANGE: "From the lowest to the highest of the others"}
    codes = (*services.of_type("ambulance"), *services.of_type("mental health"))
    return {
        "INDICATOR": ("Measure", {name: services_page.TITLES[name] for name in asked}),
        "COMPARATOR": ("Limits", limits),
        "YEARS": ("Years", {MAIN: "To the end of the regime", EVERY: "To the last figure"}),
        "TRUST": ("Trust", {code: services_page.name_of(code) for code in codes}),
    }


controls = partial(lab_settings.controls, options)


def figure(indicator: str, comparator: str, years: str, trust: str) -> figures.Figure | blocks.Block:
    """Return the chart of this choice, or why there is none. Raises ValueError for other values than those of `options`."""
    lab_settings.checked(options(), (indicator, comparator, years, trust))
    found = services.against(trust, indicator, comparator, main=years == MAIN)
    name, about = services_page.name_of(trust), regime.indicator(indicator)
    if found.empty:
        return blocks.sentence(
            f"{name} or all but a few others of its type have no figures of {about.phrase}. Another measure has some."
        )
    outside = int((found["state"] != services.WITHIN).sum())
    title = f"{services_page.TITLES[indicator]}, {name}: {words.number(outside)} of {words.plural(len(found), 'point')} outside"
    return figures.figure(
        partial(_drawn, trust=trust, name=indicator, found=found),
        name=f"beside-{trust.lower()}-{indicator.replace('_', '-')}",
        title=title,
        says=f"{title}. Limits: {options()['COMPARATOR'][1][comparator].lower()}; {about.direction}.",
        frame=found.astype({"period": "str"}),
        sources=(about.table, "regime_spells"),
        how=services_page.HOW,
    )


show = partial(lab_settings.shown, figure)


def _drawn(width: int, *, trust: str, name: str, found: pd.DataFrame) -> Drawing:
    drawing, ax = figures.canvas(width, 300, layout="constrained")
    services_page.draw_chart(ax, trust, name, found)
    return drawing
