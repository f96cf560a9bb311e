"""Words, tables and control charts of ambulance services and mental health trusts against the others of their type."""

from typing import Any

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from analysis.present import figures, plots, words
from analysis.present.palette import BLUE, GREY, INK, ORANGE, PANEL, SPELL
from analysis.study import regime, services
from analysis.study.services import ABOVE, BELOW, WITHIN

TITLES = {
    "pulse_on_arrival": "Pulse on arrival after cardiac arrest",
    "arrest_survival": "Survival after cardiac arrest",
    "stemi_care": "Whole bundle after heart attack",
    "stroke_care": "Whole bundle after stroke",
    "category_1_response": "Response to the most urgent calls",
    "mental_illness_bed_occupancy": "Mental illness beds occupied",
    "managers_share": "Managers among all staff",
    "net_position": "Net position, share of income",
}
AXES = {"percent": "Percent", "minutes": "Minutes"}
HOW = "Dots: the trust. Grey band: where nearly all others would lie; open squares lie outside. Shaded: in special measures."
BAND = (
    "The grey band is where 99.8 of 100 trusts of its size would lie if it were one of the others; for net position and response "
    "times it runs from the lowest to the highest of the others."
)


def measures(code: str) -> list[str]:
    """Return the measures that a trust has figures of, in order."""
    asked = services.AMBULANCE if regime_type(code) == "ambulance" else services.MENTAL_HEALTH
    return [name for name in asked if not services.against(code, name).empty]


def regime_type(code: str) -> str:
    """Return the type of a trust of the regime."""
    return next(kind for kind in ("ambulance", "mental health") if code in services.of_type(kind))


def name_of(code: str) -> str:
    """Return the short name of a trust of the regime."""
    return str(regime.spells().drop_duplicates("trust").set_index("trust").loc[code, "name"])


def frame(code: str) -> pd.DataFrame:
    """Return all that is drawn of a trust: `measure` and the columns of `services.against`, periods as texts."""
    parts = [services.against(code, name).assign(measure=name) for name in measures(code)]
    return pd.concat(parts, ignore_index=True).astype({"period": "str"})


def charts(code: str) -> figures.Draw:
    """Return a drawing of one chart a measure: two beside each other on a desk, one on a phone."""
    names = measures(code)

    def draw(width: int) -> Drawing:
        across = 1 if width == figures.NARROW_PX else 2
        down = -(-len(names) // across)
        drawing, axes = figures.canvas(width, 215 * down, down, across, layout="constrained", squeeze=False)
        for ax, name in zip(axes.ravel(), names, strict=False):
            draw_chart(ax, code, name, services.against(code, name))
        for ax in axes.ravel()[len(names) :]:
            ax.set_visible(False)
        return drawing

    return draw


def draw_chart(ax: Axes, code: str, name: str, points: pd.DataFrame) -> None:
    """Draw what `services.against` returned of a trust and measure."""
    when = plots.places(pd.PeriodIndex(points["period"]))
    for spell in regime.spells().query("trust == @code").itertuples():
        ax.axvspan(mdates.date2num(spell.entered), mdates.date2num(spell.last_day), color=SPELL, linewidth=0)
    ax.fill_between(when, points["lower"], points["upper"], color=PANEL, edgecolor=GREY, linewidth=0.6)
    ax.plot(when, points["others"], color=GREY, linewidth=1)
    ax.plot(when, points["value"], color=BLUE, linewidth=1.2)
    looks: dict[str, Any] = {"markersize": 3.6, "linestyle": "none"}
    outside = ("s", ORANGE, PANEL)
    for state, (mark, tint, face) in {WITHIN: ("o", BLUE, BLUE), ABOVE: outside, BELOW: outside}.items():
        here = (points["state"] == state).to_numpy()
        ax.plot(when[here], points["value"][here], mark, color=tint, markerfacecolor=face, **looks)
    ax.set_title(TITLES[name], fontsize=10, color=INK)
    ax.set_ylabel(AXES[regime.indicator(name).unit])
    plots.label_years(ax, every=2)


def outside(code: str) -> pd.DataFrame:
    """Return counts by measure and stretch as texts: quarters or years, and how many lay outside on either side."""
    rows = []
    for name in measures(code):
        unit = regime.indicator(name).unit
        for stretch, row in services.counted(code, name).iterrows():
            when = f"{'in' if stretch == 'during' else stretch} special measures"
            told = [words.number(row[part]) for part in ("periods", "better", "worse")]
            told += [words.number(row[part], unit) for part in ("value", "others")]
            rows.append((TITLES[name], when, *told))
    columns = ["Measure", "When", "Periods", "Outside, better", "Outside, worse", "This trust", "The others"]
    return pd.DataFrame(rows, columns=columns)


def counts(code: str) -> pd.DataFrame:
    """Return how many points of all measures of a trust lay where, by stretch: `periods`, `better`, `worse`."""
    every = pd.concat([services.counted(code, name) for name in measures(code)])
    return every.groupby(level=0, sort=False)[["periods", "better", "worse"]].sum()


def sentence(code: str) -> str:
    """Say for one trust how often it lay outside the others, before, in and after special measures, all measures together."""
    said = {"before": "before special measures", "during": "in special measures", "after": "after them"}
    parts = [
        f"{said[str(stretch)]} {words.number(row['worse'])} on the worse and {words.number(row['better'])} on the better side of "
        f"{words.plural(int(row['periods']), 'point')}"
        for stretch, row in counts(code).iterrows()
    ]
    return f"{name_of(code)} lay outside the others' limits: {words.join(parts)}."


def picture(code: str) -> figures.Figure:
    """Return the control charts of a trust as a page publishes them."""
    names = measures(code)
    tables = sorted({regime.indicator(name).table for name in names})
    others = "services" if regime_type(code) == "ambulance" else "trusts"
    return figures.figure(
        charts(code), name=f"services-{code.lower()}", title=f"{name_of(code)} beside the other {others} of its type",
        says=sentence(code), frame=frame(code), sources=(*tables, "regime_spells"), how=HOW,
    )  # fmt: skip


def answer(ambulance: list[str], mental: list[str]) -> str:
    """Answer for all of them: how often they lay on the worse side before, in and after special measures."""
    parts = []
    for kind, codes in (("ambulance services", ambulance), ("mental health trusts", mental)):
        total = pd.concat([counts(code) for code in codes]).groupby(level=0).sum()
        told = [
            f"{words.number(total.at[stretch, 'worse'])} of {words.number(total.at[stretch, 'periods'])} {said}"
            for stretch, said in (("before", "before"), ("during", "in"), ("after", "after"))
        ]
        parts.append(f"at {words.number(len(codes))} {kind} {words.join(told)} special measures")
    return f"Points outside the limits of the others, on the worse side: {'; '.join(parts)}."


def all_outside(codes: tuple[str, ...]) -> pd.DataFrame:
    """Return `outside` of several trusts below each other."""
    parts = [outside(code).assign(Trust=name_of(code)) for code in codes]
    found = pd.concat(parts, ignore_index=True)
    return found[["Trust", *[name for name in found.columns if name != "Trust"]]]
