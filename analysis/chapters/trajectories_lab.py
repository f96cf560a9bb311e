"""Trajectories, reopened: the control chart of any trust that entered on any measure."""

from functools import partial

from matplotlib.figure import Figure as Drawing

from analysis.chapters import lab_settings, trajectories_plots, trajectories_words
from analysis.chapters.lab_settings import MAIN, YEARS
from analysis.methods.spc import spc
from analysis.present import blocks, figures, words
from analysis.study import regime, trajectories

MEDIAN, ALONE = "median", "alone"
PHASE, BEFORE = "phase", "before"
WAYS: dict[str | None, spc.Improvement] = {"higher": "up", "lower": "down", None: None}


def options() -> lab_settings.Options:
    """Return the settings with the words of each value."""
    compared = {MEDIAN: "Median of trusts that never entered", ALONE: "None: the trust's own figures"}
    limits = {PHASE: "Set anew at entry and exit", BEFORE: "From before entry only"}
    return {
        "INDICATOR": ("Measure", lab_settings.measures()),
        "BASELINE": ("Limits", limits),
        "COMPARATOR": ("Taken off", compared),
        "YEARS": ("Years", YEARS),
        "TRUST": ("Trust", trajectories_words.names().to_dict()),
    }


controls = partial(lab_settings.controls, options)


def figure(
    indicator: str, baseline: str, comparator: str, years: str, trust: str
) -> figures.Figure | blocks.Block:
    """Return the control chart of a trust, or why there is none. Raises ValueError for other values than `options`."""
    lab_settings.checked(options(), (indicator, baseline, comparator, years, trust))
    about, panel = regime.indicator(indicator), regime.panel(indicator, main=years == MAIN)
    unit = about.measure if comparator == MEDIAN else about.unit
    if about.change_unit in words.SCALE:
        unit = words.unit_name(about.change_unit)
        panel = panel.assign(value=panel["value"] * words.SCALE[about.change_unit])
    try:
        found = trajectories.charts(
            panel[(panel["trust"] == trust) | (panel["phase"] == "never")],
            unit=unit,
            improvement=WAYS[about.better],
            alone=comparator == ALONE,
            before=baseline == BEFORE,
        )
    except ValueError as error:
        return blocks.sentence(f"No chart: {error} Another setting may give one.")
    seen = found.frame[found.frame["centre"].notna()]
    flagged = words.plural(int(seen["signal"].notna().sum()), "point is flagged", "points are flagged")
    name = trajectories_words.name(trust)
    title = f"{about.title}, {name}: {flagged} of {words.number(len(seen))} with limits"
    (_, limits), (_, compared) = (options()[part] for part in ("BASELINE", "COMPARATOR"))
    taken = "less median of comparators " if comparator == MEDIAN else ""
    return figures.figure(
        _drawn(found, f"{about.title}\n{taken}({unit})\n{about.direction}"),
        name=f"chart-{trust}-{indicator.replace('_', '-')}",
        title=title,
        says=f"{title}. Limits: {limits[baseline].lower()}. Taken off: {compared[comparator].lower()}.",
        frame=found.frame,
        sources=(about.table, "regime_spells"),
    )


show = partial(lab_settings.shown, figure)


def _drawn(charts: trajectories.Charts, label: str) -> Drawing:
    drawing, ax = figures.canvas(figures.WIDE_PX, 360)
    trajectories_plots.plot_chart(charts.frame, ax=ax, improvement=charts.improvement)
    ax.set(ylabel=label, xlabel="End of period")
    return drawing
