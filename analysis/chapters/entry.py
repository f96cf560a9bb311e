"""Effects of entry in words: answers, titles and tables of the chapter."""

from typing import Any

import numpy as np
import pandas as pd

from analysis import data
from analysis.chapters.parted import behind, labelled
from analysis.methods.effects import results
from analysis.present import words
from analysis.study import before_entry, estimators, indicators, regime, rule

SIDE = "Side of zero, unadjusted"
NOT_TOLD = "not told from"


def by_estimator_for_readers(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return `by_estimator` as texts, one row an estimator, one column an indicator."""
    columns: dict[str, Any] = {"Estimator": estimates["estimator"].drop_duplicates().tolist()}
    for name, part in estimates.groupby("indicator", sort=False):
        unit = regime.indicator(str(name)).change_unit
        columns[labelled(str(name))] = [words.told(row, unit) for row in part.itertuples()]
    return pd.DataFrame(columns)


def chance_for_readers(chances: pd.DataFrame) -> pd.DataFrame:
    """Return `chance` as texts for a table."""
    units = [regime.indicator(name).change_unit for name in chances["indicator"]]
    return pd.DataFrame(
        {
            "Indicator": [before_entry.titled(name) for name in chances["indicator"]],
            "Family": np.where(chances["primary"], "primary (Holm)", "secondary (Benjamini–Hochberg)"),
            "Difference": list(map(words.number, chances["estimate"], units)),
            "Signs turned": chances["wild"].map(words.probability),
            "Dates dealt out": chances["placebo"].map(words.probability),
            "Larger, adjusted": chances["adjusted"].map(words.probability),
        }
    )


def beside_published(both: pd.DataFrame) -> pd.DataFrame:
    """Return, as texts, the directions that the original study reported beside ours.

    both: as `protocol.two_baselines` returns it. The side of zero is read from each interval alone; it is not
    adjusted for their number, and it is not what the report calls a change, which is the column "By our rule".
    """
    ours = both.set_index("indicator")
    columns = [SIDE, "Without the year before", "Same side", "By our rule"]
    rows = []
    for claim in data.load("published_findings").itertuples():
        row = {"Measure": claim.measure, "Original study": claim.published_direction}
        told = ["no public figures at hand", "", "not known", ""]
        if pd.notna(claim.indicator):
            first = ours.loc[claim.indicator]
            second = first.copy()
            for part in estimators.PARTS:
                second[part] = first[f"{part}_dip_out"]
            sides = [rule.reading(figures) for figures in (first, second)]
            same = all(side == claim.published_direction for side in sides)
            told = [*sides, "yes" if same else "no", first["verdict"]]
        rows.append(row | dict(zip(columns, told, strict=True)))
    return pd.DataFrame(rows)


COUNTS = "Trusts that entered: all; without the year before"


def path_sentence(name: str, effects: results.Effects) -> str:
    """Say how far from the baseline a path was just before entry, just after, and at its end."""
    about = regime.indicator(name)
    grain, unit = about.analysis_grain, about.change_unit
    rows = effects.frame.set_index("horizon")
    solid = rows[~rows["thin"]]
    places = {
        f"in the {grain} before entry": -1,
        f"{words.plural(1, grain)} after": 1,
        f"{words.plural(int(solid.index.max()), grain)} after": int(solid.index.max()),
    }
    parts = [f"{words.told(rows.loc[at], unit)} {where}" for where, at in places.items()]
    more = about.direction if about.direction != "neither" else "neither direction is better"
    left_out = (
        f"; {words.number(len(effects.dropped))} more that entered left out, without a value before entry"
    )
    return (
        f"{about.title} at trusts that entered, less what comparators predict from the years before: "
        f"{words.join(parts)}. {effects.overall.n_trusts} trusts that entered, {effects.overall.n_controls} comparators"
        f"{left_out if len(effects.dropped) else ''}; {more}. {behind(name)}"
    ).strip()


def short(both: pd.DataFrame) -> str:
    """Return the verdicts on the primary indicators in one sentence, from `two_baselines`."""
    return f"Of the main measures, beside ten trusts alike in level and trend that never entered, {_verdicts(both)}."


def _verdicts(both: pd.DataFrame) -> str:
    primary = both[both["indicator"].isin(indicators.indicators(primary=True))]
    clear = primary[primary["verdict"].isin(rule.CHANGES)]
    if clear.empty:
        return "we can tell of none that it improved or worsened"
    return words.join([f"{indicators.label(row.indicator)}: {row.verdict}" for row in clear.itertuples()])


def answer(both: pd.DataFrame) -> str:
    """Return the answer for the primary indicators, from `two_baselines`: the differences, then the verdicts.

    "The three years after entry" stand for HORIZONS: the period of entry and the three years after it.
    """
    primary = both[both["indicator"].isin(indicators.indicators(primary=True))]
    rows = primary.to_dict("records")
    parts = [f"{indicators.label(row['indicator'])} by {words.told(row, row['unit'])}" for row in rows]
    return (
        f"In the three years after entry, trusts differed from what comparable trusts predict: "
        f"{words.join(parts)}. Beside ten trusts alike in level and trend that never entered, the comparison that decides, {_verdicts(both)}. "
        f"{' '.join(behind(name) for name in primary['indicator'])}"
    ).strip()


def path_title(name: str, effects: results.Effects, *, verdict: str) -> str:
    """Return the finding of a path as a title: its side of the prediction before entry and after, the verdict.

    verdict: of `two_baselines`. "not told from" the prediction: the interval takes in zero, or there is none.
    """
    before, after = _side(effects.frame.set_index("horizon").loc[-1]), _side(effects.overall)
    place = f"{before} the prediction before entry {'or' if before == NOT_TOLD else 'and'} after"
    moved = f"{before} the prediction just before entry, {after} it after"
    return f"{regime.indicator(name).title}: {place if before == after else moved}; {verdict} by our rule"


def _side(found: Any) -> str:
    if pd.isna(found.lower) or found.lower <= 0 <= found.upper:
        return NOT_TOLD
    return "above" if found.estimate > 0 else "below"


def for_readers(both: pd.DataFrame) -> pd.DataFrame:
    """Return `two_baselines` as texts for a table."""
    primary = set(indicators.indicators(primary=True))
    rows = []
    for _, row in both.iterrows():
        mark = " (primary)" if row["indicator"] in primary else ""
        without = {part: row[f"{part}_dip_out"] for part in estimators.PARTS}
        told = {
            "Indicator": before_entry.titled(row["indicator"]) + mark,
            "Better": row["direction"],
            "Baseline: all before entry": words.told(row, row["unit"]),
            "Baseline without the year before": words.told(without, row["unit"]),
            "Less equally bad trusts": words.told(row, row["unit"], "bad_"),
            "By our rule": row["verdict"],
            COUNTS: f"{words.number(row['n_trusts'])}; {words.number(row['n_trusts_dip_out'])}",
        }
        rows.append(told)
    return pd.DataFrame(rows)
