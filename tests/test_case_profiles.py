"""Ordinal readings: what is refused, what is counted, how moves are told; on made readings, then the table."""

import itertools

import pandas as pd
import pytest

from analysis.study.evidence import profiles as p
from analysis.study.evidence.cases import CaseError

LABELS = pd.Series({name: f"label {name}" for name in p.DIMENSIONS})
KNOWN = [f"{trust}-{number:02}" for trust in ("AAA", "BBB") for number in range(1, 10)]


def made(**levels):
    """All readings not knowable, but those named as AAA_R1_before="low"."""
    rows = []
    for trust, dimension, phase in itertools.product(("AAA", "BBB"), p.DIMENSIONS, p.PHASES):
        level = levels.get(f"{trust}_{dimension}_{phase}", p.NOT_KNOWABLE)
        ids = "" if level == p.NOT_KNOWABLE else f"{trust}-01;{trust}-02"
        rows.append([trust, dimension, phase, level, ids, "Because."])
    columns = ["ods_code", "dimension", "phase", "level", "statement_ids", "reason"]
    return pd.DataFrame(rows, columns=columns)


def read(frame):
    return p.profiles(frame, labels=LABELS, known=KNOWN)


FRAME = made(
    AAA_R2_before="low", AAA_R2_during="mixed", AAA_R2_after="high", AAA_B4_before="high", AAA_B4_after="mixed",
    BBB_R2_before="low", BBB_R2_during="low",
)  # fmt: skip


def test_moves_are_told_by_order_and_step_over_what_is_not_known():
    moves = read(FRAME).moves()
    assert moves.values.tolist() == [
        ["AAA", "R2", "before", "during", "up"],
        ["AAA", "R2", "during", "after", "up"],
        ["AAA", "B4", "before", "after", "down"],
        ["BBB", "R2", "before", "during", "same"],
    ]


def test_counts_and_sentence():
    found = read(FRAME)
    counts = found.knowable()
    assert counts.loc["R2", ["low", "mixed", "high", "known", "readings"]].tolist() == [3, 1, 1, 5, 6]
    assert counts["known"].sum() == 7
    text = found.sentence()
    assert "7 of 48 readings" in text
    assert "label R1" in text
    assert "label R2" not in text
    assert "2 readings rose, 1 fell and 1 stayed" in text


def test_order_of_rows_within_a_trust_does_not_matter():
    mixed = pd.concat([FRAME[FRAME["ods_code"] == "AAA"].iloc[::-1], FRAME[FRAME["ods_code"] == "BBB"]])
    pd.testing.assert_frame_equal(read(FRAME).frame, read(mixed).frame)


def test_nothing_known_moves_nothing():
    found = read(made())
    assert found.moves().empty
    assert found.knowable()["known"].sum() == 0
    assert p.for_readers(found.of("AAA")).empty
    assert p.unseen(found.of("AAA")) == LABELS.tolist()


def test_table_for_readers_says_not_knowable_and_names_the_statements():
    found = read(FRAME)
    table = p.for_readers(found.of("AAA")).set_index("Dimension")
    assert table.loc["label B4", ["Before", "During", "After"]].tolist() == ["high", "not knowable", "mixed"]
    assert "AAA-01" in table.loc["label B4", "Grounds"]
    assert "label R1" in p.unseen(found.of("AAA"))
    with pytest.raises(CaseError, match="ZZZ"):
        found.of("ZZZ")


def changed(column, value, row=1):
    frame = FRAME.copy()
    frame.loc[row, column] = value
    return frame


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (changed("level", "very high"), "very high"),
        (changed("dimension", "R9"), "R9"),
        (changed("phase", "between"), "between"),
        (FRAME.drop(5), "no reading"),
        (pd.concat([FRAME, FRAME.iloc[:1]], ignore_index=True), "twice"),
        (changed("statement_ids", "AAA-01;AAA-77", 3), "AAA-77"),
        (changed("statement_ids", "AAA-01;BBB-02", 3), "BBB-02"),
        (changed("statement_ids", "AAA-01", 3), "2 or more"),
        (changed("statement_ids", "AAA-01;AAA-01", 3), "2 or more"),
        (changed("statement_ids", None, 3), "2 or more"),
    ],
)
def test_what_does_not_fit_is_refused(frame, words):
    with pytest.raises(CaseError, match=words):
        read(frame)


def test_one_statement_may_stand_beside_what_is_not_knowable():
    assert read(changed("statement_ids", "AAA-03", 0)).frame["ids"][0] == ("AAA-03",)
