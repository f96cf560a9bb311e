"""Planted truth: panels shaped like ours with a known effect, and what each method makes of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis.methods.effects.contrast import twfe
from analysis.methods.effects.equally_bad import difference
from analysis.methods.effects.group_time import simple
from analysis.methods.effects.impute import Design, design, pooled
from analysis.methods.effects.outcome_process import VARIOGRAM, Process, draw, learn, select
from analysis.methods.effects.panels import Panel, read_panel
from analysis.methods.effects.results import quantiles
from analysis.methods.effects.staggered import imputation_weights
from analysis.methods.estimate import HIGHER, LOWER, Estimate, side
from analysis.present import words
from analysis.study import regime
from analysis.study.rule import verdict

Floats = np.ndarray
INDICATORS = ("shmi", "four_hour_waits", "recommend_work", "bed_occupancy")
SIMULATIONS = 600  # with imputation and placebo dates
BAD_DRAWS = 400  # after a bad year, all of them with equally bad trusts and so with the reporting rule
SLOWER = 200  # with group-time effects and two-way fixed effects; with equally bad trusts in "none"
DEALS = 199  # placebo deals of the entry dates, drawn once an indicator
LEVEL = 0.95
LAGS = {"quarter": 12, "year": 5}  # longest distance in the variogram, in periods
STRENGTH = 1.0  # entrants are then about one standard deviation worse than the eligible in the year before
SIZE = 0.5  # of the planted effect, in standard deviations of a trust's values about its own level
VARIATION = 0.5  # standard deviation of the growing effect between trusts, relative to its mean

SCENARIOS = {
    "none": "no effect, entry unrelated to the outcome",
    "constant": "constant effect, entry unrelated to the outcome",
    "growing": "growing effect that differs between trusts, entry unrelated to the outcome",
    "bad draw": "no effect, entry after a bad year",
    "bad draw, constant": "constant effect, entry after a bad year",
}
MAIN, SHORT, BAD = "imputation", "imputation, year before left out", "less equally bad trusts"
MAIN_T, SHORT_T = f"{MAIN}, t limits", f"{SHORT}, t limits"
GROUP_TIME, FIXED, DATES = "Callaway and Sant'Anna, not yet entered", "two-way fixed effects", "placebo dates"
RULE = "reporting rule"  # in the stored table; the first edition's, for readers OLDER
OLDER = "older rule of three intervals"
ESTIMATED = (GROUP_TIME, FIXED, BAD)
METHODS = (MAIN, MAIN_T, SHORT, SHORT_T, GROUP_TIME, FIXED, BAD, DATES, RULE)
COLUMNS = (
    *("indicator", "scenario", "method", "simulations", "trusts", "true_effect", "estimate", "bias", "sd"),
    *("se", "coverage", "coverage_error", "improvement", "improvement_error", "worsening"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What is drawn for an indicator: its real panel as arrays, the process learnt, how it is analysed.

    sign: 1 when higher is better (or neither), -1 when lower is. year: periods of the year before entry.
    deals: weights that turn outcomes into placebo estimates, one a deal and observation.
    designs: what the two imputation estimates take from the panel's entries.
    """

    data: Panel
    process: Process
    sign: int
    year: int
    horizons: range
    deals: Floats
    designs: tuple[Design, Design]

    @property
    def effect(self) -> float:
        """Planted effect, in the indicator's unit, in the better direction."""
        return self.sign * SIZE * self.process.within


def setting(name: str, *, rng: np.random.Generator, deals: int = DEALS, by: str = VARIOGRAM) -> Setting:
    """Return what is drawn for an indicator, from its real panel. by: what the process is learnt from, see `learn`."""
    about = regime.indicator(name)
    data = read_panel(regime.panel(name), group="type")
    dealt = [_deal(data, about.horizons, rng) for _ in range(deals)]
    return Setting(
        data=data,
        process=learn(data, lags=LAGS[about.analysis_grain], by=by),
        sign=-1 if about.better == LOWER else 1,
        year=about.year,
        horizons=about.horizons,
        deals=np.array(dealt).reshape(deals, len(data.y)),
        designs=_designs(data, about.horizons, about.year),
    )


def _designs(data: Panel, horizons: range, year: int) -> tuple[Design, Design]:
    """What the main estimate, and that with the year before entry left out, take from the entries."""
    return design(data, horizons=horizons), design(data, horizons=horizons, omit_before=year)


def _deal(data: Panel, horizons: range, rng: np.random.Generator) -> Floats:
    """Weights of the pooled imputation estimate had the entry dates fallen on other trusts of the stratum."""
    cohort = data.unit_cohort.copy()
    for group in np.unique(data.unit_group):
        members = np.flatnonzero(data.unit_group == group)
        cohort[members] = rng.permutation(cohort[members])
    since = data.time - cohort[data.unit]
    weights, _ = imputation_weights(
        unit=data.unit,
        time=np.unique(data.time, return_inverse=True)[1],
        treated=since >= 0,
        horizon=np.where(np.isin(since, horizons), since, -1),
        group=data.group,
    )
    return weights


def once(
    made: Setting, scenario: str, *, others: Collection[str] = ESTIMATED, rng: np.random.Generator
) -> list[dict]:
    """Draw one panel and analyse it; also with the constant effect added, for "none" and "bad draw".

    others: which of ESTIMATED to add to imputation and placebo dates; the rule needs BAD.
    Returns rows `scenario`, `method`, `trusts`, `truth`, `estimate`, `se`, `lower`, `upper`, `p`, `side`. A constant effect is added to what was estimated without one: it moves
    every one of these estimates by just as much and leaves their standard errors (the tests hold it).
    """
    y, passing = draw(made.data, made.process, rng)
    data = replace(made.data, y=y)
    if scenario == "bad draw":
        data = select(data, -made.sign * passing, year=made.year, strength=STRENGTH, rng=rng)
    truth, added = 0.0, np.zeros(len(y))
    if scenario == "growing":
        added = _growing(data, made, rng)
        data = replace(data, y=y + added)
        truth = float(added[np.isin(data.since, made.horizons)].mean())
    found = estimates(data, made, others=others)
    null = made.deals @ data.y
    rows = _rows(scenario, found, null, truth)
    if scenario != "growing":
        moved = {method: _moved(value, made.effect) for method, value in found.items()}
        label = "constant" if scenario == "none" else "bad draw, constant"
        lift = made.deals @ (made.effect * (data.since >= 0))
        rows += _rows(label, moved, null + lift, made.effect)
    return rows


def _growing(data: Panel, made: Setting, rng: np.random.Generator) -> Floats:
    """Effect that grows evenly over the horizons to a peak that differs between trusts; twice the constant."""
    peak = 2 * made.effect * (1 + VARIATION * rng.standard_normal(len(data.units)))
    share = np.clip((data.since + 1) / len(made.horizons), 0, 1)
    return peak[data.unit] * share


def _moved(figure: Estimate, by: float) -> Estimate:
    return replace(figure, value=figure.value + by, lower=figure.lower + by, upper=figure.upper + by)


def estimates(data: Panel, made: Setting, *, others: Collection[str] = ESTIMATED) -> dict[str, Estimate]:
    """Analyse one panel: pooled effect by method, the imputation ones and those of `others`."""
    figures = {}
    entries = made.designs if data.since is made.data.since else _designs(data, made.horizons, made.year)
    for method, known in zip((MAIN, SHORT), entries, strict=True):
        figure = pooled(data, known=known, leave_out=True, level=LEVEL)
        half = float(quantiles(figure.n, level=LEVEL, reference="t")) * figure.se
        figures[method] = figure
        figures[f"{method}, t limits"] = replace(figure, lower=figure.value - half, upper=figure.value + half)
    if GROUP_TIME in others:
        figures[GROUP_TIME] = simple(data, control="not_yet", horizons=made.horizons, level=LEVEL)
    if FIXED in others:
        figures[FIXED] = twfe(data, level=LEVEL).overall
    if BAD in others:
        figures[BAD] = difference(data, baseline=made.year, last_horizon=max(made.horizons), level=LEVEL)
    return figures


def _rows(scenario: str, figures: Mapping[str, Estimate], null: Floats, truth: float) -> list[dict]:
    """Rows of one draw; the placebo p value counts the deal observed, ties and deals without an estimate."""
    main = figures[MAIN]
    far = (np.abs(null) >= abs(main.value) * (1 - 1e-9)) | np.isnan(null)
    rows = [
        {"method": method, "trusts": figure.n, "estimate": figure.value, "se": figure.se}
        | {"lower": figure.lower, "upper": figure.upper}
        for method, figure in figures.items()
    ]
    p = (1 + int(far.sum())) / (1 + len(null))
    rows.append({"method": DATES, "trusts": main.n, "estimate": main.value, "p": p})
    if BAD in figures:
        three = [(figures[m].lower, figures[m].upper) for m in (MAIN, SHORT, BAD)]
        rows.append({"method": RULE, "trusts": main.n, "side": verdict(*three, better=None)})
    return [row | {"scenario": scenario, "truth": truth} for row in rows]


PLANS = {  # scenario: draws by the methods added to imputation and placebo dates, in order
    "none": {ESTIMATED: SLOWER, (): SIMULATIONS - SLOWER},
    "growing": {(GROUP_TIME, FIXED): SLOWER, (): SIMULATIONS - SLOWER},
    "bad draw": {ESTIMATED: SLOWER, (BAD,): BAD_DRAWS - SLOWER},
}


def run(
    names: Sequence[str] = INDICATORS,
    *,
    rng: np.random.Generator,
    plans: Mapping[str, Mapping[tuple[str, ...], int]] = PLANS,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Simulate every scenario for each indicator; returns the table `planted_truth` (COLUMNS).

    plans: scenario -> {methods added: number of draws}. n_jobs: joblib workers; the result depends on `rng`
    only.
    """
    made = {
        name: setting(name, rng=stream) for name, stream in zip(names, rng.spawn(len(names)), strict=True)
    }
    tasks = [(name, scenario) for name in names for scenario in plans]
    work = delayed(_many)
    drawn = Parallel(n_jobs=n_jobs)(
        work(made[name], scenario, plans[scenario], stream)
        for (name, scenario), stream in zip(tasks, rng.spawn(len(tasks)), strict=True)
    )
    parts = [
        summary(draws, sign=made[name].sign).assign(indicator=name)
        for (name, _), draws in zip(tasks, drawn, strict=True)
    ]
    frame = pd.concat(parts, ignore_index=True)
    for column, order in (("indicator", names), ("scenario", SCENARIOS), ("method", METHODS)):
        frame[column] = pd.Categorical(frame[column], categories=list(order))
    frame = frame.sort_values(["indicator", "scenario", "method"], ignore_index=True)
    return frame.astype({"indicator": "str", "scenario": "str", "method": "str"})[list(COLUMNS)]


def _many(
    made: Setting, scenario: str, plan: Mapping[tuple[str, ...], int], rng: np.random.Generator
) -> pd.DataFrame:
    drawn = [once(made, scenario, others=others, rng=rng) for others, n in plan.items() for _ in range(n)]
    return pd.DataFrame([row for rows in drawn for row in rows])


def summary(draws: pd.DataFrame, *, sign: int) -> pd.DataFrame:
    """Add up draws (`once`) by scenario and method. sign: 1 when higher is better, -1 when lower is."""
    rows = []
    for (scenario, method), part in draws.groupby(["scenario", "method"], sort=False):
        n, better = len(part), sign * part["estimate"]
        if method == RULE:
            improved, worsened = ((part["side"] == which).mean() for which in (HIGHER, LOWER)[::sign])
        elif method == DATES:
            sure = part["p"] < 1 - LEVEL
            improved, worsened = (sure & (better > 0)).mean(), (sure & (better < 0)).mean()
        else:
            sides = pd.Series(map(side, part["lower"], part["upper"]))
            improved, worsened = ((sides == which).mean() for which in (HIGHER, LOWER)[::sign])
        row = {"scenario": scenario, "method": method, "simulations": n, "trusts": part["trusts"].mean()}
        row |= {"improvement": improved, "worsening": worsened, "true_effect": part["truth"].mean()}
        row["improvement_error"] = _error(improved, n)
        if method not in (RULE, DATES):
            inside = (part["lower"] <= part["truth"]) & (part["truth"] <= part["upper"])
            row |= {"estimate": part["estimate"].mean(), "bias": (part["estimate"] - part["truth"]).mean()}
            row |= {"sd": (part["estimate"] - part["truth"]).std(), "se": part["se"].mean()}
            row |= {"coverage": inside.mean(), "coverage_error": _error(inside.mean(), n)}
        rows.append(row)
    return pd.DataFrame(rows).reindex(columns=[name for name in COLUMNS if name != "indicator"])


def _error(share: float, n: int) -> float:
    return float(np.sqrt(share * (1 - share) / n))


def for_readers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return rows of `planted_truth` as texts for a table; numbers in the indicator's unit, shares in %."""
    rows = []
    for _, row in frame.iterrows():
        about = regime.indicator(row["indicator"])
        unit, worse = about.change_unit, _error(row["worsening"], int(row["simulations"]))
        rows.append(
            {
                "Indicator": about.title,
                "What was planted": SCENARIOS[row["scenario"]],
                "Method": OLDER if row["method"] == RULE else row["method"],
                "True effect": words.number(row["true_effect"], unit, sign=True),
                "Mean error": words.number(row["bias"], unit, sign=True),
                "95% intervals that held the truth": _share(row["coverage"], row["coverage_error"]),
                "Read as an improvement": _share(row["improvement"], row["improvement_error"]),
                "Read as a worsening": _share(row["worsening"], worse),
                "Panels drawn": words.number(row["simulations"]),
            }
        )
    return pd.DataFrame(rows)


def _share(share: float, error: float) -> str:
    """Write a share with its Monte Carlo standard error."""
    if pd.isna(share):
        return words.number(share)
    told, give_or_take = (words.number(100 * part, "percent") for part in (share, error))
    return f"{told} (Monte Carlo error {give_or_take})"
