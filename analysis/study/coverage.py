"""What was measured: which trusts, periods and indicators the tables hold, and what could not be had."""

import pandas as pd

from analysis import data
from analysis.study import regime, unavailable

ENOUGH_BEFORE = 8  # quarters before entry: two years, so that each season is seen twice
TYPES = {
    "mental health": "mental health trust",
    "ambulance": "ambulance trust",
    "community": "community trust",
}


def _spans(name: str, main: bool = True) -> pd.DataFrame:
    """Return one row a trust that has values: `trust`, `entry`, `first`, `last`, `before`, `since` (values)."""
    panel = regime.panel(name, main=main)
    panel = panel[panel["value"].notna()].assign(since=lambda frame: frame["t"] >= frame["entry"])
    grouped = panel.groupby("trust")
    out = grouped.agg(
        entry=("entry", "first"), first=("period", "min"), last=("period", "max"), values=("t", "size")
    )
    out["since"] = grouped["since"].sum()
    out["before"] = out["values"] - out["since"]
    return out.reset_index()


def per_indicator(names: list[str]) -> pd.DataFrame:
    """Return one row an indicator of what the main analysis holds.

    Columns: `indicator`, `title`, `direction`, `grain` (of the analysis), `first`, `last` (periods), `entered`
    (trusts that entered, with a value), `both` (of these with a value before and one from entry on), `absent`
    (trusts that entered, without), `comparators` (trusts that never entered, a code that a merger made
    another trust counted again), `cells` (trust-periods from each trust's first to last value), `missing`
    (of these without a value), `left_out` (trust-periods left out at mergers or the end of the regime).
    """
    everyone = set(regime.spells()["trust"])
    rows = []
    for name in names:
        about, panel, spans = regime.indicator(name), regime.panel(name), _spans(name)
        entered = spans[spans["entry"].notna()]
        codes = set(entered["trust"].str.split("@").str[0])
        rows.append(
            {
                "indicator": name,
                "title": about.title,
                "direction": about.direction,
                "grain": about.analysis_grain,
                "first": panel["period"].min(),
                "last": panel["period"].max(),
                "entered": len(codes),
                "both": int(((entered["before"] > 0) & (entered["since"] > 0)).sum()),
                "absent": len(everyone - codes),
                "comparators": int(spans["entry"].isna().sum()),
                "cells": len(panel),
                "missing": int(panel["value"].isna().sum()),
                "left_out": int(regime.exclusions(name)["periods"].sum()),
            }
        )
    return pd.DataFrame(rows)


def absent(name: str) -> pd.DataFrame:
    """Return the trusts that entered and have no value of an indicator: `trust`, `name`, `reason`."""
    about, spans = regime.indicator(name), _spans(name)
    codes = set(spans.loc[spans["entry"].notna(), "trust"].str.split("@").str[0])
    begins = regime.panel(name)["period"].min().start_time
    spells = regime.spells().drop_duplicates("trust", keep="last").set_index("trust")
    kinds = data.load("regime_trusts").set_index("org_code")["type"]
    rows = []
    for trust in sorted(set(spells.index) - codes):
        spell = spells.loc[trust]
        reason = "no figures under its code in the releases at hand"
        if kinds[trust] not in about.types:
            kept = " and ".join(about.types)
            reason = f"{TYPES.get(kinds[trust], kinds[trust])}; the comparison holds {kept} trusts only"
        elif spell["ended_by"] == "acquired" and spell["last_day"] < begins:
            reason = "taken over before the figures begin"
        rows.append([trust, spell["name"], reason])
    return pd.DataFrame(rows, columns=["trust", "name", "reason"])


def grid(names: list[str], *, main: bool = True) -> pd.DataFrame:
    """Return one row a trust that entered and an indicator, in order of first entry and of `names`.

    main: periods of the main analysis only, else all at hand.
    Columns: `trust`, `name`, `indicator`, `title`, `before`, `since` (periods with a value before entry, and
    from entry on), `state`: "before and after entry", "after entry only", "before entry only", "none".
    """
    first = regime.spells().drop_duplicates("trust")[["trust", "name"]]
    parts = []
    for name in names:
        spans = _spans(name, main)
        spans = spans[spans["entry"].notna()].assign(trust=lambda frame: frame["trust"].str.split("@").str[0])
        counts = spans.groupby("trust")[["before", "since"]].sum()
        part = first.assign(indicator=name, title=regime.indicator(name).title).join(counts, on="trust")
        parts.append(part.fillna({"before": 0, "since": 0}))
    out = pd.concat(parts, ignore_index=True).astype({"before": int, "since": int})
    out["state"] = "none"
    out.loc[out["before"] > 0, "state"] = "before entry only"
    out.loc[out["since"] > 0, "state"] = "after entry only"
    out.loc[(out["before"] > 0) & (out["since"] > 0), "state"] = "before and after entry"
    return out


def alike(found: pd.DataFrame) -> pd.DataFrame:
    """Return `grid` with one indicator for each set that has figures of the same trusts and periods.

    The title of the one that stays says how many are like it: they come from the same release.
    """
    patterns = found.groupby("indicator", sort=False)[["before", "since"]].apply(
        lambda part: tuple(part.itertuples(index=False, name=None))
    )
    first = patterns.drop_duplicates()
    more = patterns.map(patterns.value_counts()).loc[first.index] - 1
    out = found[found["indicator"].isin(first.index)].copy()
    like = out["indicator"].map(more)
    out["title"] += [f" (and {count} more)" if count else "" for count in like]
    return out.reset_index(drop=True)


def short_history(name: str = "four_hour_waits", *, enough: int = ENOUGH_BEFORE) -> pd.DataFrame:
    """Return the trusts of the right type whose figures begin fewer than `enough` periods before entry.

    Columns: `trust`, `name`, `entered` (date), `first` (first period with a value; missing without any),
    `before` (periods with a value before entry), fewest first.
    """
    spells = regime.spells().drop_duplicates("trust").set_index("trust")
    kinds = data.load("regime_trusts").set_index("org_code")["type"]
    right = kinds.index[kinds.isin(regime.indicator(name).types)]
    spans = _spans(name)
    spans = spans[spans["entry"].notna()].assign(trust=lambda frame: frame["trust"].str.split("@").str[0])
    out = spells.loc[spells.index.isin(right), ["name", "entered"]]
    out = out.join(spans.groupby("trust").agg(first=("first", "min"), before=("before", "sum")))
    out = out.fillna({"before": 0}).astype({"before": int}).reset_index()
    return out[out["before"] < enough].sort_values(["before", "entered", "trust"], ignore_index=True)


def catalogue() -> pd.DataFrame:
    """Return the indicators in the reader's words, as texts: what, definition, better direction, family, breaks."""
    frame = data.load("indicators")
    primary = frame["primary"].map({True: "primary", False: "secondary"})
    return pd.DataFrame(
        {
            "Indicator": frame["title"],
            "What it counts": frame["definition"],
            "Better": frame["direction"],
            "Role": primary + "; " + frame["family"],
            "Breaks to know": frame["breaks"],
        }
    )


def not_at_hand() -> pd.DataFrame:
    """Return, as texts, the series that this edition lacks, who publishes them and where."""
    return pd.DataFrame(
        unavailable.NOT_AT_HAND, columns=["Series", "Publisher", "Where to look", "Know before use"]
    )


def absent_everywhere(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the trusts that entered and lack an indicator: one row a trust and reason."""
    parts = [absent(name).assign(title=regime.indicator(name).title) for name in names]
    rows = pd.concat(parts, ignore_index=True)
    grouped = rows.groupby(["name", "reason"], sort=False)["title"].agg(list).reset_index()
    every = len(names)
    lacks = grouped["title"].map(lambda titles: "all" if len(titles) == every else "; ".join(titles))
    return pd.DataFrame({"Trust": grouped["name"], "Lacks": lacks, "Why": grouped["reason"]})
