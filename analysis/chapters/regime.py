"""Spells over time: how many at once, how many began and ended in a year, how long they lasted."""

import pandas as pd

from analysis.present import words
from analysis.study import claims, regime


def for_readers(checked: pd.DataFrame) -> pd.DataFrame:
    """Return rows of `recomputed` as texts, with what might explain a difference."""
    units = checked["unit"].replace({"trusts": "count", "spells": "count"})
    texts = {
        "Published claim": checked["quantity"],
        "As of": checked["as_of"].map(words.day),
        "Published": list(map(words.number, checked["published"], units)),
        "Ours": list(map(words.number, checked["ours"], units)),
        "What might explain it": checked["claim_id"].map(claims.REASONS),
    }
    return pd.DataFrame(texts).reset_index(drop=True)


def quick_ends() -> pd.DataFrame:
    """Return `within_months` as texts, with the share that left."""
    counts = claims.within_months()
    texts = {
        "What is counted": counts["what"],
        "Left": counts["left"].map(words.number),
        "Of": counts["of"].map(words.number),
        "Share": (100 * counts["left"] / counts["of"]).map(lambda share: words.number(share, "percent")),
    }
    return pd.DataFrame(texts)


def in_force_by_month() -> pd.DataFrame:
    """Return one row a month, July 2013 to July 2021: `month` and `trusts` in force on its last day."""
    months = pd.period_range(regime.REGIME_START, regime.REGIME_END, freq="M")
    spells = regime.spells()
    ends = [month.end_time.normalize() for month in months]
    trusts = [int(((spells["entered"] <= day) & (spells["last_day"] > day)).sum()) for day in ends]
    return pd.DataFrame({"month": months, "trusts": trusts})


def in_force_sentence(counts: pd.DataFrame) -> str:
    """Say how the number in special measures rose and fell. `counts` as from `in_force_by_month`."""
    peak = counts.loc[counts["trusts"].idxmax()]
    start, eve = counts.iloc[0], counts.iloc[-2]
    return (
        f"At the end of {words.month(start['month'])} {words.plural(start['trusts'], 'trust')} were in special "
        f"measures. The number reached {peak['trusts']} at the end of {words.month(peak['month'])} and was "
        f"{eve['trusts']} at the end of {words.month(eve['month'])}, the last full month of the regime."
    )


def entries_and_ends(spells: pd.DataFrame) -> pd.DataFrame:
    """Return, as texts, one row a calendar year: first entries, returns, and spells ended by each way."""
    entered, ended = spells["entered"].dt.year, spells["last_day"].dt.year
    years = range(entered.min(), ended.max() + 1)
    rows = {
        "Year": [str(year) for year in years],
        "First entries": [((entered == year) & (spells["spell"] == 1)).sum() for year in years],
        "Returns": [((entered == year) & (spells["spell"] == 2)).sum() for year in years],
    }
    for end, name in (("exit", "Left"), ("acquired", "Acquired"), ("administrative end", "Regime ended")):
        rows[name] = [((ended == year) & (spells["ended_by"] == end)).sum() for year in years]
    frame = pd.DataFrame(rows)
    frame[frame.columns[1:]] = frame[frame.columns[1:]].map(words.number)
    return frame


def lengths(spells: pd.DataFrame) -> pd.DataFrame:
    """Return, as texts, number and length in months of the spells by the way they ended."""
    names = {
        "exit": "Left as improved",
        "acquired": "Acquired by another trust",
        "administrative end": "Still in when the regime ended (unfinished)",
    }
    rows = []
    for end, name in names.items():
        months = spells.loc[spells["ended_by"] == end, "months"]
        figures = [words.number(x, "count", digits=1) for x in (months.min(), months.median(), months.max())]
        rows.append([name, words.number(len(months)), *figures])
    columns = ["How the spell ended", "Spells", "Shortest (months)", "Middle (months)", "Longest (months)"]
    return pd.DataFrame(rows, columns=columns)


def spells_sentence(spells: pd.DataFrame) -> str:
    """Say what the chart of all spells shows. `spells` as from `analysis.study.regime.spells`."""
    ends = spells["ended_by"].value_counts()
    longest = spells.loc[spells["months"].idxmax()]
    return (
        f"{len(spells)} spells of {spells['trust'].nunique()} trusts from {words.month(spells['entered'].min())} to "
        f"{words.month(spells['last_day'].max())}: {ends['exit']} ended because the trust left, {ends['acquired']} "
        f"because another trust took it over, and {ends['administrative end']} were open when the regime ended. "
        f"The longest, at {longest['name']}, lasted {words.number(longest['months'], 'months')}."
    )
