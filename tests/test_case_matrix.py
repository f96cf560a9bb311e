"""The framework matrix on made statements whose cells are known, and the order of the cases by outcome."""

import pandas as pd
import pytest

from analysis.study.evidence import cases
from analysis.study.evidence.cases import CaseError, order_by_outcome, telling
from analysis.study.evidence.matrix import LEANINGS, counted, lean, matrix

THEMES = pd.Series({"R1": "commitment", "B4": "engagement", "O4": "rating"})


def row(number, trust, theme, direction, *, date="2014-05", phase="during", second=None):
    return {
        "id": f"{trust}-{number:02}", "trust": trust, "date": date, "phase": phase, "kind": "event",
        "statement": f"Statement {number} of {trust}.", "theme": theme, "second_theme": second, "direction": direction,
    }  # fmt: skip


@pytest.fixture
def statements():
    return pd.DataFrame(
        [
            row(1, "AAA", "B4", "+", date="2013-01", phase="before"),
            row(2, "AAA", "B4", "+", date="2014"),
            row(3, "AAA", "B4", "-", date="2015-06-01", second="R1"),
            row(4, "AAA", "O4", "0", date="2016", phase="after"),
            row(1, "BBB", "B4", "-"),
            row(2, "BBB", "B4", "+", date="2014-06"),
            row(3, "BBB", "O4", "-", date="2017", phase="after"),
        ]
    )


@pytest.fixture
def found(statements):
    return matrix(statements, themes=THEMES, order=["BBB", "AAA"])


def test_cells_count_by_direction_and_name_their_statements(found):
    cell = found.cell("AAA", "B4")
    assert cell[["n", "plus", "minus", "neutral", "second"]].tolist() == [3, 2, 1, 0, 0]
    assert cell["ids"] == ("AAA-01", "AAA-02", "AAA-03")
    assert cell["telling"] == "AAA-02"  # the newest of the two that help, not the newest of all
    assert cell["summary"].startswith("2 help, 1 hinders.")
    assert "AAA-02: Statement 2" in cell["summary"]
    assert cell["leaning"] == "helps"


def test_a_second_theme_is_counted_apart(found):
    cell = found.cell("AAA", "R1")
    assert (cell["n"], cell["second"]) == (0, 1)
    assert pd.isna(cell["telling"])
    assert cell["summary"] == "No public statement on commitment."


def test_every_pair_is_there_in_the_order_asked_for(found):
    assert found.cells["trust"].tolist() == ["BBB"] * 3 + ["AAA"] * 3
    assert found.cells["theme"].tolist() == list(THEMES.index) * 2


def test_every_statement_is_in_exactly_one_cell(found, statements):
    ids = [one for cell in found.cells["ids"] for one in cell]
    assert sorted(ids) == sorted(statements["id"])
    assert found.cells["n"].sum() == len(statements) == found.by_theme()["n"].sum()


def test_order_of_statements_does_not_matter(found, statements):
    again = matrix(statements.sample(frac=1, random_state=3), themes=THEMES, order=["BBB", "AAA"])
    pd.testing.assert_frame_equal(found.cells, again.cells)


def test_turning_every_direction_round_turns_the_counts_round(found, statements):
    turned = statements.assign(direction=statements["direction"].map({"+": "-", "-": "+", "0": "0"}))
    other = matrix(turned, themes=THEMES, order=["BBB", "AAA"]).cells
    assert other["plus"].tolist() == found.cells["minus"].tolist()
    assert (other["leaning"] == "helps").sum() == (found.cells["leaning"] == "hinders").sum()


def test_only_the_phases_asked_for_count(statements):
    during = matrix(statements, themes=THEMES, order=["AAA", "BBB"], phases=["during"])
    assert during.cells["n"].sum() == (statements["phase"] == "during").sum() == 4
    assert "of the phases during" in during.sentence()


def test_shared_leanings(found):
    assert found.shared(leaning="hinders").set_index("theme")["cases"].to_dict() == {
        "O4": 1,
        "R1": 0,
        "B4": 0,
    }
    assert found.shared(leaning="both ways")["theme"].iloc[0] == "B4"
    with pytest.raises(CaseError, match="good"):
        found.shared(leaning="good")


@pytest.mark.parametrize(
    ("counts", "leaning", "text"),
    [
        ((0, 0, 0), "no statement", "no statement"),
        ((0, 0, 2), "neutral", "2 neutral"),
        ((1, 1, 5), "both ways", "1 helps, 1 hinders, 5 neutral"),
        ((2, 1, 0), "helps", "2 help, 1 hinders"),
        ((0, 3, 0), "hinders", "3 hinder"),
    ],
)
def test_leaning_and_words(counts, leaning, text):
    assert lean(*counts) == leaning
    assert leaning in LEANINGS
    assert counted(*counts) == text


def test_on_a_tie_the_newest_statement_stands_for_the_cell(statements):
    rows = cases.checked(statements)
    assert telling(rows[(rows["trust"] == "BBB") & (rows["theme"] == "B4")])["id"] == "BBB-02"
    assert telling(rows.iloc[:0]) is None


def test_what_does_not_fit_is_refused(statements):
    with pytest.raises(CaseError, match="BBB"):
        matrix(statements, themes=THEMES, order=["AAA"])
    with pytest.raises(CaseError, match="twice"):
        matrix(statements, themes=THEMES, order=["AAA", "BBB", "AAA"])
    with pytest.raises(CaseError, match=r"AAA-02.*'good'"):
        matrix(statements.assign(direction=["+", "good", *"+++++"]), themes=THEMES, order=["AAA", "BBB"])
    with pytest.raises(CaseError, match="is there twice"):
        matrix(pd.concat([statements, statements.iloc[:1]]), themes=THEMES, order=["AAA", "BBB"])
    with pytest.raises(CaseError, match="lack"):
        matrix(statements.drop(columns="theme"), themes=THEMES, order=["AAA", "BBB"])
    with pytest.raises(CaseError, match="no cell"):
        matrix(statements, themes=THEMES, order=["AAA", "BBB"]).cell("AAA", "I9")


def test_a_trust_without_statements_has_empty_cells(statements):
    wide = matrix(statements, themes=THEMES, order=["AAA", "BBB", "CCC"])
    assert wide.cells.set_index("trust").loc["CCC", "leaning"].eq("no statement").all()
    assert "3 themes" in wide.sentence()


def spell(trust, months, exited, number=1):
    out = pd.Timestamp(exited) if exited else pd.NaT
    start = pd.Timestamp("2013-07-16") + pd.Timedelta(days=number)
    return {
        "trust": trust,
        "name": trust.title(),
        "spell": number,
        "entered": start,
        "exited": out,
        "months": months,
    }


def test_order_held_then_fell_back_then_came_back_and_within_by_months():
    spells = pd.DataFrame(
        [
            spell("AAA", 50.0, "2017-09-01"),
            spell("BBB", 10.0, "2014-05-01"),
            spell("CCC", 5.0, "2014-01-01"),
            spell("CCC", 6.0, "2016-01-01", 2),
            spell("DDD", 12.0, "2014-07-01"),
            spell("EEE", 3.0, None),
        ]
    )
    told = pd.DataFrame(
        [row(1, trust, "O4", "+", phase="after") for trust in ("AAA", "BBB", "CCC", "DDD", "EEE")]
        + [row(2, "BBB", "O4", "-", phase="after"), row(2, "AAA", "O4", "-", phase="before"), row(2, "DDD", "B4", "-", phase="after")]
    )  # fmt: skip
    order = order_by_outcome(told, spells)
    assert order["trust"].tolist() == ["DDD", "AAA", "BBB", "EEE", "CCC"]
    assert order["held"].tolist() == [1, 1, 2, 3, 3]
    assert order["falls"].tolist() == [(), (), ("BBB-02",), (), ()]
    assert order.set_index("trust")["months"]["CCC"] == 11.0
    years = order.set_index("trust")
    assert years["fell"].notna().to_dict() == {
        "DDD": False,
        "AAA": False,
        "BBB": True,
        "EEE": False,
        "CCC": False,
    }
    assert years.loc["BBB", "fell"] == pytest.approx(years.loc["BBB", "followed"])
    assert pd.isna(years.loc["EEE", "followed"])  # it never left
    pd.testing.assert_frame_equal(order, order_by_outcome(told.iloc[::-1], spells.iloc[::-1]))
    with pytest.raises(CaseError, match="AAA"):
        order_by_outcome(told, spells[spells["trust"] != "AAA"])
