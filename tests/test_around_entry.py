"""Paths around entry: distances from the never-entered trusts of the same kind, pair by pair, and the picture of them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters import argument
from analysis.present import figures
from analysis.study import around_entry
from analysis.study.around_entry import ENTERED, EQUALLY_BAD

PAIRS = pd.DataFrame(
    {"trust": ["A1", "A2", "A3", "A4"], "placebo": ["B1", "B2", "B3", "B4"], "entry": [5, 5, 6, 6]}
)


def panel(gone=()):
    """Return a panel in which a type moves by 10 a period, entrants stand 3 below it, 1 below from entry, partners 2."""
    rows = []
    for t in range(12):
        for place in range(40):  # enough for partners not to move the mean of the never-entered
            rows.append((f"N{place}", t, 10.0 * t + (1 if place % 2 else -1), "never"))
        for pair in PAIRS.itertuples():
            rows.append(
                (
                    pair.trust,
                    t,
                    10.0 * t - (3 if t < pair.entry else 1),
                    "before" if t < pair.entry else "after",
                )
            )
            rows.append((pair.placebo, t, 10.0 * t - 2.0, "never"))
    frame = pd.DataFrame(rows, columns=["trust", "t", "value", "phase"]).assign(type="acute")
    return frame[~frame.set_index(["trust", "t"]).index.isin(gone)]


def gaps(frame):
    return around_entry.gaps(SimpleNamespace(pairs=PAIRS), frame, year=1).set_index(["group", "horizon"])


def test_a_planted_distance_is_found_whatever_the_type_did():
    found = gaps(panel())
    mean = -2.0 * 4 / 44  # of the never-entered: partners are among them
    assert found.loc[(ENTERED, -1), "gap"] == pytest.approx(-3 - mean)
    assert found.loc[(ENTERED, 0), "gap"] == pytest.approx(-1 - mean)
    assert found.loc[(EQUALLY_BAD, 3), "gap"] == pytest.approx(-2 - mean)
    assert (found["pairs"] == 4).all()
    assert (found["upper"] - found["lower"]).max() == pytest.approx(0, abs=1e-9)


def test_a_pair_counts_only_with_both_figures_and_a_period_only_with_enough_pairs():
    found = gaps(panel(gone=[("A1", 6), ("B2", 3), ("B3", 4), ("A4", 4)]))
    assert found.loc[(ENTERED, 1), "pairs"] == 3
    assert (ENTERED, -2) not in found.index
    assert found.loc[(EQUALLY_BAD, 2), "pairs"] == 4


def test_the_interval_is_that_of_a_mean_over_pairs():
    frame = panel()
    noise = pd.Series([0.0, 1.0, 2.0, 5.0], index=PAIRS["trust"])
    frame["value"] += frame["trust"].map(noise).fillna(0.0)
    one = gaps(frame).loc[(ENTERED, 1)]
    half = 3.182446305 * noise.std() / 2  # t of three degrees, from a table
    assert (one["upper"] - one["lower"]) / 2 == pytest.approx(half)
    assert one["gap"] == pytest.approx(-1 + 2 * 4 / 44 + noise.mean())


def drawn(ends):
    """Return rows as `argument.frame`, with gaps of -4 in the year before and `ends` (entered, equally bad) at the end."""
    rows = []
    for group, end in zip((ENTERED, EQUALLY_BAD), ends, strict=True):
        for years, gap in ((-1.0, -4.0), (0.0, -4.0), (3.0, end)):
            rows.append((group, years, gap, gap - 1, gap + 1, 9, "shmi", "Deaths", "more deaths"))
    columns = ["group", "years", "gap", "lower", "upper", "pairs", "indicator", "measure", "unit"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("ends", "words"),
    [((-1, -1), "both came back"), ((-4, -4), "both stayed behind"), ((-1, -4), "only the entered"), ((-4, -1), "only the equally bad")],
)  # fmt: skip
def test_a_panel_says_who_came_back(ends, words):
    assert words in argument.panel_title(drawn(ends))


def test_the_title_counts_the_measures_in_which_equally_bad_trusts_ended_as_near():
    assert "at least as near" in argument.title(drawn((-3, -2)))
    assert "in 0 of 1 measures" in argument.title(drawn((-2, -3)))


def test_the_picture_holds_what_the_study_found_turned_so_that_up_is_better():
    found = argument.frame()
    paths = around_entry.paths("shmi")
    rows = found[found["indicator"] == "shmi"]
    np.testing.assert_allclose(rows["gap"], -100 * paths["gap"])
    np.testing.assert_allclose(rows["lower"], -100 * paths["upper"])
    shown = argument.picture()
    assert isinstance(shown, figures.Figure)
    for text in ("Entered", "never put in", "paired on this"):
        assert text in shown.narrow[2]
    assert "in the year before" in shown.says
