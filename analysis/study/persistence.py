"""How the comparison that decides does where a bad year fades faster than in the panels that set its limits."""

import numpy as np
import pandas as pd

from analysis import data
from analysis.methods.effects.outcome_process import AUTOCOVARIANCE, VARIOGRAM
from analysis.methods.estimate import Estimate
from analysis.study import calibration, deciding, regime, ruled_out
from analysis.study.planted_truth import LEVEL, setting

DRAWS = 400  # panels of each way to estimate
WAYS = (VARIOGRAM, AUTOCOVARIANCE)  # that of record first
COLUMNS = (
    *("indicator", "learnt_from", "panels", "persistence", "passing", "lasting", "noise"),
    *("bias", "false_none", "false_bad", "false_improvement", "critical_anew"),
)


def rows(name: str, record: pd.Series, *, draws: int = DRAWS) -> pd.DataFrame:
    """Return rows of the table `persistence` (COLUMNS): the limits of record on panels learnt in each of WAYS.

    record: of `calibration`, the settings of record. No effect is planted. false_bad: share of intervals that leave out zero after a bad year; false_improvement: those
    of them that tell an improvement. critical_anew: standard errors to each side that these panels would have set instead.
    """
    return pd.DataFrame([_row(name, record, way, draws) for way in WAYS])[list(COLUMNS)]


def _row(name: str, record: pd.Series, way: str, draws: int) -> dict:
    rng = calibration.stream(name, f"persistence {way}")
    made = setting(name, rng=rng, deals=0, by=way)
    chosen = [(deciding.PARTNERS, deciding.YEARS)]
    drawn = np.array([calibration.once(name, made, chosen, rng)[0] for _ in range(draws)])
    false = calibration.distance(drawn, record["bias"]) > record["critical"]
    bias = float(drawn[:, 1, 0].mean())
    places = np.quantile(calibration.distance(drawn, bias), LEVEL, axis=0, method="higher")
    process = made.process
    return {
        "indicator": name,
        "learnt_from": way,
        "panels": draws,
        "persistence": process.rho,
        "passing": process.error,
        "lasting": process.between,
        "noise": process.noise,
        "bias": bias,
        "false_none": false[:, 0].mean(),
        "false_bad": false[:, 1].mean(),
        "false_improvement": (false[:, 1] & (made.sign * drawn[:, 1, 0] > 0)).mean(),
        "critical_anew": max(0.0, float(places.max())),
    }


def stored(name: str) -> pd.DataFrame:
    """Return the stored rows of an indicator, by `learnt_from`; `error` is the Monte Carlo error of `false_bad`."""
    frame = data.load("persistence")
    frame = frame[frame["indicator"] == name].set_index("learnt_from")
    return frame.assign(error=np.sqrt(frame["false_bad"] * (1 - frame["false_bad"]) / frame["panels"]))


def anew(name: str) -> Estimate:
    """Return the estimate of record with the limits that panels learnt from autocovariances would have set."""
    row = stored(name).loc[AUTOCOVARIANCE]
    plain = deciding.every_period(deciding.compared(name))
    return deciding.within(plain, critical=row["critical_anew"], bias=row["bias"])


def ruled_out_anew(name: str) -> ruled_out.RuledOut:
    """Return what that interval rules out."""
    better, important = regime.indicator(name).better, ruled_out.important(name)
    return ruled_out.ruled_out(anew(name), better=better, important=important)
