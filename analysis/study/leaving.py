"""Leaving special measures: how long it took, who came back, what followed and whether gains were kept."""

from typing import Any

import numpy as np
import pandas as pd

from analysis import data, once
from analysis.methods.durations import durations, survival
from analysis.methods.durations.durations import TimeInRegime
from analysis.methods.effects import gain_kept, switching
from analysis.methods.effects.gain_kept import GainKept
from analysis.methods.effects.panels import EffectError, NotEstimable
from analysis.methods.effects.results import THIN
from analysis.methods.effects.switching import Switching
from analysis.study import claims, indicators, regime

MOMENTS = (12, 24, 36, 48)  # months after entry, or after leaving, at which shares are read off
CLAIMS = ("O9", "X1", "P2", "X4")  # published figures on the length of stays
PERIODS_AFTER = {"quarter": 8, "year": 2}  # two years
PERIODS_BEFORE = {"quarter": 4, "year": 2}  # placebos: annual figures need two to show a course at all
LIMITS = ("estimate", "lower", "upper")
PLACES = ("before", "first", "year")


def dated(sure: bool) -> pd.DataFrame:
    """Return the spells of `regime.spells`; sure: only of trusts whose first one is dated with high confidence."""
    spells = regime.spells()
    first = spells[(spells["spell"] == 1) & (spells["confidence"] == "high")]
    return spells[spells["trust"].isin(first["trust"])] if sure else spells


@once.result
def stays(*, first: bool = True, sure: bool = False) -> TimeInRegime:
    """Describe time in special measures in months, by way of ending; censored by the end of the regime.

    first: the first spell of each trust only, so that a row is a trust; else every spell, in which the
    trusts that came back count twice. sure: see `dated`.
    """
    spells = dated(sure)
    chosen = spells[spells["spell"] == 1] if first else spells
    return durations.time_in_regime(chosen, duration="months", event="ended_by")


@once.result
def returns(*, sure: bool = False) -> TimeInRegime:
    """Describe time in months from a trust's first leaving to its return, followed to the regime's end.

    Trusts merged into another after leaving could no longer return in their own name: a competing end. sure: see `dated`.
    """
    changes = data.load("organisation_changes")
    spells = dated(sure)
    left = spells[(spells["spell"] == 1) & (spells["ended_by"] == "exit")].set_index("trust")["exited"]
    ended = changes[changes["old_code"].isin(left.index)].groupby("old_code")["date"].min()
    lost = ended[ended > left.reindex(ended.index)]
    return durations.returns(spells, until=regime.REGIME_END, lost=lost)


def still_followed(found: TimeInRegime, months: tuple[float, ...]) -> list[int]:
    """Return how many were still at risk at each of `months`: neither ended nor censored before."""
    time, at_risk = found.survival["time"].to_numpy(), found.survival["at_risk"].to_numpy()
    return [int(at_risk[time >= month][0]) if (time >= month).any() else 0 for month in months]


def half_gone(found: TimeInRegime, cause: str) -> tuple[float, float, float]:
    """Return when the cumulative incidence of `cause` reached one half, with limits; NaN where it did not."""
    part = found.incidence[found.incidence["cause"] == cause]
    mirror = {"survival": 1 - part["incidence"], "lower": 1 - part["upper"], "upper": 1 - part["lower"]}
    return survival.median(pd.DataFrame({"time": part["time"], **mirror}))


@once.result
def medians() -> pd.DataFrame:
    """Return the middle stay, counted in several ways: `what`, `n`, `ended`, `median`, `lower`, `upper`.

    The last row leaves unfinished and acquired spells out, as a reader of a list of exits would: no limits.
    """
    one, every, spells = stays(), stays(first=False), regime.spells()
    first = spells[spells["spell"] == 1]
    rows: list[tuple] = [_median_row("First spells, any end (Kaplan–Meier)", one.medians.iloc[0])]
    exits = one.incidence.query("cause == 'exit'")["events"].sum()
    rows.append(
        ("First spells, left as improved (Aalen–Johansen)", len(first), int(exits), *half_gone(one, "exit"))
    )
    wave = np.where(regime.is_keogh(first["trust"]), "first eleven trusts", "later trusts")
    waves = durations.time_in_regime(
        first.assign(wave=wave), duration="months", event="ended_by", group="wave"
    ).medians
    rows += [_median_row(f"First spells, any end: {row['group']}", row) for _, row in waves.iterrows()]
    rows.append(_median_row("All spells, any end (Kaplan–Meier)", every.medians.iloc[0]))
    left = spells[spells["ended_by"] == "exit"]
    middle = left["months"].median()
    rows.append(
        ("Only spells that ended by leaving (too short)", len(left), len(left), middle, np.nan, np.nan)
    )
    return pd.DataFrame(rows, columns=["what", "n", "ended", "median", "lower", "upper"])


def _median_row(name: str, row: pd.Series) -> tuple:
    return (name, int(row["n"]), int(row["ended"]), row["median"], row["lower"], row["upper"])


def shares(found: TimeInRegime, cause: str) -> pd.DataFrame:
    """Return the share gone by `cause` at MOMENTS: `months`, `incidence`, `lower`, `upper`, `naive`, `at_risk`."""
    rows = [found.at(month).set_index("cause").loc[cause].drop("group") for month in MOMENTS]
    return pd.DataFrame(rows).assign(months=MOMENTS, at_risk=still_followed(found, MOMENTS))


def published() -> pd.DataFrame:
    """Return the published lengths of stay beside ours: columns of `claims.recomputed`, and `agrees` by row."""
    checked = claims.recomputed()
    checked = checked[checked["claim_id"].isin(CLAIMS)]
    gap = (checked["ours"] - checked["published"]).abs()
    checked = checked.assign(agrees=gap <= checked["unit"].map(claims.MATCH_WITHIN))
    order = checked.assign(last=checked["unit"] != "trusts").sort_values(["claim_id", "last", "part"])
    return order.drop(columns="last").reset_index(drop=True)


@once.result
def after(name: str, *, panel: pd.DataFrame | None = None, draws: int = indicators.DRAWS) -> Switching:
    """Compare trusts as they leave with trusts still in (DID_M, leavers), two years on and before leaving.

    name: an indicator. panel: in place of `regime.panel(name)`. See `changes` for the readers' sign.
    """
    about = regime.indicator(name)
    grain = about.analysis_grain
    return switching.switchers(
        regime.panel(name) if panel is None else panel,
        direction="leavers",
        group="type",
        horizons=PERIODS_AFTER[grain],
        placebos=PERIODS_BEFORE[grain],
        rng=np.random.default_rng(indicators.SEED) if draws else None,
        draws=draws,
        measure=about.measure,
    )


def changes(found: Switching) -> pd.DataFrame:
    """Return leavers' differences from trusts still in, both measured from the last period inside.

    Columns of `Switching.frame`, signs turned (leavers less trusts still in), with `horizon` as periods
    since the period of leaving: 0 = that period, -1 = the last inside (the zero line, not a row), -2 and
    earlier = placebos. `lower` and `upper` are those of trusts resampled where `found` has draws: with few
    trusts still in, the analytical ones (kept as `lower_analytic`, `upper_analytic`) are too narrow, and so
    would a band for all periods be, which is left out. `thin` also where fewer than THIN trusts were still in.
    """
    frame = found.frame.drop(columns=["lower_uniform", "upper_uniform"])
    frame = frame.rename(columns={"lower": "lower_analytic", "upper": "upper_analytic"})
    used = "bootstrap" if "lower_bootstrap" in frame else "analytic"
    frame = frame.assign(lower=frame[f"lower_{used}"], upper=frame[f"upper_{used}"])
    frame["estimate"] = -frame["estimate"]
    for ending in ("", "_analytic", "_bootstrap"):
        if f"lower{ending}" in frame:
            low, high = f"lower{ending}", f"upper{ending}"
            frame[[low, high]] = -frame[[high, low]].to_numpy()
    frame["horizon"] = frame["horizon"].where(frame["horizon"] >= 0, frame["horizon"] - 1)
    few = frame[["n_trusts", "n_controls"]].min(axis=1) < THIN
    return frame.assign(thin=few).sort_values("horizon", ignore_index=True, kind="stable")


@once.result
def leavers_by_year(names: list[str]) -> pd.DataFrame:
    """Return the sizes behind `after`: one row a calendar year of leaving, one column an indicator.

    Cells: trusts that left and had comparators still in, as counts; `all` counts every exit of a first spell
    or later one, of whatever type of trust.
    """
    spells = regime.spells()
    exits = spells.loc[spells["ended_by"] == "exit", "exited"].dt.year
    years = pd.Index(range(exits.min(), exits.max() + 1), name="year")
    out = pd.DataFrame({"all": exits.value_counts().reindex(years, fill_value=0)})
    for name in names:
        panel = regime.panel(name)
        rows = after(name, draws=0).per_period.query("horizon == 0")
        when = pd.PeriodIndex.from_ordinals(rows["time"], freq=panel["period"].dtype.freq).year
        out[name] = rows.groupby(when)["n_switches"].sum().reindex(years, fill_value=0)
    return out.reset_index()


@once.result
def kept(name: str, *, panel: pd.DataFrame | None = None, **changed: Any) -> GainKept:
    """Change of the gain to the year that starts 12, and 24, months after leaving.

    Gain: mean difference from the prediction without entry over the last year inside. changed: arguments of
    `effects.gain_kept`. Raises EffectError where neither direction is better, or no trust has a baseline.
    """
    about = regime.indicator(name)
    year = about.year
    if about.better is None:
        raise EffectError("neither direction is better")
    chosen = {"horizons": (year, 2 * year), "window": year, "group": "type", "measure": about.measure}
    figures = regime.panel(name) if panel is None else panel
    return gain_kept.gain_kept(figures, better=about.better, **{**chosen, **changed})


def kept_by_trust(found: GainKept) -> pd.DataFrame:
    """Return the trusts with a gain and a later figure: `name`, `gain`, `kept_12`, `kept_24`, `returned`.

    `returned`: the trust came back at any time, so that later figures may be from inside.
    """
    near, far = found.frame["horizon"].astype(int)
    names = regime.spells().drop_duplicates("trust").set_index("trust")["name"]
    frame = found.trusts.rename(columns={f"kept_{near}": "kept_12", f"kept_{far}": "kept_24"})
    frame = frame[frame["gain"].notna() & frame[["kept_12", "kept_24"]].notna().any(axis=1)]
    frame = frame.assign(name=frame["unit"].map(names), returned=frame["returned"].notna())
    return frame.sort_values("gain", ignore_index=True, kind="stable")[
        ["name", "gain", "kept_12", "kept_24", "returned"]
    ]


@once.result
def summary(names: list[str]) -> pd.DataFrame:
    """Return one row an indicator: what came before and after leaving, and what became of the gain.

    Columns: `indicator`, `title`, `unit`, `direction`, `grain`; for `before` (the change over the year before
    the last period inside: the placebo), `first` (first period out) and `year` (a year after that) the
    columns `<place>_estimate`, `_lower`, `_upper`, `_n_trusts` and `_n_controls`, leavers less trusts still in;
    for 12 and 24 months `change_<m>` with `_lower`, `_upper` and `_n` (in `unit`, negative = lost), and
    `status_<m>` ("estimable" or why not).
    """
    rows = []
    for name in names:
        about = regime.indicator(name)
        row = {"indicator": name, "title": about.title, "unit": about.change_unit}
        row |= {"direction": about.direction, "grain": about.analysis_grain}
        rows.append(row | _moves(name, about.year) | _changes_kept(name))
    return pd.DataFrame(rows)


def _moves(name: str, year: int) -> dict[str, float]:
    parts = (*LIMITS, "n_trusts", "n_controls")
    try:
        frame = changes(after(name)).set_index("horizon")
    except NotEstimable:
        return {
            f"{place}_{part}": 0 if part.startswith("n_") else np.nan for place in PLACES for part in parts
        }
    # the placebo is the level a year earlier less that of the last period inside; the change is its opposite
    back = frame.loc[-1 - year].copy()
    back["estimate"], back["lower"], back["upper"] = -back["estimate"], -back["upper"], -back["lower"]
    places = dict(zip(PLACES, (back, frame.loc[0], frame.loc[year]), strict=True))
    return {f"{place}_{part}": row[part] for place, row in places.items() for part in parts}


def _changes_kept(name: str) -> dict[str, object]:
    missing = {"change": np.nan, "change_lower": np.nan, "change_upper": np.nan, "n_trusts": 0}
    try:
        rows = kept(name).frame.to_dict("records")
    except NotEstimable:
        rows = [{**missing, "status": "no trust has figures both before entry and after leaving"}] * 2
    except EffectError as error:
        rows = [{**missing, "status": str(error)}] * 2
    out: dict[str, object] = {}
    for months, row in zip((12, 24), rows, strict=True):
        out |= {f"change_{months}{end}": row[f"change{end}"] for end in ("", "_lower", "_upper")}
        out |= {f"change_{months}_n": row["n_trusts"], f"status_{months}": row["status"]}
    return out


@once.result
def kept_choices(names: list[str]) -> pd.DataFrame:
    """Return what became of the gain under other choices: `indicator`, `window`, `omit_before` (periods), then as `kept`.

    One row an indicator, choice and horizon. window: half a year or a year where the indicator is quarterly.
    omit_before: with, and without, the year before entry in the baseline.
    """
    parts = []
    for name in names:
        year = regime.indicator(name).year
        for window in sorted({max(year // 2, 1), year}):
            for omitted in (0, year):
                frame = kept(name, window=window, omit_before=omitted).frame
                chosen = {"indicator": name, "window": window, "omit_before": omitted}
                parts.append(frame.assign(**chosen, months=12 * frame["horizon"] // year))
    return pd.concat(parts, ignore_index=True)
