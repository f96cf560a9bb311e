"""The deciding comparison, two groups and single trusts as readers see them."""

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis.chapters import groups_plots, parted, rivals_groups
from analysis.study import before_entry, deciding, groups, indicators

PRIMARY = indicators.indicators(primary=True)


def test_waits_were_behind_before_entry_and_the_others_were_not():
    said = {name: parted.behind(name) for name in PRIMARY}
    found = before_entry.moving_apart(PRIMARY).set_index("indicator")["p"]
    assert found["four_hour_waits"] < 0.001
    assert "less than one time in 1,000" in said["four_hour_waits"]
    assert [name for name in PRIMARY if said[name]] == found.index[found < 0.05].tolist()
    assert parted.labelled("four_hour_waits").endswith("; parting before entry already")
    assert parted.labelled("shmi").endswith("lower is better")
    assert parted.behind("waits_12h") == ""  # nothing before entry is at hand


def test_the_sentence_of_record_gives_the_calibrated_intervals():
    text = rivals_groups.decided_sentence(PRIMARY)
    assert text.count("95% interval") == 3
    one = deciding.decided("four_hour_waits")
    assert f"{abs(one.lower):.1f} to {one.upper:.1f}" in text


def test_groups_are_told_apart_only_when_their_difference_is_clear(monkeypatch):
    assert "cannot be told from none" in rivals_groups.two_groups_sentence("shmi")
    made = groups.two_groups("shmi").assign(p=0.001)
    monkeypatch.setattr(rivals_groups.groups, "two_groups", lambda name: made)
    assert "more than chance would give" in rivals_groups.two_groups_sentence("shmi")


def test_single_trusts_are_told_from_chance_only_when_an_interval_leaves_out_zero():
    found = groups.single_trusts("four_hour_waits")
    frame = found.frame.assign(lower=-1.0, upper=1.0)
    still = groups.SingleTrusts(
        **{**{part: getattr(found, part) for part in found.__slots__}, "frame": frame}
    )
    assert rivals_groups.single_title("shmi", still).endswith("no single trust can be told from chance")
    frame.loc[0, "lower"] = 0.5
    assert "1 trust of" in rivals_groups.single_title("shmi", still)


def test_tables_have_a_row_for_each_case_and_no_blank():
    tables = [
        rivals_groups.choices_for_readers(["shmi"]),
        rivals_groups.two_groups_for_readers(["shmi"]),
        rivals_groups.phases_for_readers(["shmi"]),
        rivals_groups.partners_for_readers(PRIMARY),
        rivals_groups.calibration_for_readers(PRIMARY),
        rivals_groups.coverage_for_readers(),
        rivals_groups.stay_for_readers(["shmi"]),
        rivals_groups.balance_for_readers(PRIMARY),
    ]
    assert [len(table) for table in tables] == [9, 12, 6, 15, 3, 20, 1, 3]
    for table in tables:
        assert not table.isin(["..", ""]).any(axis=None)


def test_the_forest_draws_every_trust():
    found = groups.single_trusts("shmi")
    fig, ax = plt.subplots()
    groups_plots.plot_singles(found, ax=ax, unit="deaths", direction="lower is better")
    assert [text.get_text() for text in ax.get_yticklabels()] == found.frame["name"].tolist()
    drawn = sum(len(line.get_xdata()) for line in ax.lines if line.get_label().startswith("alone"))
    assert drawn == len(found.frame)
    pooled = next(line for line in ax.lines if line.get_label().startswith("pooled"))
    assert pooled.get_xdata().tolist() == pytest.approx((100 * found.frame["pooled"]).tolist())
    assert ax.get_xlabel() == "Difference from partners (deaths per hundred expected)\nlower is better"
    plt.close(fig)


def test_a_stay_reads_by_the_better_direction():
    clear = groups.rank_correlation(pd.Series(range(9)), pd.Series([1, 2, 3, 4, 5, 6, 7, 9, 8]))
    assert rivals_groups._stay_reading("shmi", clear).endswith("worse")
    assert rivals_groups._stay_reading("four_hour_waits", clear).endswith("better")
