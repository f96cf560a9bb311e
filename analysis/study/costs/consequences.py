"""Consequences in their own units beside the costs: before, during, after, and against comparators."""

from collections.abc import Sequence

import pandas as pd

from analysis import data
from analysis.present import words
from analysis.study import before_entry, entry_effects, indicators, regime, rule
from analysis.study.unavailable import NOT_AT_HAND

# The primary measures, then others with figures for most trusts that entered.
SHOWN = (
    "four_hour_waits",
    "shmi",
    "recommend_work",
    "bed_occupancy",
    "recommend_care",
    "work_stress",
    "engagement",
)
LEVELS = {"before": ("before",), "during": ("during", "second spell"), "after": ("after", "after second")}
CAVEAT = (
    "Trusts entered when they were doing badly, so some recovery was to be expected without any support "
    "(regression to the mean); equally bad trusts that never entered show how much."
)
NOT_MEASURED = "not measured"


def levels(name: str) -> pd.DataFrame:
    """Return the level of an indicator before, during and after special measures, at trusts that entered.

    One row a place (keys of LEVELS): `mean` of the trusts' own means over that phase, in the indicator's unit, and
    `n` (trusts). Trusts differ between places: not every trust has figures for each, or left. No adjustment.
    """
    panel = regime.panel(name)
    panel = panel[panel["value"].notna() & panel["entry"].notna()]
    rows = []
    for place, phases in LEVELS.items():
        own = panel[panel["phase"].isin(phases)].groupby("trust")["value"].mean()
        rows.append((place, own.mean(), len(own)))
    return pd.DataFrame(rows, columns=["place", "mean", "n"]).set_index("place")


def measured(names: Sequence[str] = SHOWN, *, both: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the consequences that were measured, one row an indicator, in the indicator's own unit.

    both: as `protocol.two_baselines` returns it for `names`, None = estimated here. Columns of it, and
    `before`, `during`, `after` with `n_before`, `n_during`, `n_after`. Rows of unlike units: nothing may be added up.
    """
    table = entry_effects.two_baselines(list(names)) if both is None else both
    rows = []
    for name in table["indicator"]:
        found = levels(name)
        rows.append({**found["mean"].to_dict(), **{f"n_{place}": int(n) for place, n in found["n"].items()}})
    return pd.concat([table.reset_index(drop=True), pd.DataFrame(rows)], axis=1)


def for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `measured` as texts for a table: levels, the difference, the same less equally bad trusts, the verdict."""
    rows = []
    for _, row in found.iterrows():
        unit = regime.indicator(row["indicator"]).unit
        told = indicators.told_in(unit)
        held = {
            place: "" if told == unit else f"as a ratio {words.number(row[place], unit)}; "
            for place in LEVELS
        }
        places = {
            place.capitalize(): f"{words.number(row[place], told)} ({held[place]}{words.plural(row[f'n_{place}'], 'trust')})"
            for place in LEVELS
        }
        rows.append(
            {
                "Consequence": before_entry.titled(row["indicator"]),
                "Better": row["direction"],
                **places,
                "Difference after entry": words.told(row, row["unit"]),
                "Less equally bad trusts": words.told(row, row["unit"], "bad_"),
                "Trusts; comparators": f"{words.number(row['n_trusts'])}; {words.number(row['n_controls'])}",
                "By our rule": row["verdict"],
            }
        )
    return pd.DataFrame(rows)


def counted() -> pd.DataFrame:
    """Return consequences that were counted once, and those without a number, one row each, as texts."""
    rows = []
    for row in data.load("consequence_records").itertuples():
        value = NOT_MEASURED if pd.isna(row.value) else f"{words.number(row.value)} {row.unit}"
        rows.append(
            (row.what, row.direction, value, "" if pd.isna(row.population) else row.population, row.note)
        )
    for series, publisher, _, note in NOT_AT_HAND:
        known = f"Published by {publisher}, not at hand by trust for these years. {note}"
        rows.append((series, "", NOT_MEASURED, "", known))
    return pd.DataFrame(rows, columns=["Consequence", "Better", "Value", "Whom", "What to know"])


def sentence(found: pd.DataFrame) -> str:
    """Say what the primary measures did after entry, with the verdicts and the caveat. `found` as of `measured`."""
    primary = found[found["indicator"].isin(indicators.indicators(primary=True))]
    parts = [
        f"{indicators.label(row['indicator'])} by {words.told(row, row['unit'])} "
        f"at {words.plural(row['n_trusts'], 'trust')} ({row['direction']}; {row['verdict']})"
        for _, row in primary.iterrows()
    ]
    return f"After entry, trusts differed from what comparable trusts predict: {words.join(parts)}. {CAVEAT}"


def short(found: pd.DataFrame) -> str:
    """Return the chapter's second sentence: how many measured consequences improved or worsened, by the report's rule."""
    clear = found[found["verdict"].isin(rule.CHANGES)]
    many = words.plural(len(found), "consequence")
    if clear.empty:
        return (
            f"Of {many} measured at trusts, none can be told to have improved or worsened beside "
            "trusts alike that never entered; regression to the mean remains a rival explanation."
        )
    parts = [f"{indicators.label(row['indicator'])} {row['verdict']}" for _, row in clear.iterrows()]
    return (
        f"Of {many} measured at trusts, {words.join(parts)} beside trusts alike that never entered, and of the others neither "
        "can be told; regression to the mean remains a rival explanation."
    )
