"""The deciding comparison, the two groups of trusts and single trusts in words: tables, sentences, titles."""

import pandas as pd

from analysis import data
from analysis.chapters.parted import labelled
from analysis.methods.estimate import HIGHER, UNCLEAR, Estimate, clear, side
from analysis.present import words
from analysis.study import calibration, deciding, groups, indicators, regime

CLEAR = 0.05
TITLES = {
    groups.EVERY: "All that entered",
    groups.KEOGH: "The eleven of the Keogh review",
    groups.LATER: "The later ones",
    groups.APART: "The eleven less the later ones",
}


def _unit(name: str) -> str:
    return regime.indicator(name).change_unit


def decided_sentence(names: list[str]) -> str:
    """Say what the deciding comparison finds, and what planted truth asks of it."""
    sizes = {name: words.told(deciding.decided(name), _unit(name)) for name in names}
    parts = [f"{indicators.label(name)} by {size}" for name, size in sizes.items()]
    return f"Against ten partners each, trusts that entered differ in {words.join(parts)}."


def choices_for_readers(names: list[str]) -> pd.DataFrame:
    """Return the deciding estimate under other choices as texts, a column an indicator."""
    columns = {}
    for name in names:
        rows = groups.other_choices(name).set_index("choice")
        columns[labelled(name)] = rows.apply(words.told, axis=1, unit=_unit(name))
    return pd.concat(columns, axis=1, sort=False).rename_axis("Choice").reset_index()


def balance_for_readers(names: list[str]) -> pd.DataFrame:
    """Return how far trusts that entered lay from all never-entered trusts, and from their partners, as texts."""
    columns = {
        "Level, from all": "level_away",
        "Level, from partners": "level_gap",
        "Trend, from all": "trend_away",
        "Trend, from partners": "trend_gap",
    }
    means = [deciding.compared(name).trusts.mean(numeric_only=True) for name in names]
    texts = pd.DataFrame(means).map(words.number, unit="score", sign=True)
    told = {title: texts[column] for title, column in columns.items()}
    return pd.DataFrame({"Indicator": list(map(labelled, names)), **told})


def two_groups_for_readers(names: list[str]) -> pd.DataFrame:
    """Return both groups and their difference as texts: a row an indicator, group and way of counting."""
    rows = []
    for name in names:
        for _, row in groups.two_groups(name).iterrows():
            rows.append({
                "Indicator": labelled(name), "Trusts": TITLES[row["group"]], "Against, counted": row["counted"],
                "Difference": words.told(row, _unit(name)), "Share from chance": words.number(row["p"], "ratio", digits=2),
                "Trusts that entered": words.number(row["n_trusts"]),
            })  # fmt: skip
    return pd.DataFrame(rows)


def two_groups_sentence(name: str) -> str:
    """Say what the two groups show, each against ten partners of its own, and whether they differ."""
    rows = groups.two_groups(name)
    rows = rows[rows["counted"] == groups.PERIODS].set_index("group")
    three = (groups.KEOGH, groups.LATER, groups.APART)
    first, later, apart = (words.told(rows.loc[group], _unit(name)) for group in three)
    chance = rows.loc[groups.APART, "p"] >= CLEAR
    told = "cannot be told from none" if chance else "is more than chance would give"
    return (
        f"In {indicators.label(name)} the eleven differ from partners of their own by {first}, the later trusts by "
        f"{later}. The difference between the two groups, {apart}, {told}."
    )


def phases_for_readers(names: list[str]) -> pd.DataFrame:
    """Return time inside and time after leaving apart, as texts."""
    rows = []
    for name in names:
        for _, row in groups.inside_and_after(name).iterrows():
            rows.append({
                "Indicator": labelled(name), "Trusts": TITLES[row["group"]], "Time": row["counted"],
                "Difference": words.told(row, _unit(name)), "Trusts that entered": words.number(row["n_trusts"]),
            })  # fmt: skip
    return pd.DataFrame(rows)


def phases_sentence(names: list[str]) -> str:
    """Say which intervals of time inside and time after leaving leave out zero, of how many."""
    seen, outside = 0, []
    for name in names:
        rows = groups.inside_and_after(name)
        seen += len(rows)
        for _, row in rows[clear(rows)].iterrows():
            better = (row["lower"] > 0) == (regime.indicator(name).better == HIGHER)
            who = f"{words.small(TITLES[row['group']])}: {'better' if better else 'worse'}"
            outside.append(f"{indicators.label(name)} {row['counted']} ({who})")
    if not outside:
        return f"None of these {words.number(seen)} intervals leaves out zero."
    verb = "leaves" if len(outside) == 1 else "leave"
    return f"{words.number(len(outside))} of these {words.number(seen)} intervals {verb} out zero: {words.join(outside)}."


def partners_sentence(name: str = "shmi") -> str:
    """Say how far the rows of the table of partners and years can be compared: they rest on other panels, and on few."""
    frame = data.load("calibration")
    rows = frame[frame["indicator"] == name].set_index(["years", "partners"])["panels"]
    of_record = int(rows[(deciding.YEARS, deciding.PARTNERS)])
    (others,) = set(rows.drop((deciding.YEARS, deciding.PARTNERS)).astype(int))
    error = 100 / (2 * others) ** 0.5
    return (
        f"The row of record ({deciding.PARTNERS} partners, {deciding.YEARS} years) rests on {words.number(of_record)} panels of its own, all "
        f"others on the same {words.number(others)}, which leave a Monte Carlo error of about {words.number(error, 'percent', digits=0)} of each figure. "
        f"So it differs from its neighbours by drawing, too; the others compare among themselves."
    )


def partners_for_readers(names: list[str]) -> pd.DataFrame:
    """Return how far the comparison errs after a bad year, by partners and years matched, on planted truth."""
    frame = data.load("calibration")
    rows = []
    for (years, partners), part in frame[frame["indicator"].isin(names)].groupby(["years", "partners"]):
        errors = part.set_index("indicator")["error"].reindex(names)
        if errors.notna().all():
            row = {"Years": words.number(years), "Partners": words.number(partners)}
            for name, unit in zip(names, map(_unit, names), strict=True):
                row[labelled(name)] = words.number(errors[name], unit, digits=2)
            rows.append(row)
    return pd.DataFrame(rows)


def calibration_for_readers(names: list[str]) -> pd.DataFrame:
    """Return how the settings of record do on planted truth: bias, limits and false alarms, as texts."""
    rows = []
    for name in names:
        row, unit = deciding.calibration(name), _unit(name)
        rows.append({
            "Indicator": labelled(name),
            "Mean error after a bad year": words.number(row["bias"], unit, sign=True),
            "Standard errors to each side": words.number(row["critical"], "score"),
            "False alarms, entry by chance": words.number(100 * row["false_none"], "percent"),
            "False alarms, after a bad year": words.number(100 * row["false_bad"], "percent"),
            "Read as an improvement, at most": words.number(100 * row["false_improvement"], "percent"),
            "False alarms, after a year twice as bad": words.number(100 * row["false_strong"], "percent"),
            "Panels": words.number(row["panels"]),
        })  # fmt: skip
    return pd.DataFrame(rows)


def calibration_sentence(names: list[str]) -> str:
    """Say how often the calibrated interval errs, in panels that did not calibrate it."""
    rows = [deciding.calibration(name) for name in names]
    worst = [100 * max(row["false_none"], row["false_bad"]) for row in rows]
    strong = [100 * row["false_strong"] for row in rows]
    error = 100 * (0.05 * 0.95 / (calibration.DRAWS / 2)) ** 0.5
    return (
        f"In the half of the panels that was kept for checking, the calibrated intervals leave out the truth in "
        f"{words.interval(min(worst), max(worst), 'percent')} of panels in the harder of the two cases (aim: 5%; Monte "
        f"Carlo error {words.number(error, 'percent')}). Where the year before entry was twice as bad, they leave it "
        f"out in {words.interval(min(strong), max(strong), 'percent')}: the limits do not cover every way of choosing."
    )


def coverage_for_readers() -> pd.DataFrame:
    """Return the table `regression_coverage` as texts."""
    found = data.load("regression_coverage")
    shares = (100 * found[["coverage", "coverage_known"]]).map(words.number, unit="percent")
    spreads = [found[part].map(words.number) for part in ("between", "within")]
    told = {
        "Lasting and passing spread": spreads[0] + " and " + spreads[1],
        "Memory": found["autocorrelation"].map(words.number, unit="score", digits=1),
        "Worst by": found["chosen_by"],
        "Expected from": found["method"],
        "Held the truth": shares["coverage"],
        "If taken as known": shares["coverage_known"],
    }
    return pd.DataFrame(told)


def coverage_sentence() -> str:
    """Say how often intervals beyond regression to the mean hold the truth, by what trusts were chosen by."""
    frame = data.load("regression_coverage")
    slope = frame[frame["method"] == "slope"].set_index("chosen_by")
    parts = {how: (100 * part.min(), 100 * part.max()) for how, part in slope.groupby(level=0)["coverage"]}
    known = 100 * slope.loc["their value", "coverage_known"]
    return (
        f"Where the worst by their value enter, the interval beyond regression to the mean holds the truth in "
        f"{words.interval(*parts['their value'], 'percent')} of panels; it did in "
        f"{words.interval(known.min(), known.max(), 'percent')} when the expected movement was taken as known. Where the "
        f"passing part alone chose them, it holds it in {words.interval(*parts['its passing part'], 'percent')}."
    )


def single_title(name: str, singles: groups.SingleTrusts) -> str:
    """Return what the effects of single trusts show, as a title."""
    outside = int(clear(singles.frame).sum())
    title = regime.indicator(name).title
    if outside:
        return f"{title}: pooled in part, {words.plural(outside, 'trust')} of {len(singles.frame)} can be told from zero"
    return f"{title}: no single trust can be told from chance"


def single_sentence(name: str, singles: groups.SingleTrusts) -> str:
    """Say how far single trusts spread, beside trusts that never entered, what would stand out, and how many do."""
    unit = _unit(name)
    outside = int(((singles.frame["effect"] < singles.low) | (singles.frame["effect"] > singles.high)).sum())
    more = "no more than chance would give"
    if singles.pooled.p < CLEAR:
        more = "more than chance would give (the trusts differ, but not in a way that tells which)"
    return (
        f"Differences of single trusts from their partners spread by {words.number(singles.spread, unit)} (standard deviation), those of "
        f"trusts that never entered by {words.number(singles.placebo_spread, unit)}: {more}. A single trust would have to lie outside "
        f"{words.interval(singles.low, singles.high, unit)} to lie beyond 95% of trusts that never entered; {outside} of {len(singles.frame)} "
        f"do, where about {words.number(0.05 * len(singles.frame))} would by chance. Beyond error, true effects are put at "
        f"a spread of {words.number(singles.pooled.tau, unit)} (DerSimonian and Laird). "
        f"{single_title(name, singles).partition(': ')[2].capitalize()}."
    )


def stay_for_readers(names: list[str]) -> pd.DataFrame:
    """Return the rank correlation of length of stay and effect, as texts."""
    found = {name: groups.single_trusts(name).stay for name in names}
    rows = [
        (labelled(name), words.told(stay, "score"), _stay_reading(name, stay), words.number(stay.n))
        for name, stay in found.items()
    ]
    return pd.DataFrame(rows, columns=["Indicator", "Rank correlation", "Reading", "Trusts"])


def _stay_reading(name: str, estimate: Estimate) -> str:
    which = side(estimate.lower, estimate.upper)
    if which == UNCLEAR:
        return "cannot be told from none"
    better = which == regime.indicator(name).better
    return f"trusts that stayed longer did {'better' if better else 'worse'}"
