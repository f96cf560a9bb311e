"""What was measured, as tables and sentences for readers."""

import pandas as pd

from analysis.present import words
from analysis.study import indicators


def for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `per_indicator` as texts."""
    return pd.DataFrame(
        {
            "Indicator": found["title"],
            "Periods": [
                f"{words.period(row.first)} to {words.period(row.last)}, by {row.grain}"
                for row in found.itertuples()
            ],
            "Entered, with figures": found["entered"].map(words.number),
            "of these before and after": found["both"].map(words.number),
            "Entered, without": found["absent"].map(words.number),
            "Never entered": found["comparators"].map(words.number),
            "Cells": found["cells"].map(words.number),
            "Missing": found["missing"].map(words.number),
            "Left out": found["left_out"].map(words.number),
        }
    )


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
    rest = (
        f"{words.number(lacking)} {'has' if lacking == 1 else 'have'} no figure at all"
        if lacking
        else "every one has some figures"
    )
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
    rows = found.set_index("indicator")
    parts = [
        f"{indicators.label(name)} {rows.loc[name, 'both']}" for name in indicators.indicators(primary=True)
    ]
    return words.join(parts)


def short_history_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `short_history` as texts."""
    first = [words.period(value) if pd.notna(value) else "no figures" for value in found["first"]]
    return pd.DataFrame(
        {
            "Trust": found["name"],
            "Entered": found["entered"].map(words.day),
            "Figures begin": first,
            "Quarters before entry": found["before"].map(words.number),
        }
    )
