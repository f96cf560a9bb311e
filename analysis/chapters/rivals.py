"""Rival explanations in words: tables, sentences and titles of the chapter."""

import pandas as pd

from analysis.chapters.parted import labelled
from analysis.methods.effects.specification import SpecificationCurve
from analysis.methods.estimate import clear
from analysis.present import words
from analysis.study import before_entry, entry_effects, indicators, regime, rivals, rule, samples


def sensitivity_for_readers(names: list[str]) -> pd.DataFrame:
    """Return `sensitivity` of several indicators as texts, one row a choice, with `keogh_alone` as the third."""
    columns = {}
    for name in names:
        frame = samples.sensitivity(name).set_index("choice")
        alone = samples.keogh_alone(name)
        frame.loc[samples.ONLY_KEOGH] = {part: getattr(alone, part) for part in frame.columns}
        columns[labelled(name)] = frame.apply(words.told, axis=1, unit=regime.indicator(name).change_unit)
    table = pd.concat(columns, axis=1, sort=False)
    order = table.index.drop(samples.ONLY_KEOGH).insert(2, samples.ONLY_KEOGH)
    return table.loc[order].rename_axis("Choice").reset_index()


def equally_bad_for_readers(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the movement of entrants and of equally bad trusts that never entered."""
    rows = []
    for name in names:
        unit, found = regime.indicator(name).change_unit, entry_effects.equally_bad(name)
        entered = found.entrants.overall
        sizes = (words.told(entered, unit), words.told(found.placebo.overall, unit))
        gap = words.estimate(found.difference, found.lower, found.upper, unit)
        rows.append((labelled(name), *sizes, gap, words.number(entered.n_trusts)))
    columns = ["Indicator", "Entered", "Equally bad, never entered", "Difference", "Trusts that entered"]
    return pd.DataFrame(rows, columns=columns)


def expected_for_readers(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the change observed after entry beside what regression to the mean alone would give."""
    rows = []
    for name in names:
        unit, found = regime.indicator(name).change_unit, entry_effects.regression(name)
        sizes = [words.number(size, unit) for size in (found.baseline, found.observed, found.expected)]
        beyond = words.estimate(found.net, found.net_lower, found.net_upper, unit)
        lasting = (found.net_lasting, found.net_lasting_lower, found.net_lasting_upper)
        count = words.number(len(found.frame))
        rows.append((labelled(name), *sizes, beyond, words.estimate(*lasting, unit), count))
    columns = ["Indicator", "Distance before entry", "Change observed", "Expected from chance", "Beyond it"]
    return pd.DataFrame(rows, columns=[*columns, "Beyond it, by the share that lasts", "Trusts"])


def bounds_for_readers(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the bounds at the same and half the size of the differences in trend before entry."""
    rows = []
    for name in names:
        unit, found = regime.indicator(name).change_unit, rivals.bounds(name)
        row = {"Indicator": labelled(name), "Trends stay parallel": words.number(found.estimate, unit)}
        for mbar, size in ((0.5, "Half as large"), (1.0, "As large")):
            ends = found.frame.set_index("mbar").loc[mbar]
            wider = (ends["interval_lower"], ends["interval_upper"])
            row[size] = words.interval(ends["lower"], ends["upper"], unit)
            row[f"{size}, with sampling error"] = words.interval(*wider, unit)
        rows.append(row | {"Breaks down at": words.number(found.breakdown, "score")})
    return pd.DataFrame(rows)


def left_out_for_readers(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the range of estimates when one trust is left out at a time."""
    rows = []
    for name in names:
        unit, found = regime.indicator(name).change_unit, rivals.left_out(name)
        ends = found.frame.dropna(subset="estimate")["left_out"].str.slice(0, 3).map(regime.short_names())
        every, low, high = (words.number(size, unit) for size in (found.overall, found.lowest, found.highest))
        rows.append(
            (labelled(name), every, f"{low} without {ends.iloc[0]}", f"{high} without {ends.iloc[-1]}")
        )
    return pd.DataFrame(rows, columns=["Indicator", "All", "Lowest", "Highest"])


def curve_sentence(name: str, curve: SpecificationCurve) -> str:
    """Say how many choices were run, their range, and how many point to better or worse clear of zero."""
    about, rows = regime.indicator(name), curve.estimated
    read = [rule.reading(pd.Series({**row, "direction": about.direction})) for row in rows.to_dict("records")]
    return (
        f"{about.title}: {len(rows)} combinations of choices give differences from "
        f"{words.interval(rows['estimate'].min(), rows['estimate'].max(), about.change_unit)}; {read.count('better')} are better "
        f"clear of zero, {read.count('worse')} worse, {read.count('no clear difference')} neither; {about.direction}."
    )


def curve_title(name: str, curve: SpecificationCurve) -> str:
    """Return the finding of a specification curve as a title."""
    rows = curve.estimated
    return f"{regime.indicator(name).title}: {clear(rows).sum()} of {len(rows)} choices leave out zero"


def moving_apart_for_readers(leads: pd.DataFrame) -> pd.DataFrame:
    """Return `moving_apart` as texts."""
    rows = []
    for row in leads.to_dict("records"):
        about = regime.indicator(row["indicator"])
        ends = sorted((row["lowest"], row["highest"]), key=abs)
        counts = [words.number(row[end]) for end in ("fewest", "most")]
        periods = words.plural(row["leads"], about.analysis_grain)
        sizes = [words.number(end, about.change_unit) for end in ends]
        of = (labelled(row["indicator"]), periods, *sizes, joint(row["p"]))
        rows.append((*of, " to ".join(dict.fromkeys(counts))))
    columns = ["Indicator", "Periods before entry", "Smallest difference", "Largest difference"]
    return pd.DataFrame(rows, columns=[*columns, "Share from chance, jointly", "Trusts that entered"])


def not_parting(leads: pd.DataFrame) -> str:
    """Say for which indicators no parting before entry is found, and how large a one their intervals still hold."""
    rows = leads[~(leads["p"] < before_entry.CLEAR)]
    if rows.empty:
        return "All of them were parting."
    labels = rows["indicator"].map(indicators.label)
    units = [regime.indicator(name).change_unit for name in rows["indicator"]]
    sizes = map(words.number, rows["reach"], units)
    parts = [f"{size} in {label}" for size, label in zip(sizes, labels, strict=True)]
    return (
        f"In {words.join(labels.tolist())} we find no such difference, but the intervals of the two years hold ones of up to "
        f"{words.join(parts)}."
    )


def joint(p: float) -> str:
    """Return a chance share, no smaller than can be meant."""
    return "less than 0.001" if p < 0.001 else words.probability(p)


def windows_for_readers(windows: pd.DataFrame) -> pd.DataFrame:
    """Return `windows` as texts."""
    told = {
        "Indicator": windows["indicator"].map(labelled),
        "Matched on": windows["years"].map(before_entry.NUMBERS),
        "Difference": list(map(_text, windows.to_dict("records"))),
        "By the older rule": windows["verdict"],
        "Trusts that entered": windows["n_trusts"].map(words.number),
    }
    return pd.DataFrame(told)


def windows_sentence(name: str, windows: pd.DataFrame) -> str:
    """Say how far a difference hangs on the years that trusts are matched on."""
    rows = windows[windows["indicator"] == name]
    far = rows.loc[rows["difference"].abs().idxmax()]
    unit = regime.indicator(name).change_unit
    ends = words.interval(rows["difference"].min(), rows["difference"].max(), unit)
    said = rows["verdict"].drop_duplicates().tolist()
    older = "the older rule, which asked three intervals to agree, says"
    if len(said) == 1:
        told = f"{words.capital(older)} “{said[0]}” for each of these windows."
        turned = "this comparison alone stood in their way"
    else:
        told = f"By window {older} {words.join([f'“{verdict}”' for verdict in said])}."
        turned = "the verdict turned on the window"
    agree = rows["rest"].iloc[0] != rule.NO_CLEAR_CHANGE
    hangs = f" The other two of the three agree, so {turned}." if agree else ""
    return (
        f"The difference in {indicators.label(name)} runs from {ends}; it is largest matched on "
        f"{before_entry.NUMBERS[far['years']]}: {_text(far)}. {told}{hangs}"
    )


def not_harm(name: str, windows: pd.DataFrame, planted: pd.DataFrame) -> str:
    """Say why the difference from equally bad trusts is not to be read as an effect.

    windows: as from `windows`. planted: the table `planted_truth`.
    """
    unit = regime.indicator(name).change_unit
    rows = windows[windows["indicator"] == name].set_index("years", drop=False)
    first, *longer = rows.to_dict("records")
    side = "takes in" if first["lower"] <= 0 <= first["upper"] else "leaves out"
    draw = (name, "bad draw", "less equally bad trusts")
    error = planted.set_index(["indicator", "scenario", "method"]).loc[draw]
    years = before_entry.earlier(name).set_index("years").loc[list(before_entry.YEARS[1:])]
    gaps = [
        f"{words.number(gap, unit)} {before_entry.NUMBERS[int(str(back))]} before entry ({words.plural(int(n), 'pair')})"
        for back, gap, n in years.itertuples()
    ]
    matched = [f"Matched on {before_entry.NUMBERS[row['years']]}, it is {_text(row)}." for row in longer]
    return (
        f"The difference of {_text(first)} {side} zero. With no effect planted and entry after a bad year, this comparison "
        f"errs by {words.number(error['bias'], unit)} on average and shows a worsening that is not there in "
        f"{words.number(100 * error['worsening'], 'percent')} of panels. Entrants also differed from their partners in "
        f"earlier years: by {words.join(gaps)}. {' '.join(matched)}"
    )


def _text(row: dict | pd.Series) -> str:
    unit = regime.indicator(row["indicator"]).change_unit
    return words.estimate(row["difference"], row["lower"], row["upper"], unit)
