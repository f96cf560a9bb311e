"""How far the comparison that decides errs on planted truth, and the limits that make it err in one panel of twenty."""

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.methods import curves
from analysis.methods.effects.outcome_process import draw, select
from analysis.methods.effects.panels import EffectError
from analysis.methods.effects.results import THIN
from analysis.study import deciding, indicators, power
from analysis.study.planted_truth import LEVEL, STRENGTH, Setting, setting

Floats = np.ndarray

CHOICES = tuple((partners, years) for years in (1, 2, 3) for partners in (1, 3, 5, 10, 20))
CHOICE_DRAWS = 200  # panels of each scenario for the choice of partners and years
DRAWS = 2000  # for the settings of record: half of them calibrate, the other half tell how it does
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
    *("false_strong", "seen_none", "seen_bad"),
)
CALIBRATED = ["critical", "false_none", "false_bad", "false_improvement", "seen_none", "seen_bad"]


def stream(name: str, part: str) -> np.random.Generator:
    """Return the generator of a part of the simulation of one indicator: it hangs on no other indicator."""
    return np.random.default_rng([indicators.SEED, zlib.crc32(f"{part} {name}".encode())])


def draws_of(
    name: str, choices: Sequence[tuple[int, int]], draws: int, rng: np.random.Generator
) -> tuple[Setting, Floats]:
    """Draw panels without an effect; return what was copied and choices x draws x SCENARIOS x 3, see `once`."""
    made = setting(name, rng=rng, deals=0)
    drawn = np.array([once(name, made, choices, rng) for _ in range(draws)])
    return made, drawn.transpose(1, 0, 2, 3)


def rows(name: str, choices: Sequence[tuple[int, int]], drawn: Floats, sign: int) -> pd.DataFrame:
    """Return rows of the table `calibration` (COLUMNS): one a choice of (partners, years)."""
    found = [
        {"indicator": name, "partners": partners, "years": years, "sign": sign} | summary(part, sign)
        for (partners, years), part in zip(choices, drawn, strict=True)
    ]
    return pd.DataFrame(found).reindex(columns=list(COLUMNS))


def can(name: str) -> bool:
    """Tell whether the real panel has trusts enough to be compared, and an outcome that moves, and so can be copied."""
    try:
        if deciding.every_period(deciding.compared(name)).n < THIN:
            return False
    except EffectError:
        return False
    with np.errstate(invalid="ignore", divide="ignore"):  # an outcome that hardly ever moves
        made = setting(name, rng=stream(name, "trial"), deals=0)
        return bool(np.isfinite(draw(made.data, made.process, stream(name, "trial"))[0]).all())


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
        both = [
            deciding.every_period(deciding.compared(name, panel=panel, **asked)) for panel in (plain, bad)
        ]
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
        **dict(zip(("seen_none", "seen_bad"), power.seen(drawn[rest], critical, bias, sign), strict=True)),
    }


def drawing_error(panels: float) -> tuple[float, float]:
    """Return the Monte Carlo error (one standard error) of limits that half of `panels` set, as two shares.

    Of all panels: by how much the share whose limits leave out the truth may miss 1 - LEVEL. Of the reach of an
    interval: by how much `critical` moves, as an upper quantile of errors on a normal curve, either side.
    """
    share = float(np.sqrt(LEVEL * (1 - LEVEL) / (panels // 2)))
    place = float(curves.normal_quantile((1 + LEVEL) / 2))
    density = 2 * float(np.exp(-(place**2) / 2) / np.sqrt(2 * np.pi))
    return share, share / density / place


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
        one = deciding.every_period(deciding.compared(name, panel=bad))
        needed = distance(np.array([[[one.value, one.se]]]), row["bias"])
        false += bool(needed[0, 0] > row["critical"])
    return false / draws


def distance(drawn: Floats, bias: float) -> Floats:
    """Standard errors by which each interval must reach out, beside the bias it carries, to hold zero."""
    value, se = drawn[:, :, 0], drawn[:, :, 1]
    return np.maximum(value - max(bias, 0.0), min(bias, 0.0) - value) / se


def simulated(name: str, *, scale: float = 1.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of an indicator in the tables `calibration` and `power`, from the same panels.

    A primary one: every choice of partners and years, the settings of record from DRAWS panels, and its power. Any
    other: the settings of record alone, from SECONDARY_DRAWS. scale: of the number of panels, for a trial.
    """
    chosen = [(deciding.PARTNERS, deciding.YEARS)]
    primary = name in indicators.indicators(primary=True)
    draws = int(scale * (DRAWS if primary else SECONDARY_DRAWS))
    made, drawn = draws_of(name, chosen, draws, stream(name, "record"))
    frame = rows(name, chosen, drawn, made.sign)
    if not primary:
        return frame, power.curves(name, drawn[0][:0], frame.iloc[0])
    row = frame.iloc[0].to_dict()
    frame["false_strong"] = strong(row, rng=stream(name, "strong"), draws=int(scale * STRONG_DRAWS))
    others = [choice for choice in CHOICES if choice not in chosen]
    _, few = draws_of(name, others, int(scale * CHOICE_DRAWS), stream(name, "choices"))
    rest = rows(name, others, few, made.sign)
    rest[CALIBRATED] = np.nan  # too few panels to calibrate with
    frame = pd.concat([rest.astype(frame.dtypes), frame]).sort_values(
        ["years", "partners"], ignore_index=True
    )
    return frame, power.curves(name, drawn[0][draws // 2 :], pd.Series(row))
