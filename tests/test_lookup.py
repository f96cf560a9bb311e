"""Look up a trust: figures, stretches, limits, places and files, against the tables and the functions of record."""

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.chapters.lookup import chart, files, look, sentences, series
from analysis.chapters.lookup.chart import FLAT, RARE, SHORT
from analysis.chapters.lookup.series import CELLS, shared_cells
from analysis.chapters.lookup.stretches import AFTER, BEFORE, IN, NEVER, stretches
from analysis.data import DataError
from analysis.methods.spc import spc
from analysis.study import regime

NAMES = data.load("indicators")["indicator"].tolist()
MEDWAY = "RPA"
SPELL = ("2013-07", "2017-03")  # Medway: entered 16 July 2013, left 17 March 2017


@pytest.fixture(scope="module")
def medway():
    return look.trust(MEDWAY, "four_hour_waits")


# Figures: as published, absent for a stated reason.


@pytest.mark.parametrize("name", NAMES)
def test_figures_summed_to_the_grain_of_the_analysis_are_those_of_the_panel(name):
    about, panel = regime.indicator(name), regime.panel(name, main=False)
    mine = series.cells(name)
    freq = "Q" if about.analysis_grain == "quarter" else "Y"
    mine["period"] = pd.PeriodIndex(mine["period"]).asfreq(freq)
    counted = mine["denominator"].notna().any()
    grouped = mine.groupby(["code", "period"])
    if counted:
        sums = grouped[["numerator", "denominator"]].sum(min_count=1)
        share = sums["numerator"] / sums["denominator"].where(sums["denominator"] > 0)
        value = about.scale * (1 - share if about.complement else share)
    else:
        value = grouped["value"].sum(min_count=1)
    panel = panel[panel["value"].notna()]
    keys = pd.MultiIndex.from_arrays([panel["trust"].str.split("@").str[0], panel["period"]])
    np.testing.assert_allclose(panel["value"], value.reindex(keys), rtol=1e-12)


def test_a_month_is_the_count_of_the_table(medway):
    raw = data.load("ae_monthly").set_index(["org_code", "month"]).loc[(MEDWAY, pd.Period("2016-01"))]
    row = medway.chart.frame.loc["2016-01"]
    assert row["numerator"] == raw["over_4h"]
    assert row["denominator"] == raw["attendances"]
    assert row["value"] == pytest.approx(100 * (1 - raw["over_4h"] / raw["attendances"]))


def planted(monkeypatch, rows, indicator="four_hour_waits"):
    """Cells of a made-up table in place of `ae_monthly`."""
    made = pd.DataFrame(rows, columns=["org_code", "month", "over_4h", "attendances", "flag"])
    made["month"] = pd.PeriodIndex(made["month"], freq="M")
    real = data.load
    monkeypatch.setattr(data, "load", lambda name: made.copy() if name == "ae_monthly" else real(name))
    return shared_cells.__wrapped__(indicator)


def test_missing_suppressed_nothing_counted_and_zero_differ(monkeypatch):
    rows = [
        (MEDWAY, "2015-01", 0.0, 50.0, None),
        (MEDWAY, "2015-02", np.nan, np.nan, None),
        (MEDWAY, "2015-03", np.nan, 50.0, "suppressed: below five"),
        (MEDWAY, "2015-04", 0.0, 0.0, None),
        (MEDWAY, "2015-05", 50.0, 50.0, None),
        ("AAH", "2015-01", 1.0, 2.0, None),
    ]
    found = planted(monkeypatch, rows)
    assert found.columns.tolist() == CELLS
    assert found["code"].unique().tolist() == [MEDWAY]  # AAH is not an NHS trust
    assert found["state"].tolist() == ["value", "missing", "suppressed", "nothing counted", "value"]
    assert found["value"].tolist()[0] == 100
    assert found["value"].tolist()[-1] == 0
    assert found["value"].isna().tolist() == [False, True, True, True, False]
    said = [sentences.absence(row.state, row.note) for row in found.iloc[1:4].itertuples()]
    assert len(set(said)) == 3
    assert said[1].startswith("[c]")


def test_rows_in_another_order_give_the_same_cells(monkeypatch):
    rows = [(code, f"2015-0{month}", month, 10.0, None) for code in ("RPA", "RXF") for month in range(1, 7)]
    first = planted(monkeypatch, rows)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(first, planted(monkeypatch, rows[::-1]))


def test_pilot_months_are_missing_with_their_reason_to_the_end():
    found = chart.chart("RXF", "four_hour_waits").frame
    tail = found.loc["2019-06":"2023-03"]  # from June 2023 they report again
    assert len(tail) > 12
    assert tail["value"].isna().all()
    assert tail["note"].str.contains("pilot").all()
    assert tail[["centre", "lower", "upper"]].isna().all(axis=None) or tail["stretch"].nunique() > 1


# Stretches: cut at dates known beforehand, and at no others.


def test_medway_is_cut_at_entry_exit_and_the_pandemic(medway):
    cuts, frame = medway.chart.stretches, medway.chart.frame
    assert cuts["phase"].tolist() == [BEFORE, IN, AFTER, AFTER]
    assert [str(frame.index[at]) for at in cuts["start"][1:]] == [*SPELL, "2020-04"]
    assert cuts["stop"].tolist() == [*(cuts["start"][1:] - 1), len(frame) - 1]


def test_stretches_agree_with_the_phases_of_the_panel():
    panel = regime.panel("bed_occupancy", main=False)
    wanted = {"never": NEVER, "before": BEFORE, "during": IN, "second spell": IN}
    for trust in ("RWD", "RPA", "RXH"):
        rows = panel[panel["trust"] == trust].set_index("period")["phase"]
        found = chart.chart(trust, "bed_occupancy")
        phase = found.frame["stretch"].map(found.stretches["phase"])
        both = rows.index.intersection(phase.index)
        assert len(both) > 20
        assert phase[both].tolist() == [wanted.get(one, AFTER) for one in rows[both]]


def test_a_survey_belongs_to_the_state_at_its_start_and_other_periods_to_that_at_their_end():
    years = pd.period_range("2012", "2018", freq="Y")
    contains = stretches(MEDWAY, years, exposure="contains")
    survey = stretches(MEDWAY, years, exposure="survey")
    assert years[contains[1]["start"]] == pd.Period("2013")
    assert years[survey[1]["start"]] == pd.Period("2013")  # entered in July, asked in October
    assert years[survey[2]["start"]] == pd.Period("2017")


def test_a_merger_cuts_and_is_named():
    found = chart.chart("R0A", "bed_occupancy")
    assert any("Pennine" in label for label in found.stretches["label"])


# Charts: the numbers of analysis.spc.


def test_limits_and_signals_are_those_of_one_chart_rebased_at_the_same_dates(medway):
    frame = medway.chart.frame
    starts = [frame.index[at] for at in medway.chart.stretches["start"][1:]]
    whole = spc.xmr(frame["value"], unit="percent", improvement="up", rebase=starts).frame
    np.testing.assert_allclose(frame[["centre", "lower", "upper"]], whole[["centre", "lower", "upper"]])
    assert frame["signal"].tolist() == whole["signal"].tolist()
    assert frame["direction"].tolist() == whole["direction"].tolist()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_stretch_of_any_trust_is_a_chart_of_spc(seed):
    rng = np.random.default_rng(seed)
    trust, name = rng.choice(files.held()), rng.choice(NAMES)
    found = chart.chart(trust, name)
    for cut in found.stretches.itertuples():
        part = found.frame.iloc[cut.start : cut.stop + 1]
        if not cut.reason:
            alone = spc.xmr(part["value"], unit=found.unit, improvement=found.improvement)
            np.testing.assert_allclose(
                part[["centre", "lower", "upper"]], alone.frame[["centre", "lower", "upper"]]
            )
            assert part["signal"].tolist() == alone.frame["signal"].tolist()
            assert (cut.variation, cut.provisional) == (alone.variation, alone.provisional)


def test_limits_of_a_stretch_by_hand(medway):
    before = medway.chart.frame["value"].loc[:"2013-06"]
    cut = medway.chart.stretches.iloc[0]
    assert cut["centre"] == pytest.approx(before.mean())
    assert cut["upper"] - cut["centre"] == pytest.approx(2.66 * before.diff().abs().mean())


@pytest.mark.parametrize(("trust", "name"), [("RWD", "shmi"), ("RXH", "winter_occupancy"), ("RNQ", "engagement")])  # fmt: skip
def test_every_stretch_has_limits_or_a_reason(trust, name):
    found = chart.chart(trust, name)
    for cut in found.stretches.itertuples():
        assert bool(cut.reason) == np.isnan(cut.centre)
        part = found.frame.iloc[cut.start : cut.stop + 1]
        assert part["centre"].isna().all() == bool(cut.reason)


def test_why_a_stretch_has_no_limits():
    from analysis.chapters.lookup.chart import _limited

    periods = pd.period_range("2015-01", periods=6, freq="M")

    def reason(values, rolling=False):
        return _limited(pd.Series(values, index=periods[: len(values)]), "percent", "up", rolling)[1][
            "reason"
        ]

    assert reason([1.0, 2.0]) == SHORT
    assert reason([1.0, np.nan, 2.0, np.nan, 3.0]) == SHORT
    assert reason([5.0] * 6) == FLAT
    assert reason([0.0, 0.0, 0.0, 0.0, 1.0, 2.0]) == RARE
    assert "overlap" in reason([1.0, 2.0, 3.0, 2.0], rolling=True)
    assert reason([0.0, 0.0, 0.0, 1.0, 2.0, 1.0]) == ""


def test_what_is_not_there_is_said():
    found = look.trust("RV3", "shmi")
    assert found.chart.frame.empty
    assert found.peers is None
    assert "mental health trust" in found.sentence()
    with pytest.raises(series.TrustError, match="no trust has the code 'XXX'"):
        look.trust("XXX", "shmi")
    with pytest.raises(DataError, match="indicators"):
        look.trust(MEDWAY, "no such thing")
    assert chart.chart(" rpa ", "shmi").code == MEDWAY


def test_the_sentence_says_figure_limits_and_direction(medway):
    said = medway.sentence()
    last = medway.chart.frame.iloc[-1]
    for part in ("Medway NHS Foundation Trust (RPA)", "higher is better", f"{last['value']:.1f}%"):
        assert part in said
    cut = medway.chart.stretches.iloc[-1]
    assert f"{cut['lower']:.1f} to {cut['upper']:.1f}%" in said


def test_a_period_without_a_figure_has_no_signal_and_a_reason_only_where_limits_lack():
    found = chart.chart("RK9", "four_hour_waits")
    texts, lacking = sentences.table(found), found.stretches.set_index("label")["reason"]
    for label, told in texts[~texts["Figure"].str.endswith("%")].groupby("Stretch")["Signal"]:
        assert set(told) == ({f"no limits: {lacking[label]}"} if lacking[label] else {""}), label
    assert not texts["Signal"].str.endswith(": ").any()
