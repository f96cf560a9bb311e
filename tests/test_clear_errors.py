"""What a public function is handed and cannot use ends in the error of its own room, in words, not in pandas' or Python's."""

import ast
import datetime
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters import after_words
from analysis.chapters.costs import sentences
from analysis.data import DataError, exact
from analysis.methods.arguments import plain
from analysis.methods.coding.agreement import agreement
from analysis.methods.costing import distributions, prices, simulation
from analysis.methods.disclosure import tables
from analysis.methods.durations import durations as du, survival as sv
from analysis.methods.effects import (
    gain_kept,
    group_time,
    impute,
    partners,
    switching,
)
from analysis.methods.its import its
from analysis.methods.spc import funnel, spc
from analysis.present import words

ROOT = Path(__file__).parents[1] / "analysis"
WRITERS = ("data.py", "methods/arguments.py")
PANEL = pd.DataFrame(
    [(f"T{i}", k, float(i + k), 3.0 if i < 3 else np.nan, "a") for i in range(8) for k in range(6)],
    columns=["trust", "t", "value", "entry", "type"],
)


def twice(frame, name):
    """Return the frame with a column there once more."""
    return pd.concat([frame, frame[[name]]], axis=1)


SERIES = pd.Series(np.arange(48.0) + np.tile([0, 1.0], 24))
MONTHLY = SERIES.set_axis(pd.period_range("2012-01", periods=48, freq="M"))
SPELLS = pd.DataFrame({"duration": [1, 2, 3.0], "event": [1, 1, 0], "g": ["a", 1, "b"]})
UNITS = pd.DataFrame({"trust": list("ABCD"), "numerator": [5, 7, 9, 12], "denominator": [60, 70, 80, 130.0]})
CODES = pd.DataFrame({"unit": [1, 1, 2, 2], "coder": list("abab"), "code": list("xyxx")})
TEXT_STAYS = pd.DataFrame(
    {
        "trust": ["A", "A"],
        "entered": ["2014-01-01", "2016-01-01"],
        "exited": ["2015-01-01", None],
        "ended_by": ["exit", "censored"],
    }
)
ITEMS = pd.DataFrame({"item": ["a"], "quantity": [2.0], "unit_cost": [10.0], "price_year": ["2014/15"]})
INDEX = pd.Series({"2014/15": 100.0, "2015/16": 102.0})
STAYS = TEXT_STAYS.assign(
    entered=pd.to_datetime(TEXT_STAYS.entered), exited=pd.to_datetime(TEXT_STAYS.exited)
)
# how a message says what is allowed
ALLOWED = "[Aa]llowed|must|need|not in the series|missing|are there|give|Known|those of"
CALLS = {
    "DurationError: log_rank, a label is None": lambda: sv.log_rank(
        [1, 2, 3, 4.0], [1, 1, 1, 1], ["a", None, "b", "a"]
    ),
    "DurationError: log_rank, a label is NA": lambda: sv.log_rank(
        [1, 2, 3, 4.0], [1, 1, 1, 1], pd.Series(["a", pd.NA, "b", "a"], dtype="string")
    ),
    "DurationError: log_rank two kinds": lambda: sv.log_rank(
        [1, 2, 3, 4.0], [1, 1, 1, 1], ["a", 1, "b", "a"]
    ),
    "DurationError: km text": lambda: sv.kaplan_meier(["1", "x"], [1, 1]),
    "DurationError: km event text": lambda: sv.kaplan_meier([1, 2.0], ["yes", "no"]),
    "DurationError: km level": lambda: sv.kaplan_meier([1, 2.0], [1, 1], level=95),
    "DurationError: aj cause text": lambda: sv.aalen_johansen([1, 2.0], ["a", "b"]),
    "DurationError: aj dict": lambda: sv.aalen_johansen({"a": 1}, [1]),
    "DurationError: time_in_regime, groups of two kinds": lambda: du.time_in_regime(SPELLS, group="g"),
    "DurationError: time_in_regime, list": lambda: du.time_in_regime([1, 2]),
    "DurationError: time_in_regime, empty": lambda: du.time_in_regime(SPELLS.iloc[:0]),
    "DurationError: time_in_regime, column twice": lambda: du.time_in_regime(twice(SPELLS, "duration")),
    "DurationError: at text": lambda: du.time_in_regime(SPELLS).at("12"),
    "DurationError: at nan": lambda: du.time_in_regime(SPELLS).at(float("nan")),
    "DurationError: returns, dates as text": lambda: du.returns(TEXT_STAYS, until="2019-12-31"),
    "DurationError: returns, until odd": lambda: du.returns(STAYS, until="soon"),
    "DurationError: returns, until NaT": lambda: du.returns(STAYS, until=None),
    "DurationError: returns, lost text": lambda: du.returns(
        STAYS, until="2019-12-31", lost=pd.Series({"A": "2018-01-01"})
    ),
    "DurationError: returns, lost dict": lambda: du.returns(
        STAYS, until="2019-12-31", lost={"A": "2018-01-01"}
    ),
    "DurationError: returns twice": lambda: du.returns(twice(STAYS, "entered"), until="2019-12-31"),
    "ITSError: whole-number SERIES, entry a Timestamp": lambda: its.segmented(
        SERIES, entry=pd.Timestamp("2014-01-01")
    ),
    "ITSError: whole-number SERIES, entry a date": lambda: its.segmented(
        SERIES, entry=datetime.date(2014, 1, 1)
    ),
    "ITSError: entry a list": lambda: its.segmented(SERIES, entry=[1, 2]),
    "ITSError: list for a series": lambda: its.segmented([1.0, 2.0], entry=1),
    "ITSError: column twice": lambda: its.segmented(
        twice(pd.DataFrame({"t": range(48), "value": SERIES}), "value"), entry=24
    ),
    "ITSError: level": lambda: its.segmented(SERIES, entry=24, level=95),
    "ITSError: min_points text": lambda: its.segmented(SERIES, entry=24, min_points="12"),
    "ITSError: cycle text": lambda: its.segmented(SERIES, entry=24, seasonal=1, cycle="12"),
    "ITSError: horizons int": lambda: its.segmented(SERIES, entry=24, horizons=3),
    "EffectError: imputation, outcome twice": lambda: impute.imputation(twice(PANEL, "value")),
    "EffectError: imputation, list": lambda: impute.imputation([1, 2]),
    "EffectError: imputation, level text": lambda: impute.imputation(PANEL, level="0.95"),
    "EffectError: imputation, horizons int": lambda: impute.imputation(PANEL, horizons=3),
    "EffectError: imputation, horizons text": lambda: impute.imputation(PANEL, horizons=["a"]),
    "EffectError: imputation, draws text": lambda: impute.imputation(
        PANEL, draws="9", rng=np.random.default_rng(1)
    ),
    "EffectError: imputation, rng seed": lambda: impute.imputation(PANEL, draws=9, rng=1),
    "EffectError: event_study, unit twice": lambda: group_time.event_study(twice(PANEL, "trust")),
    "EffectError: switchers twice": lambda: switching.switchers(
        twice(PANEL.assign(in_force=PANEL.t > 3), "in_force")
    ),
    "EffectError: switchers horizons text": lambda: switching.switchers(
        PANEL.assign(in_force=PANEL.t > 3), horizons="2"
    ),
    "EffectError: gain_kept twice": lambda: gain_kept.gain_kept(
        twice(PANEL.assign(exit=5.0, in_force=PANEL.t > 3), "exit"), better="higher"
    ),
    "EffectError: gain_kept horizons int": lambda: gain_kept.gain_kept(
        PANEL.assign(exit=5.0, in_force=PANEL.t > 3), better="higher", horizons=2
    ),
    "EffectError: partners list": lambda: partners.several_partners(
        [1], partners=1, baseline=3, last_horizon=2
    ),
    "FunnelError: numerator twice": lambda: funnel.funnel(twice(UNITS, "numerator"), method="cqc"),
    "FunnelError: list": lambda: funnel.funnel([1], method="cqc"),
    "FunnelError: trim text": lambda: funnel.funnel(UNITS, trim_by="a"),
    "FunnelError: multiplier text": lambda: funnel.funnel(UNITS, multiplier="a"),
    "FunnelError: curve text": lambda: funnel.funnel(UNITS, method="cqc").curve(["a"]),
    "SPCError: xmr baseline text": lambda: spc.xmr(SERIES, unit="x", baseline="5"),
    "SPCError: xmr baseline float": lambda: spc.xmr(SERIES, unit="x", baseline=5.5),
    "SPCError: pprime list": lambda: spc.pprime([1, 2], [3, 4], unit="x"),
    "SPCError: pprime per text": lambda: spc.pprime(SERIES, SERIES + 1, unit="x", per="a"),
    "SPCError: xmr improvement list": lambda: spc.xmr(SERIES, unit="x", improvement=["up"]),
    "SPCError: xmr target nan text": lambda: spc.xmr(SERIES, unit="x", target="5"),
    "AgreementError: code twice": lambda: agreement(twice(CODES, "code")),
    "AgreementError: list": lambda: agreement([1]),
    "CostError: of_record, '1,000'": lambda: distributions.of_record(
        {"q": "1,000", "q_low": None, "q_high": None, "q_distribution": "fixed"}, "q"
    ),
    "CostError: of_record, blank": lambda: distributions.of_record(
        {"q": None, "q_low": None, "q_high": None, "q_distribution": "fixed"}, "q"
    ),
    "CostError: of_record, key gone": lambda: distributions.of_record({"q": 1}, "q"),
    "CostError: fixed text": lambda: distributions.fixed("1"),
    "CostError: gamma text": lambda: distributions.gamma("10", 2),
    "CostError: gamma 1e400": lambda: distributions.gamma(1e400, 2),
    "CostError: price, deflator a dict": lambda: prices.price(
        ITEMS, price_year="2015/16", deflator=dict(INDEX)
    ),
    "CostError: price, quantity twice": lambda: prices.price(
        twice(ITEMS, "quantity"), price_year="2015/16", deflator=INDEX
    ),
    "CostError: price, list": lambda: prices.price([1], price_year="2015/16", deflator=INDEX),
    "CostError: price, year None": lambda: prices.price(ITEMS, price_year=None, deflator=INDEX),
    "CostError: price, deflator text": lambda: prices.price(
        ITEMS, price_year="2015/16", deflator=INDEX.astype(str)
    ),
    "CostError: price, deflator twice": lambda: prices.price(
        ITEMS, price_year="2015/16", deflator=pd.concat([INDEX, INDEX])
    ),
    "CostError: joint_draws without rng": lambda: simulation.joint_draws(
        {"a": distributions.gamma(10, 2)}, draws=10, rng=None
    ),
    "CostError: joint_draws text": lambda: simulation.joint_draws(
        {"a": distributions.gamma(10, 2)}, draws="10", rng=np.random.default_rng(1)
    ),
    "CostError: joint_draws list": lambda: simulation.joint_draws(
        [1], draws=10, rng=np.random.default_rng(1)
    ),
    "DisclosureError: infinite count": lambda: tables.check_table("t", pd.DataFrame({"c": [np.inf, 7]})),
    "DisclosureError: list": lambda: tables.check_table("t", [1]),
    "ITSError: comparator by quarter": lambda: its.segmented(
        MONTHLY,
        entry="2014-01",
        comparator=pd.Series(range(16), pd.period_range("2012Q1", periods=16, freq="Q"), dtype=float),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_an_odd_input_ends_in_an_error_of_its_own_room(name):
    with pytest.raises(ValueError, match=ALLOWED) as caught:
        CALLS[name]()
    assert type(caught.value).__name__ == name.split(":")[0]
    # found and allowed stand in one sentence or two, not on pages
    assert 20 < len(str(caught.value)) < 400


def test_a_comparator_of_another_frequency_is_named():
    other = pd.Series(range(16), pd.period_range("2012Q1", periods=16, freq="Q"), dtype=float)
    with pytest.raises(ValueError, match=r"comparator are period\[Q-DEC\], those of the series period\[M\]"):
        its.segmented(MONTHLY, entry="2014-01", comparator=other)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1234567.0, "1,234,567"),
        (999.96, "1,000"),
        (-10000, "-10,000"),
        (1e15, "1,000,000,000,000,000"),
        (123.456, "123.5"),
        (1e-7, "0.0000001"),
        (0, "0"),
    ],
)
def test_no_number_in_a_sentence_is_a_power_of_ten(value, written):
    assert plain(value) == written


def test_large_numbers_are_written_out_in_sentences():
    large = UNITS.assign(numerator=[5e6, 7e6, 9e6, 1e7])
    said = [
        funnel.funnel(large, method="ratio").sentence(),
        distributions.from_range("gamma", mean=1234567.0, low=1e6, high=1.5e6).reason,
        distributions.from_range("pert", mean=1234567.0, low=1e6, high=1.5e6).reason,
    ]
    assert not [text for text in said if re.search(r"\de[-+]?\d", text)]
    assert "1,234,567" in said[1]


def test_effects_breaks_and_targets_of_thousands_are_told_with_their_right_value():
    rng = np.random.default_rng(0)
    months = pd.period_range("2012-01", periods=60, freq="M")
    after = 1500 * (np.arange(60) >= 30)
    series = pd.Series(20000 + 30 * np.arange(60) + rng.normal(0, 300, 60) + after, months)
    rows = [
        (f"T{i}", k, 1e4 + rng.normal(0, 100) + (2000 if i < 6 and k >= 5 else 0), 5.0 if i < 6 else np.nan)
        for i in range(14)
        for k in range(10)
    ]
    effect = impute.imputation(pd.DataFrame(rows, columns=["trust", "t", "value", "entry"])).overall
    broken = its.segmented(series, entry="2014-07", unit="attendances").fits["gls"].coefficients
    level = broken.loc["level_entry"]
    units = pd.DataFrame(
        {
            "trust": list("ABCDE"),
            "numerator": [5e6, 7e6, 9e6, 1e7, 2e7],
            "denominator": [60.0, 70, 80, 130, 200],
        }
    )
    said = [
        words.estimate(effect.value, effect.lower, effect.upper, "count"),
        words.estimate(level["estimate"], level["lower"], level["upper"], "count"),
        funnel.funnel(units, method="ratio").sentence(),
        distributions.from_range("pert", mean=1234567.0, low=1e6, high=1.5e6).reason,
    ]
    right = ["2,032 (range 1,959 to 2,105)", "1,584 (range 1,222 to 1,945)", "target 94,444,", "1,234,567"]
    assert [wanted in text for wanted, text in zip(right, said, strict=True)] == [True] * 4, said
    assert spc.xmr(series * 50, unit="GBP", improvement="down", target=1234567.0).target == 1234567.0


def test_sentences_of_chapters_write_large_numbers_out():
    days = [1234000, 1234567, 1234600, 1234700, 1500000, 1600000]
    spells = pd.DataFrame(
        {"months": days, "ended_by": ["exit", "exit", "acquired", "exit", "exit", "censored"]}
    )
    found = du.time_in_regime(spells, duration="months", event="ended_by", ends=["exit", "acquired"])
    simulated = SimpleNamespace(
        draws=np.zeros(10000), mean=1234567.0, lower=1000000.0, upper=1500000.0, mean_error=1234.0
    )
    said = [
        after_words.stays_sentence(found),
        sentences.drawn_sentence(simulated, simulated),
        words.estimate(1234567.0, 1e6, 1.5e6, "gbp", digits=0),
        words.plural(1234567, "attendance"),
    ]
    assert "1,234,6" in said[0]
    assert "10,000 joint draws" in said[1]
    assert "1,234,567" in said[2]
    assert "1,234,567 attendances" in said[3]
    assert not [text for text in said if re.search(r"\de[-+]?\d|\d{4}", text)]


# numbers on axes and in SVG, which no sentence holds
DRAWN = (
    "present/",
    "chapters/argument.py",
    "chapters/after_plots.py",
    "chapters/measured_lab.py",
    "site/take_figures.py",
    "site/laid_out.py",
    "site/strokes.py",
)
SHORT = re.compile(r"[-+z]?[0-9]*[,_]?(\.[0-9]+)?[gGeE]")  # a form that writes 1.23457e+06


def formats(tree):
    """Yield the forms in which a file writes values into texts, with their lines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield (
                node.lineno,
                "".join(
                    part.value if isinstance(part, ast.Constant) else "0" for part in node.format_spec.values
                ),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from ((node.lineno, form) for form in re.findall(r"\{\w*:([^{}]+)\}", node.value))


@pytest.mark.parametrize(
    "path", sorted(ROOT.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_no_text_writes_a_number_in_a_form_that_turns_to_powers_of_ten(path):
    name = path.relative_to(ROOT).as_posix()
    found = [
        place for place in formats(ast.parse(path.read_text(encoding="utf-8"))) if SHORT.fullmatch(place[1])
    ]
    if name in WRITERS:  # the functions that all others go through
        assert len(found) == 1
    elif not name.startswith(DRAWN):
        assert found == []


def test_the_forms_are_found():
    text = 'f"{a:.3g} {b:,.{n}g} {c:,.0f} {d:%B}", "{:,.12g}", "{a:e}"'
    assert sorted(form for _, form in formats(ast.parse(text)) if SHORT.fullmatch(form)) == [
        ",.0g",
        ",.12g",
        ".3g",
        "e",
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1234567, "1,234,567"),
        (1234.5, "1,234.5"),
        (1e-5, "0.00001"),
        (-1e12, "-1,000,000,000,000"),
        (0.1 + 0.2, "0.3"),
        (float("inf"), "inf"),
    ],
)
def test_a_number_in_a_message_about_a_file_is_written_out(value, written):
    assert exact(value) == written
    assert f"found {written}. Allowed" in str(DataError("a", found=value, allowed="another"))
