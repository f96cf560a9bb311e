"""The tables of the protocol: computed from the settings, and the log that may only grow."""

import pytest

from analysis import data
from analysis.chapters import protocol
from analysis.data import DataError
from analysis.ingest import descriptions
from analysis.present import words
from analysis.study import indicators, leaving

AMENDMENTS = descriptions.table("amendments")
KINDS = descriptions.choices("amendments", "kind")


def value(setting):
    return protocol.settings().set_index("Setting")["Value"][setting]


def test_the_log_is_a_described_table_with_every_kind():
    frame = data.load("amendments")
    assert set(frame["kind"]) == set(KINDS)
    assert frame["amendment_id"].is_unique
    assert frame["why"].str.endswith(".").all()
    assert frame["what"].str.endswith(".").all()
    first = frame.loc[frame["kind"] == "protocol", "date"].min()
    assert (frame.loc[frame["kind"] == "amendment", "date"] >= first).all()
    before = frame.loc[frame["kind"] != "protocol", "before"]
    assert before.notna().all()


def test_the_letter_of_a_row_says_its_kind():
    frame = data.load("amendments")
    kinds = {"P": "protocol", "A": "amendment", "D": "deviation", "R": "correction"}
    assert (frame["amendment_id"].str[0].map(kinds) == frame["kind"]).all()


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("why", ""),
        ("kind", "idea"),
        ("date", "soon"),
        ("results_known", "perhaps"),
        ("results_known", ""),
        ("amendment_id", "7"),
    ],
)
def test_a_damaged_row_is_refused(column, wrong):
    frame = data.load("amendments").astype("object")
    frame["date"] = frame["date"].map(lambda day: f"{day:%Y-%m-%d}")
    frame["results_known"] = frame["results_known"].map({True: "true", False: "false"})
    data.verify(AMENDMENTS, frame.to_csv(index=False).encode())
    frame.loc[2, column] = wrong
    with pytest.raises(DataError, match=column):
        data.verify(AMENDMENTS, frame.to_csv(index=False).encode())


def test_the_log_for_readers_keeps_the_rows_of_its_kind():
    frame = data.load("amendments")
    for kind in KINDS:
        assert len(protocol.log(kind)) == (frame["kind"] == kind).sum()
    assert set(protocol.log("amendment")["Results known"]) <= {"yes", "no"}
    with pytest.raises(DataError, match="idea"):
        protocol.log("idea")
    assert "Source or reason" in protocol.log("correction")
    known = frame.query("kind == 'amendment'")["results_known"].sum()
    assert f"{known} of them" in protocol.known()


def test_settings_are_those_that_the_analysis_reads(monkeypatch):
    assert value("Seed") == str(indicators.SEED)
    assert value("Random draws") == words.number(indicators.DRAWS)
    assert value("Partners alike in level and trend, by which a change is decided") == "10"
    assert value("Intervals") == "95%"
    monkeypatch.setattr(indicators, "SEED", 7)
    monkeypatch.setattr(indicators, "HORIZONS", {"quarter": range(5), "year": range(2)})
    monkeypatch.setattr(leaving, "PERIODS_AFTER", {"quarter": 12, "year": 3})
    assert value("Seed") == "7"
    assert value("Periods after entry that are pooled") == "5 quarters, or 2 years"
    table = protocol.target_trial().set_index("Part")
    assert table.loc["Follow-up", "Here: entry"].startswith("1 year;")
    assert table.loc["Follow-up", "Here: leaving"].startswith("3 years;")


def test_horizons_that_differ_between_quarters_and_years_are_refused(monkeypatch):
    monkeypatch.setattr(indicators, "HORIZONS", {"quarter": range(13), "year": range(3)})
    with pytest.raises(ValueError, match="one length"):
        protocol.target_trial()


def test_the_target_trial_has_every_part():
    parts = [
        "Eligibility",
        "Strategies",
        "Assignment",
        "Time zero",
        "Follow-up",
        "Outcomes",
        "Contrast",
        "Analysis",
    ]
    table = protocol.target_trial()
    assert table["Part"].tolist() == parts
    assert (table != "").all().all()


def test_primary_measures_are_those_of_the_catalogue():
    titles = data.load("indicators").query("primary")["title"].tolist()
    assert protocol.measures(primary=True)["Indicator"].tolist() == titles
    assert len(protocol.measures(primary=False)) == len(indicators.indicators(primary=False))
