"""How sure the report is of each headline number, by the part of the rule of certainty that judges it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis import once
from analysis.edition.headlines import BACK_BY, LEFT_BY, NO_DIFFERENCE, Headline
from analysis.methods.effects.panels import EffectError
from analysis.methods.estimate import LOWER, Estimate
from analysis.study import before_entry, certainty, entry_effects, groups, indicators, leaving, ruled_out
from analysis.study.certainty import Certainty
from analysis.study.rule import CANNOT_TELL


def rated(rows: Sequence[Headline]) -> list[Headline]:
    """Return headline numbers with their certainty and doubts, in order; "" where no part of the rule judges them."""
    parts = {certainty.BY_RECORD: _record, certainty.BY_DIFFERENCE: _difference}
    out = []
    for row in rows:
        found = parts[row.rule](row) if row.rule else Certainty("", ())
        out.append(replace(row, certainty=found.level, doubts=found.doubts))
    return out


def _difference(row: Headline) -> Certainty:
    """Judge a difference: after entry by the comparison that decides, any other by its own interval."""
    assert row.none == NO_DIFFERENCE
    calibrated = row.key in (f"entry_{row.indicator}", f"decided_{row.indicator}")
    verdict = ruled_out.verdict(row.indicator) if calibrated else own_verdict(row)
    after_entry = not row.key.startswith("gain_change")
    sign = -1 if row.direction == "lower is better" else 1
    agree = not after_entry or certainty.agree(
        verdict, others(row.indicator), sign=sign, important=ruled_out.important(row.indicator)
    )
    return certainty.of_difference(
        row.low,
        row.high,
        n=row.n,
        verdict=verdict,
        parting=after_entry and before_entry.parting(row.indicator) < before_entry.CLEAR,
        calibrated=calibrated,
        agree=agree,
    )


def own_verdict(row: Headline) -> str:
    """Return the verdict that the interval of a difference gives by itself; "cannot tell" without one.

    A change of the gain is judged by the sizes that matter after entry; log, A75.
    """
    important = ruled_out.important(row.indicator)
    if not np.isfinite([row.low, row.high]).all() or not important > 0:
        return CANNOT_TELL
    found = Estimate(row.value, row.low, row.high, n=row.n)
    better = indicators.BETTER[row.direction] or LOWER
    return ruled_out.ruled_out(found, better=better, important=important).verdict


@once.shared
def others(name: str) -> tuple[float, ...]:
    """Return the estimates of the other ways to compare with trusts alike that never entered."""
    try:
        choices = groups.other_choices(name)["estimate"].tolist()
        return (*choices, entry_effects.equally_bad(name).difference)
    except EffectError:
        return ()


def _record(row: Headline) -> Certainty:
    return certainty.of_record(
        row.value,
        row.low,
        row.high,
        unit=row.unit,
        sure=certainty.sure_dates(),
        surely=_surely_dated().get(row.key, float("nan")),
    )


@once.shared
def _surely_dated() -> dict[str, float]:
    """Return lengths and shares counted from trusts whose first spell is dated with high confidence, by key."""
    stay, back = leaving.stays(sure=True), leaving.returns(sure=True)
    gone = stay.at(LEFT_BY).set_index("cause")["incidence"]
    again = back.at(BACK_BY).set_index("cause")["incidence"]
    return {
        "median_time_in_regime": float(stay.medians["median"].iloc[0]),
        f"share_left_{LEFT_BY}": 100 * float(gone.get("exit", np.nan)),
        f"share_returned_{BACK_BY}": 100 * float(again.get("returned", 0.0)),
    }
