"""Published figures about the regime beside the same figures computed from our list of spells."""

from collections.abc import Callable

import pandas as pd

from analysis import data
from analysis.study import regime

# Trusts in financial special measures only, by mid-2018, counted in source T4; they have no spell here.
FINANCE_ONLY = 6
MATCH_WITHIN = {"trusts": 0.0, "spells": 0.0, "months": 0.5, "percent": 0.5}
REASONS = {
    "X1": "The table behind the published mean could not be read; it may use the inspectors' dates.",
    "X2": "The published share may rest on an older cut: two trusts entered that month.",
    "X3": "The source may count trusts in financial special measures too.",
    "X4": "The source as read does not say out of how many; see the note below.",
}


def recomputed() -> pd.DataFrame:
    """Return one row a published figure with ours beside it.

    Columns: `claim_id`, `part`, `quantity`, `as_of`, `published`, `ours`, `unit`, `group`.

    `group` is "matches" where ours, rounded as published, agrees within half a unit (counts: exactly) and
    "open" where any part of the statement does not. Nothing is adjusted to agree.
    """
    spells = regime.spells()
    rows = []
    for claim in data.load("published_claims").itertuples():
        ours = _ours(claim.claim_id, claim.part, spells, claim.as_of)
        agrees = abs(ours - claim.value) <= MATCH_WITHIN[claim.unit]
        rows.append(
            [claim.claim_id, claim.part, claim.quantity, claim.as_of, claim.value, ours, claim.unit, agrees]
        )
    columns = ["claim_id", "part", "quantity", "as_of", "published", "ours", "unit", "agrees"]
    frame = pd.DataFrame(rows, columns=columns)
    whole = frame.groupby("claim_id")["agrees"].transform("all")
    return frame.drop(columns="agrees").assign(group=whole.map({True: "matches", False: "open"}))


def within_months() -> pd.DataFrame:
    """Return three ways to count the spells that ended quickly: `what` is counted, how many `left`, out `of` how many."""
    spells = regime.spells()
    known = spells[spells["entered"] <= "2019-12-31"]
    known = known.assign(exited=known["exited"].where(known["exited"] <= "2019-12-31"))
    middle = spells[spells["entered"].between("2015-09-01", "2018-12-31")]
    rows = [
        (
            "Spells entered by the end of 2019: ended within 24 months and by then",
            _ended(known, 24).sum(),
            len(known),
        ),
        ("Trusts ever in: a spell of 12 months or less", _ended(spells, 12).sum(), spells["trust"].nunique()),
        (
            "Spells entered September 2015 to December 2018: ended within 24 months",
            _ended(middle, 24).sum(),
            len(middle),
        ),
    ]
    return pd.DataFrame(rows, columns=["what", "left", "of"])


def _ended(spells: pd.DataFrame, months: int) -> pd.Series:
    """Tell of each spell whether it ended within so many months; one that did not end has not."""
    return spells["exited"] <= spells["entered"] + pd.DateOffset(months=months)


def _ours(claim: str, part: str, spells: pd.DataFrame, day: pd.Timestamp) -> float:
    """Compute one figure from the spells, by the population named in `published_claims`."""
    entered = spells[spells["entered"] <= day]
    ended = spells[spells["exited"] <= day]
    inside = entered[entered["last_day"] > day]
    first = entered[entered["spell"] == 1]
    improved = entered[entered["ended_by"] != "acquired"]
    in_year = spells["entered"].dt.year == day.year
    out_year = spells["exited"].dt.year == day.year
    attributes = data.load("regime_trusts").set_index("org_code")
    keogh = regime.is_keogh(improved["trust"])
    later = set(improved.loc[~keogh, "trust"])
    others = inside[inside["trust"].isin(later)]
    again = set(entered.loc[entered["spell"] == 2, "trust"])
    stayed = ended[(ended["ended_by"] == "exit") & ~ended["trust"].isin(again)]
    early = spells[(spells["spell"] == 1) & (spells["entered"] <= day - pd.DateOffset(years=1))]
    financial = first["trust"].map(attributes["finance"]).astype("bool")
    every = len(first) + FINANCE_ONLY
    recipes: dict[tuple[str, str], Callable[[], float]] = {
        ("O1", "placed"): lambda: entered["trust"].nunique(),
        ("O2", "entered"): lambda: spells.loc[in_year, "trust"].nunique(),
        ("O2", "left"): lambda: spells.loc[out_year, "trust"].nunique(),
        ("O3", "placed"): lambda: entered["trust"].nunique(),
        ("O3", "left"): lambda: ended["trust"].nunique(),
        ("O7", "in"): lambda: inside["trust"].nunique(),
        ("O7", "left"): lambda: ended["trust"].nunique(),
        ("O8", "placed"): lambda: improved["trust"].nunique(),
        ("O8", "keogh"): lambda: improved.loc[keogh, "trust"].nunique(),
        ("O8", "later in"): lambda: len(later & set(inside["trust"])),
        ("O8", "later left"): lambda: len(later - set(inside["trust"])),
        ("O9", "trusts"): lambda: stayed["trust"].nunique(),
        ("O9", "mean"): lambda: stayed["months"].mean(),
        ("O14", "in"): lambda: inside["trust"].nunique(),
        ("O15", "quality only"): lambda: 100 * (~financial).sum() / every,
        ("O15", "both"): lambda: 100 * financial.sum() / every,
        ("O15", "finance only"): lambda: 100 * FINANCE_ONLY / every,
        ("P1", "left"): lambda: ended["trust"].nunique(),
        ("P2", "entered"): lambda: early["trust"].nunique(),
        ("P2", "within 12 months"): lambda: _ended(early[early["ended_by"] == "exit"], 12).sum(),
        ("P2", "two years"): lambda: (
            early["last_day"].clip(upper=day) >= early["entered"] + pd.DateOffset(months=24)
        ).sum(),
        ("P3", "entered"): lambda: len(entered),
        ("P3", "left"): lambda: ended["trust"].nunique(),
        ("P3", "returned"): lambda: len(again),
        ("X1", "trusts"): lambda: ended["trust"].nunique(),
        ("X1", "mean"): lambda: ended.loc[ended["spell"] == 1, "months"].mean(),
        ("X2", "over a year"): lambda: 100 * (others["entered"] < day - pd.DateOffset(years=1)).mean(),
        ("X3", "in"): lambda: inside["trust"].nunique(),
        ("X4", "within 24 months"): lambda: 100 * (_ended(entered, 24) & (entered["exited"] <= day)).mean(),
    }
    if (claim, part) not in recipes:
        raise data.DataError(
            "published_claims", row=claim, column="part", found=part, allowed=f"{list(recipes)}"
        )
    return float(recipes[claim, part]())
