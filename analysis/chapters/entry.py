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


def by_estimator_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `by_estimator` as texts, one row an estimator, one column an indicator."""
    columns: dict[str, Any] = {"Estimator": found["estimator"].drop_duplicates().tolist()}
    for name, part in found.groupby("indicator", sort=False):
        about = regime.indicator(str(name))
        unit = about.change_unit
        texts = [words.estimate(row.estimate, row.lower, row.upper, unit) for row in part.itertuples()]
        columns[labelled(str(name))] = texts
    return pd.DataFrame(columns)


def chance_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `chance` as texts for a table."""
    about = [regime.indicator(name) for name in found["indicator"]]
    return pd.DataFrame(
        {
            "Indicator": [before_entry.titled(name) for name in found["indicator"]],
            "Family": np.where(found["primary"], "primary (Holm)", "secondary (Benjamini–Hochberg)"),
            "Difference": [
                words.number(value, one.change_unit)
                for value, one in zip(found["estimate"], about, strict=True)
            ],
            "Signs turned": [probability(p) for p in found["wild"]],
            "Dates dealt out": [probability(p) for p in found["placebo"]],
            "Larger, adjusted": [probability(p) for p in found["adjusted"]],
        }
    )


def probability(p: float) -> str:
    """Return a probability with two digits after the point, three below 0.1."""
    return words.number(p, "ratio", digits=3 if p < 0.1 else 2)


def beside_published(both: pd.DataFrame) -> pd.DataFrame:
    """Return, as texts, the directions that the original study reported beside ours.

    both: as `protocol.two_baselines` returns it. The side of zero is read from each interval alone; it is not
    adjusted for their number, and it is not what the report calls a change, which is the column "By our rule".
    """
    ours = both.set_index("indicator")
    rows = []
    for claim in data.load("published_findings").itertuples():
        row = {"Measure": claim.measure, "Original study": claim.published_direction}
        if pd.isna(claim.indicator):
            row |= {
                SIDE: "no public figures at hand",
                "Without the year before": "",
                "Same side": "not known",
                "By our rule": "",
            }
        else:
            first = ours.loc[claim.indicator]
            second = first.copy()
            for part in estimators.PARTS:
                second[part] = first[f"{part}_dip_out"]
            readings = [rule.reading(one) for one in (first, second)]
            same = all(one == claim.published_direction for one in readings)
            row |= {SIDE: readings[0], "Without the year before": readings[1]}
            row |= {"Same side": "yes" if same else "no", "By our rule": first["verdict"]}
        rows.append(row)
    return pd.DataFrame(rows)


COUNTS = "Trusts that entered: all; without the year before"


def path_sentence(name: str, found: results.Effects) -> str:
    """Say how far from the baseline a path was just before entry, just after, and at its end."""
    about = regime.indicator(name)
    grain, unit = about.analysis_grain, about.change_unit
    rows = found.frame.set_index("horizon")
    solid = rows[~rows["thin"]]
    places = {
        f"in the {grain} before entry": -1,
        f"{words.plural(1, grain)} after": 1,
        f"{words.plural(int(solid.index.max()), grain)} after": int(solid.index.max()),
    }
    parts = [
        f"{words.estimate(row.estimate, row.lower, row.upper, unit)} {where}"
        for where, at in places.items()
        for row in [rows.loc[at]]
    ]
    more = about.direction if about.direction != "neither" else "neither direction is better"
    return (
        f"{about.title} at trusts that entered, less what comparators predict from the years before: "
        f"{words.join(parts)}. {found.overall.n_trusts} trusts that entered, {found.overall.n_controls} comparators{_left_out(found)}; {more}. "
        f"{behind(name)}"
    ).strip()


def _left_out(found: results.Effects) -> str:
    """Say how many trusts that entered an estimate leaves out: those without a value before entry."""
    few = len(found.dropped)
    return f"; {words.number(few)} more that entered left out, without a value before entry" if few else ""


def short(both: pd.DataFrame) -> str:
    """Return the verdicts on the primary indicators in one sentence, from `two_baselines`."""
    return f"Of the main measures, beside ten trusts alike in level and trend that never entered, {_verdicts(both)}."


def _verdicts(both: pd.DataFrame) -> str:
    primary = both[both["indicator"].isin(indicators.indicators(primary=True))]
    clear = primary[primary["verdict"].isin(rule.CHANGES)]
    if clear.empty:
        return "we can tell of none that it improved or worsened"
    return words.join(
        [f"{indicators.label(row['indicator'])}: {row['verdict']}" for _, row in clear.iterrows()]
    )


def answer(both: pd.DataFrame) -> str:
    """Return the answer for the primary indicators, from `two_baselines`: the differences, then the verdicts.

    "The three years after entry" stand for HORIZONS: the period of entry and the three years after it.
    """
    primary = both[both["indicator"].isin(indicators.indicators(primary=True))]
    parts = [
        f"{indicators.label(row['indicator'])} by "
        f"{words.estimate(row['estimate'], row['lower'], row['upper'], row['unit'])}"
        for _, row in primary.iterrows()
    ]
    return (
        f"In the three years after entry, trusts differed from what comparable trusts predict: "
        f"{words.join(parts)}. Beside ten trusts alike in level and trend that never entered, the comparison that decides, {_verdicts(both)}. "
        f"{' '.join(behind(name) for name in primary['indicator'])}"
    ).strip()


def path_title(name: str, found: results.Effects, *, verdict: str) -> str:
    """Return the finding of a path as a title: its side of the prediction before entry and after, the verdict.

    verdict: of `two_baselines`. "not told from" the prediction: the interval takes in zero, or there is none.
    """
    before = _side(found.frame.set_index("horizon").loc[-1])
    after = _side(found.overall)
    place = (
        f"{before} the prediction before entry {'or' if before == NOT_TOLD else 'and'} after"
        if before == after
        else f"{before} the prediction just before entry, {after} it after"
    )
    return f"{regime.indicator(name).title}: {place}; {verdict} by our rule"


def _side(found: Any) -> str:
    if pd.isna(found.lower) or found.lower <= 0 <= found.upper:
        return NOT_TOLD
    return "above" if found.estimate > 0 else "below"


def for_readers(both: pd.DataFrame) -> pd.DataFrame:
    """Return `two_baselines` as texts for a table."""
    primary = set(indicators.indicators(primary=True))
    rows = []
    for _, row in both.iterrows():
        out = {part.removesuffix("_dip_out"): row[part] for part in row.index if part.endswith("_dip_out")}
        rows.append(
            {
                "Indicator": before_entry.titled(row["indicator"])
                + (" (primary)" if row["indicator"] in primary else ""),
                "Better": row["direction"],
                "Baseline: all before entry": words.estimate(
                    row["estimate"], row["lower"], row["upper"], row["unit"]
                ),
                "Baseline without the year before": words.estimate(
                    out["estimate"], out["lower"], out["upper"], row["unit"]
                ),
                "Less equally bad trusts": words.estimate(
                    row["bad_estimate"], row["bad_lower"], row["bad_upper"], row["unit"]
                ),
                "By our rule": row["verdict"],
                COUNTS: f"{words.number(row['n_trusts'])}; {words.number(row['n_trusts_dip_out'])}",
            }
        )
    return pd.DataFrame(rows)
