"""Leaving special measures in words: answers, sentences and tables of texts."""

import numpy as np
import pandas as pd

from analysis.methods.durations.durations import TimeInRegime
from analysis.methods.effects import results
from analysis.methods.effects.gain_kept import ESTIMABLE, GainKept
from analysis.methods.estimate import HIGHER, LOWER, UNCLEAR, UNKNOWN, side
from analysis.present import words
from analysis.study import before_entry, indicators, leaving, regime, rule

POINTING = ("better", "worse", HIGHER, LOWER)
NO_SPREAD = "cannot be told: the figures of all trusts compared moved alike"
NAMES = {"exit": "had left as improved", "returned": "had come back"}


def percent(value: float, low: float = np.nan, high: float = np.nan) -> str:
    """Return a share (1 = all) as a whole percentage, with its interval where it has one."""
    if np.isnan(low) or np.isnan(high):
        return words.number(100 * value, "percent", digits=0)
    return words.estimate(100 * value, 100 * low, 100 * high, "percent", digits=0)


def middle_stay(stays: TimeInRegime) -> str:
    """Return by when half of the first spells had ended, in words. `stays` as from `leaving.stays`."""
    row = stays.medians.iloc[0]
    return "about " + words.estimate(row["median"], row["lower"], row["upper"], "months", digits=0)


def stays_sentence(stays: TimeInRegime) -> str:
    """Say how long first spells lasted. `stays` as from `leaving.stays`."""
    row = stays.medians.iloc[0]
    ends = stays.incidence.groupby("cause")["events"].sum().astype(int)
    return (
        f"Of {words.plural(int(row['n']), 'trust')}, {ends['exit']} left as improved, {ends['acquired']} was taken over and "
        f"{words.number(row['censored'])} were still in when the regime ended. Half of the first spells had ended "
        f"by {middle_stay(stays)}."
    )


def shares_sentence(stays: TimeInRegime, cause: str, months: int) -> str:
    """Say what share had gone by `cause` at `months`, and how many were still followed then."""
    row = leaving.shares(stays, cause).set_index("months").loc[months]
    return (
        f"By {months} months {percent(row['incidence'], row['lower'], row['upper'])} {NAMES[cause]}; "
        f"{words.plural(int(row['at_risk']), 'trust')} were still followed then."
    )


def returns_sentence(stays: TimeInRegime) -> str:
    """Say how many trusts came back, and how many could no longer. `stays` as from `leaving.returns`."""
    ends = stays.incidence.groupby("cause")["events"].sum().astype(int)
    row = stays.medians.iloc[0]
    return (
        f"{ends['returned']} of {words.plural(int(row['n']), 'trust')} that left came back by the end of the regime; "
        f"{ends['dissolved']} were merged into another trust first and {words.number(row['censored'])} had neither come "
        f"back nor merged. {shares_sentence(stays, 'returned', 48)}"
    )


def answer(stay: TimeInRegime, back: TimeInRegime, table: pd.DataFrame) -> str:
    """Return the chapter's answer in three short sentences. `table` as from `leaving.summary`."""
    ends = back.incidence.groupby("cause")["events"].sum().astype(int)
    return (
        f"Half of the trusts had ended their first stay by {middle_stay(stay)}. {ends['returned']} of the "
        f"{int(back.medians.iloc[0]['n'])} that left as improved came back by July 2021. {_year_on(table)}."
    )


def sizes(table: pd.DataFrame) -> str:
    """Return what the answer leaves for later: the differences a year on, and what became of gains, with intervals."""
    primary = primary_of(table).rename(columns={"year_estimate": "year"})
    gaps = [
        f"{_limits(row.to_dict(), 'year', row['unit'])} in {indicators.label(row['indicator'])}"
        for _, row in primary.iterrows()
        if pd.notna(row["year"])
    ]
    gains = [
        f"{_limits(row.to_dict(), 'change_12', row['unit'])} in {indicators.label(row['indicator'])}"
        for _, row in primary.iterrows()
        if row["status_12"] == ESTIMABLE
    ]
    apart = f"A year after leaving, trusts differed from those still in by {'; by '.join(gaps)}. "
    told = "What had been gained by the last year inside then changed by {} (positive is better)."
    kept = told.format("; by ".join(gains)) if gains else "Whether gains were kept cannot be said."
    return f"{apart if gaps else ''}{kept}"


def _year_on(table: pd.DataFrame) -> str:
    """Return the readings of the primary indicators a year after leaving, those that agree together."""
    read = {
        indicators.label(row["indicator"]): reading(row, "year").replace("no clear", "of no clear")
        for _, row in primary_of(table).iterrows()
    }
    if set(read.values()) == {"of no clear difference"}:
        same = "A year after leaving, no primary measure could be told from that of trusts still in"
        return f"{same}; gains above {words.join([_largest(row) for _, row in primary_of(table).iterrows()])} are ruled out"
    parts = [
        f"{words.join([name for name in read if read[name] == said])} {said}"
        for said in dict.fromkeys(read.values())
    ]
    return f"A year after leaving, against trusts still in, we read {words.join(parts)}"


def _largest(row: pd.Series) -> str:
    """Return the largest gain that the interval of a year on leaves in, with what it is a gain of."""
    about, short = regime.indicator(row["indicator"]), indicators.SHORT[row["indicator"]]
    size = words.number(max(row["year_lower"] * about.sign, row["year_upper"] * about.sign), row["unit"])
    return size if short in size else f"{size} ({short})"


def primary_of(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the primary indicators."""
    return table[table["indicator"].isin(indicators.indicators(primary=True))]


def reading(row: pd.Series, place: str) -> str:
    """Say which way the figures of `place` ("before", "first", "year") in a row of `leaving.summary` point."""
    few = min(row[f"{place}_n_trusts"], row[f"{place}_n_controls"])
    limits = {part: row[f"{place}_{part}"] for part in leaving.LIMITS}
    if limits["lower"] == limits["upper"]:
        return NO_SPREAD
    return rule.reading(pd.Series({**limits, "direction": row["direction"], "n_trusts": few}))


def path_title(name: str, frame: pd.DataFrame) -> str:
    """Return the finding of `leaving.changes` as a title: just after leaving, and at the last solid period."""
    about = regime.indicator(name)
    rows = frame.set_index("horizon")
    solid = rows.index[~rows["thin"] & (rows.index >= 0)]
    if solid.empty:
        return f"{about.title}: too few trusts to read"
    last = int(solid.max())
    limits = {at: {part: rows.loc[at, part] for part in leaving.LIMITS} for at in (0, last)}
    first, end = (rule.reading(pd.Series({**limits[at], "direction": about.direction})) for at in (0, last))
    grain = about.analysis_grain
    when = words.plural(last, grain)
    if last == 0:
        return f"{about.title}: {first} in the {grain} of leaving, the only one with enough trusts"
    if first == end:
        return f"{about.title}: {first}, in the {grain} of leaving or {when} later"
    return f"{about.title}: {first} in the {grain} of leaving, {end} {when} later"


def path_sentence(name: str, frame: pd.DataFrame) -> str:
    """Say how leavers differed from trusts still in, just after leaving, a year and two years on."""
    about = regime.indicator(name)
    grain, unit = about.analysis_grain, about.change_unit
    rows = frame.set_index("horizon")
    places = {
        f"in the {grain} of leaving": 0,
        "one year after that": about.year,
        "two years after": 2 * about.year,
    }
    parts = []
    for where, at in places.items():
        row = rows.loc[at]
        counts = f"{words.plural(int(row['n_trusts']), 'trust')} against {int(row['n_controls'])}"
        parts.append(f"{words.told(row, unit)} {where} ({counts})")
    more = about.direction if about.direction != "neither" else "neither direction is better"
    return (
        f"{about.title}, change since the last {grain} inside at trusts that left, less that at trusts still in: "
        f"{words.join(parts)}; {more}. Intervals resample trusts."
    )


def kept_text(row: pd.Series, months: int) -> str:
    """Return what became of the gain, of a row of `leaving.summary`, as text, or why it is not estimable."""
    if (status := row[f"status_{months}"]) != ESTIMABLE:
        return f"not estimable: {status}"
    if row[f"change_{months}_n"] < results.THIN:
        return "not estimable: too few trusts to read"
    return kept_at(row, months, before="; ")


def kept_at(row: pd.Series, months: int, *, before: str = " at ") -> str:
    """Return the change of the gain within a sentence: its size and at how many trusts, `before` which stand these words."""
    seen = words.plural(int(row[f"change_{months}_n"]), "trust")
    return f"{_limits(row, f'change_{months}', row['unit'])}{before}{seen}"


def standing_out(table: pd.DataFrame) -> str:
    """Say which intervals of secondary measures after leaving leave out zero, of how many. `table`: `leaving.summary`."""
    seen, outside = 0, []
    for _, row in table[~table["indicator"].isin(indicators.indicators(primary=True))].iterrows():
        for place, when in (("first", "just after leaving"), ("year", "a year after that")):
            said = reading(row, place)
            seen += said in POINTING or said == UNCLEAR
            if said in POINTING:
                outside.append(f"{indicators.label(row['indicator'])} {when} ({said})")
    if not outside:
        return f"None of the {seen} intervals of secondary measures after leaving leaves out zero."
    return (
        f"Of {seen} intervals of secondary measures after leaving, {words.number(len(outside))} leave out zero: "
        f"{words.join(outside)}. Were they all of nothing, about {words.number(seen / 20)} would."
    )


def kept_sentence(name: str, gain: GainKept) -> str:
    """Say the gain of the last year inside and how it had changed 12 and 24 months after leaving."""
    about = regime.indicator(name)
    unit = about.change_unit
    parts = [
        f"{_limits(row, 'gain', unit)} and by {months} months after it had changed by "
        f"{_limits(row, 'change', unit)} ({words.plural(int(row['n_trusts']), 'trust')})"
        for months, row in zip((12, 24), gain.frame.to_dict("records"), strict=True)
    ]
    return (
        f"{about.title}, gain over the last year inside, positive meaning better: {'; '.join(parts)}. "
        f"A change below zero is gain that was lost."
    )


def _limits(row: dict | pd.Series, part: str, unit: str) -> str:
    return words.estimate(row[part], row[f"{part}_lower"], row[f"{part}_upper"], unit)


def kept_title(name: str, gain: GainKept) -> str:
    """Return the finding of `leaving.kept` as a title: whether the gain was lost or grew within a year."""
    row = gain.frame.iloc[0]
    told = {HIGHER: "had grown", LOWER: "was partly lost", UNKNOWN: "cannot be followed"}
    which = side(row["change_lower"], row["change_upper"])
    ended = told.get(which, "was neither clearly lost nor clearly grown")
    return f"{regime.indicator(name).title}: a year after leaving, the gain {ended}"


def medians_for_readers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `leaving.medians` as texts."""
    told = {
        "What is counted": frame["what"],
        "Spells": frame["n"].map(words.number),
        "Of which ended": frame["ended"].map(words.number),
        "Middle stay": frame.rename(columns={"median": "estimate"}).apply(words.told, axis=1, unit="months"),
    }
    return pd.DataFrame(told)


def shares_for_readers(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return `leaving.shares` as texts; `name` heads the column of shares."""
    told = {
        "Months": frame["months"].map(words.number),
        name: list(map(percent, frame["incidence"], frame["lower"], frame["upper"])),
        "Other ends taken as unfinished": frame["naive"].map(percent),
        "Still followed": frame["at_risk"].map(words.number),
    }
    return pd.DataFrame(told)


def published_for_readers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `leaving.published` as texts."""
    units = frame["unit"].replace({"trusts": "count"})
    told = {
        "Published figure": frame["quantity"],
        "As of": frame["as_of"].map(words.day),
        "Published": list(map(words.number, frame["published"], units)),
        "Ours": list(map(words.number, frame["ours"], units)),
        "Agree": frame["agrees"].map({True: "yes", False: "no"}),
    }
    return pd.DataFrame(told)


def leavers_for_readers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `leaving.leavers_by_year` as texts, indicators by title, with a row of totals."""
    counts = frame.set_index("year")
    counts.index = counts.index.astype(str)
    counts.loc["All years"] = counts.sum()
    titles = {name: regime.indicator(name).title for name in counts.columns.drop("all")}
    texts = counts.map(words.number).rename(columns={"all": "All exits", **titles})
    return texts.rename_axis("Year of leaving").reset_index()


def summary_for_readers(table: pd.DataFrame) -> pd.DataFrame:
    """Return `leaving.summary` as texts."""
    rows = [
        {
            "Indicator": f"{before_entry.titled(row['indicator'])} (by {row['grain']})",
            "Better": row["direction"],
            "Left; still in": f"{words.number(row['first_n_trusts'])}; {words.number(row['first_n_controls'])}",
            "Year before leaving": _cell(row, "before"),
            "First period after": _cell(row, "first"),
            "One year after that": _cell(row, "year"),
            "Change of the gain, 12 months": kept_text(row, 12),
            "Change of the gain, 24 months": kept_text(row, 24),
        }
        for _, row in table.iterrows()
    ]
    return pd.DataFrame(rows)


def _cell(row: pd.Series, place: str) -> str:
    said = reading(row, place)
    if said in ("cannot be estimated", "too few trusts to read", NO_SPREAD):
        return said
    return f"{words.told(row, row['unit'], f'{place}_')}: {said}"


def choices_for_readers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `leaving.kept_choices` as texts: one row an indicator and choice, one column a horizon."""
    rows = []
    for (name, window, omitted), part in frame.groupby(["indicator", "window", "omit_before"], sort=False):
        about = regime.indicator(name)
        out = {
            "Indicator": before_entry.titled(str(name)),
            "Averaged over": words.plural(window, about.analysis_grain),
            "Year before entry": "left out" if omitted else "in the baseline",
        }
        for row in part.to_dict("records"):
            told = _limits(row, "change", about.change_unit) if row["status"] == ESTIMABLE else row["status"]
            out[f"Change by {row['months']} months"] = told
        rows.append(out)
    return pd.DataFrame(rows)
