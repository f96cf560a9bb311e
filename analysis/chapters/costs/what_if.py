"""The reader's own scenario: on a page, a table that a script brings to life; in a live notebook, widgets."""

from html import escape
from typing import Any
from urllib.parse import quote

import pandas as pd

from analysis.chapters.costs import bars
from analysis.chapters.costs.sentences import spread
from analysis.methods.costing.prices import CostError
from analysis.present.blocks import Block
from analysis.present.packed import packed
from analysis.present.reader import someone_is_there
from analysis.present.tables import credit, table
from analysis.present.words import thousands
from analysis.study.costs import own_scenario

SOURCES = ("cost_items", "regime_spells", "price_indices")
CAPTION = "Cost of a spell under the settings chosen"
ESTIMATE, INTERVAL = "Cost a spell", "Range allowed"
FILE = "scenario.csv"


def panel() -> Any:
    """Return the base case with controls for the six inputs that matter most. End a chapter cell with this call.

    On a page the base case in words and as a table, with what the script needs; in a live notebook the controls.
    """
    own = own_scenario.scenario()
    return widgets(own) if someone_is_there() else _block(own)


def _block(own: own_scenario.Own) -> Block:
    labels = own_scenario.model()["labels"]
    more = {"largest": own_scenario.LARGEST}
    fields = [
        {"name": control.name, "short": control.label, "label": labels[control.name], "top": control.top, "step": control.step}
        for control in own_scenario.CONTROLS
    ]  # fmt: skip
    held = {
        **own_scenario.model(),
        "fields": [field | more for field in fields],
        "totals": own_scenario.TOTALS,
        "pieces": bars.plan(own_scenario.model()),
        "payers": bars.PAYERS,
    }
    inside = packed(held, ensure_ascii=True, separators=(", ", ": "))
    costs, who = shown(own), bars.sentence(own, held)
    html = (
        f'<section class="result" id="scenario" aria-label="Your own scenario">'
        f'<p id="scenario-says">{escape(own.sentence())}</p>'
        f'<div class="beside">{bars.html(own, held)}<div id="scenario-controls"></div></div>'
        f"<p>{escape(who)}</p>"
        f'<details class="fold"><summary>The same in numbers, by item</summary><div id="scenario-table">{costs.html}</div></details>'
        f'<p class="source">{escape(credit(SOURCES))} {download(own)}</p>'
        f'<script type="application/json" id="scenario-model">{inside}</script></section>'
    )
    return Block(html, f"{own.sentence()}\n{who}\n{costs.text}\n{credit(SOURCES)}")


def shown(own: own_scenario.Own) -> Block:
    """Return the costs of a scenario as a table of texts: one row an item and a total."""
    told = {
        "Item": own.frame["label"],
        "Account": own.frame["account"],
        ESTIMATE: own.frame["estimate"].map(thousands),
        INTERVAL: list(map(spread, own.frame["lower"], own.frame["upper"])),
    }
    caption = f"{CAPTION} ({own.price_year} prices)"
    return table(pd.DataFrame(told), caption=caption, numbers=(ESTIMATE, INTERVAL), sources=SOURCES)


def download(own: own_scenario.Own) -> str:
    """Return a link that holds inputs, results and intervals as CSV."""
    return (
        f'<a id="scenario-csv" download="{FILE}" href="data:text/csv;charset=utf-8,{quote(own.to_csv().encode("utf-8-sig"))}">'
        "Settings and results (CSV)</a>"
    )


def widgets(own: own_scenario.Own) -> Any:
    """Return the controls as ipywidgets that take any value, with results that follow them."""
    import ipywidgets

    labels = own_scenario.model()["labels"]
    looks: dict[str, Any] = {"style": {"description_width": "initial"}, "layout": {"width": "36em"}}
    boxes = {
        name: ipywidgets.FloatText(value=own.settings[name], description=labels[name], **looks)
        for name in (control.name for control in own_scenario.CONTROLS)
    }
    says = ipywidgets.HTML()

    def follow(_: object = None) -> None:
        try:
            found = own_scenario.scenario(**{name: box.value for name, box in boxes.items()})
        except CostError as error:
            says.value = f'<p role="alert">{escape(str(error))}</p>'
            return
        says.value = f"<p>{escape(found.sentence())}</p>{shown(found).html}<p>{download(found)}</p>"

    for box in boxes.values():
        box.observe(follow, names="value")
    follow()
    return ipywidgets.VBox([*boxes.values(), says])
