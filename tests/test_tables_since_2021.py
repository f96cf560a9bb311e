"""Tables of the years after the regime: held to their own totals, to what was held before, and filled when files come."""

import io

import pandas as pd
import pytest

from analysis import data
from analysis.chapters import about_editions
from analysis.data import DataError, load
from analysis.edition import headlines
from analysis.ingest import later, refresh
from analysis.ingest.history import ae_collected, kh03_collected
from analysis.ingest.live import ae, beds_daily, cancelled, criteria, oversight
from analysis.ingest.net import links, source
from tests.release_files import ae_csv, book

GAP = [str(month) for month in pd.period_range("2024-04", "2025-03", freq="M")]


@pytest.fixture(scope="module")
def monthly():
    return load("ae_monthly")


def test_a_e_is_held_to_march_2026_but_for_twelve_months(monthly):
    held = set(monthly["month"].astype(str))
    expected = {str(month) for month in pd.period_range("2023-04", "2026-03", freq="M")} - set(GAP)
    assert {month for month in held if month > "2023-03"} - set(GAP) == expected
    assert later.gap(data.describe("ae_monthly")) == (GAP[0], GAP[-1])


def test_a_e_of_2023_sums_to_england_as_far_as_later_revisions_go(monthly):
    england = load("ae_england_monthly").set_index("month").loc["2023-06":"2024-03"]
    sums = (
        monthly[monthly["month"].between("2023-06", "2024-03")]
        .groupby("month")[["attendances", "attendances_type1", "over_4h"]]
        .sum()
    )
    difference = sums - england[sums.columns]
    assert difference["attendances_type1"].between(0, 401).all()
    assert (difference["attendances_type1"] == 0).sum() >= 4
    assert (difference["attendances"] / england["attendances"]).between(0, 0.009).all()


@pytest.mark.parametrize(
    ("month", "share"), [("2025-04", 74.8), ("2025-06", 75.6), ("2026-01", 72.5), ("2026-03", 77.1)]
)
def test_a_e_of_2025_gives_the_published_share_of_england(monthly, month, share):
    rows = monthly[monthly["month"] == month]
    assert 100 * (1 - rows["over_4h"].sum() / rows["attendances"].sum()) == pytest.approx(share, abs=0.051)


def test_pilot_trusts_report_again_from_june_2023(monthly):
    kettering = monthly[monthly["org_code"] == "RNQ"].set_index("month")["over_4h"]
    assert kettering.loc["2023-04":"2023-05"].isna().all()
    assert kettering.loc["2023-06":].notna().all()


def providers(month):
    table = load("ae_monthly")
    return table.loc[table["month"] == month, "org_code"]


def collected_year(codes, *, booked=5, first="2023-04"):
    months = [str(month) for month in pd.period_range(first, periods=12, freq="M")]
    names = ["period", "org_code", "org_name", *ae_collected.APART]
    figures = [100, 5, 20, 10, 0, 2, booked, 0, 1, 1, 0, 0, 4, 1, 20, 0, 1, 6]
    lines = [",".join([month, code, "TRUST", *map(str, figures)]) for month in months for code in codes]
    return "\n".join([",".join(names), *lines]) + "\n"


def test_a_collected_year_has_booked_appointments_in_its_counts(tmp_path):
    path = tmp_path / "ae_2023-04_2024-03.csv"
    path.write_text(collected_year(["RAA", "RBB"]))
    row = ae_collected.read(path).iloc[0]
    assert row[["attendances", "over_4h", "attendances_type1", "over_4h_type1"]].tolist() == [
        131,
        13,
        105,
        11,
    ]
    assert row[["waits_4_12h_dta", "waits_12h_dta", "emergency_admissions_ae"]].tolist() == [4, 1, 21]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2023-07,RAA", "2024-07,RAA", "a month YYYY-MM from 2023-04 to 2024-03"),
        ("2023-07,RAA,TRUST,100", "2023-07,RAA,TRUST,-1", "a whole number"),
        ("2023-07,RAA,TRUST,100,5,20,10", "2023-07,RAA,TRUST,100,5,20,900", "no more than attendances"),
        ("2023-07,RBB", "2023-07,RAA", "one row a key"),
    ],
)
def test_a_damaged_collected_year_is_refused_with_its_place(tmp_path, old, new, words):
    path = tmp_path / "ae_2023-04_2024-03.csv"
    path.write_text(collected_year(["RAA", "RBB"]).replace(old, new, 1))
    with pytest.raises(DataError, match=rf"ae_2023-04_2024-03.csv, row \d+.*{words}"):
        ae_collected.read(path)


def test_a_months_own_file_goes_before_the_collected_year_which_fills_gaps_only(tmp_path):
    (tmp_path / "ae_2023-04_2024-03.csv").write_text(collected_year(["RAA", "RBB"]))
    (tmp_path / "Monthly-AE-July-2023-revised-130624.csv").write_bytes(ae_csv("JULY-2023", ["RAA", "RBB"]))
    rows = ae.read_later(tmp_path)["ae_monthly"]
    assert rows.groupby("month")["attendances"].first().astype(int).to_dict()["2023-07"] == 1029
    assert len(rows) == 24
    assert not rows.duplicated(["org_code", "month"]).any()
    assert ae.own(ae.later(tmp_path)) == {"2023-07"}


def test_the_twelve_months_that_are_not_at_hand_fill_themselves_and_one_month_is_corrected(tmp_path):
    """Official files dropped in, a correction among them: no line of code changes."""
    for month in GAP[:3]:
        words = pd.Period(month).strftime("%B-%Y")
        codes = sorted(providers("2024-03"))
        (tmp_path / f"Monthly-AE-{words}.csv").write_bytes(ae_csv(words.upper(), codes))
    words, codes = "JUNE-2025", sorted(providers("2025-06"))
    (tmp_path / "Monthly-AE-June-2025-revised-110926.csv").write_bytes(ae_csv(words, codes))
    plan = refresh.plan(tmp_path, accept_unlike=True)
    made = pd.read_csv(io.BytesIO(plan.made["ae_monthly"]))
    assert set(GAP[:3]) <= set(made["month"])
    assert not set(GAP[3:]) & set(made["month"])
    assert (made.loc[made["month"] == "2025-06", "attendances"] == 1029).all()
    held = set(load("ae_monthly")["month"].astype(str))
    assert set(made["month"]) == held | set(GAP[:3])


@pytest.mark.parametrize(
    ("month", "new"), [("2024-03", False), ("2024-04", True), ("2025-03", True), ("2025-04", False)]
)
def test_a_month_that_is_not_at_hand_is_looked_up_on_the_pages(month, new):
    name = f"{pd.Period(month):%B-%Y}-CSV-x1.csv"
    file = links.Found("ae", name, month, f"https://www.england.nhs.uk/{name}", f"Monthly A&E {month}")
    assert source._is_new(file, data.describe("ae_monthly"), {}) is new


def test_what_would_move_a_number_names_its_tables_and_not_the_regime_that_is_over():
    rows = headlines.headlines(["since", "stays"])
    told = about_editions.movable(rows)
    words = dict(zip(told["Headline number"], told["What would move it"], strict=True))
    opened = [row for row in rows if not row.until]
    assert told["Can new data move it?"].tolist()[: len(opened)] == ["yes"] * len(opened)
    waits = next(row.name for row in opened if row.key == "today_four_hour_waits")
    assert words[waits].endswith("(held to March 2026)")
    assert "special measures" not in words[waits]


def test_a_month_outside_the_gap_must_still_follow_the_last_one(tmp_path):
    codes = sorted(providers("2026-03"))
    (tmp_path / "Monthly-AE-June-2026.csv").write_bytes(ae_csv("JUNE-2026", codes))
    with pytest.raises(DataError, match="the release of 2026-05 too"):
        refresh.plan(tmp_path, accept_unlike=True)


def test_beds_go_on_where_the_compiled_file_ends_and_its_last_quarter_is_kept():
    beds, england = load("beds_overnight"), load("beds_england").set_index("quarter_end")
    last = beds["quarter_end"].astype(str)
    assert sorted(last[last > "2024-06"].unique()) == ["2024-09", "2024-12", "2025-03", "2025-06"]
    rate = 100 * england["overnight_general_acute_occupied"] / england["overnight_general_acute_available"]
    assert rate.loc["2024-09":].round(1).tolist() == [90.4, 89.5, 92.5, 91.5]  # as published


def test_a_collected_quarter_must_sum_to_england(tmp_path):
    names = ["total", "general_acute", "learn_disabil", "maternity", "mental_illness"]
    head = ["quarter_end", "fin_year", "period_end", "region", "org_code", "org_name"]
    head += [f"{name}_on_beds_{what}" for name in names for what in ("available", "occupied")]
    figures = [10, 8, 6, 5, 1, 1, 1, 1, 2, 1]
    lines = [["2024-12", "2024-25", "December", "Y56", code, "T", *figures] for code in ("RAA", "RBB")]
    lines.append(["2024-12", "2024-25", "December", "", "", "England", *(2 * n for n in figures)])
    path = tmp_path / "kh03_overnight_2024-12_2025-06.csv"
    path.write_text("\n".join(",".join(map(str, line)) for line in (head, *lines)) + "\n")
    assert len(kh03_collected.read(path)["beds_overnight"]) == 2
    lines[-1][6] += 5
    lines[-1][8] += 5
    path.write_text("\n".join(",".join(map(str, line)) for line in (head, *lines)) + "\n")
    with pytest.raises(DataError, match="the England row"):
        kh03_collected.read(path)


def cancelled_book(codes, *, total=None):
    rows = [[None] * 6 for _ in range(14)]
    rows += [["Region Code", "Region Name", *cancelled.HEADINGS.values()]]
    count = total or 10 * len(codes)
    rows += [[None, None, "-", "England", count, 2 * len(codes)], [None] * 6]
    return book({"Provider": rows + [["Y1", "North", code, f"Trust {code}", 10, 2] for code in codes]})


def test_a_workbook_of_cancelled_operations_is_read_and_goes_before_the_collected_quarter(tmp_path):
    (tmp_path / "Q2-2025-26-Cancelled-Operations.xlsx").write_bytes(cancelled_book(["RAA", "RBB"]))
    table = cancelled.read(tmp_path)["cancelled_operations"]
    assert table[["org_code", "quarter_end", "cancelled", "not_treated_28_days"]].values.tolist() == [
        ["RAA", "2025-09", 10, 2],
        ["RBB", "2025-09", 10, 2],
    ]
    (tmp_path / "Q2-2025-26-Cancelled-Operations.xlsx").write_bytes(cancelled_book(["RAA", "RBB"], total=21))
    with pytest.raises(DataError, match="the sum over 2 providers"):
        cancelled.read(tmp_path)


def test_cancelled_operations_have_the_published_levels_and_its_pause():
    table = load("cancelled_operations")
    sums = table.groupby("quarter_end")["cancelled"].sum()
    assert sums.between(17_000, 24_000).all()
    assert len(sums) == 21
    assert "2020-06" not in sums.index.astype(str)
    england = {
        "2024-09": 21_262,
        "2024-12": 22_686,
        "2025-03": 21_834,
        "2025-06": 19_278,
    }
    assert {quarter: int(sums[quarter]) for quarter in england} == england  # as published


def test_ambulance_services_sum_to_england_in_every_month_since_all_take_part():
    table = load("ambulance_response")
    late = table[table["month"] >= "2018-08"]
    england = late[late["org_code"] == "ENG"].set_index("month")
    for name in ("incidents", "c1_incidents", "c2_incidents", "conveyed_to_ed"):
        sums = late[late["org_code"] != "ENG"].groupby("month")[name].sum()
        assert (sums == england[name]).all()
        assert len(sums) == 85
    minutes = (england["c2_seconds"] / england["c2_incidents"] / 60).round(1)
    assert minutes[["2019-08", "2021-08", "2022-08", "2023-08", "2024-08", "2025-08"]].tolist() == [
        21.3,
        38.6,
        42.6,
        31.5,
        27.4,
        27.0,
    ]


def test_cancer_waits_and_waiting_list_have_the_published_levels():
    cancer, lists = load("cancer_waits"), load("waiting_lists")
    share = (
        cancer.groupby("month")[["treated_62", "within_62"]]
        .sum()
        .eval("100 * within_62 / treated_62")
        .round(1)
    )
    assert share[["2023-10", "2024-04", "2024-12", "2025-09"]].tolist() == pytest.approx(
        [63.2, 67.0, 71.7, 68.0], abs=0.06
    )
    within = (
        lists.groupby("month")[["waiting", "within_18_weeks"]]
        .sum()
        .eval("100 * within_18_weeks / waiting")
        .round(1)
    )
    assert within[["2025-04", "2025-07", "2026-01", "2026-03"]].tolist() == pytest.approx(
        [58.8, 60.4, 60.5, 64.7], abs=0.06
    )


def test_beds_of_daily_returns_are_those_of_the_quarterly_return():
    daily, quarterly = load("beds_daily_returns"), load("beds_overnight")
    daily = daily.assign(quarter_end=daily["month"].dt.asfreq("Q").dt.asfreq("M", how="end").astype(str))
    mean = daily.groupby(["org_code", "quarter_end"])["ga_open"].mean()
    quarterly = quarterly.assign(quarter_end=quarterly["quarter_end"].astype(str))
    both = (
        quarterly.set_index(["org_code", "quarter_end"])["general_acute_available"]
        .to_frame()
        .join(mean, how="inner")
    )
    assert len(both) > 1700
    assert both.corr().iloc[0, 1] > 0.97
    assert (both["ga_open"] / both["general_acute_available"]).median() == pytest.approx(1, abs=0.01)


def test_a_month_that_repeats_the_one_before_is_missing(tmp_path):
    head = "period,org_code,general_acute_beds_available,general_acute_beds_occupied,general_acute_beds_occupancy_rate,"
    head += "adult_critical_care_beds_available,adult_critical_care_beds_occupied\n"
    same = "RAA,200,180,0.9,10,9\n", "RBB,100,90,0.9,,\n"
    lines = [f"{month},{line}" for month in ("2022-07", "2022-08") for line in same]
    path = tmp_path / "uec_sitrep_beds_monthly_2022-04_2025-08.csv"
    path.write_text(head + "".join(lines))
    assert beds_daily.collected(path)["month"].unique().tolist() == ["2022-07"]
    path.write_text(head + "".join(lines).replace("2022-08,RBB,100,90", "2022-08,RBB,101,91"))
    assert beds_daily.collected(path)["month"].unique().tolist() == ["2022-07", "2022-08"]
    held = set(load("beds_daily_returns")["month"].astype(str))
    assert set(map(str, pd.period_range("2022-04", "2025-08", freq="M"))) - held == {"2022-08"}


def test_staff_of_every_trust_that_entered_is_held():
    table = load("workforce")
    assert set(load("regime_trusts")["org_code"]) <= set(table["org_code"])
    assert table["month"].nunique() == 189
    trusts = table.groupby("month")["org_code"].nunique()
    assert trusts["2018-01"] == 231
    assert trusts["2025-05"] == 205


def test_staff_view_of_2019_equals_what_is_held_of_acute_trusts():
    groups, held = load("staff_survey_groups"), load("staff_survey")
    new = groups[groups["year"] == "2019"].set_index("org_code")["recommend_work"]
    old = held[held["year"] == "2019"].set_index("org_code")["recommend_work"]
    both = pd.concat([new, old], axis=1, keys=["new", "old"]).dropna()
    assert len(both) > 120
    assert (both["new"] - both["old"]).abs().max() < 1e-5


def test_the_snapshot_has_the_published_numbers():
    shmi, segments = load("shmi_banded"), load("oversight_segments")
    assert shmi["banding"].value_counts().to_dict() == {
        "as expected": 101,
        "higher than expected": 9,
        "lower than expected": 8,
    }
    assert shmi["observed"].sum() / shmi["expected"].sum() == pytest.approx(1, abs=0.001)
    acute = segments[segments["kind"] == "acute"]
    assert len(acute) == 129
    assert acute["rank"].max() <= 134


def test_a_segment_that_is_none_is_refused(tmp_path):
    path = tmp_path / "nof_segments_2025-26_q4.csv"
    path.write_text(
        "org_code,Trust_type,league_avg_score,league_segment,league_rank\nRAA,Acute trust,2.1,2,7\n"
    )
    assert oversight.collected(path).loc[0, "quarter_end"] == "2026-03"
    path.write_text(
        "org_code,Trust_type,league_avg_score,league_segment,league_rank\nRAA,Acute trust,2.1,2.5,7\n"
    )
    with pytest.raises(DataError, match="a whole number"):
        oversight.collected(path)


def test_patients_who_could_leave_need_days(tmp_path):
    path = tmp_path / "nctr_monthly_2022-04_2025-08.csv"
    path.write_text("period,org_code,nctr_patients_mean_per_day,days_reported\n2022-04,RAA,10.5,0\n")
    with pytest.raises(DataError, match="from 1 to 31"):
        criteria.collected(path)


# The successor


def test_spells_of_the_successor_stand_as_far_as_they_are_known():
    spells = load("successor_spells")
    assert len(spells) == 31
    assert spells["org_code"].nunique() == 28
    assert (spells["status"] == "exit not found").sum() == 17
    assert spells.loc[spells["status"] == "exit not found", "exited"].isna().all()
    assert (spells["exited_to"].dropna() <= spells.loc[spells["exited_to"].notna(), "last_seen"]).all()
    moved = set(spells.loc[spells["from_special_measures"], "org_code"])
    cut = load("regime_spells").query("ended_by == 'administrative end'")
    assert moved <= set(cut["org_code"])
    assert set(cut["org_code"]) - moved == {"TAH"}


def test_better_dates_of_the_successor_are_those_of_its_own_table():
    trusts, spells = load("regime_trusts").set_index("org_code"), load("successor_spells")
    first = spells.drop_duplicates("org_code").set_index("org_code")
    for code in trusts.index.intersection(first.index):
        for field in ("entered", "exited"):
            stated = trusts.loc[code, f"rsp_{field}"]
            if pd.notna(stated):
                assert stated == first.loc[code, field], (code, field)
