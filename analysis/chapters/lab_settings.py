"""The settings at the top of a chapter as controls, for who reopens it: boxes bound to the names of its cell."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from analysis.present.reader import someone_is_there
from analysis.study import indicators, regime

# By name of the setting: its label, the words of each value.
Options = Mapping[str, tuple[str, Mapping[Any, str]]]
MAIN, EVERY = "main", "all"
YEARS = {MAIN: "Of the main analysis", EVERY: "All at hand, COVID-19 included"}
ALL, KEOGH, LATER = "all", "keogh", "later"
TRUSTS = {
    ALL: "All that entered",
    KEOGH: "Only the eleven Keogh trusts",
    LATER: "Without the eleven Keogh trusts",
}


def measures() -> dict[str, str]:
    """Return the title of every indicator of the catalogue, by name."""
    return {name: regime.indicator(name).title for name in indicators.indicators()}


def controls(options: Callable[[], Options], names: dict[str, Any]) -> Any:
    """Return controls that change the settings in `names`, the cell's globals; None where nobody is there.

    A page that was built shows none, since they would be dead without a kernel.
    """
    return widgets(names, options()) if someone_is_there() else None


def shown(figure: Callable[..., Any], *settings: Any) -> Any:
    """Return what `figure` makes of the settings; None where nobody is there: a page shows its own figures."""
    return figure(*settings) if someone_is_there() else None


def widgets(names: dict[str, Any], options: Options) -> Any:
    """Return the controls as ipywidgets bound to the settings in `names`."""
    import ipywidgets

    boxes = []
    looks = {"style": {"description_width": "11em"}, "layout": {"width": "34em"}}
    for name, (label, values) in options.items():
        offered = [(words, value) for value, words in values.items()]
        box = ipywidgets.Dropdown(options=offered, value=names[name], description=label, **looks)
        box.observe(lambda change, name=name: names.__setitem__(name, change["new"]), names="value")
        boxes.append(box)
    return ipywidgets.VBox([*boxes, ipywidgets.HTML("Now run the next cell.")])


def checked(options: Options, given: tuple) -> None:
    """Raise ValueError for a value that its setting does not allow. given: one value a setting, in order."""
    for (name, (_, values)), value in zip(options.items(), given, strict=True):
        if value not in values:
            raise ValueError(f"{name}={value!r}. Allowed: one of {tuple(values)}.")


def panel(indicator: str, years: str, trusts: str) -> pd.DataFrame:
    """Return the panel of these settings: some of the trusts that entered, and all that never did."""
    frame = regime.panel(indicator, main=years == MAIN)
    first = regime.is_keogh(frame["trust"])
    kept = {ALL: True, KEOGH: first, LATER: ~first}[trusts]
    return frame[frame["entry"].isna() | kept].reset_index(drop=True)
