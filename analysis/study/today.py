"""After leaving, to today: trusts that left beside trusts of their type that never entered, in the same periods.

Exploratory and apart (amendment A71): nothing here is joined to an estimate after entry.
"""

from dataclasses import dataclass, replace

import pandas as pd

from analysis import data, once
from analysis.methods import curves
from analysis.methods.effects.results import THIN
from analysis.methods.estimate import Estimate
from analysis.present import words
from analysis.study import indicators, regime, ruled_out
from analysis.study.indicators import Indicator
from analysis.study.ruled_out import RuledOut

# The eras, by first and last month; the two after COVID-19 are named by their months that are at hand.
RECENT, NEWEST = "recent", "newest"
ERAS = {
    "before COVID-19": ("2013-07", "2020-02"),
    "during COVID-19": ("2020-03", "2022-03"),
    RECENT: ("2022-04", "2024-03"),
    NEWEST: ("2024-04", "2099-12"),
}
NAMES = (
    "four_hour_waits",
    "four_hour_waits_type1",
    "bed_occupancy",
    "could_leave",
    "not_treated_28_days",
    "cancer_62",
    "recommend_work",
    "ambulance_response",
)
SURVEYED = 2020  # surveys from then on come from the table of every kind of trust
LEVEL = 0.975


@dataclass(frozen=True, slots=True)
class Followed:
    """One measure of the trusts that left, to its newest figure.

    about: the measure. gaps: one row a trust and period since it left, `trust`, `name`, `period`, `gap` (its figure
    less the mean of trusts of its type that never entered, in the measure's unit), `era`. eras: one row an era,
    `era`, `estimate`, `lower`, `upper`, `n` trusts. change: from the last year inside to the newest era, over trusts
    that have both; ruled: what that leaves out, None where fewer than THIN trusts carry it or no way is better.
    newest: the last period. trusts: one row a trust, `trust`, `name`, one column an era, `inside` (last year).
    """

    about: Indicator
    gaps: pd.DataFrame
    eras: pd.DataFrame
    change: Estimate
    ruled: RuledOut | None
    newest: pd.Period
    trusts: pd.DataFrame


def about(name: str) -> Indicator:
    """Return a measure of the follow-up: an indicator of the catalogue, or one that exists for these years alone."""
    if name == "not_treated_28_days":
        return replace(
            indicators.indicator("bed_occupancy"), name=name, title="Not treated within 28 days of a cancelled operation",
            phrase="the share of patients not treated within 28 days of a cancelled operation", table="cancelled_operations",
            numerator="not_treated_28_days", denominator="cancelled", family="planned care", main_until="2019-12",
            definition="Patients not treated within 28 days of a last-minute cancellation, of those cancelled",
            breaks="Paused from January 2020 to September 2021",
        )  # fmt: skip
    if name == "ambulance_response":
        return replace(
            indicators.indicator("bed_occupancy"), name=name, title="Response time of ambulances, category 2",
            phrase="the mean response time of ambulances to emergencies (category 2)", table="ambulance_response",
            period_field="month", numerator="c2_seconds", denominator="c2_incidents", scale=1 / 60, unit="minutes",
            grain="month", types=("ambulance",), family="ambulances", definition="Mean time from call to arrival, category 2",
            breaks="From August 2017 on; changes of the specification in 2019 and 2024",
        )  # fmt: skip
    if name == "could_leave":
        return replace(
            indicators.indicator("bed_occupancy"), name=name, title="Occupied beds with patients who could leave",
            phrase="the share of occupied beds with patients who no longer meet the criteria to reside", table="criteria_to_reside",
            period_field="month", numerator="patients", denominator=None, scale=1.0, grain="month", family="flow",
            definition="Patients a day who no longer meet the criteria to reside, of general and acute beds occupied",
            breaks="From April 2022 on, by another specification from 27 May 2024; not the delayed transfers of care that were counted to February 2020",
        )  # fmt: skip
    if name == "cancer_62":
        return replace(
            indicators.indicator("four_hour_waits"), name=name, title="Cancer treated within 62 days",
            phrase="the share of cancer patients treated within 62 days", table="cancer_waits", numerator="within_62",
            denominator="treated_62", complement=False, family="planned care",
            definition="Patients treated within 62 days of referral, of all treated",
            breaks="From October 2023 on, when the standards were merged",
        )  # fmt: skip
    return indicators.indicator(name)


def tables(name: str) -> tuple[str, ...]:
    """Return the tables that a measure of the follow-up is read from."""
    beside = {"recommend_work": ("staff_survey_groups",), "could_leave": ("beds_daily_returns",)}
    return (about(name).table, *beside.get(name, ()))


MEAN, MEDIAN = "mean", "median"


@once.shared
def followed(name: str, *, inside: int = 1, peers: str = MEAN, left_out: tuple[str, ...] = ()) -> Followed:
    """Follow the trusts that left from leaving to the newest figures of a measure.

    inside: years before leaving that its change is measured from. peers: MEAN or MEDIAN of trusts that never entered.
    left_out: codes of trusts that left and are not followed. The report's own are the first of each.

    Intervals are of Student's t over trusts (each trust one figure an era): they say how far the mean of trusts like
    these is known, not what would have been without the regime. Raises KeyError for another name than NAMES.
    """
    if name not in NAMES:
        raise KeyError(f"measure {name!r}. Allowed: one of {NAMES}.")
    one = about(name)
    panel = _with_gaps(one, peers)
    left = panel[panel["exit"].notna() & panel["gap"].notna() & ~panel["trust"].isin(left_out)]
    last_years = left["since_exit"].between(-inside * one.year, -1)
    before = left[last_years].groupby("trust")["gap"].mean()
    out = left[left["since_exit"] >= 0].assign(era=lambda frame: [_era(each) for each in frame["period"]])
    out = out[out["era"].notna()]
    named = {str(era): _named(str(era), part) for era, part in out.groupby("era")["period"]}
    eras = [named[era] for era in ERAS if era in named]
    out["era"] = out["era"].map(named)
    by_trust = out.groupby(["trust", "era"])["gap"].mean().unstack()[eras]
    rows = [{"era": era, **_limits(by_trust[era].dropna())} for era in eras]
    moved = _mean((by_trust[eras[-1]] - before.reindex(by_trust.index)).dropna())
    names = regime.short_names()
    trusts = by_trust.assign(
        inside=before.reindex(by_trust.index), name=by_trust.index.map(names)
    ).reset_index()
    gaps = out.assign(name=out["trust"].map(names))[["trust", "name", "period", "gap", "era"]]
    return Followed(
        about=one,
        gaps=gaps.reset_index(drop=True),
        eras=pd.DataFrame(rows),
        change=moved,
        ruled=_ruled(moved, one),
        newest=out["period"].max(),
        trusts=trusts.rename_axis(columns=None),
    )


def _with_gaps(one: Indicator, middle: str = MEAN) -> pd.DataFrame:
    """Return the panel of a measure with `gap`: less the middle of trusts of its type and period that never entered."""
    panel = regime.panel_under(one, regime.spells())
    if one.name == "recommend_work":
        every_kind = replace(one, table="staff_survey_groups", types=("acute", "mental health", "ambulance"))
        newer = regime.panel_under(every_kind, regime.spells())
        panel = pd.concat([panel, newer[newer["period"].dt.year >= SURVEYED]])
        panel = panel.drop_duplicates(["trust", "t"])
    if one.name == "could_leave":
        beds = replace(one, table="beds_daily_returns", numerator="ga_occupied")
        occupied = regime.panel_under(beds, regime.spells()).set_index(["trust", "t"])["value"]
        panel["value"] *= 100 / occupied.reindex(pd.MultiIndex.from_frame(panel[["trust", "t"]])).to_numpy()
    panel = panel[panel["value"].notna()]
    peers = panel[panel["phase"] == "never"].groupby(["type", "t"])["value"].agg(middle)
    keys = pd.MultiIndex.from_frame(panel[["type", "t"]])
    return panel.assign(gap=panel["value"].to_numpy() - peers.reindex(keys).to_numpy())


def _era(period: pd.Period) -> str | None:
    month = str(period.asfreq("M", how="end"))
    return next((era for era, (first, last) in ERAS.items() if first <= month <= last), None)


def _named(era: str, periods: pd.Series) -> str:
    """Return the name of an era for a reader, by its months with a figure: months not at hand may lie around them."""
    if era not in (RECENT, NEWEST):
        return era
    first = words.month(max(str(periods.min().asfreq("M", how="start")), ERAS[era][0]))
    return (
        f"since {first}"
        if era == NEWEST
        else f"{first} to {words.month(str(periods.max().asfreq('M', how='end')))}"
    )


def _mean(values: pd.Series) -> Estimate:
    """Return the mean of one figure a trust with its 95% interval of Student's t; without one below two trusts."""
    n = len(values)
    middle = float(values.mean()) if n else float("nan")
    half = float(curves.t_quantile(LEVEL, n - 1)) * float(values.std()) / n**0.5 if n > 1 else float("nan")
    return Estimate(middle, middle - half, middle + half, "", n)


def _limits(values: pd.Series) -> dict[str, float]:
    found = _mean(values)
    return {"estimate": found.value, "lower": found.lower, "upper": found.upper, "n": found.n}


def _ruled(found: Estimate, one: Indicator) -> RuledOut | None:
    if one.better is None or found.n < THIN:
        return None
    return ruled_out.ruled_out(found, better=one.better, important=important(one))


def important(one: Indicator) -> float:
    """Return the smallest difference that matters: of the log (A11), or a fifth of the spread between trusts."""
    if one.name in ruled_out.IMPORTANT:
        return ruled_out.IMPORTANT[one.name]
    return ruled_out.FIFTH * ruled_out.spread_in(regime.panel_under(one, regime.spells()))


def mean_of_four() -> Estimate:
    """Return the gap of acute trusts that left, in points of the mean of four surveys, 2021 to 2024: no year.

    Trusts that merged since they left are not among them.
    """
    table = data.load("staff_survey_mean").set_index("org_code")["recommend_work"] * 100
    acute = data.load("organisations").set_index("org_code")["type"].reindex(table.index) == "acute"
    left = set(followed("recommend_work").trusts["trust"])
    ever = set(data.load("regime_trusts")["org_code"])
    peers = table[acute & ~table.index.isin(ever)].mean()
    return _mean(table[acute & table.index.isin(left)] - peers)
