"""Winter daily situation reports 2015-16 to 2022-23, summed to trust and month, impossible days left out."""

from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import descriptions, files
from analysis.ingest.history.winter_files import FILE, MEASURES, WINTERS, read_winter, winter_of

TABLES = ("winter_pressure", "winter_england", "winter_left_out")
MANY_BEDS = {"ga": 50, "cc": 10}  # with so many beds open, none occupied is a figure that is not there
OVERFULL = 1.2  # escalation beds explain a few per cent over, not more
# Open beds as multiples of the trust's median of the winter, for trusts above the median given. Some
# returns add up several days or repeat half a trust; critical care did double in the pandemic.
UNLIKE = {"ga": (100, 0.5, 1.75), "cc": (10, 0.0, 3.0)}
MERGED = {("RYR", "2020-21")}  # takes in RXH on 1 April 2021: its beds do double
MANY_LONG_STAYS = 50  # a trust that reaches this in a winter never has none
MANY_PATIENTS = 300  # nor has one with so many occupied beds


def releases(folder: Path) -> list[Path]:
    """Return the eight winters' files under `folder` in order, an empty list when there is none.

    Raises DataError when a winter is missing or there twice, or a file is of an unknown winter.
    """
    paths = files.find(folder, FILE)
    winters = [winter_of(path) for path in paths]
    if paths and sorted(winters) != list(WINTERS):
        wrong = next(name for name in WINTERS if winters.count(name) != 1)
        found = f"{winters.count(wrong)} files for {wrong}"
        raise DataError(str(folder), found=found, allowed=f"one file for each of {list(WINTERS)}")
    return sorted(paths, key=winter_of)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `winter_pressure`, `winter_england` and `winter_left_out`.

    Providers and what is left out add up to England. Raises DataError as winter_files.read_winter does.
    """
    pressure, national, out = [], [], []
    for path in releases(folder):
        winter = winter_of(path)
        providers, england = read_winter(path)
        reasons = left_out(providers, winter=winter)
        pressure.append(_months(_without(providers, reasons), winter, figures_of=providers))
        national.append(_months(england, winter, figures_of=england))
        out.append(_listed(providers, reasons, winter))
    made = zip(TABLES, (pressure, national, out), strict=True)
    return {name: descriptions.tidy(pd.concat(parts), name) for name, parts in made}


def left_out(days: pd.DataFrame, *, winter: str) -> pd.DataFrame:
    """Return why a measure of a trust-day cannot be right: one column a measure, None where it can.

    days: index `org_code` and `date`, columns the figures of MEASURES (NaN: no figure), one winter.
    winter: such as '2016-17'. The reasons are those of the table `winter_left_out`, the first that applies.
    """
    why = pd.DataFrame(None, index=days.index, columns=list(MEASURES), dtype="object")
    for measure in ("ga", "cc"):
        opened, occupied = (days[figure] for figure in MEASURES[measure])
        above, low, high = UNLIKE[measure]
        usual = opened.groupby(level="org_code").transform("median")
        unlike = (usual >= above) & ((opened > high * usual) | (opened < low * usual))
        merged = [(code, winter) in MERGED for code in days.index.get_level_values("org_code")]
        _mark(why, measure, (opened == 0) & (occupied > 0), "none open")
        _mark(why, measure, (occupied == 0) & (opened >= MANY_BEDS[measure]), "none occupied")
        _mark(why, measure, occupied > OVERFULL * opened, "overfull")
        _mark(why, measure, unlike & ~pd.Series(merged, days.index), "unlike its winter")
    over_7, over_21 = days["long_stay_7"], days["long_stay_21"]
    if WINTERS[winter].zero_filled:
        for measure in ("norovirus", "long_stay", "handover", "divert"):
            zero = (days[list(MEASURES[measure])] == 0).all(axis=1)
            _mark(why, measure, zero & days["ga_open"].isna(), "no return")
    most = over_7.groupby(level="org_code").transform("max")
    many = (most >= MANY_LONG_STAYS) | (days["ga_occupied"] >= MANY_PATIENTS)
    _mark(why, "long_stay", (over_7 == 0) & (over_21 == 0) & many, "no long stay")
    _mark(why, "long_stay", over_21 > over_7, "21 over 7")
    over = (over_7 > days["ga_occupied"]) & why["ga"].isna() & why["long_stay"].isna()
    _mark(why, "ga", over, "long stays over occupied")
    _mark(why, "long_stay", over, "long stays over occupied")
    return why


def _mark(why: pd.DataFrame, measure: str, bad: pd.Series, reason: str) -> None:
    why.loc[bad & why[measure].isna(), measure] = reason


def _without(days: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    kept = days.copy()
    for measure, figures in MEASURES.items():
        kept.loc[reasons[measure].notna(), list(figures)] = float("nan")
    return kept


def _months(days: pd.DataFrame, winter: str, *, figures_of: pd.DataFrame) -> pd.DataFrame:
    """Return one row a unit and month: days with figures and sums over them (NA over no day)."""
    unit = days.index.names[0]
    keys = [days.index.get_level_values(unit), days.index.get_level_values("date").str.slice(0, 7)]
    parts = {"days_reported": figures_of.notna().any(axis=1).groupby(keys).sum()}
    for measure, figures in MEASURES.items():
        held = days[list(figures)].notna().all(axis=1).groupby(keys).sum()
        parts[f"{measure}_days"] = held if measure in WINTERS[winter].measures else held * float("nan")
        for figure in figures:
            parts[figure] = days[figure].groupby(keys).sum(min_count=1)
    both = days["long_stay_21"].notna() & days["ga_occupied"].notna()
    parts["long_stay_21_with_ga"] = days["long_stay_21"].where(both).groupby(keys).sum(min_count=1)
    parts["ga_occupied_with_long_stay"] = days["ga_occupied"].where(both).groupby(keys).sum(min_count=1)
    table = pd.DataFrame(parts).rename_axis([unit, "month"]).reset_index()
    return table[table["days_reported"] > 0].assign(winter=winter)


def _listed(days: pd.DataFrame, reasons: pd.DataFrame, winter: str) -> pd.DataFrame:
    parts = []
    for measure, figures in MEASURES.items():
        out = reasons[measure].notna()
        part = reasons.loc[out, measure].rename("reason").reset_index().assign(measure=measure)
        part["figure_1"] = days.loc[out, figures[0]].to_numpy()
        part["figure_2"] = days.loc[out, figures[1]].to_numpy() if len(figures) > 1 else float("nan")
        parts.append(part)
    return pd.concat(parts).assign(winter=winter)
