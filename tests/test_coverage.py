"""Coverage: counts recomputed from the panel by hand, reasons for absence, and what is not at hand."""

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from analysis.chapters import measured, measured_drawn
from analysis.present import figures, forest
from analysis.study import coverage, indicators, regime

NAMES = ["shmi", "four_hour_waits"]
NO_FIGURES = {"RMY", "TAH", "RRU", "RYC", "RYD"}


@pytest.fixture(scope="module")
def grid():
    return coverage.grid(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_counts_equal_a_recount_of_the_panel(name):
    row = coverage.per_indicator([name]).iloc[0]
    panel = regime.panel(name)
    seen = panel[panel["value"].notna()]
    entered = seen[seen["entry"].notna()]
    assert row["entered"] + row["absent"] == regime.spells()["trust"].nunique() == 38
    assert row["entered"] == entered["trust"].nunique()
    assert row["comparators"] == seen.loc[seen["entry"].isna(), "trust"].nunique()
    assert row["cells"] - row["missing"] == len(seen)
    assert (row["first"], row["last"]) == (seen["period"].min(), seen["period"].max())


@pytest.mark.parametrize("name", NAMES)
def test_mental_health_and_ambulance_trusts_are_absent_by_type(name):
    gone = coverage.absent(name).set_index("trust")
    by_type = set(gone.index[gone["reason"].str.contains("acute trusts only")])
    assert by_type == NO_FIGURES
    assert gone.loc["RMY", "reason"].startswith("mental health trust")
    assert gone.loc["RRU", "reason"].startswith("ambulance trust")


def test_a_trust_taken_over_before_the_figures_begin_is_so_explained():
    gone = coverage.absent("winter_long_stays").set_index("trust")
    assert gone.loc["RD7", "reason"] == "taken over before the figures begin"


def test_grid_has_every_trust_once_an_indicator_and_agrees_with_the_counts(grid):
    assert len(grid) == 38 * len(NAMES)
    assert not grid.duplicated(["trust", "indicator"]).any()
    held = coverage.per_indicator(NAMES).set_index("indicator")
    both = (grid["state"] == "before and after entry").groupby(grid["indicator"]).sum()
    assert both.to_dict() == held["both"].to_dict()
    nothing = grid.groupby("trust")["state"].agg(lambda states: (states == "none").all())
    assert set(nothing.index[nothing]) == NO_FIGURES


def test_indicators_with_the_same_figures_share_a_column_and_no_pattern_is_lost(grid):
    twin = grid[grid["indicator"] == "shmi"].assign(indicator="twin", title="Twin")
    shown = coverage.alike(pd.concat([grid, twin], ignore_index=True))
    assert "twin" not in set(shown["indicator"])
    assert shown.loc[shown["indicator"] == "shmi", "title"].unique().tolist() == [
        "Hospital mortality (SHMI) (and 1 more)"
    ]
    kept = shown.groupby("indicator")[["before", "since"]].apply(lambda part: tuple(part.to_numpy().ravel()))
    assert kept.is_unique
    assert set(kept) == set(
        grid.groupby("indicator")[["before", "since"]].apply(lambda part: tuple(part.to_numpy().ravel()))
    )


def test_state_follows_the_numbers(grid):
    assert (grid["state"].eq("none") == (grid["before"] + grid["since"]).eq(0)).all()
    assert (grid["state"].eq("after entry only") == (grid["before"].eq(0) & grid["since"].gt(0))).all()


def test_table_equals_the_grid(grid):
    table = measured.grid_for_readers(grid).set_index("Trust")
    assert table.shape == (38, len(NAMES))
    one = grid[(grid["trust"] == "RPA") & (grid["indicator"] == "shmi")].iloc[0]
    assert table.loc[one["name"], one["title"]] == f"{one['before']} / {one['since']}"


def test_short_history_names_the_trusts_that_lost_theirs():
    found = coverage.short_history()
    assert set(found["trust"]) == {"RJF", "RJL", "RMP", "RDE", "RD7", "RQQ"}
    assert (found["before"] < coverage.ENOUGH_BEFORE).all()
    assert pd.isna(found.set_index("trust").loc["RD7", "first"])
    longer = coverage.short_history(enough=11)
    assert set(found["trust"]) < set(longer["trust"])


def test_sentence_names_those_without_figures(grid):
    sentence = measured.grid_sentence(grid)
    assert sentence.startswith("Of 38 trusts")
    assert "London Ambulance Service" in sentence


def test_what_is_not_at_hand_names_publisher_and_place():
    table = coverage.not_at_hand()
    assert not table["Series"].duplicated().any()
    assert (table != "").all(axis=None)
    places = table["Where to look"]
    assert (places.str.startswith("https://") | (places == "no open release known")).all()
    asked = ["Delayed transfers", "referral to treatment", "Cancer", "diagnostic", "Sickness", "turnover"]
    asked += [
        "Friends and Family",
        "inpatient survey",
        "incidents",
        "Never events",
        "complaints",
        "HSMR",
        "CQC",
    ]
    for word in asked:
        assert table["Series"].str.contains(word, case=False).any(), word


def test_the_picture_has_a_square_for_each_trust_and_fills_it_by_halves(grid):
    rows = grid["indicator"].nunique()
    for width in (figures.NARROW_PX, figures.WIDE_PX):
        (ax,) = measured_drawn.draw(grid)(width).axes
        outlines = ax.patches[::2]
        assert len(outlines) == rows
        squares = sum(len(one.get_path().vertices) // 5 for one in outlines)
        assert squares == len(grid)
        told = [text.get_text() for text in ax.texts if text.get_ha() == "right"]
        full = (grid["state"] == "before and after entry").groupby(grid["indicator"], sort=False).sum()
        assert told == [str(count) for count in full]
    (ax,) = measured_drawn.draw(grid.assign(before=0))(figures.WIDE_PX).axes
    corners = ax.patches[1].get_path().vertices[:5, 0]
    first = grid[grid["indicator"] == NAMES[0]]["since"].gt(0).argmax()
    whole = ax.patches[0].get_path().vertices[5 * first :][:5, 0]
    assert corners.min() == pytest.approx((whole.min() + whole.max()) / 2), "from entry on: the right half"
    assert corners.max() == pytest.approx(whole.max())
    plt.close("all")


def test_no_name_of_any_indicator_reaches_into_its_squares():
    every = coverage.alike(coverage.grid(indicators.indicators()))
    for width, room in ((figures.NARROW_PX, figures.NARROW_PX), (figures.WIDE_PX, measured_drawn.BESIDE)):
        (ax,) = measured_drawn.draw(every)(width).axes
        long = [
            text.get_text()
            for text in ax.texts
            if text.get_ha() == "left" and forest.long(text.get_text()) > room
        ]
        assert long == []
    plt.close("all")


def test_the_title_says_who_has_all_and_who_has_none(grid):
    lacking = measured.without(grid)
    said = measured.grid_title(grid)
    assert said.endswith(f"{len(lacking)} have no figure at all" if len(lacking) > 1 else "has some figures")
    assert measured.grid_title(grid[~grid["name"].isin(lacking)]).endswith("every one has some figures")
