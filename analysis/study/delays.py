"""Delayed transfers of care in two parts: of providers (2018-19), and of the area around a trust (2011 to 2019)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from analysis import data
from analysis.methods.effects import impute
from analysis.methods.effects.results import Effects
from analysis.study import indicators, regime

PROVIDER = "delayed_days"
HOLDS = 0.6  # share of the acute delays of its main authority that a trust holds, to be shown with its area
WEIGHTS_END = pd.Period("2019-03", freq="M")  # months after it are outside the weights


@dataclass(frozen=True, slots=True)
class Validity:
    """How far the area speaks for the trust.

    within: median over trusts of the correlation by month, outside the months of the weights; low, high: quartiles of
    estimate / observed there; trusts: how many. winter: correlation over trusts with the beds held by delayed patients
    in the winter of 2014-15; winter_trusts: how many. below_half: trusts of the regime whose estimate that winter is
    below half of what was observed.
    """

    within: float
    low: float
    high: float
    trusts: int
    winter: float
    winter_trusts: int
    below_half: tuple[str, ...]


@lru_cache(maxsize=1)
def shares() -> pd.DataFrame:
    """Return `org_code`, `la_code`, `acute_days`, `of_area`: a provider's share of the acute delays of an authority."""
    frame = data.load("delayed_transfers_shares")
    return frame.assign(of_area=frame["acute_days"] / frame.groupby("la_code")["acute_days"].transform("sum"))


@lru_cache(maxsize=1)
def main_shares() -> pd.Series:
    """Return by provider its share of the acute delays of its main authority, the one with most of its own delays."""
    frame = shares().sort_values(["acute_days", "la_code"], ascending=[False, True])
    return frame.drop_duplicates("org_code").set_index("org_code")["of_area"].sort_index()


def dominant() -> list[str]:
    """Return the trusts of the regime that hold more than HOLDS of their main authority's acute delays, by code."""
    held = main_shares()
    entered = set(regime.spells()["trust"])
    return sorted(code for code in held.index[held > HOLDS] if code in entered)


@lru_cache(maxsize=1)
def area_days() -> pd.DataFrame:
    """Return days of delay in each provider's area by month: shares of 2018-19 times the authority's acute days.

    Index month (period), one column a provider; days a calendar day.
    """
    area = data.load("delayed_transfers_area").pivot(index="month", columns="la_code", values="acute")
    weights = shares().pivot(index="la_code", columns="org_code", values="of_area").fillna(0.0)
    area = area.reindex(columns=weights.index).fillna(0).astype("float64")
    days = pd.DataFrame(
        area.to_numpy() @ weights.to_numpy(), index=pd.PeriodIndex(area.index), columns=weights.columns
    )
    return days.div(days.index.days_in_month, axis=0)


def area_panel() -> pd.DataFrame:
    """Return a panel (`regime.PANEL_COLUMNS`) of delays in the area: 100 times the log of days of delay a day, by quarter.

    Acute trusts that hold more than HOLDS of their main authority's delays, whether they entered or not: a difference
    of 1 is about one percent.
    """
    kinds = data.load("organisations").set_index("org_code")["type"]
    held = main_shares()
    codes = [code for code in held.index[held > HOLDS] if kinds.get(code) == "acute"]
    days = area_days()[codes]
    quarters = days.groupby(days.index.asfreq("Q")).mean()
    long = quarters.rename_axis(index="period", columns="trust").stack().rename("days").reset_index()
    long = long.assign(
        value=100 * np.log(long["days"].astype("float64")), numerator=np.nan, denominator=np.nan, type="acute"
    )
    return regime.placed(long.drop(columns="days"), regime.indicator(PROVIDER))


def area_path() -> Effects:
    """Estimate the way of delays in the area through entry, as `entry_effects.path`, without draws."""
    about = regime.indicator(PROVIDER)
    settings = indicators.settings(PROVIDER) | {"measure": "percent, nearly"}
    return impute.imputation(area_panel(), **settings, omit_before=about.year)


def area_effect() -> Effects:
    """Estimate delays in the area after entry less the prediction from all quarters before it."""
    settings = indicators.settings(PROVIDER) | {"measure": "percent, nearly"}
    return impute.imputation(area_panel(), **settings)


@lru_cache(maxsize=1)
def validity() -> Validity:
    """Hold the area against what providers themselves returned, outside the weights, and against one winter."""
    provider = data.load("delayed_transfers").pivot(index="month", columns="org_code", values="acute")
    provider = provider[provider.index > WEIGHTS_END].astype("float64")
    kinds = data.load("organisations").set_index("org_code")["type"]
    estimate = area_days().mul(area_days().index.days_in_month, axis=0).reindex(index=provider.index)
    both = [code for code in provider if kinds.get(code) == "acute" and code in estimate.columns]
    both = [code for code in both if provider[code].notna().all() and provider[code].sum() > 0]
    ratio = estimate[both].sum() / provider[both].sum()
    within = pd.Series({code: estimate[code].corr(provider[code]) for code in both})
    beds, told = _winter()
    entered = set(regime.spells()["trust"])
    below = [str(code) for code in beds.index if code in entered and told[code] < 0.5 * beds[code]]
    return Validity(
        within=float(within.median()),
        low=float(ratio.quantile(0.25)),
        high=float(ratio.quantile(0.75)),
        trusts=len(both),
        winter=float(beds.corr(told)),
        winter_trusts=len(beds),
        below_half=tuple(below),
    )


def _winter() -> tuple[pd.Series, pd.Series]:
    """Return beds held by delayed patients a day in the winter of 2014-15 and the area's estimate, by trust."""
    frame = data.load("winter_2014_15")
    fewer = frame["week_start"].isin(pd.to_datetime(["2014-12-22", "2014-12-29"]))  # weeks with fewer days
    beds = frame[~fewer].groupby("org_code")["delayed_bed_days"].mean() / 5
    estimate = area_days().loc["2014-11":"2015-02"].mean()
    both = beds.index.intersection(estimate.index)
    return beds[both].astype("float64"), estimate[both]


def providers() -> pd.DataFrame:
    """Return provider delays around each entry and exit that has a quarter before and after it.

    One row an event: `trust`, `name`, `event` ("entered", "left"), `date`, `before`, `after` (means of the indicator,
    percent of bed days), `change`, `others` (change of the mean of trusts never in the regime over the same quarters),
    `beside` (change less that), `quarters` (before and after).
    """
    panel = regime.panel(PROVIDER)
    never = panel[panel["phase"] == "never"].groupby("t")["value"].mean()
    spells = regime.spells()
    rows = []
    for kind, column in (("entered", "entered"), ("left", "exited")):
        for spell in spells[spells[column].notna()].itertuples():
            mine = panel[(panel["trust"] == spell.trust) & panel["value"].notna()]
            at = regime.period_of(getattr(spell, column), "quarter", "contains")
            before, after = mine[mine["t"] < at], mine[mine["t"] >= at]
            if before.empty or after.empty:
                continue
            others = never.reindex(after["t"]).mean() - never.reindex(before["t"]).mean()
            change = after["value"].mean() - before["value"].mean()
            about = (spell.trust, spell.name, kind, getattr(spell, column))
            means = (before["value"].mean(), after["value"].mean(), change, others, change - others)
            rows.append([*about, *means, (len(before), len(after))])
    columns = ["trust", "name", "event", "date", "before", "after", "change", "others", "beside", "quarters"]
    return pd.DataFrame(rows, columns=columns)
