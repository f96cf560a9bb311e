"""Titles, sentences and tables about the trajectories of trusts, as texts for readers."""

from html import escape

import pandas as pd

from analysis.present import words
from analysis.present.blocks import Block
from analysis.study import regime, trajectories
from analysis.study.trajectories import SHORT, Charts

PHASES = ("before", "during", "after")


def names() -> pd.Series:
    """Return the short name of each trust that entered, by code."""
    spells = regime.spells()
    return spells.drop_duplicates("trust").set_index("trust")["name"]


def name(trust: str) -> str:
    """Return the short name of a trust that entered; the part after '@' marks a merger and is dropped."""
    return str(names()[trust.split("@")[0]])


def icons_for_readers(icons: pd.DataFrame) -> pd.DataFrame:
    """Return `trajectories.icons` as texts: one row a trust, by name: level and icon of each phase of the first spell."""
    rows = []
    for trust, part in icons.groupby("trust", sort=False):
        cells = part.set_index("phase")
        row = {"Trust": name(str(trust))}
        for phase in PHASES:
            mean = last = ""
            if phase in cells.index:
                cell = cells.loc[phase]
                mean = words.number(cell["centre"], "count", digits=1)
                few = cell["provisional"] and cell["variation"] != SHORT
                last = f"{cell['variation']}{' (provisional)' if few else ''}"
            row |= {f"{phase.capitalize()}: mean": mean, f"{phase.capitalize()}: last point": last}
        rows.append(row)
    return pd.DataFrame(rows).sort_values("Trust", kind="stable", ignore_index=True)


def refusal() -> Block:
    """Return what our chart answers when asked for run rules on mortality by overlapping years, as a sentence."""
    said = f"Our chart refuses: {trajectories.rolling_refusal()}."
    return Block(f'<p class="result">{escape(said)}</p>', said)


def signals_table(icons: pd.DataFrame, expected: dict[str, float]) -> pd.DataFrame:
    """Return, as texts, the number of flagged points beside those expected when nothing changed.

    icons: as `trajectories.icons` returns it. expected: number by assumption, in words.
    """
    rows = [["Found", words.number(icons["signals"].sum())]]
    rows += [[f"Expected if {told}", words.number(count)] for told, count in expected.items()]
    return pd.DataFrame(rows, columns=["Points flagged in all charts", "Number"])


def charts_title(icons: pd.DataFrame, expected: float) -> str:
    """Return the finding of all charts: flagged points beside those expected of series with memory."""
    return (
        f"{words.number(icons['signals'].sum())} points are flagged at {icons['trust'].nunique()} trusts; equally sticky "
        f"series would give about {words.number(expected)} without any change"
    )


def example_title(charts: Charts, trust: str) -> str:
    """Return the finding of one trust's chart: its mean before, during and after."""
    means = charts.frame[charts.frame["trust"] == trust].groupby("phase")["centre"].first()
    parts = [words.number(means[phase], "count", digits=1) for phase in PHASES]
    return f"{name(trust)}: mean distance from comparators {parts[0]} points before, {parts[1]} during, {parts[2]} after"


def funnel_title(release: str, banded: pd.DataFrame) -> str:
    """Return how many of the trusts banded high have entered at any time. `banded` as of `shmi_funnel`."""
    high = banded[banded["ours"] == "higher than expected"]
    return (
        f"SHMI release of {words.month(release)}: {len(high)} trusts banded higher than expected, "
        f"{int(high['entered'].notna().sum())} of which entered special measures at some time"
    )


def funnel_told(banded: pd.DataFrame) -> pd.DataFrame:
    """Return `banded` with each trust's ratio as deaths per hundred expected."""
    told = banded.assign(ratio=banded["ratio"] * words.SCALE["deaths"])
    return told.rename(columns={"ratio": words.unit_name("deaths").replace(" ", "_")})


def banding_table(releases: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return, as texts, our banding beside the published one by release: agreement and trusts that entered."""
    rows = []
    for release, banded in releases.items():
        high, ever = banded["ours"] == "higher than expected", banded["entered"].notna()
        first = banded["entered"] <= regime.REGIME_START
        kinds = (high | ~high, banded["ours"] == banded["published"], high, high & ever, first, high & first)
        rows.append([words.month(release), *(words.number(kind.sum()) for kind in kinds)])
    columns = ["Release", "Trusts", "Banded as published", "Higher than expected", "of these ever entered"]
    return pd.DataFrame(rows, columns=[*columns, "Entered on 16 July 2013", "of these higher than expected"])


def single_for_readers(fits: pd.DataFrame, event: str) -> pd.DataFrame:
    """Return `trajectories.single_trusts` as texts for one event, "entry" or "exit".

    By name. Trusts without enough months are listed with the reason; for exit, trusts that had not left are left out.
    """
    rows = []
    for _, fit in fits.iterrows():
        there = pd.notna(fit[f"level_{event}"])
        if not there and (event == "exit" or fit["estimable"]):
            continue
        months = f"{fit['before']}, {fit['during']}, {fit['after']}"
        row = {"Trust": name(fit["trust"]), "Months before, in, after": months}
        for said, key, digits in (("Level", "level", 1), ("Slope a month", "slope", 2)):
            row[said] = spread(fit, f"{key}_{event}", digits) if there else "not estimable"
            row[f"{said}, Newey–West"] = spread(fit, f"{key}_{event}_nw", digits) if there else ""
        rows.append(row)
    return pd.DataFrame(rows).sort_values("Trust", kind="stable", ignore_index=True)


def spread(fit: pd.Series, key: str, digits: int) -> str:
    """Return 'VALUE (LOW to HIGH)' without a unit, for a column whose heading says it."""
    ends = words.interval(fit[f"{key}_lower"], fit[f"{key}_upper"], "count", digits=digits)
    return f"{words.number(fit[key], 'count', digits=digits)} ({ends})"


def clear(fits: pd.DataFrame, term: str) -> tuple[int, int, int]:
    """Return how many trusts have an interval of `term` above zero, below zero, and how many have one."""
    kinds = (fits[f"{term}_lower"] > 0, fits[f"{term}_upper"] < 0, fits[term].notna())
    above, below, of = (int(kind.sum()) for kind in kinds)
    return above, below, of


def clear_sentence(fits: pd.DataFrame, term: str, what: str) -> str:
    """Say how many intervals of a term lie above and below zero. `fits` as of `trajectories.single_trusts`."""
    above, below, of = clear(fits, term)
    return (
        f"{what}: the interval lies above zero for {above} of {words.plural(of, 'trust')} and below zero for "
        f"{below}; it holds zero for the other {of - above - below}. Half of the intervals reach out by {reach(fits, term)} or "
        f"more to either side, and a smaller change of one trust would mostly be missed."
    )


def reach(fits: pd.DataFrame, term: str) -> str:
    """Return how far the middle one of the intervals of a term reaches to either side, in words."""
    half = ((fits[f"{term}_upper"] - fits[f"{term}_lower"]) / 2).median()
    if term.startswith("slope"):
        return f"{words.number(half, 'score')} points a month"
    return words.number(half, "points")


def answer(icons: pd.DataFrame, expected: float, single: pd.DataFrame) -> str:
    """Return the chapter's answer in two short sentences: signals beside chance, and clear changes at entry."""
    above, below, of = clear(single, "level_entry")
    return (
        f"Charts of four-hour waits flag {words.number(icons['signals'].sum())} points; about "
        f"{words.number(expected)} would be flagged had nothing changed. The share seen within four hours clearly rose "
        f"at entry at {above} and clearly fell at {below} of {of} trusts."
    )


def reach_sentence(icons: pd.DataFrame, single: pd.DataFrame) -> str:
    """Return what the answer leaves for later: what the number by chance rests on, and what the charts would miss."""
    return (
        f"The flagged points are of {icons['trust'].nunique()} trusts that entered, and the number by chance is that of series as "
        f"sticky as those of trusts that never entered. Half of the intervals at entry reach out by "
        f"{reach(single, 'level_entry')} or more, so these charts would miss most changes of a usual size."
    )


def example_sentence(charts: Charts, trust: str) -> str:
    """Say in full what one trust's chart shows, phase by phase."""
    parts = []
    for phase, rows in charts.frame[charts.frame["trust"] == trust].groupby("phase", sort=False):
        seen = rows[rows["value"].notna()]
        last = seen[["centre", "lower", "upper"]].iloc[-1]
        centre, lower, upper = (words.number(value, "count", digits=1) for value in last)
        flagged = words.plural(int(seen["signal"].notna().sum()), "signal")
        parts.append(f"{phase} {centre} (limits {lower} to {upper}, {len(seen)} quarters, {flagged})")
    return (
        f"{name(trust)}, share seen within four hours less the median of {len(charts.comparators)} trusts that never "
        f"entered, percentage points, higher is better. Mean {words.join(parts)}."
    )


def per_hundred(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ratios of deaths (all columns of decimals) as deaths per hundred expected."""
    ratios = frame.select_dtypes("float").columns
    return frame.assign(**(frame[ratios] * words.SCALE["deaths"]).to_dict("series"))


def releases_title(frame: pd.DataFrame) -> str:
    """Return the finding of SHMI by release: the mean of the trusts that entered first, at both ends."""
    first, last = frame.iloc[0], frame.iloc[-1]
    means = [words.number(100 * row["mean"], digits=0) for row in (first, last)]
    return (
        f"Mortality of the trusts that entered first: {means[0]} deaths per hundred expected in "
        f"{words.month(first['release'])}, {means[1]} in {words.month(last['release'])}"
    )


def releases_sentence(frame: pd.DataFrame) -> str:
    """Say in full what SHMI by release shows. `frame` as of `trajectories.shmi_releases`."""
    trusts = frame.shape[1] - 4
    parts = []
    for _, row in frame.iloc[[0, -1]].iterrows():
        spread = words.interval(row["low"], row["high"], "deaths").removesuffix(words.FORMATS["deaths"][2])
        parts.append(
            f"{words.number(row['mean'], 'deaths')} in the release of {words.month(row['release'])} "
            f"(as a ratio {words.number(row['mean'], 'ratio')}; middle 80% of others {spread})"
        )
    return f"Mean mortality (SHMI) of {trusts} trusts that entered on 16 July 2013: {words.join(parts)}; lower is better."


def forest(fits: pd.DataFrame, term: str) -> pd.DataFrame:
    """Return one term of `trajectories.single_trusts` for `plots_spc.plot_single`, in order of first entry."""
    there = fits[fits[term].notna()].set_index("trust")
    order = [trust for trust in regime.spells()["trust"].drop_duplicates() if trust in there.index]
    columns: dict[str, pd.Series] = {}
    for prefix, key in (("", term), ("nw_", f"{term}_nw")):
        columns |= {f"{prefix}estimate": there[key]}
        columns |= {f"{prefix}{part}": there[f"{key}_{part}"] for part in ("lower", "upper")}
    shown = pd.DataFrame(columns).loc[order].reset_index()
    shown.insert(1, "name", shown["trust"].map(name))
    return shown


def forest_title(fits: pd.DataFrame) -> str:
    """Return the finding of the changes in level at entry."""
    above, below, of = clear(fits, "level_entry")
    return f"The level of four-hour waits clearly changed at entry at {above + below} of {of} trusts: {above} up, {below} down"
