"""Spells, and the panels of every indicator, computed again by other means."""

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.chapters import regime as regime_page
from analysis.study import regime

NAMES = data.load("indicators")["indicator"].tolist()
LONGER = ["bed_occupancy", "four_hour_waits", "winter_occupancy"]  # go on after the main analysis
SPANS = [(name, True) for name in NAMES] + [(name, False) for name in LONGER]
YEARLY = ["shmi", "recommend_work", "winter_occupancy"]


@pytest.fixture(scope="module")
def spells():
    return regime.spells()


@pytest.fixture(scope="module")
def panels():
    return {name: regime.panel(name) for name in NAMES}


# spells


def test_spells_are_forty_two_of_thirty_eight_trusts(spells):
    assert len(spells) == 42
    assert spells["trust"].nunique() == 38
    assert spells["ended_by"].value_counts().to_dict() == {"exit": 33, "administrative end": 8, "acquired": 1}
    assert spells.loc[spells["spell"] == 2, "trust"].tolist() == ["RJL", "RWD", "RMY", "RCX"]
    assert spells["entered"].is_monotonic_increasing
    assert (spells["entered"] >= regime.REGIME_START).all()
    assert (spells["last_day"] <= regime.REGIME_END).all()
    assert (spells["entered"] < spells["last_day"]).all()
    ended = spells["ended_by"] != "administrative end"
    assert (spells["exited"].notna() == ended).all()
    assert (spells.loc[~ended, "last_day"] == regime.REGIME_END).all()
    assert spells["name"].notna().all()
    assert spells.loc[spells["spell_id"] == "RDD-1", "months"].item() == pytest.approx(328 / 30.4375)


def test_second_spell_begins_after_the_first_ended(spells):
    for _, of_trust in spells.groupby("trust"):
        assert of_trust["spell"].tolist() == list(range(1, len(of_trust) + 1))
        assert (of_trust["entered"].iloc[1:].to_numpy() > of_trust["exited"].iloc[:-1].to_numpy()).all()


def test_dates_known_to_the_month_are_its_fifteenth(spells):
    raw = data.load("regime_spells").set_index("spell_id")
    ours = spells.set_index("spell_id")
    for side, column in (("entered", "entered"), ("exited", "exited")):
        monthly = raw.index[raw[f"{side}_precision"] == "month"]
        assert len(monthly) > 5
        assert (ours.loc[monthly, column].dropna().dt.day == 15).all()
        assert (ours.loc[monthly, column].dt.strftime("%Y-%m") == raw.loc[monthly, side]).all()
        assert not ours.loc[monthly, "day_known"].any()


def test_in_force_from_the_day_of_entry_to_the_day_before_exit():
    def there(day, trust):
        return trust in set(regime.in_force(day)["trust"])

    assert not there("2013-07-15", "RDD")
    assert there("2013-07-16", "RDD")
    assert there("2014-06-08", "RDD")
    assert not there("2014-06-09", "RDD")
    assert there("2021-07-12", "RXW")
    assert len(regime.in_force("2013-07-16")) == 11
    assert len(regime.in_force("2021-07-12")) == 8
    assert regime.in_force("2021-07-13").empty
    assert regime.in_force(pd.Timestamp("2010-01-01")).empty


def test_in_force_by_month_equals_a_count_by_hand():
    import csv

    with (data.FOLDER / "regime_spells.csv").open(newline="", encoding="utf-8") as file:
        rows = [(row["entered_day"], row["exited_day"]) for row in csv.DictReader(file)]
    found = regime_page.in_force_by_month()
    assert len(found) == 97
    assert str(found["month"].iloc[0]) == "2013-07"
    assert str(found["month"].iloc[-1]) == "2021-07"
    for row in found.itertuples():
        day = f"{row.month}-{row.month.days_in_month:02}"
        assert row.trusts == sum(start <= day < end for start, end in rows), day
    assert found["trusts"].iloc[-1] == 0


def test_entries_and_ends_add_up(spells):
    counts = regime_page.entries_and_ends(spells).set_index("Year").astype(int)
    assert counts.sum().to_dict() == {
        "First entries": 38, "Returns": 4, "Left": 33, "Acquired": 1, "Regime ended": 8,
    }  # fmt: skip
    assert counts.loc["2013", "First entries"] == 14
    said = regime_page.spells_sentence(spells)
    assert said.startswith(
        "42 spells of 38 trusts from July 2013 to July 2021: 33 ended because the trust left"
    )


# panels


@pytest.mark.parametrize("name", NAMES)
def test_panel_is_regular_and_its_phases_follow_one_another(panels, name):
    panel = panels[name]
    about = regime.indicator(name)
    assert list(panel.columns) == regime.PANEL_COLUMNS
    assert not panel.duplicated(["trust", "t"]).any()
    assert (panel["t"] == panel["period"].map(lambda period: period.ordinal)).all()
    assert panel["period"].dtype == (
        "period[Q-DEC]" if about.analysis_grain == "quarter" else "period[Y-DEC]"
    )
    assert set(panel["phase"]) <= set(regime.PHASES)
    assert (panel["type"].isin(about.types)).all()
    order = {phase: place for place, phase in enumerate(regime.PHASES)}
    for trust, rows in panel.groupby("trust"):
        assert (rows["t"].diff().dropna() == 1).all(), trust
        assert rows["value"].iloc[[0, -1]].notna().all(), trust
        assert rows["phase"].map(order).is_monotonic_increasing, trust
        assert rows["entry"].nunique(dropna=False) == rows["exit"].nunique(dropna=False) == 1, trust
    never = panel["phase"] == "never"
    assert (panel["entry"].isna() == never).all()
    assert panel.loc[never, ["exit", "since_entry", "since_exit"]].isna().all(axis=None)
    np.testing.assert_array_equal(panel["since_entry"], panel["t"] - panel["entry"])
    np.testing.assert_array_equal(panel["since_exit"], panel["t"] - panel["exit"])
    assert (panel.loc[panel["phase"] == "before", "since_entry"] < 0).all()
    assert (panel.loc[~panel["phase"].isin(["never", "before"]), "since_entry"] >= 0).all()
    assert panel.loc[panel["phase"].isin(["during", "second spell"]), "in_force"].all()
    assert not panel.loc[~panel["phase"].isin(["during", "second spell"]), "in_force"].any()
    after = panel["phase"] == "after"
    assert (panel.loc[after, "since_exit"].dropna() >= 0).all()
    assert (panel.loc[panel["phase"].isin(["before", "during"]), "since_exit"].dropna() < 0).all()


DAYS = {"31 March": "0331", "30 September": "0930"}


@pytest.mark.parametrize("name", NAMES)
def test_entry_is_the_entry_of_the_first_spell(panels, name, spells):
    first = spells[spells["spell"] == 1].set_index("trust")["entered"]
    entered = panels[name].dropna(subset="entry").drop_duplicates("trust")
    about = regime.indicator(name)
    exposure, grain = about.exposure, about.analysis_grain
    assert len(entered) > (20 if regime.indicator(name).types == ("acute",) else 1)
    assert set(entered["trust"].str[:3]) <= set(first.index)
    bare = set(panels[name]["trust"]) & set(first.index)
    assert bare - set(entered["trust"].str[:3]) == set()
    for row in entered.itertuples():
        day = first[row.trust[:3]]
        if exposure == "contains":
            expected = (day.year - 1970) * 4 + day.quarter - 1 if grain == "quarter" else day.year - 1970
        elif exposure == "survey":
            expected = day.year - 1970 + (day.strftime("%m%d") > "1001")
        elif exposure in DAYS:
            expected = day.year - 1970 + (day.strftime("%m%d") > DAYS[exposure])
        else:
            expected = day.year - 1970 - (day.month <= 3)
        assert row.entry == expected, row.trust


def bottom_of(row: dict[str, str], about) -> str:
    """What a figure is divided by, read from the files: of delays the beds of the quarter, times days."""
    if about.denominator is None or "." not in about.denominator:
        return row[about.denominator] if about.denominator else "1"
    import calendar

    table, field = about.denominator.split(".")
    year, month = map(int, row["month"].split("-"))
    end = f"{year}-{(month + 2) // 3 * 3:02d}"
    beds = quarters_of(table, field).get((row["org_code"], end), "")
    return str(float(beds) * calendar.monthrange(year, month)[1]) if beds else ""


@cache
def quarters_of(table: str, field: str) -> dict[tuple[str, str], str]:
    import csv

    with (data.FOLDER / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return {(row["org_code"], row["quarter_end"]): row[field] for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", NAMES)
def test_value_is_the_sum_over_the_sum_of_the_table(panels, name):
    import csv

    about = regime.indicator(name)
    cells: dict[tuple[str, str], list[tuple[str, str]]] = {}
    with (data.FOLDER / data.describe(about.table)["path"]).open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = row[about.period_field]
            if about.analysis_grain == "quarter":
                at = f"{at[:4]}Q{(int(at[5:7]) - 1) // 3 + 1}"
            top = row[about.numerator or name]
            bottom = bottom_of(row, about)
            if about.exposure == "31 March" and not row["month"].endswith("-03"):
                continue
            cells.setdefault((row["org_code"], at[:6] if "Q" in at else at[:4]), []).append((top, bottom))
    sample = panels[name].sample(min(300, len(panels[name])), random_state=7)
    months = 3 if (about.grain, about.analysis_grain) == ("month", "quarter") else 1
    for row in sample.itertuples():
        pairs = [
            (float(top), float(bottom))
            for top, bottom in cells.get((row.trust[:3], str(row.period)), [])
            if top and bottom
        ]
        total = sum(bottom for _, bottom in pairs)
        if len(pairs) < months or total == 0:
            assert math.isnan(row.value), row
            continue
        share = sum(top for top, _ in pairs) / total
        expected = about.scale * (1 - share if about.complement else share)
        assert row.value == pytest.approx(expected, rel=1e-12), row
        if about.denominator:
            assert (row.numerator, row.denominator) == pytest.approx(
                (sum(top for top, _ in pairs), total), rel=1e-12
            )
        else:
            assert math.isnan(row.numerator)
            assert math.isnan(row.denominator)


@pytest.mark.parametrize("name", NAMES)
def test_values_are_plausible_in_the_unit(panels, name):
    value, unit = panels[name]["value"].dropna(), regime.indicator(name).unit
    ranges = {
        "percent": (0, 100),
        "ratio": (0.5, 1.5),
        "per day": (0, 200),
        "per 100 days": (0, 700),
        "score": (0, 10),
        "minutes": (4, 15),
    }
    low, high = ranges[unit]
    high = {"day_bed_occupancy": 400, "winter_long_stays_7": 1500}.get(name, high)
    low = -50 if name == "net_position" else low
    assert value.between(low, high).all()
    rare = {"waits_12h", "diverts", "closures", "net_position"}  # at most trusts and times there was none
    assert value.median() > (1 if unit == "percent" else 0) or name in rare


@pytest.mark.parametrize(("name", "main"), SPANS)
def test_no_code_that_holds_a_trust_that_had_entered_counts_as_never(name, main, spells):
    panel = regime.panel(name, main=main)
    never = panel[panel["phase"] == "never"]
    successors = {"RTG": "2018-07", "RDU": "2014-10", "RGN": "2017-04", "RRF": None}
    successors |= {"RAJ": "2020-04", "RNN": "2019-10", "RYR": "2021-04"}
    for code, date in successors.items():
        if date is not None:
            mine = never[never["trust"].str[:3] == code]
            last = regime.exposure_window(mine["period"], regime.indicator(name).exposure)[1]
            held = mine[last >= date]
            assert held.empty, code
    entered = set(spells["trust"])
    # the part of a code before a merger made it another trust, which then entered, never entered itself
    became = set(panel.loc[panel["entry"].notna() & panel["trust"].str.contains("@"), "trust"].str[:3])
    assert not (set(never["trust"]) - became) & entered
    later = never[never["trust"].str[:3].isin(entered)]
    assert later.empty or not later["trust"].str.contains("@").any()


def test_rde_ends_where_its_merger_begins(panels):
    rde = panels["bed_occupancy"].query("trust == 'RDE'")
    assert str(rde["period"].max()) == "2018Q2"
    listed = regime.exclusions("bed_occupancy").set_index("trust")
    assert listed.loc["RDE", ["from", "periods"]].tolist() == [pd.Period("2018Q3"), 6]


@pytest.mark.parametrize(
    ("name", "day", "period"),
    [
        ("bed_occupancy", "2013-07-01", "2013Q3"),
        ("bed_occupancy", "2013-09-30", "2013Q3"),
        ("bed_occupancy", "2013-10-01", "2013Q4"),
        ("shmi", "2013-01-01", "2013"),
        ("shmi", "2013-12-31", "2013"),
        ("recommend_work", "2013-10-01", "2013"),
        ("recommend_work", "2013-10-02", "2014"),
        ("recommend_work", "2013-12-18", "2014"),
        ("winter_occupancy", "2016-03-31", "2015"),
        ("winter_occupancy", "2016-04-01", "2016"),
        ("winter_occupancy", "2017-01-05", "2016"),
    ],
)
def test_entry_period_by_the_rule_of_exposure(name, day, period):
    about = regime.indicator(name)
    found = regime.period_of(pd.Timestamp(day), about.analysis_grain, about.exposure)
    assert str(pd.Period(ordinal=found, freq="Q" if about.analysis_grain == "quarter" else "Y")) == period


def phases(name, trust, **chosen):
    rows = regime.panel(name, **chosen).query("trust == @trust").set_index("period")
    return {str(period): phase for period, phase in rows["phase"].items()}


def test_one_trust_by_hand(panels):
    """Basildon: entered 16 July 2013, left 9 June 2014."""
    beds = phases("bed_occupancy", "RDD")
    assert [beds[q] for q in ("2013Q2", "2013Q3", "2014Q1", "2014Q2", "2014Q3")] == [
        "before", "during", "during", "after", "after",
    ]  # fmt: skip
    staff = phases("recommend_work", "RDD")
    assert [staff[y] for y in ("2012", "2013", "2014")] == ["before", "during", "after"]
    assert phases("shmi", "RDD")["2013"] == "during"
    assert phases("shmi", "RDD")["2014"] == "after"
    row = panels["bed_occupancy"].set_index(["trust", "period"]).loc[("RDD", pd.Period("2014Q2"))]
    assert (row["since_entry"], row["since_exit"]) == (3, 0)


def test_a_spell_entered_after_the_survey_counts_from_the_next(spells):
    """Shrewsbury and Telford entered on 8 November 2018, in the middle of the survey."""
    staff = phases("recommend_work", "RXW")
    assert (staff["2018"], staff["2019"]) == ("before", "during")
    assert phases("bed_occupancy", "RXW")["2018Q4"] == "during"
    assert phases("winter_occupancy", "RXW")["2018"] == "during"


def test_second_spell_and_its_end_with_the_regime():
    """King's Lynn: October 2013 to 30 July 2015, and again from 13 September 2018."""
    beds = phases("bed_occupancy", "RCX", main=False)
    assert [beds[q] for q in ("2013Q3", "2013Q4", "2015Q2", "2015Q3", "2018Q2", "2018Q3", "2021Q2")] == [
        "before", "during", "during", "after", "after", "second spell", "second spell",
    ]  # fmt: skip
    assert max(beds) == "2021Q2"
    listed = regime.exclusions("bed_occupancy", main=False)
    cut = listed[listed["reason"].str.startswith("the regime ended")]
    assert set(cut["trust"]) == {"R1F", "RCX", "RJL", "RWD", "RXW"}
    assert (cut["from"] == pd.Period("2021Q3")).all()


def test_quarter_needs_its_three_months(monkeypatch, panels):
    real = data.load
    about = regime.indicator("four_hour_waits")
    held = real("ae_monthly")
    at = held.index[(held["org_code"] == "RDD") & (held["month"] == "2016-05")]
    assert len(at) == 1

    def load(name):
        frame = real(name)
        if name == "ae_monthly":
            frame.loc[at, "over_4h"] = pd.NA
        return frame

    def value(quarter):
        frame = regime._values(about, True).set_index(["code", "period"])
        return frame.loc[("RDD", pd.Period(quarter)), ["numerator", "denominator", "value"]]

    assert value("2016Q2").notna().all()
    monkeypatch.setattr(data, "load", load)
    assert value("2016Q2").isna().all()
    assert value("2016Q1").notna().all()
    monkeypatch.undo()
    missing = panels["four_hour_waits"]["value"].isna()
    assert panels["four_hour_waits"].loc[missing, "numerator"].isna().all()


def test_pilot_trusts_are_missing_after_may_2019():
    held = data.load("ae_monthly")
    pilots = set(held.loc[held["flag"] == "pilot: no 4-hour figures", "org_code"])
    panel = regime.panel("four_hour_waits", main=False)
    mine = panel[panel["trust"].isin(pilots)]
    assert mine["trust"].nunique() >= 12
    assert mine.loc[mine["period"].between("2019Q2", "2023Q2"), "value"].isna().all()
    assert mine.loc[mine["period"] == "2019Q1", "value"].notna().all()


@pytest.mark.parametrize(("name", "main"), SPANS)
def test_what_is_left_out_has_a_reason_and_is_not_in_the_panel(name, main):
    panel, listed = regime.panel(name, main=main), regime.exclusions(name, main=main)
    assert list(listed.columns) == ["trust", "from", "periods", "reason"]
    assert set(listed["reason"]) <= {
        "after a merger the code holds a trust that had entered",
        "the trust merged during the period",
        "the regime ended while the trust was in special measures",
    }
    assert (listed["periods"] > 0).all()
    for row in listed.itertuples():
        of_code = panel[panel["trust"].str[:3] == row.trust]
        if row.reason == "the trust merged during the period":
            assert row.periods == 1
            assert not (of_code["period"] == row._2).any(), row
        else:
            assert not (of_code["period"] >= row._2).any(), row


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost_unlisted(name):
    """Every value of the table in scope is in the panel or listed."""
    about = regime.indicator(name)
    frame = regime._values(about, True)
    count = frame["value"].notna().sum()
    panel = regime.panel(name)
    assert panel["value"].notna().sum() <= count
    assert panel["value"].notna().sum() + regime.exclusions(name)["periods"].sum() >= count


def test_main_panel_ends_where_the_catalogue_says(panels):
    assert panels["bed_occupancy"]["period"].max() == pd.Period("2019Q4")
    assert panels["four_hour_waits"]["period"].max() == pd.Period("2019Q1")
    for name in YEARLY:
        assert str(panels[name]["period"].max()) == "2019"
    longer = regime.panel("bed_occupancy", main=False)
    assert longer["period"].max() >= pd.Period("2025Q2")
    shared = longer[longer["period"] <= "2019Q4"].dropna(subset="value").set_index(["trust", "t"])
    main = panels["bed_occupancy"].dropna(subset="value").set_index(["trust", "t"])
    columns = ["value", "phase", "entry", "in_force"]
    pd.testing.assert_frame_equal(main[columns], shared.loc[main.index, columns])


@pytest.mark.parametrize("name", ["shmi", "four_hour_waits", "recommend_work", "winter_long_stays"])
def test_order_of_rows_in_the_tables_does_not_matter(name, monkeypatch, panels):
    real = data.load
    monkeypatch.setattr(
        data, "load", lambda table: real(table).sample(frac=1, random_state=11).reset_index(drop=True)
    )
    regime._built.cache_clear()
    try:
        pd.testing.assert_frame_equal(regime.panel(name), panels[name])
    finally:
        regime._built.cache_clear()


def test_a_trust_that_merged_before_it_entered_is_the_merged_one(monkeypatch):
    """Norfolk and Suffolk took in another trust in January 2012 and entered in February 2015."""
    real = data.load
    quarters = pd.period_range("2011Q1", "2016Q4", freq="Q").asfreq("M")
    made = pd.DataFrame(
        {
            "org_code": "RMY",
            "quarter_end": quarters,
            "general_acute_occupied": 90.0,
            "general_acute_available": 100.0,
        }
    )

    def load(name):
        frame = made.copy() if name == "beds_overnight" else real(name)
        if name == "indicators":
            frame["types"] = "mental health"
        return frame

    kinds = real("organisations").set_index("org_code")["type"]
    assert kinds["RMY"] == "mental health"
    monkeypatch.setattr(data, "load", load)
    regime._built.cache_clear()
    regime.indicator.cache_clear()
    try:
        panel = regime.panel("bed_occupancy").set_index(["trust", "period"])
    finally:
        regime._built.cache_clear()
        regime.indicator.cache_clear()
    assert (panel.loc["RMY", "phase"] == "never").all()
    merged = panel.loc["RMY@2012-01", "phase"]
    assert [merged[pd.Period(q)] for q in ("2012Q1", "2014Q4", "2015Q1", "2016Q3", "2016Q4")] == [
        "before", "before", "during", "during", "after",
    ]  # fmt: skip


def test_panel_is_the_callers_own_and_unknown_indicators_are_named(panels):
    mine = regime.panel("shmi")
    mine["value"] = 0.0
    pd.testing.assert_frame_equal(regime.panel("shmi"), panels["shmi"])
    listed = regime.exclusions("shmi")
    listed["reason"] = ""
    assert (regime.exclusions("shmi")["reason"] != "").all()
    with pytest.raises(
        data.DataError, match=r"indicators, column 'indicator': found 'waits'.*one of \['shmi'"
    ):
        regime.panel("waits")


def test_published_england_lies_within_the_panel():
    """Sum of the panel over all acute trusts is near the sum over England, and never above it."""
    england = data.load("beds_england").set_index("quarter_end")
    panel = regime.panel("bed_occupancy")
    sums = panel.groupby("period")[["numerator", "denominator"]].sum()
    total = england["overnight_general_acute_available"].to_numpy()[: len(sums)]
    share = sums["denominator"].to_numpy() / total
    assert ((share > 0.8) & (share <= 1)).all()


def test_in_force_on_no_day_is_refused():
    with pytest.raises(data.DataError, match="a day"):
        regime.in_force(pd.NaT)


@pytest.mark.parametrize(
    ("spell", "field", "day"),
    [
        ("RWG-1", "entered_day", "2015-09-10"),
        ("RD7-1", "exited_day", "2014-10-01"),
        ("RWP-1", "entered_day", "2015-12-02"),
        ("RVV-1", "entered", "2014-09"),
        ("RDE-1", "exit_formal", "2017-11-02"),
    ],
)
def test_what_the_log_corrects_stands_in_the_record(spell, field, day):
    row = data.load("regime_spells").set_index("spell_id").loc[spell]
    found = row[field] if isinstance(row[field], str) else f"{row[field]:%Y-%m-%d}"
    assert found == day
    log = data.load("amendments").query("kind == 'correction'")["concerns"]
    assert log.str.startswith(f"spell {spell},").sum() == 1


def test_a_statement_of_a_phase_falls_in_that_phase():
    """Dates are as fine as known: a month counts if any of its days fits."""
    spells = data.load("regime_spells").groupby("org_code")["entered"].min()
    told = data.load("evidence_statements").query("ods_code != 'ENG' and phase != 'before'")
    first = told["ods_code"].map(spells)
    short = [min(len(a), len(b)) for a, b in zip(told["date"], first, strict=True)]
    early = [a[:n] < b[:n] for a, b, n in zip(told["date"], first, short, strict=True)]
    assert told.loc[early, "id"].tolist() == []
