"""Another regime through the same functions: its spells by its rules, its panel, its estimate. Exploratory (A73)."""

from dataclasses import dataclass

import pandas as pd

from analysis import data
from analysis.data import DataError
from analysis.methods.effects import panels
from analysis.methods.effects.results import THIN
from analysis.methods.estimate import Estimate
from analysis.study import entry_effects, indicators, regime, ruled_out
from analysis.study.ruled_out import RuledOut

SUCCESSOR = "successor"
NAMES = ("four_hour_waits", "bed_occupancy")
POWER = 2.8  # standard errors that a difference must measure to be told from none at 5% in 80 of 100 times


@dataclass(frozen=True, slots=True)
class Tried:
    """What the functions of record give for one measure under another regime.

    found: the estimate, missing limits where there is none. entered: trusts of this measure's kind whose entry
    counts. carried: trusts that carry the estimate. ruled: None below THIN trusts. seen: the difference that would
    have been told from none in 80 of 100 times, nan without a standard error.
    """

    name: str
    found: Estimate
    entered: int
    carried: int
    ruled: RuledOut | None
    seen: float


def rules(name: str) -> pd.Series:
    """Return the rules of a regime, a row of the table `regimes`; DataError for a name that is not there."""
    table = data.load("regimes").set_index("regime")
    if name not in table.index:
        raise DataError("regimes", column="regime", found=name, allowed=f"one of {list(table.index)}")
    return table.loc[name]


def spells(name: str) -> pd.DataFrame:
    """Return the spells of a regime that count by its rules, with the columns of `regime.spells`.

    Special measures are `regime.spells()` itself. Of another regime: entries from `entered_from` on, led by what the
    rules say, dated at the middle of their bounds; a spell whose exit was not found ends where it was last seen, as
    censored.
    """
    about = rules(name)
    if about["spells"] == "regime_spells":
        return regime.spells()
    frame = data.load(about["spells"])
    middle = frame["entered_from"] + (frame["entered_to"] - frame["entered_from"]) / 2
    frame = frame.assign(entered_day=middle.dt.normalize())
    counts = (frame["entered_day"] >= about["entered_from"]) & (frame["entered_day"] <= about["until"])
    if pd.notna(about["led_by"]):
        counts &= frame["led_by"] == about["led_by"]
    frame = frame[counts].sort_values(["entered_day", "org_code"], ignore_index=True, kind="stable")
    left = frame["status"] == "closed"
    out = pd.DataFrame(
        {
            "spell_id": frame["spell_id"],
            "trust": frame["org_code"],
            "name": frame["trust"],
            "spell": frame.groupby("org_code").cumcount() + 1,
            "entered": frame["entered_day"],
            "exited": frame["exited_to"].where(left),
            "ended_by": left.map({True: "exit", False: "administrative end"}),
            "last_day": frame["exited_to"].where(left, frame["last_seen"]).clip(lower=frame["entered_day"]),
            "day_known": frame["entered_from"] == frame["entered_to"],
            "confidence": frame["confidence"],
        }
    )
    return out.assign(months=(out["last_day"] - out["entered"]).dt.days / regime.DAYS_IN_MONTH)


def panel(name: str, measure: str) -> pd.DataFrame:
    """Return the panel of a measure under a regime; trusts with another spell there are no comparators."""
    mine = spells(name)
    table = rules(name)["spells"]
    others = set(data.load(table)["org_code"]) - set(mine["trust"])
    return regime.panel_under(regime.indicator(measure), mine, left_out=others)


def tried(measure: str, *, name: str = SUCCESSOR) -> Tried:
    """Run the estimate of record on entry into a regime. An estimate on fewer than THIN trusts is not to be read."""
    held, mine = panel(name, measure), spells(name)
    entered = held.loc[held["trust"].isin(mine["trust"]), "trust"].nunique()
    try:
        found = entry_effects.entry(measure, panel=held).overall
    except panels.EffectError:
        nothing = float("nan")
        return Tried(measure, Estimate(nothing, nothing, nothing), entered, 0, None, nothing)
    ruled = None
    if found.n_trusts >= THIN:
        about = regime.indicator(measure)
        ruled = ruled_out.ruled_out(found, better=about.better, important=ruled_out.important(measure))
    return Tried(measure, found, entered, int(found.n_trusts), ruled, POWER * float(found.se))


def tried_all() -> list[Tried]:
    """Return `tried` for each of NAMES."""
    return [tried(name) for name in NAMES if name in indicators.indicators()]
