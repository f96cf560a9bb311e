"""What is said of an indicator that had parted from the comparators before entry: behind before, and after."""

import pandas as pd
import pytest

from analysis.chapters import parted
from analysis.study import before_entry, regime


def test_waits_were_behind_before_entry_and_stayed_behind():
    panel = regime.panel("four_hour_waits")
    never, entered = panel[panel["entry"].isna()], panel[panel["entry"].notna()]
    usual = never.groupby("t")["value"].mean()
    year = entered[(entered["t"] < entered["entry"]) & (entered["t"] >= entered["entry"] - 4)]
    by_hand = (year["value"] - year["t"].map(usual)).groupby(year["trust"]).mean().dropna()
    found = before_entry.distances("four_hour_waits")
    assert set(panel["type"]) == {"acute"}
    assert found.loc["before", "mean"] == pytest.approx(by_hand.mean())
    assert found.loc["before", "n_trusts"] == len(by_hand)
    assert (found["upper"] < 0).all()
    assert "were behind before entry and stayed behind" in parted.behind("four_hour_waits")
    assert parted.behind("shmi") == ""


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ((-4.0, -5.0, -3.0), "stayed behind"),
        ((-0.5, -2.0, 1.0), "could not be told from the others after it"),
    ],
)
def test_stayed_behind_is_said_only_where_the_interval_says_so(monkeypatch, after, said):
    rows = pd.DataFrame(
        [(-4.0, -5.0, -3.0), after], index=["before", "after"], columns=["mean", "lower", "upper"]
    )
    monkeypatch.setattr(before_entry, "distances", lambda name: rows)
    assert said in parted.behind("four_hour_waits")
