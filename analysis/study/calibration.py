"""How far the comparison that decides errs on planted truth, and the limits that make it err in one panel of twenty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis.methods.effects.outcome_process import draw, select
from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.results import THIN
from analysis.study import deciding, indicators
from analysis.study.planted_truth import LEVEL, STRENGTH, Setting, setting

Floats = np.ndarray

CHOICES = tuple((partners, years) for years in (1, 2, 3) for partners in (1, 3, 5, 10, 20))
CHOICE_DRAWS = 200  # panels of each scenario for the choice of partners and years
DRAWS = 1000  # for the settings of record: half of them calibrate, the other half tell how it does
SECONDARY_DRAWS = 400
STRONG, STRONG_DRAWS = 2.0, 500  # entry after a year twice as bad: a case that the limits are not made for
SCENARIOS = ("none", "bad draw")  # no effect: entry unrelated to the outcome, and after a bad year
COLUMNS = (
    *(
        "indicator",
        "partners",
        "years",
        "panels",
        "trusts",
        "sign",
        "bias_none",
        "bias",
        "sd_none",
        "sd",
        "se",
    ),
    *("error", "critical", "false_none", "false_bad", "false_improvement", "uncalibrated"),
    "false_strong",
)
CALIBRATED = ["critical", "false_none", "false_bad", "false_improvement"]


def run(
    names: Sequence[str],
    *,
    rng: np.random.Generator,
    choices: Sequence[tuple[int, int]] = ((deciding.PARTNERS, deciding.YEARS),),
    draws: int = DRAWS,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Return the table `calibration` (COLUMNS): one row an indicator and choice of (partners, years)."""
    tasks = zip(names, rng.spawn(len(names)), strict=True)
    found = Parallel(n_jobs=n_jobs)(delayed(_one)(name, stream, choices, draws) for name, stream in tasks)
    return pd.concat(found, ignore_index=True).reindex(columns=list(COLUMNS))


def _can(name: str) -> bool:
    """Tell whether the real panel has trusts enough to be compared, and so to be copied."""
    try:
        return deciding.every_period(deciding.compared(name)).n >= THIN
    except EffectError:
        return False


def _one(name: str, rng: np.random.Generator, choices: Sequence[tuple[int, int]], draws: int) -> pd.DataFrame:
    made = setting(name, rng=rng, deals=0)
    drawn = np.array([once(name, made, choices, rng) for _ in range(draws)])
    rows = [
        {"indicator": name, "partners": partners, "years": years, "sign": made.sign}
        | summary(part, made.sign)
        for (partners, years), part in zip(choices, drawn.transpose(1, 0, 2, 3), strict=True)
    ]
    return pd.DataFrame(rows)


def once(
    name: str, made: Setting, choices: Sequence[tuple[int, int]], rng: np.random.Generator
) -> list[list[list[float]]]:
    """Draw one panel without an effect; return (estimate, standard error, trusts) by choice and scenario."""
    y, passing = draw(made.data, made.process, rng)
    plain = replace(made.data, y=y)
    bad = select(plain, -made.sign * passing, year=made.year, strength=STRENGTH, rng=rng)
    out = []
    for partners, years in choices:
        asked = {"partners": partners, "baseline": years * made.year}
        both = [deciding.every_period(deciding.compared(name, panel, **asked)) for panel in (plain, bad)]
        out.append([[one.value, one.se, float(one.n)] for one in both])
    return out


def summary(drawn: Floats, sign: int) -> dict[str, float]:
    """Calibrate on the first half of the draws and count false alarms in the second.

    drawn: draws x SCENARIOS x (estimate, standard error, trusts), no effect planted. sign: 1 when higher is
    better, -1 when lower is.
    `bias`: mean error after a bad year. `critical`: the smallest number of standard errors with which the
    interval, widened by the bias, leaves out zero in at most one panel of twenty in either scenario.
    """
    half = len(drawn) // 2
    bias = float(drawn[:half, 1, 0].mean())
    needed = distance(drawn, bias)
    places = np.quantile(needed[:half], LEVEL, axis=0, method="higher")
    critical, rest = max(0.0, float(places.max())), slice(half, None)
    false = (needed[rest] > critical).mean(axis=0)
    better = (needed[rest] > critical) & (sign * drawn[rest, :, 0] > 0)
    value, se = drawn[:, :, 0], drawn[:, :, 1]
    return {
        "panels": len(drawn),
        "trusts": drawn[:, :, 2].mean(),
        "bias_none": value[:, 0].mean(),
        "bias": bias,
        "sd_none": value[:, 0].std(ddof=1),
        "sd": value[:, 1].std(ddof=1),
        "se": se.mean(),
        "error": float(np.sqrt((value[:, 1] ** 2).mean())),
        "critical": critical,
        "false_none": false[0],
        "false_bad": false[1],
        "false_improvement": better.mean(axis=0).max(),
        "uncalibrated": (np.abs(value) > 1.96 * se).mean(axis=0).max(),
    }


def strong(row: dict, *, rng: np.random.Generator, draws: int = STRONG_DRAWS) -> float:
    """Return the share of calibrated intervals that leave out zero where entry follows a year twice as bad.

    row: of the table, as `run` returns it, with the settings of record.
    """
    name = row["indicator"]
    made, false = setting(name, rng=rng, deals=0), 0
    for _ in range(draws):
        y, passing = draw(made.data, made.process, rng)
        plain = replace(made.data, y=y)
        bad = select(plain, -made.sign * passing, year=made.year, strength=STRONG * STRENGTH, rng=rng)
        one = deciding.every_period(deciding.compared(name, bad))
        needed = distance(np.array([[[one.value, one.se]]]), row["bias"])
        false += bool(needed[0, 0] > row["critical"])
    return false / draws


def distance(drawn: Floats, bias: float) -> Floats:
    """Standard errors by which each interval must reach out, beside the bias it carries, to hold zero."""
    value, se = drawn[:, :, 0], drawn[:, :, 1]
    return np.maximum(value - max(bias, 0.0), min(bias, 0.0) - value) / se


def table(*, rng: np.random.Generator, n_jobs: int | None = None) -> pd.DataFrame:
    """Return the table of record: every choice for the primary indicators, the chosen one for all that can be copied.

    An indicator with too few trusts, or an outcome that hardly ever moves, cannot.
    """
    chosen = (deciding.PARTNERS, deciding.YEARS)
    others = [choice for choice in CHOICES if choice != chosen]
    one, two, three, four = rng.spawn(4)
    primary, rest = (
        indicators.indicators(primary=True),
        [n for n in indicators.indicators(primary=False) if _can(n)],
    )
    parts = [
        run(primary, rng=one, choices=others, draws=CHOICE_DRAWS, n_jobs=n_jobs),
        run(primary, rng=two, n_jobs=n_jobs),
        run(rest, rng=three, draws=SECONDARY_DRAWS, n_jobs=n_jobs),
    ]
    pairs = zip(parts[1].to_dict("records"), four.spawn(len(primary)), strict=True)
    parts[1]["false_strong"] = [strong(row, rng=stream) for row, stream in pairs]
    parts[0][CALIBRATED] = np.nan  # too few panels to calibrate with
    frame = pd.concat(parts, ignore_index=True).dropna(subset=["error", "sd"])
    frame["indicator"] = pd.Categorical(frame["indicator"], categories=[*primary, *rest])
    frame = frame.sort_values(["indicator", "years", "partners"], ignore_index=True)
    return frame.astype({"indicator": "str"})
