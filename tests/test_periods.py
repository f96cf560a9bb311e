"""Times: the same panel, series and chart whichever way its periods are written, or an error in words."""

import datetime

import numpy as np
import pandas as pd
import pytest

from analysis.methods.effects.group_time import event_study
from analysis.methods.effects.impute import imputation
from analysis.methods.effects.panels import EffectError, read_panel
from analysis.methods.its.ar1 import ITSError
from analysis.methods.its.its import segmented
from analysis.methods.periods import calendar
from analysis.methods.spc.signals import SPCError
from analysis.methods.spc.spc import xmr

MONTHS = pd.period_range("2013-01", "2016-12", freq="M")
ENTRY = pd.Period("2014-10", "M")
TRUE = 3.0  # an effect that grows by 0.5 a month, over the first 13 months
WRITINGS = {
    "Period": lambda month: month,
    "Timestamp": lambda month: month.to_timestamp(),
    "month end": lambda month: month.to_timestamp(how="end").normalize(),
    "date": lambda month: month.to_timestamp().date(),
    "ordinal": lambda month: month.ordinal,
    "yyyymm": lambda month: month.year * 100 + month.month,
}


def growing(write):
    """Twenty trusts over 48 months, five entered, with months as `write` writes them."""
    rng, rows = np.random.default_rng(3), []
    for i in range(20):
        level = rng.normal()
        for month in MONTHS:
            effect = 0.5 * (month - ENTRY).n if i < 5 and month >= ENTRY else 0.0
            value = 50 + level + rng.normal(0, 0.2) + effect
            rows.append((f"T{i:02d}", write(month), value, write(ENTRY) if i < 5 else None))
    return pd.DataFrame(rows, columns=["trust", "t", "value", "entry"])


def walk(write):
    rng, k = np.random.default_rng(3), np.arange(48)
    values = 100 + 0.5 * k + 10 * (k >= 21) + rng.normal(0, 0.3, 48)
    return pd.Series(values, pd.Index([write(month) for month in MONTHS]))


@pytest.mark.parametrize("written", WRITINGS)
@pytest.mark.parametrize("estimator", [imputation, event_study])
def test_months_are_the_same_months_however_they_are_written(written, estimator):
    panel = growing(WRITINGS[written])
    if written == "yyyymm":
        with pytest.raises(EffectError, match=r"201312 and then 201401.*jump where a year ends"):
            estimator(panel, horizons=range(13))
        return
    found = estimator(panel, horizons=range(13)).overall
    assert found.value == pytest.approx(TRUE, abs=0.3)
    assert found == estimator(growing(WRITINGS["Period"]), horizons=range(13)).overall


@pytest.mark.parametrize("written", WRITINGS)
def test_neighbouring_months_of_a_series_are_neighbours(written):
    write = WRITINGS[written]
    series = walk(write)
    if written == "yyyymm":
        with pytest.raises(ITSError, match="jump where a year ends"):
            segmented(series, entry=201410)
        with pytest.raises(SPCError, match="jump where a year ends"):
            xmr(series, unit="x")
        return
    fit = segmented(series, entry=write(MONTHS[21])).fits["gls"]
    assert fit.phi < 0.4
    assert fit.coefficients.loc["level_entry", "estimate"] == pytest.approx(10, abs=1)
    chart = xmr(series.sample(frac=1, random_state=1), unit="x", rebase=[write(MONTHS[21])]).frame
    assert chart["segment"].tolist() == [0] * 21 + [1] * 27


@pytest.mark.parametrize(
    ("freq", "same"), [("3M", "Q"), ("2Q", "6M"), ("12M", "Y"), ("4Q", "Y"), ("7D", "7D"), ("2W", "2W")]
)
def test_a_multiple_of_a_frequency_is_one_period(freq, same):
    index = pd.period_range("2012-01-02", periods=24, freq=freq)
    plain = walk(lambda month: month.ordinal).iloc[:24].reset_index(drop=True)
    chart, counted = xmr(plain.set_axis(index), unit="x").frame, xmr(plain, unit="x").frame
    assert len(chart) == 24
    assert chart["value"].notna().all()
    assert list(chart["signal"]) == list(counted["signal"])
    series, by_number = (segmented(one, entry=one.index[12]) for one in (plain.set_axis(index), plain))
    pd.testing.assert_frame_equal(series.coefficients, by_number.coefficients)
    other = pd.period_range("2012-01-02", periods=24, freq=same)
    pd.testing.assert_frame_equal(
        segmented(plain.set_axis(other), entry=other[12]).coefficients, by_number.coefficients
    )


@pytest.mark.parametrize("freq", ["3M", "Q"])
def test_the_season_of_a_quarter_written_as_three_months_is_its_quarter(freq):
    index = pd.period_range("2005-01", periods=40, freq=freq)
    rng, season = np.random.default_rng(0), np.tile([3.0, 0, -3, 0], 10)
    series = pd.Series(season + rng.normal(0, 0.1, 40), index)
    fit = segmented(series, entry="2010-01", seasonal=1).fits["gls"].coefficients["estimate"]
    # place 1 of 4 is a quarter turn: the sine there is 1
    assert fit["sin1"] == pytest.approx(3, abs=0.1)
    assert fit["cos1"] == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(
    ("times", "why"),
    [
        ([201412, 201501], "yyyymm"),
        ([20144, 20151, 20152], "yyyyq"),
        ([201213, 201314, 201415], "financial year"),
        ([201452, 201501], "yyyyww"),
        ([20141231, 20150101], "yyyymmdd"),
        ([1411, 1412, 1501, 1502], "1412 and then 1501, which look like dates"),
        ([111, 112, 201, 202], "112 and then 201, which look like dates"),
        ([143, 144, 151, 152], "144 and then 151, which look like dates"),
        ([2014364, 2014365, 2015001], "2014365 and then 2015001, which look like dates"),
        ([141230, 141231, 150101], "141231 and then 150101, which look like dates"),
        ([41640, 41671, 41699], "all 28 or more apart"),
        ([10**18, 10**18 + 1], "not a whole number below"),
        ([2001, 2003, 2006], "all 2 or more apart"),
        (
            pd.date_range("2014-01-01", periods=4, freq="MS") + pd.Timedelta(days=14),
            "all 28 days or more apart",
        ),
        ([3, 6, 9], "all 3 or more apart"),
        ([1, 1.5], "1.5, which is not a whole number"),
        ([1, np.inf], "inf, which is not a whole number"),
        ([1, None], "blank in row 2"),
        (["2014-01", "2014-02"], "str values, such as '2014-01'"),
        ([True, False], "bool"),
        (pd.PeriodIndex(["2012-01", "2012-04", "2012-05"], freq="3M"), "2012-05 beside 2012-01"),
        (pd.to_datetime(["2012-01-01 10:00", "2012-02-01 10:00"]), "a time of day"),
    ],
)
def test_times_that_are_not_consecutive_periods_are_refused_in_words(times, why):
    with pytest.raises(EffectError, match=why) as error:
        calendar(pd.Index(times), what="column 't'", error=EffectError)
    assert "column 't'" in str(error.value)


@pytest.mark.parametrize(
    ("dates", "freq", "after"),
    [
        (pd.date_range("2012-01-01", periods=5, freq="MS"), "M", "2012-06"),
        (pd.date_range("2012-01-01", periods=5, freq="QS"), "Q-DEC", "2013-05"),
        (pd.date_range("2012-03-31", periods=5, freq="QE"), "Q-DEC", "2013-05"),
        (pd.date_range("2012-04-01", periods=5, freq="YS-APR"), "12M", "2017-12"),
        (pd.date_range("2012-01-02", periods=5, freq="7D"), "7D", "2012-02-10"),
        (pd.date_range("2012-01-02", periods=5, freq="D"), "D", "2012-01-07"),
    ],
)
def test_dates_are_the_periods_whose_first_or_last_days_they_are(dates, freq, after):
    counted = calendar(dates, what="t", error=EffectError)
    numbers = counted.count(dates, "t")
    assert counted.labels(numbers.astype(int)).freqstr == freq
    assert np.diff(numbers).tolist() == [1.0] * 4
    assert counted.moment(after, "entry") - numbers[0] == 5


@pytest.mark.parametrize(
    "times", [[1, 2, 3, 11, 12], [-3, -2, 0], [2001, 2002, 2009], [0, 1, 101], [5, 9], [7]]
)
def test_plain_numbers_with_gaps_that_look_like_no_dates_are_taken(times):
    assert calendar(pd.Index(times), what="t", error=EffectError).freq is None


def test_a_gap_in_plain_numbers_of_a_panel_is_a_gap():
    panel = growing(lambda month: month.ordinal)
    panel = panel[panel["t"] != MONTHS[30].ordinal]
    assert imputation(panel, horizons=range(13)).overall.value == pytest.approx(TRUE, abs=0.3)


def stepped(start, mark):
    """Twelve trusts over 8 periods, true effect 2; six never entered, which is written `mark`."""
    rng, rows = np.random.default_rng(0), []
    for i in range(12):
        entry = 3 if i < 3 else 5 if i < 6 else None
        level = rng.normal()
        for k in range(8):
            value = 10 + level + 0.3 * k + rng.normal(0, 0.1) + (2.0 if entry and k >= entry else 0)
            rows.append((f"T{i:02d}", start + k, value, start + entry if entry else mark))
    return pd.DataFrame(rows, columns=["trust", "t", "value", "entry"])


@pytest.mark.parametrize(
    ("start", "mark", "refused"),
    [
        (2001, np.nan, None),
        (2001, np.inf, None),
        (2001, 2009, None),  # after the last period: not treated yet, which is never here
        (0, 999, None),
        (-4, 0, "holds 0 while times run from -4 to 3"),
        (0, 0, "holds 0 while"),
        (2001, 0, "holds 0 while"),
        (2001, -1, "holds -1 while"),
        (-4, -1, "holds -1 while times run from -4 to 3"),
        (-12, -9, "holds -9 while"),
        (2001, 999, "holds 999 while"),
        (2001, 9999, None),
        (2001, 2008, "no unit is blank, and 6 hold the last period, 2008"),
        (2001, -np.inf, "-inf"),
    ],
)
@pytest.mark.parametrize("estimator", [imputation, event_study])
def test_a_mark_for_never_is_never_or_refused(start, mark, refused, estimator):
    panel = stepped(start, mark)
    if refused:
        with pytest.raises(EffectError, match=refused):
            estimator(panel)
        return
    found = estimator(panel).overall
    assert found.value == pytest.approx(2, abs=0.3)
    assert found.n_trusts == 6
    assert found.n_controls >= 6


@pytest.mark.parametrize(
    ("cohort", "why"),
    [
        (pd.Timestamp("2014-10-01"), "the times are whole numbers"),
        ("2014-10", "the times are whole numbers"),
        (201410, "look like dates"),
    ],
)
def test_entry_is_written_as_the_times_are(cohort, why):
    panel = growing(lambda month: month.ordinal)
    if cohort == 201410:
        months = (
            panel["t"] < pd.Period("2014-01", "M").ordinal
        )  # 201301 to 201312 are plain numbers by themselves
        panel = growing(WRITINGS["yyyymm"])[months]
    else:
        panel["entry"] = panel["entry"].astype(object).where(panel["entry"].isna(), cohort)
    with pytest.raises(EffectError, match=why):
        read_panel(panel)


def test_an_entry_by_date_counts_in_the_period_it_is_in():
    panel = growing(WRITINGS["Period"])
    panel["entry"] = pd.to_datetime(
        panel["entry"].map(lambda m: datetime.date(2014, 10, 17), na_action="ignore")
    )
    assert imputation(panel, horizons=range(13)).overall.value == pytest.approx(TRUE, abs=0.3)
