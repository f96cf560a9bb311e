"""What was measured, as tables and sentences for readers."""

import pandas as pd

from analysis.present import words
from analysis.study import indicators


def for_readers(coverage: pd.DataFrame) -> pd.DataFrame:
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
    periods = coverage["first"].map(words.period) + " to " + coverage["last"].map(words.period)
    told = pd.DataFrame({"Indicator": coverage["title"], "Periods": periods + ", by " + coverage["grain"]})
    return told.join(coverage[list(counts)].map(words.number).rename(columns=counts))


def grid_for_readers(coverage: pd.DataFrame) -> pd.DataFrame:
    """Return `grid` as texts, one row a trust, 'BEFORE / SINCE' periods an indicator."""
    cells = coverage.assign(
        cell=coverage["before"].map(words.number) + " / " + coverage["since"].map(words.number)
    )
    wide = cells.pivot(index="name", columns="title", values="cell")
    wide = wide.loc[list(coverage["name"].unique()), list(coverage["title"].unique())]
    return wide.reset_index().rename(columns={"name": "Trust"}).rename_axis(columns=None)


def grid_sentence(coverage: pd.DataFrame) -> str:
    """Say how many trusts have figures before and after entry, indicator by indicator. `coverage` as of `grid`."""
    counts = (coverage["state"] == "before and after entry").groupby(coverage["indicator"], sort=False).sum()
    none = words.join(without(coverage)) or "no trust"
    parts = [f"{indicators.label(str(name))} {count}" for name, count in counts.items()]
    return (
        f"Of {coverage['trust'].nunique()} trusts that entered, so many have figures before and after entry: "
        f"{words.join(parts)}. None of these indicators: {none}."
    )


def grid_title(coverage: pd.DataFrame) -> str:
    """Return the finding of the picture: how many trusts have all primary indicators before and after, and how many none of any."""
    primary = coverage[coverage["indicator"].isin(indicators.indicators(primary=True))]
    full = primary.groupby("trust")["state"].agg(lambda states: (states == "before and after entry").all())
    lacking = len(without(coverage))
    rest = f"{words.number(lacking)} {'has' if lacking == 1 else 'have'} no figure at all"
    rest = rest if lacking else "every one has some figures"
    return (
        f"{full.sum()} of {len(full)} trusts that entered have figures before and after for all {len(primary) // len(full)} "
        f"primary measures; {rest}"
    )


def without(coverage: pd.DataFrame) -> list[str]:
    """Return the names of trusts without any figure. `coverage` as of `grid`."""
    nothing = coverage.groupby("name", sort=False)["state"].agg(lambda states: (states == "none").all())
    return list(nothing.index[nothing])


def primary_sentence(coverage: pd.DataFrame) -> str:
    """Say for the primary indicators how many trusts have figures before and after. `coverage` as of `per_indicator`."""
    both = coverage.set_index("indicator")["both"][indicators.indicators(primary=True)]
    return words.join([f"{indicators.label(str(name))} {count}" for name, count in both.items()])


def short_history_for_readers(coverage: pd.DataFrame) -> pd.DataFrame:
    """Return `short_history` as texts."""
    first = [words.period(value) if pd.notna(value) else "no figures" for value in coverage["first"]]
    told = {"Trust": coverage["name"], "Entered": coverage["entered"].map(words.day), "Figures begin": first}
    return pd.DataFrame(told | {"Quarters before entry": coverage["before"].map(words.number)})
