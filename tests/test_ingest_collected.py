"""Closed collections and the ambulance and waiting list files: read as published, damage refused by its place."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from analysis.data import DataError
from analysis.ingest.history import delayed_transfers, provider_ratings, trust_years
from analysis.ingest.live import ambulance, waiting_lists
from tests.release_files import book

SERVICES = [f"R{letter}A" for letter in "ABCDEFGHIJK"]


def _csv(path: Path, headings: list[str], rows: list[list]) -> None:
    lines = [
        ",".join(headings),
        *(",".join("" if cell is None else str(cell) for cell in row) for row in rows),
    ]
    content = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


# years


def _survey(folder: Path, rows: list[list], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(trust_years.RECORDS, "leaders_survey", len(rows))
    headings = ["org_code", "year"]
    for number in trust_years.QUESTIONS.values():
        headings += [f"{number}_agree_pct", f"{number}_n"]
    _csv(folder / "staff_survey_management_questions_2012_2018.csv", headings, rows)


def test_survey_keeps_trusts_and_missing_questions(tmp_path, monkeypatch):
    asked = [50.5, 200] * 5 + [None, None] * 2 + [25.0, 198] * 4
    _survey(tmp_path, [["RAA", 2012, *asked], ["R1F1", 2012, *asked], ["00D", 2012, *asked]], monkeypatch)
    found = trust_years.read(tmp_path)["leaders_survey"]
    assert found["org_code"].tolist() == ["RAA"]
    assert found.iloc[0][["senior_act", "senior_act_n", "manager_team"]].tolist() == [25.0, 198, 50.5]
    assert found[["manager_values", "manager_values_n"]].isna().all(axis=None)


def test_survey_share_without_respondents_is_refused(tmp_path, monkeypatch):
    _survey(tmp_path, [["RAA", 2012, *[50.5, 200] * 10, 25.0, None]], monkeypatch)
    with pytest.raises(DataError, match=r"row 2, column 'q8d_n': found 'no figure'"):
        trust_years.read(tmp_path)


def test_one_row_less_of_a_closed_collection_is_refused(tmp_path, monkeypatch):
    _survey(tmp_path, [["RAA", 2012, *[50.5, 200] * 11]], monkeypatch)
    monkeypatch.setitem(trust_years.RECORDS, "leaders_survey", 2)
    with pytest.raises(DataError, match="1 records"):
        trust_years.read(tmp_path)


def _managers(folder: Path, monkeypatch: pytest.MonkeyPatch, *, managers: object, staff: object) -> None:
    monkeypatch.setitem(trust_years.RECORDS, "managers", 1)
    heads = ["year", "org_code", "managers_fte", "consultants_fte"]
    _csv(folder / "managers_consultants_fte.csv", heads, [[2010, "RAA", managers, 9.5]])
    wide = ["org_code", "org_name", "2010-08", "2010-09"]
    _csv(folder / "fte_all_staff_by_org_monthly_2009-09_2025-05.csv", wide, [["RAA", "Trust", 999.0, staff]])


def test_managers_get_all_staff_of_september(tmp_path, monkeypatch):
    _managers(tmp_path, monkeypatch, managers=12.5, staff=1000.0)
    found = trust_years.read(tmp_path)["managers"]
    assert found.values.tolist() == [["RAA", "2010", 12.5, 9.5, 1000.0]]


def test_managers_without_the_file_of_all_staff_are_left_for_later(tmp_path, monkeypatch):
    _managers(tmp_path, monkeypatch, managers=12.5, staff=1000.0)
    (tmp_path / "fte_all_staff_by_org_monthly_2009-09_2025-05.csv").unlink()
    assert trust_years.releases(tmp_path) == []


@pytest.mark.parametrize(
    ("managers", "staff", "said"), [(12.5, 12.0, "no more than"), ("1,2", 1000, "4 fields")]
)
def test_managers_that_cannot_be_are_refused(tmp_path, monkeypatch, managers, staff, said):
    _managers(tmp_path, monkeypatch, managers=managers, staff=staff)
    with pytest.raises(DataError, match=said):
        trust_years.read(tmp_path)


def test_loans_add_up(tmp_path, monkeypatch):
    monkeypatch.setitem(trust_years.RECORDS, "revenue_loans", 1)
    heads = [
        "financial_year",
        "org_code",
        "opening_gbp",
        "drawn_in_year_gbp",
        "repaid_in_year_gbp",
        "closing_gbp",
    ]
    name = "derived_interim_revenue_support_by_trust_year.csv"
    _csv(tmp_path / name, heads, [["2016-17", "RAA", 5, 10, 3, 14]])
    with pytest.raises(DataError, match=r"column 'closing_gbp': found 14\. Allowed: 12"):
        trust_years.read(tmp_path)


# delays


def _delays(folder: Path, monkeypatch: pytest.MonkeyPatch, rows: list[list]) -> None:
    monkeypatch.setitem(delayed_transfers.RECORDS, delayed_transfers.PROVIDER, len(rows))
    heads = ["month", "org_code", "care", "days_nhs", "days_social_care", "days_both", "days_total"]
    _csv(folder / "dtoc_delayed_days_provider_month.csv", heads, rows)


def test_delays_have_one_row_a_provider_and_month(tmp_path, monkeypatch):
    rows = [["2018-04", "RAA", "acute", 10, 5, 1, 16], ["2018-04", "RAA", "non_acute", 2, 0, 0, 2]]
    _delays(tmp_path, monkeypatch, rows)
    found = delayed_transfers.read(tmp_path)["delayed_transfers"]
    assert found.values.tolist() == [["RAA", "2018-04", 16, 2, 12, 5, 1]]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            ["2018-04", "RAA", "non_acute", 2, 0, 0, 3],
            "column 'days_total': found 3. Allowed: 2 by the other",
        ),
        (["2018-04", "RAA", "acute", 2, 0, 0, 2], "twice"),
        (["2018-04", "RBB", "non_acute", 2, 0, 0, 2], "one kind of care"),
        (["2018-04", "RAA", "elsewhere", 2, 0, 0, 2], "one of"),
    ],
)
def test_delays_that_do_not_add_up_are_refused(tmp_path, monkeypatch, row, said):
    _delays(tmp_path, monkeypatch, [["2018-04", "RAA", "acute", 10, 5, 1, 16], row])
    with pytest.raises(DataError, match=said):
        delayed_transfers.read(tmp_path)


def _areas(folder: Path, monkeypatch: pytest.MonkeyPatch, *, england: int) -> None:
    for name, count in ((delayed_transfers.AREA, 2), (delayed_transfers.ENGLAND, 1)):
        monkeypatch.setitem(delayed_transfers.RECORDS, name, count)
    days = [f"days_{part}" for part in ("acute", "non_acute", "nhs", "social_care", "both", "total")]
    rows = [["2011-04", code, "Place", 6, 4, 5, 5, 0, 10] for code in ("101", "102")]
    _csv(folder / "dtoc_delayed_days_la_month.csv.gz", ["month", "la_code", "la_name", *days], rows)
    figures = [england, 8, 10 + england - 12, 10, 0, england + 8]
    _csv(folder / "dtoc_delayed_days_england_month.csv", ["month", *days], [["2011-04", *figures]])


def test_authorities_sum_to_england_or_are_refused(tmp_path, monkeypatch):
    _areas(tmp_path, monkeypatch, england=12)
    assert len(delayed_transfers.read(tmp_path)["delayed_transfers_area"]) == 2
    _areas(tmp_path, monkeypatch, england=13)
    with pytest.raises(DataError, match="row 2011-04, column 'acute': found 12"):
        delayed_transfers.read(tmp_path)


def test_ratings_are_of_whole_providers(tmp_path, monkeypatch):
    heads = ["snapshot", "org_code", "service", "domain", "rating", "published"]
    rows = [
        ["2018-09", "RAA", "Overall", "Safe", "Good", "2018-06-01"],
        ["2018-09", "RAA", "Maternity", "Safe", "Inadequate", "2018-06-01"],
    ]
    monkeypatch.setattr(provider_ratings, "RECORDS", 2)
    path = tmp_path / "cqc_provider_ratings_2018-09_2019-03.csv.gz"
    _csv(path, heads, rows)
    found = provider_ratings.read(tmp_path)["cqc_provider_ratings"]
    assert found.values.tolist() == [["2018-09", "RAA", "Safe", "Good", "2018-06-01"]]
    _csv(path, heads, [[*rows[0][:5], "2018-10-01"], rows[1]])
    with pytest.raises(DataError, match="a day before the end of the snapshot"):
        provider_ratings.read(tmp_path)


# ambulances: the publisher's layout, with regions, England as 'Eng' and a point for missing


def _ambco(
    path: Path,
    months: list[tuple[int, int]],
    *,
    rosc: int = 30,
    stemi: object = 40,
    england: int | None = None,
):
    codes = [code for _, code in ambulance.OUTCOMES.values()]
    one = dict.fromkeys(codes, 10) | {"R1n": 100, "R1r": rosc, "M4n": stemi, "M4b": stemi}
    all_ = {code: one[code] if one[code] == "." else one[code] * len(SERVICES) for code in codes}
    all_ |= {} if england is None else {"R1r": england}
    rows = []
    for year, month in months:
        rows.append([year, month, "Eng", "Eng", "England", *all_.values()])
        rows.append([year, month, "London", "Y56", "London", *one.values()])
        rows += [[year, month, "Y60", code, f"SERVICE {code}", *one.values()] for code in SERVICES]
    _csv(path, ["Year", "Month", "Region", "Org Code", "Org Name", *codes], rows)


def test_a_later_official_file_is_read(tmp_path):
    _ambco(tmp_path / "AmbCO-up-to-20201031.csv", [(2020, 9), (2020, 10)], stemi=".")
    found = ambulance.read(tmp_path)["ambulance_outcomes"].set_index(["month", "org_code"])
    assert found.loc[("2020-10", "ENG"), ["arrests", "arrests_rosc"]].tolist() == [1100, 330]
    assert set(found.index.get_level_values("org_code")) == {"ENG", *SERVICES}
    assert found["stemi"].isna().all()


def test_of_files_that_overlap_the_later_one_wins(tmp_path):
    _ambco(tmp_path / "AmbCO-to-20200930.csv", [(2020, 8), (2020, 9)], rosc=20)
    _ambco(tmp_path / "AmbCO-to-20201031.csv", [(2020, 9), (2020, 10)], rosc=30)
    found = ambulance.read(tmp_path)["ambulance_outcomes"].set_index(["month", "org_code"])["arrests_rosc"]
    assert found.xs("RAA", level="org_code").tolist() == [20, 30, 30]


def test_a_month_without_patients_in_england_was_not_collected(tmp_path):
    _ambco(tmp_path / "AmbCO-to-20201031.csv", [(2020, 10)], stemi=0)
    found = ambulance.read(tmp_path)["ambulance_outcomes"]
    assert found[["stemi", "stemi_bundle"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("months", "england", "said"),
    [
        ([(2020, 10)], 329, r"row 2020-10, column 'R1r': found 330\. Allowed: 329 \(England\)"),
        ([(2020, 10), (2020, 12)], None, "no figures of 2020-11"),
        ([(2090, 10)], None, "a month of the series that is over"),
        ([(2020, 13)], None, "a month from 1 to 12"),
        ([(2020, 10), (2020, 10)], None, "twice"),
    ],
)
def test_ambulance_files_that_cannot_be_right_are_refused(tmp_path, months, england, said):
    _ambco(tmp_path / "AmbCO-to-20201031.csv", months, england=england)
    with pytest.raises(DataError, match=said):
        ambulance.read(tmp_path)


def test_a_service_that_had_not_joined_has_no_row(tmp_path):
    codes = [code for _, code in ambulance.RESPONSE.values() if code]
    one = dict.fromkeys(codes, 600) | {"A8": 50, "A24": 24000}
    rows = [[2018, 2, "Eng", "Eng", "England", *[value * 10 for value in one.values()]]]
    rows += [[2018, 2, "Y60", code, "S", *one.values()] for code in SERVICES[:10]]
    rows.append([2018, 2, "Y60", SERVICES[10], "S", *[0 for _ in codes]])
    _csv(
        tmp_path / "AmbSYS-to-2018-Feb.csv", ["Year", "Month", "Region", "Org Code", "Org Name", *codes], rows
    )
    found = ambulance.read(tmp_path)["ambulance_response"]
    assert sorted(found["org_code"]) == ["ENG", *SERVICES[:10]]
    assert "handovers" not in found  # not in the publisher's file: the table keeps what it holds


# waiting lists


def _workbook(path: Path, codes: list[str], *, within: int = 60) -> None:
    heads = [
        "Region Code",
        *list(waiting_lists.HEADINGS.values())[:1],
        "Provider Name",
        "Treatment Function Code",
    ]
    heads += ["Treatment Function", ">0-1", "Total number of incomplete pathways", "Total within 18 weeks"]
    rows = [[None, "Title:", "Incomplete pathways by provider"], [None], heads]
    for code in codes:
        rows.append(["Y60", code, f"Trust {code}", "C_100", "General Surgery", 1, 40, 20])
        rows.append(["Y60", code, f"Trust {code}", "C_999", "Total", 1, 100, within])
    rows.append(["Y60", "NT1", "Independent", "C_999", "Total", 1, 100, 50])
    path.write_bytes(book({"Provider": rows, "IS Provider": [["x"]]}))


CODES = [f"R{n:02d}" for n in range(100)]


def test_a_months_workbook_gives_totals_of_nhs_providers(tmp_path):
    _workbook(tmp_path / "Incomplete-Provider-Mar20-XLSX-9M.xlsx", CODES)
    found = waiting_lists.read_later(tmp_path)["waiting_lists"]
    assert found["month"].unique().tolist() == ["2020-03"]
    assert found["org_code"].tolist() == CODES
    assert found[["waiting", "within_18_weeks"]].drop_duplicates().values.tolist() == [[100, 60]]
    assert waiting_lists.period_of("Incomplete-Provider-Mar20-XLSX-9M.xlsx") == "2020-03"


@pytest.mark.parametrize(
    ("codes", "within", "said"), [(CODES[:50], 60, "50 NHS providers"), (CODES, 101, "no more")]
)
def test_a_workbook_that_is_a_part_or_wrong_is_refused(tmp_path, codes, within, said):
    _workbook(tmp_path / "Incomplete-Provider-Mar20.xlsx", codes, within=within)
    with pytest.raises(DataError, match=said):
        waiting_lists.read_later(tmp_path)


def test_stored_waiting_lists_are_of_31_march(tmp_path, monkeypatch):
    monkeypatch.setattr(waiting_lists, "RECORDS", 1)
    path = tmp_path / "rtt_incomplete_31_march.csv"
    _csv(path, ["org_code", "date", "waiting", "within_18_weeks"], [["RAA", "2013-03-31", 10, 9]])
    assert waiting_lists.read(tmp_path)["waiting_lists"].values.tolist() == [["RAA", "2013-03", 10, 9]]
    _csv(path, ["org_code", "date", "waiting", "within_18_weeks"], [["RAA", "2013-04-30", 10, 9]])
    with pytest.raises(DataError, match="31 March"):
        waiting_lists.read(tmp_path)


def test_every_reader_gives_what_its_table_describes():
    for module in (trust_years, delayed_transfers, provider_ratings, ambulance, waiting_lists):
        assert len(module.TABLES) == len(set(module.TABLES))
        assert isinstance(module.releases(Path(__file__).parent), list)
        assert pd.Series(module.TABLES).str.fullmatch("[a-z0-9_]+").all()
