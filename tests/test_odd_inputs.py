"""A whole call of every public function of `analysis.methods`, then the same with one thing spoilt: refused in its own words, or answered."""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.methods.coding import (
    agreement,
    agreement_measures,
    agreement_themes,
    coder_grid,
    refi_qda_write,
    reliability,
)
from analysis.methods.costing import distributions, prices, sensitivity, simulation
from analysis.methods.disclosure import attack, sites, tables, words
from analysis.methods.durations import durations, survival
from analysis.methods.effects import (
    components,
    contrast,
    equally_bad,
    gain_kept,
    group_time,
    honest,
    impute,
    inference,
    outcome_process,
    partners,
    placebo,
    pooling,
    regression_to_mean,
    results,
    specification,
    staggered,
    switching,
    wild_imputation,
)
from analysis.methods.effects.panels import EffectError, read_panel
from analysis.methods.its import ar1, breaks, its
from analysis.methods.periods import calendar
from analysis.methods.spc import funnel, signals, spc

ROOT = Path(__file__).parents[1] / "analysis"
RNG = np.random.default_rng(5)
PANEL = pd.DataFrame(
    [
        (f"T{i}", k, 10 + i + 0.2 * k + RNG.normal() + (i < 4 and k >= 5), 5.0 if i < 4 else np.nan, "ab"[i % 2])
        for i in range(12)
        for k in range(10)
    ],
    columns=["trust", "t", "value", "entry", "type"],
)  # fmt: skip
STATUS = PANEL.assign(in_force=(PANEL["t"] >= PANEL["entry"]) & (PANEL["t"] < 8), exit=PANEL["entry"] + 3)
SERIES = pd.Series(20 + RNG.normal(size=48), pd.period_range("2012-01", periods=48, freq="M"), name="value")
SPELLS = pd.DataFrame({"duration": [3.0, 5, 8, 9, 12, 20], "event": [1, 1, 0, 1, 1, 0], "g": list("ababab")})
DAYS = pd.to_datetime(["2014-01-01", "2016-01-01", "2014-06-01"])
STAYS = pd.DataFrame(
    {
        "trust": ["A", "A", "B"],
        "entered": DAYS,
        "exited": [*(DAYS[:2] + pd.Timedelta(days=200)), pd.NaT],
        "ended_by": ["exit", "exit", "censored"],
    }
)
UNITS = pd.DataFrame(
    {"trust": list("ABCDE"), "numerator": [5, 7, 9, 12, 8], "denominator": [60.0, 70, 80, 130, 90]}
)
CODES = pd.DataFrame({"unit": [1, 1, 2, 2, 3, 3], "coder": list("ababab"), "code": list("xyxxyy")})
ITEMS = pd.DataFrame({"item": ["a"], "quantity": [2.0], "unit_cost": [10.0], "price_year": ["2014/15"]})
INDEX = pd.Series({"2014/15": 100.0, "2015/16": 102.0})
GAMMA = distributions.gamma(10, 2)
TRUSTS = pd.DataFrame({"trust": list("ABCDEF"), "type": list("xxxxyy"), "size": [1.0, 2, 3, 4, 5, 6]})
ORGANISATIONS = pd.DataFrame(
    {"org_code": ["RAA"], "name": ["NORTHERN VALE NHS TRUST"], "town": ["VALE"], "postcode": ["NV1 1AA"]}
)
STUDY = pd.DataFrame({"horizon": [-3, -2, -1, 0, 1], "estimate": [0.1, 0.2, 0.0, 1.0, 1.2]})
BOOK = pd.DataFrame(
    {
        "code": ["x", "y"],
        "name": ["X", "Y"],
        "parent": [None, "x"],
        "description": ["", "d"],
        "codable": [True, True],
    }
)
TALLY = np.array([[2, 0], [1, 1], [0, 2]])
SUMMED = pd.DataFrame({"a": ["[c]", 7, 9]}, index=["x", "y", "Total"])
BASE = {"a": 1.0, "b": 2.0}


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def cost(inputs: Mapping[str, float]) -> float:
    return float(np.prod(list(inputs.values())))


def periods_of(times: Any) -> Any:
    return calendar(times, what="t", error=EffectError)


def middle(panel: pd.DataFrame) -> float:
    return float(len(panel))


WHOLE: list[tuple[Callable, dict[str, Any]]] = [
    (agreement.agreement, {"codings": CODES}),
    (agreement_themes.by_theme, {"codings": CODES}),
    (agreement_themes.disagreements, {"codings": CODES}),
    (reliability.cronbach, {"items": pd.DataFrame({"q1": [1, 2, 3, 4], "q2": [2, 2, 3, 5]})}),
    (reliability.group_reliability, {"values": pd.Series([1.0, 2, 3, 4]), "groups": pd.Series(list("aabb"))}),
    (reliability.within_group, {"items": pd.DataFrame({"q1": [1, 2, 3], "q2": [2, 2, 3]}), "points": 5}),
    (distributions.beta, {"mean": 0.3, "se": 0.05}),
    (distributions.fixed, {"value": 2.0}),
    (distributions.from_range, {"kind": "gamma", "mean": 5.0, "low": 3.0, "high": 8.0}),
    (distributions.gamma, {"mean": 5.0, "se": 1.0}),
    (distributions.lognormal, {"mean": 5.0, "se": 1.0}),
    (distributions.of_record, {"row": {"q": 1.0, "q_low": 0.5, "q_high": 2.0, "q_distribution": "pert"}, "name": "q"}),
    (distributions.pert, {"low": 1.0, "mode": 2.0, "high": 4.0}),
    (distributions.pert_from_mean, {"mean": 2.0, "low": 1.0, "high": 4.0}),
    (distributions.se_from_range, {"low": 1.0, "high": 4.0}),
    (prices.discounted_months, {"months": np.array([3.0, 30]), "rate": 0.035, "timing": "start", "limit": 24.0}),
    (prices.index, {"rates": pd.Series({"2014/15": 1.0, "2015/16": 2.0}), "first": 100.0}),
    (prices.inflate, {"value": 5.0, "from_year": "2014/15", "to_year": "2015/16", "deflator": INDEX}),
    (prices.price, {"items": ITEMS, "price_year": "2015/16", "deflator": INDEX}),
    (sensitivity.threshold, {"model": cost, "base": BASE, "parameter": "a", "target": 4.0, "low": 1.0, "high": 5.0}),
    (sensitivity.tornado, {"model": cost, "base": BASE, "low": {"a": 0.5, "b": 1.0}, "high": {"a": 2.0, "b": 3.0}}),
    (simulation.correlation_of, {"factors": ["f", "f", None], "loadings": [0.5, 0.6, None]}),
    (simulation.joint_draws, {"inputs": {"a": GAMMA, "b": GAMMA}, "draws": 8, "rng": rng, "correlation": np.eye(2), "method": "random"}),
    (simulation.scores, {"correlation": np.eye(2), "draws": 8, "rng": rng, "method": "sobol"}),
    (simulation.summary, {"draws": np.arange(9.0), "level": 0.95, "label": "Cost"}),
    (sites.identifiable, {"profile": {"type": "x"}, "frame": TRUSTS, "k": 5, "trust": "trust"}),
    (tables.check_table, {"name": "t", "published": pd.DataFrame({"a": [7, 9]}), "threshold": 5}),
    (tables.suppress, {"table": pd.DataFrame({"a": [2, 9, 8], "b": [7, 7, 9]}), "threshold": 5, "totals": "both"}),
    (words.trusts_of, {"organisations": ORGANISATIONS}),
    (words.search, {"text": "All was well.", "trusts": lambda: words.trusts_of(ORGANISATIONS), "vocabulary": ["well"], "names": ["Ada"], "allowed": []}),
    (durations.returns, {"spells": STAYS, "until": "2019-12-31", "level": 0.95, "lost": pd.Series({"A": pd.Timestamp("2018-01-01")})}),
    (durations.time_in_regime, {"spells": SPELLS, "group": "g", "level": 0.95}),
    (survival.aalen_johansen, {"duration": SPELLS["duration"], "cause": SPELLS["event"]}),
    (survival.kaplan_meier, {"duration": SPELLS["duration"], "ended": SPELLS["event"]}),
    (survival.log_rank, {"duration": SPELLS["duration"], "ended": SPELLS["event"], "group": SPELLS["g"]}),
    (survival.median, {"curve": lambda: survival.kaplan_meier(SPELLS["duration"], SPELLS["event"])}),
    (contrast.twfe, {"panel": PANEL, "level": 0.95}),
    (equally_bad.equally_bad_placebo, {"panel": PANEL, "baseline": 3, "gap": 0, "matches": 1, "caliper": 5.0, "last_horizon": 2}),
    (gain_kept.gain_kept, {"panel": STATUS, "better": "higher", "horizons": (0, 1), "window": 1, "omit_before": 0}),
    (equally_bad.difference, {"data": lambda: read_panel(PANEL, group="type"), "baseline": 3, "gap": 0, "matches": 1, "caliper": 5.0, "last_horizon": 2}),
    (group_time.simple, {"data": lambda: read_panel(PANEL), "control": "never", "horizons": [0, 1], "level": 0.95}),
    (equally_bad.paired, {"data": lambda: read_panel(PANEL, group="type"), "baseline": 3, "gap": 0, "matches": 1, "caliper": 5.0}),
    (group_time.path, {"data": lambda: read_panel(PANEL), "control": "never", "horizons": [0, 1], "level": 0.95}),
    (impute.design, {"data": lambda: read_panel(PANEL), "horizons": [0, 1], "omit_before": 0, "partition": "pooled"}),
    (group_time.event_study, {"panel": PANEL, "control": "never", "horizons": [0, 1], "base": "varying", "covariates": (), "level": 0.95}),
    (honest.honest_bounds, {"event_study": STUDY, "mbar": (0.0, 1.0), "horizons": [0, 1], "weights": [0.5, 0.5], "covariance": None, "level": 0.95}),
    (impute.imputation, {"panel": PANEL, "horizons": [0, 1], "pre_periods": 1, "omit_before": 0, "partition": "pooled", "leave_out": False, "reference": "normal", "level": 0.95}),
    (impute.pooled, {"data": lambda: read_panel(PANEL), "horizons": [0, 1], "omit_before": 0, "partition": "pooled"}),
    (inference.adjust, {"p": np.array([0.01, 0.2]), "method": "holm"}),
    (inference.permutation_test, {"a": np.array([1.0, 2, 3]), "b": np.array([2.0, 3, 5]), "rng": rng}),
    (partners.several_partners, {"panel": PANEL, "partners": 2, "baseline": 3, "last_horizon": 2, "gap": 0}),
    (placebo.leave_one_out, {"panel": PANEL, "estimator": middle, "by": None, "last_horizon": 2}),
    (placebo.placebo_dates, {"panel": PANEL, "draws": 2, "rng": rng, "last_horizon": 2}),
    (pooling.partly_pooled, {"effect": np.arange(5.0), "covariance": np.eye(5), "level": 0.95}),
    (read_panel, {"panel": PANEL, "outcome": "value", "unit": "trust", "time": "t", "cohort": "entry", "group": "type", "anticipation": 0, "last_time": 8}),
    (regression_to_mean.expected_regression, {"panel": PANEL, "baseline": 3, "follow_up": 2, "gap": 0, "population": "never"}),
    (results.quantiles, {"trusts": np.array([5, 6]), "level": 0.95, "reference": "normal"}),
    (specification.specification_curve, {"estimator": lambda a: float(a), "choices": {"a": [1, 2]}}),
    (staggered.imputation_weights, {"unit": np.array([0, 0, 1, 1]), "time": np.array([0, 1, 0, 1]), "treated": np.array([False, True, False, False])}),
    (switching.switchers, {"panel": STATUS, "group": "type", "direction": "both", "horizons": 1, "placebos": 1, "level": 0.95}),
    (wild_imputation.wild_imputation, {"panel": PANEL, "draws": 5, "rng": rng, "horizons": range(2), "omit_before": 0}),
    (its.segmented, {"series": SERIES, "entry": "2014-01", "exit": "2015-01", "comparator": SERIES.iloc[::-1].set_axis(SERIES.index), "unit": "x", "min_points": 12, "level": 0.95}),
    (ar1.gls_ar1, {"y": SERIES.to_numpy(), "design": pd.DataFrame({"one": 1.0, "t": np.arange(48.0)})}),
    (ar1.ols, {"y": SERIES.to_numpy(), "design": pd.DataFrame({"one": 1.0, "t": np.arange(48.0)})}),
    (ar1.newey_west, {"y": SERIES.to_numpy(), "design": pd.DataFrame({"one": 1.0, "t": np.arange(48.0)}), "lags": 2}),
    (funnel.funnel, {"frame": UNITS, "method": "ratio", "unit": "trust", "numerator": "numerator", "denominator": "denominator", "trim_by": 0.1, "multiplier": 1.0}),
    (signals.expected_false_signals, {"n_points": 24, "n_series": 2, "rng": rng, "autocorrelation": 0.2, "baseline": 12, "draws": 3}),
    (spc.xmr, {"values": SERIES, "unit": "x", "improvement": "up", "target": 21.0, "baseline": 24, "rebase": ["2014-01"]}),
    (refi_qda_write.codebook, {"codes": BOOK, "origin": "made"}),
    (refi_qda_write.project, {"name": "a", "origin": "made", "day": "2020-01-01", "codes": BOOK, "coders": ["A"], "texts": {"s": "Well."}, "codings": pd.DataFrame({"source": ["s"], "coder": ["A"], "code": ["x"]}), "cases": {"c": ["s"]}, "case": "kind"}),
    (outcome_process.learn, {"data": lambda: read_panel(PANEL), "lags": 2}),
    (outcome_process.draw, {"data": lambda: read_panel(PANEL), "process": lambda: outcome_process.learn(read_panel(PANEL), lags=2), "rng": rng}),
    (outcome_process.select, {"data": lambda: read_panel(PANEL), "worse": np.linspace(0, 1, len(PANEL)), "year": 4, "strength": 1.0, "rng": rng}),
    (signals.label_signals, {"value": np.arange(9.0), "centre": np.full(9, 4.0), "half": np.full(9, 3.0)}),
    (signals.moving_range_limits, {"values": np.array([1.0, 3, 2, 5, 4, 6]), "screen": True, "where": "the baseline"}),
    (spc.pprime, {"numerator": (SERIES * 2).round(), "denominator": SERIES * 4, "unit": "%", "per": 100}),
]  # fmt: skip
# What only other functions of `methods` call and are handed as they came.
WHOLE += [
    (agreement_measures.alpha_of_counts, {"counts": TALLY, "values": np.array([1.0, 2.0]), "level": "nominal"}),
    (agreement_measures.pair_agreement, {"counts": TALLY}),
    (agreement_measures.kappa_of_table, {"table": np.array([[3, 1], [1, 4]]), "weights": "none"}),
    (agreement_measures.kappa_of_counts, {"counts": TALLY}),
    (coder_grid.long, {"codings": CODES, "unit": "unit", "coder": "coder", "code": "code"}),
    (coder_grid.grid, {"codings": CODES, "unit": "unit", "coder": "coder", "code": "code", "coders": "rows"}),
    (prices.financial_year, {"start": 2014}),
    (simulation.quantile_error, {"draws": np.arange(99.0), "p": 0.5}),
    (attack.attack, {"published": SUMMED, "hide_zeros": False}),
    (attack.parsed, {"published": SUMMED}),
    (words.plain, {"text": "All was well."}),
    (survival.check, {"duration": [1.0, 2], "cause": [1, 0], "entry": None}),
    (survival.check_labels, {"group": ["a", "b"], "what": "g"}),
    (components.variance_components, {"panel": PANEL, "population": "never"}),
    (ar1.check_level, {"level": 0.9}),
    (breaks.series_of, {"data": SERIES, "outcome": "value", "time": "t", "what": "series"}),
    (signals.regular, {"values": SERIES, "name": "values"}),
    (signals.regular_counts, {"numerator": SERIES, "denominator": SERIES * 2}),
    (periods_of, {"times": SERIES.index}),
]  # fmt: skip
# What another room calls and is tried elsewhere, or is arithmetic on numbers alone, as numpy's own.
ELSEWHERE = {
    "coding.excerpts.read_excerpts", "coding.refi_qda.read_qdpx",  # files: tests/test_refi_qda.py, test_excerpts.py
    "arguments.plain", "arguments.text", "effects.panels.panel_of", "estimate.clear", "estimate.side",
    "curves.normal_above", "curves.normal_quantile", "curves.t_above", "curves.t_quantile",
}  # fmt: skip
ODD: dict[str, Any] = {
    "None": None,
    "a list": [1],
    "words": ["a", "b"],
    "text": "x",
    "a number": 3,
    "no number": float("nan"),
    "1e400": 1e400,
    "a small number": 1e-12,
    "a large number": 1e300,
    "below 0": -1,
    "True": True,
    "a dict": {"a": 1},
    "a set": {1},
    "an object": object(),
    "an empty frame": pd.DataFrame(),
    "another frame": pd.DataFrame({"q": ["a"]}),
    "an empty Series": pd.Series(dtype=float),
    "a Series of texts": pd.Series(["1", "2", "3"]),
    "a Series of blanks": pd.Series([np.nan] * 4),
    "labels twice": pd.Series([1.0, 2.0], index=[1, 1]),
    "an array": np.arange(4.0),
    "a cube": np.zeros((2, 2, 2)),
    "complex numbers": np.array([1j, 2]),
    "a day": pd.Timestamp("2014-01-01"),
}
CELLS: dict[str, Any] = {
    "None": None,
    "text": "x",
    "1,000": "1,000",
    "inf": np.inf,
    "1e400": "1e400",
    "below 0": -5.0,
    "huge": 1e300,
    "a list": [1, 2],
    "a day": pd.Timestamp("2014-01-01"),
}
COLUMNS: dict[str, Callable[[pd.Series], Any]] = {
    "all blank": lambda column: np.nan,
    "texts": lambda column: column.astype(str),
    "objects": lambda column: column.astype(object),
    "categories": lambda column: column.astype("category"),
    "one value": lambda column: column.iloc[0],
    "True": lambda column: True,
    "complex": lambda column: 1j,
}


def spoilt(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the frame with one thing wrong."""
    yield "no rows", frame.iloc[:0]
    yield "one row", frame.iloc[:1]
    yield "rows twice", pd.concat([frame, frame])
    yield "labels twice", frame.set_axis([0] * len(frame), axis=0)
    yield "columns of two levels", pd.concat({"x": frame}, axis=1)
    yield "numbers for headings", frame.set_axis(range(frame.shape[1]), axis=1)
    for name in frame:
        yield f"{name} gone", frame.drop(columns=name)
        yield f"{name} twice", pd.concat([frame, frame[[name]]], axis=1)
        for kind, value in CELLS.items():
            column = frame[name].astype(object).copy()
            column.iloc[0] = None
            column.iat[0] = value
            yield f"{name}: {kind} in a row", frame.assign(**{str(name): column})
        for kind, make in COLUMNS.items():
            yield f"{name}: {kind}", frame.assign(**{str(name): make(frame[name])})


def cases(whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the arguments with one argument another, or one thing in a frame or Series wrong."""
    for name, value in whole.items():
        for kind, odd in ODD.items():
            yield f"{name} is {kind}", {**whole, name: odd}
        if isinstance(value, pd.DataFrame):
            for kind, frame in spoilt(value):
                yield f"{name}: {kind}", {**whole, name: frame}
        if isinstance(value, pd.Series):
            for kind, frame in spoilt(value.to_frame("v")):
                yield f"{name}: {kind}", {**whole, name: frame.get("v", frame)}


def left(function: Callable, whole: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the arguments with one more, a setting that the whole call leaves as it is by itself."""
    for name, about in inspect.signature(function).parameters.items():
        if name not in whole and about.default is not inspect.Parameter.empty:
            for kind, odd in ODD.items():
                if name != "n_jobs" or not isinstance(odd, int):  # workers take a second each to start
                    yield f"{name} is {kind}", {**whole, name: odd}


def called(function: Callable, arguments: dict[str, Any]) -> Any:
    given = {
        name: value()
        if value is rng or (name in ("trusts", "curve", "data", "process") and callable(value))
        else value
        for name, value in arguments.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(**given)


def own(error: Exception) -> bool:
    return type(error).__module__.startswith("analysis.") and isinstance(error, ValueError)


def faults(function: Callable, whole: dict[str, Any]) -> list[str]:
    """Return the cases that end in another library's error, or in words that a reader cannot use."""
    out = []
    for name, arguments in (*cases(whole), *left(function, whole)):
        try:
            called(function, arguments)
        except Exception as error:  # every kind of error is what is looked for
            text = str(error)
            if not own(error):
                out.append(f"{name}: {type(error).__name__}: {text[:80]}")
            elif len(text) > 600 or re.search(r"\d[eE][-+]\d|(?<![.\d])\d{7}", text):
                out.append(f"{name}: {len(text)} letters: {text[:200]}")
    return out


@pytest.mark.parametrize(("function", "whole"), WHOLE, ids=[function.__name__ for function, _ in WHOLE])
def test_a_spoilt_argument_is_refused_in_the_words_of_its_own_module(function, whole):
    called(function, whole)
    assert faults(function, whole) == []


def called_elsewhere() -> set[str]:
    """Functions of `analysis.methods` that another room calls, by their names below it."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        if path.relative_to(ROOT).parts[0] == "methods":
            continue
        tree, known = ast.parse(path.read_text(encoding="utf-8")), {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("analysis.methods"):
                known |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        found |= set(known.values())
        found |= {
            f"{known[node.value.id]}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in known
        }
    out = set()
    for name in found:
        module, _, last = name.rpartition(".")
        with contextlib.suppress(ModuleNotFoundError):
            if inspect.isfunction(inspect.unwrap(getattr(importlib.import_module(module), last, None))):
                out.add(name.removeprefix("analysis.methods."))
    return out


def test_every_function_that_another_room_calls_is_tried():
    tried = {
        f"{function.__module__}.{function.__name__}".removeprefix("analysis.methods.")
        for function, _ in WHOLE
    }
    assert called_elsewhere() - tried == ELSEWHERE
