"""The reader's own choice of a trust: on a page, a place that a script fills; in a live notebook, widgets."""

from html import escape
from typing import Any

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from analysis import data
from analysis.chapters.lookup import chart as lookup_chart, files, look, names, sentences, series
from analysis.chapters.lookup.plots import plot_place, plot_trust
from analysis.chapters.lookup.series import entry_of
from analysis.methods.arguments import plain
from analysis.present.blocks import Block
from analysis.present.figures import WIDE, Figure, figure
from analysis.present.reader import someone_is_there
from analysis.present.tables import table
from analysis.present.words import SCALE, number

FOLDER = "lookup-data/"
NUMBERS = ("Figure", "Mean", "Lower limit", "Upper limit")


def panel(code: str, indicator: str) -> Any:
    """Return the choice of a trust and an indicator, with these to begin with. End a chapter cell with this call.

    On a page the place that the script fills, which says the example in words; in a live notebook the lists.
    """
    begin = look.trust(code, indicator)
    return widgets(begin) if someone_is_there() else _block(begin)


def _block(begin: look.Look) -> Block:
    listed = names.regime_list()
    heading = f"The {number(len(names.of_the_regime()))} trusts that were in special measures"
    html = (
        f'<div class="result" id="lookup" data-source="{FOLDER}" data-indicator="{begin.chart.indicator}">'
        f"<p>Looking up a trust needs JavaScript. Without it, read one example. {escape(begin.sentence())}</p>"
        f'<details class="of-the-regime" open><summary>{heading}</summary>'
        f'<p class="quiet">The years of each spell. <a href="regime.html">See all on one chart</a>.</p>{listed.html}</details></div>'
    )
    return Block(html, f"{begin.sentence()}\n\n{heading}\n{listed.text}")


def sources(indicator: str) -> tuple[str, ...]:
    """Return the tables behind a chart of an indicator."""
    return (entry_of(indicator).table, "regime_spells", "organisation_changes")


def axis(chart: lookup_chart.Chart) -> str:
    """Return the label of the vertical axis: unit and which direction is better."""
    return f"{chart.title}\n({lookup_chart.unit_label(chart.unit)}), {lookup_chart.direction(entry_of(chart.indicator))}"


def _told(ax: Axes, chart: lookup_chart.Chart) -> None:
    """Label the vertical axis, in the size that a reader is told."""
    times = SCALE.get(chart.unit, 1)
    ax.set_ylabel(axis(chart))
    ax.yaxis.set_major_formatter(lambda value, _: plain(times * value))


def chart_figure(chart: lookup_chart.Chart, *, name: str) -> Figure:
    """Publish the control chart of a trust."""
    fig, ax = plt.subplots(figsize=WIDE)
    _told(plot_trust(chart, ax=ax), chart)
    return figure(
        fig, name=name, title=f"{chart.title}: {chart.name}", says=chart.sentence(),
        frame=chart.frame.reset_index().astype({"period": "str"}), sources=sources(chart.indicator),
    )  # fmt: skip


def place_figure(looked: look.Look, *, name: str) -> Figure:
    """Publish the place of a trust among its peers. Raises TrustError when it has none."""
    if looked.peers is None:
        raise series.TrustError(looked.why_no_peers or looked.chart.why_not)
    chart, peers = looked.chart, looked.peers
    fig, ax = plt.subplots(figsize=WIDE)
    _told(plot_place(peers, code=chart.code, ax=ax), chart)
    when = lookup_chart.period(peers.period, chart.grain)
    return figure(
        fig, name=name, title=f"{chart.title}, {when}: {chart.name} among {len(peers.frame)} {peers.type} trusts",
        says=peers.sentence(chart.code), frame=peers.frame.reset_index(), sources=sources(chart.indicator)[:1],
    )  # fmt: skip


def chart_table(chart: lookup_chart.Chart, *, most: int | None = None) -> Block:
    """Return a chart as a table, newest first. most: rows to show; None shows all."""
    rows = sentences.table(chart)
    shown = rows if most is None else rows.head(most)
    part = "" if len(shown) == len(rows) else f", the latest {number(len(shown))} of {number(len(rows))}"
    caption = f"{chart.title}, {chart.name}{part} ({lookup_chart.unit_label(chart.unit)}; {lookup_chart.direction(entry_of(chart.indicator))})"
    return table(shown, caption=caption, numbers=NUMBERS, sources=sources(chart.indicator))


def stretches_table(chart: lookup_chart.Chart) -> Block:
    """Return the stretches of a chart as a table: letter, what it is, mean, limits, signals."""
    rows = []
    for at, cut in enumerate(chart.stretches.itertuples()):
        numbers = [number(value, chart.unit) for value in (cut.centre, cut.lower, cut.upper)]
        told = cut.reason or (f"{number(cut.signals)}" + (", provisional" if cut.provisional else ""))
        rows.append([chr(ord("A") + at), cut.label, number(cut.points), *numbers, told])
    columns = ["Stretch", "What it is", "Values", "Mean", "Lower limit", "Upper limit", "Signals"]
    frame = pd.DataFrame(rows, columns=columns)
    caption = f"{chart.title}, {chart.name}: limits of each stretch"
    return table(frame, caption=caption, numbers=("Values", *NUMBERS[1:]), sources=sources(chart.indicator))


def what_is_there() -> pd.DataFrame:
    """Return, as texts, what can be looked up: one row an indicator, with its trusts, periods and place."""
    rows = []
    for about in files.outline()["indicators"]:
        held = series.cells(about["key"]).dropna(subset="value")
        first = lookup_chart.period(held["period"].min(), about["grain"])
        funnel = about["unit"] == "percent" and len(about["counts"]) == 2
        span = f"{first} to {about['to']}, by {about['grain']}"
        told = (span, number(held["code"].nunique()), "funnel" if funnel else "ranking")
        rows.append((about["title"], lookup_chart.unit_label(about["unit"]), about["direction"], *told))
    return pd.DataFrame(
        rows, columns=["Indicator", "Unit", "Better", "Periods", "Trusts", "Place among peers"]
    )


def widgets(begin: look.Look) -> Any:
    """Return two lists to choose from and the chart, place and table that follow them."""
    import ipywidgets

    wide = {"layout": {"width": "44em"}, "style": {"description_width": "6em"}}
    known = [f"{code} {series.name_of(code)}" for code in files.listed()]
    named = f"{begin.chart.code} {begin.chart.name}"
    titles = [(title, key) for key, title in data.load("indicators").set_index("indicator")["title"].items()]
    trust = ipywidgets.Combobox(value=named, options=known, description="Trust", **wide)
    indicator = ipywidgets.Dropdown(
        value=begin.chart.indicator, options=titles, description="Indicator", **wide
    )
    says = ipywidgets.HTML()

    def follow(_: object = None) -> None:
        try:
            says.value = answer(look.trust(trust.value.split(" ")[0], indicator.value))
        except series.TrustError as error:
            says.value = f'<p role="alert">{escape(str(error))}</p>'

    trust.observe(follow, names="value")
    indicator.observe(follow, names="value")
    follow()
    return ipywidgets.VBox([trust, indicator, says])


def answer(looked: look.Look) -> str:
    """Return all that is known of a choice as HTML: sentence, chart, place and table."""
    parts = [f"<p>{escape(looked.sentence())}</p>"]
    if not looked.chart.why_not:
        parts.append(chart_figure(looked.chart, name="chosen-chart").html())
        parts.append(stretches_table(looked.chart).html)
        parts += [place_figure(looked, name="chosen-place").html()] if looked.peers else []
        parts.append(chart_table(looked.chart).html)
    return "".join(parts)
