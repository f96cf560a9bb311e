"""The comparison that decides: each trust that entered against several partners alike in level and trend.

`decided(NAME)` is the estimate of record; its interval is calibrated on planted truth (`analysis.study.calibration`).
"""

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis import data, once
from analysis.methods.effects.panels import NotEstimable, Panel
from analysis.methods.effects.partners import Partners, several_partners
from analysis.methods.estimate import Estimate
from analysis.study import regime

PARTNERS, YEARS = 10, 3  # chosen on planted truth, see the table `calibration`


@once.result
def compared(name: str, *, panel: pd.DataFrame | Panel | None = None, **changed: Any) -> Partners:
    """Compare each trust that entered with its partners, over three years before and after entry.

    name: an indicator. panel: in place of `regime.panel(name)`, for a sensitivity or a simulation (shaped as
    that of the indicator). changed: arguments of `several_partners` that differ.
    Raises EffectError as that.
    """
    about = regime.indicator(name)
    chosen: dict[str, Any] = {
        "partners": PARTNERS,
        "baseline": YEARS * about.year,
        "last_horizon": max(about.horizons),
    }
    if not isinstance(panel, Panel):
        chosen["measure"] = about.measure
    return several_partners(regime.panel(name) if panel is None else panel, **{**chosen, **changed})


@once.shared
def decided(name: str) -> Estimate:
    """Return the effect of entry by the comparison that decides, in the indicator's unit, with its 95% interval.

    Each trust-period counts once, as in the main analysis. Raises EffectError where nothing can be compared or
    the comparison was not calibrated.
    """
    return on_panel(name, None)


def on_panel(name: str, panel: pd.DataFrame | Panel | None, **changed: Any) -> Estimate:
    """Return the deciding estimate of another panel shaped as that of the indicator: a sensitivity, a simulation."""
    return calibrated(name, every_period(compared(name, panel=panel, **changed)))


def every_period(found: Partners) -> Estimate:
    """Return the average effect over trust-periods, with limits that are not calibrated."""
    return found.average(found.trusts["after"].to_numpy())


def calibrated(name: str, found: Estimate, *, times: float = 1.0) -> Estimate:
    """Return the estimate with the limits that planted truth asks for.

    times: of `critical`, to see what would follow had it been drawn otherwise. `critical` standard errors to each side, and beyond that the mean error found where trusts enter after a
    bad year without any effect (`bias`), to the side on which the truth then lies.
    """
    row = calibration(name)
    return within(found, critical=times * float(row["critical"]), bias=float(row["bias"]))


def within(found: Estimate, *, critical: float, bias: float) -> Estimate:
    """Return the estimate with limits `critical` standard errors to each side, and `bias` beyond where the truth lies."""
    half = critical * found.se
    return replace(
        found, lower=found.value - half - max(bias, 0.0), upper=found.value + half - min(bias, 0.0)
    )


def calibration(name: str) -> pd.Series:
    """Return the row of the table `calibration` for an indicator, with the settings of record.

    Raises NotEstimable for an indicator that could not be copied: too few trusts entered, or it hardly moves.
    """
    chosen = of_record(data.load("calibration"))
    chosen = chosen[chosen["indicator"] == name]
    if chosen.empty:
        raise NotEstimable(f"{name!r} was not calibrated: too few trusts that entered have figures.")
    return chosen.iloc[0]


def of_record(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `calibration` with the settings of record."""
    return rows[(rows["partners"] == PARTNERS) & (rows["years"] == YEARS)]
