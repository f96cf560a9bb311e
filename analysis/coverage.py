"""What was measured: which trusts, periods and indicators the tables hold, and what could not be had."""

from __future__ import annotations

import pandas as pd

from analysis import data, present, protocol, regime

ENOUGH_BEFORE = 8  # quarters before entry: two years, so that each season is seen twice
TYPES = {
    "mental health": "mental health trust",
    "ambulance": "ambulance trust",
    "community": "community trust",
}
STATISTICS = "https://www.england.nhs.uk/statistics/statistical-work-areas/"
DIGITAL = "https://digital.nhs.uk/data-and-information/publications/statistical/"
# Series that the question calls for and this edition lacks: series, publisher, page, what to know before use.
NOT_AT_HAND = (
    ("Delayed transfers of care", "NHS England", f"{STATISTICS}delayed-transfers-of-care/",
     "Monthly from August 2010 to February 2020, then ended; guidance on counting changed in October 2017"),
    ("Waits for planned treatment (referral to treatment)", "NHS England", f"{STATISTICS}rtt-waiting-times/",
     "Monthly; this edition holds England only; the adjusted admitted series ended in 2015"),
    ("Cancer waits", "NHS England", f"{STATISTICS}cancer-waiting-times/",
     "By trust each quarter, each month from October 2015; breaches shared between trusts by a new rule from April 2019"),
    ("Waits for diagnostic tests", "NHS England", f"{STATISTICS}diagnostics-waiting-times-and-activity/",
     "Monthly by trust; the list of tests is stable"),
    ("Cancelled operations", "NHS England", f"{STATISTICS}cancelled-elective-operations/",
     "Quarterly; paused in 2020"),
    ("Mixed-sex accommodation", "NHS England", f"{STATISTICS}mixed-sex-accommodation/",
     "Monthly from December 2010; paused from 2020 to 2021"),
    ("Friends and Family Test", "NHS England", "https://www.england.nhs.uk/fft/friends-and-family-test-data/",
     "Monthly from April 2013; the score changed in 2014 and the question in April 2020"),
    ("Adult inpatient survey", "Care Quality Commission", "https://nhssurveys.org/",
     "Yearly by trust; method changed in 2020"),
    ("Infections (MRSA)", "UK Health Security Agency",
     "https://www.gov.uk/government/collections/mrsa-guidance-data-and-analysis",
     "Monthly and yearly by acute trust"),
    ("Infections (C. difficile)", "UK Health Security Agency",
     "https://www.gov.uk/government/collections/clostridium-difficile-guidance-data-and-analysis",
     "Monthly and yearly by acute trust; cases are assigned to trusts by another rule from April 2017"),
    ("Sickness absence of staff", "NHS England (formerly NHS Digital)", f"{DIGITAL}nhs-sickness-absence-rates",
     "Monthly by trust from April 2009; small organisations suppressed"),
    ("Staff turnover", "NHS England (formerly NHS Digital)", f"{DIGITAL}nhs-workforce-statistics",
     "Monthly by trust from September 2009; staff groups redefined in 2016"),
    ("Vacancies", "NHS England (formerly NHS Digital)", f"{DIGITAL}nhs-vacancies-survey",
     "Mostly by region; few figures by trust"),
    ("Patient safety incidents", "NHS England",
     "https://www.england.nhs.uk/patient-safety/organisation-patient-safety-incident-reports/",
     "Half-yearly from 2011; more reports can mean a better reporting culture; since replaced"),
    ("Never events", "NHS England", "https://www.england.nhs.uk/patient-safety/never-events-data/",
     "By trust and financial year, provisional; definitions changed in February 2018; very small counts"),
    ("Written complaints", "NHS England (formerly NHS Digital)", f"{DIGITAL}data-on-written-complaints-in-the-nhs",
     "Quarterly by trust from 2015, yearly before"),
    ("Readmissions", "NHS England (formerly NHS Digital)",
     f"{DIGITAL}compendium-emergency-readmissions", "Yearly by trust"),
    ("HSMR (hospital standardised mortality ratio)", "Dr Foster (Telstra Health)", "no open release known",
     "A commercial figure; SHMI is the official one"),
    ("History of CQC ratings", "Care Quality Commission",
     "https://www.cqc.org.uk/about-us/transparency/using-cqc-data",
     "Latest ratings each month; earlier ones through the CQC data service, with a free key, or web archives"),
)  # fmt: skip


def _spans(name: str) -> pd.DataFrame:
    """Return one row a trust that has values: `trust`, `entry`, `first`, `last`, `before`, `since` (values)."""
    panel = regime.panel(name)
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
                "title": about["title"],
                "direction": about["direction"],
                "grain": about["analysis_grain"],
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
        if kinds[trust] not in about["types"].split("|"):
            kept = about["types"].replace("|", " and ")
            reason = f"{TYPES.get(kinds[trust], kinds[trust])}; the comparison holds {kept} trusts only"
        elif spell["ended_by"] == "acquired" and spell["last_day"] < begins:
            reason = "taken over before the figures begin"
        rows.append([trust, spell["name"], reason])
    return pd.DataFrame(rows, columns=["trust", "name", "reason"])


def grid(names: list[str]) -> pd.DataFrame:
    """Return one row a trust that entered and an indicator, in order of first entry and of `names`.

    Columns: `trust`, `name`, `indicator`, `title`, `before`, `since` (periods with a value before entry, and
    from entry on), `state`: "before and after entry", "after entry only", "before entry only", "none".
    """
    first = regime.spells().drop_duplicates("trust")[["trust", "name"]]
    parts = []
    for name in names:
        spans = _spans(name)
        spans = spans[spans["entry"].notna()].assign(trust=lambda frame: frame["trust"].str.split("@").str[0])
        counts = spans.groupby("trust")[["before", "since"]].sum()
        part = first.assign(indicator=name, title=regime.indicator(name)["title"]).join(counts, on="trust")
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
    right = kinds.index[kinds.isin(regime.indicator(name)["types"].split("|"))]
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


def for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `per_indicator` as texts."""
    return pd.DataFrame(
        {
            "Indicator": found["title"],
            "Periods": [
                f"{present.period(row.first)} to {present.period(row.last)}, by {row.grain}"
                for row in found.itertuples()
            ],
            "Entered, with figures": found["entered"].map(present.number),
            "of these before and after": found["both"].map(present.number),
            "Entered, without": found["absent"].map(present.number),
            "Never entered": found["comparators"].map(present.number),
            "Cells": found["cells"].map(present.number),
            "Missing": found["missing"].map(present.number),
            "Left out": found["left_out"].map(present.number),
        }
    )


def grid_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `grid` as texts, one row a trust, 'BEFORE / SINCE' periods an indicator."""
    cells = found.assign(
        cell=found["before"].map(present.number) + " / " + found["since"].map(present.number)
    )
    wide = cells.pivot(index="name", columns="title", values="cell")
    wide = wide.loc[list(found["name"].unique()), list(found["title"].unique())]
    return wide.reset_index().rename(columns={"name": "Trust"}).rename_axis(columns=None)


def grid_sentence(found: pd.DataFrame) -> str:
    """Say how many trusts have figures before and after entry, indicator by indicator. `found` as of `grid`."""
    counts = (found["state"] == "before and after entry").groupby(found["indicator"], sort=False).sum()
    nothing = found.groupby("name", sort=False)["state"].agg(lambda states: (states == "none").all())
    parts = [f"{protocol.label(str(name))} {count}" for name, count in counts.items()]
    return (
        f"Of {found['trust'].nunique()} trusts that entered, so many have figures before and after entry: "
        f"{present.join(parts)}. None of these indicators: {present.join(list(nothing.index[nothing]))}."
    )


def not_at_hand() -> pd.DataFrame:
    """Return, as texts, the series that this edition lacks, who publishes them and where."""
    return pd.DataFrame(NOT_AT_HAND, columns=["Series", "Publisher", "Where to look", "Know before use"])


def primary_sentence(found: pd.DataFrame) -> str:
    """Say for the primary indicators how many trusts have figures before and after. `found` as of `per_indicator`."""
    rows = found.set_index("indicator")
    parts = [f"{protocol.label(name)} {rows.loc[name, 'both']}" for name in protocol.indicators(primary=True)]
    return present.join(parts)


def absent_everywhere(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the trusts that entered and lack an indicator: one row a trust and reason."""
    parts = [absent(name).assign(title=regime.indicator(name)["title"]) for name in names]
    rows = pd.concat(parts, ignore_index=True)
    grouped = rows.groupby(["name", "reason"], sort=False)["title"].agg(list).reset_index()
    every = len(names)
    lacks = grouped["title"].map(lambda titles: "all" if len(titles) == every else "; ".join(titles))
    return pd.DataFrame({"Trust": grouped["name"], "Lacks": lacks, "Why": grouped["reason"]})


def short_history_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `short_history` as texts."""
    first = [present.period(value) if pd.notna(value) else "no figures" for value in found["first"]]
    return pd.DataFrame(
        {
            "Trust": found["name"],
            "Entered": found["entered"].map(present.day),
            "Figures begin": first,
            "Quarters before entry": found["before"].map(present.number),
        }
    )
