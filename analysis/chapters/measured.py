"""What was measured, as tables and sentences for readers."""

import pandas as pd

from analysis.present import words
from analysis.study import indicators


def for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `per_indicator` as texts."""
    counts = {
        "entered": "Entered, with figures",
        "both": "of these before and after",
        "absent": "Entered, without",
        "comparators": "Never entered",
        "cells": "Cells",
        "missing": "Missing",
        "left_out": "Left out",
    }
    periods = found["first"].map(words.period) + " to " + found["last"].map(words.period)
    told = pd.DataFrame({"Indicator": found["title"], "Periods": periods + ", by " + found["grain"]})
    return told.join(found[list(counts)].map(words.number).rename(columns=counts))


def grid_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `grid` as texts, one row a trust, 'BEFORE / SINCE' periods an indicator."""
    cells = found.assign(cell=found["before"].map(words.number) + " / " + found["since"].map(words.number))
    wide = cells.pivot(index="name", columns="title", values="cell")
    wide = wide.loc[list(found["name"].unique()), list(found["title"].unique())]
    return wide.reset_index().rename(columns={"name": "Trust"}).rename_axis(columns=None)


def grid_sentence(found: pd.DataFrame) -> str:
    """Say how many trusts have figures before and after entry, indicator by indicator. `found` as of `grid`."""
    counts = (found["state"] == "before and after entry").groupby(found["indicator"], sort=False).sum()
    none = words.join(without(found)) or "no trust"
    parts = [f"{indicators.label(str(name))} {count}" for name, count in counts.items()]
    return (
        f"Of {found['trust'].nunique()} trusts that entered, so many have figures before and after entry: "
        f"{words.join(parts)}. None of these indicators: {none}."
    )


def grid_title(found: pd.DataFrame) -> str:
    """Return the finding of the picture: how many trusts have all primary indicators before and after, and how many none of any."""
    primary = found[found["indicator"].isin(indicators.indicators(primary=True))]
    full = primary.groupby("trust")["state"].agg(lambda states: (states == "before and after entry").all())
    lacking = len(without(found))
    rest = f"{words.number(lacking)} {'has' if lacking == 1 else 'have'} no figure at all"
    rest = rest if lacking else "every one has some figures"
    return (
        f"{full.sum()} of {len(full)} trusts that entered have figures before and after for all {len(primary) // len(full)} "
        f"primary measures; {rest}"
    )


def without(found: pd.DataFrame) -> list[str]:
    """Return the names of trusts without any figure. `found` as of `grid`."""
    nothing = found.groupby("name", sort=False)["state"].agg(lambda states: (states == "none").all())
    return list(nothing.index[nothing])


def primary_sentence(found: pd.DataFrame) -> str:
    """Say for the primary indicators how many trusts have figures before and after. `found` as of `per_indicator`."""
    both = found.set_index("indicator")["both"][indicators.indicators(primary=True)]
    return words.join([f"{indicators.label(str(name))} {count}" for name, count in both.items()])


def short_history_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `short_history` as texts."""
    first = [words.period(value) if pd.notna(value) else "no figures" for value in found["first"]]
    told = {"Trust": found["name"], "Entered": found["entered"].map(words.day), "Figures begin": first}
    return pd.DataFrame(told | {"Quarters before entry": found["before"].map(words.number)})
