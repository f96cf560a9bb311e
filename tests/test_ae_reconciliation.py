import pandas as pd
import pytest

from analysis.data import load


@pytest.fixture(scope="module")
def england():
    return load("ae_england_monthly").set_index("month")


@pytest.fixture(scope="module")
def monthly():
    return load("ae_monthly")


def sums(table, first, last):
    """Return the counts summed over providers, one row a month; missing ones do not count."""
    span = table[table["month"].between(pd.Period(first), pd.Period(last))]
    return span.select_dtypes("Int64").groupby(span["month"]).sum().astype("float64")


def differences(left, right):
    gap = left - right.reindex(left.index)
    assert gap.notna().all()
    return {str(month): value for month, value in gap[gap.abs() > 1e-6].items()}


SAME = [
    "attendances",
    "over_4h",
    "attendances_type1",
    "over_4h_type1",
    "emergency_admissions_other",
    "waits_12h_dta",
]


@pytest.mark.parametrize("column", SAME)
def test_providers_sum_to_england_in_every_month_from_april_2019(monthly, england, column):
    found = sums(monthly, "2019-04", "2023-03")[column]
    assert len(found) == 48
    assert differences(found, england[column]) == {}


def test_trolley_waits_sum_to_england(monthly, england):
    found = sums(monthly, "2019-04", "2023-03")
    assert differences(found["waits_4_12h_dta"] + found["waits_12h_dta"], england["waits_over_4h_dta"]) == {}


def test_admissions_sum_to_england_but_for_the_file_revised_later(monthly, england):
    found = sums(monthly, "2019-04", "2023-03")["emergency_admissions_ae"]
    assert differences(found, england["emergency_admissions_ae"]) == {"2022-04": -12015}


def test_pilot_trusts_are_what_england_leaves_out(monthly, england):
    pilots = monthly[monthly["flag"] == "pilot: no 4-hour figures"]
    assert pilots["over_4h"].isna().all()
    left_out = england["attendances"] - england["attendances_with_4h"]
    found = sums(pilots, "2019-05", "2023-03")["attendances"]
    assert len(found) == 47
    assert differences(found, left_out) == {}


@pytest.mark.parametrize(
    ("column", "documented"),
    [
        ("attendances", {"2019-03": -1}),
        ("attendances_type1", {"2019-03": -1}),
        ("over_4h", {"2017-07": -1, "2017-08": -1, "2019-03": 109}),
        ("over_4h_type1", {"2017-07": -1, "2017-08": -1, "2019-03": 109}),
    ],
)
def test_2016_to_2019_sums_differ_from_england_only_as_documented(monthly, england, column, documented):
    found = sums(monthly, "2016-04", "2019-03")[column]
    assert len(found) == 36
    assert differences(found, england[column]) == documented


def test_2016_to_2019_admissions_are_at_most_94_below_england(monthly, england):
    found = sums(monthly, "2016-04", "2019-03")["emergency_admissions_ae"]
    assert set(differences(found, england["emergency_admissions_ae"]).values()) <= set(range(-94, 0))


def test_collections_agree_trust_by_trust():
    overlap = load("ae_overlap").set_index("month")
    assert overlap[["compared", "attendances_equal", "over_4h_equal"]].sum().tolist() == [6662, 6661, 6659]
    unequal = overlap[overlap["attendances_equal"] + overlap["over_4h_equal"] < 2 * overlap["compared"]]
    assert [str(month) for month in unequal.index] == ["2017-07", "2017-08", "2019-03"]


def test_archive_england_row_is_near_the_official_series(england):
    archive = load("ae_england_archive").set_index("month")
    official = england.reindex(archive.index)
    level = (archive["attendances"].astype(float) / official["attendances"] - 1).drop(pd.Period("2013-03"))
    share = archive["over_4h"].astype(float) / archive["attendances"].astype(float)
    gap = share - official["over_4h"] / official["attendances_with_4h"]
    assert level[:"2015-05"].abs().max() < 0.0251
    assert gap[:"2015-05"].abs().max() < 0.0071
    assert level["2015-06":"2019-04"].abs().max() < 1e-6
    assert gap["2015-06":"2019-04"].abs().max() < 1e-6


def test_counts_of_record(monthly):
    assert len(monthly) == 32682
    assert monthly["source"].value_counts().to_dict() == {
        "monthly official file": 15139,
        "monthly 2016-2019 set": 8298,
        "weekly apportioned": 7508,
        "monthly archive": 1737,
    }
    months_seen = monthly["month"].drop_duplicates().sort_values()
    gaps = months_seen[months_seen.diff().dropna().map(lambda gap: gap.n).reindex(months_seen.index) > 1]
    assert [str(month) for month in gaps] == ["2025-04"]  # the twelve months before are not at hand
    assert monthly.loc[monthly["attendances"].isna(), "flag"].str.startswith("left out").all()
