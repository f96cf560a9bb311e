"""Levels and three estimates again, by plain pandas and numpy: nothing of the analysis takes part but what is tested."""

import numpy as np
import pandas as pd
import pytest

from analysis import data
from analysis.study import deciding

SIZE = 5  # percent of beds: below, a trust that takes in another stays the same trust
PARTNERS, BEFORE, AFTER = 10, 3, 4


def read(name):
    return pd.read_csv(data.FOLDER / f"{name}.csv")


def net_position():
    """Surplus or deficit as percent of income by trust and financial year, which is of 1 April to 31 March."""
    table = read("trust_finance")
    table["y"] = table["financial_year"].str[:4].astype(int)
    table["v"] = 100 * table["net_position"] / table["operating_income"]
    return table, lambda y: pd.Timestamp(y, 4, 1), lambda y: pd.Timestamp(y + 1, 3, 31), "end"


def senior_act():
    """Percent who say that senior managers act on feedback; asked in October and November."""
    table = read("leaders_survey").rename(columns={"year": "y", "senior_act": "v"})
    return table, lambda y: pd.Timestamp(y, 10, 1), lambda y: pd.Timestamp(y, 11, 30), "start"


def within_18_weeks():
    """Percent that waits under 18 weeks on 31 March."""
    table = read("waiting_lists")
    table = table[table["month"].str.endswith("-03") & (table["month"] < "2020")]
    table = table.assign(y=table["month"].str[:4].astype(int))
    table["v"] = 100 * table["within_18_weeks"] / table["waiting"]
    return table, lambda y: pd.Timestamp(y, 3, 31), lambda y: pd.Timestamp(y, 3, 31), "end"


def by_trust(table, start, end, entered):
    """Return a row a trust and year: a trust ends where it grows by a merger, and another begins."""
    changes = read("organisation_changes")
    changes["date"] = pd.to_datetime(changes["date"])
    large = changes["beds_percent"].isna() | (changes["beds_percent"] >= SIZE)
    changes = changes[changes["size_changes"].fillna(False).astype(bool) & large].sort_values(
        "date", kind="stable"
    )
    holds = {}  # from when a code holds a trust that had entered
    for one in changes.itertuples():
        if any(
            entered.get(code, pd.Timestamp.max) <= one.date or code in holds
            for code in (one.old_code, one.new_code)
        ):
            holds.setdefault(one.new_code, one.date)
    rows = []
    for row in table.itertuples():
        name = row.org_code
        for date in sorted(changes.loc[changes["new_code"] == row.org_code, "date"].unique()):
            if end(row.y) < date:
                continue
            if start(row.y) < date or date >= holds.get(row.org_code, pd.Timestamp.max):
                break
            name = f"{row.org_code}@{date:%Y-%m}"
        else:
            rows.append((name, row.org_code, row.y, row.v))
    return pd.DataFrame(rows, columns=["trust", "code", "y", "v"])


def traits(values):
    """Return level and slope of each row; over one year the level alone."""
    values = np.atleast_2d(values.astype(float))
    if values.shape[1] == 1:
        return values
    steps = np.arange(values.shape[1]) - (values.shape[1] - 1) / 2
    return np.column_stack([values.mean(axis=1), values @ steps / (steps @ steps)])


def estimate(measure):
    """Return (mean effect over trust-years, trusts): each trust against the ten nearest that never entered."""
    table, start, end, at = measure()
    kinds = read("organisations").set_index("org_code")["type"]
    table = table[(table["org_code"].map(kinds) == "acute") & table["v"].notna()]
    spells = read("regime_spells").query("spell == 1").set_index("org_code")
    entered = pd.to_datetime(spells["entered_day"])
    rows = by_trust(table, start, end, entered.to_dict())
    wide = rows.pivot(index="trust", columns="y", values="v").reindex(columns=range(2005, 2030))
    code = rows.drop_duplicates("trust").set_index("trust")["code"]
    entrants = {}
    for one, day in entered.items():
        mine = [name for name in wide.index if code[name] == one]
        mine = [
            name for name in mine if "@" not in name or pd.Timestamp(f"{name.partition('@')[2]}-01") <= day
        ]
        if mine:
            entrants[max(mine)] = day
    never = wide.loc[[name for name in wide.index if name not in entrants]]
    effects, years = [], []
    for name, day in entrants.items():
        first = next(
            y for y in range(day.year - 2, day.year + 3) if (start if at == "start" else end)(y) >= day
        )
        row = wide.loc[name]
        before = [y for y in range(first - BEFORE, first) if pd.notna(row[y])]
        after = [y for y in range(first, first + AFTER) if pd.notna(row[y])]
        if not before or not after:
            continue
        others = never[never[before].notna().all(axis=1) & never[after].notna().any(axis=1)]
        there = traits(others[before].to_numpy())
        centre, spread = there.mean(axis=0), there.std(axis=0, ddof=1)
        there, here = (there - centre) / spread, ((traits(row[before].to_numpy()) - centre) / spread)[0]
        weights = np.zeros(len(others))
        weights[np.argsort(((there - here) ** 2).sum(axis=1), kind="stable")[:PARTNERS]] = 1 / PARTNERS
        weights = weights + there @ np.linalg.pinv(there.T @ there) @ (here - weights @ there)
        change = np.nanmean(row[after].to_numpy(float) - others[after].to_numpy(float), axis=1)
        change = change - (row[before].mean() - others[before].mean(axis=1).to_numpy())
        effects.append(weights @ change)
        years.append(len(after))
    return np.average(effects, weights=years), len(effects)


@pytest.mark.parametrize("measure", [net_position, senior_act, within_18_weeks])
def test_the_estimate_that_decides_comes_out_again(measure):
    found = deciding.decided(measure.__name__)
    value, trusts = estimate(measure)
    assert value == pytest.approx(found.value, abs=1e-9)
    assert trusts == found.n


# Read off the raw files by hand, in thousand pounds, percent and patients.
LEVELS = [
    (
        "trust_finance",
        "financial_year",
        "2015-16",
        "R1H",
        {"net_position": -134_881, "operating_income": 1_342_594},
    ),
    (
        "trust_finance",
        "financial_year",
        "2017-18",
        "RF4",
        {"net_position": -48_977, "operating_income": 569_607},
    ),
    (
        "trust_finance",
        "financial_year",
        "2013-14",
        "RM1",
        {"net_position": 5_212, "operating_income": 479_877},
    ),
    ("leaders_survey", "year", 2012, "R1H", {"senior_act": 23.46, "senior_act_n": 324}),
    ("leaders_survey", "year", 2018, "RXW", {"senior_act": 24.15, "senior_act_n": 2_542}),
    ("waiting_lists", "month", "2016-03", "RM1", {"waiting": 37_274, "within_18_weeks": 31_950}),
    ("waiting_lists", "month", "2019-03", "RXW", {"waiting": 18_064, "within_18_weeks": 16_123}),
]


@pytest.mark.parametrize(("table", "period", "when", "code", "figures"), LEVELS)
def test_levels_are_those_of_the_raw_files(table, period, when, code, figures):
    frame = read(table)
    row = frame[(frame["org_code"] == code) & (frame[period] == when)]
    assert row[list(figures)].to_dict("records") == [figures]


def test_sums_over_trusts_are_those_of_the_raw_files():
    money = read("trust_finance").groupby("financial_year")["net_position"].sum() / 1000
    assert money.round(1).tolist() == [471.5, 469.3, 543.6, -105.7, -842.9, -2441.0, -857.9, -1086.3, -866.5]
    lists = read("waiting_lists").groupby("month")["waiting"].sum()
    assert lists[["2013-03", "2016-03", "2019-03"]].tolist() == [2_564_233, 3_340_613, 3_997_711]
