"""What hangs on how much of a bad year is left a year later: the limits of the comparison that decides, and no more."""

import pandas as pd

from analysis.chapters import ruled
from analysis.chapters.parted import labelled
from analysis.methods.effects.outcome_process import AUTOCOVARIANCE, VARIOGRAM
from analysis.present import words
from analysis.study import deciding, indicators, persistence, regime, ruled_out
from analysis.study.rule import IMPROVED

TITLES = {VARIOGRAM: "how far apart years lie (of record)", AUTOCOVARIANCE: "how alike years are"}


def _percent(share: float) -> str:
    return words.number(100 * share, "percent")


def _alarms(row: pd.Series) -> str:
    return f"{_percent(row['false_bad'])} (Monte Carlo error {_percent(row['error'])})"


def _as_improvements(row: pd.Series) -> str:
    share = row["false_improvement"] / row["false_bad"]
    if share > 0.9:
        return "all" if share == 1 else "nearly all"
    return words.number(100 * share, "percent", digits=0)


def for_readers(names: list[str]) -> pd.DataFrame:
    """Return the table `persistence` as texts: a row an indicator and way to learn what is left a year later."""
    rows = []
    for name in names:
        unit = regime.indicator(name).change_unit
        for way, row in persistence.stored(name).iterrows():
            limits = deciding.decided(name) if way == VARIOGRAM else persistence.anew(name)
            rows.append({
                "Indicator": labelled(name), "Learnt from": TITLES[str(way)],
                "Left a year later": words.number(row["persistence"] ** regime.indicator(name).year, "score"),
                "False alarms, after a bad year": _alarms(row), "Read as an improvement, of all panels": _percent(row["false_improvement"]),
                "Mean error after a bad year": words.number(row["bias"], unit, sign=True),
                "Limits that such panels would set": words.told(limits, unit),
            })  # fmt: skip
    return pd.DataFrame(rows)


def sentence(names: list[str], name: str = "shmi") -> str:
    """Say how the interval of record does where a bad year fades faster, and which conclusions that touches."""
    rows, others = persistence.stored(name), [one for one in names if one != name]
    record, other = rows.loc[VARIOGRAM], rows.loc[AUTOCOVARIANCE]
    left = [words.number(row["persistence"], "score") for row in (record, other)]
    error = words.number(other["bias"], regime.indicator(name).change_unit, sign=True)
    return (
        f"The limits for {indicators.label(name)} hang on how much of a bad year is left a year later. The panels hold "
        f"{left[0]} of it, learnt from how far apart years lie; learnt from how alike years are, it is {left[1]}. On panels of that "
        f"kind the interval leaves out the truth after a bad year in {_alarms(other)} of panels, "
        f"{_as_improvements(other)} of them as improvements, with a mean error of {error}. "
        f"Elsewhere it is {words.join([f'{_alarms(persistence.stored(one).loc[AUTOCOVARIANCE])} in {indicators.label(one)}' for one in others])}."
    )


def touched(names: list[str]) -> str:
    """Say which verdicts and limits would be others with limits that such panels set, of all primary indicators."""
    better = [indicators.label(name) for name in names if ruled_out.of(name).verdict == IMPROVED]
    given = f"that verdict on {words.join(better)}" if better else "none on these measures"
    return (
        f'So a verdict "improved" could not be taken at its word; this report gives {given}. {_verdicts(names)}. With limits that such panels '
        f"would set, the figures would still rule out {'; '.join(map(_both, names))}."
    )


def _both(name: str) -> str:
    now, then = ruled_out.of(name), persistence.ruled_out_anew(name)
    sizes = [ruled.size(name, value) for value in (now.improvement, now.worsening)]
    return f"{ruled.leaves_out(name, then)} in {indicators.label(name)} (of record {words.join(sizes)})"


def _verdicts(names: list[str]) -> str:
    anew = {indicators.label(name): persistence.ruled_out_anew(name).verdict for name in names}
    turned = [
        label for label, name in zip(anew, names, strict=True) if anew[label] != ruled_out.of(name).verdict
    ]
    which = f"The verdict on {words.join(turned)}" if turned else "No verdict"
    return f"{which} would be another"


def short(name: str = "shmi") -> str:
    """Say in one sentence, where the rule is told, what it does not hold for."""
    other = persistence.stored(name).loc[AUTOCOVARIANCE]
    both = (ruled_out.of(name), persistence.ruled_out_anew(name))
    now, then = (ruled.size(name, limits.improvement) for limits in both)
    return (
        f"The aim is one false alarm in twenty. If a bad year of {indicators.label(name)} fades faster than in those panels, it is "
        f"{_alarms(other)}, {_as_improvements(other)} read as improvements; the fall that is ruled out is then one of more than {then}, "
        f"not {now}. {_verdicts([name])}."
    )
